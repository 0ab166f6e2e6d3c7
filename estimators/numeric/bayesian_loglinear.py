"""Bayesian averages over log-linear models of an incomplete table, by importance sampling about the mode of every model.

Notation: cell i has a Poisson count of mean μ_i = exp(x_i β); its contribution to the likelihood is P(low_i ≤ y_i ≤ high_i), which is 1
for a missing cell, so that nothing is augmented: missing and limited cells are drawn once β is. β_0 has a flat prior; the p other
coefficients of model m are Normal(0, σ² I) in the orthogonal contrasts of `incomplete_tables`: a unit information prior for σ² = 1. With
σ² ~ InverseGamma(a/2, b/2) and q = Σ β_j², σ² is integrated out: log π(β) = const - (a + p)/2 log(b + q).
"""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import model_search, pareto
from estimators.numeric.incomplete_tables import Models, Table
from estimators.numeric.limited_counts import log_probability
from estimators.numeric.model_search import Found
from estimators.numeric.split_t import split_t

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]

STEPS = 60
HALVINGS = 30
NEGLIGIBLE = 1e-3  # models that share this probability are not drawn from
AT_ONCE = 2_000_000  # numbers in one array
ROUNDS = 4
PER_DRAW = 4  # proposals for each draw wanted
TRUSTED = 0.6  # shape of the tail of the weights


@dataclass(frozen=True)
class Shrinkage:
    """Prior of all coefficients but the intercept: a, b of σ² ~ InverseGamma(a/2, b/2), or σ² = 1 where a is infinite."""

    a: float
    b: float

    def log_density(self, square: Array, p: Array) -> Array:
        """Of p coefficients whose squares sum to `square`."""
        constant = -0.5 * p * np.log(2.0 * np.pi)
        if np.isinf(self.a):
            return np.asarray(constant - 0.5 * square)
        a, b = self.a, self.b
        constant = constant + 0.5 * a * np.log(b / 2.0) + special.gammaln((a + p) / 2.0) - special.gammaln(a / 2.0)
        return np.asarray(constant - 0.5 * (a + p) * np.log((b + square) / 2.0))

    def precision(self, square: Array, p: Array) -> tuple[Array, Array]:
        """Coefficients c and d of the second derivatives -(c I - d β β')."""
        if np.isinf(self.a):
            return np.ones_like(square), np.zeros_like(square)
        c = (self.a + p) / (self.b + square)
        return c, 2.0 * c / (self.b + square)


