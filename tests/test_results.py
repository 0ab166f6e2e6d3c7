"""Results on disk, whole or not at all; results as tables, number by number."""

import json

import h5netcdf
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import estimators as est

CLAIM = est.Claim("1 in 100", by="Consejo Ciudadano", area="MEX", within=3, derived_from="hotline")
RATE = est.gamma_prior(3, 500, reason="wide on purpose – weit")
LEVEL = est.Prior("incidence", "wide", "log-normal", (float(np.log(40)), 1.5), "wide on purpose")
EXACT = {
    "Bounds": est.Bounds(0.005, 0.02),
    "Multiplier": est.Multiplier(CLAIM),
    "ThinnedPoisson": est.ThinnedPoisson(CLAIM, RATE),
    "ThinnedNegativeBinomial": est.ThinnedNegativeBinomial(CLAIM, RATE, 8.0),
    "AnchorBudget": est.AnchorBudget((CLAIM, est.ExternalEstimate("survey", 400_000.0, 0.8), LEVEL)),
}
each = pytest.mark.parametrize("model", EXACT.values(), ids=EXACT)
ENDS = {"median": 0.5, "lower": 0.025, "upper": 0.975}


@pytest.fixture(scope="module")
def evidence():
    years = ["2020", "2021", "2022"]
    counts = [
        {"area": area, "period": year, "indicator": "victims_identified", "value": value, "source": "Señal"}
        for area, values in {"MEX": [650, 744, 942], "Ñandú": [3, "", 8]}.items()
        for year, value in zip(years, values, strict=True)
    ]
    people = [
        {"area": area, "period": year, "indicator": "population", "value": 126_000_000, "source": "Señal"}
        for area in ("MEX", "Ñandú")
        for year in years
    ]
    return est.read_evidence(pd.DataFrame([*counts, *people]).astype({"value": object}))


def fitted(model, evidence, draws=200):
    return est.fit(model, evidence, seed=1, sampling=est.Sampling(draws=draws))


# --- on disk -----------------------------------------------------------------------------------------------------------


@each
def test_a_result_comes_back_as_it_was(model, evidence, tmp_path):
    post = fitted(model, evidence)
    path = est.save(post, tmp_path / "deep" / "er" / "post.nc")
    back = est.load(path)
    assert list(back.children) == list(post.children)
    for name, group in post.children.items():
        xr.testing.assert_identical(back[name].to_dataset(), group.to_dataset())
    assert dict(back.attrs) == dict(post.attrs)


def test_attributes_come_back_as_plain_python(evidence, tmp_path):
    back = est.load(est.save(fitted(EXACT["Bounds"], evidence), tmp_path / "post.nc"))
    assert json.loads(json.dumps(back.attrs)) == dict(back.attrs)


@each
def test_tables_do_not_notice_the_disk(model, evidence, tmp_path):
    post = fitted(model, evidence)
    back = est.load(est.save(post, tmp_path / "post.nc"))
    pd.testing.assert_frame_equal(est.summary(back), est.summary(post))
    assert str(est.identification(back)) == str(est.identification(post))


def test_saving_again_replaces(evidence, tmp_path):
    path = tmp_path / "post.nc"
    est.save(fitted(EXACT["Multiplier"], evidence), path)
    est.save(fitted(EXACT["Bounds"], evidence), path)
    assert est.load(path).attrs["estimator"] == "Bounds"
    assert [file.name for file in tmp_path.iterdir()] == ["post.nc"]


def test_a_loaded_file_is_free_to_be_replaced(evidence, tmp_path):
    path = est.save(fitted(EXACT["Multiplier"], evidence), tmp_path / "post.nc")
    post = est.load(path)
    path.unlink()
    assert np.isfinite(post["posterior"]["true_count"].sel(area="MEX").values).all()


@pytest.mark.parametrize("before", [None, b"what was there"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_a_failed_save_leaves_nothing_behind(before, error, evidence, tmp_path, monkeypatch):
    post, path = fitted(EXACT["Multiplier"], evidence), tmp_path / "post.nc"
    if before:
        path.write_bytes(before)

    def write_half(self, target, **_):
        with open(target, "wb") as file:  # noqa: PTH123
            file.write(b"half a file")
        raise error

    monkeypatch.setattr(xr.DataTree, "to_netcdf", write_half)
    with pytest.raises(type(error)):
        est.save(post, path)
    assert [file.name for file in tmp_path.iterdir()] == (["post.nc"] if before else [])
    if before:
        assert path.read_bytes() == before


def not_a_result(path, kind):
    if kind == "text":
        path.write_text("hello")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "another netCDF file":
        xr.Dataset({"temperature": ("x", [1.0])}).to_netcdf(path, engine="h5netcdf")
    elif kind == "half a result":
        tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"true_count": ("x", [1.0])})})
        tree.attrs = {"estimator": "Multiplier"}
        tree.to_netcdf(path, engine="h5netcdf")
    elif kind == "folder":
        path.mkdir()


