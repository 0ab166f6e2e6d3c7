"""A map of equal tiles: every area as large as every other, with its estimate and interval written on it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from estimators import numbers
from estimators.errors import ModelError
from estimators.plots.layouts import tiles_for
from estimators.plots.style import INK, PAGE, POINT, SMALL, finish, heading, new_figure, styled
from estimators.plots.wording import WORDS, plural, sentence, told

NOTE = "Each tile: area, median, {probability:g} % interval; darker is more; k: thousand, M: million; –: no estimate."
WITHOUT_INTERVALS = (
    "Each tile: area and median; darker is more; k: thousand, M: million; –: no estimate. "
    "No room for {probability:g} % intervals."
)
ALTERNATIVE = "Tile map of {areas}, {quantity}: {told}."
PER_CENT = ", %"
MORE_PERIODS = "areas stand in more than one row: expected rows of one period"
NOT_PLACED = "{areas}: expected a tile for each area of the table"
NOTHING = "no area has an estimate of the {quantity}: expected one at least"

ENDS, SHARE = ("median", "lower", "upper"), "reporting_probability"  # a share is written in per cent
SIDE = 0.95  # of a tile, in units of the grid
PALE = 0.5  # of the colour scale, above which letters are white
UNKNOWN = "#EDEDED"
ROOM = 14.5  # millimetres: side of a tile on which an interval can be read
TALLEST = 20.5
LONGEST = 9.5  # letters of an interval


def plot_tiles(
    table: pd.DataFrame,
    tiles: pd.DataFrame | None = None,
    *,
    quantity: str = "incidence",
    title: str = "",
    width: float = PAGE,
) -> Figure:
    """Tile map of a quantity in one period: colour for the median, and median and interval in figures.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `estimators.summary` of one period, or any table with columns area, verdict and the quantity's ``_median``, ``_lower`` and
        ``_upper``; with the digits that its simulation_error supports.
    tiles : pandas.DataFrame, optional
        Place of each area: columns area, row, column. The package brings those of Mexico's states and of Latin America's countries.
    quantity : str
        Which estimate.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column, where tiles have no room for intervals.

    Returns
    -------
    matplotlib.figure.Figure
        The verdict and the state of the sampler stand under it.

    Raises
    ------
    ModelError
        An area has no tile, or several rows; or none has an estimate.

    Examples
    --------
    >>> columns = ["area", "incidence_median", "incidence_lower", "incidence_upper", "probability", "verdict"]
    >>> rows = [("MEX", 60.0, 20.0, 190.0, 0.95, "unauditable"), ("GTM", 210.0, 50.0, 900.0, 0.95, "unauditable")]
    >>> len(plot_tiles(pd.DataFrame(rows, columns=columns)).axes[0].patches)
    20
    """
    rows = _placed(table, tiles, quantity)
    side = (width - 4.0) / (1 + rows["column"].max())
    side = min(side, TALLEST)
    scale = _scale(rows[f"{quantity}_median"])
    with styled():
        figure, axes = new_figure(width, 2.0 + side * (1 + int(rows["row"].max())))
        for row in rows.to_dict("records"):
            _draw(axes, row, quantity, scale, side)
        across, room = 1 + int(rows["column"].max()), (width - 4.0) / side
        axes.set_xlim(0.5 * (across - room), 0.5 * (across + room))
        axes.set_ylim(1 + rows["row"].max(), 0)
        axes.set_axis_off()
        words = WORDS.get(quantity, quantity)
        heading(figure, (title or sentence(words)) + (PER_CENT if quantity == SHARE else ""))
        probability = 100 * float(table["probability"].iloc[0])
        known = table[table[f"{quantity}_median"].notna()]
        finish(
            figure,
            table,
            note=(NOTE if side >= ROOM else WITHOUT_INTERVALS).format(probability=probability),
            alternative=ALTERNATIVE.format(
                areas=plural(len(known), "area"),
                quantity=words,
                told=told(known, quantity, [f"in {area}" for area in known["area"]]),
            ),
        )
    return figure


def _placed(table: pd.DataFrame, tiles: pd.DataFrame | None, quantity: str) -> pd.DataFrame:
    """Every tile with the row of its area."""
    if table["area"].duplicated().any():
        raise ModelError(MORE_PERIODS)
    if table[f"{quantity}_median"].isna().all():
        raise ModelError(NOTHING.format(quantity=WORDS.get(quantity, quantity)))
    places = tiles_for(table["area"]) if tiles is None else tiles
    missing = [area for area in table["area"] if area not in set(places["area"])]
    if missing:
        raise ModelError(NOT_PLACED.format(areas=", ".join(missing)))
    rows = places.merge(table, how="left", on="area")
    if quantity == SHARE:
        rows[[f"{SHARE}_{end}" for end in ENDS]] *= 100.0
    return rows


def _scale(median: "pd.Series[float]") -> LogNorm:
    return LogNorm(float(median.min()) / 1.2, float(median.max()) * 1.2)


def _draw(axes: Axes, row: Mapping[Any, Any], quantity: str, scale: LogNorm, side: float) -> None:
    value, left, top = float(row[f"{quantity}_median"]), row["column"], row["row"]
    shade = float(scale(value)) if np.isfinite(value) else 0.0
    colour = colormaps["cividis_r"](shade) if np.isfinite(value) else UNKNOWN
    axes.add_patch(Rectangle((left, top), SIDE, SIDE, facecolor=colour, edgecolor="none"))
    digits = numbers.supported_digits(float(row.get("simulation_error", 0.0)))
    ends = [
        _short(float(row[f"{quantity}_{end}"]), side_, digits) for end, side_ in (("lower", "down"), ("upper", "up"))
    ]
    room, points = side >= ROOM, SIDE * side / POINT
    lines = [
        (row["area"].split("-")[-1], 0.25 if room else 0.3, "normal"),
        (_short(value, digits=digits), 0.52 if room else 0.68, "bold"),
    ]
    lines += [("–".join(ends), 0.79, "normal")] if room else []
    for text, down, weight in lines:
        size = min(SMALL + (1.0 if weight == "bold" else 0.0), points / (0.62 * max(len(text), 3)))
        axes.text(
            left + 0.5 * SIDE, top + down * SIDE, text, ha="center", va="center", fontsize=size, fontweight=weight,
            color="white" if shade > PALE else INK,
        )  # fmt: skip


def _short(value: float, towards: str = "nearest", digits: int = numbers.DIGITS) -> str:
    """A number in as few letters as fit on a tile."""
    if not np.isfinite(value):
        return "–"
    value = numbers.rounded(value, digits, towards)
    for unit, least, letter in ((1e6, 1e6, "M"), (1e3, 1e4, "k")):
        if value >= least:
            return f"{value / unit:.3g}{letter}"
    return numbers.number(value, digits, towards)
