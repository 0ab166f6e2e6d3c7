"""Checklists filled from trees: how much, by what, and that an answer goes where its group goes; totals over hidden figures."""

import secrets
import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators import reports
from estimators.checks.sensitivity import power_scaling_finding
from estimators.disclosure import guard_result
from estimators.rendering.document import Banner, Paragraph, Points, Table
from estimators.reports.publication import checklists, publication

ABOUT = "How many?\n\nWhat is asked.\n\n    uv run it"
STREAMS = (est.IdentifiedVictims(), est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted")))
MODEL = est.Synthesis(est.Incidence(), STREAMS, anchors=(est.Claim("1 in 20", by="b", area="AA", within=2),))
COUNTS = {"AA": (40, 55, 400), "BB": (12, 90, 15), "CC": (30, 20, 50)}


@pytest.fixture(scope="module")
def evidence():
    rows = [
        (area, year, indicator, value)
        for area, counts in COUNTS.items()
        for year, count in zip(("2020", "2021", "2022"), counts, strict=True)
        for indicator, value in (("victims_identified", count), ("persons_prosecuted", 1 + count // 3),
                                 ("persons_convicted", 1 + count // 9), ("population", 2_000_000))
    ]  # fmt: skip
    return est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]).assign(source="us"))


@pytest.fixture(scope="module")
def post(evidence):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return est.fit(MODEL, evidence, seed=3, sampling=est.Sampling(draws=250, chains=2))


@pytest.fixture(scope="module")
def filled(post, evidence):
    found = checklists(post, about=ABOUT, sources=evidence.source_table())
    return {each.name: each for each in found}


def lists(tree, **told):
    return {each.name: each for each in checklists(tree, **told)}


def answer(checklist, number):
    return next(answer for item, answer in checklist.rows if item.number == number)


def without(post, group):
    tree = post.copy(deep=False)
    del tree[group]
    return tree


def test_gather_is_filled_but_for_what_only_an_author_knows(filled):
    gather = filled["GATHER"]
    assert len(gather.rows) == 18
    assert gather.filled >= 13
    assert gather.of("author must write") == ("2", "3", "4", "11", "17")
    assert gather.filled + 5 == 18


def test_barg_is_filled_to_seven_tenths(filled):
    barg = filled["BARG"]
    assert barg.filled / barg.applicable >= 0.7
    assert barg.of("author must write") == ("0a",)
    assert set(barg.of("not run")) == {"1e", "5a"}
    assert set(barg.of("not applicable")) == {"2b", "3c", "4a", "4b", "5c"}, "weighted draws have no chains"


def test_the_others_have_their_items(filled):
    assert len(filled["WAMBS"].rows) == 10
    assert filled["WAMBS"].of("author must write") == ("6",)
    assert len(filled["ROBUST"].rows) == 7
    assert filled["ROBUST"].of("not run") == ("3",)


@pytest.mark.parametrize(
    ("group", "name", "number"),
    [
        ("constant_data", "GATHER", "1"),
        ("anchors", "GATHER", "7"),
        ("observed_data", "GATHER", "8"),
        ("figures", "GATHER", "10"),
        ("posterior_predictive", "GATHER", "12"),
        ("priors", "GATHER", "13"),
        ("posterior", "GATHER", "15"),
        ("posterior", "GATHER", "16"),
        ("anchors", "GATHER", "18"),
        ("observed_data", "BARG", "1a"),
        ("priors", "BARG", "1c"),
        ("figures", "BARG", "1d"),
        ("sample_stats", "BARG", "2c"),
        ("log_likelihood", "BARG", "3a"),
        ("posterior", "BARG", "3b"),
        ("anchors", "BARG", "5b"),
        ("posterior", "BARG", "6d"),
        ("likelihood", "WAMBS", "8"),
        ("priors", "ROBUST", "2"),
    ],
)
def test_an_answer_goes_with_its_group(post, filled, group, name, number):
    """An answer that is a fixed yes turns this red."""
    assert answer(filled[name], number).status == "filled"
    gone = answer(lists(without(post, group), about=ABOUT)[name], number)
    assert gone.status == "not available"
    assert group in gone.text


@pytest.mark.parametrize(("attribute", "numbers"), [("evidence_hash", ("6c",)), ("seed", ("6c",)), ("engine", ("2d",))])
def test_an_answer_goes_with_its_attribute(post, attribute, numbers):
    tree = post.copy(deep=False)
    tree.attrs = {name: value for name, value in post.attrs.items() if name != attribute}
    assert set(numbers) <= set(lists(tree)["BARG"].of("not available"))


def test_what_is_told_fills_further_items(post):
    others = pd.DataFrame({"area": ["AA"], "period": ["2021"], "value": [9.0], "by": ["x"], "counts": ["a stock"]})
    told = lists(post, beside=others, findings=(power_scaling_finding(post), est.Finding("multiverse", "wide", "")))
    assert {"11", "17"} & set(told["GATHER"].of("author must write")) == set()
    assert told["BARG"].of("not run") == ("1e",)
    assert "5" not in lists(post)["GATHER"].of("author must write"), "the result keeps its sources"
    tree = post.copy(deep=False)
    tree.attrs = {name: value for name, value in post.attrs.items() if name != "source_table"}
    assert "5" in lists(tree)["GATHER"].of("author must write")
    assert "0b" in lists(post)["BARG"].of("author must write")


def test_answers_hold_numbers_of_the_result(post, filled):
    gather, barg = filled["GATHER"], filled["BARG"]
    rows = sum(size for dim, size in post["figures"].sizes.items())
    assert f"{rows} rows" in answer(gather, "8").text
    assert f"{post['priors'].sizes['prior_row']} priors" in answer(barg, "1c").text
    assert post.attrs["evidence_hash"][:12] in answer(barg, "6c").text
    assert est.identification(post).verdict in answer(gather, "18").text


def words(report):
    found = []
    for each in report.sections:
        for block in each.blocks:
            if isinstance(block, Paragraph):
                found.append(block.text)
            elif isinstance(block, Banner):
                found.append(block.verdict)
            elif isinstance(block, Points):
                found += block.items
    return " | ".join(found)


@pytest.fixture(scope="module")
def guarded():
    rows = [("N", 4, 60), ("S", 35, 51), ("W", 28, 70), ("E", 41, 44)]
    table = pd.DataFrame(
        [(area, year, value) for area, *values in rows for year, value in zip(("2023", "2024"), values, strict=True)],
        columns=["area", "period", "value"],
    ).assign(indicator="victims_identified")
    open_result = est.fit(
        est.Multiplier(est.Claim("1 in 100")), est.read_evidence(table), seed=2**60 + secrets.randbits(59)
    )
    return guard_result(open_result, "ctdc")


def test_a_total_over_a_hidden_figure_is_hidden(guarded):
    """A sum that takes a hidden figure for zero turns this red."""
    rows = reports.totals(guarded).set_index("period")
    hidden = guarded["observed_data"]["reported"].isnull().any("area").values  # noqa: PD003  # of xarray
    assert hidden.any()
    assert np.isnan(rows["reported"].to_numpy()[hidden]).all()
    assert np.isnan(rows["true_count_median"].to_numpy()[hidden]).all()


def test_a_guarded_report_says_so_first_and_shows_no_hidden_figure(guarded):
    report = publication(guarded, period="2023")
    assert guarded.attrs["disclosure"] in words(report)
    tables = [block for each in report.sections for block in each.blocks if isinstance(block, Table)]
    read = next(block for block in tables if block.caption.startswith("Figures that were read"))
    shown = {cell for row in read.rows for cell in row}
    assert "hidden" in shown
    assert "4" not in shown
    totals = next(block for block in tables if block.caption.startswith("All areas together"))
    assert next(row for row in totals.rows if row[0] == "2023")[3] == "hidden"
    assert "6c" in lists(guarded)["BARG"].of("not available")


def test_ranges_are_not_hidden_where_no_rule_was_applied(post):
    tree = post.copy(deep=True)
    observed = tree["observed_data"].to_dataset()
    observed["reported"][0, 0] = np.nan
    tree["observed_data"] = observed
    assert reports.totals(tree)["reported"].notna().all()
