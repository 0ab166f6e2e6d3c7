"""Negative binomials whose success probability is itself uncertain: the law of an unreported count, exactly.

Notation: U ~ NegBin(r, p) counts failures before the r-th success, P(U ≤ u | p) = I_p(r, u + 1) (the regularised incomplete beta
function); x = logit p has survival function S. Mixing over p and integrating by parts,

    P(U ≤ u) = ∫ I_p(r, u + 1) dP(p) = E[ S(logit B) ],   B ~ Beta(r, u + 1),

two integrals of which the one over the *narrower* density is smooth and therefore exact on few nodes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import elementwise

type Array = NDArray[np.float64]

WIDTH = 9.0  # standard deviations on either side of a node grid
TAIL = 40.0  # and in an exponential tail, down to e^-40
BANDS = (0.0, 0.6, 1.6, 4.0, 20.0, np.inf)  # rows of like tails share a grid, whose length the longest tail sets
SECANT_TOLERANCE = 1e-9  # of the last step; the error left after it is far smaller
CHUNK = 200  # cells at a time, so that the nodes of all quantiles stay in cache


@dataclass(frozen=True)
class Mixing:
    """The law of x = logit p, one for each cell, in the two forms that the two integrals need.

    Parameters
    ----------
    survival : callable
        (cells' indices of shape (m,), x of shape (m, K)) to P(X > x), shape (m, K).
    nodes, weights : Array, shape (cells, K)
        Quadrature for expectations over x.
    spread : Array, shape (cells,)
        Standard deviation of x.
    reach : float
        The integral over B is used up to a B this many times as wide as x: 1, or more where the survival function is smooth on
        the whole line.
    """

    survival: Callable[[NDArray[np.intp], Array], Array]
    nodes: Array
    weights: Array
    spread: Array
    reach: float = 1.0


def _beta_nodes(r: Array, b: Array, finest: float) -> tuple[Array, Array]:
    """Nodes and self-normalised weights of x = logit B, B ~ Beta(r, b), shapes (m, K).

    The log density is expanded about its mode x0, r(log B - log B0) + b(log(1 - B) - log(1 - B0)), so that sizes of 1e9 and
    1e18 lose nothing to cancellation.
    """
    p0, q0 = (r / (r + b))[:, None], (b / (r + b))[:, None]
    spread = np.sqrt(1.0 / r + 1.0 / b)
    left, right = np.maximum(WIDTH * spread, TAIL / r), np.maximum(WIDTH * spread, TAIL / b)
    step = np.minimum(0.55 * spread, min(0.3, finest))
    count = int(min(np.ceil(np.max((left + right) / step)), 4096)) + 1
    t = -left[:, None] + (left + right)[:, None] * np.linspace(0.0, 1.0, count)
    with np.errstate(over="ignore"):
        value = -r[:, None] * np.log1p(q0 * np.expm1(-t)) - b[:, None] * np.log1p(p0 * np.expm1(t))
    weight = np.exp(value - value.max(axis=1, keepdims=True))
    return (np.log(r) - np.log(b))[:, None] + t, weight / weight.sum(axis=1, keepdims=True)


def _incomplete_beta(r: Array, b: Array, x: Array) -> Array:
    """I_p(r, b) at p = expit(x)."""
    low = special.betainc(r, b, special.expit(np.minimum(x, 0.0)))
    if np.all(x <= 0):
        return np.asarray(low)
    return np.asarray(np.where(x <= 0, low, special.betaincc(b, r, special.expit(-np.maximum(x, 0.0)))))


def mixed_distribution(cell: NDArray[np.intp], r: Array, b: Array, mixing: Mixing) -> Array:
    """P(U ≤ b - 1), continued to real b > 0; `cell`, `r`, `b` have shape (m,)."""
    answer = np.empty_like(b)
    narrow = np.sqrt(1.0 / r + 1.0 / b) < mixing.reach * mixing.spread[cell]
    tail = np.minimum(r, b)
    for low, high in pairwise(BANDS):
        chosen = narrow & (low < tail) & (tail <= high)
        if chosen.any():
            x, weight = _beta_nodes(r[chosen], b[chosen], 0.5 * float(mixing.spread[cell[chosen]].min()))
            answer[chosen] = (weight * mixing.survival(cell[chosen], x)).sum(axis=1)
    wide = ~narrow
    if wide.any():
        rows = cell[wide]
        inner = _incomplete_beta(r[wide, None], b[wide, None], mixing.nodes[rows])
        answer[wide] = (mixing.weights[rows] * inner).sum(axis=1)
    return answer


def _part(mixing: Mixing, start: int) -> Mixing:
    rows = slice(start, start + CHUNK)
    return Mixing(
        lambda cell, x: mixing.survival(cell + start, x),
        mixing.nodes[rows],
        mixing.weights[rows],
        mixing.spread[rows],
        mixing.reach,
    )


def mixed_quantile(r: Array, probability: Array, mixing: Mixing) -> Array:
    """Smallest whole u with P(U ≤ u) ≥ probability, shape (len(probability), cells).

    Found on t = log(u + 1) for the normal quantile of P(U ≤ u), by secants, or by bracketing where they do not settle.
    """
    if len(r) > CHUNK:
        starts = range(0, len(r), CHUNK)
        return np.concatenate([mixed_quantile(r[i : i + CHUNK], probability, _part(mixing, i)) for i in starts], axis=1)
    cells = len(r)
    cell = np.tile(np.arange(cells), len(probability))
    size, wanted = r[cell], np.repeat(probability, cells)
    answer = np.zeros(len(cell))
    # the 1e-12 lets a probability that is reached exactly count as reached; elsewhere u = 0 is likely enough
    some = mixed_distribution(cell, size, np.ones(len(cell)), mixing) < wanted - 1e-12
    if some.any():
        answer[some] = _solve(cell[some], size[some], wanted[some], mixing)
    return answer.reshape(len(probability), cells)


def _solve(cell: NDArray[np.intp], size: Array, wanted: Array, mixing: Mixing) -> Array:
    """Whole quantiles above 0 from the root in t = log b of the normal quantile of P(U ≤ b - 1), which is almost a line."""
    target = special.ndtri(wanted)

    def excess(t: Array, goal: Array, which: Array, shape: Array) -> Array:
        chance = mixed_distribution(which.astype(np.intp).ravel(), shape.ravel(), np.exp(t).ravel(), mixing)
        return np.asarray(np.clip(special.ndtri(np.clip(chance, 0.0, 1.0)).reshape(t.shape), -38.0, 38.0) - goal)

    centre = (mixing.weights * mixing.nodes).sum(axis=1)[cell]
    scale = np.sqrt(mixing.spread[cell] ** 2 + special.polygamma(1, size))
    guess = np.log1p(np.exp(np.minimum(special.digamma(size) - centre + target * scale, 700.0)))
    args = (target, cell.astype(float), size)
    root = _secant(excess, guess, scale, args)
    lost = np.isnan(root)
    if lost.any():
        root[lost] = _bracketed(excess, guess[lost], tuple(arg[lost] for arg in args))
    return np.maximum(np.ceil(np.expm1(root) * (1.0 - 1e-11) - 1e-9), 1.0)


def _secant(excess: Callable[..., Array], guess: Array, scale: Array, args: tuple[Array, ...]) -> Array:
    """Roots of increasing, almost linear functions; NaN where the secant method does not settle."""
    root, waiting = guess.copy(), np.arange(len(guess))
    slope, old, old_value = 1.0 / scale, guess, np.zeros_like(guess)
    for turn in range(9):
        now = root[waiting]
        value = excess(now, *(arg[waiting] for arg in args))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (value - old_value) / (now - old) if turn else slope
            step = np.where(value == 0.0, 0.0, value / slope)
        good = np.isfinite(step) & ((slope > 0.0) & (np.abs(step) < 3.0) | (value == 0.0))
        root[waiting] = np.where(good, now - step, np.nan)
        left = good & (np.abs(step) > SECANT_TOLERANCE)
        waiting, old, old_value, slope = waiting[left], now[left], value[left], slope[left]
        if not len(waiting):
            return root
    root[waiting] = np.nan
    return root


def _bracketed(excess: Callable[..., Array], guess: Array, args: tuple[Array, ...]) -> Array:
    """Roots by bracketing; at t = 0 the quantile is known not to be reached."""
    low, high, reach = np.maximum(guess - 0.3, 0.0), guess + 0.3, 0.6
    low = np.where(excess(low, *args) < 0.0, low, 0.0)
    short = excess(high, *args) < 0.0
    while short.any() and reach < 2000.0:
        low, high = np.where(short, high, low), np.where(short, high + reach, high)
        short, reach = excess(high, *args) < 0.0, 2.0 * reach
    found = elementwise.find_root(
        excess, (low, high), args=args, tolerances={"xatol": 1e-13, "xrtol": 1e-13, "fatol": 1e-13}
    )
    return np.asarray(found.x)
