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


def log_kernel(s: Array, y: Array, a: float, B: Array, phi: float) -> Array:
    """h(s), up to terms that depend on y and φ alone."""
    t = np.exp(s)
    return np.asarray((y + a) * s - (phi + y) * (np.log(phi) + np.log1p(t / phi)) - B * t)


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

    The trapezoidal rule over s, from the mode out to where h has fallen by 36 on either side, or has become a straight line.
    """
    B = b / E_rho
    mode, scale = mode_and_scale(y, a, B, phi)
    # far to the left h is a straight line to 13 digits, and the rest of the trapezoidal sum is a geometric series
    straight = mode + 30.0 + np.maximum(np.log1p(y / phi), np.log(B))
    left = np.minimum(_reach(mode, -scale, y, a, B, phi), np.maximum(straight, 9.0 * scale))
    right = _reach(mode, scale, y, a, B, phi)
    finest = np.minimum(0.55 * scale, 0.3)
    count = int(min(np.ceil(np.max((left + right) / finest)), 512)) + 1
    step = (left + right) / (count - 1)
    s = (mode - left)[..., None] + step[..., None] * np.arange(count)
    top = log_kernel(mode, y, a, B, phi)
    relative = np.exp(log_kernel(s, y[..., None], a, B[..., None], phi) - top[..., None])
    rest = relative[..., 0] / np.expm1(np.minimum((a + y) * step, 700.0))
    total = top + np.log((relative.sum(axis=-1) + rest) * step)
    constant = special.gammaln(phi + y) - special.gammaln(phi) - special.gammaln(y + 1.0) + phi * np.log(phi)
    return np.asarray(total + constant + a * np.log(B) - special.gammaln(a))


def _reach(mode: Array, stride: Array, y: Array, a: float, B: Array, phi: float) -> Array:
    """Distance from the mode, in the direction of `stride`, at which h has fallen by 36."""
    goal = log_kernel(mode, y, a, B, phi) - 36.0
    distance = 7.5 * np.ones_like(mode)
    for _ in range(40):
        short = log_kernel(mode + stride * distance, y, a, B, phi) > goal
        if not short.any():
            break
        distance = np.where(short, 1.4 * distance, distance)
    return np.asarray(np.abs(stride) * distance)


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
