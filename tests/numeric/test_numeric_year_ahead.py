"""Filter, noise, pooling and seasons against enumeration, closed forms and simulation."""

from itertools import pairwise, product

import numpy as np
import pytest
from scipy import stats

from estimators.numeric import burst_counts, drifting_level, level_panel, pooled_grid, seasons, year_ahead


def enumerated(initial, moves, likelihood):
    """Probability of the data and of the node at each time, by every path there is."""
    T, K = likelihood.shape
    total, at = 0.0, np.zeros((T, K))
    for path in product(range(K), repeat=T):
        chance = initial[path[0]] * np.prod([moves[a, b] for a, b in pairwise(path)])
        chance *= np.prod([likelihood[t, k] for t, k in enumerate(path)])
        total += chance
        for t, k in enumerate(path):
            at[t, k] += chance
    return total, at / total


def test_filter_and_smoother_agree_with_every_path():
    rng = np.random.default_rng(1)
    initial, likelihood = rng.dirichlet(np.ones(4), 2), rng.random((5, 2, 4))
    kernels = np.stack([drifting_level.kernel(4, 0.1, sigma) for sigma in (0.02, 0.15)])
    now, logs = drifting_level.forward(initial, kernels, lambda t: likelihood[t][None], 5)
    for h, moves in enumerate(kernels):
        smoothed = drifting_level.smooth(initial, moves, likelihood)
        for a in range(2):
            total, at = enumerated(initial[a], moves, likelihood[:, a])
            np.testing.assert_allclose(logs[h, 0, a], np.log(total), rtol=1e-12)
            np.testing.assert_allclose(now[h, 0, a], at[-1], rtol=1e-10)
            np.testing.assert_allclose(smoothed[:, a], at, rtol=1e-10)


@pytest.mark.parametrize("sigma", [0.01, 0.05, 0.12, 0.3])
def test_kernel_moves_as_far_as_it_should(sigma):
    moves = drifting_level.kernel(401, 0.1, sigma, jumps=0.0)
    apart = 0.1 * (np.arange(401) - 200)
    np.testing.assert_allclose(moves.sum(axis=1), 1.0)
    np.testing.assert_allclose(np.sqrt(moves[200] @ apart**2), sigma, rtol=0.02)


