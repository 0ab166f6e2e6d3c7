"""LaTeX, without a LaTeX at hand: a small reader of the source that knows what each command takes and gives back the text."""

import re
import shutil
import subprocess
import unicodedata

import pytest

from estimators.rendering import Formula, Paragraph, Report, Section, Table, render_tex
from estimators.rendering.characters import ACCENTS, GREEK, KNOWN, MATHEMATICAL, NAMED, escaped

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}]|[^\\{}]", re.DOTALL)
COMMANDS = {
    "documentclass", "usepackage", "title", "author", "date", "begin", "end", "maketitle", "tableofcontents", "section",
    "addcontentsline", "textbf", "par", "item", "centering", "includegraphics", "linewidth", "caption", "label", "fontsize",
    "selectfont", "multicolumn", "toprule", "midrule", "bottomrule", "endfirsthead", "endhead", "endfoot", "begingroup", "endgroup",
    "setlength", "LTcapwidth", "large", "hypersetup", "textheight",
}  # fmt: skip
INVERSE = {written.removesuffix("{}"): plain for plain, written in KNOWN.items() if written.startswith("\\")}
INVERSE |= {f"\\{name}": plain for plain, name in NAMED.items()}
INVERSE |= {written: plain for plain, written in MATHEMATICAL.items()}
INVERSE |= {f"\\{name}": plain for plain, name in GREEK.items()}
OVER = {f"\\{written}": accent for accent, written in ACCENTS.items()}


def group(tokens, place):
    """The tokens of the group that begins here, and the place after it."""
    assert tokens[place] == "{", tokens[place : place + 20]
    depth, begin = 0, place + 1
    while True:
        depth += {"{": 1, "}": -1}.get(tokens[place], 0)
        place += 1
        if not depth:
            return tokens[begin : place - 1], place


def read(text):
    """What LaTeX would print of an escaped text; whatever else is in it fails."""
    return unicodedata.normalize("NFC", "".join(spoken(TOKEN.findall(text))))


def spoken(tokens):
    place = 0
    while place < len(tokens):
        part = tokens[place]
        if part == "{":
            inner, place = group(tokens, place)
            yield from spoken(inner)
            continue
        place += 1
        if part in OVER and tokens[place : place + 1] == ["{"]:
            inner, place = group(tokens, place)
            yield from (*spoken(inner), OVER[part])
        elif part == "\\ensuremath":
            inner, place = group(tokens, place)
            yield "".join(INVERSE.get(each, {"-": "−"}.get(each, each)) for each in inner)
        elif part == "\\character":
            inner, place = group(tokens, place)
            yield chr(int("".join(inner), 16))
        elif part == "\\allowbreak":
            place += 2
        elif part.startswith("\\"):
            yield INVERSE[part]
            place += 2 if tokens[place : place + 2] == ["{", "}"] else 0
        else:
            assert part not in '#$%&_^~"`', part
            yield part


@pytest.fixture(scope="module")
def source(nasty):
    return render_tex(nasty)["report.tex"].decode("ascii")


@pytest.fixture(scope="module")
def body(source):
    return source[source.index(r"\begin{document}") :]


def test_escaping_comes_back_as_it_went_in(words):
    assert read(escaped(words)) == words
    everything = "".join(chr(code) for code in range(32, 127)) + "".join(
        (NAMED | GREEK | MATHEMATICAL).keys() - {"∆", "″"}
    )
    assert read(escaped(everything)) == everything
    assert escaped(everything).isascii()


@pytest.mark.parametrize("pair", ["--", "---", "``", "''", ",,", "<<", ">>", "?`", "!`"])
def test_ligatures_are_cut(pair):
    assert pair not in escaped(pair)


def test_accents_of_every_kind():
    assert escaped("é") == escaped("e\u0301") == r"\'{e}"
    assert escaped("k̂ ρ̂ ế") == r"\^{k} \ensuremath{\hat{\rho}} \'{\^{e}}"
    assert escaped("שa\u0350") == r"\character{5E9}a\character{350}"


def test_only_known_commands_stand_in_the_document(body):
    formulas = re.sub(r"\\\[ .*? \\\]", "", body)
    used = {token[1:] for token in TOKEN.findall(re.sub(r"(?m)^%.*$", "", formulas)) if re.match(r"\\[A-Za-z]", token)}
    allowed = COMMANDS | {"ensuremath", "character", "allowbreak", *ACCENTS.values()} | {name[1:] for name in INVERSE}
    assert used <= allowed


