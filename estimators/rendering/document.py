"""A report as a value: sections of blocks. Renderers turn it into files; numbers are formatted before they get here."""

from dataclasses import dataclass

from estimators.errors import ModelError
from estimators.plots.style import Drawing


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
        Whether all cells are words, set to the left; otherwise columns of numbers are set to the right.
    symbols : bool
        Whether ``n_s`` is a symbol whose second letter stands below the line.

    Raises
    ------
    ModelError
        A row with more or fewer cells than there are columns; no columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    words: bool = False
    symbols: bool = False

    def __post_init__(self) -> None:
        wanted = max(1, len(self.columns))
        for place, row in enumerate((self.columns, *self.rows)):
            if len(row) != wanted:
                raise ModelError(f"table {self.caption!r}, row {place}: {len(row)} cells: expected {wanted}")


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure with the words that replace it for a reader who cannot see it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Each renderer draws it as it needs it.
    caption : str
        What it shows, the verdict included.
    alternative : str
        The same for a reader who cannot see it, with the main figures.
    """

    figure: Drawing
    caption: str
    alternative: str


@dataclass(frozen=True)
class Formula:
    """A formula on a line of its own.

    Parameters
    ----------
    latex : str
        In the part of LaTeX that matplotlib draws as well, without dollars.
    spoken : str
        The same in words.
    """

    latex: str
    spoken: str


@dataclass(frozen=True)
class Banner:
    """The verdict, where nobody can miss it."""

    verdict: str
    meaning: str


@dataclass(frozen=True)
class Points:
    """A list."""

    items: tuple[str, ...]


type Block = Paragraph | Table | Picture | Formula | Banner | Points


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """Title, a line under it, and sections.

    Parameters
    ----------
    title, subtitle : str
        Of the whole.
    sections : tuple of Section
        In order; one without blocks is left out.
    mark : str
        What must stand on every table and figure, as "not publishable"; empty for nothing.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    mark: str = ""
