"""Regression with incomplete reporting: density by hand, both engines, priors of units, null directions, refusals, calibration."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

import estimators as est
from estimators.counts.regression_panel import Panel
from estimators.numeric import adjacency, pogit

SLOPE = est.Prior("slope", "test", "normal", (0.0, 1.0), "test")
SIZE = est.Prior("size", "test", "log-normal", (2.0, 0.7), "test")
NAMES = [f"a{place}" for place in range(8)]
BORDERS = tuple(itertools.pairwise(NAMES))
X = dict(zip(NAMES, np.linspace(-1.0, 1.0, 8).tolist(), strict=True))
W = dict(zip(NAMES, [0.5, -1.0, 0.3, 1.2, -0.4, -0.9, 0.1, 0.8], strict=True))
HALVES = {name: "north" if place < 4 else "south" for place, name in enumerate(NAMES)}
SIXTY = est.Claim("60 %", meaning="mean", family="beta", concentration=20.0)


def evidence(counts, audits=(("north", 20, 11),), population=200_000):
    rows = []
    for area, count in zip(NAMES, counts, strict=False):
        about = {"area": area, "period": "2020", "source": "invented"}
        rows += [
            about | {"indicator": "victims_identified", "value": count},
            about | {"indicator": "population", "value": population},
        ]
    for unit, audited, found in audits:
        about = {"area": unit, "period": "2020", "source": "invented"}
        rows += [
            about | {"indicator": "audited_cases", "value": audited},
            about | {"indicator": "audited_cases_reported", "value": found},
        ]
    return est.read_evidence(pd.DataFrame(rows))


def regression(**changes):
    base = {
        "incidence": (est.Covariate.of("x", X, slope=SLOPE),),
        "reporting": (est.Covariate.of("w", W, slope=SLOPE),),
        "units": HALVES,
        "unit_priors": {"south": SIXTY},
    }
    return est.ValidatedRegression(**(base | changes))


COUNTS = [13, 17, 8, "", 25, 13, 30, 41]


def test_log_density_by_hand():
    model = regression(incidence_effects=est.AreaEffects(neighbours=BORDERS), dispersion=SIZE)
    panel = Panel(model, model.figures(evidence(COUNTS)))
    rng = np.random.default_rng(1)
    x, z = rng.normal(0.0, 0.3, (2, len(panel.start))) + panel.start, rng.standard_normal((2, panel.bases[0].shape[1]))
    ours = pogit.log_joint(panel.observed, panel.outer(x), z) + panel.outer(x).log_prior
    north, south, slope, score, share, log_size = x.T
    sd = stats.halfnorm.ppf(stats.norm.cdf(score), 0.0, 0.7)
    covariance = adjacency.spatial_modes(8, [(place, place + 1) for place in range(7)])
    by_hand = []
    for row in range(2):
        mixed = special.expit(share[row])
        effect = sd[row] * covariance[0] @ (np.sqrt(1 - mixed + mixed * covariance[1]) * z[row, 2:])
        eta = np.log(55.0) + 2.0 * z[row, 0] + z[row, 1] * np.array(list(X.values())) + effect
        zeta = np.repeat([north[row], south[row]], 4) + slope[row] * np.array(list(W.values()))
        mean, size = 2.0 * np.exp(eta) * special.expit(zeta), np.exp(log_size[row])
        seen = np.array([count != "" for count in COUNTS])
        y = np.array([0 if count == "" else count for count in COUNTS])
        value = stats.nbinom.logpmf(y[seen], size, size / (size + mean[seen])).sum() + stats.norm.logpdf(z[row]).sum()
        value += stats.norm.logpdf(north[row], 0.0, 3.0) + stats.beta.logpdf(special.expit(south[row]), 12, 8)
        value += np.log(special.expit(south[row]) * special.expit(-south[row])) + stats.binom.logpmf(
            11, 20, special.expit(north[row])
        )
        value += stats.norm.logpdf(slope[row]) + stats.norm.logpdf(score[row])
        value += stats.norm.logpdf(share[row], 0.0, 2.4) + stats.norm.logpdf(log_size[row], 2.0, 0.7)
        by_hand.append(value)
    assert ours[0] - ours[1] == pytest.approx(by_hand[0] - by_hand[1], abs=1e-9)


def test_spatial_modes_are_an_intrinsic_autoregression():
    vectors, variance = adjacency.spatial_modes(4, [(0, 1), (1, 2), (2, 3), (3, 0)])
    covariance = vectors @ np.diag(variance) @ vectors.T
    precision = np.array([[2, -1, 0, -1], [-1, 2, -1, 0], [0, -1, 2, -1], [-1, 0, -1, 2]], dtype=float)
    np.testing.assert_allclose(
        covariance, np.linalg.pinv(precision) / np.diag(np.linalg.pinv(precision)).mean(), atol=1e-12
    )
    with pytest.raises(ValueError, match="pieces"):
        adjacency.spatial_modes(3, [(0, 1)])


def test_one_area_against_quadrature():
    """One count, one unit with a beta prior and an audit: two dimensions, integrated by scipy."""
    level = est.Prior("incidence level", "test", "log-normal", (float(np.log(30.0)), 0.5), "test")
    model = est.ValidatedRegression(typical=SIXTY, level=level)
    found = evidence([25], audits=(("everywhere", 10, 4),), population=100_000)
    post = est.fit(model, found, seed=1, sampling=est.Sampling(draws=5000))
    drawn = post["posterior"].to_dataset()

    def weight(eta, rho):
        return (
            stats.poisson.pmf(25, np.exp(eta) * rho)
            * stats.norm.pdf(eta, np.log(30.0), 0.5)
            * stats.beta.pdf(rho, 16, 14)
        )

    total, _ = integrate.dblquad(weight, 0.01, 0.999, 1.0, 7.0)
    mean, _ = integrate.dblquad(lambda eta, rho: rho * weight(eta, rho), 0.01, 0.999, 1.0, 7.0)
    level_mean, _ = integrate.dblquad(lambda eta, rho: eta * weight(eta, rho), 0.01, 0.999, 1.0, 7.0)
    sd = float(drawn["reporting_probability"].std())
    assert float(drawn["reporting_probability"].mean()) == pytest.approx(mean / total, abs=0.05 * sd)
    assert float(np.log(drawn["incidence"]).mean()) == pytest.approx(level_mean / total, abs=0.02)
    assert post.attrs["engine"] == "laplace"


SIDES = {
    "map and size": {"incidence_effects": est.AreaEffects(neighbours=BORDERS), "dispersion": SIZE},
    "both sides": {
        "incidence_effects": est.AreaEffects(),
        "reporting_effects": est.AreaEffects(neighbours=BORDERS, spatial_share=None),
    },
}


def standardised(a, b):
    """Differences of means over the spread, on the log scale where positive."""
    for name in a:
        transform = np.log if name not in ("slope_incidence", "slope_reporting") else np.asarray
        first, second = (transform(each[name].values + (0.5 if name == "true_count" else 0.0)) for each in (a, b))
        yield name, np.abs(first.mean((0, 1)) - second.mean((0, 1))).max() / second.std((0, 1)).min()


@pytest.mark.slow
@pytest.mark.parametrize("name", SIDES)
def test_both_engines_agree(name):
    model, sampling = regression(**SIDES[name]), est.Sampling(draws=2500, tune=1000, target_accept=0.99)
    fast = est.fit(model, evidence(COUNTS), seed=1, engine="laplace", sampling=sampling)
    slow = est.fit(model, evidence(COUNTS), seed=1, engine="nuts", sampling=sampling)
    assert float(fast["sample_stats"]["pareto_k"]) < 0.7
    for quantity, apart in standardised(fast["posterior"].to_dataset(), slow["posterior"].to_dataset()):
        assert apart < 0.15, quantity


def test_graph_has_the_density_of_the_arrays():
    model = regression(**SIDES["map and size"])
    figures = model.figures(evidence(COUNTS))
    graph, panel = model.graph(figures), Panel(model, figures)
    log_density = graph.compile_logp(mode="FAST_COMPILE")
    rng = np.random.default_rng(2)
    values = []
    for _ in range(2):
        x, z = panel.start + 0.2 * rng.standard_normal(len(panel.start)), rng.standard_normal(panel.bases[0].shape[1])
        log_sd = np.log(stats.halfnorm.ppf(stats.norm.cdf(x[3]), 0.0, 0.7))
        point = {
            "unit_logit_0": x[0], "unit_share_1_logodds__": x[1], "slope_reporting": x[2:3], "incidence_sd_log__": log_sd,
            "incidence_share_logit": x[4], "size_log__": x[5], "incidence_effect": z[2:],
            "slope_incidence": panel.fixed[0] + panel.fixed[1] * z[:2],
        }  # fmt: skip
        ours = pogit.log_joint(panel.observed, panel.outer(x[None]), z[None])[0] + panel.outer(x[None]).log_prior[0]
        ours += stats.halfnorm.logpdf(np.exp(log_sd), 0.0, 0.7) + log_sd - stats.norm.logpdf(x[3])  # of its logarithm
        values.append((float(log_density(point)), float(ours)))
    assert values[0][0] - values[1][0] == pytest.approx(values[0][1] - values[1][1], abs=1e-6)


def test_priors_are_those_of_each_unit():
    shares = {"north": 0.85, "south": 0.70}
    claims = {
        unit: est.Claim(f"{100 * share:g} %", meaning="mean", family="beta", concentration=50.0)
        for unit, share in shares.items()
    }
    model = regression(unit_priors=claims)
    assert model.prior_means() == pytest.approx(shares, abs=1e-12)
    normal = regression(unit_priors={"north": est.Prior("p", "x", "logit-normal", (1.0, 0.5), "x")}, typical=SIXTY)
    expected, _ = integrate.quad(lambda z: special.expit(1.0 + 0.5 * z) * stats.norm.pdf(z), -9, 9)
    assert normal.prior_means() == pytest.approx({"north": expected, "south": 0.6}, abs=1e-9)
    alone = dataclasses.replace(model, unit_priors={"north": claims["north"]}, typical=claims["south"])
    assert alone.prior_means() == model.prior_means()


def test_a_covariate_on_both_sides_warns_and_names_the_direction():
    with pytest.warns(
        est.IdentificationWarning,
        match=r"x on incidence and on reporting.*slope on log incidence − slope",
    ):
        regression(reporting=(est.Covariate.of("x", X, slope=SLOPE),))
    with pytest.warns(est.IdentificationWarning, match="another name"):
        regression(reporting=(est.Covariate.of("another name", X, slope=SLOPE),))
    rare = est.Prior("p", "1 in 100", "logit-normal", (-4.6, 0.6), "test")
    with pytest.warns(est.IdentificationWarning):
        vague = est.ValidatedRegression(
            incidence=(est.Covariate.of("x", X, slope=SLOPE),),
            reporting=(est.Covariate.of("x", X, slope=SLOPE),),
            typical=rare,
        )
    post = est.fit(vague, evidence([3, 5, 2, 7, 4, 6, 8, 9], audits=()), seed=1)
    told = est.identification(post).finding("null directions").text
    assert "slope of x on log incidence" in told
    assert "slope of x on logit reporting" in told


def test_missing_counts_are_forecast_and_results_travel(tmp_path):
    model = regression(**SIDES["map and size"])
    post = est.fit(model, evidence(COUNTS), seed=1, sampling=est.Sampling(draws=250))
    again = est.fit(model, evidence(COUNTS), seed=1, sampling=est.Sampling(draws=250))
    assert post["posterior"].to_dataset().equals(again["posterior"].to_dataset())
    width = np.log(post["posterior"]["true_count"] + 0.5).std(("chain", "draw")).isel(period=0)
    assert float(width.sel(area="a3")) == float(width.max())
    est.save(post, tmp_path / "post.nc")
    assert set(est.load(tmp_path / "post.nc").children) == set(post.children)
    assert len(est.summary(post)) == 8
    assert est.identification(post).anchors["kind"].isin(["validation", "incidence"]).all()


def test_truth_is_found_again():
    rng = np.random.default_rng(8)
    truth = rng.poisson(40.0 * np.exp(0.8 * np.array(list(X.values()))))
    chance = special.expit(0.3 + 0.9 * np.array(list(W.values())))
    model = est.ValidatedRegression(
        incidence=(est.Covariate.of("x", X, slope=SLOPE),), reporting=(est.Covariate.of("w", W, slope=SLOPE),)
    )
    found = evidence(rng.binomial(truth, chance).tolist(), audits=(("everywhere", 200, int(200 * special.expit(0.3))),))
    drawn = est.fit(model, found, seed=1, sampling=est.Sampling(draws=1000))["posterior"]["true_count"]
    low, high = drawn.quantile([0.025, 0.975], dim=("chain", "draw")).values[:, :, 0]
    assert ((low <= truth) & (truth <= high)).sum() >= 7


def test_refusals():
    effects = est.AreaEffects(neighbours=BORDERS)
    with pytest.raises(est.ModelError, match="follow the map on incidence and on reporting"):
        regression(incidence_effects=effects, reporting_effects=effects)
    with pytest.raises(est.ModelError, match="unit_priors of west"):
        regression(unit_priors={"west": SIXTY})
    with pytest.raises(est.ModelError, match="expected a log-normal"):
        regression(level=SLOPE)
    with pytest.raises(est.ModelError, match="expected a normal"):
        regression(incidence=(est.Covariate.of("x", X, slope=SIZE),))
    with pytest.raises(est.ModelError, match="different names"):
        regression(incidence=(est.Covariate.of("x", X), est.Covariate.of("x", W)))
    with pytest.raises(est.ModelError, match="expected a half-normal"):
        est.AreaEffects(sd=SLOPE)
    with pytest.raises(est.ModelError, match="expected a logit-normal"):
        est.AreaEffects(spatial_share=SLOPE)
    with pytest.raises(est.ModelError, match="neighbours a9"):
        est.fit(regression(incidence_effects=est.AreaEffects(neighbours=(("a0", "a9"),))), evidence(COUNTS), seed=1)
    with pytest.raises(est.ModelError, match="reached from every other"):
        est.fit(regression(incidence_effects=est.AreaEffects(neighbours=BORDERS[:3])), evidence(COUNTS), seed=1)
    with pytest.raises(est.ModelError, match="has no unit"):
        est.fit(regression(units={"a0": "south"}), evidence(COUNTS), seed=1)
    with pytest.raises(est.DataError, match="a number for every area"):
        est.fit(regression(incidence=(est.Covariate.of("x", {"a0": 1.0}),)), evidence(COUNTS), seed=1)
    with pytest.raises(est.DataError, match="audited_cases of west"):
        est.fit(regression(), evidence(COUNTS, audits=(("west", 3, 2),)), seed=1)
    with pytest.raises(est.DataError, match="at most the 3 audited_cases"):
        est.fit(regression(), evidence(COUNTS, audits=(("north", 3, 4),)), seed=1)


def test_too_many_areas_go_to_the_sampler():
    many = {f"b{place}": float(place) for place in range(401)}
    rows = [
        {"area": area, "period": "2020", "indicator": indicator, "value": value, "source": "s"}
        for area in many
        for indicator, value in (("victims_identified", 3), ("population", 100_000))
    ]
    model = est.ValidatedRegression(incidence_effects=est.AreaEffects(), typical=SIXTY)
    with pytest.raises(est.ModelError, match="more than engine 'laplace' takes"):
        est.fit(model, est.read_evidence(pd.DataFrame(rows)), seed=1, engine="laplace")


CALIBRATED = {
    "plain": regression(level=est.Prior("level", "x", "log-normal", (3.0, 0.7), "x"), typical=SIXTY, unit_priors={})
}
CALIBRATED["effects"] = dataclasses.replace(CALIBRATED["plain"], **SIDES["map and size"])


def test_quick_calibration():
    found = est.calibrate(CALIBRATED["plain"], evidence(COUNTS), replicates=100, workers=1, seed=1)
    assert found.status == "calibrated"


@pytest.mark.slow
@pytest.mark.parametrize("name", CALIBRATED)
def test_calibration(name):
    found = est.calibrate(CALIBRATED[name], evidence(COUNTS), replicates=500, workers=1, seed=2)
    assert found.status == "calibrated"
