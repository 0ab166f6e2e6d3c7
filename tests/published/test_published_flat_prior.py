"""The flat-prior trap: J cells, each with a flat rate, tilt a common reporting probability by ρ^-J.

With three seasons of hospital admissions and a market share whose prior mean is .55, the posterior mean is .5453 although the counts
say nothing about the share.
"""

import numpy as np
import pytest
from scipy import special

import estimators as est
from estimators.numeric import families, grid, thinning

COUNTS = (132.0, 417.0, 288.0)
SIZE = 290.2  # of the beta prior, a + b: sd .029


def posterior_mean(shape, rate):
    def log_density(x):
        prior = families.log_density_of_logit("beta", 0.55 * SIZE, 0.45 * SIZE, x)
        return prior + sum(
            thinning.poisson_gamma_log_likelihood(x, np.array([y]), shape, np.array([rate]), np.array([1.0]))
            for y in COUNTS
        )

    table = grid.tabulate(log_density, 1)
    return float((table.weights * special.expit(table.x)).sum())


def test_three_flat_rates_tilt_the_share():
    assert posterior_mean(1.0, 1e-12) == pytest.approx((0.55 * SIZE - 3.0) / (SIZE - 3.0), abs=1e-8)
    assert posterior_mean(1.0, 1e-12) == pytest.approx(0.5453, abs=1e-4)


def test_a_scale_invariant_rate_does_not():
    assert posterior_mean(1e-9, 1e-12) == pytest.approx(0.55, abs=1e-8)


def test_a_flat_incidence_prior_warns():
    flat = est.Prior("incidence", "flat", "gamma", (1.0, 1e-9), "looks vague")
    with pytest.warns(est.PriorWarning, match="tilts the reporting probability"):
        est.ThinnedPoisson(est.Claim("1 in 100"), flat)


def test_a_uniform_count_prior_warns():
    with pytest.warns(est.PriorWarning, match="informative"):
        est.Multiplier(est.Prior("reporting_probability", "", "beta", (5.0, 495.0), ""), count_prior="uniform")
