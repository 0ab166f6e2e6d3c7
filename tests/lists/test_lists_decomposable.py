"""Averages over decomposable graphs: figures of others, cautions, refusals."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from estimators import datasets
from estimators.diagnostics import convergence
from estimators.errors import DataError, ExistenceError, IdentificationWarning, ModelError
from estimators.inference import fit
from estimators.lists import read_lists
from estimators.lists.decomposable import DecomposableGraphs, delta_sweep


def lists_of(names, cells):
    rows = [[int(name in pattern.split("+")) for name in names] + [count] for pattern, count in cells.items()]
    return read_lists(pd.DataFrame(rows, columns=[*names, "count"]))


# Victims of modern slavery in the UK, Silverman 2014, five lists.
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
# New Orleans, Bales, Murphy & Silverman 2020, five lists.
ORLEANS = lists_of(
    ["A", "B", "C", "D", "H"],
    {"A": 25, "B": 24, "C": 70, "D": 33, "H": 21, "A+B": 1, "A+C": 1, "A+D": 2, "B+C": 2, "B+D": 2, "B+H": 1, "C+D": 1}
    | {"A+B+C": 1, "A+B+D": 1},
)


@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        yield


@pytest.mark.parametrize(("lists", "expected"), [(UK_5, (10387, 22990, 33510)), (ORLEANS, (511, 869, 1762))])
def test_medians_of_dga(quiet, lists, expected):
    """R package dga 2.0.2 on every whole number, delta = 1/32: estimate and 95 % limits."""
    found = fit(DecomposableGraphs(sweep=False), lists, seed=1)["quantiles"]["true_count"]
    assert found.sel(probability=[0.025, 0.5, 0.975]).values.ravel() == pytest.approx(expected, rel=1e-3)


def test_groups(quiet):
    post = fit(DecomposableGraphs(), ORLEANS, seed=1)
    assert post.attrs["engine"] == "exact sum over graphs"
    draws = post["posterior"]["true_count"].values.ravel()
    assert np.median(draws) == pytest.approx(869, rel=0.05)
    assert post["models"]["weight"].values[0] == pytest.approx(0.05095221, rel=1e-3)  # dga
    assert str(post["models"]["model"].values[0]) == "C+H, A, B, D"
    assert post["models"].attrs["graphs"] == 822
    fitted = post["lists"]["fitted"]
    assert float(np.abs(fitted.sum() - 185)) < 10
    assert np.isinf(post["moments"]["true_count"].values).all()
    assert convergence(post).status == "independent draws"


def test_a_graph_with_all_the_weight_has_the_interval_of_the_average(quiet):
    post = fit(DecomposableGraphs(sweep=False), datasets.lists("Kosovo"), seed=1)
    models, average = (
        post["models"].to_dataset(),
        post["quantiles"]["true_count"].sel(probability=[0.5, 0.975]).values.ravel(),
    )
    assert models["weight"].values[0] > 0.98
    best = [models[f"true_count_{end}"].values[0] for end in ("median", "upper")]
    assert best == pytest.approx(average, rel=0.005)
    assert (models["true_count_lower"] <= models["true_count_median"]).all()


def test_same_seed_same_draws_and_to_disk(quiet, tmp_path):
    one, other = (fit(DecomposableGraphs(sweep=False), ORLEANS, seed=3) for _ in range(2))
    assert one["posterior"].equals(other["posterior"])
    one.to_netcdf(tmp_path / "post.nc")
    back = xr.open_datatree(tmp_path / "post.nc")
    assert back["models"]["weight"].values.tolist() == one["models"]["weight"].values.tolist()
    back.close()


def test_delta_decides_and_says_so():
    with pytest.warns(IdentificationWarning, match="delta decides") as found:
        post = fit(DecomposableGraphs(), UK_5, seed=1)
    assert post["quantiles"]["true_count"].sel(probability=0.5).item() == pytest.approx(22990, rel=1e-3)
    assert len(json.loads(post["lists"].attrs["cautions"])) == len(found)
    with pytest.warns(IdentificationWarning, match="joins all lists says nothing"):
        post = fit(DecomposableGraphs(delta=0.5, sweep=False), UK_5, seed=1)
    assert np.isfinite(post["moments"]["true_count"].values).all()
    table = delta_sweep(UK_5, [1 / 32, 0.5])
    assert table["true_count_median"].tolist() == pytest.approx([22990, 2786], rel=1e-3)
    assert table["weight_of_joined"].iloc[1] == pytest.approx(0.995, abs=1e-3)


def test_a_walk_says_that_it_is_one():
    with pytest.warns(IdentificationWarning, match="random walk"):
        post = fit(DecomposableGraphs(graphs=3000), ORLEANS, seed=1)
    assert post["quantiles"]["true_count"].sel(probability=0.5).item() == pytest.approx(869, rel=0.03)


def test_more_lists_than_can_be_listed(quiet):
    rng = np.random.default_rng(1)
    names = list("abcdefgh")
    table = pd.DataFrame((rng.random((2000, 8)) < 0.12).astype(int), columns=names)
    lists = read_lists(table[table.any(axis=1)])
    with pytest.raises(ModelError, match="needs 3 to 7 lists"):
        fit(DecomposableGraphs(), lists, seed=1)
    post = fit(DecomposableGraphs(graphs=1500), lists, seed=1)
    low, high = post["quantiles"]["true_count"].sel(probability=[0.025, 0.975]).values.ravel()
    assert low < 2000 < high


def test_nonsense_is_refused_or_wide(quiet):
    with pytest.raises(ModelError, match="needs 3 to 7 lists: here are 2"):
        fit(DecomposableGraphs(), lists_of(["a", "b"], {"a": 3, "b": 4, "a+b": 2}), seed=1)
    with pytest.raises(ExistenceError, match="cannot be normalised"):
        fit(DecomposableGraphs(count_prior="uniform"), ORLEANS, seed=1)
    with pytest.raises(DataError, match="at least one person"):
        lists_of(["a", "b", "c"], {"a": 3, "b": 4, "c": 0})
    disjoint = lists_of(["a", "b", "c"], {"a": 3, "b": 4, "c": 5})
    post = fit(DecomposableGraphs(), disjoint, seed=1)
    assert "nobody is on two lists" in post["lists"].attrs["cautions"]
    limits = post["quantiles"]["true_count"].values.ravel()
    assert np.isfinite(limits).all()
    assert limits[-1] > 10 * 12
    tiny = fit(DecomposableGraphs(delta=1e-6, sweep=False), disjoint, seed=1)
    assert any("beyond" in text for text in json.loads(tiny["lists"].attrs["cautions"]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"delta": 0.0}, "between 1e-6 and 1e6"),
        ({"delta": float("nan")}, "between"),
        ({"count_prior": "flat"}, "expected '1/N' or 'uniform'"),
        ({"graphs": 5}, "at least 100"),
        ({"graphs": "some"}, "expected 'all'"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ModelError, match=words):
        DecomposableGraphs(**arguments)


def test_methods_paragraph():
    assert "Madigan & York 1997" in repr(DecomposableGraphs())
    assert "random walk" in repr(DecomposableGraphs(graphs=500))
