"""Jobs on processes of this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from estimators.errors import DarkfigureError
from estimators.execution.journal import Job
from estimators.execution.work import ONE_THREAD, Row, Task, perform

AHEAD = 4  # jobs handed out for each worker, so that none waits


def in_process(task: Task, jobs: list[Job], waiting: list[int]) -> Iterator[tuple[int, Row]]:
    """One after the other, here."""
    for index in waiting:
        yield index, perform(task, *jobs[index])


def on_processes(task: Task, jobs: list[Job], waiting: list[int], workers: int) -> Iterator[tuple[int, Row]]:
    """On processes that start from nothing, one thread each, in the order in which they finish.

    Workers leave Ctrl-C to this process, and end with it, however it ends.

    Raises
    ------
    DarkfigureError
        If a worker dies.
    """
    others = set(multiprocessing.active_children())
    with _environment(ONE_THREAD):
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin)
        finished = False
        try:
            yield from _handed_out(pool, task, jobs, waiting, AHEAD * workers)
            finished = True
        except BrokenProcessPool as error:
            text = (
                "a worker process died, of memory or by a signal; rows that were finished are in the journal, if there is one "
                "(a script that starts workers does so below: if __name__ == '__main__':)"
            )
            raise DarkfigureError(text) from error
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)
            for child in () if finished else set(multiprocessing.active_children()) - others:
                child.terminate()
                child.join()


def _handed_out(
    pool: ProcessPoolExecutor, task: Task, jobs: list[Job], waiting: list[int], most: int
) -> Iterator[tuple[int, Row]]:
    """Rows as they come, with `most` jobs under way."""
    left, under_way = iter(waiting), dict[Future[Row], int]()
    while True:
        for index in left:
            under_way[pool.submit(perform, task, *jobs[index])] = index
            if len(under_way) >= most:
                break
        if not under_way:
            return
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            yield under_way.pop(future), future.result()


def _begin() -> None:
    """First thing in a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Variables of the environment that processes started meanwhile find set: they are read when a library is first imported."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
