"""Calibration one fit at a time: of anything that can be replicated, of panels of counts, over the prior and around figures."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import toy_replicas as toys

import estimators as est
from estimators.calibration import PanelReplicas, Plan, Replicable, ReplicableGiven, compiled, one_replicate, thinned
from estimators.calibration.replicas import truths
from estimators.execution import journal

CLAIM = est.Claim("1 in 10", within=3)
RATE = est.gamma_prior(3, 100, reason="test")
POISSON = est.ThinnedPoisson(CLAIM, RATE)
HIERARCHICAL = est.HierarchicalThinnedPoisson(CLAIM)


def panel(counts):
    rows = [
        {"area": f"A{place}", "period": str(2015 + year), "indicator": indicator, "value": value, "source": "s"}
        for place, values in enumerate(counts)
        for year, value in enumerate(values)
        for indicator, value in (("victims_identified", value), ("population", 1_000_000 * (place + 1)))
    ]
    return est.read_evidence(pd.DataFrame(rows).astype({"value": object}))


FIGURES = panel([[12, 30], ["", 80], [55, 20]])
BESIDE = {"workers": 1, "seed": 1}


# --- anything that can be replicated -----------------------------------------------------------------------------------


def test_the_toy_keeps_the_protocol():
    assert isinstance(toys.NormalMean(), Replicable)
    assert isinstance(toys.NormalMean(), ReplicableGiven)
    assert not isinstance(POISSON, Replicable)


def test_what_is_right_passes():
    found = est.calibrate(toys.NormalMean(), FIGURES, replicates=1000, **BESIDE)
    assert found.status == "calibrated", found
    assert found.table["quantity"].tolist() == ["mu", "log_likelihood"]
    assert (found.table["replicates"] == 1000).all()
    assert (found.table["failed"] == 0).all()
    assert (found.table["p_holm"] >= found.table["p"]).all()
    for mass in (50, 80, 95):
        error = np.sqrt(mass * (100 - mass) / 1e4 / 1000)
        assert found.table[f"error_{mass}"].to_numpy() == pytest.approx(error)
        assert (np.abs(found.table[f"coverage_{mass}"] - mass / 100) < 4.5 * error).all()


@pytest.mark.parametrize("model", [toys.TooSureMean(), toys.PriorMean()], ids=lambda model: type(model).__name__)
def test_what_is_wrong_does_not(model):
    assert est.calibrate(model, FIGURES, replicates=1000, **BESIDE).status == "not calibrated"


def test_around_figures():
    right, wrong = toys.NormalMean(), toys.OnlyNewFigures()
    given = right.given(FIGURES)
    assert est.calibrate(right, FIGURES, given=given, replicates=1000, **BESIDE).status == "calibrated"
    assert est.calibrate(wrong, FIGURES, given=given, replicates=1000, **BESIDE).status == "not calibrated"


def test_failures_are_counted_and_many_are_a_verdict():
    few = est.calibrate(toys.FailsAtTimes(), FIGURES, replicates=1000, **BESIDE)
    assert few.status == "calibrated", few
    assert 0 < few.table["failed"].iloc[0] < 10
    assert (few.table["failed"] + few.table["replicates"] == 1000).all()
    many = est.calibrate(toys.Fails(), FIGURES, replicates=1000, **BESIDE)
    assert many.status == "not calibrated"
    assert "ArithmeticError: no convergence" in many.text


def test_the_finding_is_the_same_on_any_number_of_workers_and_after_a_stop(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "made_with", lambda: {"source": "of these tests"})
    options = {"design": FIGURES, "replicates": 200, "seed": 4}
    alone = est.calibrate(toys.NormalMean(), workers=1, journal=tmp_path / "alone.jsonl", **options)
    assert est.calibrate(toys.NormalMean(), workers=2, **options).table.equals(alone.table)
    whole = (tmp_path / "alone.jsonl").read_bytes()
    (tmp_path / "stopped.jsonl").write_bytes(whole[: len(whole) // 2])
    stopped = est.calibrate(toys.NormalMean(), workers=1, journal=tmp_path / "stopped.jsonl", **options)
    assert stopped.table.equals(alone.table)
    assert (tmp_path / "stopped.jsonl").read_bytes() == whole
    with pytest.raises(est.DarkfigureError, match=r"another run"):
        est.calibrate(toys.PriorMean(), workers=1, journal=tmp_path / "stopped.jsonl", **options)


# --- draws that hang together ------------------------------------------------------------------------------------------


def chain(correlation, draws, rng):
    values = np.empty(draws)
    values[0] = rng.standard_normal()
    for place in range(1, draws):
        values[place] = correlation * values[place - 1] + np.sqrt(1 - correlation**2) * rng.standard_normal()
    return values


def test_thinned_draws_are_spread_over_the_chains():
    values = np.arange(400.0).reshape(2, 200)
    kept = thinned(np.random.default_rng(1).permuted(values.ravel()).reshape(2, 200), 40)
    assert len(kept) == len(set(kept.tolist())) == 40
    assert np.all(thinned(np.ones((2, 100)), 99) == 1.0)


def test_a_chain_that_hardly_moves_is_refused():
    rng = np.random.default_rng(1)
    slow = np.stack([chain(0.98, 250, rng) for _ in range(2)])
    with pytest.raises(est.ModelError, match=r"500 draws worth .* expected 99"):
        thinned(slow, 99, "mu")
    long = np.stack([chain(0.8, 2000, rng) for _ in range(2)])
    kept = thinned(long, 99)
    assert abs(np.corrcoef(kept[1:], kept[:-1])[0, 1]) < 0.3


# --- panels of counts --------------------------------------------------------------------------------------------------


def test_an_exact_estimator_over_a_design():
    found = est.calibrate(POISSON, FIGURES, replicates=150, **BESIDE)
    assert found.status == "calibrated", found
    named = set(found.table["quantity"])
    assert {"true_count, A0 2015", "incidence, mean", "log_likelihood", "log_likelihood of rates"} <= named


def test_an_exact_estimator_around_figures():
    found = est.calibrate(POISSON, given=FIGURES, replicates=150, **BESIDE)
    assert found.status == "calibrated", found
    result = est.fit(POISSON, FIGURES, seed=1, sampling=est.Sampling(draws=150))
    assert est.calibrate(POISSON, FIGURES, given=result, replicates=150, **BESIDE).table.equals(found.table)


@dataclass(frozen=True)
class StaleCache:
    """Answers with the posterior of the figures before, as a cache under the wrong key does."""

    right: est.ThinnedPoisson
    before: list

    def priors(self):
        return self.right.priors()

    def assumptions(self):
        return self.right.assumptions()

    def figures(self, evidence):
        return self.right.figures(evidence)

    def simulate(self, figures, rng):
        return self.right.simulate(figures, rng)

    def exact(self, figures, draws, rng):
        self.before.append(figures)
        return self.right.exact(self.before[max(len(self.before) - 2, 0)], draws, rng)


class ShiftedIndex(StaleCache):
    """Gives an area the figures of the next."""

    def exact(self, figures, draws, rng):
        return self.right.exact(figures.assign(reported=figures["reported"].roll(area=-1)), draws, rng)


@pytest.mark.parametrize("bug", [StaleCache, ShiftedIndex])
def test_bugs_between_replicates_and_areas_are_found(bug):
    whole = panel([[12, 30], [60, 80], [55, 20]])
    found = est.calibrate(bug(POISSON, []), whole, replicates=150, **BESIDE)
    assert found.status == "not calibrated", found


def test_a_graph_whose_figures_changed_is_the_graph_of_these_figures():
    template = HIERARCHICAL.figures(FIGURES)
    other = HIERARCHICAL.figures(panel([[7, 3_000_000_000], ["", 8], [0, 21]]))
    changed, fresh = compiled.changeable(HIERARCHICAL.graph(template)), HIERARCHICAL.graph(other)
    counts = other["reported"].values.ravel()
    (data,) = [each for each in changed.rvs_to_values.values() if each.name == compiled.FIGURES]
    data.set_value(counts[~np.isnan(counts)].astype(data.get_value().dtype))
    point = fresh.initial_point()
    densities = [model.compile_logp(mode="FAST_COMPILE")(point) for model in (changed, fresh)]
    assert densities[0] == pytest.approx(densities[1], rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["prior", "posterior"])
def test_the_hierarchical_estimator(form):
    option = {"given": FIGURES} if form == "posterior" else {"design": FIGURES}
    found = est.calibrate(HIERARCHICAL, replicates=500, seed=1, **option)
    assert found.status == "calibrated", found


@pytest.mark.slow
def test_one_sampled_replicate_is_a_function_of_its_seed():
    plan = Plan(PanelReplicas(HIERARCHICAL), HIERARCHICAL.figures(FIGURES), 99)
    first, again, other = (one_replicate(plan, np.random.SeedSequence(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_each_truth_is_used_once():
    posterior = est.fit(POISSON, FIGURES, seed=1, sampling=est.Sampling(draws=50))["posterior"].to_dataset()
    taken = truths(posterior, 50)
    assert taken.sizes["truth"] == 50
    cell = {"area": 0, "period": 1}
    first = posterior["incidence"].isel(cell).values.ravel()
    assert sorted(taken["incidence"].isel(cell).values.tolist()) == sorted(first.tolist())
    every_other = truths(posterior, 25)["incidence"].isel(cell).values
    assert every_other.tolist() == first[::2].tolist()


# --- refusals ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_replicated_is_refused():
    with pytest.raises(est.ModelError, match=r"expected a design"):
        est.calibrate(HIERARCHICAL, seed=1)
    with pytest.raises(est.ModelError, match=r"Bounds cannot be replicated"):
        est.calibrate(est.Bounds(0.01), FIGURES, seed=1)
    with pytest.raises(est.ModelError, match=r"expected no scheduler and no journal, or a design"):
        est.calibrate(POISSON, journal="x.jsonl", seed=1)


def test_posterior_forms_that_mean_nothing_are_refused():
    result = est.fit(POISSON, FIGURES, seed=1)
    with pytest.raises(est.ModelError, match=r"without its evidence"):
        est.calibrate(POISSON, given=result, seed=1)
    with pytest.raises(est.ModelError, match=r"one and the same evidence"):
        est.calibrate(POISSON, panel([[1, 2]]), given=result, seed=1)
    with pytest.raises(est.ModelError, match=r"1,000 draws for 1,001 replicates"):
        est.calibrate(POISSON, FIGURES, given=result, replicates=1001, seed=1)
    multiplier = est.Multiplier(CLAIM, dependence="independent")
    with pytest.raises(est.DarkfigureError, match=r"every job failed.*Multiplier has no posterior form"):
        est.calibrate(multiplier, given=FIGURES, replicates=100, **BESIDE)


def test_too_few_draws_are_refused():
    with pytest.raises(est.DarkfigureError, match=r"mu: 98 draws: expected 99"):
        est.calibrate(toys.TooFewDraws(), FIGURES, replicates=100, **BESIDE)
