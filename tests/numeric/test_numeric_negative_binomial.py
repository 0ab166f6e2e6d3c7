"""Mixed negative binomials against enumeration and against quadrature in thirty digits."""

import mpmath as mp
import numpy as np
import pytest
from scipy import special

from estimators.counts.reporting import prior_nodes
from estimators.numeric import families
from estimators.numeric.negative_binomial import Mixing, mixed_distribution, mixed_quantile

PROBABILITIES = np.array([0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995])


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(40):
        yield


def mixing_of(family, a, b, cells=1):
    x, weight, spread = prior_nodes(family, a, b)
    nodes, weights = (np.broadcast_to(v, (cells, len(x))) for v in (x, weight))
    return Mixing(lambda _, at: families.survival_of_logit(family, a, b, at), nodes, weights, np.full(cells, spread))


def enumerated(r, c, d, terms):
    """Distribution function of BetaNegBin(r, c, d) at 0 … terms - 1 by the ratio of successive probabilities."""
    u = np.arange(terms - 1, dtype=float)
    total = c + mp.mpf(d)
    log_first = float(mp.loggamma(c + mp.mpf(r)) + mp.loggamma(total) - mp.loggamma(c) - mp.loggamma(total + r))
    ratios = np.log(r + u) + np.log(d + u) - np.log1p(u) - np.log(c + r + d + u)
    return np.cumsum(np.exp(log_first + np.concatenate([[0.0], np.cumsum(ratios)])))


def exact(r, u, survival):
    """P(U ≤ u) = E S(logit B), B ~ Beta(r, u + 1), in thirty digits on the logit scale."""
    b = u + mp.mpf(1)
    r = mp.mpf(r)
    constant = mp.loggamma(r + b) - mp.loggamma(r) - mp.loggamma(b)
    centre, spread = mp.log(r / b), mp.sqrt(1 / r + 1 / b)

    def integrand(t):
        x = centre + spread * t
        return mp.exp(constant - r * mp.log(1 + mp.exp(-x)) - b * mp.log(1 + mp.exp(x))) * survival(x) * spread

    left, right = max(12, 45 / (r * spread)), max(12, 45 / (b * spread))
    return mp.quad(integrand, [-left, -left / 4, -6, -3, -1, 0, 1, 3, 6, right / 4, right] if left > 30 and right > 30
                   else [-left, -6, -3, -1, 0, 1, 3, 6, right])  # fmt: skip


BETA_CASES = [  # r, c, d, terms: narrow and wide branches, small and large sizes, long tails
    (1, 1, 99, 20_000),
    (1, 5, 495, 20_000),
    (10, 5, 495, 20_000),
    (10, 0.5, 0.5, 3000),
    (1, 0.1, 50, 3000),
    (1, 50, 0.5, 100),
    (100, 5, 495, 100_000),
    (5, 1e4, 1e6, 3000),
    (494, 10, 990, 200_000),
    (1000, 1, 1, 5000),
    (0.05, 2, 8, 500),
    (3.5, 2, 2, 300),
    (2, 300, 3, 60),
]


@pytest.mark.parametrize(("r", "c", "d", "terms"), BETA_CASES)
def test_distribution_of_a_beta_negative_binomial(r, c, d, terms):
    expected = enumerated(r, c, d, terms)
    u = np.unique(np.geomspace(1, terms, 80).astype(int)) - 1
    got = mixed_distribution(
        np.zeros(len(u), dtype=np.intp), np.full(len(u), float(r)), u + 1.0, mixing_of("beta", c, d)
    )
    np.testing.assert_allclose(got, expected[u], rtol=0, atol=1e-9 if c > 1e3 else 5e-12)


