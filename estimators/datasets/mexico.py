"""Mexico: the state prosecutors' counts by year, half-year and state, and the hotline's by state."""

from typing import TYPE_CHECKING

from estimators.datasets.assembly import by_year, checked, nation, population_rows
from estimators.datasets.tables import load

if TYPE_CHECKING:
    import pandas as pd

    from estimators.evidence import Evidence

_VICTIMS = {"indicator": "victims_identified", "source": "SESNSP", "vintage": "2025-06"}
_PRESS = {"source": "InSight Crime", "vintage": "2022-07", "derived_from": "SESNSP", "note": "same series, earlier cut"}
_RESIDENTS = {"indicator": "population", "source": "CONAPO", "vintage": "2023"}
_OPERATOR = "Consejo Ciudadano"
_TILES = (  # north above, west to the left; ours
    "BCN SON CHH COA NLE TAM .   .   .   .  ",
    "BCS SIN DUR ZAC SLP .   .   .   .   .  ",
    ".   NAY JAL AGU GUA QUE HID .   .   YUC",
    ".   .   COL MIC MEX CMX TLA VER CAM ROO",
    ".   .   .   .   GRO MOR PUE TAB .   .  ",
    ".   .   .   .   .   .   OAX CHP .   .  ",
)


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
    investigations = by_year(load("mexico_investigations_national_month"), "investigations")
    population = load("mexico_population_state_year").query("area != 'MEX' and sex == 'all' and 2015 <= year <= 2025")
    return checked(
        [
            nation(by_year(load("mexico_victims_state_month"), "victims")).assign(**_VICTIMS),
            investigations.assign(indicator="investigations_opened", source="SESNSP", vintage="2025-12"),
            nation(population_rows(population)).assign(**_RESIDENTS),
        ]
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
    return checked(
        [nation(recent).assign(**_VICTIMS), press[columns], nation(population_rows(people)).assign(**_RESIDENTS)]
    )


def mexico_states(*, hotline: bool = False) -> "Evidence":
    """Mexico's states by year: victims, investigations, population, and the hotline's reports where they are printed by state.

    Parameters
    ----------
    hotline : bool
        Whether to add the rows of ``hotline_reports``.

    Returns
    -------
    Evidence
        ``victims_identified`` and ``population`` 2015-2024, ``investigations_opened`` 2015-2023, for 32 states. With `hotline` also the
        two sets of rows by state that do not overlap: seven states in January to August 2019, and all but one in the first half of 2021.
        For 2021 only the ten states with most reports are printed; each other state had at most as many as the tenth, so it is the
        interval from 0 to 16. Campeche had no channel: it is missing, as is Nuevo León in 2019. National totals, which cover the same
        days, calls and rows that begin in 2021 and end in 2022 are left out.

    Examples
    --------
    >>> table = mexico_states(hotline=True).table
    >>> table.loc[table["indicator"] == "hotline_reports", "bound"].value_counts().to_dict()
    {'interval': 21, 'exact': 17, 'missing': 1}
    """
    investigations = by_year(load("mexico_investigations_state_month").query("method == '2015'"), "investigations")
    population = load("mexico_population_state_year").query("area != 'MEX' and sex == 'all' and 2015 <= year <= 2024")
    parts = [
        by_year(load("mexico_victims_state_month"), "victims").assign(**_VICTIMS),
        investigations.assign(indicator="investigations_opened", source="SESNSP", vintage="2024-11"),
        population_rows(population).assign(**_RESIDENTS),
    ]
    return checked([*parts, *(_hotline() if hotline else ())])


def _hotline() -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Rows printed by state, and the limit of the states that are not printed."""
    table = load("hotline_mexico").query("indicator == 'hotline_reports' and area.str.startswith('MX-')")
    table = table.assign(period=table["period_start"] + "/" + table["period_end"], source=_OPERATOR)
    printed = table[table["period"].isin(["2019-01-01/2019-08-31", "2021-01-01/2021-06-30"])]
    first_half = printed[printed["period"].str.startswith("2021")]
    states = load("state_codes").query("country == 'MEX' and area != 'MX-CAM'")
    others = states[~states["area"].isin(first_half["area"])].assign(
        period="2021-01-01/2021-06-30", indicator="hotline_reports", bound="interval",
        lower=0, upper=int(first_half["value"].min()), source=_OPERATOR, note="at most as many as the tenth of the ten states printed",
    )  # fmt: skip
    columns = ["area", "period", "indicator", "bound", "source", "note"]
    return printed[[*columns, "value"]], others[[*columns, "lower", "upper"]]


def mexico_tiles() -> "pd.DataFrame":
    """Place of each Mexican state on a map of equal tiles.

    Returns
    -------
    pandas.DataFrame
        Columns ``area``, ``name``, ``row`` (from the north) and ``column`` (from the west).

    Examples
    --------
    >>> tiles = mexico_tiles()
    >>> len(tiles), tiles.set_index("area").loc["MX-BCN", ["row", "column"]].tolist()
    (32, [0, 0])
    """
    import pandas as pd

    placed = [
        (f"MX-{code}", row, column)
        for row, line in enumerate(_TILES)
        for column, code in enumerate(line.split())
        if code != "."
    ]
    names = load("state_codes")[["area", "name"]]
    return pd.DataFrame(placed, columns=["area", "row", "column"]).merge(names, on="area", how="left", validate="1:1")
