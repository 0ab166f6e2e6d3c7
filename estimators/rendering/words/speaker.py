"""A text in another language: the whole, or its sentences, or the members of a list, down to what no table knows."""

import re
from dataclasses import dataclass
from functools import lru_cache

from estimators.rendering.words.catalogue import Catalogue, Template, catalogue
from estimators.rendering.words.numerals import is_figure, localised, long_date

SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý“¿\d])")
BREAK = re.compile(r"[.!?]\s+[A-ZÀ-Ý“]")
IDENTIFIER = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
LABELLED = re.compile(r"[a-z0-9]+_[a-z0-9]+_[^,;:()]+")  # an identifier that ends in names of its own
PARTICLES = {
    "and",
    "of",
    "the",
    "de",
    "del",
    "la",
    "las",
    "los",
    "el",
    "y",
    "e",
    "da",
    "do",
    "das",
    "dos",
    "to",
}  # within a name
WORDS = re.compile(r"[a-zà-ÿ]{2}")
# Between members of a list: how often a text is split there, and whether it may be where somebody's words are among them.
LISTS = {"; ": (-1, True), ": ": (1, True), " – ": (1, True), " − ": (-1, True), " + ": (-1, True), ", ": (-1, False)}
TOGETHER, MEMBERS = 3, 60  # how many sentences a table has together at most; members of a list that are looked at
BETWEEN_FIGURES = re.compile(r"\d – ")
BRACKETS = re.compile(r"(?P<before>.+\S) \((?P<inside>[^()]*(?:\([^()]*\)[^()]*)*)\)", re.DOTALL)


@dataclass(frozen=True)
class Spoken:
    """A text, and which parts of it no table knows.

    Parameters
    ----------
    text : str
        In the other language, as far as it is known.
    left : tuple of str
        Parts that stay as they were.
    """

    text: str
    left: tuple[str, ...] = ()

    @property
    def unknown(self) -> int:
        """How many letters no table knows."""
        return sum(map(len, self.left))


