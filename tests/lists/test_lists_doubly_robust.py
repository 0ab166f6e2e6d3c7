"""Two lists that are independent given covariates, as a user meets them."""

import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import ExistenceError, IdentificationWarning, ModelError
from estimators.lists.doubly_robust import DoublyRobust
from estimators.lists.outcome import cautions_of

ENDS = ("lower", "point", "upper")


def fit(estimator, lists, seed=1):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return est.fit(estimator, lists, seed=seed)


def ends(post):
    return [float(post["estimate"][end].item()) for end in ENDS]


def people(rng, number=3000, third=False):
    """The simulation of Das and Kennedy's examples: three covariates, seen as exp(x / 2), chances logistic in x."""
    x = rng.normal(2.0, 1.0, (number, 3))
    logits = [(-0.6 + slope * x).sum(axis=1) for slope in (0.4, 0.3)] + ([x[:, 0] - 2.5] if third else [])
    on = rng.random((number, len(logits))) < 1 / (1 + np.exp(-np.column_stack(logits)))
    frame = pd.DataFrame(on.astype(int), columns=["first", "second", "third"][: on.shape[1]])
    frame[["u", "v", "w"]] = np.exp(x / 2)
    return frame[on.any(axis=1)]


def test_the_truth_of_a_published_simulation_is_recovered():
    """R package of Das and Kennedy, truth 3,000: 2,993 with standard error 51 (logistic), 3,025 with 56 (additive), on one such sample."""
    lists = est.read_lists(people(np.random.default_rng(1)))
    post = fit(DoublyRobust(), lists)
    lower, point, upper = ends(post)
    assert lower < 3000 < upper
    assert point == pytest.approx(3000, rel=0.05)
    assert 40 < float(post["estimate"]["standard_error"].item()) < 75


def test_intervals_cover():
    rng, inside = np.random.default_rng(2), 0
    for seed in range(20):
        lower, _, upper = ends(fit(DoublyRobust(folds=3), est.read_lists(people(rng, 2000)), seed))
        inside += lower <= 2000 <= upper
    assert inside >= 16


@pytest.mark.slow
@pytest.mark.parametrize("learner", ["splines", "interactions"])
def test_intervals_cover_95_percent(learner):
    rng, found = np.random.default_rng(3), []
    for seed in range(200):
        found.append(ends(fit(DoublyRobust(learner=learner), est.read_lists(people(rng)), seed)))
    lower, point, upper = np.array(found).T
    assert 0.92 <= ((lower <= 3000) & (upper >= 3000)).mean() <= 0.985
    assert point.mean() == pytest.approx(3000, rel=0.01)


def test_where_lists_depend_through_a_covariate_leaving_it_out_is_wrong():
    rng = np.random.default_rng(4)
    kind = rng.random(4000) < 0.5
    on = rng.random((4000, 2)) < np.where(kind, 0.7, 0.15)[:, None]
    frame = pd.DataFrame(on.astype(int), columns=["a", "b"]).assign(
        kind=np.where(kind, "often", "rare"), other=rng.normal(size=4000)
    )
    lists = est.read_lists(frame[on.any(axis=1)])
    lower, _, upper = ends(fit(DoublyRobust(), lists))
    assert lower < 4000 < upper
    assert ends(fit(DoublyRobust(covariates=("other",)), lists))[2] < 3500


def test_categories_alone_are_as_good_as_strata():
    """Regressions on one category are those of each stratum: 920 × 720 / 120 and 1,400 × 1,200 / 400."""
    frame = pd.DataFrame(
        {"a": [1, 0, 1] * 2, "b": [0, 1, 1] * 2, "sex": list("fffmmm"), "count": [800, 600, 120, 1000, 800, 400]}
    )
    post = fit(DoublyRobust(), est.read_lists(frame))
    assert ends(post)[1] == pytest.approx(5520 + 4200, rel=0.02)
    levels = post["levels"]["point"]
    assert levels["level"].values.tolist() == ["sex = f", "sex = m"]
    assert float(levels.sum()) == pytest.approx(ends(post)[1])


