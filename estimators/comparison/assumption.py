"""The assumption that fixes the level, moved: the true count as a function of how strongly lists hang together."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from estimators.comparison.answers import answer
from estimators.diagnostics import Finding
from estimators.errors import ModelError
from estimators.inference import Estimator
from estimators.lists import Lists, LogLinear
from estimators.numbers import number

RATIOS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0)


def sweep_assumption(
    estimator: Estimator, lists: Lists, *, seed: int, between: Sequence[str] = (), ratios: Sequence[float] = RATIOS
) -> Finding:
    """The estimate under other values of what no figure can show.

    Parameters
    ----------
    estimator : Estimator
        Any method for lists; with `between` a `LogLinear`, whose terms are estimated anew each time.
    lists : Lists
        The lists.
    seed : int
        Of every fit.
    between : sequence of str, optional
        Lists whose link is moved. By default it is the link of all lists together: no pattern that somebody has depends on it, so every
        value fits as well as every other.
    ratios : sequence of float
        Odds ratios: 1 is what the method takes for granted. By default how many times as many people are on no list as the method
        says; between two lists, how many times the odds to be on the one are higher for those on the other.

    Returns
    -------
    Finding
        Its table has a row a ratio: odds_ratio, estimate, lower, upper, status, reasons.

    Notes
    -----
    With n listed and N̂ the estimate, N(ω) = n + ω (N̂ - n), and limits likewise: ω is the odds ratio that the identifying assumption of
    the method sets to 1. Where counts are upper limits, n is the least it can be. Between given lists, the mean of every pattern that
    holds them is multiplied by ω.

    References
    ----------
    Aleshin-Guendel, S., Sadinle, M. and Wakefield, J. 2024. The central role of the identifying assumption in population size
    estimation. Biometrics 80. doi:10.48550/arXiv.2101.09304
    Gerritse, S. C., van der Heijden, P. G. M. and Bakker, B. F. M. 2015. Sensitivity of population size estimation for violating
    parametric assumptions in log-linear models. Journal of Official Statistics 31. doi:10.1515/jos-2015-0022

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> lists = est.read_lists(pd.DataFrame({"police": [1, 0, 1], "shelter": [0, 1, 1], "count": [40, 30, 6]}))
    >>> told = sweep_assumption(est.LogLinear(), lists, seed=1, ratios=[0.5, 1, 2])
    >>> told.table["estimate"].round(6).tolist()
    [176.0, 276.0, 476.0]
    >>> told = sweep_assumption(est.LogLinear(), lists, seed=1, ratios=[0.5, 1, 2], between=["police", "shelter"])
    >>> told.table["estimate"].round(6).tolist()
    [176.0, 276.0, 476.0]
    """
    if not ratios or min(ratios) <= 0.0:
        raise ModelError(f"ratios {tuple(ratios)}: expected positive odds ratios")
    table = (
        _linked(estimator, lists, seed, tuple(between), ratios)
        if between
        else _unlisted(estimator, lists, seed, ratios)
    )
    there = table[table["status"] != "refused"]
    if there.empty:
        return Finding("assumption moved", "no estimate", " ".join(dict.fromkeys(sum(table["reasons"], ()))), table)
    low, high = there["estimate"].min(), there["estimate"].max()
    moved = " with ".join(between or ("all lists together",))
    ends = f"odds ratios of {moved} from {there['odds_ratio'].min():g} to {there['odds_ratio'].max():g}"
    told = "Each fits differently well." if between else "Each fits the figures as well as any other."
    text = f"For {ends} the estimate goes from {number(low)} to {number(high)}. {told}"
    return Finding("assumption moved", f"{high / low:.1f} times apart", text, table)


def _unlisted(estimator: Estimator, lists: Lists, seed: int, ratios: Sequence[float]) -> pd.DataFrame:
    """So many times the people on no list."""
    found = pd.DataFrame([{"odds_ratio": float(ratio)} | answer(estimator, lists, seed) for ratio in ratios[:1]])
    table = (
        found.loc[found.index.repeat(len(ratios))].reset_index(drop=True).assign(odds_ratio=[float(r) for r in ratios])
    )
    for column in ("estimate", "lower", "upper"):
        table[column] = lists.observed + table["odds_ratio"] * (table[column] - lists.observed)
    return table


def _linked(
    estimator: Estimator, lists: Lists, seed: int, between: tuple[str, ...], ratios: Sequence[float]
) -> pd.DataFrame:
    """The terms of a log-linear model fitted again beside each given link."""
    if not isinstance(estimator, LogLinear):
        raise ModelError(
            f"a link between {' and '.join(between)} can be given to LogLinear only, not to {type(estimator).__name__}"
        )
    given = [replace(estimator, given=(*estimator.given, (between, float(ratio)))) for ratio in ratios]
    return pd.DataFrame(
        [{"odds_ratio": float(r)} | answer(each, lists, seed) for r, each in zip(ratios, given, strict=True)]
    )
