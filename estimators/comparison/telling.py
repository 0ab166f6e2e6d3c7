"""What the methods say together, in words."""

import pandas as pd

from estimators.lists import Captures, Lists
from estimators.numbers import number

APART = 1.5  # estimates whose largest is more than so many times the smallest do not agree


def spread(table: pd.DataFrame, seen: Lists | Captures) -> tuple[str, str]:
    """Status and sentences: how far apart the estimates lie, how many warn and how many refuse."""
    there = table[table["status"] != "refused"]
    before = _who(seen)
    if there.empty:
        return "no estimate", f"{before} None of {len(table)} methods gives an estimate: the reasons stand beside each."
    low, high = there["estimate"].min(), there["estimate"].max()
    if len(table) == 1:
        return "one method", f"{before} One method was asked: what others say is not known."
    if len(there) == 1:
        one = f"{before} One of {len(table)} methods gives an estimate, {number(low)}: what others would say is not known."
        return "one method", one + _warn_and_refuse(table)
    ends = (
        f"range from {number(low)} to {number(high)}" if number(low) != number(high) else f"are all near {number(low)}"
    )
    apart = f"{before} Estimates of the true number {ends}"
    status = "methods agree" if high <= APART * low else "methods disagree"
    tests, source = ("overlap", "lists") if isinstance(seen, Lists) else ("figure", "captures")
    words = {
        "methods agree": f"; that they agree is no proof, since all of them rest on assumptions that no {tests} can test.",
        "methods disagree": f", {high / low:.1f} times apart: "
        f"which assumption holds decides the number, and the {source} do not say which.",
    }
    return status, apart + words[status] + _warn_and_refuse(table)


def _warn_and_refuse(table: pd.DataFrame) -> str:
    warned, refused = (int((table["status"] == status).sum()) for status in ("warning", "refused"))
    return (f" {warned} of {len(table)} methods warn." if warned else "") + (f" {refused} refuse." if refused else "")


def _who(seen: Lists | Captures) -> str:
    if isinstance(seen, Lists):
        most = seen.observed_at_most
        people = f"{seen.observed:,}" if most == seen.observed else f"{seen.observed:,} to {most:,}"
        return f"{people} people are on at least one of the {len(seen.names)} lists ({', '.join(seen.names)})."
    again = seen.people[seen.captures > 1].sum()
    return f"{seen.observed:,} people were met at least once, {again:,.0f} of them more than once."
