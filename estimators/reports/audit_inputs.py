"""What the report of a claim audit is made from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import xarray as xr


@dataclass(frozen=True)
class Context:
    """What the report says that no result knows.

    Parameters
    ----------
    title, subtitle : str
        Of the report.
    area_name : str
        The area in words.
    period : str
        The figure that the first page speaks of.
    question : tuple of str
        Paragraphs on what is asked and what would count as an answer.
    about_figures : tuple of str
        What a reader must know about the figures.
    command : str
        How the report was made; empty where it is not known.
    counted : str
        What the counts are, in words.
    """

    title: str
    subtitle: str
    area_name: str
    period: str
    question: tuple[str, ...] = ()
    about_figures: tuple[str, ...] = ()
    command: str = ""
    counted: str = "victims whom an authority identified"


@dataclass(frozen=True)
class AuditResults:
    """What the report reads: trees and tables, no models.

    Parameters
    ----------
    trees : mapping of (reading, set of figures) to xarray.DataTree
        The first is the main reading of the main set.
    notes : mapping of reading to str
        Why each reading is shown.
    table : pandas.DataFrame
        Stacked rows of `estimators.summary` with columns ``reading`` and ``figures``.
    sources : pandas.DataFrame
        Of the figures.
    refused : tuple of str
        What was refused.
    """

    trees: Mapping[tuple[str, str], xr.DataTree]
    notes: Mapping[str, str]
    table: pd.DataFrame
    sources: pd.DataFrame
    refused: tuple[str, ...] = ()
