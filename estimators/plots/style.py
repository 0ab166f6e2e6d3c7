"""One look for every figure: colour-blind-safe, readable in grey, the same bytes each time; and how every figure ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from math import atan2, ceil, cos, degrees, sin
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from estimators.plots.standing import reservation, standing

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

# Safe for colour-blind readers (after Okabe and Ito), and each at least 15 steps of lightness (of 100) from every other.
INK, BLUE, ORANGE, SKY, YELLOW = "#1A1A1A", "#00507D", "#D55E00", "#56B4E9", "#F0E442"
COLOURS = (BLUE, ORANGE, SKY, INK, YELLOW)
WRITTEN = {BLUE: "white", ORANGE: "white", SKY: INK, INK: "white", YELLOW: INK}  # the colour of letters on each
GREY, RULE = "#767676", "#D9D9D9"  # decoration: axes and grids

COLUMN, PAGE = 85.0, 175.0  # millimetres: width of a printed column, and of a page
INCH, POINT = 25.4, 25.4 / 72.0  # millimetres
TITLE, TEXT, SMALL = 9.5, 8.0, 7.0  # points
LETTER, LINE = 0.51, 1.4  # mean width of a letter and height of a line, in units of the size of letters
LARGEST_MARK, MARK_LETTER = 60.0, 0.62

type Drawing = Figure  # for rooms that pass figures on and draw none

SETTINGS: "dict[RcKeyType, Any]" = {
    "font.family": "sans-serif",
    "font.size": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "axes.titlesize": TEXT,
    "axes.linewidth": 0.7,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "text.color": INK,
    "figure.facecolor": "white",
    "svg.hashsalt": "darkfigure",
    "svg.fonttype": "path",
}


@contextmanager
def styled() -> Iterator[None]:
    """The house style, for the time of drawing."""
    with mpl.rc_context(SETTINGS):
        yield


def blank(width: float, height: float) -> Figure:
    """A figure that belongs to nobody's pyplot state, in millimetres; title and footnote come on top of the height."""
    return Figure(figsize=(width / INCH, height / INCH), layout="constrained")


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure with one panel, in millimetres."""
    figure = blank(width, height)
    return figure, figure.add_subplot()


def letters(width: float, size: float = TEXT) -> int:
    """How many letters of a size, in points, stand on a line of so many millimetres."""
    return max(8, int(width / (LETTER * size * POINT)))


def broken(text: str, most: int) -> list[str]:
    """A text in lines of so many letters; a number and its per cent sign stay together.

    Examples
    --------
    >>> [len(line) for line in broken("true within 3 with 90 %", 21)]
    [18, 4]
    """
    return wrap(text.replace(" %", "\u00a0%"), most)


def heading(figure: Figure, text: str) -> None:
    """The title above all panels, in as many lines as it takes."""
    if not text:
        return
    lines = _wrapped(figure, text, TITLE)
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=TITLE)
    _grow(figure, len(lines) * TITLE)


def fit_labels(figure: Figure) -> None:
    """Break what stands along a panel and is longer than the panel, so that no panel's words touch another's."""
    wide, high = INCH * figure.get_size_inches()
    grown = 0.0
    for axes in figure.axes:
        box = axes.get_position()
        titles = [text for text in axes.get_children() if isinstance(text, Text) and text not in axes.texts]
        more = sum(_fit(text, box.width * wide) for text in (axes.xaxis.label, *titles))
        _fit(axes.yaxis.label, box.height * high)
        grown = max(grown, more)
    figure.set_figheight(figure.get_figheight() + LINE * grown / 72.0)


def _fit(text: Text, length: float) -> float:
    """Break a text into lines of so many millimetres, and return how many points it grew."""
    before, size = text.get_text(), float(text.get_fontsize())
    lines = broken(" ".join(before.split()), letters(length, size))
    more = len(lines) - 1 - before.count("\n")
    if more <= 0:
        return 0.0
    text.set_text("\n".join(lines))
    return more * size


def finish(figure: Figure, state: pd.DataFrame, *, note: str, alternative: str) -> None:
    """How every figure ends: what it rests on stands under it and in its alternative text, and what may not be published is marked.

    Parameters
    ----------
    figure : Figure
        With everything drawn.
    state : pandas.DataFrame
        With columns verdict and convergence: rows of a summary, or `estimators.plots.standing.state`.
    note : str
        What else to say under the figure: what the marks mean.
    alternative : str
        One sentence or two with the main numbers, for those who cannot see the figure.
    """
    told = standing(state)
    lines = [*_wrapped(figure, note, SMALL), *_wrapped(figure, told, SMALL)]
    figure.supxlabel("\n".join(lines), fontsize=SMALL, color=INK, x=0.01, ha="left")
    _grow(figure, len(lines) * SMALL)
    figure.set_label(f"{alternative} {told}")
    words = reservation(state)
    if words:
        _mark(figure, words)


def alternative(figure: Figure) -> str:
    """What a figure shows, in words: its main numbers, the verdict and the state of the sampler.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn by one of the functions ``estimators.plot_…``.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> print(est.alternative(est.plot_forest(est.summary(post), label="period")))
    Forest of 1 estimate of the true count: 49,000 (13,000 – 190,000) in 2000. Verdict: unauditable.
    """
    return str(figure.get_label())


def to_svg(figure: Figure) -> str:
    """The figure as inline SVG with its alternative text, without a date, so that the same result gives the same bytes."""
    buffer, dpi = StringIO(), figure.dpi
    with styled():  # drawn once; `savefig` draws twice, the first time for the layout alone
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    figure.dpi = dpi
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    begin = text.index(">") + 1
    return f"{text[:begin]}\n <desc>{escape(alternative(figure), quote=False)}</desc>{text[begin:]}"


def _wrapped(figure: Figure, text: str, size: float) -> list[str]:
    return broken(text, letters(0.97 * INCH * figure.get_figwidth(), size))


def _grow(figure: Figure, points: float) -> None:
    """Make room for lines of text, so that they take nothing from the panels."""
    figure.set_figheight(figure.get_figheight() + (LINE * points + 4.0) / 72.0)


def _mark(figure: Figure, words: str) -> None:
    """Pale letters from corner to corner, over everything: whoever copies the figure copies them."""
    width, height = (72.0 * side for side in figure.get_size_inches())
    slope = atan2(height, width)
    length = MARK_LETTER * len(words)
    size = min(
        0.95 * width / (length * cos(slope) + sin(slope)),
        0.95 * height / (length * sin(slope) + cos(slope)),
        LARGEST_MARK,
    )
    written = figure.text(
        0.5, 0.5, words, rotation=degrees(slope), rotation_mode="anchor", ha="center", va="center",
        fontsize=ceil(size), fontweight="bold", color=INK, alpha=0.17, zorder=10, gid="mark",
    )  # fmt: skip
    written.set_in_layout(False)
