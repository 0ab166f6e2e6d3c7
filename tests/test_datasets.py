import subprocess
import sys

import pandas as pd
import pytest

from estimators import datasets
from estimators.errors import DarkfigureError


def figures(evidence, indicator, *, area=None):
    table = evidence.table
    chosen = table[table["indicator"].astype(str) == indicator]
    return chosen if area is None else chosen[chosen["area"].astype(str) == area]


def by_year(table):
    return dict(zip(pd.to_datetime(table["period_start"]).dt.year, table["value"], strict=True))


@pytest.fixture(scope="module")
def unodc():
    return datasets.load("unodc_latin_america")


@pytest.fixture(scope="module")
def latin_america():
    return datasets.latin_america()


def test_catalogue_lists_every_table():
    catalogue = datasets.catalogue()
    assert list(catalogue) == ["name", "title", "publisher", "period", "unit", "licence", "retrieved", "rows"]
    assert catalogue["name"].is_unique
    assert catalogue.notna().all(axis=None)
    for name, rows in zip(catalogue["name"], catalogue["rows"], strict=True):
        assert len(datasets.load(name)) == rows


def test_load_carries_types_and_provenance():
    victims = datasets.load("mexico_victims_state_month")
    assert victims["victims"].dtype == "int64"
    assert victims["month"].str.fullmatch(r"\d{4}-\d{2}").all()
    assert victims.attrs["publisher"].startswith("Secretariado Ejecutivo")
    assert victims.attrs["caveats"]
    assert datasets.load("unodc_latin_america")["value"].dtype == "Int64"


def test_describe_returns_a_copy():
    datasets.describe("state_codes")["title"] = "changed"
    assert datasets.describe("state_codes")["title"] != "changed"


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(DarkfigureError, match="mexico_victims_vintages"):
        datasets.load("mexico_victim_vintages")


def test_module_loads_nothing_heavy():
    code = "import sys, estimators.datasets; sys.exit('pymc' in sys.modules or 'arviz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0  # noqa: S603


def test_mexican_totals_of_the_newest_cut():
    victims = datasets.load("mexico_victims_state_month")
    by_month = victims.groupby("month")["victims"].sum()
    assert by_month.loc["2022-01":"2022-06"].sum() == 490
    assert by_month.loc["2021-01":"2021-06"].sum() == 408
    border = victims[victims["area"].isin(["MX-BCN", "MX-CHH", "MX-NLE"])]
    assert border.loc[border["month"].between("2022-01", "2022-06"), "victims"].sum() == 122


def test_newest_vintage_agrees_with_the_breakdown():
    vintages = datasets.load("mexico_victims_vintages")
    newest = vintages[vintages["vintage"] == "2025-06"].set_index(["area", "month"])["victims"]
    broken_down = datasets.load("mexico_victims_state_month").groupby(["area", "month"])["victims"].sum()
    pd.testing.assert_series_equal(newest.sort_index(), broken_down.sort_index())


def test_methods_of_investigation_are_not_spliced():
    table = datasets.load("mexico_investigations_state_month")
    assert set(table.loc[table["month"] >= "2026", "method"]) == {"rnid_2026"}
    assert set(table.loc[table["month"] < "2026", "method"]) == {"2015"}


@pytest.mark.parametrize(("year", "victims"), [(2020, 824), (2021, 115)])
def test_unodc_counts_of_mexico(unodc, year, victims):
    keys = {"area": "MEX", "year": year, "indicator": "victims_identified", "dimension": "total"}
    keys |= {"category": "all", "sex": "all", "age": "all"}
    chosen = unodc[(unodc[list(keys)] == pd.Series(keys)).all(axis=1)]
    assert chosen["value"].tolist() == [victims]


def test_small_counts_are_intervals(unodc):
    small = unodc[unodc["bound"] == "less_than"]
    assert len(small) == 2721
    assert small["value"].isna().all()
    assert set(small["lower"]) == {0}
    assert set(small["upper"]) == {4}