def test_counts_have_the_law_of_scipy_and_the_variance_promised():
    y, mu = np.arange(2000.0), np.array(7.0)
    r = burst_counts.size(mu, 1.5, 16.0)
    mass = np.exp(burst_counts.log_mass(y, mu, r))
    np.testing.assert_allclose(mass, stats.nbinom.pmf(y, r, r / (r + mu)), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(mass @ (y - 7.0) ** 2, 7.0 * 2.5 + 49.0 / 16.0, rtol=1e-9)


def test_events_are_a_law_and_are_drawn_as_they_are_written():
    base = np.array([8.0])
    mass = burst_counts.event_mass(np.arange(60_000.0), np.broadcast_to(base, 60_000))
    np.testing.assert_allclose(mass.sum(), 1.0, rtol=1e-6)
    rng, n = np.random.default_rng(2), 200_000
    drawn = burst_counts.draw(rng, np.full(n, 3.0), np.full(n, 0.6), np.full(n, 16.0), np.ones(n), 8.0)
    for limit in (5, 20, 100, 400):
        expected = mass[: limit + 1].sum()
        assert abs((drawn <= limit).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_level_that_stands_still_gives_the_negative_multinomial():
    """Poisson counts at one rate with a flat log rate: the sum of m more is negative binomial of size Σy and chance n/(n + m)."""
    y = np.array([[7.0, 5.0, 9.0, 6.0, 4.0, 8.0]])
    panel = level_panel.Panel(
        np.array([0]),
        y,
        np.zeros(6, dtype=np.intp),
        np.array([0]),
        1001,
        0.004,
        np.array([8.0]),
        np.full((1, 1001), 1 / 1001),
    )
    tables = panel.likelihoods(np.zeros(1), np.array([1e-9]), np.array([1e12]), np.array([0.0]))
    now, _ = drifting_level.forward(panel.initial, np.eye(1001)[None], tables, 6)
    more = np.arange(120)
    predicted = now[0, 0, 0] @ stats.poisson.pmf(more, 3 * np.exp(panel.levels[0])[:, None])
    np.testing.assert_allclose(predicted, stats.nbinom.pmf(more, 39, 6 / 9), atol=2e-6)


def test_one_series_has_its_own_posterior():
    prior, logs = np.array([0.2, 0.5, 0.3]), np.array([[-3.0], [-1.0], [-2.0]])
    weights, common = pooled_grid.pooled(prior, logs)
    expected = prior * np.exp(logs[:, 0])
    np.testing.assert_allclose(weights[:, 0], expected / expected.sum())
    np.testing.assert_allclose(common, prior)


def test_pooled_weights_solve_their_equation_and_borrow():
    rng = np.random.default_rng(3)
    prior, logs = np.full(5, 0.2), np.array([[0.0], [0.0], [4.0], [0.0], [0.0]]) + 0.5 * rng.standard_normal((5, 30))
    logs[:, 0] = 0.0  # a series that tells nothing
    weights, common = pooled_grid.pooled(prior, logs)
    again = (4.0 * prior + weights.sum(axis=1)) / 34.0
    np.testing.assert_allclose(common, again, atol=1e-6)
    np.testing.assert_allclose(weights[:, 0], common, atol=1e-9)
    assert common[2] > 0.8


@pytest.mark.parametrize("parts", [2, 4, 12])
def test_seasons_are_smooth_waves_that_leave_the_level_alone(parts):
    prior = seasons.waves(parts)
    values, vectors = np.linalg.eigh(prior)
    assert values.min() > 0.0
    np.testing.assert_allclose(np.diag(prior), 1.0, atol=2e-4)
    np.testing.assert_allclose(np.abs(vectors[:, 0]), parts**-0.5, rtol=1e-9)


def simulated(rng, series, periods, level=3.0, sigma=0.1, kappa=0.6, phi=16.0, pi=0.01, effects=None):
    """Counts from the model's own assumptions, (A, T)."""
    effects = np.zeros(12) if effects is None else effects
    x = np.full(series, np.log(level)) + rng.standard_normal(series)
    found = np.empty((series, periods))
    full = np.ones(series)
    for t in range(periods):
        found[:, t] = burst_counts.draw(rng, np.exp(x + effects[t % 12]), kappa * full, phi * full, pi * full, 8.0)
        x = drifting_level.walk(rng, x, sigma * full)
    return found


def test_seasons_come_back():
    rng = np.random.default_rng(4)
    truth = 0.4 * np.cos(2 * np.pi * np.arange(12) / 12)
    counts = simulated(rng, 30, 96, level=6.0, effects=truth)
    found = year_ahead.learn(counts, np.arange(96) % 12, 12).seasons
    error = (found.effects - truth) / np.sqrt(np.diag(found.covariance))
    assert np.abs(found.effects - truth).max() < 0.12
    assert np.abs(error).max() < 3.5


def test_projection_covers_what_it_should_in_simulation():
    """180 series of known law, eight years and a half known, half a year ahead."""
    rng = np.random.default_rng(5)
    inside = {0.95: [], 0.5: []}
    for _ in range(3):
        counts = simulated(rng, 60, 108)
        learnt = year_ahead.learn(counts[:, :102], np.arange(102) % 12, 12)
        rest = year_ahead.simulate(rng, learnt, np.arange(6, 12), 1000).counts.sum(axis=1)
        came = counts[:, 102:].sum(axis=1)[:, None]
        position = (rest < came).mean(axis=1) + rng.random(60) * (rest == came).mean(axis=1)
        for chance, found in inside.items():
            found += (np.abs(position - 0.5) < chance / 2).tolist()
    for chance, found in inside.items():
        assert abs(np.mean(found) - chance) < 3.5 * np.sqrt(chance * (1 - chance) / len(found))


@pytest.mark.parametrize("monthly", [300.0, 2000.0, 40_000.0])
def test_large_counts_get_a_grid_that_is_fine_enough(monthly):
    """Thousands a month that do not drift: the half-year ahead is known to within a few per cent."""
    rng = np.random.default_rng(6)
    counts = rng.poisson(monthly, (1, 90)).astype(float)
    learnt = year_ahead.learn(counts, np.arange(90) % 12, 12)
    low, middle, high = np.quantile(
        year_ahead.simulate(rng, learnt, np.arange(6, 12), 4000).counts.sum(axis=1), [0.025, 0.5, 0.975]
    )
    assert 0.8 < low / (6 * monthly) < 1 < high / (6 * monthly) < 1.25
    assert abs(middle / (6 * monthly) - 1) < 0.03


def test_a_mass_event_lifts_neither_level_nor_next_year():
    rng = np.random.default_rng(7)
    plain = simulated(rng, 20, 102, pi=0.0)
    struck = plain.copy()
    struck[0, 96] += 300.0
    middle = []
    for counts in (plain, struck):
        learnt = year_ahead.learn(counts, np.arange(102) % 12, 12)
        middle.append(
            np.median(
                year_ahead.simulate(np.random.default_rng(8), learnt, np.arange(6, 12), 2000).counts[0].sum(axis=0)
            )
        )
    assert middle[1] < 1.3 * middle[0] + 1.0


def test_all_zero_and_lone_series_stay_finite():
    counts = np.zeros((3, 30))
    counts[1, 5] = 1e6
    learnt = year_ahead.learn(counts, np.arange(30) % 12, 12)
    ahead = year_ahead.simulate(np.random.default_rng(9), learnt, np.arange(6, 12), 200)
    assert np.isfinite(ahead.counts).all()
    assert np.median(ahead.counts[0].sum(axis=0)) == 0.0
