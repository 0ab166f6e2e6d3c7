"""What holds of every figure: nothing on it is clipped or touches, the verdict stands on it, the unpublishable is marked."""

from io import BytesIO
from itertools import combinations

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.text import Text

import estimators as est
from estimators import plots
from estimators.plots.style import COLUMN, INCH, PAGE
from estimators.rendering.words.catalogue import LANGUAGES
from estimators.rendering.words.drawings import spoken_figure
from estimators.rendering.words.speaker import speaker

THREE = ("incidence", "reporting_probability", "true_count")
FIGURES = {
    "plot_forest": lambda it, **how: est.plot_forest(it.last, label="area", title="Two countries", **how),
    "plot_areas": lambda it, **how: est.plot_areas(it.last, quantities=("true_count",), **how),
    "plot_areas of three quantities": lambda it, width=PAGE: est.plot_areas(
        it.last, quantities=THREE if width == PAGE else THREE[:1], width=width
    ),
    "plot_ridgeline": lambda it, **how: est.plot_ridgeline(it.post, **how),
    "plot_reporting_probability": lambda it, **how: est.plot_reporting_probability(it.post, **how),
    "plot_anchor_budget": lambda it, **how: est.plot_anchor_budget(it.post, **how),
    "plot_conflict": lambda it, **how: est.plot_conflict(it.post, **how),
    "plot_cascade": lambda it, **how: est.plot_cascade(it.post, **how),
    "plot_periods": lambda it, **how: est.plot_periods(it.table, **how),
    "plot_ribbons": lambda it, **how: est.plot_ribbons(it.post, **how),
    "plot_tiles": lambda it, **how: est.plot_tiles(it.last, **how),
    "plot_predictions": lambda it, **how: est.plot_predictions(it.predictions, **how),
    "plot_leave_one_out": lambda it, **how: est.plot_leave_one_out(it.post, it.checks, **how),
    "plot_tipping_points": lambda it, **how: est.plot_tipping_points(it.post, it.checks, **how),
    "plot_tipping_points of a cell": lambda it, **how: est.plot_tipping_points(it.post, **how),
    "plot_multiverse": lambda it, **how: est.plot_multiverse(it.multiverse, post=it.post, **how),
    "plot_calibration": lambda it, **how: est.plot_calibration(it.calibration, **how),
    "plot_lists": lambda it, **how: plots.plot_lists(it.lists, **how),
}
OF_RESULTS = [name for name in FIGURES if name not in ("plot_calibration", "plot_lists")]
every = pytest.mark.parametrize("name", FIGURES)
of_results = pytest.mark.parametrize("name", OF_RESULTS)


def words(figure):
    """Every text on a figure, lines joined."""
    return " ".join(" | ".join(text.get_text() for text in figure.findobj(Text)).split())


def marks(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_gid() == "mark"]


def test_every_plot_function_is_tried_here():
    assert {name.split(" ")[0] for name in FIGURES} == {name for name in plots.__all__ if name.startswith("plot_")}


def painted(figure):
    """The texts that are really painted: no labels of hidden axes or of ticks outside, and not the mark across the figure."""
    found, draw = [], Text.draw

    def record(self, renderer):
        if self.get_visible() and self.get_text().strip() and self.get_gid() != "mark":
            found.append(self)
        draw(self, renderer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", record)
        figure.savefig(BytesIO(), format="png", dpi=figure.dpi)
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module", params=[(name, width) for name in FIGURES for width in (COLUMN, PAGE)], ids=str)
def printed(request, poor):
    """A figure in every language, with the texts that are painted."""
    name, width = request.param
    figure = FIGURES[name](poor, width=width)
    assert figure.get_figwidth() * INCH == pytest.approx(width)
    drawn = [figure, *(spoken_figure(figure, speaker(language))[0] for language in LANGUAGES[1:])]
    return [(each, painted(each)) for each in drawn]


def test_it_draws_as_wide_as_it_is_printed_and_nothing_is_clipped(printed):
    assert pyplot.get_fignums() == [], "no figure belongs to pyplot"
    for figure, texts in printed:
        assert isinstance(figure, Figure)
        assert len(texts) > 4
        for text in texts:
            found, box = text.get_window_extent(), figure.bbox
            inside = found.x0 > -2 and found.y0 > -2 and found.x1 < box.x1 + 2 and found.y1 < box.y1 + 2
            assert inside, (text.get_text(), found, box)
            assert text.get_fontsize() > 5.9, text.get_text()


def test_no_two_texts_touch(printed):
    for _, texts in printed:
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_rotation() == 0]
        for (one, first), (other, second) in combinations(boxes, 2):
            across = min(first.x1, second.x1) - max(first.x0, second.x0)
            down = min(first.y1, second.y1) - max(first.y0, second.y0)
            assert across < 1 or down < 2, (one, other)


@of_results
def test_the_verdict_stands_on_it_and_in_its_alternative_text(name, sound):
    figure, verdict = FIGURES[name](sound), est.identification(sound.post).verdict
    assert f"Verdict: {verdict}. Sampler: publishable." in words(figure)
    assert f"Verdict: {verdict}. Sampler: publishable." in est.alternative(figure)
    assert marks(figure) == []


@of_results
def test_what_may_not_be_published_is_marked(name, poor):
    figure = FIGURES[name](poor)
    (mark,) = marks(figure)
    assert mark in ("not publishable", "partly not publishable")
    assert "not publishable" in est.alternative(figure)


def test_a_mark_is_painted_over_all_else(poor):
    figure = est.plot_forest(poor.last, label="area")
    (mark,) = [text for text in figure.texts if text.get_gid() == "mark"]
    assert mark.get_zorder() > max(axes.get_zorder() for axes in figure.axes)
    assert 0.1 < mark.get_alpha() < 0.3
    figure.canvas.draw()
    found = mark.get_window_extent()
    assert found.width > 0.5 * figure.bbox.width, "across the whole figure"


def test_rows_of_which_some_may_be_published_are_marked_so(sound):
    table = sound.last.assign(convergence=["publishable", "not publishable"])
    assert marks(est.plot_forest(table, label="area")) == ["partly not publishable"]


def test_an_estimator_that_is_not_calibrated_is_marked(sound):
    found = sound.calibration
    assert marks(est.plot_calibration(found)) == []
    wrong = est.Finding(found.name, "not calibrated", found.text, found.table)
    assert marks(est.plot_calibration(wrong)) == ["not publishable"]


def test_universes_with_too_few_draws_mark_the_curve(sound):
    table = sound.multiverse.table.assign(effective_draws=[800.0, 90.0])
    poor = est.Finding("multiverse", "x", "Two universes.", table)
    figure = est.plot_multiverse(poor, post=sound.post)
    assert marks(figure) == ["partly not publishable"]
    assert "Hollow: 1 universe" in words(figure)
