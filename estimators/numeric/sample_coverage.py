"""Sample coverage: how much of the population, weighed by how easily it is listed, is on the lists; and the population from it.

Notation: t lists, n_i people on list i, n_ij on i and j, a_i on i alone, a_ij on i and j alone, n on any.

    C = 1 - (1/t) Σ a_i/n_i,    D = n - (1/t) Σ a_i,    A_ij = a_i + a_j + 2 a_ij

C is the share of the last list to come that others hold, averaged over which list comes last. With r_ij = N n_ij/(n_i n_j) - 1, how much
more often i and j meet than independent lists would,

    N = D/C + Σ_{i<j} A_ij r_ij/(t C).

Solved for N: the high-coverage form. From N = D/C, put in twice: the low-coverage form.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from estimators.numeric import patterns
from estimators.numeric.patterns import Array

QUARTILES = 1.3489795003921634  # of a standard normal are so far apart


@dataclass(frozen=True)
class Coverage:
    """Sample coverage C, estimate at independence D/C, high- and low-coverage forms; each of the shape of the leading axes."""

    share: Array
    independent: Array
    high: Array
    low: Array


def covered(counts: Array) -> Coverage:
    """Sample coverage and the estimates it gives, from people of each pattern (…, 2^t); NaN where there is none.

    Examples
    --------
    >>> found = covered(np.array([0.0, 40.0, 30.0, 20.0]))
    >>> round(float(found.share), 4), round(float(found.independent)), round(float(found.low))
    (0.3667, 150, 150)
    """
    lists = counts.shape[-1].bit_length() - 1
    margins = patterns.over_supersets(counts)
    alone = [counts[..., 1 << i] for i in range(lists)]
    with np.errstate(divide="ignore", invalid="ignore"):
        t_share = lists - sum(alone[i] / margins[..., 1 << i] for i in range(lists))
        t_many = lists * counts[..., 1:].sum(axis=-1) - sum(alone)
        weight, meeting = np.zeros_like(t_share), np.zeros_like(t_share)
        for i, j in combinations(range(lists), 2):
            pair = (1 << i) | (1 << j)
            both = alone[i] + alone[j] + 2.0 * counts[..., pair]
            weight += both
            meeting += both * margins[..., pair] / (margins[..., 1 << i] * margins[..., 1 << j])
        independent = t_many / t_share
        room = t_share - meeting
        high = np.where(room > 1e-9, (t_many - weight) / np.where(room > 1e-9, room, 1.0), np.nan)
        once = independent + (independent * meeting - weight) / t_share
        low = independent + (once * meeting - weight) / t_share
    there = np.isfinite(independent) & (t_share > 0.0)
    return Coverage(t_share / lists, *(np.where(there, value, np.nan) for value in (independent, high, low)))


def resampled(counts: Array, total: float, replicates: int, rng: np.random.Generator) -> Array:
    """Tables of as many people as estimated, (replicates, 2^t), each of a pattern with its estimated probability; 0 on no list."""
    size = round(total)
    chances = np.asarray(counts, dtype=np.float64) / size
    chances[0] = 1.0 - chances[1:].sum()
    drawn = rng.multinomial(size, np.maximum(chances, 0.0) / np.maximum(chances, 0.0).sum(), size=replicates)
    drawn[:, 0] = 0
    return drawn.astype(np.float64)


def robust_error(again: Array, counted: float, rest: float) -> float:
    """Standard error of an estimate of counted + rest people, where log(estimate - counted) has the quartiles of bootstrap samples (B,).

    A few samples whose denominator is close to 0 would else decide it. NaN counts as a number beyond every bound. Where a quarter of the
    samples leaves nobody uncounted, as of lists that hold nearly everybody, it has the quartiles of the estimate itself.
    """
    left = np.where(np.isnan(again), np.inf, again) - counted
    low, high = np.quantile(left, [0.25, 0.75], method="nearest")
    if not np.isfinite(high):
        return float(np.inf)
    if low <= 0.0:
        return float((high - low) / QUARTILES)
    spread = np.log(high / low) / QUARTILES
    return float(rest * np.sqrt(np.expm1(min(spread**2, 600.0))))
