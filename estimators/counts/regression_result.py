"""Figures of a regression with incomplete reporting, and its draws as groups of a result."""

import numpy as np
import xarray as xr
from scipy import special

from estimators.counts.cells import Array, Groups, exact_counts
from estimators.counts.regression_panel import Panel
from estimators.counts.reporting import as_prior, with_origin
from estimators.errors import DataError, Problem
from estimators.evidence import Evidence
from estimators.numeric import thinning
from estimators.priors import Claim


def read_audits(figures: xr.Dataset, evidence: Evidence, units: list[str], names: tuple[str, str]) -> xr.Dataset:
    """Figures with the validation sample of each unit, over all its periods; 0 where there is none.

    Raises
    ------
    DataError
        For an area that is no unit, a figure that is no exact count, one of the two without the other, or more reported than audited.
    """
    empty = xr.DataArray(np.empty((0, 0)), {"area": [], "period": []}, ("area", "period"))
    found = []
    for name in names:
        sample = evidence.figures(name) if name in evidence.indicators else None
        if sample is not None:
            strangers = [str(area) for area in sample["area"].values if str(area) not in units]
            expected = f"units of reporting: {', '.join(units)}"
            _raise([Problem(evidence.label, None, "area", f"{name} of {area}", expected) for area in strangers])
            _ = exact_counts(sample, "a validation sample")
        found.append(empty if sample is None else sample["reported"].reset_coords(drop=True))
    audited, reported = xr.align(*found, join="outer")
    problems = []
    for area, period in np.argwhere((audited.notnull() | reported.notnull()).values):
        m, v = (float(each.values[area, period]) for each in (audited, reported))
        cell = f"area {audited['area'].values[area]}, period {audited['period'].values[period]}"
        if np.isnan(m) or np.isnan(v):
            given, lacking = names if np.isnan(v) else names[::-1]
            expected = f"{lacking} of the same area and period too: a missing figure is not zero"
            problems.append(Problem(evidence.label, None, "value", f"{cell}: {given} alone", expected))
        elif v > m:
            expected = f"at most the {m:g} {names[0]}"
            problems.append(Problem(evidence.label, None, "value", f"{cell}: {v:g} {names[1]}", expected))
    _raise(problems)
    totals = [each.sum("period").reindex(area=units, fill_value=0.0).values for each in (audited, reported)]
    values = {"audited": ("unit", totals[0]), "audited_reported": ("unit", totals[1])}
    return figures.assign(values).assign_coords(unit=np.array(units, dtype=object))


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise DataError(problems)


def drawn(panel: Panel, outer: Array, inner: Array, shape: tuple[int, int]) -> xr.Dataset:
    """Draws of the engine in the shape of the graph's."""
    fixed_by = panel.outer(outer, every=True)
    scaled = fixed_by.scale * inner
    first, second = panel.bases
    units, slopes = len(panel.units), len(panel.model.reporting)
    values: dict[str, tuple[str, Array]] = {
        "log_incidence": ("cell", fixed_by.eta + scaled @ first.T),
        "logit_reporting": ("cell", fixed_by.zeta + scaled @ second.T),
        "unit_logit": ("unit", outer[:, :units]),
        "slope_incidence": ("on_incidence", panel.fixed[0] + scaled[:, : panel.fixed.shape[1]]),
    }
    if slopes:
        values["slope_reporting"] = ("on_reporting", outer[:, units : units + slopes])
    data: dict[str, tuple[tuple[str, ...], Array]] = {
        name: (("chain", "draw", dim), value.reshape(*shape, -1)) for name, (dim, value) in values.items()
    }
    hyper = outer[:, units + slopes :].T.reshape(-1, *shape)
    for name, value in zip(panel.hyper, hyper, strict=True):
        data[name.replace(" ", "_")] = (("chain", "draw"), panel.told(name, value))
    names = {"unit": panel.units, "on_incidence": ["level", *(each.name for each in panel.model.incidence)]}
    names |= {"on_reporting": [each.name for each in panel.model.reporting]} if slopes else {}
    coords = {name: np.array(each, dtype=object) for name, each in names.items()}
    return xr.Dataset(data, coords=coords | {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])})


def groups_of(panel: Panel, posterior: xr.Dataset, rng: np.random.Generator) -> Groups:
    """Groups of the result."""
    eta, zeta = (
        posterior[name].transpose("chain", "draw", "cell").values for name in ("log_incidence", "logit_reporting")
    )
    size = posterior["size"].values[..., None] if "size" in posterior else np.inf
    true_count = true_counts(panel, eta, zeta, size, rng)
    shape = (*eta.shape[:2], len(panel.areas), len(panel.periods))
    cells = {"true_count": true_count, "incidence": np.exp(eta), "reporting_probability": special.expit(zeta)}
    data = {name: (("chain", "draw", "area", "period"), value.reshape(shape)) for name, value in cells.items()}
    coords = {"chain": posterior["chain"].values, "draw": posterior["draw"].values}
    result = xr.Dataset(data, coords=coords | {"area": np.array(panel.areas), "period": np.array(panel.periods)})
    others = (
        "slope_incidence",
        "slope_reporting",
        "incidence_sd",
        "reporting_sd",
        "incidence_share",
        "reporting_share",
        "size",
    )
    kept = posterior[[name for name in others if name in posterior]]
    units = xr.apply_ufunc(special.expit, posterior["unit_logit"].rename("unit_reporting_probability"))
    return {
        "posterior": result.merge(kept).merge(units),
        "anchors": _anchors(panel),
        "likelihood": _information(panel, posterior),
    }


