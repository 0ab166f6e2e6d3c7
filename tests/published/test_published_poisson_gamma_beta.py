"""Thinned Poisson with gamma and beta priors: Moreno & Girón 1998 (doi:10.1016/S0378-3758(97)00073-6).

Moments follow from ₂F₁, the Gauss hypergeometric normaliser; here in thirty digits, and the figures as first computed.
"""

import mpmath as mp
import numpy as np
import pytest
from scipy import integrate, special, stats

import estimators as est
from estimators.numeric import thinning

pytestmark = pytest.mark.filterwarnings("ignore::estimators.errors.PriorWarning")

CASES = [  # y, E, (a, b), (c, d), E ρ, sd ρ, E λ, sd λ, E N
    (
        30,
        1.0,
        (2.0, 0.01),
        (2.0, 8.0),
        0.19881290164332333,
        0.09634925603556063,
        189.15873397490935,
        99.97605443729907,
        189.05032131465845,
    ),
    (
        30,
        1.0,
        (50.0, 0.5),
        (2.0, 8.0),
        0.2898968492132143,
        0.06108458891614829,
        101.87216804196188,
        13.783299964740813,
        102.80825206294284,
    ),
    (
        0,
        1.0,
        (2.0, 0.1),
        (2.0, 8.0),
        0.11905728484818935,
        0.08970833376447993,
        10.476893443504684,
        8.640261718038458,
        9.524582787855152,
    ),
    (
        700,
        1.29,
        (5.0, 1e-4),
        (2.0, 198.0),
        0.011622927149437974,
        0.00445139917008222,
        53207.09498831053,
        19452.261199270244,
        68637.47324441941,
    ),
]


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(30):
        yield


def fitted(y, exposure, rate, reporting):
    incidence = est.Prior("incidence", "d", "gamma", rate, "r")
    prior = est.Prior("reporting_probability", "d", "beta", reporting, "r")
    evidence = est.single_figure(y, area="X", period="2021", population=100_000 * exposure)
    return est.fit(est.ThinnedPoisson(prior, incidence), evidence, seed=1, sampling=est.Sampling(draws=10))


def power_mean(k, y, exposure, rate, reporting):
    """E ρ^k by the ratio of two hypergeometric normalisers."""
    (a, b), (c, d) = rate, reporting

    def normaliser(shift):
        first = y + mp.mpf(c) + shift
        return mp.beta(first, d) * mp.hyp2f1(a + y, first, first + d, -mp.mpf(exposure) / mp.mpf(b))

    return normaliser(k) / normaliser(0)


@pytest.mark.parametrize("case", CASES)
def test_moments(case):
    y, exposure, rate, reporting, *expected = case
    moments = fitted(y, exposure, rate, reporting)["moments"]
    rho, incidence, count = (
        moments[name].values.ravel() for name in ("reporting_probability", "incidence", "true_count")
    )
    assert [*rho, *incidence, count[0]] == pytest.approx(expected, rel=1e-8)
    first, second = (power_mean(k, y, exposure, rate, reporting) for k in (1, 2))
    assert rho == pytest.approx([float(first), float(mp.sqrt(second - first**2))], rel=1e-10)


def test_a_vague_rate_returns_the_prior_of_rho():
    # λ ~ Gamma(a → 0): the posterior mean of ρ is that of Beta(2, 8) but for the rate's 1e-6 of a say
    moments = fitted(30, 1.0, (1e-6, 1e-9), (2.0, 8.0))["moments"]["reporting_probability"].values.ravel()
    assert moments == pytest.approx([0.2, 0.12060454], rel=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_the_mean_count_is_reported_plus_expected_unreported(case):
    y, exposure, (a, b), (c, d), *_ = case

    def moment(power):
        def integrand(x):
            rho = special.expit(x)
            weight = np.exp(
                (y + c) * special.log_expit(x)
                + d * special.log_expit(-x)
                - (a + y) * np.log(b + exposure * rho)
                - shift
            )
            return weight * (exposure * (1 - rho) * (a + y) / (b + exposure * rho)) ** power

        return integrate.quad(integrand, -40, 20, limit=400, epsabs=0, epsrel=1e-12, points=[-6, -3, -1])[0]

    x = np.linspace(-12, 5, 2000)
    shift = np.max(
        (y + c) * special.log_expit(x) + d * special.log_expit(-x) - (a + y) * np.log(b + exposure * special.expit(x))
    )
    got = fitted(y, exposure, (a, b), (c, d))["moments"]["true_count"].sel(moment="mean").item()
    assert got == pytest.approx(y + moment(1) / moment(0), rel=1e-9)


def test_beta_binomial_of_a_hundred_cases():
    # log pmf of BetaBin(12 | 100, 2, 8) = -3.390439838451713
    rho = np.linspace(1e-6, 1 - 1e-6, 200_001)
    likelihood = np.exp(thinning.binomial_log_probability(np.array(12.0), np.array(100.0), special.logit(rho)))
    value = np.log(integrate.simpson(likelihood * stats.beta.pdf(rho, 2, 8), x=rho))
    assert value == pytest.approx(-3.390439838451713, rel=1e-9)
    assert stats.betabinom.logpmf(12, 100, 2, 8) == pytest.approx(-3.390439838451713, rel=1e-12)
