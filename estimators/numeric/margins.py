"""Sums of many tables over the patterns that hold each set of lists, and over those within it.

Notation: patterns and sets are whole numbers as in `patterns`. Both sums of a table of 2^L entries are a product of 0/1 matrices, one for
each half of the lists where there are more than six, so that stacks of tables cost a few products of small matrices.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import patterns

type Array = NDArray[np.float64]


def over_supersets(values: Array) -> Array:
    """Margins m_t of each row, (B, 2^L): `patterns.over_supersets` as products with 0/1 matrices of at most 64 rows."""
    return _transformed(values, upwards=True)


def over_subsets(values: Array) -> Array:
    """Sums over the sets within each set, (B, 2^L)."""
    return _transformed(values, upwards=False)


@lru_cache(maxsize=32)
def zeta(lists: int) -> Array:
    """Which sets hold which, (2^L, 2^L): entry (s, t) is 1 where t ⊂ s. Shared: not to be written to."""
    return patterns.design(range(2**lists), lists)


def _transformed(values: Array, *, upwards: bool) -> Array:
    size = values.shape[-1]
    lists = size.bit_length() - 1
    low = min(lists, 6)
    first = zeta(low) if upwards else zeta(low).T
    out = np.ascontiguousarray(values).reshape(-1, 2**low) @ first
    if low < lists:
        second = zeta(lists - low).T if upwards else zeta(lists - low)
        out = second @ out.reshape(len(values), 2 ** (lists - low), 2**low)
    return np.asarray(out.reshape(values.shape))
