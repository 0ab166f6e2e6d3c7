"""Figures of results: they are figures, they show what the table says, and the verdict stands under them."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import estimators as est
from estimators.plots.style import to_svg

CLAIM = est.Claim("1 in 100", by="somebody", within=3)
MODELS = {
    "one anchor": (est.Multiplier(CLAIM), "unauditable"),
    "two anchors": (
        est.ThinnedPoisson(CLAIM, est.gamma_prior(3, 500, reason="wide")),
        "untestable at this credibility",
    ),
    "conflict": (
        est.AnchorBudget((est.Claim("1 in 100", within=1.5), est.ExternalEstimate("survey", 2000.0, 0.2))),
        "in conflict",
    ),
    "compatible": (
        est.AnchorBudget((est.Claim("1 in 100", within=1.3), est.ExternalEstimate("survey", 94_000.0, 0.2))),
        "compatible",
    ),
}


def words(figure):
    """Every text on a figure."""
    figure.canvas.draw()
    return " | ".join(text.get_text() for text in figure.findobj(match=lambda artist: hasattr(artist, "get_text")))


@pytest.fixture(scope="module")
def posts():
    evidence = est.datasets.mexico()
    return {name: est.fit(model, evidence, seed=1) for name, (model, _) in MODELS.items()}


@pytest.mark.parametrize("name", MODELS)
def test_every_figure_carries_the_verdict(name, posts):
    post, verdict = posts[name], MODELS[name][1]
    assert est.identification(post).verdict.startswith(verdict)
    figures = (
        est.plot_forest(est.summary(post), label="period"),
        est.plot_anchor_budget(post),
        est.plot_reporting_probability(post),
    )
    for figure in figures:
        assert isinstance(figure, Figure)
        assert est.identification(post).verdict in words(figure)
    assert pyplot.get_fignums() == [], "no figure belongs to pyplot"


def test_the_forest_shows_the_table(posts):
    table = est.summary(posts["one anchor"])
    (axes,) = est.plot_forest(table, label="period", title="Mexico").axes
    assert [label.get_text() for label in axes.get_yticklabels()] == table["period"].tolist()
    assert axes.get_xscale() == "log"
    assert axes.get_title(loc="left") == "Mexico"
    assert "95 % interval" in axes.get_xlabel()
    points = axes.lines[0].get_xydata()
    np.testing.assert_allclose(points[:, 0], table["true_count_median"])
    segments = np.array([segment[:, 0] for segment in axes.collections[0].get_segments()])
    np.testing.assert_allclose(segments, table[["true_count_lower", "true_count_upper"]])
    low, high = axes.get_xlim()
    assert low < table["true_count_lower"].min()
    assert high > table["true_count_upper"].max()


@pytest.mark.parametrize("quantity", ["true_count", "incidence", "reporting_probability"])
def test_a_forest_of_each_quantity(quantity, posts):
    (axes,) = est.plot_forest(est.summary(posts["two anchors"]), label="period", quantity=quantity).axes
    assert quantity.replace("_", " ") in axes.get_xlabel()


def test_a_forest_of_groups_names_every_verdict(posts):
    table = pd.concat([est.summary(post).assign(reading=name) for name, post in posts.items()], ignore_index=True)
    figure = est.plot_forest(table, label="period", group="reading")
    told = words(figure)
    assert all(verdict in told for verdict in table["verdict"].unique())
    assert all(name in told for name in MODELS)


def test_shares_of_the_budget_fill_the_bar(posts):
    (axes,) = est.plot_anchor_budget(posts["two anchors"]).axes
    shares = est.identification(posts["two anchors"]).finding("anchor budget").table["share"]
    np.testing.assert_allclose([patch.get_width() for patch in axes.patches], shares)
    assert sum(patch.get_width() for patch in axes.patches) == pytest.approx(1.0, abs=0.01)


def test_the_reporting_probability_of_a_chosen_period(posts):
    assert "2015" in words(est.plot_reporting_probability(posts["one anchor"], period="2015"))


def test_the_same_result_gives_the_same_bytes(posts):
    first, second = (to_svg(est.plot_anchor_budget(posts["two anchors"])) for _ in range(2))
    assert first == second
    assert first.startswith("<svg")


def test_missing_figures_are_left_out_of_a_forest():
    table = pd.DataFrame({"area": "X", "period": ["2020", "2021"], "indicator": "victims_identified", "value": [5, ""]})
    post = est.fit(est.Multiplier(CLAIM), est.read_evidence(table.astype({"value": object})), seed=1)
    (axes,) = est.plot_forest(est.summary(post), label="period").axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["2020"]


def test_a_forest_of_bounds_is_bars_alone():
    post = est.fit(est.Bounds(0.005, 0.02), est.datasets.mexico(), seed=1)
    figure = est.plot_forest(est.summary(post), label="period")
    assert "unauditable" in words(figure)


def test_a_forest_of_exact_results_says_nothing_of_a_sampler(posts):
    assert "Sampler" not in words(est.plot_forest(est.summary(posts["one anchor"]), label="period"))


def test_a_forest_of_draws_says_whether_they_may_be_published(posts):
    table = est.summary(posts["one anchor"]).assign(convergence="not publishable")
    told = " ".join(words(est.plot_forest(table, label="period")).split())
    assert "Verdict: unauditable. Sampler: not publishable." in told


def test_a_budget_may_say_more(posts):
    assert "Sampler: publishable." in words(est.plot_anchor_budget(posts["two anchors"], note="Sampler: publishable."))
