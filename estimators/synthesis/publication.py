"""Whether a figure was published at all: states that see little may also publish less."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.distributions import BetaBinomial, Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Unknown
from estimators.synthesis.world import Figures, Observed, World

LEVEL = Prior("publication", "a typical figure is published with probability 0.2 to 0.97", "normal", (1.0, 1.5), "weak")
SLOPE = Prior(
    "capacity and publication",
    "one sd of capacity multiplies the odds by 0.4 to 2.3",
    "normal",
    (0.0, 0.5),
    "sign-free",
)


@dataclass(frozen=True)
class Publication:
    """Missing figures that are not missing at random: publication depends on state capacity.

    Parameters
    ----------
    level, slope : Prior
        Normal, of the logit of the chance that a figure is published, and of its slope on capacity κ.
    indicator : str
        The figures whose publication is modelled; a stream of the model reads them too.

    Notes
    -----
    published ~ Bernoulli(logit⁻¹(m₀ + m₁ κ)) for every area and period. Needs a stream that measures capacity.
    """

    level: Prior = LEVEL
    slope: Prior = SLOPE
    indicator: str = "victims_identified"

    @property
    def name(self) -> str:
        """Publication."""
        return "publication"

    @property
    def indicators(self) -> tuple[str, ...]:
        """None of its own: it looks at which figures are there."""
        return ()

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Level and slope."""
        return (
            Location("logit_publication", self.level, "publication"),
            Location("capacity_on_publication", self.slope, "capacity", multiplies=True),
        )

    def quantities(self, world: World) -> dict[str, Values]:
        """Logit of the chance of publication."""
        return {"logit_published": world["logit_publication"] + world["capacity_on_publication"] * world["capacity"]}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """1 where the cells of an area and period have a figure, else 0."""
        areas, _, periods = grid.shape
        found = np.zeros(areas * periods)
        found[grid.index["area_period"][read_rows(evidence, grid, (self.indicator,)).matrix.indices]] = 1.0
        first = np.flatnonzero(grid.index["stratum"] == 0)
        matrix = sparse.csr_array((np.ones(len(first)), (np.arange(len(first)), first)), shape=(len(first), grid.size))
        labels = tuple(f"{area} {period}" for area in grid.areas for period in grid.periods)
        return {"published": Observations(found, found, matrix, np.zeros(len(found), dtype=np.intp), labels)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Bernoulli."""
        rows = observed[term]
        return BetaBinomial(np.ones(len(rows)), world["logit_published"][..., rows.cell])
