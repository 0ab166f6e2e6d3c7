"""Publication reports of every estimator, made of trees alone: sections, what is missing, numbers, verdicts, marks."""

import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.mathtext import MathTextParser

import estimators as est
from estimators import numbers, reports
from estimators.checks.sensitivity import power_scaling_finding
from estimators.diagnostics.identification import VERDICTS
from estimators.rendering.document import Banner, Formula, Paragraph, Picture, Points, Table
from estimators.reports import formulas, stream_formulas, synthesis_formulas
from estimators.reports.needs import NEEDS
from estimators.reports.publication import AFTER, checklists, publication

ABOUT = "How many?\n\nWhat is asked.\n\n    uv run it"
COUNTS = {"AA": (40, 55, 400), "BB": (12, 9, 15), "CC": (3, 0, 5)}
CLAIM = est.Claim("1 in 20", by="a body", within=2)
RATE = est.gamma_prior(3, 500, mass=0.9, reason="wide")
SURVEY = est.ExternalEstimate("household survey", 900.0, 0.5, by="an office", reason="invented")
STREAMS = (est.IdentifiedVictims(), est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted")))
SHORT = est.Sampling(draws=60, tune=150, chains=2)
CHECKLISTS = {"Checklist GATHER", "Checklist BARG", "Appendix: checklist WAMBS", "Appendix: checklist ROBUST"}
ALWAYS = {
    "", "Question and estimand", "Figures and missing cells", "The model", "Results", "What fixes the level", "Limits",
    "Sources and reproducibility", "What this report could not show", *CHECKLISTS,
}  # fmt: skip
MODELS = {
    "Multiplier": est.Multiplier(CLAIM),
    "Bounds": est.Bounds(1 / 200, 1 / 50),
    "ThinnedPoisson": est.ThinnedPoisson(CLAIM, RATE),
    "ThinnedNegativeBinomial": est.ThinnedNegativeBinomial(CLAIM, RATE, 8.0),
    "HierarchicalThinnedPoisson": est.HierarchicalThinnedPoisson(CLAIM),
    "AnchorBudget": est.AnchorBudget((CLAIM, SURVEY)),
    "Synthesis": est.Synthesis(est.Incidence(), STREAMS, anchors=(est.Claim("1 in 20", by="b", area="AA", within=2),)),
}
TAKEN = {"AnchorBudget": ("AA",)}  # figures of 0 and of other areas are refused by some


@pytest.fixture(scope="module")
def evidence():
    rows = [
        (area, year, indicator, value)
        for area, counts in COUNTS.items()
        for year, count in zip(("2020", "2021", "2022"), counts, strict=True)
        for indicator, value in (("victims_identified", count), ("persons_prosecuted", 1 + count // 3),
                                 ("persons_convicted", 1 + count // 9), ("population", 2_000_000))
        if (area, year, indicator) != ("BB", "2021", "victims_identified")
    ]  # fmt: skip
    return est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]).assign(source="us"))


@pytest.fixture(scope="module")
def trees(evidence):
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, model in MODELS.items():
            read = evidence if name == "Synthesis" else evidence.where(indicator=("victims_identified", "population"))
            read = read.where(area=TAKEN.get(name, tuple(COUNTS)))
            sampling = est.Sampling(draws=250, chains=2) if name == "Synthesis" else SHORT
            found[name] = est.fit(model, read, seed=3, sampling=sampling)
    return found


@pytest.fixture(scope="module")
def written(trees):
    return {name: publication(post, about=ABOUT) for name, post in trees.items()}


@pytest.fixture
def undrawn(monkeypatch):
    """Reports without figures, which take most of the time."""
    monkeypatch.setattr(sys.modules[publication.__module__], "draw", lambda _: {})


def section(report, heading):
    return next(each.blocks for each in report.sections if each.heading == heading)


def headings(report):
    return {each.heading for each in report.sections}


def texts(blocks):
    """Every word of some blocks."""
    found = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Points):
            found += block.items
        elif isinstance(block, Table):
            found += [block.caption, *block.columns, *(cell for row in block.rows for cell in row)]
        elif isinstance(block, Banner):
            found += [block.verdict, block.meaning]
        elif isinstance(block, Picture):
            found += [block.caption, block.alternative]
        elif isinstance(block, Formula):
            found.append(block.spoken)
    return " | ".join(found)


