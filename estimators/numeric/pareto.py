"""Pareto tails of importance weights: their shape k says whether averages of weighted draws can be trusted."""

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]

SHORTEST = 5  # draws of a tail to which a Pareto distribution is fitted
SHRUNK = 10.0  # draws' worth of belief in k = ½


def smoothed(log_weight: Array) -> tuple[Array, float]:
    """Log weights with the largest replaced by expected order statistics of the fitted Pareto tail, and its shape k.

    The tail is the largest min(S / 5, 3 √S) of S weights. With k < ½ the weights have a finite variance; above .7 averages are not to be
    trusted. Nothing is smoothed, and k is infinite, where the tail is too short to fit.

    References
    ----------
    Vehtari, A. et al. 2024. Pareto smoothed importance sampling. doi:10.48550/arXiv.1507.02646
    """
    size = len(log_weight)
    length = int(np.ceil(min(0.2 * size, 3.0 * np.sqrt(size))))
    found = log_weight - log_weight.max()
    order = np.argsort(found)
    tail = order[-length:]
    threshold = max(found[order[-length - 1]] if length < size else -np.inf, np.log(np.finfo(float).tiny))
    beyond = np.exp(found[tail]) - np.exp(threshold)
    if length < SHORTEST or not (beyond > 0.0).all():
        return found, np.inf
    k, scale = fit_tail(beyond)
    k = (k * length + 0.5 * SHRUNK) / (length + SHRUNK)
    if not np.isfinite(k):
        return found, np.inf
    p = (np.arange(length) + 0.5) / length
    excess = scale * (np.expm1(-k * np.log1p(-p)) / k if abs(k) > 1e-12 else -np.log1p(-p))
    found[tail] = np.minimum(np.log(np.exp(threshold) + excess), 0.0)
    return found, k


def fit_tail(values: Array) -> tuple[float, float]:
    """Shape k and scale σ of a generalised Pareto distribution fitted to sorted positive values, by the estimator of Zhang and Stephens.

    References
    ----------
    Zhang, J. and Stephens, M. A. 2009. A new and efficient estimation method for the generalized Pareto distribution.
    doi:10.1198/tech.2009.08017
    """
    size = len(values)
    points = 30 + int(np.sqrt(size))
    quarter = values[int(size / 4.0 + 0.5) - 1]
    theta = 1.0 / values[-1] + (1.0 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))) / (3.0 * quarter)
    k = np.log1p(-theta[:, None] * values).mean(axis=1)
    log_profile = size * (np.log(-theta / k) - k - 1.0)
    weight = np.exp(log_profile - log_profile.max())
    weight /= weight.sum()
    kept = weight >= 10.0 * np.finfo(float).eps
    best = float((theta[kept] * weight[kept]).sum() / weight[kept].sum())
    shape = float(np.log1p(-best * values).mean())
    return shape, -shape / best
