"""What an estimate stands on: the anchor budget, and the reporting probability before and after the figures."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from estimators.diagnostics.identification import identification
from estimators.plots.style import BLUE, COLOURS, GREY, INK, ORANGE, footnote, new_figure, styled

TICKS = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def plot_anchor_budget(post: xr.DataTree) -> Figure:
    """Share of each absolute anchor in the precision of the log true count, as one bar.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with anchors.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> len(plot_anchor_budget(post).axes)
    1
    """
    told = identification(post)
    shares = told.finding("anchor budget").table
    with styled():
        figure, axes = new_figure(7.2, 1.3 + 0.22 * len(shares))
        left = 0.0
        for index, row in enumerate(shares.itertuples()):
            colour = COLOURS[index % len(COLOURS)]
            axes.barh(
                0,
                row.share,
                left=left,
                color=colour,
                edgecolor="white",
                height=0.6,
                label=f"{100 * row.share:.0f} %  {row.anchor}",
            )
            if row.share > 0.06:
                middle = left + 0.5 * row.share
                axes.text(
                    middle,
                    0,
                    f"{100 * row.share:.0f} %",
                    ha="center",
                    va="center",
                    color="white",
                    fontsize=10,
                    fontweight="bold",
                )
            left += row.share
        axes.set_xlim(0, 1)
        axes.set_axis_off()
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.02), frameon=False, fontsize=9)
        axes.set_title("What fixes the level (share of precision; the counts supply none)", loc="left", fontsize=10)
        footnote(figure, f"Verdict: {told.verdict}.")
    return figure


def plot_reporting_probability(post: xr.DataTree, *, area: str | None = None, period: str | None = None) -> Figure:
    """Reporting probability as it was claimed (line) and after the figures (bars), on a logarithmic axis.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with draws of the reporting probability.
    area, period : str, optional
        Which cell; by default the first area and the last period.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> len(plot_reporting_probability(post).axes)
    1
    """
    draws = post["posterior"].to_dataset()["reporting_probability"]
    cell = {"area": area or draws["area"].values[0], "period": period or draws["period"].values[-1]}
    after = np.log10(draws.sel(cell).values.ravel())
    before = np.log10(post["prior"].to_dataset()["reporting_probability"].values.ravel())
    edges = np.linspace(min(before.min(), after.min()), max(before.max(), after.max()), 27)
    with styled():
        figure, axes = new_figure(7.2, 2.9)
        axes.hist(
            after,
            bins=edges,
            density=True,
            color=BLUE,
            alpha=0.45,
            label=f"after the figure of {cell['area']}, {cell['period']}",
        )
        heights, _ = np.histogram(before, bins=edges, density=True)
        axes.stairs(heights, edges, color=ORANGE, linewidth=2.0, label="as claimed, before any figure")
        ticks = [share for share in TICKS if edges[0] <= np.log10(share) <= edges[-1]]
        axes.set_xticks(np.log10(ticks), [f"1 in {1 / share:,.0f}" for share in ticks])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("reporting probability (logarithmic)", color=INK)
        axes.axvline(np.median(after), color=GREY, linewidth=1.0, linestyle=":")
        axes.legend(frameon=False, fontsize=9, loc="upper left")
        footnote(figure, f"Verdict: {identification(post).verdict}.")
    return figure
