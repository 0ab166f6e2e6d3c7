"""Sums of a smooth function over intervals of counts, by Gauss quadrature for sums.

Notation: x nodes, w weights with Σ_k=low^high f(k) ≈ Σ w f(x).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]

FEWEST, NODES = 8, 48  # nodes of a block of counts
DOUBLINGS = 20


@dataclass(frozen=True, eq=False)
class Nodes:
    """Counts at which a function is summed over intervals.

    Parameters
    ----------
    counts : Array
        Nodes of all intervals one after the other, shape (nodes,).
    row : Index
        The row that each belongs to, shape (nodes,).
    place : Index
        For each interval its nodes, shape (intervals, most nodes of one), filled up with its first.
    log_weight : Array
        Logarithms of their weights, minus infinity where filled up.
    """

    counts: Array
    row: Index
    place: Index
    log_weight: Array


def interval_nodes(lower: Array, upper: Array, rows: Index) -> Nodes:
    """Nodes and weights so that Σ w f(node) is the sum of f over each interval of counts.

    Gauss quadrature for sums over counts, block by block, each block at most as long as its first count; a short interval is its own
    counts. A count "at least L" is followed through `DOUBLINGS` doublings.
    Good to 1e-9 where f changes over counts no quicker than a negative binomial with dispersion below about 1,000 does.

    Parameters
    ----------
    lower, upper : Array
        Limits of all rows.
    rows : Index
        Which of them are intervals.
    """
    found = [_interval(float(lower[row]), float(upper[row])) for row in rows]
    sizes = np.array([len(x) for x, _ in found], dtype=np.intp)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    within = np.arange(sizes.max())
    real = within < sizes[:, None]
    log_weight = np.full(real.shape, -np.inf)
    log_weight[real] = np.log(np.concatenate([w for _, w in found]))
    place = np.where(real, first[:, None] + within, first[:, None])
    return Nodes(np.concatenate([x for x, _ in found]), np.repeat(rows, sizes), place, log_weight)


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
