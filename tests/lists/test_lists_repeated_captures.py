"""People never caught by one source: published figures, recovery, cautions and refusals."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import ExistenceError, IdentificationWarning, ModelError
from estimators.lists.captures import read_captures
from estimators.lists.outcome import cautions_of
from estimators.lists.repeated_captures import FAMILIES, RepeatedCaptures
from estimators.numeric import truncated_counts

KNOWN = ("gender", "age", "nation")
# Illegal immigrants in four cities of the Netherlands (van der Heijden and others 2003), captures ~ gender + age + nation: estimate,
# standard error, log-normal limits, log-likelihood of singleRcapture 1.1.0 (Chlebicki and Beręsewicz).
IMMIGRANTS = {
    ("poisson", "none"): (12690.35365257, 2808.16883623, 8431.27518368, 19718.32045168, -848.45040095),
    ("geometric", "none"): (24663.81392552, 5664.98134163, 15977.72504626, 38701.6982023, -834.45211878),
    ("zelterman", "none"): (16129.38702158, 3140.90613086, 11178.05082109, 23717.3758541, -557.87408902),
    ("chao", "none"): (15983.8293556, 3126.28390856, 11061.54745365, 23544.9757022, -557.87408902),
    ("poisson", "after truncation"): (6766.2051692, 1488.81181833, 4604.88314427, 10641.84397326, -832.57381964),
    ("poisson", "before truncation"): (2934.07090318, 279.29720787, 2512.61854699, 3636.29607164, -830.45582364),
    ("geometric", "after truncation"): (18106.45208002, 4529.3541737, 11365.6442291, 29637.49761912, -831.04646759),
}
# the same, whose standard error (1646.454) is not that of its own likelihood: ours, 1652.50, is checked by differences
BEFORE_GEOMETRIC = (7559.59037196, -829.48068053)
POLISH = {"captures": [1, 2, 3, 4, 5, 6], "count": [1645, 183, 37, 13, 1, 1]}  # the same people, without covariates


@pytest.fixture(scope="module")
def immigrants():
    return read_captures(est.datasets.load("repeated_captures"))


def fit(estimator, captures, seed=1):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return est.fit(estimator, captures, seed=seed)


def told(estimator, captures):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        post = est.fit(estimator, captures, seed=1)
    assert [str(warning.message) for warning in caught] == cautions_of(post)
    return " | ".join(cautions_of(post))


def figure(post, name):
    return float(post["estimate"][name].item())


@pytest.mark.parametrize(("family", "inflation"), list(IMMIGRANTS))
def test_published_regressions(immigrants, family, inflation):
    post = fit(RepeatedCaptures(family, KNOWN, inflation), immigrants)
    point, error, low, high, log_likelihood = IMMIGRANTS[family, inflation]
    assert figure(post, "log_likelihood") == pytest.approx(log_likelihood, abs=1e-8)
    assert figure(post, "point") == pytest.approx(point, rel=1e-6)
    assert figure(post, "standard_error") == pytest.approx(error, rel=2e-6)
    assert (figure(post, "lower"), figure(post, "upper")) == pytest.approx((low, high), rel=2e-6)


def test_extra_ones_before_truncation_of_geometric_captures(immigrants):
    post = fit(RepeatedCaptures("geometric", KNOWN, "before truncation"), immigrants)
    assert figure(post, "point") == pytest.approx(BEFORE_GEOMETRIC[0], rel=1e-6)
    assert figure(post, "log_likelihood") == pytest.approx(BEFORE_GEOMETRIC[1], abs=1e-8)
    assert figure(post, "standard_error") == pytest.approx(1652.5, abs=0.1)


def test_coefficients_are_those_of_the_paper_on_its_own_scale(immigrants):
    table = fit(RepeatedCaptures("poisson", KNOWN), immigrants)["coefficients"]["coefficient"]
    # singleRcapture: gendermale .39717926, age over 40 -.97460581, Surinam against Asia -2.33639621 + 1.09259902
    assert table.sel(term="gender male").item() == pytest.approx(0.39717926, abs=1e-6)
    age = [str(term) for term in table["term"].values if str(term).startswith("age")]
    assert abs(table.sel(term=age[0]).item()) == pytest.approx(0.97460581, abs=1e-6)
    assert (table.sel(term="nation Surinam") - table.sel(term="nation Asia")).item() == pytest.approx(
        -1.24379719, abs=1e-6
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_says_what_it_assumes(family):
    estimator = RepeatedCaptures(family)
    assert FAMILIES[family] in repr(estimator)
    assert FAMILIES[family] in estimator.assumptions()
    assert estimator.priors() == ()


def test_results_save_and_have_a_verdict(immigrants, tmp_path):
    post = fit(RepeatedCaptures("poisson", KNOWN), immigrants)
    est.save(post, tmp_path / "post.nc")
    assert figure(est.load(tmp_path / "post.nc"), "point") == figure(post, "point")
    assert post.attrs["engine"] == "maximum likelihood"
    assert est.identification(post).verdict.startswith("conditional")
    assert post["lists"]["fitted"].values.sum() == pytest.approx(1880, rel=1e-4)


def test_distributions_that_fit_better_are_named(immigrants):
    text = told(RepeatedCaptures("poisson", KNOWN), immigrants)
    assert "there are only 6,800 (one_inflation='after truncation')" in text
    assert "geometric captures fit clearly better, and say 25,000" in text


def test_counts_that_contradict_the_distribution_are_said(immigrants):
    assert "the model does not fit: deviance 37 on 1 degrees of freedom" in told(
        RepeatedCaptures("poisson"), immigrants
    )
    rng = np.random.default_rng(4)
    caught = rng.poisson(0.8, 5000)
    often = est.read_captures(pd.DataFrame({"captures": caught[caught > 0]}))
    assert "does not fit" not in told(RepeatedCaptures("poisson"), often)
    assert "does not fit" in told(RepeatedCaptures("geometric"), often)


def test_values_of_covariates_that_hardly_anybody_caught_again_has_are_named(immigrants):
    assert "hardly anybody caught more than once has nation Surinam (1), nation Turkey (3): the part" in told(
        RepeatedCaptures("chao", KNOWN), immigrants
    )


def test_a_lower_bound_is_called_one(immigrants):
    assert "this is a lower bound" in told(RepeatedCaptures("chao", KNOWN), immigrants)


def test_dispersion_without_limit_is_refused(immigrants):
    with pytest.raises(ExistenceError, match=r"the likelihood rises for ever.*'chao' gives a lower bound"):
        fit(RepeatedCaptures("negative binomial", KNOWN), immigrants)


def test_edges_are_said():
    even = read_captures(pd.DataFrame({"captures": [1, 2, 3, 4, 5], "count": [50, 70, 60, 35, 16]}))
    assert "the dispersion is at 0, its edge" in told(RepeatedCaptures("negative binomial"), even)
    assert "their share is at 0, its edge" in told(RepeatedCaptures("poisson", one_inflation="after truncation"), even)
    post = fit(RepeatedCaptures("negative binomial"), even)
    assert figure(post, "point") == pytest.approx(figure(fit(RepeatedCaptures("poisson"), even), "point"), rel=1e-12)
    assert figure(post, "dispersion") == 0.0


@pytest.mark.parametrize(
    ("table", "estimator", "words"),
    [
        (
            {"captures": [1], "count": [40]},
            RepeatedCaptures(),
            "nobody was caught more than once, so that as many people as one likes",
        ),
        ({"captures": [1, 3], "count": [40, 4]}, RepeatedCaptures("chao"), "nobody was caught exactly twice"),
        ({"captures": [2, 3], "count": [40, 4]}, RepeatedCaptures("zelterman"), "nobody was caught exactly once"),
        (
            {"captures": [1, 2, 1], "count": [40, 9, 5], "sex": ["f", "f", "m"]},
            RepeatedCaptures(covariates=("sex",)),
            "nobody with sex m was caught more than once: join it with another value",
        ),
        (
            {"captures": [1, 2], "count": [40, 9]},
            RepeatedCaptures(one_inflation="after truncation"),
            "these have 1 different number of captures where 2 are needed",
        ),
        (
            {"captures": [1, 2, 3], "count": [40, 9, 2]},
            RepeatedCaptures("negative binomial", one_inflation="before truncation"),
            "2 different numbers of captures where 3 are needed",
        ),
        (
            {"captures": [1] * 10 + [1, 2] * 4, "x": [1] * 10 + [0] * 8},
            RepeatedCaptures(covariates=("x",)),
            "hardly ever caught",
        ),
        (
            {"captures": [1] * 10 + [2] * 4, "x": [float(at) for at in range(14)]},
            RepeatedCaptures("zelterman", covariates=("x",)),
            "hardly ever caught",
        ),
    ],
)
def test_no_estimate_is_refused_in_words(table, estimator, words):
    with pytest.raises(ExistenceError, match=words):
        fit(estimator, read_captures(pd.DataFrame(table)))


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"family": "binomial"}, "family 'binomial': expected one of poisson"),
        ({"one_inflation": "yes"}, "one_inflation 'yes'"),
        ({"interval": "exact"}, "interval 'exact'"),
        ({"covariates": "sex"}, "expected a tuple of names"),
        ({"replicates": 5}, "replicates 5"),
        ({"family": "chao", "one_inflation": "after truncation"}, "expected no one-inflation"),
        ({"family": "zelterman", "interval": "bootstrap"}, "no bootstrap"),
    ],
)
def test_arguments_out_of_range(named, words):
    with pytest.raises(ModelError, match=words):
        RepeatedCaptures(**named)


def test_covariates_that_cannot_be_used():
    caught = read_captures(
        pd.DataFrame({"captures": [1, 2, 1, 3], "a": [1, 2, 3, 4], "b": [2, 4, 6, 8], "c": [5, 5, 5, 5]})
    )
    for covariates, words in (
        (("d",), "covariate d: expected among a, b, c"),
        (("a", "b"), "covariate b"),
        (("c",), "covariate c: expected values that differ"),
    ):
        with pytest.raises(ModelError, match=words):
            fit(RepeatedCaptures(covariates=covariates), caught)
    with pytest.raises(ModelError, match="expected what read_captures returns"):
        fit(RepeatedCaptures(), est.read_lists(pd.DataFrame({"x": [1, 0, 1], "y": [0, 1, 1]})))


def test_a_single_repeat_is_a_caution():
    text = told(RepeatedCaptures(), read_captures(pd.DataFrame({"captures": [1, 2], "count": [60, 1]})))
    assert "only one person of 61 was caught more than once" in text
    assert "more than a factor 10 apart" in text


def test_units_of_a_covariate_change_nothing(immigrants):
    rng = np.random.default_rng(3)
    age = rng.uniform(18, 60, 1500)
    y = rng.poisson(np.exp(-1.0 + 0.03 * (age - 40)))
    table = pd.DataFrame({"captures": y, "years": age, "days": age * 365.25 + 1e6})[y > 0]
    caught = read_captures(table)
    one, other = (figure(fit(RepeatedCaptures(covariates=(name,)), caught), "point") for name in ("years", "days"))
    assert one == pytest.approx(other, rel=1e-9)


def test_three_intervals(immigrants):
    estimator = RepeatedCaptures("poisson", replicates=200)
    caught = read_captures(pd.DataFrame(POLISH))
    limits = {
        how: [figure(fit(replace(estimator, interval=how), caught), end) for end in ("lower", "upper")]
        for how in ("normal", "log-normal", "bootstrap")
    }
    assert limits["normal"] == pytest.approx([7079.928 - 1.95996 * 365.751, 7079.928 + 1.95996 * 365.751], rel=1e-5)
    for low, high in limits.values():
        assert (low, high) == pytest.approx((6400, 7830), rel=0.05)
    again = fit(replace(estimator, interval="bootstrap"), caught)
    assert [figure(again, end) for end in ("lower", "upper")] == limits["bootstrap"]


@pytest.mark.parametrize("runs", [25, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("family", "alpha", "inflation"),
    [
        ("poisson", 0.0, "none"),
        ("geometric", 1.0, "none"),
        ("negative binomial", 0.6, "none"),
        ("poisson", 0.0, "after truncation"),
    ],
)
def test_intervals_cover(runs, family, alpha, inflation):
    rng = np.random.default_rng(21)
    size, covered, refused = 3000, 0, 0
    for _ in range(runs):
        sex = rng.integers(0, 2, size)
        y = truncated_counts.draw(-0.4 + 0.5 * sex, alpha, -1.0, inflation, rng)
        caught = read_captures(
            pd.DataFrame({"captures": y, "sex": np.where(sex, "m", "f")})[y > 0]
            .value_counts()
            .rename("count")
            .reset_index()
        )
        try:
            post = fit(RepeatedCaptures(family, ("sex",), inflation), caught)
        except ExistenceError:
            refused += 1
            continue
        covered += figure(post, "lower") <= size <= figure(post, "upper")
    assert refused <= 0.02 * runs
    assert covered / (runs - refused) > 0.95 - 4 * np.sqrt(0.05 * 0.95 / runs) - 0.015


def test_a_covariate_of_many_words_is_refused_at_once():
    """As many indicators as people once made matrices of thousands of columns."""
    table = pd.DataFrame({"captures": [1, 1, 2] * 400, "who": [f"P{at}" for at in range(1200)]})
    with pytest.raises(ModelError, match="who has 1,200 values that are no numbers: expected at most 50"):
        est.fit(est.RepeatedCaptures(covariates=("who",)), est.read_captures(table), seed=1)


def caught(often):
    return read_captures(pd.DataFrame({"captures": often[often > 0]}))


def test_a_geometric_fit_that_a_negative_binomial_beats_says_so():
    """Geometric captures said 59,000 (56,000 to 62,000) of some 48,000 people without a word."""
    rng = np.random.default_rng(7)
    captures = caught(rng.poisson(0.8 * rng.gamma(2.0, 0.5, size=40_000)))
    assert "negative binomial captures fit clearly better" in told(RepeatedCaptures("geometric"), captures)
    right = caught(rng.poisson(0.8 * rng.gamma(1.0, 1.0, size=40_000)))
    assert "fit clearly better" not in told(RepeatedCaptures("geometric"), right)


@pytest.mark.parametrize("family", ["zelterman", "chao"])
def test_captures_beyond_two_tell_whether_those_below_are_poisson(family):
    rng = np.random.default_rng(8)
    assert "three times or more" in told(RepeatedCaptures(family), caught(rng.geometric(0.6, size=30_000) - 1))
    gone = np.concatenate([rng.poisson(1.2, size=12_000), np.ones(3000)])
    assert "three times or more" in told(RepeatedCaptures(family), caught(gone))
    assert "three times or more" not in told(RepeatedCaptures(family), caught(rng.poisson(0.8, size=20_000)))


def test_the_check_beyond_two_is_quiet_where_captures_are_poisson():
    rng = np.random.default_rng(9)
    alarms = 0
    for _ in range(100):
        sex = rng.integers(2, size=3000)
        often = rng.poisson(np.exp(-0.5 + 0.6 * sex))
        table = pd.DataFrame({"captures": often, "sex": np.where(sex, "f", "m")})[often > 0]
        alarms += "three times or more" in told(RepeatedCaptures("zelterman", ("sex",)), read_captures(table))
    assert alarms <= 2
