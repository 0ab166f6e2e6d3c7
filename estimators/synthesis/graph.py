"""The PyMC graph of a panel: every discrete unknown summed out, the ridge rotated, effects centred where figures decide them."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from estimators.numeric.rotation import rotate
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.geometry import Geometry, rotation
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Values, pytensor_operations
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Effect

if TYPE_CHECKING:
    import pymc as pm

type Array = NDArray[np.float64]

DECIDED = 3.0  # variance of effects × information above which an effect is centred
MANY = 25  # centred effects below which their scale could approach 0 and the sampler diverge


def build(panel: Panel, geometry: Geometry, *, refit: bool = False) -> "pm.Model":
    """The model: ``location_z`` standard normal behind the rotated locations, scales, effects, one observed node a kind of row.

    Data that a refit may change without compiling again: ``location_mean``, ``location_rotation``, and ``weight …`` of each kind of row
    (0 leaves a row out). With `refit`, ``figures …`` too, of the kinds of row that are exact counts.
    """
    import pymc as pm

    mean, _ = panel.location_prior
    names = [location.name for location in panel.locations]
    with pm.Model(coords={"level": names}) as model:
        centre = pm.Data("location_mean", mean)
        turn = pm.Data("location_rotation", rotation(panel, geometry))
        z = pm.Normal("location_z", 0.0, 1.0, shape=len(names)) if names else np.empty(0)
        location = pm.Deterministic("location", centre + turn @ z, dims="level")
        known: dict[str, Values] = {name: location[place][None] for place, name in enumerate(names)}
        about = {name: location[place] - centre[place] for place, name in enumerate(names)}
        known |= {
            share.name: _logit(pm.Beta(f"{share.name}_share", *share.prior.parameters), share.name)
            for share in panel.shares
        }
        known |= _scales(panel)
        known |= _effects(panel, geometry, known, about)
        world = panel.world(known, pytensor_operations())
        figures = {key: _as_data(key, rows) if refit and counts(rows) else rows for key, rows in panel.figures.items()}
        for (stream, term), distribution in panel.distributions(world, figures).items():
            _observe(f"{stream}: {term}", distribution, figures[stream, term])
    return model


def _logit(share: Values, name: str) -> Values:
    import pymc as pm

    return pm.Deterministic(name, pm.math.logit(share))[None]


def _pairs(panel: Panel) -> dict[str, Effect]:
    """Effects that figures see only together with another one of the model, by the name of the other."""
    names = {effect.name: effect for effect in panel.effects}
    return {
        effect.seen_with: effect
        for effect in panel.effects
        if effect.seen_with in names and not (effect.degrees or names[effect.seen_with].degrees)
    }


def _scales(panel: Panel) -> dict[str, Values]:
    """Scales; two of a pair in polar form, their scaled radius Rayleigh and the angle uniform: figures inform the radius."""
    import pymc as pm

    widths = {scale.name: scale.prior.parameters[1] for scale in panel.scales}
    by_name = {effect.name: effect for effect in panel.effects}
    found: dict[str, Any] = {}
    for other, effect in _pairs(panel).items():
        radius = pm.Weibull(f"{effect.name}_radius", 2.0, np.sqrt(2.0))
        angle = pm.Uniform(f"{effect.name}_angle", 0.0, 0.5 * np.pi)
        first, second = by_name[other].scale, effect.scale
        found[first] = pm.Deterministic(first, widths[first] * radius * pm.math.cos(angle))
        found[second] = pm.Deterministic(second, widths[second] * radius * pm.math.sin(angle))
    for name, width in widths.items():
        if name not in found:
            found[name] = pm.HalfNormal(name, width)
    return {name: scale[None] for name, scale in found.items()}


def _effects(
    panel: Panel, geometry: Geometry, known: Mapping[str, Values], about: Mapping[str, Values]
) -> dict[str, Values]:
    """Scaled effects."""
    import pymc as pm

    pairs, found = _pairs(panel), {}
    by_name = {effect.name: effect for effect in panel.effects}
    rotated = {effect.name for effect in pairs.values()} | set(pairs)
    for other, effect in pairs.items():
        one, two = known[by_name[other].scale], known[effect.scale]
        total = (one**2 + two**2) ** 0.5
        seen = _effect(
            panel, geometry, by_name[other], total, (*by_name[other].about, *effect.about), about, f"{other}_seen"
        )
        unseen = pm.Normal(f"{other}_unseen", 0.0, 1.0, shape=panel.grid.sizes[effect.over])
        first, second = rotate(seen / total, unseen, one, two)
        found[other] = pm.Deterministic(other, one * first)
        found[effect.name] = pm.Deterministic(effect.name, two * second)
    for effect in panel.effects:
        if effect.name in rotated:
            continue
        scale = known[effect.scale] if effect.scale else 1.0
        value = _effect(panel, geometry, effect, scale, effect.about, about, f"{effect.name}_raw")
        found[effect.name] = pm.Deterministic(effect.name, value)
    return found


def _effect(
    panel: Panel,
    geometry: Geometry,
    effect: Effect,
    scale: Values,
    around: tuple[str, ...],
    about: Mapping[str, Values],
    name: str,
) -> Values:
    """Effects of a scale: sampled as they are added to their levels where figures decide them, else in units of their scale."""
    import pymc as pm

    size = panel.grid.sizes[effect.over]
    if effect.degrees:
        return scale * pm.StudentT(name, nu=effect.degrees, mu=0.0, sigma=1.0, shape=size)
    if not _decided(panel, geometry, effect):
        return scale * pm.Normal(name, 0.0, 1.0, shape=size)
    level = sum((about[location] for location in around), start=0.0)
    return pm.Normal(name, level, scale, shape=size) - level


def _decided(panel: Panel, geometry: Geometry, effect: Effect) -> bool:
    """Whether figures say more about most of the effects than their prior does, and there are many of them.

    The prior is taken as wide as the effects at the mode are: those of a small scale are left in its units.
    """
    if effect.over not in ("area", "area_stratum") or not effect.scale:
        return False
    place = panel.layout[effect.name]
    information = np.diag(geometry.information)[place] * np.mean(geometry.point[place] ** 2)
    return int((information > DECIDED).sum()) >= max(MANY, len(information) // 2)


def counts(rows: Observations) -> bool:
    """Whether all figures are exact counts."""
    return bool(rows.exact.all() and (np.mod(rows.lower, 1.0) == 0.0).all())


def _as_data(key: tuple[str, str], rows: Observations) -> Observations:
    import pymc as pm

    return rows.with_counts(pm.Data(f"figures {key[0]}: {key[1]}", rows.lower)) if len(rows) else rows


def _observe(name: str, distribution: Distribution, rows: Observations) -> None:
    """One observed node; its density and its random draws are the distribution's own."""
    import pymc as pm

    operations = pytensor_operations()
    given = {field.name: getattr(distribution, field.name) for field in fields(distribution)}  # type: ignore[arg-type]
    symbols = {name: value for name, value in given.items() if hasattr(value, "owner")}
    weight = pm.Data(f"weight {name}", np.ones(len(rows)))

    def with_values(values: tuple[Values, ...]) -> Distribution:
        return replace(distribution, **dict(zip(symbols, values, strict=True)))  # type: ignore[type-var]

    def logp(_: Values, scale: Values, *values: Values) -> Values:
        return scale * with_values(values).log_density(rows, operations)

    def random(_: Values, *values: Values, rng: np.random.Generator, size: object = None) -> Array:  # noqa: ARG001
        return with_values(values).simulate(rng)

    pm.CustomDist(name, weight, *symbols.values(), logp=logp, random=random, observed=rows.lower)
