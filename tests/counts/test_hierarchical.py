"""The sampled estimator: its density written out a second time, its rotation, its completion, and long runs of the sampler."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import special, stats

import estimators as est
from estimators.calibration import uniformity_p
from estimators.numeric.rotation import rotate

CLAIM = est.Claim("1 in 100", within=3)
MODEL = est.HierarchicalThinnedPoisson(CLAIM)
FEW = est.Sampling(draws=100, tune=300, chains=2)


def panel(counts, population=2_000_000):
    """Evidence of counts, a list of periods for each area; an empty string is a missing figure."""
    years = [str(2015 + i) for i in range(len(counts[0]))]
    rows = [
        {"area": f"A{i}", "period": year, "indicator": indicator, "value": value, "source": "s"}
        for i, values in enumerate(counts)
        for year, value in zip(years, values, strict=True)
        for indicator, value in (("victims_identified", value), ("population", population * (i + 1)))
    ]
    return est.read_evidence(pd.DataFrame(rows).astype({"value": object}))


PANELS = {
    "one period": [[12], [0], [300], [4]],
    "several periods": [[12, 30, 5], [120, 80, 200]],
    "missing cells": [[12, "", 5], ["", 80, 200], [1, 2, ""]],
    "many areas": [[0, 0] if i % 5 == 0 else [7 * i % 50 + 2, ""] if i % 7 == 0 else [i, 90 - i] for i in range(32)],
    "large and small counts": [[0, 0, 1], [5000, 6000, 7000], ["", 0, 2], [40, 0, 3]],
    "an area without figures": [["", ""], [10, 20]],
}


# --- the density -------------------------------------------------------------------------------------------------------


def log_density(model, figures, centred_cell, centred_area, point):
    """Log density of the graph's variables, from the model's definition and the Jacobians of the changes of variables.

    Definition: α ~ N(m, s), μ ~ N(level), τ, κ, ω half-normal, z, u, w ~ N(0, 1), y ~ Poisson(E exp(μ + τz + ωw) ρ),
    logit ρ = α + κu. Sampled instead: μ + log ρ(α); r, θ with τ = A r cos θ, κ = B r sin θ; e, f with τz + κu = t e, rotated,
    t = sqrt(τ² + κ²); where centred, the effect plus its mean.
    """
    areas, periods = figures.sizes["area"], figures.sizes["period"]
    area = np.repeat(np.arange(areas), periods)
    counts = figures["reported"].values.ravel()
    seen_figure = ~np.isnan(counts)
    exposure = (figures["population"] * figures["years"]).transpose("area", "period").values.ravel() / 100_000
    scale_area, scale_reporting = model.area_sd.parameters[1], model.reporting_sd.parameters[1]
    r, angle = np.exp(point["radius_log__"]), 0.5 * np.pi * special.expit(point["angle_interval__"])
    tau, kappa = scale_area * r * np.cos(angle), scale_reporting * r * np.sin(angle)
    t, alpha = np.hypot(tau, kappa), point["alpha"]
    mu = point["level_sum"] - special.log_expit(alpha)
    e = np.where(centred_area, (point["log_seen"] - point["level_sum"]) / t, point["log_seen"])
    f = point["unseen_effect"]
    z, u = (tau * e - kappa * f) / t, (kappa * e + tau * f) / t
    logit = alpha + kappa * u
    total = (
        stats.norm.logpdf(alpha, *model.reporting.prior.parameters)
        + stats.norm.logpdf(mu, *model.level.parameters)
        + stats.halfnorm.logpdf(tau, scale=scale_area)
        + stats.halfnorm.logpdf(kappa, scale=scale_reporting)
        + np.log(scale_area * scale_reporting * r)
        + stats.norm.logpdf(z).sum()
        + stats.norm.logpdf(u).sum()
        - centred_area.sum() * np.log(t)
    )
    log_mean = (mu + tau * z + special.log_expit(logit))[area] + np.log(exposure)
    jacobian = point["radius_log__"] + np.log(
        0.5 * np.pi * special.expit(point["angle_interval__"]) * special.expit(-point["angle_interval__"])
    )
    if periods > 1:
        omega = np.exp(point["cell_sd_log__"])
        w = np.where(centred_cell, (point["log_cell"] - log_mean) / omega, point["log_cell"])
        total += stats.halfnorm.logpdf(omega, scale=model.cell_sd.parameters[1])
        total += stats.norm.logpdf(w).sum() - centred_cell.sum() * np.log(omega)
        log_mean = log_mean + omega * w
        jacobian = jacobian + point["cell_sd_log__"]
    total += stats.poisson.logpmf(counts[seen_figure], np.exp(log_mean[seen_figure])).sum()
    return total, jacobian


@pytest.mark.parametrize("counts", PANELS.values(), ids=PANELS)
def test_the_graph_is_the_model(counts):
    figures = MODEL.figures(panel(counts))
    centred_cell, centred_area = MODEL._centring(MODEL._cells(figures), figures)
    graph = MODEL.graph(figures)
    compiled = graph.compile_logp()
    rng, start = np.random.default_rng(1), graph.initial_point()
    for _ in range(20):
        point = {name: value + 0.4 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
        expected, jacobian = log_density(MODEL, figures, centred_cell, centred_area, point)
        assert float(compiled(point)) == pytest.approx(expected + jacobian, rel=1e-9, abs=1e-9)


def test_the_panels_cover_both_ways_of_centring():
    mixed = []
    for counts in PANELS.values():
        figures = MODEL.figures(panel(counts))
        cell, area = MODEL._centring(MODEL._cells(figures), figures)
        mixed.append((set(cell.tolist()), set(area.tolist())))
        missing = np.isnan(figures["reported"].values.ravel())
        assert not (cell & missing).any()
    assert any(cells == {True, False} for cells, _ in mixed)
    assert any(areas == {True, False} for _, areas in mixed)


def test_no_discrete_unknown_is_left_in_the_graph():
    graph = MODEL.graph(MODEL.figures(panel(PANELS["missing cells"])))
    assert all(variable.dtype.startswith("float") for variable in graph.free_RVs)
    assert len(graph.observed_RVs) == 1


# --- the rotation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tau", "kappa"), [(0.7, 0.5), (1e-6, 3.0), (2.0, 1e-6), (1.0, 1.0)])
def test_the_rotation_is_one(tau, kappa):
    e, f = np.random.default_rng(1).standard_normal((2, 100))
    z, u = rotate(e, f, np.array(tau), np.array(kappa))
    np.testing.assert_allclose(z**2 + u**2, e**2 + f**2, rtol=1e-12)
    np.testing.assert_allclose(tau * z + kappa * u, np.hypot(tau, kappa) * e, rtol=1e-9, atol=1e-12)
    matrix = np.array(rotate(np.eye(2)[0], np.eye(2)[1], tau, kappa))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(2), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


# --- completion --------------------------------------------------------------------------------------------------------


def pretend(figures, draws=4000, logit=-2.0, log_incidence=1.0, cell_effect=0.0):
    """Draws of the graph that are all the same, with or without effects of cells."""
    areas, cells = figures.sizes["area"], figures.sizes["area"] * figures.sizes["period"]
    shape = (1, draws)
    data = {
        "logit_reporting": (("chain", "draw", "area"), np.full((*shape, areas), logit)),
        "log_incidence": (("chain", "draw", "area"), np.full((*shape, areas), log_incidence)),
        "alpha": (("chain", "draw"), np.full(shape, logit)),
    }
    if figures.sizes["period"] > 1:
        exposure = (figures["population"] * figures["years"]).transpose("area", "period").values.ravel() / 100_000
        log_mean = log_incidence + cell_effect + np.log(exposure) + special.log_expit(logit)
        data["log_mean"] = (("chain", "draw", "cell"), np.broadcast_to(log_mean, (*shape, cells)))
    coords = {"chain": [0], "draw": np.arange(draws), "area": figures["area"].values}
    return xr.Dataset(data, coords=coords)


@pytest.mark.parametrize("counts", PANELS.values(), ids=PANELS)
def test_completion_draws_the_unreported_and_the_missing(counts):
    figures = MODEL.figures(panel(counts))
    effect = 0.5 if figures.sizes["period"] > 1 else 0.0
    posterior = MODEL.complete(pretend(figures, cell_effect=effect), figures, np.random.default_rng(1))["posterior"]
    assert posterior["true_count"].dims == ("chain", "draw", "area", "period")
    reported = figures["reported"].values
    true_count = posterior["true_count"].values[0]
    assert np.isfinite(true_count).all()
    assert (true_count == np.rint(true_count)).all()
    exposure = (figures["population"] * figures["years"]).transpose("area", "period").values / 100_000
    mean, rho = exposure * np.exp(1.0 + effect), special.expit(-2.0)
    np.testing.assert_allclose(posterior["incidence"].values[0, 0], np.exp(1.0 + effect), rtol=1e-12)
    np.testing.assert_allclose(posterior["reporting_probability"].values, rho, rtol=1e-12)
    missing = np.isnan(reported)
    assert (true_count >= np.where(missing, 0.0, reported)).all()
    # N - y is Poisson with mean Λ(1 - ρ); where y is missing, N is Poisson with mean Λ
    expected = np.where(missing, mean, reported + mean * (1 - rho))
    spread = np.sqrt(np.where(missing, mean, mean * (1 - rho)))
    assert (np.abs(true_count.mean(axis=0) - expected) < 5 * spread / np.sqrt(4000)).all()
    np.testing.assert_allclose(true_count.std(axis=0), spread, rtol=0.06)


def test_simulation_follows_its_own_assumptions():
    tight = [est.Prior(name, "tight", "half-normal", (0.0, 1e-9), "test") for name in ("a", "c", "r")]
    model = est.HierarchicalThinnedPoisson(
        CLAIM, area_sd=tight[0], cell_sd=tight[1], reporting_sd=tight[2],
        level=est.Prior("incidence level", "known", "log-normal", (np.log(50.0), 1e-9), "test"),
    )  # fmt: skip
    figures = model.figures(panel([[1] * 4] * 500))
    truth = model.simulate(figures, np.random.default_rng(1))
    np.testing.assert_allclose(truth["incidence"], 50.0, rtol=1e-6)
    rho = truth["reporting_probability"].values
    np.testing.assert_allclose(rho, rho.ravel()[0], rtol=1e-6)
    mean = 50.0 * figures["population"].transpose("area", "period").values / 100_000
    for name, expected in (("true_count", mean), ("reported", mean * rho)):
        score = (truth[name].values - expected) / np.sqrt(expected)
        assert abs(score.mean()) < 5 / np.sqrt(score.size)
        assert score.std() == pytest.approx(1.0, abs=0.1)
    assert (truth["reported"].values <= truth["true_count"].values).all()


# --- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"reporting": est.Prior("reporting_probability", "d", "beta", (5.0, 495.0), "r")},
        {"level": est.Prior("incidence level", "d", "gamma", (2.0, 1.0), "r")},
        {"area_sd": est.Prior("sd", "d", "normal", (0.0, 1.0), "r")},
        {"cell_sd": est.Prior("sd", "d", "log-normal", (0.0, 1.0), "r")},
        {"reporting_sd": est.Prior("sd", "d", "gamma", (1.0, 1.0), "r")},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_other_families_are_refused(wrong):
    with pytest.raises(est.ModelError, match="expected a"):
        est.HierarchicalThinnedPoisson(**({"reporting": CLAIM} | wrong))


def test_intervals_and_missing_populations_are_refused():
    with pytest.raises(est.DataError, match="0 to 4"):
        MODEL.graph(MODEL.figures(panel([["<5"], [3]])))
    with pytest.raises(est.DataError, match="population"):
        est.fit(MODEL, est.single_figure(10), seed=1)


# --- one short run -----------------------------------------------------------------------------------------------------


def short(seed):
    """A run too short to be published, which may say so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", est.ConvergenceWarning)
        return est.fit(MODEL, panel(PANELS["missing cells"]), seed=seed, sampling=FEW)


