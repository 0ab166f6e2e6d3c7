"""Many areas at once: their counts pooled, their reporting probabilities alike but not equal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import Array, Cells, Groups, exact_counts, require_population
from estimators.counts.reporting import anchor_name, as_prior, reading, with_origin
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.numeric import thinning
from estimators.priors import Claim, Prior

if TYPE_CHECKING:
    import pymc as pm

LEVEL = Prior("incidence level", "3 to 470 per 100,000 and year with 90%", "log-normal", (float(np.log(40.0)), 1.5),
              "wide enough for police counts divided by .01 and for survey stocks divided by a duration")  # fmt: skip
AREA = Prior("area effects on incidence", "areas differ by up to a factor 4", "half-normal", (0.0, 0.7), "weak")
CELL = Prior("area-and-period effects on incidence", "years differ by up to a factor 2.7", "half-normal", (0.0, 0.5),
             "raids and mass events")  # fmt: skip
SPREAD = Prior("area effects on reporting", "odds of being reported differ by up to a factor 2.7", "half-normal", (0.0, 0.5),
               "areas do not report alike")  # fmt: skip


@dataclass(frozen=True, repr=False)
class HierarchicalThinnedPoisson:
    """True count, incidence and reporting probability of many areas and periods, pooled.

    Parameters
    ----------
    reporting : Claim or Prior
        Distribution of the typical reporting probability, logit ρ = α; a logit-normal.
    level : Prior
        Log-normal prior of the typical incidence per 100,000 and year.
    area_sd, cell_sd, reporting_sd : Prior
        Half-normal priors of the standard deviations of area effects on log incidence, of area-and-period effects on log incidence,
        and of area effects on logit ρ.
    indicator, form : str
        Which figures of the evidence are read. Missing cells stay missing and are predicted.

    Notes
    -----
    log λ_at = μ + τ z_a + ω w_at,   logit ρ_a = α + κ u_a,   y_at ~ Poisson(E_at λ_at ρ_a)   (N summed out),
    z, u, w ~ Normal(0, 1). The count informs s = μ + log ρ(α) and hardly α, so (s, α) is sampled in place of (μ, α): a shift, whose
    Jacobian is 1. w is left out where there is one period, for τ takes its place. After sampling,
    N_at = y_at + Poisson(E_at λ_at (1 - ρ_a)).

    References
    ----------
    Stoner, O., Economou, T. and Drummond Marques da Silva, G. 2019. A hierarchical framework for correcting under-reporting in count
    data. JASA 114. doi:10.1080/01621459.2019.1573732
    """

    reporting: Claim | Prior
    level: Prior = LEVEL
    area_sd: Prior = AREA
    cell_sd: Prior = CELL
    reporting_sd: Prior = SPREAD
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        wanted = ((as_prior(self.reporting), "logit-normal"), (self.level, "log-normal"), (self.area_sd, "half-normal"))
        for prior, family in (*wanted, (self.cell_sd, "half-normal"), (self.reporting_sd, "half-normal")):
            if prior.family != family:
                raise ModelError(f"prior on {prior.name}: {prior.formula}: expected a {family}")

    def __repr__(self) -> str:
        prior = as_prior(self.reporting)
        return (
            f"HierarchicalThinnedPoisson. Figures ({self.indicator}, form {self.form}) of area a and period t are Poisson with mean "
            "person-years × incidence × reporting probability, the true count summed out. log incidence = level + area effect + "
            f"area-and-period effect, level {self.level.formula} ({self.level.reason}), effects normal with standard deviations "
            f"{self.area_sd.formula} and {self.cell_sd.formula}; logit reporting = typical + area effect, typical "
            f"{prior.formula} ({prior.description}; {prior.reason}), area effects with standard deviation {self.reporting_sd.formula}. "
            "Sampled by NUTS, the ridge rotated, effects non-centred."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The priors, for the table that goes into the paper."""
        return (as_prior(self.reporting), self.level, self.area_sd, self.cell_sd, self.reporting_sd)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            reading(self.reporting, self.indicator),
            "areas are exchangeable, in incidence and in reporting; an area's share of either cannot be told apart by its count",
            "the reporting probability of an area does not change over the periods",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads, with their populations."""
        figures = evidence.figures(self.indicator, form=self.form)
        return figures.assign(population=evidence.population(figures))

    def graph(self, figures: xr.Dataset) -> "pm.Model":
        """The PyMC graph; free variables: level_sum, alpha, three standard deviations, area, cell and reporting effects."""
        import pymc as pm

        cells = self._cells(figures)
        area, observed = self._area_index(figures), ~cells.missing
        mean, sd = as_prior(self.reporting).parameters
        with pm.Model(coords={"area": figures["area"].values, "cell": np.arange(len(area))}) as model:
            alpha = pm.Normal("alpha", mean, sd)
            level_sum = pm.Normal("level_sum", self.level.parameters[0] + pm.math.log_sigmoid(alpha), self.level.parameters[1])
            area_sd = pm.HalfNormal("area_sd", self.area_sd.parameters[1])
            reporting_sd = pm.HalfNormal("reporting_sd", self.reporting_sd.parameters[1])
            area_effect = pm.Normal("area_effect", 0.0, 1.0, dims="area")
            reporting_effect = pm.Normal("reporting_effect", 0.0, 1.0, dims="area")
            logit = alpha + reporting_sd * reporting_effect
            log_rate = level_sum - pm.math.log_sigmoid(alpha) + area_sd * area_effect + pm.math.log_sigmoid(logit)
            log_mean = log_rate[area] + np.log(cells.exposure)
            if self._has_cell_effects(figures):
                cell_sd = pm.HalfNormal("cell_sd", self.cell_sd.parameters[1])
                log_mean = log_mean + cell_sd * pm.Normal("cell_effect", 0.0, 1.0, dims="cell")
            pm.Poisson("reported", pm.math.exp(log_mean[observed]), observed=cells.reported[observed])
        return model

    def complete(self, posterior: xr.Dataset, figures: xr.Dataset, rng: np.random.Generator) -> Groups:
        """True counts and rates from the draws of the graph."""
        cells, area = self._cells(figures), self._area_index(figures)
        draw = {str(name): variable.values[..., None] if variable.ndim == 2 else variable.values for name, variable in posterior.items()}
        logit = (draw["alpha"] + draw["reporting_sd"] * draw["reporting_effect"])[..., area]
        log_rate = draw["level_sum"] - special.log_expit(draw["alpha"]) + (draw["area_sd"] * draw["area_effect"])[..., area]
        if "cell_effect" in draw:
            log_rate = log_rate + draw["cell_sd"] * draw["cell_effect"]
        mean = np.exp(log_rate) * cells.exposure
        reported = np.where(cells.missing, thinning.poisson_draws(rng, mean * special.expit(logit)), cells.reported)
        true_count = reported + thinning.poisson_draws(rng, mean * special.expit(-logit))
        shape = (*mean.shape[:2], figures.sizes["area"], figures.sizes["period"])
        values = {"true_count": true_count, "incidence": np.exp(log_rate), "reporting_probability": special.expit(logit)}
        data = {name: (("chain", "draw", "area", "period"), value.reshape(shape)) for name, value in values.items()}
        coordinates = {name: figures[name].values for name in ("area", "period")} | {name: posterior[name].values for name in ("chain", "draw")}
        scalars = posterior[[name for name in posterior if posterior[name].ndim == 2]]
        return {
            "posterior": xr.Dataset(data, coords=coordinates).merge(scalars),
            "anchors": self._anchors(cells),
            "likelihood": self._information(cells),
        }

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and figures drawn from the priors, for calibration and prior predictive checks."""
        cells, area = self._cells(figures), self._area_index(figures)
        areas = figures.sizes["area"]
        sd = {name: float(prior.quantile(rng.random())) for name, prior in
              (("area", self.area_sd), ("cell", self.cell_sd), ("reporting", self.reporting_sd))}  # fmt: skip
        mean, spread = as_prior(self.reporting).parameters
        logit = (mean + spread * rng.standard_normal() + sd["reporting"] * rng.standard_normal(areas))[area]
        level, level_sd = self.level.parameters
        log_rate = level + level_sd * rng.standard_normal() + sd["area"] * rng.standard_normal(areas)[area]
        if self._has_cell_effects(figures):
            log_rate = log_rate + sd["cell"] * rng.standard_normal(len(area))
        expected = np.exp(log_rate) * cells.exposure
        reported = thinning.poisson_draws(rng, expected * special.expit(logit))
        true_count = reported + thinning.poisson_draws(rng, expected * special.expit(-logit))
        truth = {"true_count": true_count, "incidence": np.exp(log_rate), "reporting_probability": special.expit(logit)}
        return cells.by_cell(truth | {"reported": reported})

    def _cells(self, figures: xr.Dataset) -> Cells:
        cells = exact_counts(figures, "HierarchicalThinnedPoisson")
        require_population(cells, "HierarchicalThinnedPoisson")
        return cells

    def _area_index(self, figures: xr.Dataset) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        return np.repeat(np.arange(figures.sizes["area"]), figures.sizes["period"])

    def _has_cell_effects(self, figures: xr.Dataset) -> bool:
        return figures.sizes["period"] > 1

    def _anchors(self, cells: Cells) -> xr.Dataset:
        """The claim and the incidence level, each as a statement about the log true count of a cell, effects included."""
        prior = as_prior(self.reporting)
        mean, sd = prior.log_moments()
        y: Array = np.maximum(cells.reported, 0.5)
        square = {name: p.parameters[1] ** 2 for name, p in (("area", self.area_sd), ("cell", self.cell_sd), ("reporting", self.reporting_sd))}
        level, level_sd = self.level.parameters
        values = {
            "log_true_count": np.stack([np.log(y) - mean, level + np.log(cells.exposure)]),
            "log_sd": np.stack(
                [
                    np.sqrt(sd**2 + square["reporting"] + 1.0 / y),
                    np.full(len(y), np.sqrt(level_sd**2 + square["area"] + square["cell"])),
                ]
            ),
        }
        names = [anchor_name(self.reporting), f"prior on incidence: {self.level.formula}"]
        origin = self.reporting.derived_from if isinstance(self.reporting, Claim) else ""
        return with_origin(cells.by_anchor(names, values), ["reporting", "incidence"], [origin, ""], [prior.reason, self.level.reason])

    def _information(self, cells: Cells) -> xr.Dataset:
        """Fisher information of the counts about the two levels and, area by area, the two effects: of rank one in each pair."""
        names = ["log incidence", "log reporting probability"]
        total = float(cells.reported[~cells.missing].sum())
        prior_sd = [self.level.log_moments()[1], as_prior(self.reporting).log_moments()[1]]
        return xr.Dataset(
            {"information": (("parameter", "other"), np.full((2, 2), total)), "prior_sd": ("parameter", prior_sd)},
            coords={"parameter": names, "other": names},
        )
