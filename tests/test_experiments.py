"""Experiments are short and do nothing when they are imported; the slow tests run those that sample, test_audit.py the first one."""

import ast
import importlib.util
from pathlib import Path

import pandas as pd
import pytest

import estimators as est

ROOT = Path(__file__).parent.parent
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.py"))
LONGEST = 40
SAMPLED = {
    "latin_america": ("funnel_ratio.csv", "periods_true_count.svg"),
    "mexican_states": ("tiles_incidence.svg", "mass_events.csv", "coverage.csv"),
    "exploitation_forms": ("division.csv", "tipping_points.csv", "division.svg"),
}

LISTS = {
    "uk_modern_slavery": (10_000, 40_000),
    "kosovo_killings": (9_000, 18_000),
}  # between which the limits lie, roughly


def imported(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_experiments():
    assert {path.stem for path in EXPERIMENTS} == {"mexico_claim_audit", *SAMPLED, *LISTS}


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_files_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LONGEST
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 < 40, node.name
    assert ast.get_docstring(tree)
    assert any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_importing_does_nothing(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    imported(path)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLED)
def test_experiments_converge_and_say_what_their_figures_rest_on(name, tmp_path):
    paths = {path.name: path for path in imported(ROOT / "experiments" / f"{name}.py").main(out=tmp_path)}
    assert {"report.html", "posterior.nc", "summary.csv", "forest.svg", *SAMPLED[name]} <= set(paths)
    post = est.load(paths["posterior.nc"])
    assert est.convergence(post).status == "publishable", est.convergence(post).text
    assert post.attrs["engine"] == "laplace", post.attrs["engine_reason"]
    worst = pd.read_csv(paths["convergence.csv"])
    assert worst["pareto_k"].max() < 0.7
    assert worst["effective_draws"].min() > 400
    verdict = est.identification(post).verdict
    page = paths["report.html"].read_text(encoding="utf-8")
    assert f"Verdict: {verdict}" in page
    assert "not publishable" not in page
    for path in paths.values():
        if path.suffix == ".csv":
            assert set(pd.read_csv(path)["verdict"]) == {verdict}, path.name
    if name == "exploitation_forms":
        assert "is not identified" in page
        assert "An assumption, not a result" in page
        ratios = pd.read_csv(paths["division.csv"]).set_index(["ratio_of", "given"])
        lower, upper = (
            ratios.loc[("share reported", "with the figures"), f"ratio_{end}"] for end in ("lower", "upper")
        )
        assert lower < 0.25
        assert upper > 1.0, "the figures cannot say which form is reported less"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::estimators.errors.IdentificationWarning")  # they stand in the report
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_reported_with_all_methods_and_checks(name, tmp_path):
    paths = {path.name: path for path in imported(ROOT / "experiments" / f"{name}.py").main(out=tmp_path)}
    checks = {"lists_hidden.csv", "lists_left_out.csv", "lists_merged.csv", "lists_added.csv", "assumption_moved.csv"}
    assert {"report.html", "posterior.nc", "summary.csv", "methods_compared.csv", *checks} <= set(paths)
    summary, methods = pd.read_csv(paths["summary.csv"]), pd.read_csv(paths["methods_compared.csv"])
    low, high = LISTS[name]
    assert 0.8 * low < summary["true_count_lower"].item() < summary["true_count_upper"].item() < high
    assert len(methods) == 13
    page = paths["report.html"].read_text(encoding="utf-8")
    assert "Verdict: conditional" in page
    assert "Verdict: not known" not in page
    for path in paths.values():
        if path.suffix == ".csv":
            assert set(pd.read_csv(path)["verdict"]) == {"conditional"}, path.name
