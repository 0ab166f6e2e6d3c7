"""How well chains have mixed: R-hat and effective draws of one quantity.

Notation: values (C, D), C chains of D draws; z their normal scores by rank. Chains are halved before they are compared.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special, stats

type Array = NDArray[np.float64]


def r_hat(values: Array) -> float:
    """Rank-normalised R-hat, the larger of that of the values and that of their distance from the median.

    References
    ----------
    Vehtari, A. et al. 2021. Rank-normalization, folding, and localization. doi:10.1214/20-BA1221
    """
    halves = _halved(values)
    folded = np.abs(halves - np.median(halves))
    return max(_plain(_scores(halves)), _plain(_scores(folded)))


def effective(values: Array) -> tuple[float, float]:
    """Effective draws in the bulk and, the lesser of two, in the tails at 5 and 95 %."""
    halves = _halved(values)
    low, high = np.quantile(halves, [0.05, 0.95])
    bulk = _independent(_scores(halves))
    return bulk, min(_independent((halves <= low).astype(float)), _independent((halves <= high).astype(float)))


def _halved(values: Array) -> Array:
    half = values.shape[1] // 2
    return np.concatenate([values[:, :half], values[:, values.shape[1] - half :]])


def _scores(values: Array) -> Array:
    rank = stats.rankdata(values).reshape(values.shape)
    return np.asarray(special.ndtri((rank - 0.375) / (values.size + 0.25)))


def _plain(values: Array) -> float:
    draws = values.shape[1]
    within, between = values.var(axis=1, ddof=1).mean(), values.mean(axis=1).var(ddof=1)
    if within == 0.0:
        return 1.0 if between == 0.0 else float("inf")
    return float(np.sqrt((draws - 1.0) / draws + between / within))


def _independent(values: Array) -> float:
    """Geyer's initial monotone sequence over the autocorrelation of all chains together."""
    chains, draws = values.shape
    if values.max() == values.min():
        return float(chains * draws)
    centred = values - values.mean(axis=1, keepdims=True)
    size = fft.next_fast_len(2 * draws)
    spectrum = fft.rfft(centred, size, axis=1)
    covariance = fft.irfft(spectrum * spectrum.conj(), size, axis=1)[:, :draws].mean(axis=0) / draws
    within = covariance[0] * draws / (draws - 1.0)
    total = covariance[0] + values.mean(axis=1).var(ddof=1)
    rho = 1.0 - (within - covariance * draws / (draws - 1.0)) / total
    rho[0] = 1.0
    pairs = rho[: 2 * (draws // 2)].reshape(-1, 2).sum(axis=1)
    falls = np.flatnonzero(pairs < 0.0)
    pairs = np.minimum.accumulate(pairs[: falls[0]] if len(falls) else pairs)
    time = max(-1.0 + 2.0 * pairs.sum(), 1.0 / np.log10(chains * draws))
    return float(chains * draws / time)
