"""What an estimate stands on: the anchor budget, and the reporting probability before and after the figures."""

from textwrap import shorten

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators.diagnostics.identification import identification
from estimators.errors import ModelError
from estimators.plots.style import BLUE, COLOURS, GREY, INK, ORANGE, SKY, footnote, new_figure, styled
from estimators.plots.ticks import set_log_ticks

SMALLEST_WITH_LABEL = 0.06
TAIL = 0.0005
BINS = 26
NARROWEST = 0.01  # of the axis, in decades

type Array = NDArray[np.float64]


def plot_anchor_budget(post: xr.DataTree, *, note: str = "") -> Figure:
    """Share of each absolute anchor in the precision of the log true count, as one bar.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with anchors.
    note : str
        What else to say under the figure.

    Raises
    ------
    ModelError
        The result has no anchor, as bounds have none.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> len(plot_anchor_budget(post).axes)
    1
    """
    told = identification(post)
    shares = [
        (str(row["anchor"]), float(row["share"])) for row in told.finding("anchor budget").table.to_dict("records")
    ]
    if not shares:
        raise ModelError(f"{post.attrs['estimator']} has no anchor: there is no budget to draw")
    with styled():
        figure, axes = new_figure(7.2, 1.25 + 0.2 * len(shares))
        _draw_bar(axes, shares)
        axes.set_xlim(0, 1)
        axes.set_axis_off()
        axes.set_title("What fixes the level (share of precision; the counts supply none)", loc="left", fontsize=10)
        footnote(figure, f"Verdict: {told.verdict}. {note}".strip())
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.0), borderaxespad=0.2, frameon=False, fontsize=9)
    return figure


def _draw_bar(axes: Axes, shares: list[tuple[str, float]]) -> None:
    left = 0.0
    for index, (name, share) in enumerate(shares):
        colour, words = COLOURS[index % len(COLOURS)], f"{100 * share:.0f} %"
        label = shorten(f"{words}  {name}", 105, placeholder=" …")
        axes.barh(0, share, left=left, color=colour, edgecolor="white", height=0.6, label=label)
        if share > SMALLEST_WITH_LABEL:
            written = INK if colour == SKY else "white"
            axes.text(left + 0.5 * share, 0, words, ha="center", va="center", color=written, fontweight="bold")
        left += share


def plot_reporting_probability(post: xr.DataTree, *, area: str | None = None, period: str | None = None) -> Figure:
    """Reporting probability as it was claimed (line) and after the figures (bars), on a logarithmic axis.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with draws of the reporting probability.
    area, period : str, optional
        Which cell; by default the first area and the last period.

    Raises
    ------
    ModelError
        The result has no draws of the reporting probability, or none of this area and period.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> len(plot_reporting_probability(post).axes)
    1
    """
    before, after, cell = _log_shares(post, area, period)
    edges = _edges(before, after)
    with styled():
        figure, axes = new_figure(7.2, 2.9)
        axes.hist(after, bins=edges.tolist(), density=True, color=BLUE, alpha=0.45, label=f"after the figure of {cell}")
        heights, _ = np.histogram(before, bins=edges, density=True)
        axes.stairs(heights, edges, color=ORANGE, linewidth=2.0, label="as claimed, before any figure")
        axes.axvline(float(np.median(after)), color=GREY, linewidth=1.0, linestyle=":")
        axes.set_xlim(edges[0], edges[-1])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("reporting probability (logarithmic)", loc="right")
        footnote(figure, f"Verdict: {identification(post).verdict}.")
        figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=9)
        set_log_ticks(
            figure,
            axes,
            place=lambda one_in: float(-np.log10(one_in)),
            value=lambda place: float(10.0**-place),
            words="1 in {:,.15g}".format,
        )
    return figure


def _log_shares(post: xr.DataTree, area: str | None, period: str | None) -> tuple[Array, Array, str]:
    """Decimal logarithms of the reporting probability before and after the figure of a cell, and the cell in words."""
    name, groups = "reporting_probability", {"posterior", "prior"}
    if not groups <= set(post.children) or any(name not in post[group].data_vars for group in groups):
        raise ModelError(f"{post.attrs['estimator']} has no draws of the reporting probability")
    draws = post["posterior"].to_dataset()[name]
    cell = {"area": area or str(draws["area"].values[0]), "period": period or str(draws["period"].values[-1])}
    words = ", ".join(cell.values())
    if any(place not in draws[dim].values for dim, place in cell.items()):
        raise ModelError(f"{words}: expected an area and a period of the result")
    after = draws.sel(cell).values.ravel()
    if np.isnan(after).any():
        raise ModelError(f"{words}: no figure, so there is no reporting probability after it")
    return np.log10(post["prior"].to_dataset()[name].values.ravel()), np.log10(after), words


def _edges(before: Array, after: Array) -> Array:
    """Bins over all but the outermost draws, and never without width."""
    low = float(min(np.quantile(part, TAIL) for part in (before, after)))
    high = float(max(np.quantile(part, 1.0 - TAIL) for part in (before, after)))
    if high - low < NARROWEST:
        low, high = low - NARROWEST, high + NARROWEST
    return np.linspace(low, min(high, 0.0) if low < 0.0 else high, BINS + 1)
