"""Figures drawn from what `estimators.check` and `estimators.calibrate` really return, and marks that depend on what is drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

import estimators as est
from estimators import numbers


@pytest.fixture(scope="module")
def checked():
    """Two countries, two years, all checks: seconds."""
    claim = est.Claim("1 in 100", area="MEX")
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),), anchors=(claim,))
    evidence = est.datasets.latin_america().where(area=("MEX", "GTM"), start="2017-01-01", end="2018-12-31")
    evidence = evidence.where(indicator=("victims_identified", "population"))
    post = est.fit(model, evidence, seed=1, sampling=est.Sampling(draws=100))
    return post, est.check(model, evidence, post, seed=2, sampling=est.Sampling(draws=50, chains=2))


@pytest.mark.slow
@pytest.mark.parametrize("what", ["source", "area"])
def test_findings_of_a_check_are_found_and_told(checked, what):
    post, findings = checked
    table = next(each for each in findings if each.name == f"leave one {what} out").table
    first = table.iloc[0]
    text = est.alternative(est.plot_leave_one_out(post, findings, what=what))
    assert numbers.estimate(first["median"], first["lower"], first["upper"]) in text


@pytest.mark.slow
def test_the_tipping_table_of_a_check_is_drawn(checked):
    post, findings = checked
    table = next(each for each in findings if each.name == "tipping table").table
    (axes,) = est.plot_tipping_points(post, findings).axes
    assert axes.get_xlabel() == "typical reporting probability"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), table["median"])
    np.testing.assert_allclose(axes.lines[0].get_xdata(), table["at"])


def test_a_calibration_without_ranks_draws_coverage_alone():
    found = est.calibrate(est.Multiplier(est.Claim("1 in 10"), dependence="independent"), replicates=200, seed=1)
    bare = replace(found, table=found.table.drop(columns="rank_counts"))
    figure = est.plot_calibration(bare, quantities=["true_count"])
    (axes,) = figure.axes
    row = found.table.set_index("quantity").loc["true_count"]
    middle = [float(line.get_xdata()[0]) for line in axes.lines[:3]]
    assert middle == pytest.approx([100.0 * row[f"coverage_{mass}"] - mass for mass in (50, 80, 95)])


def test_figures_far_out_are_named_and_marked_by_shape():
    rows = {
        "stream": "identified_victims",
        "indicator": "victims_identified",
        "about": [f"AA 20{year}" for year in range(10, 20)],
        "lower": [10.0] * 8 + [400.0, 1.0],
        "upper": [10.0] * 8 + [400.0, np.inf],
        "predicted_median": [11.0] * 8 + [12.0, 90.0],
        "predicted_lower": [5.0] * 8 + [6.0, 50.0],
        "predicted_upper": [22.0] * 8 + [25.0, 200.0],
        "tail": [0.8] * 8 + [0.001, 0.002],
    }
    table = pd.DataFrame(rows).assign(verdict="unauditable", convergence="publishable")
    (axes,) = est.plot_predictions(table).axes
    named = [text.get_text() for text in axes.texts if isinstance(text, Annotation)]
    assert sorted(named) == ["AA 2018", "AA 2019"]
    usual, rare = axes.lines[:2]
    assert (usual.get_marker(), rare.get_marker()) == ("o", "^"), "told apart without colour"
    assert rare.get_xdata().tolist() == [400.0, 1.0], "a figure without upper limit stands at its lower one"


def test_universes_are_hollow_where_draws_are_few(sound):
    table = sound.multiverse.table.assign(effective_draws=[800.0, 90.0])
    curve = est.plot_multiverse(est.Finding("multiverse", "x", "Two.", table), post=sound.post).axes[0]
    hollow = curve.lines[1]
    assert hollow.get_markerfacecolor() == "white"
    assert np.flatnonzero(np.isfinite(hollow.get_ydata())).tolist() == [1]


def test_the_cascade_takes_the_period_of_most_figures(poor):
    gone = poor.post.copy(deep=True)
    figures = gone["figures"].to_dataset()
    name = "justice_funnel: persons_convicted about"
    about = ["MEX 1990" if each == "MEX 2018" else each for each in figures[name].values]
    gone["figures"] = figures.assign({name: (figures[name].dims, np.array(about, dtype=object))})
    assert "in 2018:" in est.alternative(est.plot_cascade(poor.post, area="MEX"))
    assert "in 2017:" in est.alternative(est.plot_cascade(gone, area="MEX"))


def test_strata_of_a_stage_are_summed():
    rows = [
        ("AA", year, name, form, value)
        for year in ("2020", "2021")
        for name, form, value in (
            ("victims_identified", "sexual", 40),
            ("victims_identified", "labour", 20),
            ("investigations_opened", "all", 15),
            ("population", "all", 2_000_000),
        )
    ]
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "form", "value"]).assign(source="invented")
    funnel = est.JusticeFunnel(stages=("investigations_opened",))
    model = est.Synthesis(est.Incidence(by="form", strata=("sexual", "labour")), (est.IdentifiedVictims(), funnel))
    post = est.fit(model, est.read_evidence(table), seed=1, sampling=est.Sampling(draws=50))
    assert "victims identified" in est.alternative(est.plot_cascade(post))
    assert "observed 60" in est.alternative(est.plot_cascade(post))
