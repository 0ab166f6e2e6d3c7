"""Tables on Mexico: victims and investigations of the state prosecutors, population, the survey's dark figure."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

FORMS = {"sex": "sexual", "labour": "labour", "organ": "organ", "other": "other", "all": "all"}
METHODS = {"NM-2015": "2015", "RNID-2026": "rnid_2026"}


def read(raw: Path, name: str) -> pd.DataFrame:
    """Read a raw table as text, so that no figure is changed on its way."""
    return pd.read_csv(raw / f"{name}.csv", dtype=str, keep_default_na=False)


def victims_state_month(raw: Path) -> pd.DataFrame:
    """Arrange victims by state, month, sex and age, newest vintage."""
    table = read(raw, "mex_sesnsp_victims_state_month_sex_age")
    return table.rename(columns={"iso": "area", "ym": "month"})[["area", "month", "sex", "age", "victims"]]


def victims_vintages(raw: Path) -> pd.DataFrame:
    """Arrange victims by state and month as each data cut gave them."""
    table = read(raw, "mex_sesnsp_victims_vintages_state_month")
    names = {"data_cut": "vintage", "iso": "area", "ym": "month"}
    return table.rename(columns=names)[["vintage", "area", "month", "victims"]]


def investigations_state_month(raw: Path) -> pd.DataFrame:
    """Arrange investigations by state and month, both methods, marked."""
    table = read(raw, "mex_sesnsp_investigations_state_month").drop(columns="commit")
    table["method"] = table.pop("methodology").map(METHODS)
    return table.rename(columns={"iso": "area", "ym": "month", "data_cut": "vintage"})


def investigations_vintages(raw: Path) -> pd.DataFrame:
    """Arrange investigations by state and month as each data cut gave them."""
    table = read(raw, "mex_sesnsp_investigations_vintages_state_month")
    names = {"data_cut": "vintage", "iso": "area", "ym": "month"}
    return table.rename(columns=names)[["vintage", "area", "month", "investigations"]]


def investigations_national_month(raw: Path) -> pd.DataFrame:
    """Arrange investigations by month, the national series."""
    table = read(raw, "mex_sesnsp_investigations_national_month_2015_2025")
    return table.rename(columns={"ym": "month", "data_cut": "vintage"}).assign(area="MEX")


def investigations_form_2026(raw: Path) -> pd.DataFrame:
    """Arrange investigations by form under the method of 2026."""
    table = read(raw, "mex_sesnsp_rnid2026_investigations_state_month_form")
    table["method"] = table.pop("methodology").map(METHODS)
    table["form"] = table["form"].map(FORMS)
    return table.rename(columns={"iso": "area", "ym": "month", "data_cut": "vintage"})


def population_state_year(raw: Path) -> pd.DataFrame:
    """Arrange projected mid-year population by state and sex."""
    table = read(raw, "mex_conapo_population_state_year").drop(columns="state")
    table["iso"] = table["iso"].replace({"MX": "MEX"})
    return table.rename(columns={"iso": "area", "population_mid_year": "population"})


def crime_dark_figure(raw: Path) -> pd.DataFrame:
    """Arrange the share of crimes without complaint or investigation, from the victimisation survey."""
    table = read(raw, "mexico_envipe_dark_figure")
    names = {"year_of_crimes": "year", "dark_figure_share": "share", "source": "read_at"}
    table["source"] = table["source"].str.replace(r" ?(\(.*\)|\d{4}-\d{2}-\d{2})", "", regex=True)
    return table.rename(columns=names).assign(area="MEX")


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "mexico_victims_state_month": victims_state_month,
    "mexico_victims_vintages": victims_vintages,
    "mexico_investigations_state_month": investigations_state_month,
    "mexico_investigations_vintages": investigations_vintages,
    "mexico_investigations_national_month": investigations_national_month,
    "mexico_investigations_form_2026": investigations_form_2026,
    "mexico_population_state_year": population_state_year,
    "mexico_crime_dark_figure": crime_dark_figure,
}
