"""Which unknowns are integrated area by area, and how they lie: a border of effects of the area, a chain of effects of its periods."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimators.errors import EngineError
from estimators.synthesis.grid import Grid
from estimators.synthesis.laplace.forward import FORWARD, Forward
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Effect
from estimators.synthesis.world import World

type Array = NDArray[np.float64]
type Seeds = Mapping[str, Mapping[Any, Array]]
type Known = Mapping[str, Array]

BORDER, CHAIN = ("area", "area_stratum"), ("area_step", "area_period")


@dataclass(frozen=True, eq=False)
class Layout:
    """Effects of areas in order.

    Parameters
    ----------
    border : tuple of (Effect, int)
        Effects of an area, one entry each; of an effect over strata the number of the stratum, else -1.
    chain : tuple of Effect
        Effects of periods: walks, as sums from 0 in the first period, and shocks; in units of their scales.
    periods : int
        Places of the chain; 0 where there are no such effects.
    """

    border: tuple[tuple[Effect, int], ...]
    chain: tuple[Effect, ...]
    periods: int

    @cached_property
    def walks(self) -> NDArray[np.bool_]:
        """Which effects of periods are walks."""
        return np.array([effect.over == "area_step" for effect in self.chain], dtype=bool)

    @cached_property
    def precision(self) -> Array:
        """Diagonal of the prior precision of the chain, (periods, effects): the first place of a walk is a standard normal of no use."""
        found = np.ones((self.periods, len(self.chain)))
        found[1:-1, self.walks] = 2.0
        return found

    @cached_property
    def link(self) -> Array:
        """Negated prior precision between each period and the one before, (periods, effects)."""
        found = np.zeros((self.periods, len(self.chain)))
        found[2:, self.walks] = 1.0
        return found

    @property
    def ridge(self) -> int:
        """How many of the last effects of the border figures see only in a sum with others: those of a reporting probability."""
        names = {effect.name for effect, _ in self.border} - {""}
        return sum(effect.seen_with in names for effect, _ in self.border)

    @property
    def entries(self) -> int:
        """Entries of an area."""
        return len(self.border) + self.periods * len(self.chain)


def make_layout(panel: Panel) -> Layout:
    """Sort the effects of a panel.

    Raises
    ------
    EngineError
        Naming the effect that couples areas.
    """
    for part in panel.parts:
        if getattr(part, "neighbours", ()):
            raise EngineError(
                f"neighbours of {part.name}: effects that follow the map couple all areas; engine 'laplace' cannot take them"
            )
    for effect in panel.effects:
        if effect.over not in (*BORDER, *CHAIN):
            raise EngineError(
                f"effect {effect.name} over {effect.over}: engine 'laplace' takes effects of single areas alone"
            )
        if effect.degrees and effect.over in CHAIN:
            raise EngineError(
                f"effect {effect.name} over {effect.over}: engine 'laplace' takes Student effects of whole areas alone"
            )
    _, strata, periods = panel.grid.shape
    border = [
        (effect, stratum)
        for effect in panel.effects
        if effect.over in BORDER
        for stratum in (range(strata) if effect.over == "area_stratum" else (-1,))
    ]
    chain = tuple(effect for effect in panel.effects if effect.over in CHAIN)
    names = {effect.name for effect in panel.effects}
    border.sort(
        key=lambda entry: (entry[0].seen_with in names) * (1 + (entry[0].over == "area"))
    )  # the ridge comes last
    nothing = Effect("", "area")  # where there are no effects of areas, a standard normal of no use keeps the shapes
    return Layout(tuple(border) or ((nothing, -1),), chain, periods if chain else 0)


def world_of(
    panel: Panel, layout: Layout, known: Known, chain: Array, border: Array, seeds: Seeds | None = None
) -> World:
    """Quantities at given values.

    Parameters
    ----------
    known : mapping of str to Array
        Locations, scales and logits of shares, each of shape (1, draws).
    chain, border : Array
        Standardised effects, shapes (periods, effects, areas, draws) and (effects, areas, draws).
    seeds : mapping, optional
        For each effect the slopes of its entries, by direction; none for values alone.
    """
    found = {name: Forward(values) for name, values in known.items()}
    for effect, values in effects(panel.grid, layout, chain, border):
        scaled = values * known[effect.scale] if effect.scale else values
        found[effect.name] = Forward(scaled, seeds.get(effect.name) if seeds else None)
    return panel.world(found, FORWARD)


def effects(grid: Grid, layout: Layout, chain: Array, border: Array) -> list[tuple[Effect, Array]]:
    """Each effect as its formula sees it but for the scale, (entries of its dimension, draws); walks as sums."""
    areas, strata, periods = grid.shape
    draws = border.shape[-1]
    found: list[tuple[Effect, Array]] = []
    for place, (effect, stratum) in enumerate(layout.border):
        if stratum == 0:
            block = border[place : place + strata].transpose(1, 0, 2)
            found.append((effect, block.reshape(areas * strata, draws)))
        elif stratum < 0 and effect.name:
            found.append((effect, border[place]))
    for place, effect in enumerate(layout.chain):
        values = chain[:, place].transpose(1, 0, 2).copy()
        if layout.walks[place]:
            values[:, 0] = 0.0
        found.append((effect, values.reshape(areas * periods, draws)))
    return found