@pytest.mark.parametrize("kind", ["text", "empty", "another netCDF file", "half a result", "folder", "nothing"])
def test_what_is_no_result_is_refused(kind, tmp_path):
    path = tmp_path / "thing.nc"
    not_a_result(path, kind)
    with pytest.raises(est.DataError, match=r"thing\.nc") as refusal:
        est.load(path)
    assert "estimators.save" in str(refusal.value)


# --- as tables ---------------------------------------------------------------------------------------------------------


@each
def test_columns_of_the_summary(model, evidence):
    table = est.summary(fitted(model, evidence))
    assert list(table.columns[:3]) == ["area", "period", "reported"]
    assert list(table.columns[-6:]) == [
        "probability",
        "simulation_error",
        "convergence",
        "verdict",
        "anchors",
        "estimator",
    ]
    quantities = ("true_count", "incidence", "reporting_probability")
    wanted = [f"{name}_{end}" for name in quantities for end in ENDS]
    got = list(table.columns[3:-6])
    if isinstance(model, est.Bounds):
        assert got == ["true_count_lower", "true_count_upper", "incidence_lower", "incidence_upper"]
    else:
        assert got == wanted
    assert list(zip(table["area"], table["period"], strict=True)) == [
        (area, period) for area in ("MEX", "Ñandú") for period in ("2020", "2021", "2022")
    ]


def test_exact_quantiles_are_used_where_there_are_some(evidence):
    post = fitted(EXACT["ThinnedPoisson"], evidence)
    table = est.summary(post).set_index(["area", "period"])
    quantiles = post["quantiles"].to_dataset()
    for name in ("true_count", "reporting_probability"):
        for end, probability in ENDS.items():
            for area, period in (("MEX", "2022"), ("Ñandú", "2020")):
                expected = quantiles[name].sel(area=area, period=period, probability=probability).item()
                assert table.loc[(area, period), f"{name}_{end}"] == expected
    assert (table["simulation_error"] == 0).all()


def test_draws_are_used_elsewhere(evidence):
    post = fitted(EXACT["ThinnedNegativeBinomial"], evidence, draws=1000)
    table = est.summary(post).set_index(["area", "period"])
    draws = post["posterior"]["true_count"].sel(area="MEX", period="2022").values.ravel()
    for end, probability in ENDS.items():
        assert table.loc[("MEX", "2022"), f"true_count_{end}"] == pytest.approx(np.quantile(draws, probability))
    assert ((table["simulation_error"] > 0) == table["true_count_median"].notna()).all()


@pytest.mark.parametrize("probability", [0.5, 0.8, 0.85, 0.95])
def test_another_probability(probability, evidence):
    post = fitted(EXACT["Multiplier"], evidence, draws=20_000)
    row = est.summary(post, probability=probability).iloc[2]
    assert row["probability"] == probability
    draws = post["posterior"]["true_count"].sel(area="MEX", period="2022").values.ravel()
    tail = (1 - probability) / 2
    assert row["true_count_lower"] == pytest.approx(np.quantile(draws, tail), rel=0.05)
    assert row["true_count_upper"] == pytest.approx(np.quantile(draws, 1 - tail), rel=0.05)
    # 85 % limits are not among the stored quantiles, and the table says that they are simulated
    assert (row["simulation_error"] > 0) == (probability == 0.85)


def test_simulation_error_is_what_repeating_the_fit_shows(evidence):
    only = evidence.where(area="MEX", start="2022-01-01")
    model, errors, ends = EXACT["ThinnedNegativeBinomial"], [], []
    for seed in range(40):
        row = est.summary(est.fit(model, only, seed=seed, sampling=est.Sampling(draws=400))).iloc[0]
        errors.append(row["simulation_error"])
        ends.append([row["true_count_lower"], row["true_count_upper"]])
    spread = (np.std(ends, axis=0, ddof=1) / np.mean(ends, axis=0)).max()
    assert np.median(errors) == pytest.approx(spread, rel=0.5)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 95, np.nan])
def test_a_probability_out_of_range_is_refused(probability, evidence):
    with pytest.raises(est.DataError, match="between 0 and 1"):
        est.summary(fitted(EXACT["Multiplier"], evidence), probability=probability)