@dataclass(frozen=True)
class Target:
    """The joint density of counts and coefficients.

    Parameters
    ----------
    table : Table
        Counts and design.
    shrinkage : Shrinkage
        Prior of the coefficients.
    """

    table: Table
    shrinkage: Shrinkage

    @cached_property
    def constant(self) -> float:
        """Σ log y! over exact cells."""
        return float(special.gammaln(self.table.low[self.table.exact] + 1.0).sum())

    def log_density(self, beta: Array, p: Array) -> Array:
        """Joint density log p(y | β) + log π(β), (points,), of coefficients (points, P), p of them besides the intercept in the model."""
        block = max(1, AT_ONCE // len(self.table.design))
        parts = [self._log_likelihood(beta[at : at + block]) for at in range(0, len(beta), block)]
        return np.concatenate(parts) + self.shrinkage.log_density((beta[:, 1:] ** 2).sum(axis=1), p)

    @cached_property
    def parts(self) -> tuple[Array, Array, Array]:
        """Transposed designs of exact and of limited cells, and the design times the counts of exact cells."""
        table = self.table
        exact, limited = table.design[table.exact], table.design[table.limited]
        return np.ascontiguousarray(exact.T), np.ascontiguousarray(limited.T), table.low[table.exact] @ exact

    def _log_likelihood(self, beta: Array) -> Array:
        exact, limited, score = self.parts
        total = beta @ score - np.exp(beta @ exact).sum(axis=1) - self.constant
        if limited.shape[1]:
            at = self.table.limited
            total = total + log_probability(self.table.low[at], self.table.high[at], beta @ limited)[0].sum(axis=1)
        return np.asarray(total)

    def slopes(self, beta: Array) -> tuple[Array, Array]:
        """First and negative second derivatives of the log likelihood by x_i β, (points, n) each."""
        table, eta = self.table, beta @ self.table.design.T
        first, second = np.zeros(eta.shape), np.zeros(eta.shape)
        second[:, table.exact] = np.exp(eta[:, table.exact])
        first[:, table.exact] = table.low[table.exact] - second[:, table.exact]
        if table.limited.any():
            at = table.limited
            _, first[:, at], second[:, at] = log_probability(table.low[at], table.high[at], eta[:, at])
        return first, second


@dataclass(frozen=True)
class Modes:
    """Mode of each model: coefficients (models, P), log density there (models,), negative second derivatives (models, P, P)."""

    active: Mask
    beta: Array
    height: Array
    precision: Array

    @property
    def p(self) -> Array:
        """Coefficients of each model besides the intercept."""
        return np.asarray(self.active[:, 1:].sum(axis=1, dtype=np.float64))

    @property
    def log_evidence(self) -> Array:
        """Laplace's approximation of log p(y | m)."""
        size = self.p + 1.0
        return np.asarray(self.height + 0.5 * size * np.log(2.0 * np.pi) - 0.5 * np.linalg.slogdet(self.precision)[1])


def modes(target: Target, models: Models) -> Modes:
    """Modes by Newton's method with step halving, all models at once; the likelihood is log-concave."""
    active = target.table.active(models)
    p = active[:, 1:].sum(axis=1).astype(np.float64)
    beta = _start(target.table, active)
    height, running = target.log_density(beta, p), np.arange(len(models))
    for _ in range(STEPS):
        here = beta[running]
        first, second = target.slopes(here)
        gradient, precision, _ = _newton(target, active[running], here, first, second)
        step = np.linalg.solve(precision, gradient[..., None])[..., 0]
        size, reached = np.ones(len(running)), target.log_density(here + step, p[running])
        for _ in range(HALVINGS):
            worse = ~(reached >= height[running] - 1e-10 * (1.0 + abs(height[running])))
            if not worse.any():
                break
            size[worse] *= 0.5
            reached[worse] = target.log_density(here[worse] + size[worse, None] * step[worse], p[running[worse]])
        beta[running], height[running] = here + size[:, None] * step, reached
        running = running[(step * gradient).sum(axis=1) > 1e-9]
        if not len(running):
            break
    _, precision, exact = _newton(target, active, beta, *target.slopes(beta))
    good = np.linalg.eigvalsh(exact)[:, :1, None] > 0.0
    return Modes(active, beta, height, np.where(good, exact, precision))


def _start(table: Table, active: Mask) -> Array:
    """Weighted least squares on log counts."""
    known = ~table.missing
    count = np.where(known, (table.low + np.where(known, table.high, 0.0)) / 2.0, 0.0) + 0.5
    weight, P = count * known, table.design.shape[1]
    both = active[:, :, None] & active[:, None, :]
    precision = (weight @ table.products).reshape(P, P) + 1e-2 * weight.mean() * np.eye(P)
    right = (weight * np.log(count)) @ table.design
    return np.asarray(np.linalg.solve(np.where(both, precision, np.eye(P)), (active * right)[..., None])[..., 0])


def _newton(target: Target, active: Mask, beta: Array, first: Array, second: Array) -> tuple[Array, Array, Array]:
    """Gradient, negative second derivatives made positive definite, and these as they are; identity outside a model."""
    table, P = target.table, beta.shape[1]
    sloped = beta * (np.arange(P) > 0)
    c, d = target.shrinkage.precision((sloped**2).sum(axis=1), active[:, 1:].sum(axis=1, dtype=np.float64))
    gradient = active * (first @ table.design - c[:, None] * sloped)
    both = active[:, :, None] & active[:, None, :]
    precision = np.where(both, (second @ table.products).reshape(-1, P, P), 0.0)
    diagonal = np.arange(P)
    precision[:, diagonal, diagonal] += np.where(active, c[:, None] * (diagonal > 0), 1.0)
    return gradient, precision, precision - d[:, None, None] * sloped[:, :, None] * sloped[:, None, :]


@dataclass(frozen=True)
class Average:
    """Draws from the posterior of model and coefficients.

    Parameters
    ----------
    found : Found
        Models with Laplace's log evidence.
    models, probability : Models, Array
        Models drawn from, and their posterior probability by the weighted draws.
    place : Places
        Which of these each draw has, (draws,).
    beta : Array
        Coefficients, 0 for those a model has not, (draws, P).
    pareto_k, effective, proposed : float, float, int
        Shape of the tail of the importance weights; proposals' worth of independent draws; proposals.
    """

    found: Found
    models: Models
    probability: Array
    place: Places
    beta: Array
    pareto_k: float
    effective: float
    proposed: int


def average(table: Table, shrinkage: Shrinkage, draws: int, most_models: int, rng: np.random.Generator) -> Average:
    """Independent draws from the posterior over all models that matter, all being equally likely beforehand.

    Models are weighted by Laplace's approximation, coefficients are proposed by a split-t distribution about each mode, and importance
    weights correct both at once; rounds double until there are as many effective draws as are asked for and the weights can be trusted.
    """
    target = Target(table, shrinkage)
    found = model_search.explore(model_search.space(table.terms), partial(_evidence, target), most_models)
    kept = np.searchsorted(np.cumsum(found.probability), 1.0 - NEGLIGIBLE) + 1
    at, share = modes(target, found.models[:kept]), found.probability[:kept] / found.probability[:kept].sum()
    proposal = split_t(at.beta, at.precision, at.active, at.height, lambda x, place: target.log_density(x, at.p[place]))
    place, beta, log_weight = np.zeros(0, np.intp), np.zeros((0, at.beta.shape[1])), np.zeros(0)
    for _ in range(ROUNDS):
        size = max(PER_DRAW * draws, len(place))
        new = np.searchsorted(np.cumsum(share), (np.arange(size) + rng.random()) / size).clip(max=len(share) - 1)
        drawn, density = proposal.draw(new, rng)
        weight = target.log_density(drawn, at.p[new]) - density - np.log(share[new])
        place, beta = np.concatenate([place, new]), np.concatenate([beta, drawn])
        log_weight = np.concatenate([log_weight, weight])
        smooth, k = pareto.smoothed(log_weight)
        weight = np.exp(smooth - smooth.max())
        weight /= weight.sum()
        effective = float(1.0 / (weight**2).sum())
        if effective >= draws and k < TRUSTED:
            break
    chosen = np.searchsorted(np.cumsum(weight), (np.arange(draws) + rng.random()) / draws).clip(max=len(weight) - 1)
    chosen = rng.permutation(chosen)
    probability = np.bincount(place, weights=weight, minlength=len(share))
    return Average(
        found, found.models[:kept], probability, place[chosen], beta[chosen], float(k), effective, len(weight)
    )


def _evidence(target: Target, models: Models) -> Array:
    size = max(1, AT_ONCE // max(len(target.table.design), target.table.design.shape[1] ** 2))
    parts = [modes(target, models[at : at + size]).log_evidence for at in range(0, len(models), size)]
    return np.concatenate([np.zeros(0), *parts])
