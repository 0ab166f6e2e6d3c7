"""Tabulated densities against the distribution functions they tabulate."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma, polygamma

from estimators.numeric import families, grid

LAWS = [
    ("beta", 1.0, 99.0),
    ("beta", 5.0, 495.0),
    ("beta", 0.5, 0.5),
    ("beta", 1.0, 1.0),
    ("beta", 100.0, 9900.0),
    ("beta", 2.0, 1e9),
    ("logit-normal", -4.6, 0.668),
    ("logit-normal", -4.6, 1e-4),
    ("logit-normal", 0.0, 4.0),
    ("logit-normal", -20.0, 3.0),
]


def table_of(family, a, b, **options):
    return grid.tabulate(lambda x: families.log_density_of_logit(family, a, b, x), 1, **options)


@pytest.mark.parametrize(("family", "a", "b"), LAWS)
def test_a_density_that_integrates_to_one_has_log_normaliser_zero(family, a, b):
    assert table_of(family, a, b).log_normaliser[0] == pytest.approx(0.0, abs=2e-10)


@pytest.mark.parametrize(("a", "b"), [(0.1, 50.0), (0.2, 2.0), (1000.0, 0.5)])
def test_long_tails_are_not_cut_off(a, b):
    # e^(a x) falls to e^-40 at x = -40/a only: a search that starts at -60 loses e^(-60 a) of the mass.
    assert table_of("beta", a, b).log_normaliser[0] == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize(("family", "a", "b"), LAWS)
def test_moments_of_logit_by_the_weights(family, a, b):
    table = table_of(family, a, b)
    mean = float((table.weights * table.x).sum())
    sd = float(np.sqrt((table.weights * (table.x - mean) ** 2).sum()))
    expected = (a, b)
    if family == "beta":
        expected = (digamma(a) - digamma(b), np.sqrt(polygamma(1, a) + polygamma(1, b)))
    tolerance = 1e-6 if a == 0.5 else 1e-10  # the default search range cuts the tails of Beta(.5, .5) at e^-22.5
    assert mean == pytest.approx(expected[0], rel=1e-10, abs=tolerance)
    assert sd == pytest.approx(expected[1], rel=tolerance)


@pytest.mark.parametrize(("family", "a", "b"), LAWS)
def test_distribution_and_survival_agree_with_the_exact_ones(family, a, b):
    table = table_of(family, a, b)
    exact = 1.0 - families.survival_of_logit(family, a, b, table.x[0])
    np.testing.assert_allclose(table.distribution[0], exact, atol=1e-5)
    x = np.linspace(table.x[0, 0], table.x[0, -1], 2003)[None]
    survival = grid.survival(table, np.array([0]), x)
    np.testing.assert_allclose(survival[0], families.survival_of_logit(family, a, b, x[0]), atol=1e-5)
    assert np.all(np.diff(survival[0]) <= 1e-12)


def test_survival_outside_the_grid_is_zero_or_one():
    table = table_of("beta", 5.0, 495.0)
    assert grid.survival(table, np.array([0]), np.array([[-1e6, 1e6]])).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(("family", "a", "b"), LAWS)
def test_sample_inverts_the_distribution_function(family, a, b):
    uniform = np.linspace(2e-5, 1.0 - 2e-5, 5001)[:, None]
    x = grid.sample(table_of(family, a, b), uniform)
    back = 1.0 - families.survival_of_logit(family, a, b, x)
    assert np.abs(back - uniform).max() < 1e-5  # what the docstring of `sample` promises


def test_sample_passes_a_kolmogorov_smirnov_test():
    uniform = np.random.default_rng(1).random((200_000, 1))
    x = grid.sample(table_of("beta", 1.0, 99.0), uniform)[:, 0]
    assert stats.kstest(x, lambda v: 1.0 - families.survival_of_logit("beta", 1.0, 99.0, v)).pvalue > 1e-3


def test_rows_are_independent_of_each_other():
    shapes = np.array([[2.0, 8.0], [1e6, 1e8], [1.0, 1.0]])
    together = grid.tabulate(
        lambda x: shapes[: len(x), :1] * -np.logaddexp(0, -x) - shapes[: len(x), 1:] * np.logaddexp(0, x), 3
    )
    for row, (a, b) in enumerate(shapes):
        alone = grid.tabulate(lambda x, a=a, b=b: a * -np.logaddexp(0, -x) - b * np.logaddexp(0, x), 1)
        # alone it may stop zooming a round earlier: the integral, not the nodes, must agree
        assert together.log_normaliser[row] == pytest.approx(alone.log_normaliser[0], rel=1e-12, abs=1e-11)
