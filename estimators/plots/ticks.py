"""Ticks of logarithmic axes: as many as fit, never touching."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import ceil, floor, log10

from matplotlib.axes import Axes
from matplotlib.axes._secondary_axes import SecondaryAxis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

WITHIN_DECADE = ((1, 2, 5), (1, 3), (1,))
ENOUGH = 3
GAP = 8.0  # pixels
FEW_DECADES, MOST_VERTICAL = 2.0, 12


def set_log_ticks(
    figure: Figure,
    panels: Sequence[Axes | SecondaryAxis],
    *,
    place: Callable[[float], float] = float,
    value: Callable[[float], float] = float,
    words: Callable[[float], str] = "{:,.15g}".format,
) -> None:
    """Set the densest round ticks whose labels leave a gap between them, within the limits of each axis.

    Parameters
    ----------
    figure, panels : Figure, sequence of Axes
        With limits, labels and everything else that takes room already there. The figure is laid out once, with the densest ticks.
    place : callable
        From a round number to its place on the axis.
    value : callable
        From a place on the axis to the number that must be round.
    words : callable
        Label of a round number.
    """
    choices = [list(_candidates(*sorted(value(end) for end in axes.get_xlim()))) for axes in panels]

    def put(axes: Axes | SecondaryAxis, ticks: Sequence[float]) -> None:
        ends = axes.get_xlim()
        axes.set_xticks([place(tick) for tick in ticks], [words(tick) for tick in ticks])
        axes.set_xlim(*ends)

    for axes, choice in zip(panels, choices, strict=True):
        axes.xaxis.set_minor_locator(NullLocator())
        put(axes, choice[0])
    lay_out(figure)
    for axes, choice in zip(panels, choices, strict=True):
        for ticks in choice:
            put(axes, ticks)
            if _apart(axes):
                break


def lay_out(figure: Figure) -> None:
    """Give every panel its place, without drawing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def _apart(axes: Axes | SecondaryAxis) -> bool:
    """Whether no two labels touch."""
    boxes = sorted(tuple(label.get_window_extent().intervalx) for label in axes.get_xticklabels())
    return all(left[1] + GAP < right[0] for left, right in pairwise(boxes))


def _candidates(low: float, high: float) -> Iterator[Sequence[float]]:
    """Round numbers between two ends, from many to few; the last list is of one number."""
    first, last = floor(log10(low)), ceil(log10(high))
    powers = range(first, last + 1)
    lists = [_within([step * 10.0**power for power in powers for step in steps], low, high) for steps in WITHIN_DECADE]
    if len(lists[0]) < ENOUGH:  # less than a decade: equal steps
        lists = [_within(list(MaxNLocator(most).tick_values(low, high)), low, high) for most in (6, 4, 3, 2)]
    strides = range(2, last - first + 1)
    lists += [_within([10.0**power for power in powers if power % stride == 0], low, high) for stride in strides]
    yield from (ticks for ticks in lists if len(ticks) > 1)
    middle = 10.0 ** (0.5 * (log10(low) + log10(high)))
    yield [float(f"{middle:.1g}")]


def _within(ticks: Sequence[float], low: float, high: float) -> list[float]:
    return [float(f"{tick:.12g}") for tick in ticks if low <= tick * (1 + 1e-9) and tick * (1 - 1e-9) <= high]


def set_vertical_log_ticks(axes: Axes) -> None:
    """Plain round numbers up a logarithmic axis: every decade, or 1, 2 and 5 where there are few of them."""
    low, high = axes.get_ylim()
    steps = (1, 2, 5) if log10(high / low) < FEW_DECADES else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=steps, numticks=MOST_VERTICAL))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axes.yaxis.set_minor_locator(NullLocator())
