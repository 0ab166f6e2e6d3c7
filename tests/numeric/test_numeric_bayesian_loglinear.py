"""Averages over log-linear models, against quadrature, an independent sampler, and simulation from the prior."""

from itertools import product

import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric import bayesian_loglinear, incomplete_tables, limited_counts
from estimators.numeric.bayesian_loglinear import Shrinkage, Target

UNIT = Shrinkage(np.inf, np.inf)
HYPER = Shrinkage(0.001, 0.001)
CAUCHY = Shrinkage(1.0, 1.0)
COUNTS = np.array([0.0, 41.0, 30.0, 12.0, 57.0, 19.0, 11.0, 6.0])


def table_of(counts, lists, order=2, censored=()):
    low, high = counts.copy(), counts.copy()
    low[0], high[0] = 0.0, np.inf
    low[list(censored)] = 0.0
    return incomplete_tables.table([2] * lists, lists, order, low, high)


def completed(table, beta, rng):
    open_ = ~table.exact
    means = np.exp(beta @ table.design.T)
    return table.low[table.exact].sum() + limited_counts.draw(
        table.low[open_], table.high[open_], means[:, open_], rng
    ).sum(axis=1)


@pytest.mark.parametrize("shrinkage", [UNIT, HYPER, CAUCHY])
def test_density_is_that_of_poisson_counts_and_normal_coefficients(shrinkage):
    table = table_of(COUNTS, 3, censored=[4])
    beta = np.random.default_rng(1).normal(0.2, 0.4, (3, 7))
    beta[:, 5:] = 0.0
    found = Target(table, shrinkage).log_density(beta, np.full(3, 4.0))
    for row, value in zip(beta, found, strict=True):
        means = np.exp(table.design @ row)
        expected = stats.poisson.logcdf(COUNTS[4], means[4])
        expected += sum(stats.poisson.logpmf(COUNTS[i], means[i]) for i in (1, 2, 3, 5, 6, 7))
        if np.isinf(shrinkage.a):
            expected += stats.norm.logpdf(row[1:5]).sum()
        else:
            log_variance = np.linspace(-25, 60, 40_001)
            variance = np.exp(log_variance)
            inner = stats.norm.logpdf(row[1:5, None], scale=np.sqrt(variance)).sum(axis=0) + log_variance
            inner += stats.invgamma.logpdf(variance, shrinkage.a / 2, scale=shrinkage.b / 2)
            expected += special.logsumexp(inner) + np.log(log_variance[1] - log_variance[0])
        assert value == pytest.approx(expected, rel=1e-8)


def quadrature(table, shrinkage, model, nodes):
    """Log evidence and the distribution of the count on no list, the intercept integrated in closed form, the rest by Gauss-Hermite."""
    found = bayesian_loglinear.modes(Target(table, shrinkage), np.array([model], dtype=np.uint64))
    free = np.flatnonzero(found.active[0])[1:]
    root = np.linalg.cholesky(np.linalg.inv(found.precision[0])[np.ix_(free, free)])
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    grid = np.array(list(product(range(nodes), repeat=len(free))))
    z = x[grid]
    beta = found.beta[0][free] + z @ root.T
    log_weight = np.log(w)[grid].sum(axis=1) + 0.5 * (z**2).sum(axis=1) + np.log(np.diagonal(root)).sum()
    means = np.exp(beta @ table.design[:, free].T)
    counts, total = table.low[1:], table.low[1:].sum()
    seen = means[:, 1:].sum(axis=1)
    log_density = (
        (counts * np.log(means[:, 1:])).sum(axis=1) - special.gammaln(counts + 1).sum() + special.gammaln(total)
    )
    log_density += shrinkage.log_density((beta**2).sum(axis=1), np.full(len(beta), float(len(free)))) - total * np.log(
        seen
    )
    log_each = log_density + log_weight
    share = np.exp(log_each - special.logsumexp(log_each))
    below = (
        share[:, None] * stats.nbinom.cdf(np.arange(0, 400, 10), total, (seen / (seen + means[:, 0]))[:, None])
    ).sum(axis=0)
    return special.logsumexp(log_each), below


@pytest.mark.parametrize("shrinkage", [UNIT, CAUCHY])
def test_models_and_count_agree_with_quadrature(shrinkage):
    table = table_of(COUNTS, 3)
    rng = np.random.default_rng(1)
    found = bayesian_loglinear.average(table, shrinkage, 100_000, 100, rng)
    assert found.pareto_k < 0.7
    known = [
        quadrature(table, shrinkage, int(model), 8 if int(model).bit_count() > 1 else 13) for model in found.models
    ]
    evidence = np.array([value for value, _ in known])
    probability = np.exp(evidence - special.logsumexp(evidence))
    np.testing.assert_allclose(found.probability, probability, atol=0.004)
    below = sum(p * cdf for p, (_, cdf) in zip(probability, known, strict=True))
    unlisted = completed(table, found.beta, rng) - COUNTS.sum()
    drawn = (unlisted[:, None] <= np.arange(0, 400, 10)).mean(axis=0)
    np.testing.assert_allclose(drawn, below, atol=0.006)