def test_rows_that_share_a_key_are_all_kept(unodc):
    assert (unodc["repeated"] != "no").sum() == 264
    men = unodc.query("area == 'MEX' and year == 2021 and indicator == 'persons_prosecuted' and sex == 'male'")
    men = men[men["age"] == "all"]
    assert men["repeated"].tolist() == ["different_values", "different_values"]
    assert sorted(men["upper"]) == [4, 22]


def test_contested_figures_are_kept_twice():
    report = datasets.load("tip_country_facts").query("area == 'MEX' and year == 2016")
    report = report[report["indicator"] == "victims_identified"]
    assert report[["value", "conflicting_value"]].to_numpy().tolist() == [[740, 885]]
    line = datasets.load("hotline_argentina_totals").query("value == 1346")
    assert line["conflicting_value"].tolist() == [1326]


def test_missing_stays_missing():
    articles = datasets.load("article_figures").set_index("id")
    bolivia = articles.loc["S002-015"]
    assert (bolivia["area"], bolivia["indicator"], bolivia["bound"]) == ("BOL", "prosecutions", "missing")
    assert pd.isna(bolivia["value"])
    assert articles.loc["S002-043", "value"] == 0
    assert (articles["value"].isna() == (articles["bound"] == "missing")).all()
    hotline = datasets.load("hotline_mexico").query("period_start == '2019-01-01' and area in ['MX-NLE', 'MX-CAM']")
    assert len(hotline) == 3
    assert hotline["value"].isna().all()
    assert set(hotline["bound"]) == {"missing"}


def test_article_figures_use_words_of_the_vocabulary_in_its_units():
    from estimators.evidence.vocabulary import BOUNDS, FORMS, INDICATORS, SEXES

    articles = datasets.load("article_figures")
    assert len(articles) == 127
    assert set(articles["form"]) <= set(FORMS)
    assert set(articles["sex"]) <= set(SEXES)
    assert set(articles["bound"]) <= set(BOUNDS)
    known = articles[articles["indicator"].isin(INDICATORS)]
    assert all(INDICATORS[row.indicator].unit == row.unit for row in known.itertuples())


def test_mexico_by_year():
    evidence = datasets.mexico()
    victims = by_year(figures(evidence, "victims_identified"))
    assert {year: victims[year] for year in (2015, 2022, 2023)} == {2015: 1171, 2022: 942, 2023: 936}
    assert set(victims) == set(range(2015, 2025))
    investigations = by_year(figures(evidence, "investigations_opened"))
    assert set(investigations) == set(range(2015, 2026))
    assert investigations[2022] == 808
    states = datasets.load("mexico_population_state_year").query("area == 'MEX' and year == 2022 and sex == 'all'")
    assert by_year(figures(evidence, "population"))[2022] == states["population"].item()


def test_mexican_half_years_in_two_vintages():
    table = figures(datasets.mexico_half_years(), "victims_identified")
    assert len(table) == 6
    press = table[table["source"].astype(str) == "InSight Crime"]
    assert sorted(press["lower"]) == [406, 494]
    ours = table[table["source"].astype(str) == "SESNSP"].sort_values("period_start")
    assert ours["value"].tolist() == [408, 345, 490, 452]


def test_mexican_states_by_year():
    evidence = datasets.mexico_states()
    victims = figures(evidence, "victims_identified")
    assert len(victims) == 32 * 10
    assert victims["value"].sum() == 7858
    assert len(figures(evidence, "investigations_opened")) == 32 * 9
    assert len(figures(evidence, "population")) == 32 * 10


def test_latin_america_keeps_absent_absent(latin_america):
    victims = figures(latin_america, "victims_identified", area="MEX")
    assert by_year(victims)[2020] == 824
    prosecuted = figures(latin_america, "persons_prosecuted")
    assert not ((prosecuted["value"] == 0) & (prosecuted["upper"] > 0)).any()
    assert not latin_america.table.duplicated(["area", "period_start", "indicator"]).any()


