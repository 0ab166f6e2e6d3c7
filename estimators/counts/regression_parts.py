"""What a regression with incomplete reporting is made of: covariates, units of reporting, effects of areas; checked."""

import warnings
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from estimators.counts.cells import Array
from estimators.counts.reporting import as_prior
from estimators.errors import DataError, IdentificationWarning, ModelError, Problem
from estimators.numeric import adjacency, misclassified
from estimators.priors import Claim, Prior

EVERYWHERE = "everywhere"
UNKNOWN = Prior(
    "reporting_probability",
    "anything; 0.3 % to 99.7 % with 95 %",
    "logit-normal",
    (0.0, 3.0),
    "left to the validation sample",
)
SPREAD = Prior("area effects", "areas differ by up to a factor 4", "half-normal", (0.0, 0.7), "weak")
MIXING = Prior("spatial share of area effects", "2 to 98 % with 90 %", "logit-normal", (0.0, 2.4), "weak")


class CovariateLike(Protocol):
    """A number for each area, or for each area and period, and the prior of its slope: `estimators.Covariate`."""

    @property
    def name(self) -> str:
        """For tables."""
        ...

    @property
    def values(self) -> tuple[tuple[tuple[str, str], float], ...]:
        """Pairs of (area, period) and number; period "" stands for all periods."""
        ...

    @property
    def slope(self) -> Prior:
        """Normal prior of the slope."""
        ...


@dataclass(frozen=True)
class AreaEffects:
    """How areas differ beyond their covariates, on the log or logit scale.

    Parameters
    ----------
    sd : Prior
        Half-normal prior of their standard deviation.
    neighbours : tuple of (str, str)
        Borders, each once; then a part of the effects follows the map. On one side of the model only.
    spatial_share : Prior or None
        Logit-normal prior of that part; None where all of it does.

    Examples
    --------
    >>> AreaEffects(neighbours=(("A", "B"), ("B", "C"))).spatial_share.description
    '2 to 98 % with 90 %'
    """

    sd: Prior = SPREAD
    neighbours: tuple[tuple[str, str], ...] = ()
    spatial_share: Prior | None = MIXING

    def __post_init__(self) -> None:
        if self.sd.family != "half-normal":
            raise ModelError(f"prior on {self.sd.name}: {self.sd.formula}: expected a half-normal")
        if self.spatial_share is not None and self.spatial_share.family != "logit-normal":
            raise ModelError(
                f"prior on {self.spatial_share.name}: {self.spatial_share.formula}: expected a logit-normal"
            )

    @property
    def shared(self) -> bool:
        """Whether the spatial part has a share of its own to be found out."""
        return bool(self.neighbours) and self.spatial_share is not None

    def modes(self, areas: list[str]) -> tuple[Array, Array]:
        """Basis of the effects and variances of their spatial part; the identity and ones without a map."""
        if not self.neighbours:
            return np.eye(len(areas)), np.ones(len(areas))
        foreign = sorted({name for pair in self.neighbours for name in pair} - set(areas))
        if foreign:
            raise ModelError(f"neighbours {', '.join(foreign)}: expected areas of the figures: {', '.join(areas)}")
        borders = [(areas.index(one), areas.index(other)) for one, other in self.neighbours]
        try:
            return adjacency.spatial_modes(len(areas), borders)
        except ValueError as error:
            raise ModelError(
                "neighbours: expected every area to be reached from every other by crossing borders"
            ) from error


def check_sides(incidence: tuple[CovariateLike, ...], reporting: tuple[CovariateLike, ...]) -> None:
    """Refuse slopes that are not normal and names given twice; warn of what stands on both sides.

    Warns
    -----
    IdentificationWarning
        Naming the direction along which the counts say nothing.
    """
    for side, covariates in (("incidence", incidence), ("reporting", reporting)):
        names = [each.name for each in covariates]
        if len(set(names)) < len(names):
            raise ModelError(f"covariates of {side} {', '.join(names)}: expected different names")
        for each in covariates:
            if each.slope.family != "normal":
                raise ModelError(f"slope of {each.name}: {each.slope.formula}: expected a normal")
    known = {tuple(sorted(each.values)): each.name for each in incidence}
    both = {each.name for each in incidence} & {each.name for each in reporting}
    both |= {each.name for each in reporting if tuple(sorted(each.values)) in known}
    if both:
        named = ", ".join(sorted(both))
        text = (
            f"{named} on incidence and on reporting: where few cases are reported the counts say nothing along slope on log incidence − "
            "slope on logit reporting, and only the priors of the two slopes tell them apart"
        )
        warnings.warn(text, IdentificationWarning, stacklevel=4)


def cell_values(covariate: CovariateLike, areas: list[str], periods: list[str]) -> Array:
    """One number a cell, area by area.

    Raises
    ------
    DataError
        Naming each area and period without a number.
    """
    known = dict(covariate.values)
    table = [[known.get((area, period), known.get((area, ""), np.nan)) for period in periods] for area in areas]
    found = np.array(table, dtype=float).ravel()
    problems = [
        Problem(f"covariate {covariate.name}", None, None, f"{areas[place // len(periods)]} {periods[place % len(periods)]}",
                "a number for every area and period")
        for place in np.flatnonzero(~np.isfinite(found))
    ]  # fmt: skip
    if problems:
        raise DataError(problems)
    return found


def prior_mean(prior: Claim | Prior) -> float:
    """Mean of a reporting probability under its prior: exactly what was elicited."""
    law = as_prior(prior)
    first, second = law.parameters
    return first / (first + second) if law.family == "beta" else misclassified.moments((law.family, first, second))[0]
