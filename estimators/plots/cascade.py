"""The reporting cascade: from all who were exploited to those identified, investigated, prosecuted and convicted."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators import numbers
from estimators.plots.reading import digits_of
from estimators.plots.stages import PERSONS, cascade_table
from estimators.plots.style import BLUE, GREY, INK, ORANGE, PAGE, SMALL, finish, heading, new_figure, styled
from estimators.plots.ticks import set_log_ticks
from estimators.results import summary

TITLE = "Cascade of reporting: {area}, {period}"
AXIS = "number in the period (logarithmic)"
UNIT = "{stage}\n({unit})"
LINES = "{modelled}\n{observed}; {share} per 1,000"
OBSERVED, NOT_OBSERVED, NO_FIGURE = "observed {figure}", "not observed", "no figure"
NOTE = (
    "Filled marks and lines: modelled, median with 50 and 95 % intervals; of the true count its posterior, of each stage the figure that "
    "the fitted model expects. Open diamonds: observed; the true count never is.{shares}{mixed}"
)
SHARES = " Per 1,000: of the true count."
MIXED = " Squares count {units}, not persons: a step to or from them is no share."
ALTERNATIVE = "Cascade of {area} in {period}: {stages}."
STAGE, EMPTY_STAGE = "{stage} {modelled} {unit} modelled, {observed}", "{stage}: no figure"

ROW, AROUND = 10.5, 13.0  # millimetres
WITH_NUMBERS = 120.0
MARGIN = 1.5


def plot_cascade(
    post: xr.DataTree,
    *,
    area: str | None = None,
    period: str | None = None,
    names: Mapping[str, str] | None = None,
    table: pd.DataFrame | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Reporting cascade of one area and period: true count, identified, investigated, prosecuted, convicted, with uncertainty.

    Parameters
    ----------
    post : xarray.DataTree
        A result of a `Synthesis` with a `JusticeFunnel`.
    area, period : str, optional
        Which cell; by default the first area and the period in which most stages have a figure, of several the last.
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
        Stages that count something else than persons are squares. The verdict and the state of the sampler stand under it.

    Raises
    ------
    ModelError
        The result has no funnel, or no such cell.

    Examples
    --------
    >>> import estimators as est
    >>> model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.JusticeFunnel()))
    >>> evidence = est.datasets.latin_america().where(area=("MEX", "COL"), start="2016-01-01", end="2017-12-31")
    >>> post = est.fit(model, evidence, seed=1, sampling=est.Sampling(draws=250))
    >>> len(plot_cascade(post, area="MEX").axes[0].get_yticklabels())
    4
    """
    stages = cascade_table(post, area=area, period=period)
    cell = {"area": stages["area"].iloc[0], "period": stages["period"].iloc[0]}
    summarised = summary(post) if table is None else table
    digits = digits_of(summarised, cell)
    cell["area"] = (names or {}).get(cell["area"], cell["area"])
    with styled():
        figure, axes = new_figure(width, AROUND + ROW * len(stages))
        _draw(axes, stages)
        if width >= WITH_NUMBERS:
            _write(axes, stages, digits)
        heading(figure, title or TITLE.format(**cell))
        other = list(dict.fromkeys(stages["unit"][stages["unit"] != PERSONS]))
        mixed = MIXED.format(units=" or ".join(other)) if other else ""
        listed = "; ".join(_said(row, digits) for row in stages.to_dict("records"))
        note = NOTE.format(mixed=mixed, shares=SHARES if width >= WITH_NUMBERS else "")
        finish(figure, summarised, note=note, alternative=ALTERNATIVE.format(stages=listed, **cell))
        set_log_ticks(figure, [axes])
    return figure


def _draw(axes: Axes, table: pd.DataFrame) -> None:
    place = np.arange(len(table), dtype=float)
    ends = ["lower", "upper", "median", "observed_lower", "observed_upper"]
    values = table[ends].to_numpy(dtype=float)
    drawn = values[np.isfinite(values) & (values > 0)]
    left, right = drawn.min() / MARGIN, drawn.max() * MARGIN
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    for begin, end, thick in (("lower", "upper", 1.4), ("half_lower", "half_upper", 4.0)):
        axes.hlines(place, table[begin].clip(lower=left), table[end], color=BLUE, linewidth=thick)
    persons = (table["unit"] == PERSONS).to_numpy()
    for chosen, marker, colour in ((persons, "o", BLUE), (~persons, "s", ORANGE)):
        median = np.where(chosen & (table["median"] > 0), table["median"], np.nan)
        axes.plot(median, place, marker, color=colour, markersize=6.5, markeredgecolor="white", zorder=3)
    low, high = (table[f"observed_{end}"].to_numpy(dtype=float) for end in ("lower", "upper"))
    exact = (low == high) & (low > 0)
    axes.plot(low[exact], place[exact] + 0.24, "D", color=INK, markerfacecolor="white", markersize=4.5)
    between = (low < high) & np.isfinite(high)
    axes.hlines(place[between] + 0.24, np.maximum(low[between], left), high[between], color=INK, linewidth=1.4)
    axes.set_yticks(place, [UNIT.format(stage=row["stage"], unit=row["unit"]) for row in table.to_dict("records")])
    axes.set_ylim(len(table) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.axhline(0.5, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)))
    axes.set_xlabel(AXIS, loc="right")
    for empty in place[table["median"].isna()]:
        axes.annotate(NO_FIGURE, (0.03, empty), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL)


def _observed(row: Mapping[Any, Any]) -> str:
    low, high = (float(row[f"observed_{end}"]) for end in ("lower", "upper"))
    if np.isnan(low):
        return NOT_OBSERVED
    figure = (
        numbers.count(low)
        if low == high
        else f"{numbers.count(low)} – {'∞' if np.isinf(high) else numbers.count(high)}"
    )
    return OBSERVED.format(figure=figure)


def _modelled(row: Mapping[Any, Any], digits: int) -> str:
    return numbers.estimate(float(row["median"]), float(row["lower"]), float(row["upper"]), digits)


def _said(row: Mapping[Any, Any], digits: int) -> str:
    if np.isnan(row["median"]):
        return EMPTY_STAGE.format(stage=row["stage"])
    return STAGE.format(stage=row["stage"], modelled=_modelled(row, digits), unit=row["unit"], observed=_observed(row))


def _write(axes: Axes, table: pd.DataFrame, digits: int) -> None:
    """Beside each stage its numbers."""
    for place, row in enumerate(table.to_dict("records")):
        if np.isnan(row["median"]):
            continue
        words = _modelled(row, digits)
        if place:
            median, lower, upper = (float(row[f"share_{end}"]) for end in ("median", "lower", "upper"))
            share = numbers.estimate(median, lower, upper, digits)
            words = LINES.format(modelled=words, observed=_observed(row), share=share)
        axes.annotate(
            words, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL, linespacing=1.3
        )
