"""A block of areas whose effects are integrated together: its rows, where each belongs, and the joint density's derivatives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.synthesis.laplace.forward import FORWARD
from estimators.synthesis.laplace.layout import Known, Layout, Seeds, world_of
from estimators.synthesis.normal import LOG_TWO_PI
from estimators.synthesis.observations import Observations
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]
type Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Term:
    """One kind of row in a block.

    Parameters
    ----------
    rows : Observations
        Its rows.
    area : sparse matrix (areas, rows)
        To which area each row belongs.
    place : sparse matrix (periods × areas, rows)
        To which period and area the curvature of each row belongs; none for a row that reaches over more than two periods.
    split : sparse matrix (periods × areas, rows)
        How the slope of each row is divided among periods.
    wide : tuple of (row, area, Array)
        Rows that reach over more than two periods, and how their slope is divided.
    """

    rows: Observations
    area: Any
    place: Any
    split: Any
    wide: tuple[tuple[int, int, Array], ...]


@dataclass(frozen=True, eq=False)
class Block:
    """Areas, their rows and their directions.

    Parameters
    ----------
    panel : Panel
        The areas alone.
    layout : Layout
        Effects of an area.
    terms : mapping of (stream, term) to Term
        Rows of the block.
    kinds : tuple of int, tuple of int
        For each entry of border and chain the kind of slope it has: entries of one kind move every row alike.
    """

    panel: Panel
    layout: Layout
    terms: Mapping[Key, Term]
    kinds: tuple[tuple[int, ...], tuple[int, ...]]

    @property
    def areas(self) -> int:
        """Number of areas."""
        return self.panel.grid.shape[0]

    def seeds(self) -> Seeds:
        """Slopes of the effects by kind, of one effect for each."""
        areas, strata, _ = self.panel.grid.shape
        one = np.ones((1, 1))
        found: dict[str, dict[Any, Array]] = {}
        seen: set[int] = set()
        for (effect, stratum), kind in zip(self.layout.border, self.kinds[0], strict=True):
            if kind in seen:
                continue
            seen.add(kind)
            mask = one if stratum < 0 else np.tile(np.arange(strata) == stratum, areas)[:, None].astype(float)
            found.setdefault(effect.name, {})[kind] = mask
        for effect, kind in zip(self.layout.chain, self.kinds[1], strict=True):
            if kind not in seen:
                found[effect.name] = {kind: one}
            seen.add(kind)
        return found

    def log_joint(self, known: Known, chain: Array, border: Array) -> Array:
        """Logarithm of the density of effects and figures of each area, (areas, draws)."""
        total = log_prior(self.layout, chain, border)
        world = world_of(self.panel, self.layout, known, chain, border)
        for key, each in self.panel.distributions(world).items():
            values = each.log_density(self.terms[key].rows, FORWARD).value
            total += self.terms[key].area @ np.broadcast_to(values, (values.shape[0], total.shape[1]))
        return total


def log_prior(layout: Layout, chain: Array, border: Array) -> Array:
    """Logarithm of the prior density of standardised effects, (areas, draws)."""
    total = np.zeros(border.shape[1:])
    for (effect, _), x in zip(layout.border, border, strict=True):
        if effect.degrees:
            total += log_student(effect.degrees, x)
        else:
            total -= 0.5 * (x * x + LOG_TWO_PI)
    if layout.chain:
        total -= 0.5 * (
            (chain * chain_pull(layout, chain)).sum(axis=(0, 1)) + chain.shape[0] * chain.shape[1] * LOG_TWO_PI
        )
    return total


def chain_pull(layout: Layout, chain: Array) -> Array:
    """Prior precision of the chain times its values."""
    found = layout.precision[..., None, None] * chain
    for place in np.flatnonzero(layout.walks):
        found[2:, place] -= chain[1:-1, place]
        found[1:-1, place] -= chain[2:, place]
    return found


def log_student(degrees: float, x: Array) -> Array:
    """Logarithm of the density of Student's t."""
    constant = special.gammaln(0.5 * (degrees + 1.0)) - special.gammaln(0.5 * degrees) - 0.5 * np.log(degrees * np.pi)
    return np.asarray(constant - 0.5 * (degrees + 1.0) * np.log1p(x * x / degrees))


def slopes_by(
    panel: Panel, layout: Layout, known: Known, chain: Array, border: Array, seeds: Seeds
) -> dict[Key, Mapping[Any, Array]]:
    """Slopes of every row's location, by direction."""
    world = world_of(panel, layout, known, chain, border, seeds)
    return {key: each.location().slopes for key, each in panel.distributions(world).items()}
