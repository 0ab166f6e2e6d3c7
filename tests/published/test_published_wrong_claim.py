"""A claim that is five times too low is believed, fitted and not noticed; an outside source brings the truth back into the interval.

World, models and closed form are those of docs/wrong-claim.md, whose code is run here. Node-splitting and its power: Presanis, A. M. et
al. 2013 (doi:10.1214/13-STS426).
"""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import estimators as est

PAGE = Path(__file__).parents[2] / "docs" / "wrong-claim.md"
SEED = 4  # of the world on the page, chosen once; seed 1 is held by a hair when sampled with the survey
SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def page():
    """Names that the page defines."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    names = {}
    exec(compile("\n".join(blocks), PAGE, "exec"), names)  # noqa: S102
    return SimpleNamespace(**names)


def worlds(page, seed):
    """Truth, and for each model the figures it may read."""
    evidence, truth = page.simulate(seed)
    official = evidence.where(indicator=tuple(name for name in evidence.indicators if name != "prevalence_stock"))
    return truth, {"claim": (page.told, official), "survey": (page.asked, evidence)}


def test_page_speaks_of_this_world(page):
    _, truth = page.simulate(SEED)
    assert page.truth == truth
    assert truth == pytest.approx(11.65, abs=0.005)


def test_the_claim_pulls_and_the_anchor_table_shows_it(page):
    table = page.verdicts["claim and survey"].anchors
    total = np.log(table.groupby("anchor")["implied"].sum()) - page.truth
    claim, survey = (total[total.index.str.contains(word)].item() for word in ("1 in 100", "survey"))
    assert claim == pytest.approx(np.log(4.9), abs=0.6)
    assert abs(survey) < 0.5


@pytest.mark.slow
def test_it_is_not_luck(page):
    missed, held = [], []
    for seed in SEEDS:
        truth, models = worlds(page, seed)
        for name, found in (("claim", missed), ("survey", held)):
            mean, sd, told, inside = page.look(*models[name])
            found.append(abs(truth - mean) < 1.96 * sd)
            assert told.verdict != "compatible"
            assert inside > 0.9
    assert sum(missed) == 0
    assert sum(held) >= 19


@pytest.mark.slow
@pytest.mark.parametrize(("name", "quantiles", "covers"), [
    ("claim", (11.79, 13.08, 14.36), False),
    ("survey", (11.31, 11.96, 12.62), True),
])  # fmt: skip
def test_sampled(page, name, quantiles, covers):
    truth, models = worlds(page, SEED)
    post = est.fit(*models[name], seed=1, sampling=est.Sampling(draws=1500, tune=1500))
    total = np.log(post["posterior"]["true_count"].sum(["area", "period"]).values.ravel())
    lower, median, upper = np.quantile(total, [0.025, 0.5, 0.975])
    assert [lower, median, upper] == pytest.approx(quantiles, abs=0.12)
    assert (lower < truth < upper) == covers

    # nothing warns: computed well, fits well, and yet
    assert est.convergence(post).status == "publishable"
    for kind, draws in post["posterior_predictive"].to_dataset().items():
        figures = post["figures"][f"{kind} lower"].values
        below, above = draws.quantile([0.025, 0.975], dim=("chain", "draw")).values
        assert ((below <= figures) & (figures <= above)).mean() > 0.93
    assert est.identification(post).verdict == "untestable at this credibility"
