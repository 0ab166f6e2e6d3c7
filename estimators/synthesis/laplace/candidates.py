"""Draws of the effects of each area from proposals close to their posterior, in antithetic pairs."""

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.laplace.block import Block
from estimators.synthesis.laplace.gaussian import Gaussian, given_last
from estimators.synthesis.laplace.layout import Known
from estimators.synthesis.laplace.ridge import Ridge, draw_ridge
from estimators.synthesis.normal import LOG_TWO_PI

type Array = NDArray[np.float64]
type Candidate = tuple[Array, Array, Array]  # chain, border, log density of the proposal


def candidates(
    block: Block, known: Known, best: Gaussian, ridge: Ridge | None, p: Array, rng: np.random.Generator, *, bent: bool
) -> list[Candidate]:
    """Two draws of the effects of each area on opposite sides, and the log density of their proposal.

    Effects on reporting have probabilities p below, (effects, areas, draws). Where log probabilities bend, both have the same effects on
    reporting, and all others a Gaussian of their own given these.
    """
    plain = _around(block, best, rng) if ridge is None or best.wide is not None else []
    if ridge is None:
        return plain
    found = _given(block, known, best, ridge, p, rng) if bent else _along(block, best, ridge, p, rng)
    if best.wide is not None:
        at = best.wide.areas
        for mine, other in zip(found, plain, strict=True):
            mine[0][:, :, at], mine[1][:, at], mine[2][at] = other[0][:, :, at], other[1][:, at], other[2][at]
    return found


def _around(block: Block, best: Gaussian, rng: np.random.Generator) -> list[Candidate]:
    """From the Gaussian."""
    chain, border, log_density = best.deviate(rng)
    log_density = log_density + best.half_log_determinant() - 0.5 * block.layout.entries * LOG_TWO_PI
    return [(best.chain + sign * chain, best.border + sign * border, log_density) for sign in (1.0, -1.0)]


def _along(block: Block, best: Gaussian, ridge: Ridge, p: Array, rng: np.random.Generator) -> list[Candidate]:
    """Effects on reporting from their own densities, on opposite sides, the others from the Gaussian given these."""
    number = block.layout.ridge
    n, m = rng.standard_normal(best.chain.shape), rng.standard_normal(best.border.shape)
    rest = best.half_log_determinant() - 0.5 * (block.layout.entries - number) * LOG_TWO_PI
    rest += sum(np.log(best.arrow.corner[-j, -j]) for j in range(1, number + 1))
    rest -= 0.5 * ((n * n).sum(axis=(0, 1)) + (m[:-number] * m[:-number]).sum(axis=0))
    found = []
    for sign, side in ((1.0, p), (-1.0, 1.0 - p)):
        values, beside, log_density = draw_ridge(block.layout, ridge, best, side)
        chain, border = best.arrow.back(sign * n, sign * m, beside)
        chain, border = best.chain + chain, best.border + border
        border[-number:] = values
        found.append((chain, border, log_density + rest))
    return found


def _given(
    block: Block, known: Known, best: Gaussian, ridge: Ridge, p: Array, rng: np.random.Generator
) -> list[Candidate]:
    """Effects on reporting from their own densities, the others on opposite sides of a Gaussian fitted given these."""
    number = block.layout.ridge
    values, beside, log_density = draw_ridge(block.layout, ridge, best, p)
    chain, border = best.arrow.back(np.zeros_like(best.chain), np.zeros_like(best.border), beside)
    chain, border = best.chain + chain, best.border + border
    border[-number:] = values
    rest = given_last(block, known, chain, border, number)
    n, m = rng.standard_normal(rest.chain.shape), rng.standard_normal(rest.border.shape)
    chain, border = rest.arrow.back(n, m)
    log_density = log_density + rest.half_log_determinant() - 0.5 * (block.layout.entries - number) * LOG_TWO_PI
    log_density -= 0.5 * ((n * n).sum(axis=(0, 1)) + (m * m).sum(axis=0))
    return [
        (rest.chain + sign * chain, np.concatenate([rest.border + sign * border, values]), log_density)
        for sign in (1.0, -1.0)
    ]
