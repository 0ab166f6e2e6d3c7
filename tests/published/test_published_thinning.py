"""Thinning identities: Winkelmann & Zimmermann 1993 for the family; Johnson, Kemp & Kotz, Univariate Discrete Distributions, for ₁F₁."""

import mpmath as mp
import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric import thinning


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(30):
        yield


@pytest.mark.parametrize(
    ("y", "mean", "size", "rho"), [(7, 40.0, 3.0, 0.2), (0, 5.0, 0.7, 0.5), (100, 1000.0, 20.0, 0.1)]
)
def test_a_thinned_negative_binomial_keeps_its_size(y, mean, size, rho):
    numeric = mp.fsum(
        mp.binomial(mp.mpf(n) + size - 1, n) * (size / mp.mpf(size + mean)) ** size * (mean / mp.mpf(size + mean)) ** n
        * mp.binomial(n, y) * mp.mpf(rho) ** y * (1 - mp.mpf(rho)) ** (n - y)
        for n in range(y, 3000)
    )  # fmt: skip
    closed = stats.nbinom.logpmf(y, size, size / (size + mean * rho))
    assert closed == pytest.approx(float(mp.log(numeric)), rel=1e-11)


@pytest.mark.parametrize(("y", "rate", "a", "b"), [(12, 100.0, 2.0, 8.0), (0, 3.0, 1.0, 9.0), (30, 40.0, 5.0, 2.0)])
def test_poisson_thinned_by_a_beta_is_kummer(y, rate, a, b):
    # λ^y B(a+y, b)/(y! B(a, b)) ₁F₁(a+y; a+b+y; -λ), against the Poisson kernel under the beta of ρ
    exact = mp.mpf(rate) ** y * mp.beta(a + y, b) / mp.factorial(y) / mp.beta(a, b) * mp.hyp1f1(a + y, a + b + y, -rate)
    x = np.linspace(-45.0, 45.0, 20_001)
    weight = np.exp(a * special.log_expit(x) + b * special.log_expit(-x) - special.betaln(a, b)) * (x[1] - x[0])
    # a gamma rate that is all but known is the Poisson limit of the kernel: compare at both ends
    poisson = float(weight @ stats.poisson.pmf(y, rate * special.expit(x)))
    assert poisson == pytest.approx(float(exact), rel=1e-10)
    shape = 1e7
    kernel = thinning.poisson_gamma_log_likelihood(
        x[None], np.array([float(y)]), shape, np.array([shape / rate]), np.array([1.0])
    )[0]
    assert float(weight @ np.exp(kernel)) == pytest.approx(float(exact), rel=1e-4)
