"""Read lists of one hidden population from a table, and check every cell."""

import os
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimators.errors import DataError, Problem
from estimators.evidence.files import RawTable, read_frame
from estimators.evidence.problems import Problems
from estimators.lists.table import Array, Lists, Mask

COUNT_NAMES = ("count", "n", "freq", "frequency")
ZERO_OR_ONE = re.compile(r"[01](\.0*)?|True|False", re.IGNORECASE)
LARGEST = 2**53


def read_lists(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    lists: Sequence[str] = (),
    count: str = "",
    covariates: Sequence[str] | None = None,
    person: str = "",
    on_list: str = "",
    sheet: str | None = None,
) -> Lists:
    """Read who is on which list.

    Parameters
    ----------
    source : str, os.PathLike or pandas.DataFrame
        A CSV, Parquet or Excel file, or a DataFrame, in one of three shapes. (1) One 0/1 column a list and a column of counts;
        patterns that nobody has may be left out. (2) One 0/1 column a list and one row a person. (3) One row a record, with a column
        that says which person and one that says which list.
    lists : sequence of str, optional
        The 0/1 columns; by default every column that holds only 0 and 1, but for the counts.
    count : str, optional
        The column of counts; by default the one named count, n, freq or frequency. ``<=12``, ``≤12`` and ``<13`` are upper limits.
    covariates : sequence of str, optional
        Columns that say more about a row (sex, region …); by default every column left over.
    person, on_list : str, optional
        Of shape (3): the column that names the person, and the one that names the list.
    sheet : str, optional
        Name of the Excel sheet; the first one by default.

    Returns
    -------
    Lists

    Raises
    ------
    DataError
        Naming file, row, column and value: other than 0 and 1, a count of people on no list, a list that nobody is on, two lists that
        hold the same people, fewer than two lists, no people.

    Examples
    --------
    >>> read_lists(pd.DataFrame({"police": [1, 0, 1], "shelter": [0, 1, 1], "count": [40, 30, 6]}))
    Lists from DataFrame: 76 people on 2 lists
      police 46, shelter 36
    >>> records = pd.DataFrame({"who": ["a", "a", "b", "c"], "list": ["police", "shelter", "police", "shelter"]})
    >>> read_lists(records, person="who", on_list="list").table.tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    raw = read_frame(source, sheet=sheet)
    if person or on_list:
        raw = _by_person(raw, person, on_list, covariates)
        lists, count = (), ""
    names, counted, known = _columns(raw, tuple(lists), count, covariates)
    problems = Problems(raw.cells, raw.label)
    on = np.column_stack([_zero_or_one(raw.cells[name], problems) for name in names])
    counts, censored = _counts(raw.cells[counted], problems) if counted else (np.ones(len(on)), np.zeros(len(on), bool))
    unlisted = ~on.any(axis=1) & (counts > 0)
    problems.refuse(unlisted, counted or names[0], "no people on no list: how many they are is the question")
    for name in known:
        problems.refuse(
            _text(raw.cells[name]) == "", name, "a value: whoever has none needs one of their own, such as 'unknown'"
        )
    problems.raise_if_any()
    _check_lists(names, on, counts, raw.label)
    kept = on.any(axis=1) & (counts > 0)
    table = pd.DataFrame({name: _values(raw.cells[name]) for name in known}, index=raw.cells.index)
    return Lists(names, on[kept], counts[kept], censored[kept], table[kept].reset_index(drop=True), raw.label)


def _text(column: pd.Series) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array([str(value).strip() for value in column], dtype=object)


def _columns(
    raw: RawTable, lists: tuple[str, ...], count: str, covariates: Sequence[str] | None
) -> tuple[tuple[str, ...], str, list[str]]:
    """Names of the lists, of the counts ("" where every row is a person), and of the covariates."""
    columns = [str(name) for name in raw.cells.columns]
    missing = [name for name in (*lists, *(covariates or ()), *([count] if count else [])) if name not in columns]
    if missing:
        expected = f"a column among: {', '.join(columns)}"
        raise DataError([Problem(raw.label, None, name, name, expected) for name in missing])
    counted = count or next((name for name in columns if name.lower() in COUNT_NAMES and name not in lists), "")
    left = [name for name in columns if name != counted and name not in (covariates or ())]
    found = lists or tuple(name for name in left if might_be_list(raw.cells[name]))
    if len(found) < 2:
        expected = (
            "at least two columns that hold only 0 and 1, one a list, since with one list nothing says how many are on none; or, of a "
            "row a record, the names of the columns that say who (person) and on which list (on_list)"
        )
        raise DataError([Problem(raw.label, None, None, ", ".join(found) or "none", expected)])
    return found, counted, [name for name in left if name not in found] if covariates is None else list(covariates)


def might_be_list(column: pd.Series) -> bool:
    """Mostly 0 and 1: what else stands there is then an error, and not a covariate."""
    good = np.array([bool(ZERO_OR_ONE.fullmatch(text)) for text in _text(column)])
    return bool(good.mean() > 0.5) if len(good) else False


def _zero_or_one(column: pd.Series, problems: Problems) -> Mask:
    text = _text(column)
    good = np.array([bool(ZERO_OR_ONE.fullmatch(value)) for value in text])
    problems.refuse(~good, str(column.name), "1 for people on this list, 0 for others")
    return np.array([value.lower().startswith(("1", "t")) for value in text])


def _counts(column: pd.Series, problems: Problems) -> tuple[Array, Mask]:
    """Counts, and which of them are upper limits."""
    text = _text(column)
    parts = [re.fullmatch(r"(<=|≤|<|)\s*(\d+)(\.0*)?", value) for value in text]
    bad = np.array([part is None or int(part[2]) > LARGEST for part in parts])
    problems.refuse(bad, str(column.name), "a whole number of people, 0 or more, or an upper limit such as <=12")
    sign = np.array(["" if part is None else part[1] for part in parts])
    number = np.array([0.0 if part is None or bad[place] else float(part[2]) for place, part in enumerate(parts)])
    return np.maximum(number - (sign == "<"), 0.0), np.asarray(sign != "")


def _values(column: pd.Series) -> list[object]:
    """Numbers where every value is one, else text."""
    numbers = pd.to_numeric(column, errors="coerce")
    return list(numbers.astype(float)) if numbers.notna().all() else list(_text(column))


def _check_lists(names: tuple[str, ...], on: Mask, counts: Array, label: str) -> None:
    """Refuse tables that hold nobody, lists that hold nobody, and two lists that hold the same people."""
    if not counts.sum():
        raise DataError([Problem(label, None, None, "0 people", "at least one person on a list")])
    seen = on[counts > 0]
    empty = [
        Problem(label, None, name, "0 people", "at least one person on this list: leave it out")
        for name, size in zip(names, seen.sum(axis=0), strict=True)
        if not size
    ]
    if empty:
        raise DataError(empty)
    same = [
        (one, other)
        for place, one in enumerate(names)
        for at, other in enumerate(names)
        if at > place and (seen[:, place] == seen[:, at]).all()
    ]
    if same:
        expected = "lists made apart from each other: these hold exactly the same people"
        raise DataError([Problem(label, None, other, f"{one} = {other}", expected) for one, other in same])


def _by_person(raw: RawTable, person: str, on_list: str, covariates: Sequence[str] | None) -> RawTable:
    """One row a person, from one row a record."""
    columns = [str(name) for name in raw.cells.columns]
    known = [name for name in columns if name not in (person, on_list)] if covariates is None else list(covariates)
    missing = [name for name in (person, on_list, *known) if name not in columns]
    if missing:
        expected = f"columns that name the person and the list, among: {', '.join(columns)}"
        raise DataError([Problem(raw.label, None, None, name or "not given", expected) for name in missing])
    problems = Problems(raw.cells, raw.label)
    for name in (person, on_list):
        problems.refuse(_text(raw.cells[name]) == "", name, "a name in every row")
    who, which = (pd.Series(_text(raw.cells[name]), index=raw.cells.index) for name in (person, on_list))
    for name in known:
        differs = raw.cells[name].astype(str).groupby(who).transform("nunique") > 1
        problems.refuse(differs.to_numpy(), name, "one value a person: the records of this person disagree")
    problems.raise_if_any()
    wide = pd.crosstab(who, which).clip(upper=1).astype(str)
    clash = [name for name in known if name in wide.columns]
    if clash:
        raise DataError(
            [Problem(raw.label, None, name, name, "a covariate whose name is not that of a list") for name in clash]
        )
    firsts = raw.cells[known].groupby(who).first()
    joined = wide.join(firsts).reset_index(drop=True)
    joined.index = joined.index + 1
    return RawTable(joined, raw.label)
