"""Competing exits: density, graph, recovery of the level, and what the answer owes to its fraction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.operations import NUMPY

YEARS = [str(year) for year in range(2016, 2022)]
LEVEL = est.Prior("incidence", "3 to 470", "log-normal", (float(np.log(40.0)), 1.5), "wide")
KNOWN = est.Prior("fraction", "a tenth", "beta", (100.0, 900.0), "an expert survey")
COMPLETE = est.Prior("completeness", "nine in ten", "beta", (180.0, 20.0), "a linkage study")
AMONG = est.Prior("fatality of the identified", "2 %", "beta", (20.0, 980.0), "follow-up")
DURATION = est.Prior("years undetected", "1 to 4", "log-normal", (float(np.log(2.0)), 0.4), "interviews")


def evidence_of(counts):
    rows = [(area, year, "population", 2_000_000) for area in "ABCD" for year in YEARS]
    rows += [(area, year, name, int(n)) for name, each in counts.items() for (area, year), n in each.items()]
    return est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]).astype(object))


def drawn(seed=1, share=0.2, flow=600.0, fraction=0.1, complete=0.9, among=0.02):
    rng = np.random.default_rng(seed)
    cells = [(area, year) for area in "ABCD" for year in YEARS]
    seen = {cell: rng.poisson(flow * share) for cell in cells}
    dead = {cell: rng.poisson(flow * ((1 - share) * fraction + share * among) * complete) for cell in cells}
    return {"victims_identified": seen, "exits_registered": dead}


EXITS = est.Exits(KNOWN, COMPLETE, AMONG, None, DURATION)


def model_of(exits=EXITS):
    return est.Synthesis(est.Incidence(level=LEVEL), (est.IdentifiedVictims(), exits))


@pytest.fixture(scope="module")
def evidence():
    return evidence_of(drawn())


@pytest.fixture(scope="module")
def post(evidence):
    return est.fit(model_of(), evidence, seed=1)


@pytest.mark.parametrize("exits", [EXITS, est.Exits()], ids=["chitwood", "default"])
def test_density_of_the_register_by_hand(evidence, exits):
    panel = model_of(exits).figures(evidence)
    points = panel.draw_prior(5, np.random.default_rng(1))
    found = panel.log_likelihood(points)["exits", "exits_registered"]
    world = panel.world(panel.unpack(points), NUMPY)

    def share(name):
        return special.expit(points[:, panel.layout[name]]) if name in panel.layout else 0.0

    flow, rho = np.exp(world["log_flow"]), special.expit(world["logit_reporting"])
    mean = flow * ((1 - rho) * share("registered_among_undetected") + rho * share("registered_among_identified"))
    mean = mean * share("register_completeness")
    counts = panel.figures["exits", "exits_registered"].lower
    expected = stats.poisson.logpmf(counts, mean)
    if exits.dispersion is not None:
        phi = np.exp(points[:, panel.layout["log_dispersion_exits"]])
        expected = stats.nbinom.logpmf(counts, phi, phi / (phi + mean))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("exits", [EXITS, est.Exits()], ids=["chitwood", "default"])
def test_graph_is_the_density(evidence, exits):
    from pytensor.compile.mode import get_mode

    from estimators.synthesis.geometry import find_geometry
    from estimators.synthesis.graph import build

    panel = model_of(exits).figures(evidence)
    graph, fast = build(panel, find_geometry(panel)), get_mode("FAST_COMPILE").excluding("fusion")
    names = [each.name for each in panel.named]
    nodes = graph.replace_rvs_by_values([graph["location"], *(graph[name] for name in names)])
    values = graph.compile_fn(nodes, inputs=graph.value_vars, mode=fast)
    density = graph.compile_logp(vars=[graph["exits: exits_registered"]], sum=False, mode=fast)
    rng = np.random.default_rng(2)
    for _ in range(3):
        start = graph.initial_point()
        point = {name: value + 0.3 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
        location, *rest = values(point)
        known = {each.name: location[None, [place]] for place, each in enumerate(panel.locations)}
        known |= {name: np.reshape(value, (1, -1)) for name, value in zip(names, rest, strict=True)}
        kind = ("exits", "exits_registered")
        ours = panel.distributions(panel.world(known, NUMPY))[kind].log_density(panel.figures[kind], NUMPY)
        np.testing.assert_allclose(ours[0], density(point)[0], rtol=1e-9, atol=1e-9)


def test_two_registers_find_the_level(post):
    assert post.attrs["engine"] == "laplace"
    total = post["posterior"]["true_count"].sum(("area", "period"))
    low, high = total.quantile([0.025, 0.975]).values
    assert low < 4 * 6 * 600 < high
    assert high / low < 2.2
    share = post["posterior"]["reporting_probability"].mean()
    assert float(share) == pytest.approx(0.2, abs=0.05)


def test_stock_is_entries_undetected_times_their_duration(post):
    stock = post["posterior"]["stock"].sum("area").mean("period")
    assert stock.sizes == {"chain": 4, "draw": 1000}
    assert float(stock.median()) == pytest.approx(4 * 600 * 0.8 * 2.0, rel=0.35)


def test_the_level_is_anchored_by_the_register(post):
    assert "exits" in post["anchors"]["kind"].values.tolist()


def test_moving_the_fraction_without_a_refit_is_refitting(evidence, post):
    found = est.share_sensitivity(post)
    moved = found.table[(found.table["share"] == "registered_among_undetected") & (found.table["times"] == 0.8)]
    assert moved["factor"].item() > 1.15
    loose = est.Prior("fraction", "a tenth", "beta", (8.0, 72.0), "loose")
    model = model_of(replace(EXITS, fraction=loose))
    table = est.share_sensitivity(est.fit(model, evidence, seed=1)).table
    row = table[(table["share"] == "registered_among_undetected") & (table["times"] == 1.25)].iloc[0]
    other = replace(loose, parameters=(80.0 * row["moved_to"], 80.0 * (1.0 - row["moved_to"])))
    again = est.fit(model_of(replace(EXITS, fraction=other)), evidence, seed=2)
    total = again["posterior"]["true_count"].sum(("area", "period"))
    assert row["median"] == pytest.approx(float(total.median()), rel=0.06)
    assert row["effective_draws"] > 500


def test_a_move_too_far_for_the_draws_is_a_straight_line_near_the_refit(evidence, post):
    table = est.share_sensitivity(post).table
    row = table[(table["share"] == "registered_among_undetected") & (table["times"] == 0.5)].iloc[0]
    assert row["by"] == "straight line"
    moved = replace(KNOWN, parameters=(1000.0 * row["moved_to"], 1000.0 * (1.0 - row["moved_to"])))
    again = est.fit(model_of(replace(EXITS, fraction=moved)), evidence, seed=2)["posterior"]["true_count"]
    assert row["median"] == pytest.approx(float(again.sum(("area", "period")).median()), rel=0.15)


def test_sensitivity_of_a_result_without_shares():
    post = est.fit(est.Bounds(0.01, 0.1), est.single_figure(100, population=1e6), seed=1)
    assert est.share_sensitivity(post).status == "none" if "posterior" in post.children else True


def test_exits_need_identified_victims():
    with pytest.raises(est.ModelError, match="exits without identified_victims"):
        est.Synthesis(est.Incidence(), (est.Exits(),))


def test_assumptions_say_what_everything_hangs_on():
    assert any("the level follows it" in text for text in model_of().assumptions())
