"""Cholesky factors of arrow-shaped matrices: a chain of small blocks and a border of a few entries, many matrices at once.

A matrix of the batch has, for the places t = 0 … T-1 of the chain with k entries each and a border of b entries,

    | S_0  E_1'        B_0 |
    | E_1  S_1  E_2'   B_1 |      S_t (k, k), E_t = -diag(link_t), B_t (k, b), C (b, b)
    |      …           …   |
    | B_0' B_1' …      C   |

Arrays have the matrix axes first and the axes of the batch last: every step is one pass over contiguous memory. The chain is eliminated
place by place and the border last, T k (k + b)² multiplications a matrix instead of (T k + b)³ / 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Arrow:
    """The factor L of a batch of arrow matrices L L', chain first.

    Parameters
    ----------
    chain : Array
        Lower factors of the eliminated blocks, shape (T, k, k, ...), with reciprocals on the diagonal.
    before : Array
        Transposed factor entries between each place and the one before, (T, k, k, ...); its first is not used.
    border : Array
        Transposed factor entries between border and chain, (T, k, b, ...).
    corner : Array
        Lower factor of what is left of the border, (b, b, ...), reciprocals on the diagonal.
    """

    chain: Array
    before: Array
    border: Array
    corner: Array

    def half_log_determinant(self) -> Array:
        """Half the logarithm of each determinant, (...)."""
        _, k, _, *batch = self.chain.shape
        product = np.ones(batch)
        total = np.zeros(batch)
        for j in range(self.corner.shape[0]):
            product = product * self.corner[j, j]
        for place in self.chain:
            for j in range(k):
                product = product * place[j, j]
            total -= np.log(product)
            product = np.ones(batch)
        return total - np.log(product)

    def solve(self, chain: Array, border: Array) -> tuple[Array, Array]:
        """Solve L L' x = r for right-hand sides r, shapes (T, k, ...) and (b, ...)."""
        forward = np.empty_like(chain)
        rest = border.copy()
        for t, lower in enumerate(self.chain):
            right = chain[t]
            if t:
                right = right - _times_transposed(self.before[t], forward[t - 1])
            forward[t] = _forward(lower, right)
            rest -= _times_transposed(self.border[t], forward[t])
        return self.back(forward, _forward(self.corner, rest))

    def back(self, chain: Array, border: Array, last: Array | None = None) -> tuple[Array, Array]:
        """Solve L' x = n: of standard normal n, draws with the matrix as precision; shapes (T, k, ...) and (b, ...).

        With `last`, the last entries of the border have these values, and the others are drawn given them.
        """
        last = _backward(self.corner, border, last)
        found = np.empty_like(chain)
        for t in range(len(chain) - 1, -1, -1):
            right = chain[t] - _times(self.border[t], last)
            if t + 1 < len(chain):
                right -= _times(self.before[t + 1], found[t + 1])
            found[t] = _backward(self.chain[t], right)
        return found, last

    def whiten(self, chain: Array, border: Array) -> tuple[Array, Array]:
        """L' x, the inverse of `back`."""
        found = np.empty_like(chain)
        for t in range(len(chain)):
            found[t] = _multiplied(self.chain[t], chain[t]) + _times(self.border[t], border)
            if t + 1 < len(chain):
                found[t] += _times(self.before[t + 1], chain[t + 1])
        return found, _multiplied(self.corner, border)

    def covariances(self) -> tuple[Array, Array, Array]:
        """Blocks of the inverse: each place of the chain, (T, k, k, ...), place and border, (T, k, b, ...), border, (b, b, ...).

        With x = L'⁻¹ n, x_t = A x_{t+1} + B x_border + L_t'⁻¹ n_t: backwards, one place after the other.
        """
        own = _inverse(self.corner)
        corner = _gram(own)
        chain, edge = np.empty_like(self.chain), np.empty_like(self.border)
        for t in range(len(self.chain) - 1, -1, -1):
            inverse = _inverse(self.chain[t])
            chain[t] = _gram(inverse)
            towards = -_product(inverse, self.border[t])
            edge[t] = _right(towards, corner)
            last = t + 1 == len(self.chain)
            if not last:
                along = -_product(inverse, self.before[t + 1])
                edge[t] += _right(along, edge[t + 1])
                crossed = _right(_right(along, edge[t + 1]), towards.swapaxes(0, 1))
                chain[t] += _right(_right(along, chain[t + 1]), along.swapaxes(0, 1))
                chain[t] += crossed + crossed.swapaxes(0, 1)
            chain[t] += _right(_right(towards, corner), towards.swapaxes(0, 1))
        return chain, edge, corner


