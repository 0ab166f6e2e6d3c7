"""What Word knows and python-docx has no words for: fields, heads that repeat, rules, shading, language."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from estimators.rendering.columns import HIGH, WIDE, Column, shape
from estimators.rendering.document import Table
from estimators.rendering.symbols import lowered

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

MARK, SOFT, WASH, RULE, INK = "A33A00", "585858", "F6F5F2", "D4D4D4", "1C1C1C"
LANGUAGES = {"en": "en-GB", "es": "es-MX", "pt": "pt-BR"}
TWENTIETHS = 1440.0 / 25.4  # of a point, by millimetre
FONT = "Times New Roman"


def prepare(document: "Document", title: str, language: str, date: datetime) -> None:
    """Language, fonts and properties of a new document."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    properties = document.core_properties
    properties.title, properties.language = title[:255], LANGUAGES[language]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = date
    for style, size in (("Normal", 10.5), ("Title", 19), ("Subtitle", 11), ("Heading 1", 13), ("Caption", 9)):
        font = document.styles[style].font
        font.name, font.size, font.color.rgb = FONT, Pt(size), RGBColor.from_string(SOFT if size in (9, 11) else INK)
        font.bold = style in ("Title", "Heading 1")
        named = document.styles[style].element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            named.attrib.pop(qn(f"w:{theme}"), None)
    for spoken in document.styles.element.iter(qn("w:lang")):
        spoken.set(qn("w:val"), LANGUAGES[language])
    footer = document.sections[0].footer.paragraphs[0]
    _field(footer, "PAGE", "1")


def add_caption(document: "Document", word: str, number: int, mark: str, text: str) -> "Paragraph":
    """A caption whose number is a field, so that Word counts on when a table is put in."""
    from docx.shared import RGBColor

    paragraph = document.add_paragraph(style="Caption")
    paragraph.add_run(f"{word}\u00a0").bold = True
    _field(paragraph, f"SEQ {word} \\* ARABIC", str(number), bold=True)
    paragraph.add_run(". ").bold = True
    if mark:
        run = paragraph.add_run(f"{mark}. ")
        run.bold, run.font.color.rgb = True, RGBColor.from_string(MARK)
    paragraph.add_run(text)
    return paragraph


def add_contents(document: "Document", heading: str, sections: Sequence[str]) -> None:
    """A list of the sections as a field: Word puts the pages in when it is asked to update it."""
    first = document.add_paragraph()
    first.add_run(heading).bold = True
    paragraph = document.add_paragraph()
    _field(paragraph, 'TOC \\o "1-1" \\h \\z', "\n".join(sections))


def shade(paragraph: "Paragraph") -> None:
    """A wash behind a paragraph and a bar on its left."""
    properties = paragraph._p.get_or_add_pPr()
    border = _element("w:pBdr", {})
    border.append(_element("w:left", {"val": "single", "sz": "48", "space": "8", "color": MARK}))
    shading = _element("w:shd", {"val": "clear", "color": "auto", "fill": WASH})
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    properties.insert_element_before(shading, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def add_table(document: "Document", table: Table, mark: str) -> None:
    """A table with rules above, below and under its head, which repeats on every page."""
    stood = shape(table)
    whole = (HIGH if stood.landscape else WIDE) * TWENTIETHS
    widths = [round(column.share * whole) for column in stood.columns]
    written = _element("w:tbl", {})
    properties = _element("w:tblPr", {})
    properties.append(_element("w:tblW", {"w": str(sum(widths)), "type": "dxa"}))
    rules = _element("w:tblBorders", {})
    for side, size, colour in (("top", "8", INK), ("bottom", "8", INK), ("insideH", "4", RULE)):
        rules.append(_element(f"w:{side}", {"val": "single", "sz": size, "space": "0", "color": colour}))
    properties.append(rules)
    properties.append(_element("w:tblLayout", {"type": "fixed"}))
    properties.append(_element("w:tblLook", {"val": "0020", "firstRow": "1", "firstColumn": "0", "noVBand": "1"}))
    properties.append(_element("w:tblCaption", {"val": table.caption}))
    grid = _element("w:tblGrid", {})
    for width in widths:
        grid.append(_element("w:gridCol", {"w": str(width)}))
    written.extend((properties, grid))
    if mark:
        warned = _row([mark], stood.columns[:1], [sum(widths)], stood.points, head=True, colour=MARK, span=len(widths))
        written.append(warned)
    heads = [column.head for column in stood.columns]
    written.append(_row(heads, stood.columns, widths, stood.points, head=True))
    for row in table.rows:
        written.append(_row(row, stood.columns, widths, stood.points, symbols=table.symbols))
    document.element.body.insert_element_before(written, "w:sectPr")
    document.add_paragraph()


def _row(
    cells: Sequence[str],
    columns: Sequence[Column],
    widths: Sequence[int],
    points: float,
    *,
    head: bool = False,
    colour: str = INK,
    span: int = 1,
    symbols: bool = False,
) -> Any:
    row, properties = _element("w:tr", {}), _element("w:trPr", {})
    properties.append(_element("w:cantSplit", {}))
    if head:
        properties.append(_element("w:tblHeader", {}))
    row.append(properties)
    for text, column, width in zip(cells, columns, widths, strict=True):
        cell, about = _element("w:tc", {}), _element("w:tcPr", {})
        about.append(_element("w:tcW", {"w": str(width), "type": "dxa"}))
        if span > 1:
            about.append(_element("w:gridSpan", {"val": str(span)}))
        if head:
            lines = _element("w:tcBorders", {})
            lines.append(_element("w:bottom", {"val": "single", "sz": "6", "space": "0", "color": INK}))
            about.append(lines)
        cell.extend((about, _written(text, column.right, points, bold=head, colour=colour, symbols=symbols)))
        row.append(cell)
    return row


def _written(text: str, right: bool, points: float, *, bold: bool, colour: str, symbols: bool) -> Any:
    """One paragraph of a cell."""
    paragraph, properties = _element("w:p", {}), _element("w:pPr", {})
    if bold:
        properties.append(_element("w:keepNext", {}))
    properties.append(_element("w:spacing", {"before": "20", "after": "20", "line": "240", "lineRule": "auto"}))
    properties.append(_element("w:jc", {"val": "right" if right else "left"}))
    paragraph.append(properties)
    for part, below in lowered(text) if symbols else ((text, False),):
        run, about, content = _element("w:r", {}), _element("w:rPr", {}), _element("w:t", {})
        if bold:
            about.append(_element("w:b", {}))
        about.append(_element("w:color", {"val": colour}))
        about.append(_element("w:sz", {"val": str(round(2 * points))}))
        if below:
            about.append(_element("w:vertAlign", {"val": "subscript"}))
        content.text = part
        content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.extend((about, content))
        paragraph.append(run)
    return paragraph


def _field(paragraph: "Paragraph", instruction: str, result: str, *, bold: bool = False) -> None:
    """A field with the result that stands until Word counts anew."""
    for kind in ("begin", instruction, "separate", result, "end"):
        run = paragraph.add_run()
        run.bold = bold or None
        if kind == instruction:
            code = _element("w:instrText", {})
            code.text = f" {instruction} "
            run._r.append(code)
        elif kind == result:
            run.text = result
        else:
            run._r.append(_element("w:fldChar", {"fldCharType": kind}))


def _element(name: str, attributes: dict[str, str]) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    return OxmlElement(name, attrs={qn(f"w:{key}"): value for key, value in attributes.items()})
