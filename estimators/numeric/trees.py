"""Shares of a tree: laws of how a count splits, and the count at the root given counts further down.

Notation: x normal scores of independent shares, q_j the probability of the path to observed node j, Q = Σ q_j, y_j its count, Y = Σ y_j,
Z the count at the root. Nodes that are observed and lie above each other are conditionally ancillary: only the topmost ones count here.

    y | Z, q ~ Multinomial(Z; q, 1 - Q),  π(Z) ∝ 1/Z:   Z - Y | q ~ NegBin(Y, Q),   π(q | y) ∝ π(q) Π (q_j / Q)^{y_j}.

With one path the shares keep their prior. Shapes: points first, shares last.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, special, stats

from estimators.numeric import families, pareto

type Array = NDArray[np.float64]
type Law = tuple[families.Family, float, float]

FREEDOM = 5.0  # of the t proposal
IMPOSSIBLE = -1e10
POINTS = 4096
LARGE = 1e4


@dataclass(frozen=True)
class Split:
    """How the probability of a node is shared among its branches.

    Parameters
    ----------
    laws : tuple of Law
        Of all branches but the last: of its part of what the branches before it leave (`stick`), or of the share itself.
    stick : bool
        Which of the two; a Dirichlet law is a product of such parts.
    last : Law, optional
        What else is known of the share left over, as a density that multiplies.
    """

    laws: tuple[Law, ...]
    stick: bool = True
    last: Law | None = None

    def log_shares(self, x: Array) -> tuple[Array, Array]:
        """Log shares (points, branches) at normal scores (points, branches - 1), and log weights (points,)."""
        u = special.ndtr(x)
        parts = np.stack([families.quantile(*law, u[:, place]) for place, law in enumerate(self.laws)], axis=1)
        parts = np.clip(parts, 1e-300, 1.0 - 1e-16)
        if self.stick:
            left = np.cumsum(np.log1p(-parts), axis=1)
            before = np.concatenate([np.zeros((len(x), 1)), left[:, :-1]], axis=1)
            return np.concatenate([before + np.log(parts), left[:, -1:]], axis=1), np.zeros(len(x))
        rest = 1.0 - parts.sum(axis=1)
        weight = np.where(rest > 0.0, 0.0, IMPOSSIBLE)
        rest = np.maximum(rest, 1e-300)
        if self.last is not None:
            logit = np.log(rest) - np.log1p(-np.minimum(rest, 1.0 - 1e-16))
            jacobian = np.log(rest) + np.log1p(-np.minimum(rest, 1.0 - 1e-16))
            weight = weight + families.log_density_of_logit(*self.last, logit) - jacobian
        return np.concatenate([np.log(parts), np.log(rest)[:, None]], axis=1), weight


def scores(points: int, size: int, seed: int | np.random.Generator = 0) -> Array:
    """Evenly spread normal scores, (points, size): a scrambled Sobol sequence."""
    uniform = stats.qmc.Sobol(size, rng=np.random.default_rng(seed)).random_base2((points - 1).bit_length())[:points]
    return np.asarray(special.ndtri(np.clip(uniform, 1e-15, 1.0 - 1e-15)))


def count_grid(least: float, most: float, whole: int = 20_000, step: float = 0.002) -> tuple[Array, Array]:
    """Whole numbers from `least` on, then middles of stretches that grow by `step`, up to `most`; and how many numbers each stands for."""
    end = least + whole
    if most <= end:
        one = np.arange(least, most + 1.0)
        return one, np.ones(len(one))
    edges = np.unique(np.rint(np.geomspace(end, most, int(np.log(most / end) / step) + 2)))
    one = np.arange(least, end)
    return np.concatenate([one, 0.5 * (edges[:-1] + edges[1:] - 1.0)]), np.concatenate(
        [np.ones(len(one)), np.diff(edges)]
    )


def log_beta_binomial(y: float, n: Array, a: float, b: float) -> Array:
    """Log probability of y out of n with a share that is beta(a, b); -inf where n < y."""
    left = np.maximum(n - y, 0.0)
    choose = log_rising(left + 1.0, y) - special.gammaln(y + 1.0)
    part = special.gammaln(y + a) - log_rising(left + b, y + a) - special.betaln(a, b)
    return np.asarray(np.where(n < y, -np.inf, choose + part))


def log_rising(x: Array, d: float) -> Array:
    """Log Γ(x + d) - log Γ(x), by Stirling's series where x is large: the difference of two huge logarithms would have no digits left."""
    large = np.maximum(x, LARGE)
    series = (large + d - 0.5) * np.log1p(d / large) + d * np.log(large) - d
    series = series + (1.0 / (large + d) - 1.0 / large) / 12.0
    small = np.minimum(x, LARGE)
    return np.asarray(np.where(x > LARGE, series, special.gammaln(small + d) - special.gammaln(small)))


