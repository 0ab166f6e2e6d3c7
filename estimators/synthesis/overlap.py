"""Matched records: persons both identified by the state and known to the hotline."""

from dataclasses import dataclass

import numpy as np

from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.distributions import Distribution, Poisson
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Unknown
from estimators.synthesis.world import Figures, Observed, World

DEPENDENCE = Prior("dependence of the two records", "odds 0.9 to 4.6 times as high", "log-normal", (float(np.log(2.0)), 0.5),
                   "hotlines refer to the police")  # fmt: skip


@dataclass(frozen=True)
class Overlap:
    """Records matched between identified victims and the hotline.

    Parameters
    ----------
    dependence : Prior
        Log-normal, of ω: how much likelier a person known to one is to be known to the other.
    indicator : str
        Which figures are read.

    Notes
    -----
    m ~ Poisson(Λ ρ h ω). Needs `IdentifiedVictims` and `Hotline`. It anchors the level: y v / m estimates Λ ω, as well as ω is known.
    """

    dependence: Prior = DEPENDENCE
    indicator: str = "matched_records"

    @property
    def name(self) -> str:
        """Overlap."""
        return "overlap"

    @property
    def indicators(self) -> tuple[str, ...]:
        """One."""
        return (self.indicator,)

    @property
    def anchor(self) -> str:
        """Its figures measure a level: what kind of absolute anchor they are."""
        return "overlap"

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Dependence."""
        return (Location("log_overlap_dependence", self.dependence, "overlap"),)

    def quantities(self, world: World) -> dict[str, Values]:
        """Logarithm of the expected matches of each cell."""
        return {"log_matched": world["log_identified"] + world["log_hotline_use"] + world["log_overlap_dependence"]}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Rows of the indicator."""
        return {self.indicator: read_rows(evidence, grid, self.indicators)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Poisson."""
        return Poisson(observed[term].log_mean(world["log_matched"], world.operations))
