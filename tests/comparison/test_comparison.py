"""Every method on the same lists, and one method on changed lists."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import estimators as est
from estimators.comparison import CAPTURE_METHODS, METHODS
from estimators.errors import DataError, ModelError

QUICK = ("independence", "chao_lower_bound", "stepwise", "decomposable")
KNOWN = {  # of other software, see tests/lists
    "UKdat_5": {"independence": 13_444, "stepwise": 11_313, "best_bic": 25_311, "decomposable": 22_990},
    "Kosovo": {
        "independence": 7_395,
        "chao_lower_bound": 8_591,
        "mth_poisson2": 9_328,
        "mth_darroch": 12_797,
        "mth_gamma": 18_387,
    },
    "NewOrl_5": {"independence": 1_034, "stepwise": 1_034, "best_bic": 1_034, "decomposable": 869},
}


def independent(seed, people=4000, chances=(0.3, 0.25, 0.2, 0.15)):
    """Lists that no person's place on another list makes likelier."""
    rng = np.random.default_rng(seed)
    on = rng.random((people, len(chances))) < chances
    return est.read_lists(pd.DataFrame(on[on.any(axis=1)].astype(int), columns=list("ABCD")[: len(chances)]))


@pytest.mark.parametrize("table", KNOWN)
def test_published_figures_come_out_of_one_call(table):
    told = est.compare_lists(est.datasets.lists(table), seed=1, methods=list(KNOWN[table]), bootstrap=0)
    found = told.table.set_index("method")["estimate"].round().astype(int).to_dict()
    assert found == KNOWN[table]
    assert set(told.table["status"]) <= {"ok", "warning"}


def test_a_method_says_the_same_whichever_others_are_asked():
    lists = est.datasets.lists("NewOrl_5")
    together = est.compare_lists(lists, seed=3, methods=QUICK, bootstrap=200).table
    for place, name in enumerate(QUICK):
        alone = est.compare_lists(lists, seed=3, methods=[name], bootstrap=200).table
        pd.testing.assert_series_equal(alone.iloc[0], together.iloc[place], check_names=False)


def test_all_methods_find_a_truth_that_all_allow():
    told = est.compare_lists(independent(1), seed=1, bootstrap=200)
    assert list(told.table["method"]) == [name for name in METHODS if name != "doubly_robust"]
    assert not (told.table["status"] == "refused").any()
    assert (np.abs(told.table["estimate"] / 4000 - 1) < 0.25).all()
    assert told.status == "methods agree"


def test_what_does_not_exist_is_refused_with_its_reason():
    told = est.compare_lists(est.datasets.lists("Artificial_3"), seed=1, methods=["mth_darroch", "independence"])
    row = told.table.set_index("method").loc["mth_darroch"]
    assert row["status"] == "refused"
    assert np.isnan(row["estimate"])
    assert "nobody is on exactly 3 of the 3 lists" in row["reasons"][0]
    assert "1 refuse" in told.text


def test_many_lists_are_answered_by_samples_that_say_so():
    rng = np.random.default_rng(8)
    on = rng.random((1000, 8)) < (0.03, 0.03, 0.02, 0.02, 0.06, 0.03, 0.02, 0.02)
    lists = est.read_lists(pd.DataFrame(on[on.any(axis=1)].astype(int), columns=list("ABCDEFGH")))
    told = est.compare_lists(
        lists, seed=1, methods=["decomposable", "best_bic", "stepwise"], bootstrap=100
    ).table.set_index("method")
    assert any("random walk" in reason for reason in told.loc["decomposable", "reasons"])
    assert told.loc["decomposable", "lower"] < 1000 < told.loc["stepwise", "upper"]
    assert "2 to 6 lists" in told.loc["best_bic", "reasons"][0]


def test_one_list_that_meets_people_again_has_methods_of_its_own():
    told = est.compare_lists(est.datasets.captures(), seed=1)
    assert list(told.table["method"]) == list(CAPTURE_METHODS)
    found = told.table.set_index("method")
    published = {
        "truncated_poisson": 12_691,
        "zelterman": 16_188,
    }  # van der Heijden and others 2003; Böhning and van der Heijden 2009
    assert found["estimate"][list(published)].round().to_dict() == pytest.approx(published, abs=3)
    assert "no upper limit" in found.loc["truncated_negative_binomial", "reasons"][0]
    assert told.text.startswith("1,880 people were met at least once, 235 of them more than once. Estimates")
    assert "the captures do not say which" in told.text
    with pytest.raises(DataError, match="here are captures"):
        est.compare_lists(est.datasets.captures(), seed=1, delta=0.5)
    with pytest.raises(DataError, match="perhaps 'truncated_geometric'"):
        est.compare_lists(est.datasets.captures(), seed=1, methods=["geometric"])


