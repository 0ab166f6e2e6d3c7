"""Replicates as areas: an exact estimator fits ten thousand of them in one call."""

from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.calibration.ranks import Ranks, ranks_of
from estimators.inference import ExactEstimator
from estimators.numeric import thinning

type Array = NDArray[np.float64]


class Simulator(ExactEstimator, Protocol):
    """An exact estimator that can also draw truth and figures from its own assumptions."""

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and reported counts over (area, period)."""
        ...


def ranks_at_once(
    estimator: Simulator, replicates: int, draws: int, population: float, rng: np.random.Generator
) -> dict[str, Ranks]:
    """Ranks by quantity, every replicate an area of `population` persons in one year."""
    design = _design(replicates, population)
    truth = estimator.simulate(design, rng)
    figures = design.assign(dict.fromkeys(("reported", "lower", "upper"), truth["reported"]))
    posterior = estimator.exact(figures, draws, rng)["posterior"].isel(chain=0, period=0)
    found = _quantities(truth.isel(period=0), posterior)
    return {name: ranks_of(actual, drawn, rng) for name, (actual, drawn) in found.items()}


def _design(replicates: int, population: float) -> xr.Dataset:
    shape = (replicates, 1)
    cells = {name: (("area", "period"), np.ones(shape)) for name in ("reported", "lower", "upper")}
    return xr.Dataset(
        {**cells, "years": ("period", np.ones(1)), "population": (("area", "period"), np.full(shape, population))},
        coords={"area": np.arange(replicates).astype(str), "period": ["one year"]},
    )


def _quantities(truth: xr.Dataset, posterior: xr.Dataset) -> dict[str, tuple[Array, Array]]:
    """Truth (replicates,) and draws (draws, replicates) of each parameter, and of the log likelihood."""
    found = {
        str(name): (truth[name].values, posterior[name].transpose("draw", "area").values)
        for name in posterior
        if name in truth
    }
    reported = truth["reported"].values
    likelihood = [
        thinning.binomial_log_probability(
            reported, found["true_count"][which], special.logit(found["reporting_probability"][which])
        )
        for which in (0, 1)
    ]
    return found | {"log_likelihood": (likelihood[0], likelihood[1])}
