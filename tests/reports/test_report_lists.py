"""Reports of results of lists: people on lists and on none, of methods with a posterior and with an estimate, in three languages."""

import json
import re
import warnings

import pandas as pd
import pytest
from matplotlib.mathtext import MathTextParser

import estimators as est
from estimators import reports
from estimators.errors import IdentificationWarning
from estimators.rendering import Banner, Formula, Paragraph, Points, Table
from estimators.rendering.translate import numbers_of, translated, untranslated
from estimators.reports.list_formulas import METHODS
from estimators.reports.publication import checklists, publication

ABOUT = "How many?\n\nWhat is asked.\n\n    uv run it"
USERS = {
    "uv run it",
    "How many?",
    "What is asked.",
    "What is asked",
    "Nowhere",
    "an office",
    "the same lists",
    "Nowhere, 1999",
}
FIGURES = {
    "a": [1, 0, 0, 1, 1, 0, 1],
    "b": [0, 1, 0, 1, 0, 1, 1],
    "c": [0, 0, 1, 0, 1, 1, 1],
    "n": [60, 45, 30, 20, 13, 10, 4],
}
OTHERS = pd.DataFrame([{"by": "an office", "counts": "the same lists", "value": 400, "lower": 300, "upper": 500}])
TOLD = {"about": ABOUT, "names": {"all": "Nowhere"}, "period": "1999", "beside": OTHERS}
BOTH = ("drawn", "estimated")


@pytest.fixture(scope="module")
def lists():
    return est.read_lists(pd.DataFrame(FIGURES))


@pytest.fixture(scope="module")
def trees(lists):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        strata = est.read_lists(pd.concat([pd.DataFrame(FIGURES).assign(sex=sex) for sex in ("f", "m")]))
        return {
            "drawn": est.fit(est.DecomposableGraphs(), lists, seed=1),
            "estimated": est.fit(est.ChaoLowerBound(), lists, seed=1),
            "strata": est.fit(est.ByStratum(est.Independence(), by=("sex",)), strata, seed=1),
            "met": est.fit(est.RepeatedCaptures(), est.datasets.captures(), seed=1),
        }


@pytest.fixture(scope="module")
def exhibits(lists):
    checks = [
        check(est.Independence(), lists, seed=1)
        for check in (est.hide_lists, est.drop_lists, est.merge_lists, est.add_lists)
    ]
    methods = ["independence", "m0", "sample_coverage", "averaged_log_linear"]
    return reports.list_exhibits(compared=est.compare_lists(lists, seed=1, methods=methods), checks=checks)


@pytest.fixture(scope="module")
def written(trees, exhibits):
    return {name: publication(tree, exhibits=exhibits if name in BOTH else (), **TOLD) for name, tree in trees.items()}


def texts(blocks):
    found = []
    for block in blocks:
        match block:
            case Paragraph(text):
                found.append(text)
            case Points(items):
                found += items
            case Banner(verdict, meaning):
                found += [verdict, meaning]
            case Table():
                found += [block.caption, *block.columns, *(cell for row in block.rows for cell in row)]
    return "\n".join(found)


def section(report, heading):
    return next(each.blocks for each in report.sections if each.heading == heading)


def everything(report):
    return texts([block for each in report.sections for block in each.blocks])


@pytest.mark.parametrize("name", ["drawn", "estimated", "strata", "met"])
def test_the_verdict_is_conditional_and_names_the_assumption(trees, written, name):
    assert section(written[name], "")[0].verdict == "conditional"
    rests_on = trees[name]["lists"].attrs["rests_on"]
    for heading in ("", "What fixes the level", "Limits"):
        assert rests_on in texts(section(written[name], heading))
    assert "not known" not in everything(written[name])


@pytest.mark.parametrize("name", ["drawn", "estimated", "strata", "met"])
def test_placeholders_are_not_printed(written, name):
    said = everything(written[name])
    assert not re.search(r"\bonce, all|\ball, once|\ball areas", said)
    assert "Nowhere, 1999" in said
    assert "stock" in texts(section(written[name], "Question and estimand"))


