"""Every benchmark of lists, one after the other, each in a process of its own on one core; and every method on every bundled table.

Run ``python benchmarks/lists.py``; a quarter of an hour. The cover of intervals is apart: ``python benchmarks/lists_coverage.py 500``.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import estimators as est

FOLDER = Path(__file__).resolve().parent
PARTS = ("log_linear", "closed", "decomposable", "latent_class", "bayesian", "single")


def every_method() -> None:
    """CPU seconds of one call of `compare_lists`, bootstraps included."""
    for name in est.datasets.list_tables():
        lists = est.datasets.lists(name, upper_limits=False)
        begun = time.process_time()
        told = est.compare_lists(lists, seed=1)
        spent = time.process_time() - begun
        refused = int((told.table["status"] == "refused").sum())
        print(
            f"{name:16} {len(lists.names)} lists: {len(told.table):2} methods, {refused} refuse, {spent:5.2f} s",
            flush=True,
        )


def main() -> None:
    """Print all tables."""
    if os.environ.get("OMP_NUM_THREADS") != "1":  # read when numpy is loaded
        os.execvpe(sys.executable, [sys.executable, __file__], os.environ | {"OMP_NUM_THREADS": "1"})  # noqa: S606
    print("compare_lists and darkfigure lists")
    every_method()
    for part in PARTS:
        print(f"\n{part.replace('_', ' ')}", flush=True)
        subprocess.run([sys.executable, str(FOLDER / f"lists_{part}.py")], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
