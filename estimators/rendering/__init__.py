"""Reports as files: a report is a value, renderers are thin. They know nothing of results."""

from estimators.rendering.document import Banner, Block, Formula, Paragraph, Picture, Points, Report, Section, Table
from estimators.rendering.files import write
from estimators.rendering.html import render_html

__all__ = [
    "Banner",
    "Block",
    "Formula",
    "Paragraph",
    "Picture",
    "Points",
    "Report",
    "Section",
    "Table",
    "render_html",
    "write",
]
