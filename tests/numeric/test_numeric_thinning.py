"""Thinning kernels against enumeration, closed forms and high precision."""

import mpmath as mp
import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric import thinning


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(40):
        yield


def negative_binomial(y, size, mean):
    """Log probability in forty digits."""
    y, size, mean = mp.mpf(y), mp.mpf(size), mp.mpf(mean)
    log_choose = mp.loggamma(size + y) - mp.loggamma(size) - mp.loggamma(y + 1)
    return log_choose + y * mp.log(mean / (mean + size)) - size * mp.log1p(mean / size)


@pytest.mark.parametrize(("mean", "size", "rho"), [(30.0, 2.0, 0.2), (5.0, 0.5, 0.7), (100.0, 40.0, 0.05)])
def test_thinning_keeps_the_family_and_the_size(mean, size, rho):
    count = np.arange(6000.0)
    law = stats.nbinom.pmf(count, size, size / (size + mean))
    for y in (0.0, 1.0, 7.0):
        total = np.sum(
            law
            * np.exp(
                thinning.binomial_log_probability(
                    np.full(count.shape, y), count, np.full(count.shape, special.logit(rho))
                )
            )
        )
        closed = mp.exp(negative_binomial(y, size, mean * rho))
        assert total == pytest.approx(float(closed), rel=1e-12 if y < 2 else 3e-12)
        poisson = np.exp(stats.poisson.logpmf(count, mean) + stats.binom.logpmf(y, count, rho)).sum()
        assert poisson == pytest.approx(stats.poisson.pmf(y, mean * rho), rel=1e-11)


@pytest.mark.parametrize("y", [0.0, 1.0, 30.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("rho", [1e-9, 1e-2, 0.5, 0.999])
@pytest.mark.parametrize(("a", "b", "exposure"), [(2.0, 0.1, 1.0), (0.73, 0.0049, 1280.0), (50.0, 0.5, 0.01)])
def test_poisson_gamma_log_likelihood(y, rho, a, b, exposure):
    x = float(special.logit(rho))
    exact = negative_binomial(y, a, mp.mpf(a) * mp.mpf(exposure) / mp.mpf(b) / (1 + mp.exp(-mp.mpf(x))))
    got = thinning.poisson_gamma_log_likelihood(np.array([[x]]), np.array([y]), a, np.array([b]), np.array([exposure]))
    assert got[0, 0] == pytest.approx(float(exact), rel=1e-10, abs=1e-10 if y < 1e5 else 1e-5)


@pytest.mark.parametrize("y", [1e3, 1e6, 1e9])
def test_the_shape_of_the_likelihood_survives_large_counts(y):
    # Differences over ρ are what a posterior sees; they must not carry the rounding of terms of size y log(E/b).
    a, b, exposure = 2.0, 1e-4, 1280.0
    x = np.array([-4.0, -4.5, -5.0])
    got = thinning.poisson_gamma_log_likelihood(x[None], np.array([y]), a, np.array([b]), np.array([exposure]))[0]
    exact = [negative_binomial(y, a, mp.mpf(a) * exposure / mp.mpf(b) / (1 + mp.exp(-mp.mpf(v)))) for v in x]
    for one, other in ((1, 0), (2, 0)):
        assert got[one] - got[other] == pytest.approx(float(exact[one] - exact[other]), abs=1e-8, rel=1e-8)


def test_poisson_gamma_likelihood_is_the_integral_over_the_rate():
    a, b, exposure, y, rho = 2.0, 0.1, 3.0, 7, 0.2
    integral = mp.quad(
        lambda rate: mp.mpf(b) ** a * rate ** (a - 1) * mp.exp(-b * rate) / mp.gamma(a)
        * mp.exp(-exposure * rate * rho) * (exposure * rate * rho) ** y / mp.factorial(y),
        [0, 5, 20, 100, 400],
    )  # fmt: skip
    got = thinning.poisson_gamma_log_likelihood(
        np.array([[special.logit(rho)]]), np.array([y]), a, np.array([b]), np.array([exposure])
    )
    assert got[0, 0] == pytest.approx(float(mp.log(integral)), rel=1e-10)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 20, 1000, 10**6])
