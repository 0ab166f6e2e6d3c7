"""Locations, scales and shares in normal scores: coordinates in which the prior of every one is standard normal, independently.

What figures leave open is then exactly Gaussian, and scales near 0 lie at infinity. Two scales of effects that figures see only in a sum
are taken in polar form: figures inform the radius and leave the angle to the prior.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric.families import half_normal
from estimators.synthesis.laplace.forward import FORWARD, Forward
from estimators.synthesis.normal import LOG_TWO_PI
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """Normal scores of the unknowns of a panel that are not effects, in the order locations, scales, shares."""

    panel: Panel

    @property
    def size(self) -> int:
        """How many."""
        return len(self.panel.locations) + len(self.panel.scales) + len(self.panel.shares)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Numbers of scales that are taken in polar form."""
        effects = {effect.name: effect for effect in self.panel.effects if not effect.degrees and effect.scale}
        number = {scale.name: place for place, scale in enumerate(self.panel.scales)}
        return tuple(
            (number[effects[effect.seen_with].scale], number[effect.scale])
            for effect in effects.values()
            if effect.seen_with in effects
        )

    def known(self, scores: Array) -> dict[str, Array]:
        """Locations, scales and logits of shares, each (1, draws), from scores of shape (size, draws)."""
        panel = self.panel
        mean, sd = panel.location_prior
        locations = mean[:, None] + sd[:, None] * scores[: len(mean)]
        z = scores[len(mean) : len(mean) + len(panel.scales)]
        units = half_normal(z)
        for one, other in self.pairs:
            radius, angle = np.sqrt(-2.0 * special.log_ndtr(-z[one])), 0.5 * np.pi * special.ndtr(z[other])
            units[one], units[other] = radius * np.cos(angle), radius * np.sin(angle)
        found = {each.name: locations[k : k + 1] for k, each in enumerate(panel.locations)}
        found |= {each.name: panel.scale_prior[k] * units[k : k + 1] for k, each in enumerate(panel.scales)}
        rest = scores[len(mean) + len(panel.scales) :]
        logits = [special.logit(each.prior.quantile(special.ndtr(rest[k]))) for k, each in enumerate(panel.shares)]
        found |= {each.name: logits[k][None] for k, each in enumerate(panel.shares)}
        return found | self._straightened(found)

    def log_prior(self, known: Mapping[str, Array], scores: Array) -> Array:
        """Logarithm of the prior density of scores, (draws,)."""
        mean, sd = self.panel.location_prior
        actual = scores.copy()
        for place, each in enumerate(self.panel.locations):
            actual[place] = (known[each.name][0] - mean[place]) / sd[place]
        return np.asarray(-0.5 * (actual * actual + LOG_TWO_PI).sum(axis=0))

    def _straightened(self, known: Mapping[str, Array]) -> dict[str, Array]:
        """Levels of incidence from levels of what is reported: less the log of the typical reporting probability, by stratum."""
        grid, names = self.panel.grid, {each.name for each in self.panel.locations}
        if not {"log_incidence_level", "logit_reporting_level"} <= names:
            return {}
        world = self.panel.world(
            {name: Forward(values) for name, values in known.items()}
            | {each.name: Forward(np.zeros((1, 1))) for each in self.panel.effects},
            FORWARD,
        )
        areas, strata, periods = grid.shape
        cells = np.broadcast_to(world["log_reporting"].value, (grid.size, known["log_incidence_level"].shape[1]))
        seen = cells.reshape(areas, strata, periods, -1).mean(axis=(0, 2))
        found = {"log_incidence_level": known["log_incidence_level"] - seen.mean(axis=0)}
        for stratum, word in enumerate(grid.strata if grid.by else ()):
            name = f"log_incidence_{word}"
            found[name] = known[name] - seen[stratum] + seen.mean(axis=0)
        return found
