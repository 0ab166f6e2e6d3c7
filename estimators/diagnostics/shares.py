"""What an answer owes to the shares that were assumed: how the level moves when the prior of one is moved."""

import re

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.diagnostics.finding import Finding

type Array = NDArray[np.float64]

TIMES = (0.5, 0.8, 1.25, 2.0)
FEWEST = 100  # effective draws below which a line asks for a refit
LARGEST = 0.98
BETA = re.compile(r"beta\(a = ([^,]+), b = ([^)]+)\)")
COLUMNS = ["share", "prior_mean", "times", "moved_to", "median", "lower", "upper", "factor", "effective_draws"]


def share_sensitivity(post: xr.DataTree) -> Finding:
    """How the total moves when the prior mean of an assumed share is halved, lowered, raised or doubled: to print beside every answer.

    Parameters
    ----------
    post : xarray.DataTree
        Result of a model with shares that have beta priors, such as those of `Exits` and `Mislabelling`.

    Returns
    -------
    Finding
        ``table`` has one row a share and move: ``times`` its prior mean, which becomes ``moved_to``; ``median``, ``lower`` and ``upper``
        (95 %) of the true count of all areas and periods, ``factor`` of its median over that of the fit; ``effective_draws`` behind it.
        Lines of fewer than 100 are a direction, no answer: fit again with that prior.

    Notes
    -----
    No refit: draws are weighed by the new prior over the old, x^(a' - a) (1 - x)^(b' - b), a + b as it was. Where figures say nothing of a
    share this is exact but for simulation error.
    """
    draws = post["posterior"]["true_count"]
    cells = [name for name in draws.dims if name not in ("chain", "draw")]
    total = np.asarray(draws.sum(cells).transpose("chain", "draw").values, dtype=float).ravel()
    middle = float(np.median(total))
    rows = []
    for name, a, b in _shares(post):
        logit = post["posterior"][name].transpose("chain", "draw").values.ravel()
        mean = a / (a + b)
        for times in TIMES:
            moved = min(times * mean, LARGEST)
            weight = _weights(logit, moved * (a + b) - a, (1.0 - moved) * (a + b) - b)
            low, median, high = _quantiles(total, weight)
            effective = 1.0 / float((weight**2).sum())
            rows.append((name, mean, times, moved, median, low, high, median / middle, effective))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return Finding("assumed shares", "sensitivity" if rows else "none", _text(table, middle), table)


def _shares(post: xr.DataTree) -> list[tuple[str, float, float]]:
    """Name and parameters of every share with a beta prior."""
    if "priors" not in post.children:
        return []
    table = post["priors"]
    found = []
    for name, formula in zip(table["quantity"].values.tolist(), table["formula"].values.tolist(), strict=True):
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
    spans = []
    for name, part in table.groupby("share", sort=False):
        known = part[part["effective_draws"] >= FEWEST]
        if len(known):
            spans.append(f"{name} from {known['moved_to'].min():.3g} to {known['moved_to'].max():.3g}: {known['median'].min():.3g} to "
                         f"{known['median'].max():.3g}")  # fmt: skip
        else:
            spans.append(f"{name}: moves too far for the draws, fit again")
    short = int((table["effective_draws"] < FEWEST).sum())
    again = f" {short} moves are too far for the draws: fit again with that prior." if short else ""
    return f"The true count of all areas and periods, {middle:.3g}, with an assumed share moved: {'; '.join(spans)}.{again}"
