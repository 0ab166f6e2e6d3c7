"""Weighted draws of a regression with incomplete reporting: outer unknowns by t proposals around their mode, inner ones by Newton's method.

The outer density is Laplace's; draws of the inner unknowns correct it, so that weighted draws have the exact posterior as their limit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special, stats

from estimators.numeric import pareto, pogit, trees

type Array = NDArray[np.float64]
type OuterOf = Callable[[Array], pogit.Outer]

FREEDOM = 5.0
WIDER, WIDE_EVERY = 2.5, 5
REPEATS = 4  # inner draws of a point, in antithetic pairs
DIFFERENCE = 1e-2
CHUNK_NUMBERS = 2_000_000  # numbers of a stack of Hessians, so that it stays in memory that is near
FIRST = 128  # points of the round that fits the proposal
GOOD = 0.5  # Pareto k̂ above which other proposals are tried
ROUNDS, EACH_ROUND, LEAST_POWER = 6, 1024, 0.05
LOOSE = 0.03  # how close to its mode a proposal for the inner unknowns has to be: the weights do the rest
CLIMBS = 25
FURTHEST = 2.0  # the inner mode is extrapolated no further


@dataclass(frozen=True)
class Drawn:
    """Draws with equal weight: outer (draws, d) and inner (draws, D) unknowns; Pareto k̂ and effective draws of the weights behind them."""

    outer: Array
    inner: Array
    pareto_k: float
    effective: float
    proposed: int


def draw(
    cells: pogit.Cells, outer_of: OuterOf, start: Array, size: int, points: int, rng: np.random.Generator
) -> Drawn:
    """Draws from the posterior.

    Parameters
    ----------
    cells : pogit.Cells
        The counts.
    outer_of : callable
        From outer unknowns (S, d) to what they fix.
    start : Array, (d,)
        Where to begin.
    size, points : int
        Draws wanted, and points proposed for them.
    """
    path, precision = _climbed(cells, outer_of, start, np.zeros(cells.incidence.shape[1]))
    first, seed = (path.x, _root_of(precision)), int(rng.integers(2**31))

    def weighed(proposal: tuple[Array, Array]) -> Drawn:
        x, log_proposal = _proposed(*proposal, points, seed + 1)
        _, modes, roots = _solved(cells, outer_of, x, path, LOOSE)
        return _corrected(cells, outer_of, (x, log_proposal), (modes, roots), size, rng)

    def refitted(proposal: tuple[Array, Array], tried: int, place: int, least: float) -> tuple[Array, Array]:
        x, log_proposal = _proposed(*proposal, tried, seed + place)
        log_target, _, _ = _solved(cells, outer_of, x, path, LOOSE)
        return _fitted(x, log_target - log_proposal, least) or proposal

    found = weighed(refitted(first, min(FIRST, points), 0, 1.0))
    if found.pareto_k < GOOD:
        return found
    better = first  # the posterior bends: proposals are led to it in steps
    for place in range(ROUNDS):
        better = refitted(better, EACH_ROUND, place + 2, LEAST_POWER)
    return min(found, weighed(better), key=lambda one: one.pareto_k)


def _fitted(x: Array, log_weight: Array, least: float) -> tuple[Array, Array] | None:
    """Mean and lower root of the covariance of weighted points, weights raised to a power until enough count; None below `least`."""
    power, size = 1.0, x.shape[1]
    weight = _normalised(pareto.smoothed(log_weight)[0])
    while 1.0 / float((weight**2).sum()) <= 4.0 * size:
        power *= 0.8
        if power < least:
            return None
        weight = _normalised(power * log_weight)
    mean = weight @ x
    apart = x - mean
    return mean, linalg.cholesky((weight[:, None] * apart).T @ apart + 1e-10 * np.eye(size), lower=True)


@dataclass(frozen=True)
class Path:
    """Outer unknowns x, the inner mode z there, and how it moves with x, (d, D)."""

    x: Array
    z: Array
    slope: Array

    def at(self, x: Array) -> Array:
        """Where the inner mode about is, at points (S, d)."""
        return np.asarray(self.z + np.clip(x - self.x, -FURTHEST, FURTHEST) @ self.slope)


def _climbed(cells: pogit.Cells, outer_of: OuterOf, start: Array, z: Array) -> tuple[Path, Array]:
    """Mode of the outer unknowns under Laplace's density, and the negative Hessian there, by differences."""
    path = Path(start, z, np.zeros((len(start), len(z))))
    for _ in range(CLIMBS):
        value, slope, precision, path = _differences(cells, outer_of, path)
        values, vectors = linalg.eigh(precision)
        move = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 0.05))
        first = min(1.0, 3.0 / max(float(np.abs(move).max()), 1e-12))
        trials = path.x + first * 0.5 ** np.arange(6)[:, None] * move
        found, modes, _ = _solved(cells, outer_of, trials, path)
        best = int(found.argmax())
        if not found[best] > value + 1e-4:
            break
        path = Path(trials[best], modes[best], path.slope)
    _, _, precision, path = _differences(cells, outer_of, path)
    return path, precision


