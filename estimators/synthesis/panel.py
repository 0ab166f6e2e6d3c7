"""A model meets its figures: unknowns in order, the world at given values, densities and simulated figures. Written once for all parts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special, stats

from estimators.numeric import families
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.normal import LOG_TWO_PI
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY, Operations, Values
from estimators.synthesis.unknowns import Effect, Location, Scale, Share, Unknown
from estimators.synthesis.world import Part, Stream, World

type Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """A process, streams and their figures on a grid.

    Parameters
    ----------
    grid : Grid
        The cells.
    parts : tuple of Part
        Capacity, process, then streams, in the order in which quantities are computed.
    figures : mapping of (stream, term) to Observations
        What each stream reads.

    Notes
    -----
    The flat vector of unknowns holds, in order: locations on their working scale, logarithms of scales, logits of shares, effects.
    Effects are standardised in the vector (value / scale) and scaled in the world.
    """

    grid: Grid
    parts: tuple[Part, ...]
    figures: Mapping[tuple[str, str], Observations]

    @property
    def cells(self) -> xr.Dataset:
        """Population and years over (area, period), and the reported figures of the first stream where one row is one cell."""
        lower, upper = (each.reshape(self.grid.shape).sum(axis=1) for each in self.reported_limits)
        known = np.isfinite(upper) | (lower > 0)  # at least so many is a figure too
        exact = lower == upper
        limits = {
            "reported": np.where(exact, lower, np.nan),
            "lower": np.where(known, lower, np.nan),
            "upper": np.where(known, upper, np.nan),
        }
        return self.grid.dataset().assign({name: (("area", "period"), values) for name, values in limits.items()})

    @cached_property
    def reported_limits(self) -> tuple[Array, Array]:
        """Least and most that was identified in each cell, (cells,): from rows of one cell; 0 and infinity where there is none."""
        lower, upper = np.zeros(self.grid.size), np.full(self.grid.size, np.inf)
        for (stream, _), rows in self.figures.items():
            if stream == "identified_victims" and len(rows) and not rows.further:
                np.add.at(lower, rows.cell[rows.single], rows.lower[rows.single])
                upper[rows.cell[rows.whole]] = rows.upper[rows.whole]
        return lower, upper

    @cached_property
    def identified_limits(self) -> tuple[Array, Array]:
        """The same of persons identified: what was recorded otherwise than counted says nothing of them."""
        plain = {key: rows.take(~rows.recorded) for key, rows in self.figures.items() if not rows.further}
        return replace(self, figures=plain).reported_limits

    @cached_property
    def unknowns(self) -> tuple[Unknown, ...]:
        """All unknowns: locations, scales, shares, effects."""
        present = frozenset(part.name for part in self.parts)
        found = [unknown for part in self.parts for unknown in part.unknowns(self.grid, present)]
        return tuple(
            unknown for kind in (Location, Scale, Share, Effect) for unknown in found if isinstance(unknown, kind)
        )

    @cached_property
    def locations(self) -> tuple[Location, ...]:
        """Levels, slopes, dispersions."""
        return tuple(unknown for unknown in self.unknowns if isinstance(unknown, Location))

    @cached_property
    def scales(self) -> tuple[Scale, ...]:
        """Standard deviations of effects."""
        return tuple(unknown for unknown in self.unknowns if isinstance(unknown, Scale))

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """Probabilities with beta priors."""
        return tuple(unknown for unknown in self.unknowns if isinstance(unknown, Share))

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """Effects of areas, strata and periods."""
        return tuple(unknown for unknown in self.unknowns if isinstance(unknown, Effect))

    @property
    def named(self) -> tuple[Unknown, ...]:
        """Unknowns that a graph draws under their own names: all but locations."""
        return tuple(unknown for unknown in self.unknowns if not isinstance(unknown, Location))

    @cached_property
    def layout(self) -> dict[str, slice]:
        """Place of each unknown in the flat vector."""
        found, place = {}, 0
        for unknown in self.unknowns:
            size = self.grid.sizes[unknown.over] if isinstance(unknown, Effect) else 1
            found[unknown.name] = slice(place, place + size)
            place += size
        return found

    @property
    def size(self) -> int:
        """Length of the flat vector."""
        return int(next(reversed(self.layout.values())).stop)

    @cached_property
    def location_prior(self) -> tuple[Array, Array]:
        """Means and standard deviations of the locations."""
        parameters = np.array([location.prior.parameters for location in self.locations]).reshape(-1, 2)
        return parameters[:, 0], parameters[:, 1]

    @cached_property
    def scale_prior(self) -> Array:
        """Scales of the half-normal priors."""
        return np.array([scale.prior.parameters[1] for scale in self.scales])

    def world(self, known: Mapping[str, Values], operations: Operations) -> World:
        """All quantities at given values of the unknowns."""
        world = World(self.grid, operations, known)
        for part in self.parts:
            world = world.extended(part.quantities(world))
        return world

    def unpack(self, vector: Array) -> dict[str, Array]:
        """Values that formulas see, from flat vectors of shape (..., size)."""
        values = {name: vector[..., place] for name, place in self.layout.items()}
        values |= {scale.name: np.exp(values[scale.name]) for scale in self.scales}
        return values | {
            effect.name: values[effect.name] * values[effect.scale] for effect in self.effects if effect.scale
        }

    def log_prior_by_group(self, vector: Array) -> dict[str, Array]:
        """Logarithm of the prior density of flat vectors, (...,), by named group of priors; effects given their scales are one group.

        The density is of the flat vector itself: of the logarithm of a scale and of the logit of a share.
        """
        found: dict[str, Array] = {}
        for unknown in self.unknowns:
            x = vector[..., self.layout[unknown.name]]
            if isinstance(unknown, Effect):
                group = "effects"
                density = stats.t.logpdf(x, unknown.degrees) if unknown.degrees else -0.5 * x * x - 0.5 * LOG_TWO_PI
            else:
                group = unknown.group
                density = _log_density(unknown, x)
            found[group] = found.get(group, 0.0) + density.sum(axis=-1)
        return found

    def log_prior(self, vector: Array) -> Array:
        """Logarithm of the prior density of flat vectors, (...,)."""
        return np.asarray(sum(self.log_prior_by_group(vector).values(), start=np.zeros(vector.shape[:-1])))

    def distributions(
        self, world: World, figures: Mapping[tuple[str, str], Observations] | None = None
    ) -> dict[tuple[str, str], Distribution]:
        """Distribution of each kind of row, given the figures it depends on."""
        rows = self.figures if figures is None else figures
        found: dict[tuple[str, str], Distribution] = {}
        for stream in self._streams:
            own = {term: known for (name, term), known in rows.items() if name == stream.name}
            values = {term: known.lower for term, known in own.items()}
            found |= {
                (stream.name, term): stream.distribution(term, world, own, values) for term in own if len(own[term])
            }
        return found

    def log_likelihood(self, vector: Array) -> dict[tuple[str, str], Array]:
        """Log density of each row, (..., rows), by stream and term."""
        world = self.world(self.unpack(vector), NUMPY)
        distributions = self.distributions(world)
        return {key: each.log_density(self.figures[key], NUMPY) for key, each in distributions.items()}

    def log_density(self, vector: Array) -> Array:
        """Logarithm of the joint density of flat vectors and the figures, (...,)."""
        total = self.log_prior(vector)
        for rows in self.log_likelihood(vector).values():
            total = total + rows.sum(axis=-1)
        return np.asarray(total)

    def simulate(self, vector: Array, rng: np.random.Generator) -> dict[tuple[str, str], Array]:
        """Figures drawn at given values, (..., rows), a later kind of row given the drawn figures of those before it.

        What is drawn is exact, also where the figure was an interval.
        """
        world = self.world(self.unpack(vector), NUMPY)
        found: dict[tuple[str, str], Array] = {}
        for stream in self._streams:
            own = {
                term: rows.with_counts(rows.lower) for (name, term), rows in self.figures.items() if name == stream.name
            }
            drawn: dict[str, Array] = {}
            for term, rows in own.items():
                drawn[term] = np.empty((*vector.shape[:-1], 0))
                if len(rows):
                    drawn[term] = stream.distribution(term, world, own, drawn).simulate(rng)
                found[stream.name, term] = drawn[term]
        return found

    def draw_prior(self, draws: int, rng: np.random.Generator) -> Array:
        """Flat vectors drawn from the prior, shape (draws, size)."""
        mean, sd = self.location_prior
        locations = mean + sd * rng.standard_normal((draws, len(mean)))
        logs = np.log(self.scale_prior * np.abs(rng.standard_normal((draws, len(self.scales)))))
        uniform = rng.random((draws, len(self.shares)))
        shares = [special.logit(share.prior.quantile(uniform[:, [place]])) for place, share in enumerate(self.shares)]
        effects = [
            rng.standard_t(effect.degrees, (draws, self.grid.sizes[effect.over]))
            if effect.degrees
            else rng.standard_normal((draws, self.grid.sizes[effect.over]))
            for effect in self.effects
        ]
        return np.concatenate([locations, logs, *shares, *effects], axis=1)

    def with_counts(self, drawn: Mapping[tuple[str, str], Array]) -> "Panel":
        """The same design with other, exact figures."""
        return replace(self, figures={key: rows.with_counts(drawn[key]) for key, rows in self.figures.items()})

    @property
    def _streams(self) -> tuple[Stream, ...]:
        return tuple(part for part in self.parts if hasattr(part, "distribution"))  # type: ignore[misc]


def _log_density(unknown: Location | Share | Scale, x: Array) -> Array:
    """Of a location on its working scale, of the logit of a share, of the logarithm of a scale."""
    first, second = unknown.prior.parameters
    if isinstance(unknown, Location):
        return np.asarray(-0.5 * ((x - first) / second) ** 2 - np.log(second) - 0.5 * LOG_TWO_PI)
    if isinstance(unknown, Share):
        return families.log_density_of_logit("beta", first, second, x)
    return np.asarray(-0.5 * (np.exp(x) / second) ** 2 + x - np.log(second) + 0.5 * np.log(2.0 / np.pi))
