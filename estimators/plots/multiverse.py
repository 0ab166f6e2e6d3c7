"""The specification curve: estimates of all universes in order, and below them which options each took."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from estimators.diagnostics import Finding
from estimators.errors import DarkfigureError
from estimators.plots.style import BLUE, GREY, INK, footnote, styled

WIDTH, CURVE, LINE = 7.2, 2.6, 0.19  # inches: of the figure, height of the curve, of a line of the grid
MANY = 60  # universes from which on dots shrink


def plot_multiverse(finding: Finding, *, title: str = "") -> Figure:
    """Specification curve of a multiverse: medians with 95 % intervals from the smallest to the largest, and their options.

    Parameters
    ----------
    finding : Finding
        Of `estimators.multiverse`. Universes without an estimate are not drawn; the text under the figure counts them.
    title : str
        Title.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes that share the order of universes: the curve on a logarithmic scale, a dot for each option taken.

    Raises
    ------
    DarkfigureError
        If the finding is of another check.

    References
    ----------
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. 2020. Specification curve analysis. doi:10.1038/s41562-020-0912-z

    Examples
    --------
    >>> rows = {"anchors": ["claim", "none"], "median": [3e5, 2e5], "lower": [1e5, 5e4], "upper": [9e5, 1e6]}
    >>> figure = plot_multiverse(Finding("multiverse", "within a factor 1.5", "Two universes.", pd.DataFrame(rows)))
    >>> [label.get_text() for label in figure.axes[1].get_yticklabels()]
    ['anchors: claim', 'anchors: none']
    """
    if finding.name != "multiverse":
        raise DarkfigureError(f"finding {finding.name!r}: expected the finding of estimators.multiverse")
    table = finding.table[finding.table["median"].notna()].sort_values("median", ignore_index=True)
    choices = list(table.columns[: table.columns.get_loc("median")])
    options = [(choice, label) for choice in choices for label in finding.table[choice].unique()]
    height = LINE * (len(options) + len(choices))
    with styled():
        figure = Figure(figsize=(WIDTH, CURVE + height + 1.0), layout="constrained")
        curve, grid = figure.subplots(2, 1, sharex=True, height_ratios=(CURVE, height))
        _draw_curve(curve, table)
        _draw_options(grid, table, options)
        if title:
            curve.set_title(title, loc="left", fontsize=11)
        footnote(figure, finding.text)
    return figure


def _draw_curve(axes: Axes, table: pd.DataFrame) -> None:
    place = np.arange(len(table))
    axes.vlines(place, table["lower"], table["upper"], color=GREY, linewidth=min(1.8, 200.0 / len(table)))
    axes.plot(place, table["median"], "o", color=BLUE, markersize=4 if len(table) < MANY else 2)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.15g}"))
    axes.set_ylabel("total flow per year\n(median, 95 % interval)")
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)


def _draw_options(axes: Axes, table: pd.DataFrame, options: list[tuple[str, str]]) -> None:
    """A line for each option, a little room between choices."""
    choices = list(dict.fromkeys(choice for choice, _ in options))
    lines = [place + choices.index(choice) for place, (choice, _) in enumerate(options)]
    for line, (choice, label) in zip(lines, options, strict=True):
        taken = np.flatnonzero(table[choice] == label)
        axes.plot(taken, np.full(len(taken), line), "s", color=INK, markersize=4 if len(table) < MANY else 2)
    axes.set_yticks(lines, [f"{choice}: {label}" for choice, label in options])
    axes.set_ylim(max(lines) + 0.8, -0.8)
    axes.set_xlim(-0.8, len(table) - 0.2)
    axes.tick_params(axis="both", length=0)
    axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xlabel("universes, from the smallest median to the largest", loc="right")
