"""How fast the joint model is fitted: engine ``laplace`` beside three implementations of NUTS on the same figures, in one run.

    uv run benchmarks/joint.py [--json | --quick]

Prints markdown tables. Figures are simulated from the model (identified victims, two stages of justice, a claim), complete, 19 areas ×
15 years and 12 × 8; then more and more areas for laplace alone; then what its time goes into. Everything runs in a process of its own,
one after the other; ratios travel better than seconds. On two idle cores about half an hour, most of it NUTS; ``--quick`` takes two
minutes and says nothing but that everything runs.

NUTS samples the package's own graph (ridge rotated, scales in polar form, effects centred where figures decide them). Its effective
draws are the least bulk ESS over the level, the reporting level and all effects of areas; those of laplace follow from its importance
weights, (Σ w)² / Σ w², and hold for every quantity alike. As a check laplace is run again with other seeds: the scatter of the posterior
means says how many independent draws it was worth.
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from joint_tables import compared, grown, near

type Found = dict[str, Any]

ONE = Path(__file__).with_name("joint_one.py")
SAMPLERS = ("pymc", "nutpie", "numpyro")
PANELS, GROWTH, GROWTH_YEARS = ("19x15", "12x8"), (32, 100, 320), 10
BUSY = 0.5  # load average above which seconds mean little


def run(**task: Any) -> Found:
    """One task in a process of its own; says why where it fails."""
    sys.stderr.write(" ".join(f"{name}={value}" for name, value in task.items()) + "\n")
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={task.get('chains', 1)}".strip()
    done = subprocess.run(  # noqa: S603
        (sys.executable, str(ONE), json.dumps(task)),
        capture_output=True,
        text=True,
        env=os.environ | {"XLA_FLAGS": flags},
    )
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]}
    answer: Found = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(size: str, options: argparse.Namespace) -> Found:
    """All engines on one panel."""
    areas, years = (int(part) for part in size.split("x"))
    common = {
        "areas": areas, "years": years, "draws": options.draws, "tune": options.tune, "chains": options.chains, "accept": options.accept,
    }  # fmt: skip
    small = min(1000, options.draws)
    found = {"laplace": run(kind="laplace", repeats=options.repeats, small=small, **common)}
    for sampler in options.samplers:
        if find_spec(sampler) is None:
            found[f"NUTS, {sampler}"] = {"failed": "not installed: pip install 'darkfigure[jax]'"}
        else:
            found[f"NUTS, {sampler}"] = run(kind="nuts", sampler=sampler, **common)
    first, tuned = found["laplace"], options.tune * options.chains
    return {"size": size, "engines": {name: with_rates(name, each, first, tuned) for name, each in found.items()}}


def with_rates(name: str, each: Found, laplace: Found, tuned: int) -> Found:
    """Effective draws a second, and seconds from the model to as many effective draws as laplace has."""
    if "failed" in each or "failed" in laplace:
        return each
    if name == "laplace":
        per = each["ess"] / each["seconds"]
        return each | {"rate": per, "rate_after": per, "to_answer": each["seconds"]}
    sampling = each["tuning"] + each["drawing"]
    drawing, rough = each["drawing"], not 0.05 * sampling < each["drawing"] < sampling
    if rough:  # the two runs differ by less than compilations vary
        drawing = sampling * each["draws"] / (each["draws"] + tuned)
    drawing = drawing if sampling > 0.0 else math.nan
    return each | {
        "tuning": sampling - drawing,
        "drawing": drawing,
        "note": ", split by numbers of draws" * rough,
        "rate": each["ess"] / (sampling if sampling > 0.0 else math.nan),
        "rate_after": each["ess"] / drawing,
        "to_answer": each["compile"] + sampling - drawing + drawing * laplace["ess"] / each["ess"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="small panels and few draws: does everything run?")
    parser.add_argument("--panels", nargs="*", default=list(PANELS), help="areas x years (default 19x15 12x8)")
    parser.add_argument("--samplers", nargs="*", default=list(SAMPLERS), help="of NUTS (default pymc nutpie numpyro)")
    parser.add_argument(
        "--draws", type=int, default=1000, help="in each chain; laplace has as many in all (default 1000)"
    )
    parser.add_argument("--tune", type=int, default=1000, help="warm-up of each chain (default 1000)")
    parser.add_argument("--chains", type=int, default=4, help="default 4")
    parser.add_argument("--accept", type=float, default=0.95, help="target_accept of NUTS (default 0.95, as of fit)")
    parser.add_argument("--repeats", type=int, default=8, help="runs of laplace for their scatter (default 8)")
    parser.add_argument(
        "--growth", nargs="*", type=int, default=list(GROWTH), help="numbers of areas (default 32 100 320)"
    )
    parser.add_argument("--growth-draws", type=int, default=1000, help="draws of these (default 1000)")
    options = parser.parse_args()
    if options.quick:
        options.panels, options.growth, options.samplers = ["5x4"], [10], ["nutpie"]
        options.draws, options.tune, options.chains, options.repeats, options.growth_draws = 200, 200, 2, 3, 200
    load = os.getloadavg()[0]
    machine = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": load,
    }
    panels = [compare(size, options) for size in options.panels]
    growth = [
        {"areas": areas} | run(kind="growth", areas=areas, years=GROWTH_YEARS, small=options.growth_draws)
        for areas in options.growth
    ]
    areas, years = (int(part) for part in (options.panels or PANELS)[0].split("x"))
    closeness = run(kind="machine", areas=areas, years=years, small=options.draws)
    if options.json:
        document = machine | {"panels": panels, "growth": growth, "near": closeness}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return
    busy = f", busy when it began (load {load:.1f}): ratios and seconds are rough" if load > BUSY else ""
    print(f"{machine['machine']}, {machine['cores']} cores, Python {machine['python']}{busy}\n")
    print("\n".join([*map(compared, panels), *([grown(growth)] if growth else []), near(closeness)]))


if __name__ == "__main__":
    main()
