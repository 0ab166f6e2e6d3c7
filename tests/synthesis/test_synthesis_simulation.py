"""Draws from the prior, figures drawn at given values, and the model as a value: `without`, `replace`, `repr`."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.geometry import start
from estimators.synthesis.operations import NUMPY

VICTIMS = "victims_identified"


# --- the prior ---------------------------------------------------------------------------------------------------------


def test_draws_from_the_prior_have_the_stated_distributions(everything):
    _, panel = everything
    drawn = panel.draw_prior(4000, np.random.default_rng(1))
    assert drawn.shape == (4000, panel.size)
    known = {each.name: stats.norm(*each.prior.parameters) for each in panel.locations}
    known |= {each.name: stats.halfnorm(scale=each.prior.parameters[1]) for each in panel.scales}
    known |= {each.name: stats.norm() for each in panel.effects}
    scales = {each.name for each in panel.scales}
    p = []
    for name, place in panel.layout.items():
        values = np.exp(drawn[:, place]) if name in scales else drawn[:, place]
        p += [stats.kstest(values[:, entry], known[name].cdf).pvalue for entry in range(values.shape[1])]
    assert len(p) == panel.size
    assert min(p) * len(p) > 0.001
    correlation = np.corrcoef(drawn.T) - np.eye(panel.size)
    assert np.abs(correlation).max() < 6 / np.sqrt(4000)


def test_student_effects_are_drawn_with_their_tails(evidence_of):
    process = est.Incidence(area_effects="student")
    panel = est.Synthesis(process, (est.IdentifiedVictims(),)).figures(
        evidence_of([("A", "2020", VICTIMS, 1), ("B", "2020", VICTIMS, 1)])
    )
    drawn = panel.draw_prior(20_000, np.random.default_rng(1))[:, panel.layout["incidence_area"]]
    assert stats.kstest(drawn[:, 0], stats.t(4).cdf).pvalue > 0.001
    assert stats.kstest(drawn[:, 0], stats.norm.cdf).pvalue < 1e-6


# --- figures drawn -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exact_design(everything):
    """The panel of every source with all its figures exact."""
    _, panel = everything
    rng = np.random.default_rng(5)
    return panel.with_counts(panel.simulate(start(panel)[0], rng))


def test_the_mean_score_of_simulated_figures_is_nothing(exact_design):
    # E[d log p(y | θ) / dθ] = 0 holds only where figures are drawn from the density itself, each given those before it
    panel, rng = exact_design, np.random.default_rng(1)
    vector = 0.2 * panel.draw_prior(1, rng)[0] + 0.8 * start(panel)[0]
    directions = rng.standard_normal((6, panel.size))
    moved = np.concatenate([vector + 1e-5 * directions, vector - 1e-5 * directions])
    drawn = panel.simulate(np.repeat(vector[None], 600, axis=0), rng)
    scores = {key: [] for key, rows in panel.figures.items() if len(rows)}
    for place in range(600):
        density = panel.with_counts({key: counts[place] for key, counts in drawn.items()}).log_likelihood(moved)
        for key, rows in density.items():
            scores[key].append((rows[:6] - rows[6:]).sum(axis=1) / 2e-5)
    for key, found in scores.items():
        z = np.mean(found, axis=0) / (np.std(found, axis=0) / np.sqrt(600))
        assert np.abs(z).max() < 4.5, key


def test_figures_of_a_design_keep_all_but_their_values(everything, exact_design):
    _, panel = everything
    for key, rows in panel.figures.items():
        other = exact_design.figures[key]
        np.testing.assert_array_equal(other.matrix.toarray(), rows.matrix.toarray())
        assert other.labels == rows.labels
        assert other.exact.all()
    assert exact_design.layout == panel.layout
    assert exact_design.figures["validation", "audited_cases_reported"].trials.tolist() == [40]


def test_shapes_of_simulated_figures(everything):
    _, panel = everything
    vectors = panel.draw_prior(3, np.random.default_rng(1))
    one, several = (panel.simulate(vector, np.random.default_rng(1)) for vector in (vectors[0], vectors))
    assert list(one) == list(several) == list(panel.figures)
    for key, rows in panel.figures.items():
        assert one[key].shape == (len(rows),)
        assert several[key].shape == (3, len(rows))
    counts = np.concatenate(
        [values.ravel() for (stream, _), values in several.items() if stream not in ("survey", "statements")]
    )
    assert (counts == np.rint(counts)).all()
    assert (counts >= 0).all()
    assert (several["hotline", "classification"] <= several["hotline", "hotline_reports"][:, :2]).all()
    again = panel.simulate(vectors, np.random.default_rng(1))
    assert all(np.array_equal(again[key], several[key]) for key in several)


def test_later_stages_follow_the_drawn_figures_of_earlier_ones(evidence_of):
    figures = [("A", "2020", indicator, 9) for indicator in (VICTIMS, "investigations_opened", "persons_prosecuted")]
    panel = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.JusticeFunnel())).figures(
        evidence_of(figures, areas="A")
    )
    vector = np.zeros(panel.size)
    vector[panel.layout["log_incidence_level"]] = 6.0
    vector[panel.layout["log_dispersion_persons_prosecuted"]] = 12.0
    drawn = panel.simulate(np.repeat(vector[None], 4000, axis=0), np.random.default_rng(1))
    before, after = (drawn["justice_funnel", stage][:, 0] for stage in ("investigations_opened", "persons_prosecuted"))
    score = (after - before - 0.5) / np.sqrt(before + 0.5)
    assert abs(score.mean()) < 4 / np.sqrt(4000)
    assert score.std() == pytest.approx(1.0, abs=0.05)
    assert before.std() > 1000, "the stage before varies far more than chance"


def test_later_stages_follow_the_drawn_figures_where_they_were_intervals(evidence_of):
    figures = [
        ("A", "2020", VICTIMS, 9),
        ("A", "2020", "investigations_opened", "10-900"),
        ("A", "2020", "persons_prosecuted", 9),
    ]
    panel = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.JusticeFunnel())).figures(
        evidence_of(figures, areas="A")
    )
    vector = np.zeros(panel.size)
    vector[panel.layout["log_incidence_level"]] = 6.0
    vector[panel.layout["log_dispersion_persons_prosecuted"]] = 12.0
    drawn = panel.simulate(np.repeat(vector[None], 500, axis=0), np.random.default_rng(1))
    before, after = (drawn["justice_funnel", stage][:, 0] for stage in ("investigations_opened", "persons_prosecuted"))
    assert np.corrcoef(before, after)[0, 1] > 0.9


def test_a_simulated_estimate_keeps_its_width(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2020", "prevalence_stock", 200, {"lower": 180, "upper": 220})]
    panel = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.Survey())).figures(
        evidence_of(figures, areas="A")
    )
    other = panel.with_counts(panel.simulate(np.zeros(panel.size), np.random.default_rng(1)))
    key, world = ("survey", "prevalence_stock"), panel.world(panel.unpack(np.zeros(panel.size)), NUMPY)
    np.testing.assert_allclose(other.distributions(world)[key].sd, panel.distributions(world)[key].sd)


# --- the model as a value ----------------------------------------------------------------------------------------------


def test_a_stream_or_an_anchor_is_taken_away_by_name(everything):
    model, _ = everything
    assert [stream.name for stream in model.without("survey").streams] == [
        "identified_victims", "justice_funnel", "hotline", "overlap", "validation",
    ]  # fmt: skip
    assert [anchor.name for anchor in model.without("report").anchors] == [
        "claim: 1 in 100 (body)",
        "claim: 4 % (body)",
        "index",
    ]
    assert [anchor.name for anchor in model.without("body").anchors] == ["report", "index"], "a body with all it says"
    assert len(model.without("claim: 4 % (body)").anchors) == 3
    assert len(model.streams) == 6, "the model itself is unchanged"
    assert "capacity" not in [part.name for part in model.without("justice_funnel").parts]
    assert [part.name for part in model.parts][:2] == ["capacity", "incidence"]
    with pytest.raises(est.ModelError, match="overlap without hotline"):
        model.without("hotline")


def test_assumptions_are_replaced():
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    other = replace(model, process=replace(model.process, walk_sd=est.Prior("w", "d", "half-normal", (0.0, 0.3), "r")))
    assert other != model
    assert replace(other, process=model.process) == model
    widths = [
        {prior.name: prior for prior in each.priors()}["incidence_walk_sd"].parameters[1] for each in (model, other)
    ]
    assert widths == [0.1, 0.3]


def test_the_repr_is_the_paragraph_on_methods(everything):
    model, panel = everything
    text = repr(model)
    assert text.startswith("Synthesis of identified victims, justice funnel, hotline, survey, overlap, validation.")
    for anchor in model.anchors:
        assert anchor.name in text
    assert "three times looser than it says with probability 0.2" in text
    for prior in model.priors():
        assert f"{prior.name} ~ {prior.formula} ({prior.description}; {prior.reason})" in text
    assert "No statements about single areas." in repr(model.without("body").without("report").without("index"))
    named = {prior.name for prior in model.priors()}
    assert named == {each.name for each in (*panel.locations, *panel.scales)}, (
        "every unknown with a prior, and no other"
    )


def test_assumptions_name_what_each_source_takes_for_granted(everything):
    model, _ = everything
    said = " ".join(model.assumptions())
    assert "β + δ" in said
    assert "hotline's level is its prior" in said
    assert "cases reported" in said
    bare = " ".join(est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),)).assumptions())
    assert "β + δ" not in bare
    assert "hotline" not in bare
    assert "annual flow" in bare


def test_a_prior_on_the_typical_area_is_what_the_cells_get(evidence_of):
    # no effects: the drawn reporting probability of a cell is the prior, in the world as in the table
    figures = evidence_of([("A", "2020", VICTIMS, 3)], areas="A")
    panel = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),)).figures(figures)
    world = panel.world(panel.unpack(panel.draw_prior(5000, np.random.default_rng(1))), NUMPY)
    rho, incidence = np.exp(world["log_reporting"][:, 0]), np.exp(world["log_flow"][:, 0]) / 20
    assert stats.kstest(special.logit(rho), stats.norm(np.log(0.03 / 0.97), 2.0).cdf).pvalue > 0.001
    assert stats.kstest(np.log(incidence), stats.norm(np.log(40), 1.5).cdf).pvalue > 0.001
