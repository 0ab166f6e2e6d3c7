"""Whether figures look like those the model would produce, before and after seeing them."""

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.diagnostics import Finding
from estimators.synthesis.counting import Discrete
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]

EXTREME = 0.01
TRIES = 60  # until a figure drawn lies inside its range
COMPLETED = " What was published as a range is completed by draws of the same model."
PRIOR_DRAWS = 4000


def predictive_findings(panel: Panel, post: xr.DataTree, seed: int) -> tuple[Finding, Finding]:
    """Prior and posterior predictive checks of each kind of row: total, spread, largest, share of zeros.

    Statements take part in the prior: prior draws are resampled by the density of what was stated. A figure that is known as a range is
    completed in each draw of the posterior by one drawn at that draw inside the range, so that what figures share is in both the completed
    and those drawn anew; before the figures, any draw's completed ones are compared with any drawn anew.

    References
    ----------
    Gelman, A. et al. 2005. Multiple imputation for model checking. doi:10.1111/j.0006-341X.2005.031010.x
    """
    rng = np.random.default_rng(seed)
    figures = {f"{stream}: {term}": rows for (stream, term), rows in panel.figures.items() if len(rows)}
    predicted = {name: post["posterior_predictive"].to_dataset()[name].values for name in figures}
    after = {name: values.reshape(-1, values.shape[-1]) for name, values in predicted.items()}
    seen = _seen(panel, post, {name: len(values) for name, values in after.items()}, rng)
    before = {f"{stream}: {term}": values for (stream, term), values in _before(panel, rng).items()}
    any_of = {name: values[rng.integers(len(values), size=PRIOR_DRAWS)] for name, values in seen.items()}
    said = "Figures drawn before any was seen, statements believed."
    again = "Figures drawn again at the posterior. It says nothing about the level."
    ranged = any((rows.lower != rows.upper).any() for rows in figures.values())
    said, again = (f"{text}{COMPLETED if ranged else ''}" for text in (said, again))
    return _finding("prior predictive", any_of, before, said), _finding("posterior predictive", seen, after, again)


def completed(rows: Observations, distribution: Distribution, draws: int, rng: np.random.Generator) -> Array:
    """The figures as published, (draws, rows); for a range one drawn inside it at each draw, or its nearer end where none of many was."""
    ranged = np.flatnonzero(rows.lower != rows.upper)
    found = np.tile(rows.middle, (draws, 1))
    if not len(ranged):
        return found
    low, high = rows.lower[ranged], rows.upper[ranged]
    values, open_ = np.full((draws, len(ranged)), np.nan), np.arange(len(ranged))
    for _ in range(TRIES):
        part = cast("Distribution", cast("Discrete", distribution).at(ranged[open_]))
        again = np.broadcast_to(part.simulate(rng), (draws, len(open_)))
        outside = ~((values[:, open_] >= low[open_]) & (values[:, open_] <= high[open_]))
        values[:, open_] = np.where(outside, again, values[:, open_])
        open_ = open_[((values[:, open_] < low[open_]) | (values[:, open_] > high[open_])).any(axis=0)]
        if not len(open_):
            break
    found[:, ranged] = np.clip(values, low, high)
    return found


def _seen(panel: Panel, post: xr.DataTree, draws: Mapping[str, int], rng: np.random.Generator) -> dict[str, Array]:
    """Completed figures of each kind at the draws of a result."""
    drawn = post["posterior"].to_dataset()
    known = {name: drawn[name].transpose("chain", "draw", ...).values for name in panel.layout}
    flat = {name: values.reshape(values.shape[0] * values.shape[1], -1) for name, values in known.items()}
    distributions = panel.distributions(panel.world(flat, NUMPY))
    return {
        f"{stream}: {term}": completed(panel.figures[stream, term], each, draws[f"{stream}: {term}"], rng)
        for (stream, term), each in distributions.items()
    }


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


def _finding(name: str, observed: dict[str, Array], drawn: dict[str, Array], said: str) -> Finding:
    """Compare what was seen with what was drawn, draw by draw."""
    rows = []
    for kind, figures in observed.items():
        seen = _statistics(figures)
        for statistic, values in _statistics(drawn[kind]).items():
            below = float(np.mean(values < seen[statistic]) + 0.5 * np.mean(values == seen[statistic]))
            low, high = np.quantile(values, [0.025, 0.975])
            rows.append({"figures": kind, "statistic": statistic, "observed": float(np.median(seen[statistic])), "lower": low,
                         "upper": high, "p": 2.0 * min(below, 1.0 - below)})  # fmt: skip
    table = pd.DataFrame(rows)
    odd = table[table["p"] < EXTREME]
    status = "figures unlike the model's" if len(odd) else "figures like the model's"
    which = "; ".join(f"{row['figures']}, {row['statistic']}" for row in odd.to_dict("records"))
    return Finding(
        name, status, said + (f" Beyond the {100 * (1 - EXTREME):.0f} % interval: {which}." if which else ""), table
    )