def log_multinomial(y: Array, z: Array, log_q: Array) -> Array:
    """Log probability of counts y (paths,) out of z (points,) with log probabilities (points, paths) and a rest."""
    rest = -np.expm1(np.minimum(special.logsumexp(log_q, axis=1), -1e-16))
    left = z - y.sum()
    value = log_rising(np.maximum(left, 0.0) + 1.0, float(y.sum())) - special.gammaln(y + 1.0).sum()
    value = value + log_q @ y + special.xlogy(left, rest)
    return np.asarray(np.where(left < 0.0, -np.inf, value))


def chain_table(
    counts: Array, a: Array, b: Array, log_prior: Callable[[Array], Array], most: float
) -> tuple[Array, Array, Array]:
    """Posterior of Z where each count is a beta share of what the counts before it leave: numbers, how many each stands for, probability.

    π(Z) BB(y_1 | Z, a_1, b_1) BB(y_2 | Z - y_1, a_2, b_2) …, summed over Z.
    """
    z, gap = count_grid(max(float(counts.sum()), 1.0), most)
    value, left = log_prior(z) + np.log(gap), z.copy()
    for y, first, second in zip(counts, a, b, strict=True):
        value = value + log_beta_binomial(float(y), left, float(first), float(second))
        left = left - y
    probability = np.exp(value - value.max())
    return z, gap, probability / probability.sum()


def table_quantile(z: Array, gap: Array, probability: Array, wanted: Array) -> Array:
    """Smallest number with at least the wanted probability at or below it; inside a stretch, evenly spread."""
    total = np.cumsum(probability)
    place = np.minimum(np.searchsorted(total, wanted * (1.0 - 1e-14)), len(z) - 1)
    inside = (wanted - (total[place] - probability[place])) / np.maximum(probability[place], 1e-300)
    first = z[place] - 0.5 * (gap[place] - 1.0)
    step = np.maximum(np.ceil(np.clip(inside, 0.0, 1.0) * gap[place] - 1e-9), 1.0) - 1.0
    return np.asarray(first + step)


def mixture_quantile(log_share: Array, weight: Array, y: float, wanted: Array) -> Array:
    """Quantiles of Z = y + NegBin(y, Q) over weighted points of log Q: smallest z with Σ w I_Q(y, z - y + 1) ≥ p."""
    q = np.exp(log_share)

    def short(log_z: Array, p: Array) -> Array:
        beyond = np.exp(log_z)[..., None] - y
        return np.asarray((weight * special.betainc(y, np.maximum(beyond, 0.0) + 1.0, q)).sum(axis=-1) - p)

    low, high = np.full(len(wanted), np.log(y)), np.full(len(wanted), np.log(y) - log_share.min() + 10.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        below = short(middle, wanted) < 0.0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if np.all(np.exp(high) - np.exp(low) < 0.5):
            break
    return np.ceil(np.exp(low) - 1e-6)


def weighted_points(
    log_target: Callable[[Array], Array], size: int, points: int, seed: int
) -> tuple[Array, Array, float]:
    """Points of a density of normal scores with their weights, by importance: mode, curvature, t proposals refitted once; and Pareto k̂."""

    def depth(x: Array) -> float:
        return -float(log_target(x[None])[0])

    start = optimize.minimize(depth, np.zeros(size), method="BFGS", options={"maxiter": 300})
    mode, spread = start.x, _root_of(-_curvature(log_target, start.x))
    for final in (False, True):
        t = scores(points, size + 1, seed)
        stretch = np.sqrt(FREEDOM / stats.chi2.ppf(special.ndtr(t[:, -1]), FREEDOM))
        standard = t[:, :-1] * stretch[:, None]
        x = mode + standard @ spread.T
        log_proposal = -0.5 * (FREEDOM + size) * np.log1p((standard**2).sum(axis=1) / FREEDOM)
        log_weight, k = pareto.smoothed(log_target(x) - log_proposal)
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        if final or size == 0:
            break
        mode = weight @ x
        spread = linalg.cholesky((weight[:, None] * (x - mode)).T @ (x - mode) + 1e-12 * np.eye(size), lower=True)
    return x, weight, float(k)


def _curvature(log_target: Callable[[Array], Array], mode: Array, step: float = 1e-3) -> Array:
    """Matrix of second differences."""
    size = len(mode)
    one = step * np.eye(size)
    pairs = [mode + s * one[i] + t * one[j] for i in range(size) for j in range(size) for s in (1, -1) for t in (1, -1)]
    value = log_target(np.array(pairs)).reshape(size, size, 2, 2)
    found = (value[:, :, 0, 0] - value[:, :, 0, 1] - value[:, :, 1, 0] + value[:, :, 1, 1]) / (4.0 * step**2)
    return 0.5 * (found + found.T)


def _root_of(precision: Array) -> Array:
    """Lower root of the covariance; directions without curvature get that of the prior, 1."""
    value, vector = linalg.eigh(precision)
    return np.asarray(vector / np.sqrt(np.maximum(value, 0.25)))


def split_tail(y: float, total: float, share: Array, weight: Array) -> float:
    """Probability of fewer than y of `total`, and half that of y itself, with shares at weighted points."""
    at_most = stats.binom.cdf(y, total, share)
    fewer = stats.binom.cdf(y - 1.0, total, share)
    return float(weight @ (0.5 * (at_most + fewer)))
