"""What the answer would be without each source, or without each area."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimators import numbers
from estimators.diagnostics.finding import Finding
from estimators.plots.reading import finding_of
from estimators.plots.standing import state
from estimators.plots.style import BLUE, INK, ORANGE, PAGE, SMALL, broken, finish, heading, letters, new_figure, styled
from estimators.plots.ticks import set_log_ticks
from estimators.plots.wording import plural

TITLE = "Total flow per year without each {what}"
AXIS = "total flow per year (median, 95 % interval)"
WITHOUT = "without {left_out}"
NOTE = "Grey band and dashed line: 95 % interval and median with everything. Squares: medians outside the band. "
FACTORS = "× is the median over that with everything."
ALTERNATIVE = "Forest of {rows} and of everything, {all}; farthest without {left_out}: {worst}, a factor {factor:.2g}."

BAND = "#E6E6E6"
ROW, ROW_LINE, AROUND = 3.0, 3.5, 14.0  # millimetres
FOR_LABELS = 0.3  # of the width
WITH_NUMBERS = 120.0
MARGIN = 1.15


def plot_leave_one_out(
    post: xr.DataTree,
    findings: Finding | Sequence[Finding],
    *,
    what: Literal["source", "area"] = "source",
    names: Mapping[str, str] | None = None,
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Forest of the total flow per year when each source, or the figures of each area, are left out.

    Parameters
    ----------
    post : xarray.DataTree
        The result that was checked.
    findings : Finding or sequence of Finding
        What `estimators.check` returned, or the one finding *leave one source out* or *leave one area out*.
    what : {"source", "area"}
        Which of the two.
    names : mapping of str to str, optional
        What is left out, in words.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler of the result stand under it.

    Raises
    ------
    ModelError
        The finding is not there.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> rows = {"left_out": ["none left out", "a hotline"], "median": [5e4, 9e4], "lower": [1e4, 2e4], "upper": [2e5, 4e5]}
    >>> found = est.Finding("leave one source out", "stays inside its interval", "Invented.", pd.DataFrame(rows))
    >>> print(est.alternative(plot_leave_one_out(post, found)).partition(";")[0])
    Forest of 1 row and of everything, 50,000 (10,000 – 200,000)
    """
    table = finding_of(findings, f"leave one {what} out").table
    with styled():
        labels = [_label(str(left_out), place, names or {}) for place, left_out in enumerate(table["left_out"])]
        labels = ["\n".join(broken(label, letters(FOR_LABELS * width))) for label in labels]
        lines = max(label.count("\n") + 1 for label in labels)
        figure, axes = new_figure(width, AROUND + (ROW + ROW_LINE * lines) * len(table))
        _draw(axes, table)
        axes.set_yticks(np.arange(len(table)), labels)
        if width >= WITH_NUMBERS:
            _write(axes, table)
        heading(figure, title or TITLE.format(what=what))
        finish(figure, state(post), note=NOTE + (FACTORS if width >= WITH_NUMBERS else ""), alternative=_said(table))
        set_log_ticks(figure, [axes])
    return figure


def _label(left_out: str, place: int, names: Mapping[str, str]) -> str:
    words = names.get(left_out, left_out.replace("_", " "))
    return words if place == 0 else WITHOUT.format(left_out=words)


def _draw(axes: Axes, table: pd.DataFrame) -> None:
    median, lower, upper = (table[end].to_numpy(dtype=float) for end in ("median", "lower", "upper"))
    place = np.arange(len(table), dtype=float)
    outside = (median < lower[0]) | (median > upper[0])
    axes.set_xscale("log")
    axes.axvspan(lower[0], upper[0], color=BAND, linewidth=0, zorder=0)
    axes.axvline(median[0], color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    for chosen, marker, colour in ((~outside, "o", BLUE), (outside, "s", ORANGE)):
        axes.hlines(place[chosen], lower[chosen], upper[chosen], color=colour, linewidth=1.6)
        axes.plot(
            median[chosen], place[chosen], marker, color=colour, markersize=5.5, markeredgecolor="white", zorder=3
        )
    axes.set_xlim(lower.min() / MARGIN, upper.max() * MARGIN)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(AXIS, loc="right")


def _estimate(row: "pd.Series[float]") -> str:
    return numbers.estimate(float(row["median"]), float(row["lower"]), float(row["upper"]))


def _write(axes: Axes, table: pd.DataFrame) -> None:
    first = float(table["median"].iloc[0])
    for place, (_, row) in enumerate(table.iterrows()):
        factor = "" if place == 0 else f"\n× {float(row['median']) / first:.2g}"
        axes.annotate(
            _estimate(row) + factor, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL
        )


def _said(table: pd.DataFrame) -> str:
    factor = table["median"] / table["median"].iloc[0]
    worst = int(np.abs(np.log(factor.to_numpy(dtype=float))).argmax())
    return ALTERNATIVE.format(
        rows=plural(len(table) - 1, "row"), all=_estimate(table.iloc[0]), left_out=table["left_out"].iloc[worst],
        worst=_estimate(table.iloc[worst]), factor=float(factor.iloc[worst]),
    )  # fmt: skip
