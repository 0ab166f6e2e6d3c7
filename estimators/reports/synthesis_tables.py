"""The tables of a synthesis: as plain values for files, and formatted for the page."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators import numbers
from estimators.diagnostics.simulation import simulation_error
from estimators.plots.wording import method
from estimators.rendering.document import Table

ENDS = ("median", "lower", "upper")
BESIDE = ("probability", "verdict", "convergence", "simulation_error", "anchors", "estimator")  # said in captions
ESTIMATE = {"estimate": "estimate_median", "lower": "estimate_lower", "upper": "estimate_upper"}  # of any method
ERROR = "_simulation_error"  # of one of several estimates in a row
SAMPLE = ("chain", "draw")
NOTHING_HIDDEN = "0 of "
PARTS = {"true_count": "true count", "incidence": "per 100,000 and year", "reporting_probability": "share reported"}
HEADS = {"elpd": "ELPD", "se": "standard error"}

type Array = NDArray[np.float64]


def totals(post: xr.DataTree, *, probability: float = 0.95) -> pd.DataFrame:
    """All areas together, a row a period: summed draw by draw, so that what areas have in common is kept.

    Returns
    -------
    pandas.DataFrame
        Columns period, areas, areas_reporting, reported (sum of exact figures, missing where one of them is hidden), and median, lower,
        upper of true count and, where the result has them, incidence and reporting probability, the last two weighted by population and by
        flow; simulation_error of the limits of the true count. Where an area has no estimate there is no total.
    """
    draws, known = post["posterior"].to_dataset(), post["observed_data"].to_dataset()["reported"]
    together = {"true_count": draws["true_count"].sum("area", skipna=False)} | _rates(post, draws)
    rows = pd.DataFrame({"period": known["period"].values.astype(str), "areas": known.sizes["area"]})
    rows["areas_reporting"] = known.notnull().sum("area").values  # noqa: PD004  # of xarray
    reported = known.sum("area").where(
        ~hidden_cells(post).any("area")
    )  # a sum without the hidden ones would pass as the whole
    rows["reported"] = reported.values
    tail = 0.5 * (1.0 - probability)
    error = simulation_error(post, together["true_count"], probability)
    rows["simulation_error"] = error.reindex(period=known["period"]).values
    for name, values in together.items():
        for end, chance in zip(ENDS, (0.5, tail, 1.0 - tail), strict=True):
            limit = values.quantile(chance, dim=SAMPLE, skipna=False)
            rows[f"{name}_{end}"] = limit.reindex(period=known["period"]).values
    return rows.assign(probability=probability)


def hidden_cells(post: xr.DataTree) -> xr.DataArray:
    """Cells whose figure is hidden by a rule of publication, as the attribute ``disclosure`` says: known by limits alone.

    A figure that was published as a range looks alike and counts as hidden too.
    """
    observed = post["observed_data"].to_dataset()
    rule = str(post.attrs.get("disclosure", ""))
    ranges = observed["reported"].isnull() & observed["lower"].notnull()  # noqa: PD003, PD004  # of xarray
    return ranges & bool(rule and f": {NOTHING_HIDDEN}" not in rule)


def with_ends(post: xr.DataTree, rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows with both ends of the figures that were published as a range; hidden ones have none."""
    observed = post["observed_data"].to_dataset()
    ranged = observed["reported"].isnull() & ~hidden_cells(post)  # noqa: PD003  # of xarray
    ends = xr.Dataset({f"reported_{end}": observed[end].where(ranged) for end in ("lower", "upper")})
    return rows.merge(ends.to_dataframe().reset_index(), how="left", on=["area", "period"])


def totals_with_ends(post: xr.DataTree, rows: pd.DataFrame) -> pd.DataFrame:
    """The same totals with the least and the most that was reported, ranges included, and of how many areas; hidden ones are in none."""
    observed = post["observed_data"].to_dataset()
    shown = ~hidden_cells(post)
    ends = {f"reported_{end}": observed[end].where(shown).sum("area").values for end in ("lower", "upper")}
    known = (observed["lower"].notnull() & shown).sum("area").values  # noqa: PD004  # of xarray
    return rows.assign(**ends, areas_with_figure=known) if len(rows) else rows


