"""What bodies say: claims about the reporting probability of an area, and published figures as anchors of its flow."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from estimators.errors import DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.evidence.periods import ONE_DAY, as_days, parse_period
from estimators.priors import Claim, ExternalEstimate, Prior
from estimators.synthesis.distributions import Distribution
from estimators.synthesis.grid import PER, Grid
from estimators.synthesis.normal import Normal
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Location, Unknown
from estimators.synthesis.world import Figures, Observed, World

BODY = Prior(
    "what claims of one body have in common",
    "wrong together by up to a factor 2.7",
    "normal",
    (0.0, 0.5),
    "one body, one method",
)


@dataclass(frozen=True)
class Statements:
    """Anchors about single areas, as random figures: a body states logit ρ* or log N with an error of its own.

    Parameters
    ----------
    anchors : tuple of Claim or ExternalEstimate
        Each about one area, or several joined by ``+``, and about one period or all.
    doubt : float
        Probability that a statement is three times looser than it says.
    body : Prior
        Normal, of the error that statements of one body have in common.

    Notes
    -----
    Claim: logit(1/K) ~ (1 - w) Normal(logit ρ̄ + m + b, σ²) + w Normal(…, 9σ²), ρ̄ the reported share of the flow of its area and periods,
    m the log of cases reported per victim identified, b the body's. Published figure: log value, all adjustments made, ~ Normal(log of the
    mean flow per year of its area and periods, total sd²), with the same doubt.
    """

    anchors: tuple[Claim | ExternalEstimate, ...]
    doubt: float = 0.2
    body: Prior = BODY

    @property
    def name(self) -> str:
        """Statements."""
        return "statements"

    @property
    def indicators(self) -> tuple[str, ...]:
        """None: they come with the model."""
        return ()

    @property
    def _bodies(self) -> tuple[str, ...]:
        """Bodies that make several statements."""
        said = [anchor.by for anchor in self.anchors if anchor.by]
        return tuple(sorted({by for by in said if said.count(by) > 1}))

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each statement, none twice: with what it is about where one body says the same of several areas."""
        names = [anchor.name for anchor in self.anchors]
        about = [" ".join(part for part in (anchor.area, anchor.period) if part) for anchor in self.anchors]
        full = [name if names.count(name) == 1 else f"{name}, {what}" for name, what in zip(names, about, strict=True)]
        return tuple(
            name if full.count(name) == 1 else f"{name}, statement {place + 1}" for place, name in enumerate(full)
        )

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """One common error for each body that makes several statements."""
        return tuple(Location(f"body_{place}", self.body, "claim") for place, _ in enumerate(self._bodies))

    def quantities(self, world: World) -> dict[str, Values]:
        """None by cell."""
        return {}

    def read(self, evidence: Evidence, grid: Grid) -> dict[str, Observations]:
        """One row a statement, about the cells of its area and periods."""
        found, labels = {}, self.labels
        for place, anchor in enumerate(self.anchors):
            cells = _cells(anchor, grid).astype(float)[None] / max(1, int(_cells(anchor, grid).sum()))
            if isinstance(anchor, Claim):
                value = anchor.prior.parameters[0]
            else:
                value = anchor.log_median
                if anchor.unit == "per 100,000":
                    persons = grid.population.ravel()[grid.index["area_period"]]
                    value += float(np.log((cells[0] * persons).sum() * _areas(anchor, grid) / PER))
            at = np.array([value])
            found[f"statement {place + 1}"] = Observations(
                at, at, sparse.csr_array(cells), np.zeros(1, dtype=np.intp), (labels[place],)
            )
        return found

    def distribution(self, term: str, world: World, observed: Observed, figures: Figures) -> Distribution:
        """Normal around what is said, with doubt."""
        anchor, rows, ops = self.anchors[int(term.split()[1]) - 1], observed[term], world.operations
        shared = world[f"body_{self._bodies.index(anchor.by)}"] if anchor.by in self._bodies else 0.0
        if isinstance(anchor, ExternalEstimate):
            _, strata, _ = world.grid.shape
            log_years = np.log(world.grid.years)[world.grid.index["period"]]
            mean = rows.log_mean(world["log_flow"] - log_years, ops) + np.log(_areas(anchor, world.grid) * strata)
            return Normal(mean + shared, np.array([anchor.total_log_sd]), self.doubt)
        log_share = rows.log_mean(world["log_identified"], ops) - rows.log_mean(world["log_flow"], ops)
        logit = log_share - ops.log1p(-ops.exp(log_share))
        mean = logit + world["log_reported_per_identified"] + shared
        return Normal(mean, np.array([anchor.prior.parameters[1]]), self.doubt)


def _areas(anchor: Claim | ExternalEstimate, grid: Grid) -> int:
    return len(anchor.area.split("+")) if anchor.area else len(grid.areas)


def _cells(anchor: Claim | ExternalEstimate, grid: Grid) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The cells a statement speaks of.

    Raises
    ------
    DataError
        If its area or period is outside the model.
    """
    wanted = [part.strip() for part in anchor.area.split("+")] if anchor.area else list(grid.areas)
    foreign = [part for part in wanted if part not in grid.areas]
    if foreign:
        expected = f"an area of the model: {', '.join(grid.areas)}"
        raise DataError([Problem(anchor.name, None, "area", ", ".join(foreign), expected)])
    spoken = parse_period(anchor.period) if anchor.period else None
    if anchor.period and spoken is None:
        raise DataError(
            [Problem(anchor.name, None, "period", anchor.period, "a period such as '2022' or '2022-H1', or none")]
        )
    period = np.ones(grid.shape[2], dtype=bool)
    if spoken is not None:
        first, last = as_days(np.array(spoken, dtype="M8[D]"))
        period = (grid.edges[:-1] <= last) & (grid.edges[1:] - ONE_DAY >= first)
    if not period.any():
        raise DataError(
            [Problem(anchor.name, None, "period", anchor.period, f"a period of the model: {', '.join(grid.periods)}")]
        )
    places = [grid.areas.index(part) for part in wanted]
    return np.isin(grid.index["area"], places) & period[grid.index["period"]]


def check_anchors(anchors: tuple[Claim | ExternalEstimate, ...]) -> None:
    """Refuse what is no statement about an area.

    Raises
    ------
    ModelError
        A claim that names no area, or one whose prior is not logit-normal.
    """
    for anchor in anchors:
        if not isinstance(anchor, Claim | ExternalEstimate):
            raise ModelError(
                f"anchor {anchor!r}: expected a Claim or an ExternalEstimate; priors belong to the process and the streams"
            )
        if isinstance(anchor, Claim) and not anchor.area:
            text = f"{anchor.name} names no area, so it is a prior on the typical reporting level: give IdentifiedVictims(reporting=claim)"
            raise ModelError(text + ", or say which area it is about")
        if isinstance(anchor, Claim) and anchor.family != "logit-normal":
            raise ModelError(f"{anchor.name}: expected family='logit-normal' in a Synthesis")
