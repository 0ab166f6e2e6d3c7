"""Regressions of truncated counts by maximum likelihood, and the population they imply.

Notation: as in `truncated_counts`; X a design (m, p), η = Xβ, frequencies r people of each row, θ = (β, a, w) of those that vary. The
population is N = Σ r/π with π the probability of being caught, its variance Σ r (1 - π)/π² + g'V g, g the slope of N in θ and V the inverse
of the observed information (van der Heijden and others 2003).
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from estimators.numeric.truncated_counts import Array, Inflation, Jet, caught, contributions

LARGEST_STEP = 4.0
NOTHING = 1e-6  # log-likelihood that a parameter at its lowest adds
MOST_DISPERSION = 1e4
LEAST_OFTEN = 14.0  # a log mean of less than minus this: a person in a million is caught
FARTHEST = 25.0  # of a log mean, a log dispersion or a logit: beyond, it is on its way to infinity


@dataclass(frozen=True)
class Counts:
    """Captures y of rows (m,), their design (m, p), people in each (m,)."""

    y: Array
    design: Array
    people: Array


@dataclass(frozen=True)
class Shape:
    """Dispersion: a number, or None where it is estimated; extra ones."""

    alpha: float | None
    inflation: Inflation


type Edge = Literal["inside", "unbounded dispersion", "only extra ones", "hardly ever caught", "not identified"]


@dataclass(frozen=True)
class Estimate:
    """β (p,), dispersion, logit of the share of extra ones (-∞ if none), log-likelihood, inverse information, whether it settled."""

    beta: Array
    alpha: float
    w: float
    log_likelihood: float
    covariance: Array
    settled: bool

    @property
    def share(self) -> float:
        """Of extra ones."""
        return float(special.expit(self.w))


def maximised(counts: Counts, shape: Shape, start: Array | None = None) -> Estimate:
    """The best of the maxima found from a few starts, or from one that is given: (β, a, w) of those that vary."""
    starts = [start] if start is not None else _starts(counts, shape)
    return max((_newton(counts, shape, theta) for theta in starts), key=lambda found: found.log_likelihood)


def inside(counts: Counts, shape: Shape) -> tuple[Estimate, Shape, Edge]:
    """The best fit, the shape it has once dispersion or extra ones at their lowest are left out, and whether it exists."""
    found = maximised(counts, shape)
    if shape.alpha is None:
        poisson = replace(shape, alpha=0.0)
        least = maximised(counts, poisson)
        if found.log_likelihood - least.log_likelihood < NOTHING:
            found, shape = least, poisson
    if shape.inflation != "none":
        bare = replace(shape, inflation="none")
        least = maximised(counts, bare)
        if found.log_likelihood - least.log_likelihood < NOTHING:
            found, shape = least, bare
    return found, shape, edge(counts, shape, found)


def more_ones(counts: Counts, shape: Shape, found: Estimate) -> float:
    """About how much log-likelihood a share of extra ones would add to a fit without: half the score statistic, 0 where it falls.

    The score of ω at 0 is (1 - p)/p for y = 1, p the chance of 1, and -1 otherwise; its variance is what the other scores leave of it.
    """
    eta = counts.design @ found.beta
    jet = contributions(counts.y, eta, found.alpha, 0.0, "none")
    extra = np.where(counts.y == 1.0, np.exp(-jet.value) - 1.0, -1.0)
    others = np.column_stack(
        [counts.design * jet.slope[:, :1], jet.slope[:, [1]] if shape.alpha is None else np.zeros((len(eta), 0))]
    )
    root = np.sqrt(counts.people)[:, None]
    left = extra - others @ np.linalg.lstsq(others * root, extra * root[:, 0])[0]
    score = float(counts.people @ extra)
    return max(score, 0.0) ** 2 / (2.0 * float(counts.people @ left**2))


def edge(counts: Counts, shape: Shape, found: Estimate) -> Edge:
    """Whether a fit is a maximum, or on its way to infinity."""
    if shape.alpha is None and found.alpha > MOST_DISPERSION:
        return "unbounded dispersion"
    if shape.inflation != "none" and found.w > FARTHEST / 2.0:
        return "only extra ones"
    if (counts.design @ found.beta).min() < -LEAST_OFTEN:
        return "hardly ever caught"
    return "inside" if found.settled and np.isfinite(found.covariance).all() else "not identified"


def parameters(estimate: Estimate, shape: Shape) -> Array:
    """(β, a, w) of those that vary."""
    return np.concatenate(
        [
            estimate.beta,
            [np.log(estimate.alpha)] if shape.alpha is None else [],
            [estimate.w] if shape.inflation != "none" else [],
        ]
    )


def population(counts: Counts, shape: Shape, estimate: Estimate) -> tuple[float, float, Array]:
    """N, its standard error, and each row's probability of being caught (m,)."""
    eta = counts.design @ estimate.beta
    chance, slope = caught(eta, estimate.alpha, estimate.w if np.isfinite(estimate.w) else 0.0, shape.inflation)
    weighed = slope * counts.people[:, None]
    gradient = np.concatenate([counts.design.T @ weighed[:, 0], weighed[:, 1:].sum(axis=0)[varying_of(shape)]])
    chance_part = float(counts.people @ ((1.0 - chance) / chance**2))
    variance = chance_part + float(gradient @ estimate.covariance @ gradient)
    return float(counts.people @ (1.0 / chance)), float(np.sqrt(max(variance, 0.0))), chance


