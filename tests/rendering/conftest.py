"""A report whose words are as bad as words can be, with every kind of block."""

import pytest
from matplotlib.figure import Figure

from estimators.rendering import Banner, Formula, Paragraph, Picture, Points, Report, Section, Table

NASTY = (
    "<script>alert(1)</script> &amp; & % _ \\ { } # $ ~ ^ \" ' ` -- ,, << >> ?` [x] *y* @z =1+1 שלום عربي 😀 中 ρ × ≥ κ k̂ é ñ ç – “q” ’ "
    '\\input{x} \\\\[1em] #image("x") #{1} <fig> ]]> {{ 7*7 }} {% raw %} $x$ // x /* y'
)
MARK = "not publishable"


def figure():
    drawn = Figure(figsize=(6.0, 2.5))
    drawn.add_subplot().plot([1, 3, 2])
    return drawn


@pytest.fixture(scope="session")
def words():
    return NASTY


@pytest.fixture(scope="session")
def long_word():
    return "incommensurable" * 20


@pytest.fixture
def make_figure():
    return figure


@pytest.fixture(scope="session")
def nasty(long_word):
    """Five tables, one of them of 300 rows, one without any, one of 12 columns of intervals; two figures; a formula."""
    rows = tuple((f"A{row}", f"{row:,} – {1000 * row:,}", NASTY if row % 100 == 0 else "w") for row in range(300))
    intervals = tuple(f"{1000 * place:,} ({place:,} – 190,000)" for place in range(11))
    return Report(
        NASTY,
        NASTY,
        (
            Section("", (Banner(NASTY, NASTY), Table(("first", "count"), (("MEX", "1,171"),), "First."))),
            Section(NASTY, (Paragraph(NASTY), Points((NASTY, long_word)), Picture(figure(), NASTY, f"Alternative: {NASTY}"))),
            Section("Long", (Paragraph(long_word), Table(("area", "interval", NASTY), rows, NASTY))),
            Section("Empty", (Table((NASTY, "b"), (), "Empty."),)),
            Section("Wide", (Table(tuple(f"column {place}" for place in range(12)), (("Mexico", *intervals),), "Wide."),)),
            Section("Formula", (Formula(r"\hat{\rho} = \frac{n}{N} \leq 1", f"spoken {NASTY}"), Paragraph("After it."))),
            Section("Words", (Table(("a", "b"), ((long_word, NASTY),), "Words.", words=True), Picture(figure(), "Two.", "Second."))),
            Section("Gone", ()),
        ),
        MARK,
    )  # fmt: skip
