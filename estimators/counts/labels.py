"""What labels of files are known to be worth, the closed form of Rogan and Gladen, and what fixes the level."""

import warnings

import numpy as np
import xarray as xr

from estimators.counts.cells import Array, Cells
from estimators.counts.reporting import as_prior, with_origin
from estimators.errors import IdentificationWarning, ModelError
from estimators.numeric import misclassified
from estimators.priors import Claim, Prior

type Known = Claim | Prior | tuple[int, int]


def law_of(name: str, known: Known) -> Prior:
    """Sensitivity or specificity as a prior; an audit sample of k right among m is Beta(1 + k, 1 + m - k)."""
    if isinstance(known, Claim | Prior):
        return as_prior(known)
    right, audited = known
    if not 0 <= right <= audited or audited < 1:
        raise ModelError(f"{name} {known}: expected (right, audited) with 0 ≤ right ≤ audited")
    words = f"{right} of {audited} audited were labelled rightly"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mean of 1/ρ is not asked of it
        return Prior(name, words, "beta", (1.0 + right, 1.0 + audited - right), f"audit sample, {words}")


def point_estimates(cells: Cells, files: Array, sensitivity: Known, specificity: Known) -> xr.Dataset:
    """Group ``rogan_gladen``: apparent share, estimate as it is and truncated, its standard error, and whether it left 0 … 1.

    Warns
    -----
    IdentificationWarning
        Where fewer are labelled than false labels alone would make, or more than all true cases would.
    """
    (e, e_variance), (s, s_variance) = _as_audited(sensitivity, specificity)
    pairs = zip(cells.reported, files, strict=True)
    raw, variance = np.array([misclassified.rogan_gladen(x, n, e, s, e_variance, s_variance) for x, n in pairs]).T
    apparent = cells.reported / files
    outside = np.where(apparent < 1.0 - s, -1.0, np.where(apparent > e, 1.0, 0.0))
    for side, words in (
        (-1.0, f"is below 1 − specificity ({1.0 - s:.3g}): false labels alone would make more"),
        (1.0, f"is above the sensitivity ({e:.3g})"),
    ):
        where = (outside == side) & ~cells.missing
        if where.any():
            text = (
                f"the apparent share {apparent[where][0]:.3g} {words}; the estimate of Rogan and Gladen, {raw[where][0]:.3g}, "
                "is truncated, the posterior says how far the figures bear it"
            )
            warnings.warn(text, IdentificationWarning, stacklevel=5)
    values = {
        "apparent_share": apparent,
        "untruncated": raw,
        "prevalence": np.clip(raw, 0.0, 1.0),
        "se": np.sqrt(variance),
        "outside": outside,
    }
    return cells.by_cell(values | {"true_count": np.clip(raw, 0.0, 1.0) * files})


def _as_audited(*known: Known) -> list[tuple[float, float]]:
    """Value and variance of both: of k right among m audited k/m and k(m - k)/m³, as Rogan and Gladen take them; else of the prior.

    An audit without an error, or without a right label, has the variance of its beta: 0 would say that it cannot err.
    """
    laws = [law_of("", one) for one in known]
    moments = [misclassified.moments((law.family, law.parameters[0], law.parameters[1])) for law in laws]
    found = list(moments)
    for place, one in enumerate(known):
        if isinstance(one, tuple):
            k, m = one
            found[place] = k / m, k * (m - k) / m**3 or moments[place][1]
    return found if found[0][0] + found[1][0] > 1.0 else moments


def anchor_of(cells: Cells, true_count: Array, sensitivity: Known, specificity: Known) -> xr.Dataset:
    """One anchor: what labels are worth. Its level is the posterior's, for the count says nothing without it."""
    level = np.log(np.maximum(true_count, 0.5))
    values = {"log_true_count": level.mean(axis=0)[None], "log_sd": level.std(axis=0)[None]}
    known = [("sensitivity", sensitivity), ("specificity", specificity)]
    origin = "; ".join(one.derived_from for _, one in known if isinstance(one, Claim) and one.derived_from)
    reason = "; ".join(f"{name}: {law_of(name, one).reason}" for name, one in known)
    return with_origin(cells.by_anchor(["sensitivity and specificity"], values), ["reporting"], [origin], [reason])


def information_of(
    cells: Cells, files: Array, sensitivity: misclassified.Law, specificity: misclassified.Law
) -> xr.Dataset:
    """Fisher information of the labels about (prevalence, sensitivity, specificity), each on the logit scale; rank one."""
    (e, e_variance), (s, s_variance) = misclassified.moments(sensitivity), misclassified.moments(specificity)
    x, n = (each[~cells.missing].sum() for each in (cells.reported, files))
    p = float(np.clip((x / n + s - 1.0) / (e + s - 1.0), 0.5 / n, 1.0 - 0.5 / n))
    a = p * e + (1.0 - p) * (1.0 - s)
    slope = np.array([p * (1.0 - p) * (e + s - 1.0), p * e * (1.0 - e), -(1.0 - p) * s * (1.0 - s)])
    spread = [np.inf, np.sqrt(e_variance) / (e * (1.0 - e)), np.sqrt(s_variance) / (s * (1.0 - s))]
    names = ["logit prevalence", "logit sensitivity", "logit specificity"]
    return xr.Dataset(
        {
            "information": (("parameter", "other"), n * np.outer(slope, slope) / (a * (1.0 - a))),
            "prior_sd": ("parameter", spread),
        },
        coords={"parameter": names, "other": names},
    )
