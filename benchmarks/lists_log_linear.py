"""How fast log-linear models of lists are; CPU seconds of one process, best of three.

Run ``OMP_NUM_THREADS=1 python benchmarks/lists_log_linear.py``. Beside each figure is what existing software takes for the same, on the
machine where that was measured: SparseMSE 2.0.1 and Rcapture 1.4-4 under R 4.2.2 on a two-core AMD EPYC.
"""

import time
import warnings
from collections.abc import Callable

import numpy as np
from lists_coverage import as_lists
from numpy.typing import NDArray

import estimators as est
from estimators.lists import Lists
from estimators.lists.averaged import AveragedLogLinear
from estimators.lists.best_bic import BestBIC
from estimators.lists.stepwise import Stepwise
from estimators.numeric import criteria, existence, patterns

type Array = NDArray[np.float64]

EIGHT = ("A", "B", "C", "D", "E", "F", "G", "H")


def cpu_seconds(task: Callable[[], object], repeats: int = 3) -> float:
    """CPU time of one call, the best of several, nothing remembered from one to the next."""
    taken = []
    for _ in range(repeats):
        existence._decided.cache_clear()
        start = time.process_time()
        task()
        taken.append(time.process_time() - start)
    return min(taken)


def eight_lists() -> Lists:
    """185 people on eight lists, about as thinly as those of New Orleans (Bales, Murphy and Silverman 2020): invented."""
    rng = np.random.default_rng(8)
    chance = np.array([0.03, 0.03, 0.07, 0.035, 0.025, 0.012, 0.012, 0.006])
    on = patterns.on_lists(8)
    shares = np.where(on, chance, 1.0 - chance).prod(axis=1)
    shares[0] = 0.0
    return as_lists(rng.multinomial(185, shares / shares.sum()).astype(float), EIGHT)


def every_model(lists: Lists, order: int, window: float = np.inf) -> int:
    """Models of a table, fitted."""
    return len(criteria.ranked(lists.table, order, float(np.log(lists.observed)), window).models)


def main() -> None:
    """Print one line a measurement."""
    warnings.simplefilter("ignore")
    five, six, four, eight = (
        est.datasets.lists("UKdat_5"),
        est.datasets.lists("UKdat"),
        est.datasets.lists("Kosovo"),
        eight_lists(),
    )
    tasks: list[tuple[str, Callable[[], object], float, str]] = [
        ("1,000 stepwise refits with BCa, 5 lists", lambda: est.fit(Stepwise(), five, seed=1), 2.0, "96"),
        ("1,000 stepwise refits with BCa, 6 lists", lambda: est.fit(Stepwise(), six, seed=1), 5.0, "223"),
        ("1,000 stepwise refits with BCa, 8 lists", lambda: est.fit(Stepwise(), eight, seed=1), 15.0, "about 400"),
        ("113 hierarchical models, 4 lists", lambda: every_model(four, 3), 0.02, "0.42"),
        ("best BIC of 6,893 models, 5 lists", lambda: every_model(five, 4, 0.0), 0.3, "11.4"),
        ("6,893 hierarchical models, 5 lists", lambda: every_model(five, 4), 0.3, "11.4"),
        ("32,768 models with pairs, 6 lists", lambda: every_model(six, 2), 3.0, "-"),
        ("BestBIC, 1,000 replicates, 4 lists", lambda: est.fit(BestBIC(), four, seed=1), 1.0, "-"),
        ("BestBIC, 1,000 replicates, 5 lists", lambda: est.fit(BestBIC(), five, seed=1), 5.0, "-"),
        ("BestBIC, 1,000 replicates, 6 lists", lambda: est.fit(BestBIC(), six, seed=1), 10.0, "-"),
        ("AveragedLogLinear, 5 lists", lambda: est.fit(AveragedLogLinear(), five, seed=1), 1.0, "-"),
    ]
    print(f"{'':44}{'CPU s':>8}{'aim':>8}{'before':>12}")
    for name, task, aim, before in tasks:
        print(f"{name:44}{cpu_seconds(task):8.3f}{aim:8.2f}{before:>12}", flush=True)


if __name__ == "__main__":
    main()
