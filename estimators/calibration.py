"""Does an estimator know what it says it knows? Simulate truth and figures, fit, and ask where the truth falls.

Replicates are areas: an exact estimator fits ten thousand of them in one call.
"""

from functools import lru_cache
from typing import Protocol

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.diagnostics.finding import Finding
from estimators.errors import ModelError
from estimators.inference import ExactEstimator
from estimators.numeric import thinning

type Array = NDArray[np.float64]

LEVEL = 0.01
BAND_SIMULATIONS = 4000
CENTRAL = (0.5, 0.8, 0.95)


class Simulator(ExactEstimator, Protocol):
    """An exact estimator that can also draw truth and figures from its own assumptions."""

    def simulate(self, figures: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Truth and reported counts over (area, period)."""
        ...


def calibrate(
    estimator: Simulator, *, replicates: int = 10_000, draws: int = 99, population: float = 1_000_000.0, seed: int
) -> Finding:
    """Simulation-based calibration: ranks of the truth among posterior draws must be uniform.

    Parameters
    ----------
    estimator : Simulator
        An exact estimator with a method ``simulate``.
    replicates : int
        Number of simulated figures.
    draws : int
        Posterior draws for each; ranks run from 0 to `draws`.
    population : float
        Of each simulated area, persons; every period is a year.
    seed : int
        The finding is a function of the seed.

    Returns
    -------
    Finding
        Status *calibrated* or *not calibrated*; one row a quantity with the simultaneous p value of its rank distribution and the
        coverage of central intervals. Besides the parameters, the binomial log likelihood is ranked: a quantity that depends on the
        data notices a posterior that merely repeats the prior.

    Notes
    -----
    The band is simultaneous over all rank bins: the smallest pointwise binomial tail probability of the rank distribution function,
    referred to its own distribution under uniformity, which is simulated.

    References
    ----------
    Talts, S. et al. 2018. Validating Bayesian inference algorithms with simulation-based calibration. doi:10.48550/arXiv.1804.06788
    Säilynoja, T., Bürkner, P.-C. and Vehtari, A. 2022. Graphical test for discrete uniformity. doi:10.1007/s11222-022-10090-6
    Modrák, M. et al. 2023. Simulation-based calibration checking with data-dependent test quantities. doi:10.1214/23-BA1404

    Examples
    --------
    >>> import estimators as est
    >>> calibrate(est.Multiplier(est.Claim("1 in 10")), replicates=500, seed=1).status
    'calibrated'
    """
    if replicates < 100 or draws < 9:
        raise ModelError(f"{replicates} replicates with {draws} draws: expected at least 100 and 9")
    rng = np.random.default_rng(seed)
    design = _design(replicates, population)
    truth = estimator.simulate(design, rng)
    figures = design.assign(dict.fromkeys(("reported", "lower", "upper"), truth["reported"]))
    posterior = estimator.exact(figures, draws, rng)["posterior"].isel(chain=0, period=0)
    rows = []
    for name, (actual, drawn) in _quantities(truth.isel(period=0), posterior).items():
        ranks = _ranks(actual, drawn, rng)
        p = uniformity_p(ranks, draws + 1)
        covered = {f"coverage_{round(100 * mass)}": _coverage(ranks, draws, mass) for mass in CENTRAL}
        rows.append({"quantity": name, "p": p, **covered})
    table = pd.DataFrame(rows)
    worst = table.sort_values("p").iloc[0]
    status = "calibrated" if worst["p"] * len(table) >= LEVEL else "not calibrated"
    text = (
        f"{replicates:,} replicates of {draws} draws; least uniform: {worst['quantity']}, p = {worst['p']:.2g} "
        f"(called not calibrated below {LEVEL:g} after correction for {len(table)} quantities)."
    )
    return Finding("calibration", status, text, table)


def _design(replicates: int, population: float) -> xr.Dataset:
    shape = (replicates, 1)
    cells = {name: (("area", "period"), np.ones(shape)) for name in ("reported", "lower", "upper")}
    return xr.Dataset(
        {**cells, "years": ("period", np.ones(1)), "population": (("area", "period"), np.full(shape, population))},
        coords={"area": np.arange(replicates).astype(str), "period": ["one year"]},
    )


def _quantities(truth: xr.Dataset, posterior: xr.Dataset) -> dict[str, tuple[Array, Array]]:
    """Truth (replicates,) and draws (draws, replicates) of each parameter, and of the log likelihood."""
    found = {
        str(name): (truth[name].values, posterior[name].transpose("draw", "area").values)
        for name in posterior
        if name in truth
    }
    reported = truth["reported"].values
    likelihood = [
        thinning.binomial_log_probability(
            reported, found["true_count"][which], special.logit(found["reporting_probability"][which])
        )
        for which in (0, 1)
    ]
    return found | {"log_likelihood": (likelihood[0], likelihood[1])}


def _ranks(actual: Array, drawn: Array, rng: np.random.Generator) -> NDArray[np.intp]:
    """Rank of the truth among the draws, ties broken at random (counts are discrete)."""
    below, ties = (drawn < actual).sum(axis=0), (drawn == actual).sum(axis=0)
    return np.asarray(below + rng.integers(0, ties + 1), dtype=np.intp)


def _coverage(ranks: NDArray[np.intp], draws: int, mass: float) -> float:
    tail = 0.5 * (1.0 - mass) * (draws + 1)
    return float(np.mean((ranks >= tail) & (ranks < draws + 1 - tail)))


def uniformity_p(ranks: NDArray[np.intp], bins: int) -> float:
    """Simultaneous p value of the hypothesis that ranks 0 … bins - 1 are equally likely."""
    counts = np.bincount(ranks, minlength=bins)[None]
    null = _null_minima(len(ranks), bins)
    return float((np.sum(null <= _smallest_tail(counts, len(ranks))[0]) + 1) / (len(null) + 1))


def _smallest_tail(counts: NDArray[np.int64], total: int) -> Array:
    """Smallest two-sided binomial tail probability of the rank distribution function, row by row."""
    bins = counts.shape[1]
    below = counts.cumsum(axis=1)[:, :-1]
    share = np.arange(1, bins) / bins
    lower = special.bdtr(below, total, share)
    upper = np.where(below > 0, special.bdtrc(np.maximum(below - 1, 0), total, share), 1.0)
    return np.asarray(np.minimum(lower, upper).min(axis=1))


@lru_cache(maxsize=8)
def _null_minima(total: int, bins: int) -> Array:
    rng = np.random.default_rng(20260101)
    return _smallest_tail(rng.multinomial(total, np.full(bins, 1.0 / bins), size=BAND_SIMULATIONS), total)
