"""Figures recorded under another rule, by another source, too early or under other labels: densities, graph, engine, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.geometry import find_geometry
from estimators.synthesis.graph import build
from estimators.synthesis.laplace.setup import make_plan
from estimators.synthesis.operations import NUMPY

YEARS = [str(year) for year in range(2018, 2023)]
VICTIMS = {"A": [40, 44, 39, 15, 17], "B": [80, 95, 88, 92, 90]}
CASES = {"A": [20, 22, 20, 24, 21], "B": [41, 45, 47, 44, 40]}
AGES = est.Revision.of({0: (0.3, 0.15), 9: (0.1, 0.05), 20: (0.0, 0.0)}, as_of="2023-03")


def evidence_of(*, tip=False, breaks=(), offences=False):
    rows = [(a, y, "population", 2_000_000, "p") for a in "AB" for y in YEARS]
    for indicator, figures in (("victims_identified", VICTIMS), ("investigations_opened", CASES)):
        rows += [(a, y, indicator, n, "state") for a in "AB" for y, n in zip(YEARS, figures[a], strict=True)]
    if tip:
        rows = [row for row in rows if row[:3] != ("B", "2020", "victims_identified")]
        rows += [("A", "2019", "victims_identified", 30, "TIP"), ("A", "2020", "victims_identified", "25-31", "TIP")]
        rows += [("B", "2020", "victims_identified", 61, "TIP"), ("B", "2021", "victims_identified", 70, "TIP")]
    if offences:
        rows += [(a, y, "related_offences", 300, "state") for a in "AB" for y in YEARS]
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "source"]).astype(object)
    return est.read_evidence(table, breaks=breaks)


RULE = est.Break("A", "victims_identified", "2021", "other reporter")
ALL = est.Break("all", "investigations_opened", "2020", "new counting rule")
WRONG = est.Mislabelling(
    est.Mislabelling.from_audit("s", 30, 40, "r"), None, est.Mislabelling.from_audit("w", 5, 400, "r")
)


def model_of(victims=(), cases=()):
    seen = est.Recorded(est.IdentifiedVictims(), victims) if victims else est.IdentifiedVictims()
    stages = est.JusticeFunnel(stages=("investigations_opened",))
    return est.Synthesis(est.Incidence(), (seen, est.Recorded(stages, cases) if cases else stages))


CASES_OF = {
    "steps": ((est.Steps(),), (est.Steps(),), {"breaks": (RULE, ALL)}),
    "sources": ((est.SourceEffects(),), (), {"tip": True}),
    "steps and sources": ((est.Steps(), est.SourceEffects()), (), {"tip": True, "breaks": (RULE,)}),
    "false ones": ((est.Mislabelling(),), (est.Mislabelling(),), {}),
    "another crime": ((WRONG,), (), {"offences": True}),
    "fresh": ((AGES,), (), {}),
}


@pytest.fixture(params=CASES_OF)
def panel(request):
    victims, cases, given = CASES_OF[request.param]
    return model_of(victims, cases).figures(evidence_of(**given))


def test_graph_is_the_density_at_random_points(panel):
    from pytensor.compile.mode import get_mode

    graph = build(panel, find_geometry(panel))
    names = [each.name for each in panel.named]
    nodes = graph.replace_rvs_by_values([graph["location"], *(graph[name] for name in names)])
    fast = get_mode("FAST_COMPILE").excluding("fusion")
    values = graph.compile_fn(nodes, inputs=graph.value_vars, mode=fast)
    rows = [f"{stream}: {term}" for (stream, term), each in panel.figures.items() if len(each)]
    density = graph.compile_logp(vars=[graph[name] for name in rows], sum=False, mode=fast)
    rng = np.random.default_rng(3)
    for _ in range(3):
        point = {
            name: value + 0.3 * rng.standard_normal(np.shape(value)) for name, value in graph.initial_point().items()
        }
        location, *rest = values(point)
        known = {each.name: location[None, [place]] for place, each in enumerate(panel.locations)}
        known |= {name: np.reshape(value, (1, -1)) for name, value in zip(names, rest, strict=True)}
        each = panel.distributions(panel.world(known, NUMPY))
        ours = [found.log_density(panel.figures[key], NUMPY)[0] for key, found in each.items()]
        for one, other in zip(ours, density(point), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_engine_has_the_same_density_and_right_slopes(panel):
    from estimators.synthesis.laplace.block import slopes_by
    from estimators.synthesis.laplace.layout import world_of

    plan = make_plan(panel)
    rng = np.random.default_rng(1)
    vectors = 0.3 * panel.draw_prior(2, rng)
    areas, layout = panel.grid.shape[0], plan.layout
    known = {each.name: vectors[:, panel.layout[each.name]].T for each in (*panel.locations, *panel.shares)}
    known |= {each.name: np.exp(vectors[:, panel.layout[each.name]]).T for each in panel.scales}
    chain = 0.4 * rng.standard_normal((layout.periods, len(layout.chain), areas, 2))
    chain[:1, layout.walks] = 0.0
    border = 0.4 * rng.standard_normal((len(layout.border), areas, 2))
    world = world_of(panel, layout, known, chain, border)
    found = panel.distributions(world)
    for effect, step in ((layout.border[0][0], 1e-6),):
        seeds = {effect.name: {0: np.ones((1, 1))}}
        slopes = slopes_by(panel, layout, known, chain, border, seeds)
        moved = border.copy()
        moved[0] += step
        after = panel.distributions(world_of(panel, layout, known, chain, moved))
        for key, each in found.items():
            scale = known[effect.scale] if effect.scale else 1.0
            difference = (after[key].location().value - each.location().value) / step
            given = slopes[key].get(0, np.zeros((1, 1))) * scale
            np.testing.assert_allclose(np.broadcast_to(given, difference.shape), difference, rtol=1e-4, atol=1e-5)


def test_simulated_figures_have_the_means_of_the_density(panel):
    point = 0.2 * panel.draw_prior(1, np.random.default_rng(5))
    drawn = panel.simulate(np.repeat(point, 20_000, axis=0), np.random.default_rng(6))
    kind = next(iter(panel.figures))
    each = panel.distributions(panel.world(panel.unpack(point), NUMPY))[kind]
    mean, phi = np.exp(each.log_mean), np.exp(each.log_dispersion)
    error = np.sqrt((mean + mean**2 / phi) / 20_000)
    assert (np.abs(drawn[kind].mean(axis=0) - mean) < 5 * error).all()


def log_means(panel, point, term):
    world = panel.world(panel.unpack(point), NUMPY)
    key = next(key for key in panel.figures if key[1] == term)
    return panel.distributions(world)[key], world


def test_a_step_multiplies_rows_after_the_break_and_no_others():
    panel = model_of((est.Steps(),)).figures(evidence_of(breaks=(RULE,)))
    point = panel.draw_prior(1, np.random.default_rng(2))
    found, world = log_means(panel, point, "victims_identified")
    step = point[:, panel.layout["log_step_victims_identified_A_2021"]]
    expected = world["log_identified"] + step * np.array([0, 0, 0, 1, 1, 0, 0, 0, 0, 0.0])
    np.testing.assert_allclose(found.log_mean, expected, rtol=1e-12)


def test_a_further_source_beside_another_follows_its_figure():
    panel = model_of((est.SourceEffects(),)).figures(evidence_of(tip=True))
    assert {term: len(rows) for (_, term), rows in panel.figures.items()} == {
        "victims_identified": 9, "victims_identified, TIP alone": 1, "victims_identified, TIP beside": 3,
        "investigations_opened": 10,
    }  # fmt: skip
    point = panel.draw_prior(1, np.random.default_rng(2))
    effect = point[0, panel.layout["log_source_victims_identified_TIP"]]
    phi = np.exp(point[0, panel.layout["log_dispersion_source_victims_identified_TIP"]])
    found, _ = log_means(panel, point, "victims_identified, TIP beside")
    np.testing.assert_allclose(found.log_mean[0], np.log(np.array([44, 39, 92]) + 0.5) + effect, rtol=1e-12)
    rows = panel.figures["identified_victims", "victims_identified, TIP beside"]
    mean = (92.5) * np.exp(effect)
    assert found.log_density(rows, NUMPY)[0, 2] == pytest.approx(
        stats.nbinom.logpmf(70, phi, phi / (phi + mean)), rel=1e-9
    )
    alone, world = log_means(panel, point, "victims_identified, TIP alone")
    np.testing.assert_allclose(alone.log_mean[0], world["log_identified"][0, [7]] + effect, rtol=1e-12)
    own = np.exp(-point[0, panel.layout["log_dispersion_identified_victims"]])
    assert np.exp(-alone.log_dispersion[0, 0]) == pytest.approx((own + 1 / phi)[0], rel=1e-12)


def test_labels_let_go_of_some_and_take_in_others():
    panel = model_of((est.Mislabelling(),)).figures(evidence_of())
    point = panel.draw_prior(1, np.random.default_rng(2))
    found, world = log_means(panel, point, "victims_identified")
    right, false = (
        special.expit(point[:, panel.layout[f"{kind}_labelled_victims_identified"]]) for kind in ("rightly", "falsely")
    )
    np.testing.assert_allclose(np.exp(found.log_mean), np.exp(world["log_identified"]) * right / (1 - false), rtol=1e-9)
    panel = model_of((WRONG,)).figures(evidence_of(offences=True))
    point = panel.draw_prior(1, np.random.default_rng(2))
    found, world = log_means(panel, point, "victims_identified")
    right, wrong = (
        special.expit(point[:, panel.layout[f"{kind}_labelled_victims_identified"]]) for kind in ("rightly", "wrongly")
    )
    expected = np.exp(world["log_identified"]) * right + 300 * wrong
    np.testing.assert_allclose(np.exp(found.log_mean), expected, rtol=1e-9)


def test_fresh_periods_have_an_unknown_each_and_final_ones_none():
    panel = model_of((AGES,)).figures(evidence_of())
    fresh = {each.name: each.prior for each in panel.locations if each.group == "revision"}
    assert list(fresh) == [
        "log_revision_victims_identified_2021_9_months",
        "log_revision_victims_identified_2022_0_months",
    ]
    assert fresh["log_revision_victims_identified_2022_0_months"].parameters == (0.3, 0.15)
    point = panel.draw_prior(1, np.random.default_rng(2))
    found, world = log_means(panel, point, "victims_identified")
    revision = [point[0, panel.layout[name]][0] for name in fresh]
    expected = world["log_identified"][0] - np.tile([0, 0, 0, *revision], 2)
    np.testing.assert_allclose(found.log_mean[0], expected, rtol=1e-12)


def test_the_next_stage_follows_what_would_have_been_counted_before():
    stages = est.JusticeFunnel(stages=("investigations_opened", "persons_prosecuted"))
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.Recorded(stages, (est.Steps(),))))
    table = evidence_of().table
    extra = table[table["indicator"] == "investigations_opened"].assign(indicator="persons_prosecuted", unit="persons")
    evidence = est.read_evidence(pd.concat([table, extra]), breaks=(ALL,))
    panel = model.figures(evidence)
    point = panel.draw_prior(1, np.random.default_rng(2))
    place = panel.layout["log_step_investigations_opened_all_2020"]
    moved = point.copy()
    moved[:, place] += 1.0
    one, other = (log_means(panel, x, "persons_prosecuted")[0].log_mean[0] for x in (point, moved))
    assert one[0] == other[0]
    assert (other[3:5] < one[3:5]).all()


def test_what_was_recorded_otherwise_does_not_bound_the_identified():
    plain = model_of().figures(evidence_of())
    stepped = model_of((est.Steps(),)).figures(evidence_of(breaks=(RULE,)))
    assert plain.identified_limits[0].tolist() == [*VICTIMS["A"], *VICTIMS["B"]]
    assert stepped.identified_limits[0].tolist() == [40, 44, 39, 0, 0, *VICTIMS["B"]]
    assert stepped.cells["reported"].values.tolist() == [VICTIMS["A"], VICTIMS["B"]]


@pytest.mark.parametrize(
    ("victims", "given", "words"),
    [
        ((), {"breaks": (RULE,)}, r"row 14.*A victims_identified 2021.*break A victims_identified from 2021 \(other reporter\).*Steps"),
        ((est.Steps(),), {"tip": True}, r"A 2019.*'state' and 'TIP'.*SourceEffects"),
        ((), {"tip": True}, r"A 2019.*'state' and 'TIP'"),
        ((WRONG,), {}, r"A 2018.*expected related_offences"),
    ],
)  # fmt: skip
def test_refusals(victims, given, words):
    with pytest.raises(est.DataError, match=words):
        model_of(victims).figures(evidence_of(**given))


def test_rules_are_named_in_priors_and_assumptions():
    model = model_of((est.Steps(), est.SourceEffects(), est.Mislabelling(), AGES))
    names = [prior.name for prior in model.priors()]
    assert {"log_step_victims_identified", "log_source_victims_identified", "rightly_labelled_victims_identified"} <= {
        *names
    }
    assert "log_revision_victims_identified_age_0_months" in names
    said = " ".join(model.assumptions())
    for words in ("declared break", "sets the level", "wrong labels", "that is delay"):
        assert words in said


def test_rules_that_are_no_rules():
    with pytest.raises(est.ModelError, match="each kind once"):
        est.Recorded(est.IdentifiedVictims(), (est.Steps(), est.Steps()))
    with pytest.raises(est.ModelError, match="rising age"):
        est.Revision(((3, 0.1, 0.1), (0, 0.2, 0.1)))
    with pytest.raises(est.ModelError, match="expected one of them"):
        est.Mislabelling(wrongly=est.Mislabelling.from_audit("w", 5, 400, "r"))
    with pytest.raises(est.ModelError, match="column vintage"):
        model_of((est.Revision.of({0: (0.3, 0.1)}),)).figures(evidence_of())


def test_the_step_is_recovered_and_the_level_is_not_dragged_along():
    evidence = evidence_of(breaks=(RULE,))
    post = est.fit(model_of((est.Steps(),)), evidence, seed=1)
    assert post.attrs["engine"] == "laplace"
    step = post["posterior"]["log_step_victims_identified_A_2021"]
    assert float(np.exp(step.median())) == pytest.approx(16 / 41, rel=0.3)
    rates = post["posterior"]["reporting_probability"].median(("chain", "draw")).sel(area="A").values
    assert rates[4] == pytest.approx(rates[2], rel=0.25)


def test_revisions_from_a_table_of_factors():
    table = pd.DataFrame({"age": [3, 0], "mean_factor": [1.05, 1.3], "log_sd": [0.02, 0.2]})
    rule = est.Revision.from_table(table, as_of="2023-03")
    assert [age for age, _, _ in rule.factors] == [0, 3, 4]
    for (_, log_mean, sd), mean in zip(rule.factors, (1.3, 1.05, 1.0), strict=True):
        assert np.exp(log_mean + 0.5 * sd**2) == pytest.approx(mean)  # the mean of a log-normal


def test_delay_is_given_back_and_nothing_else():
    """A last year with half of its figures: with the revision it fits, without it the years are drawn together."""
    whole = evidence_of().table
    fresh = whole["period_start"].dt.year == 2022
    counts = (whole["indicator"] == "victims_identified") & fresh
    short = whole.assign(value=whole["value"].mask(counts, (whole["value"] * 0.5).round()))
    evidence = est.read_evidence(short.drop(columns=["lower", "upper", "bound"]))
    rule = est.Revision.of({0: (float(np.log(2.0)), 0.05), 11: (0.0, 0.0)}, as_of="2023-03")

    def expected(model):
        found = est.fit(model, evidence, seed=1)["posterior_predictive"]["identified_victims: victims_identified"]
        return found.mean(("chain", "draw")).values[[8, 9]]

    with_rule, without = expected(model_of((rule,))), expected(model_of())
    assert with_rule[1] == pytest.approx(45, abs=8)  # half of what is to come
    assert without[1] > 60  # taken as final, it drags the years before down and is dragged up
    assert with_rule[0] > without[0]


def test_a_source_effect_is_recovered():
    rng = np.random.default_rng(4)
    rows = [(a, y, "population", 2_000_000, "p") for a in "AB" for y in YEARS]
    for area in "AB":
        for year in YEARS:
            count = rng.poisson(200)
            rows.append((area, year, "victims_identified", count, "state"))
            rows.append((area, year, "victims_identified", rng.poisson(0.4 * count), "TIP"))
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "source"]).astype(object)
    model = est.Synthesis(est.Incidence(), (est.Recorded(est.IdentifiedVictims(), (est.SourceEffects(),)),))
    post = est.fit(model, est.read_evidence(table), seed=1)["posterior"]
    low, high = post["log_source_victims_identified_TIP"].quantile([0.025, 0.975]).values
    assert low < np.log(0.4) < high
    alone = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    other = est.fit(alone, est.read_evidence(table[table["source"] != "TIP"]), seed=1)["posterior"]
    one, two = (each["log_incidence_level"].std().item() for each in (post, other))
    assert one == pytest.approx(two, rel=0.1)  # a second count of the same persons says nothing of the level


def test_labels_let_the_level_follow_the_audit():
    right = est.Mislabelling.from_audit("s", 500, 1000, "files read again")
    rule = est.Mislabelling(sensitivity=right, false=None)
    one, two = (
        est.fit(est.Synthesis(est.Incidence(), (stream,)), evidence_of().where(indicator=("victims_identified", "population")), seed=1)
        for stream in (est.Recorded(est.IdentifiedVictims(), (rule,)), est.IdentifiedVictims())
    )  # fmt: skip
    seen = [
        float((post["posterior"]["reporting_probability"] * post["posterior"]["incidence"]).median())
        for post in (one, two)
    ]
    assert seen[0] / seen[1] == pytest.approx(2.0, rel=0.1)
    assert "rightly_labelled_victims_identified" in est.share_sensitivity(one).table["share"].tolist()
