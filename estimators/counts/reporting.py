"""What every estimator with one reporting probability needs of it: a prior, nodes, the anchor it makes, what the count informs."""

import warnings
from collections.abc import Sequence

import numpy as np
import xarray as xr

from estimators.counts.cells import Array, Cells
from estimators.errors import ModelError, PriorWarning
from estimators.numeric import families, grid, thinning
from estimators.priors import Claim, Prior

EVERYBODY = 100_000.0  # per 100,000 and year


def as_prior(reporting: Claim | Prior) -> Prior:
    """The prior behind a claim, or the prior itself; it must live on (0, 1)."""
    prior = reporting.prior if isinstance(reporting, Claim) else reporting
    if prior.family not in families.ON_UNIT_INTERVAL:
        raise ModelError(
            f"prior of the reporting probability {prior.formula}: expected one of {', '.join(families.ON_UNIT_INTERVAL)}"
        )
    return prior


def anchor_name(reporting: Claim | Prior) -> str:
    """How tables call the assumption about reporting."""
    return reporting.name if isinstance(reporting, Claim) else f"prior on reporting: {reporting.formula}"


def reading(reporting: Claim | Prior, indicator: str) -> str:
    """The silent equality, said aloud."""
    spoken = (
        "the claim speaks of cases reported" if isinstance(reporting, Claim) else "the prior is on the share reported"
    )
    about = f" {reporting.area} {reporting.period}".rstrip() if isinstance(reporting, Claim) else ""
    wider = f"; what is said about{about} is taken to hold for every area and period read" if about else ""
    return f"{spoken}, the figure counts {indicator.replace('_', ' ')}: the two are taken as equal{wider}"


def prior_nodes(family: families.Family, a: float, b: float) -> tuple[Array, Array, float]:
    """Nodes and weights of x = logit ρ under its prior, and its standard deviation."""
    table = grid.tabulate(
        lambda x: families.log_density_of_logit(family, a, b, x), 1, low=-400.0, high=400.0, nodes=129
    )
    x, weight = table.x[0], table.weights[0] / table.weights[0].sum()
    mean = float(weight @ x)
    return x, weight, float(np.sqrt(weight @ (x - mean) ** 2))


def check_incidence(incidence: Prior) -> None:
    """An incidence prior must be a gamma, which is what makes the rest closed form, and not a flat one in disguise.

    A gamma whose rate goes to 0 tilts ρ by ρ^-shape in every cell (a flat one, of shape 1, by 1/ρ): it looks vague and is not.
    """
    if incidence.family != "gamma":
        raise ModelError(f"prior of incidence {incidence.formula}: expected a gamma (see estimators.gamma_prior)")
    if float(incidence.quantile(0.95)) > EVERYBODY:
        text = (
            f"prior of incidence {incidence.formula} has more than 5 % of its probability above one case per person and year: a prior so "
            f"flat is not vague, it tilts the reporting probability by its power -{incidence.parameters[0]:.3g} in every cell"
        )
        warnings.warn(text, PriorWarning, stacklevel=4)


def level_anchors(cells: Cells, reporting: Claim | Prior, incidence: Prior) -> xr.Dataset:
    """The two absolute anchors of a thinned count: the claim on reporting, and the prior on incidence."""
    mean, sd = incidence.log_moments()
    level = cells.by_anchor(
        [f"prior on incidence: {incidence.description}"],
        {"log_true_count": (mean + np.log(cells.exposure))[None], "log_sd": np.full((1, len(cells.reported)), sd)},
    )
    level = with_origin(level, ["incidence"], [""], [incidence.reason])
    return xr.concat([claim_anchor(cells, reporting), level], dim="anchor")


def thinned_truth(
    cells: Cells, reporting: Prior, incidence: Prior, rng: np.random.Generator, dispersion: float = np.inf
) -> xr.Dataset:
    """Truth and figures drawn from the priors of a thinned Poisson, or negative binomial where a dispersion is given."""
    size = cells.reported.shape
    probability, rate = reporting.quantile(rng.random(size)), incidence.quantile(rng.random(size))
    mean = cells.exposure * rate
    if np.isfinite(dispersion):
        mean = mean * rng.standard_gamma(dispersion, size) / dispersion
    reported = thinning.poisson_draws(rng, mean * probability)
    true_count = reported + thinning.poisson_draws(rng, mean * (1.0 - probability))
    truth = {"true_count": true_count, "incidence": rate, "reporting_probability": probability, "reported": reported}
    return cells.by_cell(truth)


def claim_anchor(cells: Cells, reporting: Claim | Prior, claims: Sequence[Claim | Prior] = ()) -> xr.Dataset:
    """The assumption about reporting as an anchor of the log true count: log y - E log ρ, variance s² (1 + P/y).

    P = Σ 1/s² over all `claims` about the same count (by default this one alone, when the variance is s² + 1/y): the chance in the
    count is common to them, and each bears its share of it, so that their pool has variance 1/P + 1/y.
    """
    mean, sd = as_prior(reporting).log_moments()
    precision = sum(1.0 / as_prior(claim).log_moments()[1] ** 2 for claim in (claims or (reporting,)))
    y = np.maximum(cells.reported, 0.5)
    values = {"log_true_count": (np.log(y) - mean)[None], "log_sd": (sd * np.sqrt(1.0 + precision / y))[None]}
    data = cells.by_anchor([anchor_name(reporting)], values)
    origin = reporting.derived_from if isinstance(reporting, Claim) else ""
    return with_origin(data, ["reporting"], [origin], [as_prior(reporting).reason])


def with_origin(anchors: xr.Dataset, kind: list[str], derived_from: list[str], reason: list[str]) -> xr.Dataset:
    """Say of each anchor what it fixes, which figures it was made from, and why it was chosen."""
    labels = {"kind": kind, "derived_from": derived_from, "reason": reason}
    return anchors.assign({name: ("anchor", np.array(values, dtype=object)) for name, values in labels.items()})


def level_information(cells: Cells, reporting: Prior | None, incidence: Prior | None) -> xr.Dataset:
    """Fisher information of the counts about (log incidence level, log reporting probability), and the prior sd of each.

    A count has mean proportional to their product, so the information is Σy [[1, 1], [1, 1]]: rank one, whatever the counts.
    """
    total = float(cells.reported[~cells.missing].sum())
    names = ["log incidence", "log reporting probability"]
    prior_sd = [np.inf if prior is None else prior.log_moments()[1] for prior in (incidence, reporting)]
    return xr.Dataset(
        {"information": (("parameter", "other"), np.full((2, 2), total)), "prior_sd": ("parameter", prior_sd)},
        coords={"parameter": names, "other": names},
    )
