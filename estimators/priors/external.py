"""A published estimate as an anchor: somebody else's figure, and every step from what it counts to what is asked."""

from dataclasses import dataclass
from math import log, sqrt

from estimators.errors import DataError, Problem


@dataclass(frozen=True)
class Adjustment:
    """One step from a published figure to the annual flow that is asked for.

    Parameters
    ----------
    name : str
        The step, e.g. ``"duration"``.
    factor : float
        What the figure is multiplied by.
    log_sd : float
        Uncertainty of the factor: standard deviation of its logarithm. Never 0 by default; a step is never free.
    reason : str
        Why this factor and this uncertainty.
    """

    name: str
    factor: float
    log_sd: float
    reason: str


@dataclass(frozen=True)
class ExternalEstimate:
    """A published figure with its own uncertainty and the adjustments it needs, as a log-normal anchor of the annual flow.

    Parameters
    ----------
    name : str
        Short name for tables.
    value : float
        The published figure.
    log_sd : float
        Standard deviation of its logarithm before any adjustment.
    by, area, period : str
        Who published it, and about what.
    unit : {"persons", "per 100,000"}
        Persons per year after adjustment, or a rate that is multiplied by the population.
    adjustments : tuple of Adjustment
        Duration, definition, bias: printed beside the estimate.
    derived_from : str
        The figures it was made from.
    reason : str
        Why this uncertainty.

    Notes
    -----
    log N = log value + Σ log factor_i, variance log_sd² + Σ log_sd_i².

    Examples
    --------
    >>> stock = ExternalEstimate("survey", 850_000, 0.6, adjustments=(Adjustment("duration", 1 / 2, 0.5, "two years"),))
    >>> round(stock.median), round(stock.total_log_sd, 3)
    (425000, 0.781)
    """

    name: str
    value: float
    log_sd: float
    by: str = ""
    area: str = ""
    period: str = ""
    unit: str = "persons"
    adjustments: tuple[Adjustment, ...] = ()
    derived_from: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        wrong: list[tuple[str, object, str]] = []
        if not self.value > 0:
            wrong.append(("value", self.value, "a positive figure"))
        if not self.log_sd > 0:
            wrong.append(("log_sd", self.log_sd, "a positive standard deviation: no published figure is certain"))
        if self.unit not in ("persons", "per 100,000"):
            wrong.append(("unit", self.unit, "'persons' or 'per 100,000'"))
        for step in self.adjustments:
            if not (step.factor > 0 and step.log_sd >= 0):
                wrong.append((f"adjustment {step.name}", step.factor, "a positive factor and a log_sd of at least 0"))
        if wrong:
            raise DataError([Problem(self.name, None, name, str(value), expected) for name, value, expected in wrong])

    @property
    def median(self) -> float:
        """The figure after all adjustments."""
        value = self.value
        for step in self.adjustments:
            value *= step.factor
        return value

    @property
    def log_median(self) -> float:
        """Its logarithm."""
        return log(self.median)

    @property
    def total_log_sd(self) -> float:
        """Standard deviation of the logarithm after all adjustments."""
        return sqrt(self.log_sd**2 + sum(step.log_sd**2 for step in self.adjustments))
