"""Observations as weighted sums of cells, and the calendar behind them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from estimators.errors import DataError
from estimators.evidence import period_label, read_evidence
from estimators.evidence.periods import days_shared, parse_period, years

YEARS = [f"{year}-01-01" for year in (2021, 2022, 2023)]


def weights(area, period, areas=("A", "B"), edges=YEARS, regions=None):
    row = {"area": [area], "period": [period], "indicator": ["complaints"], "value": [1]}
    cover = read_evidence(pd.DataFrame(row), regions=regions).coverage(areas, edges)
    return cover.matrix.toarray().reshape(len(areas), len(edges) - 1).tolist()


@pytest.mark.parametrize(
    ("area", "period", "expected"),
    [
        ("A", "2021", [[1, 0], [0, 0]]),
        ("B", "2022", [[0, 0], [0, 1]]),
        ("A", "2021-H1", [[181 / 365, 0], [0, 0]]),
        ("A", "2022-12-31", [[0, 1 / 365], [0, 0]]),
        ("A", "2021-01-01/2022-12-31", [[1, 1], [0, 0]]),
        ("B", "2021-07-01/2022-01-31", [[0, 0], [184 / 365, 31 / 365]]),
        ("A+B", "2021", [[1, 0], [1, 0]]),
        ("B + A", "2021-Q1", [[90 / 365, 0], [90 / 365, 0]]),
        ("AB", "2021-01-01/2022-12-31", [[1, 1], [1, 1]]),
        ("B+JUST-A", "2022", [[0, 1], [0, 1]]),
    ],
)
def test_weights_are_shares_of_days(area, period, expected):
    regions = {"AB": ("A", "B"), "JUST-A": ("A",)}
    assert weights(area, period, regions=regions) == expected


def test_a_leap_year_has_one_day_more():
    assert weights("A", "2020-H1", edges=["2020-01-01", "2021-01-01"]) == [[182 / 366], [0]]


def test_a_total_of_years_and_countries_is_the_sum_of_its_cells():
    """13,166 victims in 14 countries, 2002-2016: one observation, 210 cells, weight 1 each."""
    countries = [f"C{number:02}" for number in range(14)]
    edges = [f"{year}-01-01" for year in range(2002, 2018)]
    cells = np.array(weights("LATAM14", "2002-01-01/2016-12-31", countries, edges, {"LATAM14": tuple(countries)}))
    assert cells.shape == (14, 15)
    assert (cells == 1).all()
    assert cells.sum() == 210


def test_rows_of_the_matrix_are_rows_of_the_table_and_cells_are_area_major():
    table = pd.DataFrame(
        {"area": ["B", "A+B", "A"], "period": ["2021", "2022", "2021-07"], "indicator": "complaints", "value": 1}
    )
    cover = read_evidence(table).coverage(["A", "B"], YEARS)
    expected = [[0, 0, 1, 0], [0, 1, 0, 1], [31 / 365, 0, 0, 0]]
    np.testing.assert_array_equal(cover.matrix.toarray(), expected)
    assert cover.areas == ("A", "B")
    assert cover.period_end.astype(str).tolist() == ["2021-12-31", "2022-12-31"]
    assert cover.matrix.nnz == 4


def test_cells_need_not_be_years():
    months = [str(month) for month in np.arange("2021-01", "2022-02", dtype="M8[M]").astype("M8[D]")]
    assert weights("A", "2021-H1", ("A",), months) == [[1] * 6 + [0] * 6]
    assert weights("A", "2021-02-15/2021-03-01", ("A",), months)[0][1:3] == [14 / 28, 1 / 31]


@pytest.mark.parametrize(
    ("area", "period", "message"),
    [
        ("LATAM14", "2021", "row 1, column area: 'LATAM14': .*members are known"),
        ("A+C", "2021", r"row 1, column area: 'A\+C': .*members are known"),
        ("ABC", "2021", "row 1, column area: 'ABC': .*C is not"),
        ("A+AB", "2021", r"row 1, column area: 'A\+AB': .*once"),
        ("A", "2020", "row 1, column period_start: '2020': .*2021-01-01 to 2022-12-31"),
        ("A", "2022-07-01/2023-01-01", "row 1, column period_start: '2022-07-01/2023-01-01'"),
        ("A", "2020-12-31/2021-06-30", "row 1, column period_start"),
    ],
)
def test_what_is_not_a_sum_of_cells_is_refused(area, period, message):
    with pytest.raises(DataError, match=message):
        weights(area, period, regions={"AB": ("A", "B"), "ABC": ("A", "B", "C")})


@pytest.mark.parametrize("edges", [["2021-01-01"], ["2022-01-01", "2021-01-01"], ["2021-01-01", "2021-01-01"]])
def test_edges_must_ascend(edges):
    with pytest.raises(DataError, match="ascending"):
        weights("A", "2021", edges=edges)


LABELS = {
    "2021": ("2021-01-01", "2021-12-31"),
    "2021-H1": ("2021-01-01", "2021-06-30"),
    "2021-H2": ("2021-07-01", "2021-12-31"),
    "2021-Q1": ("2021-01-01", "2021-03-31"),
    "2021-Q3": ("2021-07-01", "2021-09-30"),
    "2021-Q4": ("2021-10-01", "2021-12-31"),
    "2020-02": ("2020-02-01", "2020-02-29"),
    "2021-12": ("2021-12-01", "2021-12-31"),
    "2021-07-05": ("2021-07-05", "2021-07-05"),
    "2002-01-01/2016-12-31": ("2002-01-01", "2016-12-31"),
    "2021-02-01/2021-04-30": ("2021-02-01", "2021-04-30"),
    "2021-01-01/2021-06-29": ("2021-01-01", "2021-06-29"),
    "2021-07-01/2022-06-30": ("2021-07-01", "2022-06-30"),
}


@pytest.mark.parametrize(("label", "days"), LABELS.items())
def test_labels_and_periods_name_each_other(label, days):
    assert period_label(*days) == label
    assert parse_period(label) == tuple(date.fromisoformat(moment) for moment in days)
    assert period_label(np.datetime64(days[0]), pd.Timestamp(days[1])) == label


def test_any_label_reads_back():
    random = np.random.default_rng(3)
    for first, length in zip(
        random.integers(0, 9000, 500).tolist(), random.integers(0, 800, 500).tolist(), strict=True
    ):
        start = date(2000, 1, 1) + timedelta(days=first)
        end = start + timedelta(days=length)
        assert parse_period(period_label(start, end)) == (start, end)


def test_years_add_up():
    """A period cut in two is as long as its parts, and every calendar year is exactly 1."""
    edges = np.array(["2019-03-05", "2019-12-31", "2020-01-01", "2020-02-29", "2023-06-01"], "M8[D]")
    day = np.timedelta64(1, "D")
    parts = years(edges[:-1], edges[1:] - day)
    assert parts.sum() == pytest.approx(years(edges[:1], edges[-1:] - day)[0], abs=1e-12)
    starts = np.arange("1990", "2030", dtype="M8[Y]")
    ends = (starts + np.timedelta64(1, "Y")).astype("M8[D]") - day
    assert (years(starts.astype("M8[D]"), ends) == 1).all()


def test_periods_that_do_not_meet_share_no_days():
    days = np.array(["2021-01-01", "2021-01-31", "2021-02-01", "2021-02-28"], "M8[D]")
    assert days_shared(days[0], days[1], days[2], days[3]) == 0
    assert days_shared(days[0], days[2], days[2], days[3]) == 1
