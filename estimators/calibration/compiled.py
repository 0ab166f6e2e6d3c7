"""A graph compiled once a process, its figures changed from replicate to replicate."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from estimators.errors import ModelError
from estimators.execution import fingerprint
from estimators.inference import GraphEstimator
from estimators.sampling import Sampler, Sampling

if TYPE_CHECKING:
    import pymc as pm

FIGURES = "figures of the replicate"
MOST_KEPT = 4

_kept: dict[str, Sampler] = {}


def posterior(
    estimator: GraphEstimator, template: xr.Dataset, figures: xr.Dataset, sampling: Sampling, rng: np.random.Generator
) -> xr.Dataset:
    """Posterior of the estimator given figures of the same design as the template.

    Parameters
    ----------
    estimator : GraphEstimator
        Its graph has one observed variable, an entry for each figure, area by area.
    template, figures : xarray.Dataset
        The figures for which the graph is compiled, and those to which it is fitted; they differ in their counts only.
    sampling : Sampling
        How much.
    rng : numpy.random.Generator
        Source of chance.
    """
    name = fingerprint((type(estimator), repr(estimator), estimator, template))
    if name not in _kept:
        while len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[name] = Sampler(changeable(estimator.graph(template)))
    counts = figures["reported"].transpose("area", "period").values.ravel()
    draws, _ = _kept[name].sample(sampling, int(rng.integers(2**31)), {FIGURES: counts[~np.isnan(counts)]})
    return estimator.complete(draws, figures, rng)["posterior"]


def changeable(model: "pm.Model") -> "pm.Model":
    """The model with its figures as data that can be given anew, in the type they had.

    Raises
    ------
    ModelError
        If it has other than one observed variable, or other than one dimension of it.
    """
    from pytensor.compile.sharedvalue import shared

    observed = model.observed_RVs
    if len(observed) != 1 or observed[0].ndim != 1:
        raise ModelError(f"a graph with {len(observed)} observed variables: expected one, an entry for each figure")
    constant = model.rvs_to_values[observed[0]]
    data = shared(np.asarray(constant.data), name=FIGURES)
    model.rvs_to_values[observed[0]] = data
    del model.values_to_rvs[constant]
    model.values_to_rvs[data] = observed[0]
    return model
