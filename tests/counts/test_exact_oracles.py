"""Exact estimators of one count, end to end, against enumeration and quadrature; extremes; refusals."""

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import estimators as est
from estimators.errors import CircularityError, DataError, ModelError
from estimators.numeric import families

pytestmark = pytest.mark.filterwarnings("ignore::estimators.errors.PriorWarning")

COUNTS = (0, 1, 10, 1000, 10**6, 10**9)
MEDIANS = (1e-9, 1e-6, 1e-2, 0.5, 0.999)


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(30):
        yield


def reporting(family, first, second):
    return est.Prior("reporting_probability", "d", family, (float(first), float(second)), "r")


def rate(shape, inverse_scale):
    return est.Prior("incidence", "d", "gamma", (float(shape), float(inverse_scale)), "r")


def figure(count, exposure=None):
    return est.single_figure(
        count, area="X", period="2021", population=None if exposure is None else 100_000 * exposure
    )


def fitted(estimator, evidence, draws=2000, seed=1):
    return est.fit(estimator, evidence, seed=seed, sampling=est.Sampling(draws=draws))


def flat(tree, group, name):
    return tree[group][name].values.ravel()


def worst_disagreement(tree, name):
    """Largest distance of the draws' distribution function from the exact one, ties allowed for, at the tabulated quantiles."""
    draws, quantiles = flat(tree, "posterior", name), flat(tree, "quantiles", name)
    at, before = (draws[:, None] <= quantiles).mean(axis=0), (draws[:, None] < quantiles).mean(axis=0)
    probability = tree["quantiles"]["probability"].values
    return max(float((before - probability).max()), float((probability - at).max()))


@pytest.mark.filterwarnings("ignore:a count of 0:estimators.errors.IdentificationWarning")
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("median", MEDIANS)
@pytest.mark.parametrize("family", ["logit-normal", "beta"])
def test_multiplier_at_the_extremes(count, median, family):
    prior = (
        reporting(family, special.logit(median), 0.668)
        if family == "logit-normal"
        else reporting(family, 5, 5 * (1 - median) / median)
    )
    tree = fitted(est.Multiplier(prior), figure(count))
    quantiles, draws = flat(tree, "quantiles", "true_count"), flat(tree, "posterior", "true_count")
    assert np.isfinite(quantiles).all()
    assert np.isfinite(draws).all()
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles.min() >= count
    assert draws.min() >= count
    assert worst_disagreement(tree, "true_count") < 1.95 / np.sqrt(len(draws))
    if count:
        assert worst_disagreement(tree, "reporting_probability") < 1.95 / np.sqrt(len(draws))
    if count >= 10**6 and family == "logit-normal":
        middle = tree["quantiles"]["true_count"].sel(probability=0.5).item()
        assert middle * median / count == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("median", MEDIANS)
@pytest.mark.parametrize("exposure", [1.0, 1280.0])
def test_thinned_poisson_at_the_extremes(count, median, exposure):
    tree = fitted(
        est.ThinnedPoisson(reporting("logit-normal", special.logit(median), 0.668), rate(0.73, 0.0049)),
        figure(count, exposure),
    )
    quantiles, draws = flat(tree, "quantiles", "true_count"), flat(tree, "posterior", "true_count")
    assert np.isfinite([*quantiles, *draws, *flat(tree, "moments", "true_count")]).all()
    assert (np.diff(quantiles) >= 0).all()
    assert min(quantiles.min(), draws.min()) >= count
    assert worst_disagreement(tree, "true_count") < 1.95 / np.sqrt(len(draws))
    assert worst_disagreement(tree, "reporting_probability") < 1.95 / np.sqrt(len(draws))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("median", MEDIANS)
def test_thinned_negative_binomial_at_the_extremes(count, median):
    model = est.ThinnedNegativeBinomial(
        reporting("logit-normal", special.logit(median), 0.668), rate(0.73, 0.0049), dispersion=8.0
    )
    tree = fitted(model, figure(count, 1280.0), draws=200)
    for name in ("true_count", "incidence", "reporting_probability"):
        assert np.isfinite(flat(tree, "posterior", name)).all()
    assert flat(tree, "posterior", "true_count").min() >= count


