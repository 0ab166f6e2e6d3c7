"""Results under the guard: no output holds a hidden count, and none depends on one but through draws of a secret seed."""

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import estimators as est
from estimators.disclosure import guard, guard_result
from estimators.errors import DataError

SECRET = 2**61 + 987_654_321
COUNTS = np.array([[4.0, 713.0, 409.0], [337.0, 521.0, 619.0], [np.nan, 877.0, 941.0], [211.0, 7.0, 463.0]])
AREAS, PERIODS = ("MEX", "COL", "PER", "BOL"), ("2020", "2021", "2022")


def evidence(counts, *, cases=None):
    rows = [
        {"area": area, "period": period, "indicator": name, "value": table[i, j]}
        for name, table in (
            ("victims_identified", counts),
            ("investigations_opened", cases),
            ("population", np.full((4, 3), 5e6)),
        )
        if table is not None
        for i, area in enumerate(AREAS)
        for j, period in enumerate(PERIODS)
        if not np.isnan(table[i, j])
    ]
    return est.read_evidence(pd.DataFrame(rows))


def fitted(model, figures, seed=SECRET):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return est.fit(model, figures, seed=seed, sampling=est.Sampling(draws=200))


CLAIM = est.Claim("1 in 100")
MODELS = {
    "Multiplier": est.Multiplier(CLAIM),
    "Bounds": est.Bounds(0.01, 0.1),
    "AnchorBudget": est.AnchorBudget((CLAIM, est.gamma_prior(10, 100, reason="made up"))),
    "ThinnedNegativeBinomial": est.ThinnedNegativeBinomial(CLAIM, est.gamma_prior(10, 100, reason="made up"), 5.0),
    "ThinnedPoisson": est.ThinnedPoisson(CLAIM, est.gamma_prior(10, 100, reason="made up")),
}


def concealed(guarded):
    """Which counts the published tree does not give."""
    return guarded["observed_data"]["reported"].isnull().transpose("area", "period").values  # noqa: PD003


def hold_numbers(tree):
    """Every number of every group."""
    for node in tree.subtree:
        for name, values in node.to_dataset().variables.items():
            if values.dtype.kind in "fiu":
                yield f"{node.path}/{name}", values.values.astype(float)


@pytest.fixture(scope="module")
def synthesis():
    cases = np.array([[57.0, 331.0, 83.0], [149.0, 6.0, 271.0], [101.0, 419.0, 467.0], [113.0, 53.0, 229.0]])
    claim = est.Claim("1 in 100", area="MEX", within=3)
    model = est.Synthesis(
        est.Incidence(), (est.IdentifiedVictims(), est.JusticeFunnel(stages=("investigations_opened",))), (claim,)
    )
    return fitted(model, evidence(COUNTS, cases=cases)), cases


def test_a_guarded_tree_says_so_and_reads_as_a_result(tmp_path):
    post = fitted(MODELS["Multiplier"], evidence(COUNTS))
    guarded = guard_result(post, "ctdc")
    again = est.load(est.save(guarded, tmp_path / "guarded.nc"))
    assert again.attrs["disclosure"].startswith("ctdc: ")
    assert again.attrs["seed"] == again.attrs["evidence_hash"] == "withheld"
    assert post.attrs["seed"] == SECRET, "the tree that was given is left as it is"
    assert not np.isnan(post["observed_data"]["reported"].sel(area="MEX", period="2020"))
    table = est.summary(again)
    assert table["verdict"].eq("unauditable").all()
    hidden = table["reported"].isna()
    assert table.loc[hidden, ["true_count_lower", "true_count_median", "true_count_upper"]].isna().all(axis=None)
    assert table.loc[~hidden, ["true_count_lower", "true_count_upper"]].notna().all(axis=None)