@pytest.mark.parametrize("rho", [1e-9, 1e-6, 1e-2, 0.3, 0.9])
def test_zero_count_tail(n, rho):
    x = float(special.logit(rho))
    odds = mp.exp(mp.mpf(x))
    decay = -mp.log1p(odds)  # log(1 - ρ)
    if n <= 20:
        exact = mp.log1p(1 / odds) - mp.fsum(mp.exp(k * decay) / k for k in range(1, n + 1))
    else:  # Σ_{k>n} q^k/k = q^(n+1) ∫_0^∞ e^(-(n+1)t)/(1 - q e^(-t)) dt

        def integrand(v):
            return mp.exp(-v) / -mp.expm1(decay - v / (n + 1)) / (n + 1)

        exact = mp.exp((n + 1) * decay) * mp.quad(
            integrand, [0, (n + 1) * -decay, 1, 5, 20, 100] if (n + 1) * -decay < 1 else [0, 1, 5, 20, 100]
        )
    got = float(thinning.zero_count_tail(np.array([float(n)]), np.array([x]))[0])
    if exact > 1e-100:
        assert got == pytest.approx(float(exact), rel=1e-10)
    else:
        assert got < 1e-99


def test_zero_count_draws_follow_their_law():
    rho = 0.05
    draws = thinning.zero_count_draws(np.random.default_rng(3), np.full(200_000, special.logit(rho)))
    n = np.arange(1, 400)
    law = np.concatenate([[1.0], (1 - rho) ** n / n]) / (1 - np.log(rho))
    for k in (0, 1, 2, 5, 50):
        assert np.mean(draws <= k) == pytest.approx(law[: k + 1].sum(), abs=5e-3)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("y", [0, 1, 4, 494, 10**6, 10**9])
def test_garwood_limits_leave_their_tails(y, level):
    lower, upper = (float(v) for v in thinning.garwood(np.array(float(y)), level))
    tail = (1 - level) / 2
    assert stats.poisson.cdf(y, upper) == pytest.approx(tail, rel=1e-8)
    if y == 0:
        assert lower == 0.0
        assert upper == pytest.approx(-np.log(tail), rel=1e-12)
    else:
        assert stats.poisson.sf(y - 1, lower) == pytest.approx(tail, rel=1e-8)


def test_garwood_published_limits_of_ten_events():
    # Garwood 1936, Biometrika 28 (doi:10.1093/biomet/28.3-4.437): 95 % limits of 10 are 4.795 and 18.390.
    lower, upper = thinning.garwood(np.array(10.0), 0.95)
    assert (round(float(lower), 3), round(float(upper), 3)) == (4.795, 18.39)


@pytest.mark.parametrize(("y", "n", "rho"), [(0, 10, 0.3), (10, 10, 0.3), (494, 49400, 0.01), (3, 10**7, 1e-6)])
def test_binomial_log_probability(y, n, rho):
    got = float(thinning.binomial_log_probability(np.array(float(y)), np.array(float(n)), np.array(special.logit(rho))))
    exact = mp.log(mp.binomial(n, y)) + y * mp.log(rho) + (n - y) * mp.log1p(-mp.mpf(rho))
    assert got == pytest.approx(float(exact), rel=1e-8)
    assert thinning.binomial_log_probability(np.array(5.0), np.array(4.0), np.array(0.0)) == -np.inf


def test_unreported_draws_are_negative_binomial():
    draws = thinning.unreported_draws(
        np.random.default_rng(5), np.full(50_000, 7.0), np.full(50_000, special.logit(0.2))
    )
    for u in (5, 20, 28, 60):
        assert np.mean(draws <= u) == pytest.approx(stats.nbinom.cdf(u, 7, 0.2), abs=0.01)


def test_huge_poisson_means_fall_back_on_the_normal():
    draws = thinning.poisson_draws(np.random.default_rng(5), np.full(20_000, 1e18))
    assert np.isfinite(draws).all()
    assert draws.mean() == pytest.approx(1e18, rel=1e-10)
    assert draws.std() == pytest.approx(1e9, rel=0.03)
