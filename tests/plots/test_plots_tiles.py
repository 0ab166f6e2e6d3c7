"""Maps of equal tiles that come with the package."""

import numpy as np
import pandas as pd

import estimators as est
from estimators.plots import tile_layout
from estimators.plots.tiles import _short


def test_layouts_are_those_of_the_data():
    mexico = est.datasets.mexico_tiles()
    pd.testing.assert_frame_equal(tile_layout("mexico"), mexico[["area", "row", "column"]])
    codes = est.datasets.load("country_codes").query("latin_america")
    latin = tile_layout("latin_america")
    assert set(latin["area"]) == set(codes["area"])
    assert not latin.duplicated(["row", "column"]).any()


def test_tiles_need_no_layout_and_shade_by_the_median(poor):
    figure = est.plot_tiles(poor.last, quantity="true_count")
    (axes,) = figure.axes
    assert len(axes.patches) == 20
    known = poor.last.sort_values("true_count_median")["area"].tolist()
    place = tile_layout("latin_america")["area"].tolist()
    shade = {area: sum(axes.patches[place.index(area)].get_facecolor()[:3]) for area in known}
    assert shade[known[0]] > shade[known[-1]], "darker is more"


def test_numbers_on_tiles_are_short_and_rounded_outward():
    assert [_short(value) for value in (0.5634, 951.0, 12_345.0, 1_449_000.0, np.nan)] == [
        "0.56",
        "950",
        "12k",
        "1.4M",
        "–",
    ]
    assert (_short(11_900.0, "down"), _short(11_100.0, "up")) == ("11k", "12k")


def test_tiles_have_the_digits_that_the_simulation_supports():
    row = {
        "area": "MEX",
        "incidence_median": 103.0,
        "incidence_lower": 15.2,
        "incidence_upper": 688.0,
        "verdict": "unauditable",
    }
    table = pd.DataFrame([row | {"probability": 0.95, "simulation_error": 0.01}])
    for error, said in ((0.01, ["100", "15–690"]), (0.2, ["100", "10–700"])):
        texts = [each.get_text() for each in est.plot_tiles(table.assign(simulation_error=error)).axes[0].texts]
        assert texts[texts.index("MEX") + 1 :][:2] == said


def test_intervals_stand_on_wide_tiles_only(poor):
    wide, narrow = (est.plot_tiles(poor.last, quantity="true_count", width=width) for width in (175.0, 85.0))
    intervals = [sum("–" in text.get_text()[1:] for text in figure.axes[0].texts) for figure in (wide, narrow)]
    assert intervals[0] >= 2
    assert intervals[1] == 0
    assert "No room for 95 % intervals" in " ".join(narrow._supxlabel.get_text().split())
