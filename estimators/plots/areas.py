"""Many areas in one period: incidence, reporting probability and true count side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators.plots.forest import WORDS
from estimators.plots.standing import standing
from estimators.plots.style import BLUE, GREY, INK, ORANGE, footnote, styled
from estimators.plots.ticks import set_log_ticks

QUANTITIES = ("incidence", "reporting_probability", "true_count")
SHORT = WORDS | {"incidence": "per 100,000 and year"}
OPEN_MARKERS = "D^vs"
MARGIN = 1.15


def plot_areas(
    table: pd.DataFrame,
    *,
    quantities: Sequence[str] = QUANTITIES,
    names: Mapping[str, str] | None = None,
    beside: pd.DataFrame | None = None,
    title: str = "",
) -> Figure:
    """Forest of all areas in one period, one column a quantity, sorted by the first.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary` of one period.
    quantities : sequence of str
        Which estimates, from left to right.
    names : mapping of str to str, optional
        Areas in words.
    beside : pandas.DataFrame, optional
        What others publish, drawn in the column of the true count as open marks without an interval: columns area, value, by.
    title : str
        Title.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.
    """
    rows = table.sort_values(f"{quantities[0]}_median", ascending=False).reset_index(drop=True)
    with styled():
        figure = Figure(figsize=(7.6, 1.5 + 0.22 * len(rows)), layout="constrained")
        panels = figure.subplots(1, len(quantities), sharey=True, squeeze=False)[0]
        for axes, quantity in zip(panels, quantities, strict=True):
            others = beside if beside is not None and quantity == "true_count" else None
            _draw(axes, rows, quantity, others)
        panels[0].set_yticks(range(len(rows)), [(names or {}).get(area, area) for area in rows["area"]])
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
        words = f"Dots are medians, lines {100 * float(rows['probability'].iloc[0]):g} % intervals. {standing(rows)}"
        footnote(figure, words + _definitions(beside))
        if beside is not None:
            figure.legend(loc="outside upper right", frameon=False, fontsize=8.5)
        for axes in panels:
            set_log_ticks(figure, axes)
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, quantity: str, others: pd.DataFrame | None) -> None:
    place = np.arange(len(rows))
    median, lower, upper = (rows[f"{quantity}_{end}"].to_numpy(dtype=float) for end in ("median", "lower", "upper"))
    axes.set_xscale("log")
    axes.hlines(place, lower, upper, color=BLUE, linewidth=1.6)
    axes.plot(median, place, "o", color=BLUE, markersize=4.5, markeredgecolor="white", markeredgewidth=0.6)
    drawn = [lower, upper]
    if quantity == "true_count":
        axes.plot(rows["reported"], place, "|", color=INK, markersize=8, markeredgewidth=1.4)
        drawn.append(rows["reported"].to_numpy(dtype=float))
    for number, (by, group) in enumerate(others.groupby("by", sort=False) if others is not None else ()):
        found = rows[["area"]].merge(group[["area", "value"]], how="left", on="area")["value"].to_numpy(dtype=float)
        colour = (ORANGE, GREY)[number % 2]
        axes.plot(found, place, OPEN_MARKERS[number % 4], color=colour, markersize=4.5, fillstyle="none", label=str(by))
        drawn.append(found)
    values = np.concatenate(drawn)
    values = values[np.isfinite(values) & (values > 0)]
    axes.set_xlim(values.min() / MARGIN, values.max() * MARGIN)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="both", color=GREY, alpha=0.2, linewidth=0.6)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(SHORT.get(quantity, quantity) + (" (tick: reported)" if quantity == "true_count" else ""))


def _definitions(beside: pd.DataFrame | None) -> str:
    if beside is None or "counts" not in beside:
        return ""
    return f" Open marks count something else: {'; '.join(dict.fromkeys(beside['counts']))}."
