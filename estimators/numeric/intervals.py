"""Sums of a smooth function over intervals of counts, by Gauss quadrature for sums.

Notation: x nodes, w weights with Σ_k=low^high f(k) ≈ Σ w f(x).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

type Array = NDArray[np.float64]

FEWEST, NODES = 8, 48  # nodes of a block of counts
DOUBLINGS = 20


def interval_nodes(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Points of each interval and the logarithms of their weights, shapes (rows, nodes), so that Σ w f(point) is the sum of f over it.

    Gauss quadrature for sums over counts, block by block, each block at most as long as its first count; a short interval is its own
    counts. A count "at least L" is followed through `DOUBLINGS` doublings.
    Good to 1e-9 where f changes over counts no quicker than a negative binomial with dispersion below about 1,000 does.
    """
    rows = [_interval(float(low), float(high)) for low, high in zip(lower, upper, strict=True)]
    most = max(len(x) for x, _ in rows)
    points = np.array([np.append(x, np.full(most - len(x), x[0])) for x, _ in rows])
    weights = np.array([np.append(w, np.zeros(most - len(w))) for _, w in rows])
    with np.errstate(divide="ignore"):
        return points, np.log(weights)


def _interval(low: float, high: float) -> tuple[Array, Array]:
    last = min(high, 2.0**DOUBLINGS * max(low, 10.0))
    points, weights = [], []
    while low <= last:
        size = int(min(last - low + 1.0, max(low, FEWEST)))
        x, w = discrete_gauss(size, int(min(size, FEWEST + 4.0 * size / np.sqrt(low + 1.0), NODES)))
        points.append(low + x)
        weights.append(w)
        low += size
    return np.concatenate(points), np.concatenate(weights)


def discrete_gauss(size: int, nodes: int) -> tuple[Array, Array]:
    """Nodes and weights of Σ_k=0^size-1 f(k) ≈ Σ w f(x), by the eigenvalues of the recurrence of discrete Chebyshev polynomials.

    Examples
    --------
    >>> x, w = discrete_gauss(1000, 3)
    >>> round(float(w @ x**4)) == sum(k**4 for k in range(1000))
    True
    """
    k = np.arange(1, nodes, dtype=float)
    off = np.sqrt(k * k * (size * size - k * k) / (4.0 * (4.0 * k * k - 1.0)))
    x, vectors = linalg.eigh_tridiagonal(np.full(nodes, 0.5 * (size - 1)), off)
    return x, size * vectors[0] ** 2
