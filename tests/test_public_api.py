"""The names that users type: all there, all documented, and free until they are used."""

import ast
import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

import estimators as est

ROOT = Path(__file__).parent.parent
STUB = ast.parse((ROOT / "estimators" / "__init__.pyi").read_text(encoding="utf-8"))
NAMES = [alias.name for node in STUB.body if isinstance(node, ast.ImportFrom) for alias in node.names]
HEAVY = {"arviz", "matplotlib", "numpy", "nutpie", "pandas", "pymc", "scipy", "xarray"}

claim = est.Claim("1 in 100", by="somebody", within=3)
rate = est.gamma_prior(3, 500, reason="wide on purpose")
ESTIMATORS = {
    "Bounds": est.Bounds(lowest=1 / 200, highest=1 / 50),
    "Multiplier": est.Multiplier(claim),
    "Misclassification": est.Misclassification((40, 50), (9950, 10_000), examined=20_000),
    "MultiplierTree": est.MultiplierTree(
        (est.Branch("identified", "victims", survey=(9, 30), indicator="victims_identified"),)
    ),
    "ThinnedPoisson": est.ThinnedPoisson(claim, rate),
    "ThinnedNegativeBinomial": est.ThinnedNegativeBinomial(claim, rate, dispersion=8.0),
    "ValidatedRegression": est.ValidatedRegression(typical=est.Claim("20 %")),
    "AnchorBudget": est.AnchorBudget((claim, rate)),
    "HierarchicalThinnedPoisson": est.HierarchicalThinnedPoisson(claim),
}
by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)


def test_nothing_heavy_is_imported_before_it_is_used():
    code = "import sys, estimators; dir(estimators); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert not HEAVY & {name.partition(".")[0] for name in done.stdout.split()}


def test_dir_lists_the_stub():
    assert sorted(dir(est)) == sorted(NAMES)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_name_resolves_and_is_documented(name):
    thing = getattr(est, name)
    text = inspect.getdoc(thing) or ""
    assert text
    assert not text.startswith(f"{name}("), "dataclasses write this themselves"


def test_map_of_the_documentation_lists_every_name():
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert not [name for name in NAMES if f"`{name}`" not in page]


def test_every_estimator_is_tried_here():
    from estimators import counts

    assert set(ESTIMATORS) == set(counts.__all__)


@by_estimator
def test_estimators_are_frozen_values(estimator):
    first = dataclasses.fields(estimator)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(estimator, first, None)
    assert dataclasses.replace(estimator) == estimator


@by_estimator
def test_repr_is_a_methods_paragraph(estimator):
    text = repr(estimator)
    assert text.startswith(type(estimator).__name__ + ". ")
    assert text.endswith(".")
    assert "(area" not in text
    assert "Claim(" not in text


@by_estimator
def test_assumptions_are_stated(estimator):
    assert estimator.assumptions()
    assert all(prior.reason for prior in estimator.priors())


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name != "HierarchicalThinnedPoisson"])
def test_result_goes_to_netcdf_and_back(name, tmp_path):
    evidence = est.single_figure(494, area="MEX", period="2022-H1", population=128_000_000)
    post = est.fit(ESTIMATORS[name], evidence, seed=1)
    for node in post.subtree:
        attributes = [node.attrs, *(variable.attrs for variable in node.to_dataset().variables.values())]
        assert all(type(value) in (str, int, float) for attrs in attributes for value in attrs.values())
    post.to_netcdf(tmp_path / "post.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "post.nc", engine="h5netcdf") as read:
        assert dict(read.attrs) == dict(post.attrs)
        assert set(read.children) == set(post.children)
        xr.testing.assert_equal(read["observed_data"].to_dataset(), post["observed_data"].to_dataset())
