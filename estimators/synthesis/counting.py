"""Densities of counts that are known exactly or within limits, for every distribution of counts alike."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Operations, Values


class Discrete(Protocol):
    """A distribution of counts."""

    def log_mass(self, y: Values, operations: Operations) -> Values:
        """Logarithm of the probability of counts."""
        ...

    def mass_derivatives(self, y: Values, operations: Operations) -> tuple[Values, Values]:
        """First derivative of the log mass in the location, and negated second."""
        ...

    def at(self, rows: NDArray[np.intp]) -> "Discrete":
        """The distributions of some rows, in any order and as often as wanted."""
        ...


def log_density(counts: Discrete, observed: Observations, operations: Operations) -> Values:
    """Exact counts by their probability, intervals by the sum over them, (..., rows)."""
    exact = counts.log_mass(observed.lower, operations)
    if observed.exact.all():
        return exact
    _, mass = _within(counts, observed, operations)
    return operations.concatenate([exact, operations.log_sum(mass)])[..., _order(observed)]


def derivatives(counts: Discrete, observed: Observations, operations: Operations) -> tuple[Values, Values]:
    """First and negated second derivative of each row's log density: of an interval Σ p s and Σ p c - (Σ p s² - (Σ p s)²).

    s and c belong to the counts within it, p are their probabilities.
    """
    exact = counts.mass_derivatives(observed.lower, operations)
    if observed.exact.all():
        return exact
    several, mass = _within(counts, observed, operations)
    nodes = observed.nodes
    share = operations.exp(mass - operations.log_sum(mass)[..., None])
    slope, curvature = several.mass_derivatives(nodes.counts, operations)
    first = operations.total(share * slope[..., nodes.place])
    second = operations.total(share * (curvature - slope * slope)[..., nodes.place]) + first * first
    order = _order(observed)
    return operations.concatenate([exact[0], first])[..., order], operations.concatenate([exact[1], second])[..., order]


def _within(counts: Discrete, observed: Observations, operations: Operations) -> tuple[Discrete, Values]:
    """The distribution at the nodes of the intervals, and their log masses with weights, (..., intervals, nodes)."""
    nodes = observed.nodes
    several = counts.at(nodes.row)
    return several, several.log_mass(nodes.counts, operations)[..., nodes.place] + nodes.log_weight


def _order(observed: Observations) -> NDArray[np.intp]:
    """Where each row stands behind all exact densities and those of intervals."""
    censored = np.flatnonzero(~observed.exact)
    order = np.arange(len(observed))
    order[censored] = len(observed) + np.arange(len(censored))
    return order


def rising(y: Values, log_dispersion: Values, operations: Operations) -> Values:
    """The difference log Γ(y + φ) - log Γ(φ), each different count computed once: shape (..., *y.shape)."""
    if not isinstance(y, np.ndarray):
        phi = operations.exp(log_dispersion)
        return operations.lgamma(y + phi) - operations.lgamma(phi)
    different, place = np.unique(y, return_inverse=True)
    phi = operations.exp(log_dispersion)
    values = operations.lgamma(different + phi) - operations.lgamma(phi)
    return values[..., place.reshape(y.shape)]
