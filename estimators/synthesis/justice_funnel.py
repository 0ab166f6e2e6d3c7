"""The justice funnel: investigations, prosecutions, convictions, and the state capacity that carries cases through it."""

from dataclasses import dataclass, field, replace

import numpy as np

from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.evidence.vocabulary import INDICATORS
from estimators.priors import Prior
from estimators.synthesis.capacity import Capacity
from estimators.synthesis.distributions import BetaBinomial, Distribution, NegativeBinomial
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Effect, Location, Scale, Unknown
from estimators.synthesis.world import Figures, Observed, World

FIRST = Prior(
    "cases per identified victim",
    "0.16 to 1.6",
    "log-normal",
    (float(np.log(0.5)), 0.7),
    "a case holds one victim or several",
)
RATIO = Prior(
    "persons at a stage per person at the stage before", "0.13 to 1.3", "log-normal", (float(np.log(0.4)), 0.7), "weak"
)
AREA = Prior(
    "area effects on cases per victim", "areas differ by up to a factor 2.7", "half-normal", (0.0, 0.5), "units differ"
)
LOADING = Prior("capacity and progress of cases", "one sd of capacity multiplies progress by up to 2.7", "half-normal", (0.0, 0.5),
                "able states carry more cases through: positive by definition of the factor")  # fmt: skip
LAG = Prior("share of cases that move on within the period", "16 to 84 % with 90 %", "logit-normal", (0.0, 1.0), "weak")
DISPERSION = Prior(
    "dispersion of a stage",
    "extra coefficient of variation 0.2 to 0.6",
    "log-normal",
    (float(np.log(8.0)), 0.7),
    "weak",
)
BACKLOG = 0.5  # cases begun before the first figure

STAGES = ("investigations_opened", "persons_prosecuted", "persons_convicted")


