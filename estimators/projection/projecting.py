"""`project`: from a table to a projection in one call, and what it says in sentences."""

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.errors import DataError, IdentificationWarning, Problem
from estimators.inference import Sampling, fit
from estimators.projection import periods
from estimators.projection.reading import Source, read_series
from estimators.projection.seasonal import SeasonalProjection
from estimators.projection.series import CountSeries

DRAWS = 4000
SEED = 20220801


def project(
    source: Source | CountSeries,
    *,
    area: str | Sequence[str] = (),
    together: str = "",
    known_through: str | None = None,
    horizon: str = "",
    value: str = "",
    sum_over: Sequence[str] = (),
    indicator: str = "",
    seed: int = SEED,
    draws: int = DRAWS,
) -> xr.DataTree:
    """Project what a year will have registered from its first months and the years before.

    The rest of the year gets the share that earlier years gave it, at the level that the series has now; nothing is ever doubled. It is the
    *registered* figure that is projected: the months to come are delay and season, not under-reporting.

    Parameters
    ----------
    source : str, os.PathLike, pandas.DataFrame, Evidence or CountSeries
        Counts by area and month (quarter, half-year), see `read_series`.
    area : str or sequence of str
        The areas to project, by default all. The others are still learnt from.
    together : str
        A name for all areas added up, such as ``"Mexico"``: then there is one series.
    known_through : str, optional
        Last period that is taken as known, by default the last of the table. Later rows are not looked at.
    horizon : str
        Last period of the total, by default the end of the year.
    value, sum_over, indicator
        As in `read_series`.
    seed, draws : int
        Of the simulation.

    Returns
    -------
    xarray.DataTree
        ``posterior_predictive`` holds draws of ``year_total``, ``rest_of_year`` and, by period to come, ``registered``; ``posterior``
        those of ``level`` (a period, by now, without season), ``drift`` and ``seasonal_factor``; attribute ``sentences`` what
        `projection_table` says.

    Raises
    ------
    DataError
        As in `read_series`; an unknown area; a horizon that is not ahead; less than a whole year before the one that is projected.

    Warns
    -----
    IdentificationWarning
        With a single earlier year: the seasons are then mostly an assumption, and the interval is wide because of it.

    Examples
    --------
    >>> import estimators as est
    >>> victims = est.datasets.load("mexico_victims_state_month")
    >>> post = est.project(victims, sum_over=["sex", "age"], together="Mexico", known_through="2022-06")
    >>> print(est.projection_table(post)["sentence"].item())
    By the end of June 2022, 490 victims were registered; with 95 % probability the year ends between 780 and 1,400, most likely about 970.
    """
    if isinstance(source, CountSeries):
        series = source if known_through is None else source.until(known_through)
    else:
        series = read_series(source, value=value, sum_over=sum_over, indicator=indicator, known_through=known_through)
    if together:
        series = series.together(together)
    estimator = SeasonalProjection(horizon=horizon, area=(area,) if isinstance(area, str) else tuple(area))
    post = fit(estimator, series, seed=seed, sampling=Sampling(draws=_whole(draws)))
    if estimator.years_before(series) == 1:
        warnings.warn(
            "only one whole year before this one: how a year divides into months is then mostly the assumption that months differ "
            "by about 15 %, and the level may have drifted more than one year can show",
            IdentificationWarning,
            stacklevel=2,
        )
    sentences = projection_table(post)["sentence"].tolist()
    post.attrs = {**post.attrs, "sentences": json.dumps(sentences, ensure_ascii=False)}
    return post


def projection_table(post: xr.DataTree, *, probability: float = 0.95) -> pd.DataFrame:
    """One row an area: registered so far, the year and its rest with intervals, and a sentence that can be quoted.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `project`, or of `fit` with a `SeasonalProjection`.
    probability : float
        Of the intervals; limits are counts that leave out at most half of the rest on either side.

    Returns
    -------
    pandas.DataFrame
        Columns area, known_through, horizon, registered, then median, lower, upper of ``year_total`` and ``rest_of_year``, probability,
        sentence. In the sentence figures have two digits, limits rounded outward; *most likely about* is the median.

    Examples
    --------
    >>> import estimators as est
    >>> table = est.datasets.load("mexico_investigations_national_month")
    >>> post = est.project(table, value="investigations", known_through="2022-09")
    >>> est.projection_table(post)[["known_through", "horizon", "registered"]].values.tolist()
    [['2022-09', '2022-12', 629]]
    """
    if not 0.0 < probability < 1.0:
        text = "a probability between 0 and 1"
        raise DataError([Problem("projection_table", None, "probability", str(probability), text)])
    if "projection" not in post.children:
        raise DataError([Problem("projection_table", None, None, str(post.attrs.get("estimator", "")), "a projection")])
    known, predicted = post["projection"].to_dataset(), post["posterior_predictive"].to_dataset()
    tail = 0.5 * (1.0 - probability)
    ends = {"median": 0.5, "lower": tail, "upper": 1.0 - tail}
    columns: dict[str, object] = {
        "area": [str(name) for name in known["area"].values],
        "known_through": known.attrs["known_through"],
        "horizon": known.attrs["horizon"],
        "registered": known["registered_so_far"].values.astype(int),
    }
    for name in ("year_total", "rest_of_year"):
        draws = predicted[name].values.reshape(-1, predicted.sizes["area"])
        for end, chance in ends.items():
            columns[f"{name}_{end}"] = np.quantile(draws, chance, axis=0, method="inverted_cdf").astype(np.int64)
    frame = pd.DataFrame(columns).assign(probability=probability)
    frame["sentence"] = [_sentence(row, known.attrs) for row in frame.to_dict("records")]
    return frame


def _sentence(row: Mapping[Any, Any], about: Mapping[Any, str]) -> str:
    """What an official may quote."""
    last, horizon, start = (periods.number(about[name]) for name in ("known_through", "horizon", "from"))
    assert last is not None and horizon is not None and start is not None  # noqa: S101, PT018
    low, high, middle, known = (
        float(row[name]) for name in ("year_total_lower", "year_total_upper", "year_total_median", "registered")
    )
    whole_year = horizon[0] - start[0] == horizon[1] - 1
    year = f"{start[0] // start[1]:04}"
    total = "the year" if last[0] >= start[0] else f"the year {year}"
    if not whole_year:
        total = f"the total from {periods.words(*start)} to {periods.words(*horizon)}"
    noun = about["counted"]
    so_far = f"{numbers.count(known) if known else 'no'} {noun} were registered"
    if known == 1.0:
        so_far = f"1 {noun.removesuffix('s')} was registered"
    if last[0] < start[0]:
        so_far = f"none of the months of {year} was known"
    limits = numbers.interval(low, high, least=known).replace(" – ", " and ")
    return (
        f"By the end of {periods.words(*last)}, {so_far}; with {100 * row['probability']:g} % probability {total} "
        f"ends between {limits}, most likely about {numbers.number(max(middle, known))}."
    )


def _whole(draws: int) -> int:
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 100:
        raise DataError([Problem("project", None, "draws", str(draws), "a whole number, 100 or more")])
    return int(draws)
