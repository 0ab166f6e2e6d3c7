"""Sentences of a report of lists, and of people met again on one list: one set for each."""

from dataclasses import dataclass

from estimators.reports.facts import Facts


@dataclass(frozen=True)
class Words:
    """What a report says of those who are listed, and of those who are not.

    Parameters
    ----------
    seen, alone : str
        How many were seen, with and without their share.
    rests : str
        What tells of the others.
    estimand, nowhere, quantities, unit : str
        Points on what is estimated.
    counted : str
        Both together.
    column : str
        Head of those seen.
    rows : tuple of str
        Quantities.
    needs : str
        Head of the share that a true count needs.
    """

    seen: str
    alone: str
    rests: str
    estimand: str
    nowhere: str
    quantities: str
    unit: str
    counted: str
    column: str
    rows: tuple[str, str, str]
    needs: str


LISTS = Words(
    "{listed} of them are on a list, {share} ({low} to {high}). The others nobody counted.",
    "{listed} of them are on a list. The others nobody counted.",
    "Those on no list are told from the overlaps of the lists and from this, which no overlap can test: {rests_on}.",
    "Estimand: the people of one population, on a list or on none: everybody who could have come onto a list while the lists were made, "
    "each once: a stock, or the events of a period, as the lists are; no rate per year.",
    "Where and when the lists were made is for the author to say.",
    "Quantities: the true count, the people on no list, and the share of the true count that is on a list.",
    "Unit: persons. Nobody is counted twice, as far as records of one person were recognised.",
    "people on lists and on none",
    "On a list",
    ("True count", "On no list", "Share on a list"),
    "Needs on a list",
)
MET = Words(
    "{listed} of them were met, {share} ({low} to {high}). The others nobody counted.",
    "{listed} of them were met. The others nobody counted.",
    "Those never met are told from how often others were met and from this, which no figure can test: {rests_on}.",
    "Estimand: the people of one population, met or not, as a stock: everybody who could have been met in the period; not events, and no "
    "flow per year.",
    "Where and when people were met is for the author to say.",
    "Quantities: the true count, the people never met, and the share of the true count that was met.",
    "Unit: persons. Nobody is counted twice, as far as they were recognised.",
    "people met and never met",
    "Met",
    ("True count", "Never met", "Share met"),
    "Needs met",
)


def met_again(facts: Facts) -> bool:
    """Whether people of one list were met again, in place of several lists."""
    return "captures" in facts.post["lists"].dims


def words_of(facts: Facts) -> Words:
    """The sentences that fit the result."""
    return MET if met_again(facts) else LISTS
