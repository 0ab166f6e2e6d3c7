"""The shape of the posterior: derivatives, modes, rotations, and what each anchor alone implies, against hand-made answers."""

from dataclasses import replace

import numpy as np
import pytest

import estimators as est
from estimators.numeric import anchors as pooling
from estimators.synthesis.anchors import absolute_anchors, anchor_dataset, level_information
from estimators.synthesis.geometry import find_geometry, free_entries, geometry_at, jacobian, rotation, start
from estimators.synthesis.operations import NUMPY

VICTIMS = "victims_identified"
QUASI = {("hotline", "classification"), ("validation", "audited_cases_reported")}  # slopes of a binomial, rescaled


def slopes(function, vector, step=1e-5):
    """Numerical derivatives of a function of flat vectors, (entries, ...)."""
    moves = step * np.eye(len(vector))
    return (function(vector + moves) - function(vector - moves)) / (2 * step)


def dispersions(panel):
    """Entries on which distributions depend beside their location."""
    names = [each.name for each in panel.locations if "dispersion" in each.name or "concentration" in each.name]
    return [panel.layout[name].start for name in names]


# --- derivatives and modes ---------------------------------------------------------------------------------------------


def test_slopes_are_derivatives_of_the_density_of_each_row(everything):
    _, panel = everything
    vector = 0.3 * panel.draw_prior(1, np.random.default_rng(4))[0] + 0.7 * start(panel)[0]
    derivative, slope, information = jacobian(panel, vector)
    numbers = slopes(lambda moved: np.concatenate(list(panel.log_likelihood(moved).values()), axis=1), vector).T
    exact = np.concatenate([np.full(len(rows), key not in QUASI) & rows.exact for key, rows in panel.figures.items()])
    others = np.setdiff1d(np.arange(panel.size), dispersions(panel))
    assert derivative.shape == (len(exact), panel.size)
    assert exact.sum() > 25
    assert (information > 0).all()
    found = (slope[:, None] * derivative)[exact][:, others]
    np.testing.assert_allclose(found, numbers[exact][:, others], rtol=1e-5, atol=1e-6)
    assert (derivative[:, dispersions(panel)] == 0).all()


