"""Log-likelihoods of how often those caught at least once were caught, with slopes and curvatures.

Notation: y = 1, 2, … captures of a person; λ = exp η its mean in the whole population, of which those with y = 0 are never seen; α = exp a
the dispersion, variance λ + αλ² (0 Poisson, 1 geometric); f_y the negative binomial probability

    log f_y = Σ_{j<y} log(1 + αj) - log y! + yη - y log(1 + x) - λ L(x),    x = αλ,  L(x) = log(1 + x)/x,

so that h = log f_0 = -λ L(x). With w = logit ω, ω a share of ones beyond those, one person contributes

    none                    log f_y - log(1 - f_0)
    after truncation        the same for y > 1, plus log(1 - ω); log(ω + (1 - ω) f_1/(1 - f_0)) for y = 1
    before truncation       log((1 - ω) f_y + ω [y = 1]) - log(1 - (1 - ω) f_0)

and is caught with probability 1 - f_0, or 1 - (1 - ω) f_0 before truncation. Slopes are (η, a, w), curvatures the matrix of them.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]
type Inflation = Literal["none", "after truncation", "before truncation"]

TERMS = np.arange(14)
SMALL = 0.03  # x below which L is summed as a series


@dataclass(frozen=True)
class Jet:
    """A quantity of each person, (m,), its slopes (m, k) and curvatures (m, k, k)."""

    value: Array
    slope: Array
    curve: Array

    def plus(self, other: "Jet") -> "Jet":
        """Sum."""
        return Jet(self.value + other.value, self.slope + other.slope, self.curve + other.curve)

    def through(self, value: Array, first: Array, second: Array) -> "Jet":
        """A function of the quantity, from its value, first and second derivative."""
        outer = self.slope[:, :, None] * self.slope[:, None, :]
        return Jet(
            value, first[:, None] * self.slope, first[:, None, None] * self.curve + second[:, None, None] * outer
        )


def contributions(y: Array, eta: Array, alpha: float, w: float, inflation: Inflation) -> Jet:
    """Log-likelihood of each person, (m,), slopes (m, 3), curvatures (m, 3, 3)."""
    zero = _log_zero(eta, alpha)
    mass, seen = _log_mass(y, eta, alpha, zero), _log_seen(zero)
    if inflation == "none":
        return _widened(mass.plus(seen))
    first, one = (y == 1.0)[:, None], _log_mass(np.ones_like(y), eta, alpha, zero)
    if inflation == "after truncation":
        mixed = _mixed(one.plus(seen), w)
        plain = _widened(mass.plus(seen))
        share = special.expit(w)
        found = _chosen(first, mixed, plain)
        found.slope[:, 2] -= share
        found.curve[:, 2, 2] -= share * (1.0 - share)
        return Jet(found.value - np.logaddexp(0.0, w), found.slope, found.curve)
    found = _chosen(first, _mixed(one, w), _widened(mass))
    return found.plus(_log_caught(zero, w))


def caught(eta: Array, alpha: float, w: float, inflation: Inflation) -> tuple[Array, Array]:
    """Probability of being caught at least once, (m,), and slopes of its inverse, (m, 3)."""
    zero = _log_zero(eta, alpha)
    rest = special.expit(-w) if inflation == "before truncation" else 1.0
    missed = rest * np.exp(zero.value)
    chance = 1.0 - missed if inflation == "before truncation" else -np.expm1(zero.value)
    slope = np.column_stack([zero.slope, np.full(len(eta), -(1.0 - rest))])
    return chance, (missed / chance**2)[:, None] * slope


def expected(eta: Array, alpha: float, w: float, inflation: Inflation, people: Array, most: int) -> Array:
    """People expected to be caught once, twice, … of as many as were caught, (most,)."""
    mean, value = np.exp(eta), np.exp(_log_zero(eta, alpha).value)
    share = special.expit(w) if inflation != "none" else 0.0
    seen = 1.0 - value if inflation != "before truncation" else 1.0 - (1.0 - share) * value
    answer = np.empty(most)
    for times in range(most):
        value = value * mean / (1.0 + alpha * mean) * (1.0 + alpha * times) / (times + 1.0)
        answer[times] = people @ (value / seen)
    answer *= 1.0 - share
    answer[0] += share * float(people.sum() if inflation != "before truncation" else people @ (1.0 / seen))
    return answer


def draw(eta: Array, alpha: float, w: float, inflation: Inflation, rng: np.random.Generator) -> Array:
    """Captures of people, none included, (m,)."""
    mean = np.exp(eta)
    if alpha > 0.0:
        mean = rng.gamma(1.0 / alpha, alpha * mean)
    y = rng.poisson(mean).astype(np.float64)
    if inflation != "none":
        again = rng.random(len(y)) < special.expit(w)
        y[again & ((y > 0.0) | (inflation == "before truncation"))] = 1.0
    return y


def _log_zero(eta: Array, alpha: float) -> Jet:
    mean = np.exp(eta)
    x = alpha * mean
    value, first, second = _ratio(x)
    # of -λ L(x): dx/dη = dx/da = x, dλ/dη = λ
    slope = -mean[:, None] * np.column_stack([value + x * first, x * first])
    twice = x * first + x**2 * second
    curve = np.empty((len(eta), 2, 2))
    curve[:, 0, 0] = -mean * (value + 2.0 * x * first + twice)
    curve[:, 0, 1] = curve[:, 1, 0] = -mean * (x * first + twice)
    curve[:, 1, 1] = -mean * twice
    return Jet(-mean * value, slope, curve)


def _log_mass(y: Array, eta: Array, alpha: float, zero: Jet) -> Jet:
    x = alpha * np.exp(eta)
    share = x / (1.0 + x)
    steps, place = alpha * np.arange(max(float(y.max()), 1.0)), y.astype(np.intp)
    total, first, second = (
        np.concatenate([[0.0], np.cumsum(part)])[place]
        for part in (np.log1p(steps), steps / (1.0 + steps), steps / (1.0 + steps) ** 2)
    )
    value = total - special.gammaln(y + 1.0) + y * (eta - np.log1p(x)) + zero.value
    slope = zero.slope + np.column_stack([y * (1.0 - share), first - y * share])
    curve = zero.curve - (y * share * (1.0 - share))[:, None, None]
    curve[:, 1, 1] += second
    return Jet(value, slope, curve)


def _ratio(x: Array) -> tuple[Array, Array, Array]:
    """L(x) = log(1 + x)/x and its first two derivatives."""
    small = x < SMALL
    safe = np.where(small, 1.0, x)
    value = np.log1p(safe) / safe
    first = (1.0 / (1.0 + safe) - value) / safe
    second = (-1.0 / (1.0 + safe) ** 2 - 2.0 * first) / safe
    if small.any():
        sign = np.where(TERMS % 2, -1.0, 1.0) / (TERMS + 1.0)
        power = x[small, None] ** TERMS
        value[small] = power @ sign
        first[small] = power[:, :-1] @ (sign * TERMS)[1:]
        second[small] = power[:, :-2] @ (sign * TERMS * (TERMS - 1))[2:]
    return value, first, second


def _log_seen(zero: Jet) -> Jet:
    """-log(1 - f_0)."""
    odds = 1.0 / np.expm1(-zero.value)
    return zero.through(-np.log(-np.expm1(zero.value)), odds, odds * (1.0 + odds))


def _widened(jet: Jet) -> Jet:
    """With a third slope, w, that is 0."""
    rows = len(jet.value)
    slope, curve = np.zeros((rows, 3)), np.zeros((rows, 3, 3))
    slope[:, :2], curve[:, :2, :2] = jet.slope, jet.curve
    return Jet(jet.value, slope, curve)


def _chosen(first: NDArray[np.bool_], one: Jet, other: Jet) -> Jet:
    return Jet(
        np.where(first[:, 0], one.value, other.value),
        np.where(first, one.slope, other.slope),
        np.where(first[:, :, None], one.curve, other.curve),
    )


def _mixed(log_chance: Jet, w: float) -> Jet:
    """log(e^w + chance)."""
    part = special.expit(log_chance.value - w)
    spread = part * (1.0 - part)
    found = _widened(log_chance.through(np.logaddexp(w, log_chance.value), part, spread))
    found.slope[:, 2] = 1.0 - part
    found.curve[:, :2, 2] = found.curve[:, 2, :2] = -spread[:, None] * log_chance.slope
    found.curve[:, 2, 2] = spread
    return found


def _log_caught(zero: Jet, w: float) -> Jet:
    """-log(1 + e^w - f_0)."""
    whole = np.exp(w) - np.expm1(zero.value)
    share, missed = np.exp(w) / whole, np.exp(zero.value) / whole
    found = _widened(zero.through(-np.log(whole), missed, missed * (1.0 + missed)))
    found.slope[:, 2] = -share
    found.curve[:, :2, 2] = found.curve[:, 2, :2] = -(share * missed)[:, None] * zero.slope
    found.curve[:, 2, 2] = -share * (1.0 - share)
    return found
