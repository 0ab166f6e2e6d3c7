"""Families against high-precision arithmetic."""

import mpmath as mp
import numpy as np
import pytest

from estimators.numeric import families

PROBABILITIES = np.array([1e-6, 0.005, 0.025, 0.25, 0.5, 0.75, 0.975, 0.995, 1 - 1e-6])
LAWS = [
    ("beta", 1.0, 99.0),
    ("beta", 0.5, 0.5),
    ("beta", 8.39, 736.1),
    ("beta", 1e4, 1e6),
    ("logit-normal", -4.6, 0.668),
    ("logit-normal", 2.0, 3.0),
    ("gamma", 0.7, 0.005),
    ("gamma", 50.0, 0.5),
    ("gamma", 1e6, 10.0),
    ("log-normal", 3.7, 1.5),
    ("normal", -1.0, 2.0),
    ("half-normal", 0.0, 0.7),
]
UNIT = [law for law in LAWS if law[0] in families.ON_UNIT_INTERVAL]


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(30):
        yield


@pytest.mark.parametrize(("family", "a", "b"), LAWS)
def test_quantile_and_distribution_are_inverse(family, a, b):
    back = families.distribution(family, a, b, families.quantile(family, a, b, PROBABILITIES))
    np.testing.assert_allclose(back, PROBABILITIES, rtol=1e-10)


