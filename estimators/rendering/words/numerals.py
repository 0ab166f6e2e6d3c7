"""Numbers and dates as each language prints them, and the same numbers read back.

English and Spanish of Latin America write 1,234.5, Portuguese of Brazil 1.234,5. A date stays as it is, 2022-07-01, unless the catalogue
says that it stands in a sentence.
"""

import re
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_month_names, parse_date
from babel.numbers import get_decimal_symbol, get_group_symbol

LOCALES = {"en": "en", "es": "es_419", "pt": "pt_BR"}
ONE_IN = {"es": "1 de cada", "pt": "1 em cada"}
IN = {"es": "en", "pt": "em"}
TO = {"es": "a", "pt": "a"}
MISSING = {"es": "sin cifra", "pt": "sem cifra"}

BEGIN = r"(?<![\w.,/])(?<![A-Za-z]-)"
PRINTED = re.compile(
    BEGIN + r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?P<part>\.\d+)?(?P<power>e[+-]?\d+)?(?=[kM]?(?![\w/]|[.,]\d))"
)
RATIO = re.compile(
    r"(?<![\w.,])1 in (?P<first>\d[\d,.]*(?<=\d))(?: (?P<to>to) (?:1 in )?(?P<second>\d[\d,.]*(?<=\d)))?(?![\w])"
)
AGAIN = re.compile(r"to 1 in")
YEAR = re.compile(r"(?:19|20)\d\d")
BETWEEN = re.compile(r"(?<=[\d%)]) to (?=[\d(−-])")
FIGURE = (
    r"(?:[\d.,\s()%<>=≤≥×~–−+/∞±|-]|1 in(?= \d)|1 in (?=∞)|(?<=\d) to (?=\d|1 in)|(?<=%) to (?=\d)|no figure"
    r"|(?<=\d)e(?=[+-]?\d)|(?<=\d)[kM](?!\w))"
)
ONLY_FIGURES = re.compile(rf"{FIGURE}*(?:\d|∞|no figure|–)(?:(?<=.){FIGURE})*", re.DOTALL)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_figure(text: str) -> bool:
    """Whether a text is made of printed numbers alone.

    Examples
    --------
    >>> is_figure("49,000 (13,000 – 190,000)"), is_figure("1 in 100 (1 in 37 to 270)"), is_figure("MX-ROO")
    (True, True, False)
    """
    return ONLY_FIGURES.fullmatch(text) is not None


def localised(text: str, language: str) -> str:
    """Printed numbers as a language writes them; versions, dates, hashes and codes stay as they are.

    Examples
    --------
    >>> localised("1 in 1,000 (1 in 370 to 2,700.5)", "pt")
    '1 em cada 1.000 (1 em cada 370 a 2.700,5)'
    >>> localised("numpy 2.1.3, MX-01.5, 2022-07-01, < .001", "pt")
    'numpy 2.1.3, MX-01.5, 2022-07-01, < 0,001'
    """
    if language == "en":
        return text
    said = RATIO.sub(lambda found: _ratio(found, language), text)
    said = BETWEEN.sub(f" {TO[language]} ", said.replace("no figure", MISSING[language]))
    decimal, group = symbols(language)
    return PRINTED.sub(lambda found: _number(found, decimal, group), said)


@lru_cache
def symbols(language: str) -> tuple[str, str]:
    """Decimal sign and sign of thousands."""
    locale = LOCALES[language]
    return get_decimal_symbol(locale), get_group_symbol(locale)


def _number(found: re.Match[str], decimal: str, group: str) -> str:
    whole, part, power = found["whole"], found["part"], found["power"] or ""
    if whole is None and part is None:
        return found[0]
    return (whole or "0").replace(",", group) + (part or "").replace(".", decimal) + power


def _ratio(found: re.Match[str], language: str) -> str:
    """A share as a ratio; “1 in 2022” is one of a year."""
    if YEAR.fullmatch(found["first"]):
        return found[0].replace(" in ", f" {IN[language]} ", 1)
    said = f"{ONE_IN[language]} {found['first']}"
    if not found["to"]:
        return said
    again = f"{ONE_IN[language]} " if AGAIN.search(found[0]) else ""
    return f"{said} {TO[language]} {again}{found['second']}"


def long_date(date: str, language: str) -> str:
    """A date of the calendar as it stands in a sentence.

    Examples
    --------
    >>> long_date("2022-07-01", "es"), long_date("2022-07-01", "pt")
    ('1 de julio de 2022', '1 de julho de 2022')
    """
    return date if language == "en" else format_date(parse_date(date, "en", "yyyy-MM-dd"), "long", LOCALES[language])


def numbers_of(text: str, language: str) -> tuple[str, ...]:
    """Every number of a text in one form for all languages, in the order of the text, which differs with the language.

    Parameters
    ----------
    text : str
        Plain text of a report.
    language : str
        ``"en"``, ``"es"`` or ``"pt"``: in which it was written.

    Returns
    -------
    tuple of str
        Digits with a decimal point and without thousands signs; dates as 2022-07-01. Codes such as MX-01, versions and whatever else
        has letters or points that no number has are left out. A number that its language would not write so is read as English.

    Examples
    --------
    >>> numbers_of("1.234,5 em 1 de julho de 2022, numpy 2.1.3", "pt"), numbers_of("1,234.5 on 2022-07-01", "en")
    (('1234.5', '2022-07-01'), ('1234.5', '2022-07-01'))
    """
    plain = text.replace("\u00a0", " ").replace("\\%", " %").replace("\\,", ",")
    plain = _long_dates(language).sub(lambda found: _iso(found, language), plain)
    found = _tokens(language).finditer(plain)
    return tuple(_normal(match[0], language) for match in found)


@lru_cache
def _tokens(language: str) -> re.Pattern[str]:
    decimal, group = symbols(language)
    end = r"(?![\w/]|[.,]\d|-[A-Za-z\d])"
    own = rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{decimal}\d+)?|\d+\{decimal}\d+"
    english = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+"
    plain = rf"(?:{own}|{english}|\d+)(?:e[+-]?\d+)?{end}"
    return re.compile(rf"{BEGIN}(?:\d{{4}}-\d\d-\d\d(?![\w-])|(?<!\d-){plain})")


def _normal(token: str, language: str) -> str:
    if DATE.fullmatch(token):
        return token
    decimal, group = symbols(language)
    digits, power, exponent = token.partition("e")
    if re.fullmatch(rf"(?:\d{{1,3}}(?:\{group}\d{{3}})+|\d+)(?:\{decimal}\d+)?", digits):
        digits = digits.replace(group, "").replace(decimal, ".")
    else:
        digits = digits.replace(",", "")
    return ("0" if digits.startswith(".") else "") + digits + power + exponent


@lru_cache
def _long_dates(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)(\d{{1,2}}) de ({'|'.join(_months(language))}) de (\d{{4}})")


def _iso(found: re.Match[str], language: str) -> str:
    return f"{found[3]}-{1 + _months(language).index(found[2].lower()):02d}-{int(found[1]):02d}"


@lru_cache
def _months(language: str) -> tuple[str, ...]:
    names = get_month_names("wide", locale=Locale.parse(LOCALES[language]))
    return tuple(names[month].lower() for month in range(1, 13))
