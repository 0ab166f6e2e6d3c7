"""An outside index of state capacity, of the rule of law for example, as a second look at the factor."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.covariates import Covariate
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.normal import Normal
from estimators.synthesis.observations import Index, Observations, Weights
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Scale, Unknown
from estimators.synthesis.world import Figures, Observed, World

INTERCEPT = Prior("mean of the index", "the index is standardised", "normal", (0.0, 0.5), "by construction")
LOADING = Prior(
    "loading of the index",
    "up to 1.6 sd of the index for one of capacity",
    "half-normal",
    (0.0, 0.8),
    "positive by definition",
)
ALL = -1  # of the periods


@dataclass(frozen=True)
class CapacityIndex:
    """A standardised index w of state capacity, by area or by area and period.

    Parameters
    ----------
    index : Covariate
        Its values, standardised; only areas and periods of the model that it names are read.
    noise : float
        Standard deviation of w around its loading on κ.
    intercept, loading : Prior
        Normal, and half-normal: positive.
    derived_from : str
        What the index was made from; an index made from the same prosecutions is no second look.

    Notes
    -----
    w ~ Normal(c + λ κ, noise²). Needs a stream that measures capacity.
    """

    index: Covariate
    noise: float = 0.6
    intercept: Prior = INTERCEPT
    loading: Prior = LOADING
    derived_from: str = ""

    @property
    def name(self) -> str:
        """By the name of the index."""
        return f"capacity_index_{self.index.name}"

    @property
    def indicators(self) -> tuple[str, ...]:
        """None: it comes with the model."""
        return ()

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Intercept and loading."""
        return (
            Location(f"intercept_{self.index.name}", self.intercept, "capacity"),
            Scale(f"loading_{self.index.name}", self.loading, "capacity"),
        )

    def quantities(self, world: World) -> dict[str, Values]:
        """None by cell."""
        return {}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """One row for each value about an area, or about an area and period, of the model.

        Raises
        ------
        DataError
            If the index names no area of the model.
        """
        areas = {area: place for place, area in enumerate(grid.areas)}
        periods = {period: place for place, period in enumerate(grid.periods)} | {"": ALL}
        kept = [
            ((area, period), value)
            for (area, period), value in self.index.values
            if area in areas and period in periods
        ]
        if not kept:
            expected = f"values about areas of the model: {', '.join(grid.areas)}"
            raise DataError([Problem(f"index {self.index.name}", None, None, str(self.index.values[:1]), expected)])
        about = np.array([(areas[area], periods[period]) for (area, period), _ in kept], dtype=np.intp)
        matrix = _means(about[:, 0], about[:, 1], grid)
        values = np.array([value for _, value in kept])
        labels = tuple(f"{area} {period}".strip() for (area, period), _ in kept)
        return {"index": Observations(values, values, matrix, np.zeros(len(kept), dtype=np.intp), labels)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Normal around the loading on the mean capacity of its cells."""
        rows = observed[term]
        capacity = rows.sums(world["capacity"], world.operations)
        mean = world[f"intercept_{self.index.name}"] + world[f"loading_{self.index.name}"] * capacity
        return Normal(mean, np.full(len(rows), self.noise))


def _means(area: Index, period: Index, grid: Grid) -> Weights:
    """Weights that average over the cells of an area and of a period, or of `ALL` of them."""
    _, strata, periods = grid.shape
    chosen = (period[:, None] == ALL) | (period[:, None] == np.arange(periods))
    row, stratum, place = np.nonzero(np.broadcast_to(chosen[:, None], (len(area), strata, periods)))
    weight = 1.0 / (strata * chosen.sum(axis=1))[row]
    cell = (area[row] * strata + stratum) * periods + place
    return sparse.csr_array((weight, (row, cell)), shape=(len(area), grid.size))
