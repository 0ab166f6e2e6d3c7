"""Every check of a synthesis, on a small panel of real size counts."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import special, stats

import estimators as est
from estimators.checks import fits
from estimators.checks.fits import level
from estimators.checks.predictive import completed, predictive_findings
from estimators.checks.refits import Refits
from estimators.checks.sensitivity import power_scaling_finding, reported_rate_finding
from estimators.checks.sources import areas_finding, placebo_finding, sources_finding
from estimators.checks.tipping import DELTAS, SHARES, tipping_finding
from estimators.sampling import Sampling
from estimators.synthesis.distributions import Poisson
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.outcome import as_drawn, known_values

AREAS = ("MEX", "GTM", "COL", "PER")
YEARS = range(2014, 2018)
CLAIM = est.Claim("1 in 100", by="somebody", area="MEX", within=2)
QUICK = Sampling(draws=250, tune=300, chains=2, target_accept=0.9)


def plain(items, what):
    return items


def by_sampler(refits, change):
    """The same refit from the compiled graph."""
    posterior, _ = refits._sampler.sample(refits.sampling, refits.seed, change.data())
    return refits.panel.world(known_values(posterior, refits.panel), NUMPY)


@pytest.fixture(scope="module")
def evidence():
    wanted = est.datasets.latin_america().where(area=AREAS, start="2014-01-01", end="2017-12-31")
    survey = pd.DataFrame(
        {
            "area": ["MEX"],
            "period": ["2016"],
            "indicator": "prevalence_stock",
            "value": [341_000],
            "source": "Walk Free",
        }
    )
    table = wanted.table.drop(columns="period", errors="ignore")
    merged = pd.concat(
        [table, survey.assign(period_start="2016-01-01", period_end="2016-12-31").drop(columns="period")]
    )
    return est.read_evidence(
        merged[["area", "period_start", "period_end", "indicator", "value", "lower", "upper", "bound", "source"]]
    )


@pytest.fixture(scope="module")
def model():
    funnel = est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted"))
    return est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), funnel, est.Survey()), anchors=(CLAIM,))


@pytest.fixture(scope="module")
def post(model, evidence):
    return est.fit(model, evidence, seed=3, sampling=Sampling(draws=400, tune=400, chains=2))


@pytest.fixture(scope="module")
def refits(model, evidence):
    return Refits(model.figures(evidence), QUICK, seed=4)


@pytest.fixture(scope="module")
def full(refits):
    return refits.full


@pytest.fixture(scope="module")
def sources(refits, full):
    return sources_finding(refits, full, plain)


def test_every_source_is_left_out_once(sources):
    forest, split = sources
    expected = ["identified_victims", "justice_funnel", "survey", CLAIM.name]
    assert forest.table["left_out"].tolist() == ["none left out", *expected]
    assert split.table["source"].tolist() == expected
    assert (forest.table["lower"] < forest.table["median"]).all()
    assert (forest.table["median"] < forest.table["upper"]).all()


@pytest.mark.slow
def test_leaving_rows_out_is_the_model_without_them(model, evidence, refits):
    """Rows taken from the panel, and weights of 0 in the graph, against a model that never had them, fitted on its own."""
    panel = refits.panel
    rest = {key: rows for key, rows in panel.figures.items() if key[0] != "survey"}
    dropped = level(refits.world(refits.without_stream("survey")))
    never = level(Refits(replace(panel, figures=rest), QUICK, seed=5).full)
    sampled = level(by_sampler(refits, refits.without_stream("survey")))
    for found in (dropped, sampled):
        assert abs(found.mean() - never.mean()) < 5.0 * np.hypot(found.std(), never.std()) / np.sqrt(100)
        assert 0.7 < found.std() / never.std() < 1.4


def test_without_area_drops_its_rows_and_no_others(refits):
    change = refits.without_area(AREAS.index("GTM"))
    weights = change.data()
    for (stream, term), rows in refits.panel.figures.items():
        kept = tuple(label for label in rows.labels if "GTM" not in label)
        assert change.panel.figures[stream, term].labels == kept
        if len(rows):
            left_out = np.array(["GTM" in label for label in rows.labels])
            np.testing.assert_array_equal(weights[f"weight {stream}: {term}"] == 0.0, left_out)


def test_held_location_stays_where_it_is_held(refits):
    world = refits.world(refits.held("logit_reporting_level", float(special.logit(0.2))))
    assert abs(special.expit(world["logit_reporting_level"]).mean() - 0.2) < 0.001


def test_held_location_is_held_in_arrays_and_in_the_graph(refits):
    change = refits.held("logit_reporting_level", -3.0)
    mean, sd = refits.panel.location_prior
    names = [location.name for location in refits.panel.locations]
    held = np.array(names) == "logit_reporting_level"
    np.testing.assert_array_equal(change.panel.location_prior[0], np.where(held, -3.0, mean))
    np.testing.assert_array_equal(change.panel.location_prior[1], np.where(held, 1e-3, sd))
    np.testing.assert_array_equal(change.data()["location_mean"], np.where(held, -3.0, mean))
    assert [each.name for each in change.panel.unknowns] == [each.name for each in refits.panel.unknowns]


@pytest.mark.parametrize("value", [-4.0, pytest.param(-1.0, marks=pytest.mark.slow)])
def test_a_start_that_was_moved_changes_nothing_but_the_time(refits, value):
    """Draws from the moved posterior of the full model against draws from the mode, within simulation error."""
    change = refits.held("logit_reporting_level", value)
    start = refits._full[1].moved(change.panel)
    warm = fits.engine.draw(change.panel, 1000, np.random.default_rng(1), start)
    cold = fits.engine.draw(change.panel, 1000, np.random.default_rng(2))
    assert warm.trusted
    assert cold.trusted
    one, two = (level(change.panel.world(found.known, NUMPY)) for found in (warm, cold))
    error = np.hypot(one.std() / np.sqrt(warm.effective), two.std() / np.sqrt(cold.effective))
    assert abs(one.mean() - two.mean()) < 4.0 * error
    assert 0.75 < one.std() / two.std() < 1.35


def test_a_start_is_refused_where_the_posterior_is_far(refits):
    start = refits._full[1]
    assert start.moved(refits.without_area(0).panel) is not None
    assert start.moved(refits.without_stream("identified_victims").panel) is None
    parts = tuple(replace(part, walk_sd=replace(part.walk_sd, parameters=(0.0, 0.5))) if part.name == "incidence" else part
                  for part in refits.panel.parts)  # fmt: skip
    assert start.moved(replace(refits.panel, parts=parts)) is None


@pytest.mark.slow
def test_refits_do_not_depend_on_their_order(model, evidence, refits, full):
    panel = model.figures(evidence)
    alone = Refits(panel, QUICK, seed=4)
    np.testing.assert_array_equal(
        level(alone.world(alone.without_area(1))), level(refits.world(refits.without_area(1)))
    )
    other = Refits(panel, QUICK, seed=5)
    assert not np.array_equal(level(other.full), level(full))


def test_a_refit_that_cannot_be_trusted_is_sampled_and_said_to_be(refits, monkeypatch):
    """The graph is told of the change, and the finding says which refits it drew."""
    told = []
    drawn = as_drawn(fits.engine.draw(refits.panel, 100, np.random.default_rng(1)).known, refits.panel, 2)
    monkeypatch.setattr(fits.engine.Draws, "trusted", False)
    mine = Refits(refits.panel, QUICK, seed=4)
    sampler = SimpleNamespace(
        sample=lambda sampling, seed, data: (told.append((sampling, seed, set(data))), (drawn, None))[1]
    )
    mine.__dict__["_sampler"] = sampler
    finding = placebo_finding(mine, mine.full, plain)
    victims, funnel = ({f"figures {stream}: {term}" for stream, term in refits.panel.figures if stream == name}
                       for name in ("identified_victims", "justice_funnel"))  # fmt: skip
    assert told[0] == (QUICK, 4, set())
    assert told[1][2] == victims
    assert told[2][2] <= funnel
    assert finding.text.endswith("trusted: nothing changed, identified_victims shuffled, justice_funnel shuffled.")
    assert mine.note() == ""


def test_held_location_leaves_the_other_priors_alone(refits):
    data = refits.held("logit_reporting_level", -3.0).data()
    covariance = data["location_rotation"] @ data["location_rotation"].T
    sd = refits.panel.location_prior[1].copy()
    sd[[location.name for location in refits.panel.locations].index("logit_reporting_level")] = 1e-3
    np.testing.assert_allclose(covariance, np.diag(sd**2), atol=1e-10)


@pytest.mark.slow
def test_tipping_table_falls_as_reporting_rises(refits):
    table = tipping_finding(refits, plain).table
    held = table[table["held"] == "typical reporting probability"]
    assert held["at"].tolist() == list(SHARES)
    assert (np.diff(held["median"]) < 0).all()
    assert held["median"].iloc[0] / held["median"].iloc[-1] > 10
    assert table.loc[table["held"] == "capacity on incidence (δ)", "at"].tolist() == list(DELTAS)


def test_shuffling_deals_out_the_same_figures(refits):
    rows = refits.panel.figures["justice_funnel", "persons_prosecuted"]
    change = refits.shuffled("justice_funnel", np.random.default_rng(1))
    dealt = change.data()["figures justice_funnel: persons_prosecuted"]
    assert sorted(dealt) == sorted(rows.lower)
    assert not np.array_equal(dealt, rows.lower)
    np.testing.assert_array_equal(change.panel.figures["justice_funnel", "persons_prosecuted"].lower, dealt)
    assert refits.shuffled("statements", np.random.default_rng(1)) is None


def test_placebo_says_that_the_funnel_does_not_set_the_level(refits, full):
    finding = placebo_finding(refits, full, plain)
    assert "justice_funnel" in finding.status
    assert finding.table["replaced"].tolist() == ["nothing", "identified_victims", "justice_funnel"]


@pytest.mark.slow
def test_node_split_notices_a_statement_that_others_contradict(evidence):
    """A tight claim of 90 % reported beside a tight survey and a tight prior on the level."""
    wrong = est.Claim("90 % reported", by="somebody", area="MEX", within=1.1)
    tight = est.Prior("incidence level", "tight", "log-normal", (np.log(40.0), 0.2), "to make a conflict")
    model = est.Synthesis(
        est.Incidence(level=tight), (est.IdentifiedVictims(), est.Survey()), anchors=(wrong,), doubt=0.0
    )
    few = evidence.where(area=("MEX", "COL"), indicator=("victims_identified", "population", "prevalence_stock"))
    refits = Refits(model.figures(few), QUICK, seed=6)
    _, split = sources_finding(refits, refits.full, plain)
    row = split.table.set_index("source").loc[wrong.name]
    assert row["p_holm"] < 0.05
    assert split.status.startswith("in conflict")


@pytest.mark.slow
def test_every_area_is_left_out_once(refits, full):
    finding = areas_finding(refits, full, plain)
    assert finding.table["left_out"].tolist() == ["none left out", *refits.panel.grid.areas]


def test_predictive_p_values_are_those_of_the_draws(post, refits):
    _, posterior = predictive_findings(refits.panel, post, seed=7)
    name = "identified_victims: victims_identified"
    drawn = post["posterior_predictive"][name].values.reshape(-1, post["posterior_predictive"][name].shape[-1])
    rows = refits.panel.figures["identified_victims", "victims_identified"]
    row = posterior.table.set_index(["figures", "statistic"]).loc[(name, "total")]
    below = np.mean(drawn.sum(axis=1) < rows.lower.sum()) + 0.5 * np.mean(drawn.sum(axis=1) == rows.lower.sum())
    assert row["observed"] == rows.lower.sum()
    assert row["p"] == pytest.approx(2 * min(below, 1 - below))


def test_a_range_is_completed_by_draws_inside_it():
    """Zeros that hide behind <5 are no zeros missing: of a Poisson with mean 2 known as 0 to 4, the completed figures are its draws."""
    rng = np.random.default_rng(3)
    rows = SimpleNamespace(
        lower=np.array([7.0, 0.0, 90.0]), upper=np.array([7.0, 4.0, 99.0]), middle=np.array([7.0, 2.0, 94.0])
    )
    found = completed(rows, Poisson(np.log(np.tile([7.0, 2.0, 5.0], (40_000, 1)))), 40_000, rng)
    assert (found[:, 0] == 7.0).all()
    assert (found[:, 2] == 90.0).all()  # nothing drawn is inside: the nearer end
    chances = np.exp(-2.0) * 2.0 ** np.arange(5) / np.array([1, 1, 2, 6, 24])
    seen = np.bincount(found[:, 1].astype(int), minlength=5) / len(found)
    np.testing.assert_allclose(seen, chances / chances.sum(), atol=0.01)


def test_what_says_nothing_contradicts_nothing():
    """All figures within limits so wide that they say nothing: completed at each draw they are as those drawn anew at that draw."""
    rows = [("A", str(year), "victims_identified", "0-3000", "us") for year in range(2000, 2008)]
    rows += [("A", str(year), "population", "1000000", "us") for year in range(2000, 2008)]
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "source"])
    figures = est.read_evidence(table)
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    post = est.fit(model, figures, seed=1, sampling=est.Sampling(draws=250))
    _, after = predictive_findings(model.figures(figures), post, seed=2)
    assert (after.table["p"] > 0.85).all(), after.table
    assert after.status == "figures like the model's"


def test_predictive_check_notices_figures_the_model_cannot_make(post, refits):
    broken = post.copy()
    predicted = post["posterior_predictive"].to_dataset()
    broken["posterior_predictive"] = xr.DataTree(predicted * 100.0)
    _, posterior = predictive_findings(refits.panel, broken, seed=7)
    assert posterior.status == "figures unlike the model's"


def test_prior_predictive_believes_the_statements(refits, post):
    """Without them the typical reporting probability has median 3 %, with them Mexico's is near 1 %."""
    before, _ = predictive_findings(refits.panel, post, seed=8)
    row = before.table.set_index("figures").loc["statements: statement 1"]
    assert row["lower"] < CLAIM.prior.parameters[0] < row["upper"]
    assert row["upper"] - row["lower"] < 2 * 4 * CLAIM.prior.parameters[1] * 2


