"""The shape of a Pareto tail is found, as ArviZ finds it, and smoothing leaves order and bulk alone."""

import numpy as np
import pytest
from scipy import stats

from estimators.numeric.pareto import fit_tail, smoothed


@pytest.mark.parametrize("k", [-0.3, 0.1, 0.5, 0.9])
def test_the_shape_of_a_known_tail(k):
    values = np.sort(stats.genpareto(c=k, scale=2.0).rvs(4000, random_state=np.random.default_rng(1)))
    shape, scale = fit_tail(values)
    assert shape == pytest.approx(k, abs=0.08)
    assert scale == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("k", [0.2, 0.5, 0.8])
def test_as_arviz(k):
    from arviz_stats.base import array_stats

    log_weight = np.log(stats.genpareto(c=k).rvs(4000, random_state=np.random.default_rng(2)) + 1.0)
    found, shape = smoothed(log_weight)
    theirs, other = array_stats.psislw(-log_weight)
    assert shape == pytest.approx(float(other), abs=0.02)
    assert np.abs(found - np.logaddexp.reduce(found) - np.asarray(theirs)).max() < 0.1


def test_only_the_tail_is_touched_and_order_kept():
    log_weight = np.random.default_rng(3).normal(0.0, 2.0, 1000)
    found, _ = smoothed(log_weight)
    order = np.argsort(log_weight)
    assert (np.diff(found[order]) >= -1e-12).all()
    bulk = order[: -int(np.ceil(3 * np.sqrt(1000)))]
    np.testing.assert_allclose(found[bulk], log_weight[bulk] - log_weight.max(), atol=1e-12)
    assert found.max() <= 0.0


def test_weights_without_a_tail_are_not_trusted():
    assert smoothed(np.zeros(1000))[1] == np.inf
    assert smoothed(np.array([0.0, 1.0, 2.0]))[1] == np.inf