@pytest.mark.parametrize("r", [1.0, 30.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize(("mean", "sd"), [(-20.7, 0.668), (-4.6, 0.01), (0.0, 2.0), (6.9, 0.668)])
def test_distribution_mixed_over_a_logit_normal(r, mean, sd):
    centre = np.log(r + 1.0) - mean
    u = np.floor(np.exp(centre + np.array([-1.5, 0.7]) * np.hypot(sd, 1 / np.sqrt(r))))
    got = mixed_distribution(np.zeros(2, dtype=np.intp), np.full(2, r), u + 1.0, mixing_of("logit-normal", mean, sd))
    for value, at in zip(got, u, strict=True):
        oracle = exact(r, mp.mpf(float(at)), lambda x: mp.ncdf((mp.mpf(mean) - x) / mp.mpf(sd)))
        assert value == pytest.approx(float(oracle), rel=1e-10, abs=1e-11)


@pytest.mark.parametrize(
    ("r", "c", "d", "terms"), [case for case in BETA_CASES if case[1] >= 5] + [(1, 1, 1, 1000), (3, 4, 2, 500)]
)
def test_quantiles_are_the_smallest_whole_numbers(r, c, d, terms):
    cumulative = enumerated(r, c, d, terms)
    got = mixed_quantile(np.array([float(r)]), PROBABILITIES, mixing_of("beta", c, d))[:, 0]
    kept = cumulative[-1] - 1e-9 > PROBABILITIES
    # equality up to the rounding of the enumeration: Beta(1, 1) with r = 1 has F(u) = (u + 1)/(u + 2), with exact ties
    expected = np.searchsorted(cumulative, PROBABILITIES[kept] - 1e-12)
    assert got[kept].tolist() == expected.tolist()


def test_quantile_at_exact_ties():
    # r = c = d = 1: P(U ≤ u) = (u + 1)/(u + 2), so 1/2 is reached at 0, .75 at 2, .9 at 8, .95 at 18, .995 at 198.
    got = mixed_quantile(np.array([1.0]), np.array([0.5, 0.75, 0.9, 0.95, 0.975, 0.995]), mixing_of("beta", 1.0, 1.0))
    assert got[:, 0].tolist() == [0, 2, 8, 18, 38, 198]


@pytest.mark.parametrize(("r", "c", "d"), [(1, 5, 0.05), (10, 5, 0.05), (10, 5, 0.005), (1000, 50, 0.1), (10, 20, 0.2)])
def test_quantiles_where_nearly_everything_is_reported(r, c, d):
    cumulative = enumerated(r, c, d, 200_000)
    got = mixed_quantile(np.array([float(r)]), PROBABILITIES, mixing_of("beta", c, d))[:, 0]
    assert got.tolist() == np.searchsorted(cumulative, PROBABILITIES - 1e-12).tolist()


@pytest.mark.parametrize("r", [1e3, 1e6, 1e9])
def test_large_quantiles_hit_their_probability(r):
    mean, sd = -4.6, 0.668
    got = mixed_quantile(np.array([r]), np.array([0.025, 0.5, 0.975]), mixing_of("logit-normal", mean, sd))[:, 0]
    for u, probability in zip(got, (0.025, 0.5, 0.975), strict=True):
        chance = exact(r, mp.mpf(float(u)), lambda x: mp.ncdf((mp.mpf(mean) - x) / mp.mpf(sd)))
        assert float(chance) == pytest.approx(probability, abs=1e-10 + 2.0 / u)
        assert float(chance) >= probability - 1e-10


def test_cells_do_not_influence_each_other():
    sizes = np.array([1.0, 494.0, 1e9, 10.0])
    together = mixed_quantile(sizes, PROBABILITIES, mixing_of("beta", 10.0, 990.0, 4))
    for cell, size in enumerate(sizes):
        alone = mixed_quantile(np.array([size]), PROBABILITIES, mixing_of("beta", 10.0, 990.0))
        np.testing.assert_allclose(together[:, cell], alone[:, 0], rtol=1e-11, atol=0)


def test_point_mass_of_p_gives_the_plain_negative_binomial():
    # a very narrow law of p: the wide branch is then the ordinary regularised incomplete beta function
    got = mixed_distribution(
        np.zeros(3, dtype=np.intp), np.full(3, 7.0), np.array([1.0, 31.0, 91.0]), mixing_of("logit-normal", -2.0, 1e-6)
    )
    np.testing.assert_allclose(got, special.betainc(7.0, np.array([1.0, 31.0, 91.0]), special.expit(-2.0)), rtol=1e-9)
