"""Evidence: reported figures, checked once at the door, and the shapes that estimators ask for.

`read_evidence` turns a table into `Evidence` or raises one `DataError` that lists every problem.
"""

import os
from collections.abc import Mapping, Sequence

import pandas as pd

from estimators.errors import DataError, Problem
from estimators.evidence.breaks import Break
from estimators.evidence.cells import Coverage, period_label
from estimators.evidence.checks import canonical_table
from estimators.evidence.files import read_frame
from estimators.evidence.observations import Evidence
from estimators.evidence.vocabulary import INDICATORS, Indicator

__all__ = ["INDICATORS", "Break", "Coverage", "Evidence", "Indicator", "period_label", "read_evidence"]


def read_evidence(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    regions: Mapping[str, Sequence[str]] | None = None,
    sheet: str | None = None,
    breaks: Sequence[Break] = (),
) -> Evidence:
    """Read reported figures and check every cell.

    Parameters
    ----------
    source : str, os.PathLike or pandas.DataFrame
        A CSV (UTF-8; separated by comma, semicolon or tab), Parquet or Excel file, or a DataFrame, with columns area,
        period_start, period_end (or period), indicator and value, and any of `vocabulary.OPTIONAL_COLUMNS`.
    regions : mapping of str to sequence of str, optional
        Members of named regions whose totals occur among the areas.
    sheet : str, optional
        Name of the Excel sheet; the first one by default.
    breaks : sequence of Break
        Changes of counting rule or reporter: nothing reads the two sides of one as one series.

    Returns
    -------
    Evidence

    Raises
    ------
    DataError
        Listing every problem with file, row, column, value and what was expected.

    Examples
    --------
    >>> try:
    ...     read_evidence(pd.DataFrame({"area": ["MEX"], "period": ["2021"], "indicator": ["victims"], "value": [-3]}))
    ... except DataError as error:
    ...     print(error.problems[1])
    DataFrame, row 1, column value: '-3': expected a number not below 0
    """
    raw = read_frame(source, sheet=sheet)
    known = {}
    for name, parts in (regions or {}).items():
        listed = (parts,) if isinstance(parts, str) else tuple(parts)
        if isinstance(parts, str) or not listed or len(set(listed)) < len(listed):
            raise DataError([Problem("regions", None, name, str(parts), "a sequence of different areas")])
        known[name] = listed
    read = Evidence(canonical_table(raw), known, raw.label)
    return read.with_breaks(breaks) if breaks else read
