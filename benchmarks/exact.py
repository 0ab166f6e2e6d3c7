"""How fast the exact engine is: one fit, a calibration, an import, the command line; each beside a naive way to do the same.

Run ``python benchmarks/exact.py``, or with ``--json`` for machines. Data: the 32 states of Mexico over 10 years. Times are wall clock on
this machine; the ratio to the naive way, timed in the same run on a share of the work, travels better.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import naive
import numpy as np
import xarray as xr

import estimators as est
from estimators.inference import Estimator

STATES, YEARS, REPLICATES, DRAWS = 32, 10, 10_000, 1000
SHARE = 8  # cells that the naive loops do, scaled up to all

CLAIM = est.Claim("1 in 100", within=3)
RATE = est.gamma_prior(0.1, 500, reason="from the counts themselves to survey stocks divided by a duration")
SURVEY = est.ExternalEstimate("survey", 300.0, 0.6, unit="per 100,000", reason="invented for this benchmark")


@dataclass(frozen=True)
class Timing:
    """One measurement: seconds, what was aimed at, and the naive way."""

    name: str
    median: float
    minimum: float
    repeats: int
    target: float | None
    baseline: str
    baseline_seconds: float

    @property
    def ratio(self) -> float:
        """How many times longer the naive way takes."""
        return self.baseline_seconds / self.median

    def row(self) -> dict[str, str | float | int | bool | None]:
        """The measurement as a row, with whether it met its target."""
        met = None if self.target is None else self.median <= self.target
        return asdict(self) | {"ratio": round(self.ratio, 2), "met": met}


def seconds(task: Callable[[], object]) -> float:
    """Wall clock of one call."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def measure(
    name: str,
    task: Callable[[], object],
    baseline: str,
    baseline_seconds: float,
    *,
    repeats: int,
    target: float | None = None,
) -> Timing:
    """Time a task several times, after once to warm up."""
    task()
    times = [seconds(task) for _ in range(repeats)]
    return Timing(name, median(times), min(times), repeats, target, baseline, baseline_seconds)


def fits(repeats: int) -> list[Timing]:
    """One fit of each exact estimator to 32 areas × 10 periods, its draws, quantiles and labels included."""
    evidence = est.datasets.mexico_states()
    figures = est.ThinnedPoisson(CLAIM, RATE).figures(evidence)
    assert figures["reported"].shape == (STATES, YEARS)
    rng = np.random.default_rng(1)
    some = rng.choice(STATES * YEARS, size=SHARE, replace=False)
    counts, people = (figures[name].values.ravel()[some].astype(float) for name in ("reported", "population"))
    reporting, incidence = CLAIM.prior.parameters, RATE.parameters
    level = np.log(people) + rng.normal(-7.0, 1.0, size=(2, SHARE))
    loop = "a loop over cells with scipy.stats"
    cases: list[tuple[Estimator, float | None, Callable[[], object]]] = [
        (est.Bounds(1 / 200, 1 / 50), None, lambda: naive.bounds(counts, 1 / 200, 1 / 50)),
        (est.Multiplier(CLAIM), 0.05, lambda: naive.multiplier(counts, *reporting)),
        (est.ThinnedPoisson(CLAIM, RATE), 0.05, lambda: naive.thinned_poisson(counts, people, *reporting, *incidence)),
        (
            est.ThinnedNegativeBinomial(CLAIM, RATE, dispersion=8.0),
            None,
            lambda: naive.thinned_negative_binomial(counts, people, *reporting, *incidence, 8.0, DRAWS, rng),
        ),
        (est.AnchorBudget((SURVEY, RATE)), None, lambda: naive.anchor_budget(level, np.ones((2, SHARE)), DRAWS, rng)),
    ]
    answer = []
    for estimator, target, slow in cases:
        name = f"fit {type(estimator).__name__}, {STATES} × {YEARS}"
        scaled = seconds(slow) * STATES * YEARS / SHARE

        def one(estimator: Estimator = estimator) -> xr.DataTree:
            return est.fit(estimator, evidence, seed=1, sampling=est.Sampling(draws=DRAWS))

        answer.append(measure(name, one, loop, scaled, repeats=repeats, target=target))
    return answer


def calibrations(repeats: int) -> list[Timing]:
    """Calibration with 10,000 replicates, beside fitting one replicate after the other."""
    answer = []
    single = est.single_figure(20, population=1_000_000)
    for estimator in (
        est.Multiplier(CLAIM, dependence="independent"),
        est.ThinnedPoisson(CLAIM, RATE),
        est.ThinnedNegativeBinomial(CLAIM, RATE, dispersion=8.0),
    ):
        figures = estimator.figures(single)
        rng = np.random.default_rng(1)

        def one_by_one(
            estimator: Estimator = estimator, figures: xr.Dataset = figures, rng: np.random.Generator = rng
        ) -> None:
            for _ in range(SHARE):
                estimator.simulate(figures, rng)  # type: ignore[attr-defined]
                est.fit(estimator, single, seed=1, sampling=est.Sampling(draws=99))

        def calibrate(estimator: Estimator = estimator) -> est.Finding:
            return est.calibrate(estimator, replicates=REPLICATES, seed=1)  # type: ignore[arg-type]

        one_by_one()
        scaled = seconds(one_by_one) * REPLICATES / SHARE
        name = f"calibrate {type(estimator).__name__}, {REPLICATES:,} replicates"
        target = 1.0 if not isinstance(estimator, est.ThinnedNegativeBinomial) else None
        answer.append(measure(name, calibrate, "a loop of simulate and fit", scaled, repeats=repeats, target=target))
    return answer


def starts(repeats: int) -> list[Timing]:
    """Import and command line in fresh processes, byte code compiled, beside importing the libraries at once."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603

    everything = run(sys.executable, "-c", "import arviz, matplotlib, nutpie, pandas, pymc, scipy, xarray")
    everything()
    eager, baseline = seconds(everything), "importing the libraries at once"
    command = str(Path(sys.executable).parent / "darkfigure")
    audit = (command, "audit", "--claim", "1 in 100", "--within", "3", "--reported", "494", "--json")
    return [
        measure(
            "import estimators",
            run(sys.executable, "-c", "import estimators"),
            baseline,
            eager,
            repeats=repeats,
            target=1.0,
        ),
        measure("darkfigure --version", run(command, "--version"), baseline, eager, repeats=repeats, target=0.5),
        measure("darkfigure audit --json", run(*audit), baseline, eager, repeats=repeats, target=None),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--repeats", type=int, default=7, help="how often each is timed (default 7)")
    options = parser.parse_args()
    warnings.simplefilter("ignore", est.IdentificationWarning)  # some states report 0, which is said once and known
    timings = [*fits(options.repeats), *calibrations(max(options.repeats // 2, 1)), *starts(options.repeats)]
    if options.json:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        sys.stdout.write(json.dumps({**machine, "timings": [timing.row() for timing in timings]}, indent=2) + "\n")
        return
    print(f"{'seconds':45s} {'median':>8s} {'least':>8s} {'target':>7s}  {'naive way':>9s} {'ratio':>7s}")
    for timing in timings:
        aimed = "" if timing.target is None else f"{timing.target:g}" + ("" if timing.median <= timing.target else " !")
        numbers = f"{timing.median:8.3f} {timing.minimum:8.3f} {aimed:>7s}  {timing.baseline_seconds:9.2f} {timing.ratio:7.1f}"
        print(f"{timing.name:45s} {numbers}  {timing.baseline}")


if __name__ == "__main__":
    main()
