"""Many areas at once: their counts pooled, their reporting probabilities alike but not equal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import Array, Cells, Groups, Mask, exact_counts, read_figures, require_population
from estimators.counts.reporting import anchor_name, as_prior, level_information, reading, with_origin
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.numeric import thinning
from estimators.numeric.rotation import rotate
from estimators.priors import Claim, Prior

if TYPE_CHECKING:
    import pymc as pm
    from pytensor.tensor import TensorVariable

LEVEL = Prior("incidence level", "3 to 470 per 100,000 and year with 90 %", "log-normal", (float(np.log(40.0)), 1.5),
              "wide enough for police counts divided by 0.01 and for survey stocks divided by a duration")  # fmt: skip
AREA = Prior("area effects on incidence", "areas differ by up to a factor 4", "half-normal", (0.0, 0.7), "weak")
CELL = Prior("area-and-period effects on incidence", "years of an area differ by up to a factor 7", "half-normal", (0.0, 1.0),
             "raids and mass events")  # fmt: skip
SPREAD = Prior("area effects on reporting", "odds of being reported differ by up to a factor 2.7", "half-normal", (0.0, 0.5),
               "areas do not report alike")  # fmt: skip

MANY = 20  # effects that a sampler may centre


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
    z, u, w ~ Normal(0, 1). The count informs s = μ + log ρ(α) and hardly α, so (s, α) is sampled in place of (μ, α); and of an area's
    effects it informs τz + κu and hardly the rest, so their rotation is sampled (`rotate`). Shift and rotation have Jacobian 1.
    Effects are non-centred, but for those that a large count decides, which are centred.
    w is left out where there is one period, for τ takes its place. After sampling, N_at = y_at + Poisson(E_at λ_at (1 - ρ_a)).

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
            "Sampled by NUTS with the ridge rotated; effects are non-centred, but for those that a large count decides."
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
        return read_figures(evidence, self.indicator, self.form, population="needed")

    def graph(self, figures: xr.Dataset) -> "pm.Model":
        """The PyMC graph: alpha, level_sum, radius and angle of two standard deviations, effects of areas and cells."""
        import pymc as pm

        cells = self._cells(figures)
        area, observed = self._area_index(figures), ~cells.missing
        mean, sd = as_prior(self.reporting).parameters
        centred_cell, centred_area = self._centring(cells, figures)
        with pm.Model(coords={"area": figures["area"].values, "cell": np.arange(len(area))}) as model:
            alpha = pm.Normal("alpha", mean, sd)
            log_typical = -pm.math.log1pexp(-alpha)
            level_sum = pm.Normal("level_sum", self.level.parameters[0] + log_typical, self.level.parameters[1])
            # Two half-normals in polar form: their scaled radius is Rayleigh, the angle uniform; the counts inform the radius.
            radius = pm.Weibull("radius", 2.0, np.sqrt(2.0))
            angle = pm.Uniform("angle", 0.0, 0.5 * np.pi)
            area_sd = pm.Deterministic("area_sd", self.area_sd.parameters[1] * radius * pm.math.cos(angle))
            reporting_sd = pm.Deterministic(
                "reporting_sd", self.reporting_sd.parameters[1] * radius * pm.math.sin(angle)
            )
            total_sd = (area_sd**2 + reporting_sd**2) ** 0.5
            log_seen = _effect("log_seen", level_sum, total_sd, centred_area, "area")
            unseen = pm.Normal("unseen_effect", 0.0, 1.0, dims="area")
            area_effect, reporting_effect = rotate((log_seen - level_sum) / total_sd, unseen, area_sd, reporting_sd)
            pm.Deterministic("log_incidence", level_sum - log_typical + area_sd * area_effect, dims="area")
            logit = pm.Deterministic("logit_reporting", alpha + reporting_sd * reporting_effect, dims="area")
            log_rate = level_sum - log_typical + area_sd * area_effect - pm.math.log1pexp(-logit)
            log_mean = log_rate[area] + np.log(cells.exposure)
            if self._has_cell_effects(figures):
                cell_sd = pm.HalfNormal("cell_sd", self.cell_sd.parameters[1])
                log_mean = pm.Deterministic(
                    "log_mean", _effect("log_cell", log_mean, cell_sd, centred_cell, "cell"), dims="cell"
                )
            pm.Poisson("reported", pm.math.exp(log_mean[observed]), observed=cells.reported[observed])
        return model

    def complete(self, posterior: xr.Dataset, figures: xr.Dataset, rng: np.random.Generator) -> Groups:
        """True counts and rates from the draws of the graph."""
        cells, area = self._cells(figures), self._area_index(figures)
        logit = posterior["logit_reporting"].values[..., area]
        if "log_mean" in posterior:
            log_rate = posterior["log_mean"].values - special.log_expit(logit) - np.log(cells.exposure)
        else:
            log_rate = posterior["log_incidence"].values[..., area]
        mean = np.exp(log_rate) * cells.exposure
        reported = np.where(cells.missing, thinning.poisson_draws(rng, mean * special.expit(logit)), cells.reported)
        true_count = reported + thinning.poisson_draws(rng, mean * special.expit(-logit))
        shape = (*mean.shape[:2], figures.sizes["area"], figures.sizes["period"])
        values = {
            "true_count": true_count,
            "incidence": np.exp(log_rate),
            "reporting_probability": special.expit(logit),
        }
        data = {name: (("chain", "draw", "area", "period"), value.reshape(shape)) for name, value in values.items()}
        coordinates = {name: figures[name].values for name in ("area", "period")} | {
            name: posterior[name].values for name in ("chain", "draw")
        }
        scalars = posterior[
            [name for name in ("alpha", "level_sum", "area_sd", "reporting_sd", "cell_sd") if name in posterior]
        ]
        return {
            "posterior": xr.Dataset(data, coords=coordinates).merge(scalars),
            "anchors": self._anchors(cells),
            "likelihood": level_information(cells, as_prior(self.reporting), self.level),
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

    def _centring(self, cells: Cells, figures: xr.Dataset) -> tuple[Mask, Mask]:
        """Which effects to centre: those about which the counts say more than their prior, prior variance × information > 1.

        Only where there are many of them: a few leave their standard deviation free to approach 0, where centring diverges.
        """
        variance = self.cell_sd.parameters[1] ** 2
        cell = ~cells.missing & (variance * cells.reported > 1.0)
        information = np.where(cells.missing, 0.0, 1.0 / (1.0 / np.maximum(cells.reported, 0.5) + variance))
        total = self.area_sd.parameters[1] ** 2 + self.reporting_sd.parameters[1] ** 2
        area = total * information.reshape(figures.sizes["area"], -1).sum(axis=1) > 1.0
        return cell & (cell.sum() >= MANY), area & (area.sum() >= MANY)

    def _anchors(self, cells: Cells) -> xr.Dataset:
        """The claim and the incidence level, each as a statement about the log true count of a cell, effects included."""
        prior = as_prior(self.reporting)
        mean, sd = prior.log_moments()
        y: Array = np.maximum(cells.reported, 0.5)
        square = {
            name: p.parameters[1] ** 2
            for name, p in (("area", self.area_sd), ("cell", self.cell_sd), ("reporting", self.reporting_sd))
        }
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
        names = [anchor_name(self.reporting), f"prior on incidence: {self.level.description}"]
        origin = self.reporting.derived_from if isinstance(self.reporting, Claim) else ""
        return with_origin(
            cells.by_anchor(names, values), ["reporting", "incidence"], [origin, ""], [prior.reason, self.level.reason]
        )


def _effect(name: str, mean: "TensorVariable", sd: "TensorVariable", centred: Mask, dims: str) -> "TensorVariable":
    """Normal(mean, sd), sampled as itself where `centred`, else as mean + sd × Normal(0, 1)."""
    import pymc as pm

    raw = pm.Normal(name, pm.math.where(centred, mean, 0.0), pm.math.where(centred, sd, 1.0), dims=dims)
    return pm.math.where(centred, raw, mean + sd * raw)
