"""Classes of people who are alike, infinitely many in idea: the Gibbs sampler, many chains at once.

Notation: C chains, K classes, L lists, X capture patterns, the first of them "on no list". π_k the share of class k, built by breaking a
stick, π_k = V_k ∏_{l<k} (1 - V_l), V_k ~ Beta(1, α), V_K = 1, α ~ Gamma(a, b); φ_kj = logit of the probability that list j holds somebody
of class k, uniform on probabilities; π(N) ∝ 1/N. Then u | π, φ ~ NegBin(n, P(seen)) people are on no list, and people of a pattern fall
into classes as a multinomial: cells are drawn, never persons. α is drawn with the sticks beyond the last class that holds anybody
integrated out, and neighbouring classes change places with the probability that their order has.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]
type Counts = NDArray[np.int64]

LEAST = -650.0  # of a log share
LEAST_SEEN = 1e-9
SMALLEST = 1e-9  # of α


@dataclass
class Chains:
    """Where the chains are.

    Parameters
    ----------
    log_share : Array, shape (C, K)
        log π.
    log_odds : Array, shape (C, K, L)
        φ.
    alpha : Array, shape (C,)
        α.
    """

    log_share: Array
    log_odds: Array
    alpha: Array


@dataclass(frozen=True)
class Model:
    """The table and the priors.

    Parameters
    ----------
    on : Array, shape (X, L)
        Lists of each pattern; the first pattern is on none.
    counts : Counts, shape (1 or C, X)
        People, the same for all chains or of each; the first column is 0.
    classes : int
        K, at least 1.
    shape, rate : float
        a and b.
    """

    on: Array
    counts: Counts
    classes: int
    shape: float
    rate: float

    @property
    def observed(self) -> Counts:
        """People on a list, (1 or C,)."""
        return np.asarray(self.counts.sum(axis=1))


def starts(model: Model, chains: int, rng: np.random.Generator) -> Chains:
    """Chains in which nearly everybody is of one class, whose odds differ from chain to chain."""
    classes, lists = model.classes, model.on.shape[1]
    mean = np.clip((model.counts @ model.on) / np.maximum(model.observed, 1)[:, None], 0.01, 0.99)
    log_odds = special.logit(mean)[:, None, :] - 0.7 + rng.normal(size=(chains, classes, lists))
    share = np.full((chains, classes), 1e-6)
    share[:, 0] = 1.0 - 1e-6 * (classes - 1)
    return Chains(np.log(share), log_odds, rng.standard_gamma(1.0, size=chains) * 0.3 + 0.05)


def from_prior(model: Model, chains: int, rng: np.random.Generator) -> Chains:
    """Chains drawn from the prior."""
    nobody = np.zeros((chains, model.classes))
    alpha = np.maximum(rng.standard_gamma(model.shape, size=chains) / model.rate, SMALLEST)
    _, log_share = _sticks(model, alpha, nobody, rng, fixed=True)
    log_odds = special.logit(rng.uniform(1e-12, 1.0, size=(chains, model.classes, model.on.shape[1])))
    return Chains(log_share, log_odds, alpha)


def of_patterns(model: Model, log_share: Array, log_odds: Array) -> tuple[Array, Array]:
    """Probability of class and pattern, (C, K, X), and log probability of being on no list given the class, (C, K)."""
    none = -np.log1p(np.exp(log_odds)).sum(axis=-1)
    value = log_odds @ model.on.T
    value += (none + log_share)[..., None]
    return np.exp(value, out=value), none


def sweep(model: Model, chains: Chains, rng: np.random.Generator) -> tuple[Array, Counts]:
    """Draw everything once, in place; the true count, (C,), and people of each class and pattern, (C, X, K)."""
    joint, none = of_patterns(model, chains.log_share, chains.log_odds)
    seen = np.clip(-(np.exp(chains.log_share) * np.expm1(none)).sum(axis=1), LEAST_SEEN, 1.0)
    cells = np.broadcast_to(model.counts, (len(seen), model.counts.shape[1])).copy()
    cells[:, 0] = rng.negative_binomial(model.observed, seen)
    share = np.ascontiguousarray(joint.transpose(0, 2, 1))
    share /= share.sum(axis=-1, keepdims=True)
    held = rng.multinomial(cells, share)
    true_count = cells.sum(axis=1).astype(np.float64)
    draw_given(model, chains, held, rng)
    return true_count, held


def draw_given(model: Model, chains: Chains, held: Counts, rng: np.random.Generator) -> None:
    """Draw shares, odds and α given people of each class and pattern, in place."""
    held_by = held.transpose(0, 2, 1).astype(np.float64)
    sizes, on = held_by.sum(axis=-1), held_by @ model.on
    order = _reordered(sizes, chains.alpha, rng)
    sizes, on = np.take_along_axis(sizes, order, axis=1), np.take_along_axis(on, order[..., None], axis=1)
    off = sizes[..., None] - on
    chains.log_odds = np.log(rng.standard_gamma(1.0 + on)) - np.log(rng.standard_gamma(1.0 + off))
    chains.alpha, chains.log_share = _sticks(model, chains.alpha, sizes, rng)


def _sticks(
    model: Model, alpha: Array, sizes: Array, rng: np.random.Generator, *, fixed: bool = False
) -> tuple[Array, Array]:
    """α given the sticks up to the last class that holds anybody, and all sticks, as log shares."""
    beyond = np.cumsum(sizes[:, ::-1], axis=1)[:, ::-1] - sizes
    here, after = sizes[:, :-1], beyond[:, :-1]
    part = np.log(rng.standard_gamma(1.0 + here))
    rest = alpha[:, None] + after
    other = np.log(rng.standard_gamma(1.0 + rest)) - rng.standard_exponential(rest.shape) / rest
    both = np.logaddexp(part, other)
    broken, left = part - both, other - both
    used = (here + after) > 0.0
    drawn = rng.standard_gamma(model.shape + used.sum(axis=1)) / (model.rate - np.where(used, left, 0.0).sum(axis=1))
    drawn = alpha if fixed else np.maximum(drawn, SMALLEST)
    fresh = -rng.standard_exponential(left.shape) / drawn[:, None]
    left = np.where(used, left, fresh)
    broken = np.where(used, broken, np.log(-np.expm1(np.minimum(fresh, -1e-300))))
    log_share = np.zeros_like(sizes)
    np.cumsum(left, axis=1, out=log_share[:, 1:])
    log_share[:, :-1] += broken
    return drawn, np.maximum(log_share, LEAST)


def _reordered(sizes: Array, alpha: Array, rng: np.random.Generator) -> NDArray[np.intp]:
    """An order of the classes after neighbours have changed places with the probability their order has, given α and sizes.

    With sizes a, b of neighbours and r people in later classes the order b, a has probability (α + b + r) / (2α + a + b + 2r); of the last
    two classes, odds Γ(1 + b) Γ(α + a) / Γ(1 + a) Γ(α + b).
    """
    count, classes = sizes.shape
    order = np.broadcast_to(np.arange(classes), (count, classes)).copy()
    now = sizes.copy()
    for start in (0, 1):
        first = np.arange(start, classes - 1, 2)
        if not len(first):
            continue
        later = np.cumsum(now[:, ::-1], axis=1)[:, ::-1]
        a, b = now[:, first], now[:, first + 1]
        rest = alpha[:, None] + later[:, first] - a - b
        chance = (rest + b) / (2.0 * rest + a + b)
        if first[-1] == classes - 2:
            x, y, z = a[:, -1], b[:, -1], alpha
            log_odds = special.gammaln(1 + y) + special.gammaln(z + x) - special.gammaln(1 + x) - special.gammaln(z + y)
            chance[:, -1] = special.expit(log_odds)
        go = rng.random(chance.shape) < chance
        one, other = order[:, first], order[:, first + 1]
        order[:, first], order[:, first + 1] = np.where(go, other, one), np.where(go, one, other)
        now[:, first], now[:, first + 1] = np.where(go, b, a), np.where(go, a, b)
    return order
