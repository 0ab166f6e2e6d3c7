"""A level that drifts from period to period, followed exactly on a grid: forwards, backwards, and the likelihood of what was seen.

Notation: x = log level on nodes x_k = x_0 + k·step; x' = x + σ ε with ε ~ (1 - q) N(0, 1) + q N(0, f²), so that most changes are small
and a few are jumps; g_t(k) = p(y_t | x_k). Shapes: A series, K nodes, T periods, H drifts σ, D kinds of noise.
The filter is that of a hidden Markov chain (Kitagawa 1987, doi:10.1080/01621459.1987.10478534).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]

JUMPS = 0.03  # q, a month
JUMP_SIZE = 5.0  # f
SMALLEST = 1e-290


def kernel(nodes: int, step: float, sigma: float, jumps: float = JUMPS) -> Array:
    """Probability of moving from each node (rows) to each node (columns), (K, K)."""
    return (1.0 - jumps) * _normal_kernel(nodes, step, sigma) + jumps * _normal_kernel(nodes, step, JUMP_SIZE * sigma)


def _normal_kernel(nodes: int, step: float, sigma: float) -> Array:
    """A normal step; where it is narrower than the grid, to the two neighbours and with the same variance."""
    if sigma < 0.6 * step:
        beside = 0.5 * (sigma / step) ** 2
        moves = (1.0 - 2.0 * beside) * np.eye(nodes) + beside * (np.eye(nodes, k=1) + np.eye(nodes, k=-1))
    else:
        apart = step * (np.arange(nodes)[:, None] - np.arange(nodes))
        moves = np.exp(-0.5 * (apart / sigma) ** 2)
    return np.asarray(moves / moves.sum(axis=1, keepdims=True))


def forward(initial: Array, kernels: Array, likelihood: Callable[[int], Array], periods: int) -> tuple[Array, Array]:
    """p(x_T | y_1 … y_T) and log p(y_1 … y_T) for every drift and kind of noise, shapes (H, D, A, K) and (H, D, A).

    Parameters
    ----------
    initial : Array
        p(x_1), (A, K).
    kernels : Array
        One a drift, (H, K, K).
    likelihood : callable
        g_t of a period, (D, A, K).
    periods : int
        T.
    """
    H, (A, K) = len(kernels), initial.shape
    for t in range(periods):
        g = np.maximum(likelihood(t), SMALLEST)
        if t == 0:
            D = len(g)
            now, total = np.broadcast_to(initial, (H, D, A, K)), np.zeros((H, D, A))
        else:
            now = np.matmul(now.reshape(H, D * A, K), kernels).reshape(H, D, A, K)
        now = now * g
        mass = now.sum(axis=-1)
        now /= mass[..., None]
        total += np.log(mass)
    return now, total


def smooth(initial: Array, moves: Array, likelihood: Array) -> Array:
    """p(x_t | y_1 … y_T), (T, A, K), for one drift with kernel `moves`, (K, K), and g of shape (T, A, K)."""
    g = np.maximum(likelihood, SMALLEST)
    seen = np.empty_like(g)
    for t in range(len(g)):
        now = (initial if t == 0 else seen[t - 1] @ moves) * g[t]
        seen[t] = now / now.sum(axis=-1, keepdims=True)
    back = np.ones_like(g[0])
    for t in range(len(g) - 1, -1, -1):
        seen[t] *= back
        seen[t] /= seen[t].sum(axis=-1, keepdims=True)
        back = (g[t] * back) @ moves.T
        back /= back.sum(axis=-1, keepdims=True)
    return seen


def walk(rng: np.random.Generator, x: Array, sigma: Array, jumps: float = JUMPS) -> Array:
    """One step ahead of every draw; `x` and `sigma` of one shape."""
    size = np.where(rng.random(x.shape) < jumps, JUMP_SIZE, 1.0)
    return np.asarray(x + sigma * size * rng.standard_normal(x.shape))
