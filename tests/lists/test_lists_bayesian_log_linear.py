"""Bayesian averaging over log-linear models as a user meets it: results, published figures, cautions, refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import IdentificationWarning, ModelError
from estimators.lists.bayesian_log_linear import BayesianLogLinear
from estimators.lists.outcome import cautions_of

PATTERNS = {"a": [1, 0, 0, 1, 1, 0, 1], "b": [0, 1, 0, 1, 0, 1, 1], "c": [0, 0, 1, 0, 1, 1, 1]}
SMALL = pd.DataFrame(PATTERNS | {"count": [60, 45, 30, 20, 13, 10, 4]})


def fit(estimator, lists, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return est.fit(estimator, lists, seed=1, **more)


def quantiles(post, probability=(0.025, 0.5, 0.975)):
    return np.quantile(post["posterior"]["true_count"], probability)


def shortest(post, probability=0.95):
    draws = np.sort(post["posterior"]["true_count"].values.ravel())
    inside = int(probability * len(draws))
    start = (draws[inside:] - draws[:-inside]).argmin()
    return draws[start], draws[start + inside]


def test_spina_bifida_by_eth_agrees_with_a_published_sampler():
    """The R package of Overstall and King 2014, 10,000 iterations, effective 178.

    Median 724, shortest interval 681 to 780, models .35, .17, .14.
    """
    post = fit(BayesianLogLinear(), est.datasets.lists("SpinaBifida_NY"))
    assert quantiles(post)[1] == pytest.approx(724, abs=4)
    np.testing.assert_allclose(shortest(post), (681, 780), atol=7)
    models = post["models"].to_dataset()
    assert models["model"].values[0] == "DeathCert:MedRehab"
    np.testing.assert_allclose(models["probability"].values[:3], (0.35, 0.17, 0.14), atol=0.05)
    assert models.attrs["every_model"] == 1
    assert float(models["term_probability"].sel(term="DeathCert:MedRehab")) > 0.97
    assert est.convergence(post).status == "publishable"


def test_totals_of_levels_add_up():
    post = fit(BayesianLogLinear(), est.datasets.lists("SpinaBifida_NY"))
    total, levels = post["posterior"]["true_count"].squeeze(), post["levels"]["true_count"]
    assert levels["level"].values.tolist() == ["eth = afro-american", "eth = caucasian", "eth = other"]
    np.testing.assert_allclose(levels.sum("level"), total)
    assert total.dims == ("chain", "draw")
    assert total.shape == (4, 1000)


@pytest.mark.slow
def test_people_who_inject_drugs_in_scotland_with_exact_counts():
    """King et al. 2013, doi:10.3109/16066359.2012.706344: 31,700 (24,900 to 38,700) from four lists, region, gender and age."""
    post = fit(BayesianLogLinear(), est.datasets.lists("ScotPWID", upper_limits=False))
    np.testing.assert_allclose(quantiles(post), (24_900, 31_700, 38_700), rtol=0.05)


@pytest.mark.slow
def test_upper_limits_lower_the_estimate():
    post = fit(BayesianLogLinear(), est.datasets.lists("ScotPWID"))
    lower, middle, upper = quantiles(post)
    assert 15_000 < lower < 18_000 < 21_000 < middle < 25_000 < upper < 28_000
    assert est.convergence(post).status == "publishable"


def test_a_limited_cell_is_drawn_below_its_limit():
    exact = fit(BayesianLogLinear("unit-information"), est.read_lists(SMALL))
    limited = SMALL.assign(count=["<=60", *SMALL["count"].iloc[1:].astype(str)])
    post = fit(BayesianLogLinear("unit-information"), est.read_lists(limited))
    assert quantiles(post)[1] < quantiles(exact)[1]
    assert quantiles(post)[2] - quantiles(post)[0] > 0
    listed = (post["posterior"]["reporting_probability"] * post["posterior"]["true_count"]).round(6)
    assert 122 <= listed.min() < listed.max() <= 182
    loose = SMALL.assign(count=["<=100000", *SMALL["count"].iloc[1:].astype(str)])
    wide = quantiles(fit(BayesianLogLinear("unit-information"), est.read_lists(loose)))
    assert np.isfinite(wide).all()
    assert wide[2] > quantiles(post)[2]


def test_the_prior_is_named_where_it_decides():
    """UK five lists: two groups of models fit about as well and differ twofold."""
    post = fit(BayesianLogLinear(), est.datasets.lists("UKdat_5"))
    assert any("the prior decides" in text and "unit-information" in text for text in cautions_of(post))
    assert post["models"].attrs["median_under_other_prior"] > 1.2 * quantiles(post)[1]
    with pytest.warns(IdentificationWarning, match="the prior decides"):
        est.fit(BayesianLogLinear(), est.datasets.lists("UKdat_5"), seed=1)


def test_few_overlaps_are_told():
    post = fit(BayesianLogLinear(), est.datasets.lists("NewOrl_5"))
    assert any("only 12 people are known to be on two lists or more" in text for text in cautions_of(post))


def test_independent_lists_are_recovered():
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(20):
        on = rng.random((1000, 3)) < [0.3, 0.4, 0.25]
        frame = pd.DataFrame(on[on.any(axis=1)].astype(int), columns=list("abc"))
        lower, _, upper = quantiles(fit(BayesianLogLinear(), est.read_lists(frame)))
        inside += lower <= 1000 <= upper
    assert inside >= 17


@pytest.mark.parametrize(
    ("scale", "lower", "upper"),
    [
        ([60_000_000, 45_000_000, 30_000_000, 20_000_000, 13_000_000, 10_000_000, 4_000_000], 306_000_000, 307_000_000),
        ([3, 3, 3, 1, 1, 1, 0], 12, 80),
    ],
)
def test_counts_from_ones_to_millions(scale, lower, upper):
    post = fit(BayesianLogLinear("unit-information"), est.read_lists(SMALL.assign(count=scale)))
    assert lower < quantiles(post)[1] < upper
    assert est.convergence(post).status == "publishable"


def test_lopsided_counts_stay_finite():
    post = fit(BayesianLogLinear(), est.read_lists(SMALL.assign(count=[10**9, 10**9, 10**9, 1, 1, 1, 0])))
    assert np.isfinite(post["posterior"]["true_count"]).all()
    assert quantiles(post)[0] > 1e15


@pytest.mark.parametrize("prior", ["hyper-g", "unit-information", "cauchy"])
def test_every_prior_has_a_row_and_a_sentence(prior):
    post = fit(BayesianLogLinear(prior, order=1), est.read_lists(SMALL))
    assert len(post["priors"].to_dataset()["prior_row"]) == 1
    assert prior in repr(BayesianLogLinear(prior))
    assert post["models"].sizes["term"] == 0


def test_one_seed_one_result_and_it_is_saved(tmp_path):
    first, second = (fit(BayesianLogLinear(), est.read_lists(SMALL)) for _ in range(2))
    np.testing.assert_array_equal(first["posterior"]["true_count"], second["posterior"]["true_count"])
    est.save(first, tmp_path / "post.nc")
    np.testing.assert_array_equal(
        est.load(tmp_path / "post.nc")["posterior"]["true_count"], first["posterior"]["true_count"]
    )


def test_sampling_says_how_much():
    post = fit(BayesianLogLinear(), est.read_lists(SMALL), sampling=est.Sampling(draws=50, chains=2))
    assert post["posterior"]["true_count"].shape == (2, 50, 1, 1)


def test_order_and_covariates_change_the_terms():
    rows = pd.concat([SMALL.assign(sex="f"), SMALL.assign(sex="m")])
    post = fit(BayesianLogLinear(order=3, covariates=("sex",)), est.read_lists(rows))
    terms = post["models"]["term"].values.tolist()
    assert "a:b:sex" in terms
    assert "a:b:c" not in terms
    assert fit(BayesianLogLinear(covariates=()), est.read_lists(rows))["models"].sizes["term"] == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prior": "flat"}, "prior 'flat': expected one of hyper-g"),
        ({"order": 0}, "order 0: expected 1"),
        ({"most_models": 0}, "most_models 0"),
    ],
)
def test_nonsense_arguments_are_refused(change, words):
    with pytest.raises(ModelError, match=words):
        BayesianLogLinear(**change)


def test_lists_that_it_cannot_take_are_refused():
    two = pd.DataFrame({"a": [1, 0, 1], "b": [0, 1, 1], "count": [40, 30, 6]})
    with pytest.raises(ModelError, match="needs 3 to 10 lists"):
        fit(BayesianLogLinear(), est.read_lists(two))
    with pytest.raises(ModelError, match="reads lists"):
        fit(BayesianLogLinear(), est.single_figure(10, area="MEX", period="2022"))
    people = pd.DataFrame({name: np.repeat(SMALL[name], SMALL["count"]) for name in "abc"}).reset_index(drop=True)
    ages = est.read_lists(people.assign(age=np.arange(len(people)) % 37 + 0.5))
    with pytest.raises(ModelError, match="age has 37 values; expected at most 12"):
        fit(BayesianLogLinear(), ages)
    with pytest.raises(ModelError, match="height: expected covariates among: age"):
        fit(BayesianLogLinear(covariates=("height",)), ages)
    many = people.assign(**{f"x{k}": (np.arange(len(people)) // 2**k) % 2 + 2 for k in range(7)})
    with pytest.raises(ModelError, match="expected at most 63"):
        fit(BayesianLogLinear(order=3), est.read_lists(many))


def test_upper_limits_are_no_floor_of_the_answer():
    on = {"A": [1, 0, 0, 1, 1, 0, 1], "B": [0, 1, 0, 1, 0, 1, 1], "C": [0, 0, 1, 0, 1, 1, 1]}
    counts = ["60", "45", "30", "20", "<=13", "10", "<5"]
    lists = est.read_lists(pd.DataFrame(on).assign(count=counts))
    post = fit(BayesianLogLinear(), lists)
    listed = post["posterior"]["reporting_probability"] * post["posterior"]["true_count"]
    assert (post["observed_data"]["reported"].item(), post["observed_data"]["upper"].item()) == (165, 182)
    assert 165 - 1e-9 <= listed.min() < listed.max() <= 182 + 1e-9
    told = est.compare_lists(lists, seed=1, methods=["bayesian_log_linear", "independence"])
    assert told.table.attrs["observed"] == 165
    assert told.text.startswith(
        "165 to 182 people are on at least one of the 3 lists (A, B, C). One of 2 methods gives"
    )
    hidden = est.read_lists(pd.DataFrame(on).assign(D=[1] * 7, count=counts))
    assert (est.hide_lists(BayesianLogLinear(), hidden, seed=1).table["known"] <= 165).all()


def test_counts_of_which_none_is_known_are_refused():
    on = {"A": [1, 0, 0, 1], "B": [0, 1, 0, 1], "C": [0, 0, 1, 1]}
    with pytest.raises(ModelError, match="every count is an upper limit"):
        est.fit(BayesianLogLinear(), est.read_lists(pd.DataFrame(on).assign(count="<5")), seed=1)
