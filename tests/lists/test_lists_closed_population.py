"""Closed populations as a user meets them: results, cautions, refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import DataError, ExistenceError, IdentificationWarning, ModelError
from estimators.lists.closed_population import MODELS, ClosedPopulation
from estimators.lists.independence import Independence
from estimators.lists.lower_bound import ChaoLowerBound
from estimators.lists.outcome import cautions_of
from estimators.lists.table import Lists
from estimators.numeric import patterns

ENDS = ("lower", "point", "upper")
# People of each pattern, list 1 counting for 1, list 2 for 2, list 3 for 4 …: Ball et al. 2002; Chan, Silverman and Vincent 2021, table 2
KOSOVO = (0, 1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27)
ARTIFICIAL = (0, 40, 30, 6, 20, 0, 0, 0)


def lists_of(counts):
    counts = np.asarray(counts)
    lists = len(counts).bit_length() - 1
    table = pd.DataFrame(patterns.on_lists(lists).astype(int), columns=[f"L{at + 1}" for at in range(lists)])
    return est.read_lists(table.assign(count=counts)[counts > 0])


def fit(estimator, lists):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return est.fit(estimator, lists, seed=1)


def ends(post):
    return [float(post["estimate"][end].item()) for end in ENDS]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_says_what_it_assumes_and_saves(model, tmp_path):
    estimator = ClosedPopulation(model)
    assert model in repr(estimator)
    assert len(estimator.assumptions()) >= 3
    assert estimator.priors() == ()
    post = fit(estimator, lists_of(KOSOVO))
    low, point, high = ends(post)
    assert 4400 <= low < point < high
    assert post["lists"].attrs["rests_on"]
    assert post.attrs["engine"] == "maximum likelihood"
    est.save(post, tmp_path / "post.nc")
    assert ends(est.load(tmp_path / "post.nc")) == [low, point, high]


def told(estimator, lists):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        post = est.fit(estimator, lists, seed=1)
    assert [str(warning.message) for warning in caught] == cautions_of(post)
    assert {warning.category for warning in caught} <= {IdentificationWarning}
    return " | ".join(cautions_of(post))


def test_forms_of_difference_disagree_and_the_result_says_so():
    text = told(ClosedPopulation("Mth Darroch"), lists_of(KOSOVO))
    assert (
        "how people differ decides, and the figures cannot tell: Poisson2 9,300, Darroch 13,000, Gamma3.5 18,000"
        in text
    )
    assert "the model does not fit" in text


def test_a_lower_bound_is_called_one():
    lists = lists_of(KOSOVO)
    post = fit(ChaoLowerBound(), lists)
    assert ends(post) == ends(fit(ClosedPopulation("Mth Chao"), lists))
    assert any("lower bound" in text for text in cautions_of(post))
    assert "lower bound" in post["estimate"].attrs["interval"]
    assert "ChaoLowerBound" in repr(ChaoLowerBound())
    assert ends(fit(ChaoLowerBound(lists_differ=False), lists)) == ends(fit(ClosedPopulation("Mh Chao"), lists))


def test_independence_is_lincoln_and_petersen_on_two_lists():
    assert ends(fit(Independence(), lists_of((0, 40, 30, 20))))[1] == pytest.approx(60 * 50 / 20)
    assert ends(fit(Independence(), lists_of(KOSOVO))) == ends(fit(ClosedPopulation("Mt"), lists_of(KOSOVO)))


@pytest.mark.parametrize("counts", [KOSOVO, ARTIFICIAL, (0, 40, 30, 20)])
def test_independence_is_the_log_linear_model_without_links(counts):
    from estimators.lists.log_linear import LogLinear

    assert ends(fit(Independence(), lists_of(counts))) == pytest.approx(
        ends(fit(LogLinear(), lists_of(counts))), rel=1e-7
    )


def test_lists_in_order_of_time_are_said_to_be():
    assert "order L1, L2, L3, L4" in told(ClosedPopulation("Mb"), lists_of(KOSOVO))


def test_no_upper_limit_is_said():
    lists = lists_of((0, 30, 25, 1))
    assert "no upper limit" in told(ClosedPopulation("Mb"), lists)
    assert np.isinf(ends(fit(ClosedPopulation("Mb"), lists))[2])


@pytest.mark.parametrize(
    ("counts", "model", "words"),
    [
        (
            ARTIFICIAL,
            "Mth Darroch",
            "nobody is on exactly 3 of the 3 lists.*nobody on no list.*Independence and ChaoLowerBound ask less",
        ),
        ((0, 5, 7, 0), "Mt", "^Independence: no two lists share a person.*no estimate$"),
        ((0, 4, 5, 0, 6, 0, 0, 0), "Mth Gamma3.5", "no two lists share a person, and every number"),
        ((0, 4, 5, 0, 6, 0, 0, 1), "Mh Chao", "nobody is on exactly 2 of the 3 lists.*Independence asks less"),
        ((0, 5, 9, 0, 11, 0, 0, 1), "Mb", "first meetings do not fall off from list to list .L1 6, L2 9, L3 11"),
    ],
)
def test_no_estimate_is_refused_in_words(counts, model, words):
    with pytest.raises(ExistenceError, match=words):
        est.fit(ClosedPopulation(model), lists_of(counts), seed=1)


def test_hardly_any_overlap_is_a_caution():
    assert "only 6 people of 96 are on two lists or more" in told(ClosedPopulation("Mt"), lists_of(ARTIFICIAL))
    assert "only one person of 71 is on two lists or more" in told(Independence(), lists_of((0, 40, 30, 1)))


@pytest.mark.parametrize("model", MODELS)
def test_eight_lists_of_few_people_give_an_answer_or_one_refusal(model):
    rng = np.random.default_rng(4)
    on = rng.random((1200, 8)) < rng.uniform(0.005, 0.04, 8)
    on = on[on.any(axis=1)][:185]
    counts = patterns.tabulated(on, np.ones(len(on)))
    lists = lists_of(counts)
    try:
        low, point, high = ends(fit(ClosedPopulation(model), lists))
    except ExistenceError:
        return
    assert lists.observed <= low <= point <= high
    assert np.isfinite(point)


def test_any_table_has_an_answer_or_one_refusal():
    rng = np.random.default_rng(5)
    tables = [np.eye(1, 2**lists, 2**lists - 1)[0] for lists in (3, 4, 5)]
    for _ in range(15):
        lists = int(rng.integers(2, 5))
        level = (
            rng.choice([0.5, 3.0, 30.0]) * rng.random(2**lists) * (rng.random(2**lists) < rng.choice([0.3, 0.6, 1.0]))
        )
        tables.append(np.r_[0, rng.poisson(level)[1:]])
    for counts in tables:
        names = tuple("abcde"[: len(counts).bit_length() - 1])
        on = patterns.on_lists(len(names))[counts > 0]
        if not len(on) or not on.any(axis=0).all():
            continue
        lists = Lists(
            names, on, counts[counts > 0].astype(float), np.zeros(len(on), bool), pd.DataFrame(index=range(len(on)))
        )
        for model in MODELS:
            try:
                low, point, high = ends(fit(ClosedPopulation(model), lists))
            except ModelError:
                continue
            assert np.isfinite(point)
            assert lists.observed <= low <= point * (1 + 1e-9) <= high * (1 + 1e-6)


def test_arguments_and_lists_that_cannot_be_used():
    with pytest.raises(ModelError, match="model 'Mx': expected one of M0, Mt"):
        ClosedPopulation("Mx")
    with pytest.raises(ModelError, match="Mth Darroch needs 3 to 16 lists: here are 2"):
        est.fit(ClosedPopulation("Mth Darroch"), lists_of((0, 40, 30, 20)), seed=1)
    with pytest.raises(ModelError, match="expected what read_lists returns"):
        est.fit(Independence(), est.single_figure(494, area="MEX", period="2022"), seed=1)
    limits = est.read_lists(pd.DataFrame({"a": [1, 0, 1], "b": [0, 1, 1], "count": ["<=12", "4", "3"]}))
    with pytest.raises(ModelError, match="upper limits"):
        est.fit(Independence(), limits, seed=1)
    with pytest.raises(DataError):
        est.fit(Independence(), lists_of((0, 40, 30, 20)), seed=-1)


def simulated(rng, size, probabilities):
    on = rng.random((size, len(probabilities))) < probabilities
    return patterns.tabulated(on, np.ones(size))


@pytest.mark.parametrize("runs", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_the_interval_covers(runs):
    from estimators.numeric import closed_population

    rng = np.random.default_rng(11)
    design, floored = closed_population.closed_design(4, each=True)
    covered = 0
    for _ in range(runs):
        counts = simulated(rng, 800, np.array([0.12, 0.2, 0.15, 0.25]))
        counts[0] = 0.0
        best, kept = closed_population.estimate(design, floored, counts)
        _, lower, upper = closed_population.profiled(design, floored, counts, kept, best)
        covered += lower <= 800 - counts.sum() <= upper
    assert abs(covered / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs)


def test_people_who_differ_are_missed_by_independence_and_bounded_by_chao():
    rng = np.random.default_rng(5)
    easy = rng.normal(-1.6, 1.0, 20_000)
    on = rng.random((20_000, 4)) < 1.0 / (1.0 + np.exp(-easy[:, None]))
    lists = lists_of(np.r_[0, patterns.tabulated(on, np.ones(len(on)))[1:]])
    low = ends(fit(Independence(), lists))[2]
    bound = ends(fit(ChaoLowerBound(), lists))[2]
    assert low < bound < 20_000
