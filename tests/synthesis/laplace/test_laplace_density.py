"""The engine sees the very density of the model, and its derivatives are those of automatic differentiation."""

import numpy as np
import pytest
from scipy import stats

from estimators.synthesis.laplace.assemble import assemble, row_slopes
from estimators.synthesis.laplace.forward import FORWARD
from estimators.synthesis.laplace.layout import world_of
from estimators.synthesis.normal import LOG_TWO_PI
from estimators.synthesis.operations import pytensor_operations


def split(plan, chain, border):
    """Chain and border of each block."""
    first = 0
    for block in plan.blocks:
        here = slice(first, first + block.areas)
        first += block.areas
        yield block, chain[:, :, here], border[:, here]


def test_blocks_and_spanning_rows_have_the_joint_density(ready, points, vectors_of):
    panel, plan, scores = ready
    known, chain, border = points(panel, plan, scores)
    total = sum(block.log_joint(known, c, b).sum(axis=0) for block, c, b in split(plan, chain, border))
    if plan.spanning is not None:
        world = world_of(plan.spanning, plan.layout, known, chain, border)
        for key, each in plan.spanning.distributions(world).items():
            total = total + each.log_density(plan.spanning.figures[key], FORWARD).value.sum(axis=0)
    # standard normals that stand in for what is not there: first places of walks, a border of nothing
    unused = int(plan.layout.walks.sum()) + (plan.layout.border[0][0].name == "")
    total = total + 0.5 * LOG_TWO_PI * unused * panel.grid.shape[0]
    total += 0.5 * (border[0] ** 2).sum(axis=0) * (plan.layout.border[0][0].name == "")
    vectors = vectors_of(panel, plan, known, chain, border)
    groups = panel.log_prior_by_group(vectors)
    expected = panel.log_density(vectors) - sum(values for name, values in groups.items() if name != "effects")
    np.testing.assert_allclose(total, expected, rtol=1e-9, atol=1e-8)


EXACT = (
    "victims alone",
    "hotline",
    "single year",
    "survey",
    "validation",
    "strata",
    "student effects",
    "shared shocks",
    "tiny counts",
)


@pytest.mark.parametrize("name", EXACT)
def test_gradients_are_those_of_automatic_differentiation(name, panel_named, points, vectors_of):
    import pytensor
    import pytensor.tensor as pt

    from estimators.synthesis.laplace.scores import Scores
    from estimators.synthesis.laplace.setup import make_plan

    panel = panel_named(name)
    plan, scores = make_plan(panel), Scores(panel)
    known, chain, border = points(panel, plan, scores, draws=1)
    assert plan.spanning is None
    symbols = {effect.name: pt.dvector(effect.name) for effect in panel.effects}
    seen = {key: pt.constant(values[:, 0]) for key, values in known.items()}
    seen |= {e.name: symbols[e.name] * (seen[e.scale] if e.scale else 1.0) for e in panel.effects}
    world = panel.world(seen, pytensor_operations())
    total = sum(d.log_density(panel.figures[k], world.operations).sum() for k, d in panel.distributions(world).items())
    for effect in panel.effects:
        x, nu = symbols[effect.name], effect.degrees
        total += (-0.5 * (nu + 1.0) * pt.log1p(x * x / nu)).sum() if nu else -0.5 * (x * x).sum()
    function = pytensor.function(
        list(symbols.values()), pytensor.grad(total, list(symbols.values())), mode="FAST_COMPILE"
    )
    vector = vectors_of(panel, plan, known, chain, border)[0]
    expected = dict(zip(symbols, function(*(vector[panel.layout[n]] for n in symbols)), strict=True))
    (block,) = plan.blocks
    system = assemble(block, known, chain, border, row_slopes(block, known, chain, border))
    areas = panel.grid.shape[0]
    for place, (effect, stratum) in enumerate(plan.layout.border):
        if effect.name:
            values = expected[effect.name].reshape(areas, -1)[:, max(stratum, 0)]
            np.testing.assert_allclose(system.gradient[place, :, 0], values, rtol=1e-8, atol=1e-8, err_msg=effect.name)
    for place, effect in enumerate(plan.layout.chain):
        found = system.chain_gradient[:, place, :, 0].T
        if effect.over == "area_step":  # a step moves all later sums
            found = found[:, 1:][:, ::-1].cumsum(axis=1)[:, ::-1]
        np.testing.assert_allclose(
            found, expected[effect.name].reshape(areas, -1), rtol=1e-8, atol=1e-8, err_msg=effect.name
        )


def test_slopes_are_differences_of_locations(ready, points):
    panel, plan, scores = ready
    known, chain, border = points(panel, plan, scores)
    for block, c, b in split(plan, chain, border):
        slopes = row_slopes(block, known, c, b)
        for place, kind in enumerate(block.kinds[0]):
            moved = []
            effect = plan.layout.border[place][0]
            scale = known[effect.scale] if effect.scale else 1.0
            for sign in (1.0, -1.0):
                at = b.copy()
                at[place] += sign * 1e-5
                world = world_of(block.panel, plan.layout, known, c, at)
                moved.append({k: d.location().value for k, d in block.panel.distributions(world).items()})
            for key, found in slopes.items():
                difference = (moved[0][key] - moved[1][key]) / 2e-5
                expected = np.broadcast_to(scale * found.get(kind, np.zeros((1, 1))), difference.shape)
                np.testing.assert_allclose(expected, difference, atol=1e-7, err_msg=f"{key} {effect.name}")


def test_scales_and_locations_have_their_priors(ready):
    panel, _, scores = ready
    z = np.random.default_rng(1).standard_normal((scores.size, 4000))
    known = scores.known(z)
    mean, sd = panel.location_prior
    straightened = {f"log_incidence_{word}" for word in ("level", *panel.grid.strata)}
    worst = 1.0
    for place, each in enumerate(panel.locations):
        if each.name not in straightened:
            worst = min(worst, stats.kstest(known[each.name][0], stats.norm(mean[place], sd[place]).cdf).pvalue)
    for each in panel.scales:
        worst = min(worst, stats.kstest(known[each.name][0], stats.halfnorm(scale=each.prior.parameters[1]).cdf).pvalue)
    assert worst * scores.size > 0.001
    scales = np.array([known[each.name][0] for each in panel.scales])
    assert np.abs(stats.spearmanr(scales.T).statistic - np.eye(len(scales))).max() < 0.08 if len(scales) > 2 else True


def test_straightening_keeps_volume_and_the_prior_is_that_of_the_model(ready):
    panel, _, scores = ready
    number, h = len(panel.locations), 1e-5
    mean, sd = panel.location_prior
    z = 0.7 * np.random.default_rng(2).standard_normal(scores.size)
    moves = h * np.eye(scores.size)[:, :number]
    both = np.concatenate([z[:, None] + moves, z[:, None] - moves, z[:, None]], axis=1)
    known = scores.known(both)
    actual = (np.array([known[each.name][0] for each in panel.locations]) - mean[:, None]) / sd[:, None]
    derivative = (actual[:, :number] - actual[:, number : 2 * number]) / (2 * h)
    assert np.linalg.det(derivative) == pytest.approx(1.0, abs=1e-6)
    expected = stats.norm.logpdf(actual[:, -1]).sum() + stats.norm.logpdf(z[number:]).sum()
    assert scores.log_prior(known, both)[-1] == pytest.approx(expected, rel=1e-12)
