"""How often each person was caught by one source, read and checked: a single list that meets people more than once."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from estimators.errors import DataError, Problem
from estimators.evidence.files import read_frame
from estimators.evidence.problems import Problems
from estimators.lists.reading import COUNT_NAMES, might_be_list
from estimators.lists.table import Array, cells_of, hash_of

CAPTURE_NAMES = ("captures", "capture", "times", "nbcap")
MOST_CAPTURES = 100_000
MOST_PEOPLE = 2**53


@dataclass(frozen=True, eq=False, repr=False)
class Captures:
    """How often people were caught; made by `read_captures`, never changed afterwards. Two are equal when their `hash` is equal.

    Parameters
    ----------
    captures : Array
        Captures of each person of a row, 1 or more, (rows,).
    people : Array
        People of each row, (rows,).
    covariates : pandas.DataFrame
        What else is known of each row: one column a covariate, and no columns where nothing is.
    label : str
        File name, or ``"DataFrame"``.

    Examples
    --------
    >>> caught = read_captures(pd.DataFrame({"captures": [1, 2, 3], "count": [90, 12, 2]}))
    >>> caught, caught.observed, caught.often.tolist()
    (Captures from DataFrame: 104 people, 14 of them caught more than once, 104, [90.0, 12.0, 2.0])
    """

    captures: Array
    people: Array
    covariates: pd.DataFrame
    label: str = "DataFrame"

    def __repr__(self) -> str:
        known = f"\n  covariates: {', '.join(map(str, self.covariates))}" if len(self.covariates.columns) else ""
        again = int(self.people[self.captures > 1].sum())
        return f"Captures from {self.label}: {self.observed:,} people, {again:,} of them caught more than once{known}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Captures) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def observed(self) -> int:
        """People caught at least once."""
        return int(self.people.sum())

    @property
    def often(self) -> Array:
        """People caught once, twice, …, (most captures,)."""
        return np.bincount(self.captures.astype(np.intp), weights=self.people)[1:]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of captures, people and covariates, whatever the order of the rows."""
        columns = (self.captures.tolist(), self.people.tolist(), self.covariates.astype(object).values.tolist())
        return hash_of(list(self.covariates.columns), columns)

    @property
    def cells(self) -> xr.Dataset:
        """The number observed, in the shape that every result has: one area, one period."""
        return cells_of(self.observed, "people caught at least once")


def has_captures(source: str | os.PathLike[str] | pd.DataFrame, *, sheet: str | None = None) -> bool:
    """Whether a table says by its columns how often people were caught, and not who is on which list.

    A column of nothing but 0 and 1 may be a list: it is one where another such column stands beside it.

    Examples
    --------
    >>> has_captures(pd.DataFrame({"times": [1, 2], "count": [40, 3]})), has_captures(pd.DataFrame({"times": [1, 0], "other": [0, 1]}))
    (True, False)
    """
    cells = read_frame(source, sheet=sheet).cells
    caught = [name for name in cells.columns if str(name).lower() in CAPTURE_NAMES]
    if not caught:
        return False
    numbers = pd.to_numeric(cells[caught[0]], errors="coerce")
    others = [name for name in cells.columns if name != caught[0] and str(name).lower() not in COUNT_NAMES]
    alone = not any(might_be_list(cells[name]) for name in others)
    return bool((numbers > 1).any() or (alone and (numbers >= 1).any()))


def read_captures(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    captures: str = "",
    count: str = "",
    covariates: Sequence[str] | None = None,
    sheet: str | None = None,
) -> Captures:
    """Read how often each person was caught.

    Parameters
    ----------
    source : str, os.PathLike or pandas.DataFrame
        A CSV, Parquet or Excel file, or a DataFrame: one row a person, or one row for people with the same captures and covariates and a
        column of how many they are.
    captures : str, optional
        The column that says how often; by default the one named captures, capture, times or nbcap.
    count : str, optional
        The column of people; by default the one named count, n, freq or frequency, and one person a row where there is none.
    covariates : sequence of str, optional
        Columns that say more about a person; by default every column left over. Where every value is a number it is read as one.
    sheet : str, optional
        Name of the Excel sheet; the first one by default.

    Returns
    -------
    Captures

    Raises
    ------
    DataError
        Naming file, row, column and value: captures that are no whole number from 1 to 100,000 (people never caught are the question),
        people that are no whole number, covariates without a value, no such column, no people.

    Examples
    --------
    >>> read_captures(pd.DataFrame({"times": [1, 1, 2], "sex": ["f", "m", "f"]})).covariates["sex"].tolist()
    ['f', 'm', 'f']
    """
    raw = read_frame(source, sheet=sheet)
    cells = raw.cells
    columns = [str(name) for name in cells.columns]
    caught = captures or next((name for name in columns if name.lower() in CAPTURE_NAMES), "")
    counted = count or next((name for name in columns if name.lower() in COUNT_NAMES and name != caught), "")
    known = [name for name in columns if name not in (caught, counted)] if covariates is None else list(covariates)
    _check_columns(raw.label, columns, [caught, *([counted] if counted else []), *known])
    problems = Problems(cells, raw.label)
    times = _whole(cells[caught], problems, 1, MOST_CAPTURES, "captures of one person, a whole number, 1 or more")
    people = _whole(cells[counted], problems, 0, MOST_PEOPLE, "people, a whole number, 0 or more") if counted else None
    for name in known:
        empty = np.array([str(value).strip() == "" for value in cells[name]])
        problems.refuse(empty, name, "a value: whoever has none needs one of their own, such as 'unknown'")
    problems.raise_if_any()
    number = np.ones(len(times)) if people is None else people
    kept = number > 0
    if not kept.any():
        raise DataError([Problem(raw.label, None, counted or caught, "0 people", "at least one person")])
    table = pd.DataFrame({name: _read(cells[name]) for name in known}, index=cells.index)
    return Captures(times[kept], number[kept], table[kept].reset_index(drop=True), raw.label)


def _check_columns(label: str, columns: list[str], wanted: list[str]) -> None:
    if not wanted[0]:
        expected = f"captures='the column that says how often', one of: {', '.join(columns)}"
        raise DataError([Problem(label, None, None, ", ".join(columns), expected)])
    expected = f"a column among: {', '.join(columns)}"
    missing = [Problem(label, None, name, name, expected) for name in wanted if name not in columns]
    if missing:
        raise DataError(missing)


def _whole(column: pd.Series, problems: Problems, least: int, most: int, expected: str) -> Array:
    numbers = np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)
    good = (numbers == np.round(numbers)) & (numbers >= least) & (numbers <= most)
    problems.refuse(~good, str(column.name), expected)
    return np.where(good, numbers, least)


def _read(column: pd.Series) -> "pd.Series":
    """Numbers where every value is one, else text."""
    numbers = pd.to_numeric(column, errors="coerce")
    return (
        numbers
        if np.isfinite(np.asarray(numbers, dtype=np.float64)).all()
        else column.map(lambda value: str(value).strip())
    )
