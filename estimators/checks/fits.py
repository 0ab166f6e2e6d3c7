"""One fit of a panel by importance, from where the posterior of a similar panel lies; by the sampler where that cannot be trusted."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimators.errors import EngineError
from estimators.synthesis.laplace import engine
from estimators.synthesis.laplace.reference import Reference
from estimators.synthesis.panel import Panel
from estimators.synthesis.world import World

type Array = NDArray[np.float64]

ENOUGH = 0.6  # of the rows of each kind that a similar panel still has
FEWEST, MORE = 100, 4  # effective draws, and times as many draws where there are fewer


@dataclass(frozen=True, eq=False)
class Start:
    """Where the posterior of a panel lies, for a start of a similar one.

    Parameters
    ----------
    names : tuple of str
        Its locations, scales and shares, with the priors of the latter two.
    rows : dict of str to int
        How many rows it has of each kind.
    location_prior : (Array, Array)
        Means and standard deviations of the locations, which come first.
    mean, covariance : Array
        Of the normal scores of all of them, shapes (size,) and (size, size).
    hash : str
        What it was made from: a journal knows it by that, and not by its last digits, which machines do not share.
    """

    names: tuple[str, ...]
    rows: dict[str, int]
    location_prior: tuple[Array, Array]
    mean: Array
    covariance: Array
    hash: str = ""

    def moved(self, panel: Panel) -> Reference | None:
        """The same place in the scores of another panel, or None where that is far from its posterior.

        It is near where both have the same unknowns, the same priors of scales and shares, and a good part of each other's rows; a
        search for the mode then costs more than it gains. Where the prior of a location is another, the normal approximation gives
        the old one back and takes the new one in: of a location that is held at a value, the others follow.
        """
        now = _rows(panel)
        if names_of(panel) != self.names or any(now[kind] < ENOUGH * self.rows[kind] for kind in now):
            return None
        mean, covariance = self.mean, self.covariance
        for entry, (old, width, new, sd) in enumerate(zip(*self.location_prior, *panel.location_prior, strict=True)):
            if (old, width) != (new, sd):
                mean, covariance = _with_prior(mean, covariance, entry, (new - old) / width, sd / width)
        return Reference(mean, covariance)


def start_at(reference: Reference, panel: Panel, made_from: str = "") -> Start:
    """The start that a finished fit of a panel gives to others."""
    mean, covariance = reference.scores, reference.covariance
    return Start(names_of(panel), _rows(panel), panel.location_prior, mean, covariance, made_from)


def names_of(panel: Panel) -> tuple[str, ...]:
    """Names of the unknowns that have a score, in the order of the scores; of scales and shares with the prior."""
    scales = (f"{each.name} ~ {each.prior.formula}" for each in panel.scales)
    shares = (f"{each.name} ~ {each.prior.formula}" for each in panel.shares)
    return (*(each.name for each in panel.locations), *scales, *shares)


def _rows(panel: Panel) -> dict[str, int]:
    return {f"{stream}: {term}": len(rows) for (stream, term), rows in panel.figures.items() if stream != "statements"}


def _with_prior(mean: Array, covariance: Array, entry: int, new: float, width: float) -> tuple[Array, Array]:
    """A normal whose entry had a standard normal prior, with the prior Normal(new, width²) instead, in scores of the new prior.

    Of an entry with posterior Normal(m, v) the figures are worth the precision 1/v - 1 and its product with their mean, m/v; a v
    above 1 is taken as no information. The other entries follow by regression on it.
    """
    variance = covariance[entry, entry]
    worth = max(1.0 / variance - 1.0, 0.0)
    after = 1.0 / (worth + 1.0 / width**2)
    middle = after * ((mean[entry] / variance if worth else 0.0) + new / width**2)
    slope = covariance[:, entry] / variance
    moved = mean + slope * (middle - mean[entry])
    found = covariance + np.outer(slope, slope) * (after - variance)
    unit = np.ones(len(mean))
    unit[entry] = 1.0 / width
    moved[entry] = (middle - new) / width
    return moved, unit[:, None] * found * unit


def fast_fit(panel: Panel, draws: int, seed: Any, start: Start | None = None) -> tuple[engine.Draws | None, str]:
    """Draws by importance, or none and why: from `start` if they are good, else from the mode, else four times as many from there.

    Good are weights that can be trusted and at least `FEWEST` effective draws; of the last attempt trust is enough.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        All chance comes from it.
    """
    near, why = start.moved(panel) if start else None, ""
    attempts = [(draws, near)] * (near is not None) + [(draws, None), (MORE * draws, None)]
    for size, reference in attempts:
        try:
            found = engine.draw(panel, size, np.random.default_rng(seed), reference)
        except EngineError as error:
            return None, str(error)
        except np.linalg.LinAlgError as error:
            why = f"engine 'laplace': {error}"
            continue
        if found.trusted and (found.effective >= min(FEWEST, 0.2 * size) or size > draws):
            return found, ""
        why = f"weights not to be trusted (Pareto k̂ = {found.pareto_k:.2f})"
    return None, why


def level(world: World, period: str = "") -> Array:
    """Logarithm of the flow per year of all areas together, in a period or on the average of all, one entry a draw."""
    flow, years = np.exp(world["log_flow"]), world.grid.years
    if period:
        place = world.grid.periods.index(period)
        flow, years = flow[..., world.grid.index["period"] == place], years[place : place + 1]
    return np.asarray(np.log(flow.sum(axis=-1) / years.sum()))


def limits(draws: Array) -> dict[str, float]:
    """Median and 95 % interval."""
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return {"median": float(middle), "lower": float(low), "upper": float(high)}
