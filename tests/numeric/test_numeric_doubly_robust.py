"""The efficient influence function, regressions and splines under it."""

import numpy as np
import pytest
from scipy import optimize

from estimators.numeric import doubly_robust, multinomial, splines


def rows(rng, people=4000):
    """Memberships of listed people whose chances depend on x, and the exact probabilities of the classes among them."""
    x = rng.normal(size=people)
    chance = 1 / (1 + np.exp(-np.column_stack([0.2 + x, -0.1 - 0.8 * x])))
    on = rng.random((people, 2)) < chance
    a, b = chance.T
    exact = np.column_stack([a * (1 - b), b * (1 - a), a * b]) / (a + b - a * b)[:, None]
    listed = on.any(axis=1)
    return x[listed], on[listed].astype(float), np.column_stack([exact, np.zeros(people)])[listed]


def test_without_covariates_it_is_the_product_of_list_sizes_over_the_overlap():
    """40 on the first only, 30 on the second only, 6 on both: 46 × 36 / 6."""
    on, weight = np.array([[1.0, 0], [0, 1], [1, 1]]), np.array([40.0, 30.0, 6.0])
    found = doubly_robust.estimate(on, weight, np.tile([40 / 76, 30 / 76, 6 / 76, 0], (3, 1)))
    assert found.count == pytest.approx(46 * 36 / 6)
    assert found.plug_in == pytest.approx(46 * 36 / 6)
    # Sekar and Deming's variance, n_1 n_2 n_10 n_01 / n_12³, is the same in large samples.
    assert found.error == pytest.approx(np.sqrt(46 * 36 * 40 * 30 / 6**3), rel=0.02)


def test_it_is_unbiased_with_right_regressions_and_biased_with_none():
    rng, right, none = np.random.default_rng(1), [], []
    for _ in range(200):
        _, on, exact = rows(rng)
        weight = np.ones(len(on))
        right.append(doubly_robust.estimate(on, weight, exact).count)
        none.append(doubly_robust.estimate(on, weight, np.tile(exact.mean(axis=0), (len(on), 1))).count)
    assert np.mean(right) == pytest.approx(4000, abs=5 * np.std(right) / np.sqrt(200))
    assert abs(np.mean(none) - 4000) > 400


def test_errors_of_the_regressions_enter_as_products():
    """An overlap that is wrong by ε moves the plug-in by a multiple of ε, the estimate by one of ε²."""
    rng = np.random.default_rng(2)
    x, on, exact = rows(rng, 400_000)
    weight = np.ones(len(on))
    base, bias, plain = doubly_robust.estimate(on, weight, exact), [], []
    for step in (0.1, 0.2):
        wrong = exact.copy()
        wrong[:, 2] = exact[:, 2] * np.exp(-step * (1 + np.tanh(x)))
        wrong[:, :2] = exact[:, :2] + exact[:, 2:3] - wrong[:, 2:3]
        found = doubly_robust.estimate(on, weight, wrong)
        bias.append(found.count - base.count)
        plain.append(found.plug_in - base.plug_in)
    assert plain[1] / plain[0] == pytest.approx(2.2, abs=0.2)
    assert bias[1] / bias[0] == pytest.approx(4.3, abs=0.7)
    assert abs(bias[0]) < 0.2 * plain[0]


def test_standard_error_is_that_of_repeated_samples():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        _, on, exact = rows(rng, 2000)
        found.append(doubly_robust.estimate(on, np.ones(len(on)), exact))
    spread = np.std([one.count for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.12)


def test_limits_stay_above_the_listed():
    lower, upper = doubly_robust.limits(1200.0, 400.0, 1000.0, 0.95)
    assert 1000 < lower < 1200 < upper
    assert (lower - 1000) * (upper - 1000) == pytest.approx(200**2)


def test_regression_finds_the_optimum_that_a_general_optimiser_finds():
    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    counts = rng.integers(0, 5, (60, 3)).astype(float)
    theta, _ = multinomial.fit(x, counts, 0.7)

    def objective(flat):
        eta = np.column_stack([np.zeros(60), x @ flat.reshape(3, 2)])
        log_p = eta - np.logaddexp.reduce(eta, axis=1)[:, None]
        return -(counts * log_p).sum() + 0.35 * (flat.reshape(3, 2)[1:] ** 2).sum()

    other = optimize.minimize(objective, np.zeros(6), method="BFGS", options={"gtol": 1e-8})
    np.testing.assert_allclose(theta.ravel(), other.x, atol=1e-5)


def test_classes_that_a_column_tells_apart_stay_finite():
    x = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    counts = np.zeros((8, 2))
    counts[:4, 0] = counts[4:, 1] = 10.0
    assert np.isfinite(multinomial.best(x, counts)).all()


def test_more_ridge_where_columns_are_noise():
    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(200), rng.normal(size=(200, 20))])
    counts = np.eye(2)[rng.integers(0, 2, 200)]
    assert np.abs(multinomial.best(x, counts)[1:]).max() < 0.5 * np.abs(multinomial.fit(x, counts, 1e-3)[0][1:]).max()


def test_natural_splines_are_straight_beyond_their_knots():
    knots = np.array([-1.0, -0.3, 0.2, 1.4])
    outside = np.array([[2.0, 3.0, 4.0], [-4.0, -3.0, -2.0]])
    for x in outside:
        columns = splines.natural_spline(x, knots)
        assert columns.shape == (3, 3)
        np.testing.assert_allclose(columns[2] - columns[1], columns[1] - columns[0], atol=1e-9)
    assert splines.natural_spline(np.arange(3.0), np.array([1.0])).ravel().tolist() == [0, 1, 2]


def test_knots_follow_weights():
    x = np.arange(100.0)
    heavy = np.where(x < 50, 10.0, 1.0)
    assert splines.knots(x, heavy, 5).mean() < splines.knots(x, np.ones(100), 5).mean()
