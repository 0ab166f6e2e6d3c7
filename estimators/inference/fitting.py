"""`fit`: the one verb. It knows protocols, not models; it owns seeds, engines and the shape of a result.

A result is an `xarray.DataTree` that reads with ArviZ. Groups, where the method has them:

| group | content |
|---|---|
| posterior | draws, dims chain, draw, area, period: true_count, and incidence, reporting_probability |
| quantiles | exact posterior quantiles, dims probability, area, period |
| moments | exact means and standard deviations |
| estimate | lower and upper of methods without a distribution |
| sample_stats | of a sampler, or of importance weights |
| observed_data | reported, lower, upper |
| constant_data | years, population |
| anchors | what fixes the level: log_true_count, log_sd, kind, derived_from, reason |
| likelihood | Fisher information of the counts about the level parameters, and their prior sd |
| prior | evenly spaced quantiles of the priors, in the shape of draws |
| priors | the table of priors |
"""

import json
import warnings
from typing import Literal

import numpy as np
import xarray as xr

from estimators import provenance, record
from estimators.errors import ConvergenceWarning, DataError, EngineError, ModelError, Problem
from estimators.inference.protocols import (
    Estimator,
    ExactEstimator,
    Figured,
    Figures,
    GraphEstimator,
    LaplaceEstimator,
    OwnEstimator,
    Sourced,
    Summarised,
)
from estimators.sampling import Sampling, sample

type Engine = Literal["auto", "exact", "laplace", "nuts"]
LARGEST_K = 0.7  # shape of the tail of importance weights from which a sampler is asked instead
LEAST_WORTH = 0.05  # effective draws for one proposed; with fewer, deviations came out up to a tenth too small


def fit(
    estimator: Estimator, evidence: Figured, *, seed: int, engine: Engine = "auto", sampling: Sampling | None = None
) -> xr.DataTree:
    """Fit an estimator to evidence.

    Parameters
    ----------
    estimator : Estimator
        A value from `estimators.counts`, or any object with the same methods.
    evidence : Evidence or Lists
        Checked figures.
    seed : int
        The result is a function of estimator, evidence, seed, engine and sampling.
    engine : {"auto", "exact", "laplace", "nuts"}
        Automatically: exact where the estimator has it, else laplace where it takes every term and its weights can be trusted, else
        the sampler. Attributes ``engine`` and ``engine_reason`` of the result say which and why.
    sampling : Sampling, optional
        Number of draws and the like.

    Returns
    -------
    xarray.DataTree
        Groups as in the table above; root attrs are plain strings and numbers.

    Raises
    ------
    ModelError
        If the engine cannot take the estimator.
    DataError
        If the evidence lacks what the estimator reads.
    """
    sampling = Sampling() if sampling is None else sampling
    chosen, reason = _choose(estimator, engine)
    rng = np.random.default_rng(_checked_seed(seed))
    figures = estimator.figures(evidence)
    groups: dict[str, xr.Dataset] | None = None
    if isinstance(estimator, OwnEstimator):
        groups = estimator.answer(figures, sampling, rng)
    if chosen == "exact":
        groups = _exact(estimator, figures, sampling, rng)
    if chosen == "laplace":
        groups, reason = _laplace(estimator, figures, sampling, rng, insisted=engine == "laplace")
    if groups is None:
        chosen = "nuts"
        assert isinstance(estimator, GraphEstimator)  # noqa: S101  # _choose has made sure
        groups = _sample(estimator, figures, sampling, rng)
    cells = figures if isinstance(figures, xr.Dataset) else figures.cells
    groups |= {"observed_data": record.observed_data(cells), "constant_data": record.constant_data(cells)}
    if estimator.priors():
        groups["priors"] = record.prior_rows(estimator.priors())
        groups["prior"] = record.prior_draws(estimator.priors())
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = _root_attributes(estimator, evidence, cells, seed, (chosen, reason), sampling)
    return tree


def _choose(estimator: Estimator, engine: Engine) -> tuple[str, str]:
    """The engine to try, and why."""
    name = type(estimator).__name__
    if isinstance(estimator, OwnEstimator) and engine == "auto":
        return estimator.method, "the only way of computing that this estimator has"
    can: dict[Engine, bool] = {
        "exact": isinstance(estimator, ExactEstimator),
        "laplace": isinstance(estimator, LaplaceEstimator),
        "nuts": isinstance(estimator, GraphEstimator),
    }
    able = [choice for choice, possible in can.items() if possible]
    why = {"exact": "the posterior has a closed form", "nuts": "no faster engine takes this estimator"}
    if engine == "auto" and able:
        return able[0], why.get(able[0], "")
    if engine in able:
        return engine, why["exact"] if engine == "exact" else "as asked"
    raise ModelError(
        f"engine {engine!r} cannot fit {name}: expected {' or '.join(['auto', *able]) if able else 'an estimator'}"
    )


