"""Poisson counts of which only limits are known."""

import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric import limited_counts


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 12), (3, 12), (40, 97), (0, 500)])
def test_log_probability_and_slopes(low, high):
    eta = np.linspace(np.log(max(low, 0.1)) - 2, np.log(high + 1) + 2, 41)
    limits = np.full(41, float(low)), np.full(41, float(high))
    value, first, second = limited_counts.log_probability(*limits, eta)
    log_mass = stats.poisson.logpmf(np.arange(low, high + 1), np.exp(eta)[:, None])
    np.testing.assert_allclose(value, special.logsumexp(log_mass, axis=1), rtol=1e-6, atol=1e-10)
    step = 1e-5
    ahead, behind = (limited_counts.log_probability(*limits, eta + s) for s in (step, -step))
    np.testing.assert_allclose(first, (ahead[0] - behind[0]) / (2 * step), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(second, -(ahead[1] - behind[1]) / (2 * step), rtol=1e-2, atol=1e-4)


def test_far_above_the_limit_stays_finite():
    value, first, second = limited_counts.log_probability(np.zeros(1), np.array([10.0]), np.array([9.0]))
    mean = np.exp(9.0)
    expected = stats.poisson.logpmf(10, mean) + np.log(
        sum(np.prod([(10 - i) / mean for i in range(j)]) for j in range(11))
    )
    np.testing.assert_allclose(value, expected, rtol=1e-8)
    assert np.isfinite([*first, *second]).all()
    assert first[0] < 0


@pytest.mark.parametrize(("low", "high", "mean"), [(0, 5, 3.0), (0, 5, 40.0), (2, 4, 1.0), (0, 3, 5000.0), (0, 0, 2.0)])
def test_draws_follow_the_truncated_distribution(low, high, mean):
    rng = np.random.default_rng(1)
    size = 20_000
    drawn = limited_counts.draw(np.array([low]), np.array([high]), np.full((size, 1), mean), rng)[:, 0]
    counts = np.arange(low, high + 1)
    log_mass = stats.poisson.logpmf(counts, mean)
    mass = np.exp(log_mass - log_mass.max())
    mass /= mass.sum()
    seen = np.array([(drawn == k).mean() for k in counts])
    assert seen.sum() == 1.0
    np.testing.assert_allclose(seen, mass, atol=5 * np.sqrt(0.25 / size))


def test_draws_without_a_limit_are_poisson_even_when_the_mean_is_huge():
    drawn = limited_counts.draw(
        np.zeros(2), np.full(2, np.inf), np.array([[7.0, 1e17]] * 4000), np.random.default_rng(2)
    )
    assert abs(drawn[:, 0].mean() - 7.0) < 0.2
    np.testing.assert_allclose(drawn[:, 1], 1e17, rtol=1e-6)
