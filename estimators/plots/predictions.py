"""Figures against what the fitted model predicts for them: which of them does it not expect."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from estimators import numbers
from estimators.diagnostics.simulation import SLOPE
from estimators.errors import ModelError
from estimators.plots.reading import estimator_of
from estimators.plots.style import BLUE, GREY, ORANGE, PAGE, SMALL, TEXT, blank, finish, styled
from estimators.plots.wording import plural

type Array = NDArray[np.float64]

NOTE = (
    "Across: the figure; up: its prediction from all the others, median and 95 %. Orange triangles: "
    "{rare} of {figures} with tail probability below {limit:g}; chance alone would give about {chance:.0f}."
)
ALTERNATIVE = "{figures} against their predictions from all the others; {rare} lie far out. Farthest: {seen} against {predicted}; {about}."
NO_ROWS = "{estimator} has no figures left to predict: expected a result that shows some"
NO_PREDICTIONS = "{estimator} has no group {group}: expected a result with predictions, as a Synthesis has"

AXIS, UP = "figure", "prediction"

RARE = 0.01
TAIL = 0.025  # on either side of a prediction
BESIDE = SLOPE * TAIL
CHANCES = (TAIL - BESIDE, TAIL, TAIL + BESIDE, 0.5, 1.0 - TAIL - BESIDE, 1.0 - TAIL, 1.0 - TAIL + BESIDE)
MOST_LABELS = 6
PANEL, HIGH = 80.0, 66.0  # millimetres: width of a panel at least, height of a row of panels
GROUPS = ("figures", "posterior_predictive", "log_likelihood")


def prediction_table(post: xr.DataTree) -> pd.DataFrame:
    """One row a figure: its limits, what the model predicts for it, and how far out in the prediction it lies.

    Parameters
    ----------
    post : xarray.DataTree
        A result with groups ``posterior_predictive`` and ``figures``, as a `Synthesis` has.

    Returns
    -------
    pandas.DataFrame
        Columns stream, indicator, about, lower, upper, predicted_median, predicted_lower, predicted_upper (95 %), tail, effective_draws,
        simulation_error (relative, of the worse limit), sorted by tail: twice the smaller probability of a figure at
        least as high or at least as low. Statements are not listed.

    Notes
    -----
    A prediction is from all figures but the one predicted: draws are weighted by 1 / p(figure | draw), truncated at the mean weight times
    the square root of the number of draws. Where few effective draws remain, a figure has so much influence that its tail is rough.

    Raises
    ------
    ModelError
        The result has no predictions.

    References
    ----------
    Ionides, E. L. 2008. Truncated importance sampling. doi:10.1198/106186008X320456
    """
    missing = [group for group in GROUPS if group not in post.children]
    if missing:
        raise ModelError(NO_PREDICTIONS.format(estimator=estimator_of(post), group=missing[0]))
    figures, predicted, densities = (post[group].to_dataset() for group in GROUPS)
    parts = []
    for name in predicted:
        stream, indicator = str(name).split(": ")
        if stream == "statements" or f"{name} lower" not in figures or not figures[f"{name} lower"].size:
            continue
        draws, density = (_flat(group[name]) for group in (predicted, densities))
        weight = _weights_without(density)
        lower, upper = (figures[f"{name} {end}"].values.astype(float) for end in ("lower", "upper"))
        quantiles = _quantiles(draws, weight, CHANCES)
        effective = 1.0 / (weight**2).sum(axis=0)
        tail = 2.0 * np.minimum(((draws >= lower) * weight).sum(axis=0), ((draws <= upper) * weight).sum(axis=0))
        columns = {
            "lower": lower,
            "upper": upper,
            "predicted_median": quantiles[3],
            "predicted_lower": quantiles[1],
            "predicted_upper": quantiles[5],
            "tail": np.minimum(tail, 1.0),
            "effective_draws": effective,
            "simulation_error": _error(quantiles, effective),
        }
        about = figures[f"{name} about"].values.astype(str)
        part = pd.DataFrame({"about": about, **columns})
        part.insert(0, "stream", stream)
        part.insert(1, "indicator", indicator)
        parts.append(part)
    if not parts:
        raise ModelError(NO_ROWS.format(estimator=estimator_of(post)))
    return pd.concat(parts, ignore_index=True).sort_values("tail", kind="stable", ignore_index=True)


def _flat(draws: xr.DataArray) -> Array:
    """Draws of all chains, (draws, rows)."""
    values = draws.transpose("chain", "draw", ...).values
    return np.asarray(values.reshape(-1, values.shape[-1]), dtype=float)


def _weights_without(density: Array) -> Array:
    """Weights of the draws that take each row's own figure out again, summing to 1, (draws, rows)."""
    ratio = np.exp(density.min(axis=0) - density)
    ratio = np.minimum(ratio, ratio.mean(axis=0) * np.sqrt(len(ratio)))
    return np.asarray(ratio / ratio.sum(axis=0))


def _quantiles(draws: Array, weight: Array, probabilities: Sequence[float]) -> list[Array]:
    """Weighted quantiles of each column."""
    order = np.argsort(draws, axis=0)
    reached = np.cumsum(np.take_along_axis(weight, order, axis=0), axis=0)
    rows = [order[np.argmax(reached >= each, axis=0), np.arange(draws.shape[1])] for each in probabilities]
    return [np.take_along_axis(draws, row[None], axis=0)[0] for row in rows]