def test_what_cannot_say_anything_of_people_is_left_out_and_told():
    """An identifier as text had 12,000 indicators, which took minutes; a country that all share stopped every method."""
    rng = np.random.default_rng(3)
    often = rng.poisson(0.6, 12_000)
    often = often[often > 0]
    sex = rng.choice(["f", "m"], len(often))
    table = pd.DataFrame({"captures": often, "sex": sex})
    plain = est.compare_lists(table, seed=1)
    told = est.compare_lists(table.assign(who=[f"P{at}" for at in range(len(often))], country="UK"), seed=1)
    pd.testing.assert_frame_equal(told.table, plain.table)
    assert told.text.endswith(
        "Everybody has the same country: left out. Hardly two people share a value of who: left out."
    )


def test_an_identifier_of_people_on_lists_is_left_out():
    on = np.random.default_rng(4).random((2000, 3)) < (0.3, 0.2, 0.25)
    people = pd.DataFrame(on[on.any(axis=1)].astype(int), columns=list("ABC"))
    people = people.assign(sex=np.where(np.arange(len(people)) % 2, "f", "m"), who=[f"P{at}" for at in people.index])
    told = est.compare_lists(people, seed=1, methods=["doubly_robust", "bayesian_log_linear"])
    assert (told.table["status"] != "refused").all()
    assert "Hardly two people share a value of who" in told.text


def test_a_single_estimate_agrees_with_nothing():
    told = est.compare_lists(independent(2, chances=(0.3, 0.2)), seed=1, methods=["independence", "decomposable"])
    assert told.status == "one method"
    assert "One of 2 methods gives an estimate, 3,900: what others would say is not known" in told.text


def test_estimates_that_print_alike_have_no_range():
    told = est.compare_lists(independent(2, chances=(0.3, 0.2)), seed=1, methods=["independence", "stepwise"])
    assert "are all near 3,900; that they agree is no proof" in told.text


def test_two_lists_leave_few_methods_and_say_why():
    told = est.compare_lists(independent(2, chances=(0.3, 0.2)), seed=1, bootstrap=0).table.set_index("method")
    assert told.loc["independence", "status"] == "ok"
    assert told.loc["sample_coverage", "status"] == told.loc["decomposable", "status"] == "refused"
    assert all(told["reasons"][told["status"] == "refused"].map(bool))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"methods": ["stepwize"]}, "perhaps 'stepwise'"),
        ({"delta": -1.0}, "positive number of people"),
        ({"bootstrap": 10}, "at least 100"),
    ],
)
def test_what_cannot_be_asked_is_refused(options, words):
    with pytest.raises(DataError, match=words):
        est.compare_lists(est.datasets.lists("NewOrl_5"), seed=1, **options)


def test_a_hidden_list_is_predicted_where_lists_are_independent():
    lists = independent(3)
    told = est.hide_lists(est.Independence(), lists, seed=1)
    assert told.table["known"].tolist() == lists.sizes.tolist()
    assert (np.abs(told.table["estimate"] / told.table["known"] - 1) < 0.15).all()
    assert told.status == "predicted"


def test_hidden_lists_without_a_prediction_are_counted():
    table = pd.DataFrame(
        {"A": [1, 0, 0, 1, 1, 0], "B": [0, 1, 0, 1, 0, 1], "C": [0, 0, 1, 0, 0, 1], "count": [50, 40, 30, 9, 0, 8]}
    )
    table.loc[len(table)] = {"A": 1, "B": 1, "C": 1, "count": 3}
    told = est.hide_lists(est.Independence(), est.read_lists(table), seed=1)
    refused = int((told.table["status"] == "refused").sum())
    assert 0 < refused < 3
    assert told.text.endswith(f"{refused} of the lists have no prediction.")


def test_a_hidden_list_is_missed_where_a_list_leads_to_another():
    told = est.hide_lists(est.Independence(), est.datasets.lists("Kosovo"), seed=1)
    assert told.status.startswith("missed")
    assert told.table["covered"].sum() < 4


def test_two_lists_cannot_hide_one():
    with pytest.raises(ModelError, match="three lists"):
        est.hide_lists(est.Independence(), independent(2, chances=(0.3, 0.2)), seed=1)


