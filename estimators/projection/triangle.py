"""Reporting triangles: the same figures as several data cuts gave them, checked."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from os import PathLike

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import DataError, Problem
from estimators.evidence.files import read_frame
from estimators.evidence.problems import Problems
from estimators.projection import periods
from estimators.projection.reading import ONE_AREA, numbered, period_column, refuse, whole_numbers

type Array = NDArray[np.float64]
type Whole = NDArray[np.int64]

NOT_COUNTED = ("vintage", "area")


@dataclass(frozen=True, eq=False, repr=False)
class RevisionTriangle:
    """Monthly counts as successive data cuts gave them; made by `read_triangle`. Two are equal when their `hash` is equal.

    Parameters
    ----------
    areas : tuple of str
        The areas.
    first : int
        Number of the first month, see `periods.number`.
    cuts : tuple of int
        Number of the last month that each data cut covers, increasing.
    counts : Array
        Counts, (cuts, areas, months); NaN in months after a cut.
    counted, label : str
        What was counted; file name, or ``"DataFrame"``.

    Examples
    --------
    >>> counts = np.array([[[5.0, 7.0, np.nan]], [[5.0, 8.0, 6.0]]])
    >>> RevisionTriangle(("MEX",), 12 * 2024, (24289, 24290), counts, "victims")
    RevisionTriangle from DataFrame: victims of 1 area, 2 data cuts from 2024-02 to 2024-03
    """

    areas: tuple[str, ...]
    first: int
    cuts: tuple[int, ...]
    counts: Array
    counted: str
    label: str = "DataFrame"

    def __repr__(self) -> str:
        ends = f"{periods.label(self.cuts[0], 12)} to {periods.label(self.cuts[-1], 12)}"
        many = "area" if len(self.areas) == 1 else "areas"
        return f"RevisionTriangle from {self.label}: {self.counted} of {len(self.areas)} {many}, {len(self.cuts)} data cuts from {ends}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RevisionTriangle) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of areas, months, cuts and counts."""
        filled = np.nan_to_num(self.counts, nan=-1.0).tolist()
        return hashlib.sha256(
            json.dumps([self.areas, self.first, self.cuts, filled, self.counted]).encode()
        ).hexdigest()

    @property
    def months(self) -> tuple[str, ...]:
        """Labels of the months of the newest cut."""
        return tuple(periods.label(month, 12) for month in range(self.first, self.cuts[-1] + 1))

    @property
    def newest(self) -> Array:
        """Counts of the newest cut, (areas, months)."""
        return np.asarray(self.counts[-1])

    @property
    def cells(self) -> xr.Dataset:
        """The newest cut over (area, period), in the shape that every result has."""
        values = dict.fromkeys(("reported", "lower", "upper"), (("area", "period"), self.newest))
        years = {"years": (("period",), np.full(len(self.months), 1.0 / 12.0))}
        cells = xr.Dataset(values | years, coords={"area": list(self.areas), "period": list(self.months)})
        return cells.assign_attrs(indicator=self.counted)

    def until(self, cut: str) -> "RevisionTriangle":
        """What was known when a data cut was the newest.

        Raises
        ------
        DataError
            If there is no such cut.
        """
        read = periods.number(cut)
        if read is None or read[0] not in self.cuts:
            listed = ", ".join(periods.label(known, 12) for known in self.cuts)
            raise DataError([Problem(self.label, None, "vintage", cut, f"a data cut among: {listed}")])
        kept = self.cuts.index(read[0]) + 1
        months = self.cuts[kept - 1] - self.first + 1
        return RevisionTriangle(
            self.areas, self.first, self.cuts[:kept], self.counts[:kept, :, :months], self.counted, self.label
        )


def read_triangle(source: str | PathLike[str] | pd.DataFrame, *, value: str = "") -> RevisionTriangle:
    """Read monthly counts as several data cuts gave them.

    Parameters
    ----------
    source : str, os.PathLike or pandas.DataFrame
        One row a data cut, area and month: columns ``vintage`` (last month that the cut covers), ``month``, a column of counts and, where
        there are several areas, ``area``. Every cut holds every month from the first to its own, of every area.
    value : str
        The column of counts, by default the only one.

    Returns
    -------
    RevisionTriangle

    Raises
    ------
    DataError
        Naming file, row, column and value: a month after its cut, a count or month that is none, a row twice, a month missing from a cut,
        fewer than two cuts.

    Examples
    --------
    >>> import estimators as est
    >>> est.read_triangle(est.datasets.load("mexico_victims_vintages"))
    RevisionTriangle from DataFrame: victims of 32 areas, 9 data cuts from 2024-05 to 2025-06
    """
    raw = read_frame(source)
    cells, when = raw.cells, period_column(raw)
    if "vintage" not in cells:
        raise refuse(raw, "vintage", "", "a column of this name: the last month that each data cut covers")
    names = [str(name) for name in cells if name not in (*NOT_COUNTED, when)]
    if (value and value not in names) or (not value and len(names) != 1):
        raise refuse(raw, "value", value or ", ".join(names), "one column of counts; name it, as in value='victims'")
    value = value or names[0]
    problems = Problems(cells, raw.label)
    month, month_length = numbered(problems, cells, when)
    cut, cut_length = numbered(problems, cells, "vintage")
    if month_length != 12 or cut_length != 12:
        problems.add("vintage", "", "months such as 2024-05: revisions are learnt by month of age")
    count = whole_numbers(cells[value])
    problems.refuse(count.isna().to_numpy(), value, "a count: a whole number, 0 or more; a missing figure is not zero")
    problems.refuse((month > cut).to_numpy(), when, "a month that its data cut covers, not one after it")
    area = cells["area"].astype(str) if "area" in cells else pd.Series(ONE_AREA, index=cells.index)
    rows = pd.DataFrame({"cut": cut, "area": area, "month": month, "count": count})
    twice = rows.duplicated(["cut", "area", "month"]).to_numpy()
    problems.refuse(twice, when, "each area and month once in a data cut")
    problems.raise_if_any()
    return _triangle(rows, value, raw.label)


def _triangle(rows: pd.DataFrame, value: str, label: str) -> RevisionTriangle:
    cuts = sorted(int(cut) for cut in rows["cut"].unique())
    if len(cuts) < 2:
        only = periods.label(cuts[0], 12)
        raise DataError([Problem(label, None, "vintage", only, "at least two data cuts: one shows no revision")])
    areas, first = tuple(str(area) for area in rows["area"].unique()), int(rows["month"].min())
    index = pd.MultiIndex.from_product([cuts, areas, range(first, cuts[-1] + 1)], names=["cut", "area", "month"])
    full = rows.set_index(["cut", "area", "month"])["count"].reindex(index)
    counts = full.to_numpy(dtype=float).reshape(len(cuts), len(areas), -1)
    covered = np.arange(first, cuts[-1] + 1) <= np.array(cuts)[:, None]
    lost = [full.index[int(place)] for place in np.flatnonzero((np.isnan(counts) & covered[:, None, :]).ravel())]
    if lost:
        cut, area, month = lost[0]
        written = f"{area} {periods.label(int(month), 12)} in the cut of {periods.label(int(cut), 12)}"
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        expected = "every month from the first to its own in each data cut, 0 where nothing was counted"
        raise DataError([Problem(label, None, "month", f"missing: {written}{more}", expected)])
    return RevisionTriangle(areas, first, tuple(cuts), counts, value, label)
