"""Known truths found again: error of the median, coverage of the intervals, and what happens when the claim is wrong."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

import estimators as est

CELLS = 4000
CLAIM = est.Claim("1 in 20", within=3)
RATE = est.gamma_prior(10, 100, reason="test")
LEVEL = est.Prior("incidence", "test", "log-normal", (float(np.log(40.0)), 0.5), "test")
EXACT = {
    "Multiplier": est.Multiplier(CLAIM, dependence="independent"),
    "ThinnedPoisson": est.ThinnedPoisson(CLAIM, RATE),
    "ThinnedNegativeBinomial": est.ThinnedNegativeBinomial(CLAIM, RATE, 5.0),
    "AnchorBudget": est.AnchorBudget((CLAIM, LEVEL), dependence="independent"),
}
each = pytest.mark.parametrize("model", EXACT.values(), ids=EXACT)


def design(reported, population=50_000_000.0):
    """Figures of one period, a cell for each count."""
    counts = np.atleast_1d(np.asarray(reported, dtype=float))[:, None]
    cells = dict.fromkeys(("reported", "lower", "upper"), (("area", "period"), counts))
    return xr.Dataset(
        {**cells, "years": ("period", [1.0]), "population": (("area", "period"), np.full(counts.shape, population))},
        coords={"area": np.arange(len(counts)).astype(str), "period": ["2020"]},
    )


def quantiles(model, figures, probabilities, draws=400):
    """Quantiles of the draws, shape (probabilities, cells)."""
    posterior = model.exact(figures, draws, np.random.default_rng(2))["posterior"]
    return posterior["true_count"].isel(chain=0, period=0).quantile(probabilities, dim="draw").values


@pytest.fixture(scope="module")
def simulated():
    found = {}
    for name, model in EXACT.items():
        truth = model.simulate(design(np.ones(CELLS)), np.random.default_rng(1))
        kept = truth.isel(period=0)
        found[name] = kept["true_count"].values, kept["reported"].values
    return found


@pytest.mark.parametrize("name", EXACT)
def test_intervals_cover_as_often_as_they_say(name, simulated):
    truth, reported = simulated[name]
    low, inner_low, inner_high, high = quantiles(EXACT[name], design(reported), [0.025, 0.25, 0.75, 0.975])
    for mass, lower, upper in ((0.95, low, high), (0.5, inner_low, inner_high)):
        share = np.mean((truth >= lower) & (truth <= upper))
        # 400 draws blur the limits a little, and a discrete truth may sit on one
        assert share == pytest.approx(mass, abs=4 * np.sqrt(mass * (1 - mass) / CELLS) + 0.01)


@pytest.mark.parametrize("name", EXACT)
def test_the_median_is_off_by_no_more_than_the_claim(name, simulated):
    truth, reported = simulated[name]
    some = (truth > 0) & (reported > 0)
    (median,) = quantiles(EXACT[name], design(reported), [0.5])
    error = np.log(median[some]) - np.log(truth[some])
    assert abs(np.median(error)) < 0.05
    # a claim true within a factor 3 with 90 %, some error of the count, and any further anchor only helps
    sd = CLAIM.prior.parameters[1]
    assert error.std() < 1.1 * np.sqrt(sd**2 + np.mean(1 / reported[some]))


def test_a_second_anchor_makes_the_error_smaller(simulated):
    truth, reported = simulated["AnchorBudget"]
    errors = {}
    for name in ("Multiplier", "AnchorBudget"):
        (median,) = quantiles(EXACT[name], design(reported), [0.5])
        errors[name] = np.std(np.log(median) - np.log(np.maximum(truth, 1)))
    assert errors["AnchorBudget"] < 0.75 * errors["Multiplier"]


@each
@pytest.mark.parametrize(("truth", "share"), [(20_000, 0.05), (20_000, 0.02), (30_000, 0.1)])
def test_one_truth_many_counts(model, truth, share):
    # a fixed truth and share near the claim: the interval holds the truth practically always
    reported = np.random.default_rng(3).binomial(truth, share, 200)
    low, high = quantiles(model, design(reported), [0.005, 0.995])
    assert np.mean((low <= truth) & (truth <= high)) > 0.95


def test_a_wrong_claim_is_not_noticed_by_one_count():
    # the failure that everything here warns of: half of all cases are reported, the claim says 1 in 100 within a factor 3
    truth = 2000
    reported = np.random.default_rng(4).binomial(truth, 0.5, 200)
    model = est.Multiplier(est.Claim("1 in 100"), dependence="independent")
    low, median, high = quantiles(model, design(reported), [0.025, 0.5, 0.975])
    assert (low > truth).all()
    assert np.median(median) == pytest.approx(50 * truth, rel=0.1)
    assert (high / low > 5).all(), "the interval is as wide as if the claim were right"
    post = est.fit(model, est.single_figure(int(reported[0])), seed=1)
    assert est.identification(post).verdict == "unauditable"


def test_a_tight_second_anchor_notices_it():
    survey = est.ExternalEstimate("survey", 2000.0, 0.2)
    post = est.fit(est.AnchorBudget((est.Claim("1 in 100", within=2), survey)), est.single_figure(1000), seed=1)
    assert est.identification(post).verdict.startswith("in conflict")


# --- bounds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@pytest.mark.parametrize("mean", [0.5, 4.0, 60.0])
@pytest.mark.parametrize("share", [0.01, 0.02, 0.05])
def test_bounds_cover_at_least_as_often_as_they_say(mean, share, confidence):
    # y ~ Poisson(Λρ) with ρ anywhere in the range, its ends included
    reported = np.random.default_rng(5).poisson(mean, 20_000)
    estimate = est.Bounds(0.01, 0.05, confidence).exact(design(reported), 0, np.random.default_rng(1))["estimate"]
    level = mean / share
    low, high = (estimate[name].values.ravel() for name in ("lower", "upper"))
    covered = np.mean((low <= level) & (level <= high))
    assert covered >= confidence - 3 * np.sqrt(confidence * (1 - confidence) / 20_000)
    assert np.mean(low <= level) >= (1 + confidence) / 2 - 0.006
    assert np.mean(level <= high) >= (1 + confidence) / 2 - 0.006


@pytest.mark.parametrize("share", [0.01, 0.03, 0.05])
def test_the_region_is_sharp_for_large_counts(share):
    truth = 10**8
    reported = np.random.default_rng(6).binomial(truth, share, 100)
    estimate = est.Bounds(0.01, 0.05).exact(design(reported), 0, np.random.default_rng(1))["estimate"]
    assert (estimate["region_lower"].values <= truth * 1.005).all()
    assert (estimate["region_upper"].values >= truth * 0.995).all()


def test_an_interval_of_counts_bounds_by_its_ends():
    wide = est.fit(est.Bounds(0.01, 0.05), est.single_figure("10-20"), seed=1)["estimate"].to_dataset()
    for end, count in (("lower", 10), ("upper", 20)):
        alone = est.fit(est.Bounds(0.01, 0.05), est.single_figure(count), seed=1)["estimate"].to_dataset()
        assert wide[end].item() == alone[end].item()


# --- leaving anchors out -----------------------------------------------------------------------------------------------

ANCHORS = (
    est.Claim("1 in 100", by="a council"),
    est.ExternalEstimate("survey", 60_000.0, 0.5, by="a foundation"),
    est.ExternalEstimate("list study", 30_000.0, 0.4, by="a university"),
)
BUDGET = est.AnchorBudget(ANCHORS, dependence="independent")
NAMES = ["claim: 1 in 100 (a council)", "survey", "list study"]


@pytest.mark.parametrize("name", NAMES)
def test_one_anchor_left_out_is_a_budget_of_the_others(name):
    less = BUDGET.without(name)
    assert less == dataclasses.replace(BUDGET, anchors=tuple(a for a in ANCHORS if a.name != name))
    assert less.dependence == "independent"
    post = est.fit(less, est.single_figure(900), seed=1)
    assert sorted(set(est.identification(post).anchors["anchor"])) == sorted(set(NAMES) - {name})
    # what the full budget calls “the others” is this fit
    row = est.identification(est.fit(BUDGET, est.single_figure(900), seed=1)).anchors.set_index("anchor").loc[name]
    median = post["quantiles"]["true_count"].sel(probability=0.5).item()
    assert median == pytest.approx(row["others"], rel=1e-9)
    assert post["quantiles"]["true_count"].sel(probability=0.975).item() == pytest.approx(row["others_upper"], rel=1e-6)


def test_the_pool_lies_between_its_parts_and_is_narrower():
    post = est.fit(BUDGET, est.single_figure(900), seed=1)
    table = est.identification(post).anchors
    quantile = post["quantiles"]["true_count"].to_dataset(name="n")["n"].squeeze()
    assert table["implied"].min() < quantile.sel(probability=0.5) < table["implied"].max()
    width = np.log(quantile.sel(probability=0.975) / quantile.sel(probability=0.025)).item()
    assert width < np.log(table["implied_upper"] / table["implied_lower"]).min()


def test_the_last_anchor_cannot_be_left_out():
    alone = est.AnchorBudget(ANCHORS[:1])
    with pytest.raises(est.ModelError, match="without anchors"):
        alone.without(NAMES[0])
    with pytest.raises(est.ModelError, match="expected one of"):
        BUDGET.without("a horoscope")
