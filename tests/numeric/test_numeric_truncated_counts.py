"""Truncated counts against plain formulas, differences, plain optimisation and closed forms."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from estimators.numeric import low_counts, truncated_bootstrap, truncated_counts, truncated_fit
from estimators.numeric.lognormal_limits import above_counted
from estimators.numeric.truncated_fit import Counts, Shape

INFLATIONS = ("none", "after truncation", "before truncation")


def mass(y, mean, alpha):
    """Probability of y, from scipy."""
    if alpha == 0.0:
        return stats.poisson.pmf(y, mean)
    return stats.nbinom.pmf(y, 1 / alpha, 1 / (1 + alpha * mean))


def probability(y, mean, alpha, w, inflation):
    share, first = special.expit(w), np.asarray(y) == 1
    if inflation == "none":
        return mass(y, mean, alpha) / (1 - mass(0, mean, alpha))
    if inflation == "after truncation":
        return (1 - share) * mass(y, mean, alpha) / (1 - mass(0, mean, alpha)) + share * first
    return ((1 - share) * mass(y, mean, alpha) + share * first) / (1 - (1 - share) * mass(0, mean, alpha))


@pytest.mark.parametrize("inflation", INFLATIONS)
@pytest.mark.parametrize("alpha", [0.0, 1e-9, 1e-4, 0.3, 1.0, 7.0, 200.0])
def test_contributions_are_the_plain_formula(inflation, alpha):
    y = np.array([1.0, 1.0, 2.0, 3.0, 9.0, 40.0])
    eta = np.array([-4.0, 1.0, -1.0, 0.3, 2.0, 3.5])
    got = truncated_counts.contributions(y, eta, alpha, -0.7, inflation).value
    expected = [probability(one, np.exp(at), alpha, -0.7, inflation) for one, at in zip(y, eta, strict=True)]
    assert np.exp(got) == pytest.approx(np.array(expected), rel=1e-6 if alpha == 1e-9 else 1e-10)


@pytest.mark.parametrize("inflation", INFLATIONS)
@pytest.mark.parametrize("log_alpha", [-9.0, -3.4, -1.0, 0.5, 4.0])
def test_slopes_and_curvatures_are_differences(inflation, log_alpha):
    y, eta, w, step = np.array([1.0, 2.0, 5.0, 1.0, 17.0]), np.array([-1.5, 0.3, 1.0, 0.9, 2.0]), -0.7, 1e-5

    def at(shift):
        return truncated_counts.contributions(y, eta + shift[0], np.exp(log_alpha + shift[1]), w + shift[2], inflation)

    jet = at(np.zeros(3))
    for place in range(3):
        up, down = at(step * np.eye(3)[place]), at(-step * np.eye(3)[place])
        assert jet.slope[:, place] == pytest.approx((up.value - down.value) / (2 * step), abs=2e-8)
        assert jet.curve[:, :, place] == pytest.approx((up.slope - down.slope) / (2 * step), abs=2e-8)


@pytest.mark.parametrize("inflation", INFLATIONS)
def test_inverse_chances_and_their_slopes(inflation):
    eta, w, step = np.array([-2.0, 0.5, 1.7]), -0.4, 1e-6

    def inverse(shift):
        return 1 / truncated_counts.caught(eta + shift[0], np.exp(-0.5 + shift[1]), w + shift[2], inflation)[0]

    chance, slope = truncated_counts.caught(eta, np.exp(-0.5), w, inflation)
    missed = mass(0, np.exp(eta), np.exp(-0.5)) * (special.expit(-w) if inflation == "before truncation" else 1.0)
    assert chance == pytest.approx(1 - missed, rel=1e-12)
    for place in range(3):
        found = (inverse(step * np.eye(3)[place]) - inverse(-step * np.eye(3)[place])) / (2 * step)
        assert slope[:, place] == pytest.approx(found, abs=1e-7)


@pytest.mark.parametrize("inflation", INFLATIONS)
@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_draws_follow_the_law(inflation, alpha):
    rng = np.random.default_rng(2)
    y = truncated_counts.draw(np.full(400_000, 0.2), alpha, -0.5, inflation, rng)
    seen = y[y > 0]
    for times in (1, 2, 3, 5):
        expected = probability(times, np.exp(0.2), alpha, -0.5, inflation)
        assert np.mean(seen == times) == pytest.approx(expected, abs=5 * np.sqrt(expected / len(seen)))


def simulated(rng, people, alpha, inflation="none", w=-1.0):
    x = rng.normal(0, 1, people)
    eta = -0.6 + 0.5 * x
    y = truncated_counts.draw(eta, alpha, w, inflation, rng)
    keep = y > 0
    design = np.column_stack([np.ones(keep.sum()), x[keep]])
    return Counts(y[keep], design, np.ones(keep.sum()))


@pytest.mark.parametrize(
    ("alpha", "inflation"),
    [
        (0.0, "none"),
        (1.0, "none"),
        (None, "none"),
        (0.0, "after truncation"),
        (0.0, "before truncation"),
        (None, "after truncation"),
    ],
)
def test_fit_and_error_against_plain_optimisation(alpha, inflation):
    counts = simulated(np.random.default_rng(6), 6000, 0.7 if alpha is None else alpha, inflation)
    shape = Shape(alpha, inflation)
    found = truncated_fit.maximised(counts, shape)
    assert found.settled

    def split(theta):
        rest = list(theta[2:])
        size = np.exp(rest.pop(0)) if alpha is None else alpha
        return theta[:2], size, rest[0] if rest else 0.0

    def loss(theta):
        beta, size, w = split(theta)
        return -np.sum(np.log(probability(counts.y, np.exp(counts.design @ beta), size, w, inflation)))

    def number(theta):
        beta, size, w = split(theta)
        share = special.expit(-w) if inflation == "before truncation" else 1.0
        return np.sum(1 / (1 - share * mass(0, np.exp(counts.design @ beta), size)))

    start = truncated_fit.parameters(found, shape)
    best = optimize.minimize(
        loss,
        start + 0.05,
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 20000, "maxfev": 20000},
    )
    assert -best.fun <= found.log_likelihood + 1e-7
    assert best.x == pytest.approx(start, abs=2e-4)
    total, error, chance = truncated_fit.population(counts, shape, found)
    assert total == pytest.approx(number(start), rel=1e-10)
    step, size = 1e-4, len(start)
    moves = step * np.eye(size)
    curve = np.array(
        [
            [
                (loss(start + a + b) - loss(start + a - b) - loss(start - a + b) + loss(start - a - b)) / (4 * step**2)
                for a in moves
            ]
            for b in moves
        ]
    )
    slope = np.array([(number(start + a) - number(start - a)) / (2 * step) for a in moves])
    variance = np.sum((1 - chance) / chance**2) + slope @ np.linalg.solve(curve, slope)
    assert error == pytest.approx(np.sqrt(variance), rel=1e-4)


def test_rows_may_be_grouped():
    counts = Counts(np.array([1.0, 2.0, 3.0]), np.ones((3, 1)), np.array([70.0, 21.0, 4.0]))
    each = Counts(np.repeat(counts.y, counts.people.astype(int)), np.ones((95, 1)), np.ones(95))
    one, other = (
        truncated_fit.population(c, Shape(0.0, "none"), truncated_fit.maximised(c, Shape(0.0, "none")))
        for c in (counts, each)
    )
    assert one[:2] == pytest.approx(other[:2], rel=1e-10)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([700.0, 200.0, 40.0, 5.0], "inside"),  # no more spread than Poisson: the dispersion is left out
        ([1645.0, 183.0, 37.0, 13.0, 1.0, 1.0], "unbounded dispersion"),
    ],
)
def test_dispersion_at_its_edges(people, expected):
    counts = Counts(np.arange(1.0, len(people) + 1), np.ones((len(people), 1)), np.array(people))
    _, shape, edge = truncated_fit.inside(counts, Shape(None, "none"))
    assert edge == expected
    assert (shape.alpha is None) == (expected != "inside")


def test_no_extra_ones_leave_the_model_without_them():
    counts = Counts(np.arange(1.0, 6.0), np.ones((5, 1)), np.array([50.0, 70.0, 60.0, 35.0, 16.0]))
    _, shape, edge = truncated_fit.inside(counts, Shape(0.0, "after truncation"))
    assert (shape.inflation, edge) == ("none", "inside")


def test_extra_ones_after_truncation_are_the_counts_without_ones():
    # Böhning and van der Heijden 2019: the likelihood of the mean is that of the counts above 1
    counts = Counts(np.arange(1.0, 7.0), np.ones((6, 1)), np.array([1645.0, 183, 37, 13, 1, 1]))
    found = truncated_fit.maximised(counts, Shape(0.0, "after truncation"))

    def loss(eta):
        mean = np.exp(eta)
        return -counts.people[1:] @ np.log(
            mass(counts.y[1:], mean, 0.0) / (1 - mass(0, mean, 0.0) - mass(1, mean, 0.0))
        )

    best = optimize.minimize_scalar(loss, bounds=(-3, 2), method="bounded", options={"xatol": 1e-11})
    assert found.beta[0] == pytest.approx(best.x, abs=1e-6)


def test_zelterman_and_chao_without_covariates_are_closed_forms():
    people = np.array([1645.0, 183, 37, 13, 1, 1])
    counts = Counts(np.arange(1.0, 7.0), np.ones((6, 1)), people)
    beta, inverse, _ = low_counts.logistic(counts)
    mean = 2 * people[1] / people[0]
    assert low_counts.chao(counts, beta, inverse)[0] == pytest.approx(
        people.sum() + people[0] ** 2 / (2 * people[1]), rel=1e-9
    )
    assert low_counts.zelterman(counts, beta, inverse)[0] == pytest.approx(people.sum() / (1 - np.exp(-mean)), rel=1e-9)


def test_bootstrap_limits_cover_the_fit_and_agree_with_the_formula():
    counts = Counts(np.arange(1.0, 5.0), np.ones((4, 1)), np.array([400.0, 150.0, 40.0, 7.0]))
    shape = Shape(0.0, "none")
    found = truncated_fit.maximised(counts, shape)
    total, error, _ = truncated_fit.population(counts, shape, found)
    again = truncated_bootstrap.resampled(counts, shape, found, 600, np.random.default_rng(1))
    assert np.std(again) == pytest.approx(error, rel=0.1)
    low, high = truncated_bootstrap.bca_limits(counts, shape, found, again)
    near = above_counted(total, counts.people.sum(), error)
    assert (low, high) == pytest.approx(near, rel=0.04)


def test_limits_never_fall_below_those_counted():
    assert above_counted(100.0, 100.0, 5.0) == (100.0, 100.0)
    low, high = above_counted(101.0, 100.0, 50.0)
    assert 100.0 < low < 101.0 < high
