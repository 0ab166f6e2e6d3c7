"""One job, wherever it runs: on one thread, its warnings unheard, its failure a row like any other."""

import json
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

type Result = dict[str, Any]
type Seed = np.random.SeedSequence
type Task = Callable[[Any, Seed], Mapping[str, Any]]
type Row = dict[str, Any]  # {"result": …} or {"error": …, "message": …}, as the journal holds it

LIBRARIES = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "NUMBA")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in LIBRARIES} | {"VECLIB_MAXIMUM_THREADS": "1"}


@dataclass(frozen=True)
class Failed:
    """A job that raised an error: its type and what it said."""

    error: str
    message: str


def perform(task: Task, spec: Any, seed: Seed) -> Row:
    """Run one job and return its row.

    Linear algebra is held to one thread here too, and warnings are ignored: neither threads nor filters of the process that a job
    happens to run in may change what it returns.
    """
    try:
        with _controller(len(sys.modules)).limit(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {"result": plain(task(spec, seed))}
    except Exception as error:
        return {"error": type(error).__name__, "message": " ".join(str(error).split())}


@lru_cache(maxsize=1)
def _controller(loaded: int) -> Any:  # noqa: ARG001  # libraries are looked for again when modules were loaded meanwhile
    """What holds the threads of the libraries that are loaded; to find them takes longer than a small job."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def plain(result: Mapping[str, Any]) -> Result:
    """The result as it reads back from a journal, so that it is the same whether it went through one or not.

    Raises
    ------
    TypeError
        If it is not a mapping of names to numbers, strings, lists and mappings.
    """
    if not isinstance(result, Mapping):
        raise TypeError(
            f"a job returned a {type(result).__name__}: expected a mapping of names to numbers, strings, lists"
        )
    read: Result = json.loads(json.dumps(dict(result), default=_plain_number))
    return read


def _plain_number(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"a job returned a {type(value).__name__}: expected numbers, strings and lists")
