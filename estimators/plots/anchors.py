"""What an estimate stands on: the anchor budget."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators import numbers
from estimators.diagnostics.identification import identification
from estimators.errors import ModelError
from estimators.plots.reading import estimator_of
from estimators.plots.standing import standing, state
from estimators.plots.style import (
    COLOURS,
    PAGE,
    SMALL,
    WRITTEN,
    broken,
    finish,
    heading,
    letters,
    new_figure,
    styled,
)  # fmt: skip

BUDGET_TITLE = "What fixes the level: share of each absolute anchor in the precision of the log true count"
BUDGET_NOTE = "The reported counts supply none of it. {note}"
BUDGET_ALTERNATIVE = "One bar of shares: {shares}. The reported counts supply none."
NO_ANCHOR = "{estimator} has no anchor: there is no budget to draw"

SMALLEST_WITH_LABEL = 0.08
BAR, LEGEND_LINE = 13.0, 4.2  # millimetres
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx")


def plot_anchor_budget(post: xr.DataTree, *, note: str = "", width: float = PAGE) -> Figure:
    """Share of each absolute anchor in the precision of the log true count, as one bar.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` with anchors.
    note : str
        What else to say under the figure.
    width : float
        Millimetres: 175 for a page, 85 for a column.

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
    if "anchors" not in post.children:
        raise ModelError(NO_ANCHOR.format(estimator=estimator_of(post)))
    told = identification(post)
    table = told.finding("anchor budget").table
    shares = [(str(row["anchor"]), float(row["share"])) for row in table.to_dict("records")]
    rests = state(post, told)
    said = (
        "" if note in standing(rests) else note
    )  # a caller may tell the state of the sampler, which stands there already
    with styled():
        labels = [
            "\n".join(broken(f"{numbers.percent(share)}  {name}", letters(0.8 * width, SMALL)))
            for name, share in shares
        ]
        figure, axes = new_figure(width, BAR + LEGEND_LINE * sum(label.count("\n") + 1 for label in labels))
        _draw_bar(axes, shares, labels)
        axes.set_xlim(0, 1)
        axes.set_axis_off()
        heading(figure, BUDGET_TITLE)
        named = "; ".join(f"{numbers.percent(share)} from {name}" for name, share in shares)
        finish(
            figure,
            rests,
            note=BUDGET_NOTE.format(note=said).strip(),
            alternative=BUDGET_ALTERNATIVE.format(shares=named),
        )
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.0), borderaxespad=0.2, handlelength=1.4)
    return figure


def _draw_bar(axes: Axes, shares: list[tuple[str, float]], labels: list[str]) -> None:
    left = 0.0
    for index, (_, share) in enumerate(shares):
        colour, words = COLOURS[index % len(COLOURS)], numbers.percent(share)
        hatch = HATCHES[index // len(COLOURS) % len(HATCHES)]
        axes.barh(0, share, left=left, color=colour, edgecolor="white", height=0.6, label=labels[index], hatch=hatch)
        if share > SMALLEST_WITH_LABEL:
            axes.text(left + 0.5 * share, 0, words, ha="center", va="center", color=WRITTEN[colour], fontweight="bold")
        left += share
