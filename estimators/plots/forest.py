"""Medians and intervals side by side, on a logarithmic axis."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimators.errors import ModelError
from estimators.plots.style import (
    COLOURS,
    INK,
    LETTER,
    PAGE,
    POINT,
    SMALL,
    TEXT,
    TITLE,
    YELLOW,
    broken,
    finish,
    heading,
    letters,
    new_figure,
    styled,
)
from estimators.plots.ticks import set_log_ticks
from estimators.plots.wording import WORDS as WORDS
from estimators.plots.wording import plural, told

ALTERNATIVE = "Forest of {estimates} of the {quantity}: {told}."
OPEN = "Open marks: {figure}."
NO_COLUMN = "column {name!r}: expected one of {known}"
NOTHING = "No estimate."
NOTE = ""
MARKERS = "osDPX"
FOR_LABELS = 0.32  # of the width
ROW, ROW_LINE, AROUND = 3.3, 3.5, 15.0  # millimetres: of a row, of each line of its label, of axis and margins
MANY, CLOSE = 24, 1.0  # from more rows on they stand closer, so that a figure shares its page
MARGIN = 1.12

type Array = NDArray[np.float64]


def plot_forest(
    table: pd.DataFrame,
    *,
    label: str,
    quantity: str = "true_count",
    group: str | None = None,
    beside: str | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Forest of estimates: a row each, dot for the median, line for the interval.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary`, or several of them stacked.
    label : str
        Column that names the rows.
    quantity : str
        Which estimate: its columns ``_median``, ``_lower``, ``_upper`` are drawn. Rows without a median are drawn as a line alone;
        an end at zero or infinity runs out of the picture and has no cap.
    group : str, optional
        Column whose values get a colour and a marker each.
    beside : str, optional
        Column of a figure that is no estimate, drawn as an open mark in each row that has one.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        The verdicts of the rows stand under it.

    Raises
    ------
    ModelError
        The table has no such column.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.datasets.mexico(), seed=1)
    >>> figure = plot_forest(est.summary(post), label="period")
    >>> len(figure.axes)
    1
    """
    for name in (label, group, beside):
        if name is not None and name not in table:
            raise ModelError(NO_COLUMN.format(name=name, known=", ".join(map(str, table))))
    columns = [f"{quantity}_{end}" for end in ("median", "lower", "upper")]
    rows = table.reindex(columns=list(dict.fromkeys([*table.columns, *columns])))
    rows = rows.dropna(subset=columns[1:]).reset_index(drop=True)
    most = letters(FOR_LABELS * width)
    names = ["\n".join(broken(str(name), most) or [""]) for name in rows[label]]
    lines = max((name.count("\n") + 1 for name in names), default=1)
    with styled():
        between = ROW if len(rows) <= MANY else CLOSE
        figure, axes = new_figure(width, AROUND + (between + ROW_LINE * lines) * max(len(rows), 2))
        axes.set_xscale("log")
        axes.set_xlim(*_limits(rows[[*columns, *([beside] if beside else [])]].to_numpy(dtype=float)))
        axes.set_yticks(np.arange(len(rows)), names)
        axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(_axis_label(quantity, rows), loc="right")
        if title and group:  # the legend stands where the title would
            heading(figure, title)
        elif title:
            axes.set_title(title, loc="left", fontsize=TITLE)
        labels = LETTER * TEXT * POINT * max((len(line) for name in names for line in name.split("\n")), default=0)
        _draw_groups(axes, rows, columns, group, width - labels)
        if beside:
            _draw_beside(axes, rows[beside].to_numpy(dtype=float))
        shown = [f"for {name}" if label != "period" else f"in {name}" for name in rows[label].astype(str)]
        alternative = ALTERNATIVE.format(
            estimates=plural(len(rows), "estimate"),
            quantity=_words(quantity),
            told=told(rows, quantity, shown),
        )
        note = f"{NOTE} {OPEN.format(figure=_words(beside))}".strip() if beside else NOTE
        finish(figure, rows, note=note if len(rows) else NOTHING, alternative=alternative)
        set_log_ticks(figure, [axes])
    return figure


def _draw_groups(axes: Axes, rows: pd.DataFrame, columns: Sequence[str], group: str | None, room: float) -> None:
    names = list(dict.fromkeys(rows[group])) if group else [""]
    for index, name in enumerate(names):
        chosen = rows[rows[group] == name] if group else rows
        colour = COLOURS[(index + index // len(MARKERS)) % len(COLOURS)]
        _draw(axes, chosen, columns, colour, MARKERS[index % len(MARKERS)], str(name))
    if group and names:
        side_by_side = max(
            1, min(len(names), letters(0.9 * room, SMALL) // (7 + max(len(str(name)) for name in names)))
        )
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=side_by_side,
            borderaxespad=0.2,
        )


def _draw(axes: Axes, rows: pd.DataFrame, columns: Sequence[str], colour: str, marker: str, name: str) -> None:
    median, lower, upper = (rows[column].to_numpy(dtype=float) for column in columns)
    place = rows.index.to_numpy(dtype=float)
    left, right = axes.get_xlim()
    axes.hlines(place, np.clip(lower, left, right), np.clip(upper, left, right), color=colour, linewidth=1.8)
    for ends in (lower, upper):
        inside = (ends > left) & (ends < right)
        axes.vlines(ends[inside], place[inside] - 0.13, place[inside] + 0.13, color=colour, linewidth=1.2)
    axes.plot(
        np.where(median > 0, median, np.nan),
        place,
        marker,
        color=colour,
        markersize=5.5,
        markeredgecolor=INK if colour == YELLOW else "white",
        markeredgewidth=0.7,
        label=name,
        zorder=3,
    )


def _draw_beside(axes: Axes, values: Array) -> None:
    at = np.where(values > 0, values, np.nan)
    axes.plot(at, np.arange(len(at)), "D", markersize=4.5, markerfacecolor="none", markeredgecolor=INK, zorder=4)


def _words(quantity: str) -> str:
    return WORDS.get(quantity, quantity.replace("_", " "))


def _limits(values: Array) -> tuple[float, float]:
    """Ends of the axis: everything positive and finite, with a margin."""
    drawn = values[np.isfinite(values) & (values > 0)]
    if not len(drawn):
        return 1.0, 10.0
    low, high = float(drawn.min()), float(drawn.max())
    margin = max(MARGIN, (high / low) ** 0.03)
    return low / margin, high * margin


def _axis_label(quantity: str, rows: pd.DataFrame) -> str:
    named = _words(quantity)
    if not len(rows):
        return named
    if rows[f"{quantity}_median"].isna().all():
        return f"{named} (bounds)"
    return f"{named} (median, {100 * float(rows['probability'].iloc[0]):g} % interval)"
