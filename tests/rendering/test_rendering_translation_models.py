"""Reports of trees, labels, regressions, exits, rules of recording and breaks: formulas are there, and nothing of ours is English."""

import warnings

import pandas as pd
import pytest
from matplotlib.mathtext import MathTextParser

import estimators as est
from estimators.rendering import Points
from estimators.rendering.translate import translated, untranslated
from estimators.rendering.words.speaker import speaker
from estimators.reports.publication import publication
from estimators.reports.recording_formulas import RULES, of_exits, of_rules
from estimators.reports.regression_formulas import of_regression
from estimators.reports.tree_formulas import LABELS, of_tree

FEW = est.Sampling(draws=200)
WIDE = "wide on purpose"
USERS = {"first", "Ours", "An office", "Somebody", WIDE, "Nord", "Sud", "courts", "TIP report"}
YEARS = [str(year) for year in range(2018, 2023)]
UNITS = {"AAA": "Nord", "BBB": "Nord", "CCC": "Sud"}
MAP = (("AAA", "BBB"), ("BBB", "CCC"))
MAPPED = est.AreaEffects(neighbours=MAP, spatial_share=None)
COURTS = est.Covariate.of("courts", {"AAA": 0.1, "BBB": -0.1, "CCC": 0.5})
AUDIT = est.Mislabelling.from_audit("true cases rightly labelled", 30, 40, WIDE)
WRONG = est.Mislabelling(AUDIT, None, est.Mislabelling.from_audit("wrongly labelled", 5, 400, WIDE))
FRESH = est.Revision.of({0: (0.3, 0.15), 9: (0.1, 0.05), 20: (0.0, 0.0)}, as_of="2023-03")
RECORDED = est.Recorded(est.IdentifiedVictims(), (est.Steps(), est.SourceEffects(), est.Mislabelling(), FRESH))
EXITS = est.Exits(
    est.Prior("fraction", "Ours.", "beta", (100.0, 900.0), WIDE),
    among_identified=est.Prior("fatality", "Ours.", "beta", (20.0, 980.0), WIDE),
    dispersion=None,
    duration=est.Prior("years undetected", "Ours.", "log-normal", (0.7, 0.4), WIDE),
)
BRANCHES = (
    est.Branch("B", "Z", survey=(34, 70), indicator="victims_identified"),
    est.Branch("C", "Z"),
    est.Branch("D", "C", survey=(1, 10), indicator="victims_reported_to_hotline"),
)
TOTAL = est.Prior("true_count", "Ours.", "log-normal", (6.9, 0.5), WIDE)
SIZE = est.Prior("dispersion", "Ours.", "log-normal", (2.0, 0.7), WIDE)
NORD = est.Claim("70 %", meaning="mean", family="beta", concentration=40, by="Somebody")
MODELS = {
    "tree": est.MultiplierTree(BRANCHES),
    "tree, with a prior": est.MultiplierTree(BRANCHES, root_prior=TOTAL),
    "tree, weighed": est.MultiplierTree(
        (*BRANCHES[:2], est.Branch("D", "C", prior=est.Claim("10 %", by="Somebody"), indicator="complaints"))
    ),
    "labels": est.Misclassification((42, 60), (496, 500), 20_000, indicator="investigations_opened"),
    "labels, with priors": est.Misclassification(
        est.Claim("70 %", by="Somebody", within=1.2), (496, 500), "complaints", est.Prior("prevalence", "Ours.", "beta", (2.1, 60.0), WIDE)
    ),
    "regression": est.ValidatedRegression(
        (COURTS,), units=UNITS, unit_priors={"Nord": NORD}, dispersion=SIZE, incidence_effects=est.AreaEffects(neighbours=MAP),
        reporting_effects=est.AreaEffects(),
    ),
    "regression, mapped": est.ValidatedRegression((), (COURTS,), reporting_effects=MAPPED),
    "exits": est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), EXITS)),
    "exits, as they are": est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.Exits())),
    "recorded": est.Synthesis(est.Incidence(), (RECORDED, est.JusticeFunnel(stages=("investigations_opened",)))),
    "recorded, another crime": est.Synthesis(est.Incidence(), (est.Recorded(est.IdentifiedVictims(), (WRONG,)),)),
}  # fmt: skip
FITTED = ("tree", "tree, with a prior", "labels", "regression", "exits", "recorded")


