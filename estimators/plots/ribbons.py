"""Ribbons over time around the counts that were observed, a small panel for each area."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators.errors import ModelError
from estimators.plots.panels import finish_panels, label_periods, small_panels
from estimators.plots.reading import chosen_areas, estimator_of
from estimators.plots.style import INK, PAGE, heading, styled
from estimators.plots.wording import WORDS, sentence
from estimators.results import limits, summary

BANDS = "Line: median of the {quantity}; bands, dark to pale: 50, 80 and 95 % intervals."
OBSERVED = " Circles: exactly reported figures above 0; bars with caps: figures published as a range."
OVER_TIME = "{quantity} over time"
NO_DISTRIBUTION = "{estimator} has no distribution of the {quantity}: expected a result with draws or quantiles of it"

RIBBONS = ((0.95, "#CFE0EA"), (0.8, "#93BAD1"), (0.5, "#4F8DB0"))  # interval and colour: pale to dark, also in grey
DAYS = 365.2425  # of a year

type Array = NDArray[np.float64]


def plot_ribbons(
    post: xr.DataTree,
    *,
    quantity: str = "true_count",
    areas: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    table: pd.DataFrame | None = None,
    ends: Mapping[float, Mapping[str, xr.DataArray]] | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Intervals of 50, 80 and 95 % over time with the counts that were observed, a panel an area, all on one logarithmic scale.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with draws or quantiles of the quantity.
    quantity : str
        Which estimate; beside the true count the reported figures are drawn, ranges as bars. A missing figure is not drawn.
    areas : sequence of str
        Which, in this order; by default all.
    names : mapping of str to str, optional
        Areas in words.
    table : pandas.DataFrame, optional
        ``estimators.summary(post)``, where it is known already.
    ends : mapping of float to mapping of str to xarray.DataArray, optional
        Median, lower and upper limit of the quantity by probability of the interval, where they are known already.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        Periods stand at their dates. The verdict and the state of the sampler stand under it.

    Raises
    ------
    ModelError
        The result has no distribution of the quantity, or not one of the areas.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.datasets.mexico(), seed=1)
    >>> len(plot_ribbons(post).axes)
    1
    """
    chosen, words = chosen_areas(post, areas), WORDS.get(quantity, quantity)
    ends = ends or {probability: limits(post, quantity, probability) for probability, _ in RIBBONS}
    if any(set(found) != {"median", "lower", "upper"} for found in ends.values()):
        raise ModelError(NO_DISTRIBUTION.format(estimator=estimator_of(post), quantity=words))
    table = summary(post) if table is None else table
    table = table[table["area"].isin(chosen)]
    place, periods = _dates(post)
    with styled():
        figure, panels = small_panels(chosen, names or {}, width)
        for axes, area in zip(panels, chosen, strict=True):
            here = {mass: {end: found[end].sel(area=area).values for end in found} for mass, found in ends.items()}
            _draw_ribbons(axes, place, here)
            if quantity == "true_count":
                _draw_observed(axes, place, post["observed_data"].to_dataset().sel(area=area))
        label_periods(figure, panels, place, periods)
        heading(figure, title or sentence(words))
        note = BANDS.format(quantity=words) + (OBSERVED if quantity == "true_count" else "")
        finish_panels(figure, table, quantity, names or {}, note=note, shown=sentence(OVER_TIME.format(quantity=words)))
    return figure


def _dates(post: xr.DataTree) -> tuple[Array, list[str]]:
    """The middle of each period in years, and its label."""
    constant = post["constant_data"].to_dataset()
    first, last = (constant[f"period_{end}"].values.astype("datetime64[D]").astype(float) for end in ("start", "end"))
    middle = 1970.0 + 0.5 * (first + last + 1.0) / DAYS
    return np.asarray(middle), [str(period) for period in constant["period"].values]


def _draw_ribbons(axes: Axes, place: Array, ends: Mapping[float, Mapping[str, Array]]) -> None:
    for mass, colour in RIBBONS:
        axes.fill_between(place, ends[mass]["lower"], ends[mass]["upper"], color=colour, linewidth=0)
        if len(place) == 1:
            axes.vlines(place, ends[mass]["lower"], ends[mass]["upper"], color=colour, linewidth=8.0)
    median = next(iter(ends.values()))["median"]
    axes.plot(place, median, color=INK, linewidth=1.2, marker="_" if len(place) == 1 else "", markersize=9)


def _draw_observed(axes: Axes, place: Array, observed: xr.Dataset) -> None:
    """Exact figures as circles, those that are a range as bars."""
    lower, upper = (observed[end].values.astype(float) for end in ("lower", "upper"))
    exact = (lower == upper) & (lower > 0)
    axes.plot(place[exact], lower[exact], "o", color=INK, markerfacecolor="white", markersize=3.2, markeredgewidth=0.9)
    between = (lower < upper) & (upper > 0) & np.isfinite(upper)
    ends = np.maximum(lower[between], 0.5), upper[between]
    axes.vlines(place[between], *ends, color=INK, linewidth=1.6)
    for end in ends if between.any() else ():  # a narrow range would be a speck without them
        axes.plot(place[between], end, "_", color=INK, markersize=4.0)
