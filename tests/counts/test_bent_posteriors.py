"""Regressions whose posterior bends: proposals are led to it, and their weights can be trusted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import linalg, stats

import estimators as est
from estimators.counts.regression_panel import Panel
from estimators.numeric import pogit_engine

SHARE = est.Prior("completeness", "inventory studies elsewhere", "beta", (7.0, 3.0), "invented")
SIZE = est.Prior("size", "invented", "log-normal", (2.0, 1.0), "invented")


def regional(seed, regions=10):
    """Counts of regions that differ, each with a completeness of its own."""
    rng = np.random.default_rng(seed)
    names = [f"R{place:02}" for place in range(regions)]
    population, x = rng.integers(200_000, 3_000_000, regions), rng.standard_normal(regions)
    rate = np.exp(np.log(18.0) + 0.4 * x + 0.3 * rng.standard_normal(regions))
    counts = rng.poisson(rate * population / 1e5 * rng.beta(7.0, 3.0, regions))
    rows = [
        (name, "2020", indicator, int(value))
        for name, count, people in zip(names, counts, population, strict=True)
        for indicator, value in (("victims_identified", count), ("population", people))
    ]
    poverty = est.Covariate.of("poverty", dict(zip(names, x.tolist(), strict=True)))
    model = est.ValidatedRegression(incidence=(poverty,), units={name: name for name in names}, typical=SHARE)
    return model, est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]))


@pytest.mark.parametrize("seed", [8, 11])
@pytest.mark.parametrize(
    "more", [{"incidence_effects": est.AreaEffects()}, {"dispersion": SIZE}], ids=["effects", "size"]
)
def test_a_completeness_of_each_region_with_counts_that_vary(seed, more):
    model, evidence = regional(seed)
    model = replace(model, **more)
    panel = Panel(model, model.figures(evidence))
    found = pogit_engine.draw(panel.observed, panel.outer, panel.start, 4000, 4000, np.random.default_rng(1))
    assert found.pareto_k < 0.7
    assert found.effective > 150


def test_fitted_points_have_the_mean_and_covariance_of_the_target():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((20_000, 2)) * 2.0
    covariance = np.array([[1.0, 0.4], [0.4, 0.5]])
    weight = stats.multivariate_normal([1.0, -0.5], covariance).logpdf(x) - stats.norm.logpdf(x, scale=2.0).sum(axis=1)
    fitted = pogit_engine._fitted(x, weight, 1.0)
    assert fitted is not None
    np.testing.assert_allclose(fitted[0], [1.0, -0.5], atol=0.05)
    np.testing.assert_allclose(fitted[1] @ fitted[1].T, covariance, atol=0.06)
    assert pogit_engine._fitted(x, 1e6 * weight, 1.0) is None
    wider = pogit_engine._fitted(x, 60.0 * weight, 0.01)
    assert wider is not None
    assert linalg.det(wider[1]) > 0.0
