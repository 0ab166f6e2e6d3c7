"""The specification curve: estimates of all universes in order, and below them which options each took."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators import numbers
from estimators.diagnostics import Finding
from estimators.diagnostics.convergence import LARGEST_K, SMALLEST_ESS
from estimators.errors import ModelError
from estimators.plots.standing import FAILED, PUBLISHABLE, state
from estimators.plots.style import BLUE, GREY, INK, PAGE, SMALL, TITLE, blank, finish, letters, styled
from estimators.plots.ticks import set_vertical_log_ticks
from estimators.plots.wording import clipped, plural

CURVE_LABEL = "total flow per year\n(median, 95 % interval)"
ORDER_LABEL = "universes, from the smallest median to the largest"
HOLLOW = " Hollow: {universes} with fewer than {ess} effective draws, or weights that cannot be trusted."
NO_VERDICT = "not given: each universe has its own"
ALTERNATIVE = "Specification curve of {universes}: medians of the total flow per year from {low} to {high}."
WRONG_FINDING = "finding {name!r}: expected the finding of estimators.multiverse"

CURVE, LINE, AROUND = 62.0, 4.2, 8.0  # millimetres: height of the curve, of a line of the grid, of axis and margins
FOR_LABELS = 0.4  # of the width
MANY = 60  # universes from which on dots shrink


def plot_multiverse(
    finding: Finding, *, post: xr.DataTree | None = None, title: str = "", width: float = PAGE
) -> Figure:
    """Specification curve of a multiverse: medians with 95 % intervals from the smallest to the largest, and their options.

    Parameters
    ----------
    finding : Finding
        Of `estimators.multiverse`. Universes without an estimate are not drawn; the text under the figure counts them.
    post : xarray.DataTree, optional
        The result of the model as it is, whose verdict then stands under the figure.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes that share the order of universes: the curve on a logarithmic scale, a dot for each option taken. Universes with too
        few effective draws for publication are hollow, and the figure is marked.

    Raises
    ------
    ModelError
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
        raise ModelError(WRONG_FINDING.format(name=finding.name))
    table = finding.table[finding.table["median"].notna()].sort_values("median", ignore_index=True)
    choices = list(table.columns[: table.columns.get_loc("median")])
    options = [(choice, label) for choice in choices for label in finding.table[choice].unique()]
    sound, height = _sound(table), LINE * (len(options) + len(choices))
    with styled():
        figure = blank(width, CURVE + height + AROUND)
        curve, grid = figure.subplots(2, 1, sharex=True, height_ratios=(CURVE, height))
        _draw_curve(curve, table, sound)
        _draw_options(grid, table, options, letters(FOR_LABELS * width))
        curve.set_title(title, loc="left", fontsize=TITLE)
        hollow = HOLLOW.format(universes=plural(int((~sound).sum()), "universe"), ess=SMALLEST_ESS)
        note = finding.text + ("" if sound.all() else hollow)
        finish(figure, _state(post, sound), note=note, alternative=_said(table))
    return figure


def _sound(table: pd.DataFrame) -> "pd.Series[bool]":
    """Which universes meet the standard for publication; a table that does not tell is taken to."""
    rows = table.reindex(columns=["pareto_k", "effective_draws"])
    return ~((rows["pareto_k"] >= LARGEST_K) | (rows["effective_draws"] < SMALLEST_ESS))


def _state(post: xr.DataTree | None, sound: "pd.Series[bool]") -> pd.DataFrame:
    """Verdict of the model as it is, and the state of the draws of each universe."""
    model = state(post) if post is not None else pd.DataFrame({"verdict": [NO_VERDICT], "convergence": [PUBLISHABLE]})
    each = pd.DataFrame({"verdict": model["verdict"].iloc[0], "convergence": np.where(sound, PUBLISHABLE, FAILED)})
    return pd.concat([model, each], ignore_index=True)


def _said(table: pd.DataFrame) -> str:
    low, high = (numbers.number(float(table["median"].iloc[place])) for place in (0, -1))
    return ALTERNATIVE.format(universes=plural(len(table), "universe"), low=low, high=high)


def _draw_curve(axes: Axes, table: pd.DataFrame, sound: "pd.Series[bool]") -> None:
    place, size = np.arange(len(table)), 4 if len(table) < MANY else 2
    axes.vlines(place, table["lower"], table["upper"], color=GREY, linewidth=min(1.8, 200.0 / len(table)))
    axes.plot(place, table["median"], "o", color=BLUE, markersize=size)
    axes.plot(place, table["median"].where(~sound), "o", color=BLUE, markerfacecolor="white", markersize=size)
    axes.set_yscale("log")
    set_vertical_log_ticks(axes)
    axes.set_ylabel(CURVE_LABEL)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.grid(axis="y")


def _draw_options(axes: Axes, table: pd.DataFrame, options: list[tuple[str, str]], longest: int) -> None:
    """A line for each option, a little room between choices."""
    choices = list(dict.fromkeys(choice for choice, _ in options))
    lines = [place + choices.index(choice) for place, (choice, _) in enumerate(options)]
    for line, (choice, label) in zip(lines, options, strict=True):
        taken = np.flatnonzero(table[choice] == label)
        axes.plot(taken, np.full(len(taken), line), "s", color=INK, markersize=4 if len(table) < MANY else 2)
    labels = [clipped(f"{choice}: {label}", longest) for choice, label in options]
    axes.set_yticks(lines, labels, fontsize=SMALL)
    axes.set_ylim(max(lines) + 0.8, -0.8)
    axes.set_xlim(-0.8, len(table) - 0.2)
    axes.tick_params(axis="both", length=0, labelbottom=False)
    axes.grid(axis="y")
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xlabel(ORDER_LABEL, loc="right")
