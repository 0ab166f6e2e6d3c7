"""A share seen through an imperfect test: the closed form of Rogan and Gladen, and the posterior by quadrature.

Notation: n files examined, x labelled; e sensitivity, s specificity, p the true share, a = p e + (1 - p)(1 - s) the apparent one,
J = e + s - 1 > 0. x | a ~ Binomial(n, a); p ~ Beta(c, d). Given (e, s) the posterior of a lives on [1 - s, e].
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import families, trees

type Array = NDArray[np.float64]
type Law = tuple[families.Family, float, float]

NODES = 65
LEGENDRE = special.roots_legendre(96)
NARROW = 0.04  # of the nodes' width; a prior of smaller standard deviation falls between them
PRIOR_SCORES = special.ndtr(np.linspace(-8.0, 8.0, 97))
UNIFORM = (1.0, 1.0)
REACH = 45.0  # the density of a is integrated until it has fallen by e^-40 or more


def rogan_gladen(x: float, n: float, e: float, s: float, e_variance: float, s_variance: float) -> tuple[float, float]:
    """Share p = (x/n + s - 1)/J and its variance [a(1 - a)/n + p² Var e + (1 - p)² Var s]/J²; p is not truncated."""
    apparent, youden = x / n, e + s - 1.0
    p = (apparent + s - 1.0) / youden
    variance = (apparent * (1.0 - apparent) / n + p**2 * e_variance + (1.0 - p) ** 2 * s_variance) / youden**2
    return p, variance


def nodes(law: Law) -> tuple[Array, Array]:
    """Quadrature nodes of a probability, by Gauss-Legendre in its normal score, and their weights."""
    t, weight = special.roots_legendre(NODES)
    mass = weight * np.exp(-0.5 * (8.0 * t) ** 2)
    return families.quantile(*law, special.ndtr(8.0 * t)), mass / mass.sum()


def moments(law: Law) -> tuple[float, float]:
    """Mean and variance of a probability."""
    value, weight = nodes(law)
    mean = float(weight @ value)
    return mean, float(weight @ (value - mean) ** 2)


def inner(x: float, n: float, e: Array, s: Array, share: tuple[float, float]) -> tuple[Array, Array]:
    """Nodes of p given (e, s), shape (K, nodes), and log weights: the binomial times the prior of p, integrated over p."""
    p, log_weight = _likely(x, n, e, s)
    if share == UNIFORM:
        return p, log_weight
    size = share[0] + share[1]
    spread = np.sqrt(share[0] * share[1] / (size + 1.0)) / size
    if min(share) >= 1.0 and spread > NARROW * float(np.ptp(p, axis=1).max()):
        log_prior = special.xlogy(share[0] - 1.0, p) + special.xlog1py(share[1] - 1.0, -np.minimum(p, 1.0 - 1e-16))
        return p, log_weight + log_prior - special.betaln(*share)
    edges, log_mass = stretches(x, n, e, s, share)
    return 0.5 * (edges[:, :-1] + edges[:, 1:]), log_mass


def _likely(x: float, n: float, e: Array, s: Array) -> tuple[Array, Array]:
    """Gauss-Legendre nodes of p where the binomial is not negligible, and log weights under a uniform p."""
    start, end = 1.0 - s, e
    mode = np.clip(x / n, start, end)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.nan_to_num(special.xlogy(x, 1.0) + x / mode, nan=0.0, posinf=0.0) - np.nan_to_num(
            (n - x) / (1.0 - mode), nan=0.0, posinf=0.0
        )
    steep = REACH / np.maximum(np.abs(slope), 1e-300)
    right = np.minimum((np.sqrt(80.0 * (x + 1.0)) + REACH) / n, np.where(mode > x / n, steep, np.inf))
    left = np.minimum((np.sqrt(80.0 * (n - x + 1.0)) + REACH) / n, np.where(mode < x / n, steep, np.inf))
    left = np.minimum(left, (np.sqrt(80.0 * (x + 1.0)) + REACH) / n)
    low, high = np.maximum(start, mode - left), np.minimum(end, mode + right)
    a = low[:, None] + (high - low)[:, None] * 0.5 * (LEGENDRE[0] + 1.0)
    p = np.clip((a - start[:, None]) / (end - start)[:, None], 1e-300, 1.0)
    log_weight = special.xlogy(x, a) + special.xlog1py(n - x, -a) + np.log(0.5 * LEGENDRE[1])
    return p, log_weight + np.log((high - low) / (end - start))[:, None]


def stretches(x: float, n: float, e: Array, s: Array, share: tuple[float, float]) -> tuple[Array, Array]:
    """Edges of stretches of p given (e, s), (K, M + 1), and their log masses, all but the power that may be singular taken at the middle.

    Edges are quantiles of the prior and nodes of the likelihood, so that neither is missed where it is the narrower one.
    """
    prior = families.quantile("beta", *share, PRIOR_SCORES)
    ends = np.broadcast_to(np.concatenate([[0.0], prior, [1.0]]), (len(e), len(prior) + 2))
    edges = np.sort(np.concatenate([ends, _likely(x, n, e, s)[0]], axis=1), axis=1)
    low, high = edges[:, :-1], edges[:, 1:]
    middle = np.clip(0.5 * (low + high), 1e-300, 1.0 - 1e-16)
    with np.errstate(divide="ignore"):
        from_0 = _log_power(low, high, share[0]) + special.xlog1py(share[1] - 1.0, -middle)
        from_1 = _log_power(1.0 - high, 1.0 - low, share[1]) + special.xlogy(share[0] - 1.0, middle)
        log_mass = np.where(middle < 0.5, from_0, from_1)
    a = (1.0 - s)[:, None] + (e + s - 1.0)[:, None] * middle
    return edges, special.xlogy(x, a) + special.xlog1py(n - x, -a) + log_mass - special.betaln(*share)


def _log_power(low: Array, high: Array, power: float) -> Array:
    """Log ∫ t^(power - 1) dt between two numbers."""
    ratio = np.where(high > 0.0, low / np.maximum(high, 1e-300), 1.0)
    return np.asarray(power * np.log(high) + np.log(-np.expm1(power * np.log(ratio))) - np.log(power))


def share_moments(
    x: float, n: float, sensitivity: Law, specificity: Law, share: tuple[float, float]
) -> tuple[float, float]:
    """Posterior mean and standard deviation of p, by three-dimensional quadrature."""
    (e, e_weight), (s, s_weight) = nodes(sensitivity), nodes(specificity)
    e, s = (each.ravel() for each in np.meshgrid(e, s, indexing="ij"))
    prior = np.outer(e_weight, s_weight).ravel()
    good = (e + s > 1.0 + 1e-12) & (prior > 1e-30)
    p, log_weight = inner(x, n, e[good], s[good], share)
    log_weight = log_weight + np.log(prior[good])[:, None]
    weight = np.exp(log_weight - log_weight.max())
    mean = float((weight * p).sum() / weight.sum())
    return mean, float(np.sqrt((weight * (p - mean) ** 2).sum() / weight.sum()))


def points(
    x: float, n: float, sensitivity: Law, specificity: Law, share: tuple[float, float]
) -> tuple[Array, Array, Array, float]:
    """Points of (e, s) from their posterior with weights, and Pareto k̂."""

    def both(scores: Array) -> tuple[Array, Array]:
        u = special.ndtr(scores)
        return families.quantile(*sensitivity, u[:, 0]), families.quantile(*specificity, u[:, 1])

    def log_target(scores: Array) -> Array:
        e, s = both(scores)
        good = e + s > 1.0 + 1e-12
        found = np.full(len(e), trees.IMPOSSIBLE)
        if good.any():
            found[good] = special.logsumexp(inner(x, n, e[good], s[good], share)[1], axis=1)
        return np.asarray(found - 0.5 * (scores**2).sum(axis=1))

    scores, weight, k = trees.weighted_points(log_target, 2, trees.POINTS, seed=1)
    return *both(scores), weight, k


def share_draws(x: float, n: float, e: Array, s: Array, share: tuple[float, float], rng: np.random.Generator) -> Array:
    """Draws of p given (e, s): a beta truncated to [1 - s, e]; where the prior of p is not uniform, evenly within a stretch."""
    if share == UNIFORM:
        a = apparent_quantile(x, n, e, s, rng.random(len(e)))
        return np.clip((a + s - 1.0) / (e + s - 1.0), 0.0, 1.0)
    edges, log_mass = stretches(x, n, e, s, share)
    reached = np.exp(log_mass - log_mass.max(axis=1, keepdims=True)).cumsum(axis=1)
    place = (reached < (rng.random(len(e)) * reached[:, -1])[:, None]).sum(axis=1).clip(max=reached.shape[1] - 1)
    low, high = (edges[np.arange(len(e)), place + side] for side in (0, 1))
    return np.asarray(low + (high - low) * rng.random(len(e)))


def apparent_quantile(x: float, n: float, e: Array, s: Array, u: Array) -> Array:
    """Quantile of Beta(x + 1, n - x + 1) between 1 - s and e, from whichever tail keeps its digits; shapes broadcast."""
    shapes = x + 1.0, n - x + 1.0
    low, high = special.betainc(*shapes, 1.0 - s), special.betainc(*shapes, e)
    above, beyond = special.betaincc(*shapes, 1.0 - s), special.betaincc(*shapes, e)
    from_left = np.broadcast_to(low < 0.5, np.broadcast_shapes(low.shape, u.shape))
    wanted = np.where(from_left, low + u * (high - low), above - u * (above - beyond))
    a = np.empty(wanted.shape)
    a[from_left] = special.betaincinv(*shapes, wanted[from_left])
    a[~from_left] = special.betainccinv(*shapes, wanted[~from_left])
    return np.asarray(np.clip(a, 1.0 - s, e))


def true_count_draws(x: float, n: float, p: Array, e: Array, s: Array, rng: np.random.Generator) -> Array:
    """True cases among the files: those of the labelled that are, and those of the others that are."""
    a = np.clip(p * e + (1.0 - p) * (1.0 - s), 1e-300, 1.0)
    labelled = rng.binomial(int(x), np.clip(p * e / a, 0.0, 1.0))
    missed = rng.binomial(int(n - x), np.clip(p * (1.0 - e) / np.maximum(1.0 - a, 1e-300), 0.0, 1.0))
    return np.asarray(labelled + missed, dtype=float)
