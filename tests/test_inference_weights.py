"""What `fit` does with weighted draws of which few are worth anything."""

from dataclasses import replace

import pandas as pd
import pytest

import estimators as est
from estimators.synthesis.laplace import engine

MODEL = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))


@pytest.fixture
def few_are_effective(monkeypatch):
    drawn = engine.draw

    def poor(panel, draws, rng, start=None):
        found = drawn(panel, draws, rng, start)
        return replace(found, pareto_k=0.2, effective=1.0 / (1.0 / (0.04 * found.proposed) + 1.0 / draws))

    monkeypatch.setattr(engine, "draw", poor)


@pytest.fixture
def evidence():
    rows = [
        (area, "2020", name, count)
        for area in "AB"
        for name, count in (("victims_identified", 9), ("population", 10**6))
    ]
    return est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]).assign(source="us"))


def test_asked_for_all_the_same_they_carry_a_warning(few_are_effective, evidence):
    with pytest.warns(est.ConvergenceWarning, match=r"4\.0 % of the proposed draws are effective"):
        post = est.fit(MODEL, evidence, seed=1, engine="laplace", sampling=est.Sampling(draws=500))
    assert "deviations come out too small" in post.attrs["engine_reason"]


def test_left_to_itself_fit_takes_a_sampler(few_are_effective, evidence):
    post = est.fit(MODEL, evidence, seed=1, sampling=est.Sampling(draws=500, tune=500))
    assert post.attrs["engine"] == "nuts"
    assert "proposes too far from the posterior" in post.attrs["engine_reason"]
