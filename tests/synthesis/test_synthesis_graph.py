"""The PyMC graph against the joint density of the panel: every change of variables undone by hand."""

import numpy as np
import pytest
from scipy import special

import estimators as est
from estimators.numeric.rotation import rotate
from estimators.synthesis.geometry import find_geometry, rotation
from estimators.synthesis.graph import _decided, build

MANY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NEIGHBOURS = (("A", "B"), ("B", "C"), ("C", "D"), ("D", "B"))
YEARS = ("2020", "2021")
SMALL = [(area, period, "victims_identified", 3 + place) for place, area in enumerate("ABCD") for period in YEARS]
SMALL += [("A", "2020", "hotline_cases", 4), ("B", "2020", "hotline_reports", 60)]
LARGE = [  # counts that differ tenfold between neighbours, over five years: enough to decide an area's effects
    (area, str(year), indicator, first * (1 + 9 * (place % 2)) + 90 * place)
    for place, area in enumerate(MANY)
    for year in range(2018, 2023)
    for indicator, first in (("victims_identified", 90), ("investigations_opened", 900 - 899 * (place % 2)))
]
FORMS = [
    (area, period, "victims_identified", figure, {"form": form})
    for place, area in enumerate("ABCD")
    for period in YEARS
    for form, figure in (("sexual", 9 + place), ("labour", 4))
]
SEEN, CALLS = est.IdentifiedVictims(), est.Hotline()
CASES = est.JusticeFunnel(stages=("investigations_opened",))
MODELS = {
    "spatial reporting": (est.Synthesis(est.Incidence(), (est.IdentifiedVictims(neighbours=NEIGHBOURS), CALLS)), SMALL, "ABCD"),
    "strata, spatial incidence": (
        est.Synthesis(est.Incidence(by="form", strata=("sexual", "labour"), neighbours=NEIGHBOURS), (SEEN,)), FORMS, "ABCD",
    ),
    "many areas": (est.Synthesis(est.Incidence(), (SEEN, CASES)), LARGE, MANY),
    "one area and period": (est.Synthesis(est.Incidence(), (SEEN,)), [("A", "2020", "victims_identified", 30)], "A"),
}  # fmt: skip


def quick():
    """Compile nothing: the graphs are evaluated a few times only."""
    from pytensor.compile.mode import get_mode

    return get_mode("FAST_COMPILE").excluding("fusion")


def density_of(graph):
    """Log density of the graph at a point."""
    terms = graph.compile_logp(sum=False, mode=quick())
    return lambda point: sum(float(np.sum(term)) for term in terms(point))


@pytest.fixture(scope="module")
def built(everything, evidence_of):
    """Panel, geometry and graph by name, each built once."""
    found = {}

    def make(name):
        if name not in found:
            if name == "every source":
                panel = everything[1]
            else:
                model, figures, areas = MODELS[name]
                panel = model.figures(
                    evidence_of(figures, areas=areas, periods=[str(year) for year in range(2018, 2023)])
                )
            geometry = find_geometry(panel)
            found[name] = panel, geometry, build(panel, geometry)
        return found[name]

    return make