def test_power_scaling_finds_the_group_that_matters(post):
    table = power_scaling_finding(post).table.set_index("priors")
    assert {"claim", "incidence level", "external", "reporting level"} <= set(table.index)
    assert table.loc["claim", "sensitivity"] > 3 * table.loc["cases per victim", "sensitivity"]


def test_loo_speaks_of_reported_rates_only(post):
    finding = reported_rate_finding(post)
    assert not [name for name in finding.table["figures"] if name.startswith("statements")]
    assert "reported rate" in finding.text


def test_contraction_attributes_what_it_finds(post):
    table = est.contraction(post).table.set_index("parameter")
    assert table.loc["log_ratio_persons_prosecuted", "figures_alone"] > 0.3
    assert abs(table.loc["capacity_on_reporting", "figures_alone"]) < 0.01
    assert table.loc["logit_reporting_level", "closed_form"] > table.loc["logit_reporting_level", "figures_alone"] + 0.1


def test_contraction_of_one_normal_is_the_textbook_formula():
    """Prior sd 2, information 1: posterior variance 1 / (1/4 + 1)."""
    draws = 0.8944271909999159 * stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    tree = xr.DataTree.from_dict({
        "posterior": xr.Dataset({"level": (("chain", "draw"), draws[None])}),
        "likelihood": xr.Dataset({"information": (("parameter", "other"), [[1.0]]), "prior_sd": ("parameter", [2.0])},
                                 {"parameter": ["level"], "other": ["level"]}),
    })  # fmt: skip
    row = est.contraction(tree).table.iloc[0]
    assert row["closed_form"] == pytest.approx(0.8, abs=1e-12)
    assert row["figures_alone"] == pytest.approx(0.8, abs=1e-12)
    assert row["contraction"] == pytest.approx(0.8, abs=1e-3)


