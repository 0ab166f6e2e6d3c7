"""One short run: the groups of a result, what they have to do with each other, and the truth that made the figures."""

import json
import warnings

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

import estimators as est

AREAS, YEARS, FORMS = "ABC", ("2020", "2021"), ("sexual", "labour")
CLAIM = est.Claim("1 in 20", by="body", area="A", within=2)
MODEL = est.Synthesis(
    est.Incidence(by="form", strata=FORMS), (est.IdentifiedVictims(), est.Hotline()), (CLAIM,)
)  # fmt: skip
DESIGN = [
    (area, year, "victims_identified", {"form": form})
    for area in AREAS
    for year in YEARS
    for form in FORMS
    if (area, year, form) != ("C", "2021", "labour")
] + [("A", "2020", "hotline_cases", {}), ("B", "2021", "hotline_reports", {})]  # fmt: skip
POPULATION = 50_000_000


def evidence(evidence_of, counts):
    figures = [
        (area, year, indicator, int(count), more)
        for (area, year, indicator, more), count in zip(DESIGN, counts, strict=True)
    ]
    return evidence_of(figures, areas=AREAS, periods=YEARS, population=POPULATION)


def quick_fit(estimator, figures, seed, sampling, engine="nuts"):
    """A run too short to be published, which may say so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", est.ConvergenceWarning)
        return est.fit(estimator, figures, seed=seed, sampling=sampling, engine=engine)


@pytest.fixture(scope="module")
def truth(evidence_of):
    """A flat vector from the prior with levels as one would expect them, and the figures it makes."""
    panel = MODEL.figures(evidence(evidence_of, [1] * len(DESIGN)))
    rng = np.random.default_rng(11)
    vector = panel.draw_prior(1, rng)[0]
    for name, value in (("log_incidence_level", np.log(60)), ("logit_reporting_level", -2.5), ("log_incidence_sexual", 0.3),
                        ("log_incidence_labour", -0.5), ("logit_reporting_sexual", 0.4), ("logit_reporting_labour", -0.6),
                        ("log_dispersion_identified_victims", 3.0)):  # fmt: skip
        vector[panel.layout[name]] = value
    return panel, vector, panel.simulate(vector, rng)


@pytest.fixture(scope="module", params=["nuts", "laplace"])
def run(truth, evidence_of, request):
    _, _, drawn = truth
    counts = np.concatenate([drawn[key] for key in (("identified_victims", "victims_identified"), ("hotline", "hotline_cases"),
                                                    ("hotline", "hotline_reports"))])  # fmt: skip
    return quick_fit(
        MODEL, evidence(evidence_of, counts), 1, est.Sampling(draws=300, tune=400, chains=2), request.param
    )


def test_groups_and_dimensions(run):
    assert set(run.children) >= {
        "posterior", "posterior_predictive", "log_likelihood", "figures", "anchors", "likelihood", "sample_stats", "observed_data",
        "constant_data", "prior", "priors",
    }  # fmt: skip
    posterior = run["posterior"].to_dataset()
    for name in ("true_count", "incidence", "reporting_probability"):
        assert posterior[name].dims == ("chain", "draw", "area", "period")
        assert posterior[name].shape == (2, 300, 3, 2)
        assert posterior[f"{name}_by_form"].dims == ("chain", "draw", "area", "form", "period")
    assert posterior["area"].values.tolist() == list(AREAS)
    assert posterior["form"].values.tolist() == list(FORMS)
    assert posterior["period"].values.tolist() == list(YEARS)
    for name in (
        "log_incidence_level",
        "logit_reporting_level",
        "reporting_area_sd",
        "log_hotline_level",
        "log_incidence_labour",
    ):
        assert posterior[name].dims == ("chain", "draw")
    assert posterior["incidence_area"].dims == ("chain", "draw", "area")
    assert posterior["incidence_walk"].shape == (2, 300, 3)
    assert all(np.isfinite(posterior[name].values).all() for name in posterior)
    assert {"nuts": "diverging", "laplace": "pareto_k"}[run.attrs["engine"]] in run["sample_stats"]
    assert run.attrs["estimator"] == "Synthesis"
    assert run.attrs["description"] == repr(MODEL)
    assert json.loads(run.attrs["assumptions"]) == list(MODEL.assumptions())


def test_forms_add_up(run):
    posterior = run["posterior"].to_dataset()
    for name in ("true_count", "incidence"):
        xr.testing.assert_allclose(posterior[f"{name}_by_form"].sum("form"), posterior[name])
    seen = (posterior["incidence_by_form"] * posterior["reporting_probability_by_form"]).sum("form")
    xr.testing.assert_allclose(seen / posterior["incidence"], posterior["reporting_probability"])


def seen_flow(run):
    """Expected number of identified victims by area, form, period."""
    posterior = run["posterior"].to_dataset()
    exposure = (run["constant_data"]["population"] * run["constant_data"]["years"]).to_dataset(name="x")["x"] / 100_000
    flow = posterior["incidence_by_form"] * exposure
    return flow, flow * posterior["reporting_probability_by_form"]


def test_incidence_is_what_the_unknowns_make_of_it(run):
    posterior = run["posterior"].to_dataset()
    for place, form in enumerate(FORMS):
        for row, area in enumerate(AREAS):
            expected = (
                posterior["log_incidence_level"] + posterior[f"log_incidence_{form}"] + posterior["incidence_area"].sel(area=area)
                + posterior["incidence_stratum"].isel(area_stratum_entry=2 * row + place)
            )  # fmt: skip
            found = np.log(posterior["incidence_by_form"].sel(area=area, form=form))
            np.testing.assert_allclose(found.sel(period="2020"), expected, rtol=1e-9)
            step = posterior["incidence_walk"].isel(area_step_entry=row)
            np.testing.assert_allclose(found.sel(period="2021"), expected + step, rtol=1e-9)
            logit = special.logit(
                posterior["reporting_probability_by_form"].sel(area=area, form=form, period="2020").values
            )
            expected = (
                posterior["logit_reporting_level"] + posterior[f"logit_reporting_{form}"] + posterior["reporting_area"].sel(area=area)
                + posterior["reporting_stratum"].isel(area_stratum_entry=2 * row + place)
            )  # fmt: skip
            np.testing.assert_allclose(logit, expected, rtol=1e-9)


def test_true_counts_are_figures_and_what_was_not_seen(run, truth):
    panel, _, drawn = truth
    counts = run["posterior"]["true_count_by_form"]
    assert (counts.values == np.rint(counts.values)).all()
    known = np.full(panel.grid.size, np.nan)
    known[panel.figures["identified_victims", "victims_identified"].cell] = drawn[
        "identified_victims", "victims_identified"
    ]
    known = known.reshape(3, 2, 2)
    flow, seen = seen_flow(run)
    order = ("chain", "draw", "area", "form", "period")
    flow, seen = (each.transpose(*order).values for each in (flow, seen))
    assert (counts.values >= np.nan_to_num(known)).all()
    hidden = np.where(np.isnan(known), flow, flow - seen)
    score = (counts.values - np.nan_to_num(known) - hidden) / np.sqrt(hidden)
    assert abs(score.mean()) < 5 / np.sqrt(score.size)
    assert score.std() == pytest.approx(1.0, abs=0.05)


def test_densities_and_predictions_are_of_the_figures(run, truth):
    panel, _, drawn = truth
    rows, y = (
        panel.figures["identified_victims", "victims_identified"],
        drawn["identified_victims", "victims_identified"],
    )
    _, seen = seen_flow(run)
    mean = seen.transpose("chain", "draw", "area", "form", "period").values.reshape(2, 300, -1)[..., rows.cell]
    phi = np.exp(run["posterior"]["log_dispersion_identified_victims"].values)[..., None]
    name = "identified_victims: victims_identified"
    np.testing.assert_allclose(
        run["log_likelihood"][name].values, stats.nbinom.logpmf(y, phi, phi / (phi + mean)), rtol=1e-9
    )
    predicted = run["posterior_predictive"][name].values
    score = (predicted - mean) / np.sqrt(mean + mean**2 / phi)
    assert abs(score.mean()) < 5 / np.sqrt(score.size)
    assert score.std() == pytest.approx(1.0, abs=0.05)
    figures = run["figures"].to_dataset()
    np.testing.assert_array_equal(figures[f"{name} lower"].values, y)
    assert figures[f"{name} about"].values.tolist() == list(rows.labels)
    assert {f"hotline: hotline_{kind}" for kind in ("cases", "reports")} <= set(run["log_likelihood"].data_vars)
    assert "statements: statement 1" in run["posterior_predictive"]


def test_the_truth_is_recovered(run, truth):
    panel, vector, _ = truth
    from estimators.synthesis.operations import NUMPY

    world = panel.world(panel.unpack(vector), NUMPY)
    _, seen = seen_flow(run)
    seen = np.log(seen.transpose("chain", "draw", "area", "form", "period").values.reshape(600, -1))
    actual = world["log_identified"]
    inside = (np.quantile(seen, 0.005, axis=0) <= actual) & (actual <= np.quantile(seen, 0.995, axis=0))
    assert inside.mean() > 0.9
    assert np.abs(np.median(seen, axis=0) - actual)[:11].max() < 0.6, (
        "figures decide the product, with extra variation of a fifth"
    )
    incidence = np.log(run["posterior"]["incidence"].values.reshape(600, -1))
    flow, exposure = (np.exp(each).reshape(panel.grid.shape) for each in (world["log_flow"], panel.grid.log_exposure))
    actual = np.log(flow.sum(axis=1) / exposure[:, 0])
    inside = (np.quantile(incidence, 0.005, axis=0) <= actual.ravel()) & (
        actual.ravel() <= np.quantile(incidence, 0.995, axis=0)
    )
    assert inside.all()


def test_a_result_is_saved_summarised_and_judged(run, tmp_path):
    back = est.load(est.save(run, tmp_path / "post.nc"))
    assert set(back.children) == set(run.children)
    for name, group in run.children.items():
        # texts of divergences are there in some runs only, and empty ones come back as missing
        before, after = (
            each.to_dataset().drop_vars("divergence_message", errors="ignore") for each in (group, back[name])
        )
        xr.testing.assert_identical(after, before)
    assert back.attrs == run.attrs
    table = est.summary(back)
    assert len(table) == 6
    assert table["true_count_median"].notna().all()
    told = est.identification(back)
    assert set(told.anchors["anchor"]) == set(run["anchors"]["anchor"].values.tolist())
    assert CLAIM.name in set(told.anchors["anchor"])
    assert est.convergence(back).status in ("publishable", "not publishable")


def test_priors_stand_beside_the_result(run):
    names = run["priors"]["quantity"].values.tolist()
    assert names == [prior.name for prior in MODEL.priors()]
    assert set(run["prior"].data_vars) == set(names)
    assert set(names) <= set(run["posterior"].data_vars) | {name for name in names if name.startswith("body")}


# --- long runs ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws(run, truth, evidence_of):
    _, _, drawn = truth
    counts = np.concatenate([drawn[key] for key in (("identified_victims", "victims_identified"), ("hotline", "hotline_cases"),
                                                    ("hotline", "hotline_reports"))])  # fmt: skip
    few, engine = est.Sampling(draws=300, tune=400, chains=2), run.attrs["engine"]
    same, other = (quick_fit(MODEL, evidence(evidence_of, counts), seed, few, engine) for seed in (1, 2))
    assert same["posterior"].identical(run["posterior"])
    assert not other["posterior"].identical(run["posterior"])


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["nuts", "laplace"])
def test_one_cell_is_quadrature(engine, evidence_of):
    """Level, reporting and dispersion of one count, by three-dimensional quadrature."""
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(reporting=est.Claim("1 in 20", within=3).prior),))
    post = est.fit(model, evidence_of([("A", "2020", "victims_identified", 30)], areas="A"), seed=1, engine=engine,
                   sampling=est.Sampling(draws=2000, tune=1000))  # fmt: skip
    counted = ["effective_draws"] if engine == "laplace" else ["ess_bulk", "ess_tail"]
    effective = est.convergence(post).table[counted].min(axis=None)
    mean, sd = est.Claim("1 in 20", within=3).prior.parameters
    mu, alpha, log_phi = (
        np.linspace(-5, 12, 341),
        np.linspace(mean - 6 * sd, mean + 6 * sd, 201),
        np.linspace(-1, 5.5, 41),
    )
    log_mean = mu[:, None, None] + special.log_expit(alpha)[:, None] + np.log(20.0)
    phi = np.exp(log_phi)
    weight = (
        stats.norm.logpdf(mu, np.log(40), 1.5)[:, None, None] + stats.norm.logpdf(alpha, mean, sd)[:, None]
        + stats.norm.logpdf(log_phi, np.log(8), 0.7) + stats.nbinom.logpmf(30, phi, phi / (phi + np.exp(log_mean)))
    )  # fmt: skip
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    probabilities = np.array([0.025, 0.25, 0.5, 0.75, 0.975])
    for name, values, mass in (
        ("incidence", np.exp(mu), weight.sum(axis=(1, 2))),
        ("reporting_probability", special.expit(alpha), weight.sum(axis=(0, 2))),
        ("log_dispersion_identified_victims", log_phi, weight.sum(axis=(0, 1))),
    ):
        expected = np.interp(probabilities, np.cumsum(mass) - mass / 2, values)
        below = np.array([np.mean(post["posterior"][name].values <= value) for value in expected])
        error = np.sqrt(probabilities * (1 - probabilities) / effective)
        assert (np.abs(below - probabilities) < 4 * error).all(), (name, below)
