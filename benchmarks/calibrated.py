"""What is calibrated: one line an estimator and form. To add one, add a line."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

import estimators as est
from estimators.execution import fingerprint

SEED = 20261101
AT_ONCE, ONE_BY_ONE, DRAWS = 10_000, 1000, 99


def _evidence(**figures: list[list[object]]) -> est.Evidence:
    """Figures of areas in rows and years in columns, an empty string where none was published; "…__sexual" is of that form alone."""
    ((areas, years), *_) = {(len(each), len(each[0])) for each in figures.values()}
    rows = [
        {
            "area": f"area {place + 1}",
            "period": str(2015 + year),
            "indicator": name.partition("__")[0],
            "value": figures[name][place][year] if name in figures else 1_000_000 * (place + 1),
            "source": "invented",
        }
        | ({"form": name.partition("__")[2] or "all"} if any("__" in each for each in figures) else {})
        for place in range(areas)
        for year in range(years)
        for name in (*figures, "population")
    ]
    return est.read_evidence(pd.DataFrame(rows).astype({"value": object}))


FEW_AREAS = _evidence(victims_identified=[[12, "", 5], ["", 80, 60], [1, 2, ""], [25, 16, 37], [8, 9, 3]])
LOGIT_NORMAL = est.Claim("1 in 10", within=3)
BETA = est.Claim("1 in 20 to 1 in 5", family="beta")
RATE = est.gamma_prior(3, 100, reason="from police counts divided by .1 to survey stocks divided by a duration")
LEVEL = est.Prior("incidence", "about 40 per 100,000 and year", "log-normal", (float(np.log(40.0)), 1.0), "invented")
BUDGET = est.AnchorBudget((est.Claim("1 in 100"), LEVEL), dependence="independent")

SEEN: list[list[object]] = [[12, 9, "", 15], [40, 31, 38, 52], [3, "", 5, 2], ["", 25, 16, 37], [8, 9, 3, 11]]
VICTIMS = est.IdentifiedVictims()
OF_AREA_1 = est.Claim("1 in 50", by="a ministry", area="area 1", within=3)
STATEMENTS = (
    est.Claim("1 in 40", by="an institute", area="area 1"),
    est.Claim("4 %", by="an institute", area="area 2", period="2016", within=2),
    est.ExternalEstimate("report", 3_000, 0.4, by="an agency", area="area 4"),
)
SYNTHESES = {
    "identified victims": (est.Synthesis(est.Incidence(), (VICTIMS,)), _evidence(victims_identified=SEEN)),
    "justice funnel": (
        est.Synthesis(est.Incidence(), (VICTIMS, est.JusticeFunnel())),
        _evidence(
            victims_identified=[[12, 9, 15], [40, "", 38], [3, 4, 5], ["", 25, 16]],
            investigations_opened=[[6, 5, 9], [22, 14, 17], ["", 3, 1], [11, 9, ""]],
            persons_prosecuted=[[3, 3, 4], [9, 8, ""], [0, 1, 1], [4, "", 5]],
            persons_convicted=[["", 1, 2], [4, 3, 3], [0, 0, ""], [2, 1, 3]],
        ),
    ),
    "hotline": (
        est.Synthesis(est.Incidence(), (VICTIMS, est.Hotline())),
        _evidence(
            victims_identified=SEEN,
            hotline_reports=[[90, 120, "", 80], [210, "", 190, 160], [30, 22, 41, ""], [""] * 4, [70, 64, 88, 90]],
            hotline_cases=[[11, 20, 14, 9], [30, 25, "", 21], ["", 4, 6, 3], [18, 22, 12, 25], [""] * 4],
        ),
    ),
    "statements and a survey": (
        est.Synthesis(est.Incidence(), (VICTIMS, est.Survey()), STATEMENTS),
        _evidence(
            victims_identified=SEEN,
            prevalence_stock=[["", 900, "", ""], [""] * 4, ["", "", 1500, ""], [""] * 4, [""] * 4],
        ),
    ),
    "forms of exploitation": (
        est.Synthesis(est.Incidence(by="form", strata=("sexual", "labour")), (VICTIMS,)),
        _evidence(
            victims_identified__sexual=[[9, 7, "", 11], [25, 20, 24, 30], [2, "", "", 1], ["", 15, 10, 22]],
            victims_identified__labour=[[3, 2, "", 4], [15, 11, 14, 22], [1, "", "", 1], ["", 10, 6, 15]],
            victims_identified=[[""] * 4, [""] * 4, ["", 4, 5, ""], [""] * 4],
        ),
    ),
}
HEARD = est.Synthesis(est.Incidence(), (VICTIMS, est.Hotline()), (OF_AREA_1,))
HEARD_FIGURES = _evidence(
    victims_identified=[[12, 9, "", 15], [40, 31, 38, 52], ["<5", "", 5, 2], ["", 25, "10-20", 37]],
    hotline_reports=[[90, 120, "", 80], [210, "", 190, 160], [30, 22, 41, ""], [""] * 4],
    hotline_cases=[[11, 20, 14, 9], [30, 25, "", 21], ["", 4, 6, 3], [18, 22, 12, 25]],
)

ABOUT_500 = est.Prior("true_count", "100 to 2,400 with 95 %", "log-normal", (float(np.log(500.0)), 0.8), "invented")
TREE = est.MultiplierTree(
    (
        est.Branch("known", "all", survey=(34, 70), indicator="victims_identified"),
        est.Branch("unknown", "all"),
        est.Branch("called", "unknown", survey=(3, 10), indicator="victims_reported_to_hotline"),
    ),
    ABOUT_500,
)
CROSSED = est.MultiplierTree(
    (
        est.Branch("women", "all", survey=(6, 10)),
        est.Branch("men", "all"),
        est.Branch("known women", "women", survey=(3, 8), indicator="victims_identified"),
        est.Branch("known men", "men", survey=(2, 9), indicator="victims_reported_to_hotline"),
    ),
    ABOUT_500,
)
COUNTED = _evidence(victims_identified=[[80]], victims_reported_to_hotline=[[7]])
LABELS = est.Misclassification((40, 50), (195, 200), examined=400)
SLOPE = est.Prior("slope", "invented", "normal", (0.0, 1.0), "invented")
REGRESSION = est.ValidatedRegression(
    incidence=(est.Covariate.of("x", {f"area {place}": 0.5 * place - 1.5 for place in range(1, 6)}, slope=SLOPE),),
    reporting=(
        est.Covariate.of(
            "w",
            dict(zip([f"area {place}" for place in range(1, 6)], (0.5, -1.0, 0.3, 1.2, -0.4), strict=True)),
            slope=SLOPE,
        ),
    ),
    typical=est.Claim("60 %", meaning="mean", family="beta", concentration=20.0),
    level=est.Prior("incidence level", "invented", "log-normal", (2.0, 0.7), "invented"),
)
MAPPED = replace(
    REGRESSION,
    incidence_effects=est.AreaEffects(
        neighbours=tuple((f"area {place}", f"area {place + 1}") for place in range(1, 5))
    ),
    dispersion=est.Prior("size", "invented", "log-normal", (2.0, 0.7), "invented"),
)


def _wordless(value: Any) -> Any:
    """The same value, priors without description and reason."""
    if isinstance(value, est.Prior):
        return (est.Prior, value.name, value.family, value.parameters)
    if is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "hash"):
        return (type(value), {each.name: _wordless(getattr(value, each.name)) for each in fields(value)})
    if isinstance(value, Mapping):
        return {key: _wordless(item) for key, item in value.items()}
    return tuple(_wordless(item) for item in value) if isinstance(value, tuple | list) else value


@dataclass(frozen=True)
class Line:
    """One calibration.

    Parameters
    ----------
    name : str
        How the table calls it; no two alike.
    estimator : object
        What `estimators.calibrate` takes.
    design : Evidence, optional
        Areas, periods and figures; None where replicates are areas of one exact fit.
    form : {"prior", "posterior"}
        Whether truth is drawn from the prior, or from the posterior given the figures of the design.
    population : float
        Of an area, where there is no design.
    """

    name: str
    estimator: Any
    design: est.Evidence | None = None
    form: Literal["prior", "posterior"] = "prior"
    population: float = 1_000_000.0

    @property
    def hash(self) -> str:
        """Changes when the line would be calibrated in another way; how a prior is described or defended does not matter."""
        return fingerprint((_wordless(self.estimator), self.design, self.form, self.population, DRAWS))[:12]

    @property
    def replicates(self) -> int:
        """Ten thousand of an exact estimator, a thousand of what is fitted one by one."""
        summed = isinstance(self.estimator, est.MultiplierTree | est.Misclassification)
        return AT_ONCE if self.design is None or summed else ONE_BY_ONE


CATALOGUE = (
    Line("Multiplier, logit-normal claim", est.Multiplier(LOGIT_NORMAL, dependence="independent")),
    Line("Multiplier, beta claim", est.Multiplier(BETA, dependence="independent")),
    Line("ThinnedPoisson, logit-normal claim", est.ThinnedPoisson(LOGIT_NORMAL, RATE)),
    Line("ThinnedPoisson, beta claim", est.ThinnedPoisson(BETA, RATE)),
    Line("ThinnedPoisson, around figures", est.ThinnedPoisson(LOGIT_NORMAL, RATE), FEW_AREAS, "posterior"),
    Line("ThinnedNegativeBinomial, logit-normal claim", est.ThinnedNegativeBinomial(LOGIT_NORMAL, RATE, 3.0)),
    Line("ThinnedNegativeBinomial, beta claim", est.ThinnedNegativeBinomial(BETA, RATE, 3.0)),
    # log-normal anchors and a binomial count meet where counts are large and the share reported is small
    Line("AnchorBudget", BUDGET, population=1e8),
    Line("MultiplierTree, chain", TREE, COUNTED),
    Line("MultiplierTree, points", CROSSED, COUNTED),
    Line("Misclassification", LABELS, _evidence(victims_identified=[[50]])),
    Line("ValidatedRegression", REGRESSION, FEW_AREAS),
    Line("ValidatedRegression, effects on a map", MAPPED, FEW_AREAS),
    Line("HierarchicalThinnedPoisson", est.HierarchicalThinnedPoisson(LOGIT_NORMAL), FEW_AREAS),
    Line(
        "HierarchicalThinnedPoisson, around figures",
        est.HierarchicalThinnedPoisson(LOGIT_NORMAL),
        FEW_AREAS,
        "posterior",
    ),
    *(Line(f"Synthesis, {name}", model, figures) for name, (model, figures) in SYNTHESES.items()),
    Line("Synthesis, around figures", HEARD, HEARD_FIGURES, "posterior"),
)
