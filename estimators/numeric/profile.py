"""Limits of the number unlisted in one log-linear model, from its likelihood.

Notation: as in `loglinear`; N = n + n_0 people, n listed. Were n_0 known, the whole table would be multinomial with N people; its largest
log-likelihood l(n_0), with the factorials of N and of n_0 continued to real numbers, is the profile. The limits are where 2 (max l − l)
passes the 95 % point of χ² with one degree of freedom (Cormack 1992, doi:10.2307/2532310). Wald's limits are û_0 ± 1.96 standard errors,
as people: μ_0 exp(± 1.96 s).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import elementwise

from estimators.numeric import loglinear

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]

DROP = float(special.chdtri(1.0, 0.05))
NORMAL = float(special.ndtri(0.975))
FARTHEST = 1e7  # times the people listed: a profile that has not fallen there has no upper limit
NEAREST = 1e-3


def wald_limits(unlisted: float, variance: float) -> tuple[float, float]:
    """Limits of n_0 that are symmetric in its logarithm."""
    width = NORMAL * float(np.sqrt(variance))
    factor = float(np.exp(width)) if width < 700.0 else np.inf
    return unlisted / factor, unlisted * factor


def profile_limits(table: Array, terms: Places, unlisted: float) -> tuple[float, float]:
    """Limits of n_0 by profile likelihood.

    Parameters
    ----------
    table : Array
        n, (2^L,).
    terms : Places
        The model, (p,).
    unlisted : float
        μ_0 of the fit, where the search begins.

    Returns
    -------
    tuple of float
        0 and infinity where the profile does not fall far enough.
    """
    middle = float(np.log(max(unlisted, NEAREST)))
    ends = np.log(NEAREST), np.log(FARTHEST * max(table.sum(), 1.0))
    top: Any = elementwise.find_minimum(
        lambda x: -profile(table, terms, x),
        _around(table, terms, middle, ends),
        tolerances={"xatol": 1e-6, "xrtol": 0.0},
    )
    best, at = -float(top.f_x), float(top.x)
    fallen = 2.0 * (best - profile(table, terms, np.array(ends))) > DROP
    limits = [0.0, np.inf]
    for place, end in enumerate(ends):
        if fallen[place]:
            root: Any = elementwise.find_root(
                lambda x: 2.0 * (best - profile(table, terms, x)) - DROP, (min(at, end), max(at, end))
            )
            limits[place] = float(np.exp(root.x))
    return limits[0], limits[1]


def profile(table: Array, terms: Places, log_unlisted: Array) -> Array:
    """l(n_0) at the logarithms of n_0, up to a constant; any shape."""
    hidden = np.exp(np.atleast_1d(log_unlisted)).ravel()
    tables = np.tile(table, (len(hidden), 1))
    tables[:, 0] = hidden
    found = loglinear.fit(tables, np.tile(terms, (len(hidden), 1)), complete=True)
    everyone = tables.sum(axis=1)
    value = found.log_likelihood + everyone - special.xlogy(everyone, everyone) + special.gammaln(everyone + 1.0)
    return np.asarray(value.reshape(np.shape(log_unlisted)))


def _around(table: Array, terms: Places, middle: float, ends: tuple[float, float]) -> tuple[float, float, float]:
    """Three logarithms of n_0, the highest profile in the middle."""
    grid = np.unique(np.clip(middle + np.array([-8.0, -4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0]), *ends))
    place = int(np.clip(profile(table, terms, grid).argmax(), 1, len(grid) - 2))
    return float(grid[place - 1]), float(grid[place]), float(grid[place + 1])
