"""A validation sample: true cases found by an audit, and how many of them had been reported."""

from dataclasses import dataclass, replace

import numpy as np

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.distributions import BetaBinomial, Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations, read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Unknown
from estimators.synthesis.world import Figures, Observed, World

CONCENTRATION = Prior("representativeness of the audit", "worth 10 to 1,000 random cases", "log-normal", (float(np.log(100.0)), 1.4),
                      "audited cases are found where somebody looked")  # fmt: skip


@dataclass(frozen=True)
class Validation:
    """Audited cases, of which some had been reported: the one source that measures the reporting probability itself.

    Parameters
    ----------
    concentration : Prior or None
        Log-normal, of a + b of the beta variation of the audited cases' reporting probability around the area's; None for a random sample.
    audited, reported : str
        Indicators: cases found by the audit, and those of them that had been reported.

    Notes
    -----
    v ~ BetaBinomial(m, ρ, concentration).

    References
    ----------
    Whittemore, A. S. and Gong, G. 1991. Poisson regression with misclassified counts. doi:10.2307/2347905
    """

    concentration: Prior | None = CONCENTRATION
    audited: str = "audited_cases"
    reported: str = "audited_cases_reported"

    @property
    def name(self) -> str:
        """Validation."""
        return "validation"

    @property
    def indicators(self) -> tuple[str, ...]:
        """Audited cases and those reported."""
        return self.audited, self.reported

    @property
    def anchor(self) -> str:
        """Its figures measure a level: what kind of absolute anchor they are."""
        return "validation"

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """The concentration."""
        if self.concentration is None:
            return ()
        return (Location("log_audit_concentration", self.concentration, "validation"),)

    def quantities(self, world: World) -> dict[str, Values]:
        """None by cell."""
        return {}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Audited cases with the number of them that had been reported."""
        audited, reported = (read_rows(evidence, grid, (indicator,)) for indicator in self.indicators)
        trials = {label: audited.lower[row] for row, label in enumerate(audited.labels) if audited.exact[row]}
        problems = [
            Problem(evidence.label, int(reported.rows[row]), "value", f"{reported.lower[row]:g}",
                    f"{self.reported} of at most the {self.audited} of {label}, given as {trials.get(label, 'none')}")
            for row, label in enumerate(reported.labels) if not reported.upper[row] <= trials.get(label, -1.0)
        ]  # fmt: skip
        if problems:
            raise DataError(problems)
        given = np.array([trials[label] for label in reported.labels])
        return {self.reported: replace(reported, trials=given)}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Beta-binomial in the reported share of the flow of the audited cells; the audited cases themselves are given."""
        rows, ops = observed[term], world.operations
        log_share = rows.log_mean(world["log_identified"], ops) - rows.log_mean(world["log_flow"], ops)
        logit = log_share - ops.log1p(-ops.exp(log_share))
        assert rows.trials is not None  # noqa: S101  # `read` has given them
        concentration = world["log_audit_concentration"] if self.concentration is not None else np.inf
        return BetaBinomial(rows.trials, logit, concentration)
