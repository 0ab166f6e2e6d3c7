"""Integrals over the effects of each area, estimated without bias from antithetic pairs of draws around its best Gaussian."""

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.laplace.block import Block
from estimators.synthesis.laplace.candidates import candidates
from estimators.synthesis.laplace.gaussian import Gaussian
from estimators.synthesis.laplace.layout import Known
from estimators.synthesis.laplace.ridge import make_ridge

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]

AT_ONCE = 120_000  # cells × draws: arrays that stay in cache
TIMES = (1, 2, 5, 10)  # as many pairs: where log probabilities are straight, and where they bend, more and more


def integrals(
    block: Block, best: Gaussian, known: Known, bent: Index, pairs: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Log of each area's integral, (areas, draws), and effects drawn with the weights of their pairs, (entries, areas, draws).

    Parameters
    ----------
    bent : Array
        How much the log of reporting probabilities bends, (draws,), a place in `TIMES`.
    pairs : int
        Of draws, where it is straight.
    """
    found = np.empty((block.areas, len(bent))), np.empty((block.layout.entries, block.areas, len(bent)))
    for degree in np.unique(bent):
        those = np.flatnonzero(bent == degree)
        number = pairs * TIMES[degree]
        values = _integrated(block, best.taken(those), taken(known, those), number, rng, bent=degree > 0)
        for whole, part in zip(found, values, strict=True):
            whole[..., those] = part
    return found


def taken(known: Known, those: Index) -> dict[str, Array]:
    """Some draws of the unknowns."""
    return {name: values[..., those] for name, values in known.items()}


def _integrated(
    block: Block, best: Gaussian, known: Known, pairs: int, rng: np.random.Generator, *, bent: bool
) -> tuple[Array, Array]:
    """As `integrals`; pairs are drawn as many at once as make arrays of the right size, their effects on reporting in strata."""
    areas, draws = best.border.shape[1:]
    weights, height = [], np.full((areas, draws), -np.inf)
    chain, border = np.empty_like(best.chain), np.empty_like(best.border)
    shift = rng.integers(pairs, size=(block.layout.ridge, areas, 1, draws))
    at_once = int(np.clip(AT_ONCE // (block.panel.grid.size * draws), 1, pairs))
    for group in np.array_split(np.arange(pairs), -(-pairs // at_once)):
        number = len(group)
        many, spread = best.repeated(number), {name: np.tile(values, number) for name, values in known.items()}
        ridge = make_ridge(block, spread, many) if block.layout.ridge else None
        stratum = (group[:, None] + shift) % pairs
        p = ((stratum + rng.random(stratum.shape)) / pairs).reshape(-1, areas, number * draws)
        for c, b, log_proposal in candidates(block, spread, many, ridge, p, rng, bent=bent):
            log_weight = (block.log_joint(spread, c, b) - log_proposal).reshape(areas, number, draws)
            weights.append(log_weight)
            raised = log_weight + rng.gumbel(size=log_weight.shape)
            chosen = raised.argmax(axis=1)[:, None]
            better = np.take_along_axis(raised, chosen, axis=1)[:, 0] > height
            np.copyto(height, raised.max(axis=1), where=better)
            for kept, drawn in ((chain, c), (border, b)):
                shape = (*drawn.shape[:-1], number, draws)
                np.copyto(kept, _along(drawn.reshape(shape), chosen), where=better)
    stacked = np.concatenate(weights, axis=1)
    top = stacked.max(axis=1)
    log_integral = top + np.log(np.exp(stacked - top[:, None]).mean(axis=1))
    return log_integral, np.concatenate([chain.reshape(chain.shape[0] * chain.shape[1], areas, draws), border])


def _along(values: Array, chosen: Index) -> Array:
    """Of values (..., areas, number, draws) those chosen, (areas, 1, draws)."""
    if values.shape[-2] == 1:
        return values[..., 0, :]
    return np.take_along_axis(values, chosen.reshape((1,) * (values.ndim - 3) + chosen.shape), axis=-2)[..., 0, :]
