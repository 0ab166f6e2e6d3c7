"""The same answers by plain loops over scipy.stats, one cell at a time: what the exact engine is measured against.

Each function does a share of the cells and is scaled up by its caller; precision is what a careful script would settle for.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from estimators.counts.cells import PER, PROBABILITIES

type Array = NDArray[np.float64]

NODES = 200


def _logit_normal_nodes(mean: float, sd: float) -> Array:
    """Equally likely values of a logit-normal probability."""
    u = (np.arange(NODES) + 0.5) / NODES
    return np.asarray(1.0 / (1.0 + np.exp(-stats.norm.ppf(u, mean, sd))))


def _smallest(cdf: Callable[[float], float], probability: float) -> float:
    """Smallest whole number whose distribution function reaches `probability`, by doubling and bisection."""
    high = 1.0
    while cdf(high) < probability:
        high *= 2.0
    low = -1.0
    while high - low > 1.0:
        middle = float(np.floor(0.5 * (low + high)))
        low, high = (low, middle) if cdf(middle) >= probability else (middle, high)
    return high


def multiplier(counts: Array, mean: float, sd: float) -> list[list[float]]:
    """Quantiles of the true count: a mixture of negative binomials over nodes of the reporting probability."""
    rho = _logit_normal_nodes(mean, sd)
    answer = []
    for y in counts:
        size = max(float(y), 1.0)
        quantiles = [
            _smallest(lambda u, r=size: float(np.mean(stats.nbinom.cdf(u, r, rho))), p)  # type: ignore[misc]
            for p in PROBABILITIES
        ]
        answer.append([float(y) + u for u in quantiles])
    return answer


def thinned_poisson(
    counts: Array, population: Array, mean: float, sd: float, shape: float, rate: float
) -> list[list[float]]:
    """Quantiles of the true count: nodes of the reporting probability weighted by the likelihood, then a mixture."""
    rho = _logit_normal_nodes(mean, sd)
    answer = []
    for y, people in zip(counts, population, strict=True):
        exposure = float(people) / PER
        weight = np.asarray(stats.nbinom.pmf(y, shape, rate / (rate + exposure * rho)))
        weight = weight / weight.sum()
        chance, size = (rate + exposure * rho) / (rate + exposure), shape + float(y)
        quantiles = [
            _smallest(lambda u, r=size, c=chance, w=weight: float(w @ stats.nbinom.cdf(u, r, c)), p)  # type: ignore[misc]
            for p in PROBABILITIES
        ]
        answer.append([float(y) + u for u in quantiles])
    return answer


def thinned_negative_binomial(
    counts: Array,
    population: Array,
    mean: float,
    sd: float,
    shape: float,
    rate: float,
    dispersion: float,
    draws: int,
    rng: np.random.Generator,
) -> list[Array]:
    """Draws of the true count: importance resampling of incidence and reporting from their priors."""
    answer = []
    for y, people in zip(counts, population, strict=True):
        rho = 1.0 / (1.0 + np.exp(-stats.norm.rvs(mean, sd, size=50 * draws, random_state=rng)))
        expected = stats.gamma.rvs(shape, scale=1.0 / rate, size=50 * draws, random_state=rng) * float(people) / PER
        weight = np.asarray(stats.nbinom.pmf(y, dispersion, dispersion / (dispersion + expected * rho)))
        chosen = rng.choice(50 * draws, size=draws, p=weight / weight.sum())
        cluster = stats.gamma.rvs(
            dispersion + float(y), scale=1.0 / (dispersion + expected * rho)[chosen], random_state=rng
        )
        hidden = stats.poisson.rvs(expected[chosen] * (1.0 - rho[chosen]) * cluster, random_state=rng)
        answer.append(float(y) + np.asarray(hidden, dtype=float))
    return answer


def anchor_budget(log_counts: Array, log_sd: Array, draws: int, rng: np.random.Generator) -> list[Array]:
    """Pooled quantiles and draws of one cell after the other; arrays of shape (anchors, cells)."""
    answer = []
    for m, s in zip(log_counts.T, log_sd.T, strict=True):
        pooled, spread = np.average(m, weights=s**-2.0), float(np.sum(s**-2.0)) ** -0.5
        stats.norm.ppf(PROBABILITIES, pooled, spread)
        answer.append(np.exp(stats.norm.rvs(pooled, spread, size=draws, random_state=rng)))
    return answer


def bounds(counts: Array, lowest: float, highest: float) -> list[tuple[float, float]]:
    """Garwood's limits divided by the ends of the range."""
    return [
        (
            float(stats.chi2.ppf(0.025, 2 * y)) / 2 / highest if y else 0.0,
            float(stats.chi2.ppf(0.975, 2 * y + 2)) / 2 / lowest,
        )
        for y in counts
    ]
