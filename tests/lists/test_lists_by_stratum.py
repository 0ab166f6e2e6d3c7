"""Estimators of lists in each stratum, and the total."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import DataError, IdentificationWarning, ModelError
from estimators.lists.bayesian_log_linear import BayesianLogLinear
from estimators.lists.by_stratum import ByStratum
from estimators.lists.independence import Independence

PATTERNS = {"a": [1, 0, 0, 1, 1, 0, 1], "b": [0, 1, 0, 1, 0, 1, 1], "c": [0, 0, 1, 0, 1, 1, 1]}
WOMEN = pd.DataFrame(PATTERNS | {"count": [60, 45, 30, 20, 13, 10, 4]}).assign(sex="f", age="old")
MEN = pd.DataFrame(PATTERNS | {"count": [160, 145, 230, 40, 33, 20, 9]}).assign(sex="m", age="old")
BOTH = est.read_lists(pd.concat([WOMEN, MEN]))


def fit(estimator, lists, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return est.fit(estimator, lists, seed=1, **more)


def of_area(post, area):
    return post["posterior"]["true_count"].sel(area=area).values.ravel()


def test_draws_of_the_total_are_sums_of_independent_draws():
    post = fit(ByStratum(BayesianLogLinear(), by=("sex",)), BOTH)
    assert post["posterior"]["area"].values.tolist() == ["f", "m", "all"]
    women, men, everybody = (of_area(post, area) for area in ("f", "m", "all"))
    np.testing.assert_array_equal(women + men, everybody)
    assert abs(np.corrcoef(women, men)[0, 1]) < 0.06
    alone = fit(BayesianLogLinear(), est.read_lists(WOMEN.drop(columns=["sex", "age"])))
    np.testing.assert_allclose(
        np.quantile(women, [0.1, 0.5, 0.9]), np.quantile(of_area(alone, "all"), [0.1, 0.5, 0.9]), rtol=0.03
    )
    probability = post["posterior"]["reporting_probability"].sel(area="all").values.ravel()
    np.testing.assert_allclose(probability, BOTH.observed / everybody)
    np.testing.assert_array_equal(
        post["observed_data"]["reported"].sel(area=["f", "m", "all"]).values.ravel(), [182, 637, 819]
    )


def test_the_worst_weights_are_told():
    post = fit(ByStratum(BayesianLogLinear(), by=("sex",)), BOTH)
    assert {"pareto_k", "effective_draws", "proposed_draws"} <= set(post["sample_stats"].data_vars)
    assert est.convergence(post).status == "publishable"


def test_limits_add_as_variances_of_their_sides():
    post = fit(ByStratum(Independence(), by=("sex",)), BOTH)["estimate"].to_dataset().squeeze("period")
    parts = post.sel(area=["f", "m"])
    assert float(post["point"].sel(area="all")) == pytest.approx(float(parts["point"].sum()))
    below = np.sqrt(((parts["point"] - parts["lower"]) ** 2).sum())
    above = np.sqrt(((parts["upper"] - parts["point"]) ** 2).sum())
    whole = post.sel(area="all")
    assert float(whole["point"] - whole["lower"]) == pytest.approx(float(below))
    assert float(whole["upper"] - whole["point"]) == pytest.approx(float(above))
    assert float(above) > float(below)
    assert float(whole["lower"]) > float(parts["lower"].sum())


def test_totals_of_strata_that_differ_are_covered_where_lists_of_all_are_not():
    """Those easily listed by one list are easily listed by the other: pooled, the lists depend on each other."""
    rng = np.random.default_rng(2)
    chance = {"rare": np.array([0.1, 0.15, 0.12]), "often": np.array([0.6, 0.5, 0.55])}
    inside = pooled = 0
    for _ in range(40):
        people = []
        for label, probability in chance.items():
            on = rng.random((1500, 3)) < probability
            people.append(pd.DataFrame(on[on.any(axis=1)].astype(int), columns=list("abc")).assign(kind=label))
        lists = est.read_lists(pd.concat(people))
        found = fit(ByStratum(Independence(), by=("kind",)), lists)["estimate"].sel(area="all")
        inside += found["lower"].item() <= 3000 <= found["upper"].item()
        alone = fit(Independence(), lists)["estimate"]
        pooled += alone["lower"].item() <= 3000 <= alone["upper"].item()
    assert inside >= 35
    assert pooled == 0


def test_strata_without_an_estimate_are_named_and_there_is_no_total():
    """Of the two listed children with spina bifida whose eth is neither, nobody is on two of the lists."""
    with pytest.raises(
        ModelError, match=r"no estimate of 1 of the strata of eth: other: nobody is on .*No total is given without them"
    ):
        fit(ByStratum(BayesianLogLinear(), by=("eth",)), est.datasets.lists("SpinaBifida_NY"))
    lonely = pd.DataFrame({"a": [1, 0, 0], "b": [0, 1, 0], "c": [0, 0, 1], "count": [5, 4, 3]}).assign(
        sex="x", age="old"
    )
    with pytest.raises(ModelError, match="x: "):
        fit(ByStratum(Independence(), by=("sex",)), est.read_lists(pd.concat([WOMEN, MEN, lonely])))


def test_cautions_name_their_stratum():
    few = pd.DataFrame(PATTERNS | {"count": [9, 8, 7, 2, 1, 1, 0]}).assign(sex="x", age="old")
    post = fit(ByStratum(BayesianLogLinear(), by=("sex",)), est.read_lists(pd.concat([WOMEN, few])))
    cautions = json.loads(post["lists"].attrs["cautions"])
    assert any(text.startswith("x: only 4 people") for text in cautions)
    assert "in every stratum of sex" in post["lists"].attrs["rests_on"]


def test_covariates_left_over_are_the_estimators_own():
    rows = pd.concat([WOMEN, MEN, WOMEN.assign(age="young"), MEN.assign(age="young")])
    post = fit(ByStratum(BayesianLogLinear(), by=("sex",)), est.read_lists(rows))
    assert post["posterior"].sizes["area"] == 3
    two = fit(ByStratum(Independence(), by=("sex", "age")), est.read_lists(rows))
    assert two["estimate"]["area"].values.tolist() == ["f, old", "f, young", "m, old", "m, young", "all"]


def test_the_result_is_saved_and_summarised(tmp_path):
    post = fit(ByStratum(BayesianLogLinear(), by=("sex",)), BOTH, sampling=est.Sampling(draws=300, chains=2))
    assert est.summary(post)["area"].tolist() == ["f", "m", "all"]
    est.save(post, tmp_path / "post.nc")
    np.testing.assert_array_equal(of_area(est.load(tmp_path / "post.nc"), "all"), of_area(post, "all"))


def test_nonsense_is_refused():
    with pytest.raises(ModelError, match="by 'sex': expected names of covariates"):
        ByStratum(Independence(), by="sex")
    with pytest.raises(ModelError, match="expected names of covariates"):
        ByStratum(Independence(), by=())
    with pytest.raises(ModelError, match="expected an estimator of lists"):
        ByStratum(3, by=("sex",))
    with pytest.raises(ModelError, match="expected an estimator of lists"):
        ByStratum(ByStratum(Independence(), by=("sex",)), by=("age",))
    with pytest.raises(DataError, match="covariates among: sex, age"):
        fit(ByStratum(Independence(), by=("height",)), BOTH)
    with pytest.raises(ModelError, match="reads lists"):
        fit(ByStratum(Independence(), by=("sex",)), est.single_figure(10, area="MEX", period="2022"))
    with pytest.raises(ModelError, match="total's name"):
        fit(ByStratum(Independence(), by=("sex",)), est.read_lists(pd.concat([WOMEN.assign(sex="all"), MEN])))
    assert "Each combination of sex" in repr(ByStratum(Independence(), by=("sex",)))
