"""The whole distribution of the true count, a ridge for each area or period."""

from collections.abc import Mapping
from textwrap import shorten

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators.errors import ModelError
from estimators.plots.reading import cell_of, draws_of
from estimators.plots.style import INK, PAGE, SMALL, finish, heading, letters, new_figure, styled
from estimators.plots.ticks import set_log_ticks
from estimators.plots.wording import WORDS, about, plural, printed, sentence, told
from estimators.results import summary

TITLE = "{quantity}, {where}"
AXIS = "{quantity} (logarithmic)"
NOTE = "Ridges: density over the logarithm, on one scale; darker: 95 % interval; white line: median{tick}."
TICK = "; black tick: reported"
AT_ZERO = " Not drawn: draws of zero in {cells}."
ALTERNATIVE = "Ridgeline of the {quantity}, {ridges}: {told}."
NOTHING = "no draws of the {quantity} in {where}: expected a cell with an estimate"

PALE, MIDDLE = "#CFE0EA", "#4F8DB0"
BEFORE_GRID = 3
ROW, AROUND = 7.6, 14.0  # millimetres: of a ridge, of axis and margins
HEIGHT = 1.35  # of the highest ridge, in rows
POINTS, OUTERMOST = 400, 0.001  # of the grid; share of draws beyond each end of the axis
FOR_LABELS = 0.3  # of the width
WITH_NUMBERS = 120.0  # millimetres, from which on estimates are written beside the ridges

type Array = NDArray[np.float64]


