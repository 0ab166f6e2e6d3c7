"""Bundled public figures: what there is, the tables themselves, and evidence made from them.

`catalogue` lists the tables, `describe` tells all that is known of one, `load` reads it. The other functions return
`Evidence`, ready for an estimator.
"""

import json
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimators.errors import DataError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from estimators.evidence import Evidence

_INSIDE = Path(__file__).parent / "_data"
FOLDER = _INSIDE if _INSIDE.is_dir() else Path(__file__).parent.parent / "data"
_PROVENANCE = ("title", "publisher", "terms", "period", "unit", "retrieved", "caveats", "sources", "hash")
_DTYPES = {"integer": "Int64", "number": "float64", "boolean": "bool"}
_VICTIMS = {"indicator": "victims_identified", "source": "SESNSP", "vintage": "2025-06"}
_PRESS = {"source": "InSight Crime", "vintage": "2022-07", "derived_from": "SESNSP", "note": "same series, earlier cut"}
_RESIDENTS = {"indicator": "population", "source": "CONAPO", "vintage": "2023"}
_ROUNDED = "implied by a rate printed with two decimals"


@cache
def _tables() -> dict[str, dict[str, Any]]:
    """Read the description of every table, by its name."""
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["table"]: resource for resource in package["resources"]}


def catalogue() -> "pd.DataFrame":
    """List the bundled tables.

    Returns
    -------
    pandas.DataFrame
        One row a table: ``name``, ``title``, ``publisher``, ``period``, ``unit``, ``licence``, ``retrieved``, ``rows``.
        The licence is the publisher's, as far as it is known.

    Examples
    --------
    >>> catalogue().set_index("name").loc["population_country_year", "licence"]
    'Creative Commons Attribution 4.0'
    """
    import pandas as pd

    keys = ("title", "publisher", "period", "unit", "terms", "retrieved", "rows")
    rows = [{"name": name} | {key: table[key] for key in keys} for name, table in _tables().items()]
    return pd.DataFrame(rows).rename(columns={"terms": "licence"})


def describe(name: str) -> dict[str, Any]:
    """Tell all that is known of one bundled table.

    Parameters
    ----------
    name : str
        Name of the table, as in `catalogue`.

    Returns
    -------
    dict
        Its entry in datapackage.json: title, publisher, terms, period, unit, retrieval, caveats, schema, hash and more.

    Raises
    ------
    DataError
        No such table; the message names the closest ones.

    Examples
    --------
    >>> describe("mexico_crime_dark_figure")["caveats"][0]
    'The survey does not measure trafficking: this is the silence around other crimes.'
    """
    tables = _tables()
    if name not in tables:
        close = " or ".join(repr(word) for word in get_close_matches(name, tables, n=3, cutoff=0.4))
        expected = f"a bundled table{close and ', perhaps ' + close}; catalogue() lists all {len(tables)}"
        raise DataError([Problem("bundled data", None, None, name, expected)])
    return deepcopy(tables[name])


def load(name: str) -> "pd.DataFrame":
    """Read one bundled table.

    Parameters
    ----------
    name : str
        Name of the table, as in `catalogue`.

    Returns
    -------
    pandas.DataFrame
        Counts are whole numbers (``int64``, or ``Int64`` where some are missing), months are text ``YYYY-MM``, days are
        text ``YYYY-MM-DD``. A missing figure is missing, never zero. ``attrs`` holds where the figures come from.

    Raises
    ------
    DataError
        No such table; the message names the closest ones.

    Examples
    --------
    >>> victims = load("mexico_victims_state_month")
    >>> int(victims.loc[victims["month"].str.startswith("2022"), "victims"].sum())
    942
    """
    import pandas as pd

    described = describe(name)
    fields = {field["name"]: field["type"] for field in described["schema"]["fields"]}
    dtypes = {field: _DTYPES.get(kind, "str") for field, kind in fields.items()}
    table = pd.read_csv(FOLDER / described["path"], dtype=dtypes, keep_default_na=False, na_values=[""])
    whole = [field for field, kind in fields.items() if kind == "integer" and not table[field].isna().any()]
    table = table.astype(dict.fromkeys(whole, "int64"))
    table.attrs = {"name": name} | {key: described[key] for key in _PROVENANCE}
    return table


def mexico() -> "Evidence":
    """Mexico by year: victims and investigations of the state prosecutors, and population.

    Returns
    -------
    Evidence
        ``victims_identified`` 2015-2024 (sum of the states), ``investigations_opened`` 2015-2025 (national series) and
        ``population`` 2015-2025, all of area ``MEX``.

    Examples
    --------
    >>> table = mexico().table
    >>> table.loc[table["indicator"] == "victims_identified", "value"].head(3).tolist()
    [1171.0, 782.0, 537.0]
    """
    investigations = _by_year(load("mexico_investigations_national_month"), "investigations")
    population = load("mexico_population_state_year").query("area != 'MEX' and sex == 'all' and 2015 <= year <= 2025")
    return _evidence(
        _nation(_by_year(load("mexico_victims_state_month"), "victims")).assign(**_VICTIMS),
        investigations.assign(indicator="investigations_opened", source="SESNSP", vintage="2025-12"),
        _nation(_stock(population)).assign(**_RESIDENTS),
    )


