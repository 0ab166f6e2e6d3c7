"""A report as PDF, archivable (PDF/A-2a) and accessible (PDF/UA-1), set by typst from one template without a file or an address."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from estimators.rendering.columns import LONGEST_WORD, breakable, shape
from estimators.rendering.document import Banner, Block, Formula, Paragraph, Picture, Points, Report, Table
from estimators.rendering.drawing import drawn as draw_plan
from estimators.rendering.drawing import width
from estimators.rendering.labels import labels
from estimators.rendering.plan import Placed, plan
from estimators.rendering.symbols import lowered

EPOCH = (
    315_532_800  # 1980-01-01: a report says itself when its figures were read, and the same result gives the same bytes
)
LONGEST = 80  # letters of a word in a text
WHOLE = 800  # letters of a cell that fit on a page in any column; a row of such cells is not parted by its end


def render_pdf(report: Report, language: str = "en", drawn: Mapping[str, str] | None = None) -> bytes:
    """The report as tagged PDF with its fonts inside; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
        What to set.
    language : str
        "en", "es" or "pt": of the words of the frame, and of the text.
    drawn : mapping of str to str, optional
        What `draw` returned, where another format has paid for it already.

    Examples
    --------
    >>> from estimators.rendering import Section
    >>> render_pdf(Report("Title", "", (Section("", (Paragraph("Text."),)),)))[:8]
    b'%PDF-1.7'
    """
    import typst

    template, inputs = template_and_inputs(report, language, drawn)
    return typst.compile(
        template,
        format="pdf",
        sys_inputs=inputs,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[_fonts()]),
        pdf_standards=["a-2a", "ua-1"],
        timestamp=EPOCH,
    )


def template_and_inputs(
    report: Report, language: str = "en", drawn: Mapping[str, str] | None = None
) -> tuple[bytes, dict[str, str]]:
    """The template, the same for every report, and the report and its drawings as data."""
    planned, words = plan(report, language), labels(language)
    content = {
        "title": _shown(planned.title),
        "subtitle": _shown(planned.subtitle),
        "mark": _shown(planned.mark),
        "language": language,
        "contents": words.contents,
        "parts": [
            {
                "heading": _shown(part.heading),
                "contents": part.contents,
                "blocks": [_data(placed, words.verdict) for placed in part.blocks],
            }
            for part in planned.parts
        ],
    }
    template = (files("estimators.rendering") / "page.typ").read_bytes()
    return template, {"report": json.dumps(content), **(draw_plan(planned) if drawn is None else drawn)}


def _data(placed: Placed, verdict: str) -> dict[str, Any]:
    stands = {"kind": placed.kind, "name": placed.name, "label": placed.label, "leads": placed.leads}
    return {**stands, **_content(placed.block, verdict)}


def _content(block: Block, verdict: str) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"text": _shown(block.text)}
        case Banner():
            return {"verdict": _shown(f"{verdict}: {block.verdict}"), "meaning": _shown(block.meaning)}
        case Points():
            return {"items": [_shown(item) for item in block.items]}
        case Formula():
            return {"alternative": _shown(block.spoken), "width": None}
        case Picture():
            return {
                "caption": _shown(block.caption),
                "alternative": _shown(block.alternative),
                "width": width(block),
            }
        case Table():
            stood = asdict(shape(block))
            heads = [{**column, "head": _shown(column["head"], LONGEST_WORD)} for column in stood["columns"]]
            rows = [[_cell(cell, block.symbols) for cell in row] for row in block.rows]
            whole = max((len(cell) for row in block.rows for cell in row), default=0) <= WHOLE
            return {**stood, "columns": heads, "rows": rows, "caption": _shown(block.caption), "whole": whole}


def _cell(text: str, symbols: bool) -> str | list[tuple[str, bool]]:
    """A text, or parts of which some stand below the line."""
    shown = _shown(text, LONGEST_WORD)
    return [*lowered(shown)] if symbols else shown


def _fonts() -> Path:
    """Fonts that come with matplotlib, the same on every machine."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _glyphs() -> frozenset[int]:
    """Every character that the fallback font can show; those for private use may not stand in an archive."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(_fonts() / "DejaVuSans.ttf")).get_charmap())


def _shown(text: str, longest: int = LONGEST) -> str:
    """A text with the number of a character in place of one that no font at hand can show."""
    glyphs = _glyphs()
    return breakable(
        "".join(
            character
            if ord(character) in glyphs and unicodedata.category(character) != "Co"
            else f"[U+{ord(character):04X}]"
            for character in text
        ),
        longest,
    )
