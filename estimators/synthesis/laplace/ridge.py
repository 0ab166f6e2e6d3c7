"""Along the ridge: figures see incidence times reporting, so one area effect is free to move, and far out its probability comes near 1.

There a Gaussian is no guide. The last effect of the border is therefore drawn from its own density, tabulated in closed form, and all
others given the *log* probability that follows from it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.laplace.block import Block, log_student
from estimators.synthesis.laplace.gaussian import Gaussian
from estimators.synthesis.laplace.layout import Known, world_of
from estimators.synthesis.normal import LOG_TWO_PI

type Array = NDArray[np.float64]

POINTS = 41
REACH, FARTHEST = 5.5, 5.0  # of the table: standard deviations of the Gaussian, and of the prior


@dataclass(frozen=True, eq=False)
class Ridge:
    """Density of the last effect of the border of each area and draw, linear between points.

    Parameters
    ----------
    first, step : Array
        Smallest value and distance of the points, (areas, draws).
    density, below : Array
        Normalised density at the points and probability below each, (points, areas, draws).
    centre, sd, logit : Array
        Mean and scale of the effect, and the logit of the reporting probability at the mean, (areas, draws).
    """

    first: Array
    step: Array
    density: Array
    below: Array
    centre: Array
    scale: Array
    logit: Array

    def quantile(self, p: Array) -> tuple[Array, Array]:
        """Values with probability p below, and the log density there."""
        place = np.clip((self.below <= p).sum(axis=0) - 1, 0, POINTS - 2)[None]
        low, left, right = (
            np.take_along_axis(each, where, axis=0)[0]
            for each, where in ((self.below, place), (self.density, place), (self.density, place + 1))
        )
        slope, rest = (right - left) / self.step, np.maximum(p - low, 0.0)
        along = 2.0 * rest / (left + np.sqrt(np.maximum(left * left + 2.0 * slope * rest, 0.0)))
        along = np.clip(along, 0.0, self.step)
        return self.first + place[0] * self.step + along, np.log(left + slope * along)

    def seen(self, value: Array) -> Array:
        """What the log of the probability makes of a value, in units of the effect at its mean."""
        return _seen(value, self.centre, self.scale, self.logit)


def make_ridge(block: Block, known: Known, gaussian: Gaussian) -> Ridge:
    """Tabulate exp(log prior(u) - ½ Λ (ũ(u) - c)²).

    Λ and c are precision and centre of what the figures say of the effect in the Gaussian, and ũ(u) is u as far as the logarithm of the
    reporting probability follows it: linear at the mean, level where the probability is 1.
    """
    areas, strata, periods = block.panel.grid.shape
    effect, _ = block.layout.border[-1]
    world = world_of(block.panel, block.layout, known, gaussian.chain, gaussian.border)
    logit = np.broadcast_to(world["logit_reporting"].value, (areas * strata * periods, gaussian.border.shape[-1]))
    logit = logit.reshape(areas, strata * periods, -1).mean(axis=1)
    centre, scale = gaussian.border[-1], np.broadcast_to(known[effect.scale], gaussian.border.shape[1:])
    sd = gaussian.arrow.corner[-1, -1]
    pull = (effect.degrees + 1.0) / (effect.degrees + centre**2) if effect.degrees else np.ones_like(centre)
    told = np.maximum(sd**-2.0 - pull, 1e-6)
    towards = centre + pull * centre / told
    reach = FARTHEST if not effect.degrees else 2.0 * FARTHEST
    low, high = np.minimum(centre - REACH * sd, 0.5 * (centre - reach)), np.maximum(centre + REACH * sd, reach)
    step = (high - low) / (POINTS - 1)
    at = low + step * np.arange(POINTS)[:, None, None]
    prior = log_student(effect.degrees, at) if effect.degrees else -0.5 * (at * at + LOG_TWO_PI)
    log_density = prior - 0.5 * told * (_seen(at, centre, scale, logit) - towards) ** 2
    density = np.exp(log_density - log_density.max(axis=0)) + 1e-12
    mass = 0.5 * (density[1:] + density[:-1]) * step
    below = np.concatenate([np.zeros((1, *step.shape)), mass.cumsum(axis=0)])
    return Ridge(low, step, density / below[-1], below / below[-1], centre, scale, logit)


def _seen(value: Array, centre: Array, scale: Array, logit: Array) -> Array:
    """(log ρ(logit + scale (u - centre)) - log ρ(logit)) / (scale (1 - ρ)) + centre."""
    moved = np.exp(-logit - scale * (value - centre))
    still = np.exp(-logit)
    return np.asarray(centre + (np.log1p(still) - np.log1p(moved)) * (1.0 + 1.0 / still) / scale)
