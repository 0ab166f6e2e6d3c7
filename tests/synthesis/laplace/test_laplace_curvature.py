"""The arrow of each area is the curvature of its rows along every pair of effects, and the precision of their prior."""

import numpy as np
from scipy import linalg

from estimators.synthesis.laplace.assemble import assemble, row_slopes
from estimators.synthesis.laplace.forward import FORWARD
from estimators.synthesis.laplace.layout import world_of

STEP = 1e-5


def dense(system, layout, area):
    """The matrix of an area, chain first, of the only draw."""
    places, effects, borders = *system.chain.shape[:2], len(system.corner)
    size = places * effects
    found = np.zeros((size + borders, size + borders))
    found[:size, :size] = linalg.block_diag(*system.chain[..., area, 0]) if size else 0.0
    for place in range(1, places):
        here, before = slice(place * effects, (place + 1) * effects), slice((place - 1) * effects, place * effects)
        found[here, before] = found[before, here] = -np.diag(layout.link[place])
    found[:size, size:] = system.edge[..., area, 0].reshape(size, borders)
    found[size:, :size] = found[:size, size:].T
    found[size:, size:] = system.corner[..., area, 0]
    if system.wide is not None and area in system.wide.areas:
        at = int(np.searchsorted(system.wide.areas, area))
        chain, border = system.wide.chain[..., at, 0], system.wide.border[..., at, 0]
        rows = np.concatenate([chain.reshape(len(chain), -1), border], axis=1)
        found += rows.T @ rows
    return found


def prior(layout, border):
    """Precision of the prior of an area's effects: steps of walks are standard normal, as their first places, and so are shocks."""
    places, effects = max(layout.periods, 1) * bool(layout.chain), len(layout.chain)
    steps = np.eye(places) - np.eye(places, k=-1)
    if places > 1:
        steps[1, 0] = 0.0
    found = np.zeros((places * effects + len(border),) * 2)
    for place, walks in enumerate(layout.walks):
        here = np.arange(places) * effects + place
        found[np.ix_(here, here)] = steps.T @ steps if walks else np.eye(places)
    for place, (effect, _) in enumerate(layout.border):
        nu, x, at = effect.degrees, border[place], places * effects + place
        found[at, at] = (nu + 1.0) / (nu + x * x) if nu else 1.0
    return found


def curvature(block, known, chain, border):
    """Each row's location and its curvature."""
    world = world_of(block.panel, block.layout, known, chain, border)
    found = block.panel.distributions(world)
    rows = [
        (each.location().value, each.derivatives(block.terms[key].rows, FORWARD)[1].value)
        for key, each in found.items()
    ]
    shape = [
        np.broadcast_shapes(one.shape, two.shape, (len(block.terms[key].rows), 1))
        for key, (one, two) in zip(found, rows, strict=True)
    ]
    return [
        np.concatenate([np.broadcast_to(row[part], size)[:, 0] for row, size in zip(rows, shape, strict=True)])
        for part in (0, 1)
    ]


def test_the_arrow_is_the_curvature_of_rows_along_pairs_of_effects(ready, points):
    panel, plan, scores = ready
    known, chain, border = points(panel, plan, scores, draws=1)
    block = plan.blocks[0]
    chain, border = chain[:, :, : block.areas], border[:, : block.areas]
    system = assemble(block, known, chain, border, row_slopes(block, known, chain, border))
    size, area = chain[..., 0, 0].size, block.areas - 1
    slopes = []
    for entry in range(size + len(border)):
        ends = []
        for sign in (STEP, -STEP):
            c, b = chain.copy(), border.copy()
            if entry < size:
                c.reshape(size, *c.shape[2:])[entry, area] += sign
            else:
                b[entry - size, area] += sign
            ends.append(curvature(block, known, c, b)[0])
        slopes.append((ends[0] - ends[1]) / (2.0 * STEP))
    weight = np.maximum(curvature(block, known, chain, border)[1], 0.0)
    first = np.flatnonzero(plan.layout.walks) if size else []
    assert not np.any([slopes[entry] for entry in first])  # figures see nothing of the first place of a walk
    expected = prior(plan.layout, border[:, area, 0]) + (np.array(slopes) * weight) @ np.array(slopes).T
    found = dense(system, plan.layout, area)
    np.testing.assert_allclose(found[size:, size:], expected[size:, size:], rtol=1e-5, atol=1e-6)
    two = any((np.diff(term.split.tocsc().indptr) == 2).any() for term in block.terms.values())
    if (
        not two
    ):  # a row of two periods counts as one of that where it has most: proposals are a little worse, weights exact
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
