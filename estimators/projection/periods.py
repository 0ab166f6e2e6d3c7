"""Months, quarters and half-years as labels and as whole numbers, so many to a year."""

import re
import unicodedata

NAMES = {12: "month", 4: "quarter", 2: "half-year"}
EXAMPLES = {12: "2022-06", 4: "2022-Q2", 2: "2022-H1"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
PATTERN = r"(\d{4})-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12]))"
_LABEL = re.compile(PATTERN)
_MONTHS_WRITTEN = (
    MONTHS,
    ("enero", "febrero", "marzo", "abril", "mayo", "junio",
     "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ("janeiro", "fevereiro", "março", "abril", "maio", "junho",
     "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sept", "oct", "nov", "dec"),
    ("ene", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "setiembre", "out", "nov", "dez"),
)  # fmt: skip
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


def plain(text: object) -> str:
    """A word without accents, capitals and full stops.

    Examples
    --------
    >>> plain(" Março. ")
    'marco'
    """
    apart = unicodedata.normalize("NFKD", str(text))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().strip().strip(".")


MONTH_WORDS = {
    word: place
    for names in _MONTHS_WRITTEN
    for place, name in enumerate(names, 1)
    for word in (plain(name), plain(name)[:3])
}
_FIRST_DAYS = re.compile(r"(\d{4})-(\d\d)-\d\d(?:[ T]00:00:00(?:\.0*)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/ ]?(1[0-2]|0[1-9])|[-/ ]([1-9]))")
_YEAR_LAST = re.compile(r"(1[0-2]|0?[1-9])[-/](\d{4})")
_NAMED = re.compile(r"([a-z]+)\.?(?: de |[-/ ])(\d{4}|\d\d)")
_QUARTER = re.compile(r"(\d{4})[-/ ]?([qt])([1-4])")


def month(text: object) -> int | None:
    """Number of a month of the year, from a number or a name in English, Spanish or Portuguese.

    Examples
    --------
    >>> month("6"), month("Junio"), month("set."), month("13")
    (6, 6, 9, None)
    """
    word = plain(text).removesuffix(".0")
    if re.fullmatch(r"0?[1-9]|1[0-2]", word):
        return int(word)
    return MONTH_WORDS.get(word)


def written(text: object) -> str:
    """The label of a period as people write it: a date stands for its month; what is none is given back.

    Examples
    --------
    >>> [written(text) for text in ("2022-6", "06/2022", "junio de 2022", "jun-22", "2022-06-30", "2022 T2", "2022-13")]
    ['2022-06', '2022-06', '2022-06', '2022-06', '2022-06', '2022-Q2', '2022-13']
    """
    word = plain(text)
    if match := _FIRST_DAYS.fullmatch(word.upper()):
        return f"{match[1]}-{match[2]}"
    if match := _YEAR_FIRST.fullmatch(word):
        return f"{match[1]}-{int(match[2] or match[3]):02}"
    if match := _YEAR_LAST.fullmatch(word):
        return f"{match[2]}-{int(match[1]):02}"
    if (match := _NAMED.fullmatch(word)) and match[1] in MONTH_WORDS:
        return f"{match[2] if len(match[2]) == 4 else f'20{match[2]}'}-{MONTH_WORDS[match[1]]:02}"
    if match := _QUARTER.fullmatch(word):
        return f"{match[1]}-Q{match[3]}"
    return str(text)


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
