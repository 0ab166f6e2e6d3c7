"""R-hat and effective draws as ArviZ has them."""

import numpy as np
import pytest

from estimators.numeric import mixing


@pytest.mark.parametrize(("carried", "apart"), [(0.0, 0.0), (0.7, 0.0), (0.95, 0.3), (-0.3, 0.0)])
def test_as_arviz(carried, apart):
    from arviz_stats.base import array_stats

    rng = np.random.default_rng(1)
    values = np.empty((4, 901))
    values[:, 0] = rng.normal(size=4)
    for place in range(1, 901):
        values[:, place] = carried * values[:, place - 1] + rng.normal(size=4)
    values += apart * np.arange(4)[:, None]
    bulk, tail = mixing.effective(values)
    assert mixing.r_hat(values) == pytest.approx(float(array_stats.rhat(values)), abs=2e-3)
    assert bulk == pytest.approx(float(array_stats.ess(values, method="bulk")), rel=0.05)
    assert tail == pytest.approx(float(array_stats.ess(values, method="tail", prob=(0.05, 0.95))), rel=0.08)


def test_still_and_stuck_chains():
    assert mixing.r_hat(np.ones((4, 100))) == 1.0
    assert mixing.r_hat(np.arange(4.0)[:, None] * np.ones(100)) > 1e6
    assert mixing.effective(np.ones((4, 100)))[0] == 400
