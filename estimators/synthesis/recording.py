"""How the figures of a stream were recorded: under another rule, by another source, too early, under other labels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.evidence.breaks import refuse_broken_totals, refuse_straddling
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Values
from estimators.synthesis.sources import Reading, Sources, beside_parents, read_by_source
from estimators.synthesis.unknowns import Unknown
from estimators.synthesis.world import Figures, Observed, Stream, World

FLAGS = 2  # columns of a design before those of rules


@dataclass(frozen=True, eq=False)
class Column:
    """One unknown factor of some rows.

    Parameters
    ----------
    unknown : Unknown
        Its logarithm, a location; or, where a rule has formulas of its own, any of its unknowns.
    rows : pandas.Series
        How often the logarithm is added, by row of the evidence: 1, -1, or a number that the rule's formula uses.
    linear : bool
        Whether it is added at all.
    other : bool
        Whether rows with it say something else than what was counted.
    """

    unknown: Unknown | None
    rows: "pd.Series[float]"
    linear: bool = True
    other: bool = True


class Rule(Protocol):
    """One way in which figures are not what was counted."""

    @property
    def assumption(self) -> str:
        """What is taken for granted, in words."""
        ...

    def unknowns(self, indicators: tuple[str, ...]) -> tuple[Unknown, ...]:
        """Its unknowns before any figure is seen, one of each kind: for the table of priors."""
        ...

    def columns(self, evidence: Evidence, grid: Grid, indicators: tuple[str, ...]) -> tuple[Column, ...]:
        """Its unknowns given the figures, and the rows that each concerns."""
        ...


@dataclass(frozen=True, eq=False)
class Bound:
    """What a stream's rules say of given figures: columns in order, and the kinds of row of further sources."""

    columns: tuple[Column, ...]
    reading: Reading

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """All unknowns, each once."""
        found = [column.unknown for column in self.columns if column.unknown is not None]
        return (*{each.name: each for each in found}.values(), *self.reading.unknowns)

    def shift(self, rows: Observations, world: World) -> Values:
        """Logarithm of the factor between what was recorded and what was counted, (..., rows); 0 where there is none."""
        total: Values = 0.0
        assert rows.design is not None  # noqa: S101  # `Recorded.read` has given it
        for place, column in enumerate(self.columns):
            values = rows.design[:, FLAGS + place]
            if column.linear and column.unknown is not None and values.any():
                total = total + world[column.unknown.name] * values
        return total


