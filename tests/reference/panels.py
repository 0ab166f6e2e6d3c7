"""Twenty small panels, each of another kind, for which `nuts.csv` holds long-run posteriors.

Their figures stand in `figures.csv`: simulated once by `make_figures.py` from the models themselves at plausible values, some of them
then hidden behind intervals or left out. They are kept as they are, so that a change of the package cannot change them.

    from panels import MODELS, panel_of
    for name, model in MODELS.items():
        panel = panel_of(name)
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd

import estimators as est
from estimators.synthesis.panel import Panel

FIGURES = Path(__file__).with_name("figures.csv")
REGIONS = {"every source": {"NORTH": ("A", "B")}}  # by panel: figures of several areas together

VICTIMS = est.IdentifiedVictims()
SHOCK = est.Prior("shared shocks", "up to a factor 1.6", "half-normal", (0.0, 0.25), "raids seen in every series")
POVERTY = est.Covariate.of("poverty", {"A": -1.0, "B": -0.4, "C": 0.0, "D": 0.5, "E": 0.9})
REFORM = est.Covariate.of(
    "reform",
    {(area, year): float(year >= since) for area, since in zip("ABCDE", ("2019", "2020", "2020", "2021", "2023"), strict=True)
     for year in ("2018", "2019", "2020", "2021")},
)  # fmt: skip
CAMPAIGN = est.Covariate.of(
    "campaign", {("A", "2020"): 1.0, ("C", "2021"): 1.0} | {(area, ""): 0.0 for area in "ABCDE"}
)
BY_FORM = est.Incidence(by="form", strata=("sexual", "labour"))
ONE_STAGE = est.JusticeFunnel(stages=("investigations_opened",))
TWO_STAGES = est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted"))

CLAIM_OF_A = est.Claim("1 in 50", by="a ministry", area="A", within=3)
CLAIMS = (
    est.Claim("1 in 40", by="an institute", area="A"),
    est.Claim("5 %", by="an institute", area="B", period="2020", within=2),
    est.Claim("1 in 100 to 1 in 10", by="a newspaper", area="C"),
)
PUBLISHED = (
    est.ExternalEstimate("report", 1_200, 0.4, by="an agency", area="A", adjustments=(est.Adjustment("duration", 0.5, 0.4, "two years"),)),
    est.ExternalEstimate("sum of two", 4_000, 0.3, by="a university", area="A+B", period="2021"),
    est.ExternalEstimate("index", 60.0, 0.7, by="an index", area="D", unit="per 100,000"),
)  # fmt: skip
OF_EVERY_KIND = (
    est.Claim("1 in 40", by="an institute", area="A"),
    est.Claim("4 %", by="an institute", area="B", period="2020", within=2),
    est.ExternalEstimate("report", 3_000, 0.5, by="an agency", area="A+B", period="2020"),
)


def _of(*streams: object, process: est.Incidence | None = None, anchors: tuple[object, ...] = ()) -> est.Synthesis:
    return est.Synthesis(process or est.Incidence(), streams, anchors)


MODELS = {
    # 4 areas × 4 years of counts, nothing else: the level is the prior's
    "victims alone": _of(VICTIMS),
    # two later stages only, parents missing, one claim
    "two stages": _of(VICTIMS, TWO_STAGES, anchors=(CLAIM_OF_A,)),
    # all stages: shocks of capacity; missing cells
    "three stages": _of(VICTIMS, est.JusticeFunnel()),
    # later stages are beta-binomial parts of the stage before
    "same cohort": _of(VICTIMS, est.JusticeFunnel(same_cohort=True)),
    # reports and cases in some areas, only reports or only cases in others
    "hotline": _of(VICTIMS, est.Hotline()),
    # unclassified reports alone; slopes on incidence, on reporting and on hotline use
    "covariates": _of(
        est.IdentifiedVictims(covariates=(REFORM,)),
        est.Hotline(campaigns=(CAMPAIGN,)),
        process=est.Incidence(covariates=(POVERTY,)),
    ),
    # one area, six years: no area effects; classified reports alone
    "single area": _of(VICTIMS, est.Hotline()),
    # eight areas, one year: no walks; one stage
    "single year": _of(VICTIMS, ONE_STAGE),
    # stocks and flows with and without limits; counts hidden behind intervals
    "survey": _of(VICTIMS, est.Survey()),
    # matched records
    "overlap": _of(VICTIMS, est.Hotline(), est.Overlap()),
    # audits; half-years
    "validation": _of(VICTIMS, est.Validation()),
    # claims about areas with and without a period, two of them by one body
    "claims": _of(VICTIMS, anchors=CLAIMS),
    # a claim as prior of the reporting level; published figures about one area, two areas, and as a rate
    "published figures": _of(
        est.IdentifiedVictims(reporting=est.Claim("1 in 30", by="an expert", within=2)), anchors=PUBLISHED
    ),
    # every stream and every kind of statement; intervals, half-years, a region, missing cells
    "every source": _of(
        VICTIMS,
        est.JusticeFunnel(),
        est.Hotline(),
        est.Survey(),
        est.Overlap(),
        est.Validation(),
        anchors=OF_EVERY_KIND,
    ),
    # two forms in every cell
    "strata": _of(VICTIMS, process=BY_FORM),
    # two forms, in some cells only their total; half-years, one claim, one stage
    "strata and totals": _of(VICTIMS, ONE_STAGE, process=BY_FORM, anchors=(CLAIM_OF_A,)),
    # Student effects, one area far out, counts of hundreds and thousands
    "student effects": _of(VICTIMS, process=est.Incidence(area_effects="student")),
    # shocks that victims and cases share
    "shared shocks": _of(est.IdentifiedVictims(shock_sd=SHOCK), ONE_STAGE),
    # 0, 1, 2 and two areas of nothing but 0
    "tiny counts": _of(VICTIMS, TWO_STAGES),
    # an area with 100 times the people and counts of all others
    "dominating area": _of(VICTIMS, ONE_STAGE),
}


@cache
def _table() -> pd.DataFrame:
    return pd.read_csv(FIGURES, dtype=str, keep_default_na=False)


def evidence_of(name: str) -> est.Evidence:
    """The figures of one panel."""
    table = _table()
    return est.read_evidence(table[table["panel"] == name].drop(columns="panel"), regions=REGIONS.get(name))


def panel_of(name: str) -> Panel:
    """One model with its figures."""
    return MODELS[name].figures(evidence_of(name))


def panels() -> Iterator[tuple[str, est.Synthesis, Panel]]:
    """Name, model and panel of all twenty."""
    for name, model in MODELS.items():
        yield name, model, panel_of(name)
