"""The published table is of the catalogue as it stands, and the catalogue has every estimator."""

import argparse
import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest

from estimators import counts
from estimators.calibration.calibrating import _plan
from estimators.execution import fingerprint

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def scripts():
    sys.path.append(str(ROOT / "benchmarks"))
    return importlib.import_module("calibrated"), importlib.import_module("calibrate_all")


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(ROOT / "docs" / "calibration.csv")


def test_every_estimator_is_in_the_catalogue(scripts):
    tried = {type(line.estimator).__name__ for line in scripts[0].CATALOGUE}
    assert set(counts.__all__) - tried == {"Bounds"}, "which has no distribution"
    names = [line.name for line in scripts[0].CATALOGUE]
    assert len(set(names)) == len(names)


def test_the_table_is_of_the_catalogue(scripts, table):
    made = table.groupby("estimator", sort=False).first()
    expected = {line.name: (line.form, line.hash, scripts[0].SEED, line.replicates) for line in scripts[0].CATALOGUE}
    assert list(made.index) == list(expected)
    for name, (form, hash_, seed, replicates) in expected.items():
        row = made.loc[name]
        assert (row["form"], row["design"], row["seed"]) == (form, hash_, seed), f"{name}: make the table again"
        assert row["replicates"] + row["failed"] == replicates
        assert "numpy" in row["versions"]


def test_every_line_is_calibrated(table):
    assert (table["status"] == "calibrated").all()
    assert (table["p_holm"] >= 0.01).all()
    for mass in (50, 80, 95):
        assert ((table[f"coverage_{mass}"] - mass / 100).abs() < 5 * table[f"error_{mass}"]).all()


def test_the_page_shows_the_worst_lines(scripts, table):
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert scripts[1].worst_lines(table) in page


def test_every_design_has_a_lasting_name_so_that_a_journal_can_be_kept(scripts):
    designs = [line for line in scripts[0].CATALOGUE if line.design is not None and line.form == "prior"]
    names = [
        [fingerprint(_plan(line.estimator, line.design, None, (100, 99), None, 1)) for line in designs] for _ in "ab"
    ]
    assert names[0] == names[1]
    assert len(set(names[0])) == len(designs)


def test_one_line_can_be_made_again(scripts, tmp_path):
    catalogue, script = scripts
    options = argparse.Namespace(replicates=100, workers=1, scheduler=None, journals=None)
    path = tmp_path / "table.csv"
    first, second = (line for line in catalogue.CATALOGUE if line.name.startswith("ThinnedPoisson") and not line.design)
    script.written([script.calibrate(second, options)], path)
    both = script.written([script.calibrate(first, options)], path)
    assert list(dict.fromkeys(both["estimator"])) == [first.name, second.name]
    again = script.written([script.calibrate(second, options)], path)
    assert list(dict.fromkeys(again["estimator"])) == [first.name, second.name]
    assert len(again) == len(both)
