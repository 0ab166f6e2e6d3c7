"""Figures as they are written: 12, 1e3, 4 %, <5, ≥100, 10–20, and nothing at all."""

import numbers
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from estimators.evidence.problems import Mask, Problems, Texts

type Column = pd.Series[Any]

LARGEST = 2**53  # above it, whole numbers are no longer exact in floating point
MARKS = {"<": "less_than", "<=": "at_most", "≤": "at_most", ">": "more_than", ">=": "at_least", "≥": "at_least"}

_NUMBER = r"[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?"
_WRITTEN = (
    rf"^(?P<mark><=|>=|[<>≤≥])?\s*(?P<first>[+-]?{_NUMBER}|inf)\s*(?P<percent>%)?"
    rf"(?:\s*[-–]\s*(?P<second>{_NUMBER})\s*(?P<last_percent>%)?)?$"
)
_GROUPED = r"(?:^|[^0-9.,])[1-9][0-9]{0,2}[.,][0-9]{3}(?![0-9eE])"  # 1.234 and 1,234 but not 0.125
_SPACED = r"[0-9](?:[\s'’_][0-9]{3}|[.,][0-9]{3}[.,][0-9]{3})"  # 1 234, 1'234 and 1,234,567
_NO_FIGURE = (
    r"(?i:unknown|not (?:known|available|reported|applicable)|#?n\.?[/.]?[ad]\.?|nan|null|none|no data|missing|"
    r"desconocid[oa]|sin datos?|no disponible|no hay datos|s[/.]?[di]\.?|[-–—.…?*]+)"
)
_THINGS = ("count", "stock", "estimate")


def read_figures(cells: Column, kinds: Column, *, decimal_comma: bool) -> tuple[pd.DataFrame, Texts]:
    """Read one column of figures.

    Parameters
    ----------
    cells : pandas.Series
        Text as written or native numbers, ``""`` where empty.
    kinds : pandas.Series
        Kind of the indicator of each row (see `vocabulary.Indicator`).
    decimal_comma : bool
        Whether ``12,5`` means twelve and a half.

    Returns
    -------
    figures : pandas.DataFrame
        ``mark`` (a bound, or ""), ``first`` and ``second`` (float, NaN where there is none).
    expected : numpy.ndarray of str
        What would have been accepted, "" where the cell is in order.

    Examples
    --------
    >>> figures, expected = read_figures(pd.Series(["<5", "1.234"]), pd.Series(["count"] * 2), decimal_comma=False)
    >>> figures["mark"].to_list(), expected.tolist()
    (['less_than', ''], ['', 'a whole number without thousands marks'])
    """
    if not (cells != "").any():
        blank = pd.DataFrame({"mark": "", "first": np.nan, "second": np.nan}, index=cells.index)
        return blank, np.full(len(cells), "")
    native = cells.map(_is_number).to_numpy(dtype=bool)
    texts = cells.where(~native, "").astype(str).astype(object)  # object: patterns with a lookahead
    parts = texts.str.extract(_WRITTEN)
    unread = (texts != "").to_numpy() & parts["first"].isna().to_numpy()
    grouped = texts.str.contains(_GROUPED, regex=True).to_numpy(dtype=bool)
    percent = (parts["percent"].notna() | parts["last_percent"].notna()).to_numpy()
    half_percent = (parts["percent"].notna() & parts["last_percent"].isna() & parts["second"].notna()).to_numpy()
    figures = pd.DataFrame({"mark": parts["mark"].map(MARKS).fillna("").astype(str)}, index=cells.index)
    for part in ("first", "second"):
        figures[part] = _as_float(parts[part], percent)
    figures.loc[native, "first"] = cells[native].astype(float)

    kind = kinds.to_numpy(dtype=str)
    things = np.isin(kind, _THINGS)
    comma = texts.str.contains(",", regex=False).to_numpy(dtype=bool)
    # Where a comma is the decimal mark, 1.234 is a thousand to its author and one and a quarter to a parser.
    misread = grouped & (unread | things | (decimal_comma & ~comma))
    expected = _first_text(
        (cells.map(lambda cell: isinstance(cell, bool | np.bool_)).to_numpy(dtype=bool), "a number, not true or false"),
        (
            cells.map(lambda cell: isinstance(cell, date)).to_numpy(dtype=bool),
            "a number: a spreadsheet may have turned an interval such as 10-20 into a date",
        ),
        (
            unread & texts.str.fullmatch(_NO_FIGURE).to_numpy(dtype=bool),
            "a number, or an empty cell with bound 'missing'",
        ),
        (
            (unread & texts.str.contains(_SPACED, regex=True).to_numpy(dtype=bool)) | misread,
            np.where(
                kind == "count",
                "a whole number without thousands marks",
                "a number without thousands marks: 1234, or 1.2340 if a fraction is meant",
            ),
        ),
        (
            unread | half_percent | ((figures["mark"] != "").to_numpy() & figures["second"].notna().to_numpy()),
            "a number such as 12, <5, ≥100 or 10-20, or an empty cell with bound 'missing'",
        ),
        (
            ~native & comma & (not decimal_comma),
            "a decimal point: a comma is one only where semicolons separate the columns",
        ),
        (percent & (kind != "share"), "a number without %: only a share may be a percentage"),
    )
    return figures, expected