def undone(panel, geometry, point):
    """Flat vector of the panel at a point of the graph, and log |d vector / d point|."""
    mean, sd = panel.location_prior
    vector, jacobian = np.zeros(panel.size), np.log(sd).sum()
    location = mean + rotation(panel, geometry) @ point["location_z"]
    vector[: len(mean)] = location
    about = dict(zip([each.name for each in panel.locations], location - mean, strict=True))
    effects = {each.name: each for each in panel.effects}
    widths = {each.name: each.prior.parameters[1] for each in panel.scales}
    pairs = {name.removesuffix("_radius_log__") for name in point if name.endswith("_radius_log__")}
    pairs = {effects[name].seen_with: name for name in pairs}
    for first, second in pairs.items():
        # τ = A r cos θ, κ = B r sin θ; the vector holds log τ and log κ, the point log r and the logit of 2θ/π
        logit = point[f"{second}_angle_interval__"]
        angle = 0.5 * np.pi * special.expit(logit)
        for name, turn in ((effects[first].scale, np.cos(angle)), (effects[second].scale, np.sin(angle))):
            vector[panel.layout[name]] = point[f"{second}_radius_log__"] + np.log(widths[name] * turn)
        jacobian += np.log(0.5 * np.pi * special.expit(logit) * special.expit(-logit) / (np.sin(angle) * np.cos(angle)))
    for name in widths:
        if f"{name}_log__" in point:
            vector[panel.layout[name]] = point[f"{name}_log__"]
    for share in panel.shares:
        vector[panel.layout[share.name]] = point[f"{share.name}_share_logodds__"]

    def standard(effect, total, around, name):
        value, scaled = point[name], 0.0
        if effect.degrees == 0 and _decided(panel, geometry, effect):
            value = (value - sum(about[each] for each in around)) / total
            scaled = -len(value) * np.log(total)
        return value, scaled

    for first, second in pairs.items():
        one, two = (float(np.exp(vector[panel.layout[effects[name].scale]][0])) for name in (first, second))
        around = (*effects[first].about, *effects[second].about)
        seen, scaled = standard(effects[first], np.hypot(one, two), around, f"{first}_seen")
        vector[panel.layout[first]], vector[panel.layout[second]] = rotate(seen, point[f"{first}_unseen"], one, two)
        jacobian += scaled
    for name, effect in effects.items():
        if name not in (*pairs, *pairs.values()):
            scale = np.exp(vector[panel.layout[effect.scale]][0]) if effect.scale else 1.0
            vector[panel.layout[name]], scaled = standard(effect, scale, effect.about, f"{name}_raw")
            jacobian += scaled
    return vector, jacobian