@pytest.mark.parametrize("name", MODELS)
def test_no_output_holds_a_hidden_count(name, tmp_path):
    post = fitted(MODELS[name], evidence(COUNTS))
    guarded = guard_result(post, "ctdc")
    lost = COUNTS[concealed(guarded) & ~np.isnan(COUNTS)]
    assert {4.0, 7.0} < set(lost)
    draws = ("posterior/", "prior/")
    for path, values in hold_numbers(guarded):
        if not path.startswith(tuple(f"/{group}" for group in draws)) and "observed_data" not in path:
            assert not np.isin(values, lost[lost > 100]).any(), path
    telling = pd.concat([est.summary(guarded)], ignore_index=True)
    written = telling.to_csv() + telling.to_json() + json.dumps(guarded.attrs) + repr(guarded)
    printed = {float(word) for word in re.findall(r"(?<![\w.+-])\d+(?:\.\d+)?(?![\w.])", written)}
    assert not printed & set(lost[lost > 100])
    if name != "Bounds":
        figure = est.plot_periods(est.summary(guarded))
        drawn = np.concatenate([np.asarray(line.get_ydata(), float) for axes in figure.axes for line in axes.lines])
        assert not np.isin(drawn, lost[lost > 100]).any()


BALANCED = np.array([[-1.0, 1.0, 0.0], [0.0] * 3, [0.0] * 3, [1.0, -1.0, 0.0]])
ALONE = np.array([[-1.0, 0.0, 0.0], [0.0] * 3, [0.0] * 3, [0.0] * 3])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("profile", "margins", "change"),
    [("ctdc", None, BALANCED), ("ons", None, BALANCED), ("k=5", None, BALANCED), ("ctdc", (), ALONE)],
    ids=["ctdc", "ons", "k=5", "no totals"],
)
def test_nothing_that_is_computed_depends_on_a_hidden_count(name, profile, margins, change):
    """Two worlds that publish the same table: what is not drawn must be the same in both."""
    one, two = (
        guard_result(fitted(MODELS[name], evidence(counts)), profile, margins=margins)
        for counts in (COUNTS, COUNTS + change)
    )
    assert (concealed(one) == concealed(two)).all()
    assert concealed(one)[change != 0].all()
    for group in set(one.children) - {"posterior"}:
        xr.testing.assert_identical(one[group].to_dataset(), two[group].to_dataset())
    assert one.attrs == two.attrs
    posterior = one["posterior"].to_dataset() if "posterior" in one.children else xr.Dataset()
    for variable in posterior.data_vars:
        values = posterior[variable].transpose(..., "area", "period").values
        assert np.isnan(values[..., concealed(one)]).all(), variable


def test_a_seed_that_can_be_guessed_is_refused():
    post = fitted(MODELS["Multiplier"], evidence(COUNTS), seed=1)
    with pytest.raises(
        DataError, match=r"guard_result, column seed: '1': expected a fit with a seed that nobody can guess"
    ):
        guard_result(post, "ctdc")


def test_what_needs_no_guard_is_left_as_it_is():
    post = fitted(MODELS["Multiplier"], evidence(COUNTS * 100), seed=1)
    guarded = guard_result(post, "ctdc")
    assert guarded.attrs == post.attrs | {"disclosure": "ctdc: 0 of 11 counts hidden"}
    assert all(guarded[name].to_dataset().identical(post[name].to_dataset()) for name in post.children)


def test_limits_are_those_that_any_reader_can_compute():
    guarded = guard_result(fitted(MODELS["Multiplier"], evidence(COUNTS)), "ctdc")["observed_data"].to_dataset()
    hidden = concealed({"observed_data": guarded}) & ~np.isnan(COUNTS)
    lower, upper = (guarded[end].values for end in ("lower", "upper"))
    assert (lower[hidden] <= COUNTS[hidden]).all()
    assert (upper[hidden] >= np.maximum(COUNTS[hidden], 10)).all()
    assert (lower[hidden & (COUNTS < 11)] == 1).all()


def test_rounded_profiles_round_the_figures():
    guarded = guard_result(fitted(MODELS["Multiplier"], evidence(COUNTS)), "ons")["observed_data"].to_dataset()
    shown = guarded["reported"].values[guarded["reported"].notnull().values]  # noqa: PD004
    assert (shown % 5 == 0).all()
    assert (guarded["upper"] - guarded["lower"]).values[guarded["reported"].values > 0] == pytest.approx(4)


