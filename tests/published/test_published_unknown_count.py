"""Binomial with unknown count: π(N) ∝ 1/N gives a beta negative binomial (Link 2013, doi:10.1890/13-0176.1).

The figures are quantiles of y + BetaNegBin, by summing its probabilities.
"""

import numpy as np
import pytest

import estimators as est

pytestmark = pytest.mark.filterwarnings("ignore::estimators.errors.PriorWarning")

SCALE_INVARIANT = [
    (10, 1, 99, (227, 1384, 39058)),
    (10, 5, 495, (363, 1034, 3403)),
    (10, 20, 1980, (440, 983, 2062)),
    (100, 1, 99, (2685, 14283, 391030)),
    (100, 5, 495, (4754, 10655, 31024)),
    (100, 20, 1980, (6418, 10132, 16867)),
    (1000, 1, 99, (27291, 143278, 3910742)),
    (1000, 5, 495, (48878, 106868, 306993)),
    (1000, 20, 1980, (67197, 101622, 163903)),
]
FLAT = [
    (10, 5, 495, (485, 1447, 5426)),
    (10, 20, 1980, (523, 1141, 2371)),
    (100, 5, 495, (5609, 13660, 46493)),
    (100, 20, 1980, (6766, 10775, 18161)),
    (1000, 5, 495, (57025, 135799, 456949)),
    (1000, 20, 1980, (70125, 107118, 175116)),
]


def fitted(y, c, d, count_prior, draws=10):
    prior = est.Prior("reporting_probability", "d", "beta", (float(c), float(d)), "r")
    return est.fit(
        est.Multiplier(prior, count_prior=count_prior), est.single_figure(y), seed=1, sampling=est.Sampling(draws=draws)
    )


@pytest.mark.parametrize(
    ("count_prior", "y", "c", "d", "expected"),
    [("scale-invariant", *row) for row in SCALE_INVARIANT] + [("uniform", *row) for row in FLAT],
)
def test_quantiles_to_the_last_digit(count_prior, y, c, d, expected):
    quantiles = fitted(y, c, d, count_prior)["quantiles"]
    got = quantiles["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel()
    assert got.tolist() == list(expected)


def test_the_scale_invariant_prior_leaves_rho_as_it_was_and_the_flat_one_does_not():
    from scipy import stats

    for count_prior, shape in (("scale-invariant", 5), ("uniform", 4)):
        got = fitted(10, 5, 495, count_prior)["quantiles"]["reporting_probability"]
        np.testing.assert_allclose(got.values.ravel(), stats.beta.ppf(got.probability.values, shape, 495), rtol=1e-10)


def test_mean_of_the_count_is_finite_and_right_above_one():
    # E N = y + y d/(c - 1) = 1000 (5 + 495 - 1)/(5 - 1) = 124,750
    draws = fitted(1000, 5, 495, "scale-invariant", draws=400_000)["posterior"]["true_count"].values.ravel()
    assert 1000 * (5 + 495 - 1) / (5 - 1) == 124_750
    assert draws.mean() == pytest.approx(124_750, abs=5 * draws.std() / np.sqrt(len(draws)))