def _rates(post: xr.DataTree, draws: xr.Dataset) -> dict[str, xr.DataArray]:
    """Incidence and reporting probability of all areas, where incidence and population are known."""
    constant = post["constant_data"].to_dataset() if "constant_data" in post.children else xr.Dataset()
    if "incidence" not in draws or not {"population", "years"} <= set(constant):
        return {}
    persons = constant["population"] * constant["years"]
    flow = draws["incidence"] * persons
    found = {"incidence": flow.sum("area", skipna=False) / persons.sum("area", skipna=False)}
    if "reporting_probability" in draws:
        seen = (draws["reporting_probability"] * flow).sum("area", skipna=False)
        found["reporting_probability"] = seen / flow.sum("area", skipna=False)
    return found


def printed(table: pd.DataFrame, caption: str, *, names: Mapping[str, str] | None = None, words: bool = False) -> Table:
    """A table of plain values as it is printed: medians with their intervals in one cell, limits rounded outward.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``x_median``, ``x_lower``, ``x_upper`` become one, with the digits that ``x_simulation_error``, or
        simulation_error, supports; probability, verdict and convergence belong into the caption.
    caption : str
        What it shows, the verdict included.
    names : mapping of str to str, optional
        Areas in words.
    words : bool
        Whether most cells are words.
    """
    table = table.rename(columns=ESTIMATE) if set(ESTIMATE) <= set(table) else table
    shown = [str(column) for column in table if column not in BESIDE and not str(column).endswith(ERROR)]
    parts = {column.removesuffix("_median") for column in shown if column.endswith("_median")}
    parts = {part for part in parts if f"{part}_lower" in shown}
    bare = {
        part for part in PARTS if {f"{part}_lower", f"{part}_upper"} <= set(shown)
    } - parts  # limits without a median
    rows = [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    heads, cells = [], []
    for column in shown:
        part, _, end = column.rpartition("_")
        if (part in parts and end in ("lower", "upper")) or (part in bare and end == "upper"):
            continue
        together = (part in parts and end == "median") or (part in bare and end == "lower")
        heads.append(_head(part if together else column))
        cells.append([_triple(row, part) if together else _cell(row[column], column, names or {}) for row in rows])
    return Table(tuple(heads), tuple(zip(*cells, strict=True)), caption, words)


def _head(column: str) -> str:
    name = (PARTS | HEADS).get(column, column.replace("_", " "))
    return name[0].upper() + name[1:]


def _triple(row: Mapping[str, Any], part: str) -> str:
    median, lower, upper = (float(row.get(f"{part}_{end}", np.nan)) for end in ENDS)
    digits = numbers.supported_digits(float(row.get(f"{part}{ERROR}", row.get("simulation_error", 0.0))))
    known = row.get("reported", row.get("observed", np.nan))  # of lists: no limit lies below the people on them
    reported = _least_of(known) if isinstance(known, str) else float(known)
    least = reported if part in ("true_count", "estimate") and not np.isnan(reported) else 0.0
    if np.isnan(median):
        return numbers.interval(lower, upper, digits, least)
    if min(median, lower, upper) < 0.0:
        return f"{median:.2g} ({lower:.2g} – {upper:.2g})"
    return numbers.estimate(median, lower, upper, digits, least)


def _least_of(known: str) -> float:
    """The lower end of a figure that was published as a range; of a word there is none."""
    try:
        return float(known.partition(" – ")[0].replace(",", ""))
    except ValueError:
        return float("nan")


def _cell(value: object, column: str, names: Mapping[str, str]) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return method(value) if column == "method" else names.get(value, value).replace("_", " ")
    if not isinstance(value, int | float | np.integer | np.floating):
        return str(value)
    if column == "odds_ratio" and isinstance(value, float):
        return f"{value:g}"
    if column in ("elpd", "se"):  # differences of a few units decide between models
        return numbers.count(float(np.round(value)))
    if column in ("tail", "width", "adjusted_p"):
        return "< 0.001" if value < 0.001 else f"{value:.2g}"
    return numbers.count(float(value)) if float(value).is_integer() or np.isnan(value) else numbers.number(float(value))
