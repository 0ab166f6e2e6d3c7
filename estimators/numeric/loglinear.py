"""Poisson log-linear models of capture patterns by maximum likelihood, many at once.

Notation: patterns and terms are whole numbers as in `patterns`. n_s people have pattern s ≠ 0; a model T is a set of terms with 0 in it;
log μ_s = Σ_{t ∈ T, t ⊂ s} u_t, so that μ_0 = exp(u_0) are the people on no list. m_t(x) = Σ_{s ⊃ t} x_s is the margin of a table.

The likelihood depends on the counts through m_t(n), t ∈ T, alone. Its gradient is m_t(n) − m_t(μ) and its information is
m_{t ∪ t'}(μ): one sum over supersets gives every entry, and no design is ever multiplied. A term with m_t(n) = 0 has u_t = −∞: patterns
that contain it leave the fit with mean 0 (the extended estimate of Chan, Silverman and Vincent 2021, doi:10.1080/01621459.2019.1708748).
B fits with terms of their own, on tables of their own, are one stacked Newton iteration; those that are done leave it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric.margins import over_subsets, over_supersets

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]
type Unions = NDArray[np.int32]

MOST_STEPS = 60
LARGEST = 700.0  # logarithm of what a float holds
SMALL_STEP = 3e-6  # Newton squares the error: after a step this small it is below 1e-11
NO_TERM = -1  # pads models with fewer terms than others of the stack


@dataclass(frozen=True)
class Fit:
    """B fitted models; last axes p terms, 2^L patterns.

    Parameters
    ----------
    terms : Places
        T of each, (B, p), padded with `NO_TERM`.
    coefficients : Array
        u_t, (B, p); −∞ where the margin is 0, and 0 in the padding.
    means : Array
        μ_s, (B, 2^L), with μ_0.
    log_likelihood : Array
        With the factorials, (B,).
    converged : Mask
        (B,).
    """

    terms: Places
    coefficients: Array
    means: Array
    log_likelihood: Array
    converged: Mask

    @property
    def parameters(self) -> Places:
        """Number of terms, with those whose coefficient is −∞, (B,)."""
        return np.asarray((self.terms != NO_TERM).sum(axis=1))

    @property
    def unlisted(self) -> Array:
        """People on no list, μ_0, (B,)."""
        return self.means[:, 0]


def fit(
    tables: Array, terms: Places, start: Array | None = None, *, complete: bool = False, factors: Array | None = None
) -> Fit:
    """Maximum likelihood of B models.

    Parameters
    ----------
    tables : Array
        n, (B, 2^L) or (1, 2^L) where all models are of one table.
    terms : Places
        (B, p), term 0 first.
    start : Array, optional
        u to begin with, (B, p); by default independent lists at the scale of the counts.
    complete : bool
        Whether n_0 is a count as well, or those on no list are unknown.
    factors : Array, optional
        What the means of patterns are multiplied by beyond the terms, (B, 2^L): interactions that are given, not estimated.

    Notes
    -----
    Nothing here asks whether the estimate exists (see `existence`); where it does not, ``converged`` may be false.
    """
    stack = _Stack.of(tables, terms, complete)
    if factors is not None:
        stack = replace(stack, kept=stack.kept * factors)
    at = _begin(stack) if start is None else np.where(stack.active & np.isfinite(start), start, 0.0)
    at, converged = _newton(stack, at)
    means = _means(stack, at)
    means[:, 0] = np.exp(np.minimum(at[:, 0], LARGEST))
    listed = tables if complete else np.concatenate([np.zeros_like(tables[:, :1]), tables[:, 1:]], axis=1)
    value = (at * stack.margins).sum(axis=1) - means[:, int(not complete) :].sum(axis=1)
    value -= special.gammaln(listed + 1.0).sum(axis=1)
    if factors is not None:
        value += (listed * np.log(factors)).sum(axis=1)
    coefficients = np.where(stack.active | (stack.terms == NO_TERM), at, -np.inf)
    return Fit(stack.terms, coefficients, means, value, converged)


def intercept_variance(found: Fit) -> Array:
    """Variance of û_0, the logarithm of the number unlisted, (B,): entry (0, 0) of the inverse information."""
    listed = found.means.copy()
    listed[:, 0] = 0.0
    active = np.isfinite(found.coefficients) & (found.terms != NO_TERM)
    information = _information(listed, _unions(found.terms, active), active)
    first = np.zeros((*active.shape, 1))
    first[:, 0] = 1.0
    return np.asarray(np.linalg.solve(information, first)[:, 0, 0])


@dataclass(frozen=True)
class _Stack:
    terms: Places
    active: Mask  # terms with a finite coefficient
    kept: Array  # 1 for patterns that are in the fit
    margins: Array  # m_t(n), 0 where not active
    unions: Unions

    @classmethod
    def of(cls, tables: Array, terms: Places, complete: bool) -> "_Stack":
        size = tables.shape[1]
        listed = tables.copy()
        if not complete:
            listed[:, 0] = 0.0
        margins = np.take_along_axis(
            np.broadcast_to(over_supersets(listed), (len(terms), size)), np.maximum(terms, 0), axis=1
        )
        there = terms != NO_TERM
        active = there & (margins > 0.5)
        kept = np.ones((len(terms), size))
        void = there & ~active
        if void.any():
            rows = np.flatnonzero(void.any(axis=1))
            holds = np.zeros((len(rows), size))
            at, column = np.nonzero(void[rows])
            holds[at, terms[rows[at], column]] = 1.0
            kept[rows] = over_subsets(holds) < 0.5
        if not complete:
            kept[:, 0] = 0.0
        return cls(terms, active, kept, np.where(active, margins, 0.0), _unions(terms, active))

    def rows(self, which: Places) -> "_Stack":
        return _Stack(self.terms[which], self.active[which], self.kept[which], self.margins[which], self.unions[which])


def _newton(stack: _Stack, at: Array) -> tuple[Array, Mask]:
    """Newton's method with halved steps where the likelihood would fall."""
    at, done = at.copy(), np.zeros(len(at), dtype=bool)
    place = np.arange(len(at))
    now = at.copy()
    value, means = _value(stack, now)
    for _ in range(MOST_STEPS):
        gradient = np.take_along_axis(_margins(means), np.where(stack.active, stack.terms, means.shape[1]), axis=1)
        gradient = stack.margins - gradient
        step = _solved(_information(means, stack.unions, stack.active), gradient)
        now, value, means, moved = _stepped(stack, now, value, step)
        small = moved < SMALL_STEP
        if small.any():
            at[place[small]], done[place[small]] = now[small], True
            left = np.flatnonzero(~small)
            if not len(left):
                return at, done
            stack, place, now, value, means = stack.rows(left), place[left], now[left], value[left], means[left]
    at[place] = now
    return at, done