# --- the law of a count of zero ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "first", "second"), [("beta", 5, 495), ("beta", 2, 2), ("logit-normal", -2.0, 1.0)])
def test_zero_count_by_direct_summation(family, first, second):
    # p(0, N, ρ) = π(N) (1 - ρ)^N π(ρ) with π(0) = 1, π(N) = 1/N: sum N out for ρ, integrate ρ out for N
    x = np.linspace(-35.0, 25.0, 4001)
    weight = np.exp(families.log_density_of_logit(family, first, second, x))
    total = 1.0 - special.log_expit(x)  # 1 + Σ (1 - ρ)^N / N
    terms = np.arange(1, 4001)
    law = np.array([weight @ np.exp(n * special.log_expit(-x)) / n for n in terms]) / (weight @ total)
    cumulative = np.cumsum(np.concatenate([[weight.sum() / (weight @ total)], law]))
    with pytest.warns(est.IdentificationWarning, match="rests on the weight given to N = 0"):
        tree = fitted(est.Multiplier(reporting(family, first, second)), figure(0), draws=10)
    got, probability = flat(tree, "quantiles", "true_count"), tree["quantiles"]["probability"].values
    kept = probability < cumulative[-1]
    assert (
        got[kept].tolist() == np.searchsorted(cumulative, probability[kept] - 1e-12).tolist()
    )  # F(2) = .9 exactly for Beta(2, 2)
    mass = (np.cumsum(weight * total) - 0.5 * weight * total) / (weight @ total)
    back = np.interp(special.logit(flat(tree, "quantiles", "reporting_probability")), x, mass)
    np.testing.assert_allclose(back, probability, atol=1e-4)


# --- other closed forms of the multiplier ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 10, 500])
@pytest.mark.parametrize(("c", "d"), [(5.0, 45.0), (2.5, 7.0)])
def test_uniform_count_prior_is_a_beta_negative_binomial(count, c, d):
    # U ~ BetaNegBin(y + 1, c - 1, d)
    u = np.arange(400_000 - 1, dtype=float)
    r, shape = count + 1.0, c - 1.0
    log_first = special.betaln(shape + r, d) - special.betaln(shape, d)
    log_ratio = np.log((r + u) * (d + u)) - np.log((u + 1) * (shape + r + d + u))
    cumulative = np.cumsum(np.exp(log_first + np.concatenate([[0.0], np.cumsum(log_ratio)])))
    tree = fitted(est.Multiplier(reporting("beta", c, d), count_prior="uniform"), figure(count), draws=4000)
    probability = tree["quantiles"]["probability"].values
    assert (
        flat(tree, "quantiles", "true_count").tolist()
        == (count + np.searchsorted(cumulative, probability - 1e-12)).tolist()
    )
    np.testing.assert_allclose(
        flat(tree, "quantiles", "reporting_probability"), stats.beta.ppf(probability, shape, d), rtol=1e-9
    )
    assert worst_disagreement(tree, "true_count") < 1.95 / np.sqrt(4000)


@pytest.mark.parametrize("prior", [("beta", 1.0, 99.0), ("beta", 0.5, 1.0), ("logit-normal", -4.6, 0.7)])
def test_uniform_count_prior_is_refused_where_it_is_improper(prior):
    with pytest.raises(ModelError, match="c > 1"):
        est.Multiplier(reporting(*prior), count_prior="uniform")


@pytest.mark.parametrize("family", ["gamma", "log-normal", "normal"])
def test_a_reporting_prior_must_live_between_none_and_all(family):
    with pytest.raises(ModelError, match="logit-normal"):
        est.Multiplier(reporting(family, 1.0, 1.0))


# --- the thinned Poisson -----------------------------------------------------------------------------------------------


