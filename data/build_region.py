"""Tables on the region: UNODC, UN SDG database, US reports, World Bank, codes."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from build_mexico import FORMS, read

LABELS = tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))
NOTES = tomllib.loads((Path(__file__).parent / "notes.toml").read_text(encoding="utf-8"))
INDICATORS = {
    "Detected trafficking victims": "victims_identified",
    "Offences of trafficking in persons": "offences_recorded",
    "Persons brought into formal contact": "persons_suspected",
    "Persons prosecuted": "persons_prosecuted",
    "Persons convicted": "persons_convicted",
}
DIMENSIONS = {
    "Total": "total",
    "by form of exploitation": "form",
    "by citizenship": "citizenship",
    "by country of repatriation": "repatriation",
}
CATEGORIES = {
    "Total": "all",
    "Sexual exploitation": "sexual",
    "Forced labour": "labour",
    "Other forms of exploitation": "other",
    "Abroad": "abroad",
}
AGES = {"Total": "all", "0 to 17 years": "0-17", "18 years or over": "18+", "Unknown": "unknown"}
UNODC_KEY = ["area", "year", "indicator", "dimension", "category", "sex", "age"]
LABEL_COLUMNS = ["dimension", "category"]


def carry_forward(column: pd.Series) -> pd.Series:
    """Replace each *idem* by the entry above it."""
    return column.mask(column.eq("idem")).ffill()


def notes_for(name: str, table: pd.DataFrame, columns: list[str]) -> list[str]:
    """Look up our notes on the rows of a table, and insist that every note finds its row."""
    keys = table[columns].agg(" ".join, axis=1).tolist()
    lost = set(NOTES[name]) - set(keys)
    if lost:
        raise SystemExit(f"notes.toml, {name}: no row for {sorted(lost)}")
    return [NOTES[name].get(key, "") for key in keys]


def mark_repeats(table: pd.DataFrame) -> pd.DataFrame:
    """Give rows that share a key a number each, and say whether their figures agree."""
    grouped = table.groupby(UNODC_KEY, sort=False)
    table["occurrence"] = (grouped.cumcount() + 1).astype(str)
    size = grouped["printed"].transform("size")
    different = grouped["printed"].transform("nunique")
    table["repeated"] = "no"
    table.loc[size.gt(1), "repeated"] = "same_value"
    table.loc[different.gt(1), "repeated"] = "different_values"
    return table


def unodc(raw: Path) -> pd.DataFrame:
    """Arrange detected victims, offences, suspects, prosecuted and convicted persons by country and year."""
    table = read(raw, "unodc_glotip_latam_long").rename(columns={"iso3": "area", "raw": "printed"})
    categories = CATEGORIES | LABELS["countries"]
    unknown = set(table["category"]) - set(categories)
    if unknown:
        raise SystemExit(f"labels.toml: no code for {sorted(unknown)}")
    table["indicator"] = table["indicator"].map(INDICATORS)
    table["dimension"] = table["dimension"].map(DIMENSIONS)
    table["category"] = table["category"].map(categories)
    table["sex"] = table["sex"].str.lower().replace({"total": "all"})
    table["age"] = table["age"].map(AGES)
    table["printed"] = table["printed"].str.replace(",", "")
    censored = table["printed"].eq("<5")
    table["value"] = table["printed"].mask(censored, "")
    table["lower"] = table["value"].mask(censored, "0")
    table["upper"] = table["value"].mask(censored, "4")
    table["bound"] = censored.map({True: "less_than", False: "exact"})
    table = mark_repeats(table)
    return table[[*UNODC_KEY, "occurrence", "value", "lower", "upper", "bound", "repeated"]]


def detected_victims_rate(raw: Path) -> pd.DataFrame:
    """Take detected victims per 100,000 with the interval that rounding leaves, and the counts it implies."""
    table = read(raw, "un_sdg_16_2_2_detected_rate_latam")
    rate = table["rate_per_100k"].astype(float)
    made = pd.DataFrame({"area": table["iso3"], "year": table["year"], "form": table["form"].map(FORMS)})
    made["rate"] = rate.map("{:.2f}".format)
    made["rate_lower"] = (rate - 0.005).clip(lower=0).map("{:.3f}".format)
    made["rate_upper"] = (rate + 0.005).map("{:.3f}".format)
    for ours, theirs in (("count", "count"), ("lower", "low"), ("upper", "high")):
        made[f"implied_{ours}"] = table[f"implied_{theirs}"].str.removesuffix(".0")
    return made


def crime_reporting(raw: Path) -> pd.DataFrame:
    """Arrange the share of victims of robbery or assault who told the police."""
    table = read(raw, "un_sdg_crime_reporting_rates_latam")
    crimes = {"VC_PRR_ROBB": "robbery", "VC_PRR_PHYV": "physical_assault"}
    table["crime"] = table.pop("sdg_series").map(crimes)
    return table.rename(columns={"iso3": "area", "percent_reported_to_police": "percent"})


def tip_prosecutions(raw: Path) -> pd.DataFrame:
    """Arrange prosecutions as coded by hand from the US reports."""
    table = read(raw, "hti_tip_coded_latam_2001_2011").drop(columns="country")
    names = {"iso3": "area", "prosnum": "prosecutions", "convictinfo": "convictions_reported"}
    table = table.rename(columns=names | {"victimid": "victim_identification"})
    table["prosecutions"] = table["prosecutions"].str.removesuffix(".0")
    table["tier"] = table["tier"].map({"Tier 1": "1", "Tier 2/2 Watch List": "2", "Tier 3": "3"})
    for column in ("enforcement", "convictions_reported", "victim_identification"):
        table[column] = table[column].str.lower().str.replace(" ", "_")
    return table


def tip_country_facts(raw: Path) -> pd.DataFrame:
    """Arrange the figures printed in country chapters of the US reports."""
    table = read(raw, "tip_country_facts_from_pages").rename(columns={"country_iso3": "area"})
    table["scope"] = table["form"].where(table["form"].eq("transnational"), "all")
    table["form"] = table["form"].replace(FORMS | {"transnational": "all"})
    table["report"] = table["source"].str.extract(r"(20\d\d)", expand=False)
    table["read_at"] = table["source"].map(lambda text: "aassone.com" if "aassone" in text else "state.gov")
    table["note"] = notes_for("tip_country_facts", table, ["area", "year", "indicator", "form"])
    contested = table[["area", "year", "indicator"]].agg(" ".join, axis=1).eq("MEX 2016 victims_identified")
    table["conflicting_value"] = contested.map({True: "885", False: ""})
    return table.drop(columns="source")


def tip_world_regions(raw: Path) -> pd.DataFrame:
    """Arrange world and regional totals printed in the US reports."""
    table = read(raw, "tip_global_regional_law_enforcement").rename(columns={"region": "area"})
    source = carry_forward(table.pop("source"))
    table["report"] = source.str.extract(r"TIP (20\d\d)", expand=False)
    table["read_at"] = source.str.extract(r"([a-z0-9]+(?:\.blogspot)?\.(?:org|com)[^\s;)]*)", expand=False)
    return table


def population(raw: Path) -> pd.DataFrame:
    """Arrange population by country and year."""
    table = read(raw, "population_worldbank_1990_2024")
    return table.rename(columns={"iso3": "area"}).drop(columns="country")


def country_codes(raw: Path) -> pd.DataFrame:
    """List the codes of the countries, completed by those whose population is bundled."""
    codes = read(raw, "codes_countries").rename(columns={"iso3": "area"})
    more = read(raw, "population_worldbank_1990_2024").drop_duplicates("iso3")
    more = more.loc[~more["iso3"].isin(codes["area"]), ["iso3", "country"]]
    more = more.rename(columns={"iso3": "area", "country": "name"}).assign(iso2="", m49="")
    return pd.concat([codes.assign(latin_america="true"), more.assign(latin_america="false")])


def state_codes(raw: Path) -> pd.DataFrame:
    """List the codes of the states of Mexico and the provinces of Argentina."""
    table = read(raw, "codes_iso3166_2_mex_arg").rename(columns={"code": "area"})
    table["country"] = table["country"].map({"MX": "MEX", "AR": "ARG"})
    table.loc[table["area"] == "MX-MEX", "name"] = "Estado de México"  # its name alone is that of the country
    return table


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "unodc_latin_america": unodc,
    "un_sdg_detected_victims_rate": detected_victims_rate,
    "un_sdg_crime_reporting": crime_reporting,
    "tip_prosecutions_coded": tip_prosecutions,
    "tip_country_facts": tip_country_facts,
    "tip_world_regions": tip_world_regions,
    "population_country_year": population,
    "country_codes": country_codes,
    "state_codes": state_codes,
}
