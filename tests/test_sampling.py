"""Samplers: each gives the posterior of a normal that is known, and a compiled model takes new data."""

from importlib.util import find_spec

import numpy as np
import pymc as pm
import pytest

import estimators as est
from estimators.sampling import Sampler


@pytest.fixture(scope="module")
def model():
    """x ~ Normal(0, 1), y = 2 ~ Normal(x, 1): x | y ~ Normal(1, 1/2), and Normal(y/2, 1/2) for other data."""
    with pm.Model() as model:
        centre = pm.Data("centre", np.zeros(1))
        x = pm.Normal("x", centre[0], 1.0)
        pm.Normal("y", x, 1.0, observed=np.array([2.0]))
    return model


@pytest.mark.parametrize("sampler", ["nutpie", "pymc", "numpyro", "blackjax"])
def test_sampler_finds_the_known_posterior(model, sampler):
    if find_spec(sampler) is None:
        with pytest.raises(est.ModelError, match=r"not installed: expected pip install 'darkfigure\[jax\]'"):
            Sampler(model).sample(est.Sampling(sampler=sampler), seed=1)
        return
    sampling = est.Sampling(draws=1500, tune=500, chains=2, target_accept=0.8, sampler=sampler)
    posterior, statistics = Sampler(model).sample(sampling, seed=1)
    assert abs(float(posterior["x"].mean()) - 1.0) < 0.1
    assert abs(float(posterior["x"].std()) - 0.5**0.5) < 0.07
    assert int(statistics["diverging"].sum()) == 0


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_new_data_without_a_new_model(model, sampler):
    once = Sampler(model)
    sampling = est.Sampling(draws=1500, tune=500, chains=2, target_accept=0.8, sampler=sampler)
    moved, _ = once.sample(sampling, 1, {"centre": np.array([10.0])})
    again, _ = once.sample(sampling, 1)
    assert abs(float(moved["x"].mean()) - 6.0) < 0.1
    assert abs(float(again["x"].mean()) - 1.0) < 0.1


def test_one_seed_one_answer(model):
    sampling = est.Sampling(draws=50, tune=50, chains=2)
    one, two = (Sampler(model).sample(sampling, 7)[0]["x"].values for _ in range(2))
    np.testing.assert_array_equal(one, two)