@pytest.mark.parametrize(
    ("family", "a", "b", "value", "probability"),
    [
        ("beta", 1.0, 99.0, 0.01, 1 - mp.mpf("0.99") ** 99),
        ("beta", 2.0, 1.0, 0.3, mp.mpf("0.09")),
        ("logit-normal", 0.0, 1.0, 0.5, mp.mpf("0.5")),
        ("gamma", 1.0, 0.5, 3.0, 1 - mp.e ** mp.mpf("-1.5")),
        ("gamma", 2.0, 1.0, 2.0, 1 - 3 * mp.e**-2),
        ("log-normal", 0.0, 2.0, float(mp.e**2), mp.ncdf(1)),
        ("normal", 1.0, 2.0, 3.0, mp.ncdf(1)),
        ("half-normal", 0.0, 2.0, 2.0, 2 * mp.ncdf(1) - 1),
        ("half-normal", 0.0, 2.0, -1.0, mp.mpf(0)),
    ],
)
def test_distribution_in_closed_form(family, a, b, value, probability):
    assert float(families.distribution(family, a, b, value)) == pytest.approx(float(probability), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(("family", "a", "b"), UNIT)
def test_density_of_logit_integrates_to_one_and_is_the_slope_of_survival(family, a, b):
    centre = float(np.log(families.quantile(family, a, b, 0.5)) - np.log1p(-families.quantile(family, a, b, 0.5)))
    width = float(np.sqrt(1 / a + 1 / b)) if family == "beta" else b
    nodes, weights = np.polynomial.legendre.leggauss(60)
    edges = centre + np.concatenate([-np.geomspace(90, 0.5, 40), [0], np.geomspace(0.5, 90, 40)]) * width
    half = np.diff(edges)[:, None] / 2
    x = (edges[1:] + edges[:-1])[:, None] / 2 + half * nodes
    density = np.exp(families.log_density_of_logit(family, a, b, x))
    assert float((density * weights * half).sum()) == pytest.approx(1.0, rel=1e-9 if a > 1e3 else 1e-10)
    fall = families.survival_of_logit(family, a, b, edges[:-1]) - families.survival_of_logit(family, a, b, edges[1:])
    np.testing.assert_allclose((density * weights * half).sum(axis=1), fall, atol=1e-10)


@pytest.mark.parametrize(
    ("a", "b", "x"), [(5.0, 495.0, -12.0), (5.0, 495.0, 3.0), (0.5, 0.5, 30.0), (0.5, 0.5, -30.0), (99.0, 1.0, 40.0)]
)
def test_survival_of_a_beta_is_accurate_at_both_ends(a, b, x):
    rho, rest = 1 / (1 + mp.e ** mp.mpf(-x)), 1 / (1 + mp.e ** mp.mpf(x))
    upper = mp.betainc(b, a, 0, rest, regularized=True)
    assert float(families.survival_of_logit("beta", a, b, np.array([x]))[0]) == pytest.approx(float(upper), rel=1e-10)
    assert float(upper + mp.betainc(a, b, 0, rho, regularized=True)) == pytest.approx(1.0)


@pytest.mark.parametrize("x", [-14.0, -4.6, 12.0])
def test_survival_of_a_logit_normal_at_both_ends(x):
    exact = mp.ncdf((mp.mpf(-4.6) - mp.mpf(x)) / mp.mpf(0.668))
    assert float(families.survival_of_logit("logit-normal", -4.6, 0.668, np.array([x]))[0]) == pytest.approx(
        float(exact), rel=1e-10
    )


@pytest.mark.parametrize(
    ("family", "a", "b"),
    [
        *(law for law in LAWS if law[0] not in ("normal", "half-normal")),
        ("logit-normal", 0.0, 8.0),
        ("beta", 0.05, 3.0),
    ],
)
def test_moments_of_the_logarithm(family, a, b):
    if family == "beta":
        mean, variance = mp.digamma(a) - mp.digamma(a + mp.mpf(b)), mp.psi(1, a) - mp.psi(1, a + mp.mpf(b))
    elif family == "gamma":
        mean, variance = mp.digamma(a) - mp.log(b), mp.psi(1, a)
    elif family == "log-normal":
        mean, variance = mp.mpf(a), mp.mpf(b) ** 2
    else:
        cuts = list(range(-12, 13, 2))
        moment = [
            mp.quad(lambda z, k=k: mp.npdf(z) * (-mp.log(1 + mp.e ** (-a - mp.mpf(b) * z))) ** k, cuts) for k in (1, 2)
        ]
        mean, variance = moment[0], moment[1] - moment[0] ** 2
    got = families.log_moments(family, a, b)
    assert got == pytest.approx((float(mean), float(mp.sqrt(variance))), rel=1e-10)


@pytest.mark.parametrize("family", ["normal", "half-normal"])
def test_no_log_moments_of_what_is_no_anchor(family):
    with pytest.raises(ValueError, match=family):
        families.log_moments(family, 0.0, 1.0)


@pytest.mark.parametrize(("a", "b"), [(2.5, 7.0), (10.0, 990.0), (100.0, 9900.0)])
def test_mean_and_variance_of_the_inverse_of_a_beta(a, b):
    mean = mp.beta(a - 1, b) / mp.beta(a, b)
    variance = mp.beta(a - 2, b) / mp.beta(a, b) - mean**2
    assert families.mean_and_variance_of_inverse("beta", a, b) == pytest.approx(
        (float(mean), float(variance)), rel=1e-10
    )


@pytest.mark.parametrize(
    ("a", "mean_exists", "variance_exists"),
    [(0.5, False, False), (1.0, False, False), (1.5, True, False), (2.0, True, False), (2.01, True, True)],
)
def test_moments_of_the_inverse_that_do_not_exist_are_infinite(a, mean_exists, variance_exists):
    mean, variance = families.mean_and_variance_of_inverse("beta", a, 99.0)
    assert (np.isfinite(mean), np.isfinite(variance)) == (mean_exists, variance_exists)


def test_mean_and_variance_of_the_inverse_of_a_logit_normal():
    a, b = mp.mpf(-4.6), mp.mpf(0.668)
    cuts = list(range(-12, 13, 2))
    first = mp.quad(lambda z: mp.npdf(z) * (1 + mp.e ** (-a - b * z)), cuts)
    second = mp.quad(lambda z: mp.npdf(z) * (1 + mp.e ** (-a - b * z)) ** 2, cuts)
    got = families.mean_and_variance_of_inverse("logit-normal", -4.6, 0.668)
    assert got == pytest.approx((float(first), float(second - first**2)), rel=1e-10)