def test_bounds_have_limits_and_no_median(evidence):
    table = est.summary(fitted(EXACT["Bounds"], evidence)).set_index(["area", "period"])
    assert "true_count_median" not in table
    row = table.loc[("MEX", "2022")]
    # Garwood's limits of 942, divided by the ends of the range
    assert row["true_count_lower"] < 942 / 0.02 < 942 / 0.005 < row["true_count_upper"]
    assert row["incidence_upper"] == pytest.approx(row["true_count_upper"] / 1260)
    assert row["verdict"] == "unauditable"
    assert row["anchors"] == "a range, no anchor"


@each
def test_a_missing_figure_has_no_estimate(model, evidence):
    table = est.summary(fitted(model, evidence)).set_index(["area", "period"])
    row = table.loc[("Ñandú", "2021")]
    assert np.isnan(row["reported"])
    assert row[[column for column in table if column.endswith(("_median", "_lower", "_upper"))]].isna().all()
    assert row["verdict"]
    others = table.drop(index=("Ñandú", "2021"))
    assert others[[column for column in table if column.endswith(("_lower", "_upper"))]].notna().all(axis=None)


@each
def test_every_row_has_its_verdict_and_its_anchors(model, evidence):
    post = fitted(model, evidence)
    table = est.summary(post)
    assert (table["verdict"] == est.identification(post).verdict).all()
    assert (table["estimator"] == type(model).__name__).all()
    if not isinstance(model, est.Bounds):
        assert "claim: 1 in 100 (Consejo Ciudadano)" in table["anchors"].iloc[0]


def test_arviz_reads_a_result(evidence):
    import arviz as az

    post = fitted(EXACT["Multiplier"], evidence.where(area="MEX"), draws=1000)
    table = az.summary(post, var_names=["true_count"], ci_prob=0.95, ci_kind="eti", round_to="none")
    assert len(table) == 3
    draws = post["posterior"]["true_count"].sel(period="2022").values.ravel()
    row = table.loc["true_count[MEX, 2022]"]
    assert row["mean"] == pytest.approx(draws.mean(), rel=1e-6)
    assert row["eti95_lb"] == pytest.approx(np.quantile(draws, 0.025), rel=1e-3)


# --- files that are damaged, newer or hostile ---------------------------------------------------------------------------


def spoilt(tmp_path, spoil):
    path = est.save(fitted(EXACT["Multiplier"], est.single_figure(494)), tmp_path / "post.nc")
    with h5netcdf.File(path, "r+") as file:
        spoil(file)
    with pytest.raises(est.DataError) as caught:
        est.load(path)
    (problem,) = caught.value.problems
    assert problem.place == str(path)
    return str(problem)


def newer(file):
    file.attrs["schema"] = 99


def list_of_seeds(file):
    file.attrs["seed"] = np.arange(4)


def words_for_counts(file):
    group = file.create_group("posterior_of_words")
    file["posterior"].create_variable("note", ("chain", "draw"), dtype="S1")
    assert group is not None


def enormous(file):
    group = file.create_group("extra")
    group.dimensions = {"row": 10**6, "column": 10**7}
    group.create_variable("x", ("row", "column"), dtype="f8", chunks=(1000, 1000))


def no_draws(file):
    file["posterior"].dimensions["cell"] = 3
    file["posterior"].create_variable("beside", ("cell",), dtype="f8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (newer, "newer version of darkfigure"),
        (list_of_seeds, "attribute seed"),
        (words_for_counts, "posterior/note"),
        (enormous, "at most 16 GiB"),
        (no_draws, "dims with chain and draw"),
    ],
)
def test_a_file_that_is_no_result_is_refused_by_name(spoil, said, tmp_path):
    assert said in spoilt(tmp_path, spoil)


def test_a_file_cut_short_is_refused(tmp_path):
    path = est.save(fitted(EXACT["Multiplier"], est.single_figure(494)), tmp_path / "post.nc")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(est.DataError, match="written by estimators"):
        est.load(path)


def test_weighted_draws_have_the_simulation_error_of_the_effective_ones(evidence):
    post = est.fit(EXACT["AnchorBudget"], evidence, seed=1, sampling=est.Sampling(draws=200))
    post = xr.DataTree.from_dict(
        {name: group.to_dataset() for name, group in post.children.items() if name != "quantiles"}
    )
    post.attrs = {"estimator": "AnchorBudget"}
    plain = est.summary(post)["simulation_error"].iloc[0]
    draws = post["posterior"].sizes["chain"] * post["posterior"].sizes["draw"]
    post["sample_stats"] = xr.Dataset({"effective_draws": ((), draws / 4.0)})
    assert plain > 0
    assert est.summary(post)["simulation_error"].iloc[0] == pytest.approx(2.0 * plain, rel=0.25)
