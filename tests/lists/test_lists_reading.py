"""What `read_lists` takes and what it refuses, and what can be done to a table of lists."""

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import DataError
from estimators.numeric import patterns

PLAIN = pd.DataFrame({"police": [1, 0, 1], "shelter": [0, 1, 1], "count": [40, 30, 6]})


def refusal(frame, **options):
    with pytest.raises(DataError) as caught:
        est.read_lists(frame, **options)
    return [str(problem) for problem in caught.value.problems]


def test_three_shapes_say_the_same():
    people = PLAIN.loc[PLAIN.index.repeat(PLAIN["count"]), ["police", "shelter"]].reset_index(drop=True)
    number, place = np.nonzero(people.to_numpy())
    records = pd.DataFrame({"who": number, "where": np.array(people.columns)[place]})
    counted, persons = est.read_lists(PLAIN), est.read_lists(people)
    recorded = est.read_lists(records, person="who", on_list="where")
    assert counted.names == persons.names == recorded.names
    assert counted.table.tolist() == persons.table.tolist() == recorded.table.tolist() == [0, 40, 30, 6]


def test_a_record_twice_is_a_person_once():
    records = pd.DataFrame({"who": ["a", "a", "a", "b"], "where": ["p", "p", "s", "s"], "sex": ["f", "f", "f", "m"]})
    lists = est.read_lists(records, person="who", on_list="where")
    assert lists.table.tolist() == [0, 0, 1, 1]
    assert sorted(lists.covariates["sex"]) == ["f", "m"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_files_hold_what_frames_hold(tmp_path, suffix):
    path = tmp_path / f"lists.{suffix}"
    write = {"csv": PLAIN.to_csv, "parquet": PLAIN.to_parquet, "xlsx": PLAIN.to_excel}[suffix]
    write(path, index=False)
    assert est.read_lists(path) == est.read_lists(PLAIN)


def test_a_csv_with_semicolons_and_true_and_false(tmp_path):
    path = tmp_path / "lists.csv"
    path.write_text("a;b;n\nTRUE;FALSE;3\nfalse;true;4\n1;1;2\n", encoding="utf-8")
    assert est.read_lists(path).table.tolist() == [0, 3, 4, 2]


@pytest.mark.parametrize(
    ("written", "count", "limit"), [("<=12", 12, True), ("≤12", 12, True), ("<13", 12, True), ("12", 12, False)]
)
def test_upper_limits_are_kept_as_such(written, count, limit):
    lists = est.read_lists(PLAIN.assign(count=["40", "30", written]))
    assert lists.table[3] == count
    assert lists.censored.tolist() == [False, False, limit]


def test_an_upper_limit_is_nobody_observed():
    """It counted as people who were seen: a floor that the true count may be below."""
    lists = est.read_lists(PLAIN.assign(count=["40", "30", "<5"]))
    assert (lists.observed, lists.observed_at_most) == (70, 74)
    cells = {name: lists.cells[name].item() for name in ("reported", "lower", "upper")}
    assert cells == {"reported": 70.0, "lower": 70.0, "upper": 74.0}
    assert "70 to 74 people on 2 lists\n  police 40 to 44, shelter 30 to 34" in repr(lists)
    exact = est.read_lists(PLAIN)
    assert exact.observed == exact.observed_at_most == 76


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (PLAIN.assign(police=[1, 0, 2]), ["DataFrame, row 3, column police: '2'"]),
        (PLAIN.assign(police=[1, 0, ""]), ["DataFrame, row 3, column police: ''"]),
        (PLAIN.assign(count=[40, 30, -6]), ["DataFrame, row 3, column count: '-6'"]),
        (PLAIN.assign(count=[40, 2.5, "many"]), ["row 2, column count: '2.5'", "row 3, column count: 'many'"]),
        (PLAIN.assign(count=[0, 0, 0]), ["'0 people': expected at least one person"]),
        (
            pd.DataFrame({"a": [1, 0, 0], "b": [0, 1, 0], "count": [3, 4, 5]}),
            ["row 3, column count: '5': expected no people on no list"],
        ),
        (pd.DataFrame({"a": [1, 1], "b": [0, 0], "c": [1, 0], "count": [3, 4]}), ["column b: '0 people'"]),
        (pd.DataFrame({"a": [1, 0], "b": [1, 0], "c": [0, 1], "count": [3, 4]}), ["column b: 'a = b'"]),
        (pd.DataFrame({"a": [1, 1], "count": [3, 4]}), ["'a': expected at least two columns"]),
        (PLAIN.assign(sex=["f", "", "m"]), ["row 2, column sex: ''"]),
    ],
)
def test_what_cannot_be_lists_is_refused_by_place(frame, expected):
    found = refusal(frame)
    assert len(found) == len(expected)
    assert all(part in problem for part, problem in zip(expected, found, strict=True))