def test_of_several_lists_all_pairs_are_told_and_one_is_the_answer():
    lists = est.read_lists(people(np.random.default_rng(5), third=True))
    post = fit(DoublyRobust(), lists)
    pairs = post["pairs"].to_dataset()
    assert pairs.sizes["pair"] == 3
    best = "first and second"
    assert float(pairs["point"].sel(pair=best)) == pytest.approx(ends(post)[1])
    assert best in post["lists"].attrs["rests_on"]
    chosen = fit(DoublyRobust(pair=("third", "first")), lists)
    assert chosen["pairs"]["pair"].values.tolist() == ["first and third"]
    for end in ends(chosen):
        assert 2400 < end < 3600


def test_pairs_that_disagree_are_told():
    rng = np.random.default_rng(6)
    x = rng.normal(size=4000)
    a, b = (rng.random(4000) < 0.4 for _ in range(2))
    c = np.where(rng.random(4000) < 0.8, a, rng.random(4000) < 0.3)
    frame = pd.DataFrame({"a": a, "b": b, "c": c}).astype(int).assign(x=x)
    post = fit(DoublyRobust(), est.read_lists(frame[a | b | c]))
    assert any("pairs of lists disagree" in text for text in cautions_of(post))


def test_a_stratum_that_nobody_of_is_on_both_is_named():
    frame = pd.DataFrame(
        {"a": [1, 0, 1, 1, 0], "b": [0, 1, 1, 0, 1], "sex": list("fffmm"), "count": [60, 50, 20, 9, 8]}
    )
    cautions = cautions_of(fit(DoublyRobust(), est.read_lists(frame)))
    assert any(text.startswith("nobody of sex m is on both a and b") for text in cautions)


def test_one_seed_one_result_and_other_folds_another():
    lists = est.read_lists(people(np.random.default_rng(7), 800))
    assert ends(fit(DoublyRobust(), lists)) == ends(fit(DoublyRobust(), lists))
    assert ends(fit(DoublyRobust(), lists)) != ends(fit(DoublyRobust(), lists, seed=2))


def test_nonsense_is_refused():
    for change, words in (
        ({"learner": "forest"}, "learner 'forest'"),
        ({"folds": 1}, "folds 1"),
        ({"pair": ("a", "a")}, "two lists"),
    ):
        with pytest.raises(ModelError, match=words):
            DoublyRobust(**change)
    plain = est.read_lists(pd.DataFrame({"a": [1, 0, 1], "b": [0, 1, 1], "count": [40, 30, 6]}))
    with pytest.raises(ModelError, match="no covariates: expected lists with covariates"):
        fit(DoublyRobust(), plain)
    frame = pd.DataFrame(
        {"a": [1, 0, 1] * 2, "b": [0, 1, 1] * 2, "sex": list("fffmmm"), "count": [40, 30, 6, 50, 40, 20]}
    )
    lists = est.read_lists(frame)
    with pytest.raises(ModelError, match="age: expected covariates among: sex"):
        fit(DoublyRobust(covariates=("age",)), lists)
    with pytest.raises(ModelError, match="z: expected lists among: a, b"):
        fit(DoublyRobust(pair=("a", "z")), lists)
    with pytest.raises(ModelError, match="21 people on the lists: expected at least 50"):
        fit(DoublyRobust(), est.read_lists(frame.assign(count=[5, 5, 2, 4, 3, 2])))
    with pytest.raises(ExistenceError, match="nobody is on both a and b"):
        fit(DoublyRobust(), est.read_lists(frame[~((frame.a == 1) & (frame.b == 1))]))
    three = pd.DataFrame({"a": [1, 0, 1, 0] * 2, "b": [0, 1, 1, 0] * 2, "c": [0, 0, 0, 1] * 2, "sex": list("ffffmmmm")})
    dependent = est.read_lists(three.assign(count=[5, 5, 60, 80, 4, 6, 60, 70]))
    with pytest.raises(ExistenceError, match="than independence allows"):
        fit(DoublyRobust(pair=("a", "b")), dependent)
    assert "independent of each other" in repr(DoublyRobust())
