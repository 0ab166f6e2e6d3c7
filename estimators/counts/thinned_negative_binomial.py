"""As the thinned Poisson, for true counts that vary more than a Poisson: clusters, raids, mass events."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import Array, Groups, exact_counts, read_figures, require_population
from estimators.counts.reporting import (
    as_prior,
    check_incidence,
    level_anchors,
    level_information,
    reading,
    thinned_truth,
)
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.numeric import families, grid, overdispersed, thinning
from estimators.priors import Claim, Prior

LEAST_SIZE, LARGEST_SIZE = 1e-3, 1e9
CHUNK = 32  # cells at a time, so that the inner integrals stay in cache


@dataclass(frozen=True, repr=False)
class ThinnedNegativeBinomial:
    """True count, incidence and reporting probability where the true count is overdispersed by a known amount.

    Parameters
    ----------
    reporting : Claim or Prior
        Distribution of the reporting probability ρ of a cell; cells are independent.
    incidence : Prior
        Gamma prior of the mean rate λ per 100,000 and year.
    dispersion : float
        Size φ of the negative binomial: variance mean + mean²/φ. 8 is 35 % of extra variation.
    indicator, form : str
        Which figures of the evidence are read.

    Notes
    -----
    N | λ ~ NegBin(mean Eλ, size φ) thinned by ρ is y | λ, ρ ~ NegBin(mean Eλρ, size φ): thinning keeps the size. With
    N | λ, g ~ Poisson(Eλg), g ~ Gamma(φ, φ), the rest follows: g | λ, ρ, y ~ Gamma(φ + y, φ + Eλρ) and
    N - y | g ~ Poisson(Eλg(1 - ρ)). ρ is tabulated by quadrature, λ given ρ drawn by exact rejection. φ mixes variation of
    incidence with variation of reporting; one count cannot tell them apart, nor estimate φ, so φ is given.

    References
    ----------
    Winkelmann, R. and Zimmermann, K. F. 1993. Poisson-logistic regression. University of Munich, working paper 93-18.

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.single_figure(494, area="MEX", period="2022-H1", population=128_000_000)
    >>> rate = est.gamma_prior(3, 500, mass=0.9, reason="wide on purpose")
    >>> post = est.fit(ThinnedNegativeBinomial(Claim("1 in 100"), rate, dispersion=8.0), evidence, seed=1)
    >>> bool((post["posterior"]["true_count"] >= 494).all())
    True
    """

    reporting: Claim | Prior
    incidence: Prior
    dispersion: float
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        as_prior(self.reporting)
        check_incidence(self.incidence)
        if not LEAST_SIZE <= self.dispersion <= LARGEST_SIZE:
            text = f"expected a size of the negative binomial from {LEAST_SIZE:g} to {LARGEST_SIZE:g}; larger is ThinnedPoisson"
            raise ModelError(f"dispersion {self.dispersion!r}: {text}")

    def __repr__(self) -> str:
        prior = as_prior(self.reporting)
        return (
            f"ThinnedNegativeBinomial. Each figure ({self.indicator}, form {self.form}) is read as reported | N ~ Binomial(N, ρ) "
            f"with N ~ NegBin(mean person-years × incidence, size {self.dispersion:g}), incidence per 100,000 and year ~ "
            f"{self.incidence.formula} ({self.incidence.description}; {self.incidence.reason}) and ρ ~ {prior.formula} "
            f"({prior.description}; {prior.reason}), independently for each area and period. The posterior is exact."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The priors, for the table that goes into the paper."""
        return (as_prior(self.reporting), self.incidence)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            reading(self.reporting, self.indicator),
            "areas and periods are read independently, each with the same two priors",
            f"the true count varies with a known negative binomial size of {self.dispersion:g}",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads, with their populations."""
        return read_figures(evidence, self.indicator, self.form, population="needed")

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:
        """Posterior draws of every cell."""
        cells = exact_counts(figures, "ThinnedNegativeBinomial")
        require_population(cells, "ThinnedNegativeBinomial")
        (shape, rate), reported, exposure = self.incidence.parameters, cells.reported, cells.exposure
        uniform = rng.random((draws, len(reported)))
        logit = np.concatenate(
            [
                grid.sample(self._table(reported[i : i + CHUNK], exposure[i : i + CHUNK]), uniform[:, i : i + CHUNK])
                for i in range(0, len(reported), CHUNK)
            ],
            axis=1,
        )
        reporting = special.expit(logit)
        mean = np.exp(overdispersed.draw_log_mean(rng, reported, shape, rate / (exposure * reporting), self.dispersion))
        gamma = rng.standard_gamma(np.broadcast_to(self.dispersion + reported, mean.shape)) / (self.dispersion + mean)
        true_count = reported + thinning.poisson_draws(rng, mean * np.exp(-logit) * gamma)
        values = {
            "true_count": true_count,
            "incidence": mean / (exposure * reporting),
            "reporting_probability": reporting,
        }
        return {
            "posterior": cells.labelled(values),
            "anchors": level_anchors(cells, self.reporting, self.incidence),
            "likelihood": level_information(cells, as_prior(self.reporting), self.incidence),
        }

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and figures drawn from the priors, for calibration and prior predictive checks."""
        return thinned_truth(
            exact_counts(figures, "simulation"), as_prior(self.reporting), self.incidence, rng, self.dispersion
        )

    def _table(self, reported: Array, exposure: Array) -> grid.Table:
        (shape, rate), prior = self.incidence.parameters, as_prior(self.reporting)

        def log_density(logit: Array) -> Array:
            likelihood = overdispersed.log_marginal(
                reported[:, None], shape, rate, exposure[:, None] * special.expit(logit), self.dispersion
            )
            return families.log_density_of_logit(prior.family, *prior.parameters, logit) + likelihood

        return grid.tabulate(log_density, len(reported), low=-60.0, high=45.0, nodes=129)
