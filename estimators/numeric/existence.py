"""Whether a log-linear model of capture patterns has a maximum-likelihood estimate, and only one.

Notation: patterns, terms, margins m_t as in `loglinear`. Terms with m_t(n) = 0 and patterns that contain one are left out first (the
extended estimate); X is the 0/1 design of what remains, X₊ its rows with n_s > 0, X₀ those with n_s = 0. The likelihood never falls along
c where X₊c = 0 and X₀c ≤ 0. So the estimate exists unless such a c has X₀c ≠ 0 (Fienberg and Rinaldo 2012,
doi:10.1214/12-AOS986), and is the only one unless some c ≠ 0 has Xc = 0.

X₊ of full rank settles both. Its Gram matrix holds the numbers of occupied patterns that contain t ∪ t', whole numbers, so that its
determinant is a whole number too: at least 1, or 0. Where it is 0, c = Nw with N the null space of X₊ and V = X₀N, and a linear
programme in the few w decides. It is solved by its alternative (Stiemke): no w has Vw ≤ 0, Vw ≠ 0 exactly if some y ≥ 1 has V'y = 0,
which least squares with non-negative coefficients finds or refutes. It knows counts only as occupied or empty, so that tables with the
same empty patterns share it. A model without an estimate of its own leaves none to any model that holds it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from estimators.numeric.loglinear import NO_TERM
from estimators.numeric.margins import over_supersets, zeta

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]

FINE, NONE, MANY = 0, 1, 2  # and 3 for both; the codes of Chan, Silverman and Vincent
UP, DOWN, LEVEL = 1, -1, 0
SURE = 32.0  # log of a product of diagonals up to which rounding cannot lift a determinant of 0 to 1/2
SMALL = 1e-9
TIGHT = 1e-7


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
    for row in np.flatnonzero(~full_rank(occupied, terms)):
        found[row] = _decided(*_key(occupied, terms, row))[0]
    return found


def directions(occupied: Mask, terms: Places) -> Places:
    """Where the number unlisted goes as the likelihood rises: 1 beyond every bound, -1 to 0, 0 neither; (B,)."""
    found = np.zeros(len(terms), dtype=np.intp)
    for row in np.flatnonzero(~full_rank(occupied, terms)):
        found[row] = _decided(*_key(occupied, terms, row))[1]
    return found


def _key(occupied: Mask, terms: Places, row: np.intp) -> tuple[bytes, tuple[int, ...], int]:
    cells = occupied[row if len(occupied) > 1 else 0]
    kept = tuple(int(term) for term in terms[row] if term != NO_TERM)
    return np.packbits(cells).tobytes(), kept, len(cells).bit_length() - 1


def full_rank(occupied: Mask, terms: Places) -> Mask:
    """Whether X₊ has full rank, (B,): then there is one finite estimate, without further question."""
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
    unsure = full & (scale > SURE)
    full[unsure] = np.linalg.eigvalsh(gram[unsure])[:, 0] > SMALL
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
    falls[np.abs(falls) < SMALL] = 0.0  # a rounded 0 must not reach a target 10^16 times as large
    many = MANY if np.linalg.eigvalsh(falls.T @ falls)[0] < SMALL else FINE
    if _reached(falls, -falls.sum(axis=0)):
        return many, LEVEL
    if not _reached(falls, null[0]):
        return NONE + many, UP
    return NONE + many, LEVEL if _reached(falls, -null[0]) else DOWN


def reduced(occupied: Mask, terms: tuple[int, ...]) -> tuple[Array, Mask]:
    """The design without terms that nobody has and patterns that contain one, and which of its rows have people."""
    holds = zeta(len(occupied).bit_length() - 1)
    cells = occupied.astype(np.float64)
    cells[0] = 0.0
    sets = np.array(terms)
    there = cells @ holds[:, sets] > 0.5
    kept = ~(holds[:, sets[~there]] > 0.5).any(axis=1)
    kept[0] = False
    return holds[np.ix_(kept, sets[there])], occupied[kept]


def _null_space(design: Array) -> Array:
    """Orthonormal c with Xc = 0, as columns."""
    _, size, rows = np.linalg.svd(design, full_matrices=True)
    rank = int((size > SMALL * max(float(size[0]) if len(size) else 0.0, 1.0)).sum())
    return np.asarray(rows[rank:].T)


def _reached(falls: Array, target: Array) -> bool:
    """Whether V'y = target for some y ≥ 0; if not, some w has Vw ≤ 0 and target'w > 0 (Farkas).

    Least squares gives y, or what is left as w; whichever it is gets checked, and a linear programme decides where neither holds.
    """
    length = float(np.abs(target).max(initial=0.0))
    if length < SMALL or not len(falls):
        return length < SMALL
    wanted = target / length
    try:
        weights, _ = optimize.nnls(np.ascontiguousarray(falls.T), wanted)
    except RuntimeError:
        weights = np.zeros(len(falls))
    left = wanted - weights @ falls
    away = float(np.linalg.norm(left))
    if away < TIGHT:
        return True
    if wanted @ left > TIGHT and (falls @ left).max() < TIGHT * away:
        return False
    answer = optimize.linprog(-wanted, A_ub=falls, b_ub=np.zeros(len(falls)), bounds=(-1.0, 1.0), method="highs")
    return -float(answer.fun or 0.0) < TIGHT
