"""A synthesis as something to calibrate: a truth, figures drawn from it, a fit to them, and what of both is ranked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.laplace import engine
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY, Values
from estimators.synthesis.outcome import flat_vectors
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Effect, Unknown
from estimators.synthesis.world import Figures, Observed, Stream, World

type Array = NDArray[np.float64]
type Quantities = Mapping[str, tuple[float, Array]]

MANY = 8  # draws of the fit for each that is ranked: weighted draws repeat themselves, one in eight of them hardly does
LEAST = 1.6  # independent draws that those of the fit are worth, for each that is ranked
LONGER = 2  # times as many draws where these are worth too few or not to be trusted
TRIES = 4


@dataclass(frozen=True)
class Again:
    """A stream that published a second time: other figures with the distribution of the first, nothing new that is unknown."""

    stream: Stream

    @property
    def name(self) -> str:
        """Of the stream, again."""
        return f"{self.stream.name}, again"

    @property
    def indicators(self) -> tuple[str, ...]:
        """None: its figures are simulated."""
        return ()

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """None of its own."""
        return ()

    def quantities(self, world: World) -> dict[str, Values]:
        """None of its own."""
        return {}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """None."""
        return {}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """That of the stream."""
        return self.stream.distribution(term, world, observed, figures)


def over_prior(panel: Panel, draws: int, rng: np.random.Generator) -> Quantities:
    """Truth from the prior, figures from the truth, a fit to them."""
    truth = panel.draw_prior(1, rng)
    return _ranked(truth, panel.with_counts(_drawn(panel, truth, rng)), draws, rng)


def around_figures(panel: Panel, given: xr.Dataset, draws: int, rng: np.random.Generator) -> Quantities:
    """Truth given, one draw of the posterior; new figures of the same design from it; a fit to these and the figures of the panel."""
    known = {name: np.asarray(given[name].values, dtype=float).reshape(1, -1) for name in panel.layout}
    truth = flat_vectors(known, panel)
    return _ranked(truth, both(panel, panel.with_counts(_drawn(panel, truth, rng))), draws, rng)


def both(panel: Panel, other: Panel) -> Panel:
    """One panel with the figures of two, which have the same parts: its log likelihood is the sum of theirs."""
    again = tuple(Again(part) for part in panel.parts if hasattr(part, "distribution"))  # type: ignore[arg-type]
    second = {(f"{stream}, again", term): rows for (stream, term), rows in other.figures.items()}
    return replace(panel, parts=(*panel.parts, *again), figures={**panel.figures, **second})


def quantities(panel: Panel, vectors: Array) -> dict[str, Array]:
    """What is ranked, each (draws,), from flat vectors (draws, size).

    Every location, logarithm of a scale and logit of a share; one entry of every effect, of walks the last step; flow and reporting
    probability of the first cell of area and period with a figure and of the first without one; the flow of all; the log prior and the
    log likelihood of all figures.
    """
    known = panel.unpack(vectors)
    world = panel.world(known, NUMPY)
    hyper = [each.name for each in panel.unknowns if not isinstance(each, Effect)]
    scales = {each.name for each in panel.scales}
    found = {f"log {name}" if name in scales else name: vectors[:, panel.layout[name].start] for name in hyper}
    found |= {f"{each.name}, last": known[each.name][:, -1] for each in panel.effects}
    flow = np.exp(world["log_flow"]) * np.ones((len(vectors), 1))
    found["log flow, all"] = np.log(flow.sum(axis=1))
    shape = (len(vectors), *panel.grid.shape)
    seen = np.exp(world["log_identified"]).reshape(shape).sum(axis=2) if "log_identified" in world else None
    flow = flow.reshape(shape).sum(axis=2)
    for label, place in _cells(panel).items():
        found[f"log flow, {label}"] = np.log(flow[:, *place])
        if seen is not None:
            share = seen[:, *place] / flow[:, *place]
            found[f"logit reporting, {label}"] = special.logit(share)
    likelihood = panel.log_likelihood(vectors).values()
    found["log prior"] = panel.log_prior(vectors)
    found["log likelihood"] = np.asarray(sum((rows.sum(axis=-1) for rows in likelihood), start=np.zeros(len(vectors))))
    return found


def _cells(panel: Panel) -> dict[str, tuple[int, int]]:
    """The first area and period of which a row speaks alone, and the first without one."""
    areas, _, periods = panel.grid.shape
    seen = np.zeros((areas, periods), dtype=bool)
    for rows in panel.figures.values():
        alone = rows.within(panel.grid.index["area_period"])
        seen.ravel()[alone[alone >= 0]] = True
    chosen = [np.argwhere(which)[:1] for which in (seen, ~seen)]
    return {
        f"{panel.grid.areas[area]} {panel.grid.periods[period]}": (int(area), int(period))
        for area, period in np.concatenate(chosen)
    }


def _drawn(panel: Panel, truth: Array, rng: np.random.Generator) -> dict[tuple[str, str], Array]:
    return {key: counts[0] for key, counts in panel.simulate(truth, rng).items()}


def _ranked(truth: Array, panel: Panel, draws: int, rng: np.random.Generator) -> Quantities:
    drawn = quantities(panel, _posterior(panel, draws, rng))
    actual = quantities(panel, truth)
    return {name: (float(actual[name][0]), values) for name, values in drawn.items()}


def _posterior(panel: Panel, draws: int, rng: np.random.Generator) -> Array:
    """Flat vectors drawn from the posterior, as good as independent; more are weighed where the weights ask for it.

    Raises
    ------
    ModelError
        If the weights cannot be trusted in the end: the replicate is then counted as failed.
    """
    start = None
    for attempt in range(TRIES):
        found = engine.draw(panel, draws * MANY * LONGER**attempt, rng, start)
        start = found.reference
        if found.trusted and found.effective >= LEAST * draws:
            return flat_vectors(found.known, panel)
    raise ModelError(
        f"Pareto k̂ = {found.pareto_k:.2f}, {found.effective:.0f} effective of {found.proposed:,} draws: not to be trusted"
    )
