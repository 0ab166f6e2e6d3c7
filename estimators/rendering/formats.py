"""One way to every format."""

from collections.abc import Callable, Mapping

from estimators.errors import ModelError
from estimators.rendering.document import Report
from estimators.rendering.html import render_html
from estimators.rendering.pdf import render_pdf
from estimators.rendering.tex import render_tex
from estimators.rendering.word import render_docx

type Drawn = Mapping[str, str] | None

FORMATS: dict[str, Callable[[Report, str, Drawn], dict[str, bytes]]] = {
    "html": lambda report, language, drawn: {"report.html": render_html(report, language, drawn).encode()},
    "pdf": lambda report, language, drawn: {"report.pdf": render_pdf(report, language, drawn)},
    "tex": lambda report, language, _: render_tex(report, language),
    "docx": lambda report, language, _: {"report.docx": render_docx(report, language)},
}


def render(
    report: Report,
    format: str,  # noqa: A002  # what everybody calls it
    language: str = "en",
    *,
    drawn: Drawn = None,
) -> dict[str, bytes]:
    """A report as files: names and contents.

    Parameters
    ----------
    report : Report
        What to write.
    format : str
        "html", "pdf", "tex" or "docx".
    language : str
        "en", "es" or "pt": of the words of the frame; the report itself comes in that language already.
    drawn : mapping of str to str, optional
        What `draw` returned for this report: HTML and PDF can share it.

    Returns
    -------
    dict of str to bytes
        ``report.html``, ``report.pdf``, ``report.docx``, or ``report.tex`` with ``figures/figure-1.pdf`` and so on. The same report
        gives the same bytes.

    Raises
    ------
    ModelError
        No such format, no such language.

    Examples
    --------
    >>> from estimators.rendering import Paragraph, Section
    >>> report = Report("Title", "", (Section("", (Paragraph("Text."),)),))
    >>> list(render(report, "tex"))
    ['report.tex']
    """
    if format not in FORMATS:
        raise ModelError(f"format: {format!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[format](report, language, drawn)
