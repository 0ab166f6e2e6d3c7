"""What every result carries besides its draws: the figures, the exposure, and the priors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from estimators.priors import Prior


def observed_data(figures: xr.Dataset) -> xr.Dataset:
    """The figures that were fitted."""
    return figures[["reported", "lower", "upper"]].reset_coords(drop=True)


def constant_data(figures: xr.Dataset) -> xr.Dataset:
    """Length of the periods, their days, and the population where the evidence has it."""
    kept = figures[[name for name in ("years", "population") if name in figures]].reset_coords(drop=True)
    for name in ("period_start", "period_end"):
        if name in figures.coords:
            kept[name] = ("period", figures[name].values.astype("datetime64[D]").astype(str).astype(object))
    return kept


def prior_rows(priors: tuple[Prior, ...]) -> xr.Dataset:
    """The table of priors."""
    rows = [prior.row() for prior in priors]
    columns: Mapping[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
    text = {
        name: ("prior_row", np.array(values, dtype=object))
        for name, values in columns.items()
        if isinstance(values[0], str)
    }
    numbers = {
        name: ("prior_row", np.array(values, dtype=float)) for name, values in columns.items() if name not in text
    }
    return xr.Dataset(text | numbers).rename({"prior": "formula"})


def prior_draws(priors: tuple[Prior, ...], draws: int = 2000) -> xr.Dataset:
    """Evenly spaced quantiles of each prior in place of random draws: the same shape, and no simulation noise."""
    probability = (np.arange(draws) + 0.5) / draws
    names = {prior.name: prior for prior in reversed(priors)}
    return xr.Dataset(
        {
            name.replace(" ", "_"): (("chain", "draw"), prior.quantile(probability)[None])
            for name, prior in names.items()
        }
    )
