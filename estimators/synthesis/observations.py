"""Figures as weighted sums of cells: what a stream reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.evidence.cells import period_label
from estimators.numeric.intervals import Nodes, interval_nodes
from estimators.synthesis.grid import Grid
from estimators.synthesis.operations import Operations, Values

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Observations:
    """Rows of one kind; row k has the mean Σ_i w_ki m_i over the cells.

    Parameters
    ----------
    lower, upper : Array
        Inclusive limits, shape (rows,), equal where the figure is exact.
    matrix : Array
        Weights w, shape (rows, cells).
    rows : Index
        Row of the evidence each came from.
    labels : tuple of str
        Area and period of each row.
    trials, sd : Array, optional
        What is given beforehand: the number of which a count is a part, the standard deviation of an estimate's logarithm.
    """

    lower: Array
    upper: Array
    matrix: Array
    rows: Index
    labels: tuple[str, ...]
    trials: Array | None = None
    sd: Array | None = None

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def exact(self) -> Mask:
        """Which figures are known exactly."""
        if self.lower is self.upper:
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.lower == self.upper)

    @property
    def middle(self) -> Array:
        """The figure, of an interval its middle, of an open one its lower limit."""
        return np.where(np.isfinite(self.upper), 0.5 * (self.lower + self.upper), self.lower)

    @cached_property
    def single(self) -> Mask:
        """Which rows lie within one cell."""
        return np.asarray((self.matrix > 0).sum(axis=1) == 1)

    @cached_property
    def cell(self) -> Index:
        """The first cell of each row."""
        return np.asarray(np.argmax(self.matrix > 0, axis=1), dtype=np.intp)

    @cached_property
    def row_of_cell(self) -> Index:
        """The row that is the exact figure of one whole cell, -1 where there is none."""
        found = np.full(self.matrix.shape[1], -1, dtype=np.intp)
        whole = self.single & self.exact & (np.abs(self.matrix.sum(axis=1) - 1.0) < 1e-9)
        found[self.cell[whole]] = np.flatnonzero(whole)
        return found

    @cached_property
    def nodes(self) -> Nodes:
        """Counts at which densities of intervals are summed."""
        return interval_nodes(self.lower, self.upper, np.flatnonzero(~self.exact))

    def log_mean(self, log_cells: Values, operations: Operations) -> Values:
        """Logarithm of each row's weighted sum of cells, (..., cells) to (..., rows)."""
        weight = self.matrix[np.arange(len(self)), self.cell]
        if self.single.all():
            return log_cells[..., self.cell] + np.log(weight)
        several = np.flatnonzero(~self.single)
        one = log_cells[..., self.cell[self.single]] + np.log(weight[self.single])
        many = operations.log(operations.exp(log_cells) @ self.matrix[several].T)
        order = np.argsort(np.concatenate([np.flatnonzero(self.single), several]))
        return operations.concatenate([one, many])[..., order]

    def take(self, which: Mask) -> "Observations":
        """Some of the rows."""
        labels = tuple(label for label, kept in zip(self.labels, which, strict=True) if kept)
        trials, sd = (None if given is None else given[which] for given in (self.trials, self.sd))
        return Observations(
            self.lower[which], self.upper[which], self.matrix[which], self.rows[which], labels, trials, sd
        )

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
        If rows reach beyond the cells or two of them count the same cell.
    """
    table = _wanted(evidence, grid, indicators, "lower" if add_up else "value")
    if table.empty:
        empty = np.empty(0)
        return Observations(empty, empty, np.empty((0, grid.size)), empty.astype(np.intp), ())
    found = Evidence(table, dict(evidence.regions), evidence.label).coverage(grid.areas, grid.edges)
    by_period = found.matrix.toarray().reshape(len(table), len(grid.areas), 1, -1)
    words = table[grid.by].to_numpy() if grid.by else np.full(len(table), "all")
    covered = np.array([[word in ("all", stratum) for stratum in grid.strata] for word in words])
    weights = by_period * (covered[:, None, :, None] if grid.by else 1.0)
    read = Observations(
        table["lower"].to_numpy(dtype=float),
        table["upper"].to_numpy(dtype=float),
        weights.reshape(len(table), grid.size),
        table.index.to_numpy(dtype=np.intp),
        _labels(table, words),
    )
    read = read.take(_beside_their_parts(read, words)) if grid.by else read
    if add_up:
        _refuse_double_counts(read, evidence.label)
    return read


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
    stratified = (read.matrix[~total] > 0).any(axis=0)
    return np.asarray(~total | ~(read.matrix[:, stratified] > 0).any(axis=1))


def _refuse_double_counts(read: Observations, label: str) -> None:
    crowded = read.matrix.sum(axis=0) > 1.0 + 1e-9
    if not crowded.any():
        return
    rows = np.flatnonzero((read.matrix[:, crowded] > 0).any(axis=1))
    expected = "each cell counted once; these rows overlap: choose with .where(source=…) or .where(start=…, end=…)"
    raise DataError([Problem(label, int(read.rows[row]), "period_start", read.labels[row], expected) for row in rows])
