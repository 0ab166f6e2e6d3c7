"""Two rows of one source that count the same days would count the same victims twice."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimators.evidence.periods import as_days
from estimators.evidence.problems import Problems, Texts

SAME_FIGURE = ["area", "indicator", "form", "sex", "age", "source", "vintage"]
NOT_ADDED_UP = ("stock", "estimate")

type Whole = npt.NDArray[np.int64]


def check_repeats(problems: Problems, table: pd.DataFrame, kind: Texts) -> None:
    """Report rows that agree in `SAME_FIGURE` and whose periods overlap; stocks and estimates only where identical.

    Parameters
    ----------
    problems : Problems
        Where the later row of each pair is reported, naming the earlier one. Rows with a problem already are left out.
    table : pandas.DataFrame
        Words and dates in canonical form.
    kind : numpy.ndarray of str
        Kind of the indicator of each row.
    """
    position = np.flatnonzero(~problems.rows())
    sound = table.iloc[position]
    group = sound.groupby(SAME_FIGURE, sort=False).ngroup().to_numpy()
    start, end = (as_days(sound[name]).astype(np.int64) for name in ("period_start", "period_end"))
    order = np.lexsort((position, end, start, group))
    # Group and day in one number, so that the latest end so far never reaches over from the group before.
    start, end = (days[order] + group[order] * 10**7 for days in (start, end))
    once = np.isin(kind, NOT_ADDED_UP)[position][order]
    before = _overlapped(start, end, once)
    paired = np.flatnonzero(before >= 0)
    _report(problems, table, position[order][paired], position[order][before[paired]])


def _overlapped(start: Whole, end: Whole, once: npt.NDArray[np.bool_]) -> Whole:
    """For each row of an ordered table, a row before it that counts the same days; -1 where none does."""
    before = np.full(len(start), -1)
    if len(start):
        place = np.arange(len(end))
        latest = np.maximum.accumulate(end)
        holder = np.maximum.accumulate(np.where(end == latest, place, 0))
        identical = (start[1:] == start[:-1]) & (end[1:] == end[:-1])
        before[1:] = np.where(latest[:-1] >= start[1:], holder[:-1], -1)
        before[1:] = np.where(once[1:], np.where(identical, place[:-1], -1), before[1:])
    return before


def _report(problems: Problems, table: pd.DataFrame, rows: Whole, others: Whole) -> None:
    number = table.index.to_numpy()
    expected = np.full(len(table), "", dtype=object)
    for one, another in zip(rows.tolist(), others.tolist(), strict=True):
        expected[max(one, another)] = (
            f"each figure once: row {number[min(one, another)]} gives days of this period for the same area, "
            "indicator, form, sex, age, source and vintage"
        )
    problems.refuse(expected != "", "period_start", expected)
