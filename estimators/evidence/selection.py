"""Keep rows by word and by date, and say which condition left none."""

from collections.abc import Mapping, Sequence

import pandas as pd

from estimators.errors import DataError, Problem
from estimators.evidence.periods import DateLike, day

type Words = str | Sequence[str] | None


def select(
    table: pd.DataFrame, label: str, words: Mapping[str, Words], start: DateLike | None, end: DateLike | None
) -> pd.DataFrame:
    """Rows that have one of the words in each column, and whose period lies within start and end.

    Raises
    ------
    DataError
        Naming the condition that left no row.
    """
    for column, wanted in words.items():
        if wanted is not None:
            listed = [wanted] if isinstance(wanted, str) else list(wanted)
            present = [repr(word) for word in table[column].unique()]
            more = f" … {len(present)} in all" if len(present) > 20 else ""
            expected = f"one of {', '.join(present[:20])}{more}"
            table = _require_rows(table[table[column].isin(listed)], label, column, wanted, expected)
    if start is not None:
        expected = f"a day up to {day(table['period_start'].max())}, where the last period begins"
        within = table[table["period_start"] >= pd.Timestamp(start)]
        table = _require_rows(within, label, "start", start, expected)
    if end is not None:
        expected = f"a day from {day(table['period_end'].min())} on, where the first period ends"
        within = table[table["period_end"] <= pd.Timestamp(end)]
        table = _require_rows(within, label, "end", end, expected)
    return table


def _require_rows(table: pd.DataFrame, label: str, condition: str, value: object, expected: str) -> pd.DataFrame:
    if table.empty:
        raise DataError(
            [Problem(label, None, condition, f"where({condition}={value!r})", f"{expected}: it left no row")]
        )
    return table


def sources_of(table: pd.DataFrame) -> pd.DataFrame:
    """List the sources: rows, first and last day, and indicators of each."""
    grouped = table.groupby("source", sort=False)
    return pd.DataFrame(
        {
            "rows": grouped.size(),
            "first": grouped["period_start"].min(),
            "last": grouped["period_end"].max(),
            "indicators": grouped["indicator"].agg(lambda names: ", ".join(names.unique())),
        }
    )
