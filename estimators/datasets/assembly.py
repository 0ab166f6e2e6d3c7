"""From bundled tables to observations: months to years, states to the nation, populations, and one check of all together."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from estimators.evidence import Evidence


def by_year(table: "pd.DataFrame", counted: str) -> "pd.DataFrame":
    """Sum months to years, of the years that have all twelve."""
    table = table.assign(period=table["month"].str[:4])
    sums = table.groupby(["area", "period"], as_index=False).agg(value=(counted, "sum"), months=("month", "nunique"))
    return sums[sums["months"] == 12].drop(columns="months")


def nation(table: "pd.DataFrame") -> "pd.DataFrame":
    """Sum the states of Mexico."""
    return table.groupby("period", as_index=False)[["value"]].sum().assign(area="MEX")


def population_rows(table: "pd.DataFrame") -> "pd.DataFrame":
    """Turn a table of populations into observations."""
    table = table.rename(columns={"population": "value", "year": "period"})
    return table[["area", "period", "value"]].assign(indicator="population")


def checked(parts: "Sequence[pd.DataFrame]") -> "Evidence":
    """Check the observations together."""
    import pandas as pd

    from estimators.evidence import read_evidence

    return read_evidence(pd.concat([part.astype(object) for part in parts], ignore_index=True))


def without(evidence: "Evidence", indicator: str, about: "Iterable[str]") -> "Evidence":
    """The same evidence without the figures of an indicator in some areas and years, named like ``"MX-COA 2015"``.

    Examples
    --------
    >>> from estimators import datasets
    >>> before = datasets.mexico()
    >>> len(before.table) - len(without(before, "victims_identified", ["MEX 2015"]).table)
    1
    """
    from estimators.evidence import read_evidence

    rows = evidence.table
    named = rows["area"].astype(str) + " " + rows["period_start"].dt.strftime("%Y")
    kept = rows[~((rows["indicator"] == indicator) & named.isin(list(about)))]
    return read_evidence(kept, regions=evidence.regions, breaks=evidence.breaks)
