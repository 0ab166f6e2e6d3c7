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
from estimators.numeric.intervals import interval_nodes
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Operations, Values

type Array = NDArray[np.float64]

LOG_TWO_PI = float(np.log(2.0 * np.pi))


class Distribution(Protocol):
    """What every distribution of figures can do."""

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """Logarithm of the probability or density of each row, (..., rows)."""
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
        log_phi = self.log_dispersion if y.ndim == 1 else self.log_dispersion[..., None]
        phi = operations.exp(log_phi)
        return (
            y * self.log_mean
            + phi * log_phi
            - (y + phi) * operations.logaddexp(self.log_mean, log_phi)
            + _rising(y, self.log_dispersion, operations)
            - operations.lgamma(y + 1.0)
        )

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """Exact counts by their probability, intervals by the sum over them."""
        return _log_density(self, observed, operations)

    def spread(self, rows: NDArray[np.intp]) -> "NegativeBinomial":
        """The distributions of some rows, each ready for several counts on a further axis."""
        return NegativeBinomial(self.log_mean[..., rows][..., None], self.log_dispersion)

    def simulate(self, rng: np.random.Generator) -> Array:
        """Poisson counts of gamma means."""
        phi = np.exp(self.log_dispersion) * np.ones_like(self.log_mean)
        return thinning.poisson_draws(rng, np.exp(self.log_mean) * rng.standard_gamma(phi) / phi)

    def location(self) -> Values:
        """The logarithm of the mean."""
        return self.log_mean

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
        return _log_density(self, observed, operations)

    def spread(self, rows: NDArray[np.intp]) -> "Poisson":
        """The distributions of some rows, each ready for several counts on a further axis."""
        return Poisson(self.log_mean[..., rows][..., None])

    def simulate(self, rng: np.random.Generator) -> Array:
        """Poisson counts."""
        return thinning.poisson_draws(rng, np.exp(self.log_mean))

    def location(self) -> Values:
        """The logarithm of the mean."""
        return self.log_mean

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
        return _log_density(self, observed, operations)

    def spread(self, rows: NDArray[np.intp]) -> "BetaBinomial":
        """The distributions of some rows, each ready for several counts on a further axis."""
        concentration = self.log_concentration if self.binomial else self.log_concentration[..., None]
        return BetaBinomial(self.trials[..., rows][..., None], self.logit[..., rows][..., None], concentration)

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

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """Of the binomial, divided by the variance inflation 1 + (n - 1) / (concentration + 1)."""
        p = special.expit(self.logit)
        inflation = 1.0 if self.binomial else 1.0 + (self.trials - 1.0) / (1.0 + np.exp(self.log_concentration))
        return (observed.middle - self.trials * p) / inflation, self.trials * p * (1.0 - p) / inflation


@dataclass(frozen=True, eq=False)
class Normal:
    """A figure on the log or logit scale with a known standard deviation, three times wider with probability `doubt`."""

    mean: Values
    sd: Array
    doubt: float = 0.0

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """log[(1 - w) N(x; m, s²) + w N(x; m, 9 s²)]."""
        z = (observed.lower - self.mean) / self.sd
        narrow = -0.5 * z * z - np.log(self.sd) - 0.5 * LOG_TWO_PI
        if self.doubt == 0.0:
            return narrow
        wide = -0.5 * z * z / 9.0 - np.log(3.0 * self.sd) - 0.5 * LOG_TWO_PI
        return operations.logaddexp(np.log1p(-self.doubt) + narrow, np.log(self.doubt) + wide)

    def simulate(self, rng: np.random.Generator) -> Array:
        """Normal draws."""
        shape = np.shape(self.mean)
        sd = self.sd * np.where(rng.random(shape) < self.doubt, 3.0, 1.0)
        return np.asarray(self.mean + sd * rng.standard_normal(shape))

    def location(self) -> Values:
        """The mean."""
        return self.mean

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """Slope and information, of the mixture with the weights that the figure gives its parts."""
        z = (observed.lower - self.mean) / self.sd
        wide = 0.0
        if self.doubt > 0.0:
            wide = special.expit(np.log(self.doubt / 3.0) - np.log1p(-self.doubt) + 4.0 / 9.0 * z * z)
        precision = (1.0 - wide + wide / 9.0) / self.sd**2
        return z * self.sd * precision, precision * np.ones_like(z)


class Discrete(Protocol):
    """A distribution of counts."""

    def log_mass(self, y: Values, operations: Operations) -> Values:
        """Logarithm of the probability of counts."""
        ...

    def spread(self, rows: NDArray[np.intp]) -> "Discrete":
        """The distributions of some rows, each ready for several counts on a further axis."""
        ...


def _log_density(counts: Discrete, observed: Observations, operations: Operations) -> Values:
    """Exact counts by their probability, intervals by the sum over them, (..., rows)."""
    exact = counts.log_mass(observed.lower, operations)
    if observed.exact.all():
        return exact
    censored = np.flatnonzero(~observed.exact)
    points, log_weights = interval_nodes(observed.lower[censored], observed.upper[censored])
    inside = operations.log_sum(counts.spread(censored).log_mass(points, operations) + log_weights)
    order = np.arange(len(observed))
    order[censored] = len(observed) + np.arange(len(censored))
    return operations.concatenate([exact, inside])[..., order]


def _rising(y: Values, log_dispersion: Values, operations: Operations) -> Values:
    """The difference log Γ(y + φ) - log Γ(φ), each different count computed once: shape (..., *y.shape)."""
    if not isinstance(y, np.ndarray):
        phi = operations.exp(log_dispersion)
        return operations.lgamma(y + phi) - operations.lgamma(phi)
    different, place = np.unique(y, return_inverse=True)
    phi = operations.exp(log_dispersion)
    values = operations.lgamma(different + phi) - operations.lgamma(phi)
    return values[..., place.reshape(y.shape)]