def missing(report):
    return texts(section(report, "What this report could not show"))


def without(post, group):
    tree = post.copy(deep=False)
    del tree[group]
    return tree


@pytest.mark.parametrize("name", MODELS)
def test_every_estimator_has_the_sections(written, name):
    assert headings(written[name]) >= ALWAYS
    assert written[name].title == "How many?"
    assert any(isinstance(block, Formula) for block in section(written[name], "The model"))
    assert "What is asked." in texts(section(written[name], "Question and estimand"))
    assert "as a flow" in texts(section(written[name], "Question and estimand"))
    assert "from 2020-01-01 to 2022-12-31" in texts(section(written[name], "Question and estimand"))
    assert "Command: uv run it" in texts(section(written[name], "Sources and reproducibility"))


@pytest.mark.parametrize("name", MODELS)
def test_a_missing_group_is_named_and_nothing_fails(trees, written, name, request):
    if name != "Bounds":  # drawing takes the time, and what is not drawn is named by the same list
        request.getfixturevalue("undrawn")
    before = missing(written[name])
    for group in trees[name].children:
        report = publication(without(trees[name], group), about=ABOUT)
        said = missing(report)
        assert f"“{group}”" in said or f"{group} or" in said or f"or {group}" in said, group
        assert said != before, group
        assert headings(report) > CHECKLISTS, group


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Multiplier", "Synthesis"])
def test_figures_of_what_a_missing_group_leaves_are_drawn(trees, name):
    for group in trees[name].children:
        assert headings(publication(without(trees[name], group), about=ABOUT)) > CHECKLISTS, group


def test_what_goes_missing_takes_its_section_along(trees):
    post = trees["Synthesis"]
    assert "Priors" not in headings(publication(without(post, "priors")))
    assert "Results" not in headings(publication(without(post, "posterior")))
    unread = publication(without(post, "figures"))
    assert not [block for block in section(unread, "What the model does not expect") if isinstance(block, Picture)]


def test_every_group_of_every_estimator_is_needed_somewhere(trees):
    """A group that the list forgets could go missing without a word."""
    known = {group for groups in NEEDS.values() for group in groups.split(" or ")}
    assert {group for post in trees.values() for group in post.children} <= known


@pytest.mark.parametrize("name", MODELS)
def test_intervals_are_those_of_the_summary(trees, written, name):
    table = est.summary(trees[name])
    shown = next(block for block in section(written[name], "Results") if isinstance(block, Table))
    row = next(row for row in shown.rows if row[:2] == ("AA", "2022"))
    truth = table[(table["area"] == "AA") & (table["period"] == "2022")].iloc[0]
    digits = numbers.supported_digits(min(1.0, float(truth["simulation_error"])))
    ends = truth["true_count_lower"], truth["true_count_upper"]
    assert row[-1] == numbers.interval(*ends, digits, float(truth["reported"]))
    if name != "Bounds":
        assert row[3] == numbers.number(truth["true_count_median"], digits)
        halves, most, all_of_it = (cell.replace(",", "").split(" – ") for cell in row[4:])
        low, high = ([float(pair[place]) for pair in (all_of_it, most, halves)] for place in (0, 1))
        assert low == sorted(low)
        assert high == sorted(high, reverse=True)


def test_computed_moments_are_shown_as_they_are(trees, written):
    known = trees["ThinnedPoisson"]["moments"].to_dataset()["true_count"].sel(area="AA", period="2022").values
    table = next(
        block for block in section(written["ThinnedPoisson"], "Results") if "Means and" in getattr(block, "caption", "")
    )
    row = next(row for row in table.rows if row[:2] == ("AA", "2022"))
    assert row[2:4] == tuple(numbers.number(float(value)) for value in known)


