"""Whether what fixes the level contradicts itself: each anchor against the pool of all others."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators import numbers
from estimators.diagnostics.budget import LEVEL, Z95, comparisons, format_p
from estimators.diagnostics.identification import Identification, identification
from estimators.errors import ModelError
from estimators.plots.reading import NO_AREA, estimator_of
from estimators.plots.standing import state
from estimators.plots.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAGE,
    SMALL,
    broken,
    finish,
    heading,
    letters,
    new_figure,
    styled,
)
from estimators.plots.ticks import set_log_ticks

TITLE = "Each anchor against all others together, {area}"
AXIS = "implied true count, over that of all others"
NUMBERS = "{implied} against {others}\n|z| = {z:.2f}, {p}"
NOTE = (
    "Lines: 95 % intervals of the factor; the line at 1 is agreement. p after Holm's correction; below {level:g}, squares. "
    "{power}Absence of conflict is not agreement."
)
ALONE = "nothing could contradict it"
ALONE_NOTE = "There is one absolute anchor, so there is nothing to compare it with: a wrong claim would not be noticed."
ALONE_ALTERNATIVE = "Nothing is drawn but the line of agreement: {anchor} is the only anchor, and implies {implied}."
ALTERNATIVE = "Factor between each of {anchors} anchors and the others: {worst}."
WORST = "most extreme {anchor}, {implied} against {others}, {p}"
NO_ANCHORS = "{estimator} has no anchors: there is nothing that could be in conflict"

ROW, ROW_LINE, AROUND = 4.0, 3.4, 15.0  # millimetres
FOR_LABELS = 0.33  # of the width
WITH_NUMBERS = 120.0
ALONE_SPAN = 10.0


def conflict_table(post: xr.DataTree, *, area: str | None = None) -> pd.DataFrame:
    """One row an anchor: what it implies, what the others imply, and the factor between the two with its 95 % interval.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with anchors.
    area : str, optional
        By default the first; where a model has compared its anchors as a whole, there is only *a typical area*.

    Returns
    -------
    pandas.DataFrame
        Columns anchor, area, implied, others (geometric means over the periods), factor_median, factor_lower, factor_upper, z, p, p_holm.
        The factor and what follows are missing where there is one anchor.

    Raises
    ------
    ModelError
        The result has no anchors, or not this area.
    """
    return _compared(_told(post), area)


def _told(post: xr.DataTree) -> Identification:
    if "anchors" not in post.children:
        raise ModelError(NO_ANCHORS.format(estimator=estimator_of(post)))
    return identification(post)


def _compared(told: Identification, area: str | None) -> pd.DataFrame:
    cells = told.anchors
    cells = cells.assign(sd=np.hypot(cells["log_sd"], cells["others_log_sd"]))
    table = comparisons(cells)
    whole = "compared" in cells
    there = list(dict.fromkeys(table["area"]))
    chosen = there[0] if whole or area is None else area
    if chosen not in there:
        raise ModelError(NO_AREA.format(area=chosen, areas=", ".join(there)))
    about = cells if whole else cells[cells["area"] == chosen]
    means = about.groupby("anchor", sort=False)[["sd", "p_holm"]].mean().reset_index()
    table = table[table["area"] == chosen].merge(means, on="anchor", how="left", validate="1:1")
    table["p_holm"] = table["p_holm"] if whole else _holm(table["p"])
    log_factor = np.log(table["implied"] / table["others"])
    ends = {"median": 0.0, "lower": -Z95, "upper": Z95}
    columns = {f"factor_{end}": np.exp(log_factor + z * table["sd"]) for end, z in ends.items()}
    kept = ["anchor", "area", "implied", "others", *columns, "z", "p", "p_holm"]
    return table.assign(**columns)[kept]


def _holm(p: "pd.Series[float]") -> "pd.Series[float]":
    """Holm's adjustment; of two anchors there is one comparison, which needs none."""
    if len(p) <= 2:
        return p
    steps = p.sort_values()
    adjusted = (steps * np.arange(len(steps), 0, -1)).cummax().clip(upper=1.0)
    return adjusted.reindex(p.index)


