"""Lists of one hidden population, as checked: who is on which list, how many, and what else is known of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import DataError, Problem
from estimators.numeric import patterns

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]

EVERYONE = "all"


def hash_of(head: object, columns: Sequence[Sequence[object]]) -> str:
    """SHA-256 of a head and of rows, whatever their order."""
    written = sorted(json.dumps(row, default=str) for row in zip(*columns, strict=True))
    return hashlib.sha256("\n".join([json.dumps(head), *written]).encode()).hexdigest()


def cells_of(observed: int, indicator: str, at_most: int | None = None) -> xr.Dataset:
    """One number of people, and at most how many, in the shape that every result has: one area, one period."""
    ends = {"reported": observed, "lower": observed, "upper": observed if at_most is None else at_most}
    values = {name: (("area", "period"), [[float(value)]]) for name, value in ends.items()}
    cells = xr.Dataset(values | {"years": (("period",), [1.0])}, coords={"area": [EVERYONE], "period": ["once"]})
    return cells.assign_attrs(indicator=indicator)


def _span(low: float, high: float) -> str:
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


@dataclass(frozen=True, eq=False, repr=False)
class Lists:
    """Capture histories; made by `read_lists`, never changed afterwards. Two are equal when their `hash` is equal.

    Parameters
    ----------
    names : tuple of str
        The lists.
    on : Mask
        Which lists each row is on, (rows, lists).
    counts : Array
        People of each row, (rows,); of a censored row an upper limit.
    censored : Mask
        Rows whose count is an upper limit, (rows,).
    covariates : pandas.DataFrame
        What else is known of each row: one column a covariate, and no columns where nothing is.
    label : str
        File name, or ``"DataFrame"``.

    Examples
    --------
    >>> import estimators as est
    >>> lists = est.read_lists(pd.DataFrame({"police": [1, 0, 1], "shelter": [0, 1, 1], "count": [40, 30, 6]}))
    >>> lists.names, lists.observed, lists.table.tolist()
    (('police', 'shelter'), 76, [0.0, 40.0, 30.0, 6.0])
    """

    names: tuple[str, ...]
    on: Mask
    counts: Array
    censored: Mask
    covariates: pd.DataFrame
    label: str = "DataFrame"

    def __repr__(self) -> str:
        least = np.where(self.censored, 0.0, self.counts) @ self.on
        spans = zip(self.names, least, self.sizes, strict=True)
        sizes = ", ".join(f"{name} {_span(low, high)}" for name, low, high in spans)
        known = (
            f"\n  covariates: {', '.join(map(str, self.covariates.columns))}" if len(self.covariates.columns) else ""
        )
        limits = f"\n  {int(self.censored.sum())} cells are upper limits" if self.censored.any() else ""
        people = _span(self.observed, self.observed_at_most)
        return f"Lists from {self.label}: {people} people on {len(self.names)} lists\n  {sizes}{known}{limits}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lists) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def observed(self) -> int:
        """People known to be on at least one list; a count that is an upper limit adds nobody, since it may hold nobody."""
        return int(self.counts[~self.censored].sum())

    @property
    def observed_at_most(self) -> int:
        """People on at least one list, if every upper limit is reached; as `observed` where no count is one."""
        return int(self.counts.sum())

    @cached_property
    def table(self) -> Array:
        """People of each capture pattern, (2^lists,), upper limits as they stand, in the order of `estimators.numeric.patterns`.

        Entry 0, on no list, is 0.
        """
        return patterns.tabulated(self.on, self.counts)

    @property
    def sizes(self) -> Array:
        """People on each list, (lists,), upper limits as they stand."""
        return np.asarray(self.counts @ self.on)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of names, rows, counts and covariates, whatever the order of the rows."""
        columns = (self.on.astype(int).tolist(), self.counts.tolist(), self.censored.tolist())
        return hash_of(
            [self.names, list(self.covariates.columns)], [*columns, self.covariates.astype(object).values.tolist()]
        )

    @property
    def cells(self) -> xr.Dataset:
        """The number observed, and at most how many, in the shape that every result has: one area, one period."""
        return cells_of(self.observed, "people on lists", self.observed_at_most)

    def only(self, rows: Mask) -> "Lists":
        """Some of the rows; all lists stay."""
        kept = self.covariates[rows].reset_index(drop=True)
        return Lists(self.names, self.on[rows], self.counts[rows], self.censored[rows], kept, self.label)

    def strata(self, by: Sequence[str]) -> dict[str, "Lists"]:
        """The lists of each stratum, by its label: the values of the covariates `by`, joined by commas.

        Raises
        ------
        DataError
            If one of `by` is no covariate of these lists.
        """
        unknown = [name for name in by if name not in self.covariates]
        if unknown or not by:
            known = ", ".join(map(str, self.covariates.columns)) or "none: these lists have no covariates"
            raise DataError([Problem(self.label, None, None, ", ".join(unknown), f"covariates among: {known}")])
        labels = self.covariates[list(by)].astype(str).agg(", ".join, axis=1).to_numpy()
        return {label: self.only(labels == label) for label in sorted(set(labels))}

    def without(self, name: str) -> "Lists":
        """The other lists; people who were on this one alone are no longer seen."""
        keep = np.array([other != name for other in self.names])
        if keep.all():
            raise DataError([Problem(self.label, None, None, name, f"a list among: {', '.join(self.names)}")])
        return self._of(self.on[:, keep], tuple(np.array(self.names)[keep].tolist()))

    def merged(self, first: str, second: str) -> "Lists":
        """Two lists as one, on which a person is who is on either."""
        if first not in self.names or second not in self.names or first == second:
            expected = f"two lists among: {', '.join(self.names)}"
            raise DataError([Problem(self.label, None, None, f"{first}, {second}", expected)])
        one, other = self.names.index(first), self.names.index(second)
        keep = [place for place in range(len(self.names)) if place != other]
        on = self.on.copy()
        on[:, one] |= on[:, other]
        return self._of(on[:, keep], tuple(f"{first}+{second}" if p == one else self.names[p] for p in keep))

    def _of(self, on: Mask, names: tuple[str, ...]) -> "Lists":
        seen = on.any(axis=1)
        kept = self.covariates[seen].reset_index(drop=True)
        return Lists(names, on[seen], self.counts[seen], self.censored[seen], kept, self.label)
