"""A hotline: reports of anything, reports it classified as trafficking, and how many victims lie behind one."""

from dataclasses import dataclass

import numpy as np

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.covariates import Covariate
from estimators.synthesis.distributions import BetaBinomial, Distribution, NegativeBinomial
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Effect, Location, Scale, Unknown
from estimators.synthesis.world import Figures, Observed, World

LEVEL = Prior("hotline level", "0.4 to 10 % of victims are behind a call, with 90 %", "log-normal", (float(np.log(0.02)), 1.0),
              "an absolute anchor: it is the assumption that lets a hotline speak of the level")  # fmt: skip
AREA = Prior(
    "area effects on hotline use", "areas differ by up to a factor 2.7", "half-normal", (0.0, 0.5), "channels differ"
)
DRIFT = Prior(
    "steps of hotline use",
    "up to 48 % from one period to the next",
    "half-normal",
    (0.0, 0.2),
    "campaigns, new channels",
)
SUBSTITUTION = Prior("channel substitution", "a rise of reporting by a factor multiplies hotline use by its power -1 to 1", "normal",
                     (0.0, 0.5), "calls may take the place of police reports; sign-free")  # fmt: skip
DUPLICATES = Prior(
    "calls per victim heard of", "1.0 to 1.4", "log-normal", (float(np.log(1.2)), 0.1), "several calls about one victim"
)
VALID = Prior(
    "share of reports that are trafficking",
    "5 to 61 % with 90 %",
    "logit-normal",
    (-1.2, 1.0),
    "published shares run from 4 to 52 %",
)
VALID_AREA = Prior(
    "area effects on that share",
    "odds differ by up to a factor 2.7",
    "half-normal",
    (0.0, 0.5),
    "rules of classification differ",
)
CONCENTRATION = Prior(
    "evenness of classification",
    "sd of the share of a period about 0.05 to 0.25",
    "log-normal",
    (float(np.log(20.0)), 1.0),
    "weak",
)
DISPERSION = Prior(
    "dispersion of hotline counts",
    "extra coefficient of variation 0.2 to 0.6",
    "log-normal",
    (float(np.log(8.0)), 0.7),
    "weak",
)