def test_figures_by_limits_tell_no_more_than_hidden_counts():
    post = fitted(MODELS["Multiplier"], evidence(COUNTS * 100))
    observed = post["observed_data"].to_dataset()
    observed["reported"][0, 0] = np.nan
    observed["lower"][0, 0], observed["upper"][0, 0] = 2.0, 4.0
    post["observed_data"] = xr.DataTree(observed)
    guarded = guard_result(post, "ctdc")
    area, period = (observed[name].values[0] for name in ("area", "period"))
    ends = guarded["observed_data"].to_dataset()[["lower", "upper"]].sel(area=area, period=period)
    assert (float(ends["lower"]), float(ends["upper"])) == (1.0, 10.0)
    assert np.isnan(guarded["posterior"]["true_count"].sel(area=area, period=period)).all()


def test_a_synthesis_is_guarded_stream_by_stream(synthesis, tmp_path):
    post, cases = synthesis
    guarded = guard_result(post, "ctdc")
    hidden = concealed(guarded)
    lost = COUNTS[hidden & ~np.isnan(COUNTS)]
    kept = guarded["figures"].to_dataset()
    main, other = "identified_victims: victims_identified", "justice_funnel: investigations_opened"
    assert not np.isin(kept[f"{main} lower"], lost).any()
    assert not np.isin(kept[f"{other} lower"], [6.0]).any()
    assert kept.sizes[f"{other} row"] < cases.size - 1, "a second row of cases is hidden for the sake of the first"
    sizes = {guarded[group].sizes[f"{main} row"] for group in ("figures", "posterior_predictive", "log_likelihood")}
    assert sizes == {int((~hidden).sum())}
    assert "log_prior" not in guarded.children
    assert not [name for name in guarded["posterior"].data_vars if "_entry" in str(guarded["posterior"][name].dims)]
    effects = guarded["posterior"]["incidence_area"].isnull().any(("chain", "draw")).values  # noqa: PD003
    cells = (hidden & ~np.isnan(COUNTS)).any(axis=1)
    told = set(kept[f"{other} about"].values)
    cells |= [any(f"{area} {period}" not in told for period in PERIODS) for area in AREAS]
    assert effects[[AREAS.index(str(area)) for area in np.array(AREAS)[cells]]].all()
    assert effects.sum() >= 2
    again = est.load(est.save(guarded, tmp_path / "guarded.nc"))
    predicted = est.prediction_table(again)
    assert not np.isin(predicted["lower"], [*lost[lost > 0], 6.0]).any()
    for path, values in hold_numbers(again):
        if not path.startswith(("/posterior", "/prior")) and "observed_data" not in path:
            assert not np.isin(values, lost[lost > 100]).any(), path
    assert est.summary(again)["verdict"].notna().all()


def test_a_result_hides_what_its_table_hides():
    """Alike, also after an earlier release: a cell hidden in one place and shown in another is not hidden."""
    table = pd.DataFrame(
        [(area, period, COUNTS[i, j]) for i, area in enumerate(AREAS) for j, period in enumerate(PERIODS)],
        columns=["area", "period", "reported"],
    )
    post = fitted(MODELS["Multiplier"], evidence(COUNTS))
    first = guard(table[table["area"] != "MEX"], "ctdc")
    for previous in (None, first, first.table):
        shown = guard(table.sample(frac=1.0, random_state=1), "ctdc", previous=previous).table
        hidden = shown[shown["reported"] == "c"]
        labels = {(a, p) for a, p in zip(hidden["area"], hidden["period"], strict=True) if "total" not in (a, p)}
        frame = guard_result(post, "ctdc", previous=previous)["observed_data"].to_dataset().to_dataframe()
        assert {label for label, row in frame.iterrows() if np.isnan(row["reported"]) and row["upper"] > 0} == labels


def test_a_result_of_lists_is_refused():
    post = est.fit(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    with pytest.raises(est.ModelError, match="counts of patterns"):
        est.guard_result(post, "ctdc")
