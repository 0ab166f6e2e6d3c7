"""One engine on one panel, in a process of its own: `joint.py` calls it with a task as JSON and reads one JSON document."""

import json
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any, Literal

import joint_machine
import joint_panels
import numpy as np
import xarray as xr

import estimators as est
from estimators.sampling import Sampler
from estimators.synthesis.geometry import find_geometry
from estimators.synthesis.graph import build
from estimators.synthesis.laplace import engine
from estimators.synthesis.outcome import known_values

type Found = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What to do.

    Parameters
    ----------
    kind : str
        ``"laplace"``, ``"nuts"``, ``"growth"`` or ``"machine"``.
    areas, years : int
        Size of the panel.
    draws, tune, chains, accept : int, int, int, float
        As of `Sampling`; laplace has draws × chains.
    sampler : str
        Implementation of NUTS.
    repeats, small : int
        How often laplace is run again, and with how many draws.
    seed : int
        Of the draws.
    """

    kind: str
    areas: int
    years: int
    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    accept: float = 0.95
    sampler: Literal["nutpie", "pymc", "numpyro", "blackjax"] = "nutpie"
    repeats: int = 8
    small: int = 1000
    seed: int = 1

    def sampling(self) -> est.Sampling:
        """Settings of the fit."""
        return est.Sampling(self.draws, self.tune, self.chains, self.accept, self.sampler)


def megabytes(who: int = resource.RUSAGE_SELF) -> float:
    """Most memory that the process, or one of those it started, has had."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(who).ru_maxrss / unit


def timed[T](task: Callable[[], T]) -> tuple[float, T]:
    """Seconds of wall clock, and the answer."""
    start = time.perf_counter()
    answer = task()
    return time.perf_counter() - start, answer


def shortest[T](task: Callable[[], T], enough: float = 20.0, most: int = 4) -> tuple[float, T]:
    """Seconds of the shortest of several runs, as many as fit in some seconds, and the answer: each does the same."""
    spent, answer = timed(task)
    least, runs = spent, 1
    while spent + least < enough and runs < most:
        seconds, answer = timed(task)
        least, spent, runs = min(least, seconds), spent + seconds, runs + 1
    return least, answer


def laplace(task: Task) -> Found:
    """A first run with as many draws as the samplers have, smaller ones again and again, and the whole of `fit`."""
    model, evidence = joint_panels.joint_model(), joint_panels.simulated(task.areas, task.years)
    panel, before = model.figures(evidence), megabytes()
    draws = task.draws * task.chains
    spent, found = timed(lambda: engine.draw(panel, draws, np.random.default_rng(task.seed)))
    peak = megabytes()
    again, effective, means = [], [], []
    for seed in range(task.repeats):
        rng = np.random.default_rng([task.seed, seed])
        seconds, each = timed(partial(engine.draw, panel, task.small, rng))
        asked = np.concatenate(list(joint_panels.quantities(panel, each.known).values()), axis=1)
        again.append(seconds)
        effective.append(min(each.effective, task.small))
        means.append(asked.mean(axis=0))
    asked = np.concatenate(list(joint_panels.quantities(panel, found.known).values()), axis=1)
    repeated = 1.0 / float((np.var(means, axis=0, ddof=1) / asked.var(axis=0, ddof=1)).mean())
    fit, _ = timed(lambda: est.fit(model, evidence, seed=task.seed, engine="laplace", sampling=task.sampling()))
    return {
        "figures": joint_panels.described(panel),
        "draws": draws,
        "seconds": spent,
        "ess": min(found.effective, draws),
        "pareto_k": found.pareto_k,
        "proposed": found.proposed,
        "small": {
            "draws": task.small,
            "seconds": median(again),
            "ess": median(effective),
            "ess_by_repetition": repeated,
        },
        "fit_seconds": fit,
        "peak_mb": peak,
        "rise_mb": peak - before,
    }


def nuts(task: Task) -> Found:
    """Graph and compilation, tuning alone, tuning and draws; what a call costs without steps is taken off the last two."""
    model = joint_panels.joint_model()
    panel = model.figures(joint_panels.simulated(task.areas, task.years))
    graph_seconds, graph = timed(lambda: build(panel, find_geometry(panel)))
    sampler, plan = Sampler(graph), task.sampling()
    nothing = replace(plan, draws=1, tune=1)
    first, _ = timed(lambda: sampler.sample(nothing, task.seed))
    idle, _ = shortest(lambda: sampler.sample(nothing, task.seed))
    tuning, _ = shortest(lambda: sampler.sample(replace(plan, draws=1), task.seed))
    whole, (posterior, statistics) = shortest(lambda: sampler.sample(plan, task.seed))
    least = bulk_ess(joint_panels.quantities(panel, known_values(posterior, panel)), task)
    return {
        "compile": graph_seconds + first,
        "tuning": tuning - idle,
        "drawing": whole - tuning,
        "draws": task.draws * task.chains,
        "divergences": int(statistics["diverging"].sum()),
        "ess_by_quantity": least,
        "ess": min(least.values()),
        "peak_mb": megabytes() + megabytes(resource.RUSAGE_CHILDREN),
    }


def bulk_ess(asked: dict[str, Any], task: Task) -> dict[str, float]:
    """Least bulk ESS of each kind of quantity."""
    import arviz as az

    data = {
        name: (("chain", "draw", f"{name} entry"), values.reshape(task.chains, task.draws, -1))
        for name, values in asked.items()
    }
    found = az.ess(xr.Dataset(data), method="bulk")
    return {name: float(found[name].min()) for name in data}


def growth(task: Task) -> Found:
    """One run of laplace on a larger panel."""
    panel = joint_panels.joint_model().figures(joint_panels.simulated(task.areas, task.years))
    before = megabytes()
    spent, found = timed(lambda: engine.draw(panel, task.small, np.random.default_rng(task.seed)))
    return {
        "areas": task.areas,
        "years": task.years,
        "draws": task.small,
        "seconds": spent,
        "per_area": spent / task.areas,
        "ess": found.effective,
        "proposed": found.proposed,
        "share": found.effective / found.proposed,
        "pareto_k": found.pareto_k,
        "peak_mb": megabytes(),
        "rise_mb": megabytes() - before,
    }


def machine(task: Task) -> Found:
    """Rates of this machine, operations and time of one run of laplace by what they are for."""
    panel = joint_panels.joint_model().figures(joint_panels.simulated(task.areas, task.years))
    return joint_machine.near_the_machine(panel, task.small, task.seed)


def main() -> None:
    """Do what the first argument says."""
    task = Task(**json.loads(sys.argv[1]))
    logging.getLogger("pymc").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")  # of few draws, which is intended here
    doing = {"laplace": laplace, "nuts": nuts, "growth": growth, "machine": machine}
    sys.stdout.write(json.dumps(doing[task.kind](task)) + "\n")


if __name__ == "__main__":
    main()
