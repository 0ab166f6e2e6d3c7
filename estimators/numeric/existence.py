"""Whether a log-linear model of capture patterns has a maximum-likelihood estimate, and only one.

Notation: patterns, terms, margins m_t as in `loglinear`. Terms with m_t(n) = 0 and patterns that contain one are left out first (the
extended estimate); X is the 0/1 design of what remains, X₊ its rows with n_s > 0, X₀ those with n_s = 0. The likelihood never falls along
c where X₊c = 0 and X₀c ≤ 0. So the estimate exists unless such a c has X₀c ≠ 0 (Fienberg and Rinaldo 2012,
doi:10.1214/12-AOS986), and is the only one unless some c ≠ 0 has Xc = 0.

X₊ of full rank settles both. Its Gram matrix holds the numbers of occupied patterns that contain t ∪ t', whole numbers, so that its
determinant is a whole number too: at least 1, or 0. Where it is 0, c = Nw with N the null space of X₊, and a linear programme
in the few w decides; it knows the counts only as occupied or empty, so that tables with the same empty patterns share it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from estimators.numeric import patterns
from estimators.numeric.loglinear import NO_TERM
from estimators.numeric.margins import over_subsets, over_supersets

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]

FINE, NONE, MANY = 0, 1, 2  # and 3 for both; the codes of Chan, Silverman and Vincent
UP, DOWN, LEVEL = 1, -1, 0
SURE = 32.0  # log of a product of diagonals up to which rounding cannot lift a determinant of 0 to 1/2
SMALL = 1e-9


def codes(occupied: Mask, terms: Places) -> Places:
    """0 where one finite estimate exists, 1 where none does, 2 where many fit alike, 3 for both; (B,).

    Parameters
    ----------
    occupied : Mask
        Patterns with people, (B, 2^L) or (1, 2^L).
    terms : Places
        Terms of each model, (B, p), 0 first, padded with `NO_TERM`.

    Examples
    --------
    Lists A, B and C; patterns A, B, C and AB have people. Terms are written as sums of 1, 2 and 4.

    >>> occupied = np.array([[False, True, True, True, True, False, False, False]])
    >>> codes(occupied, np.array([[0, 1, 2, 4, 3], [0, 1, 2, 4, 5]])).tolist()
    [1, 0]
    """
    found = np.zeros(len(terms), dtype=np.intp)
    for row in np.flatnonzero(~_full_rank(occupied, terms)):
        found[row] = _decided(*_key(occupied, terms, row))[0]
    return found


def directions(occupied: Mask, terms: Places) -> Places:
    """Where the number unlisted goes as the likelihood rises: 1 beyond every bound, -1 to 0, 0 neither; (B,)."""
    found = np.zeros(len(terms), dtype=np.intp)
    for row in np.flatnonzero(~_full_rank(occupied, terms)):
        found[row] = _decided(*_key(occupied, terms, row))[1]
    return found


def _key(occupied: Mask, terms: Places, row: np.intp) -> tuple[bytes, tuple[int, ...], int]:
    cells = occupied[row if len(occupied) > 1 else 0]
    kept = tuple(int(term) for term in terms[row] if term != NO_TERM)
    return np.packbits(cells).tobytes(), kept, len(cells).bit_length() - 1


def _full_rank(occupied: Mask, terms: Places) -> Mask:
    """Whether X₊ has full rank, (B,)."""
    size = occupied.shape[1]
    cells = np.asarray(occupied, dtype=np.float64)
    cells[:, 0] = 0.0
    margins = np.zeros((len(cells), size + 1))
    margins[:, :size] = over_supersets(cells)
    rows = np.zeros(len(terms), dtype=np.intp) if len(cells) == 1 else np.arange(len(terms))
    there = (terms != NO_TERM) & (margins[rows[:, None], np.maximum(terms, 0)] > 0.5)
    small = np.where(there, terms, size)
    union = np.where(there[:, :, None] & there[:, None, :], small[:, :, None] | small[:, None, :], size)
    gram = margins[rows[:, None, None], union]
    place = np.arange(terms.shape[1])
    gram[:, place, place] += ~there
    scale = np.log(gram[:, place, place]).sum(axis=1)
    sign, size_of = np.linalg.slogdet(gram)
    full = (sign > 0.0) & (size_of > -0.5)
    for row in np.flatnonzero(full & (scale > SURE)):
        full[row] = np.linalg.eigvalsh(gram[row])[0] > SMALL
    return np.asarray(full)


@lru_cache(maxsize=200_000)
def _decided(packed: bytes, terms: tuple[int, ...], lists: int) -> tuple[int, int]:
    """Code and direction of one model on one pattern of empty cells."""
    occupied = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=2**lists).astype(bool)
    design, with_people = reduced(occupied, terms)
    here, empty = design[with_people], design[~with_people]
    null = _null_space(here)
    if not null.shape[1]:
        return FINE, LEVEL
    falls = empty @ null
    many = MANY if np.linalg.matrix_rank(falls, tol=SMALL) < null.shape[1] else FINE
    if null.shape[1] == 1:
        low, high = falls.min(initial=0.0), falls.max(initial=0.0)
        if (low < -SMALL) == (high > SMALL):
            return many, LEVEL
        rise = null[0, 0] * (1.0 if low < -SMALL else -1.0)
        return NONE + many, int(np.sign(rise)) if abs(rise) > SMALL else LEVEL
    if _most(-falls.sum(axis=0), falls) < SMALL:
        return many, LEVEL
    if _most(null[0], falls) > SMALL:
        return NONE + many, UP
    return NONE + many, DOWN if _most(-null[0], falls) > SMALL else LEVEL


def reduced(occupied: Mask, terms: tuple[int, ...]) -> tuple[Array, Mask]:
    """The design without terms that nobody has and patterns that contain one, and which of its rows have people."""
    lists = len(occupied).bit_length() - 1
    cells = occupied.astype(np.float64)[None]
    cells[:, 0] = 0.0
    margins = over_supersets(cells)[0]
    void = np.zeros((1, len(occupied)))
    void[0, [term for term in terms if margins[term] < 0.5]] = 1.0
    kept = over_subsets(void)[0] < 0.5
    kept[0] = False
    left = [term for term in terms if margins[term] > 0.5]
    return patterns.design(left, lists)[kept], occupied[kept]


def _null_space(design: Array) -> Array:
    """Orthonormal c with Xc = 0, as columns."""
    _, size, rows = np.linalg.svd(design, full_matrices=True)
    rank = int((size > SMALL * max(float(size[0]) if len(size) else 0.0, 1.0)).sum())
    return np.asarray(rows[rank:].T)


def _most(towards: Array, falls: Array) -> float:
    """Maximum of towards'w over falls w ≤ 0 within a box."""
    answer = optimize.linprog(-towards, A_ub=falls, b_ub=np.zeros(len(falls)), bounds=(-1.0, 1.0), method="highs")
    return -float(answer.fun or 0.0)
