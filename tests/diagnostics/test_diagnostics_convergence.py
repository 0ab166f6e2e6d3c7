"""Whether a sampler's result may be published: good chains, bad chains, no chains."""

import numpy as np
import pytest
import xarray as xr

import estimators as est

CHAINS, DRAWS = 4, 500


def sampled(values, divergences=0):
    """A result of a sampler with the given draws of one quantity, shape (chains, draws)."""
    diverging = np.zeros((CHAINS, DRAWS), dtype=bool)
    diverging.ravel()[:divergences] = True
    groups = {
        "posterior": xr.Dataset({"true_count": (("chain", "draw"), values)}),
        "sample_stats": xr.Dataset({"diverging": (("chain", "draw"), diverging)}),
    }
    return xr.DataTree.from_dict(groups)


@pytest.fixture
def white():
    return np.random.default_rng(1).standard_normal((CHAINS, DRAWS))


def test_exact_draws_need_no_diagnosis():
    post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    found = est.convergence(post)
    assert found.status == "independent draws"
    assert found.table.empty


def test_good_chains_may_be_published(white):
    found = est.convergence(sampled(white))
    assert found.status == "publishable"
    row = found.table.iloc[0]
    assert row["r_hat"] < 1.01
    assert min(row["ess_bulk"], row["ess_tail"]) > 400
    assert "Failed" not in found.text


def test_chains_that_disagree_may_not(white):
    found = est.convergence(sampled(white + np.arange(CHAINS)[:, None]))
    assert found.status == "not publishable"
    assert "true_count (R-hat" in found.text
    assert found.table["r_hat"].iloc[0] > 1.1


def test_chains_that_disagree_in_spread_may_not(white):
    # the means agree, so only the folded R-hat notices
    assert est.convergence(sampled(white * np.array([1.0, 1.0, 1.0, 4.0])[:, None])).status == "not publishable"


def test_sticky_chains_may_not(white):
    sticky = np.empty_like(white)
    sticky[:, 0] = white[:, 0]
    for t in range(1, DRAWS):
        sticky[:, t] = 0.97 * sticky[:, t - 1] + np.sqrt(1 - 0.97**2) * white[:, t]
    found = est.convergence(sampled(sticky))
    assert found.status == "not publishable"
    assert found.table["ess_bulk"].iloc[0] < 400


@pytest.mark.parametrize("count", [1, 17])
def test_divergences_may_not(white, count):
    found = est.convergence(sampled(white, divergences=count))
    assert found.status == "not publishable"
    assert f"{count} divergent transitions" in found.text


def test_a_chain_that_never_moved_may_not():
    found = est.convergence(sampled(np.tile(np.arange(CHAINS, dtype=float)[:, None], (1, DRAWS))))
    assert found.status == "not publishable"


def test_one_bad_cell_among_many_is_enough(white):
    values = np.random.default_rng(2).standard_normal((CHAINS, DRAWS, 6))
    values[:, :, 4] += 3.0 * np.arange(CHAINS)[:, None]
    post = sampled(white)
    post["posterior"] = xr.Dataset({"true_count": (("chain", "draw", "area"), values)})
    assert est.convergence(post).status == "not publishable"


def test_draws_that_are_not_numbers_may_not(white):
    white[1, 100:] = np.nan
    assert est.convergence(sampled(white)).status == "not publishable"