def plot_conflict(post: xr.DataTree, *, area: str | None = None, title: str = "", width: float = PAGE) -> Figure:
    """Factor between what each anchor implies and what all the others imply, with 95 % intervals; 1 is agreement.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with anchors.
    area : str, optional
        By default the first; where a model has compared its anchors as a whole, there is only a typical area.
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
        The result has no anchors, or not this area.

    References
    ----------
    Presanis, A. M. et al. 2013. Conflict diagnostics in directed acyclic graphs. doi:10.1214/13-STS426

    Examples
    --------
    >>> import estimators as est
    >>> model = est.AnchorBudget((est.Claim("1 in 100", within=1.5), est.ExternalEstimate("survey", 2000.0, 0.2)))
    >>> figure = plot_conflict(est.fit(model, est.single_figure(494), seed=1))
    >>> "in conflict" in est.alternative(figure)
    True
    """
    told = _told(post)
    table = _compared(told, area)
    alone = bool(table["z"].isna().all())
    with styled():
        labels = ["\n".join(broken(name, letters(FOR_LABELS * width))) for name in table["anchor"]]
        lines = max(label.count("\n") + 1 for label in labels)
        figure, axes = new_figure(width, AROUND + max(ROW + ROW_LINE * lines, 9.0) * len(table))
        _draw(axes, table, alone)
        axes.set_yticks(np.arange(len(table)), labels)
        if alone:
            words = "\n".join(broken(ALONE, letters(0.5 * width)))
            axes.text(1.15, 0.0, words, va="center", fontsize=SMALL)
        elif width >= WITH_NUMBERS:
            _write(axes, table)
        heading(figure, title or TITLE.format(area=table["area"].iloc[0]))
        note = ALONE_NOTE if alone else NOTE.format(level=LEVEL, power=_power(told))
        finish(figure, state(post, told), note=note, alternative=_said(table, alone))
        set_log_ticks(figure, [axes])
    return figure


def _draw(axes: Axes, table: pd.DataFrame, alone: bool) -> None:
    place = np.arange(len(table), dtype=float)
    lower, median, upper = (table[f"factor_{end}"].to_numpy(dtype=float) for end in ("lower", "median", "upper"))
    clash = (table["p_holm"] < LEVEL).to_numpy()
    axes.set_xscale("log")
    axes.axvline(1.0, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    for chosen, marker, colour in ((~clash, "o", BLUE), (clash, "s", ORANGE)):
        axes.hlines(place[chosen], lower[chosen], upper[chosen], color=colour, linewidth=1.8)
        axes.plot(
            median[chosen], place[chosen], marker, color=colour, markersize=5.5, markeredgecolor="white", zorder=3
        )
    low, high = (1.0 / ALONE_SPAN, ALONE_SPAN) if alone else (min(lower.min(), 0.8) / 1.2, max(upper.max(), 1.25) * 1.2)
    axes.set_xlim(low, high)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    axes.set_xlabel(AXIS, loc="right")


def _write(axes: Axes, table: pd.DataFrame) -> None:
    for place, row in enumerate(table.to_dict("records")):
        implied, others = (numbers.number(float(row[name])) for name in ("implied", "others"))
        words = NUMBERS.format(implied=implied, others=others, z=abs(row["z"]), p=format_p(float(row["p_holm"])))
        axes.annotate(words, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL)


def _power(told: Identification) -> str:
    text = told.finding("power").text
    return text.split(" and the 95 %")[0].rstrip(", ") + ". " if text else ""


def _said(table: pd.DataFrame, alone: bool) -> str:
    worst = table.iloc[0] if alone else table.sort_values("p", kind="stable").iloc[0]
    implied, others = (numbers.number(float(worst[name])) for name in ("implied", "others"))
    if alone:
        return ALONE_ALTERNATIVE.format(anchor=worst["anchor"], implied=implied)
    told = WORST.format(anchor=worst["anchor"], implied=implied, others=others, p=format_p(float(worst["p_holm"])))
    return ALTERNATIVE.format(anchors=len(table), worst=told)
