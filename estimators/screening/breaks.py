"""Breaks that nobody declared: where the level of a series changes for good, with odds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.diagnostics import Finding
from estimators.evidence import Evidence
from estimators.numeric.level_breaks import level_breaks
from estimators.screening.series import FEWEST, Series, series_of

type Array = NDArray[np.float64]

EVEN = 1.0  # prior odds that a series breaks at all, spread evenly over its periods
AT_ONCE = 200  # series, for the memory they take
MOST = 3  # breaks of one series that are looked for, each given those before
COLUMNS = ["area", "indicator", "form", "source", "vintage", "period", "odds", "factor", "figures_after", "elsewhere"]


def find_breaks(evidence: Evidence, *, threshold: float = 3.0) -> Finding:
    """Where the level of a series of counts changes for good: a new counting rule, another reporter, a law, or reality.

    Parameters
    ----------
    evidence : Evidence
        Every series of counts in it is looked at: the rows of one area, indicator, category, source and vintage, four figures or more.
        Breaks that are declared there are taken as known and not found again.
    threshold : float
        Posterior odds of a break against none from which a series is named.

    Returns
    -------
    Finding
        ``table`` has one row a break: ``area``, ``indicator``, ``form``, ``source``, ``vintage``; ``period``, the first on the new level;
        ``odds`` that the series breaks there or nearby; ``factor``, new level over old; ``figures_after``, how many figures stand on the
        new level. Where that is 1, whether the change lasts cannot be known. ``elsewhere`` is the change between the same periods in
        another source of the same thing, NaN where there is none: near 1, the reporter has changed and not what it reports on.

    Notes
    -----
    Against a break stands a level that drifts by 5 to 20 % a year, counts that vary more than by chance (coefficient of variation .14
    to .45), and events of one period that only add, such as a raid: one figure in ten is such an event, its size exponential on the
    log scale with mean a factor 2.7. A break multiplies the level by a factor with log sd 2. Before the figures, odds are even that a
    series breaks at all, spread evenly over its periods: a longer series is not suspected more. A second break is looked for given the
    first. On simulated series without a break at most one in twenty is named, see `docs/breaks.md`.

    Figures cannot tell a change of counting from a change of what is counted. A break that leaves the level as it was cannot be found:
    declare it with `Break`.

    Examples
    --------
    >>> import estimators as est
    >>> counts = [50, 55, 48, 60, 52, 410, 380, 420, 395]
    >>> evidence = est.read_evidence(pd.DataFrame({
    ...     "area": "AAA", "period": [str(2010 + year) for year in range(9)], "indicator": "complaints", "value": counts,
    ... }))
    >>> find_breaks(evidence).table[["area", "period"]].to_numpy().tolist()
    [['AAA', '2015']]
    """
    series = series_of(evidence)
    rows, number = [], 0
    if series is not None:
        number = len(series.names)
        broken = _declared(evidence, series)
        for _ in range(MOST):
            odds, size = _odds(series, broken)
            total = odds.sum(axis=1)
            chosen = np.flatnonzero(total >= threshold)
            if not len(chosen):
                break
            place = odds[chosen].argmax(axis=1)
            broken[chosen, place] = True
            rows += [
                _row(series, int(one), int(at), total[one], size[one, at])
                for one, at in zip(chosen, place, strict=True)
            ]
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values("odds", ascending=False, ignore_index=True)
    return Finding("breaks", f"{len(table)} in {number} series", _text(table, number, threshold), table)


def break_odds(evidence: Evidence) -> pd.DataFrame:
    """Posterior odds of a break at every period of every series, against no break; see `find_breaks`.

    Returns
    -------
    pandas.DataFrame
        Columns ``area``, ``indicator``, ``form``, ``source``, ``vintage``, ``period``, ``odds``, ``factor``.

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.read_evidence(pd.DataFrame({
    ...     "area": "AAA", "period": ["2018", "2019", "2020", "2021"], "indicator": "complaints", "value": [50, 55, 48, 60],
    ... }))
    >>> bool(break_odds(evidence)["odds"].max() < 1)
    True
    """
    series = series_of(evidence)
    if series is None:
        return pd.DataFrame(columns=COLUMNS[:-2])
    odds, size = _odds(series, _declared(evidence, series))
    rows = [
        _row(series, one, at, odds[one, at], size[one, at])
        for one, periods in enumerate(series.periods)
        for at in range(len(periods) - 1)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).drop(columns=["figures_after", "elsewhere"])


def _odds(series: Series, broken: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Odds of a break at each place against none, and its size on the log scale, each (series, periods - 1)."""
    parts = []
    for first in range(0, len(broken), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        limits = series.lower[some], series.upper[some]
        parts.append(level_breaks(*limits, series.years[some], series.gap[some], broken[some]))
    log_factor, size = (np.concatenate([getattr(part, name) for part in parts]) for name in ("log_factor", "size"))
    places = np.maximum(np.isfinite(log_factor).sum(axis=1, keepdims=True), 1)
    return EVEN / places * np.exp(np.minimum(log_factor, 300.0)), size


def _declared(evidence: Evidence, series: Series) -> NDArray[np.bool_]:
    """Places of breaks that the evidence declares."""
    found = np.zeros(series.gap.shape, dtype=bool)
    for declared in evidence.breaks:
        for one, row in enumerate(series.names.itertuples(index=False)):
            if declared.concerns(str(row.area), str(row.indicator), str(row.source)):
                after = [declared.before(period) for period in series.periods[one]]
                found[one, : len(after) - 1] |= np.diff(np.array(after, dtype=int)) == 1
    return found


def _row(series: Series, one: int, at: int, odds: float, size: float) -> dict[str, object]:
    about = series.names.iloc[one][COLUMNS[:5]]
    periods = series.periods[one]
    after = {"figures_after": len(periods) - at - 1, "elsewhere": _elsewhere(series, one, at)}
    return {
        **{str(name): value for name, value in about.items()},
        "period": periods[at + 1],
        "odds": float(odds),
        "factor": float(np.exp(size)),
        **after,
    }


def _elsewhere(series: Series, one: int, at: int) -> float:
    """Change of the rate between the two periods in the first other source of the same thing that has both, NaN where none has."""
    same = ["area", "indicator", "form", "sex", "age"]
    alike = (series.names[same] == series.names.iloc[one][same]).all(axis=1) & (
        series.names["source"] != series.names["source"].iloc[one]
    )
    for other in np.flatnonzero(alike):
        place = {period: number for number, period in enumerate(series.periods[other])}
        pair = [place[period] for period in series.periods[one][at : at + 2] if period in place]
        if len(pair) == 2:
            rate = (series.lower[other, pair] + 0.5) / series.years[other, pair]
            return float(rate[1] / rate[0])
    return float("nan")


def _text(table: pd.DataFrame, number: int, threshold: float) -> str:
    if not number:
        return (
            f"No series has {FEWEST} known figures or more: of fewer nobody can tell a break, and none was looked for."
        )
    if table.empty:
        return (
            f"In none of {number} series do the figures speak for a lasting break with odds of {threshold:g} or more."
        )
    named = "; ".join(map(_named, table.to_dict(orient="records")))
    wrong = float((1.0 / (1.0 + table["odds"])).sum())
    alone = int((table["figures_after"] == 1).sum())
    last = f" {alone} of them rest on one figure on the new level: whether they last cannot be known." if alone else ""
    return (
        f"A lasting break of the level has odds of {threshold:g} or more: {named}.{last} By these odds {wrong:.2g} of {len(table)} are "
        "none. Figures cannot tell a change of counting from a change of what is counted: find out, and declare it, or keep to one side."
    )


def _named(row: Mapping[Any, Any]) -> str:
    beside = f" (another source: {row['elsewhere']:.2g})" if np.isfinite(row["elsewhere"]) else ""
    source = f" ({row['source']})" if row["source"] else ""
    about = f"{row['area']} {row['indicator']}{source} from {row['period']}"
    return f"{about}, odds {row['odds']:.3g}, factor {row['factor']:.2g}{beside}"
