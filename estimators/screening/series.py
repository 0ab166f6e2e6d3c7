"""Series of counts: the rows of one area, indicator, category, source and vintage, in order of time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.evidence import INDICATORS, Evidence, period_label
from estimators.evidence.periods import as_days
from estimators.evidence.periods import years as years_of

type Array = NDArray[np.float64]

SAME = ["area", "indicator", "form", "sex", "age", "source", "vintage"]
DAYS = 365.25
FEWEST = 4  # figures of a series in which a break can be looked for


@dataclass(frozen=True, eq=False)
class Series:
    """Series side by side, padded with NaN to the longest.

    Parameters
    ----------
    names : pandas.DataFrame
        One row a series, columns `SAME`.
    lower, upper, years : Array
        Limits of each figure and length of its period, (series, periods).
    gap : Array
        Years from the middle of each period to that of the next, (series, periods - 1).
    periods : list of list of str
        Names of the periods of each series.
    """

    names: pd.DataFrame
    lower: Array
    upper: Array
    years: Array
    gap: Array
    periods: list[list[str]]


def series_of(evidence: Evidence) -> Series | None:
    """Every series of counts with enough known figures; None where there is none."""
    counts = [name for name, indicator in INDICATORS.items() if indicator.kind == "count"]
    table = evidence.table
    table = table[table["indicator"].isin(counts) & table["lower"].notna()].sort_values("period_start")
    groups = [(key, rows) for key, rows in table.groupby(SAME, sort=False) if len(rows) >= FEWEST]
    if not groups:
        return None
    longest = max(len(rows) for _, rows in groups)
    lower, upper, middle = (np.full((len(groups), longest), np.nan) for _ in range(3))
    years = np.ones((len(groups), longest))
    periods = []
    for place, (_, rows) in enumerate(groups):
        size = len(rows)
        first, last = (as_days(rows[name]) for name in ("period_start", "period_end"))
        lower[place, :size], upper[place, :size] = rows["lower"], rows["upper"]
        years[place, :size] = years_of(first, last)
        middle[place, :size] = 0.5 * (first.astype(float) + last.astype(float)) / DAYS
        pairs = zip(rows["period_start"], rows["period_end"], strict=True)
        periods.append([period_label(*pair) for pair in pairs])
    names = pd.DataFrame([key for key, _ in groups], columns=SAME)
    return Series(names, lower, upper, years, np.diff(middle, axis=1), periods)
