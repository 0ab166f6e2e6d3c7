"""Unbiased estimates of the posterior density of scores: the integral over each area's effects by antithetic pairs of its best Gaussian."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.laplace.block import Block
from estimators.synthesis.laplace.candidates import candidates
from estimators.synthesis.laplace.forward import FORWARD
from estimators.synthesis.laplace.gaussian import Gaussian, best_gaussian, mode
from estimators.synthesis.laplace.layout import Known, world_of
from estimators.synthesis.laplace.ridge import make_ridge
from estimators.synthesis.laplace.scores import Scores
from estimators.synthesis.laplace.setup import AREAS, Plan

type Array = NDArray[np.float64]

AT_ONCE = 60_000  # cells × draws: arrays that stay in cache
BENDS = (
    -2.0,
    -1.25,
    -0.5,
)  # logits of a reporting probability above which its logarithm is taken to bend, more and more
TIMES = (1, 2, 5, 10)  # as many pairs: straight, and where it bends
FAR = 2.0  # squared length of a last step after which one begins again with care


@dataclass(frozen=True, eq=False)
class Weighed:
    """Draws of scores with one draw of the effects for each.

    Parameters
    ----------
    scores : Array
        Shape (size, draws).
    log_density : Array
        Estimates of the log joint density of scores and figures, (draws,).
    effects : Array
        Standardised effects, (entries, areas, draws), chain before border.
    """

    scores: Array
    log_density: Array
    effects: Array


def weigh(plan: Plan, scores: Scores, at: Array, pairs: int, rng: np.random.Generator) -> Weighed:
    """Estimate the density of each draw, and draw effects of each area from their pairs with the weights these have.

    Notes
    -----
    The estimate of an area is the mean of density / proposal over its pairs: unbiased, so that draws weighted with the product over
    areas have the exact posterior; the effects chosen among the pairs belong to it (pseudo-marginal importance sampling).

    References
    ----------
    Tran, M.-N. et al. 2013. Importance sampling squared for Bayesian inference in latent variable models. doi:10.48550/arXiv.1309.3339
    """
    bend = bends(plan, scores.known(at))
    found = Weighed(at, np.empty(at.shape[1]), np.empty((plan.layout.entries, plan.panel.grid.shape[0], at.shape[1])))
    for degree, times in enumerate(TIMES):
        those = np.flatnonzero(bend == degree)
        for careful in (False, True):
            if not len(those):
                break
            part, length = _in_parts(plan, scores, at[:, those], pairs * times, rng, careful=careful, bent=degree > 0)
            found.log_density[those], found.effects[..., those] = part.log_density, part.effects
            those = those[~(length < FAR)]
    return found


def bends(plan: Plan, known: Known) -> NDArray[np.intp]:
    """How near reporting probabilities come to 1, where their logarithm bends, (draws,): a standard deviation above the typical area.

    0 where it is straight, else the number of `BENDS` passed.
    """
    layout, draws = plan.layout, next(iter(known.values())).shape[1]
    if not layout.ridge:
        return np.zeros(draws, dtype=np.intp)
    block = plan.blocks[0]
    nothing = (
        np.zeros((layout.periods, len(layout.chain), block.areas, draws)),
        np.zeros((len(layout.border), block.areas, draws)),
    )
    logit = world_of(block.panel, layout, known, *nothing)["logit_reporting"].value.max(axis=0)
    names = {effect.name for effect in (*(each for each, _ in layout.border), *layout.chain)} - {""}
    effects = {effect for effect in (*(each for each, _ in layout.border), *layout.chain) if effect.seen_with in names}
    steps = {effect: 0.5 * layout.periods if effect.over == "area_step" else 1.0 for effect in effects}
    variance = sum((known[effect.scale][0] ** 2 * steps[effect] for effect in effects), start=np.zeros(draws))
    return np.asarray(np.searchsorted(BENDS, logit + np.sqrt(variance)))


def _in_parts(
    plan: Plan, scores: Scores, at: Array, pairs: int, rng: np.random.Generator, *, careful: bool, bent: bool
) -> tuple[Weighed, Array]:
    draws = at.shape[1]
    cells = min(plan.panel.grid.size, AREAS * plan.panel.grid.size // plan.panel.grid.shape[0])
    parts = np.array_split(np.arange(draws), max(1, draws * cells // AT_ONCE))
    seeds = rng.spawn(len(parts))

    def one(part: NDArray[np.intp], seed: np.random.Generator) -> tuple[Weighed, Array]:
        with np.errstate(
            over="ignore", invalid="ignore", divide="ignore"
        ):  # at absurd proposals, whose weight is then nothing
            return _weigh(plan, scores, at[:, part], pairs, seed, careful=careful, bent=bent)

    with ThreadPoolExecutor(threads()) as pool:  # each part has a seed of its own: the same draws on any number
        found = list(pool.map(one, parts, seeds))
    return joined([each for each, _ in found]), np.concatenate([length for _, length in found])


def threads() -> int:
    """How many parts are computed at a time: as many as there are cores, or as OMP_NUM_THREADS says."""
    return int(os.environ.get("OMP_NUM_THREADS", "") or (os.cpu_count() or 1))


def joined(parts: list[Weighed]) -> Weighed:
    """Draws one after the other."""
    return Weighed(
        *(
            np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in ("scores", "log_density", "effects")
        )
    )


def _weigh(
    plan: Plan, scores: Scores, at: Array, pairs: int, rng: np.random.Generator, *, careful: bool, bent: bool
) -> tuple[Weighed, Array]:
    known = scores.known(at)
    total = scores.log_prior(known, at)
    chosen, lengths = [], []
    for block in plan.blocks:
        start = None
        if careful:
            near, _ = mode(block, known)
            start = near.chain, near.border
        best, length = best_gaussian(block, known, start)
        log_integral, effects = _integrate(block, best, known, pairs, rng, bent=bent)
        total = total + log_integral.sum(axis=0)
        chosen.append(effects)
        lengths.append(length)
    effects = np.concatenate(chosen, axis=1)
    if plan.spanning is not None:
        total = total + _spanning(plan, known, effects)
    return Weighed(at, np.where(np.isfinite(total), total, -np.inf), effects), np.max(lengths, axis=0)


def _integrate(
    block: Block, best: Gaussian, known: Known, pairs: int, rng: np.random.Generator, *, bent: bool = False
) -> tuple[Array, Array]:
    """Log of each area's integral, (areas, draws), and effects drawn with the weights of their pairs, (entries, areas, draws)."""
    weights, height = [], np.full(best.border.shape[1:], -np.inf)
    chain, border = best.chain.copy(), best.border.copy()
    ridge = make_ridge(block, known, best) if block.layout.ridge else None
    for _ in range(pairs):
        for c, b, log_proposal in candidates(block, known, best, ridge, rng, bent=bent):
            log_weight = block.log_joint(known, c, b) - log_proposal
            weights.append(log_weight)
            raised = log_weight + rng.gumbel(size=height.shape)
            better = raised > height
            np.copyto(chain, c, where=better)
            np.copyto(border, b, where=better)
            np.copyto(height, raised, where=better)
    stacked = np.stack(weights)
    top = stacked.max(axis=0)
    log_integral = top + np.log(np.exp(stacked - top).mean(axis=0))
    return log_integral, np.concatenate([chain.reshape(chain.shape[0] * chain.shape[1], *border.shape[1:]), border])


def _spanning(plan: Plan, known: Known, effects: Array) -> Array:
    """Log density of the rows that span areas, (draws,)."""
    assert plan.spanning is not None  # noqa: S101
    chain, border = split(plan, effects)
    world = world_of(plan.spanning, plan.layout, known, chain, border)
    total = np.zeros(effects.shape[-1])
    for key, each in plan.spanning.distributions(world).items():
        total += each.log_density(plan.spanning.figures[key], FORWARD).value.sum(axis=0)
    return total


def split(plan: Plan, effects: Array) -> tuple[Array, Array]:
    """Chain and border of effects (entries, areas, draws)."""
    places = plan.layout.periods * len(plan.layout.chain)
    return effects[:places].reshape(plan.layout.periods, len(plan.layout.chain), *effects.shape[1:]), effects[places:]
