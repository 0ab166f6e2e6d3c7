"""Resampled tables of capture patterns, and bias-corrected and accelerated limits.

Notation: n people in a table; a replicate is a table of N̂ people, those on no list too, with the observed shares of the patterns. θ̂ is the
estimate, θ*_b those of B replicates, θ̂_(s) the estimate when one person of pattern s is left out, z₀ = Φ⁻¹(share of θ*_b < θ̂). The
acceleration is a = Σ n_s d_s³ / 6 (Σ n_s d_s²)^{3/2} with d_s = θ̂_(·) − θ̂_(s): one jackknife estimate a pattern, counted as often as it has
people. The limit of level α is the quantile Φ(z₀ + (z₀ + z_α) / (1 − a (z₀ + z_α))) of the replicates (Efron 1987,
doi:10.1080/01621459.1987.10478410). That supposes a scale on which θ̂* − θ̂ is normal. An estimate that jumps between models has none, and
its z₀ can move limits the wrong way; the envelope takes, on each side, the farther of these limits and of the plain quantiles α.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

type Kind = Literal["envelope", "bca", "percentile"]

LEVELS = (0.025, 0.975)


@dataclass(frozen=True)
class Limits:
    """Limits with what they were made of.

    Parameters
    ----------
    lower, upper : float
        Infinite where the replicates are.
    bias, acceleration : float
        z₀ and a.
    missing, infinite : float
        Shares of the replicates without an estimate, and with one beyond every bound.
    """

    lower: float
    upper: float
    bias: float
    acceleration: float
    missing: float
    infinite: float


def resampled(table: Array, everyone: float, count: int, rng: np.random.Generator) -> Array:
    """Replicates of a table with a population of `everyone`, those on no list too, (count, 2^L); entry 0 is 0 in each.

    The people listed are then Binomial(N̂, n/N̂), and Poisson(n) where N̂ has no bound, so that chance in who was listed at all counts too.
    """
    total = float(table.sum())
    if np.isfinite(everyone) and everyone < 1e15:
        hidden = round(max(everyone - total, 0.0))
        listed = rng.binomial(round(total) + hidden, total / (total + hidden), size=count)
    else:
        listed = rng.poisson(total, size=count)
    return rng.multinomial(np.maximum(listed, 1), table / total).astype(np.float64)


def one_left_out(table: Array) -> tuple[Array, Array]:
    """Tables with one person of each occupied pattern left out, (occupied, 2^L), and how many people each stands for."""
    occupied = np.flatnonzero(table > 0.5)
    tables = np.tile(table, (len(occupied), 1))
    tables[np.arange(len(occupied)), occupied] -= 1.0
    return tables, table[occupied]


def acceleration(left_out: Array, weights: Array) -> float:
    """a, from the jackknife estimates that are finite; 0 where they are all alike."""
    known = np.isfinite(left_out)
    if not known.any():
        return 0.0
    values, weights = left_out[known], weights[known]
    apart = np.average(values, weights=weights) - values
    spread = float((weights * apart**2).sum())
    return float((weights * apart**3).sum() / (6.0 * spread**1.5)) if spread > 1e-300 else 0.0


def limits(point: float, replicates: Array, left_out: Array, weights: Array, kind: Kind = "bca") -> Limits:
    """Limits of a 95 % interval from replicates, those without an estimate (missing) left out."""
    known = replicates[~np.isnan(replicates)]
    missing = float(np.isnan(replicates).mean()) if len(replicates) else 1.0
    if not len(known):
        return Limits(np.nan, np.nan, np.nan, np.nan, missing, 0.0)
    count, normal = len(known), special.ndtri(np.array(LEVELS))
    share = np.clip((known < point).mean(), 0.5 / count, 1.0 - 0.5 / count)
    bias, speed = float(special.ndtri(share)), acceleration(left_out, weights)
    stretch = 1.0 - speed * (bias + normal)
    corrected = special.ndtr(bias + (bias + normal) / np.maximum(stretch, 1e-9))
    low, high = _quantiles(known, np.where(stretch > 0.0, corrected, (normal > 0.0).astype(float)))
    if kind != "bca":
        plain = _quantiles(known, np.array(LEVELS))
        low, high = plain if kind == "percentile" else (min(low, plain[0]), max(high, plain[1]))
    return Limits(low, high, bias, speed, missing, float(np.isinf(known).mean()))


def _quantiles(values: Array, level: Array) -> tuple[float, float]:
    """Quantiles between neighbours, median-unbiased (Hyndman and Fan's type 8); infinite where a neighbour is."""
    ordered = np.sort(values)
    at = np.clip((len(ordered) + 1.0 / 3.0) * level - 2.0 / 3.0, 0.0, len(ordered) - 1.0)
    low, high = np.floor(at).astype(np.intp), np.ceil(at).astype(np.intp)
    part = at - low
    with np.errstate(invalid="ignore"):
        found = np.where(part > 0.0, ordered[low] * (1.0 - part) + ordered[high] * part, ordered[low])
    return float(found[0]), float(found[1])
