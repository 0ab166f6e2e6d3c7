"""Months, quarters and half-years as labels and as whole numbers, so many to a year."""

import re

NAMES = {12: "month", 4: "quarter", 2: "half-year"}
EXAMPLES = {12: "2022-06", 4: "2022-Q2", 2: "2022-H1"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
PATTERN = r"(\d{4})-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12]))"
_LABEL = re.compile(PATTERN)
_NUMERALS = ("first", "second", "third", "fourth")


def number(label: str) -> tuple[int, int] | None:
    """Periods of this length since the year 0, and how many make a year; None where the text names none.

    Examples
    --------
    >>> number("2022-06"), number("2022-Q2"), number("2022")
    ((24269, 12), (8089, 4), None)
    """
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    year, month, quarter, half = (int(part or 0) for part in match.groups())
    per_year = 12 if month else 4 if quarter else 2
    return per_year * year + (month or quarter or half) - 1, per_year


def label(whole: int, per_year: int) -> str:
    """The period of a number; `number` reads it back.

    Examples
    --------
    >>> label(24269, 12), label(8089, 4)
    ('2022-06', '2022-Q2')
    """
    year, part = divmod(whole, per_year)
    return f"{year:04}-" + {12: f"{part + 1:02}", 4: f"Q{part + 1}", 2: f"H{part + 1}"}[per_year]


def words(whole: int, per_year: int) -> str:
    """The period as one would say it.

    Examples
    --------
    >>> words(24269, 12), words(8089, 4), words(4044, 2)
    ('June 2022', 'the second quarter of 2022', 'the first half of 2022')
    """
    year, part = divmod(whole, per_year)
    if per_year == 12:
        return f"{MONTHS[part]} {year}"
    return f"the {_NUMERALS[part]} {'quarter' if per_year == 4 else 'half'} of {year}"
