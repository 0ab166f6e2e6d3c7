"""Three rules of recording: a step at each declared break, an effect of each source, the revision of fresh figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pandas as pd

from estimators.errors import ModelError
from estimators.evidence import Evidence, period_label
from estimators.priors import Prior
from estimators.synthesis.grid import Grid
from estimators.synthesis.recording import Column
from estimators.synthesis.sources import Further, Reading
from estimators.synthesis.unknowns import Location, Unknown

STEP = Prior("step at a break", "by the new rule 0.19 to 5.2 times as many", "log-normal", (0.0, 1.0),
             "what a new counting rule or reporter changes is not known beforehand")  # fmt: skip
EFFECT = Prior("effect of a source", "one source counts 0.44 to 2.3 times as many as the other", "log-normal", (0.0, 0.5),
               "sources define, date and count differently; neither is the truth")  # fmt: skip
STRAYING = Prior("dispersion of a further source", "extra coefficient of variation 0.2 to 0.6 around the other source", "log-normal",
                 (float(np.log(8.0)), 0.7), "beside a constant factor sources stray by year")  # fmt: skip
DAYS_OF_A_MONTH = 30.4375


@dataclass(frozen=True)
class Steps:
    """A level of its own on each side of every declared break: the log mean of rows after it has a step with this prior.

    Parameters
    ----------
    step : Prior
        Log-normal, of the factor between what the new rule counts and what the old one would have. A break of all areas is one step.
    """

    step: Prior = STEP
    knows_breaks: bool = field(default=True, init=False, repr=False)

    @property
    def assumption(self) -> str:
        """That the step is constant."""
        return "at a declared break the counting changes by one unknown factor; it stays the same afterwards, and reality may change too"

    def unknowns(self, indicators: tuple[str, ...]) -> tuple[Unknown, ...]:
        """One for each indicator."""
        return tuple(Location(f"log_step_{indicator}", self.step, "breaks") for indicator in indicators)

    def columns(self, evidence: Evidence, grid: Grid, indicators: tuple[str, ...]) -> tuple[Column, ...]:
        """One for each break of these indicators that rows stand behind."""
        table = evidence.table
        pairs = [(each, each.after(table)) for each in evidence.breaks if each.indicator in indicators]
        return tuple(
            Column(Location(f"log_step_{each.key}", self.step, "breaks"), after[after].astype(float))
            for each, after in pairs if after.any()
        )  # fmt: skip


@dataclass(frozen=True)
class SourceEffects:
    """Several sources of one series: one sets the level, each further one counts it times an unknown factor.

    Parameters
    ----------
    effect : Prior
        Log-normal, of the factor of a further source.
    dispersion : Prior
        Log-normal, of φ of how far it strays from that, year by year.
    reference : str
        The source that sets the level; empty for the one with most figures of each indicator.

    Notes
    -----
    In a cell that an earlier source counts too, y' ~ NegativeBinomial((y + ½) × factor, φ'): a second count of the same persons tells how
    the sources differ and nothing of the level. In a cell of its own, the mean is that of the stream × factor and 1/φ adds to 1/φ'.
    """

    effect: Prior = EFFECT
    dispersion: Prior = STRAYING
    reference: str = ""

    @property
    def assumption(self) -> str:
        """Which source sets the level."""
        named = self.reference or "the source with most figures of each indicator"
        return f"of several sources of one series {named} sets the level; each further one counts it times an unknown constant factor"

    def unknowns(self, indicators: tuple[str, ...]) -> tuple[Unknown, ...]:
        """One of each kind for each indicator."""
        found = [(Location(f"log_source_{name}", self.effect, "sources"),
                  Location(f"log_dispersion_source_{name}", self.dispersion, "dispersion")) for name in indicators]  # fmt: skip
        return tuple(unknown for pair in found for unknown in pair)

    def columns(self, evidence: Evidence, grid: Grid, indicators: tuple[str, ...]) -> tuple[Column, ...]:
        """One for each further source of each indicator."""
        table, found = evidence.table, []
        for about in {
            (each.term, each.source): each for each in self.reading(evidence, indicators).terms.values()
        }.values():
            rows = (table["indicator"] == about.term) & (table["source"] == about.source)
            unknown = Location(f"log_source_{about.term}_{about.source}", self.effect, "sources")
            found.append(Column(unknown, rows[rows].astype(float), other=False))
        return tuple(found)

    def reading(self, evidence: Evidence, indicators: tuple[str, ...]) -> Reading:
        """The sources of each indicator, those with most figures first."""
        table = evidence.table
        first, terms, unknowns = {}, {}, []
        for indicator in indicators:
            known = table[(table["indicator"] == indicator) & table["lower"].notna()]
            sources = [str(name) for name in known["source"].value_counts(sort=True).index]
            if self.reference in sources:
                sources.remove(self.reference)
                sources.insert(0, self.reference)
            if len(sources) < 2:
                continue
            first[indicator] = sources[0]
            parents: tuple[str, ...] = (indicator,)
            for source in sources[1:]:
                name = f"log_dispersion_source_{indicator}_{source}"
                unknowns.append(Location(name, self.dispersion, "dispersion"))
                alone = f"{indicator}, {source} alone"
                terms[alone] = Further(indicator, source, beside=False, parents=parents, dispersion=name)
                terms[f"{indicator}, {source} beside"] = Further(
                    indicator, source, beside=True, parents=parents, dispersion=name
                )
                parents = (*parents, alone)
        return Reading(first, terms, tuple(unknowns))


@dataclass(frozen=True)
class Revision:
    """Fresh figures are not complete yet: each enters times an unknown share of what it will be. Delay, not under-reporting.

    Parameters
    ----------
    factors : tuple of (months, log_mean, log_sd)
        For figures of at least that age: mean and standard deviation of the logarithm of the final figure over the fresh one. Make it with
        `Revision.of`. Figures older than the last entry are final if it is (…, 0, 0), else as that entry.
    as_of : str
        Day to which the figures were counted, ``YYYY-MM`` or ``YYYY-MM-DD``; empty for each figure's own vintage.

    Notes
    -----
    Of a figure whose period ended a months before, log mean = log mean of the stream - r, r ~ Normal(log_mean(a), log_sd(a)²), one r
    for each period and age, shared by areas. A figure of unknown age is refused.
    """

    factors: tuple[tuple[float, float, float], ...]
    as_of: str = ""

    def __post_init__(self) -> None:
        ages = [age for age, _, _ in self.factors]
        if not ages or ages != sorted(set(ages)) or any(sd < 0 for _, _, sd in self.factors):
            raise ModelError(
                f"factors {self.factors}: expected (months, log_mean, log_sd) by rising age, sd not below 0"
            )

    @classmethod
    def of(cls, factors: Mapping[float, tuple[float, float]], *, as_of: str = "") -> "Revision":
        """From a table of age in months to (log_mean, log_sd).

        Examples
        --------
        >>> Revision.of({0: (0.2, 0.1), 6: (0.05, 0.03), 12: (0.0, 0.0)}).factors[1]
        (6, 0.05, 0.03)
        """
        return cls(tuple((age, *pair) for age, pair in sorted(factors.items())), as_of)

    @classmethod
    def from_table(cls, table: pd.DataFrame, *, as_of: str = "") -> "Revision":
        """From a table such as that of `estimators.revision_factors`: ``age`` (months), ``mean_factor``, ``log_sd``; older ones are final.

        The log-normal has the mean given: its log mean is log(mean_factor) - log_sd²/2.

        Examples
        --------
        >>> rows = pd.DataFrame({"age": [0, 1], "mean_factor": [1.2, 1.1], "log_sd": [0.1, 0.05]})
        >>> [round(log_mean, 3) for _, log_mean, _ in Revision.from_table(rows).factors]
        [0.177, 0.094, 0.0]
        """
        rows = table.sort_values("age")
        ages, mean, sd = (rows[name].to_numpy(dtype=float) for name in ("age", "mean_factor", "log_sd"))
        log_mean = np.log(mean) - 0.5 * sd**2
        found = list(zip(ages.tolist(), log_mean.tolist(), sd.tolist(), strict=True))
        return cls((*found, (float(ages[-1]) + 1.0, 0.0, 0.0)), as_of)

    @property
    def assumption(self) -> str:
        """That revisions go on as they did."""
        return "fresh figures are revised as figures of their age were before; that is delay, and apart from the reporting probability"

    def unknowns(self, indicators: tuple[str, ...]) -> tuple[Unknown, ...]:
        """One for each age that is not final."""
        return tuple(
            self._unknown(indicator, f"age_{age:g}_months", age)
            for indicator in indicators
            for age, _, sd in self.factors
            if sd > 0
        )

    def columns(self, evidence: Evidence, grid: Grid, indicators: tuple[str, ...]) -> tuple[Column, ...]:
        """One for each indicator, period and age of figures that are not final."""
        table = evidence.table[evidence.table["indicator"].isin(list(indicators)) & evidence.table["lower"].notna()]
        ages = self._ages(table)
        places = np.searchsorted([age for age, _, _ in self.factors], ages, side="right") - 1
        found = []
        keys = [
            table["indicator"],
            table["period_start"],
            table["period_end"],
            pd.Series(np.maximum(places, 0), table.index),
        ]
        for key, rows in table.groupby(keys, sort=True):
            indicator, start, end, place = cast("tuple[str, pd.Timestamp, pd.Timestamp, int]", key)
            age, log_mean, sd = self.factors[int(place)]
            if sd > 0 or log_mean:
                unknown = self._unknown(indicator, f"{period_label(start, end)}_{age:g}_months", age)
                found.append(Column(unknown, pd.Series(-1.0, rows.index)))
        return tuple(found)

    def _unknown(self, indicator: str, label: str, age: float) -> Location:
        _, mean, sd = next(factor for factor in self.factors if factor[0] == age)
        prior = Prior("final figure over a fresh one", f"of figures at least {age:g} months old", "log-normal", (mean, max(sd, 1e-6)),
                      "from how figures of this age were revised before: delay, not under-reporting")  # fmt: skip
        return Location(f"log_revision_{indicator}_{label}", prior, "revision")

    def _ages(self, table: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """Months from the end of each figure's period to the day it was counted to."""
        words = pd.Series(self.as_of, table.index) if self.as_of else table["vintage"]
        counted = pd.to_datetime(words.astype(str), format="ISO8601", errors="coerce")
        if counted.isna().any():
            row = int(counted.index[counted.isna()][0])
            raise ModelError(
                f"revision: row {row} has vintage {words[row]!r}: expected a date in column vintage, or as_of='YYYY-MM'"
            )
        return np.asarray((counted - table["period_end"]).dt.days / DAYS_OF_A_MONTH, dtype=float)
