"""Real reports in three languages and four formats: nothing of ours stays English, and every number is the same in all twelve."""

import io
import json
import re
import zipfile
from collections import Counter
from html.parser import HTMLParser

import pytest

import estimators as est
from estimators import audit, numbers
from estimators.audit.readings import Reading
from estimators.rendering import Banner, Formula, Paragraph, Picture, Points, Report, Section, Table, render
from estimators.rendering.pdf import template_and_inputs
from estimators.rendering.translate import LANGUAGES, numbers_of, translated, untranslated
from estimators.rendering.words.numerals import localised
from estimators.rendering.words.speaker import speaker

CLAIM = est.Claim("1 in 100", by="Somebody", within=3, derived_from="a list")
INCIDENCE = est.gamma_prior(3, 500, reason="wide on purpose")
OURS_OF_USERS = {
    "Somebody",
    "a list",
    "wide on purpose",
    "A household survey",
    "An office",
    "Ours.",
    "short",
    "first",
    "second",
    "capacity index courts",
    "intercept courts",
    "loading courts",
}
STREAMS = (
    est.IdentifiedVictims(),
    est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted")),
    est.Hotline(),
    est.Survey(),
    est.Overlap(),
    est.Validation(),
    est.Publication(),
    est.CapacityIndex(est.Covariate.of("courts", {"MEX": 0.1, "GTM": -0.1})),
)


@pytest.fixture(scope="module")
def figures():
    return est.datasets.mexico().where(start="2020-01-01")


@pytest.fixture(scope="module")
def mexico():
    made = audit.mexico_audit(seed=1)
    return audit.document(made, audit.MEXICO)


@pytest.fixture(scope="module")
def readings(figures):
    """The report of an audit with every estimator that needs no sampler."""
    survey = est.ExternalEstimate("A household survey", 20_000.0, 0.2, by="An office", reason="short")
    models = {
        "first": est.Multiplier(CLAIM),
        "second": est.ThinnedPoisson(est.Claim("96 % hidden", within=2), INCIDENCE),
        "a": est.ThinnedNegativeBinomial(est.Claim("1 in 50 to 1 in 200", by="Somebody"), INCIDENCE, 2.0),
        "b": est.AnchorBudget((CLAIM, survey, INCIDENCE)),
    }
    made = audit.run(
        [Reading(name, model, "the same, trusted more") for name, model in models.items()], {"figures": figures}, seed=1
    )
    return audit.document(made, audit.context_of(made, "darkfigure audit"))


def strings(report):
    """Every text of a report but those on its figures."""
    yield from (report.title, report.subtitle, report.mark)
    for section in report.sections:
        yield section.heading
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    yield text
                case Points(items):
                    yield from items
                case Banner(verdict, meaning):
                    yield from (verdict, meaning)
                case Formula(_, spoken):
                    yield spoken
                case Picture(_, caption, alternative):
                    yield from (caption, alternative)
                case Table():
                    yield from (*block.columns, *(cell for row in block.rows for cell in row), block.caption)


def counted(texts, language):
    return Counter(number for text in texts for number in numbers_of(text, language))


def test_nothing_of_the_report_on_mexico_stays_english(mexico):
    assert untranslated(mexico) == ()


def test_only_words_of_users_stay_in_an_audit(readings):
    left = {text.removesuffix(".") for text in untranslated(readings)}
    assert left <= {text.removesuffix(".") for text in OURS_OF_USERS}


@pytest.mark.parametrize("language", ["es", "pt"])
def test_every_assumption_prior_and_description_of_ours_is_known(language):
    claim = est.Claim("1 in 100", area="MEX", by="Somebody", derived_from="a list")
    models = [
        est.Bounds(lowest=0.005, highest=0.02),
        est.HierarchicalThinnedPoisson(CLAIM),
        est.Synthesis(est.Incidence(), STREAMS, anchors=(claim,)),
        est.Synthesis(est.Incidence(by="form", strata=("sexual", "labour")), STREAMS[:1], anchors=(claim,)),
        est.Synthesis(est.Incidence(neighbours=(("MEX", "GTM"),)), STREAMS[:1]),
    ]
    for model in models:
        rows = [
            text
            for prior in model.priors()
            for text in (prior.name.replace("_", " "), prior.description, prior.formula, prior.reason)
        ]
        for text in (*model.assumptions(), *rows, repr(model).partition(" Priors: ")[0]):
            left = {text.strip(" .") for text in speaker(language).say(text).left}
            assert left <= {text.strip(" .") for text in OURS_OF_USERS}, text


@pytest.mark.parametrize("language", ["es", "pt"])
def test_no_number_changes(mexico, readings, language):
    for report in (mexico, readings):
        there = translated(report, language).report
        assert counted(strings(there), language) == counted(strings(report), "en")


@pytest.mark.parametrize("value", [0.0, 1.0, 0.0362, 999.5, 1171.0, 181_936.0, 2.5e6, 1e12, float("inf"), float("nan")])
def test_whatever_numbers_prints_is_read_back(value):
    printed = [
        numbers.number(value),
        numbers.count(value),
        numbers.interval(value / 2, value * 2),
        numbers.estimate(value, value / 2, value * 2),
    ]
    printed += [numbers.percent(share) for share in (0.003, 0.5178, 1.0)] + [
        numbers.one_in(share) for share in (0.4, 0.0001)
    ]
    for text in printed:
        for language in LANGUAGES:
            assert numbers_of(localised(text, language), language) == numbers_of(text, "en")


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
def twelve(readings):
    """Numbers of one report by format and language; figures left out, whose words are tested below."""
    bare = Report(
        readings.title,
        readings.subtitle,
        tuple(
            Section(each.heading, tuple(block for block in each.blocks if not isinstance(block, Picture)))
            for each in readings.sections
        ),
    )
    readers = {"html": of_html, "pdf": of_pdf, "tex": of_tex, "docx": of_docx}
    found = {}
    for language in LANGUAGES:
        there = translated(bare, language).report
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