def test_half_and_four_fifths_are_quantiles_of_the_draws(trees, written):
    """An interval of 80 % that is not from .1 to .9 turns this red."""
    post = trees["Synthesis"]
    draws = post["posterior"].to_dataset()["incidence"].sel(area="AA", period="2022").values.ravel()
    digits = numbers.supported_digits(float(est.summary(post)["simulation_error"].iloc[0]))
    tables = [block for block in section(written["Synthesis"], "Results") if isinstance(block, Table)]
    row = next(row for row in tables[1].rows if row[:2] == ("AA", "2022"))
    assert row[4] == numbers.interval(*np.quantile(draws, [0.25, 0.75]), digits)
    assert row[5] == numbers.interval(*np.quantile(draws, [0.1, 0.9]), digits)


def test_the_first_sentence_says_what_the_table_of_totals_says(written):
    report = written["Synthesis"]
    totals = [block for block in section(report, "Results") if isinstance(block, Table)][-1]
    row = next(row for row in totals.rows if row[0] == "2022")
    assert f"2022, all 3 areas together: {row[4]} persons newly exploited" in texts(section(report, ""))


@pytest.mark.parametrize("name", MODELS)
def test_the_words_of_a_verdict_are_the_fixed_ones(trees, written, name):
    told = est.identification(trees[name])
    banner = next(
        block for block in section(written[name], "") if isinstance(block, Banner) and "publish" not in block.verdict
    )
    meaning = told.meaning if name == "Bounds" else VERDICTS[told.verdict.split(" (")[0]]
    assert banner.verdict == told.verdict
    assert banner.meaning == f"{meaning[0].upper()}{meaning[1:]}."
    assert banner.meaning in texts(section(written[name], "What fixes the level"))
    assert banner.meaning in texts(section(written[name], "Limits"))


def test_without_anchors_no_verdict_is_made_up(trees):
    report = publication(without(trees["Multiplier"], "anchors"))
    assert "unauditable" not in texts([block for each in report.sections for block in each.blocks])
    assert section(report, "")[0].verdict == "not known"


@pytest.mark.parametrize("name", MODELS)
def test_only_what_failed_is_marked(trees, written, name):
    failed = est.convergence(trees[name]).status == "not publishable"
    assert written[name].mark == ("not publishable" if failed else "")
    assert failed == (name in ("Synthesis", "HierarchicalThinnedPoisson"))


@pytest.mark.usefixtures("undrawn")
def test_a_sampler_of_unknown_state_is_not_publishable(trees):
    for group in ("sample_stats", "posterior"):
        report = publication(without(trees["Synthesis"], group))
        assert report.mark == "not publishable"
        assert "nothing shows that it may be published" in section(report, "")[0].meaning


@pytest.mark.usefixtures("undrawn")
def test_heavy_weights_are_marked(trees):
    post = trees["Synthesis"].copy(deep=True)
    post["sample_stats"] = post["sample_stats"].to_dataset().assign(effective_draws=9_999.0, pareto_k=0.71)
    assert publication(post).mark == "not publishable"
    post["sample_stats"] = post["sample_stats"].to_dataset().assign(pareto_k=0.5)
    assert publication(post).mark == ""


def test_every_formula_is_drawn_by_matplotlib_and_every_estimator_has_one():
    names = frozenset(
        name for terms in (synthesis_formulas.PROCESS_TERMS, synthesis_formulas.REPORTING_TERMS) for name, *_ in terms
    )
    kinds = [f"{name}: x" for name in ("identified_victims", *stream_formulas.STREAMS)] + [
        "justice_funnel: a",
        "justice_funnel: b",
    ]
    parser, all_of_them = MathTextParser("path"), list(formulas.UNIFORM_MULTIPLIER.formulas)
    for extra in ({"logit_same_period"}, set()):
        for periods in (1, 3):
            unknown = names | extra | {"cases_area_sd", "incidence_spatial_share"}
            found, strange = synthesis_formulas.of_synthesis(kinds, unknown, periods=periods, mapped=True)
            assert not strange
            all_of_them += found.formulas
    all_of_them += [formula for each in formulas.COUNTS.values() for formula in each.formulas]
    assert set(formulas.COUNTS) | {"Synthesis"} == set(MODELS)
    for formula in all_of_them:
        parser.parse(f"${formula.latex}$")
        assert formula.spoken