def exact_chance(unreported, count, exposure, law, gamma):
    """P(N - y ≤ u | y) by a fine rule over logit ρ of the regularised incomplete beta function; u ≥ -1."""
    (family, first, second), (a, b) = law, gamma
    x = np.linspace(-60.0, 40.0, 16_001)
    rho, ratio = special.expit(x), b / exposure
    height = (
        families.log_density_of_logit(family, first, second, x)
        - count * np.log1p(ratio / rho)
        - a * np.log1p(rho / ratio)
    )
    weight = np.exp(height - height.max())
    inner = special.betainc(a + count, unreported + 1.0, (ratio + rho) / (1.0 + ratio)) if unreported >= 0 else 0.0 * x
    return float(weight @ inner / weight.sum())


THINNED = [  # count, exposure, law of ρ, law of λ
    (30, 1.0, ("beta", 2.0, 8.0), (50.0, 0.5)),
    (30, 1.0, ("beta", 2.0, 8.0), (2.0, 0.01)),
    (0, 1.0, ("beta", 2.0, 8.0), (2.0, 0.1)),
    (0, 1.0, ("beta", 1.0, 9.0), (2.0, 0.1)),
    (0, 0.5, ("beta", 0.5, 4.5), (2.0, 0.5)),
    (1, 1.0, ("beta", 0.5, 4.5), (20.0, 2.0)),
    (0, 1280.0, ("logit-normal", -4.595, 0.668), (0.73, 0.0049)),
    (494, 1280.0, ("logit-normal", -4.595, 0.668), (0.73, 0.0049)),
    (700, 1.29, ("beta", 2.0, 198.0), (5.0, 1e-4)),
    (700, 1.0, ("beta", 1.0, 99.0), (2.0, 1e-4)),
    (3, 100.0, ("beta", 5.0, 495.0), (1e4, 2e3)),
]


@pytest.mark.parametrize(("count", "exposure", "law", "gamma"), THINNED)
def test_thinned_poisson_quantiles_are_the_smallest_whole_numbers(count, exposure, law, gamma):
    tree = fitted(est.ThinnedPoisson(reporting(*law), rate(*gamma)), figure(count, exposure), draws=10)
    slack = 1e-5  # the accuracy promised of the tabulated distribution function
    for n, probability in zip(
        flat(tree, "quantiles", "true_count"), tree["quantiles"]["probability"].values, strict=True
    ):
        assert exact_chance(n - count - 1.0, count, exposure, law, gamma) < probability + slack
        assert exact_chance(n - count, count, exposure, law, gamma) > probability - slack


@pytest.mark.parametrize(("count", "exposure", "law", "gamma"), THINNED[:4])
def test_the_oracle_itself_in_high_precision(count, exposure, law, gamma):
    (_, c, d), (a, b) = law, gamma
    u = 20

    def weight(rho):
        return rho ** (count + c - 1) * (1 - rho) ** (d - 1) * (b + exposure * rho) ** -mp.mpf(a + count)

    def chance(rho):
        return mp.betainc(a + count, u + 1, 0, (b + exposure * rho) / (b + exposure), regularized=True)

    cuts = [0, 0.05, 0.2, 0.5, 1]
    exact = mp.quad(lambda rho: weight(rho) * chance(rho), cuts) / mp.quad(weight, cuts)
    assert exact_chance(u, count, exposure, law, gamma) == pytest.approx(float(exact), rel=1e-8)


@pytest.mark.parametrize(("count", "exposure", "law", "gamma"), THINNED)
def test_thinned_poisson_draws_follow_the_exact_quantiles(count, exposure, law, gamma):
    tree = fitted(est.ThinnedPoisson(reporting(*law), rate(*gamma)), figure(count, exposure), draws=20_000)
    for name in ("true_count", "reporting_probability"):
        assert worst_disagreement(tree, name) < 1.95 / np.sqrt(20_000)
    for name in ("true_count", "incidence", "reporting_probability"):
        draws, (mean, sd) = flat(tree, "posterior", name), flat(tree, "moments", name)
        if draws.std() < 3 * sd:
            assert draws.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(20_000))


