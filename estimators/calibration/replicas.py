"""Replicates one by one: the protocol of what can be replicated, and one replicate as a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.calibration.ranks import ranks_of
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.execution import Result, Seed

type Array = NDArray[np.float64]
type Quantities = Mapping[str, tuple[float, Array]]


@runtime_checkable
class Replicable(Protocol):
    """What can simulate its own truth and figures, fit them, and say the truth and the draws of every quantity.

    The quantities have the same names in every replicate. Draws are independent, or thinned until they nearly are
    (`estimators.calibration.thinned`). Besides parameters there is at least one quantity of parameters and figures together, such as
    the log likelihood: without one, a posterior that repeats the prior goes unnoticed. A fit that cannot be trusted raises an error.
    All chance comes from `rng`.
    """

    def figures(self, evidence: Evidence) -> Any:
        """The design: which cells there are, and which of them have a figure. The figures themselves are replaced."""
        ...

    def replicate(self, figures: Any, draws: int, rng: np.random.Generator) -> Quantities:
        """Truth from the prior, figures from the truth, a fit to them: name to (truth, draws of shape (draws,))."""
        ...


@runtime_checkable
class ReplicableGiven(Replicable, Protocol):
    """What can also be replicated around figures that were seen."""

    def replicate_given(self, figures: Any, given: xr.Dataset, draws: int, rng: np.random.Generator) -> Quantities:
        """Truth `given`, one draw of the posterior given `figures`; new figures of the same design; a fit to both together."""
        ...


@dataclass(frozen=True)
class Plan:
    """What every replicate of one calibration is told.

    Parameters
    ----------
    estimator : Replicable
        What is calibrated.
    figures : object
        Its figures of the design.
    draws : int
        Draws among which the truth is ranked.
    given : xarray.Dataset, optional
        In the posterior form, truths over ``truth``, one for each replicate: a truth that were used twice would count as two.
    """

    estimator: Replicable
    figures: Any
    draws: int
    given: xr.Dataset | None = None


def one_replicate(plan: Plan, seed: Seed) -> Result:
    """Rank of each quantity's truth among its draws; the task that calibration runs."""
    rng = np.random.default_rng(seed)
    if plan.given is None:
        found = plan.estimator.replicate(plan.figures, plan.draws, rng)
    else:
        assert isinstance(plan.estimator, ReplicableGiven)  # noqa: S101  # calibrate has made sure
        truth = plan.given.isel(truth=seed.spawn_key[-1])
        found = plan.estimator.replicate_given(plan.figures, truth, plan.draws, rng)
    return {"ranks": {name: _rank(name, *pair, plan.draws, rng) for name, pair in found.items()}}


def truths(posterior: xr.Dataset, count: int) -> xr.Dataset:
    """Draws of a posterior, evenly spread over its chains, along ``truth``.

    Raises
    ------
    ModelError
        If it has fewer.
    """
    total = posterior.sizes["chain"] * posterior.sizes["draw"]
    if total < count:
        raise ModelError(f"a result of {total:,} draws for {count:,} replicates: expected a draw for each")
    flat = (
        posterior.reset_coords(drop=True).drop_vars(["chain", "draw"], errors="ignore").stack(truth=("chain", "draw"))
    )
    return flat.isel(truth=(np.arange(count) * total) // count).drop_vars(["truth", "chain", "draw"])


def _rank(name: str, actual: float, drawn: Array, draws: int, rng: np.random.Generator) -> int:
    values = np.asarray(drawn, dtype=float).reshape(-1)
    if len(values) < draws:
        raise ModelError(f"{name}: {len(values)} draws: expected {draws}")
    if np.isnan(actual) or np.isnan(values).any():
        raise ModelError(f"{name}: not a number: expected finite truth and draws")
    kept = values[(np.arange(draws) * len(values)) // draws]
    return int(ranks_of(np.array([float(actual)]), kept[:, None], rng)[0])