def _stepped(stack: _Stack, now: Array, value: Array, step: Array) -> tuple[Array, Array, Array, Array]:
    """The next point of each fit, its value and means, and the longest move of a coefficient."""
    share = np.ones(len(now))
    ahead = now + step
    risen, means = _value(stack, ahead)
    for _ in range(40):
        bad = np.flatnonzero(~(risen >= value - 1e-9 * (1.0 + np.abs(value))))
        if not len(bad):
            break
        share[bad] *= 0.5
        ahead[bad] = now[bad] + share[bad, None] * step[bad]
        risen[bad], means[bad] = _value(stack.rows(bad), ahead[bad])
    return ahead, risen, means, np.asarray(np.abs(step).max(axis=1))


def _value(stack: _Stack, at: Array) -> tuple[Array, Array]:
    """Log-likelihood up to its factorials, and means."""
    means = _means(stack, at)
    with np.errstate(over="ignore", invalid="ignore"):
        return (at * stack.margins).sum(axis=1) - means.sum(axis=1), means


def _means(stack: _Stack, at: Array) -> Array:
    """Means of the patterns that are in the fit; the others are 0, however large their terms would make them."""
    size = stack.kept.shape[1]
    full = np.zeros((len(at), size + 1))
    np.put_along_axis(full, np.where(stack.active, stack.terms, size), np.where(stack.active, at, 0.0), axis=1)
    return np.asarray(np.exp(np.minimum(over_subsets(full[:, :size]), LARGEST)) * stack.kept)


def _begin(stack: _Stack) -> Array:
    """Lists independent, at a number unlisted equal to the number listed."""
    at = np.zeros(stack.terms.shape)
    total = np.maximum(stack.margins[:, :1], 1.0)
    single = stack.active & (np.bitwise_count(np.maximum(stack.terms, 0)) == 1)
    share = np.clip(stack.margins / (2.0 * total), 1e-9, 0.5)
    at = np.where(single, np.log(share / (1.0 - share)), at)
    at[:, 0] = np.log(2.0 * total[:, 0]) + np.where(single, np.log1p(-share), 0.0).sum(axis=1)
    return at


def _unions(terms: Places, active: Mask) -> Unions:
    """Unions t ∪ t' of every pair of terms, (B, p, p), and -1 where one is not in the fit; small numbers, of which there are many."""
    small = terms.astype(np.int32)
    union = small[:, :, None] | small[:, None, :]
    if not active.all():
        union = np.where(active[:, :, None] & active[:, None, :], union, np.int32(-1))
    return union


def _margins(means: Array) -> Array:
    """m_t of every set, and a 0 in a last column for terms that are not in the fit."""
    out = np.zeros((means.shape[0], means.shape[1] + 1))
    out[:, :-1] = over_supersets(means)
    return out


def _information(means: Array, unions: Unions, active: Mask) -> Array:
    """m_{t ∪ t'}(μ), with ones on the diagonal for terms that are not in the fit."""
    margins = _margins(means)
    width = margins.shape[1]
    index = (np.arange(len(unions), dtype=np.int64) * width)[:, None, None] + np.where(unions < 0, width - 1, unions)
    found: Array = margins.ravel()[index]
    place = np.arange(active.shape[1])
    diagonal = found[:, place, place]
    found[:, place, place] = np.where(active, diagonal * (1.0 + 1e-13) + 1e-300, 1.0)
    return found


def _solved(information: Array, gradient: Array) -> Array:
    try:
        return np.asarray(np.linalg.solve(information, gradient[..., None])[..., 0])
    except np.linalg.LinAlgError:
        place = np.arange(information.shape[1])
        information[:, place, place] *= 1.0 + 1e-8
        information[:, place, place] += 1e-12
        return np.asarray(np.linalg.solve(information, gradient[..., None])[..., 0])