@pytest.mark.parametrize(("count", "exposure", "law", "gamma"), [THINNED[0], THINNED[2], THINNED[6], THINNED[7]])
def test_without_overdispersion_the_negative_binomial_is_the_poisson(count, exposure, law, gamma):
    model = est.ThinnedNegativeBinomial(reporting(*law), rate(*gamma), dispersion=1e8)
    tree = fitted(model, figure(count, exposure), draws=20_000)
    exact = fitted(est.ThinnedPoisson(reporting(*law), rate(*gamma)), figure(count, exposure), draws=10)
    for name in ("true_count", "reporting_probability"):
        draws, quantiles = flat(tree, "posterior", name), flat(exact, "quantiles", name)
        probability = exact["quantiles"]["probability"].values
        at, before = (draws[:, None] <= quantiles).mean(axis=0), (draws[:, None] < quantiles).mean(axis=0)
        assert max((before - probability).max(), (probability - at).max()) < 1.95 / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("count", "gamma", "phi"), [(0, (0.73, 0.0049), 8.0), (30, (2.0, 0.1), 0.5), (494, (0.73, 0.0049), 8.0)]
)
def test_overdispersed_reporting_probability_against_tricomi(count, gamma, phi):
    # the posterior of ρ on a grid, the rate integrated out by Tricomi's U function
    (a, b), exposure = gamma, 10.0
    x = np.linspace(-9.5, 0.5, 51)
    inner = np.array(
        [float(mp.log(mp.hyperu(a + count, a - phi + 1, mp.mpf(b) / exposure / special.expit(v) * phi))) for v in x]
    )
    height = inner - a * special.log_expit(x) + families.log_density_of_logit("logit-normal", -4.5, 0.7, x)
    weight = np.exp(height - height.max())
    mass = (
        np.concatenate([[0.0], np.cumsum(0.5 * (weight[1:] + weight[:-1]))]) / (0.5 * (weight[1:] + weight[:-1])).sum()
    )
    tree = fitted(
        est.ThinnedNegativeBinomial(reporting("logit-normal", -4.5, 0.7), rate(*gamma), phi),
        figure(count, exposure),
        draws=20_000,
    )
    back = np.sort(np.interp(special.logit(flat(tree, "posterior", "reporting_probability")), x, mass))
    assert np.abs(back - (np.arange(20_000) + 0.5) / 20_000).max() < 1.95 / np.sqrt(20_000) + 2e-3


# --- cells -------------------------------------------------------------------------------------------------------------


def several(values):
    rows = [
        {"area": f"A{i}", "period": "2021", "indicator": "victims_identified", "value": v, "source": "s"}
        for i, v in enumerate(values)
    ]
    people = [
        {"area": f"A{i}", "period": "2021", "indicator": "population", "value": 10**6, "source": "s"}
        for i in range(len(values))
    ]
    return est.read_evidence(pd.DataFrame(rows + people).astype({"value": object}))


