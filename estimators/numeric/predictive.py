"""Whether Poisson tables drawn from a posterior are ever as far from it as the counts themselves."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

MOST = 2_000_000  # means at once


def share_as_far(counts: Array, means: Array, rng: np.random.Generator) -> float:
    """Share of draws whose own table has a deviance from the draw's means at least that of the counts (Gelman, Meng and Stern 1996).

    Parameters
    ----------
    counts : Array
        (cells,).
    means : Array
        Of each draw, (draws, cells).

    Examples
    --------
    >>> far = share_as_far(np.array([90.0, 10.0]), np.full((1000, 2), 50.0), np.random.default_rng(1))
    >>> near = share_as_far(np.array([55.0, 47.0]), np.full((1000, 2), 50.0), np.random.default_rng(1))
    >>> far == 0.0, near > 0.1
    (True, True)
    """
    size = max(1, MOST // max(means.shape[1], 1))
    farther = 0
    for first in range(0, len(means), size):
        part = np.maximum(means[first : first + size], 1e-300)
        farther += int((_deviance(rng.poisson(part).astype(np.float64), part) >= _deviance(counts, part)).sum())
    return farther / len(means)


def _deviance(counts: Array, means: Array) -> Array:
    return np.asarray(2.0 * (special.xlogy(counts, counts / means) - counts + means).sum(axis=1))
