"""Reading how often people were caught."""

import numpy as np
import pandas as pd
import pytest

from estimators.errors import DataError
from estimators.lists.captures import read_captures


def test_people_and_frequencies_are_the_same_thing(tmp_path):
    rows = pd.DataFrame({"nbcap": [1, 1, 1, 2, 2, 4], "sex": ["f", "f", "m", "f", "f", "m"]})
    grouped = rows.groupby(["nbcap", "sex"]).size().rename("freq").reset_index()
    one, other = read_captures(rows), read_captures(grouped)
    assert one.observed == other.observed == 6
    assert one.often.tolist() == other.often.tolist() == [3.0, 2.0, 0.0, 1.0]
    grouped.to_csv(tmp_path / "caught.csv", index=False)
    assert read_captures(tmp_path / "caught.csv") == other
    assert hash(read_captures(tmp_path / "caught.csv")) == hash(other)
    assert one != other  # rows differ, as they do for lists
    assert read_captures(rows.iloc[::-1]) == one
    assert "6 people, 3 of them caught more than once\n  covariates: sex" in repr(one)


def test_columns_can_be_named():
    table = pd.DataFrame({"visits": [1, 2], "persons": [30, 4], "age": [31, 40.5], "town": ["x", "y"], "id": [7, 8]})
    caught = read_captures(table, captures="visits", count="persons", covariates=["age", "town"])
    assert caught.often.tolist() == [30.0, 4.0]
    assert list(caught.covariates) == ["age", "town"]
    assert pd.api.types.is_numeric_dtype(caught.covariates["age"])
    assert caught.cells["reported"].item() == 34.0


def test_rows_of_nobody_are_left_out():
    caught = read_captures(pd.DataFrame({"captures": [1, 2, 3], "count": [5, 0, 1], "sex": ["f", "m", "f"]}))
    assert caught.people.tolist() == [5.0, 1.0]
    assert caught.covariates["sex"].tolist() == ["f", "f"]


@pytest.mark.parametrize(
    ("table", "named", "words"),
    [
        (
            {"captures": [0, 1, 2]},
            {},
            "row 1, column captures: '0': expected captures of one person, a whole number, 1 or more",
        ),
        ({"captures": [1, 2.5]}, {}, "row 2, column captures: '2.5'"),
        ({"captures": [1, "two"]}, {}, "'two'"),
        ({"captures": [1, -3]}, {}, "'-3'"),
        ({"captures": [1, 10**9]}, {}, "1000000000"),
        ({"captures": [1, ""], "x": [1, 2]}, {}, "row 2, column captures: ''"),
        ({"captures": [1, 2], "count": [3, -1]}, {}, "column count: '-1': expected people, a whole number, 0 or more"),
        ({"captures": [1, 2], "count": [3, 0.5]}, {}, "'0.5'"),
        ({"captures": [1, 2], "sex": ["f", ""]}, {}, "row 2, column sex: '': expected a value"),
        ({"captures": [1, 2], "count": [0, 0]}, {}, "'0 people': expected at least one person"),
        ({"seen": [1, 2]}, {}, "expected captures='the column that says how often', one of: seen"),
        ({"captures": [1, 2]}, {"captures": "times"}, "expected a column among: captures"),
        ({"captures": [1, 2]}, {"covariates": ["sex"]}, "column sex: 'sex': expected a column among: captures"),
    ],
)
def test_bad_tables_are_refused_with_their_place(table, named, words):
    with pytest.raises(DataError) as caught:
        read_captures(pd.DataFrame(table), **named)
    assert words in str(caught.value)


def test_every_problem_is_told_at_once():
    with pytest.raises(DataError) as caught:
        read_captures(pd.DataFrame({"captures": [0, 1, "x"], "count": [1, -1, 2]}))
    assert len(caught.value.problems) == 3
    assert np.unique([problem.row for problem in caught.value.problems]).tolist() == [1, 2, 3]