def test_columns_that_are_not_there():
    assert "column prison" in refusal(PLAIN, lists=["police", "prison"])[0]
    assert "column total" in refusal(PLAIN, count="total")[0]
    assert "column sex" in refusal(PLAIN, covariates=["sex"])[0]
    records = pd.DataFrame({"who": ["a", "a"], "where": ["p", "s"], "sex": ["f", "m"]})
    assert "disagree" in refusal(records, person="who", on_list="where")[0]
    assert "name the person" in refusal(records, person="who")[0]


def test_a_row_of_nobody_on_no_list_is_no_harm():
    rows = pd.concat([PLAIN, pd.DataFrame({"police": [0], "shelter": [0], "count": [0]})])
    assert est.read_lists(rows) == est.read_lists(PLAIN)


def test_a_binary_covariate_must_be_named():
    frame = PLAIN.assign(minor=[1, 0, 0])
    assert est.read_lists(frame, covariates=["minor"]).names == ("police", "shelter")
    assert est.read_lists(frame, lists=["police", "shelter"]).covariates["minor"].tolist() == [1.0, 0.0, 0.0]


def test_order_of_rows_does_not_change_the_hash_and_content_does():
    assert est.read_lists(PLAIN) == est.read_lists(PLAIN[::-1])
    assert est.read_lists(PLAIN) != est.read_lists(PLAIN.assign(count=[40, 30, 7]))


def test_without_a_list_and_with_two_as_one():
    lists = est.datasets.lists("UKdat")
    four = lists.merged("PF", "NCA")
    assert four.observed == lists.observed
    assert four.table[1 << 2] == est.datasets.lists("UKdat_5").table[1 << 2]
    assert sorted(four.table.tolist()) == sorted(est.datasets.lists("UKdat_5").table.tolist())
    fewer = four.without("GP")
    assert sorted(fewer.table.tolist()) == sorted(est.datasets.lists("UKdat_4").table.tolist())
    with pytest.raises(DataError, match="a list among"):
        lists.without("XX")
    with pytest.raises(DataError, match="two lists among"):
        lists.merged("PF", "PF")


def test_strata_add_up():
    lists = est.datasets.lists("SpinaBifida_NY")
    parts = lists.strata(["eth"])
    assert sum(part.table for part in parts.values()).tolist() == lists.table.tolist()
    with pytest.raises(DataError, match="covariates among: eth"):
        lists.strata(["sex"])


def test_margins_of_patterns():
    lists = est.datasets.lists("Kosovo")
    margins = patterns.over_supersets(lists.table)
    assert margins[0] == lists.observed
    assert [margins[1 << place] for place in range(4)] == lists.sizes.tolist()
    both = lists.counts[lists.on[:, 0] & lists.on[:, 2]].sum()
    assert margins[0b101] == both
    model = patterns.design(patterns.hierarchical([0b0011, 0b1100]), 4)
    coefficients = np.random.default_rng(1).normal(size=model.shape[1])
    full = np.zeros(16)
    full[patterns.hierarchical([0b0011, 0b1100])] = coefficients
    assert np.allclose(patterns.over_subsets(full), model @ coefficients)
