"""What is calibrated: one line an estimator and form. To add one, add a line."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

import estimators as est
from estimators.execution import fingerprint

SEED = 20261101
AT_ONCE, ONE_BY_ONE, DRAWS = 10_000, 1000, 99


def _panel(counts: list[list[object]]) -> est.Evidence:
    """Counts of areas in rows and years in columns, an empty string where none was published."""
    rows = [
        {
            "area": f"area {place}",
            "period": str(2015 + year),
            "indicator": indicator,
            "value": value,
            "source": "invented",
        }
        for place, values in enumerate(counts, start=1)
        for year, value in enumerate(values)
        for indicator, value in (("victims_identified", value), ("population", 1_000_000 * place))
    ]
    return est.read_evidence(pd.DataFrame(rows).astype({"value": object}))


FEW_AREAS = _panel([[12, "", 5], ["", 80, 60], [1, 2, ""], [25, 16, 37], [8, 9, 3]])
LOGIT_NORMAL = est.Claim("1 in 10", within=3)
BETA = est.Claim("1 in 20 to 1 in 5", family="beta")
RATE = est.gamma_prior(3, 100, reason="from police counts divided by .1 to survey stocks divided by a duration")
LEVEL = est.Prior("incidence", "about 40 per 100,000 and year", "log-normal", (float(np.log(40.0)), 1.0), "invented")
BUDGET = est.AnchorBudget((est.Claim("1 in 100"), LEVEL), dependence="independent")


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
        """Changes when the line would be calibrated in another way."""
        return fingerprint((self.estimator, self.design, self.form, self.population, DRAWS))[:12]

    @property
    def replicates(self) -> int:
        """Ten thousand of an exact estimator, a thousand of what is fitted one by one."""
        return AT_ONCE if self.design is None else ONE_BY_ONE


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
    Line("HierarchicalThinnedPoisson", est.HierarchicalThinnedPoisson(LOGIT_NORMAL), FEW_AREAS),
    Line(
        "HierarchicalThinnedPoisson, around figures",
        est.HierarchicalThinnedPoisson(LOGIT_NORMAL),
        FEW_AREAS,
        "posterior",
    ),
)
