"""Multivariate t proposals for scores, refitted to what they found, all rounds weighted as draws of their mixture."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

type Array = NDArray[np.float64]

DEGREES, WIDER = 20.0, 1.05  # of freedom, and variance beside the weighted draws'
LONG, FAR_OUT, SHARE = 4.0, 1.3, 0.3  # the same of some of the draws: where it bends, tails are long
ENOUGH = 6.0  # effective draws for each score before a covariance is believed


@dataclass(frozen=True, eq=False)
class Proposal:
    """Multivariate t.

    Parameters
    ----------
    mean, covariance : Array
        Centre and the matrix of its scale, shapes (size,) and (size, size).
    degrees : float
        Of freedom.
    """

    mean: Array
    covariance: Array
    degrees: float = DEGREES

    def with_long_tails(self) -> tuple[tuple["Proposal", float], ...]:
        """Itself for most of the draws and one with longer tails for the others, with the share of each."""
        return (self, 1.0 - SHARE), (Proposal(self.mean, FAR_OUT / WIDER * self.covariance, LONG), SHARE)

    @cached_property
    def _factor(self) -> Array:
        return np.asarray(linalg.cholesky(self.covariance, lower=True))

    def draw(self, draws: int, rng: np.random.Generator) -> Array:
        """Draws, (size, draws)."""
        normal = rng.standard_normal((len(self.mean), draws))
        return self.mean[:, None] + self._factor @ (normal / np.sqrt(rng.chisquare(self.degrees, draws) / self.degrees))

    def log_density(self, at: Array) -> Array:
        """Of points (size, draws)."""
        size, nu = len(self.mean), self.degrees
        solved = linalg.solve_triangular(self._factor, at - self.mean[:, None], lower=True)
        constant = special.gammaln(0.5 * (nu + size)) - special.gammaln(0.5 * nu) - 0.5 * size * np.log(nu * np.pi)
        constant -= np.log(np.diag(self._factor)).sum()
        return np.asarray(constant - 0.5 * (nu + size) * np.log1p((solved**2).sum(axis=0) / nu))


def refitted(at: Array, log_weight: Array) -> Proposal:
    """Mean and covariance of weighted draws; weights are tempered until enough of them count."""
    size, power = len(at), 1.0
    while effective(power * log_weight) < min(ENOUGH * size, 0.5 * at.shape[1]) and power > 0.01:
        power *= 0.85
    weight = normalised(power * log_weight)
    mean = at @ weight
    beside = at - mean[:, None]
    covariance = (beside * weight) @ beside.T
    trust = effective(power * log_weight) / (effective(power * log_weight) + size)
    return Proposal(mean, WIDER * (trust * covariance + (1.0 - trust) * np.diag(np.diag(covariance))))


def mixture_log_density(proposals: list[tuple[Proposal, int]], at: Array) -> Array:
    """Of all rounds together, each with the number of its draws."""
    total = sum(draws for _, draws in proposals)
    logs = [proposal.log_density(at) + np.log(draws / total) for proposal, draws in proposals]
    return np.asarray(special.logsumexp(logs, axis=0))


def normalised(log_weight: Array) -> Array:
    """Weights that add up to 1."""
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def effective(log_weight: Array) -> float:
    """Effective number of weighted draws, (Σ w)² / Σ w²."""
    return float(1.0 / (normalised(log_weight) ** 2).sum())
