"""Figures and formulas as each format needs them; the same result gives the same bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from math import atan2, degrees

from estimators.plots.style import INK, Drawing, styled, to_svg
from estimators.rendering.columns import HIGH, WIDE
from estimators.rendering.document import Formula, Picture, Report
from estimators.rendering.plan import Plan, plan

DPI = 300
FORMULA = 12.0  # points
NO_DATE: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def draw(report: Report) -> dict[str, str]:
    """Every figure and formula of a report as SVG, by name; drawing is the slow part, and two formats can share it.

    Examples
    --------
    >>> from estimators.rendering import Section
    >>> sorted(draw(Report("T", "", (Section("S", (Formula("x", "x"), Formula("y", "y"))),))))
    ['formula-1', 'formula-2']
    """
    return drawn(plan(report))


def drawn(planned: Plan) -> dict[str, str]:
    """As `draw`, of a planned report."""
    found = {}
    for placed in (placed for part in planned.parts for placed in part.blocks):
        if isinstance(placed.block, Picture):
            with marked(placed.block.figure, planned.mark):
                found[placed.name] = to_svg(placed.block.figure)
        elif isinstance(placed.block, Formula):
            text = formula(placed.block, "svg").decode()
            found[placed.name] = text[text.index("<svg") :]
    return found


def picture(block: Picture, mark: str, kind: str) -> bytes:
    """A figure as ``"pdf"`` or ``"png"``; drawn once, where `savefig` draws twice, the first time for the layout alone."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    figure, buffer, dpi = block.figure, BytesIO(), block.figure.dpi
    with marked(figure, mark), styled():
        figure.dpi = DPI
        if kind == "pdf":
            FigureCanvasPdf(figure).print_pdf(buffer, metadata=NO_DATE[kind])  # type: ignore[no-untyped-call]
        else:
            FigureCanvasAgg(figure).print_png(buffer, metadata=NO_DATE[kind])  # type: ignore[no-untyped-call]
    figure.dpi = dpi
    return buffer.getvalue()


def formula(block: Formula, kind: str) -> bytes:
    """A formula, cut to its size, as ``"svg"``, ``"pdf"`` or ``"png"``."""
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0.0, 0.0, f"${block.latex}$", fontsize=FORMULA, math_fontfamily="stix")
    buffer = BytesIO()
    with styled():
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=NO_DATE[kind], bbox_inches="tight", pad_inches=0.02)
    return buffer.getvalue()


def width(block: Picture) -> float:
    """How wide a figure stands on a page, in millimetres: its own width, or less where it would not fit."""
    wide, high = (25.4 * float(side) for side in block.figure.get_size_inches())
    return min(wide, WIDE, wide * 0.85 * HIGH / high)


@contextmanager
def marked(figure: Drawing, words: str) -> Iterator[None]:
    """A figure with pale words from corner to corner while it is drawn, unless it carries its own."""
    if not words or any(text.get_gid() == "mark" for text in figure.texts):
        yield
        return
    wide, high = (72.0 * float(side) for side in figure.get_size_inches())
    written = figure.text(
        0.5, 0.5, words, rotation=degrees(atan2(high, wide)), rotation_mode="anchor", ha="center", va="center",
        fontsize=min(1.4 * (wide**2 + high**2) ** 0.5 / max(len(words), 8), 60.0), fontweight="bold", color=INK, alpha=0.17,
        zorder=10, gid="mark",
    )  # fmt: skip
    written.set_in_layout(False)
    try:
        yield
    finally:
        written.remove()
