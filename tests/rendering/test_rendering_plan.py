"""What all formats share: numbers, clean text, columns, the mark, one way in, the same bytes twice."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from estimators.errors import ModelError
from estimators.rendering import FORMATS, Paragraph, Picture, Points, Report, Section, Table, draw, render
from estimators.rendering.columns import WIDE, on_the_right, shape
from estimators.rendering.drawing import marked
from estimators.rendering.labels import LABELS
from estimators.rendering.plan import plan


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_report_gives_the_same_bytes(nasty, form):
    assert render(nasty, form) == render(nasty, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", LABELS)
def test_every_format_speaks_every_language(make_figure, form, language):
    blocks = (Table(("a",), (("b",),), "C."), Picture(make_figure(), "D.", "E."))
    assert all(render(Report("T", "", (Section("S", blocks),)), form, language).values())


@pytest.mark.parametrize(("form", "language"), [("odt", "en"), ("PDF", "en"), ("html", "fr")])
def test_what_is_not_there_is_refused_by_name(form, language):
    with pytest.raises(ModelError, match=r"expected one of (html, pdf, tex, docx|en, es, pt)$"):
        render(Report("T", "", ()), form, language)


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_drawings_can_be_shared(nasty, form):
    drawn = draw(nasty)
    assert set(drawn) == {"figure-1", "figure-2", "formula-1"}
    assert render(nasty, form, drawn=drawn) == render(nasty, form)
    other = dict.fromkeys(drawn, drawn["figure-1"])
    assert render(nasty, form, drawn=other) != render(nasty, form)


def test_tables_and_figures_have_their_own_numbers(nasty):
    placed = [placed for part in plan(nasty, "pt").parts for placed in part.blocks]
    labels = [each.label for each in placed if each.label]
    assert labels == ["Tabela 1", "Figura 1", "Tabela 2", "Tabela 3", "Tabela 4", "Tabela 5", "Figura 2"]
    assert len({each.name for each in placed}) == len(placed)


def test_a_section_of_nothing_is_left_out_and_a_short_report_has_no_contents(nasty):
    assert "Gone" not in [part.heading for part in plan(nasty).parts]
    assert [part.contents for part in plan(nasty).parts] == [False, True, False, False, False, False, False]
    assert not any(part.contents for part in plan(replace(nasty, sections=nasty.sections[:3])).parts)


@pytest.mark.parametrize("form", FORMATS)
def test_characters_that_no_file_may_hold_do_no_harm(form):
    text = "a\x00b\x1b[0m\ud800\ufffe\u202egnp.exe\ue000\u0301\u200d\U0010ffff"
    report = Report(text, text, (Section(text, (Paragraph(text), Table((text,), ((text,),), text))),), text)
    content = b"".join(render(report, form).values())
    if form in ("html", "tex"):
        assert not {"\x00", "\x1b", "\u202e", "\ufffe"} & set(content.decode())


@pytest.mark.parametrize("form", FORMATS)
def test_a_title_may_be_long(form):
    assert render(Report("long " * 200, "", (Section("", (Paragraph("a"),)),)), form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_of_nothing_is_a_title(form):
    assert render(Report("Title", "", ()), form)


@pytest.mark.parametrize(("columns", "rows"), [(("a", "b"), (("1",),)), (("a",), (("1", "2"),)), ((), ())])
def test_tables_that_are_none_are_refused(columns, rows):
    with pytest.raises(ModelError, match=r"table 'C.', row \d: \d cells: expected \d"):
        Table(columns, rows, "C.")


def test_numbers_stand_on_the_right_and_words_on_the_left():
    rows = (
        ("1", "no figure", "conflict", "× 1.7", "2019-01-01"),
        ("2", "no figure", "2 of them conflict", "", "x"),
        ("3", "4", "", "∞", "y"),
    )
    table = Table(("year", "count", "verdict", "factor", "date"), rows, "C.")
    assert on_the_right(table) == (False, True, False, True, False)
    assert on_the_right(replace(table, words=True)) == (False,) * 5
    assert on_the_right(Table(("a", "b"), (), "Empty.")) == (False, False)


def test_wide_tables_get_smaller_letters_then_lie_down_and_never_leave_the_page():
    shapes = [
        shape(Table(("area", *"x" * many), (("Mexico", *["13,000 – 190,000"] * many),), "C.")) for many in range(1, 16)
    ]
    assert (shapes[0].points, shapes[0].landscape) == (9.0, False)
    assert shapes[-1].landscape
    turned = [each.landscape for each in shapes]
    assert turned == sorted(turned)
    upright = [each.points for each in shapes if not each.landscape]
    assert upright == sorted(upright, reverse=True)
    assert len(set(upright)) > 1
    assert all(sum(column.share for column in each.columns) < 1.001 for each in shapes)
    for each in shapes[:5]:
        assert all(column.share * WIDE > 16 * 0.45 * each.points * 0.3528 for column in each.columns[1:])


def test_names_are_not_broken_where_sentences_can_give_way():
    rows = (("EXH and ABA as one", "a sentence of reasons " * 9), ("as given", ""))
    columns = shape(Table(("change", "reasons"), rows, "C.")).columns
    assert columns[0].share * WIDE > 18 * 0.5 * 9 * 0.3528
    both = shape(
        Table(("change", "reasons"), (("reasons of many words " * 5, "of many more words " * 12),), "C.")
    ).columns
    assert both[0].share < both[1].share


def test_a_line_that_announces_a_list_is_known_and_marked():
    def written(text, form):
        report = Report("T", "", (Section("", (Paragraph(text), Points(("a",)))),))
        return render(report, form)["report." + form]

    sections = (Section("", (Paragraph("Left:"), Paragraph("Left."), Points(("Left:",)))),)
    assert [placed.leads for placed in plan(Report("T", "", sections)).parts[0].blocks] == [True, False, False]
    assert b'<p class="leads">Left:' in written("Left:", "html")
    assert b'<p class="leads">' not in written("Left.", "html")
    kept = [
        paragraph.paragraph_format.keep_with_next
        for text in ("Left:", "Left.")
        for paragraph in Document(BytesIO(written(text, "docx"))).paragraphs
        if paragraph.text == text
    ]
    assert kept == [True, None]


def test_the_mark_is_drawn_once_and_taken_away_again(make_figure):
    figure = make_figure()
    with marked(figure, "not publishable"), marked(figure, "not publishable"):
        assert [text.get_text() for text in figure.texts] == ["not publishable"]
    assert not figure.texts
    with marked(figure, ""):
        assert not figure.texts
