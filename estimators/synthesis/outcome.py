"""From the draws of a model's unknowns to the groups of a result."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.numeric import thinning
from estimators.synthesis.anchors import anchor_dataset, level_information
from estimators.synthesis.geometry import geometry_at
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Effect
from estimators.synthesis.world import World

type Array = NDArray[np.float64]
type Variable = tuple[tuple[str, ...], NDArray[np.float64]]

SAMPLE = ("chain", "draw")


def groups(posterior: xr.Dataset, panel: Panel, rng: np.random.Generator) -> dict[str, xr.Dataset]:
    """Posterior, predictions and densities of every kind of row, anchors, information."""
    chains, draws = (posterior.sizes[name] for name in SAMPLE)
    known = known_values(posterior, panel)
    world = panel.world(known, NUMPY)
    coordinates = {name: posterior[name].values for name in SAMPLE}
    distributions = panel.distributions(world)
    predicted: dict[str, Variable] = {}
    density: dict[str, Variable] = {}
    for (stream, term), each in distributions.items():
        rows, name = panel.figures[stream, term], f"{stream}: {term}"
        dims = (*SAMPLE, f"{name} row")
        for found, values in ((predicted, each.simulate(rng)), (density, each.log_density(rows, NUMPY))):
            full = np.broadcast_to(values, (chains * draws, len(rows)))
            found[name] = (dims, full.reshape(chains, draws, len(rows)))
    vectors = flat_vectors(known, panel)
    geometry = geometry_at(panel, vectors.mean(axis=0))
    prior = {
        group: (SAMPLE, values.reshape(chains, draws)) for group, values in panel.log_prior_by_group(vectors).items()
    }
    return {
        "posterior": _posterior(world, panel, coordinates, rng).merge(_unknowns(posterior, panel)),
        "posterior_predictive": xr.Dataset(predicted, coords=coordinates),
        "log_likelihood": xr.Dataset(density, coords=coordinates),
        "log_prior": xr.Dataset(prior, coords=coordinates),
        "figures": _figures(panel),
        "anchors": anchor_dataset(panel, geometry),
        "likelihood": level_information(panel, geometry),
    }


def as_drawn(known: Mapping[str, Array], panel: Panel, chains: int) -> xr.Dataset:
    """Unknowns as formulas see them, (draws, entries), in the shape in which a graph's draws come."""
    location = np.concatenate([known[each.name] for each in panel.locations], axis=1)
    data: dict[str, Variable] = {"location": ((*SAMPLE, "level"), location.reshape(chains, -1, location.shape[1]))}
    for each in panel.named:
        values = known[each.name]
        if isinstance(each, Effect):
            data[each.name] = ((*SAMPLE, f"{each.name}_entry"), values.reshape(chains, -1, values.shape[1]))
        else:
            data[each.name] = (SAMPLE, values.reshape(chains, -1))
    coords = {"chain": np.arange(chains), "draw": np.arange(location.shape[0] // chains)}
    return xr.Dataset(data, coords=coords)


def known_values(posterior: xr.Dataset, panel: Panel) -> dict[str, Array]:
    """Unknowns as formulas see them, (draws of all chains, entries)."""

    def flat(name: str) -> Array:
        return np.asarray(posterior[name].values.reshape(posterior.sizes["chain"] * posterior.sizes["draw"], -1))

    location = flat("location")
    values = {each.name: location[:, place : place + 1] for place, each in enumerate(panel.locations)}
    return values | {each.name: flat(each.name) for each in panel.named}


def flat_vectors(known: Mapping[str, Array], panel: Panel) -> Array:
    """Flat vectors of draws, (draws, size): logarithms of scales, effects in units of their scale."""
    scales = {scale.name for scale in panel.scales}
    unit = {each.name: known[each.scale] if each.scale else 1.0 for each in panel.effects}
    parts = [np.log(known[name]) if name in scales else known[name] / unit.get(name, 1.0) for name in panel.layout]
    return np.concatenate(parts, axis=1)


def _posterior(world: World, panel: Panel, coordinates: Mapping[str, Array], rng: np.random.Generator) -> xr.Dataset:
    """True count, incidence and reporting probability by area and period, and by stratum where there are strata."""
    grid = panel.grid
    shape = (len(coordinates["chain"]), len(coordinates["draw"]), *grid.shape)
    flow = np.broadcast_to(np.exp(world["log_flow"]), (shape[0] * shape[1], grid.size))
    seen = np.exp(world["log_identified"]) if "log_identified" in world else np.zeros_like(flow)
    count = _true_count(flow, seen, panel, rng).reshape(shape)
    flow, seen = flow.reshape(shape), seen.reshape(shape)
    exposure = np.exp(grid.log_exposure).reshape(grid.shape)
    found = {"true_count": count.sum(axis=3), "incidence": flow.sum(axis=3) / exposure[:, 0, :]}
    if "log_identified" in world:
        found["reporting_probability"] = seen.sum(axis=3) / flow.sum(axis=3)
    if "log_stock" in world:
        found["stock"] = np.exp(world["log_stock"]).reshape(shape).sum(axis=3)
    data: dict[str, Variable] = {name: ((*SAMPLE, "area", "period"), values) for name, values in found.items()}
    coords = {**coordinates, "area": list(grid.areas), "period": list(grid.periods)}
    if grid.by:
        split = {"true_count": count, "incidence": flow / exposure, "reporting_probability": seen / flow}
        data |= {
            f"{name}_by_{grid.by}": ((*SAMPLE, "area", grid.by, "period"), values) for name, values in split.items()
        }
        coords[grid.by] = list(grid.strata)
    return xr.Dataset(data, coords=coords)


def _true_count(flow: Array, seen: Array, panel: Panel, rng: np.random.Generator) -> Array:
    """A count around the flow: the identified, kept within what was reported of their cell, and Poisson unidentified.

    Where no figure is known, the identified are Poisson too: the count is then Poisson around the flow.
    """
    lower, upper = panel.identified_limits
    identified = np.clip(thinning.poisson_draws(rng, seen), lower, upper)
    return np.asarray(identified + thinning.poisson_draws(rng, np.maximum(flow - seen, 0.0)))


def _unknowns(posterior: xr.Dataset, panel: Panel) -> xr.Dataset:
    """Locations and scales by name, and effects over dimensions of their own."""
    location = posterior["location"].values
    data: dict[str, Variable] = {
        each.name: (SAMPLE, location[..., place]) for place, each in enumerate(panel.locations)
    }
    for each in panel.named:
        values = posterior[each.name].values
        over = each.over if isinstance(each, Effect) else ""
        dims = {"": SAMPLE, "area": (*SAMPLE, "area")}.get(over, (*SAMPLE, f"{over}_entry"))
        data[each.name] = (dims, values.reshape(*location.shape[:2], *values.shape[2:] if over else ()))
    return xr.Dataset(data, coords={name: posterior[name].values for name in SAMPLE})


def _figures(panel: Panel) -> xr.Dataset:
    """Every figure that was read: limits and what it is about, by kind of row."""
    data = {}
    for (stream, term), rows in panel.figures.items():
        if len(rows):
            name = f"{stream}: {term}"
            for part, values in (
                ("lower", rows.lower),
                ("upper", rows.upper),
                ("about", np.array(rows.labels, dtype=object)),
            ):
                data[f"{name} {part}"] = (f"{name} row", values)
    return xr.Dataset(data)
