"""The controlled vocabulary: what may be observed, and in which unit.

Victims are persons, investigations are cases: an indicator fixes its unit, so figures of different units never meet
by accident.
"""

from dataclasses import dataclass
from typing import Literal

type Kind = Literal["count", "stock", "share", "rate", "estimate"]


@dataclass(frozen=True)
class Indicator:
    """One thing that a source can publish.

    Parameters
    ----------
    name : str
        The word in the column ``indicator``.
    unit : str
        The only unit it may be given in.
    kind : {"count", "stock", "share", "rate", "estimate"}
        A *count* is an event total over a period, non-negative and whole, and adds up over areas and periods. A *stock*
        is a number at a time. A *share* lies in [0, 1]; a *rate* is non-negative. An *estimate* is somebody's published
        inference, a non-negative number that is never a count of ours.
    description : str
        One line for tables and error messages.
    """

    name: str
    unit: str
    kind: Kind
    description: str


INDICATORS: dict[str, Indicator] = {
    indicator.name: indicator
    for indicator in (
        Indicator("victims_identified", "persons", "count", "victims whom an authority identified in the period"),
        Indicator("victims_rescued", "persons", "count", "persons taken out of exploitation by a raid or inspection"),
        Indicator("victims_reported_to_hotline", "persons", "count", "victims named in reports to a hotline"),
        Indicator("complaints", "cases", "count", "criminal complaints lodged"),
        Indicator("investigations_opened", "cases", "count", "criminal investigations opened"),
        Indicator("offences_recorded", "offences", "count", "offences recorded by the police or prosecution"),
        Indicator("persons_suspected", "persons", "count", "persons in formal contact with police as suspects"),
        Indicator("persons_prosecuted", "persons", "count", "persons against whom prosecution began"),
        Indicator("prosecutions", "prosecutions", "count", "prosecutions begun, where the source does not say persons"),
        Indicator("persons_convicted", "persons", "count", "persons convicted"),
        Indicator("convictions", "convictions", "count", "convictions, where the source does not say persons"),
        Indicator("hotline_calls", "calls", "count", "calls received by a hotline, about anything"),
        Indicator("hotline_reports", "reports", "count", "reports a hotline opened, classified or not"),
        Indicator("hotline_cases", "cases", "count", "hotline reports that it classified as trafficking"),
        Indicator("matched_records", "persons", "count", "persons known both as identified victims and to the hotline"),
        Indicator("audited_cases", "persons", "count", "true cases that an audit, inventory or survey found"),
        Indicator("audited_cases_reported", "persons", "count", "audited cases that had been reported"),
        Indicator("related_offences", "offences", "count", "recorded offences of a crime that cases are mistaken for"),
        Indicator("exits_registered", "persons", "count", "persons registered as dead or escaped, never identified"),
        Indicator("population", "persons", "stock", "resident population, mid-period"),
        Indicator(
            "prevalence_stock", "persons", "estimate", "published estimate of persons in the condition on a given day"
        ),
        Indicator(
            "prevalence_flow",
            "persons per year",
            "estimate",
            "published estimate of persons entering the condition in a year",
        ),
        Indicator("detected_victims_rate", "persons per 100,000", "rate", "identified victims per 100,000 population"),
        Indicator("crime_reporting_share", "share", "share", "victims of another crime who told the police"),
        Indicator("reported_share", "share", "share", "share of cases that are reported, as somebody claims"),
    )
}

REQUIRED_COLUMNS = ("area", "period_start", "period_end", "indicator", "value")
OPTIONAL_COLUMNS = (
    "form", "sex", "age", "unit", "lower", "upper", "bound", "source", "vintage", "derived_from", "note",
)  # fmt: skip
FORMS = (
    "all",
    "sexual",
    "labour",
    "domestic_servitude",
    "begging",
    "forced_marriage",
    "criminality",
    "organ",
    "other",
    "unspecified",
)
SEXES = ("all", "female", "male", "other", "unknown")
AGE_PATTERN = r"all|unknown|\d+-\d+|\d+\+"
BOUNDS = ("exact", "interval", "at_least", "more_than", "at_most", "less_than", "approximately", "nearly", "missing")
