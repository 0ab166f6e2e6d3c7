"""The main job: a claim about the share reported, in several readings, against the figures that are published.

An audit is a tuple of readings and one or more sets of figures. Each reading is an estimator; each is fitted to each set.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path

import pandas as pd
import xarray as xr

from estimators import datasets
from estimators.counts import AnchorBudget, Multiplier
from estimators.errors import CircularityError
from estimators.evidence import Evidence
from estimators.inference import Estimator, Sampling, fit
from estimators.priors import Adjustment, Claim, ExternalEstimate, Prior
from estimators.report import AuditResults, Context, audit_document, render_html, write_text
from estimators.report.document import Document
from estimators.results import save, summary

AUDIT_DRAWS = 4000
HOTLINE = "hotline reports of the Consejo Ciudadano"


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


def claim_readings(claim: Claim) -> tuple[Reading, ...]:
    """A single claim, read as it stands."""
    return (Reading(claim.name.removeprefix("claim: "), Multiplier(claim), "the claim as it stands"),)


def mexico(*, seed: int, progress: bool = False) -> Audit:
    """The audit of "1 in 100" on Mexico's identified victims, 2015–2024 by year and 2021–2022 by half-year."""
    halves = datasets.mexico_half_years().where(source=("SESNSP", "CONAPO"))
    evidence = {"years": datasets.mexico(), "half-years": halves}
    return run(mexico_readings(), evidence, seed=seed, progress=progress, refused=(mexico_refusal(),))


def mexico_claim(within: float = 3.0) -> Claim:
    """The claim as the Consejo Ciudadano is quoted in August 2022, at a given credibility."""
    return Claim("1 in 100", by="Consejo Ciudadano", area="MEX", period="2022", within=within, derived_from=HOTLINE)


def mexico_earlier_claim() -> Claim:
    """What the same body said in June 2019."""
    return Claim("96 % hidden", by="Consejo Ciudadano", area="MEX", period="2019", within=3.0, derived_from=HOTLINE)


def mexico_readings() -> tuple[Reading, ...]:
    """The claim at three credibilities, the same body's other figure, and the claim beside published estimates."""
    alone = [
        Reading(f"1 in 100, within a factor {factor:g}", Multiplier(mexico_claim(factor)), note)
        for factor, note in (
            (3.0, "the claim with the credibility an expert guess is usually given"),
            (2.0, "the claim taken more seriously than its basis allows"),
            (10.0, "the claim taken as an order of magnitude"),
        )
    ]
    other = Reading(
        "1 in 25, within a factor 3", Multiplier(mexico_earlier_claim()), "the same body's figure of 2019, 96 % hidden"
    )
    pooled = Reading(
        "1 in 100 pooled with Walk Free 2023",
        AnchorBudget((mexico_claim(), walk_free("2021"), incidence_level())),
        "the claim beside a published estimate of another quantity, every step spelled out",
    )
    earlier = Reading(
        "1 in 100 pooled with Walk Free 2018",
        AnchorBudget((mexico_claim(), walk_free("2016"), incidence_level())),
        "the same with the earlier edition, which is not independent of the later one",
    )
    guess = Reading(
        "1 in 100 pooled with CNDH 2013",
        AnchorBudget((mexico_claim(), human_rights_commission(), incidence_level())),
        "the same with a range of guesses that the human rights commission is quoted with",
    )
    return (*alone, other, pooled, earlier, guess)


def human_rights_commission() -> ExternalEstimate:
    """The range 50,000 to 500,000 persons, quoted from Mexico's human rights commission, read as a central 90 % interval."""
    table = datasets.load("published_estimates")
    row = table[(table["area"] == "MEX") & (table["quantity"] == "trafficking_victims_guess")].iloc[0]
    low, high = float(row["low"]), float(row["high"])
    steps = (Adjustment("stock to flow", 1.0 / 2.0, 0.7, "the source does not say whether on a day or in a year"),)
    return ExternalEstimate(
        "CNDH range", sqrt(low * high), log(high / low) / (2.0 * 1.645), by="CNDH", area="MEX", period="2013",
        adjustments=steps, reason="a range of guesses without a method, read as a central 90 % interval",
    )  # fmt: skip


