"""Replicates of a synthesis: what is ranked, two sets of figures as one model, and calibration that notices what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

import estimators as est
from estimators.calibration import Plan, Replicable, ReplicableGiven, one_replicate
from estimators.synthesis import replicates
from estimators.synthesis.panel import Panel

VICTIMS = "victims_identified"
SMALL = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
HEARD = est.Synthesis(
    est.Incidence(), (est.IdentifiedVictims(), est.Hotline()), (est.Claim("1 in 50", area="A", within=3),)
)
QUICK = {"draws": 19, "workers": 1, "seed": 1}


@pytest.fixture(scope="module")
def figures(evidence_of):
    """Three areas and two years, one cell without a figure."""
    counts = [("A", "2020", 12), ("A", "2021", 15), ("B", "2020", 40), ("C", "2020", 3), ("C", "2021", 5)]
    return evidence_of([(area, year, VICTIMS, value) for area, year, value in counts], areas="ABC")


@pytest.fixture(scope="module")
def one_year(evidence_of):
    """Three areas in one year: quickly fitted."""
    return evidence_of([(area, "2020", VICTIMS, 9) for area in "ABC"], areas="ABC", periods=("2020",))


@pytest.fixture(scope="module")
def heard(evidence_of):
    """The same years with a hotline, one count within limits."""
    rows = [
        ("A", "2020", VICTIMS, 12),
        ("A", "2021", VICTIMS, "<5"),
        ("B", "2020", VICTIMS, 40),
        ("B", "2021", VICTIMS, 31),
    ]
    rows += [
        ("A", "2020", "hotline_reports", 90),
        ("A", "2021", "hotline_reports", 70),
        ("B", "2021", "hotline_reports", 200),
    ]
    rows += [("A", "2020", "hotline_cases", 12), ("B", "2020", "hotline_cases", 25), ("B", "2021", "hotline_cases", 30)]
    return evidence_of(rows)  # fmt: skip


# --- what is ranked ----------------------------------------------------------------------------------------------------


def test_a_synthesis_keeps_the_protocol():
    assert isinstance(SMALL, Replicable)
    assert isinstance(SMALL, ReplicableGiven)


def test_every_unknown_and_what_depends_on_figures_is_ranked(everything):
    _, panel = everything
    vectors = panel.draw_prior(7, np.random.default_rng(1))
    found = replicates.quantities(panel, vectors)
    for each in (*panel.locations, *panel.shares):
        np.testing.assert_array_equal(found[each.name], vectors[:, panel.layout[each.name].start])
    for each in panel.scales:
        np.testing.assert_array_equal(np.exp(found[f"log {each.name}"]), panel.unpack(vectors)[each.name][:, 0])
    assert {f"{each.name}, last" for each in panel.effects} <= set(found)
    assert {"log flow, A 2019", "logit reporting, A 2019", "log flow, all"} <= set(found)
    np.testing.assert_allclose(found["log prior"] + found["log likelihood"], panel.log_density(vectors), rtol=1e-12)
    assert all(values.shape == (7,) and np.isfinite(values).all() for values in found.values())


def test_cells_with_and_without_a_figure_are_ranked(figures):
    panel = SMALL.figures(figures)
    found = replicates.quantities(panel, panel.draw_prior(3, np.random.default_rng(1)))
    assert [name for name in found if name.startswith("log flow")] == [
        "log flow, all",
        "log flow, A 2020",
        "log flow, B 2021",
    ]


def test_a_replicate_is_a_function_of_its_seed(figures):
    plan = Plan(SMALL, SMALL.figures(figures), 19)
    first, again, other = (one_replicate(plan, np.random.SeedSequence(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_draws_that_cannot_be_trusted_are_an_error(figures, monkeypatch):
    panel, asked = SMALL.figures(figures), []
    honest = replicates.engine.draw

    def heavy(panel, draws, rng, start):
        asked.append(draws)
        return replace(honest(panel, 200, rng, start), pareto_k=0.9)

    monkeypatch.setattr(replicates.engine, "draw", heavy)
    with pytest.raises(est.ModelError, match=r"Pareto k̂ = 0\.90.*not to be trusted"):
        SMALL.replicate(panel, 19, np.random.default_rng(1))
    assert asked == [152, 304, 608, 1216]


# --- two sets of figures -----------------------------------------------------------------------------------------------


def test_the_likelihood_of_two_sets_of_figures_is_the_product(everything):
    _, panel = everything
    rng = np.random.default_rng(1)
    truth = panel.draw_prior(1, rng)
    other = panel.with_counts({key: counts[0] for key, counts in panel.simulate(truth, rng).items()})
    together = replicates.both(panel, other)
    assert together.layout == panel.layout
    vectors = panel.draw_prior(5, rng)
    expected = panel.log_density(vectors) + other.log_density(vectors) - panel.log_prior(vectors)
    np.testing.assert_allclose(together.log_density(vectors), expected, rtol=1e-12)
    assert len(together.figures) == 2 * len(panel.figures)


def test_a_truth_is_read_from_a_result(heard):
    panel = HEARD.figures(heard)
    result = est.fit(HEARD, heard, seed=1, sampling=est.Sampling(draws=50))
    given = result["posterior"].to_dataset().isel(chain=1, draw=7)
    found = HEARD.replicate_given(panel, given, 19, np.random.default_rng(1))
    for each in panel.locations:
        assert found[each.name][0] == float(given[each.name])
    for each in panel.scales:
        assert np.exp(found[f"log {each.name}"][0]) == pytest.approx(float(given[each.name]), rel=1e-12)
    for each in panel.effects:
        assert found[f"{each.name}, last"][0] == pytest.approx(given[each.name].values[-1], rel=1e-9)
    rate = float(given["incidence"].sel(area="A", period="2020"))
    assert np.exp(found["log flow, A 2020"][0]) == pytest.approx(rate * 20, rel=1e-9)
    assert all(len(drawn) >= 19 for _, drawn in found.values())


# --- calibration -------------------------------------------------------------------------------------------------------


def mirrored(simulate):
    """Figures of one minus the reporting probability."""

    def wrong(panel, vector, rng):
        other = vector.copy()
        for name, place in panel.layout.items():
            if name in ("logit_reporting_level", "reporting_area", "reporting_walk"):
                other[..., place] *= -1.0
        return simulate(panel, other, rng)

    return wrong


def narrow(draw):
    """Draws that are too sure of themselves."""

    def wrong(*arguments):
        found = draw(*arguments)
        known = {
            name: values.mean(axis=0) + 0.7 * (values - values.mean(axis=0)) for name, values in found.known.items()
        }
        return replace(found, known={name: np.abs(each) if name.endswith("_sd") else each for name, each in known.items()})  # fmt: skip

    return wrong


def test_a_synthesis_is_calibrated(one_year):
    found = est.calibrate(SMALL, one_year, replicates=100, **QUICK)
    assert found.status == "calibrated", found
    assert (found.table["failed"] == 0).all()


@pytest.mark.slow
def test_figures_of_the_other_share_are_noticed(one_year, monkeypatch):
    monkeypatch.setattr(Panel, "simulate", mirrored(Panel.simulate))
    assert est.calibrate(SMALL, one_year, replicates=100, **QUICK).status == "not calibrated"


@pytest.mark.slow
def test_intervals_that_are_too_narrow_are_noticed(figures, monkeypatch):
    assert est.calibrate(SMALL, figures, replicates=200, **QUICK).status == "calibrated"
    monkeypatch.setattr(replicates.engine, "draw", narrow(replicates.engine.draw))
    assert est.calibrate(SMALL, figures, replicates=200, **QUICK).status == "not calibrated"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["prior", "posterior"])
def test_more_sources_are_calibrated(form, heard):
    option = {"given": heard} if form == "posterior" else {"design": heard}
    found = est.calibrate(HEARD, replicates=300, seed=1, **option)
    assert found.status == "calibrated", found


@pytest.mark.slow
def test_figures_that_are_forgotten_are_noticed(heard, monkeypatch):
    monkeypatch.setattr(replicates, "both", lambda _, other: other)
    found = est.calibrate(HEARD, given=heard, replicates=400, **QUICK)
    assert found.status == "not calibrated", found
