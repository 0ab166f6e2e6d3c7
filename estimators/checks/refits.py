"""The same model again with something changed: drawn by importance, or sampled from one compiled graph where that cannot be trusted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimators.checks.fits import Start, fast_fit, start_at
from estimators.sampling import Sampler, Sampling
from estimators.synthesis.geometry import Geometry, find_geometry, rotation
from estimators.synthesis.graph import build, counts
from estimators.synthesis.grid import Grid
from estimators.synthesis.operations import NUMPY, Values
from estimators.synthesis.outcome import known_values
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Location, Unknown
from estimators.synthesis.world import Part, World

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Key = tuple[str, str]

FIXED = 1e-3  # prior standard deviation of a location that is held at a value
QUICK = Sampling(draws=250, tune=500, chains=2, target_accept=0.9)  # independent draws where by importance


@dataclass(frozen=True, eq=False)
class Change:
    """Something changed in a panel.

    Parameters
    ----------
    label : str
        What was changed.
    panel : Panel
        The panel with the change.
    data : callable
        The same change as data of the compiled graph.
    near : bool
        Whether the posterior is expected near that of the panel as it is.
    """

    label: str
    panel: Panel
    data: Callable[[], dict[str, Array]]
    near: bool = True


@dataclass(frozen=True)
class Held:
    """A part whose one location is held at a value on its working scale; in all else the part itself."""

    part: Part
    location: str
    value: float

    @property
    def name(self) -> str:
        """Of the part."""
        return self.part.name

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Those of the part, the prior of one of them tight."""
        return tuple(
            replace(each, prior=replace(each.prior, parameters=(self.value, FIXED)))
            if isinstance(each, Location) and each.name == self.location
            else each
            for each in self.part.unknowns(grid, present)
        )

    def quantities(self, world: World) -> dict[str, Values]:
        """Of the part."""
        return self.part.quantities(world)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.part, name)


@dataclass
class Refits:
    """Refits of a panel whose rows, priors and figures are changed. Each is a function of panel, change, sampling and seed.

    Parameters
    ----------
    panel : Panel
        The model with its figures.
    sampling : Sampling
        How much: draws × chains in all; tuning is the sampler's.
    seed : int
        Of every refit.
    """

    panel: Panel
    sampling: Sampling = QUICK
    seed: int = 1
    _sampled: list[str] = field(default_factory=list, repr=False)

    @cached_property
    def unchanged(self) -> Change:
        """The panel as it is."""
        return Change("nothing changed", self.panel, dict)

    @cached_property
    def full(self) -> World:
        """Unknowns and quantities of the panel as it is, one row a draw."""
        return self._full[0]

    def world(self, change: Change) -> World:
        """Unknowns and quantities of a refit, one row a draw."""
        return self._fitted(change, self._full[1] if change.near else None)[0]

    def note(self) -> str:
        """Which refits since the last call were sampled by NUTS, as a sentence to add; empty where none was."""
        labels, self._sampled = list(dict.fromkeys(self._sampled)), []
        text = f" Sampled by NUTS, because draws by importance could not be had or trusted: {', '.join(labels)}."
        return text if labels else ""

    def without_rows(self, dropped: Mapping[Key, Mask], label: str = "rows left out") -> Change:
        """Rows left out, by kind of row."""
        figures = {
            key: rows.take(~dropped[key]) if key in dropped else rows for key, rows in self.panel.figures.items()
        }
        weights = {
            f"weight {stream}: {term}": (~rows).astype(float) for (stream, term), rows in dropped.items() if len(rows)
        }
        return Change(label, replace(self.panel, figures=figures), lambda: weights)

    def without_stream(self, name: str) -> Change:
        """All rows of a stream left out."""
        keys = [key for key in self.panel.figures if key[0] == name]
        return self.without_rows({key: np.ones(len(self.panel.figures[key]), dtype=bool) for key in keys}, name)

    def without_area(self, area: int) -> Change:
        """Every row left out that speaks of one area."""
        cells = self.panel.grid.index["area"] == area
        dropped = {key: rows.touching(cells) for key, rows in self.panel.figures.items()}
        return self.without_rows(dropped, self.panel.grid.areas[area])

    def held(self, name: str, value: float, label: str = "") -> Change:
        """One location held at a value on its working scale."""
        grid, parts = self.panel.grid, self.panel.parts
        present = frozenset(part.name for part in parts)
        has = [any(each.name == name for each in part.unknowns(grid, present)) for part in parts]
        changed = tuple(Held(part, name, value) if its else part for part, its in zip(parts, has, strict=True))

        def data() -> dict[str, Array]:
            mean, sd = (part.copy() for part in self.panel.location_prior)
            place = [location.name for location in self.panel.locations].index(name)
            mean[place], sd[place] = value, FIXED
            return {"location_mean": mean, "location_rotation": rotation(self.panel, self._geometry, sd)}

        return Change(label or f"{name} at {value:.3g}", replace(self.panel, parts=changed), data)

    def shuffled(self, name: str, rng: np.random.Generator) -> Change | None:
        """The figures of a stream dealt out at random among its rows; None where there are none or all are intervals."""
        dealt = {
            key: rng.permutation(rows.lower)
            for key, rows in self.panel.figures.items()
            if key[0] == name and len(rows) > 1 and counts(rows)
        }
        if not dealt:
            return None
        figures = {
            key: rows.with_counts(dealt[key]) if key in dealt else rows for key, rows in self.panel.figures.items()
        }
        data = {f"figures {stream}: {term}": values for (stream, term), values in dealt.items()}
        return Change(f"{name} shuffled", replace(self.panel, figures=figures), lambda: data, near=False)

    @cached_property
    def _full(self) -> tuple[World, Start | None]:
        return self._fitted(self.unchanged, None)

    @cached_property
    def _geometry(self) -> Geometry:
        return find_geometry(self.panel)

    @cached_property
    def _sampler(self) -> Sampler:
        return Sampler(build(self.panel, self._geometry, refit=True))

    def _fitted(self, change: Change, start: Start | None) -> tuple[World, Start | None]:
        found, _ = fast_fit(change.panel, self.sampling.draws * self.sampling.chains, self.seed, start)
        if found is not None:
            return self.panel.world(found.known, NUMPY), start_at(found.reference, change.panel)
        self._sampled.append(change.label)
        posterior, _ = self._sampler.sample(self.sampling, self.seed, change.data())
        return self.panel.world(known_values(posterior, self.panel), NUMPY), None
