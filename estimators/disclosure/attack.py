"""What a reader can work out: the least and the greatest count each hidden cell can have, given all that was published."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

type Counts = NDArray[np.int64]
type Limits = NDArray[np.float64]
type Mask = NDArray[np.bool_]

WHOLE = 1e-6  # distance from a whole number that the solver's tolerance explains
LARGEST_BATCH = 6000  # variables of one linear programme


@dataclass(frozen=True, eq=False)
class System:
    """Cells of one or more releases, and what a reader knows of each if it is hidden and if it is shown.

    Parameters
    ----------
    counts : numpy.ndarray
        The truth, or counts that agree with all that is known.
    equations : scipy.sparse.csr_array
        (equations, cells); times the counts they are 0.
    if_hidden, if_shown : tuple of numpy.ndarray
        Lower and upper limit of each cell.
    price : numpy.ndarray
        Of hiding a cell.
    """

    counts: Counts
    equations: sparse.csr_array
    if_hidden: tuple[Limits, Limits]
    if_shown: tuple[Limits, Limits]
    price: Limits

    def known(self, hidden: Mask) -> tuple[Limits, Limits]:
        """What a reader knows of each cell before reckoning."""
        lower, upper = (np.where(hidden, *ends) for ends in zip(self.if_hidden, self.if_shown, strict=True))
        return lower, upper


def solve(
    price: Limits, limits: tuple[Limits, Limits], matrix: sparse.csc_array, right: Limits, *, whole: bool
) -> Limits | None:
    """Minimise a linear price under equations and limits with HiGHS; nothing where there is no solution."""
    found = optimize.milp(
        price,
        bounds=optimize.Bounds(*limits),
        constraints=optimize.LinearConstraint(matrix, right, right) if matrix.shape[0] else None,
        integrality=np.full(len(price), int(whole)),
        options={"mip_rel_gap": 0.0},
    )
    return None if found.x is None else np.asarray(found.x, dtype=np.float64)


def feasible_intervals(system: System, hidden: Mask) -> tuple[Limits, Limits]:
    """Least and greatest whole count of each cell over all tables that agree with what was published; infinite where nothing bounds it.

    Both ends are reached by a whole-number table. They are functions of what is published alone, so they may be published too.
    """
    known = system.known(hidden)
    free = np.flatnonzero(known[0] < known[1])
    matrix = sparse.csc_array(system.equations[:, free])
    fixed = np.where(known[0] < known[1], 0.0, known[0])
    right = -(system.equations @ fixed)
    used = np.diff(matrix.tocsr().indptr) > 0
    matrix, right = sparse.csc_array(matrix[used]), right[used]
    limits = (known[0][free], known[1][free])
    endless = _unbounded(matrix, limits)
    lower, upper = known[0].copy(), known[1].copy()
    ends = [(place, 1.0) for place in range(len(free))] + [
        (place, -1.0) for place in range(len(free)) if not endless[place]
    ]
    values = _extremes(matrix, right, limits, ends)
    for (place, sign), value in zip(ends, values, strict=True):
        (lower if sign > 0 else upper)[free[place]] = value
    upper[free[endless]] = np.inf
    return lower, upper


def _unbounded(matrix: sparse.csc_array, limits: tuple[Limits, Limits]) -> Mask:
    """Which cells can grow without end: directions of growth add up, so one programme finds all cells that any of them moves."""
    open_ended = np.isinf(limits[1])
    if not open_ended.any():
        return open_ended
    growing = np.flatnonzero(open_ended)
    columns = matrix[:, growing]
    count = len(growing)
    both = sparse.csc_array(
        sparse.hstack([columns, columns])
    )  # growth is a share of at most 1, which counts, and a rest
    cap = np.concatenate([np.ones(count), np.full(count, np.inf)])
    price = np.concatenate([-np.ones(count), np.zeros(count)])
    found = solve(price, (np.zeros(2 * count), cap), both, np.zeros(matrix.shape[0]), whole=False)
    assert found is not None  # noqa: S101  # no growth at all is a solution
    open_ended[growing] = found[:count] + found[count:] > 0.5
    return open_ended


def _extremes(
    matrix: sparse.csc_array, right: Limits, limits: tuple[Limits, Limits], ends: list[tuple[int, float]]
) -> Limits:
    """Each asked minimum (sign 1) or maximum (sign -1), many in one block-diagonal programme."""
    size, values = matrix.shape[1], np.empty(len(ends))
    batch = max(1, LARGEST_BATCH // max(size, 1))
    for start in range(0, len(ends), batch):
        asked = ends[start : start + batch]
        price = np.zeros((len(asked), size))
        for block, (place, sign) in enumerate(asked):
            price[block, place] = sign
        blocks = sparse.csc_array(sparse.kron(sparse.eye_array(len(asked)), matrix))
        repeated = (np.tile(limits[0], len(asked)), np.tile(limits[1], len(asked)))
        found = solve(price.ravel(), repeated, blocks, np.tile(right, len(asked)), whole=False)
        assert found is not None  # noqa: S101  # the truth is a solution
        points = found.reshape(len(asked), size)
        for block, (place, _) in enumerate(asked):
            point: Limits | None = points[block]
            if (
                np.abs(points[block] - np.round(points[block])).max(initial=0.0) > WHOLE
            ):  # a corner that no whole table is at
                point = solve(price[block], limits, matrix, right, whole=True)
            assert point is not None  # noqa: S101
            values[start + block] = np.round(point[place])
    return values
