"""Competing exits: a victim is identified, dies or is otherwise registered, or leaves unseen; two registers then show one flow."""

from dataclasses import dataclass

import numpy as np

from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.distributions import Distribution, NegativeBinomial, Poisson
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Share, Unknown
from estimators.synthesis.world import Figures, Observed, World

FRACTION = Prior("registered exits among the undetected", "1 to 11 % of those never identified end in the register", "beta", (2.1, 40.0),
                 "no register of such exits is known; everything depends on it")  # fmt: skip
COMPLETENESS = Prior(
    "completeness of the register",
    "44 to 92 % of such exits are in it",
    "beta",
    (6.0, 2.5),
    "registers miss and miscode",
)
DISPERSION = Prior("dispersion of registered exits", "extra coefficient of variation 0.2 to 0.6", "log-normal", (float(np.log(8.0)), 0.7),
                   "single events with several dead")  # fmt: skip


@dataclass(frozen=True)
class Exits:
    """A register of those who left by another exit than being identified, their death for example.

    Parameters
    ----------
    fraction : Prior
        Beta, of the share of the undetected whose exit is of the registered kind. It fixes the level: print `share_sensitivity` beside
        every answer.
    completeness : Prior
        Beta, of the share of such exits that the register holds.
    among_identified : Prior or None
        Beta, of the share of the identified who end in the register too; None for none.
    dispersion : Prior or None
        Log-normal, of φ: variance m + m²/φ; None for a Poisson count.
    duration : Prior or None
        Log-normal, of the years that exploitation lasts where it is never detected: the result then has the ``stock`` on a given day.
    indicator : str
        Which figures are read.

    Notes
    -----
    A stock with entries Λ and exits at the rates δ (identified), μ (registered) and ν (unseen): of those who enter, the share
    ρ = δ / (δ + μ + ν) is identified, of the others f = μ / (μ + ν) is registered, and without detection exploitation lasts
    D = 1 / (μ + ν) years, so that the stock is Λ (1 - ρ) D. With c the completeness and g the share among the identified,

    identified ~ NegativeBinomial(Λ ρ, φ), registered ~ NegativeBinomial(Λ ((1 - ρ) f + ρ g) c, φ').

    The ratio of the two registers gives odds of detection (f c times them), so that f and c anchor the level. Its interval is as narrow as
    their priors are, and no figure can contradict them.

    References
    ----------
    Chitwood, M. H. et al. 2021. Bayesian evidence synthesis to estimate subnational TB incidence: an application in Brazil. Epidemics 35,
    100443. doi:10.1016/j.epidem.2021.100443
    """

    fraction: Prior = FRACTION
    completeness: Prior = COMPLETENESS
    among_identified: Prior | None = None
    dispersion: Prior | None = DISPERSION
    duration: Prior | None = None
    indicator: str = "exits_registered"

    @property
    def name(self) -> str:
        """Exits."""
        return "exits"

    @property
    def indicators(self) -> tuple[str, ...]:
        """One."""
        return (self.indicator,)

    @property
    def anchor(self) -> str:
        """Its figures measure a level: what kind of absolute anchor they are."""
        return "exits"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the fraction assumes."""
        return (
            "the share of the undetected who end in the register of other exits is as known as its prior: the level follows it",
        )

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Fraction, completeness, and what else there is."""
        found: list[Unknown] = [
            Share("registered_among_undetected", self.fraction, "exits"),
            Share("register_completeness", self.completeness, "exits"),
        ]
        if self.among_identified is not None:
            found.append(Share("registered_among_identified", self.among_identified, "exits"))
        if self.dispersion is not None:
            found.append(Location("log_dispersion_exits", self.dispersion, "dispersion"))
        if self.duration is not None:
            found.append(Location("log_duration_undetected", self.duration, "exits"))
        return tuple(found)

    def quantities(self, world: World) -> dict[str, Values]:
        """Logarithm of the registered exits of each cell, and of the stock where its duration is known."""
        operations, log_share = world.operations, world.operations.log_expit
        undetected = world["log_flow"] + log_share(-world["logit_reporting"])
        registered = undetected + log_share(world["registered_among_undetected"])
        if self.among_identified is not None:
            identified = world["log_identified"] + log_share(world["registered_among_identified"])
            registered = operations.logaddexp(registered, identified)
        found = {"log_registered_exits": registered + log_share(world["register_completeness"])}
        if self.duration is not None:
            log_years = np.log(world.grid.years)[world.grid.index["period"]]
            found["log_stock"] = undetected - log_years + world["log_duration_undetected"]
        return found

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Rows of the indicator."""
        return {self.indicator: read_rows(evidence, grid, self.indicators)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Around the registered exits."""
        log_mean = observed[term].log_mean(world["log_registered_exits"], world.operations)
        if self.dispersion is None:
            return Poisson(log_mean)
        return NegativeBinomial(log_mean, world["log_dispersion_exits"])
