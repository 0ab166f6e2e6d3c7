"""Counts of several areas in consecutive months, quarters or half-years, as checked."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import DataError, Problem
from estimators.projection import periods
from estimators.projection.layouts import TOTAL_WORDS

type Array = NDArray[np.float64]
type Whole = NDArray[np.intp]

DROPPED_WORDS = ("identified", "opened", "recorded", "lodged")


@dataclass(frozen=True, eq=False, repr=False)
class CountSeries:
    """Counts by area and period, none missing; made by `read_series`. Two are equal when their `hash` is equal.

    Parameters
    ----------
    areas : tuple of str
        The areas.
    first : int
        Number of the first period, see `periods.number`.
    per_year : int
        12 for months, 4 for quarters, 2 for half-years.
    counts : Array
        Reported counts, (areas, periods).
    counted : str
        What was counted, as the source says it, such as ``"victims"``.
    label : str
        File name, or ``"DataFrame"``.

    Examples
    --------
    >>> series = CountSeries(("MEX",), 12 * 2021, 12, np.full((1, 18), 60.0), "victims")
    >>> series
    CountSeries from DataFrame: victims of 1 area, 2021-01 to 2022-06
    >>> series.until("2022-03").counts.shape
    (1, 15)
    """

    areas: tuple[str, ...]
    first: int
    per_year: int
    counts: Array
    counted: str
    label: str = "DataFrame"

    def __repr__(self) -> str:
        many = "area" if len(self.areas) == 1 else "areas"
        return f"CountSeries from {self.label}: {self.counted} of {len(self.areas)} {many}, {self.periods[0]} to {self.periods[-1]}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CountSeries) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def periods(self) -> tuple[str, ...]:
        """Labels of the periods."""
        return tuple(periods.label(self.first + place, self.per_year) for place in range(self.counts.shape[1]))

    @property
    def last(self) -> int:
        """Number of the last period."""
        return self.first + int(self.counts.shape[1]) - 1

    @property
    def seasons(self) -> Whole:
        """Which part of its year each period is, from 0."""
        return (self.first + np.arange(self.counts.shape[1])) % self.per_year

    @property
    def noun(self) -> str:
        """What was counted, as it stands in a sentence."""
        *others, last = self.counted.replace("_", " ").split() or ["cases"]
        if self.counted in ("", "value"):
            return "cases"
        return " ".join(others if others and last in DROPPED_WORDS else [*others, last])

    @cached_property
    def hash(self) -> str:
        """SHA-256 of areas, periods and counts."""
        written = json.dumps([self.areas, self.first, self.per_year, self.counts.tolist(), self.counted])
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def cells(self) -> xr.Dataset:
        """The counts over (area, period), in the shape that every result has."""
        values = dict.fromkeys(("reported", "lower", "upper"), (("area", "period"), self.counts))
        years = {"years": (("period",), np.full(self.counts.shape[1], 1.0 / self.per_year))}
        cells = xr.Dataset(values | years, coords={"area": list(self.areas), "period": list(self.periods)})
        return cells.assign_attrs(indicator=self.counted)

    def until(self, period: str) -> "CountSeries":
        """What was known at the end of a period: no later figure is looked at.

        Raises
        ------
        DataError
            If it is no period of these series.
        """
        return replace(self, counts=self.counts[:, : self.position(period, "known_through") + 1])

    def together(self, name: str) -> "CountSeries":
        """All areas as one, under a name.

        Raises
        ------
        DataError
            If one of several areas is their total by its name: it would be counted twice.
        """
        total = [area for area in self.areas if periods.plain(area) in TOTAL_WORDS and len(self.areas) > 1]
        if total:
            raise DataError(
                [Problem(self.label, None, "area", total[0], "areas without their total, which would be counted twice")]
            )
        return replace(self, areas=(name,), counts=self.counts.sum(axis=0, keepdims=True))

    def position(self, period: str, column: str) -> int:
        """Place of a period among these."""
        read = periods.number(period)
        if read is None or read[1] != self.per_year or not self.first <= read[0] <= self.last:
            expected = f"a {periods.NAMES[self.per_year]} from {self.periods[0]} to {self.periods[-1]}, which the figures cover"
            raise DataError([Problem(self.label, None, column, str(period), expected)])
        return read[0] - self.first

    def places(self, areas: Sequence[str]) -> list[int]:
        """Places of some areas; all where none is named.

        Raises
        ------
        DataError
            Naming every area that is unknown, with the closest that is known.
        """
        unknown = [area for area in areas if area not in self.areas]
        if unknown:
            raise DataError([Problem(self.label, None, "area", area, self._known(area)) for area in unknown])
        return [self.areas.index(area) for area in areas] or list(range(len(self.areas)))

    def _known(self, area: str) -> str:
        close = get_close_matches(area, self.areas, n=1, cutoff=0.4)
        listed = ", ".join(self.areas[:6]) + (f" … {len(self.areas)} in all" if len(self.areas) > 6 else "")
        return f"an area of the figures{f', perhaps {close[0]!r}' if close else ''}; known: {listed}"
