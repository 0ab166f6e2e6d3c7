"""What a report says that no result knows: title, question, command, names, and what stands beside the estimates."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from estimators.reports.exhibit import Exhibit


@dataclass(frozen=True, eq=False)
class Account:
    """What the report is told; see `estimators.reports.publication.publication`.

    Parameters
    ----------
    title : str
        Of the report.
    question : tuple of str
        Paragraphs on what is asked.
    command : str
        How the result was made; empty where it is not known.
    period : str
        Which period the first page shows.
    names : mapping of str to str
        Areas in words.
    beside : pandas.DataFrame or None
        What others publish.
    exhibits : tuple of Exhibit
        Further tables and figures.
    sources : pandas.DataFrame or None
        Where the figures come from.
    """

    title: str
    question: tuple[str, ...] = ()
    command: str = ""
    period: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    beside: pd.DataFrame | None = None
    exhibits: tuple[Exhibit, ...] = ()
    sources: pd.DataFrame | None = None


def said(about: str) -> tuple[str, tuple[str, ...], str]:
    r"""Title, paragraphs and command of a text: the first line, the others, and those that are indented.

    Examples
    --------
    >>> said("How many?\n\nA line\nbroken.\n\n    uv run it\n")
    ('How many?', ('A line broken.',), 'uv run it')
    """
    blocks = [block for block in about.strip().split("\n\n") if block.strip()]
    commands = [block.strip() for block in blocks if block.startswith("    ")]
    title, *paragraphs = [" ".join(block.split()) for block in blocks if not block.startswith("    ")] or [""]
    return title, tuple(paragraphs), "; ".join(commands)
