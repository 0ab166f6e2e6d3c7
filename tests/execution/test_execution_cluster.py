"""The same jobs on a cluster: a scheduler and two workers, each a process of its own."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import toy_tasks

import estimators as est
from estimators.execution import Failed, jobs, run

HERE = Path(__file__).parent

SPEC = {"mean": 3.0}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Address of a scheduler with two workers, and their processes."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    processes = []

    def start(*arguments):
        environment = os.environ | {"PYTHONPATH": str(HERE)}
        with (folder / f"{len(processes)}.log").open("wb") as log:
            command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(file)]
            processes.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log))  # noqa: S603

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
        for _ in range(2):
            start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "20")
        yield address(file), processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address(file):
    import json

    end = time.monotonic() + 30
    while not file.exists() or not file.read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
    return json.loads(file.read_text())["address"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_cluster_of_two_workers(cluster, tmp_path, monkeypatch):
    scheduler, processes = cluster
    alone, on_cluster = tmp_path / "alone.jsonl", tmp_path / "cluster.jsonl"
    expected = run(toy_tasks.product, jobs(SPEC, 1, 30), workers=1, journal=alone)
    assert run(toy_tasks.product, jobs(SPEC, 1, 30), scheduler=scheduler, journal=on_cluster) == expected
    assert on_cluster.read_bytes() == alone.read_bytes()
    used = run(toy_tasks.threads, jobs(SPEC, 1, 30), scheduler=scheduler)
    assert len({row["process"] for row in used}) == 2
    assert {count for row in used for count in row["threads"]} == {1}
    rows = run(toy_tasks.fail_sometimes, jobs({"every": 3}, 1, 7), scheduler=scheduler)
    assert [isinstance(row, Failed) for row in rows] == [True, False, False] * 2 + [True]
    # one worker dies: the other does its jobs
    processes[1].send_signal(signal.SIGKILL)
    assert run(toy_tasks.product, jobs(SPEC, 1, 30), scheduler=scheduler) == expected
    # and the other, with jobs under way: nobody is waited for without end
    monkeypatch.setattr("estimators.execution.cluster.SECONDS_FOR_WORKERS", 1)
    book = tmp_path / "ended.jsonl"
    threading.Thread(target=kill_after, args=(processes[2], book, 20), daemon=True).start()
    with pytest.raises(est.DarkfigureError, match="has no workers"):
        run(toy_tasks.slow_draw, jobs(SPEC, 1, 2000), scheduler=scheduler, journal=book)
    assert 20 < book.read_bytes().count(b"\n") < 2000
    with pytest.raises(est.DarkfigureError, match="has no workers"):
        run(toy_tasks.product, jobs(SPEC, 1, 30), scheduler=scheduler)


def kill_after(process, book, rows):
    while not book.exists() or book.read_bytes().count(b"\n") <= rows:
        time.sleep(0.02)
    process.kill()


def test_no_scheduler_is_said(monkeypatch):
    monkeypatch.setattr("estimators.execution.cluster.SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(est.DarkfigureError, match=r"'tcp://127.0.0.1:9'.*expected the address of a running one"):
        run(toy_tasks.draw, jobs(SPEC, 1, 3), scheduler="tcp://127.0.0.1:9")
    with pytest.raises(est.DarkfigureError, match=r"expected the address of a running one"):
        run(toy_tasks.draw, jobs(SPEC, 1, 3), scheduler="nonsense://")
