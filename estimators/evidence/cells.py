"""Which cells an observation covers, and how much of each: exact weighted sums.

A cell is one area in one period of the analysis. Victims appear as a Poisson process, so an observation of a half-year,
of several years or of several areas together is again Poisson, with the weighted sum of the cells' means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from estimators.errors import DataError, Problem
from estimators.evidence.periods import ONE_DAY, DateLike, Dates, as_days, days_shared, period_label

__all__ = ["Coverage", "coverage", "members", "period_label"]

type Regions = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Observations as weighted sums of cells.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array
        Weights, observation × cell; cell ``a * len(period_start) + p`` is area ``a`` in period ``p``.
    areas : tuple of str
        Areas of the cells.
    period_start, period_end : numpy.ndarray of datetime64[D]
        First and last day of the cells' periods.
    """

    matrix: "sparse.csr_array[np.float64]"
    areas: tuple[str, ...]
    period_start: Dates
    period_end: Dates


def coverage(
    table: pd.DataFrame,
    areas: Sequence[str],
    period_edges: Sequence[DateLike] | Dates,
    regions: Regions,
    *,
    label: str = "evidence",
) -> Coverage:
    r"""Weights of the cells in each observation.

    .. math:: y_k \sim \mathrm{Poisson}\Bigl(\sum_i w_{ki} m_i\Bigr), \qquad
              w_{ki} = \frac{\text{days of cell } i \text{ that } k \text{ covers}}{\text{days of cell } i}

    This is the superposition of Poisson counts: exact for whole cells, and for a part of a cell under an even flow of
    victims within it. A half-year has weight 181/365 of its year; a total over 14 countries and 15 years has weight 1
    in each of its 210 cells.

    Parameters
    ----------
    table : pandas.DataFrame
        Canonical rows, normally of one indicator; row k of the matrix is row k of the table.
    areas : sequence of str
        Areas of the cells.
    period_edges : sequence of dates, length periods + 1
        First day of each period, and the day after the last one.
    regions : mapping of str to tuple of str
        Members of each named region.
    label : str
        Name of the data in error messages.

    Returns
    -------
    Coverage

    Raises
    ------
    DataError
        Edges out of order; an observation partly outside the cells; a region of unknown members, or naming one twice.

    Examples
    --------
    >>> from estimators.evidence import read_evidence
    >>> evidence = read_evidence(pd.DataFrame({
    ...     "area": ["MX-BCN", "MX-BCN+MX-CHH"], "period": ["2021-H1", "2021"],
    ...     "indicator": "victims_identified", "value": [10, 30],
    ... }))
    >>> cover = coverage(evidence.table, ["MX-BCN", "MX-CHH"], ["2021-01-01", "2022-01-01"], {})
    >>> (cover.matrix.toarray() * 365).round().tolist()
    [[181.0, 0.0], [365.0, 365.0]]
    """
    edges = as_days(period_edges)
    if len(edges) < 2 or not bool((edges[1:] > edges[:-1]).all()):
        written = ", ".join(str(edge) for edge in edges)
        raise DataError([Problem("period_edges", None, None, written, "at least two dates in ascending order")])
    start, end = edges[:-1], edges[1:] - ONE_DAY
    _require_within(table, edges, label)
    observation, area = _observed_areas(table, areas, regions, label)

    first = np.searchsorted(edges, as_days(table["period_start"]), side="right")[observation] - 1
    last = np.searchsorted(edges, as_days(table["period_end"]), side="right")[observation] - 1
    pieces = last - first + 1
    observation, area = np.repeat(observation, pieces), np.repeat(area, pieces)
    period = np.repeat(first, pieces) + np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    covered = days_shared(
        as_days(table["period_start"])[observation],
        as_days(table["period_end"])[observation],
        start[period],
        end[period],
    )
    weight = covered / (edges[1:] - start)[period].astype(np.float64)
    shape = (len(table), len(areas) * len(start))
    matrix = sparse.csr_array((weight, (observation, area * len(start) + period)), shape=shape)
    return Coverage(matrix, tuple(areas), start, end)


def members(area: str, areas: Sequence[str] | Mapping[str, object], regions: Regions) -> tuple[str, ...] | None:
    """Areas that an area is made of: itself, the parts joined by +, the members of a region; None where unknown.

    Examples
    --------
    >>> members("MEX+NCA", ("MEX", "GTM", "HND"), {"NCA": ("GTM", "HND")})
    ('MEX', 'GTM', 'HND')
    """
    if area in areas:
        return (area,)
    found: list[str] = []
    for part in (part.strip() for part in area.split("+")):
        if part in areas:
            found.append(part)
        elif part in regions:
            found.extend(regions[part])
        else:
            return None
    return tuple(found)


def _require_within(table: pd.DataFrame, edges: Dates, label: str) -> None:
    outside = (as_days(table["period_start"]) < edges[0]) | (as_days(table["period_end"]) >= edges[-1])
    expected = f"a period within the cells, {edges[0]} to {edges[-1] - ONE_DAY}"
    problems = [
        Problem(label, int(row), "period_start", period_label(start, end), expected)
        for row, start, end in table.loc[outside, ["period_start", "period_end"]].itertuples()
    ]
    if problems:
        raise DataError(problems)


def _observed_areas(
    table: pd.DataFrame, areas: Sequence[str], regions: Regions, label: str
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs of observation and area of a cell, in the order of the observations."""
    position = {name: place for place, name in enumerate(areas)}
    code, names = pd.factorize(table["area"])
    parts, problems = [], []
    for number, name in enumerate(names):
        found = members(name, position, regions)
        expected = _area_problem(found, position)
        if expected:
            rows = table.index[code == number]
            problems += [Problem(label, int(row), "area", name, expected) for row in rows]
        else:
            parts.append([position[part] for part in found or ()])
    if problems:
        raise DataError(sorted(problems, key=lambda problem: problem.row or 0))
    counts = np.array([len(part) for part in parts], dtype=np.intp)
    starts = np.cumsum(counts) - counts
    flat = np.array([place for part in parts for place in part], dtype=np.intp)
    repeats = counts[code]
    observation = np.repeat(np.arange(len(table)), repeats)
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return observation, flat[starts[code][observation] + within]


def _area_problem(found: tuple[str, ...] | None, position: Mapping[str, int]) -> str:
    if found is None:
        return "an area of the cells, or a region whose members are known: regions={'name': ('part', 'part')}"
    foreign = [part for part in found if part not in position]
    if foreign:
        return f"a region whose members are all areas of the cells; {', '.join(foreign)} is not"
    return "" if len(set(found)) == len(found) else "each area once in a total"
