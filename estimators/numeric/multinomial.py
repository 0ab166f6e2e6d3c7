"""Multinomial logistic regression with a ridge, its strength chosen by an information criterion.

Notation: rows i with counts n_ic in classes c = 0 … C - 1, columns x_i, log odds against class 0 η_ic = x_i θ_c. Minus the log likelihood
plus λ/2 Σ θ² over all columns but the first (the intercept) is minimised; H is its matrix of second derivatives, H_0 that of the log
likelihood alone, tr(H⁻¹ H_0) the effective number of coefficients.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

STEPS = 50
HALVINGS = 30
RIDGES = (1e-3, 0.1, 1.0, 10.0, 100.0)


def probabilities(x: Array, theta: Array) -> Array:
    """Probability of each class, (n, C), from coefficients (P, C - 1)."""
    eta = np.concatenate([np.zeros((len(x), 1)), x @ theta], axis=1)
    return np.asarray(special.softmax(eta, axis=1))


def fit(x: Array, counts: Array, ridge: float, start: Array | None = None) -> tuple[Array, float]:
    """Coefficients (P, C - 1) by Newton's method, and Akaike's criterion with the effective number of coefficients."""
    P, others = x.shape[1], counts.shape[1] - 1
    theta = np.zeros((P, others)) if start is None else start.copy()
    penalty = np.full(P, ridge)
    penalty[0] = 1e-8
    total = counts.sum(axis=1)
    value = _objective(x, counts, theta, penalty)
    for _ in range(STEPS):
        p = probabilities(x, theta)[:, 1:]
        gradient = x.T @ (total[:, None] * p - counts[:, 1:]) + penalty[:, None] * theta
        step = np.linalg.solve(_second(x, total, p, penalty), gradient.T.ravel()).reshape(others, P).T
        size = 1.0
        for _ in range(HALVINGS):
            reached = _objective(x, counts, theta - size * step, penalty)
            if reached <= value + 1e-10 * abs(value):
                break
            size *= 0.5
        theta, value = theta - size * step, reached
        if float((step * gradient).sum()) < 1e-9:
            break
    p = probabilities(x, theta)[:, 1:]
    inverse = np.linalg.inv(_second(x, total, p, penalty))
    effective = P * others - float(np.diagonal(inverse) @ np.tile(penalty, others))
    likelihood = _objective(x, counts, theta, np.zeros(P))
    return theta, 2.0 * (likelihood + effective)


def best(x: Array, counts: Array) -> Array:
    """Coefficients under the ridge of least criterion."""
    found: list[tuple[float, Array]] = []
    for ridge in RIDGES:
        theta, criterion = fit(x, counts, ridge, found[-1][1] if found else None)
        found.append((criterion, theta))
    return min(found, key=lambda pair: pair[0])[1]


def _objective(x: Array, counts: Array, theta: Array, penalty: Array) -> float:
    eta = np.concatenate([np.zeros((len(x), 1)), x @ theta], axis=1)
    log_p = eta - special.logsumexp(eta, axis=1, keepdims=True)
    return float(-(counts * log_p).sum() + 0.5 * (penalty[:, None] * theta**2).sum())


def _second(x: Array, total: Array, p: Array, penalty: Array) -> Array:
    """H, classes in blocks, (P (C - 1), P (C - 1))."""
    others, P = p.shape[1], x.shape[1]
    out = np.empty((others * P, others * P))
    for one in range(others):
        for other in range(one, others):
            weight = total * p[:, one] * ((one == other) - p[:, other])
            block = (x * weight[:, None]).T @ x
            out[one * P : (one + 1) * P, other * P : (other + 1) * P] = block
            out[other * P : (other + 1) * P, one * P : (one + 1) * P] = block
    return out + np.diag(np.tile(penalty, others))
