"""Latin America by country and year, all forms of exploitation together or by form, and what others estimate."""

from typing import TYPE_CHECKING

from estimators.datasets.assembly import checked, population_rows
from estimators.datasets.tables import load

if TYPE_CHECKING:
    import pandas as pd

    from estimators.evidence import Evidence

STOCK = "persons in modern slavery on any given day: all forced labour, and forced marriage"
SMALLEST_COVERED, FEWEST_YEARS = 0.5, 3
_ROUNDED = "implied by a rate printed with two decimals"


def latin_america() -> "Evidence":
    """Latin America by country and year: identified victims, persons prosecuted and convicted, population.

    Returns
    -------
    Evidence
        UNODC totals since 2008 (fewer than 5 is 0 to 4), victims of years UNODC lacks as the interval that the rounded
        rate of the SDG database implies (2010-2024), and World Bank populations 2008-2024 of the countries with any of these.

    Examples
    --------
    >>> table = latin_america().table
    >>> sorted(table["source"].unique())
    ['UN SDG 16.2.2', 'UNODC', 'World Bank']
    """
    unodc = load("unodc_latin_america").query(
        "dimension == 'total' and category == sex == age == 'all' and year >= 2008"
    )
    unodc = unodc[unodc["indicator"].isin(["victims_identified", "persons_prosecuted", "persons_convicted"])]
    implied = _implied_victims(unodc[unodc["indicator"] == "victims_identified"])
    population = load("population_country_year").query("2008 <= year <= 2024")
    region = {*unodc["area"], *implied["area"]}
    columns = ["area", "indicator", "value", "lower", "upper", "bound"]
    return checked(
        [
            unodc[columns].assign(period=unodc["year"].astype(str), source="UNODC", vintage="2023-05"),
            implied[columns].assign(period=implied["year"].astype(str), source="UN SDG 16.2.2", note=_ROUNDED),
            population_rows(population[population["area"].isin(region)]).assign(source="World Bank"),
        ]
    )


def latin_america_by_form() -> "Evidence":
    """Latin America by country and year: victims identified in sexual and in labour exploitation, and population.

    Returns
    -------
    Evidence
        ``victims_identified`` of the forms ``sexual`` and ``labour`` (UNODC, 2008-2021; fewer than 5 is 0 to 4) and World Bank
        populations. Left out are country-years whose two forms hold less than half of the country's own total, or of which there is no
        total: they print <5 for want of a breakdown, as Brazil does for 2017-2020. Of what remains, countries with both forms exact in
        at least three years. Other and mixed forms are not read.

    Examples
    --------
    >>> table = latin_america_by_form().table
    >>> sorted(table["form"].unique()), "BRA" in set(table["area"])
    (['all', 'labour', 'sexual'], False)
    """
    unodc = load("unodc_latin_america").query(
        "indicator == 'victims_identified' and sex == age == 'all' and year >= 2008"
    )
    keys = ["area", "year"]
    total = unodc.query("dimension == 'total' and category == 'all'").set_index(keys)["upper"]
    forms = unodc.query("dimension == 'form' and category in ['sexual', 'labour']")
    most = forms.groupby(keys)["upper"].sum()
    believed = most.index[most >= SMALLEST_COVERED * total.reindex(most.index).astype(float)]
    forms = forms[forms.set_index(keys).index.isin(believed)]
    both = forms[forms["bound"] == "exact"].groupby(keys).size() == 2
    years = both[both].groupby("area").size()
    forms = forms[forms["area"].isin(years.index[years >= FEWEST_YEARS])]
    population = load("population_country_year").query("2008 <= year <= 2021")
    columns = ["area", "indicator", "value", "lower", "upper", "bound"]
    return checked(
        [
            forms[columns].assign(
                period=forms["year"].astype(str), form=forms["category"], source="UNODC", vintage="2023-05"
            ),
            population_rows(population[population["area"].isin(forms["area"])]).assign(source="World Bank"),
        ]
    )


def walk_free() -> "pd.DataFrame":
    """What Walk Free estimates for Latin America: a stock of modern slavery, which is not the flow of victims of trafficking.

    Returns
    -------
    pandas.DataFrame
        Columns ``area``, ``period``, ``value`` (persons), ``by`` and ``counts``, the definition to print beside it: persons in the
        condition on any given day, all forced labour and forced marriage, by model from surveys of other countries among them. No
        interval is published.

    Examples
    --------
    >>> walk_free().query("area == 'MEX'")["value"].tolist()
    [341000, 850000]
    """
    table = load("published_estimates").query("quantity == 'modern_slavery_stock'")
    table = table[table["area"].isin(country_names())]
    found = table.assign(period=table["reference_year"].astype(str), by=table["study"], counts=STOCK)
    return found[["area", "period", "value", "by", "counts"]].astype({"value": "int64"}).reset_index(drop=True)


def country_names() -> dict[str, str]:
    """English names of the countries of Latin America by their codes.

    Examples
    --------
    >>> country_names()["MEX"]
    'Mexico'
    """
    table = load("country_codes").query("latin_america")
    return dict(zip(table["area"], table["name"], strict=True))


def _implied_victims(known: "pd.DataFrame") -> "pd.DataFrame":
    """Take the counts that a rounded rate implies, of the country-years not known already."""
    table = load("un_sdg_detected_victims_rate").query("form == 'all' and year <= 2024 and implied_count.notna()")
    names = {"implied_count": "value", "implied_lower": "lower", "implied_upper": "upper"}
    table = table.rename(columns=names).assign(indicator="victims_identified", bound="interval")
    both = table.merge(known[["area", "year"]], how="left", on=["area", "year"], indicator="found")
    return both[both["found"] == "left_only"]