@pytest.fixture(scope="module")
def short_run():
    return short(1)


def test_shape_of_a_sampled_result(short_run):
    assert set(short_run.children) == {
        "posterior", "sample_stats", "anchors", "likelihood", "observed_data", "constant_data", "prior", "priors",
    }  # fmt: skip
    assert short_run.attrs["engine"] == "nuts"
    assert json.loads(short_run.attrs["sampling"])["sampler"] == "nutpie"
    posterior = short_run["posterior"].to_dataset()
    for name in ("true_count", "incidence", "reporting_probability"):
        assert posterior[name].dims == ("chain", "draw", "area", "period")
        assert posterior[name].shape == (2, 100, 3, 3)
        assert np.isfinite(posterior[name].values).all()
    assert "diverging" in short_run["sample_stats"]
    assert (posterior["true_count"].values >= np.nan_to_num(short_run["observed_data"]["reported"].values)).all()


def test_a_sampled_result_is_summarised_saved_and_judged(short_run, tmp_path):
    back = est.load(est.save(short_run, tmp_path / "post.nc"))
    for name, group in short_run.children.items():
        xr.testing.assert_identical(back[name].to_dataset(), group.to_dataset())
    table = est.summary(back)
    assert table["true_count_median"].notna().all(), "missing figures are predicted"
    assert table["reported"].isna().sum() == 3
    assert (table["simulation_error"] > 0).all()
    told = est.identification(back)
    assert len(set(told.anchors["anchor"])) == 2
    assert est.convergence(back).status in ("publishable", "not publishable")


