"""Levels, slopes and scales before and after the figures, and where the two disagree."""

import numpy as np
import pandas as pd
import xarray as xr

from estimators.diagnostics.finding import Finding
from estimators.diagnostics.simulation import simulation_error
from estimators.numbers import number, supported_digits

ENDS = ("median", "lower", "upper")
SAMPLE = ("chain", "draw")
MASS = 0.9  # of the intervals
ONE = "“{quantity}” {after} (prior {low} – {high})"
FOUND = (
    "Posterior medians outside the 90 % interval of the prior, {some} of {all}: {named}. Figures ask there for what the prior held "
    "unlikely; the posterior lies between the two, and a wider prior would give another."
)
NOT_MATCHED = "The result has no draws of an unknown under the name of its prior: nothing can be compared."
NOTHING = "No posterior median of {all} unknowns lies outside the 90 % interval of its prior. That is no proof that the priors are right."


def prior_data_conflict(post: xr.DataTree) -> Finding:
    """Whether figures pull levels, slopes and scales to where their priors hardly reach.

    Named is each unknown whose posterior median lies outside the 90 % interval of its prior. Of an unknown that figures inform fully that
    happens with one prior draw in ten where nothing is wrong, of one that they inform little hardly ever.

    Parameters
    ----------
    post : xarray.DataTree
        A result with draws of its unknowns and their priors.

    Returns
    -------
    Finding
        Its table has a row for each unknown: quantity, label (its name without the log or logit that is undone here), prior_median,
        prior_lower, prior_upper, posterior_median, posterior_lower, posterior_upper (90 %), posterior_simulation_error
        (relative, of the worse limit), width of the posterior interval relative to the prior's, on the scale where the prior is normal,
        and ``outside``. A narrower interval is no proof that figures spoke: another prior may have.

    References
    ----------
    Evans, M. and Moshonov, H. 2006. Checking for prior-data conflict. doi:10.1214/06-BA129

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.datasets.latin_america().where(area=("MEX", "GTM"), start="2015-01-01", end="2018-12-31")
    >>> evidence = evidence.where(indicator=("victims_identified", "population"))
    >>> post = est.fit(est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),)), evidence, seed=1)
    >>> sorted(prior_data_conflict(post).table)[:3]
    ['label', 'outside', 'posterior_lower']
    """
    table = _before_and_after(post) if {"priors", "posterior"} <= set(post.children) else pd.DataFrame()
    if table.empty:
        return Finding("prior-data conflict", "cannot be compared", NOT_MATCHED, table)
    median = table["posterior_median"]
    table["outside"] = (median < table["prior_lower"]) | (median > table["prior_upper"])
    there = table[table["outside"]]
    if there.empty:
        return Finding("prior-data conflict", "no conflict found", NOTHING.format(all=len(table)), table)
    named = "; ".join(
        ONE.format(
            quantity=row["label"],
            after=number(row["posterior_median"], supported_digits(row["posterior_simulation_error"])),
            low=number(row["prior_lower"], 2, "down"),
            high=number(row["prior_upper"], 2, "up"),
        )
        for row in there.to_dict("records")
    )
    text = FOUND.format(all=len(table), some=len(there), named=named)
    return Finding("prior-data conflict", f"{len(there)} of {len(table)} unknowns", text, table)


def _before_and_after(post: xr.DataTree) -> pd.DataFrame:
    """One row an unknown: medians and 90 % limits, and the width relative to the prior's on the scale where that is normal."""
    priors, draws = post["priors"].to_dataset(), post["posterior"].to_dataset()
    rows, natural = [], []
    for place, name in enumerate(priors["quantity"].values.astype(str)):
        if name not in draws or draws[name].dims != SAMPLE:
            continue
        low, median, high = np.quantile(draws[name].values, [0.05, 0.5, 0.95])
        before = {end: float(priors[column][place]) for end, column in zip(ENDS, ("median", "q05", "q95"), strict=True)}
        family = str(priors["formula"].values[place]).split("(")[0]
        after = dict(zip(ENDS, _natural(xr.DataArray([median, low, high]), family).values.tolist(), strict=True))
        natural.append(_natural(draws[name], family))
        width = (high - low) / (_working(before["upper"], family) - _working(before["lower"], family))
        ends = {
            f"{when}_{end}": found[end] for when, found in (("prior", before), ("posterior", after)) for end in ENDS
        }
        rows.append({"quantity": name, "label": _label(name, family), **ends, "width": width})
    if not rows:
        return pd.DataFrame()
    together = xr.concat(natural, "unknown", coords="minimal", compat="override")
    return pd.DataFrame(rows).assign(posterior_simulation_error=simulation_error(post, together, MASS).values)


def _label(name: str, family: str) -> str:
    taken = {"log-normal": "log_", "logit-normal": "logit_"}.get(family, "")
    return name.removeprefix(taken).replace("_", " ")


def _natural(value: xr.DataArray, family: str) -> xr.DataArray:
    """From the scale on which a prior is normal."""
    if family == "log-normal":
        found: xr.DataArray = xr.ufuncs.exp(value)
        return found
    return 1.0 / (1.0 + xr.ufuncs.exp(-value)) if family == "logit-normal" else value


def _working(value: float, family: str) -> float:
    """To the scale on which a prior is normal."""
    if family == "log-normal":
        return float(np.log(value))
    return float(np.log(value / (1.0 - value))) if family == "logit-normal" else float(value)
