"""The cells of a model: areas × strata × periods, with their person-years."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.evidence.periods import ONE_DAY, ONE_YEAR, Dates, as_days, parse_period, period_label, years

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]

PER = 100_000.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells in the order area, stratum, period.

    Parameters
    ----------
    areas, strata : tuple of str
        Names; one stratum ``"all"`` where the model does not distinguish.
    by : str
        Which column of the evidence the strata are words of: ``"form"``, ``"sex"``, or empty.
    edges : array of dates, length periods + 1
        First day of each period, and the day after the last one.
    population : Array
        Persons, shape (areas, periods).
    """

    areas: tuple[str, ...]
    strata: tuple[str, ...]
    by: str
    edges: Dates
    population: Array

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of areas, strata and periods."""
        return len(self.areas), len(self.strata), len(self.edges) - 1

    @property
    def size(self) -> int:
        """Number of cells."""
        return int(np.prod(self.shape))

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """Names of the periods."""
        return tuple(_skeleton(self.areas, self.edges)["period"].values.tolist())

    @cached_property
    def years(self) -> Array:
        """Length of each period in years."""
        return np.asarray(years(self.edges[:-1], self.edges[1:] - ONE_DAY), dtype=float)

    @cached_property
    def log_exposure(self) -> Array:
        """Logarithm of the person-years of each cell in units of 100,000, shape (cells,)."""
        person_years = self.population * self.years / PER
        return np.log(np.broadcast_to(person_years[:, None, :], self.shape)).ravel()

    @cached_property
    def index(self) -> dict[str, Index]:
        """For each dimension of effects, the entry that belongs to each cell."""
        area, stratum, period = (axis.ravel() for axis in np.indices(self.shape))
        _, strata, periods = self.shape
        return {
            "area": area,
            "stratum": stratum,
            "period": period,
            "area_stratum": area * strata + stratum,
            "area_period": area * periods + period,
        }

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Length of each dimension of effects."""
        areas, strata, periods = self.shape
        return {
            "area": areas,
            "stratum": strata,
            "area_stratum": areas * strata,
            "area_period": areas * periods,
            "area_step": areas * (periods - 1),
        }

    def dataset(self) -> xr.Dataset:
        """Population and length of the periods over (area, period)."""
        return _skeleton(self.areas, self.edges).assign(population=(("area", "period"), self.population))


def make_grid(
    evidence: Evidence, indicators: Sequence[str], by: str, strata: tuple[str, ...], periods: tuple[str, ...]
) -> Grid:
    """Lay out the cells: every single area with a figure, and the periods given or every calendar year of the figures.

    Raises
    ------
    DataError
        If no figure is read, or an area has no population in a period.
    """
    rows = evidence.table[evidence.table["indicator"].isin(list(indicators)) & evidence.table["lower"].notna()]
    regions = evidence.regions
    single = [str(area) for area in rows["area"].unique() if area not in regions and "+" not in str(area)]
    if not single:
        read = ", ".join(dict.fromkeys(indicators))
        raise DataError(
            [Problem(evidence.label, None, "indicator", ", ".join(evidence.indicators), f"figures of {read}")]
        )
    edges = _named(periods) if periods else _calendar_years(rows)
    persons = evidence.population(_skeleton(single, edges)).values
    return Grid(tuple(single), strata or ("all",), by, edges, np.asarray(persons, dtype=float))


def _skeleton(areas: Sequence[str], edges: Dates) -> xr.Dataset:
    """Areas and periods without figures."""
    starts, ends = edges[:-1], edges[1:] - ONE_DAY
    return xr.Dataset(
        {"years": ("period", years(starts, ends))},
        coords={
            "area": np.array(areas, dtype=str),
            "period": np.array([period_label(*pair) for pair in zip(starts, ends, strict=True)], dtype=str),
            "period_start": ("period", starts.astype("M8[s]")),
            "period_end": ("period", ends.astype("M8[s]")),
        },
    )


def _calendar_years(rows: pd.DataFrame) -> Dates:
    first, last = as_days(rows["period_start"]).min(), as_days(rows["period_end"]).max()
    return np.arange(first.astype("M8[Y]"), last.astype("M8[Y]") + 2 * ONE_YEAR).astype("M8[D]")


def _named(periods: tuple[str, ...]) -> Dates:
    found = [parse_period(period) for period in periods]
    if any(pair is None for pair in found):
        wrong = ", ".join(repr(name) for name, pair in zip(periods, found, strict=True) if pair is None)
        raise ModelError(f"periods {wrong}: expected names such as '2021', '2021-H1', '2021-Q3' or '2021-07'")
    starts = np.array([pair[0] for pair in found if pair], dtype="M8[D]")
    ends = np.array([pair[1] for pair in found if pair], dtype="M8[D]")
    if not bool((starts[1:] == ends[:-1] + ONE_DAY).all()):
        raise ModelError(f"periods {', '.join(periods)}: expected one after another without a gap")
    return np.append(starts, ends[-1] + ONE_DAY)