class Speaker:
    """Says in one language what was written in English.

    Parameters
    ----------
    language : {"es", "pt"}
        Which.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.words: Catalogue = catalogue(language)
        self.say = lru_cache(maxsize=50_000)(self._say)

    def _say(self, text: str) -> Spoken:
        """A text of any length."""
        if is_figure(text):
            return Spoken(localised(text, self.language))
        if not WORDS.search(text) and text not in self.words.plain:  # codes and symbols are the same everywhere
            return Spoken(localised(text, self.language))
        if IDENTIFIER.fullmatch(text):
            plain = self.say(text.replace("_", " "))
            return (self._labelled(text) or Spoken(text, (text,))) if plain.left else plain
        found = self._sentence(text)
        if found is not None and not found.left:
            return found
        ways = (self._sentences, self._list, self._bracketed, self._labelled)
        tried = [each for each in (found, *(way(text) for way in ways)) if each]
        return min(tried, key=lambda each: each.unknown, default=Spoken(text, (text,)))

    def _sentence(self, text: str) -> Spoken | None:
        """One that stands in a table, whole; without its full stop if need be."""
        found = self._known(text)
        if (found is None or found.left) and text.endswith("."):
            bare = self._known(text[:-1])
            if bare is not None and (found is None or bare.unknown < found.unknown):
                return Spoken(f"{bare.text}.", bare.left)
        return found

    def _known(self, text: str) -> Spoken | None:
        for same in (text, _turned(text)):
            if same in self.words.plain:
                return Spoken(_as_begun(self.words.plain[same], text, same))
        best: Spoken | None = None
        for template in self.words.beginning(text):
            parts = template.parts(text)
            if parts is None or any(map(BREAK.search, parts)):
                continue
            found = self._filled(template, parts, text)
            if not found.left:
                return found
            nameless = {part for part, kind in zip(parts, template.kinds, strict=True) if kind == "="}
            if (template.telling or nameless >= set(found.left)) and (best is None or found.unknown < best.unknown):
                best = found
        return best

    def _filled(self, template: Template, parts: tuple[str, ...], text: str) -> Spoken:
        said = [self._part(part, kind) for part, kind in zip(parts, template.kinds, strict=True)]
        whole = template.filled(tuple(each.text for each in said))
        return Spoken(_as_begun(whole, text, template.english), tuple(left for each in said for left in each.left))

    def _part(self, part: str, kind: str) -> Spoken:
        match kind:
            case "#":
                return Spoken(localised(part, self.language))
            case "@":
                return Spoken(long_date(part, self.language))
            case "=":
                said = self.say(part)
                return Spoken(said.text) if _is_name(part) else said
            case "*" | "+":
                return Spoken(part)
        return self.say(part)

    def _labelled(self, text: str) -> Spoken | None:
        """An identifier whose beginning is known and whose end are names: of an area, a period, a source."""
        words = text.split("_") if LABELLED.fullmatch(text) else []
        for end in range(len(words) - 1, 1, -1):
            begin, rest = self.say(" ".join(words[:end])), words[end:]
            if not begin.left:
                said = " ".join([begin.text, *(self.words.plain.get(word, word) for word in rest)])
                return Spoken(said, tuple(word for word in rest if word not in self.words.plain and not _is_name(word)))
        return None

    def _sentences(self, text: str) -> Spoken | None:
        """One after another, as many at a time as a table has together."""
        sentences = SENTENCES.split(text)
        if len(sentences) == 1:
            return None
        said, at = [], 0
        while at < len(sentences):
            runs = (
                (end, self._sentence(" ".join(sentences[at:end])))
                for end in range(min(at + TOGETHER, len(sentences)), at + 1, -1)
            )
            whole = next(((end, run) for end, run in runs if run is not None and not run.left), None)
            end, spoken = whole or (at + 1, self.say(sentences[at]))
            said.append(spoken)
            at = end
        return _joined(said, " ")

    def _list(self, text: str) -> Spoken | None:
        """Members of a list; between commas every member must be known, for else it is a sentence of somebody's."""
        for between, (most, partly) in LISTS.items():
            if not 0 < text.count(between) <= MEMBERS or (between == " – " and BETWEEN_FIGURES.search(text)):
                continue
            members = text.split(between, most)
            said = [self.say(member) for member in members]
            enough = any(each.left != (member,) for each, member in zip(said, members, strict=True))
            if not any(each.left for each in said) or (partly and enough):
                return _joined(said, between)
        return None

    def _bracketed(self, text: str) -> Spoken | None:
        """Something, and something else in brackets after it."""
        found = BRACKETS.fullmatch(text)
        if found is None:
            return None
        before, inside = self.say(found["before"]), self.say(found["inside"])
        if before.left and inside.left:
            return None
        return Spoken(f"{before.text} ({inside.text})", (*before.left, *inside.left))


@lru_cache
def speaker(language: str) -> Speaker:
    """The one speaker of a language."""
    return Speaker(language)


def _joined(said: list[Spoken], between: str) -> Spoken:
    return Spoken(between.join(each.text for each in said), tuple(left for each in said for left in each.left))


def _is_name(text: str) -> bool:
    """Whether all words begin with a large letter or a digit, but for small ones such as "of" between them."""
    words = [word.strip("“”«»'(") for word in text.split()]
    small = [word[:1].islower() and (not place or word not in PARTICLES) for place, word in enumerate(words)]
    return not any(small)


def _turned(text: str) -> str:
    """With the first letter large where it is small, and the reverse."""
    return text[:1].swapcase() + text[1:]


def _as_begun(said: str, text: str, english: str) -> str:
    """Begin with a large letter where the text does, and with a small one where only the table has a large one."""
    if text[:1].isupper():
        place = next((place for place, letter in enumerate(said) if letter.isalpha()), 0)
        return said[:place] + said[place : place + 1].upper() + said[place + 1 :] if place < 3 else said
    return said[:1].lower() + said[1:] if text[:1].islower() and english[:1].isupper() else said
