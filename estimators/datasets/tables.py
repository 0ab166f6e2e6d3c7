"""The bundled tables: what there is, all that is known of one, and the table itself."""

import json
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimators.errors import DataError, Problem

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = Path(__file__).parent.parent
_INSIDE = _PACKAGE / "_data"
FOLDER = _INSIDE if _INSIDE.is_dir() else _PACKAGE.parent / "data"
_PROVENANCE = ("title", "publisher", "terms", "period", "unit", "retrieved", "caveats", "sources", "hash")
_DTYPES = {"integer": "Int64", "number": "float64", "boolean": "bool"}


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
