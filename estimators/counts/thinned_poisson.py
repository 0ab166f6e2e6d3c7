"""A count with a prior on incidence as well as on reporting: two absolute anchors, one dimension of quadrature."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.counts.cells import PROBABILITIES, Array, Cells, Groups, exact_counts, read_figures, require_population
from estimators.counts.reporting import (
    as_prior,
    check_incidence,
    level_anchors,
    level_information,
    reading,
    thinned_truth,
)
from estimators.evidence import Evidence
from estimators.numeric import families, grid, thinning
from estimators.numeric.negative_binomial import Mixing, mixed_quantile
from estimators.priors import Claim, Prior


@dataclass(frozen=True, repr=False)
class ThinnedPoisson:
    """True count, incidence and reporting probability from one count a cell, each with its prior.

    Parameters
    ----------
    reporting : Claim or Prior
        Distribution of the reporting probability ρ of a cell; cells are independent.
    incidence : Prior
        Gamma prior of the true rate λ per 100,000 and year.
    indicator, form : str
        Which figures of the evidence are read.

    Notes
    -----
    N | λ ~ Poisson(Eλ), y | N, ρ ~ Binomial(N, ρ), λ ~ Gamma(a, rate b), E person-years in units of 100,000. N and λ integrate out:

        π(ρ | y) ∝ π(ρ) ρ^y (b + Eρ)^{-(a + y)},
        λ | ρ, y ~ Gamma(a + y, b + Eρ),   N - y | ρ, y ~ NegBin(a + y, (b + Eρ)/(b + E)).

    The one remaining integral is done by the trapezoidal rule on the logit scale, which agrees with the Gauss hypergeometric
    closed form for a beta prior to 1e-13. A vague incidence prior returns the prior of ρ: the count alone says nothing of it.

    References
    ----------
    Moreno, E. and Girón, F. J. 1998. Estimating with incomplete count data: a Bayesian approach. doi:10.1016/S0378-3758(97)00073-6

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.single_figure(494, area="MEX", period="2022-H1", population=128_000_000)
    >>> rate = est.gamma_prior(3, 500, mass=0.9, reason="wide: from police counts / 0.01 to survey stocks / duration")
    >>> post = est.fit(ThinnedPoisson(Claim("1 in 100", within=3), rate), evidence, seed=1)
    >>> sorted(post["moments"].data_vars)
    ['incidence', 'reporting_probability', 'true_count']
    """

    reporting: Claim | Prior
    incidence: Prior
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        as_prior(self.reporting)
        check_incidence(self.incidence)

    def __repr__(self) -> str:
        prior = as_prior(self.reporting)
        return (
            f"ThinnedPoisson. Each figure ({self.indicator}, form {self.form}) is read as reported | N ~ Binomial(N, ρ) with "
            f"N ~ Poisson(person-years × incidence), incidence per 100,000 and year ~ {self.incidence.formula} "
            f"({self.incidence.description}; {self.incidence.reason}) and ρ ~ {prior.formula} ({prior.description}; {prior.reason}), "
            "independently for each area and period. The posterior is exact, by one-dimensional quadrature."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The priors, for the table that goes into the paper."""
        return (as_prior(self.reporting), self.incidence)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            reading(self.reporting, self.indicator),
            "areas and periods are read independently, each with the same two priors",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads, with their populations."""
        return read_figures(evidence, self.indicator, self.form, population="needed")

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:
        """Posterior draws of every cell."""
        cells = exact_counts(figures, "ThinnedPoisson")
        require_population(cells, "ThinnedPoisson")
        table, (shape, rate) = self._table(cells), self.incidence.parameters
        logit = grid.sample(table, rng.random((draws, len(cells.reported))))
        reporting, exposure = special.expit(logit), cells.exposure
        incidence = rng.standard_gamma(np.broadcast_to(shape + cells.reported, reporting.shape)) / (
            rate + exposure * reporting
        )
        true_count = cells.reported + thinning.poisson_draws(rng, exposure * incidence * special.expit(-logit))
        values = {"true_count": true_count, "incidence": incidence, "reporting_probability": reporting}
        return {
            "posterior": cells.labelled(values),
            "anchors": level_anchors(cells, self.reporting, self.incidence),
            "likelihood": level_information(cells, as_prior(self.reporting), self.incidence),
        }

    def summaries(self, figures: xr.Dataset) -> Groups:
        """Exact moments and quantiles of every cell."""
        cells = exact_counts(figures, "ThinnedPoisson")
        table = self._table(cells)
        return {"moments": self._moments(cells, table), "quantiles": self._quantiles(cells, table)}

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and figures drawn from the priors, for calibration and prior predictive checks."""
        return thinned_truth(exact_counts(figures, "simulation"), as_prior(self.reporting), self.incidence, rng)

    def _table(self, cells: Cells) -> grid.Table:
        (shape, rate), prior = self.incidence.parameters, as_prior(self.reporting)

        def log_density(logit: Array) -> Array:
            likelihood = thinning.poisson_gamma_log_likelihood(
                logit, cells.reported, shape, np.full(len(logit), rate), cells.exposure
            )
            return families.log_density_of_logit(prior.family, *prior.parameters, logit) + likelihood

        return grid.tabulate(log_density, len(cells.reported))

    def _moments(self, cells: Cells, table: grid.Table) -> xr.Dataset:
        (shape, rate), reported, exposure = self.incidence.parameters, cells.reported[:, None], cells.exposure[:, None]
        reporting = special.expit(table.x)
        rate_mean = (shape + reported) / (rate + exposure * reporting)
        rate_variance = rate_mean / (rate + exposure * reporting)
        hidden = exposure * special.expit(-table.x)
        conditional = {
            "reporting_probability": (reporting, np.zeros_like(reporting)),
            "incidence": (rate_mean, rate_variance),
            "true_count": (reported + hidden * rate_mean, hidden * rate_mean + hidden**2 * rate_variance),
        }
        values = {}
        for name, (mean, variance) in conditional.items():
            centre = (table.weights * mean).sum(axis=1)
            spread = np.sqrt((table.weights * (variance + (mean - centre[:, None]) ** 2)).sum(axis=1))
            values[name] = np.stack([centre, spread])
        return cells.by_moment(values)

    def _quantiles(self, cells: Cells, table: grid.Table) -> xr.Dataset:
        probability, (shape, rate) = np.array(PROBABILITIES), self.incidence.parameters
        ratio = (rate / cells.exposure)[:, None]

        def survival(cell: NDArray[np.intp], z: Array) -> Array:
            # p = (b + Eρ)/(b + E), hence ρ = p (1 + b/E) - b/E and 1 - ρ = (1 - p)(1 + b/E)
            scale = 1.0 + ratio[cell]
            with np.errstate(divide="ignore", over="ignore"):
                logit = np.log(np.maximum(special.expit(z) * scale - ratio[cell], 0.0)) - np.log(
                    special.expit(-z) * scale
                )
            return grid.survival(table, cell, np.clip(logit, -1e6, 1e6))

        reporting = special.expit(table.x[:, ::2])
        z = np.log(ratio + reporting) - np.log(special.expit(-table.x[:, ::2]))
        weight = table.weights[:, ::2] / table.weights[:, ::2].sum(axis=1, keepdims=True)
        centre = (weight * z).sum(axis=1, keepdims=True)
        # p stays above b/(b + E); a beta may put weight on ρ = 0, where the survival function of p then has a corner
        reach = 6.0 if as_prior(self.reporting).family == "logit-normal" else 1.0
        mixing = Mixing(survival, z, weight, np.sqrt((weight * (z - centre) ** 2).sum(axis=1)), reach)
        count = cells.reported + mixed_quantile(shape + cells.reported, probability, mixing)
        uniform = np.broadcast_to(probability[:, None], count.shape)
        return cells.by_probability(
            {"true_count": count, "reporting_probability": special.expit(grid.sample(table, uniform))}
        )
