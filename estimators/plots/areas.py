"""Many areas in one period: incidence, reporting probability and true count side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators.errors import ModelError
from estimators.plots.style import BLUE, GREY, INK, ORANGE, PAGE, blank, finish, fit_labels, heading, styled
from estimators.plots.ticks import set_log_ticks
from estimators.plots.wording import WORDS, plural, told

QUANTITIES = ("incidence", "reporting_probability", "true_count")
SHORT = WORDS | {"incidence": "per 100,000 and year"}
REPORTED = ("reported", "reported_lower", "reported_upper")
OPEN_MARKERS = "D^vs"
MARGIN = 1.15
ROW, AROUND = 4.6, 15.0  # millimetres: of an area, of axis and margins
MANY, CLOSE = 24, 4.1  # from more areas on they stand closer, so that a first page has room for them
TICK = " (tick: reported)"
NOTE = "Dots are medians, lines {probability:g} % intervals."
RANGES = " Joined ticks: reported as a range."
OTHERS = " Open marks count something else: {counts}."
ALTERNATIVE = "Forest of {areas}; {quantities}."
MORE_PERIODS = "{periods} periods: expected rows of one period"


def plot_areas(
    table: pd.DataFrame,
    *,
    quantities: Sequence[str] = QUANTITIES,
    names: Mapping[str, str] | None = None,
    beside: pd.DataFrame | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Forest of all areas in one period, one column a quantity, sorted by the first.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary` of one period; columns reported_lower and reported_upper, if there, are of figures that were
        published as a range, drawn as a line between two ticks.
    quantities : sequence of str
        Which estimates, from left to right.
    names : mapping of str to str, optional
        Areas in words.
    beside : pandas.DataFrame, optional
        What others publish, drawn in the column of the true count as open marks without an interval: columns area, value, by.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column, which has room for one quantity.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.

    Raises
    ------
    ModelError
        The table is of several periods.

    Examples
    --------
    >>> import estimators as est
    >>> table = est.summary(est.fit(est.Multiplier(est.Claim("1 in 100")), est.datasets.mexico(), seed=1))
    >>> len(plot_areas(table[table["period"] == "2022"]).axes)
    3
    """
    periods = set(table["period"])
    if len(periods) > 1:
        raise ModelError(MORE_PERIODS.format(periods=len(periods)))
    rows = table.sort_values(f"{quantities[0]}_median", ascending=False).reset_index(drop=True)
    with styled():
        row = ROW if len(rows) <= MANY else CLOSE
        figure = blank(width, AROUND + row * len(rows) + (4.0 * beside["by"].nunique() if beside is not None else 0.0))
        panels = figure.subplots(1, len(quantities), sharey=True, squeeze=False)[0]
        for axes, quantity in zip(panels, quantities, strict=True):
            others = beside if beside is not None and quantity == "true_count" else None
            _draw(axes, rows, quantity, others)
        panels[0].set_yticks(range(len(rows)), [(names or {}).get(area, area) for area in rows["area"]])
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
        heading(figure, title)
        _finish(figure, rows, quantities, names or {}, beside)
        set_log_ticks(figure, panels)
        fit_labels(figure)
    return figure


def _finish(
    figure: Figure,
    rows: pd.DataFrame,
    quantities: Sequence[str],
    names: Mapping[str, str],
    beside: pd.DataFrame | None,
) -> None:
    note = NOTE.format(probability=100 * float(rows["probability"].iloc[0]))
    if set(REPORTED) <= set(rows) and "true_count" in quantities and rows[REPORTED[2]].notna().any():
        note += RANGES
    if beside is not None and "counts" in beside:
        note += OTHERS.format(counts="; ".join(dict.fromkeys(beside["counts"])))
    shown = [f"in {names.get(area, area)}" for area in rows["area"]]
    each = [f"{WORDS.get(quantity, quantity)}: {told(rows, quantity, shown)}" for quantity in quantities]
    finish(
        figure,
        rows,
        note=note,
        alternative=ALTERNATIVE.format(areas=plural(len(rows), "area"), quantities="; ".join(each)),
    )


def _draw(axes: Axes, rows: pd.DataFrame, quantity: str, others: pd.DataFrame | None) -> None:
    place = np.arange(len(rows))
    median, lower, upper = (rows[f"{quantity}_{end}"].to_numpy(dtype=float) for end in ("median", "lower", "upper"))
    axes.set_xscale("log")
    axes.hlines(place, lower, upper, color=BLUE, linewidth=1.6)
    axes.plot(median, place, "o", color=BLUE, markersize=4.5, markeredgecolor="white", markeredgewidth=0.6)
    drawn = [lower, upper]
    ticks = [rows[name].to_numpy(dtype=float) for name in REPORTED if name in rows and quantity == "true_count"]
    for each in ticks:
        axes.plot(np.where(each > 0, each, np.nan), place, "|", color=INK, markersize=8, markeredgewidth=1.4)
    drawn += ticks
    for number, (by, group) in enumerate(others.groupby("by", sort=False) if others is not None else ()):
        found = rows[["area"]].merge(group[["area", "value"]], how="left", on="area")["value"].to_numpy(dtype=float)
        colour = (ORANGE, GREY)[number % 2]
        axes.plot(found, place, OPEN_MARKERS[number % 4], color=colour, markersize=4.5, fillstyle="none", label=str(by))
        drawn.append(found)
    values = np.concatenate(drawn)
    values = values[np.isfinite(values) & (values > 0)]
    margin = max(MARGIN, (values.max() / values.min()) ** 0.04)
    axes.set_xlim(values.min() / margin, values.max() * margin)
    if len(ticks) == len(REPORTED):
        low, high = (np.clip(each, *axes.get_xlim()) for each in ticks[1:])
        axes.hlines(place, low, high, color=INK, linewidth=1.0)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="both")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(SHORT.get(quantity, quantity) + (TICK if quantity == "true_count" else ""))
    if others is not None:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
