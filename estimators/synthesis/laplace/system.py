"""Gradient and arrow of a block in units of the scales, with the prior; what entries of one kind add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimators.numeric.arrow import Arrow
from estimators.synthesis.laplace.block import Block, chain_pull
from estimators.synthesis.laplace.layout import Known

type Array = NDArray[np.float64]
type Spread = Mapping[tuple[int, int], Array]


@dataclass(frozen=True, eq=False)
class Wide:
    """Rows that reach over many periods: precision of rank R beside the arrow, for some areas.

    Parameters
    ----------
    areas : Array
        Which areas have such rows.
    chain, border : Array
        Square root of each row's curvature times its slopes, shapes (R, periods, effects, areas, draws) and (R, effects, areas, draws).
    """

    areas: NDArray[np.intp]
    chain: Array
    border: Array

    def along(self, chain: Array, border: Array) -> Array:
        """The slopes times a vector of the areas, (R, areas, draws)."""
        return np.asarray((self.chain * chain).sum(axis=(1, 2)) + (self.border * border).sum(axis=1))


@dataclass(frozen=True, eq=False)
class System:
    """Gradient and negated Hessian.

    Parameters
    ----------
    chain_gradient, gradient : Array
        Shapes (periods, effects, areas, draws) and (effects, areas, draws).
    chain, edge, corner : Array
        Blocks of an arrow, positive definite.
    wide : Wide or None
        What the arrow leaves out.
    """

    chain_gradient: Array
    gradient: Array
    chain: Array
    edge: Array
    corner: Array
    wide: Wide | None


def scales_of(block: Block, known: Known) -> tuple[list[Any], list[Any]]:
    """The scale of each entry of border and chain, (1, draws) or 1."""
    border = [known[effect.scale] if effect.scale else 1.0 for effect, _ in block.layout.border]
    return border, [known[effect.scale] if effect.scale else 1.0 for effect in block.layout.chain]


def standardised(
    block: Block, known: Known, chain: Array, border: Array, slopes: list[Array], curves: dict[tuple[int, int], Array]
) -> tuple[Array, Array, Array, Array, Array]:
    """Gradient and arrow in units of the scales, with the prior."""
    layout, (kinds, chain_kinds) = block.layout, block.kinds
    scales, chain_scales = scales_of(block, known)
    b, k = len(kinds), len(chain_kinds)

    def curve(one: int, other: int) -> Array:
        return curves[min(one, other), max(one, other)]

    summed = {pair: values.sum(axis=0) for pair, values in curves.items()}
    total = [values.sum(axis=0) for values in slopes]
    corner = np.empty((b, b, *border.shape[1:]))
    edge = np.empty((layout.periods, k, b, *border.shape[1:]))
    blocks = np.empty((layout.periods, k, k, *border.shape[1:]))
    gradient, chain_gradient = np.empty_like(border), -chain_pull(layout, chain) if k else np.empty_like(chain)
    for i in range(b):
        effect = layout.border[i][0]
        nu, x = effect.degrees, border[i]
        pull = (nu + 1.0) / (nu + x * x) if nu else 1.0
        gradient[i] = scales[i] * total[kinds[i]] - pull * x
        for j in range(i + 1):
            values = scales[i] * scales[j] * summed[min(kinds[i], kinds[j]), max(kinds[i], kinds[j])]
            corner[i, j] = corner[j, i] = values + pull if i == j else values
    for e in range(k):
        chain_gradient[:, e] += chain_scales[e] * slopes[chain_kinds[e]]
        for j in range(b):
            edge[:, e, j] = chain_scales[e] * scales[j] * curve(chain_kinds[e], kinds[j])
        for f in range(e + 1):
            blocks[:, e, f] = blocks[:, f, e] = (
                chain_scales[e] * chain_scales[f] * curve(chain_kinds[e], chain_kinds[f])
            )
    for e in np.flatnonzero(layout.walks).tolist():  # from 0: figures see nothing of the first place
        chain_gradient[0, e] = -chain[0, e]
        edge[0, e] = 0.0
        blocks[0, e] = blocks[0, :, e] = 0.0
    for e in range(k):
        blocks[:, e, e] += layout.precision[:, e, None, None]
    return chain_gradient, gradient, blocks, edge, corner


def wide_rows(block: Block, known: Known, rows: list[tuple[int, Array, dict[int, Array]]], draws: int) -> Wide | None:
    """Rows that reach over many periods, each (area, how it is divided among periods, root of its curvature × slopes by kind)."""
    if not rows:
        return None
    layout, (kinds, chain_kinds) = block.layout, block.kinds
    scales, chain_scales = scales_of(block, known)
    areas = np.unique([area for area, _, _ in rows])
    rank = max(sum(area == other for other, _, _ in rows) for area in areas)
    chain = np.zeros((rank, layout.periods, len(chain_kinds), len(areas), draws))
    border = np.zeros((rank, len(kinds), len(areas), draws))
    used = np.zeros(len(areas), dtype=int)
    for area, divided, slopes in rows:
        place = int(np.searchsorted(areas, area))
        number = used[place]
        used[place] += 1
        for i, kind in enumerate(kinds):
            if kind in slopes:
                border[number, i, place] = scales[i] * slopes[kind]
        for e, kind in enumerate(chain_kinds):
            if kind in slopes:
                chain[number, :, e, place] = divided[:, None] * (chain_scales[e] * slopes[kind])
            if layout.walks[e]:
                chain[number, 0, e, place] = 0.0
    return Wide(areas, chain, border)


def spread_of(block: Block, known: Known, arrow: Arrow) -> dict[tuple[int, int], Array]:
    """Covariances of what entries of each kind add up to in each period and area, (periods × areas, draws)."""
    chain, edge, corner = arrow.covariances()
    (kinds, chain_kinds), (scales, chain_scales) = block.kinds, scales_of(block, known)
    kinds = kinds[: len(corner)]  # where the last are given
    places = max(block.layout.periods, 1)
    found: dict[tuple[int, int], Array] = {}

    def add(one: int, other: int, values: Array) -> None:
        pair = min(one, other), max(one, other)
        full = np.broadcast_to(values, (places, *values.shape[-2:]))
        found[pair] = found[pair] + full if pair in found else full

    for i, one in enumerate(kinds):
        for j, other in enumerate(kinds):
            if one <= other:
                add(one, other, scales[i] * scales[j] * corner[i, j])
    for e, one in enumerate(chain_kinds):
        for j, other in enumerate(kinds):
            values = chain_scales[e] * scales[j] * edge[:, e, j]
            add(one, other, 2.0 * values if one == other else values)
        for f, other in enumerate(chain_kinds):
            if one <= other:
                add(one, other, chain_scales[e] * chain_scales[f] * chain[:, e, f])
    return {pair: values.reshape(-1, values.shape[-1]) for pair, values in found.items()}