def _error(quantiles: Sequence[Array], effective: Array) -> Array:
    """Relative Monte-Carlo standard error of the worse limit, from the slope of the quantiles around it; infinite of a limit of 0."""
    shrink = np.sqrt(TAIL * (1.0 - TAIL) / effective) / (2.0 * BESIDE)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (shrink * (after - before) / at for before, at, after in (quantiles[:3], quantiles[4:]))
    return np.nan_to_num(np.maximum(low, high), nan=0.0, posinf=np.inf)


def plot_predictions(table: pd.DataFrame, *, width: float = PAGE) -> Figure:
    """Each figure against its prediction, a panel an indicator; those that the model hardly expects are named.

    Parameters
    ----------
    table : pandas.DataFrame
        What `prediction_table` returned, with columns verdict and convergence.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.
    """
    kinds = list(dict.fromkeys(table.sort_values(["stream", "indicator"])["indicator"]))
    across = max(1, min(int(width / PANEL), len(kinds)))
    with styled():
        figure = blank(width, HIGH * ceil(len(kinds) / across))
        panels = figure.subplots(ceil(len(kinds) / across), across, squeeze=False).ravel()
        for axes, kind in zip(panels, kinds, strict=False):
            _draw(axes, table[table["indicator"] == kind])
            axes.set_title(kind.replace("_", " "), loc="left", fontsize=TEXT)
        for axes in panels[len(kinds) :]:
            axes.set_visible(False)
        rare = int((table["tail"] < RARE).sum())
        note = NOTE.format(rare=rare, figures=len(table), limit=RARE, chance=RARE * len(table))
        finish(figure, table, note=note, alternative=_said(table, rare))
    return figure


def _said(table: pd.DataFrame, rare: int) -> str:
    worst = table.sort_values("tail", kind="stable").iloc[0]
    median, low, high = (float(worst[f"predicted_{end}"]) for end in ("median", "lower", "upper"))
    seen = (
        numbers.count(float(worst["lower"]))
        if worst["lower"] == worst["upper"]
        else numbers.interval(worst["lower"], worst["upper"])
    )
    return ALTERNATIVE.format(
        figures=plural(len(table), "figure"), rare=rare, about=worst["about"], seen=seen,
        predicted=numbers.estimate(median, low, high, numbers.supported_digits(float(worst.get("simulation_error", 0.0)))),
    )  # fmt: skip


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    shown = _shown(rows)
    median, low, high = (rows[f"predicted_{end}"].to_numpy(dtype=float) for end in ("median", "lower", "upper"))
    rare = rows["tail"].to_numpy(dtype=float) < RARE
    for chosen, colour, width, marker in ((~rare, BLUE, 0.6, "o"), (rare, ORANGE, 1.4, "^")):
        axes.vlines(shown[chosen], low[chosen], high[chosen], color=colour, linewidth=width, alpha=0.7)
        axes.plot(shown[chosen], median[chosen], marker, color=colour, markersize=2.6 if marker == "o" else 4.5)
    top, least = 1.3 * max(shown.max(), high.max(), 1.0), min(shown.min(), low.min())
    bottom = -0.3 if least < 1.0 else least / 1.5
    axes.plot([max(bottom, 0.0), top], [max(bottom, 0.0), top], color=GREY, linewidth=0.8)
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_yscale("symlog", linthresh=1.0)
    axes.set_xlim(bottom, top)
    axes.set_ylim(bottom, top)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axes.set_xlabel(AXIS, loc="right")
    axes.set_ylabel(UP)
    _name_rare(axes, rows[rare])


def _shown(rows: pd.DataFrame) -> Array:
    """The figure; of a range its middle, and its lower end where there is no upper one."""
    lower, upper = (rows[end].to_numpy(dtype=float) for end in ("lower", "upper"))
    return np.where(np.isfinite(upper), 0.5 * (lower + upper), lower)


def _name_rare(axes: Axes, rows: pd.DataFrame) -> None:
    """Labels of the rarest figures in two corners, those above the line and those below it, each with a line to its mark."""
    rows = rows.head(MOST_LABELS)
    marks = np.column_stack([_shown(rows), rows["predicted_median"].to_numpy(dtype=float)])
    above = marks[:, 1] >= marks[:, 0]
    for chosen, across, begin, step, at, lines_up in (
        (above, 0.02, 0.97, -0.08, "left", "top"),
        (~above, 0.98, 0.03, 0.08, "right", "bottom"),
    ):
        labels = zip(rows["about"][chosen], marks[chosen], strict=True)
        ordered = sorted(labels, key=lambda label: float(label[1][1]), reverse=step < 0)
        for place, (about, mark) in enumerate(ordered):
            axes.annotate(
                str(about), mark, (across, begin + step * place), textcoords="axes fraction", fontsize=SMALL, ha=at, va=lines_up,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
                arrowprops={"arrowstyle": "-", "color": ORANGE, "linewidth": 0.6, "shrinkB": 2.0, "relpos": (float(step < 0), 0.5)},
            )  # fmt: skip
