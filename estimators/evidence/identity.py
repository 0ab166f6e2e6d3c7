"""What makes two sets of figures the same, and what keeps one from changing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import overload

import pandas as pd

from estimators.evidence.breaks import Break
from estimators.evidence.checks import COLUMNS


class CopiedTable:
    """A field that holds its own copy of a table and hands out copies, so that what was checked stays as it was."""

    @overload
    def __get__(self, instance: None, owner: type) -> "CopiedTable": ...
    @overload
    def __get__(self, instance: object, owner: type) -> pd.DataFrame: ...
    def __get__(self, instance: object | None, owner: type) -> "pd.DataFrame | CopiedTable":
        if instance is None:
            raise AttributeError("the table has no default")  # tells dataclass that the field is required
        table: pd.DataFrame = instance.__dict__["_table"].copy()
        return table

    def __set__(self, instance: object, table: pd.DataFrame) -> None:
        instance.__dict__["_table"] = table.copy()


def fingerprint(table: pd.DataFrame, regions: Mapping[str, tuple[str, ...]], breaks: Sequence[Break] = ()) -> str:
    """SHA-256 of canonical rows, regions and declared breaks, whatever the order of rows, columns, regions and their members.

    Each row is written as a JSON list in the order of `checks.COLUMNS`, with dates as YYYY-MM-DD and numbers in their
    shortest exact form, so the result does not depend on the version of pandas.
    """
    columns = [
        table[name].dt.strftime("%Y-%m-%d").to_list() if name.startswith("period_") else table[name].to_list()
        for name in COLUMNS
    ]
    rows = sorted(json.dumps(row) for row in zip(*columns, strict=True))
    groups = sorted(json.dumps([name, *sorted(parts)]) for name, parts in regions.items())
    declared = sorted(json.dumps([each.key, each.day.isoformat()]) for each in breaks)
    groups += ["breaks", *declared] if declared else []
    return hashlib.sha256("\n".join([*rows, "regions", *groups]).encode()).hexdigest()
