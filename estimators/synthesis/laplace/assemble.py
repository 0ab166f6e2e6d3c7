"""Gradient and negated Hessian of the log joint density of each area in its effects, as arrows, for many draws at once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimators.errors import EngineError
from estimators.numeric.arrow import Arrow
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.laplace.block import Block, Key, Term, chain_pull
from estimators.synthesis.laplace.forward import FORWARD, Forward
from estimators.synthesis.laplace.layout import Known, world_of

type Array = NDArray[np.float64]
type Slopes = Mapping[Key, Mapping[int, Array]]
type Spread = Mapping[tuple[int, int], Array]

NODES = ((0.0, 2.0 / 3.0), (3.0**0.5, 1.0 / 6.0), (-(3.0**0.5), 1.0 / 6.0))  # of a standard normal, exact to degree 5
LOCATIONS = ("log_mean", "logit", "mean")


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


def row_slopes(block: Block, known: Known, chain: Array, border: Array) -> dict[Key, Mapping[int, Array]]:
    """Slopes of every row's location by kind of effect.

    Raises
    ------
    EngineError
        If anything but the location of a distribution depends on effects.
    """
    world = world_of(block.panel, block.layout, known, chain, border, block.seeds())
    found = {}
    for key, each in block.panel.distributions(world).items():
        for field in fields(each):  # type: ignore[arg-type]
            value = getattr(each, field.name)
            if isinstance(value, Forward) and value.slopes and field.name not in LOCATIONS:
                text = f"{key[0]}: {key[1]}: {field.name} depends on effects: expected of parameters alone by engine 'laplace'"
                raise EngineError(text)
        found[key] = each.location().slopes
    return found


def assemble(
    block: Block,
    known: Known,
    chain: Array,
    border: Array,
    slopes: Slopes,
    *,
    spread: Spread | None = None,
    working: bool = False,
) -> System:
    """The system at given effects, with the slopes of rows given.

    The Hessian leaves out the curvature of the rows' locations and is positive definite. With `spread`, derivatives are averaged over
    the normal distribution of each row's location: the system of the best Gaussian instead of that of the mode. With `working`, rows are
    replaced by their working values.
    """
    layout, areas, draws = block.layout, block.areas, border.shape[-1]
    world = world_of(block.panel, layout, known, chain, border)
    first: dict[int, Array] = {}
    second: dict[tuple[int, int], Array] = {}
    wide: list[tuple[int, Array, dict[int, Array]]] = []
    for key, distribution in block.panel.distributions(world).items():
        term, along = block.terms[key], slopes[key]
        slope, curvature = _working(distribution, term) if working else _derivatives(distribution, term, along, spread)
        curvature = np.maximum(curvature, 0.0)
        full = (len(term.rows), draws)
        for kind, one in along.items():
            _add(first, kind, term.split @ np.broadcast_to(slope * one, full))
            weighted = curvature * one
            for other, two in along.items():
                if other >= kind:
                    _add(second, (kind, other), term.place @ np.broadcast_to(weighted * two, full))
        for row, area, divided in term.wide:
            root = np.sqrt(np.broadcast_to(curvature, full)[row])
            wide.append((area, divided, {kind: root * np.broadcast_to(one, full)[row] for kind, one in along.items()}))
    kinds = 1 + max((*block.kinds[0], *block.kinds[1]))
    shape = (max(layout.periods, 1), areas, draws)
    zero = np.zeros(shape)
    gradients = [first[kind].reshape(shape) if kind in first else zero for kind in range(kinds)]
    curves = {
        (a, b): second[a, b].reshape(shape) if (a, b) in second else zero for a in range(kinds) for b in range(a, kinds)
    }
    return System(*_standardised(block, known, chain, border, gradients, curves), _wide(block, known, wide, draws))


def _working(distribution: Distribution, term: Term) -> tuple[Array, Array]:
    """As of a normal figure of each row's location: a first step that does not depend on where it begins."""
    towards, precision = (
        each if isinstance(each, Forward) else Forward(np.asarray(each)[:, None])
        for each in distribution.working(term.rows, FORWARD)
    )
    away = towards.value - distribution.location().value
    return precision.value * away, precision.value * np.ones_like(away)


def _derivatives(
    distribution: Distribution, term: Term, slopes: Mapping[int, Array], spread: Spread | None
) -> tuple[Array, Array]:
    """First and negated second derivative of each row's log density, averaged over the spread of its location where that is given."""
    if spread is None or not slopes:
        first, second = distribution.derivatives(term.rows, FORWARD)
        return first.value, second.value
    variance: Any = 0.0
    back = term.place.T
    for kind, one in slopes.items():
        for other, two in slopes.items():
            if other >= kind and (kind, other) in spread:
                variance = variance + (1.0 if other == kind else 2.0) * one * two * (back @ spread[kind, other])
    sd = np.sqrt(np.maximum(variance, 0.0))
    name = next(name for name in LOCATIONS if hasattr(distribution, name))
    centre = getattr(distribution, name).value
    slope: Any = 0.0
    curvature: Any = 0.0
    for node, weight in NODES:
        moved: Any = replace(distribution, **{name: Forward(centre + node * sd)})  # type: ignore[type-var]
        first, second = moved.derivatives(term.rows, FORWARD)
        slope, curvature = slope + weight * first.value, curvature + weight * second.value
    return slope, curvature


def spread_of(block: Block, known: Known, arrow: Arrow) -> dict[tuple[int, int], Array]:
    """Covariances of what entries of each kind add up to in each period and area, (periods × areas, draws)."""
    chain, edge, corner = arrow.covariances()
    (kinds, chain_kinds), (scales, chain_scales) = block.kinds, _scales(block, known)
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


def _add(found: dict[Any, Array], key: Any, values: Array) -> None:
    if key in found:
        found[key] += values
    else:
        found[key] = values


def _scales(block: Block, known: Known) -> tuple[list[Any], list[Any]]:
    """The scale of each entry of border and chain, (1, draws) or 1."""
    border = [known[effect.scale] if effect.scale else 1.0 for effect, _ in block.layout.border]
    return border, [known[effect.scale] if effect.scale else 1.0 for effect in block.layout.chain]


def _standardised(
    block: Block, known: Known, chain: Array, border: Array, slopes: list[Array], curves: dict[tuple[int, int], Array]
) -> tuple[Array, Array, Array, Array, Array]:
    """Gradient and arrow in units of the scales, with the prior."""
    layout, (kinds, chain_kinds) = block.layout, block.kinds
    scales, chain_scales = _scales(block, known)
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
        if layout.walks[e]:
            chain_gradient[0, e] = -chain[0, e]
            edge[0, e] = 0.0
            blocks[0, e] = blocks[0, :, e] = 0.0
    for e in range(k):
        blocks[:, e, e] += layout.precision[:, e, None, None]
    return chain_gradient, gradient, blocks, edge, corner


def _wide(block: Block, known: Known, rows: list[tuple[int, Array, dict[int, Array]]], draws: int) -> Wide | None:
    if not rows:
        return None
    layout, (kinds, chain_kinds) = block.layout, block.kinds
    scales, chain_scales = _scales(block, known)
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
