"""Negative binomial thinning with an uncertain mean: the second integral, and exact draws of it.

Notation: y | λ, ρ ~ NegBin(mean Eλρ, size φ), λ ~ Gamma(a, rate b), s = log(Eλρ) the log mean, B = b/(Eρ). Given ρ the density of s is

    h(s) = y s - (φ + y) log(φ + e^s) + a s - B e^s   (+ a constant),

which is concave; its mode solves a quadratic in t = e^s:  -B t² + (a - φ - Bφ) t + (a + y) φ = 0.
Shapes: y (cells, 1), B (cells, K) or (draws, cells); they broadcast.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

INNER_NODES = 48


def log_kernel(s: Array, y: Array, a: float, B: Array, phi: float) -> Array:
    """h(s), up to terms that depend on y and φ alone."""
    return np.asarray((y + a) * s - (phi + y) * np.logaddexp(np.log(phi), s) - B * np.exp(s))


def slope(s: Array, y: Array, a: float, B: Array, phi: float) -> Array:
    """First derivative of h."""
    return np.asarray(y + a - (phi + y) * special.expit(s - np.log(phi)) - B * np.exp(s))


def mode_and_scale(y: Array, a: float, B: Array, phi: float) -> tuple[Array, Array]:
    """Mode of h and 1/sqrt(-h'') there."""
    linear, constant = a - phi - B * phi, (a + y) * phi
    root = np.sqrt(linear**2 + 4.0 * B * constant)
    # the form of the quadratic's root that does not subtract like from like
    t = np.where(linear > 0, (linear + root) / (2.0 * B), 2.0 * constant / (root - linear))
    curvature = (phi + y) * phi * t / (phi + t) ** 2 + B * t
    return np.log(t), 1.0 / np.sqrt(curvature)


def log_marginal(y: Array, a: float, b: float, E_rho: Array, phi: float) -> Array:
    """Log probability of y given ρ with λ integrated out; `y` (cells, 1), `E_rho` = Eρ (cells, K).

    The trapezoidal rule over s, from the mode out to where h has fallen by 40: to the left it falls at least as e^{(a+y)s}, to
    the right as e^{-(φ-a)s} or as exp(-B e^s), whichever comes first.
    """
    B = b / E_rho
    mode, scale = mode_and_scale(y, a, B, phi)
    left = np.maximum(9.0 * scale, 40.0 / (a + y))
    fall = np.log1p(50.0 / (B * np.exp(mode)))
    right = np.maximum(9.0 * scale, np.minimum(40.0 / max(phi - a, 1e-3), fall))
    position = np.linspace(0.0, 1.0, INNER_NODES)
    s = (mode - left)[..., None] + (left + right)[..., None] * position
    value = log_kernel(s, y[..., None], a, B[..., None], phi)
    total = special.logsumexp(value, axis=-1) + np.log((left + right) / (INNER_NODES - 1))
    constant = special.gammaln(phi + y) - special.gammaln(phi) - special.gammaln(y + 1.0) + phi * np.log(phi)
    return np.asarray(total + constant + a * np.log(B) - special.gammaln(a))


def draw_log_mean(rng: np.random.Generator, y: Array, a: float, B: Array, phi: float) -> Array:
    """Exact draws of s from exp(h): rejection from a flat top and the two tangents one scale away from the mode.

    A concave h lies below its tangents (Gilks & Wild 1992, doi:10.2307/2347565), so the envelope needs no constants; it accepts
    about four draws in five.
    """
    y, B = np.broadcast_arrays(y, B)
    mode, scale = mode_and_scale(y, a, B, phi)
    answer, waiting = np.empty(B.shape), np.ones(B.shape, dtype=bool)
    top = log_kernel(mode, y, a, B, phi)
    while waiting.any():
        index = np.nonzero(waiting)
        part = (y[index], a, B[index], phi)
        s, log_envelope = _from_envelope(rng, mode[index], scale[index], top[index], part)
        accepted = np.log(rng.random(s.shape)) < log_kernel(s, *part) - log_envelope
        answer[index] = np.where(accepted, s, answer[index])
        waiting[index] = ~accepted
    return answer


def _from_envelope(
    rng: np.random.Generator, mode: Array, scale: Array, top: Array, part: tuple[Array, float, Array, float]
) -> tuple[Array, Array]:
    """A draw from the envelope and the envelope's log height there."""
    low, high = mode - scale, mode + scale
    rise, fall = slope(low, *part), -slope(high, *part)
    # where each tangent meets the flat top
    start = low + (top - log_kernel(low, *part)) / rise
    end = high - (top - log_kernel(high, *part)) / fall
    middle = end - start
    u = rng.random(mode.shape) * (1.0 / rise + middle + 1.0 / fall)
    exponential = rng.standard_exponential(mode.shape)
    is_left, is_right = u < 1.0 / rise, u > 1.0 / rise + middle
    s = np.where(
        is_left, start - exponential / rise, np.where(is_right, end + exponential / fall, start + u - 1.0 / rise)
    )
    return s, np.asarray(top - np.where(is_left | is_right, exponential, 0.0))
