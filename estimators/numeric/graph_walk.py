"""Decomposable graphs that a random walk visits, where there are too many to list.

Notation: as in `estimators.numeric.graphs` and `estimators.numeric.decomposable`. Many walkers put in or take out one edge at a time and go
there with the probability of Metropolis, so that they spend their time where the table is likely. Whatever they have looked at is kept,
since the weight of a graph is known exactly.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import decomposable as dec
from estimators.numeric.graphs import Graphs, Sets, of, taken_off, toggled

type Array = NDArray[np.float64]

MOST = 10
WALKERS = 64
SCAN = 200
KEPT = 300_000
DEPTH = 25.0  # graphs less likely than the best by e^-25 are forgotten


def visited(margin: dec.Margins, lists: int, power: float, steps: int, rng: np.random.Generator) -> Graphs:
    """Distinct graphs that the walkers looked at, at most 300,000, and the one that joins all lists."""
    place = np.linspace(0.0, np.log(margin.observed) + 20.0, SCAN)
    hidden = np.expm1(place)
    sets, everyone = dec.of_sets(margin, hidden), dec.of_all(margin, hidden, power) + place

    def weighed(neighbours: Sets) -> Array:
        return np.asarray(special.logsumexp(dec.of_graphs(of(neighbours).signs, sets, everyone), axis=1))

    at = np.zeros((WALKERS, lists), dtype=np.uint16)
    full = np.array([[2**lists - 1 - (1 << v) for v in range(lists)]], dtype=np.uint16)
    value, row = weighed(at), np.arange(WALKERS)
    met: dict[bytes, float] = {full[0].tobytes(): float(weighed(full)[0])}
    for _ in range(max(steps // WALKERS, 1)):
        first = rng.integers(lists, size=WALKERS)
        second = (first + rng.integers(1, lists, size=WALKERS)) % lists
        other = toggled(at, first, second)
        able = row[taken_off(other)[0]]
        chance = np.log(rng.random(WALKERS))
        if not len(able) or len(met) >= KEPT:
            continue
        found = weighed(other[able])
        met.update((each.tobytes(), log) for each, log in zip(other[able], found.tolist(), strict=True))
        goes = chance[able] < found - value[able]
        at[able[goes]], value[able[goes]] = other[able[goes]], found[goes]
    best = max(met.values())
    kept = [name for name, log in met.items() if log > best - DEPTH or name == full[0].tobytes()]
    return of(np.array([np.frombuffer(name, dtype=np.uint16) for name in sorted(kept)]))
