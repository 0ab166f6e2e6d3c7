"""A fitted list result as an anchor of a synthesis."""

import numpy as np
import xarray as xr
from scipy import special

from estimators.errors import ModelError
from estimators.lists.outcome import PROBABILITY
from estimators.lists.table import EVERYONE
from estimators.priors import Adjustment, ExternalEstimate


def limits_of(post: xr.DataTree, area: str = EVERYONE) -> tuple[float, float, float]:
    """Estimate and 95 % limits of the true count: median and quantiles of draws, or what a method without draws gave."""
    if "estimate" in post.children:
        group = post["estimate"].to_dataset().sel(area=area).squeeze()
        return float(group["point"]), float(group["lower"]), float(group["upper"])
    tail = 0.5 * (1.0 - PROBABILITY)
    wanted = [tail, 0.5, 1.0 - tail]
    if "quantiles" in post.children:
        stored = post["quantiles"].to_dataset()["true_count"].sel(area=area).squeeze()
        lower, middle, upper = (float(stored.sel(probability=p, method="nearest")) for p in wanted)
    else:
        lower, middle, upper = np.quantile(
            post["posterior"].to_dataset()["true_count"].sel(area=area).values, wanted
        ).tolist()
    return middle, lower, upper


def as_external_estimate(
    post: xr.DataTree,
    name: str,
    *,
    by: str,
    period: str,
    area: str = "",
    adjustments: tuple[Adjustment, ...] = (),
    reason: str = "",
) -> ExternalEstimate:
    """The number that lists tell of, as an anchor that `Synthesis` takes.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit` of lists.
    name, by, area, period : str
        As of `ExternalEstimate`: whose lists, where and when.
    adjustments : tuple of Adjustment
        From what the lists count to what the synthesis asks, such as a stock to a flow.
    reason : str
        Added to the sentence on what the estimate rests on.

    Returns
    -------
    ExternalEstimate
        Log-normal, its median the estimate; its standard deviation is that of the wider side of the 95 % interval, so that no side of
        the interval is made narrower.

    Raises
    ------
    ModelError
        If the result is none of lists, or its interval has no finite, positive width.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Independence(), est.datasets.lists("HIV_Rome"), seed=1)
    >>> anchor = as_external_estimate(post, "four lists", by="Abeni et al. 1994", area="Rome", period="1990")
    >>> round(anchor.value), round(anchor.total_log_sd, 2)
    (11125, 0.08)
    """
    if "lists" not in post.children:
        raise ModelError("as_external_estimate takes the result of a fit of lists: this one has no group 'lists'")
    middle, lower, upper = limits_of(post)
    if not (0.0 < lower < upper < np.inf):
        raise ModelError(
            f"an interval from {lower:,.0f} to {upper:,.0f} cannot be an anchor: expected finite limits with room between"
        )
    standard = float(special.ndtri(0.5 + 0.5 * PROBABILITY))
    spread = max(np.log(upper / middle), np.log(middle / lower)) / standard
    told = f"rests on: {post['lists'].attrs['rests_on']}"
    return ExternalEstimate(
        name,
        middle,
        float(spread),
        by=by,
        area=area,
        period=period,
        adjustments=adjustments,
        reason=f"{told}; {reason}" if reason else told,
    )
