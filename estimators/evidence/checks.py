"""From a table as written to the canonical table, or one `DataError` that lists every problem."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from estimators.evidence.bounds import settle
from estimators.evidence.files import RawTable
from estimators.evidence.periods import parse_period
from estimators.evidence.problems import Problems, suggestion
from estimators.evidence.repeats import check_repeats
from estimators.evidence.values import read_limits
from estimators.evidence.vocabulary import (
    AGE_PATTERN,
    BOUNDS,
    FORMS,
    INDICATORS,
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    SEXES,
)

COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
TEXT_COLUMNS = tuple(name for name in COLUMNS if name not in ("period_start", "period_end", "value", "lower", "upper"))
PERIOD_NAMES = "a period such as 2021, 2021-H1, 2021-Q3, 2021-07 or 2002-01-01/2016-12-31"


def canonical_table(raw: RawTable) -> pd.DataFrame:
    """Check a table and bring it to canonical form.

    Parameters
    ----------
    raw : RawTable
        What `files.read_frame` read.

    Returns
    -------
    pandas.DataFrame
        All of `COLUMNS` in that order, indexed by ``row`` (1 for the first row of data): dates as ``datetime64[s]``,
        value and limits as float, the rest as text. Empty form, sex and age are ``"all"``, an empty unit is the
        indicator's.

    Raises
    ------
    DataError
        Listing every problem with file, row, column, value and what was expected.

    Examples
    --------
    >>> from estimators.evidence.files import read_frame
    >>> row = {"area": "MEX", "period": "2021-H1", "indicator": "complaints", "value": "<5"}
    >>> table = canonical_table(read_frame(pd.DataFrame([row])))
    >>> table[["lower", "upper", "bound", "unit"]].to_numpy().tolist()
    [[0.0, 4.0, 'less_than', 'cases']]
    """
    problems = Problems(raw.cells, raw.label)
    _check_columns(problems, raw.cells)
    table = pd.DataFrame(index=raw.cells.index.rename("row"))
    for name in COLUMNS:
        table[name] = raw.cells.get(name, "")
    for name in sorted(raw.cells.columns.intersection(list(TEXT_COLUMNS))):
        table[name] = table[name].map(_as_text).astype(str).str.normalize("NFC")
    for name in ("form", "sex", "age"):
        table[name] = table[name].mask(table[name] == "", "all")
    _check_words(problems, table)
    _read_periods(problems, table, raw.cells)
    kinds = table["indicator"].map({name: known.kind for name, known in INDICATORS.items()}).fillna("")
    kind = kinds.to_numpy(dtype=str)
    figures = read_limits(problems, table, kind, decimal_comma=raw.decimal_comma)
    statement = settle(problems, figures, table["bound"].to_numpy(dtype=str), kind)
    check_repeats(problems, table, kind)
    problems.raise_if_any()
    for column in statement:
        table[column] = statement[column].to_numpy()
    table["unit"] = table["indicator"].map({name: known.unit for name, known in INDICATORS.items()})
    return table.astype(dict.fromkeys(TEXT_COLUMNS, str))


def _check_columns(problems: Problems, cells: pd.DataFrame) -> None:
    """Report names that are unknown, and stop where a required one is absent: its absence would be told row by row."""
    present = set(cells.columns)
    for name in cells.columns:
        if name not in (*COLUMNS, "period"):
            problems.add(name, name, suggestion(name, (*COLUMNS, "period"), "a known column"))
    required = {"area", "indicator", "value"}
    if "period" not in present:
        required |= {"period_start", "period_end"}
    elif present & {"period_start", "period_end"}:
        problems.add("period", "period", "either period, or period_start and period_end, not both")
    for name in COLUMNS:
        if name in required - present:
            alternative = " (or a column 'period')" if name.startswith("period") else ""
            problems.add(name, "", f"a column of this name{alternative}")
    if required - present:
        problems.raise_if_any()
    if cells.empty:
        problems.add("area", "", "at least one row of data")
        problems.raise_if_any()


def _as_text(cell: object) -> str:
    """Write typed cells as a person would: the year 2021.0 is 2021, and a date has no time of day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return str(cell)


def _check_words(problems: Problems, table: pd.DataFrame) -> None:
    """Check the columns whose words are controlled."""
    parts = table["area"].str.split("+").map(lambda names: all(name.strip() for name in names)).to_numpy(dtype=bool)
    problems.refuse((table["area"] == "").to_numpy(), "area", "the name or code of an area")
    problems.refuse(~parts, "area", "codes of areas joined by +, none of them empty")
    for column, known in (("indicator", tuple(INDICATORS)), ("form", FORMS), ("sex", SEXES), ("bound", (*BOUNDS, ""))):
        unknown = ~table[column].isin(known).to_numpy()
        for word in table.loc[unknown, column].unique():
            words = [name for name in known if name]
            offending = unknown & (table[column] == word).to_numpy()
            problems.refuse(offending, column, suggestion(word, words, f"a known {column}"))
    age = ~table["age"].str.fullmatch(AGE_PATTERN).to_numpy(dtype=bool)
    years = table["age"].str.extract(r"^(\d+)-(\d+)$").astype(float)
    age |= (years[0] > years[1]).to_numpy()
    problems.refuse(age, "age", "all, unknown, or ages in years such as 0-17 or 18+")
    units = table["indicator"].map({name: known.unit for name, known in INDICATORS.items()})
    mixed = (table["unit"] != "") & units.notna() & (table["unit"] != units)
    expected = "'" + units.astype(object) + "', the unit of " + table["indicator"].astype(object) + ", or an empty cell"
    problems.refuse(mixed.to_numpy(), "unit", expected.fillna("").to_numpy())


def _read_periods(problems: Problems, table: pd.DataFrame, cells: pd.DataFrame) -> None:
    """Read first and last day, from a named period or from two dates."""
    if "period" in cells:
        named = cells["period"].map(_as_text)
        periods = {name: parse_period(name) for name in named.unique()}
        known = named.map(lambda name: periods[name] is not None).to_numpy(dtype=bool)
        problems.refuse(~known, "period", PERIOD_NAMES)
        for side, column in enumerate(("period_start", "period_end")):
            days = {name: period[side].isoformat() for name, period in periods.items() if period is not None}
            table[column] = _as_dates(named.map(days).astype(object))
        return
    for column in ("period_start", "period_end"):
        dates = _as_dates(table[column].map(_as_text))
        problems.refuse(dates.isna().to_numpy(), column, "a date that exists, written YYYY-MM-DD")
        table[column] = dates
    reversed_ends = (table["period_end"] < table["period_start"]).to_numpy()
    problems.refuse(reversed_ends, "period_end", "a date not before period_start; the end is the last day covered")


def _as_dates(texts: "pd.Series[Any]") -> "pd.Series[pd.Timestamp]":
    iso = texts.where(texts.astype(str).str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").astype(bool))
    return pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
