"""The committed backtest: what it claims, and that a part of it comes out again."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent.parent
TABLE = pd.read_csv(ROOT / "docs" / "projection_backtest.csv", dtype={"months_known": str})
PAGE = (ROOT / "docs" / "projection.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def backtest():
    spec = importlib.util.spec_from_file_location("projection_backtest", ROOT / "benchmarks" / "projection_backtest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("years", ["2016-2024", "even"])
def test_targets_are_met_pooled(years):
    row = TABLE.query("counted == 'all' and level == 'all' and months_known == 'all' and years == @years").iloc[0]
    assert 0.93 <= row["cover_95"] <= 0.97
    assert 0.46 <= row["cover_50"] <= 0.54
    assert row["crps_better_than_scaled"] >= 0.15
    assert row["crps_better_than_ratio"] >= 0.15


def test_national_projections_of_2022_come_out_again(backtest):
    series = backtest.every_series()["victims", "national"]
    backtest.YEARS = [2022]
    rows = pd.DataFrame(backtest.projections("victims", "national", series, backtest.DRAWS))
    assert rows["total"].tolist() == [942] * 3
    printed = re.findall(r"^\| \d months \| ([\d,]+) \| ([\d,]+) \(([\d,]+) – ([\d,]+)\)", PAGE, flags=re.MULTILINE)
    found = [[float(text.replace(",", "")) for text in line] for line in printed]
    np.testing.assert_allclose(rows[["so_far", "median", "lower", "upper"]], found, rtol=0.02)


def test_scores_are_those_of_the_textbook(backtest):
    draws = np.array([1.0, 2.0, 4.0, 7.0])
    by_pairs = np.abs(draws - 3.0).mean() - 0.5 * np.abs(draws[:, None] - draws).mean()
    assert backtest.crps(draws, 3.0) == pytest.approx(by_pairs)
    assert backtest.crps(np.array([5.0]), 3.0) == 2.0


def test_share_inside_is_the_cover_of_randomised_limits(backtest):
    rng, rate = np.random.default_rng(1), 0.4
    mass = np.exp(-rate) * np.cumprod(np.r_[1.0, rate / np.arange(1, 30)])
    reached = np.cumsum(mass)
    came = rng.poisson(rate, 20_000)
    shares = [backtest.share_inside(reached[y] - mass[y], reached[y], 0.25, 0.75) for y in came]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.01)
    assert backtest.share_inside(0.4, 0.4, 0.25, 0.75) == 1.0
