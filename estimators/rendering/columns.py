"""How a table stands on paper: which columns are numbers, how wide each is, how small the letters, whether the page is turned."""

import math
import re
from dataclasses import dataclass

from estimators.rendering.document import Table

PAGE = (210.0, 297.0)  # millimetres, A4
MARGIN = 20.0
WIDE, HIGH = PAGE[0] - 2.0 * MARGIN, PAGE[1] - 2.0 * MARGIN
LETTER = 0.5 * 25.4 / 72.0  # millimetres that a letter takes, by point of its size
PADDING = 3  # letters between columns
BOLD, CAPITAL = 1.2, 1.4  # width of a bold letter of a head, and of a capital
LONGEST_WORD, LONGEST_NUMBER = 24, 29  # letters; longer ones are broken
SHORT, NAME = 12, 24  # letters of words that are never broken, and of names of rows that are not where there is room
LINES, TEXT = 8, 32  # of a cell of words, and letters of a line that are enough for more
TRIED = ((False, 9.0), (False, 8.0), (False, 7.0), (True, 8.5), (True, 7.5), (True, 6.8))  # lying or not, points
NAMED = TRIED[:2]  # letters are made smaller for the sake of names, but no further
LAST = ((True, 7.5), (True, 6.5), (True, 5.5))  # where even numbers are broken at their spaces

NUMBER = re.compile(r"[\s(<>≤≥≈~+±×−–-]*[\d.∞]")
BREAK = "\u200b"


@dataclass(frozen=True)
class Column:
    """A column: its head, whether it stands on the right, and its share of the width of the text."""

    head: str
    right: bool
    share: float


@dataclass(frozen=True)
class Shape:
    """Columns, letters in points, and whether the page lies on its side."""

    columns: tuple[Column, ...]
    points: float
    landscape: bool


def is_number(cell: str) -> bool:
    """Whether a cell is a number, an interval or a ratio, and not words.

    Examples
    --------
    >>> [is_number(cell) for cell in ("13,000 – 190,000", "1 in 36", "−0.4", "∞", "2 areas of three", "no figure", "")]
    [True, True, True, True, False, False, False]
    """
    letters = sum(character.isalpha() for character in cell)
    digits = sum(character.isdigit() or character == "∞" for character in cell)
    return bool(NUMBER.match(cell)) and digits > 0 and letters <= digits + 1


def on_the_right(table: Table) -> tuple[bool, ...]:
    """Of each column, whether it is set to the right: columns of numbers are, names of rows and words are not.

    Examples
    --------
    >>> on_the_right(Table(("area", "count", "verdict"), (("MEX", "1,171", "unauditable"), ("GTM", "no figure", "")), "Counts."))
    (False, True, False)
    """
    if table.words:
        return (False,) * len(table.columns)
    cells = [{row[place] for row in table.rows} - {""} for place in range(len(table.columns))]
    numbers = [sum(map(is_number, column)) for column in cells]
    return tuple(place > 0 and 2 * numbers[place] >= max(len(column), 1) for place, column in enumerate(cells))


def shape(table: Table) -> Shape:
    """The largest letters with which no word and no number of a table is broken, upright if possible.

    Examples
    --------
    >>> upright = shape(Table(("area", "count"), (("Mexico", "1,171"),), "Counts."))
    >>> upright.landscape, upright.points, [round(column.share, 2) for column in upright.columns]
    (False, 9.0, [0.08, 0.08])
    """
    right = on_the_right(table)
    whole = [_letters(table, place, end, whole=True) for place, end in enumerate(right)]
    split = [_letters(table, place, end, whole=False) for place, end in enumerate(right)]
    named = [(max(whole[0][0], _name(table)), whole[0][1]), *whole[1:]] if whole else whole
    tried = [(widths, *form) for widths, forms in ((named, NAMED), (whole, TRIED), (split, LAST)) for form in forms]
    widths, landscape, points = next(
        (form for form in tried if sum(low for low, _ in form[0]) <= _room(table, *form[1:])), tried[-1]
    )
    room = _room(table, landscape, points)
    given = [low for low, _ in widths]
    for most in (NAME, math.inf):  # names first, then sentences
        wanted = [max(now, min(high, most)) - now for now, (_, high) in zip(given, widths, strict=True)]
        part = min(1.0, max(0.0, room - sum(given)) / (sum(wanted) or 1.0))
        given = [now + part * more for now, more in zip(given, wanted, strict=True)]
    line = max(sum(given), room) + PADDING * len(right)
    shares = ((width + PADDING) / line for width in given)
    columns = tuple(Column(*column) for column in zip(table.columns, right, shares, strict=True))
    return Shape(columns, points, landscape)


def _room(table: Table, landscape: bool, points: float) -> float:
    """Letters on a line, without those between columns."""
    return (HIGH if landscape else WIDE) / (LETTER * points) - PADDING * len(table.columns)


def _name(table: Table) -> int:
    """Letters of the longest name of a row that is not too long for a line."""
    return max((len(row[0]) for row in table.rows if len(row[0]) <= NAME), default=0)


def _width(word: str) -> float:
    """Letters of a word; those of an acronym are wider."""
    return CAPITAL * len(word) if word.isupper() else len(word)


def breakable(text: str, most: int) -> str:
    """A text whose words may be broken within, where they are too long for any column.

    Examples
    --------
    >>> breakable("abc abcdefgh", 4).replace(BREAK, "|")
    'abc abcd|efgh'
    """
    return re.sub(rf"\S{{{most + 1},}}", lambda found: BREAK.join(re.findall(rf".{{1,{most}}}", found[0])), text)


def _letters(table: Table, place: int, right: bool, *, whole: bool) -> tuple[float, float]:
    """How many letters a column takes at least, with whole numbers or not, and when nothing is broken; heads may always be."""
    head = table.columns[place]
    cells = [row[place] for row in table.rows]
    words = [_width(word) for cell in cells for word in cell.split(" ")] + [
        BOLD * _width(word) for word in head.split(" ")
    ]
    least = min(max(words, default=1), LONGEST_WORD)
    longest = max(map(len, cells), default=0)
    if not right:
        least = max(least, longest if longest <= SHORT else min(longest / LINES, TEXT))
    if right and whole:
        least = max([least, *(min(len(cell), LONGEST_NUMBER) for cell in cells)])
    return least, max(least, longest, 0 if right else min(len(head), 2 * least))
