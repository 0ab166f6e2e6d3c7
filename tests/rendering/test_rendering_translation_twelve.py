"""One report in four formats and three languages: every number is the same in all twelve."""

import io
import json
import re
import zipfile
from collections import Counter
from html.parser import HTMLParser

import pytest

import estimators as est
from estimators.rendering import Picture, Report, Section, render
from estimators.rendering.pdf import template_and_inputs
from estimators.rendering.translate import LANGUAGES, numbers_of, translated
from estimators.reports.publication import publication

CLAIM = est.Claim("1 in 100", by="Somebody", within=3, derived_from="a list")


@pytest.fixture(scope="module")
def report():
    """The full report of an estimator with two anchors; figures left out, whose words are tested elsewhere."""
    figures = est.datasets.mexico().where(start="2020-01-01")
    model = est.AnchorBudget((CLAIM, est.gamma_prior(3, 500, reason="wide on purpose")))
    whole = publication(est.fit(model, figures, seed=1), about="first", sources=figures.source_table())
    sections = tuple(
        Section(each.heading, tuple(block for block in each.blocks if not isinstance(block, Picture)))
        for each in whole.sections
    )
    return Report(whole.title, whole.subtitle, sections)


def counted(texts, language):
    return Counter(number for text in texts for number in numbers_of(text, language))


class Reader(HTMLParser):
    """The text of a page that a reader sees, without drawings."""

    def __init__(self):
        super().__init__()
        self.texts, self.hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("svg", "style", "head")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("svg", "style", "head")

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.texts.append(data)


def of_html(report, language):
    reader = Reader()
    reader.feed(render(report, "html", language)["report.html"].decode())
    return reader.texts


def of_pdf(report, language):
    """What typst is given to set: every text, and neither names nor widths."""
    _, inputs = template_and_inputs(report, language, drawn={})
    found = []

    def walk(value, key=""):
        match value:
            case dict():
                for name, inside in value.items():
                    walk(inside, name)
            case list():
                for inside in value:
                    walk(inside, key)
            case str() if key not in ("name", "kind", "language", "alternative"):
                found.append(value)

    walk(json.loads(inputs["report"]))
    return found


LAYOUT = re.compile(
    r"(?m)^%.*$|\\includegraphics.*|\\begin\{(longtable|tabular)\}.*|\\(label|addcontentsline\{toc\}\{section\})\{[^}]*\}|\\fontsize.*"
)


def of_tex(report, language):
    source = render(report, "tex", language)["report.tex"].decode().partition(r"\begin{document}")[2]
    source = re.sub(r"\\[a-z]+\{\}|\\allowbreak ?", "", LAYOUT.sub("", source))
    return [source.replace("{,}", ",").replace("{-}", "-").replace(r"\ensuremath{-}", "-").replace(r"\_", "_")]


def of_docx(report, language):
    with zipfile.ZipFile(io.BytesIO(render(report, "docx", language)["report.docx"])) as archive:
        page = archive.read("word/document.xml").decode()
    paragraphs = re.findall(r"<w:p[ >].*?</w:p>", page, re.DOTALL)
    return ["".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", each)) for each in paragraphs]


@pytest.fixture(scope="module")
def twelve(report):
    """Numbers by format and language."""
    readers = {"html": of_html, "pdf": of_pdf, "tex": of_tex, "docx": of_docx}
    found = {}
    for language in LANGUAGES:
        there = translated(report, language).report
        found |= {(name, language): counted(read(there, language), language) for name, read in readers.items()}
    return found


def test_the_numbers_are_the_same_in_twelve_outputs(twelve):
    assert len(twelve) == 12
    first = twelve["html", "en"]
    assert first.total() > 200
    labels = {str(number) for number in range(1, 20)}  # of tables, which LaTeX counts itself
    for (name, language), found in twelve.items():
        assert found == twelve[name, "en"], (name, language, found - twelve[name, "en"], twelve[name, "en"] - found)
        assert set(found) | labels == set(first) | labels, (name, language, set(found) ^ set(first))
