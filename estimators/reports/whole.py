"""A result made whole for reading: where a group is missing, one that says nothing stands in, and the report says that it is missing."""

import json

import numpy as np
import xarray as xr

from estimators.errors import ModelError

SAMPLED = ("laplace", "nuts")
CELLS = (
    ("observed_data", "reported"),
    ("posterior", "true_count"),
    ("quantiles", "true_count"),
    ("estimate", "lower"),
    ("anchors", "log_true_count"),
)
UNRECORDED = "not recorded"


def whole(post: xr.DataTree) -> xr.DataTree:
    """The same result with a stand-in for each group that the readers of results need.

    No figures stand in for `observed_data`; no information for `likelihood`; and for `sample_stats` of an engine that has them, weights
    that cannot be trusted, so that nothing passes as publishable of which the state of the sampler is not known.

    Raises
    ------
    ModelError
        The tree has no cell at all: it is no result.
    """
    groups = {name: node.to_dataset() for name, node in post.children.items()}
    cells = _cells(groups, str(post.attrs.get("estimator", UNRECORDED)))
    if "reported" not in groups.get("observed_data", {}):
        nothing = xr.full_like(cells, np.nan, dtype=float)
        groups["observed_data"] = xr.Dataset(dict.fromkeys(("reported", "lower", "upper"), nothing))
    if "anchors" in groups and "likelihood" not in groups:
        groups["likelihood"] = xr.Dataset(
            {"information": (("parameter", "other"), np.zeros((0, 0))), "prior_sd": ("parameter", np.zeros(0))},
            coords={"parameter": np.array([], dtype=str), "other": np.array([], dtype=str)},
        )
    if "sample_stats" not in groups and post.attrs.get("engine") in SAMPLED:
        groups["sample_stats"] = xr.Dataset(dict.fromkeys(("pareto_k", "effective_draws", "proposed_draws"), np.nan))
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {"estimator": UNRECORDED, "description": "", "engine": UNRECORDED, **post.attrs}
    return tree


def light(tree: xr.DataTree, period: str) -> xr.DataTree:
    """The same with the figures of one period only, for figures that ask a result for its verdict alone: it is then read much faster."""
    groups = {name: node.to_dataset() for name, node in tree.children.items()}
    groups["observed_data"] = groups["observed_data"].sel(period=[period])
    found = xr.DataTree.from_dict(groups)
    found.attrs = dict(tree.attrs)
    return found


def listed(post: xr.DataTree, name: str) -> tuple[str, ...]:
    """A list of texts among the attributes, such as the assumptions; what is no list is one text."""
    text = str(post.attrs.get(name, "[]"))
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return (text,)
    return tuple(str(each) for each in found) if isinstance(found, list) else (text,)


def _cells(groups: dict[str, xr.Dataset], estimator: str) -> xr.DataArray:
    """Any variable over areas and periods, one value a cell."""
    for group, name in CELLS:
        found = groups.get(group)
        if found is not None and name in found and {"area", "period"} <= set(found[name].dims):
            others = {dim: 0 for dim in found[name].dims if dim not in ("area", "period")}
            return found[name].isel(others, drop=True).transpose("area", "period").reset_coords(drop=True)
    raise ModelError(f"{estimator}: no group has an area and a period: expected a result of estimators.fit")
