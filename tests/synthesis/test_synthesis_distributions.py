"""Distributions of figures against SciPy, term-by-term sums, numerical derivatives and exact moments."""

import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric.intervals import discrete_gauss
from estimators.synthesis.distributions import BetaBinomial, NegativeBinomial, Poisson
from estimators.synthesis.normal import Normal
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY

MEANS = (0.01, 0.7, 3.0, 40.0, 900.0, 2e4)
DISPERSIONS = (0.3, 1.0, 8.0, 65.0, 1000.0)  # the default prior has .05 % below .8 and above 80
DRAWS = 40_000


def rows(lower, upper=None):
    """Rows that each are one cell."""
    lower = np.asarray(lower, dtype=float)
    upper = lower.copy() if upper is None else np.asarray(upper, dtype=float)
    return Observations(lower, upper, np.eye(len(lower)), np.arange(len(lower)), tuple(map(str, range(len(lower)))))


# --- densities ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phi", DISPERSIONS)
def test_negative_binomial_is_scipys(phi):
    y = np.array([0, 1, 2, 5, 17, 100, 1500])
    for mean in MEANS:
        found = NegativeBinomial(np.full(len(y), np.log(mean)), np.log([phi])).log_density(rows(y), NUMPY)
        np.testing.assert_allclose(found, stats.nbinom.logpmf(y, phi, phi / (phi + mean)), rtol=1e-10, atol=1e-10)


