"""Draws from the posterior of a panel by adaptive importance sampling of its scores, effects integrated area by area."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import EngineError
from estimators.numeric.pareto import smoothed
from estimators.synthesis.laplace.layout import effects
from estimators.synthesis.laplace.proposal import (
    LONG,
    Proposal,
    effective,
    mixture_log_density,
    normalised,
    refitted,
)
from estimators.synthesis.laplace.reference import Reference, find_reference
from estimators.synthesis.laplace.scores import Scores
from estimators.synthesis.laplace.setup import Plan, make_plan
from estimators.synthesis.laplace.weights import Weighed, bends, joined, split, weigh
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]

LARGEST_K = 0.7  # shape of the tail of the weights above which averages are not to be trusted
ROUNDS = (0.12, 0.16, 0.2, 0.25, 0.25, 0.8)  # draws of each proposal, as a share of those wanted
MORE = 3  # further rounds with a better proposal where the weights are not good enough
FEWEST = 150  # draws of a round
LEAST_EFFECTIVE = 0.1  # share of the draws that must be, or another round follows
MOST_LOST = 0.01  # of the draws without a finite density; more are a defect of the engine, and what they stand for would be missing
LEAST_HEARD = 150  # effective draws on either side of where log probabilities begin to bend
AREAS_A_PAIR = 40
MOST_AREAS = 400  # with more a sampler is there sooner: noise adds up over areas, and pairs grow with their number
LEAST_SHARE, LARGER_SHARE = 0.01, 0.4  # of the posterior where log probabilities bend: to be heard of, and drawn


@dataclass(frozen=True, eq=False)
class Draws:
    """Equally weighted draws.

    Parameters
    ----------
    known : mapping
        Unknowns as formulas see them, each (draws, entries).
    pareto_k, effective : float
        Shape of the tail of the importance weights; effective draws, what choosing equally weighted ones costs counted in.
    proposed : int
        How many draws were proposed and weighed.
    reference : Reference
        Where the posterior of the scores lies, for a start of a similar model.
    """

    known: dict[str, Array]
    pareto_k: float
    effective: float
    proposed: int
    reference: Reference

    @property
    def trusted(self) -> bool:
        """Whether averages over the draws can be trusted."""
        return self.pareto_k < LARGEST_K

    def statistics(self) -> xr.Dataset:
        """Shape of the tail of the weights, effective and proposed draws."""
        values = {"pareto_k": self.pareto_k, "effective_draws": self.effective, "proposed_draws": self.proposed}
        return xr.Dataset({name: ((), float(value)) for name, value in values.items()})


def draw(panel: Panel, draws: int, rng: np.random.Generator, start: Reference | None = None) -> Draws:
    """Draw from the posterior.

    Parameters
    ----------
    panel : Panel
        The model with its figures.
    draws : int
        How many.
    start : Reference, optional
        Of a similar model, to save the search for the mode.

    Raises
    ------
    EngineError
        Naming what the engine cannot take.
    """
    if (areas := panel.grid.shape[0]) > MOST_AREAS:
        raise EngineError(
            f"{areas:,} areas: engine 'laplace' takes at most {MOST_AREAS}, for its time grows with their square"
        )
    with np.errstate(
        over="ignore", invalid="ignore", divide="ignore"
    ):  # at absurd proposals, whose weight is then nothing
        plan, scores = make_plan(panel), Scores(panel)
        reference = find_reference(plan, scores) if start is None else start
        found, log_weight, k, counted = _sample(plan, scores, reference, draws, rng)
    weight = normalised(log_weight)
    chosen = rng.permutation(systematic(weight, draws, rng))
    mean = found.scores @ weight
    beside = found.scores - mean[:, None]
    here = Reference(mean, (beside * weight) @ beside.T)
    known = _known(
        plan, scores, Weighed(found.scores[:, chosen], found.log_density[chosen], found.effects[..., chosen])
    )
    return Draws(known, k, 1.0 / (1.0 / counted + 1.0 / draws), found.scores.shape[1], here)


def _sample(
    plan: Plan, scores: Scores, reference: Reference, draws: int, rng: np.random.Generator
) -> tuple[Weighed, Array, float, float]:
    """Rounds of proposals, each refitted to all before it; all draws are weighted as draws of their mixture."""
    pairs = 2 + plan.panel.grid.shape[0] // AREAS_A_PAIR
    proposals = [(Proposal(reference.scores, reference.covariance, LONG), 1.0)]
    parts: list[Weighed] = []
    rounds: list[tuple[Proposal, int]] = []
    sizes = [max(FEWEST, int(share * draws)) for share in ROUNDS]
    while True:
        size = sizes[len(parts)] if len(parts) < len(sizes) else draws
        here = [(proposal, int(np.ceil(share * size))) for proposal, share in proposals]
        rounds += here
        at = np.concatenate([proposal.draw(number, rng) for proposal, number in here], axis=1)
        parts.append(weigh(plan, scores, at, pairs, rng))
        found = joined(parts)
        raw = found.log_density - mixture_log_density(rounds, found.scores)
        log_weight, k = smoothed(raw)
        bent = bends(plan, scores.known(found.scores)) > 0
        good = k < LARGEST_K and effective(raw) > LEAST_EFFECTIVE * draws and _heard(raw, bent)
        if len(parts) >= len(sizes) and (good or len(parts) >= len(sizes) + MORE):
            if (lost := float(np.mean(~np.isfinite(raw)))) > MOST_LOST:
                raise EngineError(f"engine 'laplace': no finite density at {100 * lost:.1f} % of the draws")
            return found, log_weight, k, effective(raw)
        proposals = _proposals(found.scores, log_weight, bent)


def _heard(log_weight: Array, bent: NDArray[np.bool_]) -> bool:
    """Whether enough draws count on either side of where log probabilities begin to bend."""
    weight = normalised(log_weight)
    parts = [(weight[which].sum(), log_weight[which]) for which in (bent, ~bent) if which.any()]
    return all(share < 5.0 * LEAST_SHARE or effective(part) >= LEAST_HEARD for share, part in parts)


def _proposals(at: Array, log_weight: Array, bent: NDArray[np.bool_]) -> list[tuple[Proposal, float]]:
    """Proposals with their shares of the draws: all for one place, or for where log probabilities are straight and where they bend."""
    share = float(normalised(log_weight)[bent].sum())
    if min(bent.sum(), (~bent).sum()) < 10 * len(at) or not LEAST_SHARE < share < 1.0 - LEAST_SHARE:
        fitted = [(refitted(at, log_weight), 1.0)]
    else:
        taken = min(max(share, LARGER_SHARE), 1.0 - LEAST_SHARE)
        parts = (~bent, 1.0 - taken), (bent, taken)
        fitted = [(refitted(at[:, which], log_weight[which]), part) for which, part in parts]
    return [(each, part * of) for whole, part in fitted for each, of in whole.with_long_tails()]


def systematic(weight: Array, draws: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Numbers of draws chosen with probabilities given, each as often as expected but for less than one."""
    points = (rng.random() + np.arange(draws)) / draws
    return np.minimum(np.searchsorted(np.cumsum(weight), points), len(weight) - 1)


def _known(plan: Plan, scores: Scores, found: Weighed) -> dict[str, Array]:
    """Unknowns as formulas see them, (draws, entries): effects times their scales, walks as steps."""
    known = scores.known(found.scores)
    values = {name: each.T for name, each in known.items()}
    areas = plan.panel.grid.shape[0]
    for effect, each in effects(plan.panel.grid, plan.layout, *split(plan, found.effects)):
        if effect.over == "area_step":
            steps = np.diff(each.reshape(areas, -1, each.shape[-1]), axis=1)
            each = steps.reshape(-1, each.shape[-1])
        values[effect.name] = (each * known[effect.scale] if effect.scale else each).T
    return values
