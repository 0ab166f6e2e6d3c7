"""The same method on changed lists: one hidden and predicted, one left out, two merged, one more at a time."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from estimators.comparison.answers import answer
from estimators.diagnostics import Finding
from estimators.errors import DataError, ModelError, Problem
from estimators.inference import Estimator
from estimators.lists import Lists
from estimators.numbers import number

type Made = Callable[[], Lists]

WHOLE = "as given"
NEAR = 1.5  # times that estimates may differ from that of the lists as given and still be called stable


def hide_lists(estimator: Estimator, lists: Lists, *, seed: int) -> Finding:
    """Predict the size of each list from the overlaps of the others among its people, where the answer is known.

    Parameters
    ----------
    estimator : Estimator
        A method for lists.
    lists : Lists
        At least three.
    seed : int
        Of every fit.

    Returns
    -------
    Finding
        Its table has a row a list: known (people on it), estimate, lower, upper, covered, status, reasons. Status *predicted*,
        *missed* (how many of the lists whose size lies outside its 95 % interval) or *no prediction*.

    Notes
    -----
    The people of list h are a population whose size n_h is known. The other lists see some of them; the method is asked how many there
    are in all, without being told of those on h alone. Where counts are upper limits, the size lies within limits, and an interval that
    meets these covers it. A method whose assumptions fail here has no claim to hold for the people on no
    list; one that passes may still fail there.

    Examples
    --------
    >>> import estimators as est
    >>> told = hide_lists(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    >>> told.table[["list", "known", "covered"]].values.tolist()
    [['c1', 466, True], ['c2', 630, True], ['c3', 693, False], ['c4', 236, True]]
    """
    if len(lists.names) < 3:
        raise ModelError(f"hiding a list leaves at least two: expected three lists, here are {len(lists.names)}")
    rows, at_most = [], []
    for place, name in enumerate(lists.names):
        among = lists.only(lists.on[:, place])
        at_most.append(among.observed_at_most)
        rows.append({"list": name, "known": among.observed} | answer(estimator, partial(among.without, name), seed))
    table = pd.DataFrame(rows)
    given = table["status"] != "refused"
    table["covered"] = given & (table["lower"] <= at_most) & (table["known"] <= table["upper"])
    predicted, missed = int(table["covered"].sum()), list(table["list"][given & ~table["covered"]])
    if not given.any():
        return Finding(
            "lists hidden", "no prediction", "The method gives no estimate for the people of any single list.", table
        )
    status = f"missed {len(missed)} of {int(given.sum())}" if missed else "predicted"
    text = f"The size of {predicted} of {int(given.sum())} lists lies within the 95 % interval predicted from the other lists."
    outside = f" Outside: {', '.join(missed)}." if missed else ""
    without = f" {int((~given).sum())} of the lists have no prediction." if not given.all() else ""
    return Finding("lists hidden", status, text + outside + without, table)


def drop_lists(estimator: Estimator, lists: Lists, *, seed: int) -> Finding:
    """The estimate without each list in turn; arguments as of `hide_lists`.

    Returns
    -------
    Finding
        Its table has a row for the lists as given and for each that is left out: change, observed, estimate, lower, upper, status, reasons.

    Examples
    --------
    >>> import estimators as est
    >>> told = drop_lists(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    >>> told.table["change"].tolist()
    ['as given', 'without c1', 'without c2', 'without c3', 'without c4']
    """
    changes = [(f"without {name}", partial(lists.without, name)) for name in lists.names]
    return _changes("lists left out", estimator, lists, changes, seed)


def merge_lists(estimator: Estimator, lists: Lists, *, seed: int) -> Finding:
    """The estimate with each two lists as one, which hides how the two depend on each other; as `drop_lists`.

    Examples
    --------
    >>> import estimators as est
    >>> told = merge_lists(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    >>> told.table["change"].tolist()[:2]
    ['as given', 'c1 and c2 as one']
    """
    pairs = combinations(lists.names, 2)
    changes = [(f"{one} and {other} as one", partial(lists.merged, one, other)) for one, other in pairs]
    return _changes("lists merged", estimator, lists, changes, seed)


def add_lists(estimator: Estimator, lists: Lists, *, seed: int, order: Sequence[str] = ()) -> Finding:
    """The path of the estimate as lists are added, the largest first or in a given order; otherwise as `drop_lists`.

    Examples
    --------
    >>> import estimators as est
    >>> told = add_lists(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    >>> told.table["change"].tolist()
    ['as given', 'c3, c2', 'c3, c2, c1']
    """
    wanted = list(order) or [lists.names[place] for place in np.argsort(-lists.sizes, kind="stable")]
    if sorted(wanted) != sorted(lists.names):
        expected = f"every list once: {', '.join(lists.names)}"
        raise DataError([Problem("add_lists", None, "order", ", ".join(wanted), expected)])
    changes = [(", ".join(wanted[:many]), partial(_among, lists, wanted[:many])) for many in range(2, len(wanted))]
    return _changes("lists added", estimator, lists, changes, seed)


def _among(lists: Lists, names: Iterable[str]) -> Lists:
    for name in sorted(set(lists.names) - set(names)):
        lists = lists.without(name)
    return lists


def _changes(name: str, estimator: Estimator, lists: Lists, changes: Sequence[tuple[str, Made]], seed: int) -> Finding:
    tables: list[tuple[str, Made]] = [(WHOLE, partial(_among, lists, lists.names)), *changes]
    rows = [{"change": word} | answer(estimator, made, seed) for word, made in tables]
    table = pd.DataFrame(rows)
    there = table[table["status"] != "refused"]
    if len(there) < 2 or there.iloc[0]["change"] != WHOLE:
        return Finding(
            name,
            "no comparison",
            "Too few of the changed tables give an estimate: the reasons stand beside each.",
            table,
        )
    whole, others = there.iloc[0], there.iloc[1:]
    low, high = others["estimate"].min(), others["estimate"].max()
    apart = others[(others["lower"] > whole["upper"]) | (others["upper"] < whole["lower"])]
    ends = f"from {number(low)} to {number(high)}" if len(others) > 1 else number(low)
    text = f"As given {number(whole['estimate'])}; changed, {ends}."
    if apart.empty and max(high / whole["estimate"], whole["estimate"] / low) > NEAR:
        return Finding(
            name,
            "intervals meet",
            f"{text} Every interval meets that of the lists as given, as wide as they are.",
            table,
        )
    if apart.empty:
        return Finding(name, "stable", f"{text} Every interval meets that of the lists as given.", table)
    return Finding(name, "unstable", f"{text} Intervals that do not meet it: {'; '.join(apart['change'])}.", table)
