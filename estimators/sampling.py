"""The only place that calls a sampler: PyMC's, silently, with everything named."""

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import xarray as xr

from estimators.errors import ConvergenceWarning, ModelError

if TYPE_CHECKING:
    import pymc as pm


@dataclass(frozen=True)
class Sampling:
    """How much to sample.

    Parameters
    ----------
    draws : int
        Draws kept: in all for an exact engine, whose draws are independent; in each chain for a sampler.
    tune, chains, target_accept : int, int, float
        Of the sampler; an exact engine has one chain.
    sampler : {"nutpie", "pymc", "numpyro", "blackjax"}
        Which implementation of NUTS.
    progress : bool
        Show a progress bar.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    target_accept: float = 0.95
    sampler: Literal["nutpie", "pymc", "numpyro", "blackjax"] = "nutpie"
    progress: bool = False

    def __post_init__(self) -> None:
        for name in ("draws", "tune", "chains"):
            if getattr(self, name) < 1:
                raise ModelError(f"sampling {name} = {getattr(self, name)}: expected at least 1")
        if not 0.0 < self.target_accept < 1.0:
            raise ModelError(f"sampling target_accept = {self.target_accept}: expected a probability between 0 and 1")


def sample(model: "pm.Model", sampling: Sampling, seed: int) -> tuple[xr.Dataset, xr.Dataset]:
    """Draws of the graph's variables and the sampler's statistics, dims (chain, draw, ...)."""
    import pymc as pm

    logging.getLogger("pymc").setLevel(logging.ERROR)
    with model:
        tree = pm.sample(
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            cores=min(sampling.chains, 2),
            random_seed=seed,
            nuts_sampler=sampling.sampler,
            target_accept=sampling.target_accept,
            progressbar=sampling.progress,
            compute_convergence_checks=False,
        )
    posterior, statistics = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
    divergences = int(statistics["diverging"].sum())
    if divergences:
        text = f"{divergences} divergent transitions: the result is not publishable; see estimators.convergence"
        warnings.warn(text, ConvergenceWarning, stacklevel=4)
    return posterior, statistics
