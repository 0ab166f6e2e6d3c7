"""Distributions of one positive quantity or probability: density, distribution function, quantiles, moments of the logarithm.

Notation: a, b the two parameters of a family, x = logit ρ for the two families on (0, 1).

| family | support | parameters |
|---|---|---|
| beta | (0, 1) | a, b shapes |
| logit-normal | (0, 1) | a mean, b standard deviation of logit ρ |
| gamma | positive | a shape, b rate |
| log-normal | positive | a mean, b standard deviation of the logarithm |
| normal | real | a mean, b standard deviation |
| half-normal | positive | b scale (a is 0) |
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

type Array = NDArray[np.float64]
type Family = Literal["beta", "logit-normal", "gamma", "log-normal", "normal", "half-normal"]

ON_UNIT_INTERVAL: tuple[Family, ...] = ("beta", "logit-normal")


def quantile(family: Family, a: float, b: float, probability: ArrayLike) -> Array:
    """Quantile function."""
    u = np.asarray(probability, dtype=float)
    match family:
        case "beta":
            value = special.betaincinv(a, b, u)
        case "logit-normal":
            value = special.expit(a + b * special.ndtri(u))
        case "gamma":
            value = special.gammaincinv(a, u) / b
        case "log-normal":
            value = np.exp(a + b * special.ndtri(u))
        case "normal":
            value = a + b * special.ndtri(u)
        case "half-normal":
            value = b * special.ndtri(0.5 * (1.0 + u))
    return np.asarray(value, dtype=float)


def distribution(family: Family, a: float, b: float, value: ArrayLike) -> Array:
    """Distribution function."""
    v = np.asarray(value, dtype=float)
    match family:
        case "beta":
            probability = special.betainc(a, b, v)
        case "logit-normal":
            probability = special.ndtr((special.logit(v) - a) / b)
        case "gamma":
            probability = special.gammainc(a, b * v)
        case "log-normal":
            probability = special.ndtr((np.log(v) - a) / b)
        case "normal":
            probability = special.ndtr((v - a) / b)
        case "half-normal":
            probability = np.maximum(2.0 * special.ndtr(v / b) - 1.0, 0.0)
    return np.asarray(probability, dtype=float)


def log_density_of_logit(family: Family, a: float, b: float, x: Array) -> Array:
    """Log density of x = logit ρ, Jacobian included: shape of `x`.

    beta: a log ρ + b log(1 - ρ) - log B(a, b); logit-normal: the normal density of x.
    """
    if family == "beta":
        return np.asarray(a * special.log_expit(x) + b * special.log_expit(-x) - special.betaln(a, b))
    return np.asarray(-0.5 * ((x - a) / b) ** 2 - np.log(b) - 0.5 * np.log(2.0 * np.pi))


def survival_of_logit(family: Family, a: float, b: float, x: Array) -> Array:
    """P(logit ρ > x), accurate at both ends."""
    if family == "beta":
        low = special.betaincc(a, b, special.expit(np.minimum(x, 0.0)))
        if np.all(x <= 0):
            return np.asarray(low)
        return np.asarray(np.where(x <= 0, low, special.betainc(b, a, special.expit(-np.maximum(x, 0.0)))))
    return np.asarray(special.ndtr((a - x) / b))


def log_moments(family: Family, a: float, b: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a positive quantity.

    beta: ψ(a) - ψ(a + b), ψ'(a) - ψ'(a + b); gamma: ψ(a) - log b, ψ'(a); logit-normal: by the trapezoidal rule.
    """
    match family:
        case "beta":
            mean = float(special.digamma(a) - special.digamma(a + b))
            variance = float(special.polygamma(1, a) - special.polygamma(1, a + b))
        case "gamma":
            mean, variance = float(special.digamma(a) - np.log(b)), float(special.polygamma(1, a))
        case "log-normal":
            mean, variance = a, b * b
        case "logit-normal":
            z = np.linspace(-9.0, 9.0, 181)
            weight = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
            log_rho = special.log_expit(a + b * z)
            mean = float(weight @ log_rho)
            variance = float(weight @ (log_rho - mean) ** 2)
        case _:
            raise ValueError(f"the logarithm of a {family} quantity has no use here")
    return mean, variance**0.5


def mean_and_variance_of_inverse(family: Family, a: float, b: float) -> tuple[float, float]:
    """E[1/ρ] and Var[1/ρ] of a probability, infinite where they do not exist.

    beta: (a + b - 1)/(a - 1) for a > 1, variance for a > 2; logit-normal: 1 + exp(-a + b²/2), log-normal variance.
    """
    if family == "beta":
        mean = (a + b - 1.0) / (a - 1.0) if a > 1 else np.inf
        variance = b * (a + b - 1.0) / ((a - 1.0) ** 2 * (a - 2.0)) if a > 2 else np.inf
        return float(mean), float(variance)
    with np.errstate(over="ignore"):
        odds = np.exp(-a + 0.5 * b * b)
        return float(1.0 + odds), float(odds**2 * np.expm1(b * b))


def half_normal(z: Array) -> Array:
    """Quantiles of the standard half-normal at Φ(z): a scale from its normal score, with digits in both tails."""
    upper = -special.ndtri(0.5 * special.ndtr(-np.abs(z)))
    lower = np.sqrt(2.0) * special.erfinv(special.ndtr(-np.abs(z)))
    return np.asarray(np.where(z > 0.0, upper, lower))
