"""The operations of formulas: arrays and symbols give the same, and draws may stand before the cells."""

import numpy as np
import pytest
from scipy import special

from estimators.synthesis.operations import NUMPY, SMALL_SHARE, pytensor_operations

X = np.array([-700.0, -30.0, -1.5, 0.0, 0.3, 2.0, 30.0, 700.0])


def symbolic(function, *values):
    """What the operations of symbols make of these values."""
    import pytensor.tensor as pt

    found = function(pytensor_operations(), *(pt.as_tensor_variable(value) for value in values))
    return found.eval(mode="FAST_COMPILE")


@pytest.mark.parametrize(
    ("function", "values"),
    [
        (lambda ops, x: ops.exp(x), (X[1:-1],)),
        (lambda ops, x: ops.log(x), (np.abs(X) + 0.1,)),
        (lambda ops, x: ops.log1p(x), (np.abs(X),)),
        (lambda ops, x: ops.log_expit(x), (X,)),
        (lambda ops, x: ops.log_reporting(x), (X,)),
        (lambda ops, x, y: ops.logaddexp(x, y), (X, X[::-1].copy() / 3)),
        (lambda ops, x: ops.lgamma(x), (np.abs(X) + 0.1,)),
        (lambda ops, x, y: ops.where(x > 0, x, y), (X, X**2)),
        (lambda ops, x, y: ops.concatenate([x, y]), (X, X[:3])),
        (lambda ops, x: ops.log_sum(x), (X.reshape(2, 4),)),
        (lambda ops, x: ops.walk(x, 2), (X,)),
        (lambda ops, x: ops.walk(x, 8), (X,)),
    ],
    ids=[
        "exp",
        "log",
        "log1p",
        "log_expit",
        "log_reporting",
        "logaddexp",
        "lgamma",
        "where",
        "concatenate",
        "log_sum",
        "walk",
        "steps",
    ],
)
def test_arrays_and_symbols_agree(function, values):
    expected = function(NUMPY, *values)
    found = symbolic(function, *values)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


def test_operations_are_what_they_are_called():
    np.testing.assert_allclose(NUMPY.log_expit(X[1:-1]), -np.log1p(np.exp(-X[1:-1])), rtol=1e-12)
    np.testing.assert_allclose(NUMPY.log_sum(np.log([[1.0, 2.0], [3.0, 4.0]])), np.log([3.0, 7.0]), rtol=1e-14)
    assert NUMPY.log_sum(np.array([-1e4, -1e4])) == pytest.approx(-1e4 + np.log(2))
    assert NUMPY.lgamma(6.0) == pytest.approx(np.log(special.factorial(5)))
    assert NUMPY.lgamma is not NUMPY.log


def test_small_shares_have_slope_one_where_the_draws_are():
    logit = np.array([[-3.0, 2.0], [-1.0, 1.0]])
    found = SMALL_SHARE.log_reporting(logit)
    np.testing.assert_allclose(found.mean(axis=0), special.log_expit([-2.0, 1.5]), rtol=1e-14)
    np.testing.assert_allclose(np.diff(found, axis=0), np.diff(logit, axis=0), rtol=1e-14)
    np.testing.assert_array_equal(SMALL_SHARE.log_expit(logit), NUMPY.log_expit(logit))


def test_a_walk_starts_at_nothing_in_every_area_and_adds_up():
    steps = np.array([1.0, 10.0, 100.0, -1.0, 5.0, 0.5])
    np.testing.assert_array_equal(NUMPY.walk(steps, 2), [0, 1, 11, 111, 0, -1, 4, 4.5])
    draws = np.stack([steps, 2 * steps, -steps])
    np.testing.assert_array_equal(NUMPY.walk(draws, 2), np.stack([NUMPY.walk(each, 2) for each in draws]))


def test_parts_of_one_and_of_many_draws_are_put_together():
    one, many = np.array([1.0, 2.0]), np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(NUMPY.concatenate([one, many]), [[1, 2, 0, 1], [1, 2, 2, 3], [1, 2, 4, 5]])
    np.testing.assert_array_equal(NUMPY.concatenate([many]), many)
