"""`Synthesis`: one hidden process, the streams that show parts of it, and the statements that fix its level."""

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from estimators.errors import CircularityError, IdentificationWarning, ModelError
from estimators.evidence import Evidence
from estimators.priors import Claim, ExternalEstimate, Prior
from estimators.synthesis import graph as graphs
from estimators.synthesis import outcome, replicates
from estimators.synthesis.geometry import find_geometry
from estimators.synthesis.grid import Grid, make_grid
from estimators.synthesis.incidence import Incidence
from estimators.synthesis.laplace import engine
from estimators.synthesis.panel import Panel
from estimators.synthesis.recording import Recorded
from estimators.synthesis.statements import Statements, check_anchors
from estimators.synthesis.unknowns import Effect
from estimators.synthesis.world import Part, Stream

if TYPE_CHECKING:
    import pymc as pm


@dataclass(frozen=True, repr=False)
class Synthesis:
    """Hidden flow, streams and anchors as one model.

    Parameters
    ----------
    process : Incidence
        The hidden flow.
    streams : tuple of Stream
        What shows parts of it: `IdentifiedVictims`, `JusticeFunnel`, `Hotline`, `Survey`, `Overlap`, `Validation`, or your own.
    anchors : tuple of Claim or ExternalEstimate
        Statements about single areas. None may be made from the figures of a stream of the model, and no two from the same figures.
    doubt : float
        Probability that a statement is three times looser than it says.

    Examples
    --------
    >>> import estimators as est
    >>> claim = est.Claim("1 in 100", by="Consejo Ciudadano", area="MEX", within=3, derived_from="hotline")
    >>> model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), est.JusticeFunnel()), anchors=(claim,))
    >>> [stream.name for stream in model.without("justice_funnel").streams]
    ['identified_victims']
    """

    process: Incidence
    streams: tuple[Stream, ...]
    anchors: tuple[Claim | ExternalEstimate, ...] = ()
    doubt: float = 0.2

    def __post_init__(self) -> None:
        names = [stream.name for stream in self.streams]
        if not names or len(set(names)) < len(names):
            raise ModelError(f"streams {', '.join(names) or 'none'}: expected at least one, and each once")
        _check_needs(names, self.streams, self.process)
        check_anchors(self.anchors)
        if any(isinstance(anchor, Claim) for anchor in self.anchors) and "identified_victims" not in names:
            raise ModelError("a claim speaks of the share reported: expected IdentifiedVictims among the streams")
        _refuse_circular(self.anchors, self.streams)
        if not 0.0 <= self.doubt < 1.0:
            raise ModelError(f"doubt {self.doubt:g}: expected a probability below 1")

    def __repr__(self) -> str:
        named = ", ".join(stream.name.replace("_", " ") for stream in self.streams)
        lines = [f"{prior.name} ~ {prior.formula} ({prior.description}; {prior.reason})" for prior in self.priors()]
        names = "; ".join(anchor.name for anchor in self.anchors)
        looser = f"each three times looser than it says with probability {self.doubt:g}"
        said = f"Statements about single areas: {names}, {looser}." if names else "No statements about single areas."
        return (
            f"Synthesis of {named}. One hidden flow of persons newly exploited, by area and period; every figure is a count, share or "
            f"estimate of it under its stream's own unknown level. {said} Priors: {'; '.join(lines)}."
        )

    def without(self, name: str) -> "Synthesis":
        """The model without one stream, by its name, or without one anchor, by its name or that of the body behind it.

        Raises
        ------
        ModelError
            If there is none of that name.
        """
        streams = tuple(stream for stream in self.streams if stream.name != name)
        anchors = tuple(anchor for anchor in self.anchors if name not in (anchor.name, anchor.by))
        if len(streams) == len(self.streams) and len(anchors) == len(self.anchors):
            there = [stream.name for stream in self.streams] + [anchor.name for anchor in self.anchors]
            raise ModelError(f"{name!r}: expected one of {', '.join(there)}")
        return replace(self, streams=streams, anchors=anchors)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Capacity where a stream measures it, process, streams, statements: the order in which quantities are computed."""
        measuring = (stream for stream in self.streams if getattr(stream, "measures_capacity", False))
        capacity: tuple[Part, ...] = tuple(getattr(stream, "capacity") for stream in measuring)  # noqa: B009
        said = (Statements(self.anchors, self.doubt),) if self.anchors else ()
        return (*capacity, self.process, *self.streams, *said)

    def priors(self) -> tuple[Prior, ...]:
        """Every prior, by the name of its unknown, for the table that goes into the paper."""
        edges = np.array(["2000-01-01", "2001-01-01", "2002-01-01"], dtype="M8[D]")
        grid = Grid(("one", "other"), self.process.strata or ("all",), self.process.by, edges, np.ones((2, 2)))
        panel = Panel(grid, self.parts, {})
        return tuple(replace(each.prior, name=each.name) for each in panel.unknowns if not isinstance(each, Effect))

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        names = {stream.name for stream in self.streams}
        said = [
            "the estimand is the annual flow of persons newly exploited; every source is converted to it by a factor of its own",
            "areas are exchangeable but for their covariates, in incidence and in reporting",
            "a count identifies the product of flow and reporting probability; the prior shares its changes between the two",
            "what a year's figure varies beyond chance and beyond the effects of areas and periods is taken as variation of reporting, "
            "raids for example, and not of the flow",
            "missing figures are missing at random given the model",
        ]
        if any(part.name == "capacity" for part in self.parts):
            said.append(
                "state capacity is tied to reporting (β) and to incidence (δ) by their priors: figures inform only the sum β + δ"
            )
        if "hotline" in names:
            said.append(
                "a hotline's level is its prior: it is an absolute anchor, whatever the posterior of other quantities contracts to"
            )
        if any(isinstance(anchor, Claim) for anchor in self.anchors):
            said.append(
                "a claim speaks of cases reported, the series of victims identified: their ratio is an unknown of the model"
            )
        said += [text for stream in self.streams for text in getattr(stream, "assumptions", ())]
        return tuple(said)

    def figures(self, evidence: Evidence) -> Panel:
        """Grid and figures.

        Raises
        ------
        DataError
            If figures do not fit the model: an aggregate beyond its cells, a cell counted twice, an area without population.

        Warns
        -----
        IdentificationWarning
            Naming indicators of the evidence that no stream reads.
        """
        read = [indicator for stream in self.streams for indicator in stream.indicators]
        grid = make_grid(evidence, read, self.process.by, self.process.strata, self.process.periods)
        unread = [indicator for indicator in evidence.indicators if indicator not in (*read, "population")]
        if unread:
            text = f"no stream reads {', '.join(unread)}: add a stream that does, or leave them out with .where(indicator=…)"
            warnings.warn(text, IdentificationWarning, stacklevel=3)
        found: dict[tuple[str, str], Any] = {}
        parts = tuple(part.given(evidence, grid) if isinstance(part, Recorded) else part for part in self.parts)
        for part in parts:
            if hasattr(part, "read"):
                found |= {(part.name, term): rows for term, rows in part.read(evidence, grid).items()}
        return Panel(grid, parts, found)

    def graph(self, figures: Panel) -> "pm.Model":
        """The PyMC model."""
        return graphs.build(figures, find_geometry(figures))

    def laplace(
        self, figures: Panel, chains: int, draws: int, rng: np.random.Generator
    ) -> tuple[xr.Dataset, xr.Dataset]:
        """Draws as of the graph, and what the weights behind them say: see `estimators.synthesis.laplace`.

        Raises
        ------
        EngineError
            Naming the term that the engine cannot take.
        """
        found = engine.draw(figures, chains * draws, rng)
        return outcome.as_drawn(found.known, figures, chains), found.statistics()

    def complete(self, posterior: xr.Dataset, figures: Panel, rng: np.random.Generator) -> dict[str, xr.Dataset]:
        """Groups of the result from the draws of the graph."""
        return outcome.groups(posterior, figures, rng)

    def replicate(self, figures: Panel, draws: int, rng: np.random.Generator) -> replicates.Quantities:
        """Truth and draws of every quantity of one simulated set of figures: see `estimators.calibration.Replicable`."""
        return replicates.over_prior(figures, draws, rng)

    def replicate_given(
        self, figures: Panel, given: xr.Dataset, draws: int, rng: np.random.Generator
    ) -> replicates.Quantities:
        """The same around these figures, with the truth given, a draw of their posterior."""
        return replicates.around_figures(figures, given, draws, rng)


def _check_needs(names: list[str], streams: tuple[Stream, ...], process: Incidence) -> None:
    needs = {
        "justice_funnel": ("identified_victims",),
        "validation": ("identified_victims",),
        "overlap": ("identified_victims", "hotline"),
        "exits": ("identified_victims",),
    }
    for name, wanted in needs.items():
        missing = [other for other in wanted if name in names and other not in names[: names.index(name)]]
        if missing:
            raise ModelError(f"{name} without {', '.join(missing)}: expected it before {name} among the streams")
    measured = any(getattr(stream, "measures_capacity", False) for stream in streams)
    unmeasured = [name for name in names if name == "publication" or name.startswith("capacity_index")]
    if unmeasured and not measured:
        raise ModelError(
            f"{unmeasured[0]} without a measure of capacity: expected a JusticeFunnel of two stages or more"
        )
    if process.neighbours and any(getattr(stream, "neighbours", ()) for stream in streams):
        raise ModelError(
            "neighbours in the process and in a stream: expected a spatial effect on incidence or on reporting, never both"
        )
    read = [indicator for stream in streams for indicator in stream.indicators]
    twice = sorted({indicator for indicator in read if read.count(indicator) > 1})
    if twice:
        raise ModelError(f"{', '.join(twice)} read by two streams: expected each figure to be counted once")


def _refuse_circular(anchors: tuple[Claim | ExternalEstimate, ...], streams: tuple[Stream, ...]) -> None:
    """Refuse anchors made from a stream of the model, and two anchors made from the same figures."""
    origins: dict[str, str] = {}
    claims = [
        stream.reporting for stream in streams if hasattr(stream, "reporting") and isinstance(stream.reporting, Claim)
    ]
    for place, anchor in enumerate((*claims, *anchors)):
        origin = anchor.derived_from
        if anchor in (*claims, *anchors)[:place]:
            raise CircularityError(f"{anchor.name} is given twice: it is one anchor; keep one of them")
        for stream in streams:
            if origin and origin in (stream.name, *stream.indicators):
                text = (
                    f"{anchor.name} was made from {origin}, which the stream {stream.name} reads: leave one of them out"
                )
                raise CircularityError(text)
        if origin and origin in origins:
            raise CircularityError(
                f"{origins[origin]} and {anchor.name} were both made from {origin!r}: they are one anchor; keep one of them"
            )
        origins[origin] = anchor.name
