"""Incomplete tables of lists and covariates."""

import numpy as np
import pytest

from estimators.numeric import incomplete_tables


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_contrasts_are_orthogonal(levels):
    columns = incomplete_tables.contrasts(levels)
    np.testing.assert_allclose(columns.sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(columns.T @ columns, levels * np.eye(levels - 1), atol=1e-12)


def test_design_is_orthogonal_and_terms_have_their_columns():
    counts = np.zeros(24)
    table = incomplete_tables.table([2, 2, 2, 3], 3, 2, counts, counts)
    np.testing.assert_allclose(table.design.T @ table.design, 24 * np.eye(table.design.shape[1]), atol=1e-9)
    assert table.terms == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    assert table.of_term.tolist() == [-1] * 6 + [0, 1, 2, 2, 3, 4, 4, 5, 5]
    assert table.active(np.array([0b100], dtype=np.uint64)).sum() == 8


def test_terms_of_all_lists_are_left_out():
    assert (0, 1, 2) not in incomplete_tables.interactions(4, 3, 4)
    assert (0, 1, 3) in incomplete_tables.interactions(4, 3, 4)


def test_limits_of_cells():
    at = np.array([[1, 0, 0], [1, 0, 1], [1, 0, 1], [0, 1, 0]])
    low, high = incomplete_tables.limits(
        [2, 2, 2], 2, at, np.array([5.0, 7.0, 3.0, 2.0]), np.array([False, True, False, False])
    )
    assert high.tolist() == [np.inf, np.inf, 2, 0, 5, 10, 0, 0]
    assert low.tolist() == [0, 0, 2, 0, 5, 3, 0, 0]
