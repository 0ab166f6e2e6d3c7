"""Triangles: what is read and refused, and what fresh figures become."""

import numpy as np
import pandas as pd
import pytest

import estimators as est

CUTS = ("2024-02", "2024-03", "2024-04")


def table():
    months = [f"2023-{month:02}" for month in range(1, 13)] + ["2024-01", "2024-02", "2024-03", "2024-04"]
    rows = [
        {"vintage": cut, "area": area, "month": month, "victims": 4 + place % 3}
        for cut in CUTS
        for area in ("A", "B")
        for place, month in enumerate(months)
        if month <= cut
    ]
    return pd.DataFrame(rows)


def problem(rows, **options):
    with pytest.raises(est.DataError) as caught:
        est.read_triangle(rows, **options)
    return caught.value.problems[0]


def test_a_triangle_is_read(tmp_path):
    table().to_csv(tmp_path / "cuts.csv", index=False)
    triangle = est.read_triangle(tmp_path / "cuts.csv")
    assert repr(triangle) == "RevisionTriangle from cuts.csv: victims of 2 areas, 3 data cuts from 2024-02 to 2024-04"
    assert triangle == est.read_triangle(table().sample(frac=1.0, random_state=1).sort_values("area"))
    assert triangle.until("2024-03") == est.read_triangle(table().query("vintage < '2024-04'"))
    assert np.isnan(triangle.counts[0, :, -2:]).all()
    with pytest.raises(est.DataError, match="2024-02, 2024-03, 2024-04"):
        triangle.until("2024-01")


def test_refusals_name_row_column_and_value():
    rows = table().astype({"victims": object})
    rows.loc[3, "victims"] = -1
    found = problem(rows, value="victims")
    assert (found.row, found.column, found.value) == (4, "victims", "-1")
    rows = table()
    rows.loc[0, "month"] = "2024-03"
    found = problem(rows)
    assert (found.row, found.column, found.value) == (1, "month", "2024-03")
    assert "not one after it" in found.expected
    found = problem(pd.concat([table(), table().iloc[[5]]]))
    assert (found.row, found.column) == (91, "month")
    assert "A 2023-02 in the cut of 2024-02" in problem(table().drop(index=1)).value
    assert "at least two" in problem(table().query("vintage == '2024-02'")).expected
    assert problem(table().drop(columns="vintage")).column == "vintage"
    assert problem(table().assign(files=1)).column == "value"
    rows = table()
    rows.loc[2, "vintage"] = "2024"
    assert (problem(rows).row, problem(rows).column) == (3, "vintage")


def test_eventual_figures_are_near_the_present_ones_and_go_both_ways():
    triangle = est.read_triangle(est.datasets.load("mexico_victims_vintages"))
    post = est.fit(est.Nowcast(), triangle, seed=1, sampling=est.Sampling(draws=2000))
    eventual = post["posterior_predictive"]["eventual_count"]
    present = post["observed_data"]["reported"].sel(period=eventual["period"])
    assert eventual.sizes["period"] == 24
    national = (eventual.sum("area") / present.sum("area")).mean(("chain", "draw"))
    assert (national > 0.99).all()
    assert (national < 1.03).all()
    assert bool((eventual < present).any())
    assert bool((eventual > present).any())
    spread = (eventual.sum("area") - present.sum("area")).std(("chain", "draw"))
    assert float(spread[-1]) > float(spread[0])


def test_delay_has_parameters_of_its_own():
    triangle = est.read_triangle(est.datasets.load("mexico_victims_vintages"))
    post = est.fit(est.Nowcast(settled_after=12), triangle, seed=1, sampling=est.Sampling(draws=200))
    assert set(post["posterior"].data_vars) == {"upward_rate", "downward_rate"}
    assert {"true_count", "reporting_probability"}.isdisjoint(name for node in post.subtree for name in node.data_vars)
    assert "delay, not under-reporting" in post.attrs["assumptions"]
    assert post["revisions"].to_dataset()["mean_factor"].sizes == {"age": 12}
    assert est.Nowcast().priors() == ()
    assert repr(est.Nowcast()).startswith("Nowcast. ")
    with pytest.raises(est.ModelError, match="settled_after"):
        est.Nowcast(settled_after=0)


def test_factors_are_handed_on():
    triangle = est.read_triangle(est.datasets.load("mexico_investigations_vintages"))
    factors = est.revision_factors(triangle, count=50.0)
    assert factors["age"].tolist() == list(range(24))
    assert (factors["mean_factor"].diff().dropna() <= 1e-12).all()
    np.testing.assert_allclose(factors["log_sd"], np.hypot(factors["shared_log_sd"], factors["own_log_sd"]))
    settled = est.revision_factors(triangle, ages=[24, 40]).iloc[:, 1:]
    np.testing.assert_allclose(settled, [[1, 0, 0, 0], [1, 0, 0, 0]])
    for wrong in ({"count": 0.0}, {"ages": [-1]}, {"ages": []}):
        with pytest.raises(est.DataError, match=next(iter(wrong))):
            est.revision_factors(triangle, **wrong)


def test_a_triangle_that_never_changes_says_little_will():
    post = est.fit(est.Nowcast(), est.read_triangle(table()), seed=1)
    changed = post["posterior_predictive"]["eventual_count"].isel(period=0) != 4.0
    assert float(changed.mean()) < 0.3


def test_result_goes_to_netcdf_and_back(tmp_path):
    post = est.fit(est.Nowcast(), est.read_triangle(table()), seed=1)
    read = est.load(est.save(post, tmp_path / "post.nc"))
    assert set(read.children) == set(post.children)


def test_a_triangle_without_a_single_case_is_refused():
    triangle = est.read_triangle(table().assign(victims=0))
    for asked in (lambda: est.revision_factors(triangle), lambda: est.fit(est.Nowcast(), triangle, seed=1)):
        with pytest.raises(
            est.DataError, match="column victims: '0 throughout': expected a count above 0 in some month"
        ):
            asked()
