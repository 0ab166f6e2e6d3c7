"""Colours that survive in grey, lines that break where they may, and alternative text in the SVG."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

import estimators as est
from estimators.plots import style
from estimators.plots.ribbons import RIBBONS


def lightness(colour):
    """CIE L*, 0 black to 100 white."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116.0 * np.cbrt(luminance) - 16.0 if luminance > 0.008856 else 903.3 * luminance


@pytest.mark.parametrize(("one", "other"), list(combinations(style.COLOURS, 2)))
def test_colours_of_groups_differ_in_grey(one, other):
    assert abs(lightness(one) - lightness(other)) > 15.0


def test_letters_on_a_colour_can_be_read():
    for colour, letters in style.WRITTEN.items():
        assert abs(lightness(colour) - lightness(letters)) > 40.0


def test_ribbons_and_tiles_grow_darker_in_grey():
    ribbons = [lightness(colour) for _, colour in RIBBONS]
    assert all(first - second > 12.0 for first, second in pairwise(ribbons))
    tiles = [lightness(colormaps["cividis_r"](shade)) for shade in np.linspace(0.0, 1.0, 11)]
    assert all(first > second for first, second in pairwise(tiles))


def test_the_svg_says_what_it_shows(exact):
    figure = est.plot_forest(est.summary(exact), label="period")
    figure.set_label("p < 0.05 & more")
    svg = style.to_svg(figure)
    assert svg.startswith("<svg")
    assert "<desc>p &lt; 0.05 &amp; more</desc>" in svg


def test_a_footnote_makes_its_own_room(exact):
    table = est.summary(exact)
    plain, long = (est.plot_forest(table.assign(verdict=words), label="period") for words in ("short", "long " * 100))
    assert long.get_figheight() > plain.get_figheight() + 0.3
    for figure in (plain, long):
        figure.canvas.draw()
    heights = [figure.axes[0].get_window_extent().height for figure in (plain, long)]
    assert heights[0] == pytest.approx(heights[1], rel=0.03)


def test_a_percentage_stays_on_one_line():
    lines = style.broken("identifies 47 % of the victims", 13)
    assert not any(line.startswith("%") for line in lines)
