"""Published prevalence estimates: a stock or a flow, under a definition of their own, with a bias they share."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.normal import Normal
from estimators.synthesis.observations import Observations, Weights, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Unknown
from estimators.synthesis.world import Figures, Observed, World

DURATION = Prior(
    "years in the condition",
    "0.9 to 4.6 years with 90 %",
    "log-normal",
    (float(np.log(2.0)), 0.5),
    "turns a stock into a flow",
)
DEFINITION = Prior("share of the surveyed condition that is trafficking", "12 to 88 % with 90 %", "logit-normal", (0.0, 1.2),
                   "published stocks count forced marriage and all forced labour")  # fmt: skip
BIAS = Prior(
    "common bias of the estimates",
    "wrong by up to a factor 1.8 together",
    "normal",
    (0.0, 0.3),
    "one method made them all",
)
SMALLEST_SD = 0.05


@dataclass(frozen=True)
class Survey:
    """Published estimates of a stock or a flow: normal on the log scale.

    Parameters
    ----------
    log_sd : float
        Standard deviation of the logarithm of an estimate that states no limits; limits are read as 95 %.
    duration : Prior
        Log-normal, years that a person stays in the condition: stock = flow × duration.
    definition : Prior
        Logit-normal, share of the surveyed condition that meets the definition of the model.
    bias : Prior
        Normal, of the common log bias.

    Notes
    -----
    log Ŝ ~ Normal(log flow per year + log D - log q + b, s²) for a stock; without D for a flow. q is the share of the surveyed condition
    that is trafficking, so the survey counts flow × D / q.

    References
    ----------
    Silverman, B. W. 2020. Multiple-systems analysis for the quantification of modern slavery. doi:10.1111/rssa.12505
    """

    log_sd: float = 0.6
    duration: Prior = DURATION
    definition: Prior = DEFINITION
    bias: Prior = BIAS
    stock: str = "prevalence_stock"
    flow: str = "prevalence_flow"

    @property
    def name(self) -> str:
        """Survey."""
        return "survey"

    @property
    def indicators(self) -> tuple[str, ...]:
        """Stocks and flows."""
        return self.stock, self.flow

    @property
    def anchor(self) -> str:
        """Its figures measure a level: what kind of absolute anchor they are."""
        return "external"

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Duration, definition and bias."""
        return (
            Location("log_duration", self.duration, "external"),
            Location("logit_definition_share", self.definition, "external"),
            Location("survey_bias", self.bias, "external"),
        )

    def quantities(self, world: World) -> dict[str, Values]:
        """None by cell."""
        return {}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Each estimate about the cells of its year; the limits give its standard deviation, the geometric middle its value."""
        found = {}
        for indicator in self.indicators:
            rows = read_rows(evidence, grid, (indicator,), add_up=False)
            expected = "a positive estimate, or two positive limits"
            problems = [Problem(evidence.label, int(rows.rows[k]), "lower", f"{rows.lower[k]:g}", expected)
                        for k in np.flatnonzero(~((rows.lower > 0) & np.isfinite(rows.upper)))]  # fmt: skip
            if problems:
                raise DataError(problems)
            value = 0.5 * (np.log(rows.lower) + np.log(rows.upper))
            sd = np.where(
                rows.exact, self.log_sd, np.maximum((np.log(rows.upper) - np.log(rows.lower)) / 3.92, SMALLEST_SD)
            )
            found[indicator] = replace(rows, lower=value, upper=value, matrix=_per_period(rows.matrix, grid), sd=sd)
        return found

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Normal around the logarithm of what the survey counts."""
        rows, ops = observed[term], world.operations
        log_years = np.log(world.grid.years)[world.grid.index["period"]]
        counted = rows.log_mean(world["log_flow"] - log_years, ops) - ops.log_expit(world["logit_definition_share"])
        if term == self.stock:
            counted = counted + world["log_duration"]
        assert rows.sd is not None  # noqa: S101  # `read` has given it
        return Normal(counted + world["survey_bias"], rows.sd)


def _per_period(matrix: Weights, grid: Grid) -> Weights:
    """Weights that add up over areas and strata and average over periods."""
    if not matrix.shape[0]:
        return matrix
    cells, (areas, strata, _) = np.arange(grid.size), grid.shape
    belongs = (np.ones(grid.size), (cells, grid.index["area_stratum"]))
    covered = (matrix @ sparse.csr_array(belongs, shape=(grid.size, areas * strata))).max(axis=1).toarray()
    return sparse.csr_array(sparse.diags_array(1.0 / covered) @ matrix)
