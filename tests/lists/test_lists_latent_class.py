"""Latent classes on lists: figures of others, cautions, refusals."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from estimators.diagnostics import convergence
from estimators.errors import IdentificationWarning, ModelError
from estimators.inference import fit
from estimators.lists import read_lists
from estimators.lists.latent_class import LatentClass


def lists_of(names, cells):
    rows = [[int(name in pattern.split("+")) for name in names] + [count] for pattern, count in cells.items()]
    return read_lists(pd.DataFrame(rows, columns=[*names, "count"]))


# New Orleans, Bales, Murphy & Silverman 2020, five lists.
ORLEANS = lists_of(
    ["A", "B", "C", "D", "H"],
    {"A": 25, "B": 24, "C": 70, "D": 33, "H": 21, "A+B": 1, "A+C": 1, "A+D": 2, "B+C": 2, "B+D": 2, "B+H": 1, "C+D": 1}
    | {"A+B+C": 1, "A+B+D": 1},
)
# Victims of modern slavery in the UK, Silverman 2014, five and four lists.
UK_5 = lists_of(
    ["LA", "NG", "PF", "GO", "GP"],
    {
        "LA": 54,
        "NG": 463,
        "PF": 995,
        "GO": 695,
        "GP": 316,
        "LA+NG": 15,
        "LA+PF": 19,
        "LA+GO": 3,
        "NG+PF": 62,
        "NG+GO": 19,
        "NG+GP": 1,
    }
    | {"PF+GO": 76, "PF+GP": 11, "GO+GP": 8, "LA+NG+PF": 1, "LA+NG+GO": 1, "NG+PF+GO": 4, "LA+NG+PF+GO": 1},
)
UK_4 = lists_of(
    ["LA", "NG", "PF", "GO"],
    {
        "LA": 54,
        "NG": 464,
        "PF": 1006,
        "GO": 703,
        "LA+NG": 15,
        "LA+PF": 19,
        "LA+GO": 3,
        "NG+PF": 62,
        "NG+GO": 19,
        "PF+GO": 76,
    }
    | {"LA+NG+PF": 1, "LA+NG+GO": 1, "NG+PF+GO": 4, "LA+NG+PF+GO": 1},
)
SHORT = LatentClass(chains=8, warm_up=60, longest=60)


@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        yield


def test_median_of_lcmcr(quiet):
    """R package LCMCR 0.4.14, K = 10, a = b = .25, two chains of 210,000 sweeps: 832 [566, 1,377], R-hat 1.00."""
    post = fit(LatentClass(), ORLEANS, seed=1)
    draws = post["posterior"]["true_count"].values.ravel()
    assert np.median(draws) == pytest.approx(832, rel=0.02)
    assert np.quantile(draws, [0.025, 0.975]) == pytest.approx([566, 1377], rel=0.05)
    assert float(post["sample_stats"]["r_hat"]) <= 1.01
    assert convergence(post).status == "publishable"
    assert json.loads(post["lists"].attrs["cautions"]) == []
    assert float(post["lists"]["fitted"].sum()) == pytest.approx(185, rel=0.05)
    assert post.attrs["engine"] == "Gibbs sampler"


@pytest.mark.slow
@pytest.mark.parametrize(("lists", "expected"), [(UK_5, 22_400), (UK_4, 11_960)])
def test_long_runs_from_independent_starts_agree(quiet, lists, expected):
    """LCMCR says 19,721 (R-hat 1.25, not converged) and 11,950 (1.03)."""
    for seed in (1, 2):
        found = fit(LatentClass(longest=6000), lists, seed=seed)
        assert float(found["posterior"]["true_count"].median()) == pytest.approx(expected, rel=0.03)


def test_same_seed_same_draws_and_to_disk(quiet, tmp_path):
    one, other = (fit(SHORT, ORLEANS, seed=3) for _ in range(2))
    assert one["posterior"].equals(other["posterior"])
    one.to_netcdf(tmp_path / "post.nc")
    back = xr.open_datatree(tmp_path / "post.nc")
    assert float(back["sample_stats"]["r_hat"]) == float(one["sample_stats"]["r_hat"])
    back.close()


def test_what_has_not_mixed_says_so():
    with pytest.warns(IdentificationWarning, match="chains do not agree"):
        post = fit(SHORT, UK_5, seed=1)
    assert convergence(post).status == "not publishable"


def test_classes_that_are_all_used_say_so():
    with pytest.warns(IdentificationWarning) as found:
        fit(LatentClass(classes=2, chains=8, warm_up=100, longest=60), UK_4, seed=1)
    assert any("all 2 classes are in use" in str(one.message) for one in found)


def test_nonsense_is_refused_or_wide(quiet):
    two = lists_of(["a", "b"], {"a": 30, "b": 40, "a+b": 12})
    with pytest.raises(ModelError, match="LatentClass needs 3 to 16 lists: here are 2"):
        fit(LatentClass(), two, seed=1)
    one = fit(LatentClass(classes=1), two, seed=1)["posterior"]["true_count"]
    assert float(one.median()) == pytest.approx(42 * 52 / 12, rel=0.1)
    with pytest.raises(ModelError, match="reads lists"):
        fit(LatentClass(), ORLEANS.cells, seed=1)
    apart = fit(SHORT, lists_of(["a", "b", "c"], {"a": 3, "b": 4, "c": 5}), seed=1)
    assert float(apart["posterior"]["true_count"].quantile(0.975)) > 60
    assert "nobody is on two lists" in apart["lists"].attrs["cautions"]
    names = list("abcdefghijkl")
    many = lists_of(names, dict.fromkeys(names, 5) | {"a+b+c": 2, "d+l": 3, "+".join(names): 1})
    assert np.isfinite(fit(SHORT, many, seed=1)["posterior"]["true_count"].values).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"classes": 0}, "classes 0: expected a whole number from 1 to 50"),
        ({"chains": 2}, "from 4 to 1000"),
        ({"longest": 1.5}, "whole number"),
        ({"a": 0.0}, "between 0.001 and 1000"),
        ({"b": float("inf")}, "between"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ModelError, match=words):
        LatentClass(**arguments)


def test_methods_paragraph():
    assert "Manrique-Vallier 2016" in repr(LatentClass())
    assert LatentClass().priors()[0].family == "gamma"