def test_contraction_knows_its_simulation_error():
    """Of 500 effective draws it is what contractions of many samples of 500 scatter by."""
    rng = np.random.default_rng(4)
    said = xr.Dataset({"information": (("parameter", "other"), [[1.0]]), "prior_sd": ("parameter", [2.0])},
                      {"parameter": ["level"], "other": ["level"]})  # fmt: skip
    rows = [
        est.contraction(xr.DataTree.from_dict({
            "posterior": xr.Dataset({"level": (("chain", "draw"), rng.normal(0.0, 0.9, (1, 500)))}),
            "likelihood": said, "sample_stats": xr.Dataset({"effective_draws": 500.0}),
        })).table.iloc[0] for _ in range(400)
    ]  # fmt: skip
    again = np.std([row["contraction"] for row in rows])
    assert np.mean([row["contraction_error"] for row in rows]) == pytest.approx(again, rel=0.1)
    chains = xr.Dataset({"level": (("chain", "draw"), rng.normal(0.0, 0.9, (4, 1000)))})
    row = est.contraction(xr.DataTree.from_dict({"posterior": chains, "likelihood": said})).table.iloc[0]
    assert row["contraction_error"] == pytest.approx(0.25 * 0.81 * np.sqrt(2.0 / 4000), rel=0.2)


@pytest.mark.slow
def test_one_call_runs_them_all(model, evidence, post):
    few = Sampling(draws=60, tune=60, chains=2, target_accept=0.8)
    names = [finding.name for finding in est.check(model, evidence, post, seed=9, sampling=few)]
    assert names == [
        "convergence", "anchor budget", "null directions", "conflict", "power", "tipping points", "contraction",
        "prior-data conflict", "power scaling",
        "prior predictive", "posterior predictive", "reported rates", "leave one source out", "node split", "placebo source",
        "tipping table", "leave one area out",
    ]  # fmt: skip
