"""What can contradict a claim: budget, conflict, power, verdict words, null directions, tipping points."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import estimators as est
from estimators.diagnostics import budget
from estimators.diagnostics.identification import VERDICTS
from estimators.numeric import anchors as pooling

Z = stats.norm.ppf(0.975)


def tree(means, sds, kinds=None, draws=None, reported=100.0):
    """A result with the given anchors, one array (anchors, periods) of means and one of standard deviations."""
    means, sds = (np.atleast_2d(np.asarray(values, dtype=float)) for values in (means, sds))
    if means.shape[0] == 1 and means.shape[1] > 1:
        means, sds = means.T, sds.T
    count, periods = means.shape
    labels = {"area": ["X"], "period": [str(2020 + i) for i in range(periods)]}
    kinds = kinds or ["reporting", *["external"] * (count - 1)]
    names = [f"anchor {i}" for i in range(count)]
    text = {"kind": kinds, "derived_from": [""] * count, "reason": ["made up"] * count}
    anchors = xr.Dataset(
        {
            "log_true_count": (("anchor", "area", "period"), means[:, None]),
            "log_sd": (("anchor", "area", "period"), sds[:, None]),
            **{name: ("anchor", np.array(values, dtype=object)) for name, values in text.items()},
        },
        coords={"anchor": names, **labels},
    )
    parameters = ["log incidence", "log reporting probability"]
    likelihood = xr.Dataset(
        {"information": (("parameter", "other"), np.full((2, 2), reported)), "prior_sd": ("parameter", [np.inf, 0.6])},
        coords={"parameter": parameters, "other": parameters},
    )
    if draws is None:
        draws = np.arange(1.0, 10_001.0)
    posterior = xr.Dataset(
        {"true_count": (("chain", "draw", "area", "period"), np.tile(draws[None, :, None, None], (1, 1, 1, periods)))},
        coords=labels,
    )
    observed = xr.Dataset({"reported": (("area", "period"), np.full((1, periods), reported))}, coords=labels)
    post = xr.DataTree.from_dict(
        {"posterior": posterior, "anchors": anchors, "likelihood": likelihood, "observed_data": observed}
    )
    post.attrs = {"estimator": "MadeUp"}
    return post


def replace(post, group, name, values):
    """Put other values into a variable of a group."""
    post[group] = xr.DataTree(post[group].to_dataset().assign({name: values}))


# --- verdict words -----------------------------------------------------------------------------------------------------


def test_one_anchor_is_unauditable():
    told = est.identification(tree([10.0], [0.6]))
    assert told.verdict == "unauditable"
    assert told.finding("conflict").status == "cannot be tested"
    assert told.finding("power").status == "none"
    assert np.isnan(told.anchors["p"]).all()
    assert told.anchors["share"].tolist() == [1.0]


def test_tight_anchors_that_agree_are_compatible():
    told = est.identification(tree([10.0, 10.2], [0.2, 0.2]))
    assert told.verdict == "compatible"
    assert told.finding("power").table.set_index("claim_wrong_by").loc[5.0, "power"] >= 0.8
    assert told.finding("conflict").status == "no conflict found"


def test_tight_anchors_that_disagree_are_in_conflict_and_p_is_printed():
    told = est.identification(tree([10.0, 11.0], [0.2, 0.2]))
    p = 2 * stats.norm.sf(1 / np.hypot(0.2, 0.2))
    printed = float(re.fullmatch(r"in conflict \(p = (.*)\)", told.verdict).group(1))
    assert 0.99 * p < printed < 2.02 * p
    assert told.meaning == VERDICTS["in conflict"]
    assert f"p = {p:.2g}" in told.finding("conflict").text
    assert told.finding("conflict").status == told.verdict


def test_a_p_value_is_never_printed_as_zero():
    assert est.identification(tree([10.0, 20.0], [0.2, 0.2])).verdict == "in conflict (p < 0.0001)"


def test_loose_anchors_are_untestable_even_if_they_agree_perfectly():
    told = est.identification(tree([10.0, 10.0], [0.67, 0.6]))
    assert told.verdict == "untestable at this credibility"
    assert told.finding("power").status == "too little"


@pytest.mark.parametrize("gap", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("sd", [0.1, 0.3, 0.7, 2.0])
def test_the_verdict_follows_from_p_and_power(gap, sd):
    verdict = est.identification(tree([10.0, 10.0 + gap], [sd, sd])).verdict
    p = 2 * stats.norm.sf(gap / (sd * np.sqrt(2)))
    power = float(pooling.conflict_power(np.array(sd), np.array(sd), np.array(5.0))[0])
    wanted = "in conflict" if p < 0.05 else "compatible" if power >= 0.8 else "untestable at this credibility"
    assert verdict.startswith(wanted)


def test_every_verdict_word_has_a_sentence():
    assert set(VERDICTS) == {
        "unauditable",
        "compatible",
        "in conflict",
        "untestable at this credibility",
        "conditional",
    }


@pytest.mark.slow
def test_conflict_is_found_in_five_of_a_hundred_agreeing_worlds():
    # several anchors and cells, all true: Holm's correction keeps the share of false alarms at most at the level
    rng, alarms, worlds = np.random.default_rng(1), 0, 1500
    for _ in range(worlds):
        sd = np.full((3, 4), 0.4)
        alarms += est.identification(tree(10 + sd * rng.standard_normal((3, 4)), sd)).verdict.startswith("in conflict")
    assert alarms / worlds < 0.05 + 3 * np.sqrt(0.05 * 0.95 / worlds)


# --- the budget --------------------------------------------------------------------------------------------------------


def test_shares_are_precisions():
    sds = np.array([0.3, 0.6, 1.5])
    told = est.identification(tree([10.0, 10.0, 10.0], sds))
    expected = sds**-2 / (sds**-2).sum()
    np.testing.assert_allclose(told.anchors["share"], expected, rtol=1e-12)
    table = told.finding("anchor budget").table
    np.testing.assert_allclose(table["share"], expected, rtol=1e-12)
    assert told.finding("anchor budget").status == "3 absolute anchors"


def test_the_others_are_the_pool_without_one():
    means, sds = np.array([9.0, 10.0, 12.0]), np.array([0.5, 0.8, 1.1])
    table = est.identification(tree(means, sds)).anchors
    for i in range(3):
        rest = [j for j in range(3) if j != i]
        weight = sds[rest] ** -2
        centre, sd = (weight @ means[rest]) / weight.sum(), weight.sum() ** -0.5
        row = table.iloc[i]
        assert row["others"] == pytest.approx(np.exp(centre), rel=1e-12)
        assert row["others_lower"] == pytest.approx(np.exp(centre - Z * sd), rel=1e-12)
        assert row["implied_upper"] == pytest.approx(np.exp(means[i] + Z * sds[i]), rel=1e-12)
        z = (means[i] - centre) / np.hypot(sds[i], sd)
        assert (row["z"], row["p"]) == (
            pytest.approx(z, rel=1e-10),
            pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-10),
        )


def test_holm_within_a_cell_by_hand():
    table = est.identification(tree([9.0, 10.0, 12.0], [0.5, 0.8, 1.1])).anchors
    p = table["p"].to_numpy()
    order, running, expected = np.argsort(p), 0.0, np.empty(3)
    for rank, i in enumerate(order):
        running = max(running, min(1.0, p[i] * (3 - rank)))
        expected[i] = running
    np.testing.assert_allclose(table["p_holm"], expected, rtol=1e-12)


def test_the_verdict_is_corrected_for_all_cells():
    # p of .03 in one cell of five, others agreeing: no conflict after correction, though alone it would be one
    gap = stats.norm.isf(0.015) * np.hypot(0.2, 0.2)
    means = np.array([[10.0, 10.0, 10.0, 10.0, 10.0], [10.0 + gap, 10.01, 10.02, 10.03, 10.04]])
    many = est.identification(tree(means, np.full((2, 5), 0.2)))
    assert many.anchors["p"].min() == pytest.approx(0.03)
    assert many.verdict == "compatible"


def test_one_comparison_is_not_corrected():
    gap = stats.norm.isf(0.015) * np.hypot(0.2, 0.2)
    assert est.identification(tree([10.0, 10.0 + gap], [0.2, 0.2])).verdict == "in conflict (p = 0.03)"


def test_two_anchors_have_one_comparison_in_each_cell():
    # p of anchor 0 against 1 is that of 1 against 0: counting both would double the price
    table = est.identification(tree([10.0, 10.62], [0.2, 0.2])).anchors
    assert table["p"].iloc[0] == pytest.approx(table["p"].iloc[1], rel=1e-9)
    assert budget.smallest_p(table) == pytest.approx(table["p"].iloc[0], rel=1e-9)


def test_periods_without_a_figure_take_no_part():
    means = np.array([[10.0, np.nan], [10.2, 10.0]])
    told = est.identification(tree(means, np.full((2, 2), 0.2)))
    assert not told.anchors.isna().any(axis=None) or set(told.anchors["period"]) == {"2020", "2021"}
    assert told.verdict == "compatible"


# --- power -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sds", [(0.668, 0.6), (0.2, 0.2), (1.4, 0.6)])
def test_power_table_is_the_numerical_one(sds):
    table = est.identification(tree([10.0, 10.0], sds)).finding("power").table
    power, coverage, bias = pooling.conflict_power(np.array(sds[0]), np.array(sds[1]), np.array([2.0, 5.0, 10.0]))
    assert table["claim_wrong_by"].tolist() == [2.0, 5.0, 10.0]
    np.testing.assert_allclose(table["power"], power)
    np.testing.assert_allclose(table["coverage"], coverage)
    np.testing.assert_allclose(table["bias_factor"], bias)


@pytest.mark.parametrize("wrong_by", [2.0, 5.0, 10.0])
def test_power_by_simulation(wrong_by):
    claim_sd, other_sd = 0.668, 0.6
    rng = np.random.default_rng(3)
    other = rng.normal(0.0, other_sd, 200_000)
    claim = np.log(wrong_by)
    found = 2 * stats.norm.sf(np.abs(claim - other) / np.hypot(claim_sd, other_sd)) < 0.05
    weight = np.array([claim_sd, other_sd]) ** -2
    pooled = (weight[0] * claim + weight[1] * other) / weight.sum()
    covered = np.abs(pooled) < Z / np.sqrt(weight.sum())
    table = est.identification(tree([10.0, 10.0], [claim_sd, other_sd])).finding("power").table
    row = table.set_index("claim_wrong_by").loc[wrong_by]
    assert row["power"] == pytest.approx(found.mean(), abs=0.004)
    assert row["coverage"] == pytest.approx(covered.mean(), abs=0.004)
    assert row["bias_factor"] == pytest.approx(np.exp(np.median(pooled)), rel=0.01)


def test_without_a_claim_the_heaviest_anchor_is_the_one_to_doubt():
    found = est.identification(tree([10.0, 10.1], [0.2, 0.3], kinds=["external", "incidence"])).finding("power")
    power, _, _ = pooling.conflict_power(np.array(0.2), np.array(0.3), np.array(5.0))
    assert found.table.set_index("claim_wrong_by").loc[5.0, "power"] == pytest.approx(float(power))
    assert "anchor 0" in found.text


# --- null directions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 494, 10**9])
def test_the_count_is_flat_along_the_trade_of_one_level_for_the_other(count):
    post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(count), seed=1)
    found = est.identification(post).finding("null directions")
    assert found.status == "1 flat"
    loadings = found.table.to_numpy()[0]
    np.testing.assert_allclose(np.abs(loadings), np.sqrt(0.5), atol=1e-3)
    assert loadings.sum() == pytest.approx(0.0, abs=1e-3)
    assert "log incidence" in found.text
    assert "−" in found.text


def test_information_in_every_direction_leaves_none_flat():
    post = tree([10.0], [0.6])
    replace(post, "likelihood", "information", (("parameter", "other"), np.array([[2.0, 1.0], [1.0, 2.0]])))
    assert est.identification(post).finding("null directions").status == "0 flat"


def test_flat_directions_are_vectors_that_the_information_annihilates():
    post = tree([10.0], [0.6])
    direction = np.array([3.0, -1.0]) / np.sqrt(10)
    information = np.eye(2) - np.outer(direction, direction)
    replace(post, "likelihood", "information", (("parameter", "other"), information))
    found = est.identification(post).finding("null directions")
    loadings = found.table.to_numpy()[0]
    np.testing.assert_allclose(information @ loadings, 0.0, atol=2e-3)
    assert "0.33 × " in found.text


# --- tipping points ----------------------------------------------------------------------------------------------------


def test_tipping_points_are_arithmetic():
    table = est.identification(tree([10.0], [0.6])).finding("tipping points").table
    np.testing.assert_allclose(table["true_count"], 100.0 * table["one_in"])
    np.testing.assert_allclose(table["reporting_probability"] * table["true_count"], 100.0)
    assert {1, 10, 100, 1000} <= set(table["one_in"])


def test_posterior_probability_of_a_believed_count():
    # draws 1, 2, …, 10000: the share at or above n is (10001 - n)/10000
    table = est.identification(tree([10.0], [0.6]), believed=[200, 5000, 20_000]).finding("tipping points").table
    assert table["true_count"].tolist() == [200.0, 5000.0, 20_000.0]
    assert table["reporting_probability"].tolist() == [0.5, 0.02, 0.005]
    assert table["posterior_at_or_above"].tolist() == [0.9801, 0.5001, 0.0]


def test_each_tipping_point_speaks_of_the_draws_of_its_own_cell():
    """Cells of different size, with gaps, areas that are not in order, and draws that do not exist: counted one by one."""
    areas, periods, rng = ["C", "A", "B"], ["1", "2"], np.random.default_rng(5)
    draws = np.exp(rng.normal(0.0, 1.0, (2, 300, 3, 2)) + np.log([[1e3, 3e4], [40.0, 700.0], [9e5, 5e3]]))
    draws[:, :20, 1, 1] = np.nan
    reported = np.array([[30.0, 400.0], [np.nan, 9.0], [5e3, 0.0]])
    coords = {"area": areas, "period": periods}
    post = xr.DataTree.from_dict({
        "observed_data": xr.Dataset({"reported": (("area", "period"), reported)}, coords),
        "posterior": xr.Dataset({"true_count": (("chain", "draw", "area", "period"), draws)}, coords),
    })  # fmt: skip
    for believed in ((), (500.0, 20_000.0)):
        table = est.identification(post, believed=believed).finding("tipping points").table
        assert list(dict.fromkeys(zip(table["area"], table["period"], strict=True))) == [
            ("C", "1"), ("C", "2"), ("A", "2"), ("B", "1"),
        ]  # fmt: skip
        own = post["posterior"]["true_count"]
        counted = [
            float((own.sel(area=row["area"], period=row["period"]).values >= row["true_count"]).mean())
            for row in table.to_dict("records")
        ]
        assert table["posterior_at_or_above"].to_numpy() == pytest.approx(counted, abs=1e-12)
        assert len(set(counted)) >= len(table) / 2


def test_tipping_points_of_every_figure_but_missing_and_zero_ones():
    post = tree(np.full((1, 3), 10.0).repeat(2, 0), np.full((2, 3), 0.3))
    replace(post, "observed_data", "reported", (("area", "period"), np.array([[100.0, np.nan, 0.0]])))
    table = est.identification(post).finding("tipping points").table
    assert table["period"].unique().tolist() == ["2020"]


# --- bounds and text ---------------------------------------------------------------------------------------------------


def test_bounds_are_unauditable_too():
    told = est.identification(est.fit(est.Bounds(0.005, 0.02), est.single_figure(494), seed=1), believed=[49_400])
    assert told.verdict == "unauditable"
    assert told.anchors.empty
    assert told.finding("anchor budget").status == "no anchor"
    table = told.finding("tipping points").table
    assert table["reporting_probability"].tolist() == [0.01]
    assert table["posterior_at_or_above"].isna().all()


def test_text_of_an_identification_says_everything():
    told = est.identification(tree([10.0, 11.0], [0.2, 0.2]))
    text = str(told)
    assert text.startswith(f"Verdict: {told.verdict}\n{told.meaning}.")
    for finding in told.findings:
        assert f"{finding.name}: {finding.status}" in text
        assert finding.text in text
    with pytest.raises(StopIteration):
        told.finding("horoscope")


def test_text_of_a_finding():
    assert str(est.Finding("check", "fine", "All is well.")) == "check: fine\nAll is well."
    with_table = est.Finding("check", "fine", "All is well.", pd.DataFrame({"x": [1.5]}))
    assert str(with_table).splitlines() == ["check: fine", "All is well.", "  x", "1.5"]


def test_names_of_findings_are_distinct_and_in_order():
    told = est.identification(tree([10.0, 11.0], [0.2, 0.2]))
    names = [finding.name for finding in told.findings]
    assert names == ["anchor budget", "null directions", "conflict", "power", "tipping points"]
    assert all(first != second for first, second in itertools.pairwise(names))


# --- real results ------------------------------------------------------------------------------------------------------


def test_a_claim_pooled_with_a_survey_that_says_otherwise():
    claim, survey = est.Claim("1 in 100", within=1.5), est.ExternalEstimate("survey", 2000.0, 0.3)
    post = est.fit(est.AnchorBudget((claim, survey)), est.single_figure(1000), seed=1)
    told = est.identification(post)
    assert told.verdict.startswith("in conflict")
    row = told.anchors.iloc[0]
    assert row["implied"] == pytest.approx(100_000, rel=0.05)
    assert row["others"] == pytest.approx(2000.0, rel=1e-9)


def test_the_counts_own_size_never_adds_to_the_budget():
    shares = []
    for count in (10, 10**6):
        post = est.fit(
            est.ThinnedPoisson(est.Claim("1 in 100"), est.gamma_prior(3, 500, reason="wide")),
            est.single_figure(count, population=10**8),
            seed=1,
        )
        told = est.identification(post)
        shares.append(told.anchors["share"].to_numpy())
        assert told.anchors["share"].sum() == pytest.approx(1.0)
    # a count of 10 blurs the claim by its chance alone, and a million does not sharpen it
    np.testing.assert_allclose(shares[0], shares[1], atol=0.05)
