"""Stages of the reporting cascade, as a table: what is modelled and what was observed of each."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import ModelError
from estimators.plots.reading import NO_CELL, draws_of, estimator_of

TRUE = "true count"
NO_FUNNEL = (
    "{estimator} has no figures of a justice funnel: expected a result of a Synthesis with one among its streams"
)

VICTIMS, FUNNEL = "identified_victims: ", "justice_funnel: "
PERSONS, UNITS = (
    "persons",
    {"offences_recorded": "offences", "prosecutions": "prosecutions", "convictions": "convictions"},
)
OF_PERSONS = ("persons_", "victims_")
CHANCES = (0.025, 0.25, 0.5, 0.75, 0.975)

type Array = NDArray[np.float64]


def cascade_table(post: xr.DataTree, *, area: str | None = None, period: str | None = None) -> pd.DataFrame:
    """Stages of one area and period, what is modelled and what was observed of each.

    Parameters
    ----------
    post : xarray.DataTree
        A result of a `Synthesis` with a `JusticeFunnel`.
    area, period : str, optional
        Which cell; by default the first area and the period in which most stages have a figure, of several the last.

    Returns
    -------
    pandas.DataFrame
        Columns stage, unit, observed_lower, observed_upper (missing where nothing was), median, lower, upper (95 %), half_lower,
        half_upper (50 %), and share_median, share_lower, share_upper, the number per 1,000 of the true count; area and period. The true
        count is its posterior; of each stage it is the figure that the fitted model expects, known flow and earlier stages given. A stage
        without a figure of the whole period is missing: the model predicts figures only where there are some. Strata are summed.

    Raises
    ------
    ModelError
        The result has no funnel, or no such cell.
    """
    count, places = draws_of(post, "true_count"), _places(post)
    if not any(kind.startswith(FUNNEL) for kind, _ in places):
        raise ModelError(NO_FUNNEL.format(estimator=estimator_of(post)))
    where = area or str(count["area"].values[0])
    periods = [str(each) for each in count["period"].values]
    when = period or max(periods, key=lambda each: (sum(cell == f"{where} {each}" for _, cell in places), each))
    if where not in count["area"].values or when not in periods:
        raise ModelError(NO_CELL.format(place=f"{where}, {when}"))
    true = count.sel(area=where, period=when).values.ravel()
    rows = [{"stage": TRUE, "unit": PERSONS, **_nothing(), **_limits(true, true)}]
    for kind in dict.fromkeys(kind for kind, _ in places):
        found = places.get((kind, f"{where} {when}"))
        rows.append({**_stage(kind), **(_figure(post, kind, found, true) if found else _nothing())})
    return pd.DataFrame(rows).assign(area=where, period=when)


def _places(post: xr.DataTree) -> dict[tuple[str, str], list[int]]:
    """Rows of figures by kind and cell, identified victims first and then the stages in their order; strata are several rows."""
    if not {"figures", "posterior_predictive"} <= set(post.children):
        return {}
    figures, predicted = post["figures"].to_dataset(), post["posterior_predictive"].to_dataset()
    observed = post["observed_data"].to_dataset()
    cells = {f"{area} {period}" for area in observed["area"].values for period in observed["period"].values}
    found: dict[tuple[str, str], list[int]] = {}
    for begin in (VICTIMS, FUNNEL):
        for kind in (str(name) for name in predicted if str(name).startswith(begin) and f"{name} about" in figures):
            for row, about in enumerate(figures[f"{kind} about"].values.astype(str)):
                cell = about if about in cells else about.rpartition(" ")[0]
                found.setdefault((kind, cell), []).append(row)
    return found


def _stage(kind: str) -> dict[str, str]:
    stage = kind.partition(": ")[2]
    unit = PERSONS if stage.startswith(OF_PERSONS) else UNITS.get(stage, "cases")
    return {"stage": stage.replace("_", " "), "unit": unit}


def _nothing() -> dict[str, float]:
    return {"observed_lower": np.nan, "observed_upper": np.nan}


def _figure(post: xr.DataTree, kind: str, rows: list[int], true: Array) -> dict[str, float]:
    """What is expected and what was seen, summed over strata."""
    predicted, figures = post["posterior_predictive"].to_dataset()[kind], post["figures"].to_dataset()
    drawn = predicted.isel({f"{kind} row": rows}).sum(f"{kind} row").values.ravel()
    seen = {f"observed_{end}": float(figures[f"{kind} {end}"].values[rows].sum()) for end in ("lower", "upper")}
    return {**seen, **_limits(drawn, true)}


def _limits(draws: Array, true: Array) -> dict[str, float]:
    names = ("lower", "half_lower", "median", "half_upper", "upper")
    share = np.quantile(1000.0 * draws / np.maximum(true, 1.0), [0.025, 0.5, 0.975])
    found = dict(zip(names, np.quantile(draws, CHANCES), strict=True))
    found |= dict(zip(("share_lower", "share_median", "share_upper"), share, strict=True))
    return {name: float(value) for name, value in found.items()}
