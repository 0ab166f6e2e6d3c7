"""Tables as they come: what is read, and every refusal with file, row, column, value and what was expected."""

import numpy as np
import pandas as pd
import pytest

import estimators as est

MONTHS = [f"{year}-{month:02}" for year in (2020, 2021) for month in range(1, 13)] + ["2022-01", "2022-02", "2022-03"]


def table(**changes):
    rows = pd.DataFrame({"month": MONTHS, "victims": np.arange(len(MONTHS)) + 5})
    return rows.assign(**changes)


def problem(source, **options):
    with pytest.raises(est.DataError) as caught:
        est.read_series(source, **options)
    return caught.value.problems[0]


def test_a_national_series_alone(tmp_path):
    table().to_csv(tmp_path / "months.csv", index=False)
    series = est.read_series(tmp_path / "months.csv")
    assert repr(series) == "CountSeries from months.csv: victims of 1 area, 2020-01 to 2022-03"
    assert series == est.read_series(table())
    assert series.until("2021-12").counts.shape == (1, 24)


def test_parts_are_added_up_and_areas_kept():
    victims = est.datasets.load("mexico_victims_state_month")
    series = est.read_series(victims, sum_over=["sex", "age"])
    assert series.counts.shape == (32, 126)
    assert series.together("MEX").counts[0, 84:96].sum() == 942


def test_evidence_with_monthly_rows():
    rows = (
        table()
        .rename(columns={"month": "period", "victims": "value"})
        .assign(area="MEX", indicator="victims_identified")
    )
    year = pd.DataFrame([{"area": "MEX", "period": "2019", "indicator": "victims_identified", "value": 9}])
    series = est.read_series(est.read_evidence(pd.concat([rows, year])))
    assert (series.counts.shape, series.noun) == ((1, 27), "victims")
    assert est.read_series(pd.concat([rows, year])) == series
    rows["value"] = rows["value"].astype(object)
    rows.loc[3, "value"] = "<5"
    found = problem(est.read_evidence(rows))
    assert (found.row, found.column) == (4, "value")
    assert problem(est.read_evidence(year)).column == "indicator"


@pytest.mark.parametrize(
    ("written", "expected"), [("-3", "0 or more"), ("2.5", "whole"), ("", "not zero"), ("n/a", "whole")]
)
def test_what_is_no_count_is_refused_by_row(tmp_path, written, expected):
    rows = table().astype({"victims": object})
    rows.loc[4, "victims"] = written
    rows.to_csv(tmp_path / "months.csv", index=False)
    found = problem(tmp_path / "months.csv", value="victims")
    assert (found.place, found.row, found.column) == ("months.csv", 5, "victims")
    assert (found.value, expected in found.expected) == (written, True)


def test_months_that_are_none_missing_or_twice():
    rows = table()
    rows.loc[2, "month"] = "2020-13"
    found = problem(rows)
    assert (found.row, found.column, found.value) == (3, "month", "2020-13")
    found = problem(table().drop(index=[7, 8]))
    assert (found.row, found.column) == (None, "month")
    assert "2020-08, 2020-09" in found.value
    found = problem(pd.concat([table(), table().iloc[[3]]]))
    assert (found.row, found.column, found.value) == (28, "month", "2020-04")
    assert "row 4 gives it too" in found.expected
    found = problem(pd.concat([table(), table().iloc[:1].assign(month="2022-Q2")]))
    assert (found.row, found.value) == (28, "2022-Q2")


def test_a_month_missing_in_one_area_is_named_with_it():
    rows = pd.concat([table(area="A"), table(area="B").iloc[:-1]])
    assert "B: nothing for 2022-03" in problem(rows).value
    assert est.read_series(rows, known_through="2022-02").counts.shape == (2, 26)


def test_known_through_outside_the_figures():
    for wrong in ("2022-04", "2019-12", "March 2022", "2022-Q1"):
        found = problem(table(), known_through=wrong)
        assert (found.column, found.value) == ("known_through", wrong)
        assert "2020-01 to 2022-03" in found.expected
    with pytest.raises(est.DataError, match="2022-04"):
        est.read_series(table()).until("2022-04")


def test_columns_that_are_missing_or_in_doubt():
    assert problem(table().drop(columns="month")).column == "month"
    assert "value='victims'" in problem(table(files=1)).expected
    assert est.read_series(table(files=1), value="victims") == est.read_series(table())
    assert "perhaps 'victims'" in problem(table(), value="victim").expected
    assert problem(table().iloc[:0]).expected == "at least one row of data"


def test_totals_beside_their_parts_are_refused():
    parts = pd.concat([table(sex="female"), table(sex="male"), table(sex="all")])
    found = problem(parts, sum_over=["sex"])
    assert (found.row, found.column, found.value) == (55, "sex", "all")
    assert "sum_over" in problem(parts).expected


def test_later_rows_are_not_looked_at():
    rows = table().astype({"victims": object})
    rows.loc[26, "victims"] = "to come"
    assert est.read_series(rows, value="victims", known_through="2022-02").periods[-1] == "2022-02"
