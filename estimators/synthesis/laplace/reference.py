"""Where the posterior of locations, scales and shares has its mode, how wide it is there, and what the effects are around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from estimators.synthesis.laplace.gaussian import mode
from estimators.synthesis.laplace.scores import Scores
from estimators.synthesis.laplace.setup import Plan
from estimators.synthesis.normal import LOG_TWO_PI

type Array = NDArray[np.float64]

STEP = 0.02  # of derivatives in scores
LOWEST = -1e12  # where a density cannot be computed
FLAT = 0.25  # least curvature in scores that is believed: the prior alone has 1
GRADIENT, MOST = 0.1, 60  # of the search for the mode


@dataclass(frozen=True, eq=False)
class Reference:
    """Mode and covariance of the scores."""

    scores: Array
    covariance: Array


def find_reference(plan: Plan, scores: Scores, start: Array | None = None) -> Reference:
    """Mode of the Laplace approximation of the marginal posterior of the scores, by BFGS with differences computed all at once."""
    size = scores.size
    corners = STEP * np.concatenate([np.zeros((size, 1)), np.eye(size), -np.eye(size)], axis=1)

    def objective(at: Array) -> tuple[float, Array]:
        value = log_marginal(plan, scores, at[:, None] + corners)
        return -float(value[0]), -(value[1 : size + 1] - value[size + 1 :]) / (2.0 * STEP)

    first = np.zeros(size) if start is None else start
    found = optimize.minimize(objective, first, jac=True, method="BFGS", options={"gtol": GRADIENT, "maxiter": MOST})
    return Reference(found.x, _covariance(plan, scores, found.x))


def log_marginal(plan: Plan, scores: Scores, at: Array) -> Array:
    """Laplace approximation of the log marginal density of scores (size, draws), (draws,)."""
    known = scores.known(at)
    total = scores.log_prior(known, at)
    for block in plan.blocks:
        fit, value = mode(block, known)
        total += (value - fit.half_log_determinant() + 0.5 * plan.layout.entries * LOG_TWO_PI).sum(axis=0)
    return np.where(np.isfinite(total), total, LOWEST)


def _covariance(plan: Plan, scores: Scores, at: Array) -> Array:
    """Inverse of the negated second differences of the log marginal, curvature below `FLAT` raised to it."""
    size, h = len(at), 5.0 * STEP
    pairs = [(i, j) for i in range(size) for j in range(i)]
    unit = np.eye(size)
    both = np.array([unit[i] + unit[j] for i, j in pairs]).reshape(-1, size)
    moves = h * np.concatenate([np.zeros((1, size)), unit, -unit, both, -both])
    value = log_marginal(plan, scores, at[:, None] + moves.T)
    middle, ups, downs = value[0], value[1 : size + 1], value[size + 1 : 2 * size + 1]
    up, down = value[2 * size + 1 :].reshape(2, -1)
    hessian = np.diag(ups + downs - 2.0 * middle)
    for (i, j), plus, minus in zip(pairs, up, down, strict=True):
        hessian[i, j] = hessian[j, i] = 0.5 * (plus + minus - ups[i] - downs[i] - ups[j] - downs[j] + 2.0 * middle)
    values, vectors = np.linalg.eigh(np.where(np.abs(hessian) < -LOWEST / 10.0, -hessian / h**2, 0.0))
    return np.asarray((vectors / np.maximum(values, FLAT)) @ vectors.T)
