"""Figures and populations over (area, period)."""

import numpy as np
import pandas as pd
import pytest

from estimators.errors import DataError
from estimators.evidence import read_evidence


def evidence(*rows, regions=None, **columns):
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value"])
    return read_evidence(table.assign(**columns), regions=regions)


def victims(*rows, **columns):
    return evidence(*((area, period, "victims_identified", value) for area, period, value in rows), **columns)


def test_figures_are_arranged_by_appearance_and_by_date():
    figures = victims(("MEX", "2021-H1", 300), ("GTM", "2020", "<5"), ("MEX", "2020", ""), ("MEX", "2022", "0"))
    data = figures.figures("victims_identified")
    assert data["area"].to_numpy().tolist() == ["MEX", "GTM"]
    assert data["period"].to_numpy().tolist() == ["2020", "2021-H1", "2022"]
    nan = np.nan
    np.testing.assert_array_equal(data["reported"], [[nan, 300, 0], [nan, nan, nan]])
    np.testing.assert_array_equal(data["lower"], [[nan, 300, 0], [0, nan, nan]])
    np.testing.assert_array_equal(data["upper"], [[nan, 300, 0], [4, nan, nan]])
    np.testing.assert_array_equal(data["years"], [1, 181 / 365, 1])
    assert data["reported"].dims == ("area", "period")
    assert str(data["period_end"].to_numpy()[1].astype("M8[D]")) == "2021-06-30"
    assert data.attrs["unit"] == "persons"


def test_figures_can_be_written_to_netcdf(tmp_path):
    data = victims(("MEX", "2021", 300)).figures("victims_identified")
    data.to_netcdf(tmp_path / "figures.nc", engine="h5netcdf")


def test_a_count_within_limits_is_not_reported_but_an_estimate_is():
    limits = {"lower": [90], "upper": [110]}
    count = victims(("MEX", "2021", 100), **limits).figures("victims_identified")
    assert np.isnan(count["reported"].item())
    assert count["upper"].item() == 110
    stock = evidence(("MEX", "2021", "prevalence_stock", 100), **limits).figures("prevalence_stock")
    assert stock["reported"].item() == 100


@pytest.mark.parametrize(("column", "words"), [("source", ("UNODC", "CNDH")), ("vintage", ("2022", "2023"))])
def test_two_rows_for_one_cell_are_the_users_to_choose(column, words):
    data = victims(("MEX", "2021", 744), ("MEX", "2021", 700), **{column: words})
    with pytest.raises(DataError) as caught:
        data.figures("victims_identified")
    (problem,) = caught.value.problems
    for part in (*words, f".where({column}=…)", "row 1", "row 2", "MEX in 2021"):
        assert part in problem.expected
    chosen = data.where(**{column: words[1]})
    assert chosen.figures("victims_identified")["reported"].item() == 700


def test_forms_are_taken_apart_and_never_added():
    data = victims(("MEX", "2021", 744), ("MEX", "2021", 500), form=["all", "sexual"])
    assert data.figures("victims_identified")["reported"].item() == 744
    assert data.figures("victims_identified", form="sexual")["reported"].item() == 500
    with pytest.raises(DataError, match=r"column form: 'labour': expected .* all, sexual"):
        data.figures("victims_identified", form="labour")


def test_an_absent_indicator_names_those_present():
    with pytest.raises(DataError, match="'complaints': expected an indicator of these data: victims_identified"):
        victims(("MEX", "2021", 1)).figures("complaints")


