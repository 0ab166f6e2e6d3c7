"""Each way a table can be wrong is told with row, column, value and what was expected."""

import datetime

import pandas as pd
import pytest

from estimators.errors import DataError
from estimators.evidence import read_evidence

GOOD = {
    "area": "MEX",
    "period_start": "2021-01-01",
    "period_end": "2021-12-31",
    "indicator": "victims_identified",
    "value": "744",
    "source": "SESNSP",
}
MISSING = "an empty cell with bound 'missing'"
SHARE = {"indicator": "reported_share"}
RATE = {"indicator": "detected_victims_rate"}

# What is changed in the second row, the column blamed, the value shown, a phrase of what was expected.
CASES = [
    ({"area": " "}, "area", "", "code of an area"),
    ({"area": "MX-BCN+"}, "area", "MX-BCN+", "joined by +"),
    ({"period_start": "01/01/2022"}, "period_start", "01/01/2022", "YYYY-MM-DD"),
    ({"period_start": "2022"}, "period_start", "2022", "YYYY-MM-DD"),
    ({"period_start": "2022-1-1"}, "period_start", "2022-1-1", "YYYY-MM-DD"),
    ({"period_end": "2022-02-30"}, "period_end", "2022-02-30", "a date that exists"),
    ({"period_end": ""}, "period_end", "", "YYYY-MM-DD"),
    ({"period_start": datetime.datetime(2022, 1, 1, 13)}, "period_start", "2022-01-01 13:00:00", "YYYY-MM-DD"),
    ({"period_end": "2021-12-31"}, "period_end", "2021-12-31", "not before period_start"),
    ({"indicator": "victims"}, "indicator", "victims", "perhaps 'victims_identified'"),
    ({"indicator": "Victims identified"}, "indicator", "Victims identified", "perhaps 'victims_identified'"),
    ({"indicator": ""}, "indicator", "", "a known indicator; known: victims_identified"),
    ({"unit": "cases"}, "unit", "cases", "'persons', the unit of victims_identified"),
    ({"form": "sex"}, "form", "sex", "perhaps 'sexual'"),
    ({"form": "labor"}, "form", "labor", "perhaps 'labour'"),
    ({"sex": "F"}, "sex", "F", "all, female, male"),
    ({"age": "children"}, "age", "children", "0-17 or 18+"),
    ({"age": "17-10"}, "age", "17-10", "0-17 or 18+"),
    ({"bound": "about"}, "bound", "about", "a known bound"),
    ({"value": "unknown"}, "value", "unknown", MISSING),
    ({"value": "N/A"}, "value", "N/A", MISSING),
    ({"value": "no data"}, "value", "no data", MISSING),
    ({"value": "desconocido"}, "value", "desconocido", MISSING),
    ({"value": "s/d"}, "value", "s/d", MISSING),
    ({"value": "-"}, "value", "-", MISSING),
    ({"value": ".."}, "value", "..", MISSING),
    ({"value": "nan"}, "value", "nan", MISSING),
    ({"value": "#N/A"}, "value", "#N/A", MISSING),
    ({"value": "many"}, "value", "many", "a number such as 12"),
    ({"value": "0x10"}, "value", "0x10", "a number such as 12"),
    ({"value": "1_000"}, "value", "1_000", "without thousands marks"),
    ({"value": "1,234"}, "value", "1,234", "a whole number without thousands marks"),
    ({"value": "1.234"}, "value", "1.234", "a whole number without thousands marks"),
    ({"value": "1 234"}, "value", "1 234", "a whole number without thousands marks"),
    ({"value": "1\u202f234"}, "value", "1\u202f234", "a whole number without thousands marks"),
    ({"value": "1.234.567"}, "value", "1.234.567", "a whole number without thousands marks"),
    ({"value": "<1.234"}, "value", "<1.234", "a whole number without thousands marks"),
    ({"value": "900-1.100"}, "value", "900-1.100", "a whole number without thousands marks"),
    ({"indicator": "prevalence_stock", "value": "369.000"}, "value", "369.000", "without thousands marks"),
    ({"indicator": "population", "value": "1,234.50"}, "value", "1,234.50", "without thousands marks"),
    ({**RATE, "value": "1,5"}, "value", "1,5", "a decimal point"),
    ({"value": "-3"}, "value", "-3", "not below 0"),
    ({"value": -3}, "value", "-3", "not below 0"),
    ({"value": "2.5"}, "value", "2.5", "a whole number"),
    ({"value": 2.5}, "value", "2.5", "a whole number"),
    ({"value": "1.2345e3"}, "value", "1.2345e3", "a whole number"),
    ({"value": "inf"}, "value", "inf", "a finite number"),
    ({"value": float("inf")}, "value", "inf", "a finite number"),
    ({"value": "9007199254740992"}, "value", "9007199254740992", "below 2**53"),
    ({"value": 2**53 + 1}, "value", str(2**53 + 1), "below 2**53"),
    ({"value": 10**400}, "value", "1000", "a finite number"),
    ({"value": "1e400"}, "value", "1e400", "a finite number"),
    ({"value": "1e9999999999"}, "value", "1e9999999999", "a number such as 12"),
    ({"value": [1, 2]}, "value", "[1, 2]", "a number such as 12"),
    ({"value": "١٢"}, "value", "١٢", "a number such as 12"),
    ({"value": True}, "value", "True", "not true or false"),
    ({"value": datetime.datetime(2024, 10, 20)}, "value", "2024-10-20", "interval such as 10-20 into a date"),
    ({"value": "4 %"}, "value", "4 %", "only a share"),
    ({**SHARE, "value": "4"}, "value", "4", "a share between 0 and 1"),
    ({**SHARE, "value": "104 %"}, "value", "104 %", "a share between 0 and 1"),
    ({"value": "20-10"}, "value", "20-10", "smaller end first"),
    ({"value": "<10-20"}, "value", "<10-20", "a number such as 12"),
    ({"value": "5+"}, "value", "5+", "a number such as 12"),
    ({"value": "<0"}, "value", "<0", "above 0"),
    ({"value": "<4.5"}, "value", "<4.5", "a whole number"),
    ({"bound": "missing"}, "value", "744", "the bound says that the figure is missing"),
    ({"value": "0", "bound": "missing"}, "value", "0", "the bound says that the figure is missing"),
    ({"value": "", "bound": "missing", "upper": "9"}, "upper", "9", "the bound says that the figure is missing"),
    ({"value": "", "bound": "exact"}, "value", "", "because the bound is 'exact'"),
    ({"value": "", "bound": "at_least"}, "value", "", "because the bound is 'at_least'"),
    ({"value": "", "bound": "less_than"}, "value", "", "because the bound is 'less_than'"),
    ({"value": "", "lower": "5"}, "upper", "", "an upper limit"),
    ({"value": "7", "upper": "9"}, "lower", "", "a lower limit"),
    ({"value": "", "bound": "interval", "upper": "5"}, "lower", "", "because the bound is 'interval'"),
    ({"bound": "approximately", "upper": "800"}, "lower", "", "because the bound is 'approximately'"),
    ({"bound": "nearly", "lower": "700"}, "upper", "", "because the bound is 'nearly'"),
    ({"bound": "exact", "upper": "800"}, "upper", "800", "744, as value and bound say"),
    ({"value": "5", "bound": "less_than", "upper": "5"}, "upper", "5", "4, as value and bound say"),
    ({"value": "<5", "lower": "0", "upper": "5"}, "upper", "5", "4, as value and bound say"),
    ({"value": "<5", "bound": "at_most"}, "bound", "at_most", "'less_than', as the value says"),
    ({"value": "10-20", "bound": "exact"}, "bound", "exact", "'interval', as the value says"),
    ({"lower": "800", "upper": "900"}, "lower", "800", "not above the value"),
    ({"lower": "600", "upper": "700"}, "upper", "700", "not below the value"),
    ({"value": "", "lower": "9", "upper": "5"}, "upper", "5", "not below the lower limit"),
    ({"value": "", "lower": "9", "upper": "inf"}, "upper", "inf", "a finite number, or bound 'at_least'"),
    ({"lower": "<5", "upper": "900"}, "lower", "<5", "a single number"),
    ({"lower": "-1", "upper": "900"}, "lower", "-1", "not below 0"),
    ({"lower": "700.5", "upper": "900"}, "lower", "700.5", "a whole number"),
    ({"lower": "unknown", "upper": "900"}, "lower", "unknown", "a number"),
]


