"""The reporting probability before and after the figures: what was put in, and what they made of it."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators import numbers
from estimators.errors import ModelError
from estimators.plots.reading import cell_of, draws_of, estimator_of
from estimators.plots.standing import state
from estimators.plots.style import BLUE, INK, ORANGE, PAGE, finish, new_figure, styled
from estimators.plots.ticks import set_log_ticks

AFTER, BEFORE = "after the figures: {cell}", "before any figure, as stated"
TYPICAL = "a typical area"
LABEL = "reporting probability (logarithmic)"
NOTE = "Heights: density over the logarithm; dotted lines: medians."
TYPICAL_NOTE = " Claims about single areas count as figures here."
ALTERNATIVE = "Reporting probability, {cell}: median {before} before the figures; {after} after them."
NO_FIGURE = "{cell}: no figure, so there is no reporting probability after it"
NO_PRIOR = "{estimator} has no draws of the reporting probability before the figures of one area: expected no area and no period"

NAME, LEVEL = "reporting_probability", "logit_reporting_level"
TAIL = 0.0005
BINS = 26
NARROWEST = 0.01  # of the axis, in decades
SIDE_BY_SIDE = 120.0  # millimetres, from which on the legend is one line

type Array = NDArray[np.float64]


def plot_reporting_probability(
    post: xr.DataTree, *, area: str | None = None, period: str | None = None, width: float = PAGE
) -> Figure:
    """Reporting probability as it was stated (line) and after the figures (bars), on a logarithmic axis.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with draws of the reporting probability.
    area, period : str, optional
        Which cell; by default the first area and the last period, or a typical area of a synthesis, whose prior is about that.
    width : float
        Millimetres: 175 for a page, 85 for a column.

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
        figure, axes = new_figure(width, 48.0)
        axes.hist(after, bins=edges.tolist(), density=True, color=BLUE, alpha=0.35, label=AFTER.format(cell=cell))
        heights, _ = np.histogram(before, bins=edges, density=True)
        axes.stairs(heights, edges, color=ORANGE, linewidth=1.8, label=BEFORE)
        for draws, colour in ((before, ORANGE), (after, INK)):
            axes.axvline(float(np.median(draws)), color=colour, linewidth=1.2, linestyle=":")
        axes.set_xlim(edges[0], edges[-1])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(LABEL, loc="right")
        across = 2 if width > SIDE_BY_SIDE else 1
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=across, borderaxespad=0.2)
        finish(
            figure,
            state(post),
            note=NOTE + (TYPICAL_NOTE if cell == TYPICAL else ""),
            alternative=_said(before, after, cell),
        )
        set_log_ticks(
            figure,
            [axes],
            place=lambda one_in: float(-np.log10(one_in)),
            value=lambda place: float(10.0**-place),
            words="1 in {:,.15g}".format,
        )
    return figure


def _said(before: Array, after: Array, cell: str) -> str:
    low, middle, high = (float(10.0**value) for value in np.quantile(after, [0.025, 0.5, 0.975]))
    first = numbers.number(float(10.0 ** np.median(before)))
    return ALTERNATIVE.format(cell=cell, before=first, after=numbers.estimate(middle, low, high))


def _log_shares(post: xr.DataTree, area: str | None, period: str | None) -> tuple[Array, Array, str]:
    """Decimal logarithms of the reporting probability before and after the figures, and of what, in words."""
    draws = draws_of(post, NAME)
    prior = post["prior"].to_dataset() if "prior" in post.children else xr.Dataset()
    if NAME in prior:
        cell = cell_of(draws, area, period)
        words = ", ".join(cell.values())
        after = draws.sel(cell).values.ravel()
        if np.isnan(after).any():
            raise ModelError(NO_FIGURE.format(cell=words))
        return np.log10(prior[NAME].values.ravel()), np.log10(after), words
    if LEVEL not in prior or area or period:
        raise ModelError(NO_PRIOR.format(estimator=estimator_of(post)))
    typical = 1.0 / (1.0 + np.exp(-draws_of(post, LEVEL).values.ravel()))
    return np.log10(prior[LEVEL].values.ravel()), np.log10(typical), TYPICAL


def _edges(before: Array, after: Array) -> Array:
    """Bins over all but the outermost draws, and never without width."""
    low = float(min(np.quantile(part, TAIL) for part in (before, after)))
    high = float(max(np.quantile(part, 1.0 - TAIL) for part in (before, after)))
    if high - low < NARROWEST:
        low, high = low - NARROWEST, high + NARROWEST
    return np.linspace(low, min(high, 0.0) if low < 0.0 else high, BINS + 1)
