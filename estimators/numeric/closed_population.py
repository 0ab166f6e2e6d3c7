"""Closed populations: log-linear models of the people on each pattern of lists, and how well each number on no list fits.

Notation: y_s people of pattern s, as in `patterns`; k_s lists of the pattern; x_s a row of the design X, whose first column is 1 and whose
row for pattern 0 is (1, 0, …, 0); log mu_s = x_s'b. u = exp(b_0) people are on no list, n = Σ y_s on some, N = n + u. Of columns marked
as `floored` the coefficient is at least 0. The multinomial log-likelihood of u, highest over b, is

    l(u) = log Γ(N + 1) - log Γ(u + 1) + Σ_s y_s log p_s + u log p_0,    dl/du = ψ(N + 1) - ψ(u + 1) + log p_0,

p = mu/Σ mu at the fit to the table with u in cell 0. A direction d with X d = 0 on cells with people and X d ≤ 0 on the others, not
always 0, is one along which the likelihood rises for ever: d_0 > 0 takes u to infinity, d_0 < 0 to 0, d_0 = 0 leaves it as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, special

from estimators.numeric import patterns
from estimators.numeric.patterns import Array, Mask

type Heterogeneity = Literal["", "Chao", "Poisson2", "Darroch", "Gamma3.5"]
type Limit = Literal["finite", "no upper limit", "nobody unlisted", "not determined"]

FEWEST_PEOPLE = 1e-3  # fewer than a thousandth of a person on no list is nobody
MOST_TIMES = 1e7  # an upper limit beyond so many times the people listed is none
HALF_CHI_SQUARE = float(special.chdtri(1, 0.05)) / 2.0
TINY = 1e-6  # fitted people of an empty cell below which an infinite coefficient is looked for


@dataclass(frozen=True)
class Fit:
    """A fitted model: people on no list u, their variance factor V_00, expected people of every pattern (2^L,), deviance."""

    unlisted: float
    variance: float
    means: Array
    deviance: float
    parameters: int

    @property
    def error(self) -> float:
        """Standard error of N: sqrt(u + u² V_00)."""
        return float(np.sqrt(self.unlisted + self.unlisted**2 * self.variance))


def closed_design(lists: int, *, each: bool, heterogeneity: Heterogeneity = "") -> tuple[Array, Mask]:
    """Design (2^L, columns) and which columns are floored.

    Columns are 1; k or, where `each` list has its own probability, one indicator a list; and of heterogeneity
    2^k - 1 (Poisson2), k²/2 (Darroch), log 3.5 - log(3.5 + k) (Gamma3.5), or max(k - j + 1, 0) for j = 3 … L (Chao), floored.

    Examples
    --------
    >>> closed_design(2, each=False, heterogeneity="Darroch")[0].tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [1.0, 2.0, 2.0]]
    """
    on, k = patterns.on_lists(lists), patterns.orders(lists).astype(float)
    extra = {
        "": [],
        "Poisson2": [2.0**k - 1.0],
        "Darroch": [k**2 / 2.0],
        "Gamma3.5": [np.log(3.5) - np.log(3.5 + k)],
        "Chao": [np.maximum(k - j + 1.0, 0.0) for j in range(3, lists + 1)],
    }[heterogeneity]
    own = [*on.T.astype(float)] if each else [k]
    floored = np.array([False] * (1 + len(own)) + [heterogeneity == "Chao"] * len(extra))
    return np.column_stack([np.ones(len(k)), *own, *extra]), floored


def limit(design: Array, floored: Mask, counts: Array) -> tuple[Limit, Mask]:
    """Whether a finite number on no list fits best, and the cells whose fitted mean is above 0 (2^L,), of which cell 0 always is."""
    empty = counts[1:] <= 0
    scaled = design / np.abs(design).max(axis=0)
    inner, zero = scaled[1:][~empty], scaled[1:][empty]
    columns = design.shape[1]

    def furthest(goal: Array) -> Array:
        boxed = [(0.0 if low else -1.0, 1.0) for low in floored]
        return np.asarray(
            optimize.linprog(
                goal, A_ub=zero, b_ub=np.zeros(len(zero)), A_eq=inner, b_eq=np.zeros(len(inner)), bounds=boxed
            ).x
        )

    gone = np.zeros(len(zero), bool)
    while not gone.all():
        falls = zero @ furthest(zero[~gone].sum(axis=0)) < -1e-7
        if not (falls & ~gone).any():
            break
        gone |= falls
    kept = np.ones(len(counts), bool)
    kept[1:][empty] = ~gone
    rows = scaled[kept & (np.arange(len(counts)) > 0)]
    missed = np.eye(1, columns)[0] - np.linalg.lstsq(rows.T, np.eye(1, columns)[0])[0] @ rows
    if np.abs(missed).max() < 1e-8:
        return "finite", kept
    first = np.eye(1, columns)[0]
    ends = [sign * furthest(-sign * first)[0] > 1e-7 for sign in (1.0, -1.0)]
    words: dict[tuple[bool, bool], Limit] = {(True, False): "no upper limit", (False, True): "nobody unlisted"}
    return words.get((ends[0], ends[1]), "not determined"), kept


def estimate(design: Array, floored: Mask, counts: Array) -> tuple[Fit, Mask] | Limit:
    """The fit and its cells with a mean above 0, or why there is none."""
    everything = np.ones(len(counts), bool)
    fit = fitted(design, floored, counts, everything)
    if fit.means[1:].min() > TINY:
        return fit, everything
    found, kept = limit(design, floored, counts)
    if found != "finite":
        return found
    return (fit, kept) if kept.all() else (fitted(design, floored, counts, kept), kept)


def fitted(design: Array, floored: Mask, counts: Array, kept: Mask) -> Fit:
    """Maximum-likelihood fit to the cells that are `kept`, cell 0 unknown."""
    rows = kept & (np.arange(len(counts)) > 0)
    basis, c = _floored(design, floored, counts, rows, _start(design, counts, rows))
    means = np.where(kept, np.exp(design @ basis @ c), 0.0)
    scaled = design[rows] @ basis
    information = (scaled * means[rows, None]).T @ scaled
    variance = float(basis[0] @ np.linalg.lstsq(information, basis[0])[0])
    y = counts[1:]
    deviance = 2.0 * float(
        np.sum(special.xlogy(y, y) - special.xlogy(y, np.where(y > 0, means[1:], 1.0)) - y + means[1:])
    )
    return Fit(float(means[0]), variance, means, deviance, basis.shape[1])


def profiled(design: Array, floored: Mask, counts: Array, kept: Mask, best: Fit) -> tuple[float, float, float]:
    """Most likely number on no list and the limits of its 95 % profile-likelihood interval; 0 and infinity where there is none."""
    n, last = float(counts.sum()), [np.log(best.means + 1e-9)]

    def at(u: float) -> tuple[float, float]:
        table = np.r_[u, counts[1:]]
        basis, c = _floored(design, floored, table, kept, last[0])
        last[0] = design @ basis @ c
        log_p = last[0] - np.log(n + u)
        value = special.gammaln(n + u + 1.0) - special.gammaln(u + 1.0) + table[kept] @ log_p[kept]
        return float(value), float(special.digamma(n + u + 1.0) - special.digamma(u + 1.0) + log_p[0])

    return likelihood_limits(at, best.unlisted, n)


def likelihood_limits(at: Callable[[float], tuple[float, float]], near: float, n: float) -> tuple[float, float, float]:
    """Highest point and limits of a log-likelihood of u, from its value and slope and a u close to the highest point."""
    low = high = max(near, 2.0 * FEWEST_PEOPLE)
    while at(low)[1] < 0.0 and low > FEWEST_PEOPLE:
        low /= 2.0
    while at(high)[1] > 0.0 and high < MOST_TIMES * n:
        high *= 2.0
    inside = at(low)[1] > 0.0 > at(high)[1]
    mode = _root(lambda u: at(u)[1], low, high) if inside else (low if at(low)[1] <= 0.0 else high)
    wanted = at(mode)[0] - HALF_CHI_SQUARE

    def above(u: float) -> float:
        return at(u)[0] - wanted

    low, high = mode / 1.2, mode * 1.2
    while above(low) > 0.0 and low > FEWEST_PEOPLE:
        low /= 1.6
    while above(high) > 0.0 and high < MOST_TIMES * n:
        high = mode + 2.0 * (high - mode)
    lower = _root(above, low, mode) if low > FEWEST_PEOPLE else 0.0
    return (mode if mode > FEWEST_PEOPLE else 0.0), lower, (_root(above, mode, high) if above(high) <= 0.0 else np.inf)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    t = optimize.brentq(lambda t: function(float(np.exp(t))), np.log(low), np.log(high), xtol=1e-12, rtol=1e-11)
    return float(np.exp(t))


def _start(design: Array, counts: Array, rows: Mask) -> Array:
    """Log means close to the counts."""
    y = counts[rows] + 0.5
    root = np.sqrt(y)
    return np.asarray(design @ np.linalg.lstsq(design[rows] * root[:, None], np.log(y) * root)[0])


def _floored(design: Array, floored: Mask, counts: Array, rows: Mask, start: Array) -> tuple[Array, Array]:
    """Basis of the coefficients that vary, (columns, r), and their values: floored ones enter while their score is above 0."""
    used, scale = ~floored, np.abs(design[rows]).max(axis=0)
    scale[scale == 0.0] = 1.0
    for _ in range(4 * len(floored) + 1):
        apart = _basis(design[rows][:, used] / scale[used])
        basis = np.zeros((design.shape[1], apart.shape[1]))
        basis[used] = apart / scale[used, None]
        c = _newton(design[rows] @ basis, counts[rows], start[rows])
        b = basis @ c
        below = floored & used & (b < 0.0)
        if below.any():
            used[np.argmax(below)] = False
            continue
        score = (counts[rows] - np.exp(design[rows] @ b)) @ (design[rows] / scale)
        waiting = floored & ~used & (score > 1e-7 * counts.sum())
        if not waiting.any():
            break
        used[np.argmax(np.where(waiting, score, -np.inf))] = True
    return basis, c


def _basis(matrix: Array) -> Array:
    """Orthonormal coordinates in which the columns are independent; the columns themselves where they are."""
    _, size, across = np.linalg.svd(matrix, full_matrices=False)
    enough = size > 1e-9 * size[0]
    return np.eye(matrix.shape[1]) if enough.all() and len(size) == matrix.shape[1] else np.asarray(across[enough].T)


def _newton(design: Array, counts: Array, start: Array) -> Array:
    """Coefficients of a Poisson regression, from log means to begin with."""
    c = np.linalg.lstsq(design, start)[0]
    total = counts @ (design @ c) - np.exp(np.minimum(design @ c, 700.0)).sum()
    for _ in range(200):
        means = np.exp(np.minimum(design @ c, 700.0))
        score = design.T @ (counts - means)
        step = np.linalg.lstsq((design * means[:, None]).T @ design, score, rcond=1e-15)[0]
        gain = float(score @ step)
        share = 1.0
        while share > 1e-9:
            log_means = design @ (c + share * step)
            tried = counts @ log_means - np.exp(np.minimum(log_means, 700.0)).sum()
            if tried >= total - 1e-12 * abs(total):
                break
            share /= 2.0
        c, total = c + share * step, tried
        if gain < 1e-16 * (1.0 + counts.sum()):
            break
    return np.asarray(c)
