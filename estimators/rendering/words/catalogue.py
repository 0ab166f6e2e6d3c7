"""Sentences of reports in three languages, and how a text is found among them.

The tables beside this file have the columns en, es and pt. A sentence may have places: ``{}`` for words, which are looked up in turn,
``{#}`` for printed numbers, ``{=}`` for a name of an area or a period (words that are no name are looked up), ``{*}`` for what is copied
(versions, commands, hashes), ``{+}`` for a name that is copied and holds no comma, and ``{@}`` for a date that stands in a sentence. In
Spanish and Portuguese ``{}`` are the places in order, ``{2}`` is the second.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from estimators.rendering.words.numerals import FIGURE, is_figure

LANGUAGES = ("en", "es", "pt")
GLOSSARY = "glossary.csv"
ENOUGH = 3  # letters and signs
LONGEST = {0: 4000, 1: 4000, 2: 1500}  # letters at the places of a sentence, by how many they are: patterns stay quick
OTHERWISE = 600
PLACE = re.compile(r"\{(?P<what>[#=*+@]?|\d)\}")
CAPTURES = {
    "": "(.+?)",
    "#": rf"((?=[^A-Za-z]|\d|1 in|no figure){FIGURE}+)",
    "=": r"((?!(?!(?:19|20)\d\d\b)\d)[^,;:()“”]+?)",
    "*": "(.+?)",
    "+": "([^,;:()]+?)",
    "@": r"(\d{4}-\d{2}-\d{2})",
}


@dataclass(frozen=True)
class Template:
    """A sentence with places, as it is looked for and as it is said.

    Parameters
    ----------
    english, target : str
        The sentence.
    begin, end : str
        What an English text must begin and end with, before any pattern is tried; the first letter may be large or small.
    pattern : re.Pattern
        The English sentence with a group a place.
    kinds : tuple of str
        Which kind each place is of.
    """

    english: str
    target: str
    begin: str
    end: str
    pattern: re.Pattern[str]
    kinds: tuple[str, ...]

    def parts(self, text: str) -> tuple[str, ...] | None:
        """What stands at the places of a text; None if it is another sentence."""
        if not (text.endswith(self.end) and text[1:].startswith(self.begin[1:])):
            return None
        if len(text) - len(self.english) > LONGEST.get(len(self.kinds), OTHERWISE):
            return None
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        parts = found.groups()
        numbers_right = all(is_figure(part) for part, kind in zip(parts, self.kinds, strict=True) if kind == "#")
        return parts if numbers_right else None

    @property
    def telling(self) -> bool:
        """Whether its own words are enough to know it by, even where what stands at its places is not known."""
        letters = "".join(PLACE.sub("", self.english).split())
        return len(letters) >= ENOUGH or (self.kinds[0] == "#" and not self.begin)

    def filled(self, parts: tuple[str, ...]) -> str:
        """The sentence with words at its places."""
        order = iter(range(len(parts)))
        return PLACE.sub(lambda found: parts[int(found["what"]) - 1 if found["what"] else next(order)], self.target)


@dataclass(frozen=True)
class Catalogue:
    """Sentences without places by their words, and sentences with places by their first letter, the most telling first."""

    plain: dict[str, str]
    templates: dict[str, tuple[Template, ...]]

    def beginning(self, text: str) -> tuple[Template, ...]:
        """Those that may begin like a text."""
        return self.templates.get(text[:1].lower(), self.templates[""])


def rows() -> Iterator[dict[str, str]]:
    """Every row of every table, with the name of its file; the glossary has a further column, the definition."""
    folder = files("estimators.rendering.words")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".csv"):
            for row in csv.DictReader(entry.read_text(encoding="utf-8").splitlines()):
                yield row | {"file": entry.name}


@lru_cache
def catalogue(language: str) -> Catalogue:
    """The sentences from English into another language."""
    plain: dict[str, str] = {}
    templates: list[Template] = []
    for row in rows():
        english, target = row["en"], row[language]
        if PLACE.search(english):
            templates.append(_compiled(english, target))
        else:
            plain[english] = target
    templates.sort(key=_telling)
    firsts = {"", *(template.begin[:1].lower() for template in templates)}
    by_first = {
        first: tuple(template for template in templates if template.begin[:1].lower() in (first, ""))
        for first in firsts
    }
    return Catalogue(plain, by_first)


def _telling(template: Template) -> tuple[int, int]:
    """Long sentences first; of two as long, the one with fewer open places."""
    return -len(PLACE.sub("", template.english)), sum(kind != "#" for kind in template.kinds)


def _compiled(english: str, target: str) -> Template:
    pieces = PLACE.split(english)  # words and kinds by turns
    words, kinds = pieces[::2], tuple(pieces[1::2])
    patterns = [re.escape(piece) for piece in words]
    if words[0][:1].isalpha():
        first = words[0][0]
        patterns[0] = f"[{first.lower()}{first.upper()}]{re.escape(words[0][1:])}"
    joined = patterns[0] + "".join(CAPTURES[kind] + after for kind, after in zip(kinds, patterns[1:], strict=True))
    return Template(english, target, words[0], words[-1], re.compile(joined, re.DOTALL), kinds)