def frame(*changes: dict) -> pd.DataFrame:
    first = {**GOOD, "area": "GTM"}
    return pd.DataFrame([first, *({**GOOD, **change} for change in changes)], dtype=object).fillna("")


@pytest.mark.parametrize(("change", "column", "value", "expected"), CASES)
def test_a_refusal_names_row_column_value_and_expectation(change, column, value, expected):
    moved = {"period_start": "2022-01-01", "period_end": "2022-12-31"}
    with pytest.raises(DataError) as caught:
        read_evidence(frame({**moved, **change}))
    (problem,) = caught.value.problems
    assert (problem.place, problem.row, problem.column) == ("DataFrame", 2, column)
    assert problem.value.startswith(value)
    assert expected in problem.expected
    for part in ("row 2", f"column {column}", expected):
        assert part in str(caught.value)


def test_there_are_cases_enough():
    assert len(CASES) >= 40


def test_every_problem_is_listed_at_once_in_the_order_of_the_rows():
    changes = [{"value": "-1", "sex": "F"}, {"period_start": "2021", "indicator": "arrests"}, {"value": "?"}]
    with pytest.raises(DataError) as caught:
        read_evidence(frame(*changes))
    places = [(problem.row, problem.column) for problem in caught.value.problems]
    assert places == [(2, "value"), (2, "sex"), (3, "period_start"), (3, "indicator"), (4, "value")]
    assert len(str(caught.value).splitlines()) == 5


