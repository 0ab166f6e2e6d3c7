"""The Word document, opened again: real tables, heads that repeat, captions that count, words for pictures."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn

from estimators.rendering import Paragraph, Report, Section, Table, render_docx


@pytest.fixture(scope="module")
def content(nasty):
    return render_docx(nasty)


@pytest.fixture(scope="module")
def document(content):
    return Document(BytesIO(content))


def test_text_is_literal_everywhere(document, words):
    by_style = {}
    for paragraph in document.paragraphs:
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    assert by_style["Title"] == [words]
    assert by_style["Subtitle"] == [words]
    assert by_style["Heading 1"] == [words, "Long", "Empty", "Wide", "Formula", "Words"]
    assert by_style["List Bullet"][0] == words
    assert words in by_style["Normal"]
    assert f"Verdict: {words}" in by_style["Normal"]
    assert document.tables[1].rows[2].cells[2].text == words
    assert document.core_properties.title == words[:255]


def test_captions_count_and_carry_the_mark(document, words):
    captions = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "Caption"]
    texts = [("Table", 1, "First."), ("Figure", 1, words), ("Table", 2, words), ("Table", 3, "Empty."), ("Table", 4, "Wide."),
             ("Table", 5, "Words."), ("Figure", 2, "Two.")]  # fmt: skip
    assert [each.text for each in captions] == [
        f"{word}\u00a0{number}. not publishable. {text}" for word, number, text in texts
    ]
    fields = [each._p.find(f".//{qn('w:instrText')}").text.split() for each in captions]
    assert fields == [["SEQ", word, "\\*", "ARABIC"] for word, _, _ in texts]
    for each in captions:
        assert [part.get(qn("w:fldCharType")) for part in each._p.iter(qn("w:fldChar"))] == ["begin", "separate", "end"]


def test_tables_are_real_and_their_heads_repeat(document, words):
    shapes = [(len(table.rows), len(table.columns)) for table in document.tables]
    assert shapes == [(3, 2), (302, 3), (2, 2), (3, 12), (3, 2)]
    for table in document.tables:
        repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
        assert repeated == [True, True] + [False] * (len(table.rows) - 2)
        assert table.rows[0].cells[0].text == "not publishable"
        assert table.rows[0].cells[0]._tc.grid_span == len(table.columns)
    described = [table._tbl.find(f".//{qn('w:tblCaption')}").get(qn("w:val")) for table in document.tables]
    assert described == ["First.", words, "Empty.", "Wide.", "Words."]


def test_numbers_stand_on_the_right(document):
    sides = [cell._tc.find(f".//{qn('w:jc')}").get(qn("w:val")) for cell in document.tables[1].rows[5].cells]
    assert sides == ["left", "right", "left"]


def test_pictures_have_their_words_and_fit(document, words):
    described = [about.get("descr") for about in document.element.iter(qn("wp:docPr"))]
    assert described == [f"Alternative: {words}", f"spoken {words}", "Second."]
    assert all(0 < shape.width.mm <= 170.1 for shape in document.inline_shapes)
    assert len(document.inline_shapes) == 3


def test_the_wide_table_lies_on_its_side_and_only_that(document):
    lying = [section.page_width > section.page_height for section in document.sections]
    assert lying == [False, True, False]


def test_pages_turn_only_where_they_must():
    wide = Table(tuple("x" * 14), (("13,000 – 190,000",) * 14,), "C.")
    blocks = (wide, wide), (wide, Paragraph("p")), (Paragraph("p"), wide)
    document = Document(BytesIO(render_docx(Report("T", "", tuple(Section("S", each) for each in blocks)))))
    assert [section.page_width > section.page_height for section in document.sections] == [False, True, False, True]


def test_its_dates_are_not_those_of_the_clock(content, document):
    assert document.core_properties.created == document.core_properties.modified == datetime(1980, 1, 1, tzinfo=UTC)
    assert {entry.date_time for entry in ZipFile(BytesIO(content)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(("language", "tag"), [("en", "en-GB"), ("es", "es-MX"), ("pt", "pt-BR")])
def test_it_says_its_language(language, tag):
    document = Document(BytesIO(render_docx(Report("T", "", (Section("", (Paragraph("p"),)),)), language)))
    assert document.core_properties.language == tag
    assert {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))} == {tag}
