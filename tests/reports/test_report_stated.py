"""What is stated of single areas is summed by area; figures of at least so many are figures; limits of totals reach what was counted."""

import pandas as pd
import pytest

import estimators as est
from estimators.rendering.document import Paragraph, Table
from estimators.reports.synthesis_tables import totals, totals_with_ends

NAMES = {"A": "First", "B": "Second", "C": "Third"}
FIGURES = {"A": ("30", "40"), "B": (">=5", "50"), "C": ("70", "0-4")}


@pytest.fixture(scope="module")
def post():
    rows = [(area, year, "victims_identified", value) for area, values in FIGURES.items()
            for year, value in zip(("2020", "2021"), values, strict=True)]  # fmt: skip
    rows += [(area, year, "population", "1000000") for area in FIGURES for year in ("2020", "2021")]
    frame = pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]).assign(source="an office")
    claims = [
        est.Claim(f"1 in {each}", by=by, area=area, within=3)
        for each, by, area in ((20, "one", "A"), (5, "two", "A"), (10, "three", "B"))
    ]
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),), anchors=tuple(claims))
    return est.fit(model, est.read_evidence(frame), seed=1, sampling=est.Sampling(draws=250))


@pytest.fixture(scope="module")
def opening(post):
    return est.publication(post, about="Title", period="2020", names=NAMES).sections[0].blocks


def test_one_share_an_area_and_one_sentence(post, opening):
    anchors = est.identification(post).anchors
    cells = anchors[anchors["stated_of"] == "A"].groupby(["area", "period"])["share"].sum()
    said = [block.text for block in opening if isinstance(block, Paragraph) and "single areas" in block.text]
    assert len(said) == 1
    assert f"{100 * cells.median():.0f} % from First;" in said[0]
    assert "from Second." in said[0]


def test_at_least_so_many_is_a_figure(opening):
    answer = next(block.text for block in opening if isinstance(block, Paragraph))
    assert "105 – ∞ were reported, in 3 areas with a figure" in answer
    table = next(block for block in opening if isinstance(block, Table))
    assert next(row for row in table.rows if row[0] == "Second")[2] == "5 – ∞"


def test_no_limit_of_a_total_lies_below_what_was_counted(post):
    table = next(
        block for section in est.publication(post, about="Title", period="2021").sections for block in section.blocks
        if isinstance(block, Table) and block.caption.startswith("All areas together")
    )  # fmt: skip
    row = next(row for row in table.rows if row[0] == "2021")
    assert row[3] == "90 – 94"
    lower = float(row[4].partition("(")[2].partition(" – ")[0].replace(",", ""))
    assert lower >= 90.0


def test_totals_on_file_hold_ranges(post):
    rows = totals_with_ends(post, totals(post)).set_index("period")
    assert rows.loc["2021", ["reported", "reported_lower", "reported_upper", "areas_with_figure"]].tolist() == [
        90,
        90,
        94,
        3,
    ]
    assert rows.loc["2020", ["reported_lower", "reported_upper"]].tolist() == [105, float("inf")]
