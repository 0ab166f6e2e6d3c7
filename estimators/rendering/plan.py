"""What every renderer needs of a report before it writes: clean text, and the numbers of tables, figures and formulas."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from estimators.rendering.document import Banner, Block, Formula, Paragraph, Picture, Points, Report, Table
from estimators.rendering.labels import labels

KINDS: dict[type, str] = {
    Paragraph: "paragraph",
    Table: "table",
    Picture: "figure",
    Formula: "formula",
    Banner: "banner",
    Points: "points",
}
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff")
APART = re.compile(r"(?<=\d) (?=%)")  # a number and its % stand on one line
LONG = 4  # from so many headings on a report has a list of them


@dataclass(frozen=True)
class Placed:
    """A block at its place.

    Parameters
    ----------
    block : Block
        With clean text.
    kind : str
        paragraph, table, figure, formula, banner or points.
    number : int
        Its place among those of its kind, from 1.
    label : str
        "Table 1"; empty for what has none.
    """

    block: Block
    kind: str
    number: int
    label: str

    @property
    def name(self) -> str:
        """The kind and the number: "figure-1"."""
        return f"{self.kind}-{self.number}"

    @property
    def leads(self) -> bool:
        """Whether it announces what follows, and may not be parted from it by the end of a page."""
        return isinstance(self.block, Paragraph) and self.block.text.endswith(":")


@dataclass(frozen=True)
class Part:
    """A section at its place; `contents` says whether the list of all sections stands before it."""

    heading: str
    blocks: tuple[Placed, ...]
    contents: bool


@dataclass(frozen=True)
class Plan:
    """A report with everything numbered; sections without blocks are gone."""

    title: str
    subtitle: str
    mark: str
    parts: tuple[Part, ...]


def plan(report: Report, language: str = "en") -> Plan:
    """Clean and number a report.

    Examples
    --------
    >>> from estimators.rendering import Section
    >>> first = plan(Report("T", "", (Section("S", (Paragraph("a"), Table(("a",), (), "Empty."))),)), "es").parts[0]
    >>> [placed.label for placed in first.blocks]
    ['', 'Tabla 1']
    """
    words = labels(language)
    written = {"table": words.table, "figure": words.figure}
    report = _cleaned(report)
    counted: Counter[str] = Counter()
    sections = [section for section in report.sections if section.blocks]
    headings = [section.heading for section in sections if section.heading]
    parts: list[Part] = []
    for section in sections:
        blocks = []
        for block in section.blocks:
            kind = KINDS[type(block)]
            counted[kind] += 1
            label = f"{written[kind]} {counted[kind]}" if kind in written else ""
            blocks.append(Placed(block, kind, counted[kind], label))
        first = bool(section.heading) and not any(part.heading for part in parts)
        parts.append(Part(section.heading, tuple(blocks), first and len(headings) >= LONG))
    return Plan(report.title, report.subtitle, report.mark, tuple(parts))


def plain(text: str) -> str:
    r"""A text on one line, without characters that no file may hold or that turn the direction of what follows.

    Examples
    --------
    >>> plain("a\x00b\nc\u202ed")
    'ab cd'
    """
    if text.isascii() and text.isprintable():  # nearly all texts of a report
        return text
    kept = (" " if character in "\t\n\r\x0b\x0c\u2028\u2029" else character for character in text)
    return "".join(
        character
        for character in kept
        if character not in TURNING and unicodedata.category(character) not in ("Cc", "Cs")
    )


def _cleaned(value: Any) -> Any:
    """Every text of a value of dataclasses and tuples, cleaned."""
    if isinstance(value, str):
        return APART.sub("\u00a0", plain(value))
    if isinstance(value, tuple):
        return tuple(_cleaned(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name)) for field in fields(value)})
    return value
