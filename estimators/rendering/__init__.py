"""Reports as files: a report is a value, renderers are thin. They know nothing of results."""

from estimators.rendering.document import Banner, Block, Formula, Paragraph, Picture, Points, Report, Section, Table
from estimators.rendering.drawing import draw
from estimators.rendering.files import write
from estimators.rendering.formats import FORMATS, render
from estimators.rendering.html import render_html
from estimators.rendering.pdf import render_pdf
from estimators.rendering.tex import render_tex
from estimators.rendering.word import render_docx

__all__ = [
    "FORMATS",
    "Banner",
    "Block",
    "Formula",
    "Paragraph",
    "Picture",
    "Points",
    "Report",
    "Section",
    "Table",
    "draw",
    "render",
    "render_docx",
    "render_html",
    "render_pdf",
    "render_tex",
    "write",
]
