"""Experiments are short and do nothing when they are imported; test_audit.py runs the first one."""

import ast
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.py"))


def imported(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_experiments():
    assert "mexico_claim_audit" in [path.stem for path in EXPERIMENTS]


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_functions_fit_a_screen(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
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
