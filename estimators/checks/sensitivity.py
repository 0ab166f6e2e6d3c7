"""Which named group of priors the estimate leans on, and how well the reported rates are predicted."""

import warnings

import numpy as np
import pandas as pd
import xarray as xr

from estimators.diagnostics import Finding

THRESHOLD = 0.05
LARGEST_K = 0.7


def power_scaling_finding(post: xr.DataTree) -> Finding:
    """Sensitivity of the log level to raising each named group of priors, or all figures, to a power near 1.

    References
    ----------
    Kallioinen, N. et al. 2024. Detecting and diagnosing prior and likelihood sensitivity with power-scaling. doi:10.1007/s11222-023-10366-5
    """
    import arviz as az

    incidence = post["posterior"].to_dataset()["incidence"]
    flow = xr.apply_ufunc(np.log, incidence).mean(dim=("area", "period"))
    groups = {"posterior": xr.Dataset({"mean_log_incidence": flow}), "log_prior": _with_statements(post)}
    data = xr.DataTree.from_dict(groups)
    rows = [
        {
            "priors": str(group),
            "sensitivity": float(az.psense(data, group_var_names=[str(group)])["mean_log_incidence"]),
        }
        for group in groups["log_prior"].data_vars
    ]
    table = pd.DataFrame(rows).sort_values("sensitivity", ascending=False, ignore_index=True)
    table["sensitive"] = table["sensitivity"] > THRESHOLD
    leaning = table.loc[table["sensitive"], "priors"].tolist()
    status = f"leans on {', '.join(leaning)}" if leaning else "leans on no single group"
    text = f"Mean log incidence, each group of priors raised to a power near 1; above {THRESHOLD:g} the estimate moves with the group."
    return Finding("power scaling", status, text, table)


def _with_statements(post: xr.DataTree) -> xr.Dataset:
    """Log prior by group, what was stated about areas with the claims."""
    prior, density = post["log_prior"].to_dataset(), post["log_likelihood"].to_dataset()
    said = [rows.sum(dim=[f"{name} row"]) for name, rows in density.items() if str(name).startswith("statements")]
    return prior.assign(claim=sum(said, start=prior.get("claim", 0.0))) if said else prior


def reported_rate_finding(post: xr.DataTree) -> Finding:
    """Leave-one-out predictive accuracy of each kind of row: it speaks of reported rates, never of true counts.

    References
    ----------
    Vehtari, A., Gelman, A. and Gabry, J. 2017. Practical Bayesian model evaluation. doi:10.1007/s11222-016-9696-4
    """
    import arviz as az

    rows = []
    for name in post["log_likelihood"].data_vars:
        if str(name).startswith("statements"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # high k is reported in the table
            told = az.loo(post, var_name=str(name), pointwise=True)
        high = int((told.pareto_k.values > LARGEST_K).sum())
        rows.append(
            {
                "figures": str(name),
                "elpd": float(told.elpd),
                "se": float(told.se),
                "rows": int(told.n_data_points),
                "unreliable": high,
            }
        )
    table = pd.DataFrame(rows)
    unreliable = int(table["unreliable"].sum())
    text = (
        "Expected log predictive density of a figure left out, by kind of row. It ranks models of the reported rate only: models with "
        f"reporting probabilities of 1 % and 50 % predict figures equally well. Unreliable rows (k > {LARGEST_K}): {unreliable}."
    )
    return Finding("reported rates", "reported rates only", text, table)
