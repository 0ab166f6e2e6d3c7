"""Hierarchical log-linear models: which there are.

Notation: a model holds every single list; its further sets of two lists and more, its faces, are such that each face's own subsets are in
it too. Faces are numbered by size, then by value; a model is a whole number whose bit f says whether it holds face f. All lists together
are no face: nothing is left to say how many are on no list.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from estimators.numeric.loglinear import NO_TERM

type Places = NDArray[np.intp]
type Models = NDArray[np.int64]


@lru_cache(maxsize=32)
def faces(lists: int, order: int) -> tuple[int, ...]:
    """Sets of 2 to `order` lists, but never all of them, by size and value."""
    largest = min(order, lists - 1)
    sets = (s for s in range(1, 2**lists) if 2 <= s.bit_count() <= largest)
    return tuple(sorted(sets, key=lambda s: (s.bit_count(), s)))


def models(lists: int, order: int, most: int | None = None) -> Models:
    """Every hierarchical model with faces of at most `order` lists, and at most so many of them, by number of faces.

    Examples
    --------
    >>> [len(models(lists, lists)) for lists in (2, 3, 4, 5)]
    [1, 8, 113, 6893]
    >>> len(models(6, 2))
    32768
    """
    place = {face: at for at, face in enumerate(faces(lists, order))}
    found = np.zeros(1, dtype=np.int64)
    for face, at in place.items():
        below = _bits(place[face ^ 1 << one] for one in range(lists) if face >> one & 1 and face.bit_count() > 2)
        fits = (found & below) == below
        if most is not None:
            fits &= np.bitwise_count(found) < most
        found = np.concatenate([found, found[fits] | np.int64(1 << at)])
    return found[np.lexsort((found, np.bitwise_count(found)))]


def terms(chosen: Models, lists: int, order: int) -> Places:
    """Terms of each model, (B, p): 0, the single lists, the faces in their order, then `NO_TERM`."""
    sets = np.array(faces(lists, order), dtype=np.intp)
    held = (chosen[:, None] >> np.arange(len(sets)) & 1).astype(bool)
    width = int(held.sum(axis=1).max(initial=0))
    first = np.argsort(~held, axis=1, kind="stable")[:, :width]
    more = np.where(np.take_along_axis(held, first, axis=1), sets[first], NO_TERM) if width else first
    always = np.tile(np.array([0, *(1 << i for i in range(lists))], dtype=np.intp), (len(chosen), 1))
    return np.concatenate([always, more.reshape(len(chosen), width)], axis=1)


def generators(sets: Places | list[int]) -> list[int]:
    """The largest of these terms: those that are within no other."""
    kept = [int(s) for s in sets if s > 0]
    return [s for s in kept if not any(s != other and s & other == s for other in kept)]


def _bits(places: Iterable[int]) -> np.int64:
    return np.int64(sum(1 << place for place in places))
