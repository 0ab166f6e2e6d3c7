"""Calibration passes what is right and, more to the point, fails what is wrong."""

from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

import estimators as est
from estimators.calibration import BAND_SIMULATIONS, rank_band, uniformity_p
from estimators.numeric import families, grid, thinning

LOGIT_NORMAL = est.Claim("1 in 10", within=3)
BETA = est.Claim("1 in 20 to 1 in 5", family="beta")
RATE = est.gamma_prior(3, 100, reason="test")
LEVEL = est.Prior("incidence", "test", "log-normal", (float(np.log(40.0)), 1.0), "test")

RIGHT = {
    "Multiplier, logit-normal": (est.Multiplier(LOGIT_NORMAL, dependence="independent"), 1e6),
    "Multiplier, beta": (est.Multiplier(BETA, dependence="independent"), 1e6),
    "ThinnedPoisson, logit-normal": (est.ThinnedPoisson(LOGIT_NORMAL, RATE), 1e6),
    "ThinnedPoisson, beta": (est.ThinnedPoisson(BETA, RATE), 1e6),
    # the anchors are log-normal and the count a binomial: they meet where counts are large and ρ is small
    "AnchorBudget": (est.AnchorBudget((est.Claim("1 in 100"), LEVEL), dependence="independent"), 1e8),
}
NEGATIVE_BINOMIAL = {
    "logit-normal": est.ThinnedNegativeBinomial(LOGIT_NORMAL, RATE, 3.0),
    "beta": est.ThinnedNegativeBinomial(BETA, RATE, 3.0),
}


@pytest.mark.parametrize(("model", "population"), RIGHT.values(), ids=RIGHT)
def test_ten_thousand_replicates(model, population):
    found = est.calibrate(model, replicates=10_000, population=population, seed=1)
    assert found.status == "calibrated", found
    table = found.table.set_index("quantity")
    assert {"true_count", "reporting_probability", "log_likelihood"} <= set(table.index)
    for mass in (50, 80, 95):
        error = np.sqrt(mass * (100 - mass) / 1e4 / 10_000)
        assert (np.abs(table[f"coverage_{mass}"] - mass / 100) < 4.5 * error).all()


@pytest.mark.parametrize("model", NEGATIVE_BINOMIAL.values(), ids=NEGATIVE_BINOMIAL)
def test_overdispersed_counts(model):
    found = est.calibrate(model, replicates=2000, seed=2)
    assert found.status == "calibrated", found


@pytest.mark.slow
@pytest.mark.parametrize("model", NEGATIVE_BINOMIAL.values(), ids=NEGATIVE_BINOMIAL)
def test_overdispersed_counts_at_length(model):
    found = est.calibrate(model, replicates=10_000, seed=3)
    assert found.status == "calibrated", found


@pytest.mark.slow
@pytest.mark.parametrize("population", [1e4, 1e5, 1e7])
@pytest.mark.parametrize("name", ["logit-normal", "beta"])
def test_counts_of_every_size(name, population):
    claim = {"logit-normal": LOGIT_NORMAL, "beta": BETA}[name]
    found = est.calibrate(est.ThinnedPoisson(claim, RATE), population=population, seed=4)
    assert found.status == "calibrated", found


def test_false_alarms_are_rare():
    model = est.ThinnedPoisson(LOGIT_NORMAL, RATE)
    statuses = [est.calibrate(model, replicates=300, seed=seed).status for seed in range(60)]
    assert statuses.count("not calibrated") <= 4  # one in a hundred expected, five with probability 4e-4


def test_a_finding_is_a_function_of_its_seed():
    model = est.ThinnedPoisson(LOGIT_NORMAL, RATE)
    first, second, other = (est.calibrate(model, replicates=200, seed=seed).table for seed in (1, 1, 2))
    assert first.equals(second)
    assert not first.equals(other)


# --- planted bugs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """An estimator that simulates as it should, and computes otherwise."""

    right: object

    def priors(self):
        return self.right.priors()

    def assumptions(self):
        return self.right.assumptions()

    def figures(self, evidence):
        return self.right.figures(evidence)

    def simulate(self, figures, rng):
        return self.right.simulate(figures, rng)

    def exact(self, figures, draws, rng):
        return self.right.exact(figures, draws, rng)


class HiddenTakenForReported(Broken):
    """Writes down 1 - ρ."""

    def exact(self, figures, draws, rng):
        groups = self.right.exact(figures, draws, rng)
        posterior = groups["posterior"]
        return groups | {"posterior": posterior.assign(reporting_probability=1.0 - posterior["reporting_probability"])}


