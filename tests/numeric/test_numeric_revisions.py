"""Rates of revision by hand, and what they predict against closed forms."""

import numpy as np
import pytest
from scipy import integrate, stats

from estimators.numeric import revisions

LIMITS = revisions.edges(24)


def test_bands_divide_the_months_between_two_ages():
    np.testing.assert_array_equal(LIMITS, [0, 1, 2, 3, 6, 12, 24])
    months = revisions.months_in_bands(np.array([0.0, 2.0, 20.0]), np.array([1.0, 7.0, 30.0]), LIMITS)
    np.testing.assert_array_equal(months, [[1, 0, 0, 0, 0, 0], [0, 0, 1, 3, 1, 0], [0, 0, 0, 0, 0, 4]])
    np.testing.assert_array_equal(revisions.edges(2), [0, 1, 2])


def test_rates_are_those_computed_by_hand():
    """One band: 2 ups (sizes 1 and 3) and 1 down in 100 cell-months of 4 a month, figures of 5."""
    change = np.zeros(100)
    change[[0, 1, 2]] = 1.0, 3.0, -2.0
    found = revisions.learn(change, np.full(100, 4.0), np.full(100, 5.0), np.ones((100, 1)), np.array([0.0, 24.0]))
    common = 3.5 / 900.0
    for way, seen, cells, excess in ((found.up, 2, 400.0, 2), (found.down, 1, 500.0, 1)):
        centre = (1 + seen) / (1 / common + cells)
        assert way.shape == pytest.approx([1 + seen])
        assert way.rate == pytest.approx([1 / centre + cells])
        assert way.size == (3.0 + seen, 1.0 + excess)


def learnt():
    up = revisions.Direction(np.array([2.0, 5.0]), np.array([100.0, 900.0]), (6.0, 2.0))
    down = revisions.Direction(np.array([1.0, 2.0]), np.array([150.0, 1000.0]), (5.0, 2.0))
    return revisions.Revisions(up, down, np.array([0.0, 1.0, 12.0]))


def test_chance_of_no_revision_is_negative_binomial_mixed_over_the_common_factor():
    known, draws = learnt(), 200_000
    settled, _, _ = known.settle(np.random.default_rng(1), np.zeros((1, 1)), np.array([9.0]), np.array([0.0]), draws)

    def none(g):
        chance = 1.0
        for shape, rate, months in zip(known.up.shape, known.up.rate, (1.0, 11.0), strict=True):
            chance *= stats.nbinom.pmf(0, shape, rate / (rate + 9.0 * months * g))
        return chance * stats.gamma.pdf(g, revisions.WAVERING, scale=1 / revisions.WAVERING)

    expected = integrate.quad(none, 0, np.inf)[0]
    assert abs((settled == 0).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / draws)


def test_factor_is_that_of_the_draws():
    known, count, draws = learnt(), 400.0, 100_000
    settled, _, _ = known.settle(
        np.random.default_rng(2), np.full((1, 2), count), np.array([count]), np.array([0.0, 6.0]), draws
    )
    mean, shared, own = known.factor(np.array([0.0, 6.0]), np.full(2, count))
    factor = settled[:, 0] / count
    np.testing.assert_allclose(factor.mean(axis=0), mean, rtol=2e-3)
    np.testing.assert_allclose(factor.std(axis=0) / mean, np.hypot(shared, own), rtol=0.03)


def test_a_settled_figure_is_final_and_a_larger_one_wavers_less():
    known = learnt()
    mean, shared, own = known.factor(np.array([12.0, 20.0]), np.ones(2))
    assert (mean.tolist(), shared.tolist(), own.tolist()) == ([1, 1], [0, 0], [0, 0])
    _, small_shared, small = known.factor(np.array([0.0]), np.array([10.0]))
    _, large_shared, large = known.factor(np.array([0.0]), np.array([1000.0]))
    assert small_shared == large_shared
    assert small[0] == pytest.approx(10 * large[0], rel=0.05)


def test_figures_never_fall_below_nothing():
    down = revisions.Direction(np.array([500.0]), np.array([10.0]), (3.0, 9.0))
    up = revisions.Direction(np.array([0.01]), np.array([10.0]), (3.0, 1.0))
    settled, _, _ = revisions.Revisions(up, down, np.array([0.0, 12.0])).settle(
        np.random.default_rng(3), np.full((1, 1), 3.0), np.array([3.0]), np.array([0.0]), 1000
    )
    assert settled.min() == 0.0


def test_rates_come_back_and_cover():
    """Triangles of known rates: the posterior mean is near, and settled figures fall where they should."""
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(150):
        pairs = 3000
        months = np.tile(np.eye(2), (pairs // 2, 1))
        rate = months @ np.array([0.02, 0.004])
        number = rng.poisson(6.0 * rate)
        change = number + np.where(number > 0, rng.negative_binomial(np.maximum(number, 1), 0.8), 0)
        found = revisions.learn(
            change.astype(float), np.full(pairs, 6.0), np.full(pairs, 6.0), months, np.array([0.0, 1.0, 2.0])
        )
        draws, _ = found.up.draw(rng, 400)
        inside.append(np.mean(draws < [0.02, 0.004], axis=0))
    middle = np.abs(np.array(inside) - 0.5) < 0.475
    assert (middle.mean(axis=0) > 0.9).all()
