"""The engine's draws are those of long NUTS runs; what it cannot take it names; a seed gives the same draws on any number of cores."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import EngineError
from estimators.synthesis.laplace import engine, integrals, weights
from estimators.synthesis.laplace.engine import draw
from estimators.synthesis.operations import NUMPY

NUTS = pd.read_csv(Path(__file__).parents[2] / "reference" / "nuts.csv")
QUICK = ("victims alone", "hotline", "published figures", "strata", "student effects", "tiny counts", "dominating area")


def quantities(panel, found):
    """Draws of what the reference holds, by name."""
    world = panel.world(found.known, NUMPY)
    scales, areas = {each.name for each in panel.scales}, panel.grid.areas
    drawn = {}
    for each in (*panel.locations, *panel.scales, *panel.shares):
        values = found.known[each.name][:, 0]
        drawn[each.name] = np.log(values) if each.name in scales else values
    flow = np.exp(world["log_flow"])
    drawn["level"] = np.log(flow.sum(axis=1) / panel.grid.years.sum())
    flow = flow.reshape(-1, *panel.grid.shape).sum(axis=2)
    for a, area in enumerate(areas):
        drawn |= {f"log_flow {area} {name}": np.log(flow[:, a, p]) for p, name in enumerate(panel.grid.periods)}
        drawn |= {f"{each.name} {area}": found.known[each.name][:, a] for each in panel.effects if each.over == "area"}
    return drawn


def compared(name, panel, found):
    """Differences to NUTS in Monte-Carlo standard errors: of means, standard deviations and 95 % limits."""
    nuts = NUTS[NUTS["model"] == name].set_index("quantity")
    rows = []
    for quantity, x in quantities(panel, found).items():
        if quantity in nuts.index:
            their, size = nuts.loc[quantity], found.effective
            sd = x.std()
            fourth = ((x - x.mean()) ** 4).mean() / sd**4
            row = {
                "mean": (x.mean() - their["mean"]) / np.hypot(sd / np.sqrt(size), their["mcse_mean"]),
                "sd": (sd - their["sd"]) / np.hypot(sd * np.sqrt((fourth - 1.0) / 4.0 / size), their["mcse_sd"]),
            }
            for p, label in ((0.025, "q025"), (0.975, "q975")):
                wide = np.sqrt(p * (1.0 - p) / size)
                low, high = np.quantile(x, [max(p - wide, 0.0), min(p + wide, 1.0)])
                row[label] = (np.quantile(x, p) - their[label]) / np.hypot(0.5 * (high - low), their[f"mcse_{label}"])
            rows.append({"quantity": quantity} | row)
    return pd.DataFrame(rows).set_index("quantity")


@pytest.mark.parametrize("name", QUICK)
def test_as_nuts(name, panel_named):
    panel = panel_named(name)
    table = compared(name, panel, draw(panel, 4000, np.random.default_rng(1)))
    assert len(table) >= 15
    assert (np.sqrt((table**2).mean()) < 1.7).all(), table
    assert np.abs(table[["mean"]]).to_numpy().max() < 4.5, table
    assert np.abs(table.to_numpy()).max() < 7.0, (
        table
    )  # limits lie among weighted draws, which are fewer out there than on the whole


@pytest.mark.slow
def test_as_nuts_at_length(name_of_panel, panel_named):
    panel = panel_named(name_of_panel)
    found = draw(panel, 16_000, np.random.default_rng(2))
    table = compared(name_of_panel, panel, found)
    assert found.trusted
    worst = np.abs(table.to_numpy()).max()
    assert worst < 15.0, table  # of any panel; 11 was measured where an exception is made below
    if (
        name_of_panel == "every source" and worst >= 6.0
    ):  # 37 scores are more than the weights can bear, see docs/engine.md
        pytest.xfail(f"k̂ {found.pareto_k:.2f}, a limit {worst:.0f} errors off")
    assert (np.sqrt((table**2).mean()) < 1.7).all(), table
    assert worst < 6.0, table


def test_the_same_draws_on_any_number_of_cores(panel_named, monkeypatch):
    panel = panel_named("two stages")
    for part in (weights, integrals):
        monkeypatch.setattr(part, "AT_ONCE", 3000)
    found = []
    for number in ("1", "2", "5"):
        monkeypatch.setenv("OMP_NUM_THREADS", number)
        found.append(draw(panel, 300, np.random.default_rng(3)))
    for other in found[1:]:
        for name, values in found[0].known.items():
            np.testing.assert_array_equal(values, other.known[name])


def test_neighbours_are_refused_by_name_and_left_to_a_sampler(evidence_of):
    figures = [(area, year, "victims_identified", 9) for area in "ABC" for year in ("2020", "2021")]
    evidence = evidence_of(figures, areas="ABC")
    model = est.Synthesis(est.Incidence(neighbours=(("A", "B"), ("B", "C"))), (est.IdentifiedVictims(),))
    with pytest.raises(EngineError, match="neighbours of incidence"):
        est.fit(model, evidence, seed=1, engine="laplace")
    few = est.Sampling(draws=20, tune=20, chains=1)
    post = est.fit(model, evidence, seed=1, sampling=few)
    assert post.attrs["engine"] == "nuts"
    assert "neighbours of incidence" in post.attrs["engine_reason"]


def test_more_areas_than_pay_are_left_to_a_sampler(evidence_of, monkeypatch):
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    panel = model.figures(evidence_of([(area, "2020", "victims_identified", 9) for area in "ABC"], areas="ABC"))
    monkeypatch.setattr(engine, "MOST_AREAS", 3)
    assert draw(panel, 10, np.random.default_rng(1)).known
    monkeypatch.setattr(engine, "MOST_AREAS", 2)
    with pytest.raises(EngineError, match="3 areas: engine 'laplace' takes at most 2"):
        draw(panel, 10, np.random.default_rng(1))


def test_the_default_engine_says_why(evidence_of):
    evidence = evidence_of([("A", "2020", "victims_identified", 30), ("B", "2020", "victims_identified", 50)])
    post = est.fit(est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),)), evidence, seed=1)
    assert post.attrs["engine"] == "laplace"
    assert "Pareto k̂" in post.attrs["engine_reason"]
    assert post["posterior"].sizes["chain"] * post["posterior"].sizes["draw"] == 4000
    assert est.convergence(post).status == "publishable"


def test_draws_without_a_density_are_no_small_matter(panel_named, monkeypatch):
    panel = panel_named("tiny counts")
    complete = engine.weigh

    def losing(plan, scores, at, pairs, rng):
        found = complete(plan, scores, at, pairs, rng)
        found.log_density[::50] = -np.inf
        return found

    monkeypatch.setattr(engine, "weigh", losing)
    with pytest.raises(EngineError, match=r"no finite density at 2\.0 % of the draws"):
        draw(panel, 100, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("k", "worth", "engine_used", "said"),
    [
        (0.69, 0.06, "laplace", "k̂ = 0.69"),
        (0.71, 0.06, "nuts", "k̂ = 0.71"),
        (0.2, 0.04, "nuts", "4.0 % of its draws are effective"),
    ],
)
def test_a_sampler_is_asked_where_weights_are_poor(k, worth, engine_used, said, evidence_of, monkeypatch):
    evidence = evidence_of([(area, "2020", "victims_identified", 9) for area in "ABC"], areas="ABC")
    model, complete = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),)), engine.draw

    def poor(panel, draws, rng, start=None):
        found = complete(panel, draws, rng, start)
        return replace(found, pareto_k=k, effective=1.0 / (1.0 / (worth * found.proposed) + 1.0 / draws))

    monkeypatch.setattr(engine, "draw", poor)
    few = est.Sampling(draws=20, tune=20, chains=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", est.ConvergenceWarning)
        post = est.fit(model, evidence, seed=1, sampling=few)
    assert post.attrs["engine"] == engine_used
    assert said in post.attrs["engine_reason"]
