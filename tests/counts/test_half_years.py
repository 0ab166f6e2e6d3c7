"""A half-year is a half-year: rates are per year, flows of a half-year are not doubled."""

import numpy as np
import pytest

import estimators as est

POPULATION = 128_000_000
SHARE = 181 / 365  # of 2022 that lies before July
CLAIM = est.Claim("1 in 100", within=3)


def half_year(count=494):
    return est.single_figure(count, area="MEX", period="2022-H1", population=POPULATION)


def middle(tree, name):
    return tree["quantiles"][name].sel(probability=0.5).item()


def test_incidence_is_per_year():
    tree = est.fit(est.Multiplier(CLAIM), half_year(), seed=1)
    assert middle(tree, "incidence") == pytest.approx(
        middle(tree, "true_count") / (POPULATION * SHARE / 100_000), rel=1e-12
    )


def test_a_yearly_estimate_is_scaled_to_the_period():
    tree = est.fit(est.AnchorBudget((est.ExternalEstimate("survey", 400_000.0, 0.3),)), half_year(), seed=1)
    assert middle(tree, "true_count") == pytest.approx(400_000 * SHARE, rel=1e-12)


def test_a_prior_on_incidence_is_scaled_to_the_period():
    prior = est.Prior("incidence", "about 40", "log-normal", (float(np.log(40.0)), 0.1), "invented")
    tree = est.fit(est.AnchorBudget((prior,)), half_year(), seed=1)
    assert middle(tree, "true_count") == pytest.approx(40 * POPULATION * SHARE / 100_000, rel=1e-12)


def test_the_thinned_poisson_sees_half_a_year():
    # a prior so tight that the true count is its rate times the exposure, whatever was reported
    rate = est.Prior("incidence", "40 almost surely", "gamma", (4e8, 1e7), "invented")
    tree = est.fit(est.ThinnedPoisson(CLAIM, rate), half_year(), seed=1)
    assert tree["moments"]["true_count"].sel(moment="mean").item() == pytest.approx(
        40 * POPULATION * SHARE / 100_000, rel=1e-2
    )
