"""Counts that vary more than a Poisson, and now and then hold one mass event.

Notation: y count, μ its mean, κ and φ its extra variation: y ~ NegBin(mean μ, size r = μ / (κ + μ/φ)), of variance μ(1 + κ) + μ²/φ; κ is
the share of cases that come in groups, φ varies the mean itself. With probability π the period holds an event: then y ~ Σ_j w_j
NegBin(mean e_j, size 1.5), e_j = base · 1.7^j and w_j ∝ 1.7^-j, a tail that falls like 1/size.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

RATIO, SIZES, EVENT_SIZE = 1.7, 8, 1.5
LEAST_EVENT = 8.0
EVENTS = RATIO ** np.arange(SIZES)
WEIGHTS = (1.0 / EVENTS) / (1.0 / EVENTS).sum()


def size(mu: Array, kappa: Array | float, phi: Array | float) -> Array:
    """r, the size of the negative binomial."""
    return np.asarray(mu / (kappa + mu / phi))


def log_mass(y: Array, mu: Array, r: Array) -> Array:
    """Log probability of y ~ NegBin(mean μ, size r); arguments broadcast."""
    return np.asarray(
        special.gammaln(y + r)
        - special.gammaln(r)
        - special.gammaln(y + 1.0)
        - r * np.log1p(mu / r)
        + y * (np.log(mu) - np.log(r + mu))
    )


def event_base(y: Array) -> Array:
    """Size of the smallest event of each series: twice its usual count, at least 8; `y` (A, T) gives (A,)."""
    usual = [np.median(row[row > 0.0]) if (row > 0.0).any() else 0.0 for row in y]
    return np.maximum(LEAST_EVENT, 2.0 * np.array(usual))


def event_mass(y: Array, base: Array) -> Array:
    """Probability of y where the period holds an event; arguments broadcast."""
    means = base[..., None] * EVENTS
    return np.asarray((np.exp(log_mass(y[..., None], means, np.full_like(means, EVENT_SIZE))) * WEIGHTS).sum(axis=-1))


def draw(rng: np.random.Generator, mu: Array, kappa: Array, phi: Array, pi: Array, base: float) -> Array:
    """Counts of one period, all arguments but `base` of the shape of the draws."""
    r = size(mu, kappa, phi)
    mean = np.where(r > 0.0, rng.standard_gamma(np.maximum(r, 1e-12)) * (kappa + mu / phi), 0.0)
    event = np.nonzero(rng.random(mu.shape) < pi)
    large = base * rng.choice(EVENTS, len(event[0]), p=WEIGHTS)
    mean[event] = rng.standard_gamma(EVENT_SIZE, len(event[0])) * large / EVENT_SIZE
    # beyond 1e17 a Poisson is its mean to 8 digits, and numpy cannot draw it
    return np.asarray(rng.poisson(np.minimum(mean, 1e17)), dtype=np.float64)
