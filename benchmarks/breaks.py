"""How often breaks are found where there are none, and where there are: series that drift, vary beyond chance and have events.

python benchmarks/breaks.py --series 2000
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from estimators.numeric.level_breaks import level_breaks

type Array = NDArray[np.float64]

THRESHOLD = 3.0
KINDS = {
    "smooth: drift 3 to 20 % a year, φ 5 to 40, an event in 20": {},
    "drift 10 to 30 % a year": {"drift": (0.1, 0.3)},
    "φ 3 to 10": {"dispersion": (3.0, 10.0)},
    "an event in 7": {"events": 0.15},
    "1 to 20 a year": {"level": (0.0, 3.0)},
}


def simulated(
    number: int,
    periods: int,
    rng: np.random.Generator,
    *,
    factor: float = 1.0,
    after: int = 0,
    drift: tuple[float, float] = (0.03, 0.2),
    dispersion: tuple[float, float] = (5.0, 40.0),
    events: float = 0.05,
    level: tuple[float, float] = (2.0, 6.5),
) -> Array:
    """Counts, (number, periods), multiplied by a factor from a place on."""
    walk = np.cumsum(rng.standard_normal((number, periods)) * rng.uniform(*drift, (number, 1)), axis=1)
    added = np.where(rng.random((number, periods)) < events, rng.exponential(1.0, (number, periods)), 0.0)
    added[:, after:] += np.log(factor)
    phi = np.exp(rng.uniform(float(np.log(dispersion[0])), float(np.log(dispersion[1])), (number, 1)))
    mean = np.exp(rng.uniform(*level, (number, 1)) + walk + added)
    return rng.poisson(mean * rng.gamma(phi, 1.0 / phi, (number, periods))).astype(float)


def named(counts: Array) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which series are named, and where each is likeliest to break."""
    series, periods = counts.shape
    one = np.ones((series, periods))
    found = level_breaks(counts, counts, one, one[:, 1:], np.zeros((series, periods - 1), dtype=bool))
    odds = np.exp(found.log_factor) / (periods - 1)
    return odds.sum(axis=1) >= THRESHOLD, odds.argmax(axis=1) + 1


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=2000)
    size, rng = parser.parse_args().series, np.random.default_rng(1)
    print("| series without a break | periods | named |\n|---|---|---|")
    for kind, given in KINDS.items():
        for periods in (6, 12, 24):
            share = named(simulated(size, periods, rng, **given))[0].mean()  # type: ignore[arg-type]
            print(f"| {kind} | {periods} | {100 * share:.1f} % |", flush=True)
    print("\n| factor | after the break | named | at the right period |\n|---|---|---|---|")
    for factor in (2.0, 0.5, 4.0, 0.25, 8.0, 0.125):
        for after in (6, 11):
            which, place = named(simulated(size, 12, rng, factor=factor, after=after))
            right = (place[which] == after).mean() if which.any() else np.nan
            print(f"| {factor:g} | {12 - after} of 12 | {100 * which.mean():.0f} % | {100 * right:.0f} % |", flush=True)
    begin = time.process_time()
    named(simulated(60, 14, rng))
    print(f"\n60 series of 14 years: {time.process_time() - begin:.2f} s of processor time")


if __name__ == "__main__":
    main()
