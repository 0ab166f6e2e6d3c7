"""Figures as they are written: 12, 1e3, 4 %, <5, ≥100, 10–20, and nothing at all."""

import math
import numbers
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimators.evidence.problems import Mask, Problems, Texts

type Amounts = npt.NDArray[np.float64]

LARGEST = 2**53  # above it, whole numbers are no longer exact in floating point
MARKS = {"<": "less_than", "<=": "at_most", "≤": "at_most", ">": "more_than", ">=": "at_least", "≥": "at_least"}
THINGS = ("count", "stock", "estimate")  # persons and cases, which nobody writes with three decimals

_NUMBER = r"(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_WRITTEN = re.compile(
    rf"(?P<mark><=|>=|[<>≤≥])?\s*(?P<first>[+-]?{_NUMBER}|inf)\s*(?P<percent>%)?"
    rf"(?:\s*[-–]\s*(?P<second>{_NUMBER})\s*(?P<last_percent>%)?)?"
)
_GROUPED = re.compile(r"(?:^|[^0-9.,])[1-9][0-9]{0,2}[.,][0-9]{3}(?![0-9eE])")  # 1.234 and 1,234 but not 0.125
_SPACED = re.compile(r"[0-9](?:[\s'’_][0-9]{3}|[.,][0-9]{3}[.,][0-9]{3})")  # 1 234, 1'234 and 1,234,567
_NO_FIGURE = re.compile(
    r"unknown|not (?:known|available|reported|applicable)|#?n\.?[/.]?[ad]\.?|nan|null|none|no data|missing|"
    r"desconocid[oa]|sin datos?|no disponible|no hay datos|s[/.]?[di]\.?|[-–—.…?*]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says: a bound or "", one or two numbers, and what was expected where it says neither."""

    mark: str = ""
    first: float = math.nan
    second: float = math.nan
    expected: str = ""


@dataclass(frozen=True, eq=False)
class Figures:
    """The columns value (a mark, and one or two numbers), lower and upper; NaN where a cell holds no number."""

    mark: Texts
    first: Amounts
    second: Amounts
    lower: Amounts
    upper: Amounts


def read_text(text: str, kind: str, *, decimal_comma: bool) -> Reading:
    """Read one cell of text.

    Parameters
    ----------
    text : str
        As written, trimmed.
    kind : str
        Kind of the indicator (see `vocabulary.Indicator`).
    decimal_comma : bool
        Whether ``12,5`` means twelve and a half.

    Returns
    -------
    Reading
        With `expected` filled where the text is no figure, or one that could be read in two ways.

    Examples
    --------
    >>> read_text("<5", "count", decimal_comma=False)
    Reading(mark='less_than', first=5.0, second=nan, expected='')
    >>> read_text("1.234", "count", decimal_comma=False).expected
    'a whole number without thousands marks'
    """
    if not text:
        return Reading()
    match = _WRITTEN.fullmatch(text)
    expected = _why_unreadable(text, kind, match, decimal_comma=decimal_comma)
    if expected or match is None:
        return Reading(expected=expected)
    percent = bool(match["percent"] or match["last_percent"])
    first, second = (_as_float(match[part] or "nan", percent=percent) for part in ("first", "second"))
    return Reading(MARKS.get(match["mark"], ""), first, second)


def _why_unreadable(text: str, kind: str, match: "re.Match[str] | None", *, decimal_comma: bool) -> str:
    """Say what was expected instead, "" where the text is a figure."""
    # Where a comma is the decimal mark, 1.234 is a thousand to its author and one and a quarter to a parser.
    ambiguous = match is None or kind in THINGS or (decimal_comma and "," not in text)
    if (match is None and _SPACED.search(text)) or (ambiguous and _GROUPED.search(text)):
        if kind == "count":
            return "a whole number without thousands marks"
        return "a number without thousands marks: 1234, or 1.2340 if a fraction is meant"
    if match is None and _NO_FIGURE.fullmatch(text):
        return "a number, or an empty cell with bound 'missing'"
    half_percent = match and match["second"] and match["percent"] and not match["last_percent"]
    if match is None or half_percent or (match["mark"] and match["second"]):
        return "a number such as 12, <5, ≥100 or 10-20, or an empty cell with bound 'missing'"
    if "," in text and not decimal_comma:
        return "a decimal point: a comma is one only where semicolons separate the columns"
    if "%" in text and kind != "share":
        return "a number without %: only a share may be a percentage"
    return ""


def _as_float(digits: str, *, percent: bool) -> float:
    """Read digits correctly rounded: 4.1 % is the float nearest to 0.041, which 4.1 / 100 need not be."""
    number = Decimal(digits.replace(",", "."))
    return float(number.scaleb(-2) if percent and number.is_finite() else number)


def outside(amount: Amounts, kind: Texts, *, infinite: bool = False) -> Texts:
    """Say what a number of each kind may be where `amount` is not that, "" elsewhere; NaN is nothing to say about.

    Examples
    --------
    >>> outside(np.array([-1.0, 2.5, 3.0]), np.array(["count"] * 3)).tolist()
    ['a number not below 0', 'a whole number', '']
    """
    finite = np.isfinite(amount)
    cases: tuple[tuple[Mask, str], ...] = (
        (amount < 0, "a number not below 0"),
        (np.isinf(amount) & (not infinite), "a finite number"),
        (finite & (kind == "count") & (amount != np.floor(amount)), "a whole number"),
        (finite & (amount >= LARGEST), f"a number below 2**53 = {LARGEST}"),
        (finite & (kind == "share") & (amount > 1), "a share between 0 and 1, or a percentage such as 4 %"),
    )
    return np.select([mask for mask, _ in cases], [np.asarray(text) for _, text in cases], default="")


def read_limits(problems: Problems, cells: pd.DataFrame, kind: Texts, *, decimal_comma: bool) -> Figures:
    """Read the columns value, lower and upper, and report every cell that holds no acceptable figure."""
    mark, first, second, expected = _read_column(cells["value"], kind, decimal_comma=decimal_comma)
    wrong = _either(expected, outside(first, kind), outside(second, kind))
    wrong = np.where((wrong == "") & (first > second), "an interval with its smaller end first", wrong)
    problems.refuse(wrong != "", "value", wrong)
    limits = {}
    for column in ("lower", "upper"):
        bound, limit, other, expected = _read_column(cells[column], kind, decimal_comma=decimal_comma)
        several = np.where((bound != "") | ~np.isnan(other), "a single number", "")
        wrong = _either(expected, several, outside(limit, kind, infinite=column == "upper"))
        problems.refuse(wrong != "", column, wrong)
        limits[column] = limit
    return Figures(mark, first, second, **limits)


def _read_column(cells: "pd.Series[str]", kind: Texts, *, decimal_comma: bool) -> tuple[Texts, Amounts, Amounts, Texts]:
    """Mark, first, second and expected of every cell; numbers are taken as they are, each distinct text is read once."""
    keys = [
        (type(cell), cell if _is_number(cell) else str(cell), word)
        for cell, word in zip(cells, kind.tolist(), strict=True)
    ]
    read = {key: _read_cell(*key, decimal_comma=decimal_comma) for key in dict.fromkeys(keys)}
    readings = [read[key] for key in keys]
    first, second = (np.array([getattr(one, name) for one in readings], dtype=float) for name in ("first", "second"))
    return _texts(one.mark for one in readings), first, second, _texts(one.expected for one in readings)


def _read_cell(written_as: type, cell: object, kind: str, *, decimal_comma: bool) -> Reading:
    if isinstance(cell, numbers.Real | Decimal) and _is_number(cell):
        try:
            return Reading(first=float(cell))
        except OverflowError:
            return Reading(first=math.inf)
    if issubclass(written_as, bool | np.bool_):
        return Reading(expected="a number, not true or false")
    if issubclass(written_as, date):
        return Reading(expected="a number: a spreadsheet may have turned an interval such as 10-20 into a date")
    return read_text(str(cell), kind, decimal_comma=decimal_comma)


def _is_number(cell: object) -> bool:
    return isinstance(cell, numbers.Real | Decimal) and not isinstance(cell, bool | np.bool_)


def _texts(texts: Iterable[str]) -> Texts:
    return np.array(list(texts), dtype=object).astype(str)


def _either(*texts: Texts) -> Texts:
    """Take the first text that is not empty."""
    return np.select([text != "" for text in texts], list(texts), default="")