def test_cautions_stand_first_and_among_the_limits(trees, written):
    cautions = json.loads(trees["estimated"]["lists"].attrs["cautions"])
    assert cautions
    for text in cautions:
        for heading in ("", "Limits"):
            assert text[1:].rstrip(".") in texts(section(written["estimated"], heading))


@pytest.mark.parametrize("name", ["estimated", "strata", "met"])
def test_an_estimate_is_called_an_estimate_with_its_kind_of_interval(trees, written, name):
    said = texts([*section(written[name], ""), *section(written[name], "Results")])
    assert "edian" not in said
    assert f"estimate and limits ({trees[name]['estimate'].attrs['interval']})" in said


def test_a_posterior_has_three_intervals_of_three_quantities(written):
    table = next(block for block in section(written["drawn"], "Results") if isinstance(block, Table))
    assert table.columns == ("Quantity", "Median", "50 %", "80 %", "95 %")
    assert [row[0] for row in table.rows] == ["True count", "On no list", "Share on a list"]


def test_strata_stand_beside_their_sum(written):
    table = next(block for block in section(written["strata"], "") if isinstance(block, Table))
    assert [row[:2] for row in table.rows] == [("f", "182"), ("m", "182"), ("all strata together", "364")]


def test_the_lists_and_the_largest_patterns_are_shown(written):
    sizes, patterns = (block for block in section(written["drawn"], "The lists") if isinstance(block, Table))
    assert sizes.rows[0][:3] == ("a", "97", "60")
    assert [row[:2] for row in patterns.rows[:2]] == [("a", "60"), ("b", "45")]
    assert patterns.columns[-1] == "Expected"


def test_small_patterns_are_summed():
    rows = [[value >> place & 1 for place in range(6)] for value in range(1, 64)]
    table = pd.DataFrame(rows, columns=list("abcdef")).assign(n=[70 - value for value in range(1, 64)])
    post = est.fit(est.Independence(), est.read_lists(table), seed=1)
    patterns = [block for block in section(publication(post), "The lists") if isinstance(block, Table)][1]
    assert len(patterns.rows) == 41
    assert patterns.rows[-1][0] == "23 other patterns together"
    people = sum(int(row[1].replace(",", "")) for row in patterns.rows)
    assert people == post["observed_data"]["reported"].item()


def test_the_prior_weight_that_was_moved_and_the_models_are_shown(written):
    models, sweep = (block for block in section(written["drawn"], "Models and weights") if isinstance(block, Table))
    assert models.columns == ("Links between lists", "True count", "Weight")
    assert sweep.columns[0] == "δ"


def test_exhibits_say_what_was_found(written, exhibits):
    assert [each.name for each in exhibits[:3]] == ["methods_compared", "assumption_of_each_method", "lists_hidden"]
    assert "Estimates of the true number range" in texts(section(written["drawn"], "All methods side by side"))
    assert "Without each list: " in texts(section(written["drawn"], "Without each list"))
    sensitivity = texts(section(written["drawn"], "Sensitivity"))
    assert "“Two lists as one” stands in a section of its own." in sensitivity
    assert "“The assumption moved” was not run" in sensitivity


def test_what_others_publish_stands_beside(written):
    rows = next(
        block for block in section(written["drawn"], "Beside what others publish") if isinstance(block, Table)
    ).rows
    assert rows[0][:3] == ("an office", "the same lists", "400 (300 – 500)")


@pytest.mark.parametrize("name", BOTH)
def test_gather_is_filled_as_far_as_the_result_goes(trees, exhibits, name):
    rows = {"rows": 7, "first": "1999-01-01", "last": "1999-12-31", "indicators": "people on lists"}
    report = publication(trees[name], sources=pd.DataFrame(rows, ["an office"]), exhibits=exhibits, **TOLD)
    assert "GATHER: 15 of 18 items are filled" in texts(section(report, "Checklist GATHER"))


def test_a_method_without_priors_is_no_bayesian_analysis(trees):
    of_estimate, of_posterior = (checklists(trees[name], about=ABOUT) for name in ("estimated", "drawn"))
    assert {"0a", "1c", "5a"} <= set(of_estimate[1].of("not applicable"))
    assert "2" in of_posterior[3].of("author must write"), "why these priors only the author knows"


