"""Answers of regressions of repeated captures, with what a reader must know of them."""

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from scipy import special

from estimators.errors import ExistenceError, IdentificationWarning
from estimators.lists.capture_design import grouped, refuse_once
from estimators.lists.captures import Captures
from estimators.lists.outcome import PROBABILITY, Groups
from estimators.lists.table import EVERYONE, Array
from estimators.numbers import number
from estimators.numeric import low_counts, truncated_bootstrap
from estimators.numeric.lognormal_limits import Z, above_counted
from estimators.numeric.truncated_counts import expected
from estimators.numeric.truncated_fit import (
    Counts,
    Estimate,
    Shape,
    inside,
    maximised,
    more_ones,
    parameters,
    population,
)

if TYPE_CHECKING:
    from estimators.lists.repeated_captures import RepeatedCaptures

DISPERSION = {"poisson": 0.0, "geometric": 1.0, "negative binomial": None}
FEW = 10  # people caught more than once
THIN = 5  # of one value of a covariate
BETTER = 3.32  # log-likelihood of one more parameter, probability .01
WIDE = 10.0  # limits so many times apart tell hardly anything
MOST_SHOWN = 20
LEAST_EXPECTED = 5.0
POOR = 1e-3  # probability of so large a deviance below which a model does not fit
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
    cautions = [*_thin(captures, estimator.covariates), *_at_edge(asked, shape)]
    if estimator.interval == "bootstrap":
        again = truncated_bootstrap.resampled(counts, shape, found, estimator.replicates, rng)
        limits = truncated_bootstrap.bca_limits(counts, shape, found, again)
        cautions += _without(again)
    else:
        limits = _limits(total, captures.observed, error, estimator.interval)
    most = min(int(captures.captures.max()), MOST_SHOWN)
    fitted = expected(counts.design @ found.beta, found.alpha, found.w, shape.inflation, counts.people, most)
    cautions += [*_apart(limits), *_better(counts, shape, found), *_misfit(captures, fitted, shape)]
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
    cautions = [*_thin(captures, estimator.covariates), *_apart(limits)]
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


def _thin(captures: Captures, covariates: Sequence[str]) -> list[str]:
    """What rests on a few people caught more than once: everything, or the part of one value of a covariate."""
    twice = captures.captures > 1.0
    again = int(captures.people[twice].sum())
    if again < FEW:
        who = "one person" if again == 1 else f"{again} people"
        was = "was" if again == 1 else "were"
        return [
            f"only {who} of {captures.observed:,} {was} caught more than once: one more or fewer changes the estimate greatly"
        ]
    thin = []
    for name in covariates:
        column = captures.covariates[name]
        if not pd.api.types.is_numeric_dtype(column):
            seen = pd.Series(captures.people[twice]).groupby(column[twice].astype(str).to_numpy()).sum()
            thin += [f"{name} {level} ({people:,.0f})" for level, people in seen.items() if people < THIN]
    if not thin:
        return []
    return [
        f"hardly anybody caught more than once has {', '.join(thin)}: the part of the estimate with these rests on them alone"
    ]


def _without(again: Array) -> list[str]:
    without = float(np.mean(~np.isfinite(again)))
    if without == 0.0:
        return []
    return [
        f"{without:.1%} of the populations drawn again have no finite estimate: some people are hardly ever caught again"
    ]


def _apart(limits: tuple[float, float]) -> list[str]:
    if limits[1] < WIDE * limits[0]:
        return []
    return ["the limits are more than a factor 10 apart: the captures hardly tell how many were never caught"]


def _at_edge(asked: Shape, shape: Shape) -> list[str]:
    """What was asked for and is not there."""
    texts = []
    if asked.alpha is None and shape.alpha is not None:
        texts.append(
            "the captures vary no more than Poisson ones: the dispersion is at 0, its edge, and the fit is the Poisson one"
        )
    if asked.inflation != shape.inflation:
        texts.append(
            "no more people were caught once than without extra ones: their share is at 0, its edge, and the fit has none"
        )
    return texts


def _better(counts: Counts, shape: Shape, found: Estimate) -> list[str]:
    """Other distributions that fit clearly better and say something else."""
    texts = []
    enough = len(set(counts.y[counts.y > 1.0].tolist())) > (2 if shape.alpha is None else 1)
    if shape.inflation == "none" and enough and more_ones(counts, shape, found) > BETTER / 2.0:
        other = Shape(shape.alpha, "after truncation")
        start = np.concatenate([parameters(found, shape), [-1.0]])
        inflated = maximised(counts, other, start)
        gain = inflated.log_likelihood - found.log_likelihood
        if gain > BETTER and np.isfinite(inflated.covariance).all():
            total = population(counts, other, inflated)[0]
            texts.append(
                "more people were caught exactly once than this distribution has; if they left or hid when caught there are only "
                f"{number(total)} (one_inflation='after truncation'), if people differ more there are more"
            )
    if shape.alpha is not None:
        other = Shape(1.0 if shape.alpha == 0.0 else 0.0, shape.inflation)
        rival = maximised(counts, other)
        if rival.log_likelihood - found.log_likelihood > BETTER and rival.settled:
            kind = "geometric" if shape.alpha == 0.0 else "Poisson"
            texts.append(f"{kind} captures fit clearly better, and say {number(population(counts, other, rival)[0])}")
    return texts


def _misfit(captures: Captures, fitted: Array, shape: Shape) -> list[str]:
    """A distribution that the numbers caught once, twice, … contradict; the tail counts as one, so that 5 or more are expected in it.

    Covariates are told by the same people, so that the degrees of freedom, those of no covariates, are rather too few.
    """
    above = float(captures.observed) - np.cumsum(fitted)
    cells = int((np.minimum(fitted, above) >= LEAST_EXPECTED).cumprod().sum())
    means = np.append(fitted[:cells], captures.observed - fitted[:cells].sum())
    counts = np.append(captures.often[:cells], captures.often[cells:].sum())
    deviance = 2.0 * float(special.xlogy(counts, counts / means).sum())
    left = cells - 1 - (shape.alpha is None) - (shape.inflation != "none")
    if left < 1 or special.chdtrc(left, deviance) >= POOR:
        return []
    text = "its assumptions are wrong, and its interval leaves that out"
    return [f"the model does not fit: deviance {number(deviance)} on {left} degrees of freedom; {text}"]


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
