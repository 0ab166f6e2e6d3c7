"""Small panels over time, one for each area, on one logarithmic scale."""

from collections.abc import Mapping, Sequence
from math import ceil
from textwrap import shorten

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators.plots.style import SMALL, TEXT, blank, finish, letters
from estimators.plots.ticks import set_vertical_log_ticks
from estimators.plots.wording import plural, told

ALTERNATIVE = "{shown}, {areas}, {first} to {last}; {told}."

PANEL = 42.0  # millimetres of width for a panel, at least
HIGH, AROUND = 31.0, 12.0  # millimetres: of a row of panels, and of what stands around all of them
APART = 13.0  # points from one turned label of a period to the next

type Array = NDArray[np.float64]


def small_panels(areas: Sequence[str], names: Mapping[str, str], width: float) -> tuple[Figure, list[Axes]]:
    """A panel for each area, as many side by side as have room, on one scale."""
    across = max(1, min(int(width / PANEL), len(areas)))
    down = ceil(len(areas) / across)
    figure = blank(width, AROUND + HIGH * down * (2.0 if across == 1 else 1.0))
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, area in zip(panels, areas, strict=False):
        most = letters(0.8 * width / across)
        axes.set_title(shorten(names.get(area, area), most, placeholder=" …"), loc="left", fontsize=TEXT)
        axes.set_yscale("log")
        axes.grid(axis="y")
        axes.set_autoscale_on(False)  # once, when all is drawn: limits are shared, and each mark would ask all panels
    for axes in panels[len(areas) :]:
        axes.set_visible(False)
    return figure, list(panels[: len(areas)])


def label_periods(figure: Figure, panels: Sequence[Axes], place: Array, periods: Sequence[str]) -> None:
    """As many labels as stand side by side when turned, under the lowest panel of each column."""
    for axes in panels:
        axes.set_autoscale_on(True)
    panels[0].autoscale_view()
    across = len({axes.get_position().x0 for axes in panels})
    step = max(1, ceil(len(periods) * APART * across / (0.7 * 72.0 * figure.get_figwidth())))
    panels[0].set_xticks(place[::step], periods[::step])
    for axes in panels:
        axes.tick_params(labelsize=SMALL)
        axes.tick_params(axis="x", rotation=60)
        set_vertical_log_ticks(axes)
    _hide_inner(panels, across)
    lowest = len(panels) - 1 - (len(panels) - 1) % across
    for axes in panels[
        max(0, len(panels) - across) : lowest
    ]:  # above an empty place: written there without moving the row
        for at, period in zip(place[::step], periods[::step], strict=True):
            axes.annotate(
                period, (at, 0.0), (0.0, -6.0), xycoords=("data", "axes fraction"), textcoords="offset points",
                rotation=60, ha="center", va="top", fontsize=SMALL,
            ).set_in_layout(False)  # fmt: skip


def _hide_inner(panels: Sequence[Axes], across: int) -> None:
    """Ticks stand at the left and below each column only; inside, the rules alone: most of the time of drawing was theirs."""
    low, high = panels[0].get_ylim()
    rules = [tick for tick in panels[0].yaxis.get_majorticklocs() if low <= tick <= high]
    for number, axes in enumerate(panels):
        if number % across:
            axes.yaxis.set_visible(False)
            axes.hlines(
                rules, 0.0, 1.0, transform=axes.get_yaxis_transform(), zorder=0.5,
                color=mpl.rcParams["grid.color"], linewidth=mpl.rcParams["grid.linewidth"],
            )  # fmt: skip
        if number + across < len(panels):
            axes.xaxis.set_visible(False)


def finish_panels(
    figure: Figure, rows: pd.DataFrame, quantity: str, names: Mapping[str, str], *, note: str, shown: str
) -> None:
    """Footnote and alternative text: the estimates of the last period."""
    last = rows["period"].iloc[-1]
    now = rows[rows["period"] == last]
    what = told(now, quantity, [f"in {names.get(area, area)} {last}" for area in now["area"]])
    areas = plural(rows["area"].nunique(), "area")
    first = rows["period"].iloc[0]
    finish(
        figure, rows, note=note,
        alternative=ALTERNATIVE.format(shown=shown, areas=areas, first=first, last=last, told=what),
    )  # fmt: skip
