"""Wrong input gives one clear error."""

import pytest
import xarray as xr

import estimators as est
from estimators.plots import tile_layout


@pytest.fixture(scope="module")
def bounds():
    """A result without draws, anchors or predictions."""
    return est.fit(est.Bounds(0.005, 0.02), est.datasets.mexico(), seed=1)


REFUSED = {
    "ridgeline": (est.plot_ridgeline, "Bounds has no draws of the true count"),
    "ribbons": (est.plot_ribbons, "Bounds has no distribution of the true count"),
    "reporting probability": (est.plot_reporting_probability, "Bounds has no draws of the reporting probability"),
    "budget": (est.plot_anchor_budget, "Bounds has no anchor"),
    "conflict": (est.plot_conflict, "Bounds has no anchors"),
    "cascade": (est.plot_cascade, "Bounds has no draws of the true count"),
    "tipping": (est.plot_tipping_points, "Bounds has no draws of the true count"),
    "predictions": (est.prediction_table, "Bounds has no group figures"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_result_that_lacks_the_group(name, bounds):
    plot, words = REFUSED[name]
    with pytest.raises(est.ModelError, match=words):
        plot(bounds)


@pytest.mark.parametrize("name", REFUSED)
def test_a_tree_that_is_no_result(name):
    plot, _ = REFUSED[name]
    with pytest.raises(est.ModelError, match="the tree has no"):
        plot(xr.DataTree())


def test_a_cascade_needs_a_funnel(exact):
    with pytest.raises(est.ModelError, match="Multiplier has no figures of a justice funnel"):
        est.plot_cascade(exact)


@pytest.mark.parametrize("where", [{"area": "ABC"}, {"period": "1999"}])
def test_cells_that_are_not_there(where, exact, poor):
    for plot in (est.plot_ridgeline, est.plot_reporting_probability, est.plot_tipping_points):
        with pytest.raises(est.ModelError, match="expected an area and a period of the result"):
            plot(exact, **where)
    with pytest.raises(est.ModelError, match="expected an area and a period of the result"):
        est.plot_cascade(poor.post, **where)


def test_areas_that_are_not_there(exact, three_anchors):
    with pytest.raises(est.ModelError, match="area 'ABC': expected one of MEX"):
        est.plot_ribbons(exact, areas=["ABC"])
    with pytest.raises(est.ModelError, match="area 'ABC': expected one of MEX"):
        est.plot_conflict(three_anchors, area="ABC")


def test_findings_that_are_not_there(poor):
    other = est.Finding("placebo source", "x", "Not this one.")
    for findings in (other, (other,), ()):
        with pytest.raises(est.ModelError, match="expected 'leave one source out'"):
            est.plot_leave_one_out(poor.post, findings)
        with pytest.raises(est.ModelError, match="expected 'tipping table'"):
            est.plot_tipping_points(poor.post, findings)
    with pytest.raises(est.ModelError, match="expected 'leave one area out'"):
        est.plot_leave_one_out(poor.post, poor.checks, what="area")
    with pytest.raises(est.ModelError, match="expected the finding of"):
        est.plot_multiverse(other)
    with pytest.raises(est.ModelError, match="expected 'calibration'"):
        est.plot_calibration(other)
    with pytest.raises(est.ModelError, match="quantity 'height': expected one of"):
        est.plot_calibration(poor.calibration, quantities=["height"])


@pytest.mark.parametrize(
    "names", [{"label": "height"}, {"label": "area", "group": "height"}, {"label": "area", "beside": "height"}]
)
def test_columns_that_are_not_there(names, poor):
    with pytest.raises(est.ModelError, match="column 'height': expected one of area, period"):
        est.plot_forest(poor.last, **names)


def test_tables_of_several_periods(poor):
    with pytest.raises(est.ModelError, match="2 periods: expected rows of one period"):
        est.plot_areas(poor.table)
    with pytest.raises(est.ModelError, match="expected rows of one period"):
        est.plot_tiles(poor.table)


def test_tiles_of_unknown_places(poor):
    with pytest.raises(est.ModelError, match="areas Narnia: expected Mexican states"):
        est.plot_tiles(poor.last.assign(area=["MEX", "Narnia"]))
    with pytest.raises(est.ModelError, match="MEX, GTM: expected a tile for each area"):
        est.plot_tiles(poor.last, tile_layout("mexico"))
    with pytest.raises(est.ModelError, match="no area has an estimate"):
        est.plot_tiles(poor.last.assign(incidence_median=float("nan")))
    with pytest.raises(est.ModelError, match="layout 'mars'"):
        tile_layout("mars")


def test_a_cell_without_a_count_has_no_tipping_points():
    with pytest.warns(est.IdentificationWarning):
        post = est.fit(est.Multiplier(est.Claim("1 in 10")), est.single_figure(0), seed=1)
    with pytest.raises(est.ModelError, match="no figure above 0"):
        est.plot_tipping_points(post)