def mexico_half_years() -> "Evidence":
    """Mexico's victims in the half-years of 2021 and 2022, as counted now and as the press printed them then.

    Returns
    -------
    Evidence
        ``victims_identified``: four half-years of the newest data cut and, of another source and vintage, the two first
        halves that an article of August 2022 gave from the same series. ``population`` 2021 and 2022.
    """
    victims = load("mexico_victims_state_month").query("'2021' <= month < '2023'")
    half = (victims["month"].str[5:] > "06").map({False: "-H1", True: "-H2"})
    recent = victims.assign(period=victims["month"].str[:4] + half, value=victims["victims"])
    press = load("article_figures").query("id in ['S004-001', 'S004-002']")
    press = press.assign(period=press["period_start"].str[:4] + "-H1", **_PRESS)
    columns = ["area", "period", "indicator", "value", "bound", "source", "vintage", "derived_from", "note"]
    people = load("mexico_population_state_year").query("area != 'MEX' and sex == 'all' and 2021 <= year <= 2022")
    return _evidence(_nation(recent).assign(**_VICTIMS), press[columns], _nation(_stock(people)).assign(**_RESIDENTS))


def mexico_states() -> "Evidence":
    """Mexico's states by year: victims, investigations, population.

    Returns
    -------
    Evidence
        ``victims_identified`` and ``population`` 2015-2024, ``investigations_opened`` 2015-2023, for 32 states.
    """
    investigations = _by_year(load("mexico_investigations_state_month").query("method == '2015'"), "investigations")
    population = load("mexico_population_state_year").query("area != 'MEX' and sex == 'all' and 2015 <= year <= 2024")
    return _evidence(
        _by_year(load("mexico_victims_state_month"), "victims").assign(**_VICTIMS),
        investigations.assign(indicator="investigations_opened", source="SESNSP", vintage="2024-11"),
        _stock(population).assign(**_RESIDENTS),
    )


def latin_america() -> "Evidence":
    """Latin America by country and year: identified victims, persons prosecuted and convicted, population.

    Returns
    -------
    Evidence
        UNODC totals since 2008 (fewer than 5 is 0 to 4), victims of years UNODC lacks as the interval that the rounded
        rate of the SDG database implies (2010-2024), and World Bank populations 2008-2024 of 20 countries.

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
    region = load("country_codes").query("latin_america")["area"]
    population = load("population_country_year").query("2008 <= year <= 2024")
    columns = ["area", "indicator", "value", "lower", "upper", "bound"]
    return _evidence(
        unodc[columns].assign(period=unodc["year"].astype(str), source="UNODC", vintage="2023-05"),
        implied[columns].assign(period=implied["year"].astype(str), source="UN SDG 16.2.2", note=_ROUNDED),
        _stock(population[population["area"].isin(region)]).assign(source="World Bank"),
    )


def _by_year(table: "pd.DataFrame", counted: str) -> "pd.DataFrame":
    """Sum months to years, of the years that have all twelve."""
    table = table.assign(period=table["month"].str[:4])
    sums = table.groupby(["area", "period"], as_index=False).agg(value=(counted, "sum"), months=("month", "nunique"))
    return sums[sums["months"] == 12].drop(columns="months")


def _nation(table: "pd.DataFrame") -> "pd.DataFrame":
    """Sum the states of Mexico."""
    return table.groupby("period", as_index=False)[["value"]].sum().assign(area="MEX")


def _stock(table: "pd.DataFrame") -> "pd.DataFrame":
    """Turn a table of populations into observations."""
    table = table.rename(columns={"population": "value", "year": "period"})
    return table[["area", "period", "value"]].assign(indicator="population")


def _implied_victims(known: "pd.DataFrame") -> "pd.DataFrame":
    """Take the counts that a rounded rate implies, of the country-years not known already."""
    table = load("un_sdg_detected_victims_rate").query("form == 'all' and year <= 2024 and implied_count.notna()")
    names = {"implied_count": "value", "implied_lower": "lower", "implied_upper": "upper"}
    table = table.rename(columns=names).assign(indicator="victims_identified", bound="interval")
    both = table.merge(known[["area", "year"]], how="left", on=["area", "year"], indicator="found")
    return both[both["found"] == "left_only"]


def _evidence(*parts: "pd.DataFrame") -> "Evidence":
    """Check the observations together."""
    import pandas as pd

    from estimators.evidence import read_evidence

    return read_evidence(pd.concat([part.astype(object) for part in parts], ignore_index=True))