@pytest.mark.parametrize("name", ["every source", *MODELS])
def test_the_graph_is_the_panel(built, name):
    panel, geometry, graph = built(name)
    density = density_of(graph)
    rng, start = np.random.default_rng(1), graph.initial_point()
    assert sum(np.size(value) for value in start.values()) == panel.size
    for _ in range(8):
        point = {name: value + 0.4 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
        vector, jacobian = undone(panel, geometry, point)
        assert density(point) == pytest.approx(float(panel.log_density(vector)) + jacobian, rel=1e-9, abs=1e-9)


def test_student_effects_are_sampled_and_not_rotated(evidence_of):
    model = est.Synthesis(est.Incidence(area_effects="student"), (SEEN, CALLS))
    panel = model.figures(evidence_of(SMALL, areas="ABCD"))
    geometry = find_geometry(panel)
    graph = build(panel, geometry)
    free = {variable.name for variable in graph.free_RVs}
    assert {"reporting_walk_radius", "incidence_area_raw", "reporting_area_raw"} <= free
    assert "reporting_area_radius" not in free, "a pair of normals only is rotated"
    rng, start = np.random.default_rng(1), graph.initial_point()
    density = density_of(graph)
    for _ in range(8):
        point = {name: value + 0.4 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
        vector, jacobian = undone(panel, geometry, point)
        assert density(point) == pytest.approx(float(panel.log_density(vector)) + jacobian, rel=1e-9, abs=1e-9)


def test_the_models_cover_the_ways_of_sampling(built):
    ways = {name: built(name) for name in ("every source", *MODELS)}
    centred = {
        (name, effect.name)
        for name, (panel, geometry, _) in ways.items()
        for effect in panel.effects
        if not effect.degrees and _decided(panel, geometry, effect)
    }
    assert {"incidence_area", "cases_area"} <= {effect for name, effect in centred if name == "many areas"}
    assert {name for name, _ in centred} == {"many areas"}
    free = {name: {variable.name for variable in graph.free_RVs} for name, (_, _, graph) in ways.items()}
    assert {"reporting_area_radius", "reporting_walk_radius"} <= free["every source"]
    assert {"reporting_area_radius", "reporting_spatial_raw"} <= free["spatial reporting"]
    assert {"reporting_area_radius", "incidence_spatial_raw"} <= free["strata, spatial incidence"]
    assert not [name for name in free["one area and period"] if name != "location_z"]


def test_no_discrete_unknown_and_no_potential_is_left_in_the_graph(built):
    panel, _, graph = built("every source")
    assert all(variable.dtype.startswith("float") for variable in graph.free_RVs)
    assert not graph.potentials
    rows = [f"{stream}: {term}" for (stream, term), rows in panel.figures.items() if len(rows)]
    assert [variable.name for variable in graph.observed_RVs] == rows


def test_named_quantities_of_the_graph_are_those_of_the_panel(built):
    panel, geometry, graph = built("many areas")
    rng, start = np.random.default_rng(2), graph.initial_point()
    point = {name: value + 0.4 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
    vector, _ = undone(panel, geometry, point)
    known = panel.unpack(vector)
    names = [each.name for each in (*panel.scales, *panel.effects)]
    wanted = [graph[name] for name in (*names, "location")]
    found = graph.compile_fn(graph.replace_rvs_by_values(wanted), inputs=graph.value_vars, mode=quick())(point)
    for name, value in zip(names, found, strict=False):
        np.testing.assert_allclose(np.ravel(value), known[name], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found[-1], vector[: len(panel.locations)], rtol=1e-9)


def test_a_row_of_weight_nothing_is_left_out(built):
    panel, geometry, graph = built("one area and period")
    density = density_of(graph)
    point = graph.initial_point()
    vector, jacobian = undone(panel, geometry, point)
    weight = graph["weight identified_victims: victims_identified"]
    weight.set_value(np.zeros(1))
    assert density(point) == pytest.approx(float(panel.log_prior(vector)) + jacobian, rel=1e-9)
    weight.set_value(np.ones(1))
    assert density(point) == pytest.approx(float(panel.log_density(vector)) + jacobian, rel=1e-9)


def test_figures_of_a_refit_are_data(evidence_of):
    model, figures, areas = MODELS["many areas"]
    panel = model.figures(evidence_of(figures, areas=areas, periods=[str(year) for year in range(2018, 2023)]))
    geometry = find_geometry(panel)
    graph = build(panel, geometry, refit=True)
    density = density_of(graph)
    rng = np.random.default_rng(3)
    drawn = panel.simulate(vector := panel.draw_prior(1, rng)[0] * 0.3, rng)
    other = panel.with_counts(drawn)
    assert not np.array_equal(other.figures["identified_victims", "victims_identified"].lower,
                              panel.figures["identified_victims", "victims_identified"].lower)  # fmt: skip
    for (stream, term), counts in drawn.items():
        graph[f"figures {stream}: {term}"].set_value(counts)
    point = graph.initial_point()
    vector, jacobian = undone(panel, geometry, point)
    assert density(point) == pytest.approx(float(other.log_density(vector)) + jacobian, rel=1e-9)


def test_random_figures_of_the_graph_follow_the_panel(built):
    import pymc as pm

    _, _, graph = built("one area and period")
    with graph:
        drawn = pm.sample_prior_predictive(400, random_seed=1, compile_kwargs={"mode": quick()})["prior_predictive"]
    counts = drawn["identified_victims: victims_identified"].values
    assert counts.shape == (1, 400, 1)
    assert (counts == np.rint(counts)).all()
    assert len(np.unique(counts)) > 20


@pytest.mark.parametrize(
    ("stream", "figures"),
    [
        (CALLS, [("A", "2020", "hotline_reports", 100), ("A", "2020", "hotline_cases", 25)]),
        (
            est.JusticeFunnel(stages=("investigations_opened", "persons_prosecuted"), same_cohort=True),
            [("A", "2020", "investigations_opened", 30), ("A", "2020", "persons_prosecuted", 11)],
        ),
    ],
    ids=["hotline", "cohort"],
)
def test_trials_of_a_refit_are_data(evidence_of, stream, figures):
    evidence = evidence_of([("A", "2020", "victims_identified", 30), *figures], areas="A")
    panel = est.Synthesis(est.Incidence(), (SEEN, stream)).figures(evidence)
    geometry = find_geometry(panel)
    graph = build(panel, geometry, refit=True)
    point = graph.initial_point()
    vector, jacobian = undone(panel, geometry, point)
    assert density_of(graph)(point) == pytest.approx(float(panel.log_density(vector)) + jacobian, rel=1e-9)
