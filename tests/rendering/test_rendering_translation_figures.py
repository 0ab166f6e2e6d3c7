"""Words on figures: said on a copy, which grows where they need more lines; the figure itself keeps every byte."""

import io

from matplotlib.text import Text

import estimators as est
from estimators.plots.style import to_svg
from estimators.rendering import Picture, Report, Section
from estimators.rendering.translate import translated

CLAIM = est.Claim("1 in 100", by="Somebody", within=3, derived_from="a list")


def test_a_figure_is_said_on_a_copy_and_stays_as_it_was():
    post = est.fit(est.Multiplier(CLAIM), est.datasets.mexico(), seed=1)
    for draw in (est.plot_tipping_points, est.plot_reporting_probability, est.plot_ribbons, est.plot_anchor_budget):
        drawn, twin = draw(post), draw(post)
        report = Report("", "", (Section("", (Picture(drawn, "Anchor budget.", "No estimate."),)),))
        other = translated(report, "pt").report.sections[0].blocks[0].figure
        svg = to_svg(other)
        assert to_svg(drawn) == to_svg(twin)
        assert "Veredito: não auditável." in svg
        assert est.alternative(other) != est.alternative(drawn)


def test_words_and_ticks_of_a_figure():
    post = est.fit(est.Multiplier(CLAIM), est.datasets.mexico(), seed=1)
    drawn = est.plot_tipping_points(post)
    (picture,) = translated(Report("", "", (Section("", (Picture(drawn, "", ""),)),)), "pt").report.sections[0].blocks
    picture.figure.savefig(io.BytesIO())
    words = {text.get_text() for text in picture.figure.findobj(Text)}
    assert {
        "contagem verdadeira igual ou superior a",
        "probabilidade a posteriori",
        "100.000",
        "1/100",
        "50 %",
    } <= words
    title = picture.figure.get_suptitle().replace("\n", " ")
    assert title == "No que seria preciso acreditar sobre os 790 notificados em MEX 2024"


def test_a_longer_title_makes_the_figure_higher_and_no_wider():
    post = est.fit(est.Multiplier(CLAIM), est.datasets.mexico(), seed=1)
    drawn = est.plot_anchor_budget(post, width=85)
    (picture,) = translated(Report("", "", (Section("", (Picture(drawn, "", ""),)),)), "es").report.sections[0].blocks
    assert drawn.get_suptitle().count("\n") < picture.figure.get_suptitle().count("\n")
    assert picture.figure.get_figheight() > drawn.get_figheight()
    assert picture.figure.get_figwidth() == drawn.get_figwidth()
    assert picture.figure.get_supxlabel().splitlines()[-1] == "Veredicto: no auditable."


def test_numbers_of_panels_that_share_an_axis_are_said_once():
    evidence = est.datasets.latin_america().where(
        area=("MEX", "ARG", "COL", "PER"), start="2016-01-01", end="2019-12-31"
    )
    evidence = evidence.where(indicator=("victims_identified", "population"))
    post = est.fit(est.Multiplier(CLAIM), evidence, seed=1)
    drawn = est.plot_ribbons(post)
    (picture,) = translated(Report("", "", (Section("", (Picture(drawn, "", ""),)),)), "pt").report.sections[0].blocks
    for figure, point, other in ((drawn, ",", "."), (picture.figure, ".", ",")):
        figure.savefig(io.BytesIO())
        labels = {label.get_text() for axes in figure.axes for label in axes.get_yticklabels(which="major")}
        assert f"10{point}000" in labels
        assert not any(other in label for label in labels)
