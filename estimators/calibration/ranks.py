"""Ranks of the truth among posterior draws, and whether they are uniform."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from estimators.errors import ModelError

type Array = NDArray[np.float64]
type Ranks = NDArray[np.intp]

BAND_SIMULATIONS = 4000
CENTRAL = (0.5, 0.8, 0.95)
LEAST_SHARE = 0.8  # of the draws kept that must be worth an independent one


def ranks_of(actual: Array, drawn: Array, rng: np.random.Generator) -> Ranks:
    """Rank of the truth (replicates,) among draws (draws, replicates), ties broken at random, for counts are discrete."""
    below, ties = (drawn < actual).sum(axis=0), (drawn == actual).sum(axis=0)
    return np.asarray(below + rng.integers(0, ties + 1), dtype=np.intp)


def thinned(values: Array, draws: int, name: str = "a quantity") -> Array:
    """Draws of a chain spread so far apart that they count as independent: every k-th of (chain, draw), `draws` in all.

    Raises
    ------
    ModelError
        If the effective size of the whole is below four fifths of `draws`: ranks would clump, whatever the fit.

    Notes
    -----
    Draws that move together make ranks too often extreme, which reads as a fit too sure of itself (Talts et al. 2018, section 5.1).

    Examples
    --------
    >>> thinned(np.random.default_rng(1).standard_normal((2, 400)), 99).shape
    (99,)
    """
    total = values.size
    effective = effective_size(values)
    if total < draws or effective < LEAST_SHARE * draws:
        raise ModelError(f"{name}: {total} draws worth {effective:.0f} independent ones: expected {draws}")
    return values.reshape(-1)[(np.arange(draws) * total) // draws]


def effective_size(values: Array) -> float:
    """Bulk effective sample size of draws (chain, draw); constant draws, as of a count that is known, need no chain."""
    if values.max() == values.min() or len(values.reshape(-1)) < 8:
        return float(values.size)
    from arviz_stats.base import array_stats

    return float(array_stats.ess(values, chain_axis=0, draw_axis=1, method="bulk"))


def coverage(ranks: Ranks, draws: int, mass: float) -> float:
    """Share of replicates whose truth lies in the central interval; exact nominally where `draws` + 1 is a multiple of 40."""
    tail = 0.5 * (1.0 - mass) * (draws + 1)
    return float(np.mean((ranks >= tail) & (ranks < draws + 1 - tail)))


def coverage_columns(ranks: Ranks, draws: int) -> dict[str, float]:
    """Coverage of the central intervals, and the standard error it has by chance where it is as it should be."""
    found: dict[str, float] = {}
    for mass in CENTRAL:
        percent = round(100 * mass)
        found[f"coverage_{percent}"] = coverage(ranks, draws, mass)
        found[f"error_{percent}"] = float(np.sqrt(mass * (1.0 - mass) / len(ranks)))
    return found


def uniformity_p(ranks: Ranks, bins: int) -> float:
    """Simultaneous p value of the hypothesis that ranks 0 … bins - 1 are equally likely."""
    counts = np.bincount(ranks, minlength=bins)[None]
    null = _null_minima(len(ranks), bins)
    return float((np.sum(null <= _smallest_tail(counts, len(ranks))[0]) + 1) / (len(null) + 1))


def rank_band(total: int, bins: int, level: float = 0.95) -> tuple[Array, Array]:
    """Simultaneous band of the rank distribution function under uniformity: at 1/bins … (bins - 1)/bins, what it leaves with `level`.

    Examples
    --------
    >>> lower, upper = rank_band(1000, 20)
    >>> bool((lower < np.arange(1, 20) / 20).all() and (upper > np.arange(1, 20) / 20).all())
    True
    """
    tail = float(np.quantile(_null_minima(total, bins), 1.0 - level))
    share = np.arange(1, bins) / bins
    lower, upper = stats.binom.ppf(tail, total, share), stats.binom.isf(tail, total, share)
    return np.asarray(lower / total), np.asarray(upper / total)


def _smallest_tail(counts: NDArray[np.int64], total: int) -> Array:
    """Smallest two-sided binomial tail probability of the rank distribution function, row by row."""
    bins = counts.shape[1]
    below = counts.cumsum(axis=1)[:, :-1]
    share = np.arange(1, bins) / bins
    lower = special.bdtr(below, total, share)
    upper = np.where(below > 0, special.bdtrc(np.maximum(below - 1, 0), total, share), 1.0)
    return np.asarray(np.minimum(lower, upper).min(axis=1))


@lru_cache(maxsize=8)
def _null_minima(total: int, bins: int) -> Array:
    rng = np.random.default_rng(20260101)
    return _smallest_tail(rng.multinomial(total, np.full(bins, 1.0 / bins), size=BAND_SIMULATIONS), total)
