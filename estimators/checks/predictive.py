"""Whether figures look like those the model would produce, before and after seeing them."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.diagnostics import Finding
from estimators.synthesis.observations import Observations
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]

EXTREME = 0.01
PRIOR_DRAWS = 4000


def predictive_findings(panel: Panel, post: xr.DataTree, seed: int) -> tuple[Finding, Finding]:
    """Prior and posterior predictive checks of each kind of row: total, spread, largest, share of zeros.

    Statements take part in the prior: prior draws are resampled by the density of what was stated. A figure that is known as a range is
    completed in each draw by one that the model draws inside the range, and figures drawn anew are compared with the completed ones.

    References
    ----------
    Gelman, A. et al. 2005. Multiple imputation for model checking. doi:10.1111/j.0006-341X.2005.031010.x
    """
    rng = np.random.default_rng(seed)
    figures = {f"{stream}: {term}": rows for (stream, term), rows in panel.figures.items() if len(rows)}
    predicted = {name: post["posterior_predictive"].to_dataset()[name].values for name in figures}
    after = {name: values.reshape(-1, values.shape[-1]) for name, values in predicted.items()}
    before = {f"{stream}: {term}": values for (stream, term), values in _before(panel, rng).items()}
    prior = _finding(
        "prior predictive", figures, before, "Figures drawn before any was seen, statements believed.", rng
    )
    said = "Figures drawn again at the posterior. It says nothing about the level."
    return prior, _finding("posterior predictive", figures, after, said, rng)


def completed(rows: Observations, drawn: Array, rng: np.random.Generator) -> Array:
    """The figures as published, (draws, rows); for a range in each draw one of the figures drawn inside it, its middle where none is."""
    ranged = np.flatnonzero(rows.lower != rows.upper)
    found = np.tile(rows.middle, (len(drawn), 1))
    values = drawn[:, ranged]
    inside = (values >= rows.lower[ranged]) & (values <= rows.upper[ranged])
    first = np.argsort(~inside, axis=0, kind="stable")  # those inside
    number = inside.sum(axis=0)
    chosen = np.floor(rng.random(values.shape) * number).astype(np.intp)
    picked = np.take_along_axis(values, np.take_along_axis(first, chosen, axis=0), axis=0)
    found[:, ranged] = np.where(number > 0, picked, found[:, ranged])
    return found


def _before(panel: Panel, rng: np.random.Generator) -> dict[tuple[str, str], Array]:
    vectors = panel.draw_prior(PRIOR_DRAWS, rng)
    said = [
        values.sum(axis=-1) for (stream, _), values in panel.log_likelihood(vectors).items() if stream == "statements"
    ]
    if said:
        log_weight = np.sum(said, axis=0)
        weight = np.exp(log_weight - log_weight.max())
        vectors = vectors[rng.choice(PRIOR_DRAWS, PRIOR_DRAWS, p=weight / weight.sum())]
    return panel.simulate(vectors, rng)


def _statistics(figures: Array) -> dict[str, Array]:
    """One number a draw, (draws, rows) to (draws,)."""
    found = {"total": figures.sum(axis=-1)}
    if figures.shape[-1] > 2:
        found |= {
            "spread": figures.std(axis=-1),
            "largest": figures.max(axis=-1),
            "zeros": (figures == 0).mean(axis=-1),
        }
    return found


def _finding(
    name: str, observed: dict[str, Observations], drawn: dict[str, Array], said: str, rng: np.random.Generator
) -> Finding:
    rows = []
    for kind, figures in observed.items():
        seen = _statistics(completed(figures, drawn[kind], rng))
        for statistic, values in _statistics(drawn[kind]).items():
            below = float(np.mean(values < seen[statistic]) + 0.5 * np.mean(values == seen[statistic]))
            low, high = np.quantile(values, [0.025, 0.975])
            rows.append({"figures": kind, "statistic": statistic, "observed": float(np.median(seen[statistic])), "lower": low,
                         "upper": high, "p": 2.0 * min(below, 1.0 - below)})  # fmt: skip
    table = pd.DataFrame(rows)
    odd = table[table["p"] < EXTREME]
    status = "figures unlike the model's" if len(odd) else "figures like the model's"
    which = "; ".join(f"{row['figures']}, {row['statistic']}" for row in odd.to_dict("records"))
    if any((each.lower != each.upper).any() for each in observed.values()):
        said += " What was published as a range is completed by draws of the same model."
    return Finding(name, status, said + (f" Beyond the {1 - EXTREME:.0%} interval: {which}." if which else ""), table)
