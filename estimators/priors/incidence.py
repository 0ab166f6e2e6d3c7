"""Priors on incidence from a range a person can judge."""

from estimators.errors import ModelError
from estimators.priors.elicitation import gamma_from_range
from estimators.priors.prior import Prior


def gamma_prior(low: float, high: float, *, mass: float = 0.9, reason: str) -> Prior:
    """Gamma prior of incidence per 100,000 and year with (1 - mass)/2 of its probability below `low` and as much above `high`.

    Parameters
    ----------
    low, high : float
        Range of the rate per 100,000 and year, 0 < low < high.
    mass : float
        Probability of the range.
    reason : str
        Why this range: it is printed beside the estimate.

    Raises
    ------
    ModelError
        If the range is empty or not positive, or no gamma has such quantiles.

    Examples
    --------
    >>> gamma_prior(3, 500, reason="wide on purpose").quantile([0.05, 0.95]).round(6).tolist()
    [3.0, 500.0]
    """
    if not (0.0 < low < high < float("inf") and 0.0 < mass < 1.0):
        raise ModelError(f"incidence from {low:g} to {high:g} with {mass:g}: expected 0 < low < high and 0 < mass < 1")
    try:
        parameters = gamma_from_range(low, high, mass)
    except ValueError as error:
        raise ModelError(
            f"incidence from {low:g} to {high:g} with {mass:g}: no gamma has such quantiles: expected another range"
        ) from error
    return Prior(
        "incidence", f"{low:g} to {high:g} per 100,000 and year with {100 * mass:.0f} %", "gamma", parameters, reason
    )
