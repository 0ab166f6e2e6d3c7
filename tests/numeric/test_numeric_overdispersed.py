"""The inner integral of the overdispersed thinned count against Tricomi's function and quadrature."""

import mpmath as mp
import numpy as np
import pytest

from estimators.numeric import overdispersed


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(30):
        yield


def exact_log_marginal(y, a, b, mean_per_rate, phi):
    """∫ t^(y+a-1) (φ+t)^-(φ+y) e^(-Bt) dt = φ^(a-φ) Γ(a+y) U(a+y, a-φ+1, Bφ), times the constants."""
    y, a, phi = mp.mpf(y), mp.mpf(a), mp.mpf(phi)
    inverse_scale = mp.mpf(b) / mp.mpf(mean_per_rate)
    constant = mp.loggamma(phi + y) - mp.loggamma(phi) - mp.loggamma(y + 1) + phi * mp.log(phi) - mp.loggamma(a)
    inner = mp.log(mp.hyperu(a + y, a - phi + 1, inverse_scale * phi)) + mp.loggamma(a + y) + (a - phi) * mp.log(phi)
    return constant + a * mp.log(inverse_scale) + inner


def got_log_marginal(y, a, b, mean_per_rate, phi):
    return float(overdispersed.log_marginal(np.array([[float(y)]]), a, b, np.array([[mean_per_rate]]), phi)[0, 0])


CASES = [  # y, a, b, Eρ, φ
    (3, 0.8, 0.01, 1.0, 8.0),
    (30, 2.0, 0.1, 1.0, 8.0),
    (494, 0.8, 0.01, 6.0, 8.0),
    (494, 50.0, 0.5, 3.0, 1000.0),
    (1000, 3.0, 1e-4, 1.0, 100.0),
    (30, 2.0, 0.1, 1.0, 0.5),
    (30, 2.0, 0.1, 100.0, 2.0),
]
HARD = [  # no or few events with a vague rate; a size near the shape of the rate: tails too long for few nodes
    (0, 2.0, 0.1, 1.0, 8.0),
    (0, 0.73, 0.0049, 1.0, 8.0),
    (0, 0.73, 0.0049, 1e-3, 8.0),
    (0, 0.5, 0.01, 1.0, 8.0),
    (0, 0.05, 0.001, 1.0, 8.0),
    (1, 0.73, 0.0049, 1.0, 8.0),
    (30, 0.8, 0.1, 1e6, 0.81),
    (30, 2.0, 0.1, 1e6, 0.5),
]


@pytest.mark.parametrize("case", [*CASES, *HARD])
def test_log_marginal_against_tricomi(case):
    assert got_log_marginal(*case) == pytest.approx(float(exact_log_marginal(*case)), abs=1e-10, rel=1e-10)


def test_the_oracle_itself_by_direct_quadrature():
    y, a, b, mean_per_rate, phi = 30, 2.0, 0.1, 1.0, 8.0

    def integrand(rate):
        mean = rate * mean_per_rate
        count = (
            mp.gamma(phi + y)
            / mp.gamma(phi)
            / mp.factorial(y)
            * (mean / (mean + phi)) ** y
            * (phi / (mean + phi)) ** phi
        )
        return count * mp.mpf(b) ** a * rate ** (a - 1) * mp.exp(-b * rate) / mp.gamma(a)

    direct = mp.log(mp.quad(integrand, [0, 10, 20, 40, 80, 160, 500, 1500]))
    assert float(direct) == pytest.approx(float(exact_log_marginal(y, a, b, mean_per_rate, phi)), rel=1e-12)


@pytest.mark.parametrize("phi", [1e6, 1e8])
def test_log_marginal_tends_to_the_poisson_gamma(phi):
    from estimators.numeric import thinning

    y, a, b, rho = 30.0, 2.0, 0.1, 0.2
    poisson = thinning.poisson_gamma_log_likelihood(
        np.array([[np.log(rho / (1 - rho))]]), np.array([y]), a, np.array([b]), np.array([1.0])
    )
    assert got_log_marginal(y, a, b, rho, phi) == pytest.approx(poisson[0, 0], abs=2e-4)


@pytest.mark.parametrize("case", [*CASES, *HARD])
def test_mode_has_zero_slope_and_scale_its_curvature(case):
    y, a, b, mean_per_rate, phi = case
    rate = np.array([[b / mean_per_rate]])
    mode, scale = overdispersed.mode_and_scale(np.array([[float(y)]]), a, rate, phi)
    # the terms of the slope are of size y + a + φ + …: it must vanish beside them
    assert abs(overdispersed.slope(mode, np.array([[float(y)]]), a, rate, phi).item()) < 1e-10 * (y + a + phi)
    t, phi = mp.exp(mp.mpf(mode.item())), mp.mpf(phi)
    curvature = (phi + y) * phi * t / (phi + t) ** 2 + mp.mpf(b) / mp.mpf(mean_per_rate) * t
    assert scale.item() == pytest.approx(float(1 / mp.sqrt(curvature)), rel=1e-10)


@pytest.mark.parametrize("case", [*CASES, *HARD[:4], (0, 0.05, 0.001, 1.0, 8.0), (30, 2.0, 0.1, 1.0, 1e8)])
def test_draws_follow_the_density(case):
    y, a, b, mean_per_rate, phi = case
    rate = b / mean_per_rate
    draws = overdispersed.draw_log_mean(
        np.random.default_rng(11), np.full((40_000, 1), float(y)), a, np.full((40_000, 1), rate), phi
    )[:, 0]
    mode, scale = (v.item() for v in overdispersed.mode_and_scale(np.array([[float(y)]]), a, np.array([[rate]]), phi))
    s = np.linspace(mode - max(12 * scale, 40 / (a + y)), mode + max(12 * scale, 25.0), 400_001)
    height = (
        (y + a) * (s - mode)
        - (phi + y) * (np.logaddexp(np.log(phi), s) - np.logaddexp(np.log(phi), mode))
        - rate * (np.exp(s) - np.exp(mode))
    )
    weight = np.exp(height) / np.exp(height).sum()
    cumulative = np.interp(np.sort(draws), s, np.cumsum(weight))
    distance = np.abs(cumulative - (np.arange(len(draws)) + 0.5) / len(draws)).max()
    assert distance < 1.95 / np.sqrt(len(draws))  # Kolmogorov's critical value at 1e-3
    mean = float(weight @ s)
    sd = float(np.sqrt(weight @ (s - mean) ** 2))
    assert draws.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(len(draws)))
    assert draws.std() == pytest.approx(sd, rel=0.06)