def true_counts(panel: Panel, eta: Array, zeta: Array, size: Array | float, rng: np.random.Generator) -> Array:
    """Reported cases, or forecast ones where none were published, and those that were not reported."""
    expected = np.exp(eta) * panel.cells.exposure
    count = panel.cells.reported
    if np.isfinite(size).all():
        spread = rng.standard_gamma(np.broadcast_to(size, expected.shape)) / size
        forecast = thinning.poisson_draws(rng, expected * spread * special.expit(zeta))
        given = rng.standard_gamma(size + count + 0.0 * expected) / (size + expected * special.expit(zeta))
        spread = np.where(panel.cells.missing, spread, given)
    else:
        spread, forecast = np.ones_like(expected), thinning.poisson_draws(rng, expected * special.expit(zeta))
    reported = np.where(panel.cells.missing, forecast, count)
    return np.asarray(reported + thinning.poisson_draws(rng, expected * spread * special.expit(-zeta)))


def _anchors(panel: Panel) -> xr.Dataset:
    """What is known of reporting, with the validation sample, and the prior of the level: each a statement on the log true count."""
    model, cells = panel.model, panel.cells
    mean, sd = panel.unit_moments()
    extra = {side: effects.sd.parameters[1] ** 2 for side, effects, _, _ in panel.effects}
    slopes = ((panel.reporting * panel.slopes[1]) ** 2).sum(axis=1) if panel.slopes.size else 0.0
    y = np.maximum(cells.reported, 0.5)
    wide = ((panel.design("incidence") * panel.fixed[1, 1:]) ** 2).sum(axis=1) + panel.fixed[1, 0] ** 2
    values = {
        "log_true_count": np.stack([np.log(y) - mean[panel.unit], panel.fixed[0, 0] + np.log(cells.exposure)]),
        "log_sd": np.sqrt(
            np.stack(
                [
                    sd[panel.unit] ** 2 + 1.0 / y + extra.get("reporting", 0.0) + slopes,
                    wide + extra.get("incidence", 0.0),
                ]
            )
        ),
    }
    audited = bool((panel.figures["audited"].values > 0).any())
    name = "validation sample and priors of reporting" if audited else "priors of reporting"
    priors = [model.prior_of(unit) for unit in panel.units]
    origin = "; ".join(
        sorted({prior.derived_from for prior in priors if isinstance(prior, Claim) and prior.derived_from})
    )
    reason = "; ".join(dict.fromkeys(as_prior(prior).reason for prior in priors))
    anchors = cells.by_anchor([name, f"prior on incidence: {model.level.description}"], values)
    return with_origin(
        anchors, ["validation" if audited else "reporting", "incidence"], [origin, ""], [reason, model.level.reason]
    )


def _information(panel: Panel, posterior: xr.Dataset) -> xr.Dataset:
    """Fisher information of counts and validation sample about level, slopes and logits of units, where the posterior has its mean."""
    seen = ~panel.cells.missing
    eta, zeta = (posterior[name].mean(("chain", "draw")).values for name in ("log_incidence", "logit_reporting"))
    mean = (np.exp(eta + special.log_expit(zeta)) * panel.cells.exposure)[seen]
    size = float(posterior["size"].mean()) if "size" in posterior else np.inf
    hidden = special.expit(-zeta)[seen, None]
    units = np.eye(len(panel.units))[panel.unit[seen]]
    columns = np.concatenate(
        [panel.bases[0][seen, : panel.fixed.shape[1]], hidden * panel.reporting[seen], hidden * units], axis=1
    )
    weight = mean / (1.0 + mean / size)
    matrix = (columns * weight[:, None]).T @ columns
    rho = special.expit(posterior["unit_logit"].mean(("chain", "draw")).values)
    place = np.arange(len(panel.units)) + columns.shape[1] - len(panel.units)
    matrix[place, place] += panel.figures["audited"].values * rho * (1.0 - rho)
    names = ["log incidence", *(f"slope of {each.name} on log incidence" for each in panel.model.incidence)]
    names += [f"slope of {each.name} on logit reporting" for each in panel.model.reporting]
    names += [f"logit reporting, {unit}" for unit in panel.units]
    logits = [_logit_sd(panel, unit) for unit in panel.units]
    prior_sd = np.array([*panel.fixed[1], *panel.slopes[1], *logits])
    return xr.Dataset(
        {"information": (("parameter", "other"), matrix), "prior_sd": ("parameter", prior_sd)},
        coords={"parameter": names, "other": names},
    )


def _logit_sd(panel: Panel, unit: str) -> float:
    """Standard deviation of the logit of a unit's reporting probability under its prior."""
    prior = as_prior(panel.model.prior_of(unit))
    if prior.family == "beta":
        return float(np.sqrt(sum(special.polygamma(1, shape) for shape in prior.parameters)))
    return prior.parameters[1]