def test_braces_and_environments_close(source):
    visible = re.sub(r"(?m)^%.*$", "", source)
    depth = 0
    for token in TOKEN.findall(visible):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
    assert depth == 0
    stack = []
    for kind, name in re.findall(r"(?<!\\)\\(begin|end)\{(\w+)\}", visible):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack


def test_titles_captions_and_cells_say_what_the_user_said(body, words):
    (title,) = re.findall(r"(?m)^\\title\{(.*?)\\\\\[1ex\]", body.replace("\n\n", "\n")) or [""]
    headings = re.findall(r"(?m)^\\section\*\{(.*)\}$", body)
    captions = re.findall(r"(?m)^\\caption\{\\textbf\{not publishable\.\} (.*)\}\\label\{([\w-]+)\}", body)
    assert not title
    assert [read(heading) for heading in headings] == [words, "Long", "Empty", "Wide", "Formula", "Words"]
    assert [(read(caption), label) for caption, label in captions] == [
        ("First.", "table-1"), (words, "figure-1"), (words, "table-2"), ("Empty.", "table-3"), ("Wide.", "table-4"),
        ("Words.", "table-5"), ("Two.", "figure-2")]  # fmt: skip
    assert read(re.findall(r"(?m)^A0 & 0 \S+ 0 & (.*) \\\\$", body)[0]) == words
    assert [read(each) for each in re.findall(r"alt=\{(.*)\}\]\{figures/", body)] == [
        f"Alternative: {words}",
        "Second.",
    ]


def test_every_table_stands_alone_between_comments_with_its_mark(body):
    tables = re.findall(r"(?ms)^% (table-\d): begin\n(.*?)\n% \1: end$", body)
    assert [name for name, _ in tables] == [f"table-{place}" for place in range(1, 6)]
    for _, written in tables:
        heads = written.count(r"\multicolumn")
        assert heads == (2 if "longtable" in written else 1)
        assert written.count(r"\textbf{not publishable}} \\") == heads
        assert written.count(r"\toprule") == heads
        assert written.count(r"\begin{") == written.count(r"\end{")
    long, wide = tables[1][1], tables[3][1]
    assert long.count(r"\begin{longtable}") == 1
    assert len(re.findall(r"(?m)^A\d+ & ", long)) == 300
    assert wide.startswith(r"\begin{landscape}")


def test_rows_have_as_many_cells_as_columns(body):
    for columns, rows in re.findall(
        r"(?s)\\begin\{(?:tabular|longtable)\}\{([LR{}\d.]+)\}(.*?)\\end\{(?:tabular|longtable)\}", body
    ):
        for row in re.findall(r"(?m)^(?!\\(?:multicolumn|caption))(.*) \\\\$", rows):
            assert len(re.findall(r"(?<!\\)&", row)) + 1 == len(re.findall("[LR]", columns))


def test_figures_stand_beside_it(nasty):
    files = render_tex(nasty)
    assert set(files) == {"report.tex", "figures/figure-1.pdf", "figures/figure-2.pdf"}
    named = re.findall(r"\{(figures/[^}]+)\}", files["report.tex"].decode())
    assert named == ["figures/figure-1.pdf", "figures/figure-2.pdf"]
    assert all(
        content.startswith(b"%PDF") and b"CreationDate" not in content for name, content in files.items() if "/" in name
    )


def test_formulas_are_native():
    source = render_tex(Report("T", "", (Section("", (Formula(r"\hat{\rho} = n / N", "50 %\nhat"), Paragraph("p"))),)))[
        "report.tex"
    ]
    assert b"% 50~\\% hat\n\\[ \\hat{\\rho} = n / N \\]\n" in source


@pytest.mark.parametrize(
    ("language", "names"), [("es", ("spanish", "Tabla", "Contenido")), ("pt", ("brazilian", "Tabela", r"Conte\'{u}do"))]
)
def test_languages_are_those_of_babel(language, names):
    source = render_tex(Report("T", "", (Section("", (Table(("a",), (), "C."),)),)), language)["report.tex"].decode()
    babel, table, contents = names
    assert rf"\usepackage[{babel}" in source
    assert rf"\addto\captions{babel}{{\renewcommand{{\tablename}}{{{table}}}" in source
    assert rf"\renewcommand{{\contentsname}}{{{contents}}}" in source


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX on this machine")
@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_it_compiles_as_it_is(nasty, language, tmp_path):
    for name, content in render_tex(nasty, language).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")  # noqa: S603
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "report.pdf").exists()
    assert "Float too large" not in done.stdout
