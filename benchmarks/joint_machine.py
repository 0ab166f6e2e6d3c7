"""How close engine ``laplace`` comes to what numpy can do on this machine, and what its time goes into."""

import cProfile
import pstats
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy import special

from estimators.numeric.arrow import Arrow
from estimators.synthesis.laplace import engine, gaussian, weights
from estimators.synthesis.laplace.forward import FORWARD, Forward
from estimators.synthesis.panel import Panel

IN_CACHE = 4096  # numbers of an array that stays in cache
COSTS = {"exp": (1, 0), "log": (1, 0), "log1p": (1, 0), "log_expit": (2, 0), "log_reporting": (2, 0), "logaddexp": (2, 0),
         "lgamma": (0, 1), "digamma": (0, 1), "trigamma": (0, 1)}  # fmt: skip  # exponentials or logarithms, gamma functions

GROUPS = {
    "arrow algebra": ("numeric/arrow.py", "laplace/gaussian.py"),
    "derivatives and systems": ("laplace/assemble.py", "laplace/system.py"),
    "densities": ("synthesis/distributions.py", "synthesis/counting.py", "synthesis/normal.py", "laplace/block.py"),
    "formulas of the model": (
        "synthesis/world.py", "synthesis/panel.py", "synthesis/observations.py", "synthesis/incidence.py", "synthesis/spatial.py",
        "synthesis/capacity.py", "synthesis/identified_victims.py", "synthesis/justice_funnel.py", "synthesis/statements.py",
        "laplace/layout.py", "synthesis/grid.py", "synthesis/covariates.py",
    ),
    "the ridge": ("laplace/ridge.py",),
    "pairs and their weights": ("laplace/weights.py", "laplace/candidates.py"),
    "proposals and the search for the mode": (
        "laplace/proposal.py", "laplace/scores.py", "laplace/engine.py", "laplace/reference.py", "numeric/pareto.py",
    ),
    "setting up": ("laplace/setup.py",),
}  # fmt: skip
RANDOM = "random numbers"
OTHER = "other"
PASSED_ON = 12  # callers up to which the time of a function of no group is passed on


class Seen(np.random.Generator):
    """A generator whose methods a profile sees."""

    def standard_normal(self, *arguments: Any, **named: Any) -> Any:
        """Normal numbers."""
        return super().standard_normal(*arguments, **named)

    def random(self, *arguments: Any, **named: Any) -> Any:
        """Uniform numbers."""
        return super().random(*arguments, **named)

    def gumbel(self, *arguments: Any, **named: Any) -> Any:
        """Gumbel numbers, by which one of several is chosen with given weights."""
        return super().gumbel(*arguments, **named)


def rate(task: Callable[[], object], least: float = 0.15) -> float:
    """Numbers a second, the best of several stretches."""
    best, repeats = 0.0, 8
    stop = time.perf_counter() + 4.0 * least
    while time.perf_counter() < stop:
        start = time.perf_counter()
        for _ in range(repeats):
            task()
        spent = time.perf_counter() - start
        best = max(best, repeats * IN_CACHE / spent)
        repeats = 2 * repeats if spent < 0.25 * least else repeats
    return best


def rates() -> dict[str, float]:
    """Exponentials, multiply-adds and gamma functions a second, of numpy on one core with arrays in cache."""
    rng = np.random.default_rng(1)
    x, y, z, out = rng.normal(size=(4, IN_CACHE))

    def multiply_add() -> None:
        np.multiply(x, y, out=out)
        np.add(out, z, out=out)

    return {
        "exp": rate(lambda: np.exp(x, out=out)),
        "multiply_add": rate(multiply_add),
        "gamma": rate(lambda: special.gammaln(10.0 * np.abs(x) + 1.0)),
    }


class InTurn:
    """Stands in for a pool of threads: one part after the other, in the thread that counts and is profiled."""

    def __init__(self, *_: object) -> None: ...

    def __enter__(self) -> "InTurn":
        return self

    def __exit__(self, *_: object) -> None: ...

    def map(self, task: Callable[..., Any], *arguments: Iterable[Any]) -> list[Any]:
        """As of a pool."""
        return list(map(task, *arguments))