def _exact(
    estimator: Estimator, figures: Figures, sampling: Sampling, rng: np.random.Generator
) -> dict[str, xr.Dataset]:
    assert isinstance(estimator, ExactEstimator)  # noqa: S101
    groups = estimator.exact(figures, sampling.draws, rng)
    return groups | estimator.summaries(figures) if isinstance(estimator, Summarised) else groups


def _laplace(
    estimator: Estimator, figures: Figures, sampling: Sampling, rng: np.random.Generator, *, insisted: bool
) -> tuple[dict[str, xr.Dataset] | None, str]:
    """Groups, or none where a sampler is needed, and why."""
    assert isinstance(estimator, LaplaceEstimator)  # noqa: S101
    try:
        posterior, statistics = estimator.laplace(figures, sampling.chains, sampling.draws, rng)
    except EngineError as error:
        if insisted:
            raise
        return None, str(error)
    k, worth = float(statistics["pareto_k"]), _worth(statistics, sampling.chains * sampling.draws)
    if not k < LARGEST_K and not insisted:
        return None, f"the weights of engine 'laplace' have a tail too heavy to trust (Pareto k̂ = {k:.2f})"
    if worth < LEAST_WORTH and not insisted:
        return (
            None,
            f"engine 'laplace' proposes too far from the posterior: {100 * worth:.1f} % of its draws are effective",
        )
    if not k < LARGEST_K:
        text = f"Pareto k̂ = {k:.2f}: the result is not publishable; leave the engine to engine='auto'"
        warnings.warn(text, ConvergenceWarning, stacklevel=3)
    reason = f"draws weighted by importance, Pareto k̂ = {k:.2f}"
    if worth < LEAST_WORTH:
        text = f"{100 * worth:.1f} % of the proposed draws are effective, and below {100 * LEAST_WORTH:.0f} % deviations come out too small"
        warnings.warn(f"{text}: leave the engine to engine='auto'", ConvergenceWarning, stacklevel=3)
        reason += f"; {text}"
    return estimator.complete(posterior, figures, rng) | {"sample_stats": statistics}, reason


def _worth(statistics: xr.Dataset, draws: int) -> float:
    """Effective draws for each that was proposed, without what choosing equally weighted ones costs."""
    effective, proposed = float(statistics["effective_draws"]), float(statistics["proposed_draws"])
    return 1.0 / max(1.0 / effective - 1.0 / draws, 1.0 / proposed) / proposed


def _checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise DataError([Problem("fit", None, "seed", str(seed), "a whole number, 0 or more")])
    return int(seed)


def _sample(
    estimator: GraphEstimator, figures: Figures, sampling: Sampling, rng: np.random.Generator
) -> dict[str, xr.Dataset]:
    posterior, statistics = sample(estimator.graph(figures), sampling, int(rng.integers(2**31)))
    return estimator.complete(posterior, figures, rng) | {"sample_stats": statistics}


def _root_attributes(
    estimator: Estimator,
    evidence: Figured,
    figures: xr.Dataset,
    seed: int,
    engine: tuple[str, str],
    sampling: Sampling,
) -> dict[str, str | int]:
    return {
        "estimator": type(estimator).__name__,
        "description": repr(estimator),
        "assumptions": json.dumps(estimator.assumptions(), ensure_ascii=False),
        "indicator": str(figures.attrs.get("indicator", "")),
        "engine": engine[0],
        "engine_reason": engine[1],
        "seed": int(seed),
        "sampling": json.dumps(vars(sampling)),
        "evidence_hash": evidence.hash,
        "evidence_label": evidence.label,
        **_sources(evidence),
        **provenance.versions(),
    }


def _sources(evidence: Figured) -> dict[str, str]:
    """Where the figures come from, for reports of a saved result."""
    if not isinstance(evidence, Sourced):
        return {}
    return {"source_table": str(evidence.source_table().to_json(orient="table", date_unit="s"))}
