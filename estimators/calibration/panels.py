"""Replicates of the estimators of one count over areas and periods, exact and sampled."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.calibration import compiled
from estimators.calibration.quantities import panel_quantities
from estimators.calibration.ranks import thinned
from estimators.calibration.replicas import Quantities
from estimators.counts import HierarchicalThinnedPoisson, ThinnedPoisson
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.inference import ExactEstimator, GraphEstimator
from estimators.numeric import thinning
from estimators.sampling import Sampling

type Array = NDArray[np.float64]

POISSON = (HierarchicalThinnedPoisson, ThinnedPoisson)
PER = 100_000.0
SHORT = Sampling(draws=250, tune=400, chains=2, target_accept=0.9)
LONGER = 4  # times as many draws where these are worth too few
TRIES = 3


@dataclass(frozen=True)
class PanelReplicas:
    """An estimator of counts with `simulate`, and with `exact` or a graph, as something to replicate.

    Parameters
    ----------
    estimator : estimator
        From `estimators.counts`, or with the same methods.
    sampling : Sampling
        Of an estimator that is sampled; four and sixteen times as many draws are taken where they are worth too few.

    Notes
    -----
    Missing cells of the design stay missing; their truth is simulated too, and calibrated where the estimator predicts it. A graph is
    compiled once a process and its figures changed. Which effects it centres is decided by the figures of the design: that changes the
    path of the sampler, not the posterior.

    In the posterior form truth is a draw of the posterior given the figures, and the new figure of a cell has the same
    incidence and reporting probability. Two Poisson figures of one cell tell of these what their sum tells, with twice the exposure, so
    the fit to both is the fit to the sum over years twice as long. Other laws have no such sum, and no posterior form here.
    """

    estimator: Any
    sampling: Sampling = SHORT

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells the estimator reads."""
        figures: xr.Dataset = self.estimator.figures(evidence)
        return figures

    def replicate(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Quantities:
        """From the prior."""
        everywhere = xr.ones_like(figures["reported"])
        full = figures.assign(dict.fromkeys(("reported", "lower", "upper"), everywhere))
        truth = self.estimator.simulate(full, rng)
        return self._ranked(figures, _with_counts(figures, truth["reported"]), truth, draws, rng)

    def replicate_given(
        self, figures: xr.Dataset, given: xr.Dataset, draws: int, rng: np.random.Generator
    ) -> Quantities:
        """From the posterior given the figures."""
        if not isinstance(self.estimator, POISSON):
            raise ModelError(f"{type(self.estimator).__name__} has no posterior form: expected a Poisson estimator")
        before = given[["true_count", "incidence", "reporting_probability"]]
        mean = before["incidence"] * figures["population"] * figures["years"] / PER
        share = before["reporting_probability"]
        seen = _poisson(mean * share, rng)
        truth = before.assign(true_count=before["true_count"] + seen + _poisson(mean * (1.0 - share), rng))
        template = _with_counts(figures, 2.0 * figures["reported"]).assign(years=2.0 * figures["years"])
        both = _with_counts(template, figures["reported"] + seen)
        return self._ranked(template, both, truth.assign(reported=both["reported"]), draws, rng)

    def _ranked(
        self, template: xr.Dataset, figures: xr.Dataset, truth: xr.Dataset, draws: int, rng: np.random.Generator
    ) -> Quantities:
        if isinstance(self.estimator, ExactEstimator):
            exact = panel_quantities(figures, truth, self.estimator.exact(figures, draws, rng)["posterior"])
            return {name: (actual, drawn.reshape(-1)) for name, (actual, drawn) in exact.items()}
        assert isinstance(self.estimator, GraphEstimator)  # noqa: S101  # calibrate has made sure
        settings = vars(self.sampling)
        for attempt in range(TRIES):
            sampling = Sampling(**{**settings, "draws": self.sampling.draws * LONGER**attempt})
            posterior = compiled.posterior(self.estimator, template, figures, sampling, rng)
            try:
                found = panel_quantities(figures, truth, posterior)
                return {name: (actual, thinned(drawn, draws, name)) for name, (actual, drawn) in found.items()}
            except ModelError:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")


def _with_counts(figures: xr.Dataset, counts: xr.DataArray) -> xr.Dataset:
    """The same design with other counts, missing where its own are."""
    values = np.where(np.isnan(figures["reported"].values), np.nan, counts.transpose("area", "period").values)
    return figures.assign(dict.fromkeys(("reported", "lower", "upper"), (("area", "period"), values)))


def _poisson(mean: xr.DataArray, rng: np.random.Generator) -> xr.DataArray:
    """Counts around a mean; not a number where the mean is not, in cells that an estimator leaves out."""
    mean = mean.transpose("area", "period")
    drawn = thinning.poisson_draws(rng, np.nan_to_num(mean.values))
    return mean.copy(data=np.where(np.isnan(mean.values), np.nan, drawn))