def test_a_term_is_there_only_with_its_unknown():
    flat, _ = synthesis_formulas.of_synthesis(["identified_victims: y"], {"incidence_area_sd"}, periods=1, mapped=False)
    assert "r_{at}" not in flat.formulas[0].latex
    assert "z_{a}" in flat.formulas[0].latex
    walking, _ = synthesis_formulas.of_synthesis([], {"incidence_walk_sd"}, periods=1, mapped=False)
    assert "r_{at}" in walking.formulas[0].latex


def test_checks_are_shown_where_given_and_named_with_their_call_where_not(trees, written):
    post = trees["Synthesis"]
    rows = {"left_out": ["none left out", "body"], "median": [5e3, 9e3], "lower": [1e3, 2e3], "upper": [2e4, 4e4]}
    invented = est.Finding("leave one source out", "stays inside its interval", "Invented.", pd.DataFrame(rows))
    scaled = power_scaling_finding(post)
    report = publication(post, findings=(invented, scaled))
    blocks = section(report, "Sources and areas left out")
    assert "Each source left out: stays inside its interval. Invented." in texts(blocks)
    assert any(isinstance(block, Picture) for block in blocks)
    assert scaled.status in texts(section(report, "Sensitivity"))
    assert "Each source left out" not in missing(report)
    assert "Power scaling of the priors" not in missing(report)
    assert "Not run: Each source left out; Each area left out; " in missing(written["Synthesis"])
    assert "power_scaling_finding(post)" in missing(written["Synthesis"])
    sensitivity = texts(section(written["Synthesis"], "Sensitivity"))
    assert "Not run for this report: Power scaling of the priors; Assumptions held at values." in sensitivity
    assert "power_scaling_finding" not in sensitivity


def test_what_an_author_wrote_stays_text(trees):
    hostile = "<script>alert(1)</script> {braces} %s $x$ \\alpha “" + "long " * 4000
    post = trees["Multiplier"].copy(deep=False)
    post.attrs = {
        **post.attrs,
        "description": hostile,
        "assumptions": "no list {at all}",
        "git_revision": "{0}",
        "engine_reason": "{x}",
    }
    report = publication(post, about=f"{hostile}\n\n{{y}} & <b>", names={"AA": "<i>{A}"})
    assert report.title == " ".join(hostile.split())
    assert hostile in texts(section(report, "The model"))
    assert "No list {at all}." in texts(section(report, "Limits"))
    assert "Revision: {0}." in texts(section(report, "Sources and reproducibility"))
    assert "<i>{A}" in texts(section(report, "Results"))


def test_a_stranger_is_described_in_its_own_words(trees):
    post = trees["Multiplier"].copy(deep=False)
    post.attrs = {**post.attrs, "estimator": "Stranger"}
    report = publication(post)
    assert "“The model in formulas” does not cover Stranger" in missing(report)
    assert not any(isinstance(block, Formula) for block in section(report, "The model"))
    assert checklists(post)[0].of("not available").count("10") == 1


def test_no_result_and_no_such_period_are_refused(trees):
    with pytest.raises(est.ModelError, match="no group has an area and a period"):
        publication(xr.DataTree(name="empty"))
    with pytest.raises(est.DataError, match="one of 2020, 2021, 2022"):
        publication(trees["Multiplier"], period="1999")


def test_the_sections_have_one_order(written):
    order = list(AFTER)
    for report in written.values():
        found = [each.heading for each in report.sections if each.heading in order]
        assert found == sorted(found, key=order.index)
    assert reports.publication is publication
