"""Collect every problem of a table, vectorised over the rows: only the offending ones are visited one by one."""

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimators.errors import DataError, Problem
from estimators.evidence.vocabulary import OPTIONAL_COLUMNS, REQUIRED_COLUMNS

type Mask = npt.NDArray[np.bool_]
type Texts = npt.NDArray[np.str_] | npt.NDArray[np.object_]

_ORDER = {name: place for place, name in enumerate((*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS))}


class Problems:
    """What is wrong with one table; a cell is reported once, with the first thing found wrong.

    Parameters
    ----------
    cells : pandas.DataFrame
        The table as written, indexed by row number.
    label : str
        File name, or ``"DataFrame"``.
    """

    def __init__(self, cells: pd.DataFrame, label: str) -> None:
        self._cells = cells
        self._label = label
        self._found: dict[tuple[int | None, str], Problem] = {}

    def add(self, column: str, value: str, expected: str) -> None:
        """Report a column as a whole."""
        self._found.setdefault((None, column), Problem(self._label, None, column, value, expected))

    def refuse(self, offending: Mask, column: str, expected: str | Texts) -> None:
        """Report the cells of `column` where `offending`; `expected` is one text for all rows, or one a row."""
        for position in np.flatnonzero(offending).tolist():
            row = int(self._cells.index[position])
            written = str(self._cells[column].iloc[position]) if column in self._cells else ""
            text = expected if isinstance(expected, str) else str(expected[position])
            self._found.setdefault((row, column), Problem(self._label, row, column, written, text))

    def rows(self) -> Mask:
        """Return the rows with a problem so far."""
        reported = {row for row, _ in self._found}
        return self._cells.index.isin(reported - {None})

    def raise_if_any(self) -> None:
        """Raise one `DataError` with every problem, in the order of the rows and then of the columns."""
        if self._found:
            places = sorted(self._found, key=lambda place: (place[0] or 0, _ORDER.get(place[1], 99)))
            raise DataError([self._found[place] for place in places])


def suggestion(word: str, known: Iterable[str], what: str) -> str:
    """Say what was expected in place of `word`, naming the closest known word where there is one.

    Examples
    --------
    >>> suggestion("victims", ("victims_identified", "complaints"), "a known indicator")
    "a known indicator, perhaps 'victims_identified'; known: victims_identified, complaints"
    """
    words = list(known)
    meant = word.lower().replace(" ", "_")
    begun = [name for name in words if meant and name.startswith(meant)]
    close = begun or get_close_matches(meant, words, n=1, cutoff=0.4)
    perhaps = f", perhaps '{close[0]}'" if close else ""
    return f"{what}{perhaps}; known: {', '.join(words)}"
