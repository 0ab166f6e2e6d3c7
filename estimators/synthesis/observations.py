"""Figures as weighted sums of cells: what a stream reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.evidence.breaks import refuse_spliced
from estimators.evidence.cells import period_label
from estimators.numeric.intervals import Nodes, interval_nodes
from estimators.synthesis.grid import Grid
from estimators.synthesis.operations import Operations, Values

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]
type Mask = NDArray[np.bool_]
type Weights = "sparse.csr_array[np.float64]"

STEPS = ", or give each side a level of its own: Recorded(…, (Steps(),))"


@dataclass(frozen=True, eq=False)
class Observations:
    """Rows of one kind; row k has the mean Σ_i w_ki m_i over the cells.

    Parameters
    ----------
    lower, upper : Array
        Inclusive limits, shape (rows,), equal where the figure is exact.
    matrix : scipy.sparse.csr_array
        Weights w, shape (rows, cells), each row with at least one cell; a dense array is taken too, and kept sparse.
    rows : Index
        Row of the evidence each came from.
    labels : tuple of str
        Area and period of each row.
    trials, sd : Array, optional
        What is given beforehand: the number of which a count is a part, the standard deviation of an estimate's logarithm.
    design : Array, optional
        How each row was recorded, shape (rows, columns): not 0 in the first where it was recorded otherwise than counted, in the second
        where by a second source; the others belong to `recording.Recorded`.
    """

    lower: Array
    upper: Array
    matrix: Weights
    rows: Index
    labels: tuple[str, ...]
    trials: Array | None = None
    sd: Array | None = None
    design: Array | None = None

    def __post_init__(self) -> None:
        matrix = sparse.csr_array(self.matrix, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        object.__setattr__(self, "matrix", matrix)

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    @property
    def exact(self) -> Mask:
        """Which figures are known exactly."""
        if self.lower is self.upper:
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.lower == self.upper)

    @property
    def recorded(self) -> Mask:
        """Which rows were recorded otherwise than counted: by another rule, too early, under other labels."""
        return np.zeros(len(self), dtype=bool) if self.design is None else np.asarray(self.design[:, 0] > 0)

    @property
    def further(self) -> bool:
        """Whether the rows are of a further source."""
        return self.design is not None and bool(self.design[:, 1].any())

    @property
    def middle(self) -> Array:
        """The figure, of an interval its middle, of an open one its lower limit."""
        return np.where(np.isfinite(self.upper), 0.5 * (self.lower + self.upper), self.lower)

    @cached_property
    def single(self) -> Mask:
        """Which rows lie within one cell."""
        return np.asarray(np.diff(self.matrix.indptr) == 1)

    @cached_property
    def whole(self) -> Mask:
        """Which rows are one whole cell."""
        return np.asarray(self.single & (np.abs(self.matrix.sum(axis=1) - 1.0) < 1e-9))

    @cached_property
    def cell(self) -> Index:
        """The first cell of each row."""
        return np.asarray(self.matrix.indices[self.matrix.indptr[:-1]], dtype=np.intp)

    @cached_property
    def row_of_cell(self) -> Index:
        """The row that is the exact figure of one whole cell, -1 where there is none."""
        found = np.full(self.matrix.shape[1], -1, dtype=np.intp)
        whole = self.whole & self.exact
        found[self.cell[whole]] = np.flatnonzero(whole)
        return found

    @cached_property
    def nodes(self) -> Nodes:
        """Counts at which densities of intervals are summed."""
        return interval_nodes(self.lower, self.upper, np.flatnonzero(~self.exact))

    def log_mean(self, log_cells: Values, operations: Operations) -> Values:
        """Logarithm of each row's weighted sum of cells, (..., cells) to (..., rows)."""
        cell, log_weight = self._one
        one = log_cells[..., cell] + log_weight
        if self.single.all():
            return one
        touched, weights, order = self._several
        many = operations.log(operations.weighted_sums(operations.exp(log_cells[..., touched]), weights))
        return operations.concatenate([one, many])[..., order]

    def sums(self, cells: Values, operations: Operations) -> Values:
        """Each row's weighted sum of cells, (..., cells) to (..., rows)."""
        return operations.weighted_sums(cells, self.matrix)

    def touching(self, cells: Mask) -> Mask:
        """Which rows cover any of some cells."""
        return np.asarray(self.matrix @ cells.astype(float) > 0)

    def within(self, entry: Index) -> Index:
        """The entry of a dimension to which all cells of a row belong, -1 where they belong to several; `entry` is that of each cell."""
        first = entry[self.cell]
        row = np.repeat(np.arange(len(self)), np.diff(self.matrix.indptr))
        other = row[entry[self.matrix.indices] != first[row]]
        first[other] = -1
        return first

    @cached_property
    def _one(self) -> tuple[Index, Array]:
        """Of rows of one cell: the cell, and the logarithm of its weight."""
        first = self.matrix.indptr[:-1][self.single]
        return self.cell[self.single], np.log(self.matrix.data[first])

    @cached_property
    def _several(self) -> tuple[Index, Weights, Index]:
        """Of rows of several cells: the cells, and the weights of these alone; then where each row stands behind all rows of one cell."""
        weights = self.matrix[~self.single]
        touched = np.unique(weights.indices).astype(np.intp)
        order = np.argsort(np.concatenate([np.flatnonzero(self.single), np.flatnonzero(~self.single)]))
        return touched, weights[:, touched], order

    def take(self, which: Mask) -> "Observations":
        """Some of the rows."""
        labels = tuple(self.labels[row] for row in np.flatnonzero(which))
        given = (None if each is None else each[which] for each in (self.trials, self.sd, self.design))
        return Observations(self.lower[which], self.upper[which], self.matrix[which], self.rows[which], labels, *given)

    def with_counts(self, counts: Values) -> "Observations":
        """The same rows with other, exact figures."""
        return replace(self, lower=counts, upper=counts)


