"""How much narrower a posterior is than its prior, and to what that is due."""

import numpy as np
import pandas as pd
import xarray as xr

from estimators.diagnostics.finding import Finding
from estimators.diagnostics.simulation import error_of_variance


def contraction(post: xr.DataTree) -> Finding:
    """Contraction 1 - posterior variance / prior variance of each level and slope, with its attribution.

    Parameters
    ----------
    post : xarray.DataTree
        A result with a group ``likelihood`` over the levels and slopes of its posterior.

    Returns
    -------
    Finding
        One row a parameter: prior and posterior sd, contraction and its Monte-Carlo standard error ``contraction_error``,
        ``closed_form`` (from the Fisher information, statements and all priors),
        ``figures_alone`` (all other priors taken away, which is what the figures themselves say). A contraction that the closed form has
        and the figures alone have not is due to priors on other levels.
    """
    told = post["likelihood"].to_dataset()
    names = [str(name) for name in told["parameter"].values]
    information, sd = told["information"].values, told["prior_sd"].values
    precision = np.where(np.isfinite(sd), 1.0 / sd**2, 1e-12)
    stated = told["stated"].values if "stated" in told else 0.0
    closed = np.diag(np.linalg.inv(information + stated + np.diag(precision)))
    rows = []
    for place, name in enumerate(names):
        others = np.where(np.arange(len(names)) == place, precision, precision * 1e-8)
        alone = np.linalg.inv(information + np.diag(others))[place, place]
        draws = post["posterior"].to_dataset().get(name)
        drawn = float("nan") if draws is None else float(draws.std())
        error = float("nan") if draws is None else error_of_variance(post, draws) * precision[place]
        row = {"parameter": name, "prior_sd": float(sd[place]), "posterior_sd": drawn, "contraction_error": error}
        shares = {"contraction": drawn**2, "closed_form": closed[place], "figures_alone": alone}
        rows.append(row | {label: 1.0 - float(value) * precision[place] for label, value in shares.items()})
    table = pd.DataFrame(rows)
    borrowed = table[(table["closed_form"] > 0.1) & (table["figures_alone"] < 0.5 * table["closed_form"])][
        "parameter"
    ].tolist()
    status = "contraction borrowed from priors" if borrowed else "contraction owed to figures"
    text = "Contraction is not evidence that figures spoke." + (
        f" That of {'; '.join(borrowed)} is due, by more than half, to priors on other levels." if borrowed else ""
    )
    return Finding("contraction", status, text, table)