def read(rows, source="An office", **known):
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "source"][: len(rows[0])]).astype(
        object
    )
    return est.read_evidence(table if "source" in table else table.assign(source=source), **known)


def areas():
    rows = [(a, y, "population", 2_000_000) for a in UNITS for y in ("2021", "2022")]
    rows += [
        (a, y, "victims_identified", n) for a, n in zip(UNITS, (40, 60, 80), strict=True) for y in ("2021", "2022")
    ]
    return read([*rows, ("Nord", "2021", "audited_cases", 60), ("Nord", "2021", "audited_cases_reported", 20)])


def registers():
    names = {"victims_identified": 120, "exits_registered": 40, "population": 2_000_000}
    return read([(a, y, name, value) for a in ("AAA", "BBB") for y in YEARS for name, value in names.items()])


def recorded():
    """Two sources, a break, fresh years."""
    rows = [(a, y, "population", 2_000_000, "An office") for a in ("AAA", "BBB") for y in YEARS]
    for name, figures in (
        ("victims_identified", (40, 44, 39, 15, 17)),
        ("investigations_opened", (20, 22, 20, 24, 21)),
    ):
        rows += [(a, y, name, n, "An office") for a in ("AAA", "BBB") for y, n in zip(YEARS, figures, strict=True)]
    rows.append(("AAA", "2019", "victims_identified", 30, "TIP report"))
    return read(rows, breaks=(est.Break("AAA", "victims_identified", "2021", "Ours."),))


def evidence_of(name):
    counted = {"victims_identified": 500, "victims_reported_to_hotline": 50}
    known = {
        "tree": lambda: read([("AAA", "2022", indicator, value) for indicator, value in counted.items()]),
        "labels": lambda: read([("AAA", "2021", "investigations_opened", 300), ("AAA", "2022", "investigations_opened", 100)]),
        "regression": areas, "exits": registers, "recorded": recorded,
    }  # fmt: skip
    return known[name.partition(",")[0]]()


def conditions():
    """A series that breaks, and a source that disagrees."""
    counts = [50, 55, 48, 60, 52, 410, 380, 420, 395]
    rows = [("MEX", str(2010 + year), "complaints", n, "An office") for year, n in enumerate(counts)]
    return read(
        [*rows, ("MEX", "2016", "complaints", 90, "TIP report"), ("MEX", "2017", "complaints", 70, "TIP report")]
    )


