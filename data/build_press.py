"""Tables read from the press and from studies: hotlines, official counts, published estimates, articles."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from build_mexico import FORMS, read
from build_region import LABELS, carry_forward, notes_for

PERIOD_KEY = ["area", "period_start", "period_end", "indicator"]
HOTLINE_INDICATORS = {
    "calls": "hotline_calls",
    "reports": "hotline_reports",
    "reports_opened": "hotline_reports",
    "cases_trafficking": "hotline_cases",
    "claim_dark_figure": "dark_figure_share",
    "share_reports": "share_of_reports",
    "share_reports_trafficking": "share_of_reports_trafficking",
    "share_reports_risk": "share_of_reports_at_risk",
    "share_reports_other_crime": "share_of_reports_other_crime",
    "share_reports_information": "share_of_reports_information",
    "victims_reported_by_origin": "victims_reported_by_state_of_origin",
}
PRESS_INDICATORS = {
    "workers_rescued": "victims_rescued",
    "presumed_victims": "victims_presumed",
    "cases": "cases_recorded",
}
UNITS = {
    "hotline_calls": "calls",
    "hotline_reports": "reports",
    "hotline_cases": "cases",
    "investigations_accompanied": "cases",
    "complaints": "cases",
    "police_complaints": "cases",
    "cases_recorded": "cases",
    "cases_attended": "cases",
    "convictions": "convictions",
    "sentences": "sentences",
}
# A state without any channel to the hotline cannot report: its printed zero is not a count.
NO_CHANNEL = ("MX-NLE", "MX-CAM")


def unit_of(indicator: str) -> str:
    """Name the unit of an indicator in these tables."""
    if "share" in indicator:
        return "share"
    return UNITS.get(indicator, "persons")


def hotline_mexico(raw: Path) -> pd.DataFrame:
    """Arrange the figures of Mexico's national hotline."""
    table = read(raw, "hotline_mexico_consejo_ciudadano").rename(columns={"url": "source_url"})
    table["area"] = table["subnational"].where(table["subnational"].ne(""), table["country_iso3"])
    table["indicator"] = table["indicator"].replace(HOTLINE_INDICATORS)
    table["unit"] = table["indicator"].map(unit_of)
    silent = table["area"].isin(NO_CHANNEL) & table["period_start"].eq("2019-01-01") & table["value"].eq("0")
    table.loc[silent, ["value", "bound"]] = ["", "missing"]
    table["note"] = notes_for("hotline_mexico", table, PERIOD_KEY)
    return table.drop(columns=["country_iso3", "subnational", "quote_or_note"])


def hotline_argentina_province(raw: Path) -> pd.DataFrame:
    """Arrange the reports to Argentina's line 145 by province, year and form."""
    table = read(raw, "hotline_argentina_145_year_province_form_2020_2021")
    table["form"] = table["form"].replace(FORMS)
    return table.rename(columns={"province_iso": "area"})


def hotline_argentina_totals(raw: Path) -> pd.DataFrame:
    """Arrange the national totals of Argentina's line 145."""
    table = read(raw, "hotline_argentina_145_annual_press").rename(columns={"country_iso3": "area"})
    table["indicator"] = table["indicator"].replace(HOTLINE_INDICATORS)
    table["unit"] = table["indicator"].map(unit_of)
    table["source_url"] = carry_forward(table.pop("url"))
    table["conflicting_value"] = table["value"].eq("1346").map({True: "1326", False: ""})
    table["note"] = notes_for("hotline_argentina_totals", table, PERIOD_KEY)
    return table


def official_counts(raw: Path) -> pd.DataFrame:
    """Arrange the counts of ministries, prosecutors and ombudsmen."""
    table = read(raw, "national_official_counts_press").rename(columns={"country_iso3": "area"})
    table["indicator"] = table["indicator"].replace(PRESS_INDICATORS)
    table["unit"] = table["indicator"].map(unit_of)
    table["reported_by"] = table.pop("original_source").replace(LABELS["publishers"])
    table["bound"] = table["value"].eq("63400").map({True: "more_than", False: "exact"})
    address = carry_forward(table.pop("url"))
    table["source_url"] = address.where(address.str.startswith("https:"), "").str.split(" ").str[0]
    table["note"] = notes_for("official_counts_press", table, PERIOD_KEY)
    return table


