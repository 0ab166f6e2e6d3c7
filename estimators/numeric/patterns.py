"""Capture patterns as whole numbers.

Notation: L lists, numbered from 0; a pattern s is a whole number whose bit i says whether list i holds the person, so that a table
of counts is an array of length 2^L and entry 0 is the people on no list. A term t of a log-linear model is such a number as well:
the set of lists that interact. List i counts for 2^i.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]


def on_lists(lists: int) -> Mask:
    """Which lists hold each pattern, (2^L, L).

    Examples
    --------
    >>> on_lists(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return (np.arange(2**lists)[:, None] >> np.arange(lists) & 1).astype(bool)


def orders(lists: int) -> Places:
    """Number of lists in each set, (2^L,)."""
    return on_lists(lists).sum(axis=1)


def design(terms: Sequence[int], lists: int) -> Array:
    """Which terms each pattern contains, (2^L, terms): the design of a log-linear model with 0/1 coding, intercept for term 0.

    Examples
    --------
    >>> design([0, 1, 2, 3], 2).astype(int).tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]]
    """
    sets = np.asarray(terms, dtype=np.intp)
    return np.asarray((np.arange(2**lists)[:, None] & sets) == sets, dtype=np.float64)


def tabulated(on: Mask, counts: Array) -> Array:
    """Counts of every pattern, (2^L,), from rows (rows, L) with their counts; rows of one pattern are added."""
    lists = on.shape[1]
    return np.bincount(on.astype(np.intp) @ (1 << np.arange(lists)), weights=counts, minlength=2**lists)


def over_supersets(values: Array) -> Array:
    """For each set t, the sum of the last axis (2^L) over all patterns that contain t: the margins of a table of counts.

    Examples
    --------
    >>> over_supersets(np.array([0.0, 10.0, 20.0, 3.0])).tolist()
    [33.0, 13.0, 23.0, 3.0]
    """
    return _summed(values, upwards=True)


def over_subsets(values: Array) -> Array:
    """For each pattern, the sum of the last axis over all sets within it: coefficients of all terms to log means.

    Examples
    --------
    >>> over_subsets(np.array([0.0, 10.0, 20.0, 3.0])).tolist()
    [0.0, 10.0, 20.0, 33.0]
    """
    return _summed(values, upwards=False)


def hierarchical(terms: Iterable[int]) -> list[int]:
    """Every non-empty set within one of the terms, ordered by size: what a hierarchical model with these generators holds.

    Examples
    --------
    >>> hierarchical([0b11, 0b110])
    [1, 2, 4, 3, 6]
    """
    found = {s for term in terms for s in _within(term)}
    return sorted(found, key=lambda s: (s.bit_count(), s))


def _within(term: int) -> list[int]:
    found, s = [], term
    while s:
        found.append(s)
        s = (s - 1) & term
    return found


def _summed(values: Array, *, upwards: bool) -> Array:
    size = values.shape[-1]
    lists = size.bit_length() - 1
    out = np.array(values, dtype=np.float64).reshape(*values.shape[:-1], *(2,) * lists)
    for axis in range(out.ndim - lists, out.ndim):
        without, with_it = (np.take(out, [bit], axis=axis) for bit in (0, 1))
        both = without + with_it
        out = np.concatenate([both, with_it] if upwards else [without, both], axis=axis)
    return out.reshape(values.shape)
