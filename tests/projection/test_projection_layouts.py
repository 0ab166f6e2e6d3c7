"""Tables as people keep them: every layout gives the same series, and what is none is refused by row and column."""

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.projection import periods

YEARS, SPANISH = (
    (2020, 2021, 2022),
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
LABELS = [f"{year}-{month:02}" for year in YEARS for month in range(1, 13)][:30]
COUNTS = np.arange(30) + 5
ES = SPANISH.split()
PT = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
]
LONG = pd.DataFrame({"month": LABELS, "victims": COUNTS})
YEAR, MONTH = (LONG["month"].str.slice(*ends).astype(int) for ends in ((0, 4), (5, 7)))
WIDE = pd.DataFrame(
    [
        [year, *COUNTS[12 * place : 12 * place + 12], *[""] * (6 * (year == 2022)), 1]
        for place, year in enumerate(YEARS)
    ],
    columns=["Año", *map(str.capitalize, ES), "Total"],
)


def counts(table, **options):
    return est.read_series(table, **options).counts.tolist()


def problem(source, **options):
    with pytest.raises(est.DataError) as caught:
        est.read_series(source, **options)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"year": YEAR, "month": MONTH, "victims": COUNTS}),
        pd.DataFrame({"Año": YEAR, "Mes": MONTH.map(lambda m: ES[m - 1].upper()), "víctimas": COUNTS}),
        pd.DataFrame({"ano": YEAR.astype(float), "mês": MONTH.map(lambda m: PT[m - 1]), "vítimas": COUNTS}),
        LONG.assign(month=pd.to_datetime(LONG["month"])),
        LONG.assign(month=LONG["month"] + "-28"),
        LONG.assign(month=[f"{m}/{y}" for y, m in zip(YEAR, MONTH, strict=True)]),
        LONG.assign(month=[f"{ES[m - 1][:3]}-{y % 100}" for y, m in zip(YEAR, MONTH, strict=True)]),
        LONG.assign(month=[f"{PT[m - 1]} de {y}" for y, m in zip(YEAR, MONTH, strict=True)]),
        LONG.assign(month=LONG["month"].str.replace("-", "")),
        LONG.rename(columns={"month": "Fecha"}),
        WIDE,
        WIDE.rename(columns={name: place for place, name in enumerate(map(str.capitalize, ES), 1)}),
    ],
)
def test_every_layout_gives_the_same_series(table):
    assert counts(table) == [COUNTS.tolist()]
    assert est.read_series(table).periods == tuple(LABELS)


def test_months_side_by_side_with_a_row_an_area():
    table = pd.DataFrame([["Norte", *COUNTS], ["Sur", *(2 * COUNTS)]], columns=["Entidad", *LABELS])
    series = est.read_series(table, value="victims")
    assert (series.areas, series.noun) == (("Norte", "Sur"), "victims")
    assert series.counts.tolist() == [COUNTS.tolist(), (2 * COUNTS).tolist()]
    assert est.read_series(table, known_through="2021-12").counts.shape == (2, 24)
    table = table.astype(object)
    table.loc[1, "2021-03"] = ""
    found = problem(table)
    assert (found.row, found.column, "not zero" in found.expected) == (2, "2021-03", True)
    assert est.read_series(table, known_through="2021-02").counts.shape == (2, 14)


def test_quarters_beside_years():
    table = pd.DataFrame(
        {"year": [2021] * 4 + [2022] * 2, "trimestre": ["T1", "T2", "T3", "T4", "1", "2"], "cases": range(6)}
    )
    assert est.read_series(table).periods == ("2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4", "2022-Q1", "2022-Q2")


def test_what_is_wrong_is_named_as_it_was_written():
    long = pd.DataFrame({"Año": YEAR.astype(str), "Mes": MONTH.astype(str), "víctimas": COUNTS.astype(str)})
    for column, wrong in (("Año", "22"), ("Mes", "13"), ("Mes", "junioo"), ("víctimas", "1,200"), ("víctimas", "7.5")):
        table = long.copy()
        table.loc[7, column] = wrong
        found = problem(table)
        assert (found.row, found.column, found.value) == (8, column, wrong)
    wide = WIDE.astype(object)
    wide.loc[1, "Junio"] = "n/d"
    found = problem(wide)
    assert (found.row, found.column, found.value) == (2, "Junio", "n/d")
    found = problem(pd.concat([WIDE, WIDE.iloc[[0]].assign(Año="Total")]))
    assert (found.row, found.column, found.value) == (4, "Año", "Total")
    found = problem(LONG.assign(victims=LONG["victims"] + 0.5))
    assert (found.row, found.column, found.value) == (1, "victims", "5.5")
    assert problem(LONG.assign(fecha=LONG["month"])).value == "month, fecha"


def test_areas_and_their_total_are_not_added_up():
    series = est.read_series(pd.concat([LONG.assign(estado=name) for name in ("Norte", "Sur", "Nacional")]))
    with pytest.raises(est.DataError, match="'Nacional': expected areas without their total"):
        series.together("Mexico")
    assert LONG.shape[0] == series.counts.shape[1]


def test_what_names_no_period_is_given_back():
    for text in ("2022-13", "22-06-2022", "Total", "2022", "", "may", "13/2022", "2022-00", "enero"):
        assert periods.number(periods.written(text)) is None
