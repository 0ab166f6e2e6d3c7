"""From a panel to blocks of areas: rows of single areas apart from rows that span several, and what each row's slope looks like."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from estimators.errors import EngineError
from estimators.synthesis.grid import Grid
from estimators.synthesis.laplace.block import Block, Key, Term, slopes_by
from estimators.synthesis.laplace.layout import Known, Layout, make_layout, world_of
from estimators.synthesis.observations import Observations
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]
type Index = NDArray[np.intp]

AREAS = 64  # of a block
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Plan:
    """A panel made ready.

    Parameters
    ----------
    panel : Panel
        The model with its figures.
    layout : Layout
        Effects of an area.
    blocks : tuple of Block
        Areas integrated together, in order.
    spanning : Panel or None
        The panel with the rows alone that span several areas: they are weighed when all areas are drawn.
    """

    panel: Panel
    layout: Layout
    blocks: tuple[Block, ...]
    spanning: Panel | None


def make_plan(panel: Panel) -> Plan:
    """Sort rows and effects, and look at slopes at points drawn from the prior.

    Raises
    ------
    EngineError
        Naming what couples areas.
    """
    layout = make_layout(panel)
    owner = {key: rows.within(panel.grid.index["area"]) for key, rows in panel.figures.items()}
    local = _kept(panel, {key: area >= 0 for key, area in owner.items()})
    spans = any((area < 0).any() for area in owner.values())
    known, chain, border = _points(panel, layout)
    _refuse_coupling(local, layout, known, chain, border, owner)
    kinds = _kinds(local, layout, known, chain, border)
    divided = _division(local, layout, known, chain, border)
    blocks = tuple(
        _block(local, layout, kinds, divided, owner, np.arange(first, min(first + AREAS, panel.grid.shape[0])))
        for first in range(0, panel.grid.shape[0], AREAS)
    )
    spanning = _kept(panel, {key: area < 0 for key, area in owner.items()}) if spans else None
    return Plan(panel, layout, blocks, spanning)


def _kept(panel: Panel, which: Mapping[Key, NDArray[np.bool_]]) -> Panel:
    return replace(panel, figures={key: rows.take(which[key]) for key, rows in panel.figures.items()})


def _points(panel: Panel, layout: Layout, draws: int = 2) -> tuple[Known, Array, Array]:
    """Unknowns drawn from their priors, scales around their widths."""
    rng = np.random.default_rng(0)
    mean, sd = panel.location_prior
    known = {
        each.name: mean[k] + 0.3 * sd[k] * rng.standard_normal((1, draws)) for k, each in enumerate(panel.locations)
    }
    known |= {each.name: each.prior.parameters[1] * rng.uniform(0.5, 1.0, (1, draws)) for each in panel.scales}
    known |= {each.name: np.log(rng.uniform(0.5, 2.0, (1, draws))) for each in panel.shares}
    areas = panel.grid.shape[0]
    chain = 0.5 * rng.standard_normal((layout.periods, len(layout.chain), areas, draws))
    return known, chain, 0.5 * rng.standard_normal((len(layout.border), areas, draws))


def _refuse_coupling(
    panel: Panel, layout: Layout, known: Known, chain: Array, border: Array, owner: Mapping[Key, Index]
) -> None:
    """Move the effects of the first area: no row of another may notice."""
    if panel.grid.shape[0] == 1:
        return
    moved = border.copy(), chain.copy()
    for each in moved:
        each[..., 0, :] += 1.0
    before, after = (panel.distributions(world_of(panel, layout, known, c, b)) for b, c in ((border, chain), moved))
    for key, found in before.items():
        change = np.abs(after[key].location().value - found.location().value).max(axis=-1)
        if (change > SAME)[owner[key][owner[key] >= 0] != 0].any():
            raise EngineError(
                f"{key[0]}: {key[1]} in one area depends on effects of another: engine 'laplace' cannot take it"
            )


def _full(slopes: Mapping[Any, Array], key: Any, rows: int) -> Array:
    return np.broadcast_to(slopes.get(key, np.zeros((1, 1))), (rows, 2))


def _kinds(
    panel: Panel, layout: Layout, known: Known, chain: Array, border: Array
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Number the entries of border and chain so that entries that move every row alike have the same number."""
    strata, areas = panel.grid.shape[1], panel.grid.shape[0]
    seeds: dict[str, dict[Any, Array]] = {}
    for place, (effect, stratum) in enumerate(layout.border):
        mask = np.ones((1, 1)) if stratum < 0 else np.tile(np.arange(strata) == stratum, areas)[:, None].astype(float)
        seeds.setdefault(effect.name, {})[place] = mask
    for place, effect in enumerate(layout.chain):
        seeds[effect.name] = {len(layout.border) + place: np.ones((1, 1))}
    slopes = slopes_by(panel, layout, known, chain, border, seeds)
    entries = len(layout.border) + len(layout.chain)
    seen: list[Array] = []
    kinds = []
    for place in range(entries):
        mine = np.concatenate(
            [_full(found, place, len(panel.figures[key])) for key, found in slopes.items()] or [np.zeros((1, 2))]
        )
        same = [kind for kind, other in enumerate(seen) if np.abs(other - mine).max() < SAME]
        kinds.append(same[0] if same else len(seen))
        if not same:
            seen.append(mine)
    return tuple(kinds[: len(layout.border)]), tuple(kinds[len(layout.border) :])


