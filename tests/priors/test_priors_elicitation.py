"""The distribution made from a statement must say the statement back."""

import numpy as np
import pytest
from scipy import optimize, special

import estimators as est
from estimators.errors import DataError, ModelError, PriorWarning
from estimators.numeric import families
from estimators.priors import Claim, Prior, elicitation, gamma_prior

pytestmark = pytest.mark.filterwarnings("ignore::estimators.errors.PriorWarning")
MEANINGS = ("median", "mean", "mode", "mean of 1/rho", "mode of 1/rho")


def density_of_rho(prior, rho):
    x = special.logit(rho)
    return families.log_density_of_logit(prior.family, *prior.parameters, x) - np.log(rho) - np.log1p(-rho)


def feature(prior, meaning):
    """The stated feature by brute force: a fine trapezoidal grid on the logit scale, or a search for the highest point."""
    if meaning == "median":
        return float(prior.quantile(0.5))
    x = np.linspace(-60.0, 40.0, 400_001)
    rho = special.expit(x)
    weight = np.exp(families.log_density_of_logit(prior.family, *prior.parameters, x)) * (x[1] - x[0])
    if meaning == "mean":
        return float(weight @ rho)
    if meaning == "mean of 1/rho":
        return 1.0 / float(weight @ (1.0 + np.exp(-x)))
    # density of 1/ρ is ρ² times that of ρ; the overall maximum, not just a stationary point
    power = 2.0 if meaning == "mode of 1/rho" else 0.0
    height = density_of_rho(prior, rho[1000:-40_000]) + power * np.log(rho[1000:-40_000])
    best = 1000 + int(np.argmax(height))
    found = optimize.minimize_scalar(
        lambda v: -(density_of_rho(prior, special.expit(v)) + power * special.log_expit(v)),
        bounds=(x[best - 2], x[best + 2]), method="bounded", options={"xatol": 1e-11},
    )  # fmt: skip
    return float(special.expit(found.x))


@pytest.mark.parametrize("meaning", MEANINGS)
@pytest.mark.parametrize("family", ["logit-normal", "beta"])
@pytest.mark.parametrize(
    ("statement", "within"), [("1 in 100", 3.0), ("1 in 25", 2.0), ("1 in 1000", 5.0), ("30 %", 1.5)]
)
def test_a_point_claim_gives_its_feature_back(meaning, family, statement, within):
    claim = Claim(statement, within=within, meaning=meaning, family=family)
    assert feature(claim.prior, meaning) == pytest.approx(claim.shares[0], rel=1e-6)


@pytest.mark.parametrize("meaning", MEANINGS)
@pytest.mark.parametrize(("share", "concentration"), [(0.01, 1000.0), (0.2, 50.0), (0.7, 10.0)])
def test_a_concentration_gives_its_feature_back(meaning, share, concentration):
    a, b = elicitation.beta_from_concentration(share, concentration, meaning)
    assert a + b == pytest.approx(concentration)
    assert feature(Prior("reporting_probability", "d", "beta", (a, b), "r"), meaning) == pytest.approx(share, rel=1e-6)


@pytest.mark.parametrize(
    ("statement", "options"),
    [
        # a U-shaped beta has its least density there, not its mode
        ("1 in 100", {"family": "beta", "concentration": 1.5, "meaning": "mode"}),
        # logit-normals with sd² > 2 have two modes: the stationary point is the trough, or the lower of two peaks
        ("50 %", {"within": 30.0, "meaning": "mode"}),
        ("1 in 100", {"within": 60.0, "meaning": "mode"}),
    ],
)
def test_no_mode_is_better_than_a_wrong_mode(statement, options):
    try:
        claim = Claim(statement, **options)
    except ModelError:
        return
    assert feature(claim.prior, "mode") == pytest.approx(claim.shares[0], rel=1e-6)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_beta_point_is_as_credible_as_stated(confidence, meaning):
    claim = Claim("1 in 100", within=3, confidence=confidence, meaning=meaning, family="beta")
    low, high = claim.prior.distribution([0.01 / 3, 0.03])
    assert high - low == pytest.approx(confidence, abs=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95])
def test_a_logit_normal_point_is_as_credible_as_stated(confidence):
    prior = Claim("1 in 100", within=3, confidence=confidence).prior
    odds = 1 / 99
    ends = [odds / 3 / (1 + odds / 3), 3 * odds / (1 + 3 * odds)]
    low, high = prior.distribution(ends)
    assert high - low == pytest.approx(confidence, abs=1e-12)


