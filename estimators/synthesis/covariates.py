"""What a rate may depend on: a number for each area, or for each area and period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.errors import DataError, Problem
from estimators.priors import Prior
from estimators.synthesis.grid import Grid

SLOPE = Prior("slope of a covariate", "one unit goes with up to 2.7 times less or more", "normal", (0.0, 0.5), "weak")


@dataclass(frozen=True)
class Covariate:
    """A covariate of a rate.

    Parameters
    ----------
    name : str
        For tables.
    values : tuple of ((area, period), number)
        Period ``""`` stands for all periods. Make it with `Covariate.of`.
    slope : Prior
        Normal prior of the slope on the log or logit scale, per unit.
    """

    name: str
    values: tuple[tuple[tuple[str, str], float], ...]
    slope: Prior = SLOPE

    @classmethod
    def of(
        cls, name: str, values: dict[str, float] | dict[tuple[str, str], float], *, slope: Prior = SLOPE
    ) -> "Covariate":
        """From a number for each area, or for each (area, period).

        Examples
        --------
        >>> Covariate.of("campaign", {("MEX", "2021"): 1.0, ("MEX", "2020"): 0.0}).values[0]
        (('MEX', '2021'), 1.0)
        """
        pairs = tuple(((key, "") if isinstance(key, str) else key, float(value)) for key, value in values.items())
        return cls(name, pairs, slope)

    def cells(self, grid: Grid) -> NDArray[np.float64]:
        """One number a cell.

        Raises
        ------
        DataError
            Naming each area and period without a number.
        """
        known = dict(self.values)
        table = np.array(
            [
                [known.get((area, period), known.get((area, ""), np.nan)) for period in grid.periods]
                for area in grid.areas
            ]
        )
        problems = [
            Problem(
                f"covariate {self.name}",
                None,
                None,
                f"{grid.areas[area]} {grid.periods[period]}",
                "a number for every area and period",
            )
            for area, period in np.argwhere(~np.isfinite(table))
        ]
        if problems:
            raise DataError(problems)
        return np.asarray(table.ravel()[grid.index["area_period"]])
