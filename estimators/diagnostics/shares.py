"""What an answer owes to the shares that were assumed: how the level moves when the prior of one is moved."""

import re

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.diagnostics.finding import Finding

type Array = NDArray[np.float64]

TIMES = (0.5, 0.8, 1.25, 2.0)
FEWEST = 100  # effective draws below which a straight line is drawn instead
BETA = re.compile(r"beta\(a = ([^,]+), b = ([^)]+)\)")
COLUMNS = ["share", "prior_mean", "times", "moved_to", "median", "lower", "upper", "factor", "by", "effective_draws"]


def share_sensitivity(post: xr.DataTree) -> Finding:
    """How the total moves when the prior odds of an assumed share are halved, lowered, raised or doubled: to print beside every answer.

    Parameters
    ----------
    post : xarray.DataTree
        Result of a model with shares that have beta priors, such as those of `Exits` and `Mislabelling`.

    Returns
    -------
    Finding
        ``table`` has one row a share and move: ``times``, by what the odds of its prior mean are multiplied, which becomes ``moved_to``;
        ``median``, ``lower``, ``upper`` (95 %) of the true count of all areas and periods, ``factor`` of its median over the fit's;
        ``by``: draws weighed by the new prior over the old, or, where fewer than 100 draws would count, a straight line.

    Notes
    -----
    No refit. Weights are x^(a' - a) (1 - x)^(b' - b), a + b as it was. The line is what a normal approximation says: if the mean of logit x
    moves by d, that of log N moves by d Cov(log N, logit x) / Var(logit x), the covariance of the posterior and the variance of the prior,
    ψ'(a) + ψ'(b); limits move with the median.
    """
    draws = post["posterior"]["true_count"]
    cells = [name for name in draws.dims if name not in ("chain", "draw")]
    total = np.asarray(draws.sum(cells).transpose("chain", "draw").values, dtype=float).ravel()
    rows = []
    for name, a, b in _shares(post):
        logit = np.asarray(post["posterior"][name].transpose("chain", "draw").values, dtype=float).ravel()
        rows += [_moved(name, total, logit, (a, b), times) for times in TIMES]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return Finding("assumed shares", "sensitivity" if rows else "none", _text(table, float(np.median(total))), table)


def _moved(name: str, total: Array, logit: Array, prior: tuple[float, float], times: float) -> tuple[object, ...]:
    """One row of the table."""
    a, b = prior
    moved = times * a / (times * a + b)
    weight = _weights(logit, moved * (a + b) - a, (1.0 - moved) * (a + b) - b)
    effective = 1.0 / float((weight**2).sum())
    known = (*_quantiles(total, np.full(len(total), 1.0 / len(total))),)
    if effective >= FEWEST:
        found, by = _quantiles(total, weight), "draws weighed"
    else:
        slope = float(np.cov(np.log(total), logit)[0, 1] / (special.polygamma(1, a) + special.polygamma(1, b)))
        low, median, high = (float(each * times**slope) for each in known)
        found, by = (low, median, high), "straight line"
    low, median, high = found
    return name, a / (a + b), times, moved, median, low, high, median / known[1], by, effective


def _shares(post: xr.DataTree) -> list[tuple[str, float, float]]:
    """Name and parameters of every share with a beta prior."""
    if "priors" not in post.children:
        return []
    table = post["priors"]
    found = []
    for name, formula in zip(
        np.asarray(table["quantity"]).tolist(), np.asarray(table["formula"]).tolist(), strict=True
    ):
        match = BETA.fullmatch(str(formula))
        if match and str(name) in post["posterior"]:
            found.append((str(name), float(match[1]), float(match[2])))
    return found


def _weights(logit: Array, more: float, less: float) -> Array:
    """Proportional to x^more (1 - x)^less, adding to 1."""
    log_weight = -more * np.logaddexp(0.0, -logit) - less * np.logaddexp(0.0, logit)
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def _quantiles(values: Array, weight: Array) -> tuple[float, float, float]:
    order = np.argsort(values)
    cumulated = np.cumsum(weight[order])
    places = np.minimum(np.searchsorted(cumulated, [0.025, 0.5, 0.975]), len(values) - 1)
    low, middle, high = values[order][places]
    return float(low), float(middle), float(high)


def _text(table: pd.DataFrame, middle: float) -> str:
    if table.empty:
        return "No share with a beta prior is assumed."
    spans = [
        f"{name} from {part['moved_to'].min():.3g} to {part['moved_to'].max():.3g}: {part['median'].min():.3g} to "
        f"{part['median'].max():.3g}"
        for name, part in table.groupby("share", sort=False)
    ]
    return (
        f"The true count of all areas and periods, median {middle:.3g}, with the prior odds of an assumed share halved to doubled: "
        f"{'; '.join(spans)}. No figure decides between these lines where the share is as known as its prior."
    )
