"""What an estimate rests on, in one line: the verdict on identification, and whether the sampler's result may be published."""

import pandas as pd

SAMPLED = ("publishable", "not publishable")


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
    sampled = [state for state in table.get("convergence", pd.Series(dtype=str)).unique() if state in SAMPLED]
    return f"{verdict} Sampler: {'; '.join(sampled)}." if sampled else verdict