# --- long runs ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws(short_run):
    assert short(1)["posterior"].identical(short_run["posterior"])
    assert not short(2)["posterior"].identical(short_run["posterior"])


@pytest.mark.slow
def test_mexican_states_converge():
    post = est.fit(MODEL, est.datasets.mexico_states(), seed=1)
    found = est.convergence(post)
    assert found.status == "publishable", found.text
    assert (found.table["r_hat"] < 1.01).all()
    assert (found.table[["ess_bulk", "ess_tail"]] > 400).all(axis=None)
    assert int(post["sample_stats"]["diverging"].sum()) == 0


def tight(model_level):
    small = [est.Prior(name, "none", "half-normal", (0.0, 1e-3), "test") for name in ("area", "cell", "reporting")]
    return est.HierarchicalThinnedPoisson(
        CLAIM, level=model_level, area_sd=small[0], cell_sd=small[1], reporting_sd=small[2]
    )


def agree(draws, probabilities, expected, effective):
    """Quantiles of draws within four Monte-Carlo standard errors, measured on the probability scale."""
    below = np.array([np.mean(draws <= value) for value in expected])
    error = np.sqrt(probabilities * (1 - probabilities) / effective)
    assert (np.abs(below - probabilities) < 4 * error).all(), (below, probabilities, error)


