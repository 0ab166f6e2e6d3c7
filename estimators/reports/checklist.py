"""Checklists of reporting as values: each item is answered from the result, or listed as what the author must write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from estimators.rendering.document import Block, Paragraph, Points, Table
from estimators.reports.facts import Facts

type Status = Literal["filled", "not applicable", "not run", "not available", "author must write"]

HEADS = ("Item", "What it asks", "Answer", "State")
SCORE = "{name}: {filled} of {all} items are filled from the result, {apply} of them apply. Source: {source}."
TO_WRITE = "{name}, item {number}: {asks}"
AUTHOR = "The author must write this."
CAPTION = "Checklist {name}, in our own words."
LEFT = "What is left to the author or was not available:"


@dataclass(frozen=True)
class Answer:
    """What a result says to an item.

    Parameters
    ----------
    text : str
        The answer with its numbers and the section it stands in.
    status : str
        How far the item is done.
    """

    text: str
    status: Status = "filled"


@dataclass(frozen=True)
class Item:
    """An item of a checklist.

    Parameters
    ----------
    number : str
        As the checklist counts.
    asks : str
        What it asks, in our own words.
    answer : callable, optional
        From the facts of a result; None where only an author can answer.
    of_lists : callable, optional
        The same of a result of lists, where it differs.
    """

    number: str
    asks: str
    answer: Callable[[Facts], Answer] | None = None
    of_lists: Callable[[Facts], Answer] | None = None


@dataclass(frozen=True)
class Checklist:
    """A checklist with its answers.

    Parameters
    ----------
    name, source : str
        Its name and where it is published.
    rows : tuple of (Item, Answer)
        In order.
    """

    name: str
    source: str
    rows: tuple[tuple[Item, Answer], ...]

    def of(self, status: Status) -> tuple[str, ...]:
        """Numbers of the items in a state."""
        return tuple(item.number for item, answer in self.rows if answer.status == status)

    @property
    def filled(self) -> int:
        """How many items are answered."""
        return len(self.of("filled"))

    @property
    def applicable(self) -> int:
        """How many items apply to this result."""
        return len(self.rows) - len(self.of("not applicable"))


def answered(name: str, source: str, items: tuple[Item, ...], facts: Facts) -> Checklist:
    """Answer every item of a checklist."""
    nobody = Answer(AUTHOR, "author must write")
    asked = ((item, (facts.of_lists and item.of_lists) or item.answer) for item in items)
    return Checklist(name, source, tuple((item, answer(facts) if answer else nobody) for item, answer in asked))


def checklist_blocks(checklist: Checklist) -> tuple[Block, ...]:
    """A line with the score, the table, and by name what is left to the author."""
    score = SCORE.format(
        name=checklist.name,
        filled=checklist.filled,
        all=len(checklist.rows),
        apply=checklist.applicable,
        source=checklist.source,
    )
    rows = tuple((item.number, item.asks, answer.text, answer.status) for item, answer in checklist.rows)
    left = tuple(
        TO_WRITE.format(name=checklist.name, number=item.number, asks=item.asks)
        for item, answer in checklist.rows
        if answer.status not in ("filled", "not applicable")
    )
    table = Table(HEADS, rows, CAPTION.format(name=checklist.name), words=True)
    return (Paragraph(score), table, *((Paragraph(LEFT), Points(left)) if left else ()))


def unavailable(group: str) -> Answer:
    """The result lacks what the answer would be made from."""
    return Answer(f"Not available: the result has no group “{group}”.", "not available")


def from_author(text: str = AUTHOR) -> Answer:
    """Nothing was told, and only the author can tell."""
    return Answer(text, "author must write")
