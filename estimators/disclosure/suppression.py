"""Which further cells to hide: each is hidden because a whole-number table shows that hiding it protects a count.

A **move** is a whole-number change of the table that leaves every equation true. If a move changes hidden cells only (and cells of an
earlier, rounded release within what the rounding leaves open), the moved table cannot be told from the true one by what is published.
To protect a count it is enough to find moves that take it to both ends of its protection interval; the cells that such a move has to
change are hidden. The moved tables, **witnesses**, prove the result without trust in any solver: they are whole, and they add up.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from estimators.disclosure.attack import WHOLE, Counts, Limits, Mask, System, solve

NEARLY_FREE = 1e-3  # price of changing what is hidden already, relative to hiding it: keeps moves short


@dataclass(frozen=True, eq=False)
class Needs:
    """What must stay possible: counts of at most `low` and of at least `high`; where `either`, any second value."""

    low: Counts
    high: Counts
    either: Mask


@dataclass(frozen=True, eq=False)
class Suppression:
    """Hidden cells, witnesses (tables, cells), the truth first, and the cells whose needs no hiding can meet."""

    hidden: Mask
    witnesses: Counts
    unmet: tuple[int, ...]


def suppress(system: System, hidden: Mask, needs: Needs) -> Suppression:
    """Hide more until all needs are met or beyond help; needs are taken in the order of their size."""
    hidden, witnesses, unmet = hidden.copy(), [system.counts], []
    least, most = system.counts.copy(), system.counts.copy()
    stacked = sparse.csc_array(
        sparse.hstack([system.equations, system.equations, -system.equations, -system.equations])
    )
    for cell in np.argsort(-(needs.high - needs.low), kind="stable").tolist():
        for step in _steps(system, hidden, needs, cell):
            target = system.counts[cell] + step
            reached = least[cell] <= target if step < 0 else most[cell] >= target
            if reached or (needs.either[cell] and least[cell] < most[cell]):
                continue
            move = _cheapest(system, stacked, hidden, cell, step)
            if move is None and abs(step) > 1:  # less is better than nothing
                move = _cheapest(system, stacked, hidden, cell, step // abs(step))
                unmet.append(cell)
            if move is None:
                unmet.append(cell)
                continue
            moved = system.counts + move
            known = system.known(hidden)
            hidden |= (moved < known[0]) | (moved > known[1])
            witnesses.append(moved)
            least, most = np.minimum(least, moved), np.maximum(most, moved)
    beyond = [cell for cell in unmet if not needs.either[cell] or least[cell] == most[cell]]
    return Suppression(hidden, np.array(witnesses), tuple(dict.fromkeys(beyond)))


def _steps(system: System, hidden: Mask, needs: Needs, cell: int) -> list[int]:
    """Changes of a cell that must be possible, or of which one must."""
    count = int(system.counts[cell])
    if not needs.either[cell]:
        return [step for step in (int(needs.high[cell]) - count, int(needs.low[cell]) - count) if step]
    lower, upper = (float(ends[cell]) for ends in system.known(hidden))
    return [step for step in (1, -1) if lower <= count + step <= upper]


def _cheapest(system: System, stacked: sparse.csc_array, hidden: Mask, cell: int, step: int) -> Counts | None:
    """The move with this step that hides least: Σ price · |change| over cells that would have to be hidden for it.

    Each cell rises and falls in two pieces, within what a reader does not know now (nearly free), and beyond (at its price).
    """
    counts, (lower, upper), (bottom, top) = system.counts, system.known(hidden), system.if_hidden
    beyond = np.where(np.isinf(upper), 0.0, top - np.where(np.isinf(upper), 0.0, upper))
    room = np.concatenate([upper - counts, beyond, counts - lower, lower - bottom])
    price = np.concatenate([NEARLY_FREE * system.price, system.price] * 2)
    fixed = np.zeros(len(room))
    size = len(counts)
    room[[cell, cell + size, cell + 2 * size, cell + 3 * size]] = 0.0
    place = cell if step > 0 else cell + 2 * size
    open_room = upper[cell] - counts[cell] if step > 0 else counts[cell] - lower[cell]
    if abs(step) > open_room:
        return None
    room[place] = fixed[place] = abs(step)
    kept = np.flatnonzero(room > 0)
    matrix, right = sparse.csc_array(stacked[:, kept]), np.zeros(stacked.shape[0])
    pieces: Limits | None = None
    for whole in (False, True):
        pieces = solve(price[kept], (fixed[kept], room[kept]), matrix, right, whole=whole)
        if pieces is None or np.abs(pieces - np.round(pieces)).max() < WHOLE:
            break
    if pieces is None:
        return None
    spread = np.zeros(4 * size)
    spread[kept] = np.round(pieces)
    parts = spread.reshape(4, size)
    move = np.asarray(parts[0] + parts[1] - parts[2] - parts[3], dtype=np.int64)
    return move if not np.any(system.equations @ move) else None


def publish_again(system: System, found: Suppression, needs: Needs, optional: Mask) -> Suppression:
    """Show optional cells again, the dearest first, where the witnesses that leave them as they are meet all needs without the others."""
    hidden, witnesses = found.hidden.copy(), found.witnesses
    met = np.ones(len(hidden), dtype=bool)
    met[list(found.unmet)] = False
    candidates = np.flatnonzero(hidden & optional)
    for cell in candidates[np.argsort(-system.price[candidates], kind="stable")].tolist():
        shown = hidden.copy()
        shown[cell] = False
        lower, upper = (ends[cell] for ends in system.if_shown)
        kept = witnesses[(witnesses[:, cell] >= lower) & (witnesses[:, cell] <= upper)]
        least, most = kept.min(axis=0), kept.max(axis=0)
        known = system.known(shown)
        several = (least < most) | (known[0] == known[1]) | ~met
        reach = np.where(needs.either, True, (least <= needs.low) & (most >= needs.high)) | ~met
        if several.all() and reach.all():
            hidden, witnesses = shown, kept
    return Suppression(hidden, witnesses, found.unmet)
