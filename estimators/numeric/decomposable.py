"""Decomposable graphs with hyper-Dirichlet priors: how likely each makes a table of lists, for every number that is on none of them.

Notation: L lists, s sets of lists as whole numbers, n people observed, u people on no list, N = n + u; δ the prior weight of each of the
2^L cells, α = 2^L δ; n_s(c) people in cell c of the margin of the lists in s, m_s how many of the n are on any of them. With cell
probabilities from a hyper-Dirichlet law and N ~ π(N),

    log p(table, u | graph) = log π(N) + log Γ(N + 1)/Γ(u + 1) - Σ log Γ(n_x + 1) + Σ_s sign_s f_s(u),
    f_s(u) = log Γ(α)/Γ(α + N) + Σ_c log Γ(δ_s + n_s(c))/Γ(δ_s),    δ_s = 2^(L - |s|) δ,

where only the cell of those on no list of s, with n_s = u + n - m_s people, knows u (Madigan & York 1997). So one row a set and one
product of matrices are enough for every graph. As u → ∞, p ~ u^e with e = n + κ + Σ_s sign_s (δ_s - m_s - α), π(N) ∝ N^κ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import patterns
from estimators.numeric.graphs import Signs

type Array = NDArray[np.float64]

STIRLING = 64.0  # from here on three terms of the series are exact to double precision


@dataclass(frozen=True)
class Margins:
    """What f_s needs of each set s: f_s(u) = constant_s + log Γ(u + lower_s) - log Γ(u + n + α).

    Parameters
    ----------
    constant, lower, missed : Array, shape (2^L,)
        The part without u, δ_s + n - m_s, and m_s.
    observed, weight, common : float
        n, δ and -Σ log Γ(n_x + 1).
    """

    constant: Array
    lower: Array
    missed: Array
    observed: float
    weight: float
    common: float

    @property
    def total(self) -> float:
        """The prior weight α of all cells."""
        return self.weight * len(self.constant)


def margins(table: Array, weight: float) -> Margins:
    """Prepare a table of counts (2^L,), in the order of `estimators.numeric.patterns`; its entry 0 is not read."""
    sets = len(table)
    lists, counts = sets.bit_length() - 1, np.array(table, dtype=np.float64)
    counts[0] = 0.0
    place, order = np.arange(sets), patterns.orders(lists)
    observed = float(counts.sum())
    share = weight * 2.0 ** (lists - order)
    cells = np.zeros((sets, sets))  # n_s(c), each cell at the place of the pattern that is 0 outside s
    np.add.at(cells, (place[:, None], place[:, None] & place[None, :]), counts[None, :])
    missed = observed - cells[:, 0]
    gain = special.gammaln(share[:, None] + cells) - special.gammaln(share)[:, None]
    constant = gain[:, 1:].sum(axis=1) - special.gammaln(share) + special.gammaln(weight * sets)
    return Margins(constant, share + cells[:, 0], missed, observed, weight, -float(special.gammaln(counts + 1.0).sum()))


def of_sets(margin: Margins, hidden: Array) -> Array:
    """f_s(u) for every set, (2^L, len(hidden))."""
    rows = log_gamma_ratio(hidden[None, :], margin.lower[:, None], margin.observed + margin.total)
    return margin.constant[:, None] + rows


def of_all(margin: Margins, hidden: Array, power: float) -> Array:
    """What is added to every graph: prior of the count ∝ N^power and multinomial coefficient, (len(hidden),)."""
    coefficient = log_gamma_ratio(hidden, margin.observed + 1.0, 1.0) + margin.common
    return np.asarray(coefficient + power * np.log(hidden + margin.observed))


def of_graphs(signs: Signs, sets: Array, everyone: Array) -> Array:
    """Log p(table, u | graph), (graphs, len(hidden))."""
    return np.asarray(signs.astype(np.float64) @ sets + everyone)


def tails(margin: Margins, signs: Signs, power: float) -> Array:
    """The exponent e of each graph as u → ∞: proper if e < -1, with a mean if e < -2; (graphs,)."""
    step = margin.lower - margin.observed - margin.total  # δ_s - m_s - α
    step[0] = 0.0
    return np.asarray(margin.observed + power + signs.astype(np.float64) @ step)


def log_gamma_ratio(x: Array, a: Array | float, b: Array | float) -> Array:
    """Log Γ(x + a) - log Γ(x + b), without loss where x is far above a and b.

    Examples
    --------
    >>> float(log_gamma_ratio(np.array(1e12), 3.0, 1.0))  # log (x + 1)(x + 2)
    55.26204223...
    """
    high, low = np.broadcast_arrays(np.asarray(x + a, dtype=np.float64), np.asarray(x + b, dtype=np.float64))
    far = (high > STIRLING) & (low > STIRLING)
    if not far.any():
        return np.asarray(special.gammaln(high) - special.gammaln(low))
    y, z = np.where(far, high, STIRLING), np.where(far, low, STIRLING)
    gap = np.where(far, np.broadcast_to(np.asarray(a) - np.asarray(b), y.shape), 0.0)
    out = (y - 0.5) * np.log1p(gap / z) + gap * (np.log(z) - 1.0) + _series(y) - _series(z)
    if not far.all():
        out[~far] = special.gammaln(high[~far]) - special.gammaln(low[~far])
    return np.asarray(out)


def cell_shares(table: Array, hidden: Array, signs: Signs, weight: float) -> Array:
    """Posterior mean probability of every pattern under each graph with its own number of hidden people, (graphs, 2^L)."""
    sets = len(table)
    lists, counts, place = sets.bit_length() - 1, np.array(table, dtype=np.float64), np.arange(sets)
    counts[0] = 0.0
    cells = np.zeros((sets, sets))
    np.add.at(cells, (place[:, None], place[:, None] & place[None, :]), counts[None, :])
    share = weight * 2.0 ** (lists - patterns.orders(lists))
    total = counts.sum() + hidden + weight * sets
    where = place[:, None] & place[None, :]  # (set, pattern) to the cell of its margin
    seen = np.take_along_axis(cells, where, axis=1) + share[:, None]
    out = np.empty((len(signs), sets))
    for row, (sign, u) in enumerate(zip(signs.astype(np.float64), hidden, strict=True)):
        used = np.flatnonzero(sign)
        with_hidden = seen[used] + np.where(where[used] == 0, u, 0.0)
        out[row] = np.exp(sign[used] @ (np.log(with_hidden) - np.log(total[row])))
    return out


def _series(x: Array) -> Array:
    """What Stirling's formula leaves of log Γ(x)."""
    inverse = (1.0 / x) ** 2
    return np.asarray((1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0))) / x)
