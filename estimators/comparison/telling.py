"""What the methods say together, in words."""

import pandas as pd

from estimators.lists import Lists
from estimators.numbers import number

APART = 1.5  # estimates whose largest is more than so many times the smallest do not agree


def spread(table: pd.DataFrame, lists: Lists) -> tuple[str, str]:
    """Status and sentences: how far apart the estimates lie, how many warn and how many refuse."""
    there = table[table["status"] != "refused"]
    refused = len(table) - len(there)
    seen = f"{lists.observed:,} people are on at least one of the {len(lists.names)} lists ({', '.join(lists.names)})."
    if there.empty:
        return "no estimate", f"{seen} None of {len(table)} methods gives an estimate: the reasons stand beside each."
    low, high = there["estimate"].min(), there["estimate"].max()
    if len(table) == 1:
        return "one method", f"{seen} One method was asked: what others say is not known."
    apart = f"{seen} Estimates of the true number range from {number(low)} to {number(high)}"
    status = "methods agree" if high <= APART * low else "methods disagree"
    words = {
        "methods agree": "; that they agree is no proof, since all of them rest on assumptions that no overlap can test.",
        "methods disagree": f", {high / low:.1f} times apart: which assumption holds decides the number, and the lists do not say which.",
    }
    warned = int((there["status"] == "warning").sum())
    more = [f" {warned} of {len(table)} methods warn." if warned else "", f" {refused} refuse." if refused else ""]
    return status, apart + words[status] + "".join(more)
