"""Several absolute anchors of one log level: shares, pooled answer, leave-one-out, conflict.

Notation: anchor k says log N ~ Normal(m_k, s_k²), independent; precision w_k = 1/s_k². Anchors first, any further axes after.

Pooling is the normal-normal product; the conflict of anchor k is the z of m_k against the pool of the others, whose variance is
s_k² + 1/(W - w_k) (node-splitting: Presanis et al. 2013, doi:10.1214/13-STS426).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """What several anchors say together, arrays of shape (anchors, ...) or (...)."""

    mean: Array
    sd: Array
    share: Array
    others_mean: Array
    others_sd: Array
    z: Array
    p: Array


def pool(mean: Array, sd: Array) -> Pool:
    """Combine anchors along the first axis; with a single anchor the leave-one-out columns are missing (NaN)."""
    weight = 1.0 / sd**2
    total = weight.sum(axis=0)
    pooled = (weight * mean).sum(axis=0) / total
    rest = total - weight
    if len(mean) == 1:
        rest = np.full_like(rest, np.nan)
    others_mean = ((weight * mean).sum(axis=0) - weight * mean) / rest
    others_sd = np.sqrt(1.0 / rest)
    z = (mean - others_mean) / np.sqrt(sd**2 + others_sd**2)
    return Pool(pooled, np.sqrt(1.0 / total), weight / total, others_mean, others_sd, z, 2.0 * special.ndtr(-np.abs(z)))


def holm(p: Array) -> Array:
    """Holm's step-down adjustment of p values along the first axis (doi:10.2307/4615733)."""
    order = np.argsort(p, axis=0)
    count = len(p)
    factors = (count - np.arange(count)).reshape((-1,) + (1,) * (p.ndim - 1))
    stepped = np.maximum.accumulate(np.minimum(np.take_along_axis(p, order, axis=0) * factors, 1.0), axis=0)
    adjusted = np.empty_like(stepped)
    np.put_along_axis(adjusted, order, stepped, axis=0)
    return adjusted


def conflict_power(
    claim_sd: Array, other_sd: Array, wrong_by: Array, level: float = 0.05
) -> tuple[Array, Array, Array]:
    """What happens when a claim is wrong by a factor and one other anchor is unbiased with log-sd `other_sd`.

    Returns
    -------
    power : Array
        Probability that |z| exceeds the two-sided critical value: z has mean log(f)/S and sd s_o/S with S² = s_c² + s_o².
    coverage : Array
        Probability that the pooled interval of the same level covers the truth.
    bias : Array
        Factor by which the pooled median is off: f to the power of the claim's share.
    """
    claim_sd, other_sd, log_factor = np.broadcast_arrays(claim_sd, other_sd, np.log(wrong_by))
    critical = special.ndtri(1.0 - level / 2.0)
    scale = np.sqrt(claim_sd**2 + other_sd**2)
    centre, spread = log_factor / scale, other_sd / scale
    power = special.ndtr((-critical - centre) / spread) + special.ndtr((centre - critical) / spread)
    share = other_sd**2 / scale**2
    half_width = critical * claim_sd * other_sd / scale
    centre, spread = share * log_factor, (1.0 - share) * other_sd
    coverage = special.ndtr((half_width - centre) / spread) - special.ndtr((-half_width - centre) / spread)
    return np.asarray(power), np.asarray(coverage), np.exp(share * log_factor)
