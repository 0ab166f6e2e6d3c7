"""The Gaussian that fits the effects of each area best, for many draws of the other unknowns at once: Newton's method on arrows."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from estimators.numeric.arrow import Arrow, factor
from estimators.synthesis.laplace.assemble import assemble, row_slopes
from estimators.synthesis.laplace.block import Block
from estimators.synthesis.laplace.layout import Known
from estimators.synthesis.laplace.system import Spread, System, Wide, spread_of

type Array = NDArray[np.float64]

STEPS = 2  # towards the best Gaussian
MOST_STEPS, ENOUGH, SHORTEST = (
    25,
    0.01,
    0.02,
)  # Newton steps; squared length of one that no longer matters; share of one that is tried last


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean and precision of the effects of each area and draw.

    Parameters
    ----------
    chain, border : Array
        Mean.
    arrow : Arrow
        Factor of the precision but for wide rows.
    wide : Wide or None
        The rest of the precision.
    answered, inner : Array or None
        What the arrow answers to each wide row, and the rows' own matrix I + J A⁻¹ J', (R, R, areas, draws).
    """

    chain: Array
    border: Array
    arrow: Arrow
    wide: Wide | None
    answered: tuple[Array, Array] | None
    inner: Array | None

    def half_log_determinant(self) -> Array:
        """Of the precision of each area and draw, (areas, draws)."""
        found = self.arrow.half_log_determinant()
        if self.wide is not None and self.inner is not None:
            found[self.wide.areas] += 0.5 * np.linalg.slogdet(np.moveaxis(self.inner, (0, 1), (-2, -1)))[1]
        return found

    def taken(self, draws: NDArray[np.intp]) -> "Gaussian":
        """Of some draws alone."""
        return self if len(draws) == self.border.shape[-1] else self._each(lambda values: values[..., draws])

    def repeated(self, times: int) -> "Gaussian":
        """All draws one after the other, several times."""
        return self if times == 1 else self._each(lambda values: np.tile(values, times))

    def _each(self, change: Callable[[Array], Array]) -> "Gaussian":
        wide = self.wide and Wide(self.wide.areas, change(self.wide.chain), change(self.wide.border))
        answered = self.answered and (change(self.answered[0]), change(self.answered[1]))
        inner = None if self.inner is None else change(self.inner)
        arrow = Arrow(*(change(getattr(self.arrow, each.name)) for each in fields(Arrow)))
        return Gaussian(change(self.chain), change(self.border), arrow, wide, answered, inner)

    def deviate(self, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """A deviation from the mean of each area and draw, and minus half its squared length in the precision."""
        n, m = rng.standard_normal(self.chain.shape), rng.standard_normal(self.border.shape)
        chain, border = self.arrow.back(n, m)
        length = (n * n).sum(axis=(0, 1)) + (m * m).sum(axis=0)
        if self.wide is not None:
            at = self.wide.areas
            self.correct(chain, border, rng.standard_normal((len(self.wide.chain), len(at), border.shape[-1])))
            n, m = _of(self.arrow, at).whiten(chain[:, :, at], border[:, at])
            along = self.wide.along(chain[:, :, at], border[:, at])
            length[at] = (n * n).sum(axis=(0, 1)) + (m * m).sum(axis=0) + (along * along).sum(axis=0)
        return chain, border, -0.5 * length

    def correct(self, chain: Array, border: Array, noise: Array | float = 0.0) -> None:
        """Take what wide rows know into account, in place: x - K (I + J A⁻¹ J')⁻¹ (J x + noise), K what the arrow answers to J."""
        if self.wide is None or self.answered is None or self.inner is None:
            return
        at = self.wide.areas
        seen = self.wide.along(chain[:, :, at], border[:, at]) + noise
        weight = np.linalg.solve(np.moveaxis(self.inner, (0, 1), (-2, -1)), np.moveaxis(seen, 0, -1)[..., None])[..., 0]
        weight = np.moveaxis(weight, -1, 0)
        chain[:, :, at] -= (self.answered[0] * weight[:, None, None]).sum(axis=0)
        border[:, at] -= (self.answered[1] * weight[:, None]).sum(axis=0)


def best_gaussian(block: Block, known: Known, start: tuple[Array, Array] | None = None) -> tuple[Gaussian, Array]:
    """The Gaussian closest to each area's posterior: a step to the working values of the rows, then steps averaged over the spread.

    Parameters
    ----------
    start : tuple of Array, optional
        Chain and border to begin from instead.

    Returns
    -------
    Gaussian, Array
        And the squared length of the last step of each draw, (draws,): a large one says that it has not arrived.
    """
    found = first_gaussian(block, known) if start is None else None
    chain, border = (found.chain, found.border) if found is not None else start or (np.empty(0), np.empty(0))
    slopes = row_slopes(block, known, chain, border)
    if found is None:
        found, _, _ = _newton(block, chain, border, assemble(block, known, chain, border, slopes))
    for _ in range(STEPS):
        spread = spread_of(block, known, found.arrow)
        system = assemble(block, known, chain, border, slopes, spread=spread)
        found, length, (chain, border) = _newton(block, chain, border, system)
    return replace(found, chain=chain, border=border), length.max(axis=0)


def given_last(block: Block, known: Known, chain: Array, border: Array, number: int) -> Gaussian:
    """The Gaussian of all effects but the last of the border, which have the values given; rows over many periods are left out."""
    spread: Spread | None = None
    for step in range(2):
        system = assemble(block, known, chain, border, row_slopes(block, known, chain, border), spread=spread)
        arrow = factor(system.chain, block.layout.link, system.edge[:, :, :-number], system.corner[:-number, :-number])
        way, border_way = arrow.solve(system.chain_gradient, system.gradient[:-number])
        chain = chain + way
        border = np.concatenate([border[:-number] + border_way, border[-number:]])
        spread = spread_of(block, known, arrow) if step == 0 else None
    return Gaussian(chain, border[:-number], arrow, None, None, None)


def first_gaussian(block: Block, known: Known) -> Gaussian:
    """The posterior of each area's effects if every figure were normal around its working value."""
    layout, shape = block.layout, (block.areas, next(iter(known.values())).shape[1])
    chain, border = np.zeros((layout.periods, len(layout.chain), *shape)), np.zeros((len(layout.border), *shape))
    system = assemble(block, known, chain, border, row_slopes(block, known, chain, border), working=True)
    found, _, (chain, border) = _newton(block, chain, border, system)
    return replace(found, chain=chain, border=border)


def mode(block: Block, known: Known, enough: float = ENOUGH) -> tuple[Gaussian, Array]:
    """Mode of each area's effects with the curvature there, and the log joint density at it; steps that lower it are shortened."""
    first = first_gaussian(block, known)
    chain, border = first.chain, first.border
    value = block.log_joint(known, chain, border)
    for step in range(MOST_STEPS):
        if step % 3 == 0:
            slopes = row_slopes(block, known, chain, border)
        system = assemble(block, known, chain, border, slopes)
        found, length, (new_chain, new_border) = _newton(block, chain, border, system)
        way, border_way = new_chain - chain, new_border - border
        new, short = block.log_joint(known, new_chain, new_border), np.ones_like(length)
        while (worse := ~(new >= value - 1e-3) & (short > SHORTEST)).any():
            short = np.where(worse, 0.4 * short, short)
            new_chain, new_border = chain + short * way, border + short * border_way
            new = block.log_joint(known, new_chain, new_border)
        chain, border, value = new_chain, new_border, new
        if length.max() < enough:
            break
    return replace(found, chain=chain, border=border), value


def _newton(block: Block, chain: Array, border: Array, system: System) -> tuple[Gaussian, Array, tuple[Array, Array]]:
    """The Gaussian with the precision of a system, the squared length of Newton's step, (areas, draws), and where it leads."""
    arrow = factor(system.chain, block.layout.link, system.edge, system.corner)
    answered, inner = _answers(arrow, system.wide) if system.wide is not None else (None, None)
    found = Gaussian(chain, border, arrow, system.wide, answered, inner)
    way, border_way = arrow.solve(system.chain_gradient, system.gradient)
    found.correct(way, border_way)
    length = (system.chain_gradient * way).sum(axis=(0, 1)) + (system.gradient * border_way).sum(axis=0)
    return found, length, (chain + way, border + border_way)


def _of(arrow: Arrow, areas: NDArray[np.intp]) -> Arrow:
    return Arrow(*(each[..., areas, :] for each in (arrow.chain, arrow.before, arrow.border, arrow.corner)))


def _answers(arrow: Arrow, wide: Wide) -> tuple[tuple[Array, Array], Array]:
    part = _of(arrow, wide.areas)
    solved = [part.solve(c, b) for c, b in zip(wide.chain, wide.border, strict=True)]
    inner = np.stack([wide.along(c, b) for c, b in solved])
    inner[np.arange(len(inner)), np.arange(len(inner))] += 1.0
    return (np.stack([c for c, _ in solved]), np.stack([b for _, b in solved])), inner
