"""Factors, solutions, draws and covariances of arrow matrices agree with dense linear algebra."""

import numpy as np
import pytest

from estimators.numeric.arrow import factor

BATCH = 3


def arrow_and_dense(periods, k, b, *, walks, seed=1):
    """Blocks of random positive definite arrows, and the same matrices dense, (batch, size, size)."""
    rng = np.random.default_rng(seed)
    size = periods * k + b
    link = np.zeros((periods, k))
    link[1:, :walks] = 1.0
    root = rng.standard_normal((BATCH, size, size))
    dense = np.zeros((BATCH, size, size))
    random = root @ root.swapaxes(1, 2) / size
    border = slice(periods * k, size)
    for t in range(periods):
        here = slice(t * k, (t + 1) * k)
        dense[:, here, here] = random[:, here, here] + 6.0 * np.eye(k)
        dense[:, here, border] = random[:, here, border]
        dense[:, border, here] = random[:, border, here]
        if t:
            before = slice((t - 1) * k, t * k)
            dense[:, here, before] = dense[:, before, here] = -np.diag(link[t])
    dense[:, border, border] = random[:, border, border] + 6.0 * np.eye(b)
    chain = np.stack([dense[:, t * k : (t + 1) * k, t * k : (t + 1) * k] for t in range(periods)])
    edge = np.stack([dense[:, t * k : (t + 1) * k, border] for t in range(periods)])
    blocks = (np.moveaxis(chain, 1, -1), link, np.moveaxis(edge, 1, -1), np.moveaxis(dense[:, border, border], 0, -1))
    return factor(*blocks), dense


@pytest.fixture(params=[(5, 2, 3, 2), (4, 3, 1, 1), (1, 1, 4, 0), (6, 1, 2, 1)], ids=str)
def both(request):
    periods, k, b, walks = request.param
    return (periods, k, b), *arrow_and_dense(periods, k, b, walks=walks)


def stacked(chain, border):
    """Vectors as (batch, size)."""
    return np.concatenate([chain.reshape(-1, BATCH), border]).T


def test_solutions(both):
    (periods, k, b), arrow, dense = both
    rng = np.random.default_rng(2)
    chain, border = rng.standard_normal((periods, k, BATCH)), rng.standard_normal((b, BATCH))
    expected = np.linalg.solve(dense, stacked(chain, border)[..., None])[..., 0]
    np.testing.assert_allclose(stacked(*arrow.solve(chain, border)), expected, rtol=1e-11, atol=1e-13)


def test_determinants(both):
    _, arrow, dense = both
    np.testing.assert_allclose(arrow.half_log_determinant(), 0.5 * np.linalg.slogdet(dense)[1], rtol=1e-12)


def test_blocks_of_the_inverse(both):
    (periods, k, _), arrow, dense = both
    inverse = np.linalg.inv(dense)
    chain, edge, corner = arrow.covariances()
    for t in range(periods):
        here, border = slice(t * k, (t + 1) * k), slice(periods * k, None)
        np.testing.assert_allclose(np.moveaxis(chain[t], -1, 0), inverse[:, here, here], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(np.moveaxis(edge[t], -1, 0), inverse[:, here, border], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(np.moveaxis(corner, -1, 0), inverse[:, border, border], rtol=1e-10, atol=1e-13)


def test_draws_have_the_matrix_as_precision(both):
    (periods, k, b), arrow, dense = both
    # the columns of L'⁻¹ for unit vectors: their cross products are the inverse
    size = periods * k + b
    columns = []
    for unit in np.eye(size):
        chain = np.repeat(unit[: periods * k].reshape(periods, k)[..., None], BATCH, axis=2)
        border = np.repeat(unit[periods * k :][:, None], BATCH, axis=1)
        columns.append(stacked(*arrow.back(chain, border)))
    root = np.stack(columns, axis=2)
    np.testing.assert_allclose(root @ root.swapaxes(1, 2), np.linalg.inv(dense), rtol=1e-10, atol=1e-13)


def test_whitening_undoes_a_draw(both):
    (periods, k, b), arrow, _ = both
    rng = np.random.default_rng(3)
    n, m = rng.standard_normal((periods, k, BATCH)), rng.standard_normal((b, BATCH))
    found = arrow.whiten(*arrow.back(n, m))
    np.testing.assert_allclose(found[0], n, atol=1e-11)
    np.testing.assert_allclose(found[1], m, atol=1e-11)


def test_the_others_are_drawn_given_the_last(both):
    (periods, k, b), arrow, dense = both
    last = np.full((1, BATCH), 1.7)
    chain, border = arrow.back(np.zeros((periods, k, BATCH)), np.zeros((b, BATCH)), last)
    mean = -np.linalg.solve(dense[:, :-1, :-1], dense[:, :-1, -1:])[..., 0] * 1.7
    np.testing.assert_allclose(stacked(chain, border)[:, :-1], mean, rtol=1e-10, atol=1e-13)
    np.testing.assert_array_equal(border[-1], last[0])
