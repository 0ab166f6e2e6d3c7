"""Figures show the numbers of their tables, and so do their alternative texts."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import estimators as est
from estimators import numbers
from estimators.calibration import rank_band
from estimators.diagnostics.budget import smallest_p
from estimators.numeric.anchors import holm
from estimators.plots import cascade_table, conflict_table
from estimators.plots.calibration import band
from estimators.plots.ridgeline import density


def printed(row, quantity="true_count"):
    ends = (float(row[f"{quantity}_{end}"]) for end in ("median", "lower", "upper"))
    return numbers.estimate(*ends, digits=numbers.supported_digits(float(row["simulation_error"])))


def test_alternative_texts_of_tables_hold_their_medians(exact, poor):
    table = est.summary(exact)
    highest = table.loc[table["true_count_median"].idxmax()]
    for figure in (est.plot_forest(table, label="period"), est.plot_ridgeline(exact)):
        assert f"{printed(highest)} in {highest['period']}" in est.alternative(figure)
    last = table.iloc[-1]
    for figure in (est.plot_periods(table), est.plot_ribbons(exact)):
        assert f"{printed(last)} in MEX 2024" in est.alternative(figure)
    for _, row in poor.last.iterrows():
        for quantity in ("incidence", "true_count"):
            assert printed(row, quantity) in est.alternative(est.plot_areas(poor.last, quantities=(quantity,)))
        assert printed(row) in est.alternative(est.plot_tiles(poor.last, quantity="true_count"))


def test_numbers_have_no_more_digits_than_the_simulation_supports(exact):
    row = est.summary(exact).tail(1)
    assert "79,000 (21,000 – 300,000)" in est.alternative(est.plot_forest(row, label="period"))
    rough = est.plot_forest(row.assign(simulation_error=0.2), label="period")
    assert "80,000 (20,000 – 300,000)" in est.alternative(rough)


def test_bounds_are_told_as_limits():
    post = est.fit(est.Bounds(0.005, 0.02), est.single_figure(100), seed=1)
    assert "4,000 – 25,000" in est.alternative(est.plot_forest(est.summary(post), label="area"))


def test_the_reporting_probability_tells_both_medians(exact):
    draws = exact["posterior"]["reporting_probability"].sel(area="MEX", period="2024").values
    text = est.alternative(est.plot_reporting_probability(exact))
    before = float(np.median(exact["prior"]["reporting_probability"].values))
    assert f"median {numbers.number(before)} before" in text
    assert numbers.estimate(*(float(value) for value in np.quantile(draws, [0.5, 0.025, 0.975]))) in text


def test_the_reporting_probability_of_a_synthesis_is_that_of_a_typical_area(poor):
    figure = est.plot_reporting_probability(poor.post)
    level = poor.post["posterior"]["logit_reporting_level"].values
    middle = numbers.number(float(1.0 / (1.0 + np.exp(-np.median(level)))))
    assert "a typical area: median 0.030 before the figures" in est.alternative(figure)
    assert f"; {middle} (" in est.alternative(figure)
    with pytest.raises(est.ModelError, match="expected no area and no period"):
        est.plot_reporting_probability(poor.post, area="MEX")


def test_ridges_stand_in_the_order_of_their_medians(poor):
    (axes,) = est.plot_ridgeline(poor.post, names={"MEX": "Mexico"}).axes
    ordered = poor.last.sort_values("true_count_median", ascending=False)["area"].tolist()
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert shown == ["Mexico" if area == "MEX" else area for area in ordered]


def test_a_ridge_is_a_density_of_the_logarithm():
    values = np.random.default_rng(1).normal(2.0, 0.3, 4000)
    grid = np.linspace(0.0, 4.0, 400)
    found = density(values, grid)
    np.testing.assert_allclose(found, stats.norm.pdf(grid, 2.0, 0.3), atol=0.08)
    assert np.trapezoid(found, grid) == pytest.approx(1.0, abs=0.01)


def test_ribbons_are_quantiles_and_circles_the_counts(exact):
    (axes,) = est.plot_ribbons(exact).axes
    quantiles = exact["quantiles"].to_dataset()["true_count"].sel(area="MEX")
    draws = exact["posterior"]["true_count"].sel(area="MEX")
    for mass, band_drawn in zip((0.95, 0.8, 0.5), axes.collections[:3], strict=True):
        found = band_drawn.get_paths()[0].vertices[:, 1]
        for chance, end in ((0.5 - mass / 2, found.min()), (0.5 + mass / 2, found.max())):
            each = draws.quantile(chance, dim=("chain", "draw"))
            known = np.isclose(quantiles["probability"].values, chance)
            each = quantiles.isel(probability=int(known.argmax())) if known.any() else each
            assert end == pytest.approx(float(each.min() if chance < 0.5 else each.max()))
    median, observed = axes.lines
    np.testing.assert_allclose(median.get_ydata(), quantiles.sel(probability=0.5).values)
    np.testing.assert_allclose(observed.get_ydata(), exact["observed_data"]["reported"].values[0])
    np.testing.assert_allclose(np.diff(observed.get_xdata()), 1.0, atol=0.01)


def test_ranges_are_bars_and_missing_figures_are_not_drawn(exact):
    post = exact.copy(deep=True)
    observed = post["observed_data"].to_dataset()
    upper, lower = observed["upper"].copy(), observed["lower"].copy()
    lower[0, 0], upper[0, 0] = 100.0, 1500.0
    lower[0, 1] = upper[0, 1] = np.nan
    post["observed_data"] = observed.assign(lower=lower, upper=upper)
    (axes,) = est.plot_ribbons(post).axes
    assert len(axes.lines[1].get_ydata()) == 8, "of ten figures one is a range and one is missing"
    (bar,) = axes.collections[-1].get_segments()
    assert bar[:, 1].tolist() == [100.0, 1500.0]


def test_stages_of_a_cascade_are_predictions_beside_what_was_observed(poor):
    table = cascade_table(poor.post, area="MEX", period="2018").set_index("stage")
    assert table.index.tolist() == [
        "true count", "victims identified", "investigations opened", "persons prosecuted", "persons convicted",
    ]  # fmt: skip
    assert table["unit"].tolist() == ["persons", "persons", "cases", "persons", "persons"]
    assert table["observed_lower"].tolist()[1:] == [720.0, 328.0, 168.0, 64.0]
    assert np.isnan(table.loc["true count", "observed_lower"]), "nobody observes the true count"
    name = "justice_funnel: persons_prosecuted"
    row = poor.post["figures"][f"{name} about"].values.tolist().index("MEX 2018")
    drawn = poor.post["posterior_predictive"][name].values[..., row].ravel()
    found = table.loc["persons prosecuted"]
    assert found[["lower", "median", "upper"]].tolist() == pytest.approx(
        np.quantile(drawn, [0.025, 0.5, 0.975]).tolist()
    )
    true = poor.post["posterior"]["true_count"].sel(area="MEX", period="2018").values.ravel()
    assert found["share_median"] == pytest.approx(np.median(1000.0 * drawn / true))
    assert table.loc["true count", "median"] == pytest.approx(np.median(true))


def test_a_cascade_says_what_is_counted_in_cases_and_what_is_not_there(poor):
    figure = est.plot_cascade(poor.post, area="GTM", period="2018")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[2] == "investigations opened\n(cases)"
    assert "Squares count cases, not persons" in " ".join(figure._supxlabel.get_text().split())
    assert "persons convicted: no figure" in est.alternative(figure)
    count = poor.last.set_index("area").loc["GTM"]
    assert f"true count {printed(count)} persons modelled, not observed" in est.alternative(figure)
    assert "observed 90;" in est.alternative(figure), "the figure observed, exactly"


def test_the_factor_of_a_conflict_is_implied_over_others(three_anchors):
    table = conflict_table(three_anchors)
    np.testing.assert_allclose(table["factor_median"], table["implied"] / table["others"])
    outside = (table["factor_lower"] > 1.0) | (table["factor_upper"] < 1.0)
    assert (outside == (table["p"] < 0.05)).all()
    np.testing.assert_allclose(table["p_holm"], holm(table["p"].to_numpy()))
    anchors = est.identification(three_anchors).anchors
    assert table["p_holm"].min() == pytest.approx(smallest_p(anchors))
    survey = table.set_index("anchor").loc["household survey"]
    text = est.alternative(est.plot_conflict(three_anchors))
    assert f"household survey, {numbers.number(survey['implied'])} against {numbers.number(survey['others'])}" in text


def test_anchors_of_a_synthesis_are_compared_in_true_counts(poor):
    table = conflict_table(poor.post)
    assert set(table["area"]) == {"a typical area"}
    np.testing.assert_allclose(table["factor_median"], table["implied"] / table["others"])


def test_one_anchor_cannot_be_in_conflict(exact):
    figure = est.plot_conflict(exact)
    assert "is the only anchor" in est.alternative(figure)
    assert "nothing could contradict it" in " ".join(text.get_text() for text in figure.axes[0].texts)


def test_the_forest_of_sources_left_out_shows_the_finding(poor):
    figure = est.plot_leave_one_out(poor.post, poor.checks)
    (axes,) = figure.axes
    inside, outside = axes.lines[1:]
    assert inside.get_xdata().tolist() == [140_000.0, 133_000.0]
    assert outside.get_xdata().tolist() == [6_600.0], "below the interval with everything"
    assert inside.get_marker() != outside.get_marker()
    assert "140,000 (26,000 – 710,000)" in est.alternative(figure)
    assert "without a claim: 6,600 (1,100 – 71,000), a factor 0.047" in est.alternative(figure)


def test_tipping_points_are_the_arithmetic_of_the_count(exact):
    figure = est.plot_tipping_points(exact, period="2022")
    draws = np.sort(exact["posterior"]["true_count"].sel(area="MEX", period="2022").values.ravel())
    curve = figure.axes[0].lines[0]
    for count, beyond in list(zip(*curve.get_data(), strict=True))[::40]:
        assert beyond == pytest.approx(np.mean(draws >= count))
    upper = figure.axes[0].child_axes[0]
    ends = np.array(figure.axes[0].get_xlim()) / 942.0
    np.testing.assert_allclose(upper.get_xlim(), ends)
    assert f"one half at {numbers.number(float(np.median(draws)))}, which needs 1 in 100 reported" in est.alternative(
        figure
    )


def test_a_true_count_equal_to_the_figure_is_at_or_above_it():
    post = est.fit(est.Multiplier(est.Claim("9 in 10", within=1.05)), est.single_figure(3), seed=1)
    assert (post["posterior"]["true_count"].values == 3).any()
    assert est.plot_tipping_points(post).axes[0].lines[0].get_ydata()[0] == 1.0


def test_held_values_are_drawn_where_they_were_held(poor):
    figure = est.plot_tipping_points(poor.post, poor.checks)
    first, second = figure.axes
    assert first.get_xscale() == "log"
    assert second.get_xscale() == "linear", "it goes through zero"
    assert first.lines[0].get_ydata().tolist() == [310_000.0, 48_000.0, 5_400.0]
    assert "median from 310,000 to 5,400" in est.alternative(figure)


def test_the_band_is_that_of_the_calibration():
    for total, bins in ((500, 20), (2000, 100)):
        for ours, theirs in zip(band(total, bins), rank_band(total, bins), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1.5 / total)


def test_calibration_draws_ranks_and_coverage(poor):
    found = poor.calibration
    ranks, coverage = est.plot_calibration(found).axes
    counts = np.array(found.table.sort_values("p", kind="stable")["rank_counts"].iloc[0])
    share = np.arange(1, 100) / 100
    np.testing.assert_allclose(ranks.lines[1].get_ydata(), counts.cumsum()[:-1] / 500 - share)
    expected = 100.0 * (found.table.sort_values("p", kind="stable")["coverage_95"] - 0.95)
    np.testing.assert_allclose(coverage.lines[2].get_xdata(), expected)
    without = est.Finding(found.name, found.status, found.text, found.table.drop(columns="rank_counts"))
    assert len(est.plot_calibration(without).axes) == 1
    worst = found.table.sort_values("p").iloc[0]
    assert f"cover {100 * worst['coverage_95']:.1f} %" in est.alternative(est.plot_calibration(without))


def test_curves_of_universes_tell_their_range(poor):
    assert "medians of the total flow per year from 200,000 to 300,000" in est.alternative(
        est.plot_multiverse(poor.multiverse)
    )


def test_predictions_tell_the_farthest(poor):
    worst = poor.predictions.sort_values("tail", kind="stable").iloc[0]
    said = est.alternative(est.plot_predictions(poor.predictions))
    assert f"Farthest: {numbers.count(worst['lower'])} against" in said
    assert f"; {worst['about']}." in said


def test_a_figure_beside_an_estimate_is_an_open_mark_in_its_row():
    names, counted = ["A", "B", "C"], [0.2, np.nan, 30.0]
    ends = {"modelled_ratio_median": [0.5, 0.6, 0.7], "modelled_ratio_lower": 0.3, "modelled_ratio_upper": 0.9}
    table = pd.DataFrame(
        {"area": names, "counted_ratio": counted, **ends, "probability": 0.95, "verdict": "x", "convergence": "y"}
    )
    figure = est.plot_forest(table, label="area", quantity="modelled_ratio", beside="counted_ratio")
    (marks,) = (line for line in figure.axes[0].lines if line.get_marker() == "D")
    np.testing.assert_array_equal(marks.get_xdata(), counted)
    np.testing.assert_array_equal(marks.get_ydata(), [0, 1, 2])
    assert figure.axes[0].get_xlim()[1] > 30.0
    assert "_" not in figure.axes[0].get_xlabel()
    assert any("Open marks: counted ratio." in text.get_text() for text in figure.texts)
