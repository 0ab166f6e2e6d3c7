"""How many effective draws a CPU second the sampler of latent classes gives, beside the plain Gibbs sampler without long steps and ladders.

Run ``OMP_NUM_THREADS=1 python benchmarks/lists_latent_class.py``; with ``--long`` for runs that end when R-hat is at most 1.01.
Tables: modern slavery in the UK, five lists (Silverman 2014), and killings in Kosovo, four lists (Ball et al. 2002).
"""

import sys
import time

import numpy as np

from estimators.numeric import latent_class, latent_sampling, mixing, patterns

UK_5 = {
    1: 54,
    2: 463,
    4: 995,
    8: 695,
    16: 316,
    3: 15,
    5: 19,
    9: 3,
    6: 62,
    10: 19,
    18: 1,
    12: 76,
    20: 11,
    24: 8,
    7: 1,
    11: 1,
    14: 4,
    15: 1,
}
KOSOVO = dict(enumerate([1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27], start=1))


def model_of(cells: dict[int, int], lists: int) -> latent_class.Model:
    """Ten classes, a = b = .25."""
    counts = np.array([[0, *cells.values()]], dtype=np.int64)
    return latent_class.Model(patterns.on_lists(lists).astype(float)[[0, *cells]], counts, 10, 0.25, 0.25)


def plain(model: latent_class.Model, chains: int = 16, sweeps: int = 2000) -> str:
    """The Gibbs sampler alone."""
    start, rng = time.process_time(), np.random.default_rng(1)
    state = latent_class.starts(model, chains, rng)
    found = np.array([latent_class.sweep(model, state, rng)[0] for _ in range(sweeps)]).T[:, sweeps // 4 :]
    seconds = time.process_time() - start
    return f"plain {mixing.effective(found)[0] / seconds:5.0f} a second, R-hat {mixing.r_hat(found):.3f}"


def main() -> None:
    """Print a line for each table."""
    longest = 12_000 if "--long" in sys.argv else 700
    for name, model in {"UK, 5 lists": model_of(UK_5, 5), "Kosovo, 4 lists": model_of(KOSOVO, 4)}.items():
        for seed in (1, 2):
            start = time.process_time()
            run = latent_sampling.run(
                model, 16, 200, longest, np.empty((0, model.on.shape[1])), np.random.default_rng(seed)
            )
            seconds = time.process_time() - start
            low, middle, high = np.quantile(run.true_count, [0.025, 0.5, 0.975])
            line = f"{name}: {seconds:5.1f} s, {run.bulk:,.0f} effective draws, {run.bulk / seconds:5.0f} a second, R-hat {run.r_hat:.3f}"
            print(f"{line}; {middle:,.0f} [{low:,.0f}, {high:,.0f}]; {plain(model) if seed == 1 else ''}", flush=True)


if __name__ == "__main__":
    main()
