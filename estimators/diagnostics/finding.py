"""What a check returns: a value that reports render and nothing prints."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Parameters
    ----------
    name : str
        Which check.
    status : str
        One word or a short fixed phrase.
    text : str
        What was found, in sentences.
    table : pandas.DataFrame
        The figures behind it; empty where there are none.
    """

    name: str
    status: str
    text: str
    table: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __str__(self) -> str:
        body = f"{self.name}: {self.status}\n{self.text}"
        return body if self.table.empty else f"{body}\n{self.table.to_string(index=False)}"
