"""A report as a value: sections of blocks. Renderers turn it into a page; numbers are formatted before they get here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Table:
    """Strings in rows; the first column names the row.

    Parameters
    ----------
    columns : tuple of str
        Heads.
    rows : tuple of tuple of str
        Cells, formatted.
    caption : str
        What the table shows, the verdict included.
    words : bool
        Whether the cells are words, set to the left, and not numbers.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    words: bool = False


@dataclass(frozen=True)
class Picture:
    """An inline SVG with the words that replace it for a reader who cannot see it."""

    svg: str
    caption: str
    alternative: str


@dataclass(frozen=True)
class Banner:
    """The verdict, where nobody can miss it."""

    verdict: str
    meaning: str


@dataclass(frozen=True)
class Points:
    """A list."""

    items: tuple[str, ...]


type Block = Paragraph | Table | Picture | Banner | Points


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """Title, a line under it, and sections."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
