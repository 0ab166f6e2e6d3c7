"""Poisson counts of which only limits are known.

Notation: y ~ Poisson(μ), η = log μ, low ≤ y ≤ high; F is the distribution function. log P(low ≤ y ≤ high) is concave in η.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

SMALLEST = 1e-250  # probabilities below this come from the tail's expansion


def log_probability(low: Array, high: Array, eta: Array) -> tuple[Array, Array, Array]:
    """The log of P(low ≤ y ≤ high), its first and its negative second derivative by η, in the shape of η.

    With r = [μ p(high) - μ p(low - 1)] / P, p the mass function, the first is -r and the second
    r² + [μ p(high) (high + 1 - μ) - μ p(low - 1) (low - μ)] / P.
    """
    mu = np.exp(eta)
    log_p = _log_between(low, high, eta, mu)
    ratios = [
        np.exp((edge + 1.0) * eta - mu - special.gammaln(edge + 1.0) - log_p)
        for edge in (high, np.maximum(low - 1.0, 0.0))
    ]
    above, below = ratios[0], np.where(low > 0, ratios[1], 0.0)
    first = below - above
    second = first**2 + above * (high + 1.0 - mu) - below * (low - mu)
    return log_p, first, np.where(log_p > np.log(SMALLEST), second, mu)  # far out the differences cancel, and μ is left


def _log_between(low: Array, high: Array, eta: Array, mu: Array) -> Array:
    """By whichever tail is the smaller; where both underflow, by the mass at the nearer limit and a geometric series."""
    between = special.gammaincc(high + 1.0, mu)
    if low.any():
        floor = np.maximum(low, 1e-300)
        from_above = between - np.where(low > 0, special.gammaincc(floor, mu), 0.0)
        from_below = special.gammainc(floor, mu) - special.gammainc(high + 1.0, mu)
        between = np.where(mu < low, from_below, from_above)
    out = np.log(np.maximum(between, SMALLEST))
    far = between <= SMALLEST
    if far.any():
        low, high, eta, mu = (np.broadcast_to(part, far.shape)[far] for part in (low, high, eta, mu))
        edge, ratio = np.where(mu < low, low, high), np.where(mu < low, mu / (low + 1.0), high / np.maximum(mu, 1e-300))
        out[far] = edge * eta - mu - special.gammaln(edge + 1.0) - np.log1p(-np.minimum(ratio, 1.0 - 1e-9))
    return np.asarray(out)


def draw(low: Array, high: Array, mu: Array, rng: np.random.Generator) -> Array:
    """Counts from the Poisson distribution between the limits, in the shape of μ; infinite limits mean none.

    Within limits by the inverse distribution function; far above its limit a count falls short of it by a geometric number.
    """
    low, high = np.broadcast_to(low, mu.shape), np.broadcast_to(high, mu.shape)
    out = np.empty(mu.shape)
    free = np.isinf(high)
    capped = np.minimum(mu[free], 1e15)
    out[free] = rng.poisson(capped) * (mu[free] / np.maximum(capped, 1e-300))
    low, high, mu = low[~free], high[~free], mu[~free]
    bottom = np.where(low > 0, special.gammaincc(np.maximum(low, 1e-300), mu), 0.0)
    span, uniform = special.gammaincc(high + 1.0, mu) - bottom, rng.random(mu.shape)
    usual = span > SMALLEST
    count = np.ceil(special.pdtrik(np.where(usual, bottom + uniform * span, 0.5), np.where(usual, mu, 1.0)) - 1e-9)
    short = np.floor(np.log(uniform) / np.log(np.minimum(high / mu, 1.0 - 1e-12) + 1e-300))
    out[~free] = np.clip(np.where(usual, count, high - short), low, high)
    return out
