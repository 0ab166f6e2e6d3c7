"""Quantiles of a mixture of log-normal numbers.

Notation: component k has weight w_k, median m_k > 0 and standard deviation s_k of its logarithm; F(x) = Σ w_k Φ((log x − log m_k) / s_k).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

HALVINGS = 60
LARGEST = 700.0  # logarithm of what a float holds


def quantiles(weights: Array, medians: Array, spreads: Array, levels: Array) -> Array:
    """Smallest x with F(x) ≥ level, for each level; infinite beyond what a float holds.

    Examples
    --------
    >>> quantiles(np.array([0.5, 0.5]), np.array([1.0, 100.0]), np.array([0.1, 0.1]), np.array([0.25, 0.75])).round(6).tolist()
    [1.0, 100.0]
    """
    middle, share = np.log(medians), weights / weights.sum()
    low = np.full(len(levels), (middle - 10.0 * spreads).min())
    high = np.full(len(levels), (middle + 10.0 * spreads).max())
    for _ in range(HALVINGS):
        at = 0.5 * (low + high)
        below = (share * special.ndtr((at[:, None] - middle) / spreads)).sum(axis=1) < levels
        low, high = np.where(below, at, low), np.where(below, high, at)
    found = 0.5 * (low + high)
    return np.where(found < LARGEST, np.exp(np.minimum(found, LARGEST)), np.inf)
