"""Victims whom an authority identified: what is seen of the flow."""

from dataclasses import dataclass

import numpy as np

from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.priors import Claim, Prior
from estimators.synthesis.covariates import Covariate
from estimators.synthesis.distributions import Distribution, NegativeBinomial
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.spatial import MIXING, area_effects
from estimators.synthesis.unknowns import Effect, Location, Scale, Unknown
from estimators.synthesis.world import Figures, Observed, World

REPORTING = Prior("reporting level", "a typical area identifies 0.1 to 45 % of victims with 90 %", "logit-normal",
                  (float(np.log(0.03 / 0.97)), 2.0), "nearly nothing is known before a claim or a survey")  # fmt: skip
AREA = Prior("area effects on reporting", "odds of being identified differ by up to a factor 2.7", "half-normal", (0.0, 0.5),
             "areas do not report alike")  # fmt: skip
WALK = Prior("steps of reporting", "up to 22 % from one period to the next", "half-normal", (0.0, 0.1),
             "figures alone cannot tell a change of reporting from a change of incidence")  # fmt: skip
CAPACITY = Prior("capacity and reporting", "one sd of state capacity goes with 0.6 to 3 times the odds", "normal", (0.3, 0.5),
                 "able states see more; the sign is soft")  # fmt: skip
DISPERSION = Prior("dispersion of identified victims", "extra coefficient of variation 0.2 to 0.6", "log-normal", (float(np.log(8.0)), 0.7),
                   "raids and mass events")  # fmt: skip
STRATUM = Prior("reporting of a stratum", "odds of two strata differ by up to a factor 16", "normal", (0.0, 1.0),
                "which stratum is reported less is left open")  # fmt: skip
STRATUM_AREA = Prior(
    "area effects on the reporting of a stratum",
    "up to a factor 2.7",
    "half-normal",
    (0.0, 0.5),
    "areas look elsewhere",
)
MAPPING = Prior("cases reported per victim identified", "0.4 to 2.3", "log-normal", (0.0, 0.5),
                "a claim speaks of cases reported to anyone; one case may hold several victims, many reports identify none")  # fmt: skip


