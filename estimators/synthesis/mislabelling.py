"""Cases recorded under another crime, and other cases recorded as this one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.priors import Prior
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import read_rows
from estimators.synthesis.operations import Values
from estimators.synthesis.recording import Column
from estimators.synthesis.unknowns import Share, Unknown
from estimators.synthesis.world import World

SENSITIVITY = Prior("true cases recorded under the right crime", "38 to 93 %", "beta", (5.0, 2.5),
                    "cases are opened as pimping, kidnapping or labour offences")  # fmt: skip
FALSE = Prior(
    "false ones among recorded cases",
    "3 to 27 %",
    "beta",
    (2.1, 15.0),
    "some files opened as this crime turn out to be another",
)
NOTHING = 1e-9  # stands for no case of the other crime, on the log scale


@dataclass(frozen=True)
class Mislabelling:
    """What is recorded as a crime: a share of its true cases, and false ones.

    Parameters
    ----------
    sensitivity : Prior or None
        Beta, of the share of true cases recorded under the right label; None for all.
    false : Prior or None
        Beta, of the share of false ones among recorded cases; None for none.
    wrongly : Prior or None
        Beta, instead of `false`: how many are wrongly recorded as this crime for each offence recorded of another one, `other_crime`.
    other_crime : str
        Indicator of the other crime's recorded offences, in every cell that the stream has figures of.

    Notes
    -----
    m being what the stream counts, the mean of what is recorded is m × sensitivity / (1 - false), or m × sensitivity + wrongly × offences
    of the other crime. Counts alone tell nothing of sensitivity and false share: they are as known as their priors. `from_audit` gives the
    prior that an audit sample makes.

    References
    ----------
    Rogan, W. J. and Gladen, B. 1978. Estimating prevalence from the results of a screening test. doi:10.1093/oxfordjournals.aje.a112510
    """

    sensitivity: Prior | None = SENSITIVITY
    false: Prior | None = FALSE
    wrongly: Prior | None = None
    other_crime: str = "related_offences"

    def __post_init__(self) -> None:
        if self.wrongly is not None and self.false is not None:
            raise ModelError("false and wrongly: expected one of them; pass false=None beside wrongly=…")
        if self.sensitivity is None and self.false is None and self.wrongly is None:
            raise ModelError("mislabelling of nothing: expected sensitivity, false or wrongly")

    @staticmethod
    def from_audit(name: str, found: int, of: int, reason: str, *, before: tuple[float, float] = (0.5, 0.5)) -> Prior:
        """A beta prior from an audit sample: `found` among `of` files looked at again, onto a beta prior before it.

        Examples
        --------
        >>> Mislabelling.from_audit("true cases rightly labelled", 42, 60, "files re-read in 2023").parameters
        (42.5, 18.5)
        """
        if not 0 <= found <= of or of == 0:
            raise ModelError(f"audit sample {found} of {of}: expected a part of a number above 0")
        parameters = (before[0] + found, before[1] + of - found)
        return Prior(name, f"{found} of {of} in an audit sample", "beta", parameters, reason)

    @property
    def reads(self) -> tuple[str, ...]:
        """The other crime, where it is needed."""
        return (self.other_crime,) if self.wrongly is not None else ()

    @property
    def assumption(self) -> str:
        """That labels err alike everywhere."""
        return "cases are recorded under wrong labels with the same probabilities in all areas and periods; counts cannot tell these"

    def unknowns(self, indicators: tuple[str, ...]) -> tuple[Unknown, ...]:
        """Shares for each indicator."""
        kinds = (
            ("rightly_labelled", self.sensitivity),
            ("falsely_labelled", self.false),
            ("wrongly_labelled", self.wrongly),
        )
        return tuple(
            Share(f"{kind}_{indicator}", prior, "labels")
            for indicator in indicators
            for kind, prior in kinds
            if prior is not None
        )

    def columns(self, evidence: Evidence, grid: Grid, indicators: tuple[str, ...]) -> tuple[Column, ...]:
        """The unknowns, which concern every row; and the logarithm of the other crime's offences of each row."""
        table = evidence.table[evidence.table["indicator"].isin(list(indicators))]
        every = pd.Series(1.0, table.index)
        found = [Column(unknown, every, linear=False) for unknown in self.unknowns(indicators)]
        if self.wrongly is not None:
            rows = [read_rows(evidence.with_breaks(()), grid, (name,), add_up=False) for name in indicators]
            other = np.concatenate([self._offences(evidence, grid, each.matrix, each.labels) for each in rows])
            index = np.concatenate([each.rows for each in rows])
            found.append(Column(None, pd.Series(np.log(np.maximum(other, NOTHING)), index), linear=False))
        return tuple(found)

    def labelled(self, indicator: str, log_mean: Values, extra: Values, world: World) -> Values:
        """Logarithm of the mean that is recorded under the label, (..., rows)."""
        operations = world.operations
        if self.sensitivity is not None:
            log_mean = log_mean + operations.log_expit(world[f"rightly_labelled_{indicator}"])
        if self.false is not None:
            log_mean = log_mean - operations.log_expit(-world[f"falsely_labelled_{indicator}"])
        if self.wrongly is not None:
            wrongly = operations.log_expit(world[f"wrongly_labelled_{indicator}"])
            log_mean = operations.logaddexp(log_mean, wrongly + extra[:, 0])
        return log_mean

    def _offences(self, evidence: Evidence, grid: Grid, matrix: Values, labels: tuple[str, ...]) -> Values:
        """Recorded offences of the other crime in the cells of each row."""
        rows = read_rows(evidence, grid, (self.other_crime,))
        cells = np.full(grid.size, np.nan)
        known = rows.whole & rows.exact
        cells[rows.cell[known]] = rows.lower[known]
        places = np.unique(matrix.indices)
        missing = [place for place in places if np.isnan(cells[place])]
        if missing:
            named = [
                f"{grid.areas[grid.index['area'][place]]} {grid.periods[grid.index['period'][place]]}"
                for place in missing
            ]
            expected = f"{self.other_crime}, exact and of the whole period, wherever there are figures to correct"
            raise DataError([Problem(evidence.label, None, "indicator", name, expected) for name in named])
        return matrix @ np.nan_to_num(cells)
