"""Profiles, and tables at the door."""

import numpy as np
import pandas as pd
import pytest

from estimators.disclosure import Profile, guard, profile
from estimators.errors import DataError

TABLE = pd.DataFrame({"area": list("AABB"), "period": ["1", "2"] * 2, "reported": [0, 60, 50, 70]})


def test_profiles_by_name():
    assert profile("ctdc") == Profile("ctdc", smallest=11)
    assert profile("ons") == Profile("ons", smallest=10, rounding=5)
    assert profile("k=5") == profile("k = 5") == Profile("k=5", smallest=5)
    own = Profile("own", 4)
    assert profile(own) is own


def test_which_counts_are_too_small():
    counts = np.array([0, 1, 4, 5, 9, 10, 11])
    assert counts[profile("ctdc").too_small(counts)].tolist() == [1, 4, 5, 9, 10]
    assert counts[profile("ons").too_small(counts)].tolist() == [1, 4, 5, 9]
    assert counts[profile("k=5").too_small(counts)].tolist() == [1, 4]
    assert counts[Profile("absence", 5, hide_zeros=True).too_small(counts)].tolist() == [0, 1, 4]


@pytest.mark.parametrize("name", ["ctcd", "k=1", "k=", "k=2.5", "", None, 5])
def test_an_unknown_profile_is_refused(name):
    with pytest.raises(DataError, match=r"profile: .*: expected 'ctdc', 'ons', 'k=5'"):
        profile(name)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"smallest": 1}, r"column smallest: '1': expected a whole number, 2 or more"),
        ({"smallest": 5.5}, r"column smallest: '5.5'"),
        ({"smallest": 5, "rounding": 6}, r"column rounding: '6': expected a whole number, from 0 to smallest"),
        ({"smallest": 5, "protection": 0}, r"column protection: '0'"),
    ],
)
def test_profiles_out_of_range_are_refused(wrong, words):
    with pytest.raises(DataError, match=words):
        Profile("own", **wrong)


@pytest.mark.parametrize(
    "rule", [profile("ons"), Profile("even", 10, rounding=4), Profile("two", 12, rounding=2), profile("k=5")]
)
def test_shown_counts_are_within_what_they_tell(rule):
    counts = np.array([0, *range(rule.smallest, 300)])
    lower, upper = rule.told(counts)
    assert ((lower <= counts) & (counts <= upper)).all()
    for count, low, high in zip(counts, lower, upper, strict=True):
        alike = [other for other in counts if rule.shown(np.array(other)) == rule.shown(np.array(count))]
        assert (low, min(high, 299)) == (min(alike), max(alike))


def test_zeros_are_shown_unless_the_profile_hides_them():
    assert guard(TABLE, "k=5").table["reported"].tolist()[0] == 0
    guarded = guard(TABLE, Profile("absence", 5, hide_zeros=True))
    assert guarded.table["reported"].tolist()[0] == "c"
    assert guarded.proof[["lower", "protection_lower"]].iloc[0].tolist() == [0, 0]
    assert guarded.proof["upper"].iloc[0] >= 4


def test_what_is_hidden_looks_alike_and_the_repr_tells_nothing():
    guarded = guard(TABLE.assign(reported=[4, 713, 537, 619]), "ctdc")
    told = set(map(str, guarded.table["reported"]))
    assert "c" in told
    assert not told & {"4", "713", "537"}
    assert repr(guarded) == f"Guarded(ctdc: {int(guarded.hidden.sum())} of 9 cells hidden)"
    assert set(guarded.proof["kind"]) == {"primary", "secondary"}


def test_what_is_hidden_does_not_depend_on_the_order_of_the_rows():
    rng = np.random.default_rng(1)
    rows = [(f"a{i}", f"p{j}", int(rng.negative_binomial(0.6, 0.05))) for i in range(5) for j in range(4)]
    table = pd.DataFrame(rows, columns=["area", "period", "reported"])
    first = guard(table, "ctdc").table.set_index(["area", "period"])["reported"]
    for seed in range(5):
        shuffled = table.sample(frac=1.0, random_state=seed)
        again = guard(shuffled, "ctdc").table
        assert again["area"].tolist()[:20] == shuffled["area"].tolist()
        assert first.equals(again.set_index(["area", "period"])["reported"].reindex(first.index))


def test_unknown_counts_are_no_zeros():
    guarded = guard(TABLE.assign(reported=[np.nan, 60, 50, 70]), "ctdc")
    shown = guarded.table.set_index(["area", "period"])["reported"]
    assert np.isnan(shown["A", "1"])
    assert shown["total", "1"] == 50
    assert not guarded.hidden.any()


def test_a_table_of_nothing_but_zeros_or_gaps():
    assert guard(TABLE.assign(reported=0), "ctdc").table["reported"].tolist() == [0] * 9
    empty = guard(TABLE.assign(reported=np.nan), "ctdc")
    assert empty.table["reported"].isna().all()
    assert empty.proof.empty


def test_one_small_cell_hides_everything_it_could_be_found_from():
    lonely = guard(TABLE.iloc[:1].assign(reported=3), "ctdc")
    assert lonely.table["reported"].tolist() == ["c"] * 4
    assert np.isinf(lonely.proof["upper"]).all()


def test_large_counts():
    guarded = guard(TABLE.assign(reported=[3, 10**9, 2 * 10**9, 10**9 + 7]), "ctdc")
    assert guarded.proof["kind"].tolist().count("primary") == 1
    assert (guarded.proof["lower"] <= guarded.proof["protection_lower"]).all()
    assert (guarded.proof["upper"] >= guarded.proof["protection_upper"]).all()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (TABLE.drop(columns="period"), r"table, column period: 'missing': expected one of area, reported"),
        (TABLE.assign(reported=[1.5, -2, 3, 4]), r"row 1, column reported: '1.5'.*\n.*row 2, column reported: '-2"),
        (TABLE.assign(reported=["a", 1, 2, 3]), r"row 1, column reported: 'a': expected a whole count"),
        (TABLE.assign(area="total"), r"row 1, column area: 'total': expected a category"),
        (TABLE.assign(area="A"), r"row 3, column area, period: 'A, 1': expected each combination once"),
    ],
)
def test_tables_that_cannot_be_guarded_are_refused(table, words):
    with pytest.raises(DataError, match=words):
        guard(table, "ctdc")


def test_arguments_that_name_no_column_are_refused():
    with pytest.raises(DataError, match=r"column by: '\(\)'"):
        guard(TABLE, "ctdc", by=())
    with pytest.raises(DataError, match=r"guard, column margins: 'sex': expected one of area, period"):
        guard(TABLE, "ctdc", margins=("sex",))