def walk_free(year: str) -> ExternalEstimate:
    """Walk Free's estimate of people in modern slavery in Mexico on a day of `year`, brought to a yearly flow of trafficking."""
    table = datasets.load("published_estimates")
    row = table[
        (table["area"] == "MEX")
        & (table["reference_year"] == int(year))
        & table["quantity"].str.startswith("modern_slavery")
    ]
    edition = {"2021": "2023", "2016": "2018"}[year]
    steps = (
        Adjustment(
            "stock to flow", 1.0 / 2.0, 0.5, "a mean duration of two years, uncertain by a factor 2.7 either way (95 %)"
        ),
        Adjustment(
            "definition",
            0.7,
            0.3,
            "forced marriage is not trafficking: 3.5 of the Americas' 5.0 per 1,000 is forced labour",
        ),
        Adjustment("method", 1.0, 0.65, "two editions differ by a factor 2.5 for Mexico by method: sd log(2.5)/√2"),
    )
    return ExternalEstimate(
        f"Walk Free {edition} stock", float(row["value"].iloc[0]), 0.6, by="Walk Free", area="MEX", period=year,
        adjustments=steps, reason="log sd .6, as found for one country of the survey (no interval is published)",
    )  # fmt: skip


def incidence_level() -> Prior:
    """A wide prior on yearly incidence."""
    return Prior(
        "incidence", "3 to 470 per 100,000 and year with 90 %", "log-normal", (3.6888794541139363, 1.5),
        "wide enough for police counts divided by .01 and for survey stocks divided by a duration",
    )  # fmt: skip


def mexico_refusal() -> str:
    """What happens when the body's two statements are offered as two anchors: they are refused, and this says why."""
    try:
        AnchorBudget((mexico_claim(), mexico_earlier_claim()))
    except CircularityError as error:
        return str(error)
    raise AssertionError("two statements of one body were taken as independent")


MEXICO = Context(
    title="Is “1 in 100 cases is reported” compatible with what Mexico publishes?",
    subtitle="A claim audit on the identified victims of human trafficking in Mexico, 2015 to 2024",
    area_name="Mexico",
    period="2022",
    question=(
        "In August 2022 the Consejo Ciudadano of Mexico City, which runs the national hotline, was quoted with the view that only one in "
        "a hundred cases of human trafficking is reported. Three years before, the same body had put the hidden share at 96 %, which is "
        "one in 25. Neither statement comes with a method. This report asks whether the figures Mexico publishes can tell which of them, "
        "if any, is right, and how many victims each of them implies.",
        "The quantity asked for is a yearly flow: persons who were victims of trafficking under the jurisdiction of Mexico's states in the "
        "period, whether or not anybody identified them. It is not the stock of people in exploitation on a given day.",
    ),
    about_figures=(
        "The counts are victims of trafficking recorded by state prosecutors and published by the federal secretariat for public security "
        "(SESNSP), summed over 32 states and months, as the series stood in June 2025. Federal cases are not in it. 2015 contains one mass "
        "event. Half-years are half-years: none was doubled.",
        "The press of August 2022 printed at least 494 victims for the first half of 2022 and 406 for that of 2021, from the series as "
        "it then stood; it now says 490 and 408. Revisions go both ways and are small beside everything else in this report.",
        "An identified victim is not a reported case. The claim is about cases reported, the series counts persons whom a prosecutor "
        "identified; the readings below take the two as equal, which nobody has shown.",
    ),
)


def document(audit: Audit, context: Context) -> Document:
    """The report of an audit, as a value."""
    sources = pd.concat([evidence.source_table() for evidence in audit.evidence.values()])
    sources = sources.groupby(level=0, sort=False).agg(
        {
            "rows": "sum",
            "first": "min",
            "last": "max",
            "indicators": lambda parts: ", ".join(dict.fromkeys(", ".join(parts).split(", "))),
        }
    )
    notes = {reading.name: reading.note for reading in audit.readings}
    results = AuditResults(audit.results, notes, audit.summary(), sources, audit.refused)
    return audit_document(results, context)


def write(audit: Audit, context: Context, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write ``posterior.nc``, ``report.html`` and ``summary.csv`` into a folder, each whole or not at all.

    Returns
    -------
    tuple of pathlib.Path
        The three files.
    """
    where = Path(folder)
    page = render_html(document(audit, context))
    table = audit.summary().to_csv(index=False, lineterminator="\n")
    return (
        save(audit.tree(), where / "posterior.nc"),
        write_text(page, where / "report.html"),
        write_text(table, where / "summary.csv"),
    )
