"""Lists of hidden populations, by capture pattern, as published; and repeated captures on one list."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

TABLES_OF_LISTS = (
    "UKdat",
    "UKdat_5",
    "UKdat_4",
    "Kosovo",
    "NewOrl_5",
    "Korea",
    "Artificial_3",
    "HIV_Rome",
    "HAV_Taiwan",
    "Diabetes_Italy",
    "SpinaBifida_NY_by_eth",
    "ScotPWID_by_covariates",
)
NAMES = {"SpinaBifida_NY_by_eth": "SpinaBifida_NY", "ScotPWID_by_covariates": "ScotPWID"}
LIMITS = {"ScotPWID": "S4"}  # who is on this list alone need not belong to the population


def capture_lists(raw: Path) -> pd.DataFrame:
    """One row a pattern and stratum, of every table."""
    return pd.concat([_patterns(raw, name) for name in TABLES_OF_LISTS], ignore_index=True)


def _patterns(raw: Path, file: str) -> pd.DataFrame:
    table = pd.read_csv(raw / "lists" / f"{file}.csv")
    table = table[table["count"] > 0]
    name = NAMES.get(file, file)
    lists = [column for column in table if column != "count" and set(table[column]) <= {0, 1}]
    known = [column for column in table if column not in (*lists, "count")]
    number = sum(table[column] * 2**place for place, column in enumerate(lists))
    table = table.loc[number.sort_values(kind="stable").index]
    on = table[lists].apply(lambda row: "+".join(row.index[row == 1]), axis=1)
    stratum = table[known].apply(
        lambda row: "; ".join(f"{key.lower()}={value.lower()}" for key, value in row.items()), axis=1
    )
    return pd.DataFrame(
        {
            "table": name,
            "stratum": stratum if known else "",
            "on": on,
            "count": table["count"],
            "upper_limit": (on == LIMITS.get(name, "")).map({True: "true", False: "false"}),
        }
    )


def repeated_captures(raw: Path) -> pd.DataFrame:
    """Immigrants by the number of times the police met them."""
    table = pd.read_csv(raw / "lists" / "single_netherlandsimmigrant.csv").rename(columns={"capture": "captures"})
    words = {"<40yrs": "under 40", ">40yrs": "over 40", "Other reason": "other", "Illegal stay": "illegal stay"}
    table = table.replace({"age": words, "reason": words})
    return (
        table.groupby(["captures", "gender", "age", "reason", "nation"], as_index=False)
        .size()
        .rename(columns={"size": "count"})
    )


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "capture_lists": capture_lists,
    "repeated_captures": repeated_captures,
}
