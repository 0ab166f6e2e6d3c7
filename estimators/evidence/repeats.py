"""Two rows of one source that count the same days would count the same victims twice."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimators.evidence.problems import Problems
from estimators.evidence.values import Column

SAME_FIGURE = ["area", "indicator", "form", "sex", "age", "source", "vintage"]
NOT_ADDED_UP = ("stock", "estimate")

type Positions = npt.NDArray[np.int64]


def check_repeats(problems: Problems, table: pd.DataFrame, kinds: Column) -> None:
    """Report rows that agree in `SAME_FIGURE` and whose periods overlap; stocks and estimates only where identical.

    Parameters
    ----------
    problems : Problems
        Where the later row of each pair is reported, naming the earlier one. Rows with a problem already are left out.
    table : pandas.DataFrame
        Words and dates in canonical form.
    kinds : pandas.Series
        Kind of the indicator of each row.
    """
    period = ["period_start", "period_end"]
    keyed = table[[*SAME_FIGURE, *period]].assign(
        position=np.arange(len(table)), once=kinds.isin(NOT_ADDED_UP).to_numpy()
    )
    keyed = keyed[~problems.rows()]
    stocks = keyed[keyed["once"]]
    first = stocks.groupby([*SAME_FIGURE, *period], sort=False)["position"].transform("first")
    _report(problems, table, stocks["position"].to_numpy(), first.to_numpy(), "the same period")
    added = keyed[~keyed["once"]].sort_values([*SAME_FIGURE, *period, "position"])
    if len(added):
        _report(problems, table, added["position"].to_numpy(), _overlapped(added), "days of this period")


def _overlapped(ordered: pd.DataFrame) -> Positions:
    """For each row, the position of a row before it that shares days with it, or its own position."""
    # Group and day in one number, so that the latest end so far never reaches over from the group before.
    group = ordered.groupby(SAME_FIGURE, sort=False).ngroup().to_numpy() * np.int64(10**7)
    start = ordered["period_start"].to_numpy().astype("M8[D]").astype(np.int64) + group
    end = ordered["period_end"].to_numpy().astype("M8[D]").astype(np.int64) + group
    latest = np.maximum.accumulate(end)
    holder = np.maximum.accumulate(np.where(end == latest, np.arange(len(end)), 0))
    position: Positions = ordered["position"].to_numpy().astype(np.int64)
    other = position.copy()
    other[1:] = np.where(latest[:-1] >= start[1:], position[holder[:-1]], position[1:])
    return other


def _report(problems: Problems, table: pd.DataFrame, position: Positions, other: Positions, shared: str) -> None:
    rows = table.index.to_numpy()
    expected = np.full(len(table), "", dtype=object)
    for one, another in zip(position[position != other], other[position != other], strict=True):
        later, earlier = max(one, another), min(one, another)
        expected[later] = (
            f"each figure once: row {rows[earlier]} gives {shared} for the same area, indicator, form, sex, age, "
            "source and vintage"
        )
    problems.refuse(expected != "", "period_start", expected)