def outside(number: Column, kinds: Column, *, infinite: bool = False) -> Texts:
    """Say what a number of each kind may be where `number` is not that, "" elsewhere; NaN is nothing to say about.

    Examples
    --------
    >>> outside(pd.Series([-1.0, 2.5, 3.0]), pd.Series(["count"] * 3)).tolist()
    ['a number not below 0', 'a whole number', '']
    """
    amount = number.to_numpy(dtype=float)
    kind = kinds.to_numpy(dtype=str)
    with np.errstate(invalid="ignore"):
        return _first_text(
            (amount < 0, "a number not below 0"),
            (np.isinf(amount) & (not infinite), "a finite number"),
            (np.isfinite(amount) & (kind == "count") & (amount != np.floor(amount)), "a whole number"),
            (np.isfinite(amount) & (amount >= LARGEST), f"a number below 2**53 = {LARGEST}"),
            ((kind == "share") & (amount > 1), "a share between 0 and 1, or a percentage such as 4 %"),
        )


def read_limits(problems: Problems, cells: pd.DataFrame, kinds: Column, *, decimal_comma: bool) -> pd.DataFrame:
    """Read the columns value, lower and upper, and report every cell that holds no acceptable figure.

    Returns
    -------
    pandas.DataFrame
        ``mark``, ``first``, ``second`` of the value, and the given ``lower`` and ``upper`` (NaN where empty).
    """
    figures, expected = read_figures(cells["value"], kinds, decimal_comma=decimal_comma)
    for part in ("first", "second"):
        wrong = outside(figures[part], kinds)
        expected = np.where(expected == "", wrong, expected)
    reversed_ends = (figures["first"] > figures["second"]).to_numpy()
    expected = np.where((expected == "") & reversed_ends, "an interval with its smaller end first", expected)
    problems.refuse(expected != "", "value", expected)
    for column in ("lower", "upper"):
        limits, expected = read_figures(cells[column], kinds, decimal_comma=decimal_comma)
        several = (limits["mark"] != "").to_numpy() | limits["second"].notna().to_numpy()
        expected = np.where((expected == "") & several, "a single number", expected)
        wrong = outside(limits["first"], kinds, infinite=column == "upper")
        expected = np.where(expected == "", wrong, expected)
        problems.refuse(expected != "", column, expected)
        figures[column] = limits["first"]
    return figures


def _first_text(*cases: tuple[Mask, str | Texts]) -> Texts:
    """Take the text of the first case that holds in each row, "" where none does."""
    chosen = np.select([mask for mask, _ in cases], [np.asarray(text) for _, text in cases], default="")
    return chosen.astype(str)


def _is_number(cell: object) -> bool:
    return isinstance(cell, numbers.Real | Decimal) and not isinstance(cell, bool | np.bool_)


def _as_float(written: Column, percent: Mask) -> Column:
    """Read digits as Python does, correctly rounded; a percentage is read as such, not divided by 100 afterwards."""
    digits = written.fillna("nan").astype(object).str.replace(",", ".", regex=False)
    whole_percent = percent & ~digits.str.contains("[en]", case=False).to_numpy(dtype=bool)
    scaled = np.where(whole_percent, digits + "e-2", digits).astype(float)
    return pd.Series(np.where(percent & ~whole_percent, scaled / 100, scaled), index=written.index)
