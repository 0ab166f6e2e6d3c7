"""What is said of estimates that cannot be taken at their word, whichever method they are of."""

import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.lists.anchor import limits_of
from estimators.lists.cautions import lowest
from estimators.lists.outcome import cautions_of


def lists_of(on):
    on = on[on.any(axis=1)]
    names = list("ABCDEFGH")[: on.shape[1]]
    return est.read_lists(
        pd.DataFrame(on.astype(int))
        .groupby(list(range(len(names))))
        .size()
        .reset_index(name="count")
        .set_axis([*names, "count"], axis=1)
    )


def told(model, lists):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        post = est.fit(model, lists, seed=1)
    return post, " ".join(cautions_of(post))


def one_or_the_other(seed, people, chances):
    """Lists of which the third tends to hold who is on one of the first two but not on both: no pair of lists shows it."""
    rng = np.random.default_rng(seed)
    on = rng.random((people, len(chances))) < chances
    on[:, 2] = np.where(rng.random(people) < 0.4, on[:, 0] ^ on[:, 1], on[:, 2])
    return lists_of(on)


@pytest.mark.parametrize("model", [est.AveragedLogLinear(order=2), est.BayesianLogLinear()])
def test_averages_of_models_that_the_figures_contradict_say_so(model):
    """Both gave 19,000 (18,900 to 19,500) for 20,000 people, without a word."""
    post, text = told(model, one_or_the_other(2, 20_000, (0.2,) * 6))
    assert limits_of(post)[2] < 20_000
    assert "the model does not fit" in text


@pytest.mark.parametrize("model", [est.AveragedLogLinear(order=2), est.BayesianLogLinear()])
def test_averages_of_models_that_hold_say_nothing_of_misfit(model):
    rng = np.random.default_rng(5)
    assert "does not fit" not in told(model, lists_of(rng.random((5000, 5)) < (0.3, 0.1, 0.2, 0.05, 0.15)))[1]


def test_the_lower_bound_holds_for_lists_of_different_sizes():
    """(L - 1)/(2 L) f_1²/f_2, for lists alike, is three times the number on no list here, and independence was told to be too low."""
    chances = np.array([0.3, 0.02, 0.02])
    on = np.array([[pattern >> place & 1 for place in range(3)] for pattern in range(8)])
    expected = 1e6 * np.where(on == 1, chances, 1.0 - chances).prod(axis=1).round(12)
    table = pd.DataFrame(on[1:], columns=list("ABC")).assign(count=expected[1:].round().astype(int))
    lists = est.read_lists(table)
    assert lowest(lists) == pytest.approx(1e6, rel=0.002)
    assert "lower bound" not in told(est.Independence(), lists)[1]


def test_the_lower_bound_is_chaos_where_lists_are_alike():
    table = pd.DataFrame({"A": [1, 0, 0, 1, 1, 0, 1], "B": [0, 1, 0, 1, 0, 1, 1], "C": [0, 0, 1, 0, 1, 1, 1]})
    lists = est.read_lists(table.assign(count=[40, 40, 40, 10, 10, 10, 3]))
    assert lowest(lists) == pytest.approx(lists.observed + 2.0 / 6.0 * 120.0**2 / 30.0)


def test_differences_between_people_stay_above_the_lower_bound():
    rng = np.random.default_rng(7)
    odds = np.exp(rng.normal(0.0, 1.0, size=(200_000, 1))) * np.array([0.3, 0.05, 0.1, 0.02])
    lists = lists_of(rng.random((200_000, 4)) < odds / (1.0 + odds))
    assert lists.observed < lowest(lists) < 200_000


@pytest.mark.parametrize(
    ("model", "counts", "words"),
    [
        (est.LatentClass(), (90, 2, 2, 2), "the interval has no width"),
        (est.BayesianLogLinear(), (44, 1, 3, 2), "the draws cannot be trusted"),
    ],
)
def test_draws_without_width_and_weights_without_worth_are_told(model, counts, words):
    """Everybody on two lists or three: both were called ok."""
    table = pd.DataFrame({"A": [1, 1, 0, 1], "B": [1, 1, 1, 0], "C": [1, 0, 1, 1], "count": counts})
    assert words in told(model, est.read_lists(table))[1]


@pytest.mark.parametrize("model", [est.LatentClass(classes=5, chains=4), est.DecomposableGraphs(sweep=False)])
def test_few_overlaps_are_told_by_posteriors(model):
    table = pd.DataFrame(
        {"A": [1, 0, 0, 1, 1], "B": [0, 1, 0, 1, 0], "C": [0, 0, 1, 0, 1], "count": [30, 20, 15, 4, 3]}
    )
    assert "only 7 people of 72 are on two lists or more" in told(model, est.read_lists(table))[1]


def test_three_lists_do_not_tell_classes():
    lists = est.datasets.lists("HAV_Taiwan")
    assert "no figure tells one class from two" in told(est.LatentClass(classes=3, chains=4), lists)[1]
    assert "one class from two" not in told(est.LatentClass(classes=1, chains=4), lists)[1]


def test_lists_that_hold_nearly_everybody_have_an_upper_limit():
    """A quarter of the bootstrap samples left nobody unlisted, which was taken for no upper limit at all."""
    lists = lists_of(np.random.default_rng(2).random((2000, 4)) < (0.9, 0.85, 0.8, 0.9))
    post, text = told(est.SampleCoverage(), lists)
    assert limits_of(post)[2] < 2030
    assert "no upper limit" not in text


def test_resampled_tables_without_overlap_have_no_limit_and_are_not_left_out():
    """With one person on both lists a third of the tables resampled have none: BestBIC left them out and ended at 6 people."""
    lists = est.read_lists(pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [9, 8, 1]}))
    best, text = told(est.BestBIC(bootstrap=400), lists)
    assert limits_of(best)[2] == limits_of(told(est.Stepwise(bootstrap=400), lists)[0])[2] == np.inf
    assert "set no upper limit" in text
    assert "left out of the interval" not in text
