"""How fast closed-population models and sample coverage are, in CPU seconds: ``OMP_NUM_THREADS=1 python benchmarks/lists_closed.py``.

Every bundled table of lists: the ten log-linear models without and with their profile-likelihood limits, and sample coverage with 1,000
bootstrap samples; beside them the naive way, the likelihood written down and given to scipy.optimize, on a share of the models.
"""

import time

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

import estimators as est
from estimators.lists.closed_population import MODELS
from estimators.numeric import closed_population, sample_coverage

type Array = NDArray[np.float64]

LOG_LINEAR = [model for model in MODELS if model not in ("Mb", "Mbh")]
SAMPLES = 1000


def designs(lists: int) -> list[tuple[Array, NDArray[np.bool_]]]:
    """Of every model."""
    answer = []
    for model in LOG_LINEAR:
        kind, _, form = model.partition(" ")
        each = kind in ("Mt", "Mth")
        answer.append(closed_population.closed_design(lists, each=each, heterogeneity=form))  # type: ignore[arg-type]
    return answer


def points(counts: Array) -> int:
    """Number of models with an estimate."""
    lists = len(counts).bit_length() - 1
    return sum(
        not isinstance(closed_population.estimate(design, floored, counts), str) for design, floored in designs(lists)
    )


def limits(counts: Array) -> None:
    """Estimates with their limits."""
    for design, floored in designs(len(counts).bit_length() - 1):
        found = closed_population.estimate(design, floored, counts)
        if not isinstance(found, str):
            closed_population.profiled(design, floored, counts, found[1], found[0])


def coverage(counts: Array) -> None:
    """Sample coverage with its bootstrap."""
    found = sample_coverage.covered(counts)
    tables = sample_coverage.resampled(counts, float(found.low), SAMPLES, np.random.default_rng(1))
    sample_coverage.covered(tables)


def naive(counts: Array) -> None:
    """Main effects by BFGS on the likelihood, without limits."""
    design = closed_population.closed_design(len(counts).bit_length() - 1, each=True)[0][1:]

    def loss(b: Array) -> float:
        return float(np.exp(design @ b).sum() - counts[1:] @ design @ b)

    start = np.linalg.lstsq(design, np.log(counts[1:] + 0.5))[0]
    optimize.minimize(loss, start, method="BFGS")


def seconds(task: object, counts: Array) -> float:
    """CPU seconds of one call, after once to warm up."""
    assert callable(task)
    task(counts)
    start = time.process_time()
    for _ in range(5):
        task(counts)
    return (time.process_time() - start) / 5


def main() -> None:
    """Print a line for each table."""
    for name in est.datasets.list_tables():
        lists = est.datasets.lists(name, upper_limits=False)
        counts = lists.table
        line = f"{name:16} {len(lists.names)} lists, {points(counts):2} of {len(LOG_LINEAR)} models: "
        line += f"points {seconds(points, counts):.4f} s, with limits {seconds(limits, counts):.4f} s; "
        if len(lists.names) > 2:
            line += f"sample coverage, {SAMPLES:,} samples {seconds(coverage, counts):.4f} s; "
        print(line + f"naive, one model {seconds(naive, counts):.4f} s")


if __name__ == "__main__":
    main()
