"""Read counts by area and period from a table or from evidence, and check every cell that is used."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence, period_label
from estimators.evidence.files import RawTable, read_frame
from estimators.evidence.problems import Problems, suggestion
from estimators.projection import periods
from estimators.projection.layouts import (
    AREA_WORDS,
    PERIOD_WORDS,
    PERIODS,
    TOTAL_WORDS,
    YEAR_WORDS,
    Layout,
    read_layout,
)
from estimators.projection.series import CountSeries

type Mask = NDArray[np.bool_]
type Source = str | os.PathLike[str] | pd.DataFrame | Evidence

NOT_COUNTED = ("vintage", "method", "row", *YEAR_WORDS, *AREA_WORDS, *PERIOD_WORDS)  # numbers that count nothing
ONE_AREA = "all"
PERIOD_EXPECTED = "a month such as 2022-06 or June 2022 (or a quarter 2022-Q2, a half-year 2022-H1)"
ONE_COLUMN = "one column of counts; name it, as in value='victims' (--value victims)"


def read_series(
    source: Source,
    *,
    value: str = "",
    sum_over: Sequence[str] = (),
    indicator: str = "",
    known_through: str | None = None,
) -> CountSeries:
    """Read counts by area and month.

    Parameters
    ----------
    source : str, os.PathLike, pandas.DataFrame or Evidence
        A table with one row an area and month: columns ``month`` (or ``period``, ``quarter``, ``date``; or ``year`` beside ``month``), a
        column of whole numbers and, where there are several areas, ``area``. Or with a column a month, and a row a year or area. Months
        may be dates, numbers or names; names, of columns too, are read in English, Spanish and Portuguese. Or evidence with monthly
        rows of an indicator.
    value : str
        The column that is counted; by default ``value``, or the only column of whole numbers.
    sum_over : sequence of str
        Columns such as ``sex`` and ``age`` whose rows are parts of one figure, to be added up.
    indicator : str
        Of evidence: which indicator; by default the only one with monthly rows.
    known_through : str, optional
        Last period that is read; later rows are not looked at.

    Returns
    -------
    CountSeries

    Raises
    ------
    DataError
        Naming file, row, column and value: no such column, a period or count that is none, a row twice, a period that is missing for an
        area, `known_through` outside the figures.

    Examples
    --------
    >>> table = pd.DataFrame({"month": ["2022-01", "2022-02", "2022-03"], "victims": [53, 93, 82]})
    >>> read_series(table).counts
    array([[53., 93., 82.]])
    """
    if isinstance(source, Evidence):
        table, indicator = _of_evidence(source, indicator)
        return _series(Layout(table, "period", "area"), "value", (), known_through, indicator)
    raw = read_frame(source)
    if "indicator" in raw.cells:
        from estimators.evidence import read_evidence

        return read_series(read_evidence(source), indicator=indicator, known_through=known_through)
    if raw.cells.empty:
        raise refuse(raw, None, "", "at least one row of data")
    layout = read_layout(raw, known_through)
    column = layout.value or _counted_column(raw, value, sum_over)
    return _series(layout, column, tuple(sum_over), known_through, value or column)


def refuse(raw: RawTable, column: str | None, written: str, expected: str) -> DataError:
    """One problem with a table as a whole."""
    return DataError([Problem(raw.label, None, column, written, expected)])


def period_column(raw: RawTable) -> str:
    """The column that says when."""
    found = [str(name) for name in raw.cells if periods.plain(name) in PERIOD_WORDS]
    if len(found) != 1:
        raise refuse(raw, "month", ", ".join(found), f"one column that says when: {PERIODS}")
    return found[0]


def _counted_column(raw: RawTable, value: str, sum_over: Sequence[str]) -> str:
    others = [name for name in (value, *sum_over) if name and name not in raw.cells]
    if others:
        names = [str(name) for name in raw.cells.columns]
        raise DataError([Problem(raw.label, None, name, name, suggestion(name, names, "a column")) for name in others])
    if value or "value" in raw.cells:
        return value or "value"
    kept = [name for name in raw.cells if periods.plain(name) not in NOT_COUNTED and name not in sum_over]
    numeric = [name for name in kept if bool(whole_numbers(raw.cells[name]).notna().any())] or kept
    if len(numeric) != 1:
        raise refuse(raw, "value", ", ".join(map(str, numeric)), ONE_COLUMN)
    return str(numeric[0])


def whole_numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """Counts of a column as it was written, NaN where the cell holds none."""
    known = column.astype(str).str.strip().str.fullmatch(r"\d{1,15}(\.0*)?")
    return pd.to_numeric(column.where(known), errors="coerce").astype(float)


def numbered(problems: Problems, cells: pd.DataFrame, column: str) -> tuple["pd.Series[int]", int]:
    """Numbers of the periods in a column, -1 where refused, and how many make a year; all must be of one length."""
    read = {text: periods.number(periods.written(text)) for text in cells[column].astype(str).unique()}
    lengths = {found[1] for found in read.values() if found}
    per_year = max(lengths, default=12)
    short = {text: found[0] if found and found[1] == per_year else -1 for text, found in read.items()}
    whole = cells[column].astype(str).map(short).astype(int)
    expected = (
        PERIOD_EXPECTED if len(lengths) < 2 else f"a {periods.NAMES[per_year]} like the others: one length a table"
    )
    problems.refuse((whole < 0).to_numpy(), column, expected)
    return whole, per_year


def _of_evidence(evidence: Evidence, indicator: str) -> tuple[RawTable, str]:
    """Rows of one indicator with periods shorter than a year, as a table of areas and periods, and the indicator."""
    table = evidence.table
    label = [period_label(a, b) for a, b in zip(table["period_start"], table["period_end"], strict=True)]
    table = table.assign(period=label)[[periods.number(text) is not None for text in label]]
    names = [str(name) for name in table["indicator"].unique()]
    if not indicator and len(names) == 1:
        indicator = names[0]
    if indicator not in names:
        expected = f"one indicator with monthly or quarterly rows, named by indicator= (--indicator); found: {', '.join(names) or 'none'}"
        raise DataError([Problem(evidence.label, None, "indicator", indicator, expected)])
    everyone = (table[["form", "sex", "age"]] == "all").all(axis=1)
    table = table[(table["indicator"] == indicator) & everyone]
    problems = Problems(table, evidence.label)
    exact = "an exact count: a projection cannot take intervals and missing figures"
    problems.refuse((table["bound"] != "exact").to_numpy(), "value", exact)
    problems.raise_if_any()
    return RawTable(table[["area", "period", "value"]].astype({"value": "int64"}), evidence.label), indicator


def _series(
    layout: Layout, value: str, sum_over: tuple[str, ...], known_through: str | None, counted_as: str
) -> CountSeries:
    raw, when = layout.raw, layout.when
    cells, where = raw.cells, layout.area
    problems = Problems(cells, raw.label)
    whole, per_year = numbered(problems, cells, when)
    problems.raise_if_any()
    last = _last(raw, whole, per_year, known_through)
    cells = cells[(whole <= last).to_numpy()]
    problems = Problems(cells, raw.label)
    counted = whole_numbers(cells[value])
    problems.refuse(
        counted.isna().to_numpy(), value, "a count: a whole number, 0 or more; a missing figure is not zero"
    )
    area = cells[where].astype(str) if where else pd.Series(ONE_AREA, index=cells.index)
    problems.refuse((area == "").to_numpy(), where, "the name of an area")
    rows = pd.DataFrame({"area": area, "period": whole[whole <= last], "counted": counted})
    parts = {name: cells[name].astype(str) for name in sum_over}
    _check_once(problems, rows, parts, when)
    problems.raise_if_any()
    wide = rows.pivot_table(index="area", columns="period", values="counted", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=range(int(rows["period"].min()), last + 1))
    _check_complete(raw, wide, per_year, when)
    first, areas = int(wide.columns[0]), tuple(str(name) for name in wide.index)
    return CountSeries(areas, first, per_year, wide.to_numpy(dtype=float), counted_as, raw.label)


def _last(raw: RawTable, whole: "pd.Series[int]", per_year: int, known_through: str | None) -> int:
    low, high = int(whole.min()), int(whole.max())
    if known_through is None:
        return high
    read = periods.number(str(known_through))
    if read is None or read[1] != per_year or not low <= read[0] <= high:
        ends = f"{periods.label(low, per_year)} to {periods.label(high, per_year)}"
        expected = f"a {periods.NAMES[per_year]} from {ends}, which the figures cover"
        raise refuse(raw, "known_through", str(known_through), expected)
    return read[0]


def _check_once(problems: Problems, rows: pd.DataFrame, parts: "dict[str, pd.Series[str]]", when: str) -> None:
    """Refuse a figure given twice, and totals beside their parts."""
    keys = rows[["area", "period"]].assign(**parts)
    twice = keys.duplicated().to_numpy()
    if twice.any():
        first = keys.reset_index(names="row").groupby([*keys], sort=False)["row"].transform("first").to_numpy()
        advice = "; rows of several parts need sum_over, those of several data cuts a choice of one vintage"
        texts = np.array([f"each area and period once: row {row} gives it too{advice}" for row in first], dtype=object)
        problems.refuse(twice, when, texts)
    for name, words in parts.items():
        total = words.map(periods.plain).isin(TOTAL_WORDS)
        if not total.all():
            problems.refuse(total.to_numpy(), name, "parts without their total, which would be counted twice")


def _check_complete(raw: RawTable, wide: pd.DataFrame, per_year: int, when: str) -> None:
    """Refuse areas with a period missing, one problem each: missing is not zero."""
    ends = f"from {periods.label(int(wide.columns[0]), per_year)} to {periods.label(int(wide.columns[-1]), per_year)}"
    gaps = []
    for area, row in wide[wide.isna().any(axis=1)].iterrows():
        missing = [periods.label(int(period), per_year) for period in wide.columns[row.isna()]]
        written = (
            f"{area}: nothing for {', '.join(missing[:3])}{f' … {len(missing)} in all' if len(missing) > 3 else ''}"
        )
        expected = f"a row for every {periods.NAMES[per_year]} {ends}, 0 where nothing was counted"
        gaps.append(Problem(raw.label, None, when, written, expected))
    if gaps:
        raise DataError(gaps)
