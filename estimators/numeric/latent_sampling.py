"""A run of the sampler of latent classes: until the chains agree, or until they have had enough.

Notation: as in `estimators.numeric.latent_class`. Warm-up fills the archive of `estimators.numeric.latent_moves`; afterwards it stays as it
is. The length of a run depends on the draws alone, never on a clock.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import latent_class as lc
from estimators.numeric import latent_moves, mixing

type Array = NDArray[np.float64]

LARGEST = 2  # classes that long steps move
STEPS = 10  # long steps a sweep
BLOCK = 200
LARGEST_R_HAT = 1.01
FEWEST = 400
STATES = 4000  # of the archive


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
    accepted : float
        Share of the long steps.
    """

    true_count: Array
    used: Array
    fitted: Array
    r_hat: float
    bulk: float
    tail: float
    accepted: float

    @property
    def mixed(self) -> bool:
        """Whether the chains agree and there are draws enough."""
        return self.r_hat <= LARGEST_R_HAT and min(self.bulk, self.tail) >= FEWEST


def run(model: lc.Model, chains: int, warm_up: int, longest: int, complete: Array, rng: np.random.Generator) -> Run:
    """Sample in blocks of 200 sweeps.

    Parameters
    ----------
    chains, warm_up, longest : int
        Chains, sweeps thrown away, and most sweeps kept.
    complete : Array, shape (patterns, L)
        Patterns whose expected people are wanted.
    """
    state = lc.starts(model, chains, rng)
    archive = warmed(model, state, warm_up, rng)
    counts: list[Array] = []
    used: list[Array] = []
    fitted, accepted, looked = np.zeros(len(complete)), 0.0, 0
    while True:
        for _ in range(min(BLOCK, longest - len(counts))):
            total, held = lc.sweep(model, state, rng)
            counts.append(total)
            used.append((held.sum(axis=1) > 0).sum(axis=1).astype(np.float64))
            if len(complete) and len(counts) % 20 == 0:
                fitted += _expected(state, total, complete)
                looked += 1
            accepted += latent_moves.steps(model, state, archive, STEPS, rng)
        found = np.array(counts).T
        bulk, tail = mixing.effective(found)
        done = Run(
            found, np.array(used).T, fitted / max(looked, 1), mixing.r_hat(found), bulk, tail, accepted / len(counts)
        )
        if done.mixed or len(counts) >= longest:
            return done


def warmed(model: lc.Model, state: lc.Chains, sweeps: int, rng: np.random.Generator) -> Array:
    """Move the chains for some sweeps, in place, and return the archive of the second half."""
    largest, states = min(LARGEST, model.classes), []
    for sweep in range(sweeps):
        lc.sweep(model, state, rng)
        states.append(latent_moves.snapshot(state, largest))
        if sweep >= 20:
            recent = np.concatenate(states[len(states) // 2 :: 1 + len(states) // 60])
            latent_moves.steps(model, state, recent, STEPS, rng)
    kept = np.concatenate(states[sweeps // 2 :])
    return kept[rng.choice(len(kept), STATES, replace=False)] if len(kept) > STATES else kept


def _expected(state: lc.Chains, total: Array, complete: Array) -> Array:
    """Expected people of each pattern, averaged over chains."""
    none = -np.log1p(np.exp(state.log_odds)).sum(axis=-1) + state.log_share
    return np.asarray((np.exp(state.log_odds @ complete.T + none[..., None]).sum(axis=1) * total[:, None]).mean(axis=0))