def test_rows_of_many_unknowns_are_differentiated_block_by_block(everything, monkeypatch):
    _, panel = everything
    vector = start(panel)[0]
    whole = jacobian(panel, vector)[0]
    monkeypatch.setattr("estimators.synthesis.geometry.BLOCK", 7)
    np.testing.assert_allclose(jacobian(panel, vector)[0], whole, rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def counts(evidence_of):
    """A panel of exact counts: 6 areas, 2 years."""
    rng = np.random.default_rng(1)
    figures = [
        (area, year, indicator, int(rng.poisson(mean)))
        for area in "ABCDEF"
        for year in ("2020", "2021")
        for indicator, mean in ((VICTIMS, 60), ("investigations_opened", 30), ("hotline_cases", 20))
    ]
    streams = (est.IdentifiedVictims(), est.JusticeFunnel(stages=("investigations_opened",)), est.Hotline())
    return est.Synthesis(est.Incidence(), streams).figures(evidence_of(figures, areas="ABCDEF"))


def test_free_entries_are_neither_scales_nor_what_multiplies_effects(everything):
    _, panel = everything
    kept = set(range(panel.size)) - set(free_entries(panel).tolist())
    named = {name for name, place in panel.layout.items() if place.start in kept}
    scales = {each.name for each in panel.scales}
    assert named == scales | {"capacity_on_incidence", "capacity_on_reporting", "channel_substitution"}
    assert {"capacity_on_persons_prosecuted", "capacity_shock_sd"} <= scales


def test_the_mode_is_stationary(counts):
    geometry = find_geometry(counts)
    vector, centre, precision = start(counts)
    entries = np.setdiff1d(free_entries(counts), dispersions(counts))
    gradient = slopes(lambda moved: counts.log_density(moved), geometry.point)[entries]
    derivative, _, weight = jacobian(counts, geometry.point)
    hessian = ((derivative.T * weight) @ derivative + np.diag(precision))[np.ix_(entries, entries)]
    assert gradient @ np.linalg.solve(hessian, gradient) < 2e-3, "less than .05 standard deviations from the mode"
    kept = np.setdiff1d(np.arange(counts.size), free_entries(counts))
    np.testing.assert_array_equal(geometry.point[kept], vector[kept])
    start_gradient = slopes(lambda moved: counts.log_density(moved), vector)[entries]
    assert start_gradient @ np.linalg.solve(hessian, start_gradient) > 10, "the start is not the mode"
    mean, sd = counts.location_prior
    np.testing.assert_array_equal(centre[: len(mean)], mean)
    np.testing.assert_allclose(precision[: len(mean)], sd**-2.0)


def test_a_mode_is_found_where_every_source_speaks(everything):
    _, panel = everything
    geometry, vector = find_geometry(panel), start(panel)[0]
    assert np.isfinite(geometry.point).all()
    assert panel.log_density(geometry.point) > panel.log_density(vector) + 10


@pytest.mark.parametrize("name", ["counts", "everything"])
def test_the_rotation_keeps_the_prior_and_makes_information_diagonal(name, request):
    found = request.getfixturevalue(name)
    panel = found if name == "counts" else found[1]
    geometry = find_geometry(panel)
    turn, (_, sd) = rotation(panel, geometry), panel.location_prior
    np.testing.assert_allclose(turn @ turn.T, np.diag(sd**2), atol=1e-12)
    information = turn.T @ geometry.marginal_information(np.arange(len(sd))) @ turn
    np.testing.assert_allclose(information, np.diag(np.diag(information)), atol=1e-8 * np.abs(information).max())
    other = np.linspace(0.5, 2.0, len(sd))
    turn = rotation(panel, geometry, other)
    np.testing.assert_allclose(turn @ turn.T, np.diag(other**2), atol=1e-12)


def test_information_of_some_is_what_is_left_when_the_others_are_integrated_out(counts):
    geometry = find_geometry(counts)
    places = np.arange(len(counts.locations))
    joint = np.linalg.inv(geometry.information + np.diag(geometry.prior_precision))
    expected = np.linalg.inv(joint[np.ix_(places, places)]) - np.diag(geometry.prior_precision[places])
    np.testing.assert_allclose(geometry.marginal_information(places), expected, rtol=1e-6, atol=1e-6)


def test_nothing_is_said_about_scales_and_shares_are_small(everything):
    _, panel = everything
    vector = start(panel)[0]
    vector[panel.layout["logit_reporting_level"]] = 0.4
    geometry = geometry_at(panel, vector)
    first = len(panel.locations)
    assert (geometry.derivative[:, first : first + len(panel.scales)] == 0).all()
    rows = [place for place, (stream, _) in enumerate(geometry.source) if stream == "identified_victims"]
    np.testing.assert_allclose(
        geometry.derivative[rows][:, panel.layout["logit_reporting_level"].start], 1.0, rtol=1e-6
    )
    np.testing.assert_allclose(geometry.derivative[rows][:, panel.layout["log_incidence_level"].start], 1.0, rtol=1e-6)


# --- each anchor alone -------------------------------------------------------------------------------------------------

CERTAIN = est.Prior("dispersion", "none", "log-normal", (float(np.log(1e8)), 0.01), "test")
LEVEL = est.Prior("incidence level", "wide", "log-normal", (float(np.log(40.0)), 0.8), "because")
REPORTING = est.Prior("reporting level", "low", "logit-normal", (-6.0, 0.3), "seen elsewhere")
Y = 100_000  # identified victims of 2 billion persons: 20,000 units of exposure


def alone(figures, evidence_of, streams=(), anchors=(), reporting=REPORTING):
    """Log count and its standard deviation by anchor, of one area and one period with one large exact count."""
    seen = est.IdentifiedVictims(reporting=reporting, dispersion=CERTAIN)
    model = est.Synthesis(est.Incidence(level=LEVEL), (seen, *streams), anchors, doubt=0.0)
    evidence = evidence_of(
        [("A", "2020", VICTIMS, Y), *figures], areas="A", periods=("2020",), population=2_000_000_000
    )
    panel = model.figures(evidence)
    geometry = find_geometry(panel)
    found = anchor_dataset(panel, geometry)
    mode = panel.world(panel.unpack(geometry.point), NUMPY)["log_flow"][0]
    pairs = {
        str(name): (
            float(found["log_true_count"].sel(anchor=name).item()),
            float(found["log_sd"].sel(anchor=name).item()),
        )
        for name in found["anchor"].values
    }
    return pairs, found, mode


def near(pair, log_count, variance, within=5e-3):
    assert pair[0] == pytest.approx(log_count, abs=within)
    assert pair[1] == pytest.approx(np.sqrt(variance), rel=5e-3)


def test_priors_of_levels_alone(evidence_of):
    pairs, found, mode = alone([], evidence_of)
    assert found["anchor"].values.tolist() == ["prior on incidence: wide", "prior on reporting: low"]
    assert found["kind"].values.tolist() == ["incidence", "reporting"]
    assert found["reason"].values.tolist() == ["because", "seen elsewhere"]
    assert found["log_true_count"].dims == ("anchor", "area", "period")
    near(pairs["prior on incidence: wide"], np.log(20_000 * 40.0), 0.8**2)
    near(pairs["prior on reporting: low"], np.log(Y) + 6.0, 0.3**2 + 1 / Y)
    together = pooling.pool(*(found[name].values[:, 0, 0] for name in ("log_true_count", "log_sd")))
    assert together.mean == pytest.approx(mode, abs=5e-3), "anchors pooled are the posterior"


def test_a_typical_claim_alone_has_the_uncertainty_of_its_mapping(evidence_of):
    claim = est.Claim("1 in 1000", by="body", within=2)
    pairs, found, _ = alone([], evidence_of, reporting=claim)
    name = found["anchor"].values[1]
    assert name.startswith("claim: 1 in 1000")
    near(pairs[name], np.log(Y) - np.log(0.001), (np.log(2) / 1.6449) ** 2 + 0.5**2, within=0.02)


def test_statements_alone(evidence_of):
    claim = est.Claim("1 in 1000", by="body", area="A", within=2, derived_from="a survey")
    report = est.ExternalEstimate(
        "report", 3e7, 0.4, area="A", adjustments=(est.Adjustment("d", 0.5, 0.3, "r"),), reason="model"
    )
    pairs, found, mode = alone([], evidence_of, anchors=(claim, report))
    near(pairs[claim.name], np.log(Y) - np.log(0.001), (np.log(2) / 1.6449) ** 2 + 0.5**2)
    near(pairs["report"], np.log(1.5e7), 0.4**2 + 0.3**2)
    near(pairs["prior on incidence: wide"], np.log(20_000 * 40.0), 0.8**2)
    assert found["kind"].values.tolist() == ["incidence", "reporting", "reporting", "external"]
    assert found["derived_from"].values.tolist() == ["", "", "a survey", ""]
    assert found["reason"].values[2:].tolist() == [claim.prior.reason, "model"]
    together = pooling.pool(*(found[name].values[:, 0, 0] for name in ("log_true_count", "log_sd")))
    assert together.mean == pytest.approx(mode, abs=1e-2)


def test_a_survey_alone(evidence_of):
    definition = est.Prior("definition", "half", "logit-normal", (0.0, 0.02), "test")
    survey = est.Survey(definition=definition)
    pairs, _, _ = alone([("A", "2020", "prevalence_stock", 50_000_000)], evidence_of, (survey,))
    # the stock is flow × two years / one half
    near(pairs["survey: prevalence stock"], np.log(50_000_000 / 2 / 2), 0.6**2 + 0.5**2 + (0.5 * 0.02) ** 2 + 0.3**2)


def test_an_overlap_alone_is_lincoln_and_petersen(evidence_of):
    hotline = est.Hotline(dispersion=CERTAIN)
    figures = [("A", "2020", "hotline_cases", 40_000), ("A", "2020", "matched_records", 900)]
    pairs, found, _ = alone(figures, evidence_of, (hotline, est.Overlap()))
    # matched = flow × ρ × use × dependence, with y = flow × ρ and cases = flow × use × calls per victim
    expected = np.log(Y) + np.log(40_000 / 1.2) - np.log(900) + np.log(2.0)
    near(pairs["overlap: matched records"], expected, 0.5**2 + 0.1**2 + 1 / 900 + 1 / 40_000 + 1 / Y)
    near(pairs["prior on hotline: 0.4 to 10 % of victims are behind a call, with 90 %"],
         np.log(40_000 / 1.2 / 0.02), 1.0**2 + 0.1**2 + 1 / 40_000)  # fmt: skip
    assert "hotline" in found["kind"].values


def test_a_validation_sample_alone(evidence_of):
    figures = [("A", "2020", "audited_cases", 20_000), ("A", "2020", "audited_cases_reported", 400)]
    reporting = est.Prior(
        "reporting level", "of the audit's size", "logit-normal", (float(np.log(0.02 / 0.98)), 0.3), "test"
    )
    pairs, _, _ = alone(figures, evidence_of, (est.Validation(concentration=None),), reporting=reporting)
    near(pairs["validation: audited cases reported"], np.log(Y) - np.log(0.02), (1 - 0.02) / 400 + 1 / Y)


def test_every_absolute_statement_is_an_anchor(everything):
    _, panel = everything
    kinds = [anchor.kind for anchor in absolute_anchors(panel)]
    assert sorted(kinds) == sorted(
        ["incidence", "reporting", "hotline", "external", "external", "overlap", "validation", "reporting", "reporting",
         "external", "external"]
    )  # fmt: skip
    found = anchor_dataset(panel, find_geometry(panel))
    assert np.isfinite(found["log_true_count"].values).all()
    assert (found["log_sd"].values > 0).all()
    assert found.sizes == {"anchor": 11, "area": 3, "period": 3}


@pytest.fixture
def two_strata(evidence_of):
    """What a report of the flow of one area with two strata implies alone: 40 million with a log-sd of .2."""
    figures = [("A", "2020", VICTIMS, 50_000, {"form": form}) for form in ("sexual", "labour")]
    evidence = evidence_of(figures, areas="A", periods=("2020",), population=2_000_000_000)
    report = est.ExternalEstimate("report", 4e7, 0.2, area="A")
    process = est.Incidence(level=LEVEL, by="form", strata=("sexual", "labour"))
    panel = est.Synthesis(process, (est.IdentifiedVictims(dispersion=CERTAIN),), (report,), doubt=0.0).figures(evidence)
    return panel, find_geometry(panel)


def test_strata_together_are_the_anchored_count(two_strata):
    found = anchor_dataset(*two_strata).sel(anchor="report")
    assert found["log_true_count"].item() == pytest.approx(np.log(4e7), abs=0.02)


def test_information_about_levels(counts):
    found = level_information(counts, find_geometry(counts))
    names = found["parameter"].values.tolist()
    assert "log_incidence_level" in names
    assert not [name for name in names if "dispersion" in name]
    _, sd = counts.location_prior
    by_name = dict(zip([each.name for each in counts.locations], sd, strict=True))
    assert found["prior_sd"].values.tolist() == [by_name[name] for name in names]
    information = found["information"].sel(parameter=["log_incidence_level", "logit_reporting_level"],
                                           other=["log_incidence_level", "logit_reporting_level"]).values  # fmt: skip
    # counts see incidence and reporting in a sum, but for the hotline, which sees incidence and its own level
    hotline = found["information"].sel(parameter="log_hotline_level", other="log_hotline_level").item()
    assert hotline > 0
    levels = ["log_incidence_level", "logit_reporting_level", "log_hotline_level"]
    free = np.array([1.0, -1.0, -1.0])
    assert free @ found["information"].sel(parameter=levels, other=levels).values @ free == pytest.approx(
        0.0, abs=1e-4 * information.max()
    )


def test_the_width_of_an_anchor_owes_nothing_to_scales(two_strata):
    panel, geometry = two_strata
    found = anchor_dataset(panel, geometry).sel(anchor="report")["log_sd"].item()
    assert found == pytest.approx(0.2, rel=0.02)
    precision = geometry.prior_precision.copy()
    precision[len(panel.locations) : len(panel.locations) + len(panel.scales)] = 1e9
    known = anchor_dataset(panel, replace(geometry, prior_precision=precision))
    assert known.sel(anchor="report")["log_sd"].item() == pytest.approx(found, rel=1e-3)


def test_one_body_that_says_the_same_of_two_areas_makes_two_anchors(evidence_of):
    said = tuple(est.Claim("1 in 100", by="body", area=area, within=within) for area, within in (("A", 2), ("B", 9)))
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),), anchors=said)
    panel = model.figures(evidence_of([(area, "2020", "victims_identified", 50) for area in "AB"]))
    found = anchor_dataset(panel, find_geometry(panel))
    assert found["anchor"].values.tolist()[2:] == ["claim: 1 in 100 (body), A", "claim: 1 in 100 (body), B"]
    assert found["split_sd"].values[2] < found["split_sd"].values[3]
