"""Gradient and negated Hessian of the log joint density of each area in its effects, as arrows, for many draws at once."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimators.errors import EngineError
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.laplace.block import Block, Key, Term
from estimators.synthesis.laplace.forward import FORWARD, Forward
from estimators.synthesis.laplace.layout import Known, world_of
from estimators.synthesis.laplace.system import Spread, System, standardised, wide_rows

type Array = NDArray[np.float64]
type Slopes = Mapping[Key, Mapping[int, Array]]

NODES = ((0.0, 2.0 / 3.0), (3.0**0.5, 1.0 / 6.0), (-(3.0**0.5), 1.0 / 6.0))  # of a standard normal, exact to degree 5
LOCATIONS = ("log_mean", "logit", "mean")


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
    return System(*standardised(block, known, chain, border, gradients, curves), wide_rows(block, known, wide, draws))


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


def _add(found: dict[Any, Array], key: Any, values: Array) -> None:
    if key in found:
        found[key] += values
    else:
        found[key] = values
