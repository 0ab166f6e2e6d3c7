"""What the counts of a tree say: draws of the root together, each path alone, and whether paths agree."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import PROBABILITIES, Array, Cells
from estimators.counts.reporting import with_origin
from estimators.counts.tree_paths import Tree, concentrations
from estimators.errors import ModelError
from estimators.numeric import thinning, trees
from estimators.priors import Prior

type RootPrior = Literal["scale-invariant"] | Prior

FURTHEST = 1e15
LIMITS = np.array([0.025, 0.5, 0.975])
EACH = 4  # counts drawn at a point where the prior of the root weighs them


@dataclass(frozen=True)
class Answer:
    """Draws of one cell: the root (draws,), log probabilities of the paths (draws, paths), and (Pareto k̂, effective draws) of weights."""

    true_count: Array
    log_paths: Array
    statistics: tuple[float, float] | None = None


def log_prior_of(prior: RootPrior) -> Callable[[Array], Array]:
    """Log prior of the root at whole numbers, up to a constant."""
    if not isinstance(prior, Prior):
        return lambda z: -np.log(z)
    first, second = prior.parameters
    if prior.family == "gamma":
        return lambda z: (first - 1.0) * np.log(z) - second * z
    return lambda z: -0.5 * ((np.log(z) - first) / second) ** 2 - np.log(z)


def chain_of(tree: Tree, counts: Array, prior: RootPrior) -> tuple[Array, Array, Array]:
    """Table of the root where the tree is a chain."""
    chain = tree.chain or ()
    y = np.array([counts[tree.paths.index(name)] for name, _, _ in chain])
    most = FURTHEST if not isinstance(prior, Prior) else float(prior.quantile(1.0 - 1e-12))
    most = max(most, 3.0 * float(y.sum()) + 100.0)
    a, b = (np.array([link[place] for link in chain]) for place in (1, 2))
    return trees.chain_table(y, a, b, log_prior_of(prior), most)


def answer(tree: Tree, counts: Array, prior: RootPrior, draws: int, rng: np.random.Generator) -> Answer:
    """Posterior draws of the root and of the probabilities of its paths."""
    if tree.chain is not None:
        return _by_chain(tree, counts, prior, draws, rng)
    if counts.sum() == 0:
        raise ModelError(
            f"nobody counted in any part of {tree.root}: expected a count above 0 for a tree of this shape"
        )
    if len(tree.paths) == 1 and not tree.weighted and not isinstance(prior, Prior):
        log_paths, _ = tree.log_paths(rng.standard_normal((draws, tree.size)))
        return Answer(_root_given(log_paths, counts, rng), log_paths)
    return _by_points(tree, counts, prior, draws, rng)


def _by_chain(tree: Tree, counts: Array, prior: RootPrior, draws: int, rng: np.random.Generator) -> Answer:
    true_count = trees.table_quantile(*chain_of(tree, counts, prior), rng.random(draws))
    left, log_left = true_count.copy(), np.zeros(draws)
    log_paths = np.empty((draws, len(counts)))
    for name, a, b in tree.chain or ():
        place = tree.paths.index(name)
        share = rng.beta(a + counts[place], b + left - counts[place])
        log_paths[:, place] = log_left + np.log(share)
        log_left, left = log_left + np.log1p(-np.minimum(share, 1.0 - 1e-16)), left - counts[place]
    return Answer(true_count, log_paths)


def _root_given(log_paths: Array, counts: Array, rng: np.random.Generator) -> Array:
    """Z - Y ~ NegBin(Y, Q)."""
    log_total = special.logsumexp(log_paths, axis=1)
    logit = log_total - np.log(-np.expm1(np.minimum(log_total, -1e-16)))
    return np.asarray(counts.sum() + thinning.unreported_draws(rng, np.full(len(logit), counts.sum()), logit))


def _by_points(tree: Tree, counts: Array, prior: RootPrior, draws: int, rng: np.random.Generator) -> Answer:
    log_prior, total = log_prior_of(prior), counts.sum()

    def log_target(x: Array) -> Array:
        log_paths, weight = tree.log_paths(x)
        log_total = special.logsumexp(log_paths, axis=1)
        typical = total * np.exp(-log_total)
        value = log_paths @ counts - total * log_total + np.log(typical) + log_prior(typical)
        return np.asarray(weight + value - 0.5 * (x**2).sum(axis=1))

    x, weight, k = trees.weighted_points(log_target, tree.size, trees.POINTS, seed=1)
    log_paths = np.repeat(tree.log_paths(x)[0], EACH, axis=0)
    true_count = _root_given(log_paths, counts, rng)
    typical = total * np.exp(-special.logsumexp(log_paths, axis=1))
    ratio = np.log(true_count) + log_prior(true_count) - np.log(typical) - log_prior(typical)
    each = np.repeat(weight, EACH) * np.exp(ratio - ratio.max())
    each /= each.sum()
    chosen = rng.choice(len(each), draws, p=each)
    effective = 1.0 / float((each.reshape(-1, EACH).sum(axis=1) ** 2).sum())
    return Answer(true_count[chosen], log_paths[chosen], (k, effective))


def own_estimates(tree: Tree, counts: Array, prior: RootPrior) -> tuple[Array, Array]:
    """Quantiles, and mean and sd, of the root without draws: of a chain by summation, of a single path by its law."""
    if tree.chain is not None:
        table = chain_of(tree, counts, prior)
        z, _, probability = table
        mean = float(probability @ z)
        sd = float(np.sqrt(probability @ (z - mean) ** 2))
        proper = isinstance(prior, Prior)
        exists = [proper or tree.tail > power for power in (1.0, 2.0)]
        moments = np.array([mean if exists[0] else np.inf, sd if exists[1] else np.inf])
        return trees.table_quantile(*table, np.array(PROBABILITIES)), moments
    points = tree.log_paths(trees.scores(trees.POINTS, tree.size))[0]
    weight = np.full(len(points), 1.0 / len(points))
    quantiles = trees.mixture_quantile(points[:, 0], weight, float(counts[0]), np.array(PROBABILITIES))
    mean = counts[0] * inverse_moment(tree, tree.paths[0], 1)
    second = counts[0] * (counts[0] + 1.0) * inverse_moment(tree, tree.paths[0], 2) - mean
    return quantiles, np.array([mean, np.sqrt(second - mean**2) if np.isfinite(second) else np.inf])


def inverse_moment(tree: Tree, name: str, power: int) -> float:
    """E[1/q^power] of a path, infinite where it does not exist: Π Γ(a - power) Γ(a + b) / (Γ(a) Γ(a + b - power)) of beta shares."""
    found = 1.0
    for group, part in zip((tree.root, *tree.way(name)[:-1]), tree.way(name), strict=True):
        names, split = tree.splits[group]
        size = concentrations(split)
        a, total = size[names.index(part)], sum(size)
        if a <= power:
            return float("inf")
        if not split.stick or not np.isfinite(total):
            x = trees.scores(trees.POINTS, len(split.laws))
            log_share, log_weight = split.log_shares(x)
            weight = np.exp(log_weight - log_weight.max())
            found *= float((weight * np.exp(-power * log_share[:, names.index(part)])).sum() / weight.sum())
            continue
        found *= float(
            np.exp(
                special.gammaln(a - power)
                + special.gammaln(total)
                - special.gammaln(a)
                - special.gammaln(total - power)
            )
        )
    return found


def conflict(tree: Tree, cells: Cells, counts: Array) -> tuple[xr.Dataset, xr.Dataset, xr.Dataset]:
    """Groups ``paths`` (each path alone, under π(Z) ∝ 1/Z, and its conflict p), ``anchors`` and ``likelihood``."""
    log_paths, log_weight = tree.log_paths(trees.scores(trees.POINTS, tree.size))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    share = np.exp(log_paths - special.logsumexp(log_paths, axis=1, keepdims=True))
    centre = weight @ log_paths
    spread = np.sqrt(weight @ (log_paths - centre) ** 2)
    several = len(tree.paths) > 1
    z = np.array(
        [
            [_surprise(y[j], y.sum(), share[:, j], weight) if several else np.nan for y in counts]
            for j in range(len(tree.paths))
        ]
    )
    inverse = [inverse_moment(tree, name, 1) for name in tree.paths]
    own = np.array([[_alone(log_paths[:, j], weight, y[j]) for y in counts] for j in range(len(tree.paths))])
    values = {"reported": counts.T, "lower": own[..., 0], "median": own[..., 1], "upper": own[..., 2]}
    values["mean"] = np.where(counts.T > 0, np.array(inverse)[:, None] * counts.T, np.nan)
    values["conflict_p"] = 2.0 * special.ndtr(-np.abs(z))
    paths = cells.by_anchor(list(tree.paths), values).rename(anchor="path")
    seen = np.maximum(counts.T, 0.5)
    level = {"log_true_count": np.log(seen) - centre[:, None], "log_sd": np.sqrt(spread[:, None] ** 2 + 1.0 / seen)}
    branch = {each.name: each for each in tree.branches}
    reasons = ["; ".join(f"{step}: {branch[step].known}" for step in tree.way(name)) for name in tree.paths]
    labels = [f"path to {name}" for name in tree.paths]
    anchors = with_origin(cells.by_anchor(labels, level), ["reporting"] * len(labels), [""] * len(labels), reasons)
    if several:
        known = ~cells.missing
        anchors = anchors.assign(
            split_z=("anchor", z[:, known].mean(axis=1)),
            split_sd=("anchor", level["log_sd"][:, known].mean(axis=1)),
            split_others_sd=("anchor", _of_others(log_paths, weight, seen[:, known])),
        )
    return paths, anchors, _information(tree, counts[~cells.missing], spread)


def _surprise(y: float, total: float, share: Array, weight: Array) -> float:
    """Where a count falls in what the surveys forecast of it given the total, as a standard normal."""
    if total == 0:
        return 0.0
    return float(special.ndtri(np.clip(trees.split_tail(y, total, share, weight), 1e-15, 1.0 - 1e-15)))


def _alone(log_path: Array, weight: Array, y: float) -> Array:
    return trees.mixture_quantile(log_path, weight, float(y), LIMITS) if y > 0 else np.full(3, np.nan)


def _of_others(log_paths: Array, weight: Array, seen: Array) -> Array:
    """Standard deviation of what all other paths together say of the log root."""
    found = []
    for place in range(log_paths.shape[1]):
        rest = special.logsumexp(np.delete(log_paths, place, axis=1), axis=1)
        variance = weight @ (rest - weight @ rest) ** 2
        found.append(float(np.sqrt(variance + np.mean(1.0 / np.delete(seen, place, axis=0).sum(axis=0)))))
    return np.array(found)


def _information(tree: Tree, counts: Array, spread: Array) -> xr.Dataset:
    """Fisher information of the counts about the log root and the log probability of each path: a count has mean Z q."""
    total = counts.sum(axis=0)
    size = len(total) + 1
    matrix = np.zeros((size, size))
    for place, y in enumerate(total):
        one = np.zeros(size)
        one[[0, place + 1]] = 1.0
        matrix += y * np.outer(one, one)
    names = [f"log {tree.root}", *(f"log share of {name}" for name in tree.paths)]
    return xr.Dataset(
        {"information": (("parameter", "other"), matrix), "prior_sd": ("parameter", np.array([np.inf, *spread]))},
        coords={"parameter": names, "other": names},
    )
