"""The hidden process: how many are newly exploited, in each area and period."""

from dataclasses import dataclass, field

import numpy as np

from estimators.errors import ModelError
from estimators.priors import Prior
from estimators.synthesis.covariates import Covariate
from estimators.synthesis.grid import Grid
from estimators.synthesis.operations import Values
from estimators.synthesis.spatial import MIXING, area_effects
from estimators.synthesis.unknowns import Effect, Location, Scale, Unknown
from estimators.synthesis.world import World

LEVEL = Prior("incidence level", "3 to 470 per 100,000 and year with 90 %", "log-normal", (float(np.log(40.0)), 1.5),
              "wide enough for police counts divided by 0.01 and for survey stocks divided by a duration")  # fmt: skip
AREA = Prior("area effects on incidence", "areas differ by up to a factor 4", "half-normal", (0.0, 0.7), "weak")
WALK = Prior(
    "steps of incidence", "up to 22 % from one period to the next", "half-normal", (0.0, 0.1), "panels are short"
)
STRATUM = Prior("share of a stratum", "two strata differ by up to a factor 16", "normal", (0.0, 1.0), "weak")
STRATUM_AREA = Prior(
    "area effects on the share of a stratum", "up to a factor 2.7", "half-normal", (0.0, 0.5), "areas differ in kind"
)
CAPACITY = Prior("capacity and incidence", "one sd of state capacity goes with 40 % less to 60 % more incidence", "normal", (0.0, 0.3),
                 "where states are strong there may be fewer or more crimes; never silently 0")  # fmt: skip


@dataclass(frozen=True)
class Incidence:
    """The annual flow Λ of persons newly exploited, by area, stratum and period.

    Parameters
    ----------
    level : Prior
        Log-normal, of the typical incidence per 100,000 and year.
    area_sd, walk_sd : Prior
        Half-normal, of area effects and of the steps of a random walk from period to period.
    area_effects : {"normal", "student"}
        Student-t effects (4 degrees of freedom) let single areas stand far out.
    covariates : tuple of Covariate
        What incidence may depend on.
    capacity : Prior
        Normal slope δ of log incidence on state capacity κ; used where a stream measures capacity.
    by, strata : str, tuple of str
        ``"form"`` or ``"sex"`` and its words, each with an incidence of its own.
    neighbours : tuple of pairs of str
        Areas that share a border: area effects are then partly spatial (BYM2).
    periods : tuple of str
        Names such as ``"2021"`` or ``"2021-H1"``; by default every calendar year of the figures.

    Notes
    -----
    log Λ = log person-years + μ + x'β + δ κ + τ z_area + r_area,period + stratum effects, z ~ Normal(0, 1), r a random walk from 0.
    With neighbours τ z becomes τ (√(1 - φ) z + √φ u), u an intrinsic autoregression scaled to geometric mean variance 1.
    Λ is an expectation; counts are drawn around it after sampling.

    References
    ----------
    Riebler, A. et al. 2016. An intuitive Bayesian spatial model for disease mapping that accounts for scaling. doi:10.1177/0962280216660421
    """

    level: Prior = LEVEL
    area_sd: Prior = AREA
    walk_sd: Prior = WALK
    area_effects: str = "normal"
    covariates: tuple[Covariate, ...] = ()
    capacity: Prior = CAPACITY
    by: str = ""
    strata: tuple[str, ...] = ()
    stratum: Prior = STRATUM
    stratum_area_sd: Prior = STRATUM_AREA
    neighbours: tuple[tuple[str, str], ...] = field(default=())
    mixing: Prior = MIXING
    periods: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.area_effects not in ("normal", "student"):
            raise ModelError(f"area_effects {self.area_effects!r}: expected 'normal' or 'student'")
        if bool(self.by) != bool(self.strata) or self.by not in ("", "form", "sex"):
            raise ModelError(
                f"by {self.by!r} with strata {self.strata}: expected by='form' or 'sex' and its words, or neither"
            )
        if self.level.family != "log-normal":
            raise ModelError(f"prior on the incidence level: {self.level.formula}: expected a log-normal")

    @property
    def name(self) -> str:
        """Incidence."""
        return "incidence"

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Level, slopes, area effects, walk, strata."""
        found: list[Unknown] = [Location("log_incidence_level", self.level, "incidence level", anchor="incidence")]
        degrees = 4.0 if self.area_effects == "student" else 0.0
        areas, _, periods = grid.shape
        if areas > 1:
            found += [Scale("incidence_area_sd", self.area_sd, "area effects"),
                      Effect("incidence_area", "area", "incidence_area_sd", ("log_incidence_level",), degrees=degrees)]  # fmt: skip
        if self.neighbours:
            found += [
                Location("incidence_spatial_share", self.mixing, "area effects", multiplies=True),
                Effect("incidence_spatial", "area"),
            ]
        if periods > 1:
            found += [Scale("incidence_walk_sd", self.walk_sd, "change over time"),
                      Effect("incidence_walk", "area_step", "incidence_walk_sd")]  # fmt: skip
        if grid.by:
            found += [Location(f"log_incidence_{word}", self.stratum, "strata") for word in grid.strata]
            found += [Scale("incidence_stratum_sd", self.stratum_area_sd, "strata"),
                      Effect("incidence_stratum", "area_stratum", "incidence_stratum_sd")]  # fmt: skip
        if "capacity" in present:
            found.append(Location("capacity_on_incidence", self.capacity, "confounding", multiplies=True))
        return (*found, *(Location(f"incidence_slope_{x.name}", x.slope, "covariates") for x in self.covariates))

    def quantities(self, world: World) -> dict[str, Values]:
        """Logarithm of the flow of each cell."""
        grid = world.grid
        log_flow = grid.log_exposure + world["log_incidence_level"] + world.walk("incidence_walk")
        log_flow = (
            log_flow
            + area_effects(world, "incidence", self.neighbours)
            + world.effect("incidence_stratum", "area_stratum")
        )
        if grid.by:
            offsets = world.operations.concatenate([world[f"log_incidence_{word}"] for word in grid.strata])
            log_flow = log_flow + offsets[..., grid.index["stratum"]]
        if "capacity" in world:
            log_flow = log_flow + world["capacity_on_incidence"] * world["capacity"]
        for x in self.covariates:
            log_flow = log_flow + world[f"incidence_slope_{x.name}"] * x.cells(grid)
        return {"log_flow": log_flow}