def test_where_keeps_what_meets_every_condition():
    data = victims(("MEX", "2020", 1), ("MEX", "2021", 2), ("GTM", "2021", 3), ("HND", "2022", 4))
    assert data.where(area=("MEX", "GTM"), start="2021-01-01").table["value"].to_list() == [2, 3]
    assert data.where(end="2021-12-30").table["value"].to_list() == [1]
    assert data.where(start="2020-01-02", end="2021-12-31").areas == ("MEX", "GTM")
    assert data.where(area="HND").table.index.to_list() == [4]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"area": "SLV"}, "column area: .*'SLV'.*'MEX', 'GTM'"),
        ({"area": "MEX", "source": ("X", "Y")}, "column source: .*'X', 'Y'"),
        ({"area": "GTM", "start": "2021-01-02"}, r"column start: .*up to 2021-01-01"),
        ({"end": "2019-12-31"}, "column end: .*from 2020-12-31"),
    ],
)
def test_a_condition_that_leaves_no_row_is_named(condition, message):
    with pytest.raises(DataError, match=message):
        victims(("MEX", "2020", 1), ("GTM", "2021", 2)).where(**condition)


def people(*rows, **columns):
    figures = [("A", "2021", "victims_identified", 1)]
    return evidence(*figures, *((area, period, "population", value) for area, period, value in rows), **columns)


def population(data):
    return data.population(data.figures("victims_identified"))


def test_population_is_weighted_by_days():
    parts = people(("A", "2021-H1", 100), ("A", "2021-H2", 200))
    assert population(parts).item() == pytest.approx((100 * 181 + 200 * 184) / 365)


def test_population_of_one_day_or_of_many_years_stands_for_the_year():
    assert population(people(("A", "2021-07-01", 123))).item() == 123
    assert population(people(("A", "2015-01-01/2024-12-31", 123))).item() == 123


def test_population_over_several_years_needs_each_of_them():
    rows = [("A", "2019-07-01/2021-06-30", "victims_identified", 9), ("A", "2019", "population", 100)]
    rows += [("A", "2020", "population", 200), ("A", "2021-07-01", "population", 1)]
    with pytest.raises(DataError, match="A in 2019-07-01/2021-06-30"):
        population(evidence(*rows))
    rows[-1] = ("A", "2021", "population", 300)
    expected = (100 * 184 + 200 * 366 + 300 * 181) / (184 + 366 + 181)
    assert population(evidence(*rows)).item() == pytest.approx(expected)


def test_population_is_aligned_with_the_figures():
    rows = [(area, year, "victims_identified", 1) for area in "AB" for year in ("2021", "2022")]
    stocks = [(area, year, "population", f"{number}") for number, (area, year, *_) in enumerate(rows, 1)]
    data = evidence(*rows, *stocks[::-1])
    persons = population(data)
    assert persons.dims == ("area", "period")
    assert persons.to_numpy().tolist() == [[1, 2], [3, 4]]
    assert (data.figures("victims_identified")["reported"] / persons).shape == (2, 2)


@pytest.mark.parametrize(("name", "regions"), [("B+C", None), ("B + C", None), ("BC", {"BC": ("B", "C")})])
def test_population_of_a_total_is_the_sum_of_its_parts(name, regions):
    rows = [(name, "2021", "victims_identified", 1), ("B", "2021", "population", 10), ("C", "2021", "population", 20)]
    assert population(evidence(*rows, regions=regions)).item() == 30
    with pytest.raises(DataError, match="in 2021"):
        population(evidence(*rows[:2], regions=regions))


def test_missing_population_names_area_and_period():
    for rows in ((), (("B", "2021", 5),), (("A", "2020", 5),), (("A", "2021", ""),)):
        with pytest.raises(DataError, match="'A in 2021': expected rows of the indicator population"):
            population(people(*rows))


def test_population_of_women_is_not_the_population():
    rows = [("A", "2021", "victims_identified", 1), ("A", "2021", "population", 10), ("A", "2021", "population", 5)]
    assert population(evidence(*rows, sex=["all", "all", "female"])).item() == 10


def test_rival_populations_are_refused():
    rows = [("A", "2021", 10), ("A", "2020-07-01/2021-06-30", 11)]
    with pytest.raises(DataError, match=r"'UN'.*'WB'|'WB'.*'UN'"):
        population(people(*rows, source=["S", "UN", "WB"]))
    assert population(people(*rows, source=["S", "UN", "UN"])).item() > 10
