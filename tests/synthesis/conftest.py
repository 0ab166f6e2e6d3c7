"""Evidence for the tests of the joint model, and one small panel in which every source speaks."""

import pandas as pd
import pytest

import estimators as est


def make_evidence(figures, *, areas="AB", periods=("2020", "2021"), population=2_000_000, regions=None):
    """Evidence of (area, period, indicator, value[, other columns]), with a population for every area and period."""
    rows = [
        {"area": area, "period": period, "indicator": "population", "value": population * (place + 1)}
        for place, area in enumerate(areas)
        for period in periods
    ]
    for area, period, indicator, value, *more in figures:
        rows.append(
            {"area": area, "period": period, "indicator": indicator, "value": value} | (more[0] if more else {})
        )
    table = pd.DataFrame(rows).astype(object)
    table["source"] = "s"
    return est.read_evidence(table.fillna(""), regions=regions)


VICTIMS, INVESTIGATIONS, PROSECUTIONS, CONVICTIONS = (
    "victims_identified", "investigations_opened", "persons_prosecuted", "persons_convicted",
)  # fmt: skip
EVERYTHING = [
    ("A", "2019", VICTIMS, 12), ("A", "2020", VICTIMS, "<5"), ("A", "2021-H1", VICTIMS, 9), ("B", "2019", VICTIMS, "20-60"),
    ("B", "2020", VICTIMS, 33), ("B", "2021", VICTIMS, 45), ("C", "2019", VICTIMS, 4), ("C", "2020", VICTIMS, ""),
    ("NORTH", "2021-H2", VICTIMS, 21),
    ("A", "2019", INVESTIGATIONS, 8), ("A", "2021", INVESTIGATIONS, 11), ("B", "2019", INVESTIGATIONS, 14),
    ("B", "2020", INVESTIGATIONS, "10-15"), ("B", "2021", INVESTIGATIONS, 19), ("C", "2020-H1", INVESTIGATIONS, 3),
    ("A", "2019", PROSECUTIONS, 5), ("A", "2020", PROSECUTIONS, 6), ("A", "2021", PROSECUTIONS, 3), ("B", "2020", PROSECUTIONS, 9),
    ("B", "2021", PROSECUTIONS, "<5"), ("C", "2020", PROSECUTIONS, 2), ("C", "2021", PROSECUTIONS, 0),
    ("A", "2020", CONVICTIONS, 2), ("A", "2021", CONVICTIONS, 4), ("B", "2021", CONVICTIONS, 5), ("C", "2019", CONVICTIONS, 1),
    ("A", "2019", "hotline_reports", 150), ("A", "2020", "hotline_reports", 180), ("B", "2019", "hotline_reports", "90-120"),
    ("A", "2019", "hotline_cases", 40), ("A", "2020", "hotline_cases", 70), ("C", "2021", "hotline_cases", 12),
    ("B", "2021", "hotline_cases", "<9"),
    ("A", "2020", "prevalence_stock", 20_000), ("B", "2019", "prevalence_flow", 9_000),
    ("A", "2020", "matched_records", 3), ("B", "2019", "matched_records", 0),
    ("A", "2020", "audited_cases", 40), ("A", "2020", "audited_cases_reported", 7),
]  # fmt: skip
POLICE = est.Covariate.of("police", {"A": -0.5, "B": 0.25, "C": 1.0})
BORDER = est.Covariate.of("border", {("A", "2020"): 1.0, ("A", ""): 0.0, ("B", ""): -1.0, ("C", ""): 0.5})
CAMPAIGN = est.Covariate.of("campaign", {("A", "2021"): 1.0, ("A", ""): 0.0, ("B", ""): 0.0, ("C", ""): 1.0})
STATEMENTS = (
    est.Claim("1 in 100", by="body", area="A"),
    est.Claim("4 %", by="body", area="B", period="2020", within=2),
    est.ExternalEstimate("report", 30_000, 0.5, area="A+B", period="2020", adjustments=(est.Adjustment("d", 0.5, 0.3, "r"),)),
    est.ExternalEstimate("index", 300.0, 0.7, unit="per 100,000"),
)  # fmt: skip


def everything_model():
    """Every stream, statements of both kinds, covariates in process, reporting and hotline."""
    streams = (
        est.IdentifiedVictims(covariates=(POLICE,)),
        est.JusticeFunnel(),
        est.Hotline(campaigns=(CAMPAIGN,)),
        est.Survey(),
        est.Overlap(),
        est.Validation(),
    )
    return est.Synthesis(est.Incidence(covariates=(BORDER,)), streams, STATEMENTS)


@pytest.fixture(scope="session")
def evidence_of():
    """The function that makes evidence."""
    return make_evidence


@pytest.fixture(scope="session")
def everything():
    """A model with every source, and its panel: 3 areas, 3 years, intervals, half-years, a region, missing parents."""
    model = everything_model()
    found = make_evidence(
        EVERYTHING, areas="ABC", periods=("2019", "2020", "2021"), regions={"NORTH": ("A", "C")}, population=1_500_000
    )
    return model, model.figures(found)