def read_rows(evidence: Evidence, grid: Grid, indicators: Sequence[str], *, add_up: bool = True) -> Observations:
    """Rows of some indicators with the cells each covers.

    Where figures add up, no cell may be counted twice; estimates of it may be several. Where the grid has strata, rows of one stratum
    cover its cells and rows that do not distinguish cover all of them; but a total beside figures of its own strata is left out. Rows
    by any other category are not read.

    Raises
    ------
    DataError
        If rows reach beyond the cells, two of them count the same cell, or they stand on both sides of a declared break.
    """
    table = _wanted(evidence, grid, indicators, "lower" if add_up else "value")
    if table.empty:
        empty = np.empty(0)
        return Observations(empty, empty, sparse.csr_array((0, grid.size)), empty.astype(np.intp), ())
    refuse_spliced(table, evidence.breaks, evidence.regions, evidence.label, STEPS)
    found = Evidence(table, dict(evidence.regions), evidence.label).coverage(grid.areas, grid.edges)
    words = table[grid.by].to_numpy() if grid.by else np.full(len(table), "all")
    covered = np.array([[word in ("all", stratum) for stratum in grid.strata] for word in words])
    read = Observations(
        table["lower"].to_numpy(dtype=float),
        table["upper"].to_numpy(dtype=float),
        _over_strata(found.matrix, covered if grid.by else np.ones((len(table), 1), dtype=bool), grid),
        table.index.to_numpy(dtype=np.intp),
        _labels(table, words),
    )
    read = read.take(_beside_their_parts(read, words)) if grid.by else read
    if add_up:
        _refuse_double_counts(read, evidence.label, table["source"])
    return read


def _over_strata(matrix: Weights, covered: Mask, grid: Grid) -> Weights:
    """Weights of areas and periods as weights of the cells of the strata that each row covers, (rows, strata)."""
    _, strata, periods = grid.shape
    found = matrix.tocoo()
    row, place = found.coords
    entry, stratum = np.nonzero(covered[row])
    area, period = np.divmod(place[entry], periods)
    cell = (area * strata + stratum) * periods + period
    return sparse.csr_array((found.data[entry], (row[entry], cell)), shape=(matrix.shape[0], grid.size))


def _labels(table: pd.DataFrame, words: NDArray[np.str_]) -> tuple[str, ...]:
    """Area, period and, where the row is of one stratum, its word."""
    about = table[["area", "period_start", "period_end"]].itertuples(index=False)
    strata = ("" if word == "all" else f" {word}" for word in words)
    return tuple(
        f"{area} {period_label(start, end)}{word}" for (area, start, end), word in zip(about, strata, strict=True)
    )


def _wanted(evidence: Evidence, grid: Grid, indicators: Sequence[str], known: str) -> pd.DataFrame:
    table = evidence.table
    table = table.assign(lower=table["lower"].fillna(table[known]), upper=table["upper"].fillna(table[known]))
    rows = table["indicator"].isin(list(indicators)) & table["lower"].notna()
    for column in ("form", "sex", "age"):
        words = ("all", *grid.strata) if column == grid.by else ("all",)
        rows &= table[column].isin(words)
    return table[rows]


def _beside_their_parts(read: Observations, words: NDArray[np.str_]) -> Mask:
    """Which rows to keep: those of strata, and totals of cells of which no stratum is given."""
    total = words == "all"
    stratified = np.zeros(read.matrix.shape[1], dtype=bool)
    stratified[read.matrix[~total].indices] = True
    return np.asarray(~total | ~read.touching(stratified))


def _refuse_double_counts(read: Observations, label: str, source: "pd.Series[str]") -> None:
    crowded = read.matrix.sum(axis=0) > 1.0 + 1e-9
    if not crowded.any():
        return
    rows = np.flatnonzero(read.touching(crowded))
    sources = list(dict.fromkeys(source.reindex(read.rows[rows])))
    advice = ", or give each an effect of its own: Recorded(…, (SourceEffects(),))" if len(sources) > 1 else ""
    expected = (
        f"each cell counted once; these rows overlap, of {' and '.join(map(repr, sources))}: choose with .where(source=…) or "
        f".where(start=…, end=…){advice}"
    )
    raise DataError([Problem(label, int(read.rows[row]), "period_start", read.labels[row], expected) for row in rows])
