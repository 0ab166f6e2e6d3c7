"""A report in the formats and languages asked for."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from estimators.errors import ModelError
from estimators.rendering.document import Report
from estimators.rendering.drawing import draw
from estimators.rendering.formats import FORMATS, Drawn, render
from estimators.rendering.translate import LANGUAGES, translated

type Asked = str | Iterable[str]


def render_all(report: Report, formats: Asked = ("html",), language: Asked = "en") -> dict[str, bytes]:
    """Files of a report in every format and language asked for: names and contents.

    Parameters
    ----------
    report : Report
        Composed in English.
    formats : str or iterable of str
        Of "html", "pdf", "tex", "docx"; in one string with commas, if you like.
    language : str or iterable of str
        Of "en", "es", "pt", likewise.

    Returns
    -------
    dict of str to bytes
        As `render`; where there are several languages each has a folder of its own, as in ``es/report.html``.

    Raises
    ------
    ModelError
        No such format or language.

    Examples
    --------
    >>> from estimators.rendering import Paragraph, Section
    >>> report = Report("Title", "", (Section("", (Paragraph("Text."),)),))
    >>> list(render_all(report, "html,tex", "es,pt"))
    ['es/report.html', 'es/report.tex', 'pt/report.html', 'pt/report.tex']
    """
    kinds, languages = chosen(formats, FORMATS, "format"), chosen(language, LANGUAGES, "language")
    files: dict[str, bytes] = {}
    for each in languages:
        page = translated(report, each).report
        drawn = draw(page) if {"html", "pdf"} & set(kinds) else None
        folder = f"{each}/" if len(languages) > 1 else ""
        for found in _rendered(page, kinds, each, drawn):
            files |= {f"{folder}{name}": content for name, content in found.items()}
    return files


def _rendered(page: Report, kinds: Sequence[str], language: str, drawn: Drawn) -> list[dict[str, bytes]]:
    """Files of each format; typst, which sets the PDF and needs no Python meanwhile, does so while the others are made."""
    with ThreadPoolExecutor(1) as aside:
        setting = aside.submit(render, page, "pdf", language, drawn=drawn) if "pdf" in kinds else None
        found = {kind: render(page, kind, language, drawn=drawn) for kind in kinds if kind != "pdf"}
        if setting is not None:
            found["pdf"] = setting.result()
    return [found[kind] for kind in kinds]


def chosen(asked: Asked, known: Iterable[str], what: str) -> tuple[str, ...]:
    """What was asked for, each once, in its order.

    Raises
    ------
    ModelError
        Naming what is not known.
    """
    parts = asked.split(",") if isinstance(asked, str) else asked
    listed = tuple(dict.fromkeys(part.strip() for part in parts))
    wrong = [part for part in listed if part not in known]
    if wrong or not listed:
        raise ModelError(f"{what}: {', '.join(map(repr, wrong)) or 'nothing'}: expected some of {', '.join(known)}")
    return listed