def varying_of(shape: Shape) -> list[int]:
    """Which of a and w vary, as places 0 and 1."""
    return [at for at, varies in enumerate((shape.alpha is None, shape.inflation != "none")) if varies]


def _starts(counts: Counts, shape: Shape) -> list[Array]:
    mean = float(counts.people @ counts.y / counts.people.sum())
    level = np.log(max(mean - 1.0, 0.02) * 1.5)
    flat = np.linalg.lstsq(counts.design, np.full(len(counts.y), level))[0]
    if shape.alpha is not None and shape.inflation == "none":
        return [flat]
    plain = Shape(1.0 if shape.alpha is None else shape.alpha, "none")
    beta = _newton(counts, plain, flat).beta
    logs = [np.array([np.log(size)]) for size in (0.3, 3.0)] if shape.alpha is None else [np.zeros(0)]
    extra = [np.array([-1.0]), np.array([0.5])] if shape.inflation != "none" else [np.zeros(0)]
    return [np.concatenate([beta, log, more]) for log in logs for more in extra]


def _split(theta: Array, columns: int, shape: Shape) -> tuple[Array, float, float]:
    rest = list(theta[columns:])
    alpha = float(np.exp(min(rest.pop(0), 2.0 * FARTHEST))) if shape.alpha is None else shape.alpha
    return theta[:columns], alpha, float(rest[0]) if rest else -np.inf


def _newton(counts: Counts, shape: Shape, theta: Array) -> Estimate:
    columns = counts.design.shape[1]
    varying = varying_of(shape)

    def at(place: Array) -> tuple[float, Jet | None]:
        beta, alpha, w = _split(place, columns, shape)
        eta = counts.design @ beta
        if np.abs(eta).max() > 2.0 * FARTHEST or np.abs(place[columns:]).max(initial=0.0) > 2.0 * FARTHEST:
            return -np.inf, None
        jet = contributions(counts.y, eta, alpha, w, shape.inflation)
        return float(counts.people @ jet.value), jet

    settled, information = False, np.eye(len(theta))
    total, jet = at(theta)
    for _ in range(200):
        if jet is None:
            break
        slope, information = _assembled(counts, jet.slope, jet.curve, varying)
        step = _uphill(information, slope)
        step *= min(1.0, LARGEST_STEP / np.abs(counts.design @ step[:columns]).max(initial=1e-300))
        gain, share = float(slope @ step), 1.0
        if gain < 1e-16 * (1.0 + counts.people.sum()):
            settled = True
            break
        while share > 1e-7:
            tried, there = at(theta + share * step)
            if tried >= total - 1e-11 * abs(total) and np.isfinite(tried):
                break
            share /= 2.0
        if share <= 1e-7:
            break
        theta, total, jet = theta + share * step, tried, there
        if (
            np.abs(theta[columns:]).max(initial=0.0) > FARTHEST
            or np.abs(counts.design @ theta[:columns]).max() > FARTHEST
        ):
            break
    beta, alpha, w = _split(theta, columns, shape)
    return Estimate(beta, alpha, w, total, _inverse(information), settled)


def _assembled(counts: Counts, slope: Array, curve: Array, varying: list[int]) -> tuple[Array, Array]:
    """Slope (k,) and information (k, k) of the log-likelihood in θ."""
    extra = [1 + at for at in varying]
    people, design = counts.people, counts.design
    first = np.concatenate([design.T @ (people * slope[:, 0]), (people[:, None] * slope[:, extra]).sum(axis=0)])
    cross = design.T @ (people[:, None] * curve[:, 0, :][:, extra])
    corner = np.einsum("m,mij->ij", people, curve[:, extra, :][:, :, extra])
    inner = (design * (people * curve[:, 0, 0])[:, None]).T @ design
    return first, -np.block([[inner, cross], [cross.T, corner]])


def _uphill(information: Array, slope: Array) -> Array:
    """Newton's step, with curvatures of the wrong sign turned round."""
    size = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-12))
    values, vectors = np.linalg.eigh(information / size[:, None] / size)
    lifted = np.maximum(np.abs(values), 1e-9)
    return np.asarray(vectors @ ((vectors.T @ (slope / size)) / lifted) / size)


def _inverse(information: Array) -> Array:
    size = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / size[:, None] / size)
    if values[0] <= 1e-10:
        return np.full_like(information, np.nan)
    return np.asarray((vectors / values) @ vectors.T / size[:, None] / size)