def test_modes_have_no_slope_and_the_curvature_that_differences_have():
    table = table_of(COUNTS, 3, censored=[4])
    for shrinkage in (UNIT, HYPER):
        target = Target(table, shrinkage)
        found = bayesian_loglinear.modes(target, np.array([0b011, 0b111], dtype=np.uint64))
        for place, p in enumerate(found.p):
            free, step = np.flatnonzero(found.active[place]), 1e-4
            unit = np.eye(7)[free] * step
            here = found.beta[place]
            ahead, behind = (target.log_density(here + s * unit, np.full(len(free), p)) for s in (1, -1))
            np.testing.assert_allclose((ahead - behind) / (2 * step), 0.0, atol=2e-4)
            curvature = (2 * found.height[place] - ahead - behind) / step**2
            np.testing.assert_allclose(curvature, np.diagonal(found.precision[place])[free], rtol=1e-3)


def test_one_seed_one_answer():
    table = table_of(COUNTS, 3)
    first, second = (bayesian_loglinear.average(table, HYPER, 200, 100, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.beta, second.beta)
    assert first.pareto_k == second.pareto_k


def test_a_search_gives_what_all_models_give():
    rng = np.random.default_rng(3)
    listed = np.array(
        [0, 54, 463, 15, 907, 19, 56, 1, 695, 3, 19, 0, 69, 4, 4, 0, 316, 0, 1, 0, 8, 0, 0, 0, 57, 0, 3, 0, 1, 0, 0, 0]
    )
    table = table_of(listed.astype(float), 5)
    every = bayesian_loglinear.average(table, UNIT, 20_000, 2000, rng)
    some = bayesian_loglinear.average(table, UNIT, 20_000, 400, rng)
    assert every.found.complete
    assert not some.found.complete
    quantiles = [np.quantile(completed(table, found.beta, rng), [0.1, 0.5, 0.9]) for found in (every, some)]
    np.testing.assert_allclose(*quantiles, rtol=0.04)


def ranks(times, censored, seed, lists=3):
    """Rank of the true count among draws, for tables simulated from the prior: about 40 people listed, which the flat intercept allows."""
    rng = np.random.default_rng(seed)
    found = []
    empty = table_of(np.zeros(2**lists), lists, censored=censored)
    while len(found) < times:
        model = rng.integers(2 ** len(empty.terms), size=1).astype(np.uint64)
        beta = rng.standard_normal(empty.design.shape[1]) * empty.active(model)[0]
        means = np.exp(empty.design[:, 1:] @ beta[1:])
        # Given n listed people, exp(intercept) is Gamma(n) over their summed means, and the patterns are multinomial.
        listed = 1 + rng.poisson(40)
        scale = rng.gamma(listed) / means[1:].sum()
        counts = np.concatenate([[0], rng.multinomial(listed, means[1:] / means[1:].sum())]).astype(float)
        unlisted = rng.poisson(min(scale * means[0], 1e15))
        table = table_of(counts, lists, censored=censored)
        draws = bayesian_loglinear.average(table, UNIT, 99, 100, rng)
        total = completed(table, draws.beta, rng)
        found.append(
            (total < counts.sum() + unlisted).sum() + rng.integers(0, 1 + (total == counts.sum() + unlisted).sum())
        )
    return np.array(found)


def assert_uniform(found):
    counts = np.histogram(found, bins=np.linspace(-0.5, 99.5, 11))[0]
    assert stats.chisquare(counts).pvalue > 1e-3, counts


def test_ranks_of_counts_simulated_from_the_prior_are_uniform():
    assert_uniform(ranks(300, (), 11))


@pytest.mark.slow
@pytest.mark.parametrize("lists", [3, 4])
def test_ranks_are_uniform_in_many_simulations(lists):
    assert_uniform(ranks(4000, (), 12, lists))


@pytest.mark.slow
def test_a_limited_cell_agrees_with_a_general_sampler():
    """PyMC and NUTS, with nothing in common but the model, written in words of its own."""
    import pymc as pm

    table = table_of(COUNTS, 3, order=2, censored=[4])
    with pm.Model():
        a, b, c = (pm.Normal(name, 0.0, 1.0) for name in "abc")
        ab = pm.Normal("ab", 0.0, 1.0)
        level = pm.Flat("level", initval=2.0)
        sign = 1.0 - 2.0 * incomplete_tables.cells([2, 2, 2])
        log_mean = level + a * sign[:, 0] + b * sign[:, 1] + c * sign[:, 2] + ab * sign[:, 0] * sign[:, 1]
        pm.Poisson(
            "seen",
            mu=pm.math.exp(log_mean[np.array([1, 2, 3, 5, 6, 7])]),
            observed=COUNTS[[1, 2, 3, 5, 6, 7]].astype(int),
        )
        pm.Potential("limited", pm.logcdf(pm.Poisson.dist(mu=pm.math.exp(log_mean[4])), COUNTS[4]))
        pm.Deterministic("log_missing", log_mean[0])
        post = pm.sample(8000, tune=2000, chains=2, cores=1, random_seed=1, progressbar=False, nuts_sampler="nutpie")
    known = post["posterior"]["log_missing"].values.ravel()
    single = incomplete_tables.Table(table.design[:, :5], table.terms[:1], table.of_term[:5], table.low, table.high)
    found = bayesian_loglinear.average(single, UNIT, 40_000, 10, np.random.default_rng(1))
    ours = (found.beta @ single.design.T)[found.place == int(np.flatnonzero(found.models == 1)[0]), 0]
    np.testing.assert_allclose(np.quantile(ours, [0.05, 0.5, 0.95]), np.quantile(known, [0.05, 0.5, 0.95]), atol=0.04)
