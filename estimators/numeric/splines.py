"""Columns of covariates for regressions: natural cubic splines of numbers, indicators of categories.

Notation: a natural cubic spline with knots k_1 < … < k_K has the columns x and d_j(x) - d_{K-1}(x), j = 1 … K - 2, with
d_j(x) = [(x - k_j)₊³ - (x - k_K)₊³] / (k_K - k_j): straight beyond the outer knots.
"""

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]


def natural_spline(x: Array, knots: Array) -> Array:
    """Columns of a natural cubic spline, (n, K - 1); x itself where there are fewer than three knots.

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. 2009. The elements of statistical learning, section 5.2. doi:10.1007/978-0-387-84858-7
    """
    if len(knots) < 3:
        return x[:, None]
    scaled, at = (x - knots[0]) / (knots[-1] - knots[0]), (knots - knots[0]) / (knots[-1] - knots[0])
    last = np.maximum(scaled - 1.0, 0.0) ** 3
    d = (np.maximum(scaled[:, None] - at[:-1], 0.0) ** 3 - last[:, None]) / (1.0 - at[:-1])
    return np.concatenate([scaled[:, None], d[:, :-1] - d[:, -1:]], axis=1)


def knots(x: Array, weight: Array, number: int) -> Array:
    """Knots at the distinct, evenly spaced quantiles of weighted values, from 5 % to 95 %."""
    order = np.argsort(x, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    places = np.searchsorted(share, np.linspace(0.05, 0.95, number)).clip(max=len(x) - 1)
    return np.unique(x[order][places])