def published_estimates(raw: Path) -> pd.DataFrame:
    """Arrange prevalence estimates by others, for comparison."""
    table = read(raw, "comparators_published_estimates")
    place = table["geo"].str.split(" ", n=1)
    table["area"] = place.str[0].str.removesuffix("-PE")
    table["place"] = place.str[1].fillna("").replace(LABELS["places"])
    table["quantity"] = table["quantity"].replace(LABELS["quantities"])
    is_rate = table["unit"].str.startswith("per 1000")
    table["rate_unit"] = table["unit"].where(is_rate, "").replace({"per 1000, any given day": "per 1000"})
    table["unit"] = table["unit"].mask(is_rate, "persons").replace(LABELS["units"])
    study = table["method_source"].map(LABELS["studies"])
    if study.isna().any():
        raise SystemExit(f"labels.toml: no study for {sorted(table.loc[study.isna(), 'method_source'])}")
    table["study"], table["method"] = study.str[0], study.str[1]
    table["verification"] = table["verification"].map(LABELS["verification"])
    table["status"] = table["verification"].str.split(": ").str[0]
    table["verification"] = table["verification"].str.split(": ").str[1]
    key = ["area", "reference_year", "quantity"]
    table["note"] = notes_for("published_estimates", table, key)
    return table.rename(columns={"point": "value"}).drop(columns=["geo", "method_source", "notes"])


def limits(value: str, bound: str, unit: str) -> tuple[str, str]:
    """Translate the wording of a figure into the limits it supports, and no further."""
    whole = unit in ("persons", "cases", "convictions", "prosecutions")
    if bound == "exact":
        return value, value
    if bound == "more_than":
        return (str(int(value) + 1) if whole else value), ""
    if bound in ("at_most", "nearly"):
        return ("1" if unit == "rank" else ""), value
    return (value, "") if bound == "at_least" else ("", "")


def article_figures(raw: Path) -> pd.DataFrame:
    """Keep the figures of the five articles that can serve as data, claim, exposure or covariate."""
    table = read(raw, "article_facts").rename(columns={"age_group": "age"})
    table = table[~table["relevance"].isin(["context", "derived"])].reset_index(drop=True)
    table["area"] = table["subnational"].where(table["subnational"].ne(""), table["country_iso3"])
    table["form"] = table["form"].replace(FORMS)
    table["unit"] = table["unit"].replace({"investigations": "cases", "persons_per_year": "persons per year"})
    table["indicator"] = table["indicator"].replace({"claim_reporting_rate": "reported_share"})
    # Two cells speak of offenders, one of cases: persons and prosecutions, in the words of the vocabulary.
    table.loc[table["indicator"].eq("convictions") & table["unit"].eq("persons"), "indicator"] = "persons_convicted"
    table.loc[table["indicator"].eq("prosecutions"), "unit"] = "prosecutions"
    mixed = table["sex"].eq("female_and_children")
    table.loc[mixed, ["sex", "subgroup"]] = ["all", "women_and_children"]
    pairs = [limits(*cells) for cells in zip(table["value"], table["bound"], table["unit"], strict=True)]
    table["lower"], table["upper"] = [low for low, _ in pairs], [high for _, high in pairs]
    # "Tens of thousands" is an order of magnitude: five digits.
    table.loc[table["id"].eq("S000-001"), ["upper", "bound"]] = ["99999", "interval"]
    table["source"] = table.pop("source_title").replace(LABELS["articles"])
    table["note"] = notes_for("article_figures", table, ["id"])
    return table.drop(columns=["country_iso3", "subnational", "publisher", "notes"])


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "hotline_mexico": hotline_mexico,
    "hotline_argentina_province": hotline_argentina_province,
    "hotline_argentina_totals": hotline_argentina_totals,
    "official_counts_press": official_counts,
    "published_estimates": published_estimates,
    "article_figures": article_figures,
}
