"""What one would have to believe: the answer along every value of an assumption, and the share that each true count needs."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from estimators import numbers
from estimators.diagnostics.finding import Finding
from estimators.errors import ModelError
from estimators.plots.reading import cell_of, digits_of, draws_of, finding_of
from estimators.plots.standing import state
from estimators.plots.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAGE,
    SMALL,
    blank,
    finish,
    heading,
    new_figure,
    styled,
)
from estimators.plots.ticks import set_log_ticks, set_vertical_log_ticks
from estimators.results import summary

CELL_TITLE = "What one would have to believe of the {count} reported in {cell}"
CELL_AXIS = "true count at or above"
CELL_SHARE = "share reported that this needs"
CELL_UP = "posterior probability"
CELL_NOTE = (
    "Curve: how probable the result holds a true count at least so high. The upper axis is arithmetic: the share reported is the count "
    "over the true count, and is all that the count itself can say. Dotted: median."
)
CELL_ALTERNATIVE = (
    "Probability of a true count at least so high, {cell}: one half at {median}, which needs {share} reported."
)
TITLE = "Total flow per year with one assumption held at a value"
UP = "total flow per year"
NOTE = (
    "Dots: medians, each of a fit with the value held and all else fitted again; bands: 95 % intervals. "
    "A reader who believes in one value reads there."
)
ALTERNATIVE = "Curves of the total flow per year: {curves}."
CURVE = "{held} from {first} to {last}, median from {low} to {high}"
NO_FIGURE = "{cell}: no figure above 0, so no share that a true count needs"

BAND = "#CFE0EA"
PANEL, HIGH = 80.0, 58.0  # millimetres: width of a panel at least, height of a row of panels
POINTS, OUTERMOST = 400, 0.002

type Array = NDArray[np.float64]


def plot_tipping_points(
    post: xr.DataTree,
    findings: Finding | Sequence[Finding] | None = None,
    *,
    area: str | None = None,
    period: str | None = None,
    names: Mapping[str, str] | None = None,
    table: pd.DataFrame | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """What the answer would be at every value of an assumption; or, of one cell, which share reported each true count needs.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`.
    findings : Finding or sequence of Finding, optional
        What `estimators.check` returned, or its *tipping table*: a panel for each assumption that was held at values. Without it, one
        curve of the cell: how probable is a true count at least so high, and on a second axis the share reported that it needs.
    area, period : str, optional
        Which cell, without findings; by default the first area and the last period.
    names : mapping of str to str, optional
        Areas in words.
    table : pandas.DataFrame, optional
        ``estimators.summary(post)``, where it is known already.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.

    Raises
    ------
    ModelError
        The finding is not there; or the result has no draws of the true count, or no figure above 0 in the cell.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> est.alternative(plot_tipping_points(post)).partition(":")[0]
    'Probability of a true count at least so high, unnamed area 2000'
    """
    if findings is None:
        return _of_a_cell(post, area, period, names or {}, table, title, width)
    rows = finding_of(findings, "tipping table").table
    parts = list(rows.groupby("held", sort=False))
    across = max(1, min(int(width / PANEL), len(parts)))
    down = -(-len(parts) // across)
    with styled():
        figure = blank(width, HIGH * down)
        panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
        for axes, (held, rows) in zip(panels, parts, strict=False):
            _draw_held(axes, str(held), rows.sort_values("at"))
        for axes in panels[len(parts) :]:
            axes.set_visible(False)
        for axes in panels[::across]:
            axes.set_ylabel(UP)
        set_vertical_log_ticks(panels[0])
        heading(figure, title or TITLE)
        curves = "; ".join(_curve(str(held), rows) for held, rows in parts)
        finish(figure, state(post), note=NOTE, alternative=ALTERNATIVE.format(curves=curves))
        set_log_ticks(figure, [axes for axes in panels[: len(parts)] if axes.get_xscale() == "log"])
    return figure


def _draw_held(axes: Axes, held: str, rows: pd.DataFrame) -> None:
    at, median, lower, upper = (rows[name].to_numpy(dtype=float) for name in ("at", "median", "lower", "upper"))
    if (at > 0).all():
        axes.set_xscale("log")
    else:
        axes.axvline(0.0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yscale("log")
    axes.fill_between(at, lower, upper, color=BAND, linewidth=0)
    axes.plot(at, median, "-o", color=BLUE, linewidth=1.5, markersize=4.5, markeredgecolor="white")
    axes.margins(x=0.04)
    axes.grid(axis="both")
    axes.set_xlabel(held)


def _curve(held: str, rows: pd.DataFrame) -> str:
    ends = rows.sort_values("at").iloc[[0, -1]]
    (first, last), (low, high) = ends["at"], (numbers.number(float(value)) for value in ends["median"])
    return CURVE.format(held=held, first=f"{first:g}", last=f"{last:g}", low=low, high=high)


def _of_a_cell(
    post: xr.DataTree,
    area: str | None,
    period: str | None,
    names: Mapping[str, str],
    table: pd.DataFrame | None,
    title: str,
    width: float,
) -> Figure:
    draws = draws_of(post, "true_count")
    cell = cell_of(draws, area, period)
    words = f"{names.get(cell['area'], cell['area'])} {cell['period']}"
    count = float(post["observed_data"].to_dataset()["reported"].sel(cell))
    if not count > 0:
        raise ModelError(NO_FIGURE.format(cell=words))
    values = np.sort(draws.sel(cell).values.ravel())
    median = float(np.median(values))
    summarised = summary(post) if table is None else table
    digits = digits_of(summarised, cell)
    with styled():
        figure, axes = new_figure(width, 62.0)
        _draw_cell(axes, values, count)
        upper = axes.secondary_xaxis("top", functions=(_ratio(count), _ratio(1.0 / count)))
        upper.set_xlabel(CELL_SHARE, loc="right")
        heading(figure, title or CELL_TITLE.format(count=numbers.count(count), cell=words))
        share = numbers.one_in(min(count / median, 1.0))
        said = CELL_ALTERNATIVE.format(cell=words, median=numbers.number(median, digits), share=share)
        finish(figure, summarised, note=CELL_NOTE, alternative=said)
        set_log_ticks(figure, [axes])
        set_log_ticks(figure, [upper], words="1 in {:,.12g}".format)
    return figure


def _ratio(count: float) -> Callable[[ArrayLike], ArrayLike]:
    return lambda values: np.asarray(values, dtype=float) / count


def _draw_cell(axes: Axes, values: Array, count: float) -> None:
    high = float(np.quantile(values, 1.0 - OUTERMOST))
    grid = np.geomspace(count, max(high, 1.5 * count), POINTS)
    beyond = 1.0 - np.searchsorted(values, grid, side="left") / len(values)
    median = float(np.median(values))
    axes.set_xscale("log")
    axes.fill_between(grid, 0.0, beyond, color=BAND, linewidth=0)
    axes.plot(grid, beyond, color=BLUE, linewidth=1.8)
    axes.plot([median, median, grid[0]], [0.0, 0.5, 0.5], color=INK, linewidth=0.9, linestyle=":")
    axes.plot(median, 0.5, "o", color=ORANGE, markersize=5.5, markeredgecolor="white")
    axes.set_xlim(grid[0], grid[-1])
    axes.set_ylim(0.0, 1.02)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="both")
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.set_xlabel(CELL_AXIS, loc="right")
    axes.set_ylabel(CELL_UP)