@dataclass(frozen=True)
class Recorded:
    """A stream whose counts were recorded by rules: in all else the stream itself.

    Parameters
    ----------
    stream : Stream
        A stream of counts, such as `IdentifiedVictims` or `JusticeFunnel`.
    rules : tuple of Rule
        Any of `Steps`, `SourceEffects`, `Mislabelling`, `Revision`, each once.

    Notes
    -----
    With m the mean of a row in the stream alone, the mean of what is recorded is m × sensitivity / (1 - false share), or m × sensitivity
    plus a share of another crime, times the factors of its rule, source and age. What the counts of one stage are for the next is what
    they would have been before the break.

    Examples
    --------
    >>> import estimators as est
    >>> stream = est.Recorded(est.IdentifiedVictims(), (est.Steps(),))
    >>> model = est.Synthesis(est.Incidence(), (stream,))
    >>> [prior.name for prior in model.priors() if prior.name.startswith("log_step")]
    ['log_step_victims_identified']
    """

    stream: Stream
    rules: tuple[Rule, ...]
    bound: Bound | None = None

    def __post_init__(self) -> None:
        kinds = [type(rule) for rule in self.rules]
        if not kinds or len(set(kinds)) < len(kinds):
            names = ", ".join(kind.__name__ for kind in kinds) or "none"
            raise ModelError(f"rules {names}: expected at least one, and each kind once")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("stream", "rules", "bound"):
            raise AttributeError(name)
        return getattr(self.stream, name)

    @property
    def name(self) -> str:
        """Of the stream."""
        return self.stream.name

    @property
    def indicators(self) -> tuple[str, ...]:
        """Of the stream, and those that rules need."""
        return (*self.stream.indicators, *(name for rule in self.rules for name in getattr(rule, "reads", ())))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the rules take for granted."""
        return tuple(rule.assumption for rule in self.rules)

    def given(self, evidence: Evidence, grid: Grid) -> "Recorded":
        """The same stream knowing its figures: which breaks, sources and fresh periods there are."""
        indicators = self.stream.indicators
        columns = [column for rule in self.rules for column in rule.columns(evidence, grid, indicators)]
        sources = next((rule for rule in self.rules if isinstance(rule, Sources)), None)
        reading = sources.reading(evidence, indicators) if sources else Reading()
        return replace(self, bound=Bound(tuple(columns), reading))

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Those of the stream and of its rules."""
        own = self.stream.unknowns(grid, present)
        if self.bound is not None:
            return (*own, *self.bound.unknowns)
        return (*own, *(each for rule in self.rules for each in rule.unknowns(self.stream.indicators)))

    def quantities(self, world: World) -> dict[str, Values]:
        """Those of the stream: what is counted does not depend on how it is recorded."""
        return self.stream.quantities(world)

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """Rows of the stream with their design; those of further sources as kinds of their own."""
        assert self.bound is not None  # noqa: S101  # `Synthesis.figures` has given it
        if any(getattr(rule, "knows_breaks", False) for rule in self.rules):
            table = evidence.table[evidence.table["indicator"].isin(list(self.stream.indicators))]
            refuse_straddling(table, evidence.breaks, evidence.label)
            refuse_broken_totals(table, evidence.breaks, evidence.regions, evidence.label)
            evidence = evidence.with_breaks(())
        found = read_by_source(self.stream, evidence, grid, self.bound.reading)
        return {term: self._designed(term, rows) for term, rows in found.items()}

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """That of the stream, its mean as recorded."""
        assert self.bound is not None  # noqa: S101
        about, rows = self.bound.reading.terms.get(term), observed[term]
        first = {name: each for name, each in observed.items() if name not in self.bound.reading.terms}
        counted = self._counted(first, figures, world)
        base = about.term if about else term
        found: Any = self.stream.distribution(base, world, {**first, base: rows}, counted)
        if not hasattr(found, "log_mean"):
            if about is None and not rows.recorded.any():
                return found  # type: ignore[no-any-return]
            raise ModelError(f"{self.name}: {term} is no count with a mean: expected no {self._names} of it")
        shift = self.bound.shift(rows, world)
        log_mean = self._labelled(base, rows, found.log_mean, world) + shift
        if about:
            shifts = {name: self.bound.shift(observed[name], world) for name in about.parents}
            log_mean = beside_parents(about, rows, log_mean, shift, observed, figures, shifts, world)
            return about.distribution(log_mean, found, world)
        return replace(found, log_mean=log_mean)  # type: ignore[no-any-return]

    @property
    def _names(self) -> str:
        return ", ".join(type(rule).__name__ for rule in self.rules)

    def _counted(self, observed: Mapping[str, Observations], figures: Figures, world: World) -> dict[str, Values]:
        """Figures as they would have been without breaks and delay: what a later stage follows from."""
        assert self.bound is not None  # noqa: S101
        found = {}
        for name, values in figures.items():
            if name in observed and not (isinstance(values, np.ndarray) and values.shape[-1] < len(observed[name])):
                shift = self.bound.shift(observed[name], world)
                plain = isinstance(shift, float)
                found[name] = values if plain else values * world.operations.exp(-shift)
        return found

    def _labelled(self, term: str, rows: Observations, log_mean: Values, world: World) -> Values:
        """Logarithm of the mean under the label, of what is counted."""
        assert self.bound is not None  # noqa: S101
        assert rows.design is not None  # noqa: S101
        for rule in self.rules:
            if hasattr(rule, "labelled"):
                extra = [place for place, column in enumerate(self.bound.columns) if column.unknown is None]
                log_mean = rule.labelled(term, log_mean, rows.design[:, [FLAGS + place for place in extra]], world)
        return log_mean

    def _designed(self, term: str, rows: Observations) -> Observations:
        assert self.bound is not None  # noqa: S101
        values = [column.rows.reindex(rows.rows).fillna(0.0).to_numpy(dtype=float) for column in self.bound.columns]
        other = np.zeros(len(rows))
        for column, each in zip(self.bound.columns, values, strict=True):
            other += (each != 0.0) & column.other
        flags = [other, np.full(len(rows), float(term in self.bound.reading.terms))]
        return replace(rows, design=np.column_stack([*flags, *values]))
