"""A run of the sampler of latent classes: until the chains agree, or until they have had enough.

Notation: as in `estimators.numeric.latent_class`; T tables, the first the whole one, the others with fewer and fewer of its people, y_t
of them. Every chain is a ladder of T, one a table; few people leave the posterior wide, so that modes run together, and neighbours on a
ladder exchange their places with the probability of Metropolis, p(y_t | other) p(y_{t+1} | one) / p(y_t | one) p(y_{t+1} | other): parallel
tempering with whole people, so that the Gibbs sampler serves every table. Only what is at the whole table is kept. Warm-up fills the
archive of `estimators.numeric.latent_moves`; afterwards it stays as it is. A run ends by its draws alone, never by a clock.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import latent_class as lc
from estimators.numeric import latent_moves, mixing

type Array = NDArray[np.float64]

TABLES = 6
FEWEST_PEOPLE = 0.2  # share of the people in the last table
LARGEST = 2  # classes that long steps move
STEPS = 6  # long steps a sweep
BLOCK = 100
LARGEST_R_HAT = 1.01
FEWEST = 400
STATES = 2000  # of the archive, a table
STAGGER = 0.6180339887


@dataclass(frozen=True)
class Run:
    """What a run found.

    Parameters
    ----------
    true_count, used : Array, shape (C, sweeps)
        N, and how many classes hold anybody.
    fitted : Array, shape (patterns,)
        Expected people of each pattern of a complete table.
    r_hat, bulk, tail : float
        Of log N.
    accepted, exchanged : float
        Share of the long steps, and of the exchanges, that were made.
    """

    true_count: Array
    used: Array
    fitted: Array
    r_hat: float
    bulk: float
    tail: float
    accepted: float
    exchanged: float

    @property
    def mixed(self) -> bool:
        """Whether the chains agree and there are draws enough."""
        return self.r_hat <= LARGEST_R_HAT and min(self.bulk, self.tail) >= FEWEST


def run(model: lc.Model, chains: int, warm_up: int, longest: int, complete: Array, rng: np.random.Generator) -> Run:
    """Sample in blocks of 100 sweeps.

    Parameters
    ----------
    chains, warm_up, longest : int
        Ladders, sweeps thrown away, and most sweeps kept.
    complete : Array, shape (patterns, L)
        Patterns whose expected people are wanted.
    """
    tables = thinned(model.counts[0])
    rungs = replace(model, counts=np.repeat(tables, chains, axis=0))
    state = lc.starts(rungs, chains * len(tables), rng)
    archive = warmed(rungs, state, tables, warm_up, rng)
    counts: list[Array] = []
    used: list[Array] = []
    fitted, accepted, exchanged, looked = np.zeros(len(complete)), 0.0, 0.0, 0
    while True:
        for _ in range(min(BLOCK, longest - len(counts))):
            total, held = lc.sweep(rungs, state, rng)
            counts.append(total[:chains])
            used.append((held[:chains].sum(axis=1) > 0).sum(axis=1).astype(np.float64))
            if len(complete) and len(counts) % 20 == 0:
                fitted += _expected(state, total[:chains], complete)
                looked += 1
            accepted += latent_moves.steps(rungs, state, archive, STEPS, rng)
            exchanged += exchange(rungs, state, tables, len(counts), rng)
        found = np.array(counts).T
        bulk, tail = mixing.effective(found)
        share, swaps, mean = accepted / len(counts), exchanged / len(counts), fitted / max(looked, 1)
        done = Run(found, np.array(used).T, mean, mixing.r_hat(found), bulk, tail, share, swaps)
        if done.mixed or len(counts) >= longest:
            return done


def thinned(counts: lc.Counts) -> lc.Counts:
    """The table and tables of fewer people, (T, X): shares of each count, rounded up or down in turn.

    Examples
    --------
    >>> thinned(np.array([0, 100, 10, 1]))[[0, -1]].tolist()
    [[0, 100, 10, 1], [0, 20, 2, 0]]
    """
    share = FEWEST_PEOPLE ** (np.arange(TABLES) / (TABLES - 1))[:, None]
    up = (np.arange(len(counts)) * STAGGER + 0.25) % 1.0 * (share < 1.0)
    tables = np.minimum(np.floor(share * counts + up), counts).astype(np.int64)
    return tables[tables.sum(axis=1) > 0]


def exchange(model: lc.Model, state: lc.Chains, tables: lc.Counts, turn: int, rng: np.random.Generator) -> float:
    """Let neighbours on each ladder, even and odd in turn, exchange their places, in place; the share that did."""
    rungs, ladders = len(tables), len(state.alpha) // len(tables)
    lower = np.arange(turn % 2, rungs - 1, 2)
    if not len(lower):
        return 0.0
    joint, none = lc.of_patterns(model, state.log_share, state.log_odds)
    seen = np.maximum(-(np.exp(state.log_share) * np.expm1(none)).sum(axis=1), 1e-300)
    log = np.log(np.maximum(joint.sum(axis=1)[:, 1:], 1e-300)) @ tables[:, 1:].T.astype(np.float64)
    log -= np.log(seen)[:, None] * tables.sum(axis=1)
    place = np.arange(rungs * ladders).reshape(rungs, ladders)
    one, other, at = place[lower].ravel(), place[lower + 1].ravel(), np.repeat(lower, ladders)
    gain = log[one, at + 1] + log[other, at] - log[one, at] - log[other, at + 1]
    go = -rng.standard_exponential(len(gain)) < gain
    one, other = one[go], other[go]
    for values in (state.log_share, state.log_odds, state.alpha):
        values[one], values[other] = values[other], values[one]
    return float(go.mean())


def warmed(model: lc.Model, state: lc.Chains, tables: lc.Counts, sweeps: int, rng: np.random.Generator) -> Array:
    """Move the chains for some sweeps, in place, and return the archive of the second half, one group a table."""
    largest, states = min(LARGEST, model.classes), []
    for sweep in range(sweeps):
        lc.sweep(model, state, rng)
        found = latent_moves.snapshot(state, largest)
        states.append(found.reshape(len(tables), -1, *found.shape[1:]))
        if sweep >= 20:
            recent = np.concatenate(states[len(states) // 2 :: 1 + len(states) // 60], axis=1)
            latent_moves.steps(model, state, recent, STEPS, rng)
        exchange(model, state, tables, sweep, rng)
    kept = np.concatenate(states[sweeps // 2 :], axis=1)
    return kept[:, rng.choice(kept.shape[1], STATES, replace=False)] if kept.shape[1] > STATES else kept


def _expected(state: lc.Chains, total: Array, complete: Array) -> Array:
    """Expected people of each pattern, averaged over chains."""
    odds, share = state.log_odds[: len(total)], state.log_share[: len(total)]
    none = -np.log1p(np.exp(odds)).sum(axis=-1) + share
    return np.asarray((np.exp(odds @ complete.T + none[..., None]).sum(axis=1) * total[:, None]).mean(axis=0))
