"""Hyperparameters on a grid, each series with its own weights, and all series pulled towards what they have in common.

Notation: h a grid point, p0(h) its prior, L_a(h) likelihood of series a; weights w_a(h) ∝ p(h) L_a(h), where the common p(h) =
(c p0(h) + Σ_a w_a(h)) / (c + A) is found by iteration: the mode of p under a Dirichlet(c p0 + 1) prior. With one series p = p0.
"""

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]

CONCENTRATION = 4.0  # c, the prior is worth this many series
ROUNDS = 25


def log_normal_weights(values: Array, median: float, log_sd: float) -> Array:
    """Prior weights of points that are about evenly spaced on the log."""
    weights = np.exp(-0.5 * (np.log(values / median) / log_sd) ** 2)
    return np.asarray(weights / weights.sum())


def pooled(prior: Array, log_likelihood: Array, concentration: float = CONCENTRATION) -> tuple[Array, Array]:
    """Weights of each series, (G, A), and the common distribution, (G,), from p0 (G,) and log L (G, A)."""
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=0))
    common, series = prior, likelihood.shape[1]
    weights = _weighted(common, likelihood)
    if series > 1:
        for _ in range(ROUNDS):
            common = (concentration * prior + weights.sum(axis=1)) / (concentration + series)
            weights = _weighted(common, likelihood)
    return weights, common


def _weighted(common: Array, likelihood: Array) -> Array:
    weights = common[:, None] * likelihood
    return np.asarray(weights / weights.sum(axis=0))