def test_latin_america_completes_victims_by_intervals(latin_america):
    victims = figures(latin_america, "victims_identified")
    implied = victims[victims["source"].astype(str) == "UN SDG 16.2.2"]
    assert len(implied) > 30
    assert set(implied["bound"].astype(str)) == {"interval"}
    assert (implied["lower"] <= implied["value"]).all()
    assert (implied["value"] <= implied["upper"]).all()


def test_small_totals_reach_evidence_as_intervals(latin_america):
    small = figures(latin_america, "persons_convicted")
    small = small[small["bound"].astype(str) == "less_than"]
    assert len(small) > 50
    assert set(small["lower"]) == {0}
    assert set(small["upper"]) == {4}


def test_load_does_not_look_at_the_working_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert datasets.load("country_codes")["latin_america"].sum() == 20


def test_hotline_rows_by_state_do_not_overlap():
    evidence = datasets.mexico_states(hotline=True)
    rows = figures(evidence, "hotline_reports")
    assert set(rows["period_start"].dt.strftime("%Y-%m")) == {"2019-01", "2021-01"}
    assert not rows.duplicated(["area", "period_start"]).any()
    printed = rows[rows["bound"].astype(str) == "exact"].groupby(rows["period_start"].dt.year)["value"]
    assert printed.sum().to_dict() == {2019: 72, 2021: 519}
    assert printed.size().to_dict() == {2019: 7, 2021: 10}


def test_states_the_hotline_does_not_print_have_a_limit_and_those_without_a_channel_nothing():
    rows = figures(datasets.mexico_states(hotline=True), "hotline_reports")
    limited = rows[rows["bound"].astype(str) == "interval"]
    assert len(limited) == 21
    assert set(limited["lower"]) == {0}
    assert set(limited["upper"]) == {16}
    assert rows.loc[rows["area"] == "MX-CAM", "lower"].isna().all()
    assert figures(datasets.mexico_states(), "hotline_reports").empty


def test_forms_of_countries_that_give_both():
    evidence = datasets.latin_america_by_form()
    rows = figures(evidence, "victims_identified")
    assert set(rows["form"]) == {"sexual", "labour"}
    assert len(evidence.areas) == 13
    argentina = rows[(rows["area"] == "ARG") & (rows["period_start"].dt.year == 2019)].set_index("form")["value"]
    assert argentina.to_dict() == {"labour": 934, "sexual": 544}
    assert not rows.duplicated(["area", "period_start", "form"]).any()
    exact = rows[rows["bound"].astype(str) == "exact"].groupby(["area", "period_start"]).size() == 2
    assert exact.groupby("area").sum().min() >= 3


def test_breakdowns_that_break_nothing_down_are_left_out():
    rows = figures(datasets.latin_america_by_form(), "victims_identified")
    years = rows["period_start"].dt.year
    assert rows[(rows["area"] == "MEX") & (years == 2019)].empty, "both forms <5 and no total"
    assert rows[(rows["area"] == "BOL") & (years == 2018)].empty, "both forms <5 of 332"
    assert not {"BRA", "CUB", "HTI"} & set(rows["area"])


def test_walk_free_counts_a_stock():
    table = datasets.walk_free()
    assert len(table) == 40
    assert set(table["period"]) == {"2016", "2021"}
    assert table["counts"].str.contains("forced marriage").all()
    assert set(table["area"]) <= set(datasets.country_names())


def test_every_state_has_a_tile_of_its_own():
    tiles = datasets.mexico_tiles()
    assert set(tiles["area"]) == set(figures(datasets.mexico_states(), "population")["area"])
    assert not tiles.duplicated(["row", "column"]).any()
    assert tiles["name"].notna().all()


def test_figures_left_out_by_area_and_year():
    before = datasets.mexico_states()
    after = datasets.without(before, "victims_identified", ["MX-COA 2015", "MX-SIN 2023"])
    assert len(before.table) - len(after.table) == 2
    assert len(figures(after, "investigations_opened")) == 32 * 9
    assert after.hash != before.hash
