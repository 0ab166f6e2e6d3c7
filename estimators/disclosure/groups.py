"""What of each group of a result would tell a hidden count, and is taken out."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from estimators.disclosure.attack import Limits, Mask
from estimators.disclosure.guarding import guard
from estimators.disclosure.profiles import Profile

UNTOUCHED = {"constant_data", "priors", "prior"}  # functions of no count
LEFT_OUT = {"log_prior"}  # with the draws it could be solved for a hidden count
STATISTICS = ("diverging", "pareto_k", "effective_draws", "proposed_draws")  # the others hold the density of all counts
ROWS = ("figures", "posterior_predictive", "log_likelihood")
PLAIN = {"chain", "draw", "probability", "moment", "anchor", "parameter", "other", "area", "period"}

type Concealed = Mapping[str, Mask | None]  # by kind of row: rows to leave out, or none of them kept


def concealed_rows(
    post: xr.DataTree, hidden: xr.DataArray, rule: Profile, margins: Sequence[str] | None
) -> dict[str, Mask | None]:
    """Rows of every kind that are too small, or hidden for the sake of others; a kind that cannot be placed by area and period is `None`.

    The reported counts themselves are hidden where they are hidden in the table. Others are guarded as tables of their own.
    """
    if "figures" not in post.children:
        return {}
    figures, reported = post["figures"].to_dataset(), post["observed_data"].to_dataset()["reported"]
    names = [str(name).removesuffix(" about") for name in figures if str(name).endswith(" about")]
    grid = {f"{area} {period}": (area, period) for area in hidden["area"].values for period in hidden["period"].values}
    found: dict[str, Mask | None] = {}
    for name in names:
        lower, upper = (figures[f"{name} {end}"].values.astype(np.float64) for end in ("lower", "upper"))
        about = [str(label) for label in figures[f"{name} about"].values]
        exact = lower == upper
        if np.any(lower[exact] < 0) or np.any(lower[exact] % 1 > 0):  # logarithms, indices: no counts
            found[name] = np.zeros(len(about), dtype=bool)
            continue
        vague = tells_too_much(lower, upper, rule)
        if set(about) <= set(grid) and len(set(about)) == len(about):
            found[name] = vague | _placed(
                np.where(exact, lower, np.nan), [grid[label] for label in about], reported, hidden, rule, margins
            )
        else:
            small = exact & rule.too_small(np.where(exact, lower, 0.0).astype(np.int64))
            found[name] = None if (small | vague).any() else small
    return found


def _placed(
    counts: Limits,
    places: list[tuple[str, str]],
    reported: xr.DataArray,
    hidden: xr.DataArray,
    rule: Profile,
    margins: Sequence[str] | None,
) -> Mask:
    """Rows to hide of counts that stand in cells, at most one a cell."""
    main = np.array([float(reported.sel(area=area, period=period)) for area, period in places])
    if np.array_equal(main, counts, equal_nan=True):
        return np.array([bool(hidden.sel(area=area, period=period)) for area, period in places], dtype=bool)
    table = pd.DataFrame(places, columns=["area", "period"]).astype(str).assign(reported=counts)
    guarded = guard(table, rule, margins=margins)
    concealed = dict(zip(guarded.cells.labels, guarded.hidden, strict=True))
    return np.array([bool(concealed.get((str(area), str(period)), False)) for area, period in places], dtype=bool)


def tells_too_much(lower: Limits, upper: Limits, rule: Profile) -> Mask:
    """Figures given by limits that tell more of a small count than hiding it would."""
    return np.asarray((lower < upper) & (lower < rule.smallest) & ((lower > 1) | (upper < rule.smallest - 1)))


def treated(
    name: str, data: xr.Dataset, hidden: xr.DataArray, touched: xr.DataArray, rows: Concealed, rule: Profile
) -> xr.Dataset:
    """A group without what would tell a hidden count; `hidden` of the counts themselves, `touched` of any kind."""
    if name in ROWS:
        return _without_rows(data, rows, rule)
    if name == "sample_stats":
        return data[[kept for kept in STATISTICS if kept in data]]
    if name == "likelihood":
        return _coarse(data)
    areas, periods = touched.any("period"), touched.any("area")
    result = data.drop_vars([other for other in data.data_vars if not set(data[other].dims) <= PLAIN])
    for variable in result.data_vars:
        values = result[variable]
        if values.dtype.kind != "f":
            continue
        if {"area", "period"} <= set(values.dims):
            result[variable] = values.where(~hidden).transpose(*values.dims)
        elif "area" in values.dims:
            result[variable] = values.where(~areas).transpose(*values.dims)
        elif "period" in values.dims:
            result[variable] = values.where(~periods).transpose(*values.dims)
    return result


def touched_cells(post: xr.DataTree, hidden: xr.DataArray, rows: Concealed) -> xr.DataArray:
    """Cells with a hidden count of any kind: effects of their areas and periods are fitted to it."""
    result = hidden.copy(deep=True)
    for kind, mask in rows.items():
        if mask is None:
            return xr.ones_like(hidden)
        about = post["figures"].to_dataset()[f"{kind} about"].values.astype(str)
        labels = set(about[mask])
        result |= hidden.copy(
            data=[[f"{a} {p}" in labels for p in hidden["period"].values] for a in hidden["area"].values]
        )
    return result


def _without_rows(data: xr.Dataset, rows: Concealed, rule: Profile) -> xr.Dataset:
    """Rows that are shown, with the limits that their rounding tells."""
    result = data
    for kind, mask in rows.items():
        own = [str(name) for name in data.data_vars if f"{kind} row" in data[name].dims]
        if mask is None:
            result = result.drop_vars(own)
        elif own:
            result = result.isel({f"{kind} row": np.flatnonzero(~mask)})
        lower, upper = f"{kind} lower", f"{kind} upper"
        if (
            rule.rounding
            and lower in result
            and not np.any(result[lower].values % 1 > 0)
            and not np.any(result[lower].values < 0)
        ):
            exact = (result[lower] == result[upper]).values
            told = rule.told(np.where(exact, result[lower].values, 0.0).astype(np.int64))
            for name, ends in ((lower, told[0]), (upper, told[1])):
                result = result.assign({name: (result[name].dims, np.where(exact, ends, result[name].values))})
    return result


def _coarse(likelihood: xr.Dataset) -> xr.Dataset:
    """Fisher information scaled so that its largest entry is a power of ten: its directions stay, the sum of the counts does not."""
    largest = float(np.abs(likelihood["information"]).max())
    if not largest > 0:
        return likelihood
    factor = 10.0 ** np.round(np.log10(largest)) / largest
    return likelihood.assign(information=(likelihood["information"] * factor).round(6))
