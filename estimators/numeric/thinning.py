"""Binomial thinning of an unknown count, with the unknown count summed out.

Notation: N ~ Poisson(Eλ) or NegBin(mean Eλ, size φ), y | N ~ Binomial(N, ρ), so that y ~ Poisson(Eλρ) or NegBin(mean Eλρ, size φ):
thinning keeps the family and the size. λ ~ Gamma(a, rate b). x = logit ρ. Cells first, nodes or draws last.

The conjugate thinned Poisson goes back to Moreno & Girón 1998 (doi:10.1016/S0378-3758(97)00073-6) and Fader & Hardie 2000
(doi:10.1080/02664760050173283).
"""

import numpy as np
from scipy import special

from estimators.numeric.negative_binomial import Array

LAGUERRE = special.roots_laguerre(24)
POISSON_LIMIT = 1e15  # above it a double has no room for single units, and the normal limit is exact to rounding


def poisson_draws(rng: np.random.Generator, mean: Array) -> Array:
    """Poisson draws of any mean, as floats; the normal limit above 1e15, where floats no longer hold every whole number."""
    small = rng.poisson(np.minimum(mean, POISSON_LIMIT)).astype(float)
    if not np.any(mean > POISSON_LIMIT):
        return small
    return np.asarray(
        np.where(mean > POISSON_LIMIT, np.rint(mean + np.sqrt(mean) * rng.standard_normal(mean.shape)), small)
    )


def unreported_draws(rng: np.random.Generator, size: Array, x: Array) -> Array:
    """Draws of U ~ NegBin(size, ρ = expit(x)) as a gamma mixture of Poissons; shapes broadcast, size > 0."""
    size, x = np.broadcast_arrays(size, x)
    with np.errstate(over="ignore"):
        return poisson_draws(rng, rng.standard_gamma(size) * np.exp(-x))


def poisson_gamma_log_likelihood(x: Array, y: Array, a: float, b: Array, E: Array) -> Array:
    """Log probability of y given ρ with λ ~ Gamma(a, b) integrated out; `x` (cells, K), the others (cells,) or scalars.

    y | ρ ~ NegBin(size a, mean aEρ/b):  log Γ(a+y)/(Γ(a) y!) + a log b + y log(Eρ) - (a+y) log(b + Eρ).
    """
    y, b, E = (np.asarray(v)[..., None] for v in (y, b, E))
    rho = special.expit(x)
    constant = special.gammaln(a + y) - special.gammaln(a) - special.gammaln(y + 1.0)
    # Written in ratios to b, so that large counts against large exposures do not cancel.
    excess = E * rho / b
    return np.asarray(constant + y * (special.log_expit(x) + np.log(E / b)) - (a + y) * np.log1p(excess))


def zero_count_tail(n: Array, x: Array) -> Array:
    """Sum of (1 - ρ)^k / k over k > n, for ρ = expit(x); shapes broadcast.

    With w = -log(1 - ρ) and z = (n + 1) w it is E1(z) + e^{-z}/(n+1) ∫ e^{-v} h((z+v)/(n+1)) dv, h(s) = 1/(1 - e^{-s}) - 1/s
    smooth, by Gauss-Laguerre quadrature.
    """
    v, weight = LAGUERRE
    n1 = np.asarray(n, dtype=float)[..., None] + 1.0
    z = -special.log_expit(-np.asarray(x))[..., None] * n1
    s = (z + v) / n1
    with np.errstate(over="ignore"):
        smooth = np.where(s < 1e-3, 0.5 + s / 12.0, -1.0 / np.expm1(-np.maximum(s, 1e-3)) - 1.0 / np.maximum(s, 1e-3))
    rest = (weight * smooth).sum(axis=-1) * np.exp(-z[..., 0]) / n1[..., 0]
    return np.asarray(special.exp1(z[..., 0]) + rest)


def zero_count_draws(rng: np.random.Generator, x: Array) -> Array:
    """Draws of N given y = 0 and ρ = expit(x) under the prior π(0) = 1, π(N) = 1/N.

    P(N = 0) = 1/(1 - log ρ); otherwise N follows the logarithmic series law with parameter 1 - ρ.
    """
    log_rho = special.log_expit(x)
    some = rng.random(x.shape) * (1.0 - log_rho) > 1.0
    return np.where(some, rng.logseries(np.clip(special.expit(-x), 1e-300, 1.0 - 1e-15)), 0).astype(float)


def garwood(y: Array, level: float) -> tuple[Array, Array]:
    """Exact central limits of a Poisson mean from a count (Garwood 1936, doi:10.1093/biomet/28.3-4.437)."""
    tail = 0.5 * (1.0 - level)
    y = np.asarray(y, dtype=float)
    lower = np.where(y > 0, special.gammaincinv(np.maximum(y, 0.5), tail), 0.0)
    return lower, np.asarray(special.gammaincinv(y + 1.0, 1.0 - tail))


def binomial_log_probability(y: Array, N: Array, x: Array) -> Array:
    """Log probability of y reported out of N at ρ = expit(x); -inf where N < y."""
    u = N - y
    with np.errstate(invalid="ignore"):
        value = special.gammaln(N + 1.0) - special.gammaln(y + 1.0) - special.gammaln(u + 1.0)
        value = value + y * special.log_expit(x) + u * special.log_expit(-x)
    return np.asarray(np.where(u < 0, -np.inf, value))
