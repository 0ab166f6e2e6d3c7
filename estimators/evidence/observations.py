"""Observations in canonical form, and the shapes that estimators ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import pandas as pd
import xarray as xr

from estimators.errors import DataError, Problem
from estimators.evidence import cells
from estimators.evidence.breaks import Break, check_breaks, refuse_spliced
from estimators.evidence.cells import Coverage, period_label
from estimators.evidence.checks import COLUMNS
from estimators.evidence.figures import arrange, population_of
from estimators.evidence.identity import CopiedTable, fingerprint
from estimators.evidence.periods import DateLike, Dates
from estimators.evidence.selection import Words, select, sources_of


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """Reported figures in canonical form; made by `read_evidence`, never changed afterwards.

    Two are equal when their `hash` is equal.

    Parameters
    ----------
    table : pandas.DataFrame
        Canonical rows (see `checks.canonical_table`), indexed by the row of the file they came from.
    regions : mapping of str to tuple of str
        Members of each named region, such as ``{"NCA": ("GTM", "HND", "SLV")}``.
    label : str
        File name, or ``"DataFrame"``.
    breaks : tuple of Break
        Declared changes of how figures came about; nothing reads the two sides of one as one series.

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.read_evidence(pd.DataFrame({
    ...     "area": ["MEX", "GTM"], "period": "2021", "indicator": "victims_identified", "value": [744, "<5"],
    ... }))
    >>> evidence.figures("victims_identified")["upper"].values.tolist()
    [[744.0], [4.0]]
    """

    table: CopiedTable = CopiedTable()  # noqa: RUF009  # a descriptor, not a shared default
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    label: str = "DataFrame"
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        unknown = set(self.table.columns) ^ set(COLUMNS)
        if unknown:
            names = ", ".join(sorted(unknown))
            raise DataError([Problem(self.label, None, None, names, "the canonical columns: use read_evidence")])
        regions = {name: tuple(parts) for name, parts in self.regions.items()}
        object.__setattr__(self, "regions", MappingProxyType(regions))

    def __reduce__(self) -> tuple[object, ...]:
        return Evidence, (self.table, dict(self.regions), self.label, self.breaks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Evidence) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        table = self.table
        span = period_label(table["period_start"].min(), table["period_end"].max())
        more = f" … {len(self.areas)} in all" if len(self.areas) > 6 else ""
        return (
            f"Evidence from {self.label}: {len(table)} rows, {span}\n"
            f"  areas: {', '.join(self.areas[:6])}{more}\n"
            f"  indicators: {', '.join(self.indicators)}\n"
            f"  hash: {self.hash[:12]}"
        )

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical rows and regions, in hexadecimal; the order of rows and columns does not matter."""
        return fingerprint(self.table, self.regions, self.breaks)

    @property
    def areas(self) -> tuple[str, ...]:
        """Areas in order of appearance, regional totals among them."""
        return tuple(str(name) for name in self.table["area"].unique())

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators in order of appearance."""
        return tuple(str(name) for name in self.table["indicator"].unique())

    def where(
        self,
        *,
        area: Words = None,
        indicator: Words = None,
        source: Words = None,
        form: Words = None,
        sex: Words = None,
        age: Words = None,
        vintage: Words = None,
        start: DateLike | None = None,
        end: DateLike | None = None,
    ) -> "Evidence":
        """Keep the rows that meet every condition.

        Parameters
        ----------
        area, indicator, source, form, sex, age, vintage : str or sequence of str, optional
            Words to keep.
        start, end : date, optional
            Keep periods that lie wholly between these days, both included.

        Returns
        -------
        Evidence

        Raises
        ------
        DataError
            Naming the condition that left no row.

        Examples
        --------
        >>> import estimators as est
        >>> evidence = est.read_evidence(pd.DataFrame({
        ...     "area": ["MEX", "GTM"], "period": "2021", "indicator": "complaints", "value": [744, 10],
        ... }))
        >>> evidence.where(area="GTM", start="2020-01-01").areas
        ('GTM',)
        """
        words = {
            "area": area, "indicator": indicator, "source": source, "form": form, "sex": sex, "age": age,
            "vintage": vintage,
        }  # fmt: skip
        return Evidence(select(self.table, self.label, words, start, end), self.regions, self.label, self.breaks)

    def with_breaks(self, breaks: Sequence[Break]) -> "Evidence":
        """The same figures with these breaks declared, and no others; `DataError` names one of an area without a row.

        Examples
        --------
        >>> from estimators import Break, datasets
        >>> datasets.mexico().with_breaks([Break("MEX", "victims_identified", "2021", "other reporter")]).breaks[0].since
        '2021'
        """
        return Evidence(self.table, self.regions, self.label, check_breaks(breaks, self.areas, self.label))

    def figures(self, indicator: str, *, form: str = "all", sex: str = "all", age: str = "all") -> xr.Dataset:
        """Arrange one indicator over (area, period): each distinct area and period is a cell of its own.

        Parameters
        ----------
        indicator : str
            One of `INDICATORS`.
        form, sex, age : str
            Which rows to take; by default those that do not distinguish.

        Returns
        -------
        xarray.Dataset
            ``reported`` (area, period): the figure, NaN where it is missing or, for counts and stocks, known only
            within limits. ``lower``, ``upper`` (area, period): inclusive limits, equal where the figure is exact, NaN
            where it is missing. ``years`` (period): length of the period, exactly 1 for a calendar year. Coordinates
            ``area``, ``period`` (a label), ``period_start`` and ``period_end`` (first and last day). Areas in order of
            appearance, periods by their first day.

        Raises
        ------
        DataError
            No such rows; two rows for one cell, naming both sources; figures of both sides of a declared break.

        Examples
        --------
        >>> import estimators as est
        >>> evidence = est.read_evidence(pd.DataFrame({
        ...     "area": "MEX", "period": ["2020", "2021-H1"], "indicator": "victims_identified", "value": [650, ""],
        ... }))
        >>> figures = evidence.figures("victims_identified")
        >>> figures["reported"].values.tolist(), figures["years"].round(3).values.tolist()
        ([[650.0, nan]], [1.0, 0.496])
        """
        table = self.table
        chosen = table[(table["form"] == form) & (table["sex"] == sex) & (table["age"] == age)]
        refuse_spliced(chosen[chosen["indicator"] == indicator], self.breaks, self.regions, self.label)
        return arrange(table, self.label, indicator, {"form": form, "sex": sex, "age": age})

    def population(self, figures: xr.Dataset) -> xr.DataArray:
        """Mean population of each area over each period of `figures`, from the rows of the indicator population.

        Weighted by overlap in days, year by year; a regional total without rows of its own takes the sum of its parts.

        Parameters
        ----------
        figures : xarray.Dataset
            What `figures` returned.

        Returns
        -------
        xarray.DataArray
            Persons, dims (area, period).

        Raises
        ------
        DataError
            Naming each area and period without population, or two sources that both give it.

        Examples
        --------
        >>> import estimators as est
        >>> evidence = est.read_evidence(pd.DataFrame({
        ...     "area": "MEX", "period": "2021", "indicator": ["complaints", "population"], "value": [744, 126_705_138],
        ... }))
        >>> evidence.population(evidence.figures("complaints")).values.tolist()
        [[126705138.0]]
        """
        table = self.table
        whole = (table[["form", "sex", "age"]] == "all").all(axis=1)
        stocks = table[(table["indicator"] == "population") & whole]
        return population_of(figures, stocks, self.regions, self.label)

    def coverage(self, areas: Sequence[str], period_edges: Sequence[DateLike] | Dates) -> Coverage:
        """Weights of the cells in each row of these data; see `cells.coverage`.

        Parameters
        ----------
        areas : sequence of str
            Areas of the cells.
        period_edges : sequence of dates, length periods + 1
            First day of each period, and the day after the last one.

        Examples
        --------
        >>> import estimators as est
        >>> evidence = est.read_evidence(pd.DataFrame({
        ...     "area": ["MEX"], "period": ["2021-H1"], "indicator": ["complaints"], "value": [300],
        ... }))
        >>> evidence.coverage(["MEX"], ["2021-01-01", "2022-01-01"]).matrix.toarray().round(4).tolist()
        [[0.4959]]
        """
        return cells.coverage(self.table, areas, period_edges, self.regions, label=self.label)

    def source_table(self) -> pd.DataFrame:
        """List the sources: ``rows``, ``first`` and ``last`` day, and ``indicators``, indexed by ``source``."""
        return sources_of(self.table)