@pytest.mark.slow
def test_one_area_without_effects_is_two_dimensional_quadrature():
    level = est.Prior("incidence level", "wide", "log-normal", (float(np.log(40.0)), 1.5), "test")
    evidence = panel([[30]])
    post = est.fit(tight(level), evidence, seed=1, sampling=est.Sampling(draws=2000))
    found = est.convergence(post)
    mean, sd = CLAIM.prior.parameters
    alpha, mu = np.linspace(mean - 7 * sd, mean + 7 * sd, 801), np.linspace(-7, 14, 1601)
    log_rate = mu[None] + special.log_expit(alpha)[:, None] + np.log(20.0)
    weight = np.exp(
        stats.norm.logpdf(alpha, mean, sd)[:, None]
        + stats.norm.logpdf(mu, np.log(40.0), 1.5)[None]
        + stats.poisson.logpmf(30, np.exp(log_rate))
    )
    weight /= weight.sum()
    probabilities = np.array([0.025, 0.25, 0.5, 0.75, 0.975])
    effective = found.table[["ess_bulk", "ess_tail"]].min(axis=None)
    for name, values, mass in (
        ("reporting_probability", special.expit(alpha), weight.sum(axis=1)),
        ("incidence", np.exp(mu), weight.sum(axis=0)),
    ):
        expected = np.interp(probabilities, np.cumsum(mass) - mass / 2, values)
        agree(post["posterior"][name].values.ravel(), probabilities, expected, effective)