MODELS = [
    est.Multiplier(est.Claim("1 in 100")),
    est.ThinnedPoisson(est.Claim("1 in 100"), est.gamma_prior(3, 500, reason="r")),
    est.ThinnedNegativeBinomial(est.Claim("1 in 100"), est.gamma_prior(3, 500, reason="r"), 8.0),
    est.AnchorBudget((est.Claim("1 in 100"), est.ExternalEstimate("survey", 1000.0, 0.7))),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_missing_cell_stays_missing_and_disturbs_no_other(model):
    with_gap, without = fitted(model, several([12, "", 40]), draws=500), fitted(model, several([12, 7, 40]), draws=500)
    for group in ("posterior", "quantiles", "moments"):
        if group not in with_gap.children:
            continue
        for name, values in with_gap[group].data_vars.items():
            missing = np.isnan(values.sel(area="A1").values)
            assert missing.all(), (group, name)
            assert not np.isnan(values.sel(area=["A0", "A2"]).values).any()
    if "quantiles" in with_gap.children:
        kept = {"area": ["A0", "A2"]}
        np.testing.assert_array_equal(
            with_gap["quantiles"]["true_count"].sel(kept).values, without["quantiles"]["true_count"].sel(kept).values
        )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_an_interval_is_refused_by_the_name_of_its_cell(model):
    with pytest.raises(DataError) as refusal:
        fitted(model, several([12, "<5", "10-20"]))
    told = str(refusal.value)
    for part in ("A1", "0 to 4", "A2", "10 to 20", type(model).__name__, "Bounds"):
        assert part in told
    assert "A0" not in told


@pytest.mark.parametrize("model", MODELS[1:3], ids=lambda model: type(model).__name__)
def test_an_incidence_prior_needs_a_population(model):
    with pytest.raises((DataError, ModelError), match="population"):
        fitted(model, figure(10))


# --- bounds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(494, 494, 494), (0, 0, 0), ("<5", 0, 4), ("10-20", 10, 20), (">=494", 494, np.inf), (">100", 101, np.inf)],
)
@pytest.mark.parametrize(("lowest", "highest", "confidence"), [(1 / 200, 1 / 50, 0.95), (0.3, 1.0, 0.9)])
def test_bounds(value, low, high, lowest, highest, confidence):
    tree = fitted(est.Bounds(lowest, highest, confidence), figure(value, 2.0))
    got = {name: tree["estimate"][name].item() for name in tree["estimate"].data_vars}
    tail = (1 - confidence) / 2
    assert got["region_lower"] == pytest.approx(low / highest)
    assert got["region_upper"] == pytest.approx(high / lowest)
    lower = stats.chi2.ppf(tail, 2 * low) / 2 if low else 0.0
    upper = stats.chi2.ppf(1 - tail, 2 * high + 2) / 2 if np.isfinite(high) else np.inf
    assert got["lower"] == pytest.approx(lower / highest, rel=1e-10)
    assert got["upper"] == pytest.approx(upper / lowest, rel=1e-10)
    assert got["incidence_lower"] == pytest.approx(got["lower"] / 2.0)
    assert got["incidence_upper"] == pytest.approx(got["upper"] / 2.0)


def test_bounds_of_a_missing_cell_are_missing():
    tree = fitted(est.Bounds(0.01), several([12, "", "<5"]))
    for name, values in tree["estimate"].data_vars.items():
        assert np.isnan(values.values.ravel()).tolist() == [False, True, False], name


@pytest.mark.parametrize(("lowest", "highest"), [(0.0, 1.0), (0.5, 0.4), (0.5, 1.1), (-0.1, 0.5), (np.nan, 1.0)])
def test_bounds_out_of_order_are_refused(lowest, highest):
    with pytest.raises(ModelError, match="lowest"):
        est.Bounds(lowest, highest)


# --- the anchor budget -------------------------------------------------------------------------------------------------


