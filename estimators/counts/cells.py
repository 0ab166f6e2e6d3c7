"""The cells of a set of figures as flat arrays, and draws over cells back as labelled data. Shared by every estimator here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Dependence = Literal["common", "independent"]
type Groups = dict[str, xr.Dataset]

PROBABILITIES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)  # intervals of 95, 90, 80 and 50 %
PER = 100_000.0


@dataclass(frozen=True)
class Cells:
    """Figures flattened area by area, arrays of shape (cells,).

    Parameters
    ----------
    reported : Array
        Reported counts; 1 stands in where the figure is missing, and is masked again in `labelled`.
    missing : Mask
        Where no figure was published.
    years : Array
        Length of each period in years.
    population : Array
        Mean population, NaN where the evidence holds none.
    """

    figures: xr.Dataset
    reported: Array
    missing: Mask
    years: Array
    population: Array

    @property
    def has_population(self) -> bool:
        """Whether every published figure comes with a population."""
        return not bool(np.isnan(self.population[~self.missing]).any())

    @property
    def exposure(self) -> Array:
        """Person-years in units of 100,000, what an incidence per 100,000 and year is multiplied by."""
        return self.population * self.years / PER

    def labelled(self, values: Mapping[str, Array]) -> xr.Dataset:
        """Draws of shape (draws, cells) as a dataset with dims (chain, draw, area, period); missing cells hold NaN."""
        data = self._unflatten({name: array[None] for name, array in values.items()}, ("chain", "draw"))
        return data.assign_coords(chain=[0], draw=np.arange(data.sizes["draw"]))

    def by_probability(
        self, values: Mapping[str, Array], probabilities: tuple[float, ...] = PROBABILITIES
    ) -> xr.Dataset:
        """Quantiles of shape (probabilities, cells) as a dataset with dims (probability, area, period)."""
        return self._unflatten(values, ("probability",)).assign_coords(probability=list(probabilities))

    def by_moment(self, values: Mapping[str, Array]) -> xr.Dataset:
        """Means and standard deviations of shape (2, cells) as a dataset with dims (moment, area, period)."""
        return self._unflatten(values, ("moment",)).assign_coords(moment=["mean", "sd"])

    def by_cell(self, values: Mapping[str, Array]) -> xr.Dataset:
        """One number a cell, shape (cells,), as a dataset with dims (area, period)."""
        return self._unflatten(values, ())

    def by_anchor(self, names: list[str], values: Mapping[str, Array]) -> xr.Dataset:
        """Numbers of shape (anchors, cells) as a dataset with dims (anchor, area, period)."""
        return self._unflatten(values, ("anchor",)).assign_coords(anchor=names)

    def _unflatten(self, values: Mapping[str, Array], dims: tuple[str, ...]) -> xr.Dataset:
        shape = (self.figures.sizes["area"], self.figures.sizes["period"])
        data = {}
        some_missing = bool(self.missing.any())
        for name, array in values.items():
            masked = np.where(self.missing, np.nan, array) if some_missing else array
            data[name] = ((*dims, "area", "period"), masked.reshape(*masked.shape[:-1], *shape))
        return xr.Dataset(data, coords={"area": self.figures["area"].values, "period": self.figures["period"].values})


def read_figures(
    evidence: Evidence, indicator: str, form: str, *, population: Literal["needed", "if there"]
) -> xr.Dataset:
    """The figures of an indicator over (area, period), with the population of each cell.

    Raises
    ------
    DataError
        If there are no such figures, or the population is needed and missing for a cell.
    """
    figures = evidence.figures(indicator, form=form)
    if population == "needed" or "population" in evidence.indicators:
        figures["population"] = evidence.population(figures)
    return figures


def exact_counts(figures: xr.Dataset, estimator: str) -> Cells:
    """Flatten figures that must be exact counts.

    Raises
    ------
    DataError
        Naming every cell whose figure is an interval, which a closed form for one count cannot take.
    """
    reported, lower = figures["reported"].values, figures["lower"].values
    censored = np.isnan(reported) & ~np.isnan(lower)
    if censored.any():
        raise DataError(_interval_problems(figures, censored, estimator))
    flat = reported.ravel().astype(float)
    missing = np.isnan(flat)
    if missing.all():
        raise DataError(
            [Problem("evidence", None, "value", "every cell missing", f"at least one count for {estimator}")]
        )
    years = np.broadcast_to(figures["years"].values, reported.shape).ravel().astype(float)
    population = (
        figures["population"].values.ravel().astype(float) if "population" in figures else np.full(flat.shape, np.nan)
    )
    return Cells(figures, np.where(missing, 1.0, flat), missing, years, population)


def _interval_problems(figures: xr.Dataset, censored: Mask, estimator: str) -> list[Problem]:
    problems = []
    for area, period in np.argwhere(censored):
        low, high = (figures[name].values[area, period] for name in ("lower", "upper"))
        cell = f"area {figures['area'].values[area]}, period {figures['period'].values[period]}"
        expected = f"an exact count for {estimator}; Bounds takes intervals, or leave the row out with .where()"
        problems.append(Problem("evidence", None, "value", f"{cell}: {low:g} to {high:g}", expected))
    return problems


def check_dependence(dependence: Dependence) -> None:
    """Refuse a word that is not one of the two."""
    if dependence not in ("common", "independent"):
        raise ModelError(f"dependence {dependence!r}: expected 'common' or 'independent'")


def require_independent(dependence: Dependence) -> None:
    """Calibration simulates cells one by one; draws that move together over cells would have ranks that do too."""
    if dependence != "independent":
        raise ModelError("simulation draws cells independently: expected dependence='independent'")


def require_population(cells: Cells, estimator: str) -> None:
    """Refuse cells without a population where an incidence prior needs one."""
    if not cells.has_population:
        text = f"{estimator} has a prior on incidence per 100,000: expected rows of the indicator 'population' for every area and period"
        raise ModelError(text)
