"""Along the ridge: figures see incidence times reporting, so area effects are free to move, and far out a probability comes near 1.

There a Gaussian is no guide. The effects on reporting, the last of the border, are therefore drawn one after the other from densities of
their own, tabulated in closed form, and all other effects given the *log* probability that follows from them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.laplace.block import Block, log_student
from estimators.synthesis.laplace.forward import log_expit
from estimators.synthesis.laplace.gaussian import Gaussian
from estimators.synthesis.laplace.layout import Known, Layout, world_of
from estimators.synthesis.normal import LOG_TWO_PI
from estimators.synthesis.unknowns import Effect

type Array = NDArray[np.float64]

POINTS = 41
REACH, FARTHEST = 5.5, 5.0  # of a table: standard deviations of the Gaussian, and of the prior
LEAST = 1e-9  # precision of what figures say


@dataclass(frozen=True, eq=False)
class Ridge:
    """Where effects on reporting leave the straight line.

    Parameters
    ----------
    scales : tuple of Array
        Of the last effects of the border, in order, each (1, draws).
    log_still : Array
        Logarithm of the reporting probability at the mean of the Gaussian, by stratum, shape (strata, areas, draws).
    logit : Array
        Its logit.
    """

    scales: tuple[Array, ...]
    log_still: Array
    logit: Array

    def seen(self, moved: Array) -> Array:
        """What the log of the probability makes of moves of the logit, (strata, areas, draws): equal to them where they are small."""
        return np.asarray((log_expit(self.logit + moved) - self.log_still) / -np.expm1(self.log_still))


def make_ridge(block: Block, known: Known, gaussian: Gaussian) -> Ridge:
    """Reporting probabilities at the mean, averaged on the logit scale over periods."""
    world = world_of(block.panel, block.layout, known, gaussian.chain, gaussian.border)
    areas, strata, periods = block.panel.grid.shape
    draws = gaussian.border.shape[-1]
    cells = np.broadcast_to(world["logit_reporting"].value, (areas * strata * periods, draws))
    logit = np.moveaxis(cells.reshape(areas, strata, periods, draws).mean(axis=2), 1, 0)
    effects = [effect for effect, _ in block.layout.border[-block.layout.ridge :]]
    return Ridge(tuple(known[effect.scale] for effect in effects), log_expit(logit), logit)


def draw_ridge(layout: Layout, ridge: Ridge, gaussian: Gaussian, p: Array) -> tuple[Array, Array, Array]:
    """Values of the last effects with probabilities p below, (effects, areas, draws); as the others see them; their log density.

    One after the other from the last: the prior of each times what the Gaussian says of it given those before, a normal likelihood in
    the value as far as the log probability follows it.
    """
    number = len(ridge.scales)
    border = layout.border[-number:]
    mean, lower = gaussian.border[-number:], gaussian.arrow.corner[-number:, -number:]
    values, beside = np.empty_like(p), np.empty_like(p)  # beside the mean, as others see it
    moved, followed = (
        np.zeros_like(ridge.logit),
        np.zeros_like(ridge.logit),
    )  # logits by stratum, truly and as others see it
    log_density = np.zeros(p.shape[1:])
    for j in range(number - 1, -1, -1):
        effect, stratum = border[j]
        those = slice(None) if stratum < 0 else slice(stratum, stratum + 1)
        centre = mean[j] - lower[j, j] * (lower[j + 1 :, j] * beside[j + 1 :]).sum(axis=0)

        def seen(value: Array, j: int = j, those: slice = those) -> Array:
            """Beside the mean, as the others see it."""
            scale = ridge.scales[j]
            moves = moved[those] + scale * (value - mean[j])[..., None, :, :]
            part = Ridge(ridge.scales, ridge.log_still[those], ridge.logit[those])
            return np.asarray(((part.seen(moves) - followed[those]) / scale).mean(axis=-3))

        values[j], log_here = _table(effect, centre, lower[j, j], mean[j], seen, p[j])
        beside[j] = seen(values[j])
        moved[those] += ridge.scales[j] * (values[j] - mean[j])
        followed[those] += ridge.scales[j] * beside[j]
        log_density += log_here
    return values, beside, log_density


def _table(
    effect: Effect, centre: Array, sd: Array, mean: Array, seen: Callable[[Array], Array], p: Array
) -> tuple[Array, Array]:
    """Quantiles of the density prior × exp(-½ Λ (seen - t)²), linear between points, and its logarithm there."""
    nu = effect.degrees
    pull = (nu + 1.0) / (nu + centre**2) if nu else 1.0
    told = np.maximum(sd**-2.0 - pull, LEAST)
    towards = centre * (told + pull) / told
    reach = 2.0 * FARTHEST if nu else FARTHEST
    low, high = np.minimum(centre - REACH * sd, -0.5 * reach), np.maximum(centre + REACH * sd, reach)
    step = (high - low) / (POINTS - 1)
    at = low + step * np.arange(POINTS)[:, None, None]
    prior = log_student(nu, at) if nu else -0.5 * (at * at + LOG_TWO_PI)
    log_density = prior - 0.5 * told * (mean + seen(at) - towards) ** 2
    density = np.exp(log_density - log_density.max(axis=0)) + 1e-12
    below = np.concatenate([np.zeros((1, *step.shape)), (0.5 * (density[1:] + density[:-1]) * step).cumsum(axis=0)])
    target = p * below[-1]
    place = np.clip((below <= target).sum(axis=0) - 1, 0, POINTS - 2)[None]
    start, left, right = (
        np.take_along_axis(each, where, axis=0)[0]
        for each, where in ((below, place), (density, place), (density, place + 1))
    )
    slope, rest = (right - left) / step, np.maximum(target - start, 0.0)
    along = 2.0 * rest / (left + np.sqrt(np.maximum(left * left + 2.0 * slope * rest, 0.0)))
    along = np.clip(along, 0.0, step)
    return low + place[0] * step + along, np.log((left + slope * along) / below[-1])
