"""Replicates of a regression with incomplete reporting: truth from the priors, figures from the truth, a fit."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from estimators.counts.cells import Array
from estimators.counts.regression_panel import Panel
from estimators.counts.regression_result import drawn, true_counts
from estimators.counts.reporting import as_prior
from estimators.errors import EngineError
from estimators.numeric import pogit, pogit_engine, thinning

if TYPE_CHECKING:
    from estimators.counts.validated_regression import ValidatedRegression

LARGEST_K = 0.7
POINTS = (1024, 4096, 16_384)  # more where the weights of fewer cannot be trusted
LEAST = 4.0  # effective draws for each that is ranked: tails of scales are thin, and few weights stand for them


def replicated(
    model: "ValidatedRegression", panel: Panel, draws: int, rng: np.random.Generator
) -> dict[str, tuple[float, Array]]:
    """One replicate: truth and draws of the mean log incidence, units, slopes, a true count and the log likelihood.

    Raises
    ------
    EngineError
        If the weights of the fit cannot be trusted.
    """
    x = np.array([[*(special.logit(as_prior(model.prior_of(unit)).quantile(rng.random())) for unit in panel.units),
                   *(panel.slopes[0] + panel.slopes[1] * rng.standard_normal(len(model.reporting))), *_hyper(panel, rng)]])  # fmt: skip
    z = rng.standard_normal((1, panel.bases[0].shape[1]))
    truth = drawn(panel, x, z, (1, 1))
    eta, zeta = truth["log_incidence"].values, truth["logit_reporting"].values
    size = float(truth["size"].item()) if "size" in truth else np.inf
    expected = np.exp(eta[0, 0]) * panel.cells.exposure
    spread = rng.standard_gamma(size, len(expected)) / size if np.isfinite(size) else 1.0
    reported = thinning.poisson_draws(rng, expected * spread * special.expit(zeta[0, 0]))
    count = reported + thinning.poisson_draws(rng, expected * spread * special.expit(-zeta[0, 0]))
    audited = panel.figures["audited"].values
    found = rng.binomial(audited.astype(int), special.expit(x[0, : len(panel.units)])).astype(float)
    shape = panel.figures["reported"].shape
    shown = np.where(panel.cells.missing, np.nan, reported).reshape(shape)
    figures = panel.figures.assign(dict.fromkeys(("reported", "lower", "upper"), (("area", "period"), shown)))
    again = Panel(model, figures.assign(audited_reported=("unit", found)))
    for points in POINTS:
        post = pogit_engine.draw(again.observed, again.outer, again.start, draws, points, rng)
        if post.pareto_k < LARGEST_K and post.effective >= LEAST * draws:
            break
    if post.pareto_k >= LARGEST_K:
        raise EngineError(f"Pareto k̂ = {post.pareto_k:.2f}: not to be trusted")
    told = drawn(again, post.outer, post.inner, (1, draws))
    log_size = told["size"].values[..., None] if "size" in told else np.inf
    counts = true_counts(again, told["log_incidence"].values, told["logit_reporting"].values, log_size, rng)
    pairs = {"mean log incidence": (float(eta.mean()), told["log_incidence"].mean("cell").values)}
    pairs["true_count of the first cell"] = (float(count[0]), counts[..., 0])
    pairs["log true total"] = (float(np.log(count.sum() + 0.5)), np.log(counts.sum(axis=-1) + 0.5))
    for name in [name for name in told if name not in ("log_incidence", "logit_reporting")]:
        actual, values = truth[name].values.reshape(-1), told[name].values.reshape(draws, -1)
        pairs |= {f"{name} {place}": (float(actual[place]), values[:, place]) for place in range(len(actual))}
    actual_likelihood, drawn_likelihood = (_log_likelihood(again, a, b) for a, b in ((x, z), (post.outer, post.inner)))
    return pairs | {"log_likelihood": (float(actual_likelihood[0]), drawn_likelihood)}


def _log_likelihood(panel: Panel, outer: Array, inner: Array) -> Array:
    """Log probability of the counts at unknowns, one a row."""
    fixed_by = panel.outer(outer)
    return np.asarray(
        pogit.log_count(panel.observed.y, pogit.log_means(panel.observed, fixed_by, inner)[0], fixed_by.size).sum(
            axis=1
        )
    )


def _hyper(panel: Panel, rng: np.random.Generator) -> list[float]:
    found: list[float] = []
    for _, effects, _, _ in panel.effects:
        found.append(float(rng.standard_normal()))
        if effects.shared and effects.spatial_share is not None:
            mean, sd = effects.spatial_share.parameters
            found.append(mean + sd * rng.standard_normal())
    if panel.model.dispersion is not None:
        mean, sd = panel.model.dispersion.parameters
        found.append(mean + sd * rng.standard_normal())
    return found
