"""The main job: a claim about the share reported, in several readings, against the figures that are published.

An audit is a tuple of readings and one or more sets of figures. Each reading is an estimator; each is fitted to each set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.counts import Multiplier
from estimators.diagnostics import identification
from estimators.evidence import Evidence
from estimators.inference import Estimator, Sampling, fit
from estimators.priors import Claim
from estimators.results import summary

AUDIT_DRAWS = 4000


@dataclass(frozen=True)
class Reading:
    """One way to read a claim.

    Parameters
    ----------
    name : str
        Short name for tables and figures.
    estimator : Estimator
        What the reading assumes.
    note : str
        Why it is shown.
    """

    name: str
    estimator: Estimator
    note: str


@dataclass(frozen=True)
class Audit:
    """Readings fitted to sets of figures.

    Parameters
    ----------
    readings : tuple of Reading
        The first is the main one.
    results : mapping of (reading name, set name) to xarray.DataTree
        Results of `estimators.fit`.
    evidence : mapping of set name to Evidence
        The first is the main one.
    refused : tuple of str
        What was refused on the way, in words.
    """

    readings: tuple[Reading, ...]
    results: Mapping[tuple[str, str], xr.DataTree]
    evidence: Mapping[str, Evidence]
    refused: tuple[str, ...] = ()

    @property
    def main(self) -> xr.DataTree:
        """Result of the first reading on the first set of figures."""
        return self.results[self.readings[0].name, next(iter(self.evidence))]

    def result(self, reading: str) -> xr.DataTree:
        """Result of a reading on the first set of figures."""
        return self.results[reading, next(iter(self.evidence))]

    def summary(self) -> pd.DataFrame:
        """Every reading of every figure, a row each."""
        frames = [
            summary(post).assign(reading=reading, figures=figures) for (reading, figures), post in self.results.items()
        ]
        table = pd.concat(frames, ignore_index=True)
        first = ["reading", "figures", "area", "period"]
        return table[[*first, *(column for column in table.columns if column not in first)]]

    def tree(self) -> xr.DataTree:
        """All results as one tree: the main one at the root, every one under ``readings``."""
        tree = self.main.copy()
        for place, ((reading, figures), post) in enumerate(self.results.items()):
            part = post.copy()
            part.attrs = post.attrs | {"reading": reading, "figures": figures}
            tree[f"readings/{place:02d}"] = part
        return tree


def run(
    readings: Sequence[Reading],
    evidence: Mapping[str, Evidence],
    *,
    seed: int,
    progress: bool = False,
    refused: Sequence[str] = (),
) -> Audit:
    """Fit every reading to every set of figures.

    Parameters
    ----------
    readings : sequence of Reading
        The first is the main one.
    evidence : mapping of str to Evidence
        Sets of figures by name, e.g. years and half-years, which overlap and so are never one set.
    seed : int
        Of every fit.
    progress : bool
        Show a progress bar.
    refused : sequence of str
        Combinations that were refused, for the report.
    """
    from tqdm import tqdm

    pairs = [(reading, name) for reading in readings for name in evidence]
    results = {}
    for reading, name in tqdm(pairs, desc="readings", disable=not progress, leave=False):
        results[reading.name, name] = fit(
            reading.estimator, evidence[name], seed=seed, sampling=Sampling(draws=AUDIT_DRAWS)
        )
    return Audit(tuple(readings), results, dict(evidence), tuple(refused))


def claim_readings(claim: Claim, indicator: str = "victims_identified") -> tuple[Reading, ...]:
    """A single claim, read as it stands."""
    estimator = Multiplier(claim, indicator=indicator)
    return (Reading(claim.name.removeprefix("claim: "), estimator, f"the claim as it stands: {claim.description}"),)


def plain_text(audit: Audit, warnings: Sequence[str]) -> list[str]:
    """The answer in a few lines for a terminal."""
    told = identification(audit.main)
    lines = [f"Verdict: {told.verdict} – {told.meaning}."]
    for _, row in audit.summary().iterrows():
        digits = numbers.supported_digits(float(row["simulation_error"]))
        ends = (float(row[f"true_count_{end}"]) for end in ("median", "lower", "upper"))
        figure = f"{row['area']}, {row['period']}: {numbers.count(row['reported'])} reported"
        lines.append(
            f"{figure} → true count {numbers.estimate(*ends, digits)}, {100 * row['probability']:g} % interval, under “{row['reading']}”"
        )
    return [*lines, told.finding("anchor budget").text, *(f"Note: {text}" for text in warnings)]
