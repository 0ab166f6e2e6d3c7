"""Medians and intervals side by side, on a logarithmic axis."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from estimators.plots.style import COLOURS, GREY, footnote, new_figure, styled

type Array = NDArray[np.float64]


def plot_forest(
    table: pd.DataFrame, *, label: str, quantity: str = "true_count", group: str | None = None, title: str = ""
) -> Figure:
    """Forest of estimates: a row each, dot for the median, line for the interval.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary`, or several of them stacked.
    label : str
        Column that names the rows.
    quantity : str
        Which estimate: its columns ``_median``, ``_lower``, ``_upper`` are drawn. Rows without a median are drawn as a bar alone.
    group : str, optional
        Column whose values get a colour and a marker each.
    title : str
        Title.

    Returns
    -------
    matplotlib.figure.Figure
        The verdicts of the rows stand under it.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.datasets.mexico(), seed=1)
    >>> figure = plot_forest(est.summary(post), label="period")
    >>> len(figure.axes)
    1
    """
    columns = [f"{quantity}_{end}" for end in ("median", "lower", "upper")]
    rows = table.dropna(subset=columns[1:]).reset_index(drop=True)
    groups = list(dict.fromkeys(rows[group])) if group else [""]
    with styled():
        figure, axes = new_figure(7.2, 0.9 + 0.27 * max(len(rows), 2))
        for index, name in enumerate(groups):
            chosen = rows[rows[group] == name] if group else rows
            _draw(axes, chosen, columns, COLOURS[index % len(COLOURS)], "osD^v"[index % 5], name)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(
            LogLocator(base=10, subs=_subdivisions(rows[columns[1:]].to_numpy(dtype=float)), numticks=12)
        )
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.15g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_yticks(np.arange(len(rows)), rows[label].astype(str))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=GREY, alpha=0.25, linewidth=0.6)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(_axis_label(quantity, rows))
        if group:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(groups), frameon=False, fontsize=9)
        elif title:
            axes.set_title(title, loc="left", fontsize=11)
        footnote(figure, _verdicts(rows["verdict"].unique().tolist()))
    return figure


def _draw(axes, rows: pd.DataFrame, columns: Sequence[str], colour: str, marker: str, name: str) -> None:  # type: ignore[no-untyped-def]
    median, lower, upper = (rows[column].to_numpy(dtype=float) for column in columns)
    place = rows.index.to_numpy()
    axes.hlines(place, lower, upper, color=colour, linewidth=1.8)
    axes.vlines(
        np.concatenate([lower, upper]), np.tile(place - 0.13, 2), np.tile(place + 0.13, 2), color=colour, linewidth=1.2
    )
    axes.plot(
        median,
        place,
        marker,
        color=colour,
        markersize=6,
        markeredgecolor="white",
        markeredgewidth=0.8,
        label=name,
        zorder=3,
    )


def _subdivisions(limits: Array) -> tuple[float, ...]:
    """Ticks within a decade: fewer, the more decades there are, so that labels do not touch."""
    finite = limits[np.isfinite(limits) & (limits > 0)]
    decades = np.log10(finite.max() / finite.min()) if len(finite) else 1.0
    return (1.0, 2.0, 5.0) if decades < 1.6 else (1.0, 3.0) if decades < 3.0 else (1.0,)


def _axis_label(quantity: str, rows: pd.DataFrame) -> str:
    probability = f"{100 * float(rows['probability'].iloc[0]):g} %" if len(rows) else ""
    words = {
        "true_count": "true count",
        "incidence": "incidence per 100,000 and year",
        "reporting_probability": "reporting probability",
    }
    return f"{words.get(quantity, quantity)} (median, {probability} interval)"


def _verdicts(verdicts: list[str]) -> str:
    return f"Verdict: {'; '.join(verdicts)}." if verdicts else ""
