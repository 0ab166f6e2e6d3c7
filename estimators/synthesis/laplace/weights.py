"""Unbiased estimates of the posterior density of scores: the product of integrals over each area's effects."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.laplace.forward import FORWARD
from estimators.synthesis.laplace.gaussian import best_gaussian, mode
from estimators.synthesis.laplace.integrals import AT_ONCE, integrals, taken
from estimators.synthesis.laplace.layout import Known, world_of
from estimators.synthesis.laplace.scores import Scores
from estimators.synthesis.laplace.setup import AREAS, Plan

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]

FAR = 2.0  # squared length of a last step after which one begins again with care

BENDS = (
    -2.0,
    -1.25,
    -0.5,
)  # logits of a reporting probability above which its logarithm is taken to bend, more and more


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
    bent = bends(plan, scores.known(at))
    found = Weighed(at, np.empty(at.shape[1]), np.empty((plan.layout.entries, plan.panel.grid.shape[0], at.shape[1])))
    cells = min(plan.panel.grid.size, AREAS * plan.panel.grid.size // plan.panel.grid.shape[0])
    left = np.argsort(-bent, kind="stable")  # what takes longest comes first, and like beside like
    for careful in (False, True):
        parts = np.array_split(left, max(1, len(left) * cells // AT_ONCE)) if len(left) else []
        seeds = rng.spawn(len(parts))  # each part has a seed of its own: the same draws on any number of threads

        def one(part: Index, seed: np.random.Generator, careful: bool = careful) -> tuple[Index, Array, Array]:
            with np.errstate(
                over="ignore", invalid="ignore", divide="ignore"
            ):  # at absurd proposals, whose weight is then nothing
                return _weigh(plan, scores, at[:, part], bent[part], pairs, seed, careful=careful)

        with ThreadPoolExecutor(threads()) as pool:
            for part, (there, log_density, effects) in zip(parts, pool.map(one, parts, seeds), strict=True):
                found.log_density[part[there]], found.effects[..., part[there]] = log_density, effects
                left = np.setdiff1d(left, part[there], assume_unique=True)
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
    plan: Plan, scores: Scores, at: Array, bent: Index, pairs: int, rng: np.random.Generator, *, careful: bool
) -> tuple[Index, Array, Array]:
    """Which draws have arrived at their Gaussians, their log density and effects."""
    known = scores.known(at)
    there, parts = np.arange(at.shape[1]), []
    for block in plan.blocks:
        near = mode(block, known)[0] if careful else None
        best, length = best_gaussian(block, known, (near.chain, near.border) if near else None)
        if not careful:
            there = there[length[there] < FAR]
        log_integral, effects = integrals(block, best.taken(there), taken(known, there), bent[there], pairs, rng)
        parts.append((there, log_integral.sum(axis=0), effects))
    still = [np.isin(each, there) for each, _, _ in parts]
    known = taken(known, there)
    total = scores.log_prior(known, at[:, there]) + sum(log[s] for (_, log, _), s in zip(parts, still, strict=True))
    effects = np.concatenate([each[..., s] for (_, _, each), s in zip(parts, still, strict=True)], axis=1)
    if plan.spanning is not None:
        total = total + _spanning(plan, known, effects)
    return there, np.where(np.isfinite(total), total, -np.inf), effects


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
