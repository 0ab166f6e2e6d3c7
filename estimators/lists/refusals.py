"""Why lists have no estimate, and what is thin about one, in words."""

from collections.abc import Sequence

import numpy as np

from estimators.lists.table import Lists
from estimators.numeric import patterns

FEW = 10  # people on two lists or more
NO_OVERLAP = "no two lists share a person"


def no_estimate(lists: Lists, estimator: str, limit: str, simpler: Sequence[str] = ()) -> str:
    """Say why no finite number of people on no list fits best.

    Parameters
    ----------
    lists : Lists
        What was read.
    estimator : str
        Its name.
    limit : {"no upper limit", "nobody unlisted", "not determined"}
        Where the likelihood goes.
    simpler : sequence of str
        Models that ask less of the figures.
    """
    seen = empty_cells(lists)
    texts = {
        "no upper limit": f"{seen}, so that the more people are on no list the better this model fits: there is no estimate",
        "nobody unlisted": f"{seen}, so that this model fits best with nobody on no list, which is where it breaks down and no finding",
        "not determined": f"{seen}, and every number on no list fits this model equally well",
    }
    names = " and ".join(simpler)
    asks = "asks" if len(simpler) == 1 else "ask"
    advice = f"; {names} {asks} less of the figures" if simpler and seen != NO_OVERLAP else ""
    return f"{estimator}: {texts[limit]}{advice}"


def empty_cells(lists: Lists) -> str:
    """What is not in the table, in words."""
    orders = patterns.orders(len(lists.names))
    people = np.bincount(orders, weights=lists.table)[1:]
    if not people[1:].any():
        return NO_OVERLAP
    missing = " or ".join(str(at + 1) for at in np.flatnonzero(people == 0))
    if missing:
        return f"nobody is on exactly {missing} of the {len(lists.names)} lists"
    return f"{int((lists.table[1:] == 0).sum())} of the {len(orders) - 1} combinations of lists hold nobody"


def few_overlaps(lists: Lists) -> list[str]:
    """What to say where hardly anybody is on two lists."""
    several = float(lists.table[patterns.orders(len(lists.names)) > 1].sum())
    if several >= FEW:
        return []
    who = "one person" if several == 1 else f"{several:,.0f} people"
    be = "is" if several == 1 else "are"
    return [
        f"only {who} of {lists.observed:,} {be} on two lists or more: one match missed or mistaken changes the estimate greatly"
    ]