class UnreportedTakenForAll(Broken):
    """Forgets to add the reported count."""

    def exact(self, figures, draws, rng):
        groups = self.right.exact(figures, draws, rng)
        posterior = groups["posterior"]
        count = np.maximum(posterior["true_count"] - figures["reported"], figures["reported"])
        return groups | {"posterior": posterior.assign(true_count=count)}


class ReadsMore(Broken):
    """Sees one case more than was reported."""

    def exact(self, figures, draws, rng):
        return self.right.exact(figures.assign(reported=figures["reported"] + 1.0), draws, rng)


class DoubledExposure(Broken):
    """Counts every person-year twice."""

    def exact(self, figures, draws, rng):
        return self.right.exact(figures.assign(population=2.0 * figures["population"]), draws, rng)


class PriorForPosterior(Broken):
    """Never looks at the figures: draws truth and probability from the prior."""

    def exact(self, figures, draws, rng):
        cells = [self.right.simulate(figures, rng) for _ in range(draws)]
        draw = xr.concat(cells, dim="draw").drop_vars("reported").expand_dims("chain")
        return {"posterior": draw.transpose("chain", "draw", "area", "period")}


class TooSure(Broken):
    """Shrinks the reporting probability towards its centre by a tenth."""

    def exact(self, figures, draws, rng):
        groups = self.right.exact(figures, draws, rng)
        logit = special.logit(groups["posterior"]["reporting_probability"])
        centre = logit.mean("draw")
        shrunk = special.expit(centre + 0.9 * (logit - centre))
        return groups | {"posterior": groups["posterior"].assign(reporting_probability=shrunk)}


class UnreportedForgotten(Broken):
    """Takes the reported count for the true one."""

    def exact(self, figures, draws, rng):
        groups = self.right.exact(figures, draws, rng)
        posterior = groups["posterior"]
        same = xr.zeros_like(posterior["true_count"]) + figures["reported"]
        return groups | {"posterior": posterior.assign(true_count=same.transpose(*posterior["true_count"].dims))}


class IndependentParts(Broken):
    """Right margins, wrong together: probability and count of different draws."""

    def exact(self, figures, draws, rng):
        groups = self.right.exact(figures, draws, rng)
        posterior = groups["posterior"]
        shuffled = posterior["reporting_probability"].copy(
            data=np.roll(posterior["reporting_probability"].values, 1, 1)
        )
        return groups | {"posterior": posterior.assign(reporting_probability=shuffled)}


class OfAnotherClaim(Broken):
    """Is told one credibility and uses another."""

    def exact(self, figures, draws, rng):
        return est.ThinnedPoisson(est.Claim("1 in 10", within=2), RATE).exact(figures, draws, rng)


class JacobianTwice(Broken):
    """Multiplies the density of logit ρ by dρ/d(logit ρ), which its prior on that scale holds already."""

    def exact(self, figures, draws, rng):
        return WithJacobian(self.right.reporting, self.right.incidence).exact(figures, draws, rng)


class WithJacobian(est.ThinnedPoisson):
    """The thinned Poisson with ρ (1 - ρ) too much in its density."""

    def _table(self, cells):
        (shape, rate), prior = self.incidence.parameters, self.reporting.prior

        def log_density(logit):
            likelihood = thinning.poisson_gamma_log_likelihood(
                logit, cells.reported, shape, np.full(len(logit), rate), cells.exposure
            )
            jacobian = special.log_expit(logit) + special.log_expit(-logit)
            return families.log_density_of_logit(prior.family, *prior.parameters, logit) + likelihood + jacobian

        return grid.tabulate(log_density, len(cells.reported))


class HalfYearTwice(Broken):
    """Takes a half-year for two."""

    def exact(self, figures, draws, rng):
        return self.right.exact(figures.assign(years=2.0 * figures["years"]), draws, rng)


class VictimsForCases(Broken):
    """Reads a count of cases as one of victims, who are more."""

    def exact(self, figures, draws, rng):
        return self.right.exact(figures.assign(reported=np.rint(1.4 * figures["reported"])), draws, rng)


class ShiftedIndex(Broken):
    """Gives an area the figures of the next."""

    def exact(self, figures, draws, rng):
        return self.right.exact(figures.assign(reported=figures["reported"].roll(area=-1)), draws, rng)


