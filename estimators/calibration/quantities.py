"""What of a panel is ranked: single cells, levels, spreads, and the likelihood of the figures."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import thinning

type Array = NDArray[np.float64]

RANKED = ("true_count", "incidence", "reporting_probability")
PER = 100_000.0


def panel_quantities(figures: xr.Dataset, truth: xr.Dataset, posterior: xr.Dataset) -> dict[str, tuple[float, Array]]:
    """Truth and draws of shape (chain, draw), by name.

    Parameters
    ----------
    figures : xarray.Dataset
        What was fitted.
    truth, posterior : xarray.Dataset
        True count, incidence and reporting probability, over (area, period) and over (chain, draw, area, period).

    Notes
    -----
    Of each: the first and the last cell with a figure and the first without one, the mean over cells and the standard deviation over
    area means, both on the log or logit scale. Of all together: the binomial log likelihood given true counts and probabilities, and,
    where there is an incidence, the Poisson log likelihood given incidence and probabilities.
    """
    reported = figures["reported"].transpose("area", "period").values
    known = ~np.isnan(reported)
    found: dict[str, tuple[Array, Array]] = {}
    named = [name for name in RANKED if name in truth and name in posterior]
    values = {name: (_of(truth, name)[None, None], _of(posterior, name)) for name in named}
    predicted = not any(np.isnan(drawn).any() for _, drawn in values.values())
    for name, pair in values.items():
        for label, place in _cells(figures, known, predicted).items():
            found[f"{name}, {label}"] = (pair[0][..., *place], pair[1][..., *place])
        scaled = [np.where(known | predicted, _scale(name, each), np.nan) for each in pair]
        found[f"{name}, mean"] = (np.nanmean(scaled[0], axis=(-2, -1)), np.nanmean(scaled[1], axis=(-2, -1)))
        if figures.sizes["area"] > 2 and (predicted or known.any(axis=1).all()):
            found[f"{name}, spread of areas"] = (_spread(scaled[0]), _spread(scaled[1]))
    for name, pair in _likelihoods(figures, reported, known, values).items():
        found[name] = pair
    return {name: (float(actual.item()), drawn) for name, (actual, drawn) in found.items()}


def _of(data: xr.Dataset, name: str) -> Array:
    return np.asarray(
        data[name].transpose("chain", "draw", "area", "period", missing_dims="ignore").values, dtype=float
    )


def _cells(figures: xr.Dataset, known: NDArray[np.bool_], predicted: bool) -> dict[str, tuple[int, int]]:
    """The first and the last cell with a figure, and the first without one."""
    seen, unseen = np.argwhere(known), np.argwhere(~known)
    chosen = [seen[0], seen[-1], *(unseen[:1] if predicted else [])]
    area, period = figures["area"].values, figures["period"].values
    return {f"{area[a]} {period[p]}": (int(a), int(p)) for a, p in chosen}


def _scale(name: str, values: Array) -> Array:
    if name == "reporting_probability":
        return np.asarray(special.logit(values))
    return np.log(values + (0.5 if name == "true_count" else 0.0))


def _spread(values: Array) -> Array:
    return np.asarray(np.nanmean(values, axis=-1).std(axis=-1))


def _likelihoods(
    figures: xr.Dataset, reported: Array, known: NDArray[np.bool_], values: dict[str, tuple[Array, Array]]
) -> dict[str, tuple[Array, Array]]:
    logit = [special.logit(each[..., known]) for each in values["reporting_probability"]]
    count = [each[..., known] for each in values["true_count"]]
    binomial = [thinning.binomial_log_probability(reported[known], count[which], logit[which]) for which in (0, 1)]
    found = {"log_likelihood": (binomial[0].sum(axis=-1), binomial[1].sum(axis=-1))}
    if "incidence" in values and "population" in figures:
        exposure = (figures["population"] * figures["years"]).transpose("area", "period").values[known] / PER
        log_mean = [
            np.log(exposure * each[..., known]) + special.log_expit(logit[which])
            for which, each in enumerate(values["incidence"])
        ]
        poisson = [(reported[known] * each - np.exp(each)).sum(axis=-1) for each in log_mean]
        found["log_likelihood of rates"] = (poisson[0], poisson[1])
    return found