def _division(panel: Panel, layout: Layout, known: Known, chain: Array, border: Array) -> dict[Key, Array]:
    """How the slope of each row in effects of periods is divided among periods, (rows, periods); each row adds up to 1."""
    areas, _, periods = panel.grid.shape
    places = max(layout.periods, 1)
    if not layout.chain:
        return {key: np.ones((len(rows), 1)) for key, rows in panel.figures.items()}
    mask = [np.tile(np.arange(periods) == t, areas)[:, None].astype(float) for t in range(periods)]
    seeds = {effect.name: {t: mask[t] for t in range(periods)} for effect in layout.chain}
    slopes = slopes_by(panel, layout, known, chain, border, seeds)
    found = {}
    for key, rows in panel.figures.items():
        size = np.stack([np.abs(_full(slopes.get(key, {}), t, len(rows))).mean(axis=1) for t in range(places)], axis=1)
        period = [panel.grid.index["period"] == t for t in range(periods)]
        shaped = np.stack([rows.touching(cells) for cells in period], axis=1).astype(float)
        size = np.where(size.sum(axis=1, keepdims=True) > 0, size, shaped)
        found[key] = size / size.sum(axis=1, keepdims=True)
    return found


def _block(
    panel: Panel,
    layout: Layout,
    kinds: tuple[tuple[int, ...], tuple[int, ...]],
    divided: Mapping[Key, Array],
    owner: Mapping[Key, Index],
    areas: Index,
) -> Block:
    grid = panel.grid
    inside = np.isin(grid.index["area"], areas)
    part = Grid(tuple(grid.areas[a] for a in areas), grid.strata, grid.by, grid.edges, grid.population[areas])
    figures, terms = {}, {}
    for key, rows in panel.figures.items():
        area = owner[key][owner[key] >= 0]
        which = np.isin(area, areas)
        taken = rows.take(which)
        figures[key] = replace(taken, matrix=taken.matrix[:, inside])
        terms[key] = _term(figures[key], area[which] - areas[0], divided[key][which], len(areas))
    return Block(Panel(part, panel.parts, figures), layout, terms, kinds)


def _term(rows: Observations, area: Index, divided: Array, areas: int) -> Term:
    number = np.arange(len(rows))
    periods = divided.shape[1]
    reach = (divided > 1e-6).sum(axis=1)
    narrow = np.flatnonzero(reach <= 2)
    first = divided[narrow].argmax(axis=1)
    places = (periods * areas, len(rows))
    row, period = np.nonzero(divided)
    return Term(
        rows,
        sparse.csr_array((np.ones(len(rows)), (area, number)), (areas, len(rows))),
        sparse.csr_array((np.ones(len(narrow)), (first * areas + area[narrow], narrow)), places),
        sparse.csr_array((divided[row, period], (period * areas + area[row], row)), places),
        tuple((int(k), int(area[k]), divided[k]) for k in np.flatnonzero(reach > 2)),
    )
