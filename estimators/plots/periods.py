"""Estimates over time, a small panel for each area."""

from collections.abc import Mapping
from math import ceil
from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullLocator

from estimators.plots.forest import WORDS
from estimators.plots.standing import standing
from estimators.plots.style import BLUE, INK, footnote, styled

ACROSS = 4
LONGEST_TITLE = 22
FEW = 6  # labels of periods under a panel


def plot_periods(
    table: pd.DataFrame, *, quantity: str = "true_count", names: Mapping[str, str] | None = None, title: str = ""
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

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.
    """
    areas = list(dict.fromkeys(table["area"]))
    across = min(ACROSS, len(areas))
    down = ceil(len(areas) / across)
    with styled():
        figure = Figure(figsize=(7.6, 1.2 + 1.25 * down), layout="constrained")
        panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, area in zip(panels, areas, strict=False):
            _draw(axes, table[table["area"] == area], quantity)
            axes.set_title(
                shorten((names or {}).get(area, area), LONGEST_TITLE, placeholder=" …"), loc="left", fontsize=9
            )
        for axes in panels[len(areas) :]:
            axes.set_visible(False)
        for axes in panels[max(0, len(areas) - across) : len(areas)]:
            axes.tick_params(labelbottom=True)
        periods = list(dict.fromkeys(table["period"]))
        step = max(1, ceil(len(periods) / FEW))
        panels[0].set_xticks(range(0, len(periods), step), periods[::step])
        shown = f"{WORDS.get(quantity, quantity)}: median and {100 * float(table['probability'].iloc[0]):g} % interval"
        figure.suptitle(title or shown[0].upper() + shown[1:], x=0.01, ha="left", fontsize=11)
        dots = " Dots are the exactly reported figures above 0." if quantity == "true_count" else ""
        footnote(figure, f"{shown[0].upper()}{shown[1:]}.{dots} {standing(table)}")
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, quantity: str) -> None:
    place = np.arange(len(rows))
    median, lower, upper = (rows[f"{quantity}_{end}"].to_numpy(dtype=float) for end in ("median", "lower", "upper"))
    axes.set_yscale("log")
    axes.fill_between(place, lower, upper, color=BLUE, alpha=0.22, linewidth=0)
    axes.plot(place, median, color=BLUE, linewidth=1.6)
    if quantity == "true_count":
        reported = rows["reported"].to_numpy(dtype=float)
        axes.plot(place, np.where(reported > 0, reported, np.nan), "o", color=INK, markersize=2.4)
    axes.yaxis.set_major_locator(LogLocator(10, numticks=5))
    axes.yaxis.set_major_formatter(LogFormatterSciNotation())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.tick_params(labelsize=8)
    axes.tick_params(axis="x", rotation=60)
