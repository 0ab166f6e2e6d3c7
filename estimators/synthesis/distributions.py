"""Distributions of figures given the hidden process. Each has the two verbs, density and simulation, and what an engine needs besides.

A distribution holds what a stream has computed, shape (..., rows): arrays with one row of values a draw, or symbols. ``log_density``
works for both; ``simulate`` and ``curvature`` for arrays. `Protocol` `Distribution` lists the methods.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import thinning
from estimators.synthesis import counting
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Operations, Values

type Array = NDArray[np.float64]


class Distribution(Protocol):
    """What every distribution of figures can do."""

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """Logarithm of the probability or density of each row, (..., rows)."""
        ...

    def derivatives(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """First derivative of each row's log density in the location, and negated second, each (..., rows)."""
        ...

    def working(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """The location that each figure alone points to, and with what precision, each (..., rows): where an iteration begins."""
        ...

    def simulate(self, rng: np.random.Generator) -> Array:
        """Figures drawn, (..., rows)."""
        ...

    def location(self) -> Values:
        """The number on the working scale that figures inform, (..., rows)."""
        ...

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """Slope of the log density in the location, and its expected information, each (..., rows)."""
        ...


@dataclass(frozen=True, eq=False)
class NegativeBinomial:
    """Counts with mean m and variance m + m²/φ; φ has one entry on the last axis.

    log f(y) = y log m + φ log φ - (y + φ) log(m + φ) + log Γ(y + φ) - log Γ(φ) - log y!
    """

    log_mean: Values
    log_dispersion: Values

    def log_mass(self, y: Values, operations: Operations) -> Values:
        """Logarithm of the probability of counts y, (..., rows)."""
        log_phi = self.log_dispersion
        phi = operations.exp(log_phi)
        return (
            y * self.log_mean
            + phi * log_phi
            - (y + phi) * operations.logaddexp(self.log_mean, log_phi)
            + counting.rising(y, self.log_dispersion, operations)
            - operations.lgamma(y + 1.0)
        )

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """Exact counts by their probability, intervals by the sum over them."""
        return counting.log_density(self, observed, operations)

    def at(self, rows: NDArray[np.intp]) -> "NegativeBinomial":
        """The distributions of some rows, in any order and as often as wanted."""
        return NegativeBinomial(self.log_mean[..., rows], self.log_dispersion)

    def simulate(self, rng: np.random.Generator) -> Array:
        """Poisson counts of gamma means."""
        phi = np.exp(self.log_dispersion) * np.ones_like(self.log_mean)
        return thinning.poisson_draws(rng, np.exp(self.log_mean) * rng.standard_gamma(phi) / phi)

    def location(self) -> Values:
        """The logarithm of the mean."""
        return self.log_mean

    def mass_derivatives(self, y: Values, operations: Operations) -> tuple[Values, Values]:
        """First derivative of the log mass in log m, (y - m) φ / (m + φ), and negated second, m φ (y + φ) / (m + φ)²."""
        m, phi = operations.exp(self.log_mean), operations.exp(self.log_dispersion)
        total = m + phi
        share = phi / total
        return (y - m) * share, m * share * ((y + phi) / total)

    def derivatives(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """Of each row's log density in the logarithm of the mean."""
        return counting.derivatives(self, observed, operations)

    def working(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """log(y + ½), and 1 / (1 / (y + ½) + 1/φ); of an interval its middle."""
        middle = observed.middle + 0.5
        return np.log(middle), 1.0 / (1.0 / middle + operations.exp(-self.log_dispersion))

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """(y - m) φ / (m + φ) and 1 / (1/m + 1/φ); of an interval its middle."""
        share = special.expit(self.log_dispersion - self.log_mean)
        return (observed.middle - np.exp(self.log_mean)) * share, np.exp(self.log_mean) * share


@dataclass(frozen=True, eq=False)
class Poisson:
    """Counts with mean and variance m."""

    log_mean: Values

    def log_mass(self, y: Values, operations: Operations) -> Values:
        """Of the Poisson: y log m - m - log y!."""
        return y * self.log_mean - operations.exp(self.log_mean) - operations.lgamma(y + 1.0)

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """Exact counts by their probability, intervals by the sum over them."""
        return counting.log_density(self, observed, operations)

    def at(self, rows: NDArray[np.intp]) -> "Poisson":
        """The distributions of some rows, in any order and as often as wanted."""
        return Poisson(self.log_mean[..., rows])

    def simulate(self, rng: np.random.Generator) -> Array:
        """Poisson counts."""
        return thinning.poisson_draws(rng, np.exp(self.log_mean))

    def location(self) -> Values:
        """The logarithm of the mean."""
        return self.log_mean

    def mass_derivatives(self, y: Values, operations: Operations) -> tuple[Values, Values]:
        """First derivative of the log mass in log m, y - m, and negated second, m."""
        m = operations.exp(self.log_mean)
        return y - m, m + 0.0 * y

    def derivatives(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """Of each row's log density in the logarithm of the mean."""
        return counting.derivatives(self, observed, operations)

    def working(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """log(y + ½), and y + ½; of an interval its middle."""
        return np.log(observed.middle + 0.5), observed.middle + 0.5

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """Y - m and m."""
        mean = np.exp(self.log_mean)
        return observed.middle - mean, mean


@dataclass(frozen=True, eq=False)
class BetaBinomial:
    """Successes among known trials, probability logit⁻¹(η), a and b adding to a concentration.

    log f(y) = log C(n, y) + log B(y + a, n - y + b) - log B(a, b). An infinite log concentration is the binomial.
    """

    trials: Array
    logit: Values
    log_concentration: Values = np.inf

    @property
    def binomial(self) -> bool:
        """Whether nothing varies but by chance."""
        return isinstance(self.log_concentration, float) and np.isinf(self.log_concentration)

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """Exact counts by their probability, intervals by the sum over them."""
        return counting.log_density(self, observed, operations)

    def at(self, rows: NDArray[np.intp]) -> "BetaBinomial":
        """The distributions of some rows, in any order and as often as wanted."""
        return BetaBinomial(self.trials[..., rows], self.logit[..., rows], self.log_concentration)

    def log_mass(self, y: Values, operations: Operations) -> Values:
        """Logarithm of the probability of y successes."""
        n = self.trials
        log_choose = operations.lgamma(n + 1.0) - operations.lgamma(y + 1.0) - operations.lgamma(n - y + 1.0)
        log_p, log_q = operations.log_expit(self.logit), operations.log_expit(-self.logit)
        if self.binomial:
            return log_choose + y * log_p + (n - y) * log_q
        a, b = (operations.exp(self.log_concentration + part) for part in (log_p, log_q))
        total, g = operations.exp(self.log_concentration), operations.lgamma
        return log_choose + g(y + a) + g(n - y + b) - g(n + total) - g(a) - g(b) + g(total)

    def simulate(self, rng: np.random.Generator) -> Array:
        """Binomial counts of beta probabilities."""
        p = special.expit(self.logit) * np.ones_like(self.trials)
        if not self.binomial:
            total = np.exp(self.log_concentration)
            a, b = rng.standard_gamma(total * p), rng.standard_gamma(total * (1.0 - p))
            p = np.where(a + b > 0, a / np.maximum(a + b, 1e-300), p)
        return np.asarray(rng.binomial(np.asarray(self.trials, dtype=np.int64), p), dtype=float)

    def location(self) -> Values:
        """The logit."""
        return self.logit + np.zeros(np.shape(self.trials)[-1])

    def mass_derivatives(self, y: Values, operations: Operations) -> tuple[Values, Values]:
        """First derivative of the log mass in the logit, and negated second.

        With p the probability, c the concentration, a = cp and b = c(1 - p): c p (1 - p) G with G = ψ(y + a) - ψ(a) - ψ(n - y + b) + ψ(b).
        """
        n = self.trials
        p = operations.exp(operations.log_expit(self.logit))
        spread = p * (1.0 - p)
        if self.binomial:
            return y - n * p, n * spread + 0.0 * y
        c, g, h = operations.exp(self.log_concentration), operations.digamma, operations.trigamma
        a, b = c * p, c * (1.0 - p)
        first = g(y + a) - g(a) - g(n - y + b) + g(b)
        second = h(a) - h(y + a) + h(b) - h(n - y + b)
        return c * spread * first, c * spread * (c * spread * second - (1.0 - 2.0 * p) * first)

    def derivatives(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """Of each row's log density in the logit."""
        return counting.derivatives(self, observed, operations)

    def working(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """The logit of (y + ½) / (n + 1), and its precision with the variance inflation 1 + (n - 1) / (concentration + 1)."""
        p = (observed.middle + 0.5) / (self.trials + 1.0)
        c = np.inf if self.binomial else operations.exp(self.log_concentration)
        return special.logit(p), (self.trials + 1.0) * p * (1.0 - p) / (1.0 + (self.trials - 1.0) / (1.0 + c))

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """Of the binomial, divided by the variance inflation 1 + (n - 1) / (concentration + 1)."""
        p = special.expit(self.logit)
        inflation = 1.0 if self.binomial else 1.0 + (self.trials - 1.0) / (1.0 + np.exp(self.log_concentration))
        return (observed.middle - self.trials * p) / inflation, self.trials * p * (1.0 - p) / inflation
