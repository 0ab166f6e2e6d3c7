"""Periods as closed intervals of days: reading them, naming them, and their length in years.

A period runs from the first to the last day, both included; dates are ``numpy.datetime64[D]``.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

type Dates = npt.NDArray[np.datetime64]
type DateLike = str | date | np.datetime64

ONE_DAY = np.timedelta64(1, "D")
ONE_YEAR = np.timedelta64(1, "Y")
_DAY = r"\d{4}-\d{2}-\d{2}"
_YEAR = re.compile(r"(\d{4})")
_PART = re.compile(r"(\d{4})-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2]))")
_DAYS = re.compile(f"({_DAY})(?:/({_DAY}))?")


def parse_period(text: str) -> tuple[date, date] | None:
    """First and last day of a named period, or None where the text names none.

    Examples
    --------
    >>> parse_period("2021-H1")
    (datetime.date(2021, 1, 1), datetime.date(2021, 6, 30))
    >>> parse_period("first half of 2021") is None
    True
    """
    try:
        if match := _YEAR.fullmatch(text):
            return _months(int(match[1]), 1, 12)
        if match := _PART.fullmatch(text):
            year, half, quarter, month = (int(group or 0) for group in match.groups())
            if half:
                return _months(year, 6 * half - 5, 6)
            if quarter:
                return _months(year, 3 * quarter - 2, 3)
            return _months(year, month, 1)
        if match := _DAYS.fullmatch(text):
            first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2] or match[1])
            return (first, last) if first <= last else None
    except ValueError:  # the thirtieth of February, the year 0
        return None
    return None


def period_label(start: DateLike, end: DateLike) -> str:
    """Shortest name of a period, both days included; `parse_period` reads it back.

    Examples
    --------
    >>> period_label("2021-01-01", "2021-06-30"), period_label("2021-07-01", "2021-09-30")
    ('2021-H1', '2021-Q3')
    >>> period_label("2002-01-01", "2016-12-31")
    '2002-01-01/2016-12-31'
    """
    first, last = (day(moment) for moment in (start, end))
    if first == last:
        return first.isoformat()
    length = 12 * (last.year - first.year) + last.month - first.month + 1
    if (first, last) == _months(first.year, first.month, length if first.year == last.year else 1):
        if length == 12:
            return f"{first.year:04}"
        if length == 6 and first.month in (1, 7):
            return f"{first.year:04}-H{first.month // 6 + 1}"
        if length == 3 and first.month in (1, 4, 7, 10):
            return f"{first.year:04}-Q{first.month // 3 + 1}"
        if length == 1:
            return f"{first.year:04}-{first.month:02}"
    return f"{first.isoformat()}/{last.isoformat()}"


def years(start: Dates, end: Dates) -> npt.NDArray[np.float64]:
    """Length in years: the sum over calendar years of the days covered, divided by the days of that year.

    A calendar year is exactly 1, leap or not, and the first half of 2021 is 181/365.

    Examples
    --------
    >>> years(np.array(["2020-01-01", "2021-01-01"], "M8[D]"), np.array(["2020-12-31", "2022-12-31"], "M8[D]"))
    array([1., 2.])
    """
    first_year, first_share = _position(start.astype("M8[D]"))
    last_year, last_share = _position(np.add(end.astype("M8[D]"), ONE_DAY))
    return (last_year - first_year) + (last_share - first_share)


def days_shared(start: Dates, end: Dates, other_start: Dates, other_end: Dates) -> npt.NDArray[np.float64]:
    """Days that two sets of periods have in common, by broadcasting; 0 where they do not meet.

    Examples
    --------
    >>> year = np.array("2021-01-01", "M8[D]"), np.array("2021-12-31", "M8[D]")
    >>> float(days_shared(*year, np.array("2021-12-01", "M8[D]"), np.array("2022-05-31", "M8[D]")))
    31.0
    """
    shared = np.minimum(end, other_end) - np.maximum(start, other_start) + ONE_DAY
    return np.maximum(shared.astype("m8[D]").astype(np.float64), 0.0)


def as_days(moments: "Sequence[DateLike] | Dates | pd.Series[pd.Timestamp]") -> Dates:
    """Dates of any kind as ``datetime64[D]``."""
    return np.asarray(moments, dtype="M8[D]")


def day(moment: DateLike) -> date:
    """One date of any kind as `datetime.date`."""
    return pd.Timestamp(moment).date()


def _months(year: int, month: int, length: int) -> tuple[date, date]:
    last = month + length - 1
    if last > 12:
        raise ValueError(f"{length} months from month {month} leave the year {year}")
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _position(moments: Dates) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    year = moments.astype("M8[Y]")
    first = year.astype("M8[D]")
    length = (year + ONE_YEAR).astype("M8[D]") - first
    return year.astype(np.float64), (moments - first) / length
