"""One count and a claim about how much of it is reported: the count divided by an uncertain probability, done exactly."""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from scipy import special
from scipy.optimize import elementwise

from estimators.counts.cells import (
    PROBABILITIES,
    Array,
    Cells,
    Dependence,
    Groups,
    Mask,
    check_dependence,
    exact_counts,
    read_figures,
    require_independent,
)
from estimators.counts.reporting import as_prior, claim_anchor, level_information, prior_nodes, reading
from estimators.errors import IdentificationWarning, ModelError, PriorWarning
from estimators.evidence import Evidence
from estimators.numeric import families, grid, thinning
from estimators.numeric.negative_binomial import Mixing, mixed_quantile
from estimators.priors import Claim, Prior

LARGEST_SIMULATED = 1e5
FINE_NODES = 4097
SMOOTH = 6.0  # the survival function of a claim is smooth on the whole line


@dataclass(frozen=True, repr=False)
class Multiplier:
    """True count behind one reported count, given only what is claimed about the reporting probability.

    Parameters
    ----------
    reporting : Claim or Prior
        Distribution of the reporting probability ρ; the same law holds for every cell.
    count_prior : {"scale-invariant", "uniform"}
        Prior of the true count N. The scale-invariant one, π(N) ∝ 1/N (and π(0) = π(1)), leaves ρ as it was; a uniform one
        does not, and is offered with beta priors only.
    dependence : {"common", "independent"}
        Whether the claim is wrong by the same amount in every cell (totals are then widest) or anew in each.
    indicator, form : str
        Which figures of the evidence are read.

    Notes
    -----
    y | N, ρ ~ Binomial(N, ρ). Under π(N) ∝ 1/N, Σ_N π(N) p(y | N, ρ) = 1/y whatever ρ is, so ρ given y ≥ 1 has its prior exactly and
    the unreported count U = N - y ~ NegBin(y, ρ); with ρ ~ Beta(c, d), U ~ BetaNegBin(y, c, d), whose mean y d/(c - 1) exists for
    c > 1 only. Under a uniform prior, U ~ NegBin(y + 1, ρ) and ρ ~ Beta(c - 1, d), refused for c ≤ 1. A count of 0 carries the
    factor 1 - log ρ, and N is 0 with probability 1/(1 - log ρ), else logarithmic. Every figure is read by itself: two figures of
    one area are two audits, not two observations.

    References
    ----------
    Link, W. A. 2013. A cautionary note on the discrete uniform prior for the binomial N. Ecology 94. doi:10.1890/13-0176.1

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.single_figure(494, area="MEX", period="2022-H1")
    >>> post = est.fit(Multiplier(Claim("1 in 100", within=3)), evidence, seed=1)
    >>> post["quantiles"]["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel().tolist()
    [13648.0, 49351.0, 181936.0]
    """

    reporting: Claim | Prior
    count_prior: Literal["scale-invariant", "uniform"] = "scale-invariant"
    dependence: Dependence = "common"
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        if self.count_prior not in ("scale-invariant", "uniform"):
            raise ModelError(f"count_prior {self.count_prior!r}: expected 'scale-invariant' or 'uniform'")
        check_dependence(self.dependence)
        prior = as_prior(self.reporting)
        if self.count_prior == "uniform" and (prior.family != "beta" or prior.parameters[0] <= 1):
            text = "a uniform prior on the count turns Beta(c, d) into Beta(c - 1, d): expected a beta with c > 1, or 'scale-invariant'"
            raise ModelError(f"count_prior 'uniform' with {prior.formula}: {text}")
        if self.count_prior == "uniform":
            text = "a uniform prior on the true count is informative: it moves the reporting probability down before any figure is seen"
            warnings.warn(text, PriorWarning, stacklevel=3)

    def __repr__(self) -> str:
        flat = "π(N) ∝ 1/N, which leaves ρ as it was" if self.count_prior == "scale-invariant" else "uniform"
        return (
            f"Multiplier. Each figure ({self.indicator}, form {self.form}) is read as reported | N ~ Binomial(N, ρ) with one "
            f"reporting probability, ρ ~ {as_prior(self.reporting).formula} ({as_prior(self.reporting).description}; "
            f"{as_prior(self.reporting).reason}), and the prior of the true count N is {flat}. The posterior is exact."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The priors, for the table that goes into the paper."""
        return (as_prior(self.reporting),)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            reading(self.reporting, self.indicator),
            "one law of the reporting probability holds for every area and period",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads."""
        return read_figures(evidence, self.indicator, self.form, population="if there")

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:
        """Posterior draws and exact quantiles of every cell."""
        cells = exact_counts(figures, "Multiplier")
        zero = self._zero(cells)
        if np.any(zero & ~cells.missing):
            text = "a count of 0 under π(N) ∝ 1/N rests on the weight given to N = 0, here that of N = 1: read it as an upper limit"
            warnings.warn(text, IdentificationWarning, stacklevel=3)
        uniform = rng.random((draws, 1 if self.dependence == "common" else len(zero)))
        shape = (draws, len(zero))
        rho = families.quantile(*self._shape(), uniform)
        x = np.broadcast_to(special.logit(rho), shape)
        true_count = cells.reported + thinning.unreported_draws(rng, self._size(cells), x)
        rho = np.broadcast_to(rho, shape)
        if zero.any():
            wanted = np.broadcast_to(uniform, shape)[:, zero]
            hidden = grid.sample(self._zero_table(), wanted.reshape(-1, 1)).reshape(wanted.shape)
            true_count[:, zero] = thinning.zero_count_draws(rng, hidden)
            rho = rho.copy()
            rho[:, zero] = special.expit(hidden)
        values = {"true_count": true_count, "reporting_probability": rho}
        if cells.has_population:
            values["incidence"] = true_count / cells.exposure
        return {
            "posterior": cells.labelled(values),
            "anchors": claim_anchor(cells, self.reporting),
            "likelihood": level_information(cells, as_prior(self.reporting), incidence=None),
        }

    def summaries(self, figures: xr.Dataset) -> Groups:
        """Exact quantiles of every cell, and its moments, infinite where they do not exist."""
        cells, probability = exact_counts(figures, "Multiplier"), np.array(PROBABILITIES)
        zero = self._zero(cells)
        distinct, place = np.unique(cells.reported, return_inverse=True)
        size = np.where(distinct == 0, 1.0, distinct) if self.count_prior == "scale-invariant" else distinct + 1.0
        count = (distinct + mixed_quantile(size, probability, self._mixing(len(distinct))))[:, place]
        rho = np.repeat(families.quantile(*self._shape(), probability)[:, None], len(zero), axis=1)
        if zero.any():
            table = self._zero_table()
            count[:, zero] = _zero_count_quantile(table, probability)[:, None]
            rho[:, zero] = special.expit(grid.sample(table, probability[:, None]))
        values = {"true_count": count, "reporting_probability": rho}
        if cells.has_population:
            values["incidence"] = count / cells.exposure
        return {
            "quantiles": cells.by_probability(values),
            "moments": cells.by_moment({"true_count": self._moments(cells)}),
        }

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and figures for calibration: N from 1/N on 1 … M, given that the count is 1 … 100.

        The prior of N is improper; conditioning on a bounded count makes the joint law proper and leaves the posterior as it is,
        up to its mass beyond M = 10^5 / (median of ρ), which is below 1e-6 for claims within a factor 3.
        """
        if self.count_prior != "scale-invariant":
            raise ModelError("a uniform prior on the count cannot be simulated: expected count_prior='scale-invariant'")
        require_independent(self.dependence)
        cells = figures.sizes["area"] * figures.sizes["period"]
        rho, count, reported = np.empty(cells), np.empty(cells), np.zeros(cells)
        log_range = np.log(LARGEST_SIMULATED / float(as_prior(self.reporting).quantile(0.5)))
        waiting = np.arange(cells)
        while len(waiting):
            rho[waiting] = as_prior(self.reporting).quantile(rng.random(len(waiting)))
            count[waiting] = np.floor(np.exp(rng.random(len(waiting)) * log_range))
            # floor(exp(uniform)) has probability ∝ log(1 + 1/N); thin it to 1/N.
            keep = rng.random(len(waiting)) < np.log(2.0) / (count[waiting] * np.log1p(1.0 / count[waiting]))
            reported[waiting] = np.where(keep, rng.binomial(count[waiting].astype(np.int64), rho[waiting]), 0)
            waiting = waiting[(reported[waiting] < 1) | (reported[waiting] > 100)]
        truth = exact_counts(
            figures.assign(reported=(("area", "period"), reported.reshape(figures["reported"].shape))), "simulation"
        )
        return truth.by_cell({"true_count": count, "reporting_probability": rho, "reported": reported})

    def _zero(self, cells: Cells) -> Mask:
        return np.asarray((cells.reported == 0) & (self.count_prior == "scale-invariant"))

    def _shape(self) -> tuple[families.Family, float, float]:
        prior = as_prior(self.reporting)
        a, b = prior.parameters
        return prior.family, a - (self.count_prior == "uniform"), b

    def _size(self, cells: Cells) -> Array:
        """Negative binomial size of each cell; 1 stands in where the count is 0 and has a law of its own."""
        size = cells.reported + (self.count_prior == "uniform")
        return np.where(self._zero(cells), 1.0, size)

    def _moments(self, cells: Cells) -> Array:
        """Mean and sd of N = y + U, U ~ NegBin(r, ρ): y + r (E[1/ρ] - 1), variance r (E[1/ρ²] - E[1/ρ]) + r² Var[1/ρ]."""
        inverse, variance = families.mean_and_variance_of_inverse(*self._shape())
        size = np.where(self._zero(cells), np.nan, self._size(cells))
        mean = cells.reported + size * (inverse - 1.0)
        spread = (
            np.sqrt(size * (variance + inverse**2 - inverse) + size**2 * variance)
            if np.isfinite(inverse)
            else size * np.inf
        )
        return np.stack([mean, spread])

    def _mixing(self, count: int) -> Mixing:
        """The law of logit ρ, the same for each of `count` figures."""
        family, a, b = self._shape()
        x, weight, spread = prior_nodes(family, a, b)
        nodes, weights = (np.broadcast_to(v, (count, len(x))) for v in (x, weight))
        if family == "beta":  # its distribution function is dear: read it off one fine table
            table = grid.tabulate(lambda at: families.log_density_of_logit(family, a, b, at), 1, nodes=FINE_NODES)
            return Mixing(
                lambda cell, at: grid.survival(table, 0 * cell, at), nodes, weights, np.full(count, spread), SMOOTH
            )
        return Mixing(
            lambda _, at: families.survival_of_logit(family, a, b, at), nodes, weights, np.full(count, spread), SMOOTH
        )

    def _zero_table(self) -> grid.Table:
        family, a, b = self._shape()
        return grid.tabulate(
            lambda x: families.log_density_of_logit(family, a, b, x) + np.log1p(-special.log_expit(x)), 1, nodes=129
        )


def _zero_count_quantile(table: grid.Table, probability: Array) -> Array:
    """Smallest N with P(N ≤ n | y = 0) ≥ probability, infinite beyond 1e300.

    P(N ≤ n) = 1 - E[tail(n, ρ) / (1 - log ρ)], the expectation over ρ given y = 0, continued to real n.
    """
    x, weight = table.x[0], table.weights[0] / (1.0 - special.log_expit(table.x[0]))

    def excess(t: Array, wanted: Array) -> Array:
        return np.asarray(1.0 - (weight * thinning.zero_count_tail(np.expm1(t)[..., None], x)).sum(axis=-1) - wanted)

    ends = (np.zeros_like(probability), np.full_like(probability, 690.0))
    below, within = excess(ends[0], probability) < -1e-12, excess(ends[1], probability) > 0.0
    root = elementwise.find_root(excess, ends, args=(probability,)).x
    count = np.where(within, np.maximum(np.ceil(np.expm1(root) * (1.0 - 1e-11) - 1e-9), 1.0), np.inf)
    return np.where(below, count, 0.0)
