"""A table of counts with its margins as cells and the equations that tie them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from estimators.errors import DataError, Problem

TOTAL = "total"
HIDDEN = "c"

type Label = tuple[str, ...]
type Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Every count of a release, inner cells first, each margin after its parts.

    Parameters
    ----------
    labels : tuple of tuple of str
        Categories of each cell, ``"total"`` in place of what is summed.
    counts : numpy.ndarray
        Of each cell.
    equations : scipy.sparse.csr_array
        (margins, cells), each row 1 at a margin and -1 at its parts: times the counts it is 0. One row a margin is enough, since sums
        over several categories follow.
    """

    labels: tuple[Label, ...]
    counts: Counts
    equations: sparse.csr_array

    @property
    def inner(self) -> int:
        """How many cells are no margins."""
        return len(self.labels) - self.equations.shape[0]

    def summed(self, values: Counts) -> Counts:
        """Sum values of the inner cells into all cells."""
        found = np.zeros(len(self.labels), dtype=np.int64)
        found[: self.inner] = values
        for row in range(self.equations.shape[0]):
            start, end = self.equations.indptr[row : row + 2]
            parts = self.equations.indices[start:end]
            found[self.inner + row] = found[parts[parts != self.inner + row]].sum()
        return found


def arrange(labels: Sequence[Label], counts: Counts, summed_over: Sequence[int]) -> Cells:
    """Add the margins over each subset of the categories `summed_over`; a margin is the sum of the cells that are known.

    Examples
    --------
    >>> cells = arrange([("north", "2020"), ("south", "2020")], np.array([3, 40]), (0,))
    >>> cells.labels[-1], cells.counts.tolist()
    (('total', '2020'), [3, 40, 43])
    """
    place = {label: number for number, label in enumerate(labels)}
    faces: dict[tuple[int, ...], list[Label]] = {(): list(labels)}
    parts: list[list[int]] = []
    for size in range(1, len(summed_over) + 1):
        for categories in combinations(summed_over, size):
            last = categories[-1]
            groups: dict[Label, list[int]] = {}
            for label in faces[categories[:-1]]:
                groups.setdefault((*label[:last], TOTAL, *label[last + 1 :]), []).append(place[label])
            for label, members in groups.items():
                place[label] = len(place)
                parts.append(members)
            faces[categories] = list(groups)
    rows = np.repeat(np.arange(len(parts)), [len(members) + 1 for members in parts])
    columns = [number for row, members in enumerate(parts) for number in (len(labels) + row, *members)]
    signs = [sign for members in parts for sign in (1.0, *[-1.0] * len(members))]
    equations = sparse.csr_array((signs, (rows, columns)), shape=(len(parts), len(place)))
    bare = Cells(tuple(place), np.zeros(len(place), dtype=np.int64), equations)
    return Cells(bare.labels, bare.summed(np.asarray(counts, dtype=np.int64)), equations)


def read_cells(table: pd.DataFrame, value: str, by: Sequence[str], margins: Sequence[str]) -> Cells:
    """Check a tidy table and arrange its known counts, in an order of their own: what is hidden must not depend on that of the rows.

    Raises
    ------
    DataError
        Listing columns that are missing, counts that are not whole, categories that come twice, totals that are not made here.
    """
    problems = [
        Problem("table", None, column, "missing", f"one of {', '.join(map(str, table.columns))}")
        for column in (*by, value)
        if column not in table
    ]
    problems += [
        Problem("guard", None, "margins", name, f"one of {', '.join(by)}") for name in margins if name not in by
    ]
    if problems or not by:
        raise DataError(problems or [Problem("guard", None, "by", "()", "at least one column of categories")])
    known = table[table[value].notna()]
    labels = labels_of(known, by)
    written = known[value].tolist()
    rows = (np.flatnonzero(table[value].notna()) + 1).tolist()
    counts = pd.to_numeric(known[value], errors="coerce").to_numpy(dtype=np.float64)
    seen: set[Label] = set()
    for row, label, text, count in zip(rows, labels, written, counts, strict=True):
        if not (count >= 0 and count == np.floor(count) and count < 2**53):
            problems.append(
                Problem("table", row, value, str(text), "a whole count, 0 or more, or nothing where none is known")
            )
        if TOTAL in label:
            problems.append(
                Problem(
                    "table",
                    row,
                    by[label.index(TOTAL)],
                    TOTAL,
                    "a category: totals are made here, of the counts that are known",
                )
            )
        if label in seen:
            problems.append(Problem("table", row, ", ".join(by), ", ".join(label), "each combination once"))
        seen.add(label)
    if problems:
        raise DataError(problems)
    order = sorted(range(len(labels)), key=labels.__getitem__)
    summed_over = [place for place, name in enumerate(by) if name in margins]
    return arrange([labels[row] for row in order], counts[order].astype(np.int64), summed_over)


def labels_of(table: pd.DataFrame, by: Sequence[str]) -> list[Label]:
    """Categories of each row as text."""
    return list(zip(*(table[name].astype(str).tolist() for name in by), strict=True))