@pytest.fixture(scope="module")
def written():
    """The reports, by the name of the model."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in FITTED:
            few = {"sampling": FEW} if name in ("regression", "exits", "recorded") else {}
            post = est.fit(MODELS[name], evidence_of(name), seed=1, **few)
            found[name] = publication(post, about="first\n\nOurs.")
        claim = est.Multiplier(est.Claim("1 in 100", by="Somebody", within=3))
        post, series = est.fit(claim, est.datasets.mexico().where(start="2024-01-01"), seed=1), conditions()
        found["breaks"] = publication(
            post, about="first", findings=[est.find_breaks(series), est.disagreements(series)]
        )
    return found


def items(report):
    return [
        item
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Points)
        for item in block.items
    ]


def left(text, language):
    return {each.strip(" .") for each in speaker(language).say(text).left} - USERS


@pytest.mark.parametrize("name", [*FITTED, "breaks"])
def test_nothing_of_ours_stays_english(written, name):
    assert {text.strip(" .") for text in untranslated(written[name])} <= USERS


@pytest.mark.parametrize("name", FITTED)
def test_every_model_has_its_formulas(written, name):
    assert not [item for item in items(written[name]) if "does not cover" in item]


def test_the_answer_of_assumed_shares_stands_with_what_it_owes_to_them(written):
    for name, there in (("exits", True), ("recorded", True), ("regression", False)):
        results = next(section for section in written[name].sections if section.heading == "Results")
        captions = [block.caption for block in results.blocks if hasattr(block, "caption")]
        assert any(caption.startswith("Assumed shares.") for caption in captions) is there


@pytest.mark.parametrize("language", ["es", "pt"])
@pytest.mark.parametrize("name", MODELS)
def test_what_a_model_says_of_itself_is_known(name, language):
    model = MODELS[name]
    rows = [
        text
        for prior in model.priors()
        for text in (prior.name.replace("_", " "), prior.description, prior.formula, prior.reason)
    ]
    taken = {
        "Ours",
        "fraction",
        "fatality",
        "years undetected",
        "wrongly labelled",
    }  # names and words of priors made here
    for text in (*model.assumptions(), *rows, repr(model).partition(" Priors: ")[0]):
        assert left(text, language) <= taken, text


def parts():
    """Every form that the formulas of these models take."""
    summed, drawn = "prior π(Z) ∝ 1/Z; counted as a, counted as b; exact by summation", "prior gamma; counted as a"
    wide = "are negative binomial; log incidence depends on courts (slope x); effects of areas that follow the map"
    unknown = [f"{begin}x" for begin in RULES]
    yield from (of_tree(summed), of_tree(drawn), LABELS)
    yield of_regression(f"{wide}; logit reporting depends on effects of areas", ["incidence_share"])
    yield of_regression(f"{wide}; logit reporting depends on nothing further", [])
    yield from (
        of_exits(()),
        of_exits(("registered_among_identified", "log_dispersion_exits", "log_duration_undetected")),
    )
    yield from (*of_rules(unknown), *of_rules(unknown[:1]))


def test_every_form_of_a_formula_is_drawn_and_said():
    parser = MathTextParser("path")
    for part in parts():
        for formula in part.formulas:
            assert parser.parse(f"${formula.latex}$").width > 0
        texts = [*(formula.spoken for formula in part.formulas), *part.words, *(meaning for _, meaning in part.symbols)]
        for language in ("es", "pt"):
            for text in texts:
                assert not left(text, language), text


@pytest.mark.parametrize("language", ["es", "pt"])
def test_the_end_of_a_sentence_is_no_name(language):
    assert left("Reporting probability, and whatever this says", language) == {"and whatever this says"}
    assert left("log_step_victims_identified_AAA_2021 report of ours", language)
    for text in ("Incidence, Trinidad and Tobago", "True count, MEX 2024", "log_step_victims_identified_MX-ROO_2021"):
        assert not left(text, language), text


def test_names_of_sources_and_breaks_stay_in_the_names_of_unknowns(written):
    found = translated(written["recorded"], "es").report
    cells = {
        cell
        for section in found.sections
        for block in section.blocks
        for row in getattr(block, "rows", ())
        for cell in row
    }
    assert any("AAA 2021" in cell and "log del salto" in cell for cell in cells)
    assert any("TIP report al lado" in cell for cell in cells)


def test_every_disagreement_is_said_and_none_within_another(written):
    said = [
        text
        for section in translated(written["breaks"], "pt").report.sections
        for text in map(str, section.blocks)
        if "Além do acaso" in text
    ]
    assert len(said) == 1
    assert said[0].count("(fator ") == 2
    assert said[0].count("queixas: ") == 2


def test_the_closed_form_of_labels_stands_beside_the_posterior(written):
    results = next(section for section in written["labels"].sections if section.heading == "Results")
    (table,) = [block for block in results.blocks if "Rogan and Gladen" in getattr(block, "caption", "")]
    assert table.rows[0][:3] == ("AAA", "2021", "0.015")
    assert (table.rows[1][3][0], table.rows[1][4]) == ("-", "0")  # fewer labels than false ones alone would make