@pytest.mark.parametrize("family", ["logit-normal", "beta"])
@pytest.mark.parametrize("mass", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(
    ("low", "high"),
    [
        (1 / 200, 1 / 50),
        (0.01, 0.99),
        (1e-6, 1e-4),
        (1e-9, 1e-2),
        (0.4, 0.6),
        (0.9, 0.99),
        (0.0100, 0.0101),
        (0.3, 0.3001),
    ],
)
def test_a_range_leaves_the_stated_tails(family, mass, low, high):
    match = elicitation.beta_from_range if family == "beta" else elicitation.logit_normal_from_range
    parameters = match(low, high, mass)
    tails = families.distribution(family, *parameters, [low, high])
    np.testing.assert_allclose(tails, [(1 - mass) / 2, (1 + mass) / 2], atol=1e-6)


def test_the_published_range_gives_the_published_shapes():
    prior = Claim("1 in 50 to 1 in 200", family="beta").prior
    assert (round(prior.parameters[0], 2), round(prior.parameters[1], 1)) == (8.39, 736.1)


@pytest.mark.parametrize(
    ("statement", "mass"), [("0.000000001 to 0.999999999", 0.9), ("1 in 1,000,000,000 to 99.99999 %", 0.5)]
)
def test_a_range_that_no_beta_has_is_refused_in_words(statement, mass):
    try:
        prior = Claim(statement, mass=mass, family="beta").prior
    except ModelError:
        return
    low, high = Claim(statement, mass=mass).shares
    tails = families.distribution("beta", *prior.parameters, [low, high])
    np.testing.assert_allclose(tails, [(1 - mass) / 2, (1 + mass) / 2], atol=1e-6)


@pytest.mark.parametrize("mass", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("low", "high"), [(3, 500), (10, 11), (0.001, 0.1), (40, 4000), (1, 1e4)])
def test_gamma_prior_leaves_the_stated_tails(mass, low, high):
    prior = gamma_prior(low, high, mass=mass, reason="r")
    np.testing.assert_allclose(prior.distribution([low, high]), [(1 - mass) / 2, (1 + mass) / 2], atol=1e-9)
    assert prior.family == "gamma"


@pytest.mark.parametrize(
    ("low", "high", "mass"),
    [
        (0, 5, 0.9),
        (5, 3, 0.9),
        (3, 3, 0.9),
        (-1, 3, 0.9),
        (3, np.inf, 0.9),
        (3, 500, 1.0),
        (3, 500, 0.0),
        (np.nan, 5, 0.9),
        (1e-200, 1e200, 0.9),
        (3, 3.00000000001, 0.9),
    ],
)
def test_gamma_prior_refuses_in_words(low, high, mass):
    with pytest.raises(ModelError):
        gamma_prior(low, high, mass=mass, reason="r")


WRONG_CLAIMS = [
    ({"within": 1.0}, "within"),
    ({"within": 0.5}, "within"),
    ({"within": float("inf")}, "within"),
    ({"within": float("nan")}, "within"),
    ({"confidence": 0.0}, "confidence"),
    ({"confidence": 1.0}, "confidence"),
    ({"confidence": 90}, "confidence"),
    ({"mass": 0.95}, "mass"),
    ({"statement": "1 in 50 to 1 in 200", "within": 3.0}, "within"),
    ({"statement": "1 in 50 to 1 in 200", "mass": 1.0}, "mass"),
    ({"statement": "1 in 50 to 1 in 200", "meaning": "mean"}, "meaning"),
    ({"statement": "1 in 50 to 1 in 200", "family": "beta", "concentration": 100.0}, "concentration"),
    ({"family": "gamma"}, "family"),
    ({"meaning": "average"}, "meaning"),
    ({"concentration": 100.0}, "concentration"),
    ({"family": "beta", "concentration": -5.0}, "concentration"),
    ({"family": "beta", "concentration": 100.0, "within": 3.0}, "concentration"),
]


@pytest.mark.parametrize(("options", "column"), WRONG_CLAIMS)
def test_a_claim_that_does_not_fit_names_the_argument(options, column):
    with pytest.raises(DataError) as refusal:
        Claim(**({"statement": "1 in 100"} | options))
    assert column in {problem.column for problem in refusal.value.problems}


def test_a_claim_lists_all_its_problems_at_once():
    with pytest.raises(DataError) as refusal:
        Claim("1 in 100", within=0.5, confidence=2.0, meaning="average")
    assert {problem.column for problem in refusal.value.problems} == {"within", "confidence", "meaning"}


@pytest.mark.parametrize(("meaning", "concentration"), [("mean of 1/rho", 0.5), ("mode of 1/rho", 50.0)])
def test_too_small_a_concentration_is_refused(meaning, concentration):
    with pytest.raises(ModelError, match="larger concentration"):
        Claim("1 in 100", family="beta", concentration=concentration, meaning=meaning)


def test_a_claim_says_who_and_from_what():
    claim = Claim("1 in 100", by="a council", area="MEX", period="2020", within=3, derived_from="hotline")
    for word in ("a council", "MEX", "2020", "hotline"):
        assert word in claim.prior.reason
    assert "factor 3" in claim.prior.description


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("a", "missing"), [(0.5, "mean"), (1.0, "mean"), (1.5, "variance"), (2.0, "variance")])
def test_a_beta_without_moments_of_the_count_warns(a, missing):
    with pytest.warns(PriorWarning, match=f"no {missing}"):
        Prior("reporting_probability", "d", "beta", (a, 99.0), "r")