POISSON = est.ThinnedPoisson(LOGIT_NORMAL, RATE)
MULTIPLIER = est.Multiplier(LOGIT_NORMAL, dependence="independent")
WRONG = {
    "1 - ρ": HiddenTakenForReported(POISSON),
    "1 - ρ, multiplier": HiddenTakenForReported(MULTIPLIER),
    "unreported for all": UnreportedTakenForAll(POISSON),
    "one more": ReadsMore(est.ThinnedPoisson(LOGIT_NORMAL, est.gamma_prior(0.1, 3, reason="test"))),
    "one more, multiplier": ReadsMore(MULTIPLIER),
    "doubled exposure": DoubledExposure(POISSON),
    "prior for posterior": PriorForPosterior(POISSON),
    "too sure": TooSure(POISSON),
    "too sure, multiplier": TooSure(MULTIPLIER),
    "nothing unreported": UnreportedForgotten(POISSON),
    "right margins only": IndependentParts(POISSON),
    "another claim": OfAnotherClaim(POISSON),
    "Jacobian twice": JacobianTwice(POISSON),
    "half-year twice": HalfYearTwice(POISSON),
    "victims for cases": VictimsForCases(POISSON),
    "victims for cases, multiplier": VictimsForCases(MULTIPLIER),
    "shifted index": ShiftedIndex(POISSON),
    "shifted index, multiplier": ShiftedIndex(MULTIPLIER),
}


@pytest.mark.parametrize("model", WRONG.values(), ids=WRONG)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_planted_bugs_are_found(model):
    found = est.calibrate(model, replicates=3000, seed=5)
    assert found.status == "not calibrated", found
    assert est.calibrate(model.right, replicates=3000, seed=5).status == "calibrated"


@pytest.mark.parametrize("name", ["prior for posterior", "right margins only"])
def test_only_a_quantity_of_the_data_notices(name):
    # the margins of every parameter are uniform: truth and draws come from one law (Modrák et al. 2023)
    table = est.calibrate(WRONG[name], replicates=3000, seed=6).table.set_index("quantity")
    assert table.loc["log_likelihood", "p"] < 1e-3
    assert (table.drop(index="log_likelihood")["p"] > 0.005).all()


# --- the test of uniformity --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("total", "bins"), [(200, 20), (1000, 100)])
def test_p_is_uniform_under_the_null(total, bins):
    rng = np.random.default_rng(1)
    p = np.array([uniformity_p(rng.integers(0, bins, total), bins) for _ in range(300)])
    assert stats.kstest(p, "uniform").pvalue > 0.005
    # discreteness may make it cautious, never bold
    assert np.mean(p <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize(
    ("law", "wanted"),
    [(stats.beta(1.2, 1.0), 0.9), (stats.beta(0.8, 0.8), 0.9), (stats.beta(1.3, 1.3), 0.9), (stats.uniform(), 0.0)],
    ids=["shifted", "too sure", "too unsure", "uniform"],
)
def test_power_against_the_usual_shapes(law, wanted):
    rng, total, bins = np.random.default_rng(2), 1000, 100
    noticed = np.mean(
        [
            uniformity_p(np.minimum((bins * law.rvs(total, random_state=rng)).astype(int), bins - 1), bins) < 0.05
            for _ in range(60)
        ]
    )
    assert noticed >= wanted if wanted else noticed < 0.15


def test_the_smallest_p_is_that_of_the_simulated_null():
    assert uniformity_p(np.zeros(500, dtype=int), 20) == pytest.approx(1 / (BAND_SIMULATIONS + 1))
    assert uniformity_p(np.repeat(np.arange(20), 25), 20) > 0.99


@pytest.mark.parametrize(("total", "bins"), [(300, 20), (1000, 100)])
def test_the_band_holds_as_often_as_it_says(total, bins):
    rng = np.random.default_rng(3)
    lower, upper = rank_band(total, bins, 0.9)
    ranks = rng.integers(0, bins, (1000, total))
    below = np.stack([(ranks < edge).mean(axis=1) for edge in range(1, bins)], axis=1)
    inside = ((below >= lower) & (below <= upper)).all(axis=1).mean()
    assert 0.9 - 0.03 < inside < 0.97


# --- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("replicates", "draws"), [(99, 99), (1000, 8)])
def test_too_little_to_say_anything_is_refused(replicates, draws):
    with pytest.raises(est.ModelError, match="at least 100 and 9"):
        est.calibrate(POISSON, replicates=replicates, draws=draws, seed=1)


def test_draws_that_move_together_cannot_be_ranked_apart():
    with pytest.raises(est.ModelError, match="dependence='independent'"):
        est.calibrate(est.Multiplier(LOGIT_NORMAL), replicates=200, seed=1)
    with pytest.raises(est.ModelError, match="dependence='independent'"):
        est.calibrate(est.AnchorBudget((LOGIT_NORMAL, LEVEL)), replicates=200, seed=1)


def test_an_improper_prior_cannot_be_simulated():
    with pytest.warns(est.PriorWarning, match="informative"):
        model = est.Multiplier(BETA, count_prior="uniform", dependence="independent")
    with pytest.raises(est.ModelError, match="scale-invariant"):
        est.calibrate(model, replicates=200, seed=1)
