"""Probabilities of a table under decomposable graphs agree with integrals, sums and other software."""

import mpmath
import numpy as np
import pytest
from scipy import special

from estimators.numeric import decomposable as dec
from estimators.numeric import graph_walk, graphs, hidden_grid

# Kosovo killings of 1999, Ball et al. 2002; lists EXH, ABA, OSCE, HRW.
KOSOVO = np.array([0, 1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27], dtype=float)
# Victims of modern slavery in the UK, Silverman 2014, four lists: LA, NG, PFNCA, GO.
UK = np.array([0, 54, 464, 15, 1006, 19, 62, 1, 703, 3, 19, 1, 76, 0, 4, 1], dtype=float)
LEVELS = np.array([0.01, 0.025, 0.25, 0.5, 0.75, 0.975, 0.99])


def test_ratio_of_gamma_functions():
    for x in (0.0, 3.5, 70.0, 1e4, 1e9, 1e15):
        for a, b in ((3.0, 1.0), (0.25, 8.0), (1200.5, 1.0), (0.03125, 2745.0)):
            with mpmath.workdps(50):
                exact = float(mpmath.loggamma(mpmath.mpf(x) + a) - mpmath.loggamma(mpmath.mpf(x) + b))
            got = float(dec.log_gamma_ratio(np.array(x), a, b))
            assert got == pytest.approx(exact, rel=2e-12, abs=1e-10)


def test_independence_and_saturation_by_hand():
    """Two lists: joined, a Dirichlet-multinomial; apart, two beta-binomials."""
    table, weight, hidden = np.array([0.0, 7.0, 5.0, 3.0]), 0.3, np.array([0.0, 4.0, 50.0])
    margin = dec.margins(table, weight)
    found = dec.of_graphs(graphs.decomposable(2).signs, dec.of_sets(margin, hidden), dec.of_all(margin, hidden, -1.0))
    everyone = hidden + 15.0
    front = special.gammaln(everyone + 1) - special.gammaln(hidden + 1) - special.gammaln([8, 6, 4]).sum()
    cells = np.stack([hidden, *np.broadcast_to(np.array([[7.0], [5.0], [3.0]]), (3, 3))])
    joined = special.gammaln(1.2) - special.gammaln(1.2 + everyone)
    joined = joined + (special.gammaln(cells + weight) - special.gammaln(weight)).sum(axis=0)
    apart = sum(special.betaln(0.6 + size, 0.6 + everyone - size) - special.betaln(0.6, 0.6) for size in (10.0, 8.0))
    edges = graphs.decomposable(2).neighbours[:, 0] > 0
    assert np.allclose(found[edges][0], front + joined - np.log(everyone), rtol=0, atol=1e-10)
    assert np.allclose(found[~edges][0], front + apart - np.log(everyone), rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("table", "last", "mean", "median", "weights"),
    [
        (UK, 72_840, 11416.24051479, 11364, [0.43333283, 0.39873771, 0.06952665]),
        (KOSOVO, 132_000, 12749.34959832, 12595, [0.98551375, 0.01078037, 0.0037054]),
    ],
)
def test_as_dga_on_its_own_grid(table, last, mean, median, weights):
    """R package dga 2.0.2, bma.cr(Y, 1:last, delta = 1/16, graphs4), whose prior is -log(n + missing)."""
    hidden = np.arange(1.0, last + 1.0)
    margin = dec.margins(table, 1 / 16)
    sets, everyone = dec.of_sets(margin, hidden), dec.of_all(margin, hidden, -1.0)
    value = dec.of_graphs(graphs.decomposable(4).signs, sets, everyone)
    value = np.exp(value - value.max())
    share = value / value.sum()
    assert float(share.sum(axis=0) @ (hidden + table.sum())) == pytest.approx(mean, rel=1e-11)
    assert np.sort(share.sum(axis=1))[::-1][:3] == pytest.approx(weights, abs=6e-9)
    assert np.searchsorted(np.cumsum(share.sum(axis=0)), 0.5) + 1 + table.sum() == median


@pytest.mark.parametrize(("table", "weight"), [(UK, 1 / 16), (KOSOVO, 1 / 16), (KOSOVO, 0.5), (UK, 0.5), (UK, 4.0)])
def test_quadrature_is_the_sum_over_whole_numbers(table, weight):
    margin, hidden = dec.margins(table, weight), np.arange(400_000.0)
    signs = graphs.decomposable(4).signs
    found = hidden_grid.posterior(margin, signs, -1.0)
    sets, everyone = dec.of_sets(margin, hidden), dec.of_all(margin, hidden, -1.0)
    total = sum(np.exp(dec.of_graphs(signs[[row]], sets, everyone)[0] - found.log_evidence) for row in found.rows)
    assert total.sum() == pytest.approx(1.0, abs=1e-6)
    assert found.quantiles(LEVELS).tolist() == np.searchsorted(np.cumsum(total), LEVELS).tolist()


def test_tails():
    """Twice as many hidden people, 2^e times the probability."""
    margin, signs = dec.margins(UK, 0.2), graphs.decomposable(4).signs
    hidden = np.array([1e12, 2e12])
    value = dec.of_graphs(signs, dec.of_sets(margin, hidden), dec.of_all(margin, hidden, -1.0))
    slope = np.diff(value, axis=1)[:, 0] / np.log(2.0)
    assert np.allclose(slope, dec.tails(margin, signs, -1.0), atol=1e-4)
    assert dec.tails(margin, signs, -1.0).max() == pytest.approx(-1.0 - 0.2 * 15)


@pytest.mark.parametrize("table", [UK * 1e6, np.eye(16)[15] * 5.0, np.eye(16)[1] + np.eye(16)[2], KOSOVO * 0 + 1e9])
def test_extremes_are_finite(table):
    found = hidden_grid.posterior(dec.margins(table, 1 / 16), graphs.decomposable(4).signs, -1.0)
    quantile = found.quantiles(LEVELS)
    assert np.isfinite(quantile).all()
    assert (np.diff(quantile) >= 0).all()
    assert found.weight.sum() == pytest.approx(1.0)


def test_cell_shares_are_the_posterior_means():
    """The probability of one more person of each pattern is the ratio of two probabilities of tables."""
    signs, hidden = graphs.decomposable(3).signs, 6.0
    table = np.array([0.0, 5.0, 4.0, 2.0, 3.0, 0.0, 1.0, 1.0])
    shares = dec.cell_shares(table, np.full(len(signs), hidden), signs, 0.3)
    assert np.allclose(shares.sum(axis=1), 1.0)

    def bare(counts, missing):
        margin, at = dec.margins(counts, 0.3), np.array([missing])
        everyone = dec.of_sets(margin, at)
        return dec.of_graphs(signs, everyone, np.zeros(1))[:, 0]

    for pattern in range(8):
        more = bare(table + np.eye(8)[pattern] * (pattern > 0), hidden + (pattern == 0))
        assert np.allclose(np.exp(more - bare(table, hidden)), shares[:, pattern], rtol=1e-9)


def test_a_walk_finds_the_graphs_that_matter():
    margin = dec.margins(KOSOVO, 1 / 16)
    walked = graph_walk.visited(margin, 4, -1.0, 2000, np.random.default_rng(1))
    some, every = (
        hidden_grid.posterior(margin, signs, -1.0).quantiles(LEVELS)
        for signs in (walked.signs, graphs.decomposable(4).signs)
    )
    assert some == pytest.approx(every, rel=1e-3)
