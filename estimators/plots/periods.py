"""Medians and intervals over time, a small panel for each area."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators.plots.panels import finish_panels, label_periods, small_panels
from estimators.plots.style import BLUE, INK, PAGE, heading, styled
from estimators.plots.wording import WORDS, sentence

MEDIAN_AND_INTERVAL = "{quantity}: median and {probability:g} % interval"
DOTS = " Dots are the exactly reported figures above 0."

BAND = "#CFE0EA"

type Array = NDArray[np.float64]


def plot_periods(
    table: pd.DataFrame,
    *,
    quantity: str = "true_count",
    names: Mapping[str, str] | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Median and interval of a quantity by period, a panel an area, all on one logarithmic scale.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary`.
    quantity : str
        Which estimate; beside the true count the reported figures are drawn.
    names : mapping of str to str, optional
        Areas in words.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.

    Examples
    --------
    >>> import estimators as est
    >>> table = est.summary(est.fit(est.Multiplier(est.Claim("1 in 100")), est.datasets.mexico(), seed=1))
    >>> len(plot_periods(table).axes)
    1
    """
    areas, periods = (list(dict.fromkeys(table[name])) for name in ("area", "period"))
    probability = 100 * float(table["probability"].iloc[0])
    shown = sentence(MEDIAN_AND_INTERVAL.format(quantity=WORDS.get(quantity, quantity), probability=probability))
    with styled():
        figure, panels = small_panels(areas, names or {}, width)
        for axes, area in zip(panels, areas, strict=True):
            rows = table[table["area"] == area]
            place = np.array([periods.index(period) for period in rows["period"]], dtype=float)
            _draw_interval(axes, rows, place, quantity)
        label_periods(figure, panels, np.arange(len(periods), dtype=float), periods)
        heading(figure, title or shown)
        dots = DOTS if quantity == "true_count" else ""
        finish_panels(figure, table, quantity, names or {}, note=f"{shown}.{dots}", shown=shown)
    return figure


def _draw_interval(axes: Axes, rows: pd.DataFrame, place: Array, quantity: str) -> None:
    median, lower, upper = (rows[f"{quantity}_{end}"].to_numpy(dtype=float) for end in ("median", "lower", "upper"))
    axes.fill_between(place, lower, upper, color=BAND, linewidth=0)
    axes.plot(place, median, color=BLUE, linewidth=1.6)
    if quantity == "true_count":
        reported = rows["reported"].to_numpy(dtype=float)
        axes.plot(place, np.where(reported > 0, reported, np.nan), "o", color=INK, markersize=2.4)
