"""One release as a system of equations, and two releases as one: the second can be subtracted from the first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from estimators.disclosure.attack import Counts, Limits, Mask, System, solve
from estimators.disclosure.cells import HIDDEN, TOTAL, Cells, Label, arrange, labels_of
from estimators.disclosure.profiles import Profile
from estimators.disclosure.suppression import Needs
from estimators.errors import DataError, Problem


@dataclass(frozen=True, eq=False)
class Release:
    """What an earlier release told, what is known of the counts behind it (NaN: not known), and what they need, if known."""

    cells: Cells
    counts: Limits
    known: tuple[Limits, Limits]
    hidden: Mask
    needs: Needs | None = None


def alone(cells: Cells, profile: Profile) -> System:
    """The system of one release: a hidden count is 1 or more, since zeros are shown, and nothing else is known of it.

    Shown counts are taken as known exactly, rounded or not: rounding can sometimes be undone from margins, and a fit that is published
    beside the table tells exact counts, so no proof leans on it.
    """
    counts = cells.counts
    exact = counts.astype(np.float64)
    zero = (counts == 0) & (not profile.hide_zeros)
    lowest = np.where(zero, 0.0, 0.0 if profile.hide_zeros else 1.0)
    highest = np.where(zero, 0.0, np.inf)
    return System(counts, cells.equations, (lowest, highest), (exact, exact), 1.0 + np.log2(1.0 + counts))


def needs_alone(cells: Cells, profile: Profile, small: Mask) -> Needs:
    """Protection intervals of small counts."""
    counts = cells.counts
    nobody = (
        np.zeros(cells.inner, dtype=np.int64) if profile.hide_zeros else (counts[: cells.inner] > 0).astype(np.int64)
    )
    low, high = profile.window(counts, cells.summed(nobody))
    return Needs(np.where(small, low, counts), np.where(small, high, counts), np.zeros(len(counts), dtype=bool))


def read_release(table: pd.DataFrame, profile: Profile, value: str, by: Sequence[str]) -> Release:
    """An earlier release from the table that was published: numbers, ``"c"`` where hidden, rows of ``"total"`` for its margins.

    Raises
    ------
    DataError
        If a column is missing or a figure is neither a number nor ``"c"``.
    """
    missing = [
        Problem("previous", None, column, "missing", f"the columns {', '.join((*by, value))}")
        for column in (*by, value)
        if column not in table
    ]
    if missing:
        raise DataError(missing)
    table = table[table[value].notna()]
    labels, written = labels_of(table, by), table[value]
    numbers = pd.to_numeric(written.where(written != HIDDEN), errors="coerce").to_numpy(dtype=np.float64)
    hidden = (written == HIDDEN).to_numpy()
    wrong = np.flatnonzero(~hidden & ~(numbers >= 0))
    if len(wrong):
        raise DataError(
            [Problem("previous", int(row) + 1, value, str(written.iloc[row]), "a count or 'c'") for row in wrong]
        )
    inner = [label for label in labels if TOTAL not in label]
    summed_over = [place for place in range(len(by)) if any(label[place] == TOTAL for label in labels)]
    cells = arrange(inner, np.zeros(len(inner), dtype=np.int64), summed_over)
    said = dict(zip(labels, zip(hidden, numbers, strict=True), strict=True))
    is_hidden = np.array([said.get(label, (False, np.nan))[0] for label in cells.labels])
    number = np.array([said.get(label, (False, np.nan))[1] for label in cells.labels])
    lower, upper = profile.told(np.nan_to_num(number).astype(np.int64))
    told = ~np.isnan(number)
    lower, upper = (np.where(number < profile.smallest, number, ends) for ends in (lower, upper))  # of a milder profile
    least = 0.0 if profile.hide_zeros else 1.0
    known = (np.where(told, lower, np.where(is_hidden, least, 0.0)), np.where(told, upper, np.inf))
    counts = np.where(told & (lower == upper), number, np.nan)
    return Release(cells, counts, known, is_hidden)


def together(
    system: System, cells: Cells, needs: Needs, hidden: Mask, earlier: Release
) -> tuple[System, Needs, Mask, tuple[Label, ...]]:
    """Join a release with an earlier one: cells of this one first, then what only the earlier one has.

    A cell is the same in both where its count did not change; a reader is taken to know which these are. What the earlier release told
    stays told, so the new release can hide only what is new.
    """
    place = _same(cells, earlier)
    new = place >= len(cells.labels)
    size = len(cells.labels) + int(new.sum())
    old = earlier.cells.equations.tocoo()
    moved = sparse.csr_array((old.data, (old.row, place[old.col])), shape=(old.shape[0], size))
    widened = sparse.csr_array(
        (system.equations.data, system.equations.indices, system.equations.indptr),
        shape=(system.equations.shape[0], size),
    )
    same = place[~new]

    def meet(ends: tuple[Limits, Limits]) -> tuple[Limits, Limits]:
        lower, upper = (np.concatenate([end, told[new]]) for end, told in zip(ends, earlier.known, strict=True))
        lower[same] = np.maximum(lower[same], earlier.known[0][~new])
        upper[same] = np.minimum(upper[same], earlier.known[1][~new])
        return lower, upper

    counts = np.concatenate([system.counts.astype(np.float64), earlier.counts[new]])
    price = np.concatenate([system.price, np.ones(int(new.sum()))])
    joined = System(np.nan_to_num(counts).astype(np.int64), sparse.csr_array(sparse.vstack([widened, moved])),
                    meet(system.if_hidden), meet(system.if_shown), price)  # fmt: skip
    if np.isnan(counts).any() or np.any(joined.equations @ joined.counts):
        joined = replace(joined, counts=_completed(joined, counts))
    both_hidden = np.concatenate([hidden, earlier.hidden[new]])
    apart = [label for label, separate in zip(earlier.cells.labels, new, strict=True) if separate]
    return joined, _needs(joined, needs, earlier, new), both_hidden, (*cells.labels, *apart)


def _same(cells: Cells, earlier: Release) -> Counts:
    """Where each earlier cell stands: an inner cell of this release with the same count, or after all of them."""
    number = {label: position for position, label in enumerate(cells.labels[: cells.inner])}
    place = np.full(len(earlier.cells.labels), -1, dtype=np.int64)
    for position, label in enumerate(earlier.cells.labels[: earlier.cells.inner]):
        found = number.get(label, -1)
        lower, upper = (end[position] for end in earlier.known)
        count = cells.counts[found] if found >= 0 else -1
        if lower <= count <= upper and not abs(earlier.counts[position] - count) > 0:
            place[position] = found
    alone = place < 0
    place[alone] = len(cells.labels) + np.arange(int(alone.sum()))
    return place


def _completed(joined: System, counts: Limits) -> Counts:
    """Counts that are not known, filled in so that every equation holds."""
    lower, upper = (np.where(np.isnan(counts), ends, counts) for ends in joined.if_hidden)
    matrix = sparse.csc_array(joined.equations)
    found = solve(np.zeros(len(counts)), (lower, upper), matrix, np.zeros(matrix.shape[0]), whole=True)
    if found is None:
        expected = "a table that these counts agree with; where hidden counts were revised, the Guarded of that release"
        raise DataError([Problem("previous", None, None, "counts that do not add up with the new ones", expected)])
    return np.asarray(np.round(found), dtype=np.int64)


def _needs(joined: System, needs: Needs, earlier: Release, new: Mask) -> Needs:
    """Needs of both; of counts that only the earlier release has and nobody remembers, a second value must stay possible."""
    rest = joined.counts[len(needs.low) :]
    own = Needs(rest, rest, earlier.hidden[new])
    if earlier.needs is not None:
        own = Needs(earlier.needs.low[new], earlier.needs.high[new], earlier.needs.either[new])
    return Needs(
        *(np.append(mine, other) for mine, other in zip(vars(needs).values(), vars(own).values(), strict=True))
    )


def label_rows(labels: Sequence[Label], by: Sequence[str]) -> pd.DataFrame:
    """Labels as columns."""
    return pd.DataFrame(list(labels), columns=list(by), dtype=object)