@dataclass(frozen=True)
class JusticeFunnel:
    """Stages of criminal justice, each a share of the stage before, lagged.

    Parameters
    ----------
    stages : tuple of str
        Indicators in order; one without figures is passed over. Each fixes its own unit: a stage is either cases or persons.
    first : Prior
        Log-normal, of the first stage's cases per identified victim.
    ratio : Prior
        Log-normal, of each later stage's number per number at the stage before.
    area_sd : Prior
        Half-normal, of area effects on the first.
    loading : Prior
        Half-normal slopes of the log ratios of the later stages on state capacity κ.
    lag : Prior
        Logit-normal, of the share ω that moves on within the period.
    dispersion : Prior
        Log-normal, of each stage's φ.
    capacity : Capacity
        The factor κ: with shocks where there are three stages or more, not there at all where there is one. Its link β to reporting is
        in `IdentifiedVictims`, its link δ to incidence in `Incidence`.
    same_cohort : bool
        The figures of a later stage are the outcome of the same cases: beta-binomial, and never more than at the stage before.

    Notes
    -----
    first stage: I ~ NegativeBinomial(Λρ exp(ι_area), φ); later: P_t ~ NegativeBinomial((ω I_t + (1 - ω) I_t-1 + ½) exp(a + λκ), φ), I
    the figure itself where it is known and its mean where it is not. Given the stage before, a later stage depends on Λ and ρ only
    through κ: conviction ratios are ancillary for the reporting probability but for the assumed β, and the regression of counts on κ
    estimates β + δ.
    """

    stages: tuple[str, ...] = STAGES
    first: Prior = FIRST
    ratio: Prior = RATIO
    area_sd: Prior = AREA
    loading: Prior = LOADING
    lag: Prior = LAG
    dispersion: Prior = DISPERSION
    capacity: Capacity = field(default=Capacity())
    same_cohort: bool = False

    def __post_init__(self) -> None:
        for stage in self.stages:
            if stage not in INDICATORS or INDICATORS[stage].kind != "count":
                counts = ", ".join(name for name, indicator in INDICATORS.items() if indicator.kind == "count")
                raise ModelError(f"stage {stage!r}: expected an indicator that is a count: {counts}")
        if len(self.stages) < 3 and self.capacity.shocks:
            object.__setattr__(self, "capacity", replace(self.capacity, shocks=False))
        if len(set(self.stages)) < len(self.stages) or not self.stages:
            raise ModelError(f"stages {self.stages}: expected different indicators, in the order in which cases move")

    @property
    def name(self) -> str:
        """Justice funnel."""
        return "justice_funnel"

    @property
    def measures_capacity(self) -> bool:
        """Whether figures show how far cases get: a single stage does not."""
        return len(self.stages) > 1

    @property
    def indicators(self) -> tuple[str, ...]:
        """One for each stage."""
        return self.stages

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Ratios, loadings, lag and dispersions."""
        found: list[Unknown] = []
        for number, stage in enumerate(self.stages):
            group = "cases per victim" if number == 0 else "justice ratios"
            found.append(Location(f"log_ratio_{stage}", self.first if number == 0 else self.ratio, group))
            found.append(Location(f"log_dispersion_{stage}", self.dispersion, "dispersion"))
            if number:
                found.append(Scale(f"capacity_on_{stage}", self.loading, "capacity"))
        if len(self.stages) > 1 and grid.shape[2] > 1 and not self.same_cohort:
            found.append(Location("logit_same_period", self.lag, "justice ratios"))
        if grid.shape[0] > 1:
            found += [Scale("cases_area_sd", self.area_sd, "area effects"),
                      Effect("cases_area", "area", "cases_area_sd", (f"log_ratio_{self.stages[0]}",))]  # fmt: skip
        return tuple(found)

    def quantities(self, world: World) -> dict[str, Values]:
        """Logarithm of the expected number of the first stage in each cell."""
        first = world["log_identified"] + world[f"log_ratio_{self.stages[0]}"] + world.effect("cases_area", "area")
        return {f"log_{self.stages[0]}": first}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Rows of each stage."""
        found = {stage: read_rows(evidence, grid, (stage,)) for stage in self.stages}
        if self.same_cohort:
            for stage, before in zip(self.stages[1:], self.stages, strict=False):
                found[stage] = _cohort_rows(found[stage], found[before], stage, before, evidence.label)
        return found

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """First stage around the reported flow, later stages around the figures of the stage before."""
        rows, place = observed[term], self.stages.index(term)
        if place and self.same_cohort:
            before = observed[self.stages[place - 1]]
            trials = figures[self.stages[place - 1]][..., before.row_of_cell[rows.cell]]
            logit = rows.log_mean(self._progress(term, world), world.operations)
            return BetaBinomial(trials, logit, world[f"log_dispersion_{term}"])
        cells = self._log_cells(place, world, observed, figures)
        return NegativeBinomial(rows.log_mean(cells, world.operations), world[f"log_dispersion_{term}"])

    def _progress(self, stage: str, world: World) -> Values:
        return world[f"log_ratio_{stage}"] + world[f"capacity_on_{stage}"] * world["capacity"]

    def _log_cells(self, place: int, world: World, observed: Observed, figures: Figures) -> Values:
        """Logarithm of the expected number of a stage in each cell, given the figures of the stages before."""
        if place == 0:
            return world[f"log_{self.stages[0]}"]
        ops, before = world.operations, self.stages[place - 1]
        mean = ops.exp(self._log_cells(place - 1, world, observed, figures))
        row = observed[before].row_of_cell
        known = np.maximum(row, 0)
        parent = ops.where(row >= 0, figures[before][..., known], mean) if len(observed[before]) else mean
        if "logit_same_period" in world:
            now = ops.exp(ops.log_expit(world["logit_same_period"]))
            parent = now * parent + (1.0 - now) * parent[..., _previous(world.grid)]
        return ops.log(parent + BACKLOG) + self._progress(self.stages[place], world)


def _previous(grid: Grid) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The cell of the period before; the first period's own."""
    return np.arange(grid.size) - (grid.index["period"] > 0)


def _cohort_rows(rows: Observations, parents: Observations, stage: str, before: str, label: str) -> Observations:
    """Rows whose cases are known at the stage before; more of them than that is impossible in one cohort."""
    parent = parents.row_of_cell[rows.cell]
    kept = rows.take((parent >= 0) & rows.single & rows.exact)
    trials = parents.lower[parents.row_of_cell[kept.cell]]
    problems = [
        Problem(label, int(kept.rows[row]), "value", f"{kept.lower[row]:g}", f"at most the {trials[row]:g} {before} of the same cohort in "
                f"{kept.labels[row]}; {stage} of other years belong to same_cohort=False")
        for row in np.flatnonzero(kept.lower > trials)
    ]  # fmt: skip
    if problems:
        raise DataError(problems)
    return kept
