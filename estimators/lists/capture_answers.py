"""Answers of regressions of repeated captures, with what a reader must know of them."""

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from estimators.errors import ExistenceError, IdentificationWarning
from estimators.lists import capture_cautions
from estimators.lists.capture_design import grouped, refuse_once
from estimators.lists.captures import Captures
from estimators.lists.outcome import PROBABILITY, Groups
from estimators.lists.table import EVERYONE, Array
from estimators.numeric import low_counts, truncated_bootstrap
from estimators.numeric.lognormal_limits import Z, above_counted
from estimators.numeric.truncated_counts import expected
from estimators.numeric.truncated_fit import Shape, inside, parameters, population

if TYPE_CHECKING:
    from estimators.lists.repeated_captures import RepeatedCaptures

DISPERSION = {"poisson": 0.0, "geometric": 1.0, "negative binomial": None}
MOST_SHOWN = 20
EDGES = {
    "unbounded dispersion": "the likelihood rises for ever as people are taken to differ more, and the number never caught rises with it: "
    "the captures set no upper limit; 'chao' gives a lower bound",
    "only extra ones": "every single capture is taken for an extra one, so that nothing says how often people are caught",
    "hardly ever caught": "some people are hardly ever caught (fewer than one in a million): nobody like them was caught again, "
    "and as many as one likes may never have been caught; join values of covariates, or leave covariates out",
    "not identified": "the captures do not tell the parameters apart: other numbers fit equally well; ask for less",
}


def truncated(captures: Captures, estimator: "RepeatedCaptures", rng: np.random.Generator) -> Groups:
    """Groups of a regression of the captures of everybody caught."""
    name = f"RepeatedCaptures, {estimator.family}"
    counts, terms = grouped(captures, estimator.covariates)
    refuse_once(captures, estimator.covariates, name, low=False)
    asked = Shape(DISPERSION[estimator.family], estimator.one_inflation)
    _refuse_unidentified(captures, asked, name)
    found, shape, edge = inside(counts, asked)
    if edge != "inside":
        raise ExistenceError(f"{name}: {EDGES[edge]}")
    total, error, _ = population(counts, shape, found)
    cautions = [*capture_cautions.thin(captures, estimator.covariates), *capture_cautions.at_edge(asked, shape)]
    if estimator.interval == "bootstrap":
        again = truncated_bootstrap.resampled(counts, shape, found, estimator.replicates, rng)
        limits = truncated_bootstrap.bca_limits(counts, shape, found, again)
        cautions += capture_cautions.without(again)
    else:
        limits = _limits(total, captures.observed, error, estimator.interval)
    most = min(int(captures.captures.max()), MOST_SHOWN)
    fitted = expected(counts.design @ found.beta, found.alpha, found.w, shape.inflation, counts.people, most)
    cautions += capture_cautions.apart(limits)
    cautions += capture_cautions.better(counts, shape, found)
    cautions += capture_cautions.misfit(captures, fitted, shape)
    more = {"standard_error": error, "log_likelihood": found.log_likelihood, "parameters": float(len(found.covariance))}
    more |= {"dispersion": found.alpha} if asked.alpha is None else {}
    more |= {"extra_ones": found.share} if asked.inflation != "none" else {}
    values = parameters(found, shape)
    labels = [*terms, *(["log dispersion"] if shape.alpha is None else [])]
    labels += ["logit of extra ones"] if shape.inflation != "none" else []
    coefficients = _coefficients(labels, values, found.covariance)
    return _groups(captures, estimator, total, limits, more, cautions, coefficients, fitted)


def low(captures: Captures, estimator: "RepeatedCaptures") -> Groups:
    """Groups of Zelterman's and Chao's methods."""
    counts, terms = grouped(captures, estimator.covariates)
    refuse_once(captures, estimator.covariates, f"RepeatedCaptures, {estimator.family}", low=True)
    beta, inverse, log_likelihood = low_counts.logistic(counts)
    if not np.isfinite(inverse).all():
        raise ExistenceError(f"RepeatedCaptures, {estimator.family}: {EDGES['hardly ever caught']}")
    method = low_counts.zelterman if estimator.family == "zelterman" else low_counts.chao
    total, error = method(counts, beta, inverse)
    limits = _limits(total, captures.observed, error, estimator.interval)
    cautions = [*capture_cautions.thin(captures, estimator.covariates), *capture_cautions.apart(limits)]
    cautions += capture_cautions.beyond_two(counts, beta, inverse)
    if estimator.family == "chao":
        cautions.append(
            "this is a lower bound: people who differ more than the covariates say make the true number larger"
        )
    more = {"standard_error": error, "log_likelihood": log_likelihood, "parameters": float(len(beta))}
    return _groups(captures, estimator, total, limits, more, cautions, _coefficients(terms, beta, inverse), None)


def _refuse_unidentified(captures: Captures, shape: Shape, name: str) -> None:
    """One-inflation leaves only those caught more than once to say how often people are caught."""
    if shape.inflation == "none":
        return
    values = len(set(captures.captures[captures.captures > 1.0].tolist()))
    needed = 3 if shape.alpha is None else 2
    if values < needed:
        text = (
            f"with extra ones only those caught more than once say how often people are caught, and these have {values} different "
            f"number{'' if values == 1 else 's'} of captures where {needed} are needed"
        )
        raise ExistenceError(f"{name}: {text}")


def _limits(total: float, observed: int, error: float, interval: str) -> tuple[float, float]:
    if interval == "log-normal":
        return above_counted(total, float(observed), error)
    return max(total - Z * error, float(observed)), total + Z * error


def _coefficients(terms: Sequence[str], values: Array, covariance: Array) -> xr.Dataset:
    columns = {"coefficient": ("term", values), "standard_error": ("term", np.sqrt(np.diag(covariance)))}
    return xr.Dataset(columns, coords={"term": np.array(list(terms), dtype=object)})


def _groups(
    captures: Captures,
    estimator: "RepeatedCaptures",
    total: float,
    limits: tuple[float, float],
    more: Mapping[str, float],
    cautions: Sequence[str],
    coefficients: xr.Dataset,
    fitted: Array | None,
) -> Groups:
    for text in cautions:
        warnings.warn(text, IdentificationWarning, stacklevel=4)
    shape = ("area", "period")
    figures = {"point": total, "lower": limits[0], "upper": limits[1], **more}
    cells = {name: (shape, np.array([[float(value)]])) for name, value in figures.items()}
    estimate = xr.Dataset(cells, coords={"area": [EVERYONE], "period": ["once"]})
    estimate.attrs = {"interval": f"95 % {estimator.interval}", "probability": PROBABILITY}
    often = captures.often[:MOST_SHOWN]
    table = {"count": ("captures", often)} | ({} if fitted is None else {"fitted": ("captures", fitted)})
    listed = xr.Dataset(table, coords={"captures": np.arange(1, len(often) + 1)})
    listed.attrs = {
        "rests_on": "; ".join(estimator.assumptions()[2:]),
        "cautions": json.dumps(list(cautions), ensure_ascii=False),
    }
    return {"estimate": estimate, "coefficients": coefficients, "lists": listed}
