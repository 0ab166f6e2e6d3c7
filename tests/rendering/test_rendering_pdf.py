"""The PDF: an archive that says so, its text literal, numbers, captions, marks and words on everything."""

import json
import re
import zlib

import pytest
import typst

from estimators.rendering import Paragraph, Picture, Points, Report, Section, Table, render_pdf
from estimators.rendering.pdf import template_and_inputs

BREAK = "\u200b"


@pytest.fixture(scope="module")
def pdf(nasty):
    return render_pdf(nasty)


@pytest.fixture(scope="module")
def shown(words):
    """The words as the fonts at hand can show them."""
    return words.replace("中", "[U+4E2D]")


@pytest.fixture(scope="module")
def asked(nasty):
    """Elements of the document that typst has set."""
    template, inputs = template_and_inputs(nasty)
    return lambda selector: json.loads(typst.query(template, selector, sys_inputs=inputs))


def text_of(content):
    """The text of a piece of content, as typst has it."""
    if isinstance(content, list):
        return "".join(map(text_of, content))
    if not isinstance(content, dict):
        return ""
    if content.get("func") == "space":
        return " "
    inner = content.get("text", "") if content.get("func") == "text" else ""
    return inner + "".join(text_of(content[key]) for key in ("children", "child", "body") if key in content)


def inside(content, kind):
    """Every element of a kind within a piece of content."""
    if isinstance(content, list):
        return [found for each in content for found in inside(each, kind)]
    if not isinstance(content, dict):
        return []
    return ([content] if content.get("func") == kind else []) + inside(list(content.values()), kind)


def inflated(pdf):
    """The file and every stream in it, unpacked."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n", pdf):
        try:
            parts.append(zlib.decompressobj().decompress(pdf[found.end() :]))
        except zlib.error:
            continue
    return b"".join(parts)


def as_string(text):
    return b"FEFF" + text.encode("utf-16-be").hex().upper().encode()


def test_it_is_an_archive_with_tags_title_and_language(pdf, shown):
    assert pdf.startswith(b"%PDF-1.7")
    for claim in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"<rdf:li>en<", b"/Marked true"):
        assert claim in pdf, claim
    escaped = (
        shown.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&apos;")
    )
    assert escaped.encode() in pdf


def test_the_words_for_pictures_and_headings_are_literal(pdf, shown):
    whole = inflated(pdf)
    assert as_string(f"Alternative: {shown}") in whole
    assert as_string(f"spoken {shown}") in whole
    assert b"/Alt(Second.)" in whole
    assert as_string(shown) in whole  # in the outline


def test_captions_carry_number_and_mark(asked, shown):
    captions = [text_of(each["caption"]) for each in asked("figure")]
    texts = [("Table 1", "First."), ("Figure 1", shown), ("Table 2", shown), ("Table 3", "Empty."), ("Table 4", "Wide."),
             ("Table 5", "Words."), ("Figure 2", "Two.")]  # fmt: skip
    assert captions == [f"{label}. not publishable. {text}" for label, text in texts]


def test_heads_of_tables_repeat_and_carry_the_mark(asked):
    tables = asked("figure.where(kind: table)")
    assert len(tables) == 5
    for table in tables:
        (head,) = inside(table, "header")
        assert head["repeat"]
        assert text_of(head).startswith("not publishable")


def test_cells_are_literal(asked, shown, long_word):
    rows = [text_of(each) for each in inside(asked("figure.where(kind: table)"), "cell")]
    assert [row.replace(BREAK, "") for row in rows].count(
        shown
    ) == 3 + 1 + 1 + 1  # in the long table, in two heads, in the last table
    assert any(cell.replace(BREAK, "") == long_word and BREAK in cell for cell in rows)
    assert "0 – 0" in rows


def test_headings_and_lists_are_literal(asked, shown):
    assert [text_of(each) for each in asked("heading")] == [
        "Contents",
        shown,
        "Long",
        "Empty",
        "Wide",
        "Formula",
        "Words",
    ]


def test_the_template_holds_no_user_text_and_evaluates_none(nasty):
    template, inputs = template_and_inputs(nasty)
    other, _ = template_and_inputs(Report("T", "", ()))
    assert template == other
    assert b"eval" not in template
    assert b"#import" not in template
    assert set(inputs) == {"report", "figure-1", "figure-2", "formula-1"}


def test_a_long_table_goes_over_pages_and_a_wide_one_turns_the_page(pdf):
    boxes = [tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox ?\[([^\]]+)\]", inflated(pdf))]
    assert len(boxes) > 7
    assert len([box for box in boxes if box[2] > box[3]]) == 1


def test_what_no_font_can_show_is_named_by_number_and_its_pdf_is_still_an_archive():
    text = "中\ue000\U0001f9ff"
    report = Report(text, "", (Section(text, (Paragraph(text), Table((text,), (), text))),))
    assert "[U+4E2D][U+E000][U+1F9FF]" in json.loads(template_and_inputs(report)[1]["report"])["title"]
    assert b"pdfaid:part" in render_pdf(report)


def test_what_stands_below_the_line_in_symbols_and_nowhere_else():
    rows = (("n_∅, λ_kj", "with τ_ρ"), ("UKdat_5", "a_list"))
    tables = (Table(("a", "b"), rows, "C.", words=True, symbols=True), Table(("a", "b"), rows, "C.", words=True))
    template, inputs = template_and_inputs(Report("T", "", (Section("", tables),)))
    first, second = json.loads(typst.query(template, "table", sys_inputs=inputs))
    assert [text_of(each) for each in inside(first, "sub")] == ["∅", "kj", "ρ"]
    assert not inside(second, "sub")
    assert "UKdat_5" in text_of(first)


def test_a_list_never_stands_on_the_page_after_the_line_that_announces_it():
    def letters(text, filling):  # of each page
        blocks = (*[Paragraph("a")] * filling, Paragraph(text), Points(("b",)))
        template, inputs = template_and_inputs(Report("T", "", (Section("", blocks),)))
        pages = typst.compile(template, format="svg", sys_inputs=inputs)
        return [page.count(b"<use") for page in (pages if isinstance(pages, list) else [pages])]

    parted = next(filling for filling in range(38, 60) if len(letters("ABCD.", filling)) == 2)
    (first, second), (kept, together) = letters("ABCD.", parted), letters("ABCD:", parted)
    assert (kept, together) == (first - 5, second + 5)


def test_tall_figures_float_but_on_the_first_page(make_figure):
    tall = make_figure()
    tall.set_size_inches(6, 6)
    drawn = Picture(tall, "C.", "A.")
    template, inputs = template_and_inputs(
        Report("T", "", (Section("", (drawn,)), Section("S", (Paragraph("b"), drawn))))
    )
    figures = json.loads(typst.query(template, "figure", sys_inputs=inputs))
    assert [each["placement"] for each in figures] == [None, "auto"]


@pytest.mark.parametrize("rows", [15, 30])
def test_a_low_table_stays_on_one_page_and_a_long_one_fills_it(rows):
    lines = tuple((f"Area {row}", str(row)) for row in range(rows))
    blocks = (*[Paragraph("a")] * 30, Table(("area", "count"), lines, "C."))
    template, inputs = template_and_inputs(Report("T", "", (Section("", blocks),)))
    first, second = (page.count(b"<use") for page in typst.compile(template, format="svg", sys_inputs=inputs))
    assert first < 40 if rows == 15 else first > 60
    assert second > 60
