"""The few operations that a model's formulas need, for arrays and for PyMC's symbols alike, so that each formula is written once.

Cells stand on the last axis. Arrays may have further axes before it, one entry a draw; symbols have none.
"""

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import special

type Values = Any  # an array, or a symbol of PyTensor: whatever the operations belong to
type Operations = SimpleNamespace


def _walk(steps: Values, areas: int) -> Values:
    """Sums of the steps of each area, 0 in its first period: (..., areas × (periods - 1)) to (..., areas × periods)."""
    shaped = steps.reshape((*steps.shape[:-1], areas, steps.shape[-1] // areas))
    sums = np.concatenate([np.zeros((*shaped.shape[:-1], 1)), np.cumsum(shaped, axis=-1)], axis=-1)
    return sums.reshape((*steps.shape[:-1], -1))


def _weighted_sums(cells: Values, weights: Any) -> Values:
    """Sums of cells with the weights of a sparse matrix (rows, cells): (..., cells) to (..., rows)."""
    found = weights @ cells.reshape((-1, cells.shape[-1])).T
    return np.ascontiguousarray(found.T).reshape((*cells.shape[:-1], weights.shape[0]))


NUMPY: Operations = SimpleNamespace(
    exp=np.exp,
    log=np.log,
    log1p=np.log1p,
    log_expit=special.log_expit,
    log_reporting=special.log_expit,
    logaddexp=np.logaddexp,
    lgamma=special.gammaln,
    where=np.where,
    concatenate=lambda parts: np.concatenate(np.broadcast_arrays(*parts) if len(parts) == 1 else _aligned(parts), axis=-1),
    log_sum=lambda x: special.logsumexp(x, axis=-1),
    total=lambda x: x.sum(axis=-1),
    digamma=special.digamma,
    trigamma=lambda x: special.polygamma(1, x),
    walk=_walk,
    weighted_sums=_weighted_sums,
)  # fmt: skip


def _aligned(parts: list[Values]) -> list[Values]:
    """Give all parts the same axes before the last."""
    lead = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return [np.broadcast_to(part, (*lead, part.shape[-1])) for part in parts]


def _straight(logit: Values) -> Values:
    """Take log ρ as a function of logit ρ with slope 1 through the mean of the draws: what it is where ρ is small."""
    middle = logit.mean(axis=0)
    return special.log_expit(middle) + (logit - middle)


SMALL_SHARE: Operations = SimpleNamespace(**(vars(NUMPY) | {"log_reporting": _straight}))
"""For derivatives alone: reporting probabilities as if they were small, so that what their curvature would say of levels is left out."""


@cache
def pytensor_operations() -> Operations:
    """The same for the symbols of PyTensor."""
    import pytensor.tensor as pt

    def walk(steps: Values, areas: int) -> Values:
        shaped = steps.reshape((areas, -1))
        sums = pt.concatenate([pt.zeros((areas, 1)), pt.cumsum(shaped, axis=1)], axis=1)
        return sums.reshape((-1,))

    def weighted_sums(cells: Values, weights: Any) -> Values:
        row, cell = weights.tocoo().coords
        return pt.inc_subtensor(pt.zeros(weights.shape[0])[row], cells[cell] * weights.data)

    return SimpleNamespace(
        exp=pt.exp,
        log=pt.log,
        log1p=pt.log1p,
        log_expit=lambda x: -pt.softplus(-x),
        log_reporting=lambda x: -pt.softplus(-x),
        logaddexp=pt.logaddexp,
        lgamma=pt.gammaln,
        where=pt.where,
        concatenate=lambda parts: pt.concatenate(parts, axis=-1),
        log_sum=lambda x: pt.logsumexp(x, axis=-1),
        walk=walk,
        weighted_sums=weighted_sums,
    )
