"""Deaths from cervical cancer by country and age, with a validation sample of death certificates."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd


def cervical_deaths(raw: Path) -> pd.DataFrame:
    """One row a country and age group: deaths registered as cervical cancer and thousands of woman-years."""
    table = pd.read_csv(raw / "counts" / "pogit_cervical.csv")
    return table.rename(columns={"agegroup": "age", "y": "deaths", "E": "thousand_woman_years"})[
        ["country", "age", "deaths", "thousand_woman_years"]
    ]


def cervical_validation(raw: Path) -> pd.DataFrame:
    """One row a country: certificates of deaths from cervical cancer, and those that had been coded so."""
    table = pd.read_csv(raw / "counts" / "pogit_cervical_validation.csv")
    return table.rename(columns={"m": "examined", "v": "coded"})[["country", "examined", "coded"]]


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "cervical_deaths": cervical_deaths,
    "cervical_validation": cervical_validation,
}
