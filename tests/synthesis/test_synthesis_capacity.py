"""Publication and outside indices of capacity: density, graph, reading, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.geometry import find_geometry
from estimators.synthesis.graph import build
from estimators.synthesis.operations import NUMPY

FUNNEL = est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted"))


@pytest.fixture(scope="module")
def evidence():
    rows = [
        (area, str(year), name, value)
        for area, people in (("AAA", 9e6), ("BBB", 3e7), ("CCC", 1e6))
        for year in range(2018, 2021)
        for name, value in (
            ("victims_identified", "" if (area, year) in (("AAA", 2019), ("CCC", 2018)) else 40),
            ("persons_prosecuted", 20),
            ("persons_convicted", 8),
            ("population", people),
        )
    ]
    return est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]))


@pytest.fixture(scope="module")
def panel(evidence):
    index = est.CapacityIndex(
        est.Covariate.of("rule", {("AAA", "2018"): 0.5, ("AAA", "2020"): 0.7, ("BBB", ""): -1.0, ("ZZZ", ""): 3.0}),
        noise=0.4,
    )
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), FUNNEL, est.Publication(), index))
    return model.figures(evidence)


@pytest.fixture(scope="module")
def point(panel):
    return panel.draw_prior(3, np.random.default_rng(1))


def test_published_is_where_a_figure_is(panel):
    rows = panel.figures["publication", "published"]
    missing = {label for label, seen in zip(rows.labels, rows.lower, strict=True) if seen == 0}
    assert missing == {"AAA 2019", "CCC 2018"}
    assert len(rows) == 9


def test_publication_is_a_bernoulli_in_capacity(panel, point):
    density = panel.log_likelihood(point)["publication", "published"]
    values = panel.unpack(point)
    capacity = values["capacity_area"][:, panel.grid.index["area"]]
    chance = special.expit(values["logit_publication"] + values["capacity_on_publication"] * capacity)
    expected = stats.bernoulli.logpmf(panel.figures["publication", "published"].lower, chance)
    np.testing.assert_allclose(density, expected, rtol=1e-10)


def test_index_is_normal_around_mean_capacity_and_skips_foreign_areas(panel, point):
    density = panel.log_likelihood(point)["capacity_index_rule", "index"]
    values = panel.unpack(point)
    capacity = values["capacity_area"][:, [0, 0, 1]]
    mean = values["intercept_rule"] + values["loading_rule"] * capacity
    np.testing.assert_allclose(density, stats.norm.logpdf([0.5, 0.7, -1.0], mean, 0.4), rtol=1e-10)


def test_graph_is_the_density(panel):
    graph = build(panel, find_geometry(panel))
    start, names = graph.initial_point(), [each.name for each in panel.named]
    rng = np.random.default_rng(2)
    start = {name: value + 0.3 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
    nodes = graph.replace_rvs_by_values([graph["location"], *(graph[name] for name in names)])
    location, *rest = graph.compile_fn(nodes, inputs=graph.value_vars)(start)
    known = {each.name: location[None, [place]] for place, each in enumerate(panel.locations)}
    known |= {name: np.reshape(value, (1, -1)) for name, value in zip(names, rest, strict=True)}
    distributions = panel.distributions(panel.world(known, NUMPY))
    for key in (("publication", "published"), ("capacity_index_rule", "index")):
        ours = distributions[key].log_density(panel.figures[key], NUMPY)[0]
        theirs = graph.compile_logp(vars=[graph[": ".join(key)]], sum=False)(start)[0]
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_index_about_no_area_of_the_model_is_refused(evidence):
    index = est.CapacityIndex(est.Covariate.of("rule", {"ZZZ": 1.0}))
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), FUNNEL, index))
    with pytest.raises(est.DataError, match="values about areas of the model: AAA, BBB, CCC"):
        model.figures(evidence)


@pytest.mark.parametrize("stream", [est.Publication(), est.CapacityIndex(est.Covariate.of("rule", {"AAA": 1.0}))])
def test_both_need_a_stream_that_measures_capacity(stream):
    with pytest.raises(est.ModelError, match="expected a JusticeFunnel of two stages or more"):
        est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), stream))
