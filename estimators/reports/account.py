"""What a report says that no result knows: title, question, command, names, and what stands beside the estimates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO

import pandas as pd
import xarray as xr

from estimators.reports.exhibit import Exhibit

SOURCES = "source_table"


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
    when : str
        Of lists, which have no period of their own: when they were made.
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
    when: str = ""


def said(about: str) -> tuple[str, tuple[str, ...], str]:
    r"""Title, paragraphs and command of a text: the first line, the others, and those that are indented, without what a # says of them.

    Examples
    --------
    >>> said("How many?\n\nA line\nbroken.\n\n    uv run it\n")
    ('How many?', ('A line broken.',), 'uv run it')
    """
    blocks = [block for block in about.strip().split("\n\n") if block.strip()]
    commands = [block.strip().partition("  #")[0] for block in blocks if block.startswith("    ")]
    title, *paragraphs = [" ".join(block.split()) for block in blocks if not block.startswith("    ")] or [""]
    return title, tuple(paragraphs), "; ".join(commands)


def remembered(sources: pd.DataFrame | None) -> dict[str, str]:
    """What a saved result keeps of where its figures come from, as an attribute.

    Examples
    --------
    >>> table = pd.DataFrame({"rows": [4], "indicators": ["population"]}, index=pd.Index(["an office"], name="source"))
    >>> recalled(xr.DataTree(xr.Dataset(attrs=remembered(table)))).equals(table)
    True
    """
    return {} if sources is None else {SOURCES: str(sources.to_json(orient="table", date_unit="s"))}


def recalled(post: xr.DataTree) -> pd.DataFrame | None:
    """Where the figures come from, of a result that was saved by a report."""
    return pd.read_json(StringIO(str(post.attrs[SOURCES])), orient="table") if SOURCES in post.attrs else None
