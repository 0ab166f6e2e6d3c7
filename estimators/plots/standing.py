"""What an estimate rests on, in one line: the verdict on identification, and whether the sampler's result may be published."""

import pandas as pd
import xarray as xr

from estimators.diagnostics.convergence import convergence
from estimators.diagnostics.identification import Identification, identification

PUBLISHABLE, FAILED = "publishable", "not publishable"
PARTLY = "partly not publishable"


def standing(table: pd.DataFrame) -> str:
    """The verdicts of the rows, and the state of the sampler where one was at work.

    Parameters
    ----------
    table : pandas.DataFrame
        With columns verdict and convergence, as `estimators.summary` has them.

    Examples
    --------
    >>> standing(pd.DataFrame({"verdict": ["unauditable"], "convergence": ["publishable"]}))
    'Verdict: unauditable. Sampler: publishable.'
    """
    verdict = f"Verdict: {'; '.join(table['verdict'].unique())}."
    sampled = [state for state in _states(table).unique() if state in (PUBLISHABLE, FAILED)]
    return f"{verdict} Sampler: {'; '.join(sampled)}." if sampled else verdict


def state(post: xr.DataTree, told: Identification | None = None) -> pd.DataFrame:
    """Verdict and state of the sampler of a result, in a table of one row; the identification may be known already.

    Examples
    --------
    >>> import estimators as est
    >>> state(est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)).to_dict("list")
    {'verdict': ['unauditable'], 'convergence': ['independent draws']}
    """
    return pd.DataFrame(
        {"verdict": [(told or identification(post)).verdict], "convergence": [convergence(post).status]}
    )


def reservation(table: pd.DataFrame) -> str:
    """The words that mark a figure of these rows; none where all of them may be published.

    Examples
    --------
    >>> reservation(pd.DataFrame({"convergence": ["publishable", "not publishable"]}))
    'partly not publishable'
    """
    failed = _states(table) == FAILED
    return "" if not failed.any() else FAILED if failed.all() else PARTLY


def _states(table: pd.DataFrame) -> "pd.Series[str]":
    return table["convergence"] if "convergence" in table else pd.Series("", index=table.index, dtype=str)
