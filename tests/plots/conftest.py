"""Results that figures are drawn from: an exact one, one with three anchors, a small synthesis, and findings about it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import estimators as est

CLAIM = est.Claim("1 in 100", by="somebody", within=3)
FOREST = {
    "left_out": ["none left out", "identified_victims", "a claim"],
    "median": [140_000.0, 133_000.0, 6_600.0],
    "lower": [26_000.0, 14_000.0, 1_100.0],
    "upper": [710_000.0, 1_100_000.0, 71_000.0],
}
HELD = {
    "held": ["typical reporting probability"] * 3 + ["capacity on incidence (δ)"] * 3,
    "at": [0.01, 0.1, 0.5, -1.0, 0.0, 1.0],
    "median": [310_000.0, 48_000.0, 5_400.0, 190_000.0, 150_000.0, 140_000.0],
    "lower": [140_000.0, 26_000.0, 3_100.0, 37_000.0, 28_000.0, 29_000.0],
    "upper": [610_000.0, 110_000.0, 17_000.0, 1_200_000.0, 670_000.0, 570_000.0],
}
UNIVERSES = {
    "process.level": ["as it is", "wider"],
    "median": [2e5, 3e5],
    "lower": [5e4, 1e5],
    "upper": [1e6, 9e5],
    "pareto_k": [0.3, 0.4],
    "effective_draws": [800.0, 700.0],
}
METHODS = {
    "method": ["independence", "sample_coverage", "latent_class"],
    "estimate": [12_000.0, 16_000.0, np.nan],
    "lower": [11_000.0, 12_000.0, np.nan],
    "upper": [13_000.0, 25_000.0, np.nan],
    "status": ["warning", "ok", "refused"],
}


def fit_synthesis():
    """Two countries and two years: seconds, and too few draws to publish."""
    funnel = est.JusticeFunnel(stages=("investigations_opened", "persons_prosecuted", "persons_convicted"))
    rows = [
        {"area": area, "period": period, "indicator": name, "value": value, "source": "invented"}
        for area, scale in (("MEX", 8), ("GTM", 1))
        for period in ("2017", "2018")
        for name, value in (
            ("victims_identified", 90 * scale),
            ("investigations_opened", 41 * scale),
            ("persons_prosecuted", 21 * scale),
            ("persons_convicted", 8 * scale),
            ("population", 15_000_000 * scale),
        )
        if (area, name) != ("GTM", "persons_convicted")
    ]
    model = est.Synthesis(
        est.Incidence(), (est.IdentifiedVictims(), funnel), anchors=(est.Claim("1 in 100", area="MEX"),)
    )
    sampling = est.Sampling(draws=100)
    return est.fit(model, est.read_evidence(pd.DataFrame(rows)), seed=1, sampling=sampling)


def calibration():
    model = est.Multiplier(est.Claim("1 in 10"), dependence="independent")
    found = est.calibrate(model, replicates=500, seed=1)
    rng = np.random.default_rng(1)
    counts = [tuple(np.bincount(rng.integers(0, 100, 500), minlength=100)) for _ in range(len(found.table))]
    return est.Finding(found.name, found.status, found.text, found.table.assign(rank_counts=counts))


def results(synthesis, effective=None):
    """Everything a figure can be drawn from; `effective` draws make the synthesis one that may or may not be published."""
    if effective is not None:
        synthesis = synthesis.copy(deep=True)
        synthesis["sample_stats"] = (
            synthesis["sample_stats"].to_dataset().assign(effective_draws=effective, pareto_k=0.2)
        )
    table = est.summary(synthesis)
    last = table[table["period"] == "2018"]
    check = (
        est.Finding("leave one source out", "moved by a claim", "Invented.", pd.DataFrame(FOREST)),
        est.Finding("tipping table", "assumptions held at values", "Invented.", pd.DataFrame(HELD)),
    )
    universes = pd.DataFrame(UNIVERSES)
    state = {"verdict": last["verdict"].iloc[0], "convergence": last["convergence"].iloc[0]}
    return SimpleNamespace(
        post=synthesis,
        table=table,
        last=last,
        checks=check,
        multiverse=est.Finding("multiverse", "within a factor 1.5", "Two universes.", universes),
        calibration=calibration(),
        lists=pd.DataFrame(METHODS),
        predictions=est.prediction_table(synthesis).assign(**state),
    )


@pytest.fixture(scope="session")
def synthesis():
    return fit_synthesis()


@pytest.fixture(scope="session")
def poor(synthesis):
    return results(synthesis, 150.0)


@pytest.fixture(scope="session")
def sound(synthesis):
    return results(synthesis, 1500.0)


@pytest.fixture(scope="session")
def exact():
    return est.fit(est.Multiplier(CLAIM), est.datasets.mexico(), seed=1)


@pytest.fixture(scope="session")
def three_anchors():
    """A survey far below what claim and range imply."""
    survey = est.ExternalEstimate("household survey", 2000.0, 0.2, by="an office", reason="invented")
    model = est.AnchorBudget((CLAIM, survey, est.gamma_prior(3, 500, reason="wide on purpose")))
    return est.fit(model, est.datasets.mexico(), seed=1)