@contextmanager
def one_thread() -> Iterator[None]:
    """The engine in one thread while this is open."""
    namespace: Any = weights
    pool = getattr(namespace, "ThreadPoolExecutor", None)
    namespace.ThreadPoolExecutor = InTurn
    try:
        yield
    finally:
        namespace.ThreadPoolExecutor = pool


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Count what the engine's formulas and arrows are asked for while this is open."""
    tally: Counter[str] = Counter()
    functions = {name: getattr(FORWARD, name) for name in COSTS if hasattr(FORWARD, name)}
    methods: dict[str, Any] = {name: getattr(Arrow, name) for name in ("solve", "back", "whiten", "covariances")}
    namespace: Any = gaussian
    factor = namespace.factor

    def lifted(name: str, function: Callable[..., Forward]) -> Callable[..., Forward]:
        def counted(*arguments: Any) -> Forward:
            answer = function(*arguments)
            exponentials, gammas = COSTS[name]
            tally["exp"] += exponentials * answer.value.size
            tally["gamma"] += gammas * answer.value.size
            tally["multiply_add"] += answer.value.size * sum(len(x.slopes) for x in arguments if isinstance(x, Forward))
            return answer

        return counted

    def method(name: str) -> Callable[..., Any]:
        def counted(self: Arrow, *arguments: Any) -> Any:
            tally["multiply_add"] += multiply_adds(name, self)
            return methods[name](self, *arguments)

        return counted

    def factored(*arguments: Any) -> Arrow:
        answer: Arrow = factor(*arguments)
        tally["multiply_add"] += multiply_adds("factor", answer)
        tally["arrows"] += int(np.prod(answer.corner.shape[2:]))
        return answer

    try:
        for name, function in functions.items():
            setattr(FORWARD, name, lifted(name, function))
        for name in methods:
            setattr(Arrow, name, method(name))
        namespace.factor = factored
        yield tally
    finally:
        for name, function in functions.items():
            setattr(FORWARD, name, function)
        for name, one in methods.items():
            setattr(Arrow, name, one)
        namespace.factor = factor


def multiply_adds(name: str, arrow: Arrow) -> int:
    """Of one call, roughly: leading terms in the sizes of chain and border."""
    t, k, b = arrow.border.shape[:3]
    matrices = int(np.prod(arrow.corner.shape[2:]))
    triangle = t * (3 * k * k // 2 + k * b) + b * b // 2
    each: dict[str, int] = {
        "factor": t * (k * k * k + k * k * b + k * b * b // 2) + b**3 // 6,
        "solve": 2 * triangle,
        "back": triangle,
        "whiten": triangle,
        "covariances": t * (4 * k**3 + 5 * k * k * b + 2 * k * b * b) + b**3 // 2,
    }
    return int(each[name]) * matrices


def near_the_machine(panel: Panel, draws: int, seed: int) -> dict[str, Any]:
    """Operations of one effective draw, how long this machine's best would take for them, and how long one thread of the engine takes."""
    with one_thread():
        return _near_the_machine(panel, draws, seed)


def _near_the_machine(panel: Panel, draws: int, seed: int) -> dict[str, Any]:
    start = time.process_time()  # which a busy machine does not change much
    found = engine.draw(panel, draws, np.random.default_rng(seed))
    spent = time.process_time() - start
    with counting() as tally:
        engine.draw(panel, draws, np.random.default_rng(seed))
    best = rates()
    least = sum(tally[name] / best[name] for name in best)
    profile = cProfile.Profile()
    profile.runcall(engine.draw, panel, draws, Seen(np.random.PCG64(seed)))
    return {
        "rates": best,
        "draws": draws,
        "effective": found.effective,
        "each": {name: tally[name] / found.effective for name in (*best, "arrows")},
        "seconds": spent,
        "least_seconds": least,
        "share": least / spent,
        "profile": by_group(profile),
    }


def by_group(profile: cProfile.Profile) -> dict[str, float]:
    """Share of the time by what it is for; numpy's own time counts as its caller's."""
    functions: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    shares: defaultdict[str, float] = defaultdict(float)

    def give(function: Any, seconds: float, passed: int) -> None:
        name, callers = group_of(function), functions[function][4] if function in functions else {}
        total = sum(each[3] for each in callers.values())
        if name or passed > PASSED_ON or total <= 0.0 or seconds < 1e-7:
            shares[name or OTHER] += seconds
            return
        for caller, each in callers.items():
            give(caller, seconds * each[3] / total, passed + 1)

    for function, (_, _, own, _, _) in functions.items():
        give(function, own, 0)
    whole = sum(shares.values())
    return {name: seconds / whole for name, seconds in sorted(shares.items(), key=lambda item: -item[1])}


def group_of(function: tuple[str, int, str]) -> str:
    """The group of a function of the profile; empty for numpy's and for numbers that carry slopes, which belong to who calls them."""
    path, _, name = function
    if path == __file__ and name in vars(Seen):
        return RANDOM
    return next((group for group, files in GROUPS.items() if path.replace("\\", "/").endswith(files)), "")
