"""A regression with incomplete reporting as arrays: what is inner, what is outer, and the way back to cells."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import Array, Cells, exact_counts, require_population
from estimators.counts.regression_parts import AreaEffects, cell_values
from estimators.counts.reporting import as_prior
from estimators.numeric import families, pogit

if TYPE_CHECKING:
    from estimators.counts.validated_regression import ValidatedRegression

FURTHEST = 8.0  # score of a standard deviation: its prior has next to nothing beyond, and a Hessian there no digits
LARGEST_LOG = 20.0


@dataclass(frozen=True)
class Panel:
    """One model with one set of figures.

    Inner unknowns are standard normal: level, slopes on incidence, effects of areas. Outer ones are, in this order, logits of units, slopes
    on reporting, and by `hyper` the standard deviations of effects as normal scores, their logit spatial shares and the log size.
    """

    model: "ValidatedRegression"
    figures: xr.Dataset

    @cached_property
    def cells(self) -> Cells:
        """Counts and exposures."""
        cells = exact_counts(self.figures, "ValidatedRegression")
        require_population(cells, "ValidatedRegression")
        return cells

    @cached_property
    def areas(self) -> list[str]:
        """Names of areas."""
        return [str(name) for name in self.figures["area"].values]

    @cached_property
    def periods(self) -> list[str]:
        """Names of periods."""
        return [str(name) for name in self.figures["period"].values]

    @cached_property
    def area(self) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
        """Area of each cell."""
        return np.repeat(np.arange(len(self.areas)), len(self.periods))

    @cached_property
    def units(self) -> list[str]:
        """Names of units of reporting."""
        return [str(name) for name in self.figures["unit"].values]

    @cached_property
    def unit(self) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
        """Unit of each cell."""
        return np.array([self.units.index(self.model.unit_of(name)) for name in self.areas])[self.area]

    def design(self, side: str) -> Array:
        """Covariates of a side, (cells, covariates)."""
        covariates = self.model.incidence if side == "incidence" else self.model.reporting
        columns = [cell_values(each, self.areas, self.periods) for each in covariates]
        return np.stack(columns, axis=1) if columns else np.empty((len(self.area), 0))

    @cached_property
    def reporting(self) -> Array:
        """Covariates of reporting, (cells, Q)."""
        return self.design("reporting")

    @cached_property
    def fixed(self) -> Array:
        """Level and slopes on incidence: means and standard deviations, (2, P)."""
        pairs = [self.model.level.parameters, *(each.slope.parameters for each in self.model.incidence)]
        return np.array(pairs).T

    @cached_property
    def slopes(self) -> Array:
        """Slopes on reporting: means and standard deviations, (2, Q)."""
        return np.array([each.slope.parameters for each in self.model.reporting]).reshape(-1, 2).T

    @cached_property
    def effects(self) -> tuple[tuple[str, AreaEffects, Array, Array], ...]:
        """Side, effects, basis by cell and spatial variances."""
        sides = (("incidence", self.model.incidence_effects), ("reporting", self.model.reporting_effects))
        found = []
        for side, effects in sides:
            if effects is not None:
                basis, variance = effects.modes(self.areas)
                found.append((side, effects, basis[self.area], variance))
        return tuple(found)

    @cached_property
    def hyper(self) -> tuple[str, ...]:
        """Names of the outer unknowns after units and slopes."""
        names = []
        for side, effects, _, _ in self.effects:
            names += [f"{side} sd"] + ([f"{side} share"] if effects.shared else [])
        return (*names, *(["size"] if self.model.dispersion is not None else []))

    @cached_property
    def bases(self) -> tuple[Array, Array]:
        """K1 and K2 of all cells, (cells, D)."""
        x = np.concatenate([np.ones((len(self.area), 1)), self.design("incidence")], axis=1)
        empty = np.zeros_like(x)
        parts = [[x, empty]]
        for side, _, basis, _ in self.effects:
            none = np.zeros_like(basis)
            parts.append([basis, none] if side == "incidence" else [none, basis])
        first, second = (np.concatenate([part[place] for part in parts], axis=1) for place in (0, 1))
        return first, second

    @cached_property
    def observed(self) -> pogit.Cells:
        """Cells with a count."""
        seen = ~self.cells.missing
        first, second = self.bases
        return pogit.Cells(self.cells.reported[seen], np.log(self.cells.exposure[seen]), first[seen], second[seen])

    def outer(self, x: Array, every: bool = False) -> pogit.Outer:
        """What outer unknowns (S, d) fix, of the observed cells or of all."""
        seen = np.ones(len(self.area), dtype=bool) if every else ~self.cells.missing
        size, units = len(x), len(self.units)
        logits, slopes = x[:, :units], x[:, units : units + len(self.model.reporting)]
        hyper = dict(zip(self.hyper, x[:, units + len(self.model.reporting) :].T, strict=True))
        zeta = logits[:, self.unit[seen]] + slopes @ self.reporting[seen].T
        x_fixed = self.bases[0][seen, : self.fixed.shape[1]]
        eta = np.broadcast_to(x_fixed @ self.fixed[0], (size, int(seen.sum())))
        scales = [np.broadcast_to(self.fixed[1], (size, self.fixed.shape[1]))]
        scales += [self._scale(side, effects, variance, hyper) for side, effects, _, variance in self.effects]
        phi = self.told("size", hyper["size"]) if "size" in hyper else np.full(size, np.inf)
        return pogit.Outer(eta, zeta, np.concatenate(scales, axis=1), phi, self._log_prior(logits, slopes, hyper))

    def told(self, name: str, value: Array) -> Array:
        """What an outer unknown of `hyper` stands for: a standard deviation, a share, a size."""
        side, _, what = name.partition(" ")
        if what == "share":
            return np.asarray(special.expit(value))
        if name == "size":
            return np.exp(np.clip(value, -LARGEST_LOG, LARGEST_LOG))
        (scale,) = (effects.sd.parameters[1] for of, effects, _, _ in self.effects if of == side)
        return np.asarray(scale * families.half_normal(np.clip(value, -FURTHEST, FURTHEST)))

    def _scale(self, side: str, effects: AreaEffects, variance: Array, hyper: dict[str, Array]) -> Array:
        sd = self.told(f"{side} sd", hyper[f"{side} sd"])[:, None]
        if not effects.neighbours:
            return np.asarray(np.broadcast_to(sd, (len(sd), len(variance))))
        share = self.told(f"{side} share", hyper[f"{side} share"])[:, None] if effects.shared else 1.0
        return np.asarray(sd * np.sqrt(1.0 - share + share * variance))

    def _log_prior(self, logits: Array, slopes: Array, hyper: dict[str, Array]) -> Array:
        """Priors of the outer unknowns and the validation sample."""
        value = np.zeros(len(logits))
        audited, found = self.figures["audited"].values, self.figures["audited_reported"].values
        for place, name in enumerate(self.units):
            prior = as_prior(self.model.prior_of(name))
            value = value + families.log_density_of_logit(prior.family, *prior.parameters, logits[:, place])
            value = value + found[place] * special.log_expit(logits[:, place])
            value = value + (audited[place] - found[place]) * special.log_expit(-logits[:, place])
        value = value - 0.5 * (((slopes - self.slopes[0]) / self.slopes[1]) ** 2).sum(axis=1)
        for side, effects, _, _ in self.effects:
            value = value - 0.5 * hyper[f"{side} sd"] ** 2
            if effects.shared and effects.spatial_share is not None:
                mean, sd = effects.spatial_share.parameters
                value = value - 0.5 * ((hyper[f"{side} share"] - mean) / sd) ** 2
        if self.model.dispersion is not None:
            mean, sd = self.model.dispersion.parameters
            value = value - 0.5 * ((hyper["size"] - mean) / sd) ** 2
        return np.asarray(value)

    @cached_property
    def start(self) -> Array:
        """Where to begin: what priors and validation sample alone say of the units, slopes at their means, medians of the rest."""
        grid = np.linspace(-12.0, 12.0, 2401)
        table = self._log_units(grid)
        logits = grid[table.argmax(axis=1)].clip(-6.0, 6.0)
        hyper: list[float] = []
        for _, effects, _, _ in self.effects:
            hyper += [0.0]
            hyper += (
                [effects.spatial_share.parameters[0]] if effects.shared and effects.spatial_share is not None else []
            )
        hyper += [self.model.dispersion.parameters[0]] if self.model.dispersion is not None else []
        return np.array([*logits, *self.slopes[0], *hyper])

    def unit_moments(self) -> tuple[Array, Array]:
        """Mean and standard deviation of the log reporting probability of each unit from its prior and validation sample alone."""
        grid = np.linspace(-60.0, 60.0, 12_001)
        table = self._log_units(grid)
        weight = np.exp(table - table.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        log_share = special.log_expit(grid)
        mean = weight @ log_share
        return mean, np.sqrt((weight * (log_share - mean[:, None]) ** 2).sum(axis=1))

    def _log_units(self, grid: Array) -> Array:
        """Log density of each unit's logit from prior and validation sample, (units, nodes)."""
        rows = []
        for name, m, v in zip(
            self.units, self.figures["audited"].values, self.figures["audited_reported"].values, strict=True
        ):
            prior = as_prior(self.model.prior_of(name))
            value = families.log_density_of_logit(prior.family, *prior.parameters, grid)
            rows.append(value + v * special.log_expit(grid) + (m - v) * special.log_expit(-grid))
        return np.array(rows)