@dataclass(frozen=True)
class IdentifiedVictims:
    """Identified victims: negative binomial with mean flow × reporting probability.

    Parameters
    ----------
    reporting : Claim or Prior
        Logit-normal, of the reporting probability ρ in a typical area. A `Claim` speaks of cases reported and enters through `mapping`;
        a `Prior` is on ρ itself. Claims about one area belong among the anchors of `Synthesis`.
    area_sd, walk_sd : Prior
        Half-normal, of area effects on logit ρ and of the steps of its random walk.
    shock_sd : Prior or None
        Half-normal, of shocks of single areas and periods that every stream of identified victims shares, such as a year of raids seen in
        victims and in cases; None leaves them to each stream's dispersion.
    capacity : Prior
        Normal slope β of logit ρ on state capacity; used where a stream measures capacity.
    dispersion : Prior
        Log-normal, of φ: variance m + m²/φ.
    mapping : Prior
        Log-normal, of the cases reported per victim identified that claims need.
    stratum, stratum_area_sd : Prior
        Normal, of the difference of each stratum in logit ρ, and half-normal, of area effects on it; used where the process has strata.
    covariates : tuple of Covariate
        What reporting may depend on, a reform of the law for example.
    neighbours : tuple of pairs of str
        Areas that share a border: area effects on reporting are then partly spatial. Not together with those of the process.
    indicator : str
        Which figures are read.

    Notes
    -----
    y ~ NegativeBinomial(Λ ρ c, φ), c the share of the cell that the figure covers; logit ρ = α + β κ + τ u_area + q_area,period.
    The count identifies the product Λρ: of the pairs (μ, α), (z, u) and (r, q) it informs the sum, which a sampler gets as its own
    coordinate.
    """

    reporting: Claim | Prior = REPORTING
    area_sd: Prior = AREA
    walk_sd: Prior = WALK
    shock_sd: Prior | None = None
    capacity: Prior = CAPACITY
    dispersion: Prior = DISPERSION
    mapping: Prior = MAPPING
    stratum: Prior = STRATUM
    stratum_area_sd: Prior = STRATUM_AREA
    covariates: tuple[Covariate, ...] = ()
    neighbours: tuple[tuple[str, str], ...] = ()
    mixing: Prior = MIXING
    indicator: str = "victims_identified"

    def __post_init__(self) -> None:
        prior = self.reporting.prior if isinstance(self.reporting, Claim) else self.reporting
        if prior.family != "logit-normal":
            raise ModelError(
                f"prior of the reporting probability {prior.formula}: expected a logit-normal in a Synthesis"
            )
        if isinstance(self.reporting, Claim) and self.reporting.area:
            text = f"{self.reporting.name} speaks of {self.reporting.area}: expected it among anchors=(…), for that area only"
            raise ModelError(text)

    @property
    def name(self) -> str:
        """Identified victims."""
        return "identified_victims"

    @property
    def indicators(self) -> tuple[str, ...]:
        """One."""
        return (self.indicator,)

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Level, slopes, area effects and walk of reporting, dispersion."""
        prior = self.reporting.prior if isinstance(self.reporting, Claim) else self.reporting
        group = "claim" if isinstance(self.reporting, Claim) else "reporting level"
        areas, _, periods = grid.shape
        found: list[Unknown] = [Location("logit_reporting_level", prior, group, anchor="reporting")]
        if isinstance(self.reporting, Claim) or "statements" in present:
            found.append(Location("log_reported_per_identified", self.mapping, "claim"))
        if areas > 1:
            found += [Scale("reporting_area_sd", self.area_sd, "area effects"),
                      Effect("reporting_area", "area", "reporting_area_sd", ("logit_reporting_level",),
                             seen_with="incidence_area")]  # fmt: skip
        if self.neighbours:
            found += [
                Location("reporting_spatial_share", self.mixing, "area effects", multiplies=True),
                Effect("reporting_spatial", "area"),
            ]
        if periods > 1:
            found += [Scale("reporting_walk_sd", self.walk_sd, "change over time"),
                      Effect("reporting_walk", "area_step", "reporting_walk_sd", seen_with="incidence_walk")]  # fmt: skip
        if self.shock_sd is not None:
            found += [Scale("reporting_shock_sd", self.shock_sd, "change over time"),
                      Effect("reporting_shock", "area_period", "reporting_shock_sd")]  # fmt: skip
        if grid.by:
            found += [Location(f"logit_reporting_{word}", self.stratum, "strata") for word in grid.strata]
            found += [Scale("reporting_stratum_sd", self.stratum_area_sd, "strata"),
                      Effect("reporting_stratum", "area_stratum", "reporting_stratum_sd", seen_with="incidence_stratum")]  # fmt: skip
        if "capacity" in present:
            found.append(Location("capacity_on_reporting", self.capacity, "capacity", multiplies=True))
        found += [Location(f"reporting_slope_{x.name}", x.slope, "covariates") for x in self.covariates]
        return (*found, Location("log_dispersion_identified_victims", self.dispersion, "dispersion"))

    def quantities(self, world: World) -> dict[str, Values]:
        """Logit and logarithm of the reporting probability, and the flow that is reported."""
        grid = world.grid
        logit = (
            world["logit_reporting_level"]
            + world.walk("reporting_walk")
            + area_effects(world, "reporting", self.neighbours)
        )
        logit = logit + world.effect("reporting_shock", "area_period")
        if isinstance(self.reporting, Claim):
            logit = logit - world["log_reported_per_identified"]
        if grid.by:
            offsets = world.operations.concatenate([world[f"logit_reporting_{word}"] for word in grid.strata])
            logit = logit + offsets[..., grid.index["stratum"]] + world.effect("reporting_stratum", "area_stratum")
        if "capacity" in world:
            logit = logit + world["capacity_on_reporting"] * world["capacity"]
        for x in self.covariates:
            logit = logit + world[f"reporting_slope_{x.name}"] * x.cells(grid)
        log_reporting = world.operations.log_reporting(logit)
        return {
            "logit_reporting": logit,
            "log_reporting": log_reporting,
            "log_identified": world["log_flow"] + log_reporting,
        }

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Rows of the indicator."""
        return {self.indicator: read_rows(evidence, grid, self.indicators)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Negative binomial around the reported flow."""
        log_mean = observed[term].log_mean(world["log_identified"], world.operations)
        return NegativeBinomial(log_mean, world["log_dispersion_identified_victims"])
