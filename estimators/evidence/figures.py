"""One indicator as arrays over (area, period), and the population that goes with them."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from estimators.errors import DataError, Problem
from estimators.evidence.cells import Regions, members
from estimators.evidence.periods import ONE_DAY, ONE_YEAR, Dates, as_days, days_shared, period_label, years
from estimators.evidence.vocabulary import INDICATORS

EXACT_KINDS = ("count", "stock")


def arrange(table: pd.DataFrame, label: str, indicator: str, selection: dict[str, str]) -> xr.Dataset:
    """Arrange the rows of one indicator as ``reported``, ``lower``, ``upper`` over (area, period).

    Parameters
    ----------
    table : pandas.DataFrame
        Canonical rows.
    label : str
        Name of the data in error messages.
    indicator : str
        One of `vocabulary.INDICATORS`.
    selection : dict
        Required word in each of form, sex and age.

    Returns
    -------
    xarray.Dataset
        See `Evidence.figures`.

    Raises
    ------
    DataError
        No such rows, or two rows for one area and period.
    """
    rows = _select(table, label, indicator, selection)
    _require_single(rows, label)
    area, areas = pd.factorize(rows["area"])
    periods = rows[["period_start", "period_end"]].drop_duplicates().sort_values(["period_start", "period_end"])
    starts, ends = as_days(periods["period_start"]), as_days(periods["period_end"])
    period = pd.MultiIndex.from_frame(periods).get_indexer(
        pd.MultiIndex.from_frame(rows[["period_start", "period_end"]])
    )
    reported = rows["value"]
    if INDICATORS[indicator].kind in EXACT_KINDS:
        reported = rows["lower"].where(rows["lower"] == rows["upper"])
    variables = {}
    for name, column in (("reported", reported), ("lower", rows["lower"]), ("upper", rows["upper"])):
        cells = np.full((len(areas), len(periods)), np.nan)
        cells[area, period] = column.to_numpy()
        variables[name] = (("area", "period"), cells)
    return xr.Dataset(
        {**variables, "years": ("period", years(starts, ends))},
        coords={
            "area": np.asarray(areas, dtype=str),
            "period": np.array([period_label(*pair) for pair in zip(starts, ends, strict=True)], dtype=str),
            "period_start": ("period", starts.astype("M8[s]")),
            "period_end": ("period", ends.astype("M8[s]")),
        },
        attrs={"indicator": indicator, "unit": INDICATORS[indicator].unit, **selection},
    )


def _select(table: pd.DataFrame, label: str, indicator: str, selection: dict[str, str]) -> pd.DataFrame:
    rows = table[table["indicator"] == indicator]
    if rows.empty:
        present = ", ".join(table["indicator"].unique())
        raise DataError([Problem(label, None, "indicator", indicator, f"an indicator of these data: {present}")])
    for column, word in selection.items():
        chosen = rows[rows[column] == word]
        if chosen.empty:
            present = ", ".join(rows[column].unique())
            raise DataError([Problem(label, None, column, word, f"one that {indicator} is given for: {present}")])
        rows = chosen
    return rows


def _require_single(rows: pd.DataFrame, label: str) -> None:
    """Two rows for one cell are two sources or two vintages, and only the user can choose."""
    keys = ["area", "period_start", "period_end"]
    crowded = rows[rows.duplicated(keys, keep=False)]
    problems = []
    for _, group in crowded.groupby(keys, sort=False):
        area, start, end = group[keys].iloc[0]
        sources, vintages = group["source"].to_list(), group["vintage"].to_list()
        column = "source" if len(set(sources)) > 1 else "vintage"
        given = ", ".join(
            f"row {row} from {_origin(source, vintage)}"
            for row, source, vintage in zip(group.index, sources, vintages, strict=True)
        )
        expected = (
            f"one row for {area} in {period_label(start, end)}; given are {given}: choose with .where({column}=…)"
        )
        problems.append(Problem(label, int(group.index[-1]), column, str(group[column].iloc[-1]), expected))
    if problems:
        raise DataError(problems)


def _origin(source: str, vintage: str) -> str:
    return f"{source!r} ({vintage})" if vintage else repr(source)


def population_of(figures: xr.Dataset, stocks: pd.DataFrame, regions: Regions, label: str) -> xr.DataArray:
    r"""Mean population of each area over each period.

    .. math:: \bar P = \frac{1}{D} \sum_{\text{years}} D_{\text{year}} \,
              \frac{\sum_r d_r P_r}{\sum_r d_r}

    with D the days of the period, and d_r the days of that part of a calendar year that row r covers.

    Parameters
    ----------
    figures : xarray.Dataset
        What `arrange` returned.
    stocks : pandas.DataFrame
        Population rows, persons of all sexes and ages.
    regions : mapping of str to tuple of str
        Members of each named region.
    label : str
        Name of the data in error messages.

    Returns
    -------
    xarray.DataArray
        Persons, dims (area, period).

    Raises
    ------
    DataError
        Naming each area and period without population, or with two sources of it.
    """
    stocks = stocks[stocks["value"].notna()]
    start, end = as_days(stocks["period_start"]), as_days(stocks["period_end"])
    value, codes, names = stocks["value"].to_numpy(), *pd.factorize(stocks["area"])
    known = {str(name): codes == place for place, name in enumerate(names)}
    origins = stocks[["area", "source", "vintage"]].drop_duplicates()["area"].value_counts()
    rivals = set(origins.index[origins > 1].astype(str))
    pieces = _calendar_pieces(as_days(figures["period_start"].to_numpy()), as_days(figures["period_end"].to_numpy()))
    persons = np.full((figures.sizes["area"], figures.sizes["period"]), np.nan)
    problems: list[Problem] = []
    areas = figures["area"].to_numpy().tolist()
    for place, area in enumerate(areas):
        parts = members(area, known, regions) or (area,)
        if all(part in known for part in parts):
            problems += [
                problem for part in parts if part in rivals for problem in _rival_sources(stocks[known[part]], label)
            ]
            persons[place] = np.sum(
                [_average(start[known[part]], end[known[part]], value[known[part]], *pieces) for part in parts], axis=0
            )
    for place, period in np.argwhere(np.isnan(persons)):
        named = f"{areas[place]} in {figures['period'].to_numpy()[period]}"
        expected = "rows of the indicator population in every calendar year of the period"
        problems.append(Problem(label, None, "area", named, expected))
    if problems:
        raise DataError(problems)
    coords = {name: figures.coords[name] for name in ("area", "period")}
    return xr.DataArray(persons, coords, ("area", "period"), name="population", attrs={"unit": "persons"})


def _calendar_pieces(starts: Dates, ends: Dates) -> tuple[npt.NDArray[np.intp], Dates, Dates]:
    """Cut periods at the turns of the years: the period, first and last day of each piece."""
    first, last = starts.astype("M8[Y]"), ends.astype("M8[Y]")
    number = (last - first).astype(int) + 1
    period = np.repeat(np.arange(len(starts)), number)
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    year = first[period] + within * ONE_YEAR
    begin = np.maximum(year.astype("M8[D]"), starts[period])
    return period, begin, np.minimum((year + ONE_YEAR).astype("M8[D]") - ONE_DAY, ends[period])


def _average(
    start: Dates, end: Dates, value: npt.NDArray[np.float64], period: npt.NDArray[np.intp], first: Dates, last: Dates
) -> npt.NDArray[np.float64]:
    """Mean over each period, NaN where a calendar year has no population."""
    shared = days_shared(start[:, None], end[:, None], first[None], last[None])
    total = shared.sum(axis=0)
    mean = np.divide(value @ shared, total, out=np.full(len(total), np.nan), where=total > 0)
    days = (last - first + ONE_DAY).astype(np.float64)
    return np.bincount(period, mean * days) / np.bincount(period, days)


def _rival_sources(rows: pd.DataFrame, label: str) -> list[Problem]:
    """Two sources that give a population for the same day; two rows of one source are averaged."""
    ordered = rows.sort_values(["period_start", "period_end"])
    start, end = as_days(ordered["period_start"]), as_days(ordered["period_end"])
    origin = pd.factorize(pd.MultiIndex.from_frame(ordered[["source", "vintage"]]))[0]
    overlap = (start[1:] <= end[:-1]) & (origin[1:] != origin[:-1])
    problems = []
    for later in (np.flatnonzero(overlap) + 1).tolist():
        one, other = ordered.iloc[later - 1], ordered.iloc[later]
        column = "source" if one["source"] != other["source"] else "vintage"
        expected = (
            f"one population for each area and day; {_origin(one['source'], one['vintage'])} and "
            f"{_origin(other['source'], other['vintage'])} both give {one['area']}: choose with .where({column}=…)"
        )
        problems.append(Problem(label, int(ordered.index[later]), column, other[column], expected))
    return problems
