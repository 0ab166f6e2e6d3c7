"""The hidden world of a model at given values of its unknowns: quantities of each cell, written once for arrays and symbols."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Operations, Values
from estimators.synthesis.unknowns import Unknown

type Observed = Mapping[str, Observations]  # the rows of a stream, by kind
type Figures = Mapping[str, Values]  # the figures in these rows, as observed or as simulated


@dataclass(frozen=True, eq=False)
class World:
    """Unknowns and what follows from them; ``world["name"]`` is either.

    A location or scale has one entry on the last axis, an effect one for each entry of its dimension, already multiplied by its
    scale; a quantity has one entry a cell.
    """

    grid: Grid
    operations: Operations
    known: Mapping[str, Values]

    def __getitem__(self, name: str) -> Values:
        if name not in self.known:
            raise ModelError(
                f"{name}: expected a part of the model that supplies it; there are {', '.join(self.known)}"
            )
        return self.known[name]

    def __contains__(self, name: str) -> bool:
        return name in self.known

    def effect(self, name: str, over: str) -> Values:
        """An effect as one entry a cell; 0 where the model has none of that name."""
        return self.known[name][..., self.grid.index[over]] if name in self.known else 0.0

    def walk(self, name: str) -> Values:
        """Sums of the steps of each area as one entry a cell, 0 in the first period; 0 where the model has none of that name."""
        if name not in self.known:
            return 0.0
        sums = self.operations.walk(self.known[name], self.grid.shape[0])
        return sums[..., self.grid.index["area_period"]]

    def extended(self, quantities: Mapping[str, Values]) -> "World":
        """The world with more quantities."""
        return World(self.grid, self.operations, {**self.known, **quantities})


class Part(Protocol):
    """A process or a stream: it brings unknowns and computes quantities of the cells."""

    @property
    def name(self) -> str:
        """By which `Synthesis.without`, tables and findings call it."""
        ...

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """What it does not know; `present` are the names of all parts of the model."""
        ...

    def quantities(self, world: World) -> dict[str, Values]:
        """What it computes for each cell, from the unknowns and from the quantities of the parts before it."""
        ...


class Stream(Part, Protocol):
    """A part that also explains figures."""

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators of the evidence that it reads."""
        ...

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Its figures, by the name of each kind of row, in the order in which one may depend on another."""
        ...

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Distribution of one kind of row, given the world and the figures of the kinds before it."""
        ...
