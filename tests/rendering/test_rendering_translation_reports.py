"""Real reports in three languages and four formats: nothing of ours stays English, and every number is the same in all twelve."""

from collections import Counter

import pytest

import estimators as est
from estimators import audit, numbers
from estimators.audit.readings import Reading
from estimators.rendering import Banner, Formula, Paragraph, Picture, Points, Table
from estimators.rendering.translate import LANGUAGES, numbers_of, translated, untranslated
from estimators.rendering.words.numerals import localised
from estimators.rendering.words.speaker import speaker
from estimators.reports.publication import publication

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
    "courts",
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


@pytest.fixture(scope="module")
def publications(figures):
    """The full report, with checklists and formulas, of estimators that need no sampler."""
    models = (est.Multiplier(CLAIM), est.Bounds(lowest=0.005, highest=0.02), est.AnchorBudget((CLAIM, INCIDENCE)))
    rows = figures.source_table()
    return [publication(est.fit(model, figures, seed=1), about="first\n\nOurs.", sources=rows) for model in models]


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


def test_only_words_of_users_stay_in_publications(publications):
    for report in publications:
        left = {text.removesuffix(".") for text in untranslated(report)}
        assert left <= {text.removesuffix(".") for text in OURS_OF_USERS}, report.subtitle


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
def test_no_number_changes(mexico, readings, publications, language):
    for report in (mexico, readings, *publications):
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
