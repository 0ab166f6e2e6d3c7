"""`run`: the one way in which anything is computed many times."""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from estimators.errors import DarkfigureError
from estimators.execution import cluster, local
from estimators.execution.journal import Job, Journal, header_of
from estimators.execution.work import Failed, Result, Row, Task


def jobs(spec: Any, seed: int, count: int) -> list[Job]:
    """The same spec `count` times, the seed of each made of `seed` and its index, ``SeedSequence(seed).spawn(count)``.

    Examples
    --------
    >>> [job_seed.spawn_key for _, job_seed in jobs("spec", seed=1, count=3)]
    [(0,), (1,), (2,)]
    """
    return [(spec, child) for child in np.random.SeedSequence(seed).spawn(count)]


def run(
    task: Task,
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    journal: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> list[Result | Failed]:
    """Run a task once for every job.

    Parameters
    ----------
    task : callable
        A function at the top level of a module: (spec, seed) to a mapping of names to numbers, strings and lists. All its chance
        comes from the seed.
    jobs : sequence of (spec, numpy.random.SeedSequence)
        As `jobs` makes them. Specs travel to other processes.
    workers : int, optional
        Processes of this machine, by default one for each core; 1 runs here. A script that uses more calls this below
        ``if __name__ == "__main__":``. Cannot be given with a scheduler.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``"tcp://10.0.0.1:8786"``, whose workers do the jobs (``darkfigure[dask]``).
    journal : path, optional
        File to which each finished job is written at once. A run that was ended goes on from it; a finished one is read.
    progress : bool
        Show a bar.

    Returns
    -------
    list of dict or Failed
        In the order of the jobs, and the same for any number of workers. A job that raised an error is a `Failed`.

    Raises
    ------
    DarkfigureError
        If every job fails, a worker dies, the scheduler cannot be reached, or the journal is of another run.

    Examples
    --------
    >>> from collections import Counter
    >>> def roll(sides, seed):
    ...     return {"rolled": np.random.default_rng(seed).integers(sides) + 1}
    >>> rows = run(roll, [(6, seed) for seed in np.random.SeedSequence(1).spawn(600)], workers=1)
    >>> min(Counter(row["rolled"] for row in rows).values()) > 60
    True
    """
    wanted = list(jobs)
    if workers is not None and (scheduler is not None or workers < 1):
        raise DarkfigureError(f"workers {workers}: expected at least 1, and none beside a scheduler")
    book = Journal(None if journal is None else Path(journal), {} if journal is None else header_of(task, wanted))
    try:
        book.open()
        waiting = [index for index in range(len(wanted)) if index not in book.rows]
        done = len(wanted) - len(waiting)
        rows = _rows(task, wanted, waiting, workers, scheduler)
        with closing(rows), _bar(len(wanted), done, shown=progress) as advance:
            for index, row in rows:
                book.add(index, row)
                advance()
        book.finish()
    finally:
        book.close()
    return _answers([book.rows[index] for index in range(len(wanted))])


@contextmanager
def _bar(total: int, done: int, *, shown: bool) -> Iterator[Callable[[], object]]:
    """What to call after each job. One of tqdm's bars, even hidden, takes a lock that forked processes share, and may die with."""
    if not shown:
        yield lambda: None
        return
    with tqdm(total=total, initial=done) as bar:
        yield bar.update


def _rows(
    task: Task, wanted: list[Job], waiting: list[int], workers: int | None, scheduler: str | None
) -> Generator[tuple[int, Row]]:
    used = min(_cores() if workers is None else workers, len(waiting))
    if used and scheduler is not None:
        yield from cluster.on_cluster(task, wanted, waiting, scheduler)
    elif used > 1:
        yield from local.on_processes(task, wanted, waiting, used)
    else:
        yield from local.in_process(task, wanted, waiting)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _answers(rows: list[Row]) -> list[Result | Failed]:
    answers: list[Result | Failed] = [
        row["result"] if "result" in row else Failed(row["error"], row["message"]) for row in rows
    ]
    failed = [answer for answer in answers if isinstance(answer, Failed)]
    if answers and len(failed) == len(answers):
        text = f"every job failed, {len(failed):,} of them; the first: {failed[0].error}: {failed[0].message}"
        raise DarkfigureError(f"{text} (a journal keeps failures: delete it to try again)")
    return answers