def plot_ridgeline(
    post: xr.DataTree,
    *,
    quantity: str = "true_count",
    area: str | None = None,
    period: str | None = None,
    names: Mapping[str, str] | None = None,
    table: pd.DataFrame | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Posterior density of the true count on a logarithmic axis, a ridge for each area of a period, or each period of an area.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with draws of the quantity.
    quantity : str
        Which; beside the true count the reported figures are drawn.
    area : str, optional
        All periods of this area; so it is too where the result has only one.
    period : str, optional
        All areas in this period, by default the last one, sorted by their medians.
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
        The result has no draws of the quantity, or none of the area or period.

    Notes
    -----
    Densities are Gaussian kernels on the logarithm, with Silverman's bandwidth 0.9 min(s, IQR/1.34) n^(-1/5).

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.datasets.mexico(), seed=1)
    >>> [label.get_text() for label in plot_ridgeline(post).axes[0].get_yticklabels()][:2]
    ['2015', '2016']
    """
    draws = draws_of(post, quantity)
    cell = cell_of(draws, area, period)
    over_periods = area is not None or (period is None and draws.sizes["area"] == 1)
    rows = summary(post) if table is None else table
    rows = rows[rows["area"] == cell["area"]] if over_periods else rows[rows["period"] == cell["period"]]
    rows = rows.dropna(subset=[f"{quantity}_median"])
    where = (names or {}).get(cell["area"], cell["area"]) if over_periods else cell["period"]
    if rows.empty:
        raise ModelError(NOTHING.format(quantity=WORDS.get(quantity, quantity), where=where))
    if not over_periods:
        rows = rows.sort_values(f"{quantity}_median", ascending=False)
    rows = rows.reset_index(drop=True)
    values = [draws.sel(area=row["area"], period=row["period"]).values.ravel() for _, row in rows.iterrows()]
    labels = rows["period" if over_periods else "area"].map(lambda name: (names or {}).get(name, name))
    words = WORDS.get(quantity, quantity)
    with styled():
        figure, axes = new_figure(width, AROUND + ROW * (len(rows) + HEIGHT - 1.0))
        _draw_ridges(axes, values, rows, quantity)
        shown = [shorten(label, letters(FOR_LABELS * width), placeholder=" …") for label in labels]
        axes.set_yticks(np.arange(len(rows)), shown)
        axes.set_xlabel(AXIS.format(quantity=words), loc="right")
        if width >= WITH_NUMBERS:
            _write(axes, rows, quantity)
        heading(figure, title or TITLE.format(quantity=sentence(words), where=where))
        said = told(rows, quantity, about(rows, names))
        finish(
            figure,
            rows,
            note=_note(values, labels.tolist(), quantity),
            alternative=ALTERNATIVE.format(quantity=words, ridges=plural(len(rows), "ridge"), told=said),
        )
        set_log_ticks(
            figure, [axes], place=lambda value: float(np.log10(value)), value=lambda place: float(10.0**place)
        )
    return figure


def _draw_ridges(axes: Axes, values: list[Array], rows: pd.DataFrame, quantity: str) -> None:
    logs = [np.log10(each[each > 0]) for each in values]
    reported = rows["reported"].to_numpy(dtype=float)
    ticks = np.log10(reported[reported > 0]) if quantity == "true_count" else np.array([])
    low = min(*(np.quantile(each, OUTERMOST) for each in logs), *ticks, np.inf)
    high = max(*(np.quantile(each, 1.0 - OUTERMOST) for each in logs), -np.inf)
    margin = 0.03 * max(high - low, 0.05)
    grid = np.linspace(low - margin, high + margin, POINTS)
    densities = [density(each, grid) for each in logs]
    unit = HEIGHT / max(float(each.max()) for each in densities)
    for place, (each, found) in enumerate(zip(logs, densities, strict=True)):
        lower, middle, upper = np.quantile(each, [0.025, 0.5, 0.975])
        ridge, inside = place - unit * found, (grid >= lower) & (grid <= upper)
        axes.fill_between(grid, place, ridge, color=PALE, linewidth=0, zorder=place + BEFORE_GRID)
        axes.fill_between(
            grid, place, ridge, where=inside.tolist(), color=MIDDLE, linewidth=0, zorder=place + BEFORE_GRID
        )
        axes.vlines(
            middle,
            place - unit * float(np.interp(middle, grid, found)),
            place,
            color="white",
            linewidth=1.3,
            zorder=place + BEFORE_GRID,
        )
        axes.plot(grid, ridge, color=INK, linewidth=0.7, zorder=place + BEFORE_GRID)
        if quantity == "true_count" and reported[place] > 0:
            axes.vlines(
                np.log10(reported[place]),
                place - 0.34,
                place + 0.08,
                color=INK,
                linewidth=1.8,
                zorder=place + BEFORE_GRID,
            )
    axes.set_xlim(grid[0], grid[-1])
    axes.set_ylim(len(logs) - 0.8, -HEIGHT - 0.05)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def density(values: Array, grid: Array) -> Array:
    """Kernel density of values at points.

    Examples
    --------
    >>> grid = np.linspace(-4.0, 4.0, 81)
    >>> bool(abs(density(np.random.default_rng(1).standard_normal(4000), grid).sum() * 0.1 - 1.0) < 0.01)
    True
    """
    quartiles = np.quantile(values, [0.25, 0.75])
    spread = min(float(values.std()), float(quartiles[1] - quartiles[0]) / 1.34) or float(values.std())
    bandwidth = max(0.9 * spread * len(values) ** -0.2, 1.5 * float(grid[1] - grid[0]))
    steps = (grid[:, None] - np.sort(values)[None, :: max(1, len(values) // 1000)]) / bandwidth
    return np.asarray(np.exp(-0.5 * steps**2).mean(axis=1) / (bandwidth * np.sqrt(2.0 * np.pi)))


def _write(axes: Axes, rows: pd.DataFrame, quantity: str) -> None:
    for place, row in enumerate(rows.to_dict("records")):
        axes.annotate(
            printed(row, quantity),
            (1.01, place - 0.05),
            xycoords=("axes fraction", "data"),
            va="bottom",
            fontsize=SMALL,
        )


def _note(values: list[Array], labels: list[str], quantity: str) -> str:
    zero = [label for label, each in zip(labels, values, strict=True) if (each <= 0).any()]
    note = NOTE.format(tick=TICK if quantity == "true_count" else "")
    return note + (AT_ZERO.format(cells=", ".join(zero)) if zero else "")
