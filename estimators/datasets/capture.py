"""Published lists of hidden populations, ready for an estimator."""

from difflib import get_close_matches

import numpy as np

from estimators.datasets.tables import load
from estimators.errors import DataError, Problem
from estimators.lists import Captures, Lists


def list_tables() -> tuple[str, ...]:
    """Names of the bundled tables of lists, by which the literature knows them.

    Examples
    --------
    >>> list_tables()[:4]
    ('UKdat', 'UKdat_5', 'UKdat_4', 'Kosovo')
    """
    return tuple(dict.fromkeys(load("capture_lists")["table"]))


def lists(name: str, *, upper_limits: bool = True) -> Lists:
    """One published table of lists.

    Parameters
    ----------
    name : str
        As in `list_tables`; ``describe("capture_lists")`` says where each comes from.
    upper_limits : bool
        Whether the counts that are upper limits (of ScotPWID: people known from S4 alone, who need not belong to the population) are
        read as such, which few methods can, or as if they were exact, as the literature often does.

    Returns
    -------
    Lists

    Raises
    ------
    DataError
        No such table.

    Examples
    --------
    >>> lists("Kosovo")
    Lists from Kosovo: 4,400 people on 4 lists
      EXH 1,910, ABA 1,528, OSCE 1,786, HRW 685
    """
    import pandas as pd

    rows = load("capture_lists").query("table == @name")
    if rows.empty:
        close = " or ".join(repr(word) for word in get_close_matches(name, list_tables(), n=3, cutoff=0.4))
        expected = f"a bundled table of lists{close and ', perhaps ' + close}; list_tables() names all"
        raise DataError([Problem("bundled data", None, None, name, expected)])
    names = tuple(dict.fromkeys(part for on in rows["on"] for part in on.split("+")))
    on = np.array([[part in on.split("+") for part in names] for on in rows["on"]])
    known = [dict(part.split("=") for part in text.split("; ")) for text in rows["stratum"].dropna()]
    limits = rows["upper_limit"].to_numpy(dtype=bool) & upper_limits
    return Lists(
        names, on, rows["count"].to_numpy(dtype=float), limits, pd.DataFrame(known, index=range(len(rows))), name
    )


def captures() -> Captures:
    """Illegal immigrants in the Netherlands by the number of times the police met them, with sex, age, reason and origin.

    Returns
    -------
    Captures

    Examples
    --------
    >>> captures().often.astype(int).tolist()
    [1645, 183, 37, 13, 1, 1]
    """
    rows = load("repeated_captures")
    known = ["gender", "age", "reason", "nation"]
    times, people = (rows[name].to_numpy(dtype=np.float64) for name in ("captures", "count"))
    return Captures(times, people, rows[known], "immigrants met by the police")