@pytest.mark.filterwarnings("error")
def test_a_beta_with_moments_does_not_warn():
    Prior("reporting_probability", "d", "beta", (2.01, 99.0), "r")


@pytest.mark.parametrize(
    ("family", "parameters"),
    [
        ("uniform", (0.0, 1.0)),
        ("beta", (0.0, 1.0)),
        ("beta", (1.0, -1.0)),
        ("beta", (np.nan, 1.0)),
        ("gamma", (-1.0, 1.0)),
        ("gamma", (1.0, 0.0)),
        ("logit-normal", (0.0, 0.0)),
        ("logit-normal", (np.inf, 1.0)),
        ("log-normal", (0.0, -1.0)),
        ("half-normal", (0.0, 0.0)),
    ],
)
def test_a_prior_out_of_range_is_refused(family, parameters):
    with pytest.raises(ModelError):
        Prior("x", "d", family, parameters, "r")


def test_half_normal_location_must_be_zero():
    # quantiles ignore the location: one that is not 0 would be printed and not used
    with pytest.raises(ModelError):
        Prior("x", "d", "half-normal", (1.0, 0.5), "r")


def test_prior_table_prints_every_prior():
    table = est.prior_table([gamma_prior(3, 500, reason="wide"), Claim("1 in 100").prior])
    assert table["reason"].iloc[0] == "wide"
    np.testing.assert_allclose(table[["q05", "q95"]].iloc[0].astype(float), [3.0, 500.0], rtol=1e-9)
    assert table["median"].iloc[1] == pytest.approx(0.01)


TABLE = [  # prior on ρ of 494 reports: exact quantiles by enumeration, and the median printed from draws
    (("beta", (1.0, 99.0)), (13457, 70754, 1931881), 70_880),
    (("beta", (10.0, 990.0)), (28769, 51024, 103130), 51_007),
    (("beta", (100.0, 9900.0)), (40183, 49529, 61688), 49_526),
    (("beta", (8.39, 736.1)), (24510, 45564, 99134), 45_584),
]


@pytest.mark.parametrize(("law", "exact", "printed"), TABLE)
def test_the_elicitation_table_of_494_reports(law, exact, printed):
    prior = Prior("reporting_probability", "d", law[0], law[1], "r")
    tree = est.fit(est.Multiplier(prior), est.single_figure(494), seed=1, sampling=est.Sampling(draws=10))
    got = tree["quantiles"]["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel()
    assert got.tolist() == list(exact)
    assert got[1] == pytest.approx(printed, rel=2.5e-3)


def test_the_same_range_as_a_logit_normal():
    tree = est.fit(
        est.Multiplier(Claim("1 in 50 to 1 in 200")), est.single_figure(494), seed=1, sampling=est.Sampling(draws=10)
    )
    got = tree["quantiles"]["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel()
    # oracle: the distribution function of N - 494 by a fine rule over logit ρ
    x = np.linspace(-16.0, 6.0, 40_001)
    weight = np.exp(families.log_density_of_logit("logit-normal", *Claim("1 in 50 to 1 in 200").prior.parameters, x))
    for n, probability in zip(got, (0.025, 0.5, 0.975), strict=True):
        at, before = (
            weight @ special.betainc(494, n - 494 + shift, special.expit(x)) / weight.sum() for shift in (1, 0)
        )
        assert before < probability <= at
    assert got[1] == pytest.approx(49_351, rel=3e-3)
    assert got[[0, 2]] == pytest.approx([24_800, 99_000], rel=1.2e-2)  # printed from draws
