"""How fast regressions of repeated captures are, in CPU seconds on one core: ``OMP_NUM_THREADS=1 python benchmarks/lists_single.py``.

A simulated table of 12,000 people caught at least once, overdispersed, with three covariates; the bundled immigrants; beside the negative
binomial the naive way, its likelihood from scipy.stats given to scipy.optimize.
"""

import time
import warnings

import numpy as np
import pandas as pd
from scipy import optimize, stats

import estimators as est
from estimators.lists.capture_design import grouped
from estimators.lists.captures import Captures, read_captures
from estimators.lists.repeated_captures import Family, RepeatedCaptures

PEOPLE = 12_000
COVARIATES = ("age", "sex", "score")
WHOLE: tuple[Family, ...] = ("poisson", "geometric", "negative binomial")
OLD: tuple[Family, ...] = ("poisson", "geometric", "zelterman", "chao")


def simulated() -> tuple[Captures, int]:
    """Captures, and how many people there were for as many to be caught."""
    rng = np.random.default_rng(3)
    size = 60_000
    table = pd.DataFrame(
        {"age": rng.normal(35, 10, size), "sex": rng.choice(["f", "m"], size), "score": rng.random(size)}
    )
    mean = np.exp(-1.6 + 0.02 * (table["age"] - 35) + 0.5 * (table["sex"] == "m") + 0.8 * table["score"])
    captures = rng.poisson(np.asarray(mean) * rng.gamma(1 / 1.5, 1.5, size))
    caught = table.assign(captures=captures)[captures > 0].head(PEOPLE)
    return read_captures(caught), int(caught.index[-1]) + 1


def fitted(estimator: RepeatedCaptures, captures: Captures) -> str:
    """Estimate with limits, and CPU seconds, after once to warm up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        est.fit(estimator, captures, seed=1)
        start = time.process_time()
        estimate = est.fit(estimator, captures, seed=1)["estimate"]
        spent = time.process_time() - start
    point, low, high = (float(estimate[end].item()) for end in ("point", "lower", "upper"))
    return f"{estimator.family}, one-inflation {estimator.one_inflation}: {point:,.0f} [{low:,.0f}, {high:,.0f}], {spent:.3f} s"


def naive(captures: Captures) -> float:
    """CPU seconds of BFGS on the truncated negative binomial likelihood, without errors or cautions."""
    counts, _ = grouped(captures, COVARIATES)

    def loss(theta: np.ndarray) -> float:
        size, mean = np.exp(-theta[-1]), np.exp(np.minimum(counts.design @ theta[:-1], 50.0))
        law = stats.nbinom(size, size / (size + mean))
        return float(-counts.people @ (law.logpmf(counts.y) - np.log1p(-law.pmf(0))))

    start = time.process_time()
    with np.errstate(all="ignore"):
        optimize.minimize(loss, np.r_[-1.0, np.zeros(counts.design.shape[1])], method="BFGS")
    return time.process_time() - start


def main() -> None:
    """Print a line for each regression."""
    captures, truth = simulated()
    print(f"{captures.observed:,} people caught of {truth:,}, three covariates")
    for family in WHOLE:
        print(" ", fitted(RepeatedCaptures(family, COVARIATES), captures))
    print(" ", fitted(RepeatedCaptures("negative binomial", COVARIATES, "after truncation"), captures))
    print(f"  naive negative binomial: {naive(captures):.2f} s")
    immigrants = read_captures(est.datasets.load("repeated_captures"))
    known = ("gender", "age", "nation")
    print(f"{immigrants.observed:,} immigrants, {', '.join(known)}")
    for other in OLD:
        print(" ", fitted(RepeatedCaptures(other, known), immigrants))


if __name__ == "__main__":
    main()