@pytest.mark.slow
def test_one_area_without_effects_is_the_thinned_poisson():
    # a gamma of shape 400 and the log-normal of the same log moments differ by less than the simulation error
    gamma = est.Prior("incidence", "40 within a tenth", "gamma", (400.0, 10.0), "test")
    level = est.Prior("incidence level", "40 within a tenth", "log-normal", gamma.log_moments(), "test")
    evidence = panel([[30]])
    exact = est.fit(est.ThinnedPoisson(CLAIM, gamma), evidence, seed=1)["quantiles"].to_dataset()
    post = est.fit(tight(level), evidence, seed=1, sampling=est.Sampling(draws=1000))
    effective = est.convergence(post).table[["ess_bulk", "ess_tail"]].min(axis=None)
    probabilities = exact["probability"].values
    for name in ("true_count", "reporting_probability"):
        agree(post["posterior"][name].values.ravel(), probabilities, exact[name].values.ravel(), effective)


def quantities_of(truth, drawn):
    """Truth and draws of what is ranked: the total, three quantities of one cell, and the level of the counts."""
    pairs = {"total": (truth["true_count"].sum(), drawn["true_count"].sum(["area", "period"]))}
    for name in ("true_count", "incidence", "reporting_probability"):
        pairs[f"{name} of a cell"] = (truth[name][2, 1], drawn[name].isel(area=2, period=1))
    levels = [np.log(data["incidence"] * data["reporting_probability"]) for data in (truth, drawn)]
    pairs["level of the counts"] = (levels[0].mean(), levels[1].mean(["area", "period"]))
    return {name: (float(actual), values.values) for name, (actual, values) in pairs.items()}


@pytest.fixture(scope="module")
def forty_panels():
    """Ranks of the truth, shares of cells inside their 90 % interval, and divergences, of 40 simulated panels."""
    draws, rng = 19, np.random.default_rng(20_261)
    figures = MODEL.figures(panel([[1] * 3] * 6))
    ranks, inside, divergences = {}, [], []
    for replicate in range(40):
        truth = MODEL.simulate(figures, rng)
        evidence = panel(truth["reported"].values.astype(int).tolist())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", est.ConvergenceWarning)
            sampling = est.Sampling(draws=500, tune=800, chains=2)
            post = est.fit(MODEL, evidence, seed=replicate, sampling=sampling)
        divergences.append(int(post["sample_stats"]["diverging"].sum()))
        posterior = post["posterior"].to_dataset().stack(sample=("chain", "draw"))  # noqa: PD013
        kept = posterior.isel(sample=np.linspace(0, posterior.sizes["sample"] - 1, draws).astype(int))
        for name, (actual, values) in quantities_of(truth, kept).items():
            ties = int((values == actual).sum())
            ranks.setdefault(name, []).append(int((values < actual).sum()) + int(rng.integers(0, ties + 1)))
        low, high = posterior["true_count"].quantile([0.05, 0.95], dim="sample").values
        inside.append(((truth["true_count"].values >= low) & (truth["true_count"].values <= high)).mean())
    return {name: np.array(found) for name, found in ranks.items()}, np.array(inside), np.array(divergences)


@pytest.mark.slow
def test_simulated_panels_are_recovered(forty_panels):
    ranks, inside, _ = forty_panels
    p = {name: uniformity_p(found, 20) for name, found in ranks.items()}
    assert min(p.values()) * len(p) > 0.01, p
    # cells of a panel are dependent, so the standard error is that of panels
    assert inside.mean() == pytest.approx(0.9, abs=4 * inside.std() / np.sqrt(len(inside)))


@pytest.mark.slow
def test_simulated_panels_do_not_diverge(forty_panels):
    _, _, divergences = forty_panels
    assert (divergences > 0).sum() <= 4, divergences
