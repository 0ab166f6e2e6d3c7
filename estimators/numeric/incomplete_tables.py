"""Contingency tables of lists and covariates, of which the cells on no list are missing.

Notation: F factors, the first L of them lists with levels 0 and 1, the others covariates; n cells, one for each combination of levels,
the last factor running fastest. X is the design (n, P) of the largest log-linear model: intercept, main effects, interactions. Contrasts
are orthogonal with X'X = n I, so that one unit of every coefficient means the same amount of information. A model is a whole number m
whose bit j says whether it has interaction j; intercept and main effects are in every model. Cell i holds a count y_i with low_i ≤ y_i ≤
high_i: exact where both are equal, limited where they differ, missing where high is infinite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]
type Models = NDArray[np.uint64]
type Term = tuple[int, ...]

MOST_TERMS = 63  # bits of a model


@dataclass(frozen=True)
class Table:
    """Counts of an incomplete table and the design of its largest log-linear model.

    Parameters
    ----------
    design : Array
        X, (n, P), the intercept first.
    terms : tuple of tuple of int
        Factors of each interaction.
    of_term : Places
        Interaction that each column belongs to, (P,); -1 for intercept and main effects.
    low, high : Array
        Limits of each count, (n,).
    """

    design: Array
    terms: tuple[Term, ...]
    of_term: Places
    low: Array
    high: Array

    @cached_property
    def exact(self) -> Mask:
        """Cells whose count is known, (n,)."""
        return np.asarray(self.low == self.high)

    @cached_property
    def limited(self) -> Mask:
        """Cells whose count has an upper limit, (n,)."""
        return np.asarray(~self.exact & np.isfinite(self.high))

    @property
    def missing(self) -> Mask:
        """Cells on no list, (n,)."""
        return np.asarray(np.isinf(self.high))

    @cached_property
    def products(self) -> Array:
        """Products of every two columns, (n, P²): weights of the cells times these are X'WX."""
        n = len(self.design)
        return np.asarray((self.design[:, :, None] * self.design[:, None, :]).reshape(n, -1))

    def active(self, models: Models) -> Mask:
        """Columns of each model, (models, P)."""
        bits = (models[:, None] >> np.arange(len(self.terms), dtype=np.uint64) & np.uint64(1)).astype(bool)
        always = np.ones((len(models), 1), dtype=bool)
        return np.concatenate([bits, always], axis=1)[:, self.of_term]


def cells(levels: Sequence[int]) -> Places:
    """Level of every factor in every cell, (n, F).

    Examples
    --------
    >>> cells([2, 3]).tolist()
    [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    """
    return np.array(list(product(*(range(count) for count in levels))), dtype=np.intp)


def interactions(factors: int, lists: int, order: int) -> tuple[Term, ...]:
    """Sets of 2 to `order` factors, smaller sets first; none that holds every list, since no count can tell of it.

    Examples
    --------
    >>> interactions(3, 3, 3)
    ((0, 1), (0, 2), (1, 2))
    """
    sets = (term for size in range(2, order + 1) for term in combinations(range(factors), size))
    return tuple(term for term in sets if not set(range(lists)) <= set(term))


def contrasts(levels: int) -> Array:
    """Columns C with C'1 = 0 and C'C = levels I, (levels, levels - 1).

    Examples
    --------
    >>> contrasts(2).ravel().tolist()
    [1.0, -1.0]
    """
    upper = np.triu(np.ones((levels, levels - 1)))
    step = np.arange(1, levels)
    upper[step, step - 1] = -step
    return np.asarray(upper * np.sqrt(levels / (upper**2).sum(axis=0)))


def table(levels: Sequence[int], lists: int, order: int, low: Array, high: Array) -> Table:
    """The table of these counts, with the design of all interactions of up to `order` factors."""
    at, terms = cells(levels), interactions(len(levels), lists, order)
    blocks, of_term = [np.ones((len(at), 1))], [-1]
    for place, term in enumerate([*((factor,) for factor in range(len(levels))), *terms]):
        block = np.ones((len(at), 1))
        for factor in term:
            each = contrasts(levels[factor])[at[:, factor]]
            block = (block[:, :, None] * each[:, None, :]).reshape(len(at), -1)
        blocks.append(block)
        of_term += [max(place - len(levels), -1)] * block.shape[1]
    return Table(np.concatenate(blocks, axis=1), terms, np.array(of_term), low, high)


def limits(levels: Sequence[int], lists: int, at: Places, counts: Array, censored: Mask) -> tuple[Array, Array]:
    """Limits of the count of every cell, (n,) and (n,), from rows with their levels (rows, F), counts, and which are upper limits."""
    place = np.ravel_multi_index(tuple(at.T), tuple(levels))
    n = int(np.prod(levels))
    high = np.bincount(place, weights=counts, minlength=n)
    low = high - np.bincount(place, weights=counts * censored, minlength=n)
    unlisted = ~(cells(levels)[:, :lists] > 0).any(axis=1)
    return np.where(unlisted, 0.0, low), np.where(unlisted, np.inf, high)
