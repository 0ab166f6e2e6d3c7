"""From what a person says about a share to the distribution that says the same.

Sources: O'Hagan et al. 2006, *Uncertain Judgements* (doi:10.1002/0470033312), for eliciting by quantiles; the conversions are
elementary and derived in the docstrings.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import special
from scipy.optimize import brentq

from estimators.errors import ModelError

type Meaning = Literal["median", "mean", "mode", "mean of 1/rho", "mode of 1/rho"]
MEANINGS: tuple[Meaning, ...] = ("median", "mean", "mode", "mean of 1/rho", "mode of 1/rho")


def normal_quantile_of_central(mass: float) -> float:
    """The z with P(|Z| ≤ z) = mass: 1.645 for 90 %, 1.960 for 95 %."""
    return float(special.ndtri(0.5 * (1.0 + mass)))


def logit_normal_from_point(share: float, sd: float, meaning: Meaning) -> tuple[float, float]:
    """Mean and sd of logit ρ such that the stated feature of ρ (or of 1/ρ) is `share` (or its inverse).

    1/ρ - 1 is log-normal with parameters (-m, sd²): its mean gives m = logit r + sd²/2, its mode m = logit r - sd². The mode of ρ
    solves logit ρ = m + sd²(2ρ - 1). The mean of ρ has no closed form and is solved for by quadrature.
    """
    centre = float(special.logit(share))
    match meaning:
        case "median":
            mean = centre
        case "mode":
            if sd**2 >= 2.0:
                raise ModelError(
                    f"a logit-normal with sd {sd:.3g} may have two modes: expected a smaller factor or another meaning"
                )
            mean = centre - sd**2 * (2.0 * share - 1.0)
        case "mean of 1/rho":
            mean = centre + 0.5 * sd**2
        case "mode of 1/rho":
            mean = centre - sd**2
        case "mean":
            z = np.linspace(-9.0, 9.0, 241)
            weight = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
            mean = _root(
                lambda m: float(weight @ special.expit(m + sd * z)) - share, centre - sd**2 - 1.0, centre + sd**2 + 1.0
            )
    return mean, sd


def beta_from_concentration(share: float, concentration: float, meaning: Meaning) -> tuple[float, float]:
    """Shapes (a, b) with a + b = concentration and the stated feature at `share`.

    mean a/n; mode (a - 1)/(n - 2); E[1/ρ] = (n - 1)/(a - 1); the mode of 1/ρ is at ρ = (a + 1)/n.
    """
    n = concentration
    match meaning:
        case "mean":
            a = share * n
        case "mode":
            a = 1.0 + share * (n - 2.0)
        case "mean of 1/rho":
            a = 1.0 + share * (n - 1.0)
        case "mode of 1/rho":
            a = share * n - 1.0
        case "median":
            a = _root(lambda a: float(special.betainc(a, n - a, share)) - 0.5, n * 1e-9, n * (1.0 - 1e-9))
    if not 0.0 < a < n or (meaning == "mode" and not 1.0 < a < n - 1.0):
        raise ModelError(
            f"no beta with a + b = {n:.4g} has its {meaning} at {share:.4g}: expected a larger concentration"
        )
    return a, n - a


def beta_from_point(share: float, within: float, confidence: float, meaning: Meaning) -> tuple[float, float]:
    """Shapes such that the stated feature is `share` and P(share/within < ρ < share·within) = confidence."""

    def shapes(log_n: float) -> tuple[float, float]:
        return beta_from_concentration(share, float(np.exp(log_n)), meaning)

    def shortfall(log_n: float) -> float:
        a, b = shapes(log_n)
        high, low = special.betainc(a, b, min(share * within, 1.0)), special.betainc(a, b, share / within)
        return float(high - low) - confidence

    # The features need a > 1 (mode, mean of 1/ρ) or a > 0; concentrations below that have no such beta.
    least = {"mode": 2.0, "mean of 1/rho": 1.0, "mode of 1/rho": 1.0 / share}.get(meaning, 1e-3)
    low, high = np.log(least * (1.0 + 1e-9)), np.log(1e12 / share)
    if shortfall(low) > 0:
        text = (
            f"no beta has its {meaning} at {share:.4g} and only {100 * confidence:.0f} % within a factor {within:.4g}: "
        )
        raise ModelError(text + "expected a smaller factor, a larger confidence, or family='logit-normal'")
    return shapes(_root(shortfall, float(low), float(high)))


def beta_from_range(low: float, high: float, mass: float) -> tuple[float, float]:
    """Shapes with P(ρ < low) = P(ρ > high) = (1 - mass)/2, to 1e-12 in probability.

    For each concentration n the mean is found that puts the lower tail right; n then follows from the upper tail.
    """
    tail = 0.5 * (1.0 - mass)

    def shapes(log_n: float) -> tuple[float, float]:
        n = float(np.exp(log_n))
        t = _root(
            lambda t: float(special.betainc(n * special.expit(t), n * special.expit(-t), low)) - tail, -60.0, 60.0
        )
        return n * float(special.expit(t)), n * float(special.expit(-t))

    def excess(log_n: float) -> float:
        return float(special.betaincc(*shapes(log_n), high)) - tail

    return shapes(_root(excess, float(np.log(1e-2)), float(np.log(1e13 / low))))


def logit_normal_from_range(low: float, high: float, mass: float) -> tuple[float, float]:
    """Mean and sd of logit ρ with (1 - mass)/2 of the probability below `low` and as much above `high`."""
    ends = special.logit([low, high])
    return float(ends.mean()), float((ends[1] - ends[0]) / (2.0 * normal_quantile_of_central(mass)))


def gamma_from_range(low: float, high: float, mass: float) -> tuple[float, float]:
    """Shape and rate of a gamma with (1 - mass)/2 of the probability below `low` and as much above `high`.

    The ratio of two quantiles depends on the shape alone and falls as it grows.
    """
    tail = 0.5 * (1.0 - mass)

    def excess(log_shape: float) -> float:
        shape = np.exp(log_shape)
        return float(
            np.log(special.gammainccinv(shape, tail)) - np.log(special.gammaincinv(shape, tail)) - np.log(high / low)
        )

    shape = float(np.exp(_root(excess, np.log(0.05), np.log(1e10))))
    return shape, float(special.gammaincinv(shape, tail)) / low


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-14, rtol=1e-14, maxiter=300))