@pytest.mark.parametrize("name", ["2021-H3", "2021-13", "2021Q1", "21", "2002-2016", "2021-02-30", "", "2021-12-31/x"])
def test_unknown_period_names_are_refused(name):
    row = {"area": "MEX", "period": name, "indicator": "complaints", "value": 1}
    with pytest.raises(DataError, match=r"row 1, column period.*2021-H1"):
        read_evidence(pd.DataFrame([row]))


def test_a_named_period_that_ends_before_it_begins_is_refused():
    row = {"area": "MEX", "period": "2021-05-01/2021-04-01", "indicator": "complaints", "value": 1}
    with pytest.raises(DataError, match=r"row 1, column period.*'2021-05-01/2021-04-01'"):
        read_evidence(pd.DataFrame([row]))


@pytest.mark.parametrize("missing", ["area", "period_start", "period_end", "indicator", "value"])
def test_a_required_column_is_missed(missing):
    with pytest.raises(DataError, match=f"column {missing}: '': expected a column of this name"):
        read_evidence(frame().drop(columns=missing))


def test_an_unknown_column_names_the_closest_and_does_not_hide_bad_cells():
    table = frame({"value": "-1", "area": "HND"}).rename(columns={"source": "sources"})
    with pytest.raises(DataError) as caught:
        read_evidence(table)
    assert "perhaps 'source'" in caught.value.problems[0].expected
    assert (caught.value.problems[1].row, caught.value.problems[1].column) == (2, "value")


def test_period_and_dates_together_are_refused():
    with pytest.raises(DataError, match="not both"):
        read_evidence(frame().assign(period="2021"))


def test_a_table_without_rows_is_refused():
    with pytest.raises(DataError, match="at least one row"):
        read_evidence(frame().iloc[:0])


OVERLAPS = {
    "identical": {},
    "half-year within the year": {"period_start": "2021-07-01"},
    "one shared day": {"period_start": "2021-12-31", "period_end": "2022-12-30"},
}


@pytest.mark.parametrize("change", OVERLAPS.values(), ids=OVERLAPS)
def test_overlapping_counts_of_one_source_name_both_rows(change):
    with pytest.raises(DataError) as caught:
        read_evidence(frame({}, {"area": "HND"}, change))
    (problem,) = caught.value.problems
    assert problem.row == 4
    assert "row 2" in problem.expected


def test_a_row_within_a_long_total_is_found_behind_other_rows():
    long = {"period_start": "2002-01-01", "period_end": "2016-12-31"}
    short = [{"period_start": f"{year}-01-01", "period_end": f"{year}-01-31"} for year in (2003, 2016)]
    with pytest.raises(DataError) as caught:
        read_evidence(frame(long, *short))
    assert [problem.row for problem in caught.value.problems] == [3, 4]
    assert all("row 2" in problem.expected for problem in caught.value.problems)


@pytest.mark.parametrize(
    "change",
    [
        {"period_start": "2022-01-01", "period_end": "2022-12-31"},
        {"source": "UNODC"},
        {"vintage": "2023"},
        {"form": "labour"},
        {"sex": "female"},
        {"age": "0-17"},
        {"indicator": "complaints"},
        {"area": "HND"},
    ],
)
def test_rows_that_differ_in_what_they_count_may_share_days(change):
    assert len(read_evidence(frame({}, change)).table) == 3


def test_stocks_may_overlap_but_not_repeat():
    stock = {"indicator": "population"}
    assert len(read_evidence(frame(stock, {**stock, "period_start": "2021-07-01"})).table) == 3
    with pytest.raises(DataError, match=r"row 3.*row 2 gives days of this period"):
        read_evidence(frame(stock, stock))


@pytest.mark.parametrize("regions", [{"NCA": "GTM"}, {"NCA": ()}, {"NCA": ("GTM", "GTM")}])
def test_regions_are_sequences_of_different_areas(regions):
    with pytest.raises(DataError, match=r"column NCA.*a sequence of different areas"):
        read_evidence(frame(), regions=regions)


@pytest.mark.parametrize("bound", ["approximately", "nearly", "interval"])
def test_a_vague_count_needs_both_limits(bound):
    with pytest.raises(DataError) as caught:
        read_evidence(frame({"area": "HND", "bound": bound}))
    assert [problem.column for problem in caught.value.problems] == ["lower", "upper"]
