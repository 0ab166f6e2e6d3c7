"""The same model again with something changed: compiled once, sampled as often as needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from estimators.sampling import Sampler, Sampling
from estimators.synthesis.geometry import Geometry, find_geometry, rotation
from estimators.synthesis.graph import build, counts
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.outcome import known_values
from estimators.synthesis.panel import Panel
from estimators.synthesis.world import World

type Array = NDArray[np.float64]
type Key = tuple[str, str]

FIXED = 1e-3  # prior standard deviation of a location that is held at a value
QUICK = Sampling(draws=500, tune=500, chains=2, target_accept=0.9)


@dataclass
class Refits:
    """A panel whose rows, priors and figures can be changed without compiling again.

    Parameters
    ----------
    panel : Panel
        The model with its figures.
    sampling : Sampling
        How much to sample each time.
    seed : int
        Of every refit.
    """

    panel: Panel
    sampling: Sampling = QUICK
    seed: int = 1
    _geometry: Geometry = field(init=False, repr=False)
    _sampler: Sampler = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._geometry = find_geometry(self.panel)
        self._sampler = Sampler(build(self.panel, self._geometry, refit=True))

    def world(self, data: Mapping[str, Array]) -> World:
        """Unknowns and quantities of a refit, one row a draw."""
        posterior, _ = self._sampler.sample(self.sampling, self.seed, data)
        return self.panel.world(known_values(posterior, self.panel), NUMPY)

    def without_rows(self, dropped: Mapping[Key, NDArray[np.bool_]]) -> dict[str, Array]:
        """Data that leave rows out, by kind of row."""
        return {
            f"weight {stream}: {term}": (~rows).astype(float) for (stream, term), rows in dropped.items() if len(rows)
        }

    def without_stream(self, name: str) -> dict[str, Array]:
        """Data that leave all rows of a stream out."""
        keys = [key for key in self.panel.figures if key[0] == name]
        return self.without_rows({key: np.ones(len(self.panel.figures[key]), dtype=bool) for key in keys})

    def without_area(self, area: int) -> dict[str, Array]:
        """Data that leave every row out that speaks of one area."""
        cells = self.panel.grid.index["area"] == area
        dropped = {key: (rows.matrix[:, cells] > 0).any(axis=1) for key, rows in self.panel.figures.items()}
        return self.without_rows({key: rows for key, rows in dropped.items() if key[0] != "statements" or rows.all()})

    def held(self, name: str, value: float) -> dict[str, Array]:
        """Data that hold one location at a value on its working scale."""
        mean, sd = (part.copy() for part in self.panel.location_prior)
        place = [location.name for location in self.panel.locations].index(name)
        mean[place], sd[place] = value, FIXED
        return {"location_mean": mean, "location_rotation": rotation(self.panel, self._geometry, sd)}

    def shuffled(self, name: str, rng: np.random.Generator) -> dict[str, Array]:
        """Data in which the figures of a stream are dealt out at random among its rows; empty where some are intervals."""
        found = {}
        for (stream, term), rows in self.panel.figures.items():
            if stream == name and len(rows) > 1 and counts(rows):
                found[f"figures {stream}: {term}"] = rng.permutation(rows.lower)
        return found


def level(world: World) -> Array:
    """Logarithm of the flow per year of all areas together, on the average of the periods, one entry a draw."""
    return np.asarray(np.log(np.exp(world["log_flow"]).sum(axis=-1) / world.grid.years.sum()))


def limits(draws: Array) -> dict[str, float]:
    """Median and 95 % interval."""
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return {"median": float(middle), "lower": float(low), "upper": float(high)}
