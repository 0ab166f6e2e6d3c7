"""The main job: a claim about the share reported, in several readings, against the figures that are published.

An audit is a tuple of readings and one or more sets of figures. Each reading is an estimator; each is fitted to each set.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.counts import Multiplier
from estimators.diagnostics import identification
from estimators.errors import ModelError
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
        """All results as one tree: the main one at the root, the draws of every reading under ``readings``."""
        tree = self.main.copy()
        for place, ((reading, figures), post) in enumerate(self.results.items()):
            draws = post["posterior"].to_dataset()
            draws.attrs = {"reading": reading, "figures": figures, "description": post.attrs["description"]}
            tree[f"readings/{place:02d}"] = xr.DataTree(draws)
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

    Raises
    ------
    ModelError
        No reading, or two of one name.
    """
    from tqdm import tqdm

    names = [reading.name for reading in readings]
    if len(set(names)) < len(names) or not names:
        raise ModelError(f"readings {', '.join(names) or 'none'}: expected at least one, each with a name of its own")
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


def plain_text(audit: Audit, notes: Sequence[str], *, period: str | None = None, placed: bool = True) -> list[str]:
    """The answer in a few lines for a terminal.

    Parameters
    ----------
    audit : Audit
        What `run` returned.
    notes : sequence of str
        To print at the end.
    period : str, optional
        Only the figures of this period.
    placed : bool
        Whether each line begins with area and period.
    """
    told = identification(audit.main)
    rows = [row for row in audit.summary().to_dict("records") if period in (None, row["period"])]
    many = len(audit.readings) > 1
    lines = [figure_line(row, placed=placed) + (f", under “{row['reading']}”" if many else "") for row in rows]
    notes = [f"Note: {text}" for text in notes]
    return [f"Verdict: {told.verdict} – {told.meaning}.", *lines, told.finding("anchor budget").text, *notes]


def figure_line(row: Mapping[Hashable, Any], *, placed: bool = True) -> str:
    """One figure and what was made of it, from a row of `estimators.summary`.

    Examples
    --------
    >>> ends = {"true_count_median": 49351.0, "true_count_lower": 13648.0, "true_count_upper": 181936.0}
    >>> row = {"area": "MEX", "period": "2022-H1", "reported": 494.0, "probability": 0.95, "simulation_error": 0.0}
    >>> figure_line(row | ends)
    'MEX, 2022-H1: 494 reported → true count 49,000 (13,000 – 190,000), 95 % interval'
    """
    digits = numbers.supported_digits(float(row["simulation_error"]))
    lower, upper = float(row["true_count_lower"]), float(row["true_count_upper"])
    median = row.get("true_count_median")
    least = 0.0 if isnan(float(row["reported"])) else float(row["reported"])
    if isnan(lower):
        made = "no estimate"
    elif median is None:
        made = f"true count between {numbers.number(lower, digits, 'down')} and {numbers.number(upper, digits, 'up')}"
    else:
        interval = f"{100 * float(row['probability']):g} % interval"
        made = f"true count {numbers.estimate(float(median), lower, upper, digits, least)}, {interval}"
    reported = float(row["reported"])
    figure = f"{numbers.count(reported)} reported" if not isnan(reported) else "no exact figure"
    return (f"{row['area']}, {row['period']}: " if placed else "") + f"{figure} → {made}"
