"""A map of equal tiles: every area as large as every other, with its estimate and interval written on it."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from estimators import numbers
from estimators.plots.forest import WORDS
from estimators.plots.standing import standing
from estimators.plots.style import INK, footnote, new_figure, styled

ENDS, SHARE = ("median", "lower", "upper"), "reporting_probability"  # a share is written in per cent
SIDE = 0.94  # of a tile, in units of the grid
PALE = 0.55  # of the colour scale, above which letters are white


def plot_tiles(table: pd.DataFrame, tiles: pd.DataFrame, *, quantity: str = "incidence", title: str = "") -> Figure:
    """Tile map of a quantity in one period: colour for the median, and median and interval in figures.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary` of one period, or any table with columns area, verdict and the quantity's ``_median``, ``_lower`` and
        ``_upper``.
    tiles : pandas.DataFrame
        Place of each area: columns area, row, column.
    quantity : str
        Which estimate.
    title : str
        Title.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.
    """
    rows = tiles.merge(table, how="left", on="area")
    if quantity == SHARE:
        rows[[f"{SHARE}_{end}" for end in ENDS]] *= 100.0
    median = rows[f"{quantity}_median"].to_numpy(dtype=float)
    low, high = np.nanmin(median), np.nanmax(median)
    scale = LogNorm(low / 1.2, high * 1.2)
    with styled():
        figure, axes = new_figure(7.6, 0.85 + 0.62 * (1 + int(rows["row"].max())))
        for place, row in enumerate(rows.to_dict("records")):
            value = float(median[place])
            known = bool(np.isfinite(value))
            shade = float(scale(value)) if known else 0.0
            colour = colormaps["cividis_r"](shade) if known else "#eeeeee"
            axes.add_patch(Rectangle((row["column"], row["row"]), SIDE, SIDE, facecolor=colour, edgecolor="none"))
            ink = "white" if shade > PALE else INK
            centre = row["column"] + 0.5 * SIDE
            axes.text(
                centre, row["row"] + 0.25, row["area"].split("-")[-1], ha="center", va="center", color=ink, fontsize=8
            )
            axes.text(centre, row["row"] + 0.52, _short(value), ha="center", va="center", color=ink, fontweight="bold")
            ends = [_short(float(row[f"{quantity}_{end}"]), side) for end, side in (("lower", "down"), ("upper", "up"))]
            axes.text(centre, row["row"] + 0.79, "–".join(ends), ha="center", va="center", color=ink, fontsize=6.6)
        axes.set_xlim(0, 1 + rows["column"].max())
        axes.set_ylim(1 + rows["row"].max(), 0)
        axes.set_axis_off()
        axes.set_title(
            (title or WORDS.get(quantity, quantity)) + (", %" if quantity == SHARE else ""), loc="left", fontsize=11
        )
        words = f"Each tile: area, median, {100 * float(table['probability'].iloc[0]):g} % interval; darker is more."
        footnote(figure, f"{words} {standing(table)}")
    return figure


def _short(value: float, towards: str = "nearest") -> str:
    """A number in as few letters as fit on a tile."""
    if not np.isfinite(value):
        return "–"
    value = numbers.rounded(value, 2, towards)
    return f"{value / 1000:.3g}k" if value >= 10_000 else numbers.number(value, 2, towards)
