"""What stands below the line in a table of symbols, and only there; numbers stay with their per cent."""

from io import BytesIO

import docx
import pytest

from estimators.rendering import Paragraph, Report, Section, Table, render_docx, render_html, render_tex
from estimators.rendering.symbols import lowered

ROWS = (("n_∅, λ_kj", "with τ_ρ"), ("UKdat_5", "a_list, ℓ_m"))


@pytest.fixture(scope="module")
def page():
    tables = (
        Table(("Symbol", "Meaning"), ROWS, "Symbols.", words=True, symbols=True),
        Table(("a", "b"), ROWS, "Plain."),
    )
    return Report("T", "", (Section("", (Paragraph("50 % of 3 %"), *tables)),))


def test_names_of_more_letters_are_no_symbols():
    assert lowered("n_st, δ_+") == (("n", False), ("st", True), (", δ", False), ("+", True))
    for name in ("UKdat_5", "a_list", "log_x", "_x", "x_", ""):
        assert "".join(part for part, below in lowered(name) if below) == ""
        assert "".join(part for part, _ in lowered(name)) == name


def test_html(page):
    html = render_html(page)
    assert "n<sub>∅</sub>, λ<sub>kj</sub>" in html
    assert html.count("<sub>") == 4
    assert ">n_∅, λ_kj<" in html
    assert "50\u00a0% of 3\u00a0%" in html


def test_latex(page):
    source = render_tex(page)["report.tex"].decode()
    assert r"n\textsubscript{\ensuremath{\emptyset}}{,} \ensuremath{\lambda}\textsubscript{kj} &" in source
    assert r"UKdat\_5 & a\_list{,} \ensuremath{\ell}\textsubscript{m} \\" in source
    assert r"n\_\ensuremath{\emptyset}" in source
    assert r"50~\% of 3~\%" in source


def test_word(page):
    first, second = docx.Document(BytesIO(render_docx(page))).tables
    runs = [(run.text, bool(run.font.subscript)) for run in first.cell(1, 0).paragraphs[0].runs]
    assert runs == [("n", False), ("∅", True), (", λ", False), ("kj", True)]
    assert [run.text for run in second.cell(1, 0).paragraphs[0].runs] == ["n_∅, λ_kj"]
