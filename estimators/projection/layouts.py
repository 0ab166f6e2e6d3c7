"""Tables as people keep them, brought to one row an area and period: years beside months, months side by side."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from estimators.errors import DataError, Problem
from estimators.evidence.files import RawTable
from estimators.evidence.problems import Problems
from estimators.projection import periods

PERIOD_WORDS = ("month", "period", "quarter", "mes", "periodo", "fecha", "data", "date", "trimestre")
YEAR_WORDS = ("year", "ano", "anio")
AREA_WORDS = (
    "area", "state", "estado", "entidad", "uf", "region", "regiao", "department", "departamento",
    "province", "provincia", "country", "pais",
)  # fmt: skip
TOTAL_WORDS = ("all", "total", "totals", "totales", "totais", "nacional", "national", "todos")
SIDE_BY_SIDE = 4  # columns that are periods, from which on a table holds its months side by side
PERIODS = "month, period, quarter or date; or year beside month; or a column a month"


@dataclass(frozen=True)
class Layout:
    """A table with one row an area and period, and the names of its columns as they were written; "" where there is none."""

    raw: RawTable
    when: str
    area: str
    value: str = ""


def find(raw: RawTable, words: Sequence[str]) -> str:
    """The column whose name is one of these words, the first word first; "" where none is."""
    names = {periods.plain(name): str(name) for name in reversed(raw.cells.columns)}
    return next((names[word] for word in words if word in names), "")


def read_layout(raw: RawTable, known_through: str | None) -> Layout:
    """Find out how a table is laid out, and lay it out with one row an area and period.

    Raises
    ------
    DataError
        Naming row and column: no period, or two that could be it; a year or month that is none; of months side by side each cell that
        holds no count.
    """
    year, area = find(raw, YEAR_WORDS), find(raw, AREA_WORDS)
    when = [str(name) for name in raw.cells if periods.plain(name) in PERIOD_WORDS]
    if not when:
        aside = _side_by_side(raw, year)
        if len(aside) >= SIDE_BY_SIDE:
            return _stacked(raw, aside, year, area, known_through)
    if len(when) != 1:
        raise DataError([Problem(raw.label, None, "month", ", ".join(when), f"one column that says when: {PERIODS}")])
    if not year or bool(raw.cells[when[0]].map(lambda cell: periods.number(periods.written(cell)) is not None).any()):
        return Layout(raw, when[0], area)
    return Layout(_joined(raw, year, when[0]), when[0], area)


def _joined(raw: RawTable, year: str, when: str) -> RawTable:
    """Years and months, or quarters, in two columns, as one."""
    cells, problems = raw.cells, Problems(raw.cells, raw.label)
    of_year = cells[year].map(_year)
    quarters = periods.plain(when) in ("quarter", "trimestre")
    part = cells[when].map(_quarter if quarters else lambda cell: _two_digits(periods.month(cell)))
    problems.refuse((of_year == "").to_numpy(), year, "a year such as 2022")
    expected = "a quarter, 1 to 4" if quarters else "a month, 1 to 12 or its name"
    problems.refuse((part == "").to_numpy(), when, expected)
    problems.raise_if_any()
    return RawTable(cells.assign(**{when: of_year + "-" + part}), raw.label)


def _side_by_side(raw: RawTable, year: str) -> dict[str, Callable[[str], str]]:
    """Columns that are periods, and how each makes a label of the year."""
    found: dict[str, Callable[[str], str]] = {}
    for name in map(str, raw.cells.columns):
        label, part = periods.written(name), _two_digits(periods.month(name))
        if periods.number(label) is not None:
            found[name] = lambda _, label=label: label  # type: ignore[misc]
        elif year and part:
            found[name] = lambda text, part=part: f"{text}-{part}"  # type: ignore[misc]
    return found


def _stacked(
    raw: RawTable, aside: dict[str, Callable[[str], str]], year: str, area: str, known_through: str | None
) -> Layout:
    """Months side by side, one below the other; those before the first figure and after the last hold nothing."""
    cells, problems = raw.cells, Problems(raw.cells, raw.label)
    of_year = cells[year].map(_year) if year else pd.Series("", index=cells.index)
    if year:
        problems.refuse((of_year == "").to_numpy(), year, "a year such as 2022")
        problems.raise_if_any()
    others = [name for name in cells if str(name) not in aside and periods.plain(name) not in TOTAL_WORDS]
    parts = [
        cells[others].assign(month=of_year.map(label), value=cells[name], column=name) for name, label in aside.items()
    ]
    long = pd.concat(parts)
    written = long.loc[long["value"].astype(str) != "", "month"]
    if written.empty:
        raise DataError([Problem(raw.label, None, next(iter(aside)), "", "at least one count")])
    last = min(written.max(), known_through or written.max())
    long = long[(long["month"] >= written.min()) & (long["month"] <= last)]
    if long.empty:
        ends = f"a period from {written.min()} to {written.max()}, which the figures cover"
        raise DataError([Problem(raw.label, None, "known_through", str(known_through), ends)])
    for name, rows in long.groupby("column", sort=False):
        bad = rows.index[~rows["value"].astype(str).str.fullmatch(r"\d{1,15}(\.0*)?").to_numpy()]
        expected = "a count: a whole number, 0 or more; a missing figure is not zero"
        problems.refuse(cells.index.isin(bad), str(name), expected)
    problems.raise_if_any()
    return Layout(RawTable(long.drop(columns="column"), raw.label), "month", area, "value")


def _year(cell: object) -> str:
    match = re.fullmatch(r"(\d{4})(\.0*)?", str(cell))
    return match[1] if match else ""


def _quarter(cell: object) -> str:
    match = re.fullmatch(r"[qt]?([1-4])(\.0*)?", periods.plain(cell))
    return f"Q{match[1]}" if match else ""


def _two_digits(month: int | None) -> str:
    return f"{month:02}" if month else ""
