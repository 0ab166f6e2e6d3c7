"""Several absolute statements about one level, weighed against each other in closed form."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import (
    PROBABILITIES,
    Array,
    Cells,
    Dependence,
    Groups,
    check_dependence,
    exact_counts,
    read_figures,
    require_independent,
)
from estimators.counts.circularity import Anchor, anchor_label, as_row, refuse_circular
from estimators.counts.reporting import as_prior, claim_anchor, level_information, reading, with_origin
from estimators.errors import CircularityError, DataError, ModelError, Problem
from estimators.evidence import Evidence
from estimators.numeric import anchors as pooling
from estimators.priors import Claim, ExternalEstimate, Prior


@dataclass(frozen=True, repr=False)
class AnchorBudget:
    """The true count as the precision-weighted pool of claims, published estimates and incidence priors.

    Parameters
    ----------
    anchors : tuple of Claim, ExternalEstimate or Prior
        A *claim* about reporting turns each count into a true count; an *external estimate* gives persons a year, or a rate per
        100,000 and year that needs population rows; a *log-normal or gamma prior* is read as incidence per 100,000 and year.
    dependence : {"common", "independent"}
        Whether the anchors are wrong by the same factor in every cell (totals are then widest) or anew in each.
    indicator, form : str
        Which figures of the evidence are read.

    Raises
    ------
    CircularityError
        If two anchors were made from the same figures, come from the same body, or one was made from the counts themselves.

    Notes
    -----
    Each anchor k says log N ~ Normal(m_k, s_k²): a claim m = log y - E log ρ, s² = Var log ρ + 1/y; an external estimate its
    adjusted median. Shares are s_k^{-2}/Σ s^{-2}. Leave-one-out and conflict: `estimators.identification`. Anchors must be
    independent; that is an assumption, not a result.

    References
    ----------
    Presanis, A. M. et al. 2013. Conflict diagnostics in directed acyclic graphs. doi:10.1214/13-STS426

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.single_figure(1150, area="MEX", period="2022")
    >>> stock = ExternalEstimate("household survey", 425_000, 0.78)
    >>> post = est.fit(AnchorBudget((Claim("1 in 100"), stock)), evidence, seed=1)
    >>> bool(195_000 < post["quantiles"]["true_count"].sel(probability=0.5).item() < 205_000)
    True
    """

    anchors: tuple[Anchor, ...]
    dependence: Dependence = "common"
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        check_dependence(self.dependence)
        if not self.anchors:
            raise ModelError("an anchor budget without anchors: expected at least one Claim, ExternalEstimate or Prior")
        for anchor in self.anchors:
            if isinstance(anchor, Prior) and anchor.family not in ("log-normal", "gamma"):
                raise ModelError(
                    f"{anchor_label(anchor)}: {anchor.formula}: expected a log-normal or gamma prior of incidence"
                )
        names = Counter(anchor_label(anchor) for anchor in self.anchors)
        for name, times in names.items():
            if times > 1:
                raise CircularityError(f"anchor {name!r} is given {times} times: expected each only once")
        refuse_circular(self.anchors, self.indicator)

    def __repr__(self) -> str:
        listed = "; ".join(f"{anchor_label(anchor)}, {as_row(anchor).formula}" for anchor in self.anchors)
        return (
            f"AnchorBudget. The log true count behind each figure ({self.indicator}, form {self.form}) is the precision-weighted pool of "
            f"independent log-normal anchors: {listed}. A claim about reporting gives log count − log ρ, with variance Var log ρ + 1/count."
        )

    def without(self, name: str) -> "AnchorBudget":
        """The same budget with one anchor left out, by its name in the tables."""
        kept = tuple(anchor for anchor in self.anchors if anchor_label(anchor) != name)
        if len(kept) == len(self.anchors):
            raise ModelError(
                f"no anchor {name!r}: expected one of {', '.join(anchor_label(anchor) for anchor in self.anchors)}"
            )
        return replace(self, anchors=kept)

    def priors(self) -> tuple[Prior, ...]:
        """The anchors as priors, for the table that goes into the paper."""
        return tuple(as_row(anchor) for anchor in self.anchors)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        claims = tuple(reading(anchor, self.indicator) for anchor in self.anchors if isinstance(anchor, Claim))
        steps = tuple(
            f"{anchor.name}: {step.name} × {step.factor:.3g} (log sd {step.log_sd:g}): {step.reason}"
            for anchor in self.anchors
            if isinstance(anchor, ExternalEstimate)
            for step in anchor.adjustments
        )
        dated = tuple(
            f"{anchor.name}: the figure of {anchor.period} is taken to hold in every period read"
            for anchor in self.anchors
            if isinstance(anchor, ExternalEstimate) and anchor.period
        )
        return (*claims, *dated, *steps, "the anchors are independent of each other")

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads; a claim made from figures of the same kind is refused here."""
        figures = read_figures(evidence, self.indicator, self.form, population="if there")
        for anchor in self.anchors:
            strangers = set(figures["area"].values.tolist()) - {getattr(anchor, "area", "")}
            if isinstance(anchor, ExternalEstimate) and anchor.area and strangers:
                raise ModelError(
                    f"{anchor.name} is about {anchor.area}: expected figures of that area only, not {', '.join(sorted(strangers))}"
                )
        return figures

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:
        """Pooled posterior draws and quantiles of every cell."""
        cells = exact_counts(figures, "AnchorBudget")
        self._refuse_zero(cells)
        table = self._table(cells)
        pooled = _pool(table)
        common = self.dependence == "common"
        z = rng.standard_normal((draws, 1 if common else len(cells.reported)))
        log_count = pooled.mean + pooled.sd * z
        intercept, sd = self._log_reporting(cells)
        log_reporting = intercept + self._slope(cells) * log_count + sd * rng.standard_normal(log_count.shape)
        return {
            "posterior": cells.labelled(_values(cells, log_count, log_reporting)),
            "anchors": table,
            "likelihood": level_information(cells, *self._level_priors()),
        }

    def summaries(self, figures: xr.Dataset) -> Groups:
        """Quantiles of every cell, in closed form."""
        cells = exact_counts(figures, "AnchorBudget")
        pooled = _pool(self._table(cells))
        intercept, sd = self._log_reporting(cells)
        slope = self._slope(cells)
        z = special.ndtri(np.array(PROBABILITIES))[:, None]
        log_reporting = intercept + slope * pooled.mean + np.hypot(sd, slope * pooled.sd) * z
        return {"quantiles": cells.by_probability(_values(cells, pooled.mean + pooled.sd * z, log_reporting))}

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and figures for calibration: N from the pool of all anchors but the claim, ρ from the claim, y ~ Poisson(Nρ)."""
        claims = [anchor for anchor in self.anchors if isinstance(anchor, Claim)]
        if len(claims) != 1 or len(self.anchors) < 2:
            raise ModelError("simulation needs one claim and at least one other anchor")
        require_independent(self.dependence)
        cells = exact_counts(figures, "simulation")
        table = _anchors(tuple(anchor for anchor in self.anchors if anchor is not claims[0]), cells)
        pooled = _pool(table)
        true_count = np.rint(np.exp(pooled.mean + pooled.sd * rng.standard_normal(pooled.mean.shape)))
        rho = as_prior(claims[0]).quantile(rng.random(true_count.shape))
        reported = np.maximum(rng.binomial(true_count.astype(np.int64), rho), 1).astype(float)
        return cells.by_cell({"true_count": true_count, "reporting_probability": rho, "reported": reported})

    def _table(self, cells: Cells) -> xr.Dataset:
        return _anchors(self.anchors, cells)

    def _log_reporting(self, cells: Cells) -> tuple[Array, Array]:
        """Given log N, log ρ is normal: mean (Σ m/s² + y (log y - log N)) / P, variance 1/P, P = Σ 1/s² + y over the claims."""
        moments = [as_prior(anchor).log_moments() for anchor in self.anchors if isinstance(anchor, Claim)]
        y = np.maximum(cells.reported, 0.5)
        precision = y + sum(1.0 / sd**2 for _, sd in moments)
        weighted = sum(mean / sd**2 for mean, sd in moments)
        return (weighted + y * np.log(y)) / precision, 1.0 / np.sqrt(precision)

    def _slope(self, cells: Cells) -> Array:
        return -np.maximum(cells.reported, 0.5) * self._log_reporting(cells)[1] ** 2

    def _level_priors(self) -> tuple[Prior | None, Prior | None]:
        claims = [as_prior(anchor) for anchor in self.anchors if isinstance(anchor, Claim)]
        incidence = [anchor for anchor in self.anchors if isinstance(anchor, Prior)]
        return (claims[0] if claims else None), (incidence[0] if incidence else None)

    def _refuse_zero(self, cells: Cells) -> None:
        zero = (cells.reported == 0) & ~cells.missing
        if zero.any() and any(isinstance(anchor, Claim) for anchor in self.anchors):
            expected = "counts above 0: a claim turns a count of 0 into no log level (use ThinnedPoisson)"
            raise DataError([Problem("evidence", None, "value", f"{int(zero.sum())} counts of 0", expected)])


def _anchors(anchors: tuple[Anchor, ...], cells: Cells) -> xr.Dataset:
    claims = [anchor for anchor in anchors if isinstance(anchor, Claim)]
    parts = [
        claim_anchor(cells, anchor, claims) if isinstance(anchor, Claim) else _absolute(anchor, cells)
        for anchor in anchors
    ]
    return xr.concat(parts, dim="anchor")


def _absolute(anchor: ExternalEstimate | Prior, cells: Cells) -> xr.Dataset:
    row = as_row(anchor)
    per_head = isinstance(anchor, Prior) or anchor.unit == "per 100,000"
    if per_head and not cells.has_population:
        raise ModelError(
            f"{anchor_label(anchor)} is per 100,000: expected rows of the indicator 'population' for every area and period"
        )
    mean, sd = row.log_moments()
    scale: Array = np.log(cells.exposure if per_head else cells.years)
    values = {"log_true_count": (mean + scale)[None], "log_sd": np.full((1, len(cells.reported)), sd)}
    kind, origin = ("incidence", "") if isinstance(anchor, Prior) else ("external", anchor.derived_from)
    return with_origin(cells.by_anchor([anchor_label(anchor)], values), [kind], [origin], [row.reason])


def _pool(table: xr.Dataset) -> pooling.Pool:
    shape = (table.sizes["anchor"], -1)
    return pooling.pool(table["log_true_count"].values.reshape(shape), table["log_sd"].values.reshape(shape))


def _values(cells: Cells, log_count: Array, log_reporting: Array) -> dict[str, Array]:
    """True count and what follows from it; a true count is at least the count, a probability at most 1."""
    true_count = np.maximum(np.exp(log_count), cells.reported)
    values = {"true_count": true_count, "reporting_probability": np.exp(np.minimum(log_reporting, 0.0))}
    if cells.has_population:
        values["incidence"] = true_count / cells.exposure
    return values
