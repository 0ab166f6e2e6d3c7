"""The only place that calls a sampler: PyMC's, silently, with everything named."""

import logging
from typing import TYPE_CHECKING

import xarray as xr

if TYPE_CHECKING:
    import pymc as pm

    from estimators.inference import Sampling


def sample(model: "pm.Model", sampling: "Sampling", seed: int) -> tuple[xr.Dataset, xr.Dataset]:
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
    return tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
