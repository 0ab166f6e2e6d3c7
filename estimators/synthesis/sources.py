"""Several sources of one count: which of them sets the level, and what a further one says beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np

from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.synthesis.distributions import Distribution, NegativeBinomial
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Unknown
from estimators.synthesis.world import Figures, Observed, Stream, World

HALF = 0.5  # added to a count of which another is a copy


@dataclass(frozen=True)
class Further:
    """A kind of row of a further source.

    Parameters
    ----------
    term, source : str
        The kind of row of the stream, and the source.
    beside : bool
        Whether an earlier source gives the same cells.
    parents : tuple of str
        Kinds of row of earlier sources, the one that sets the level first.
    dispersion : str
        Name of the unknown of how far the source strays.
    """

    term: str
    source: str
    beside: bool
    parents: tuple[str, ...]
    dispersion: str

    def distribution(self, log_mean: Values, found: Distribution, world: World) -> Distribution:
        """Beside another source it strays by its own dispersion; alone, by that of the stream too: 1/φ + 1/φ'."""
        if not isinstance(found, NegativeBinomial):
            raise ModelError(
                f"{self.term} of {self.source}: expected a stream of negative binomial counts for SourceEffects"
            )
        own = world[self.dispersion]
        alone = -world.operations.logaddexp(-own, -found.log_dispersion) if not self.beside else own
        return NegativeBinomial(log_mean, alone)


@dataclass(frozen=True, eq=False)
class Reading:
    """Which source sets the level of each indicator, the kinds of row of the others, and their dispersions."""

    first: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Further] = field(default_factory=dict)
    unknowns: tuple[Unknown, ...] = ()


@runtime_checkable
class Sources(Protocol):
    """A rule that tells sources apart."""

    def reading(self, evidence: Evidence, indicators: tuple[str, ...]) -> Reading:
        """The sources of each indicator."""
        ...


def read_by_source(stream: Stream, evidence: Evidence, grid: Grid, reading: Reading) -> dict[str, Observations]:
    """Rows of the first source of each indicator as the stream reads them; of further sources those beside and those alone.

    Raises
    ------
    DataError
        If a row of a further source covers part of what another one counts.
    """
    table = evidence.table
    drop = np.zeros(len(table), dtype=bool)
    for indicator, source in reading.first.items():
        drop |= ((table["indicator"] == indicator) & (table["source"] != source)).to_numpy()
    found = dict(stream.read(_only(evidence, ~drop), grid))
    for name, about in reading.terms.items():
        which = ((table["indicator"] == about.term) & (table["source"] == about.source)).to_numpy()
        rows = stream.read(_only(evidence, which), grid)[about.term]
        beside = np.zeros(len(rows), dtype=bool)
        for parent in about.parents:
            beside |= rows.whole & (found[parent].row_of_cell[rows.cell] >= 0) if len(found[parent]) else False
        kept = rows.take(beside if about.beside else ~beside)
        if not about.beside:
            _refuse_parts(kept, [found[parent] for parent in about.parents], about, evidence.label)
        found[name] = kept
    return found


def beside_parents(
    about: Further,
    rows: Observations,
    log_mean: Values,
    shift: Values,
    observed: Observed,
    figures: Figures,
    shifts: Mapping[str, Values],
    world: World,
) -> Values:
    """Logarithm of the mean of rows of a further source: the figure of the first earlier source of the cell where there is one.

    A copy of a figure says how the sources differ and nothing more of the level.
    """
    if not about.beside:
        return log_mean
    for parent in reversed(about.parents):
        if len(observed[parent]):
            place = observed[parent].row_of_cell[rows.cell]
            known = np.maximum(place, 0)
            copied = world.operations.log(figures[parent][..., known] + HALF) + shift
            earlier = shifts[parent]
            copied = copied - (earlier if isinstance(earlier, float) else earlier[..., known])
            log_mean = world.operations.where(place >= 0, copied, log_mean)
    return log_mean


def _only(evidence: Evidence, rows: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Evidence:
    return replace(evidence, table=evidence.table[rows])


def _refuse_parts(rows: Observations, earlier: list[Observations], about: Further, label: str) -> None:
    """Refuse rows that cover cells of which earlier sources count a part, or count more than it."""
    covered = np.zeros(rows.matrix.shape[1], dtype=bool)
    for each in earlier:
        covered[each.matrix.indices] = True
    expected = (
        f"figures of {about.source} for the same periods as the other sources, or for others: these overlap in part"
    )
    problems = [
        Problem(label, int(rows.rows[row]), "period_start", f"{rows.labels[row]} {about.term}", expected)
        for row in np.flatnonzero(rows.touching(covered))
    ]
    if problems:
        raise DataError(problems)