def _differences(cells: pogit.Cells, outer_of: OuterOf, path: Path) -> tuple[float, Array, Array, Path]:
    """Value, slope and negative Hessian of Laplace's density, and the inner mode, from central differences in one batch."""
    x, size = path.x, len(path.x)
    one = DIFFERENCE * np.eye(size)
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    places = [
        x,
        *(x + one),
        *(x - one),
        *(x + one[i] + one[j] for i, j in pairs),
        *(x - one[i] - one[j] for i, j in pairs),
    ]
    found, modes, _ = _solved(cells, outer_of, np.array(places), path)
    middle, up, down = found[0], found[1 : size + 1], found[size + 1 : 2 * size + 1]
    slope = (up - down) / (2.0 * DIFFERENCE)
    hessian = np.diag((up + down - 2.0 * middle) / DIFFERENCE**2)
    more, less = np.split(found[2 * size + 1 :], 2)
    for place, (i, j) in enumerate(pairs):
        mixed = more[place] + less[place] + 2.0 * middle - up[i] - down[i] - up[j] - down[j]
        hessian[i, j] = hessian[j, i] = mixed / (2.0 * DIFFERENCE**2)
    moving = (modes[1 : size + 1] - modes[size + 1 : 2 * size + 1]) / (2.0 * DIFFERENCE)
    return float(middle), slope, -hessian, Path(x, modes[0], moving)


def _solved(
    cells: pogit.Cells, outer_of: OuterOf, x: Array, path: Path, tight: float = pogit.TIGHT
) -> tuple[Array, Array, Array]:
    """Laplace's log density at points x, and inner modes and roots."""
    chunk = max(1, CHUNK_NUMBERS // max(len(path.z) ** 2, 1))
    values, modes, roots = [], [], []
    for first in range(0, len(x), chunk):
        rows = x[first : first + chunk]
        outer = outer_of(rows)
        found, root = pogit.newton(cells, outer, path.at(rows), tight)
        values.append(pogit.log_laplace(cells, outer, found, root))
        modes.append(found)
        roots.append(root)
    return np.concatenate(values), np.concatenate(modes), np.concatenate(roots)


def _proposed(mode: Array, spread: Array, points: int, seed: int) -> tuple[Array, Array]:
    """Points of two t distributions, one of them wider, evenly spread, and their log density up to a constant."""
    size = len(mode)
    t = trees.scores(points, size + 1, seed)
    stretch = np.sqrt(FREEDOM / stats.chi2.ppf(special.ndtr(t[:, -1]), FREEDOM))
    wide = np.arange(points) % WIDE_EVERY == 0  # for posteriors that bend
    standard = t[:, :-1] * (stretch * np.where(wide, WIDER, 1.0))[:, None]
    square = (standard**2).sum(axis=1) / FREEDOM
    narrow, wider = (-0.5 * (FREEDOM + size) * np.log1p(square / w**2) - size * np.log(w) for w in (1.0, WIDER))
    log_density = np.logaddexp(narrow + np.log1p(-1.0 / WIDE_EVERY), wider - np.log(WIDE_EVERY))
    return mode + standard @ spread.T, log_density - np.log(np.diag(spread)).sum()


def _corrected(
    cells: pogit.Cells,
    outer_of: OuterOf,
    proposed: tuple[Array, Array],
    solved: tuple[Array, Array],
    size: int,
    rng: np.random.Generator,
) -> Drawn:
    """Inner draws at every point, exact weights, and draws in proportion to them."""
    (x, log_proposal), (modes, roots) = proposed, solved
    points, dims = modes.shape
    half = rng.standard_normal((points, REPEATS // 2, dims))
    standard = np.concatenate([half, -half], axis=1)
    stretch = np.tile(rng.chisquare(pogit.freedom(dims), (points, REPEATS // 2)), (1, 2))
    inner, log_inner, log_prior = np.empty(standard.shape), np.empty((points, REPEATS)), np.empty(points)
    chunk = max(1, CHUNK_NUMBERS // max(dims * dims, 1))
    for first in range(0, points, chunk):
        rows = slice(first, first + chunk)
        outer = outer_of(x[rows])
        inner[rows], log_inner[rows] = pogit.inner_draws(
            cells, outer, modes[rows], roots[rows], standard[rows], stretch[rows]
        )
        log_prior[rows] = outer.log_prior
    total = special.logsumexp(log_inner, axis=1)
    log_weight, k = pareto.smoothed(total + log_prior - log_proposal)
    weight = _normalised(log_weight)
    share = np.exp(log_inner - total[:, None])
    chosen = rng.choice(points, size, p=weight)
    within = (share[chosen].cumsum(axis=1) < rng.random((size, 1))).sum(axis=1).clip(max=REPEATS - 1)
    return Drawn(x[chosen], inner[chosen, within], float(k), 1.0 / float((weight**2).sum()), points)


def _normalised(log_weight: Array) -> Array:
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def _root_of(precision: Array) -> Array:
    """Lower root of the covariance; a direction without curvature is taken as wide as 3."""
    values, vectors = linalg.eigh(precision)
    covariance = (vectors / np.maximum(values, 1.0 / 9.0)) @ vectors.T
    return np.asarray(linalg.cholesky(covariance, lower=True))
