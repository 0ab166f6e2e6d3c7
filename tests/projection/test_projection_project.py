"""Projections: the sentence, horizons, pooling, warnings, and that nothing after `known_through` matters."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est

victims = est.datasets.load("mexico_victims_state_month")
SERIES = est.read_series(victims, sum_over=["sex", "age"])
MEXICO = SERIES.together("Mexico")


def steady(months, level=60.0, seed=1, first=12 * 2020):
    counts = np.random.default_rng(seed).poisson(level, (1, months)).astype(float)
    return est.CountSeries(("A",), first, 12, counts, "victims")


def test_the_sentence_of_july_2022():
    post = est.project(MEXICO, known_through="2022-06")
    row = est.projection_table(post).iloc[0]
    begun = "By the end of June 2022, 490 victims were registered; with 95 % probability the year ends between "
    assert row["sentence"].startswith(begun)
    assert row["year_total_lower"] < 942 < row["year_total_upper"]
    assert 900 < row["year_total_median"] < 1000
    assert json.loads(post.attrs["sentences"]) == [row["sentence"]]
    assert "under-reporting" not in post["posterior_predictive"]
    assert "true_count" not in {name for node in post.subtree for name in node.data_vars}
    assert "never registered" in post.attrs["assumptions"]


def test_what_came_later_changes_nothing_and_a_seed_gives_the_same():
    cut = est.CountSeries(MEXICO.areas, MEXICO.first, 12, MEXICO.counts[:, :90], "victims")
    draws = [
        est.project(source, known_through="2022-06", seed=seed, draws=500)["posterior_predictive"]["year_total"].values
        for source, seed in ((MEXICO, 3), (cut, 3), (MEXICO, 4))
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()


def test_parts_add_up():
    post = est.project(MEXICO, known_through="2022-06", draws=300)["posterior_predictive"].to_dataset()
    np.testing.assert_array_equal(post["registered"].sum("coming"), post["rest_of_year"])
    np.testing.assert_array_equal(post["rest_of_year"] + 490, post["year_total"])
    assert post["coming"].values.tolist() == [f"2022-{month:02}" for month in range(7, 13)]


def test_horizons():
    near = est.project(MEXICO, known_through="2022-06", horizon="2022-09", draws=500)
    assert "the total from January 2022 to September 2022 ends" in est.projection_table(near)["sentence"].item()
    next_year = est.project(MEXICO, known_through="2022-12", horizon="2023-12", draws=500)
    row = est.projection_table(next_year).iloc[0]
    assert row["registered"] == 0
    assert "none of the months of 2023 was known; with 95 % probability the year 2023 ends" in row["sentence"]
    across = est.project(MEXICO, known_through="2022-10", horizon="2023-03", draws=500)["posterior_predictive"]
    assert across.sizes["coming"] == 5
    counted = across["registered"].sel(coming=["2023-01", "2023-02", "2023-03"]).sum("coming")
    np.testing.assert_array_equal(across["year_total"], counted)
    for wrong in ("2022-06", "2023-07", "2022", "2022-Q3"):
        with pytest.raises(est.DataError, match="horizon"):
            est.project(MEXICO, known_through="2022-06", horizon=wrong)
    with pytest.raises(est.DataError, match="horizon='2023-12'"):
        est.project(MEXICO, known_through="2022-12")


def test_areas_are_chosen_by_name_and_learnt_together():
    alone = est.project(SERIES, known_through="2022-06", area="MX-CAM", draws=500)
    assert alone["posterior_predictive"]["area"].values.tolist() == ["MX-CAM"]
    both = est.project(SERIES, known_through="2022-06", area=["MX-ROO", "MX-CAM"], draws=500)
    np.testing.assert_array_equal(
        alone["posterior_predictive"]["year_total"].sel(area="MX-CAM"),
        both["posterior_predictive"]["year_total"].sel(area="MX-CAM"),
    )
    with pytest.raises(est.DataError, match="perhaps 'MX-ROO'") as caught:
        est.project(SERIES, area="MX-RO")
    assert (caught.value.problems[0].column, caught.value.problems[0].value) == ("area", "MX-RO")


def test_one_year_is_refused_or_widened_with_words():
    with pytest.raises(est.DataError, match="at least one whole year before 2020-01"):
        est.project(steady(6))
    with pytest.warns(est.IdentificationWarning, match="only one whole year"):
        short = est.project(steady(18))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        long = est.project(steady(18 + 96, first=12 * 2012))
    short, long = (
        post["posterior_predictive"]["rest_of_year"].quantile([0.025, 0.975]).values for post in (short, long)
    )
    assert short[1] - short[0] > 1.2 * (long[1] - long[0])


def test_seasons_are_learnt_and_nothing_is_doubled():
    """Twice as many in the first half of each year: doubling would say 1080 of what is 810."""
    level = np.tile(np.r_[np.full(6, 90.0), np.full(6, 45.0)], 9)[:102]
    counts = np.random.default_rng(2).poisson(level, (1, 102)).astype(float)
    post = est.project(est.CountSeries(("A",), 12 * 2014, 12, counts, "victims"))
    low, middle, high = post["posterior_predictive"]["year_total"].quantile([0.025, 0.5, 0.975]).values
    assert low < 810 < high < 1080
    assert abs(middle - 810) < 60


def test_quarters_and_half_years():
    quarters = est.read_series(
        pd.DataFrame({"quarter": [f"{y}-Q{q}" for y in range(2016, 2023) for q in (1, 2, 3, 4)], "cases": 50})
    )
    post = est.project(quarters, known_through="2022-Q2", draws=500)
    assert (
        est.projection_table(post)["sentence"].item().startswith("By the end of the second quarter of 2022, 100 cases")
    )
    halves = est.read_series(
        pd.DataFrame({"period": [f"{y}-H{h}" for y in range(2016, 2023) for h in (1, 2)], "value": 50})
    )
    post = est.project(halves, known_through="2022-H1", draws=500)
    assert est.projection_table(post)["sentence"].item().startswith("By the end of the first half of 2022, 50 cases")


def test_small_counts_read_well():
    counts = np.zeros((2, 30))
    counts[1, 25] = 1.0
    post = est.project(est.CountSeries(("A", "B"), 12 * 2020, 12, counts, "victims_identified"), draws=500)
    first, second = est.projection_table(post)["sentence"]
    assert first.startswith(
        "By the end of June 2022, no victims were registered; with 95 % probability the year ends between 0 and "
    )
    assert second.startswith("By the end of June 2022, 1 victim was registered; ")


def test_result_goes_to_netcdf_and_back(tmp_path):
    post = est.project(MEXICO, known_through="2022-06", draws=300)
    read = est.load(est.save(post, tmp_path / "post.nc"))
    pd.testing.assert_frame_equal(est.projection_table(read), est.projection_table(post))


def test_a_projection_is_never_read_as_a_true_count(tmp_path):
    post = est.project(MEXICO, known_through="2022-06", draws=300)
    with pytest.raises(est.DataError, match="projection_table reads this one"):
        est.summary(post)
    for question in (est.identification, lambda result: est.report(result, tmp_path)):
        with pytest.raises(est.DataError, match="what a register will show"):
            question(post)


def test_options_out_of_range():
    with pytest.raises(est.DataError, match="draws"):
        est.project(MEXICO, known_through="2022-06", draws=10)
    post = est.project(MEXICO, known_through="2022-06", draws=300)
    with pytest.raises(est.DataError, match="probability"):
        est.projection_table(post, probability=1.0)
    with pytest.raises(est.DataError, match="a projection"):
        est.projection_table(est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1))


def test_the_estimator_says_what_it_does():
    estimator = est.SeasonalProjection()
    assert repr(estimator).startswith("SeasonalProjection. ")
    assert repr(estimator).endswith(".")
    assert estimator.priors() == ()
    assert any("not" in text for text in estimator.assumptions())