def factor(chain: Array, link: Array, border: Array, corner: Array) -> Arrow:
    """Factorise a batch.

    Parameters
    ----------
    chain : Array
        Diagonal blocks S, shape (T, k, k, ...).
    link : Array
        Negated diagonal of the blocks E between each place and the one before, (T, k); its first row is not used.
    border, corner : Array
        Blocks B, (T, k, b, ...), and C, (b, b, ...).
    """
    lower, before, across = np.empty_like(chain), np.zeros_like(chain), np.empty_like(border)
    left = corner.copy()
    for t in range(len(chain)):
        block, edge = chain[t], border[t]
        if t and link[t].any():
            before[t] = _forward(lower[t - 1], _diagonal(-link[t], block.shape))
            block = block - _gram(before[t])
            edge = edge - _product(before[t], across[t - 1])
        lower[t] = _cholesky(block)
        across[t] = _forward(lower[t], edge)
        left -= _gram(across[t])
    return Arrow(lower, before, across, _cholesky(left))


def _diagonal(values: Array, shape: tuple[int, ...]) -> Array:
    found = np.zeros(shape)
    for j, value in enumerate(values):
        found[j, j] = value
    return found


def _cholesky(matrix: Array) -> Array:
    """Lower factor, reciprocals on the diagonal; what lies above the diagonal is not used."""
    lower = np.empty_like(matrix)
    for j in range(len(matrix)):
        column = matrix[j:, j]
        for i in range(j):
            column = column - lower[j:, i] * lower[j, i]
        lower[j, j] = 1.0 / np.sqrt(column[0])
        lower[j + 1 :, j] = column[1:] * lower[j, j]
    return lower


def _forward(lower: Array, right: Array) -> Array:
    """Solve L x = r; r has shape (k, ...) or (k, m, ...)."""
    found = np.empty_like(right)
    for i in range(len(lower)):
        value = right[i]
        for j in range(i):
            value = value - lower[i, j] * found[j]
        found[i] = value * lower[i, i]
    return found


def _backward(lower: Array, right: Array, last: Array | None = None) -> Array:
    """Solve L' x = r, the last entries of x given or not."""
    found = np.empty_like(right)
    given = 0 if last is None else len(last)
    if last is not None:
        found[len(found) - given :] = last
    for i in range(len(lower) - given - 1, -1, -1):
        value = right[i]
        for j in range(i + 1, len(lower)):
            value = value - lower[j, i] * found[j]
        found[i] = value * lower[i, i]
    return found


def _multiplied(lower: Array, vector: Array) -> Array:
    """L' x; the diagonal holds reciprocals."""
    found = np.empty_like(vector)
    for i in range(len(lower)):
        found[i] = vector[i] / lower[i, i]
        for j in range(i + 1, len(lower)):
            found[i] += lower[j, i] * vector[j]
    return found


def _inverse(lower: Array) -> Array:
    """L⁻¹."""
    found = np.zeros_like(lower)
    for j in range(len(lower)):
        found[j, j] = lower[j, j]
        for i in range(j + 1, len(lower)):
            value = lower[i, j] * found[j, j]
            for m in range(j + 1, i):
                value = value + lower[i, m] * found[m, j]
            found[i, j] = -value * lower[i, i]
    return found


def _right(one: Array, other: Array) -> Array:
    """X Y of (l, k, ...) and (k, m, ...)."""
    return np.asarray(sum(one[:, j, None] * other[j] for j in range(one.shape[1])))


def _gram(factors: Array) -> Array:
    """X'X of factors (k, m, ...): shape (m, m, ...), computed on and below the diagonal."""
    m = factors.shape[1]
    found = np.empty((m, m, *factors.shape[2:]))
    for j in range(m):
        total = factors[0, j:] * factors[0, j]
        for row in factors[1:]:
            total += row[j:] * row[j]
        found[j:, j] = total
        found[j, j:] = total
    return found


def _product(one: Array, other: Array) -> Array:
    """X'Y of factors (k, l, ...) and (k, m, ...): shape (l, m, ...)."""
    found = one[0, :, None] * other[0, None]
    for row, columns in zip(one[1:], other[1:], strict=True):
        found += row[:, None] * columns[None]
    return found


def _times_transposed(matrix: Array, vector: Array) -> Array:
    """X'v of (k, m, ...) and (k, ...)."""
    found = matrix[0] * vector[0]
    for row, value in zip(matrix[1:], vector[1:], strict=True):
        found += row * value
    return np.asarray(found)


def _times(matrix: Array, vector: Array) -> Array:
    """X v of (k, m, ...) and (m, ...)."""
    found = matrix[:, 0] * vector[0]
    for j in range(1, len(vector)):
        found += matrix[:, j] * vector[j]
    return np.asarray(found)
