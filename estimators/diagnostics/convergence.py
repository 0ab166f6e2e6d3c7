"""Whether a sampler's result may be published."""

import warnings

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.diagnostics.finding import Finding

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]

LARGEST_RHAT = 1.01
SMALLEST_ESS = 400
LARGEST_K = 0.7


def convergence(post: xr.DataTree) -> Finding:
    """Rank-normalised R-hat, bulk and tail effective sample size and divergences, against the standard for publication.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`.

    Returns
    -------
    Finding
        Status *nothing drawn* for bounds, *independent draws* for an exact engine, *publishable*, or *not publishable*, and then
        which quantity failed.

    References
    ----------
    Vehtari, A. et al. 2021. Rank-normalization, folding, and localization. doi:10.1214/20-BA1221
    """
    if "posterior" not in post.children:
        return Finding("convergence", "nothing drawn", "The limits are computed; there are no draws to diagnose.")
    if "sample_stats" not in post.children:
        return Finding(
            "convergence",
            "independent draws",
            "Limits are computed or drawn independently: there is no chain whose convergence could be in doubt.",
        )
    if "pareto_k" in post["sample_stats"]:
        return _weights(post["sample_stats"].to_dataset())
    table = _diagnostics(post["posterior"].to_dataset())
    divergences = int(post["sample_stats"]["diverging"].sum()) if "diverging" in post["sample_stats"] else 0
    bad = (table["r_hat"] > LARGEST_RHAT) | (table["ess_bulk"] < SMALLEST_ESS) | (table["ess_tail"] < SMALLEST_ESS)
    failed = [
        f"{row['quantity']} (R-hat {row['r_hat']:.3f}, ESS {row['ess_bulk']:.0f}/{row['ess_tail']:.0f})"
        for row in table[bad].to_dict("records")
    ]
    if divergences:
        failed.append(f"{divergences} divergent transitions")
    status = "not publishable" if failed else "publishable"
    text = f"Worst over all cells; required: no divergence, R-hat ≤ {LARGEST_RHAT}, ESS ≥ {SMALLEST_ESS}."
    return Finding("convergence", status, text + (f" Failed: {'; '.join(failed)}." if failed else ""), table)


def _weights(statistics: xr.Dataset) -> Finding:
    """Of independent draws behind which are importance weights."""
    k, effective, proposed = (float(statistics[name]) for name in ("pareto_k", "effective_draws", "proposed_draws"))
    failed = [f"Pareto k̂ {k:.2f}"] if not k < LARGEST_K else []
    failed += [f"{effective:.0f} effective draws"] if effective < SMALLEST_ESS else []
    text = (
        f"Independent draws by importance: Pareto k̂ {k:.2f}, {effective:,.0f} effective of {proposed:,.0f} proposed; required: "
        f"k̂ < {LARGEST_K}, at least {SMALLEST_ESS} effective."
    )
    table = pd.DataFrame([{"pareto_k": k, "effective_draws": effective, "proposed_draws": proposed}])
    status = "not publishable" if failed else "publishable"
    return Finding("convergence", status, text + (f" Failed: {'; '.join(failed)}." if failed else ""), table)


def _diagnostics(posterior: xr.Dataset) -> pd.DataFrame:
    import arviz as az

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of constant draws
        rhat, bulk, tail = az.rhat(posterior), az.ess(posterior, method="bulk"), az.ess(posterior, method="tail")
    rows = []
    for name, draws in posterior.items():
        values = draws.transpose("chain", "draw", ...).values
        still = values.max(axis=(0, 1)) == values.min(
            axis=(0, 1)
        )  # constant draws, e.g. of a count that is fully reported
        rows.append(
            {
                "quantity": str(name),
                "r_hat": _worst(rhat[name].values, still, np.inf),
                "ess_bulk": -_worst(-bulk[name].values, still, 0.0),
                "ess_tail": -_worst(-tail[name].values, still, 0.0),
            }
        )
    return pd.DataFrame(rows)


def _worst(values: Array, still: Mask, failed: float) -> float:
    """Largest value over the cells whose draws move; a value that is not a number counts as `failed`."""
    moving = np.asarray(values)[~still]
    if not moving.size:
        return float("nan")
    return float(np.where(np.isnan(moving), failed, moving).max())