def test_changed_tables_are_those_that_were_asked_for():
    lists = est.datasets.lists("UKdat")
    dropped = est.drop_lists(est.Independence(), lists, seed=1).table.set_index("change")
    assert dropped.loc["without GP", "observed"] == lists.without("GP").observed
    merged = est.merge_lists(est.Independence(), lists, seed=1).table.set_index("change")
    assert merged.loc["PF and NCA as one", "estimate"] == pytest.approx(13_444, abs=1)
    added = est.add_lists(est.Independence(), lists, seed=1, order=["PF", "GO", "NG", "GP", "NCA", "LA"]).table
    assert added["change"].iloc[-1] == "PF, GO, NG, GP, NCA"
    assert added["estimate"].iloc[-1] == dropped.loc["without LA", "estimate"]
    with pytest.raises(DataError, match="every list once"):
        est.add_lists(est.Independence(), lists, seed=1, order=["PF", "GO"])


def test_the_assumption_moves_the_unlisted_and_nothing_else():
    lists = est.datasets.lists("Kosovo")
    whole = est.compare_lists(lists, seed=1, methods=["decomposable"]).table.iloc[0]
    told = est.sweep_assumption(est.DecomposableGraphs(), lists, seed=1, ratios=[0.5, 1.0, 3.0]).table
    assert told["estimate"].iloc[1] == whole["estimate"]
    assert told["upper"].iloc[2] == lists.observed + 3.0 * (whole["upper"] - lists.observed)
    with pytest.raises(ModelError, match="LogLinear only"):
        est.sweep_assumption(est.DecomposableGraphs(), lists, seed=1, between=["EXH", "ABA"])


def test_a_given_link_undoes_the_one_that_was_there():
    """Odds of being on B are four times as high for those on A: given that, the truth comes out; taken for independent, it is missed."""
    rng = np.random.default_rng(5)
    on = rng.random((40_000, 3)) < (0.3, 0.0, 0.2)
    odds = 0.25 * np.where(on[:, 0], 4.0, 1.0)
    on[:, 1] = rng.random(40_000) < odds / (1.0 + odds)
    lists = est.read_lists(pd.DataFrame(on[on.any(axis=1)].astype(int), columns=["A", "B", "C"]))
    told = est.sweep_assumption(est.LogLinear(), lists, seed=1, between=["A", "B"], ratios=[1.0, 4.0]).table
    assert told["upper"].iloc[0] < 40_000
    assert told["lower"].iloc[1] < 40_000 < told["upper"].iloc[1]
    with pytest.raises(ModelError, match="not among the terms"):
        est.fit(est.LogLinear((("A", "B"),), given=((("A", "B"), 2.0),)), lists, seed=1)


@pytest.mark.parametrize("ratio", [0.5, 4.0])
def test_a_given_link_is_part_of_the_likelihood(ratio):
    lists = est.datasets.lists("Kosovo")
    model = est.LogLinear((("EXH", "HRW"),), given=((("EXH", "ABA"), ratio),))
    found = model.fitted(lists)
    poisson = stats.poisson.logpmf(lists.table[1:], found.means[0, 1:]).sum()
    assert found.log_likelihood[0] == pytest.approx(poisson, rel=1e-10)


def test_strata_that_choose_their_terms_say_which():
    lists = est.datasets.lists("SpinaBifida_NY")
    whites = lists.only((lists.covariates["eth"] != "other").to_numpy())
    with pytest.warns(est.IdentificationWarning):
        post = est.fit(est.ByStratum(est.BestBIC(bootstrap=0), by=("eth",)), whites, seed=1)
    told = post["lists"].attrs["rests_on"]
    assert "in afro-american: " in told
    assert "in caucasian: " in told
    assert "terms" not in post["estimate"].attrs


def test_a_list_estimate_is_an_anchor():
    post = est.fit(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    anchor = est.as_external_estimate(post, "lists", by="somebody", period="1990", area="Rome")
    _, lower, upper = (float(post["estimate"][end].item()) for end in ("point", "lower", "upper"))
    assert anchor.value * np.exp(1.96 * anchor.log_sd) >= upper * 0.999
    assert anchor.value * np.exp(-1.96 * anchor.log_sd) <= lower * 1.001
    with pytest.raises(ModelError, match="group 'lists'"):
        est.as_external_estimate(
            est.fit(est.Multiplier(est.Claim("1 in 10")), est.single_figure(5), seed=1), "x", by="", period=""
        )
