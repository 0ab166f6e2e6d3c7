"""Results as tables. They read trees; what made them does not matter."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from estimators.diagnostics.convergence import convergence
from estimators.diagnostics.identification import identification
from estimators.diagnostics.simulation import simulation_error
from estimators.errors import DataError, Problem

QUANTITIES = ("true_count", "incidence", "reporting_probability")


def summary(post: xr.DataTree, *, probability: float = 0.95) -> pd.DataFrame:
    """One row an area and period: median and interval of each quantity, what fixes it, and the verdict.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`.
    probability : float
        Of the equal-tailed intervals.

    Returns
    -------
    pandas.DataFrame
        Columns area, period, reported, then median (of methods without a distribution: point), lower, upper of each quantity the
        method has, probability, simulation_error
        (the larger Monte-Carlo standard error of the two limits of the true count relative to them, 0 where quantiles are exact),
        convergence (*not publishable* where a sampler failed its standard), verdict, anchors, estimator. Where no figure was
        published the estimate is missing. Means are not given: they need not exist.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> est.summary(post)[["true_count_lower", "true_count_median", "true_count_upper", "verdict"]].values.tolist()
    [[13648.0, 49351.0, 181936.0, 'unauditable']]
    """
    if not 0.0 < probability < 1.0:
        raise DataError([Problem("summary", None, "probability", str(probability), "a probability between 0 and 1")])
    if "projection" in post.children or "revisions" in post.children:
        other = (
            "projection_table" if "projection" in post.children else "revision_factors, or the draws of eventual_count,"
        )
        text = f"a result with true counts; {other} reads this one, which says what a register will show and not how many there are"
        raise DataError([Problem("summary", None, None, str(post.attrs.get("estimator", "")), text)])
    columns: dict[str, xr.DataArray | float] = {"reported": _reported(post)}
    for name in QUANTITIES:
        columns |= {f"{name}_{end}": values for end, values in limits(post, name, probability).items()}
    columns["simulation_error"] = _error_of_cells(post, probability)
    frame = xr.Dataset(columns).to_dataframe().reset_index()
    told = identification(post)
    frame["probability"] = probability
    frame["simulation_error"] = frame.pop("simulation_error")  # its place
    frame["convergence"] = convergence(post).status
    frame["verdict"] = told.verdict
    frame["anchors"] = "; ".join(dict.fromkeys(told.anchors["anchor"])) if len(told.anchors) else "a range, no anchor"
    frame["estimator"] = str(post.attrs["estimator"])
    return frame


def limits(post: xr.DataTree, name: str, probability: float) -> dict[str, xr.DataArray]:
    """Median, lower and upper limit of a quantity over (area, period); empty where the method does not have it.

    Exact quantiles are used where the result holds them, else the draws; ``point`` stands for the median where there is no distribution.
    """
    return intervals(post, name, (probability,))[probability]


def intervals(post: xr.DataTree, name: str, probabilities: Sequence[float]) -> dict[float, dict[str, xr.DataArray]]:
    """Limits at several probabilities; draws are put in order once for all of them."""
    known = {mass: _not_drawn(post, name, mass) for mass in probabilities}
    left = [mass for mass, ends in known.items() if ends is None]
    found = {mass: ends for mass, ends in known.items() if ends is not None}
    if not left:
        return found
    chances = [chance for mass in left for chance in _chances(mass).values()]
    ordered = post["posterior"].to_dataset()[name].quantile(chances, dim=("chain", "draw"), skipna=False)
    parts = iter([ordered.isel(quantile=place, drop=True) for place in range(len(chances))])
    return found | {mass: {end: next(parts) for end in _chances(mass)} for mass in left}


def _chances(probability: float) -> dict[str, float]:
    tail = 0.5 * (1.0 - probability)
    return {"median": 0.5, "lower": tail, "upper": 1.0 - tail}


def _not_drawn(post: xr.DataTree, name: str, probability: float) -> dict[str, xr.DataArray] | None:
    """What is known without ordering draws; None where there are draws to order."""
    wanted = _chances(probability)
    if "quantiles" in post.children and name in post["quantiles"]:
        stored = post["quantiles"].to_dataset()[name]
        known = {end: np.isclose(stored["probability"].values, p) for end, p in wanted.items()}
        if all(hit.any() for hit in known.values()):
            return {
                end: stored.isel(probability=int(hit.argmax())).drop_vars("probability") for end, hit in known.items()
            }
    if "posterior" in post.children and name in post["posterior"]:
        return None
    if "estimate" in post.children and name in ("true_count", "incidence"):
        prefix = "" if name == "true_count" else "incidence_"
        group = post["estimate"].to_dataset()
        return {end: group[f"{prefix}{end}"] for end in ("point", "lower", "upper") if f"{prefix}{end}" in group}
    return {}


def _reported(post: xr.DataTree) -> xr.DataArray:
    return post["observed_data"].to_dataset()["reported"]


def _error_of_cells(post: xr.DataTree, probability: float) -> xr.DataArray | float:
    """The same of the true count; 0 where its quantiles are exact or nothing is drawn."""
    if "posterior" not in post.children:
        return 0.0
    exact = post["quantiles"].to_dataset()["probability"].values if "quantiles" in post.children else np.array([])
    if all(np.isclose(exact, p).any() for p in (0.5 * (1.0 - probability), 0.5 * (1.0 + probability))):
        return 0.0
    return simulation_error(post, post["posterior"].to_dataset()["true_count"], probability)
