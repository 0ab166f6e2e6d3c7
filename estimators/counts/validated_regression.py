"""Counts of many areas with covariates on incidence and on reporting, and a validation sample or a prior for each unit of reporting."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from estimators.counts.cells import Array, Groups, read_figures
from estimators.counts.regression_graph import graph_of
from estimators.counts.regression_panel import Panel
from estimators.counts.regression_parts import (
    EVERYWHERE,
    UNKNOWN,
    AreaEffects,
    CovariateLike,
    check_sides,
    prior_mean,
)
from estimators.counts.regression_replicates import replicated
from estimators.counts.regression_result import drawn, groups_of, read_audits
from estimators.counts.reporting import as_prior
from estimators.errors import EngineError, ModelError, PriorWarning
from estimators.evidence import Evidence
from estimators.numeric import pogit_engine
from estimators.priors import Claim, Prior

if TYPE_CHECKING:
    import pymc as pm

LEVEL = Prior(
    "incidence level",
    "from 1.1 to 2,800 per 100,000 and year with 95 %",
    "log-normal",
    (float(np.log(55.0)), 2.0),
    "weak",
)
MOST_INNER, MOST_OUTER = 400, 24
LEAST_POINTS, MOST_POINTS = 256, 4096


@dataclass(frozen=True, repr=False)
class ValidatedRegression:
    """True counts, incidence and reporting probabilities of many areas, from covariates and from what is known of each unit's reporting.

    Parameters
    ----------
    incidence, reporting : tuple of Covariate
        Covariates of log incidence and of logit reporting. One on both sides brings a warning.
    units : mapping of str to str, optional
        Of each area, the unit that shares one reporting probability, such as its country; by default there is one unit, everywhere.
    unit_priors : mapping of str to Prior or Claim, optional
        Reporting probability of a unit, on the probability scale, where its covariates are 0.
    typical : Prior or Claim
        The same for every unit not named; by default nearly nothing, which needs a validation sample.
    level : Prior
        Log-normal incidence per 100,000 and year where covariates are 0.
    dispersion : Prior, optional
        Log-normal prior of the negative binomial size of the counts; without one they are Poisson.
    incidence_effects, reporting_effects : AreaEffects, optional
        How areas differ beyond covariates. Effects that follow the map on one side only.
    indicator, form : str
        Which figures are read.
    audited, audited_reported : str
        Indicators of the validation sample, whose areas are units: true cases found, and those of them that had been reported.

    Notes
    -----
    y ~ Poisson or NegBin(E λ ρ), the true count summed out; log λ = level + x'b + effect, logit ρ = logit ρ_unit + w'a + effect,
    v_unit ~ Binomial(m_unit, ρ_unit). Unit probabilities are independent and each has its own prior: one elicited for .70 has mean .70,
    whatever was elicited elsewhere. Where ρ is small logit ≈ log, and figures see only sums of the two sides.

    References
    ----------
    Whittemore, A. S. and Gong, G. 1991. Poisson regression with misclassified counts. doi:10.2307/2347905
    Dvorzak, M. and Wagner, H. 2016. Sparse Bayesian modelling of underreported count data. doi:10.1177/1471082X15588398
    Stoner, O., Economou, T. and Drummond Marques da Silva, G. 2019. A hierarchical framework for correcting under-reporting in count
    data. doi:10.1080/01621459.2019.1573732

    Examples
    --------
    >>> import estimators as est
    >>> likely = est.Claim("70 %", meaning="mean", family="beta", concentration=40)
    >>> ValidatedRegression(units={"FRA": "France"}, unit_priors={"France": likely}).prior_means()
    {'France': 0.7}
    """

    incidence: tuple[CovariateLike, ...] = ()
    reporting: tuple[CovariateLike, ...] = ()
    units: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    unit_priors: Mapping[str, Prior | Claim] | tuple[tuple[str, Prior | Claim], ...] = ()
    typical: Prior | Claim = UNKNOWN
    level: Prior = LEVEL
    dispersion: Prior | None = None
    incidence_effects: AreaEffects | None = None
    reporting_effects: AreaEffects | None = None
    indicator: str = "victims_identified"
    form: str = "all"
    audited: str = "audited_cases"
    audited_reported: str = "audited_cases_reported"

    def __post_init__(self) -> None:
        for name in ("units", "unit_priors"):
            object.__setattr__(self, name, tuple(dict(getattr(self, name)).items()))
        for name in ("incidence", "reporting"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        check_sides(self.incidence, self.reporting)
        for prior in (self.typical, *dict(self.unit_priors).values()):
            as_prior(prior)
        known = set(dict(self.units).values()) or {EVERYWHERE}
        strangers = sorted(set(dict(self.unit_priors)) - known)
        if strangers:
            raise ModelError(f"unit_priors of {', '.join(strangers)}: expected units among {', '.join(sorted(known))}")
        for law in (self.level, *([] if self.dispersion is None else [self.dispersion])):
            if law.family != "log-normal":
                raise ModelError(f"prior on {law.name}: {law.formula}: expected a log-normal")
        if all(
            effects is not None and effects.neighbours for effects in (self.incidence_effects, self.reporting_effects)
        ):
            raise ModelError(
                "effects that follow the map on incidence and on reporting: one count an area cannot tell them apart; expected one side"
            )

    def unit_of(self, area: str) -> str:
        """The unit whose reporting probability an area has."""
        units = dict(self.units)
        if units and area not in units:
            raise ModelError(f"area {area} has no unit: expected one for every area of the figures")
        return units.get(area, EVERYWHERE)

    def prior_of(self, unit: str) -> Prior | Claim:
        """What is known of a unit before any figure."""
        return dict(self.unit_priors).get(unit, self.typical)

    def prior_means(self) -> dict[str, float]:
        """Mean reporting probability of each unit under its prior: what was elicited."""
        names = dict.fromkeys(dict(self.units).values()) or {EVERYWHERE: None}
        return {name: prior_mean(self.prior_of(name)) for name in names}

    def __repr__(self) -> str:
        law = "Poisson" if self.dispersion is None else f"negative binomial, size {self.dispersion.formula}"
        sides = []
        for words, covariates, effects in (
            ("log incidence", self.incidence, self.incidence_effects),
            ("logit reporting", self.reporting, self.reporting_effects),
        ):
            terms = [f"{each.name} (slope {each.slope.formula})" for each in covariates]
            if effects is not None:
                terms.append(
                    f"{'effects of areas that follow the map' if effects.neighbours else 'effects of areas'}, {effects.sd.formula}"
                )
            sides.append(f"{words} depends on {'; '.join(terms) or 'nothing further'}")
        told = "; ".join(
            f"{unit}: {as_prior(prior).formula} ({as_prior(prior).reason})"
            for unit, prior in dict(self.unit_priors).items()
        )
        rest = as_prior(self.typical)
        return (
            f"ValidatedRegression. Figures ({self.indicator}, form {self.form}) are {law}, with mean person-years × incidence × reporting "
            f"probability, the true count summed out. Incidence level {self.level.formula} ({self.level.reason}); {'; '.join(sides)}. "
            f"Reporting probabilities of units have priors of their own: {told + '; all others: ' if told else ''}{rest.formula} "
            f"({rest.reason}), and a binomial validation sample where there is one."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The priors, for the table that goes into the paper."""
        found = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PriorWarning)  # said when the prior was made
            for unit in dict.fromkeys(dict(self.units).values()) or {EVERYWHERE: None}:
                prior = as_prior(self.prior_of(unit))
                name = f"reporting probability, {unit}"
                found.append(Prior(name, prior.description, prior.family, prior.parameters, prior.reason))
        for side, covariates in (("incidence", self.incidence), ("reporting", self.reporting)):
            found += [
                Prior(
                    f"slope of {each.name} on {side}",
                    each.slope.description,
                    "normal",
                    each.slope.parameters,
                    each.slope.reason,
                )
                for each in covariates
            ]
        for side, effects in (("incidence", self.incidence_effects), ("reporting", self.reporting_effects)):
            if effects is not None:
                found.append(
                    Prior(
                        f"{effects.sd.name} on {side}",
                        effects.sd.description,
                        "half-normal",
                        effects.sd.parameters,
                        effects.sd.reason,
                    )
                )
                found += [effects.spatial_share] if effects.shared and effects.spatial_share is not None else []
        return (*found, self.level, *([] if self.dispersion is None else [self.dispersion]))

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "audited cases are a random sample of the true cases of their unit",
            "covariates of incidence do not change reporting, nor covariates of reporting incidence, unless named on both sides",
            "what is not reported is missing by the reporting probability alone, not by what the count would have been",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads, with their populations, and the validation sample of each unit."""
        figures = read_figures(evidence, self.indicator, self.form, population="needed")
        units = dict.fromkeys(self.unit_of(str(area)) for area in figures["area"].values)
        return read_audits(figures, evidence, list(units), (self.audited, self.audited_reported))

    def laplace(
        self, figures: xr.Dataset, chains: int, draws: int, rng: np.random.Generator
    ) -> tuple[xr.Dataset, xr.Dataset]:
        """Independent draws by importance, in the shape of the graph's, and how far their weights can be trusted."""
        panel = Panel(self, figures)
        inner, outer = panel.bases[0].shape[1], len(panel.start)
        if inner > MOST_INNER or outer > MOST_OUTER:
            raise EngineError(
                f"{inner} slopes and effects of areas, {outer} unknowns beside them: more than engine 'laplace' takes"
            )
        points = int(np.clip(chains * draws, LEAST_POINTS, MOST_POINTS))
        found = pogit_engine.draw(panel.observed, panel.outer, panel.start, chains * draws, points, rng)
        statistics = {
            "pareto_k": found.pareto_k,
            "effective_draws": min(found.effective, float(chains * draws)),
            "proposed_draws": float(found.proposed),
        }
        return drawn(panel, found.outer, found.inner, (chains, draws)), xr.Dataset(statistics)

    def graph(self, figures: xr.Dataset) -> "pm.Model":
        """The same model as a PyMC graph."""
        return graph_of(Panel(self, figures))

    def complete(self, posterior: xr.Dataset, figures: xr.Dataset, rng: np.random.Generator) -> Groups:
        """True counts and rates from draws of either engine, what fixes the level, and what figures see."""
        return groups_of(Panel(self, figures), posterior, rng)

    def replicate(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> dict[str, tuple[float, Array]]:
        """Truth from the priors, counts and validation sample from the truth, a fit: for calibration."""
        return replicated(self, Panel(self, figures), draws, rng)
