"""How fast averages over decomposable graphs are, in CPU seconds on one core.

Run ``OMP_NUM_THREADS=1 python benchmarks/lists_decomposable.py``.
Tables are simulated: people of two kinds, the hidden ones on few lists. Beside each time, what it stands for: graphs, people, and for up to
five lists the naive way, every whole number of a grid up to 20 times the people seen.
"""

import resource
import time

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import decomposable, graphs, hidden_grid, patterns

type Array = NDArray[np.float64]

ON = np.array([[0.3, 0.2, 0.25, 0.1, 0.15, 0.2, 0.1], [0.05, 0.06, 0.03, 0.08, 0.02, 0.04, 0.05]])


def simulated(lists: int, people: int = 9000) -> Array:
    """Counts of every pattern."""
    rng = np.random.default_rng(lists)
    kind = (rng.random(people) < 0.8).astype(int)
    on = rng.random((people, lists)) < ON[kind, :lists]
    seen = on.any(axis=1)
    return patterns.tabulated(on[seen], np.ones(int(seen.sum())))


def fast(table: Array) -> float:
    """Median number of people on no list."""
    lists = len(table).bit_length() - 1
    margin = decomposable.margins(table, 2.0**-lists)
    found = hidden_grid.posterior(margin, graphs.decomposable(lists).signs, -1.0)
    return float(found.quantiles(np.array([0.5]))[0])


def naive(table: Array) -> float:
    """The same on every whole number."""
    lists = len(table).bit_length() - 1
    margin, hidden = decomposable.margins(table, 2.0**-lists), np.arange(20.0 * table.sum())
    sets, everyone = decomposable.of_sets(margin, hidden), decomposable.of_all(margin, hidden, -1.0)
    value = decomposable.of_graphs(graphs.decomposable(lists).signs, sets, everyone)
    mass = np.exp(value - value.max()).sum(axis=0)
    return float(np.searchsorted(np.cumsum(mass), 0.5 * mass.sum()))


def main() -> None:
    """Print a line for each number of lists."""
    for lists in range(3, 8):
        table = simulated(lists)
        graphs.decomposable.cache_clear()
        start = time.process_time()
        graphs.decomposable(lists)
        listed = time.process_time()
        median = fast(table)
        done = time.process_time()
        line = f"{lists} lists, {len(graphs.decomposable(lists).signs):>7,} graphs: {listed - start:6.3f} s to list, {done - listed:6.3f} s"
        if lists <= 5:
            start = time.process_time()
            other = naive(table)
            line += f"; naive {time.process_time() - start:6.2f} s, medians {median:,.0f} and {other:,.0f}"
        print(line, f"; memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