def joint_normal(of_rho, of_count, y):
    """Mean and covariance of (log N, log ρ): generalised least squares, log y with variance 1/y observed once."""
    rows = [(0, 1, m, s) for m, s in of_rho] + [(1, 0, m, s) for m, s in of_count] + [(1, 1, np.log(y), y**-0.5)]
    design, seen, sd = (
        np.array([row[:2] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
    )
    variance = np.linalg.inv(design.T @ (design / sd[:, None] ** 2))
    return variance @ design.T @ (seen / sd**2), variance


@pytest.mark.parametrize("count", [1, 5, 100])
def test_two_claims_share_the_chance_of_one_count(count):
    # the sampling variance 1/y belongs to the count: two claims about ρ must not average it away
    claims = (est.Claim("1 in 100", by="a"), est.Claim("1 in 50", by="b"))
    tree = fitted(est.AnchorBudget(claims), figure(count), draws=10)
    (mean, _), variance = joint_normal([claim.prior.log_moments() for claim in claims], [], count)
    z = special.ndtri(tree["quantiles"]["probability"].values)
    expected = np.maximum(np.exp(mean + z * np.sqrt(variance[0, 0])), count)
    np.testing.assert_allclose(flat(tree, "quantiles", "true_count"), expected, rtol=1e-6)


def test_anchor_budget_in_closed_form():
    claim, survey = (
        est.Claim("1 in 100", within=3),
        est.ExternalEstimate("survey", 850_000, 0.6, adjustments=(est.Adjustment("duration", 0.5, 0.5, "two years"),)),
    )
    incidence = est.Prior("incidence", "regional", "log-normal", (float(np.log(40.0)), 1.5), "r")
    tree = fitted(est.AnchorBudget((claim, survey, incidence)), figure(1150, 1300.0), draws=100_000)
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    log_rho = special.log_expit(special.logit(0.01) + np.log(3) / special.ndtri(0.95) * nodes)
    centre = weights @ log_rho
    mean = np.array([np.log(1150) - centre, np.log(425_000), np.log(40 * 1300.0)])
    sd = np.array([np.sqrt(weights @ (log_rho - centre) ** 2 + 1 / 1150), np.hypot(0.6, 0.5), 1.5])
    # unknowns log N and log ρ: the claim speaks of the second, the others of the first, the count of their sum
    (pooled, log_rho_mean), variance = joint_normal(
        [(centre, np.sqrt(sd[0] ** 2 - 1 / 1150))], list(zip(mean[1:], sd[1:], strict=True)), 1150
    )
    z = special.ndtri(tree["quantiles"]["probability"].values)
    expected = np.exp(pooled + z * np.sqrt(variance[0, 0]))
    np.testing.assert_allclose(flat(tree, "quantiles", "true_count"), expected, rtol=1e-9)
    np.testing.assert_allclose(flat(tree, "quantiles", "incidence"), expected / 1300.0, rtol=1e-9)
    expected_rho = np.exp(log_rho_mean + z * np.sqrt(variance[1, 1]))
    np.testing.assert_allclose(flat(tree, "quantiles", "reporting_probability"), expected_rho, rtol=1e-9)
    precision = 1 / variance[0, 0]
    np.testing.assert_allclose(flat(tree, "anchors", "log_true_count"), mean, rtol=1e-10)
    np.testing.assert_allclose(flat(tree, "anchors", "log_sd"), sd, rtol=1e-10)
    draws = np.log(flat(tree, "posterior", "true_count"))
    assert draws.mean() == pytest.approx(pooled, abs=5 / np.sqrt(precision * len(draws)))
    assert draws.std() == pytest.approx(1 / np.sqrt(precision), rel=0.02)


def test_anchor_budget_never_goes_below_the_count():
    tree = fitted(est.AnchorBudget((est.ExternalEstimate("survey", 1000.0, 1.0),)), figure(1150))
    assert min(flat(tree, "posterior", "true_count").min(), flat(tree, "quantiles", "true_count").min()) >= 1150
    assert flat(tree, "quantiles", "reporting_probability").max() <= 1.0


CIRCULAR = [
    (est.Claim("1 in 100", derived_from="hotline"), est.Claim("1 in 25", derived_from="hotline")),
    (
        est.Claim("1 in 100", derived_from="hotline"),
        est.ExternalEstimate("survey", 1000.0, 0.5, derived_from="hotline"),
    ),
    (est.Claim("1 in 100", by="a council"), est.Claim("96 % hidden", by="a council")),
    (est.Claim("1 in 100", derived_from="victims_identified"),),
    (est.Claim("1 in 100"), est.Claim("1 in 100")),
]


@pytest.mark.parametrize("anchors", CIRCULAR)
def test_one_source_is_one_anchor(anchors):
    with pytest.raises(CircularityError):
        est.AnchorBudget(anchors)


def test_independent_anchors_are_accepted_and_one_can_be_left_out():
    budget = est.AnchorBudget((est.Claim("1 in 100", by="a", derived_from="hotline"), est.Claim("1 in 25", by="b")))
    assert len(budget.without("claim: 1 in 25 (b)").anchors) == 1
    with pytest.raises(ModelError, match="no anchor"):
        budget.without("claim: 1 in 7")


def test_a_claim_on_a_count_of_zero_is_refused():
    with pytest.raises(DataError, match="counts of 0"):
        fitted(est.AnchorBudget((est.Claim("1 in 100"),)), figure(0))


def test_an_anchor_budget_needs_an_anchor():
    with pytest.raises(ModelError, match="without anchors"):
        est.AnchorBudget(())
