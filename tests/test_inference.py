"""`fit`: what every result looks like, whoever made it, and what is refused."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import estimators as est

CLAIM = est.Claim("1 in 100", by="somebody", within=3)
RATE = est.gamma_prior(3, 500, reason="wide on purpose")
LEVEL = est.Prior("incidence", "wide", "log-normal", (float(np.log(40)), 1.5), "wide on purpose")
EXACT = {
    "Bounds": est.Bounds(0.005, 0.02),
    "Multiplier": est.Multiplier(CLAIM),
    "Multiplier, each cell anew": est.Multiplier(CLAIM, dependence="independent"),
    "ThinnedPoisson": est.ThinnedPoisson(CLAIM, RATE),
    "ThinnedNegativeBinomial": est.ThinnedNegativeBinomial(CLAIM, RATE, 8.0),
    "AnchorBudget": est.AnchorBudget((CLAIM, est.ExternalEstimate("survey", 400_000.0, 0.8), LEVEL)),
}
DRAWN = {name: model for name, model in EXACT.items() if name != "Bounds"}
each = pytest.mark.parametrize("model", EXACT.values(), ids=EXACT)
each_drawn = pytest.mark.parametrize("model", DRAWN.values(), ids=DRAWN)
FEW = est.Sampling(draws=50)
AREAS, PERIODS = ["A", "B"], ["2020", "2021", "2022-H1"]


def rows(area, values):
    yield from (
        {"area": area, "period": period, "indicator": "victims_identified", "value": value, "source": "s"}
        for period, value in zip(PERIODS, values, strict=True)
    )
    yield from (
        {"area": area, "period": year, "indicator": "population", "value": 2_000_000, "source": "s"}
        for year in ("2020", "2021", "2022")
    )


@pytest.fixture(scope="module")
def evidence():
    """Two areas, three periods, a half-year among them, one figure missing."""
    table = pd.DataFrame([*rows("A", [12, 30, 9]), *rows("B", [3, "", 1])])
    return est.read_evidence(table.astype({"value": object}))


def fitted(model, evidence, seed=1, **options):
    return est.fit(model, evidence, seed=seed, **({"sampling": FEW} | options))


# --- seeds -------------------------------------------------------------------------------------------------------------


@each
def test_a_seed_fixes_the_result(model, evidence):
    assert fitted(model, evidence).identical(fitted(model, evidence))


@each
def test_so_does_a_copy_of_the_estimator(model, evidence):
    assert fitted(dataclasses.replace(model), evidence).identical(fitted(model, evidence))


@each_drawn
def test_another_seed_gives_other_draws_of_the_same_law(model, evidence):
    first, second = fitted(model, evidence, seed=1), fitted(model, evidence, seed=2)
    assert not first["posterior"].identical(second["posterior"])
    for group in set(first.children) - {"posterior"}:
        assert first[group].identical(second[group]), group


@pytest.mark.parametrize("seed", [0, 7, np.int64(7), 2**63])
def test_seeds_are_whole_numbers(seed, evidence):
    post = fitted(EXACT["Multiplier"], evidence, seed=seed)
    assert type(post.attrs["seed"]) is int
    assert post.attrs["seed"] == seed


@pytest.mark.parametrize("seed", [-1, 1.0, 1.5, "1", None, True, np.float64(3)])
def test_other_seeds_are_refused(seed, evidence):
    with pytest.raises(est.DataError, match="a whole number, 0 or more"):
        fitted(EXACT["Multiplier"], evidence, seed=seed)


def test_the_global_generator_is_left_alone(evidence):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    fitted(EXACT["ThinnedPoisson"], evidence)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


# --- engines and sampling ----------------------------------------------------------------------------------------------


@each
def test_exact_is_what_auto_takes(model, evidence):
    assert fitted(model, evidence).identical(fitted(model, evidence, engine="exact"))
    assert fitted(model, evidence).attrs["engine"] == "exact"


@each
def test_an_exact_estimator_cannot_be_sampled(model, evidence):
    with pytest.raises(est.ModelError, match="'nuts' cannot fit") as refusal:
        fitted(model, evidence, engine="nuts")
    assert "auto or exact" in str(refusal.value)


def test_a_graph_has_no_exact_engine(evidence):
    with pytest.raises(est.ModelError, match="'exact' cannot fit HierarchicalThinnedPoisson: expected auto or nuts"):
        fitted(est.HierarchicalThinnedPoisson(CLAIM), evidence, engine="exact")


def test_an_unknown_engine_is_refused(evidence):
    with pytest.raises(est.ModelError, match="'magic'"):
        fitted(EXACT["Multiplier"], evidence, engine="magic")


def test_what_is_no_estimator_is_refused(evidence):
    with pytest.raises(est.ModelError, match="expected an estimator"):
        fitted(object(), evidence)


@pytest.mark.parametrize(
    "wrong",
    [{"draws": 0}, {"tune": 0}, {"chains": -1}, {"target_accept": 1.0}, {"target_accept": 0.0}],
    ids=str,
)
def test_sampling_out_of_range_is_refused(wrong):
    with pytest.raises(est.ModelError, match=next(iter(wrong))):
        est.Sampling(**wrong)


@each_drawn
def test_as_many_draws_as_asked_for(model, evidence):
    post = fitted(model, evidence, sampling=est.Sampling(draws=17))
    assert post["posterior"].sizes["draw"] == 17
    assert json.loads(post.attrs["sampling"])["draws"] == 17


# --- the shape of a result ---------------------------------------------------------------------------------------------


@each_drawn
def test_posterior_dims_and_coordinates(model, evidence):
    posterior = fitted(model, evidence)["posterior"].to_dataset()
    assert {"true_count", "reporting_probability", "incidence"} <= set(posterior.data_vars)
    for values in posterior.data_vars.values():
        assert values.dims == ("chain", "draw", "area", "period")
        assert values.shape == (1, 50, 2, 3)
        assert values.dtype == np.float64
    assert posterior["area"].values.tolist() == AREAS
    assert posterior["period"].values.tolist() == PERIODS


@each
def test_every_group_speaks_of_the_same_cells(model, evidence):
    post = fitted(model, evidence)
    for name, group in post.children.items():
        data = group.to_dataset()
        for dim, labels in (("area", AREAS), ("period", PERIODS)):
            if dim in data.dims:
                assert data[dim].values.tolist() == labels, name


GROUPS = {
    "Bounds": {"estimate"},
    "Multiplier": {"posterior", "quantiles", "moments", "anchors", "likelihood", "prior", "priors"},
    "ThinnedPoisson": {"posterior", "quantiles", "moments", "anchors", "likelihood", "prior", "priors"},
    "ThinnedNegativeBinomial": {"posterior", "anchors", "likelihood", "prior", "priors"},
    "AnchorBudget": {"posterior", "quantiles", "anchors", "likelihood", "prior", "priors"},
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_of_each_estimator(name, evidence):
    post = fitted(EXACT[name], evidence)
    assert set(post.children) == GROUPS[name] | {"observed_data", "constant_data"}


@each_drawn
def test_groups_have_the_variables_that_checks_read(model, evidence):
    post = fitted(model, evidence)
    anchors = post["anchors"].to_dataset()
    assert {"log_true_count", "log_sd", "kind", "derived_from", "reason"} <= set(anchors.data_vars)
    assert set(anchors["log_true_count"].dims) == {"anchor", "area", "period"}
    likelihood = post["likelihood"].to_dataset()
    assert likelihood["information"].shape == (2, 2)
    assert likelihood["prior_sd"].dims == ("parameter",)
    assert post["priors"].sizes["prior_row"] == len(model.priors())


@each
def test_observed_and_constant_data_are_those_of_the_evidence(model, evidence):
    post, figures = fitted(model, evidence), model.figures(evidence)
    for name in ("reported", "lower", "upper"):
        np.testing.assert_array_equal(post["observed_data"][name].values, figures[name].values)
    constant = post["constant_data"].to_dataset()
    np.testing.assert_allclose(constant["years"].values, [1.0, 1.0, 181 / 365])
    assert constant["period_start"].values.tolist() == ["2020-01-01", "2021-01-01", "2022-01-01"]
    assert constant["period_end"].values.tolist() == ["2020-12-31", "2021-12-31", "2022-06-30"]
    np.testing.assert_allclose(constant["population"].values, 2_000_000)


@each
def test_root_attributes_are_strings_and_numbers(model, evidence):
    post = fitted(model, evidence, seed=3)
    assert {type(value) for value in post.attrs.values()} <= {str, int, float}
    assert post.attrs["estimator"] == type(model).__name__
    assert post.attrs["description"] == repr(model)
    assert json.loads(post.attrs["assumptions"]) == list(model.assumptions())
    assert post.attrs["evidence_hash"] == evidence.hash
    assert post.attrs["indicator"] == "victims_identified"
    for name in ("numpy_version", "scipy_version", "xarray_version", "git_revision"):
        assert post.attrs[name]


@each_drawn
def test_the_missing_cell_and_no_other_is_missing(model, evidence):
    posterior = fitted(model, evidence)["posterior"].to_dataset()
    for values in posterior.data_vars.values():
        gone = np.isnan(values).all(["chain", "draw"]).values
        assert gone.tolist() == [[False, False, False], [False, True, False]]


@each_drawn
def test_prior_group_holds_quantiles_of_the_priors(model, evidence):
    prior = fitted(model, evidence)["prior"].to_dataset()
    for row in model.priors()[:1]:
        values = prior[row.name.replace(" ", "_")].values.ravel()
        assert (np.diff(values) >= 0).all()
        np.testing.assert_allclose(np.quantile(values, [0.1, 0.5, 0.9]), row.quantile([0.1, 0.5, 0.9]), rtol=5e-3)


def test_cells_share_one_error_of_the_claim_or_have_one_each(evidence):
    together, apart = (fitted(EXACT[name], evidence, sampling=est.Sampling(draws=4000)) for name in list(EXACT)[1:3])
    pairs = [
        np.corrcoef(
            *(np.log(post["posterior"]["true_count"].sel(area="A", period=period).values[0]) for period in PERIODS[:2])
        )[0, 1]
        for post in (together, apart)
    ]
    assert pairs[0] > 0.7
    assert abs(pairs[1]) < 5 / np.sqrt(4000)


def test_evidence_without_the_indicator_is_refused(evidence):
    with pytest.raises(est.DataError, match="complaints"):
        fitted(est.Multiplier(CLAIM, indicator="complaints"), evidence)
