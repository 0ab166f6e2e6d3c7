"""One look for every figure: colour-blind-safe, readable in grey, the same bytes each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

# Okabe & Ito's palette, ordered by lightness so that it survives in grey.
INK, BLUE, ORANGE, GREEN, SKY, GREY = "#222222", "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#8A8A8A"
COLOURS = (BLUE, ORANGE, GREEN, SKY, INK)
LONGEST_FOOTNOTE = 118

type Drawing = Figure  # for rooms that pass figures on and draw none

SETTINGS: "dict[RcKeyType, Any]" = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "svg.hashsalt": "darkfigure",
    "svg.fonttype": "path",
}


@contextmanager
def styled() -> Iterator[None]:
    """The house style, for the time of drawing."""
    with mpl.rc_context(SETTINGS):
        yield


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure that belongs to nobody's pyplot state, in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def footnote(figure: Figure, text: str) -> None:
    """The line under a figure that says what it rests on."""
    figure.supxlabel("\n".join(wrap(text, LONGEST_FOOTNOTE)), fontsize=8.5, color=INK, x=0.01, ha="left")


def to_svg(figure: Figure) -> str:
    """The figure as inline SVG, without a date, so that the same result gives the same bytes."""
    buffer = StringIO()
    with styled():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
