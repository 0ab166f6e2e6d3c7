"""The only place that calls a sampler: silently, with everything named, and a compiled model used again where it can be."""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

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
        Which implementation of NUTS; the last two come with ``pip install darkfigure[jax]``.
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
    """Draws of the graph's variables and the sampler's statistics, dims (chain, draw, ...).

    Warns
    -----
    ConvergenceWarning
        If transitions diverged.
    """
    posterior, statistics = Sampler(model).sample(sampling, seed)
    divergences = int(statistics["diverging"].sum())
    if divergences:
        text = f"{divergences} divergent transitions: the result is not publishable; see estimators.convergence"
        warnings.warn(text, ConvergenceWarning, stacklevel=4)
    return posterior, statistics


@dataclass
class Sampler:
    """A model that is compiled once and sampled as often as its data change; only nutpie keeps what it has compiled.

    Parameters
    ----------
    model : pymc.Model
        Its `pm.Data` may be given anew in `sample`.
    """

    model: "pm.Model"
    _compiled: Any = field(default=None, repr=False)

    def sample(
        self, sampling: Sampling, seed: int, data: Mapping[str, NDArray[np.float64]] | None = None
    ) -> tuple[xr.Dataset, xr.Dataset]:
        """Draws and statistics, with other values for some of the model's data."""
        if sampling.sampler == "nutpie":
            return self._nutpie(sampling, seed, data or {})
        if sampling.sampler in ("numpyro", "blackjax") and find_spec(sampling.sampler) is None:
            raise ModelError(f"sampler {sampling.sampler!r} is not installed: expected pip install 'darkfigure[jax]'")
        import pymc as pm

        logging.getLogger("pymc").setLevel(logging.ERROR)
        before = {name: self.model[name].get_value() for name in data or {}}
        with self.model:
            pm.set_data(dict(data or {}))
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
            pm.set_data(before)
        return tree["posterior"].to_dataset(), _numbers(tree["sample_stats"].to_dataset())

    def _nutpie(
        self, sampling: Sampling, seed: int, data: Mapping[str, NDArray[np.float64]]
    ) -> tuple[xr.Dataset, xr.Dataset]:
        import nutpie

        if self._compiled is None:
            self._compiled = nutpie.compile_pymc_model(self.model)
        compiled = self._compiled.with_data(**data) if data else self._compiled
        tree = nutpie.sample(
            compiled,
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            cores=min(sampling.chains, 2),
            seed=seed,
            target_accept=sampling.target_accept,
            progress_bar=sampling.progress,
        )
        return tree["posterior"].to_dataset(), _numbers(tree["sample_stats"].to_dataset())


def _numbers(statistics: xr.Dataset) -> xr.Dataset:
    """Statistics that are numbers or truth values: messages and vectors over the flat space are the sampler's own business."""
    kept = [
        name for name, values in statistics.items() if values.dtype.kind in "biuf" and values.dims == ("chain", "draw")
    ]
    return statistics[kept]
