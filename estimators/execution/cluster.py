"""Jobs on a Dask cluster that is already running; workers need this package, in the version of the caller."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from estimators.errors import DarkfigureError
from estimators.execution.journal import Job
from estimators.execution.work import Row, Task, perform

SECONDS_TO_CONNECT = 10
SECONDS_FOR_WORKERS = 120
SECONDS_BETWEEN_LOOKS = 0.05


def on_cluster(task: Task, jobs: list[Job], waiting: list[int], scheduler: str) -> Iterator[tuple[int, Row]]:
    """On the workers of a scheduler, in the order in which they finish.

    A job whose worker dies is tried again elsewhere, and is a failed row when it has ended several.

    Raises
    ------
    DarkfigureError
        If ``distributed`` is not installed, or the scheduler cannot be reached or is lost, or has had no worker for two minutes.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise DarkfigureError(
            "scheduler: distributed is not installed: expected pip install 'darkfigure[dask]'"
        ) from error
    try:
        client = Client(scheduler, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        text = f"scheduler {scheduler!r}: {' '.join(str(error).split())}: expected the address of a running one, tcp://host:port"
        raise DarkfigureError(text) from error
    try:
        _await_workers(client, scheduler)
        told = _sent(client, [jobs[index][0] for index in waiting])
        futures = {
            client.submit(
                perform, task, told.get(id(jobs[index][0]), jobs[index][0]), jobs[index][1], pure=False
            ): index
            for index in waiting
        }
        under_way = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
        for future, result in _finished(client, under_way, scheduler):
            row = _row(future, result, scheduler)
            future.release()
            yield futures[future], row
    finally:
        client.close()


def _finished(client: Any, futures: Any, scheduler: str) -> Iterator[tuple[Any, Any]]:
    """Futures and their results as they come: a scheduler whose last worker has gone would leave them waiting for ever."""
    worked = time.monotonic()
    while futures.count():
        if futures.has_ready():
            worked = time.monotonic()
            yield next(futures)
        elif time.monotonic() - worked < SECONDS_FOR_WORKERS:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        else:  # long jobs, or nobody to do them
            _await_workers(client, scheduler)
            worked = time.monotonic()


def _await_workers(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
    except TimeoutError as error:
        raise DarkfigureError(f"scheduler {scheduler!r} has no workers: expected at least one") from error


def _sent(client: Any, specs: list[Any]) -> dict[int, Any]:
    """What several jobs are told travels once, as the result of a job of its own, which is made again if its worker dies."""
    times = Counter(map(id, specs))
    different = {id(spec): spec for spec in specs if times[id(spec)] > 1}
    return {key: client.submit(_same, spec, pure=False) for key, spec in different.items()}


def _same(spec: Any) -> Any:
    return spec


def _row(future: Any, result: Any, scheduler: str) -> Row:
    if isinstance(result, dict):  # whatever has become of the worker since
        return result
    if future.status == "error":
        error = future.exception()
        return {"error": type(error).__name__, "message": " ".join(str(error).split())}
    raise DarkfigureError(
        f"scheduler {scheduler!r} was lost: rows that were finished are in the journal, if there is one"
    )