@pytest.mark.parametrize("name", ["drawn", "estimated", "strata", "met"])
def test_nothing_of_ours_stays_english_and_no_number_changes(written, name):
    assert {text.strip(".") for text in untranslated(written[name])} <= {text.strip(".") for text in USERS}
    for language in ("es", "pt"):
        there = everything(translated(written[name], language).report)
        assert sorted(numbers_of(there, language)) == sorted(numbers_of(everything(written[name]), "en"))


def test_every_method_has_formulas_that_can_be_drawn(written):
    parser = MathTextParser("path")
    for formula in (each for found in METHODS.values() for each in found.formulas):
        parser.parse(f"${formula.latex}$")
    assert {cls for cls in METHODS if not hasattr(est, cls)} == set()
    assert any(isinstance(block, Formula) for block in section(written["strata"], "The model"))


def test_what_is_no_finding_of_lists_is_refused(lists):
    hidden = est.hide_lists(est.Independence(), lists, seed=1)
    with pytest.raises(est.ModelError, match="compare_lists"):
        reports.list_exhibits(compared=hidden)
    with pytest.raises(est.ModelError, match="'power'"):
        reports.list_exhibits(checks=[est.Finding("power", "too little", "", pd.DataFrame())])
    with pytest.raises(est.ModelError, match="DataFrame"):
        reports.list_exhibits(checks=[hidden.table])
    assert reports.list_exhibits() == ()


def test_a_rule_that_hides_no_patterns_is_refused(trees, tmp_path):
    with pytest.raises(est.ModelError, match="guard the patterns"):
        est.report(trees["drawn"], tmp_path, disclosure="ctdc")
    assert not list(tmp_path.iterdir())


def test_a_saved_result_knows_where_and_when(trees, tmp_path):
    est.report(trees["estimated"], tmp_path, names={"all": "Nowhere"}, period="1999", everything=True)
    again = publication(est.load(tmp_path / "posterior.nc"), names={"all": "Nowhere"})
    assert "Nowhere, 1999: " in texts(section(again, ""))


def test_the_first_page_says_what_other_methods_say(written):
    assert "Estimates of the true number range" in texts(section(written["drawn"], ""))


def test_people_met_again_are_not_said_to_be_on_lists(written):
    said = texts(
        [
            *section(written["met"], ""),
            *section(written["met"], "Question and estimand"),
            *section(written["met"], "Results"),
        ]
    )
    assert "of them were met" in said
    assert "on no list" not in said.lower()
    assert "hide_lists" not in everything(written["met"])


def test_checks_that_failed_stand_before_the_number_is_used(trees):
    def finding(name, status):
        row = {
            "change": "as given",
            "list": "a",
            "odds_ratio": 1.0,
            "observed": 5,
            "estimate": 9.0,
            "lower": 7.0,
            "upper": 20.0,
        }
        table = pd.DataFrame([row | {"interval": "", "status": "estimate", "reasons": ()}])
        return est.Finding(name, status, f"Text of {name}.", table)

    failed = {"lists hidden": "missed 1 of 4", "lists merged": "unstable", "lists added": "intervals meet"}
    fine = {"lists left out": "stable"}
    checks = [
        finding(name, status) for name, status in (failed | fine | {"assumption moved": "3.0 times apart"}).items()
    ]
    report = publication(trees["drawn"], exhibits=reports.list_exhibits(checks=checks), **TOLD)
    (points,) = (block.items for block in section(report, "") if isinstance(block, Points))
    for name in (*failed, "assumption moved"):
        assert any(f"Text of {name}." in item for item in points)
    assert not any("Text of lists left out." in item for item in points)
    assert "gives no warning of its own" not in texts(section(report, ""))


@pytest.mark.parametrize("method", [est.AveragedLogLinear(), est.SampleCoverage()])
def test_no_number_of_people_stands_without_its_interval(lists, method):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        post = est.fit(method, lists, seed=1)
    assert {"unlisted", "mean", "at_independence"} & set(post["estimate"].data_vars)
    tables = [block for section in publication(post).sections for block in section.blocks if isinstance(block, Table)]
    (more,) = [table for table in tables if table.caption.startswith("What else the method computes")]
    assert {name for name, _ in more.rows} <= {"models averaged", "weight of best", "standard error", "sample coverage"}
