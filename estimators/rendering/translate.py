"""Reports in English, Spanish and Portuguese.

A report is composed in English; here every sentence of ours is looked up in the tables of ``words`` and said in another language, with
the numbers as that language prints them. What a user wrote (titles, questions, names, reasons, sources) is in no table and stays as it
is. Dates stay as 2022-07-01 in tables, lists and figures, where they are compared and copied; a sentence of the tables that has a place
for a date says it in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from estimators.errors import ModelError
from estimators.rendering.document import Banner, Block, Formula, Paragraph, Picture, Points, Report, Section, Table
from estimators.rendering.words.catalogue import LANGUAGES
from estimators.rendering.words.drawings import spoken_figure
from estimators.rendering.words.numerals import numbers_of
from estimators.rendering.words.speaker import Speaker, speaker

__all__ = ["LANGUAGES", "Translation", "numbers_of", "said", "translated", "untranslated"]


@dataclass(frozen=True, eq=False)
class Translation:
    """A report in a language.

    Parameters
    ----------
    report : Report
        Its figures are copies; those of the English report are as they were.
    language : str
        ``"en"``, ``"es"`` or ``"pt"``.
    untranslated : tuple of str
        What no table knows, each once: words of the user, which stay as they are.
    """

    report: Report
    language: str
    untranslated: tuple[str, ...] = ()


def translated(report: Report, language: str) -> Translation:
    """A report in another language; in English it is the same object.

    Raises
    ------
    ModelError
        A language that there is no table for.

    Examples
    --------
    >>> page = Report("My title", "", (Section("Over time", (Paragraph("Verdict: unauditable. 1 in 1,000."),)),))
    >>> portuguese = translated(page, "pt")
    >>> portuguese.report.sections[0].heading, portuguese.report.sections[0].blocks[0].text, portuguese.untranslated
    ('Ao longo do tempo', 'Veredito: não auditável. 1 em cada 1.000.', ('My title',))
    """
    _check(language)
    if language == "en":
        return Translation(report, language)
    translator = _Translator(speaker(language))
    title, subtitle, mark = (translator.say(text) for text in (report.title, report.subtitle, report.mark))
    sections = tuple(
        Section(translator.say(section.heading), tuple(map(translator.block, section.blocks)))
        for section in report.sections
    )
    found = replace(report, title=title, subtitle=subtitle, sections=sections, mark=mark)
    return Translation(found, language, tuple(dict.fromkeys(translator.left)))


def said(text: str, language: str) -> str:
    """One text in a language: for the words that a renderer adds itself.

    Examples
    --------
    >>> said("Verdict: in conflict (p = 0.031)", "es"), said("Figure 1,234", "pt")
    ('Veredicto: en conflicto (p = 0.031)', 'Figura 1.234')
    """
    _check(language)
    return text if language == "en" else speaker(language).say(text).text


def untranslated(report: Report) -> tuple[str, ...]:
    """What is left in English in Spanish or Portuguese, each text once: for whoever adds sentences to a report."""
    left = (text for language in LANGUAGES[1:] for text in translated(report, language).untranslated)
    return tuple(dict.fromkeys(left))


class _Translator:
    """Says blocks, and keeps what no table knows."""

    def __init__(self, voice: Speaker) -> None:
        self.voice, self.left = voice, list[str]()

    def say(self, text: str) -> str:
        if not text.strip():
            return text
        spoken = self.voice.say(text)
        self.left += spoken.left
        return spoken.text

    def each(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self.say, texts))

    def block(self, block: Block) -> Block:
        match block:
            case Paragraph(text):
                return Paragraph(self.say(text))
            case Points(items):
                return Points(self.each(items))
            case Banner(verdict, meaning):
                return Banner(self.say(verdict), self.say(meaning))
            case Formula(latex, spoken):
                return Formula(latex, self.say(spoken))
            case Table():
                rows = tuple(map(self.each, block.rows))
                return replace(block, columns=self.each(block.columns), rows=rows, caption=self.say(block.caption))
            case Picture():
                figure, left = spoken_figure(block.figure, self.voice)
                self.left += left
                return Picture(figure, self.say(block.caption), self.say(block.alternative))


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise ModelError(f"language: {language!r}: expected one of {', '.join(LANGUAGES)}")
