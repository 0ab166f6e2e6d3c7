"""A report as a Word document: real tables, captions that Word can count, pictures with their words."""

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from estimators.rendering.columns import MARGIN, PAGE, shape
from estimators.rendering.document import Banner, Formula, Paragraph, Picture, Points, Report, Table
from estimators.rendering.drawing import formula, picture, width
from estimators.rendering.labels import Labels, labels
from estimators.rendering.plan import Placed, plan
from estimators.rendering.word_parts import MARK, add_caption, add_contents, add_table, prepare, shade

if TYPE_CHECKING:
    from docx.document import Document

EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # the first date that a zip can hold; the same report gives the same bytes


def render_docx(report: Report, language: str = "en") -> bytes:
    """The report as a Word document; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
        What to write.
    language : str
        "en", "es" or "pt": of the words of the frame, and of the text.

    Examples
    --------
    >>> from estimators.rendering import Section
    >>> render_docx(Report("Title", "", (Section("", (Paragraph("Text."),)),)))[:2]
    b'PK'
    """
    from docx import Document

    planned, words = plan(report, language), labels(language)
    document = Document()
    prepare(document, planned.title, language, EPOCH)
    _turn(document, landscape=False, first=True)
    document.add_paragraph(planned.title, style="Title")
    if planned.subtitle:
        document.add_paragraph(planned.subtitle, style="Subtitle")
    lying = False
    for part in planned.parts:
        if part.contents:
            add_contents(document, words.contents, [part.heading for part in planned.parts if part.heading])
        for placed in part.blocks:
            wanted = isinstance(placed.block, Table) and shape(placed.block).landscape
            if wanted != lying:
                _turn(document, landscape=wanted)
                lying = wanted
            if part.heading and placed is part.blocks[0]:
                document.add_heading(part.heading, 1)
            _add(document, placed, planned.mark, words)
    buffer = BytesIO()
    document.save(buffer)
    return _undated(buffer.getvalue())


def _add(document: "Document", placed: Placed, mark: str, words: Labels) -> None:
    from docx.shared import RGBColor

    match placed.block:
        case Paragraph(text):
            document.add_paragraph(text).paragraph_format.keep_with_next = placed.leads or None
        case Points(items):
            for item in items:
                document.add_paragraph(item, style="List Bullet")
        case Banner(verdict, meaning):
            first = document.add_paragraph()
            run = first.add_run(f"{words.verdict}: {verdict}")
            run.bold, run.font.color.rgb = True, RGBColor.from_string(MARK)
            first.paragraph_format.keep_with_next = True
            for paragraph in (first, document.add_paragraph(meaning)):
                shade(paragraph)
        case Formula(_, spoken):
            _insert(document, formula(placed.block, "png"), spoken, placed, None)
        case Picture(_, caption, alternative):
            _insert(document, picture(placed.block, mark, "png"), alternative, placed, width(placed.block))
            add_caption(document, words.figure, placed.number, mark, caption)
        case Table(_, _, caption):
            add_caption(document, words.table, placed.number, mark, caption).paragraph_format.keep_with_next = True
            add_table(document, placed.block, mark)


def _insert(document: "Document", image: bytes, alternative: str, placed: Placed, wide: float | None) -> None:
    """A picture on a line of its own, with its words."""
    from docx.shared import Mm

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = placed.kind == "figure"
    inserted = paragraph.add_run().add_picture(BytesIO(image), width=None if wide is None else Mm(wide))
    about = inserted._inline.docPr
    about.set("descr", alternative)
    about.set("name", placed.label or placed.name)


def _turn(document: "Document", *, landscape: bool, first: bool = False) -> None:
    """Pages upright or lying from here on."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    section = document.sections[0] if first else document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    wide, high = reversed(PAGE) if landscape else PAGE
    section.page_width, section.page_height = Mm(wide), Mm(high)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)


def _undated(packed: bytes) -> bytes:
    """The same archive with every file of the same date."""
    buffer = BytesIO()
    with ZipFile(BytesIO(packed)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, EPOCH.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return buffer.getvalue()