def test_poisson_is_scipys():
    y = np.array([0, 1, 2, 5, 17, 100, 1500])
    for mean in MEANS:
        found = Poisson(np.full(len(y), np.log(mean))).log_density(rows(y), NUMPY)
        np.testing.assert_allclose(found, stats.poisson.logpmf(y, mean), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("concentration", [0.5, 3.0, 20.0, 2000.0, np.inf])
@pytest.mark.parametrize("p", [0.003, 0.4, 0.97])
def test_beta_binomial_is_scipys(p, concentration):
    trials = np.array([0.0, 1.0, 7.0, 7.0, 7.0, 250.0, 250.0])
    y = np.array([0.0, 1.0, 0.0, 3.0, 7.0, 2.0, 249.0])
    logit = np.full(len(y), special.logit(p))
    if np.isinf(concentration):
        each = BetaBinomial(trials, logit)
        expected = stats.binom.logpmf(y, trials, p)
    else:
        each = BetaBinomial(trials, logit, np.log([concentration]))
        expected = stats.betabinom.logpmf(y, trials, p * concentration, (1 - p) * concentration)
    assert each.binomial == np.isinf(concentration)
    np.testing.assert_allclose(each.log_density(rows(y), NUMPY), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("doubt", [0.0, 0.2, 0.9])
def test_normal_is_a_mixture(doubt):
    x, sd = np.linspace(-40.0, 40.0, 81), np.full(81, 1.7)
    parts = [np.log(w) + stats.norm.logpdf(x, 0.3, s) for w, s in ((1 - doubt, 1.7), (doubt, 5.1)) if w]
    found = Normal(np.full(81, 0.3), sd, doubt).log_density(rows(x), NUMPY)
    np.testing.assert_allclose(found, special.logsumexp(parts, axis=0), rtol=1e-10, atol=1e-10)


def test_draws_stand_before_rows():
    observed = rows([3, 0, 20, 5], [3, 4, 3000, np.inf])
    log_mean = np.log([[1.0, 2.0, 50.0, 9.0], [4.0, 0.5, 900.0, 2.0], [9.0, 9.0, 9.0, 9.0]])
    log_phi = np.log([[0.5], [8.0], [100.0]])
    together = NegativeBinomial(log_mean, log_phi).log_density(observed, NUMPY)
    for place in range(3):
        alone = NegativeBinomial(log_mean[place], log_phi[place]).log_density(observed, NUMPY)
        np.testing.assert_allclose(together[place], alone, rtol=1e-13, atol=1e-14)


# --- intervals ---------------------------------------------------------------------------------------------------------

INTERVALS = [
    (0, 4), (0, 9), (1, 100), (20, 3000), (100, 199), (900, 1100), (0, 30_000), (10_000, 19_999),
    (5, np.inf), (500, np.inf), (20_000, np.inf),
]  # fmt: skip


@pytest.mark.parametrize("phi", DISPERSIONS)
def test_an_interval_is_the_sum_of_its_counts(phi):
    observed = rows(*zip(*INTERVALS, strict=True))
    for mean in MEANS:
        found = NegativeBinomial(np.full(len(observed), np.log(mean)), np.log([phi])).log_density(observed, NUMPY)
        p = phi / (phi + mean)
        mass = stats.nbinom.logpmf(np.arange(30_001), phi, p)
        expected = np.array([
            stats.nbinom.logsf(low - 1, phi, p) if np.isinf(high) else special.logsumexp(mass[low : high + 1])
            for low, high in INTERVALS
        ])  # fmt: skip
        believable = expected > -25  # a rarer figure than one in 10^10 is a wrong model, whatever its last digits
        np.testing.assert_allclose(found[believable], expected[believable], rtol=0, atol=1e-9)
        assert (found[~believable] < -24).all()


@pytest.mark.parametrize("mean", [1.0, 30.0, 300.0, 1000.0])
def test_an_interval_of_a_poisson_is_the_sum_of_its_counts(mean):
    intervals = [(0, 4), (0, 49), (20, 60), (100, 999), (900, 1100), (0, 5000), (5, np.inf)]
    found = Poisson(np.full(len(intervals), np.log(mean))).log_density(rows(*zip(*intervals, strict=True)), NUMPY)
    expected = [
        stats.poisson.logsf(low - 1, mean)
        if np.isinf(high)
        else special.logsumexp(stats.poisson.logpmf(np.arange(low, high + 1), mean))
        for low, high in intervals
    ]
    believable = np.array(expected) > -25
    np.testing.assert_allclose(found[believable], np.array(expected)[believable], rtol=0, atol=1e-9)


@pytest.mark.parametrize("concentration", [5.0, 1000.0, np.inf])
@pytest.mark.parametrize("p", [0.02, 0.5])
def test_an_interval_of_a_beta_binomial_is_the_sum_of_its_counts(p, concentration):
    intervals = [(0, 4), (0, 49), (20, 60), (100, 399), (0, 400), (7, 7)]
    log_concentration = np.inf if np.isinf(concentration) else np.log([concentration])
    each = BetaBinomial(np.full(len(intervals), 400.0), np.full(len(intervals), special.logit(p)), log_concentration)
    found = each.log_density(rows(*zip(*intervals, strict=True)), NUMPY)
    shape = (p * concentration, (1 - p) * concentration)
    known = stats.binom(400, p) if np.isinf(concentration) else stats.betabinom(400, *shape)
    expected = np.array([special.logsumexp(known.logpmf(np.arange(low, high + 1))) for low, high in intervals])
    believable = expected > -25
    np.testing.assert_allclose(found[believable], expected[believable], rtol=0, atol=1e-9)


def test_exact_rows_keep_their_place_among_intervals():
    observed = rows([0, 7, 20, 3], [4, 7, 30, 3])
    found = NegativeBinomial(np.log([2.0, 8.0, 25.0, 1.0]), np.log([8.0])).log_density(observed, NUMPY)
    for place, mean in ((1, 8.0), (3, 1.0)):
        assert found[place] == pytest.approx(stats.nbinom.logpmf(observed.lower[place], 8, 8 / (8 + mean)), rel=1e-12)
    assert found[0] == pytest.approx(stats.nbinom.logcdf(4, 8, 8 / 10), rel=1e-12)


@pytest.mark.parametrize(("size", "nodes"), [(1, 1), (5, 3), (8, 8), (100, 12), (4096, 40), (20_000, 48)])
def test_quadrature_is_exact_for_polynomials(size, nodes):
    x, weight = discrete_gauss(size, nodes)
    k = np.arange(size, dtype=float)
    assert weight.sum() == pytest.approx(size, rel=1e-12)
    assert ((x >= -1e-6) & (x <= size - 1 + 1e-6)).all()
    # Legendre polynomials of the scaled count are as hard as powers and do not cancel
    scaled = [2 * each / max(size - 1, 1) - 1 for each in (x, k)]
    for degree in range(min(2 * nodes, 2 * size)):
        polynomial = np.polynomial.Legendre.basis(degree)
        assert weight @ polynomial(scaled[0]) == pytest.approx(polynomial(scaled[1]).sum(), abs=1e-9 * size)


# --- curvature ---------------------------------------------------------------------------------------------------------

COUNTS = np.array([0.0, 3.0, 60.0])
SHARES = np.array([0.0, 3.0, 40.0])
CURVED = {
    "negative binomial": (lambda x: NegativeBinomial(x, np.log([4.0])), np.log([2.0, 3.5, 30.0]), COUNTS),
    "poisson": (Poisson, np.log([2.0, 3.5, 30.0]), COUNTS),
    "binomial": (lambda x: BetaBinomial(np.array([4.0, 30.0, 40.0]), x), np.array([-2.0, 0.5, 1.0]), SHARES),
    "normal": (lambda x: Normal(x, np.array([0.5, 1.0, 2.0])), np.array([0.0, 4.0, 50.0]), COUNTS),
    "doubted normal": (lambda x: Normal(x, np.array([0.5, 1.0, 2.0]), 0.2), np.array([1.0, 4.0, 50.0]), COUNTS),
}


@pytest.mark.parametrize("name", CURVED)
def test_slope_is_the_derivative_in_the_location(name):
    make, location, y = CURVED[name]
    step = 1e-5
    density = [make(location + sign * step).log_density(rows(y), NUMPY) for sign in (1, -1)]
    slope, _ = make(location).curvature(rows(y))
    np.testing.assert_allclose(make(location).location(), location)
    np.testing.assert_allclose(slope, (density[0] - density[1]) / (2 * step), rtol=1e-6, atol=1e-8)


OUTCOMES = {
    "negative binomial": (lambda x: NegativeBinomial(x, np.log([4.0])), np.log(9.0), np.arange(400.0)),
    "poisson": (Poisson, np.log(9.0), np.arange(100.0)),
    "binomial": (lambda x: BetaBinomial(np.full(x.shape, 30.0), x), -0.7, np.arange(31.0)),
    "beta-binomial": (lambda x: BetaBinomial(np.full(x.shape, 30.0), x, np.log([5.0])), -0.7, np.arange(31.0)),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_information_is_the_mean_square_of_the_slope(name):
    make, location, y = OUTCOMES[name]
    each, observed = make(np.full(len(y), location)), rows(y)
    probability = np.exp(each.log_density(observed, NUMPY))
    slope, information = each.curvature(observed)
    assert probability.sum() == pytest.approx(1.0, abs=1e-10)
    assert probability @ slope == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(information, probability @ slope**2, rtol=1e-8)


def test_the_information_of_an_interval_is_that_of_its_middle():
    each = NegativeBinomial(np.log([6.0]), np.log([3.0]))
    slope, information = each.curvature(rows([4], [10]))
    np.testing.assert_allclose(slope, (7 - 6) * 3 / 9)
    np.testing.assert_allclose(information, 6 * 3 / 9)


# --- simulation --------------------------------------------------------------------------------------------------------


def chi_square_p(drawn, pmf, length):
    """p of the counts of 0, 1, …, the last class open; classes with fewer than five expected joined to the last."""
    probability = pmf(np.arange(length))
    kept = int((probability * len(drawn) > 5).nonzero()[0].max()) + 1
    expected = np.append(probability[:kept], 1 - probability[:kept].sum()) * len(drawn)
    observed = np.bincount(np.minimum(drawn.astype(int), kept), minlength=kept + 1)
    use = expected > 5
    return stats.chisquare(observed[use], expected[use] * observed[use].sum() / expected[use].sum()).pvalue


SIMULATED = {
    "negative binomial": (lambda: NegativeBinomial(np.full(DRAWS, np.log(6.0)), np.log([2.5])), stats.nbinom(2.5, 2.5 / 8.5)),
    "poisson": (lambda: Poisson(np.full(DRAWS, np.log(6.0))), stats.poisson(6.0)),
    "binomial": (lambda: BetaBinomial(np.full(DRAWS, 20.0), special.logit(0.3)), stats.binom(20, 0.3)),
    "beta-binomial": (lambda: BetaBinomial(np.full(DRAWS, 20.0), special.logit(0.3), np.log([4.0])), stats.betabinom(20, 1.2, 2.8)),
}  # fmt: skip


@pytest.mark.parametrize("name", SIMULATED)
def test_simulated_counts_follow_the_density(name):
    make, known = SIMULATED[name]
    drawn = make().simulate(np.random.default_rng(1))
    assert drawn.shape == (DRAWS,)
    assert (drawn == np.rint(drawn)).all()
    assert abs(drawn.mean() - known.mean()) < 4 * known.std() / np.sqrt(DRAWS)
    assert drawn.var() == pytest.approx(known.var(), rel=0.05)
    assert chi_square_p(drawn, known.pmf, 200) > 0.001


def test_simulated_statements_are_sometimes_three_times_wider():
    drawn = Normal(np.full((DRAWS, 1), 2.0), np.array([0.5]), 0.2).simulate(np.random.default_rng(1))
    assert drawn.shape == (DRAWS, 1)

    def distribution(x):
        return 0.8 * stats.norm.cdf(x, 2, 0.5) + 0.2 * stats.norm.cdf(x, 2, 1.5)

    assert stats.kstest(drawn.ravel(), distribution).pvalue > 0.001
    assert drawn.var() == pytest.approx(0.8 * 0.25 + 0.2 * 2.25, rel=0.05)


def test_dispersion_of_each_draw_is_its_own():
    log_phi = np.repeat(np.log([0.5, 500.0]), 5000)[:, None]
    drawn = NegativeBinomial(np.full((10_000, 2), np.log(20.0)), log_phi).simulate(np.random.default_rng(1))
    assert drawn.shape == (10_000, 2)
    assert drawn[:5000].var() == pytest.approx(20 + 400 / 0.5, rel=0.1)
    assert drawn[5000:].var() == pytest.approx(20 + 400 / 500, rel=0.1)