@dataclass(frozen=True)
class Hotline:
    """Hotline reports, classified as trafficking or not.

    Parameters
    ----------
    level : Prior
        Log-normal, of the classified reports per victim of the flow, duplicates aside. An absolute anchor.
    area_sd, drift_sd : Prior
        Half-normal, of area effects on log use and of the steps of its random walk.
    substitution : Prior
        Normal, of the power of the change in reporting odds by which hotline use changes with it.
    duplicates : Prior
        Log-normal, of the calls per victim heard of, 1 + d.
    valid, valid_area_sd, concentration : Prior
        Share of all reports that are trafficking: its typical value, area effects on its logit, and a + b of its beta variation.
    dispersion : Prior
        Log-normal, of φ, one for classified and one for unclassified reports.
    campaigns : tuple of Covariate
        What hotline use may depend on.
    classified, unclassified : str
        Indicators. An area without a channel has no row: it is missing, not zero.

    Notes
    -----
    Unclassified H ~ NegativeBinomial(Λ h (1 + d) / ψ, φ_H). Classified v beside a figure H of the same cell is
    BetaBinomial(H, ψ): it informs ψ and not Λ; without one, v ~ NegativeBinomial(Λ h (1 + d), φ_v). log h = r₀ + τ g_area + drift.
    A hotline brings one stream and one unknown level: what it says of the level is the prior on r₀.
    """

    level: Prior = LEVEL
    area_sd: Prior = AREA
    drift_sd: Prior = DRIFT
    substitution: Prior = SUBSTITUTION
    duplicates: Prior = DUPLICATES
    valid: Prior = VALID
    valid_area_sd: Prior = VALID_AREA
    concentration: Prior = CONCENTRATION
    dispersion: Prior = DISPERSION
    campaigns: tuple[Covariate, ...] = ()
    classified: str = "hotline_cases"
    unclassified: str = "hotline_reports"

    @property
    def name(self) -> str:
        """Hotline."""
        return "hotline"

    @property
    def indicators(self) -> tuple[str, ...]:
        """Classified and unclassified reports."""
        return self.unclassified, self.classified

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Level, area effects, drift, duplicates, valid share, dispersions."""
        areas, _, periods = grid.shape
        found: list[Unknown] = [
            Location("log_hotline_level", self.level, "hotline level", anchor="hotline"),
            Location("log_calls_per_victim", self.duplicates, "hotline level"),
            Location("logit_valid_share", self.valid, "hotline level"),
            Location("log_concentration_classification", self.concentration, "dispersion"),
            Location(f"log_dispersion_{self.unclassified}", self.dispersion, "dispersion"),
            Location(f"log_dispersion_{self.classified}", self.dispersion, "dispersion"),
        ]
        if areas > 1:
            found += [Scale("hotline_area_sd", self.area_sd, "area effects"),
                      Effect("hotline_area", "area", "hotline_area_sd"),
                      Scale("valid_area_sd", self.valid_area_sd, "area effects"),
                      Effect("valid_area", "area", "valid_area_sd")]  # fmt: skip
        if periods > 1:
            found += [Scale("hotline_drift_sd", self.drift_sd, "change over time"),
                      Effect("hotline_drift", "area_step", "hotline_drift_sd")]  # fmt: skip
            if "identified_victims" in present:
                found.append(Location("channel_substitution", self.substitution, "change over time", multiplies=True))
        return (*found, *(Location(f"hotline_slope_{x.name}", x.slope, "covariates") for x in self.campaigns))

    def quantities(self, world: World) -> dict[str, Values]:
        """Logarithm of hotline use per victim, and logit of the valid share, in each cell."""
        use = world["log_hotline_level"] + world.effect("hotline_area", "area") + world.walk("hotline_drift")
        if "channel_substitution" in world and "reporting_walk" in world:
            use = use + world["channel_substitution"] * world.walk("reporting_walk")
        for x in self.campaigns:
            use = use + world[f"hotline_slope_{x.name}"] * x.cells(world.grid)
        return {
            "log_hotline_use": use,
            "logit_valid": world["logit_valid_share"] + world.effect("valid_area", "area") + np.zeros(world.grid.size),
        }

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Unclassified rows; classified rows beside an exact unclassified one of the same cells; classified rows alone."""
        reports = read_rows(evidence, grid, (self.unclassified,))
        cases = read_rows(evidence, grid, (self.classified,))
        exact = {
            label: count
            for label, count, known in zip(reports.labels, reports.lower, reports.exact, strict=True)
            if known
        }
        paired = np.array([label in exact for label in cases.labels], dtype=bool)
        both = cases.take(paired)
        problems = [
            Problem(evidence.label, int(both.rows[row]), "value", f"{both.upper[row]:g}",
                    f"at most the {exact[label]:g} {self.unclassified} of {label}, of which they are a part")
            for row, label in enumerate(both.labels) if both.upper[row] > exact[label]
        ]  # fmt: skip
        if problems:
            raise DataError(problems)
        return {self.unclassified: reports, "classification": both, self.classified: cases.take(~paired)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """As in the notes."""
        ops, rows = world.operations, observed[term]
        if term == "classification":
            reports = observed[self.unclassified].labels
            number = dict(zip(reversed(reports), reversed(range(len(reports))), strict=True))
            place = [number[label] for label in rows.labels]
            trials = figures[self.unclassified][..., place]
            return BetaBinomial(trials, world["logit_valid"][..., rows.cell], world["log_concentration_classification"])
        heard = world["log_flow"] + world["log_hotline_use"] + world["log_calls_per_victim"]
        if term == self.unclassified:
            heard = heard - ops.log_expit(world["logit_valid"])
        return NegativeBinomial(rows.log_mean(heard, ops), world[f"log_dispersion_{term}"])
