"""A journal survives whatever ends the run, and knows which run it is of."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import toy_tasks

import estimators as est
from estimators.execution import fingerprint, jobs, journal, run

HERE = Path(__file__).parent

SPEC = {"mean": 3.0}
COUNT = 60


@pytest.fixture(autouse=True)
def same_source(monkeypatch):
    """Others may edit the package while these tests run; which source it is has a test of its own."""
    monkeypatch.setattr(journal, "made_with", lambda: {"source": "of these tests"})


@pytest.fixture
def whole(tmp_path):
    """Bytes of the journal of a run that nothing interrupted."""
    path = tmp_path / "whole.jsonl"
    run(toy_tasks.slow_draw, jobs(SPEC, 1, COUNT), workers=1, journal=path)
    return path.read_bytes()


def again(path, workers=1):
    return run(toy_tasks.slow_draw, jobs(SPEC, 1, COUNT), workers=workers, journal=path)


def test_lines_are_the_rows_in_order(tmp_path, whole):
    first, *lines = [json.loads(line) for line in whole.decode().splitlines()]
    assert first["task"] == "toy_tasks.slow_draw"
    assert first["jobs"] == COUNT
    assert [line["index"] for line in lines] == list(range(COUNT))
    assert [line["result"] for line in lines] == run(toy_tasks.draw, jobs(SPEC, 1, COUNT), workers=1)
    assert not list(tmp_path.glob("*.part"))


def test_a_finished_journal_is_read_and_not_run_again(tmp_path, whole):
    path = tmp_path / "whole.jsonl"
    before = time.perf_counter()
    assert len(again(path)) == COUNT
    assert time.perf_counter() - before < 0.01 * COUNT
    assert path.read_bytes() == whole


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_killed_at_twenty_moments(tmp_path, whole):
    path, rng = tmp_path / "killed.jsonl", np.random.default_rng()
    sizes = []
    for _ in range(20):
        child = multiprocessing.get_context("fork").Process(target=again, args=(path,))
        child.start()
        time.sleep(rng.uniform(0.0, 0.06))
        child.kill()
        child.join()
        sizes.append(path.stat().st_size if path.exists() else 0)
    assert sizes == sorted(sizes), "what was finished stays"
    again(path)
    assert path.read_bytes() == whole


def test_cut_at_any_byte(tmp_path, whole):
    path, rng = tmp_path / "cut.jsonl", np.random.default_rng(2)
    header = whole.index(b"\n") + 1
    for length in [0, header - 1, header, len(whole) - 1, *rng.integers(len(whole) // 2, len(whole), 4).tolist()]:
        path.write_bytes(whole[:length])
        again(path)
        assert path.read_bytes() == whole, length


def test_a_last_line_of_rubbish_is_cut(tmp_path, whole):
    path = tmp_path / "rubbish.jsonl"
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:9]) + b"\0" * 40 + b"\n")
    again(path)
    assert path.read_bytes() == whole


def test_damage_elsewhere_is_refused(tmp_path, whole):
    path = tmp_path / "damaged.jsonl"
    lines = whole.splitlines(keepends=True)
    damaged = b"".join([*lines[:4], b"{not json\n", *lines[5:9]])
    path.write_bytes(damaged)
    with pytest.raises(est.DarkfigureError, match=r"line 5: damaged"):
        again(path)
    assert path.read_bytes() == damaged


OTHERS = {
    "spec": ((toy_tasks.slow_draw, jobs({"mean": 3.1}, 1, COUNT)), "assumptions, figures or seed"),
    "seed": ((toy_tasks.slow_draw, jobs(SPEC, 2, COUNT)), "assumptions, figures or seed"),
    "count": ((toy_tasks.slow_draw, jobs(SPEC, 1, COUNT + 1)), "number of jobs is 60, not 61"),
    "task": ((toy_tasks.draw, jobs(SPEC, 1, COUNT)), "task is toy_tasks.slow_draw, not toy_tasks.draw"),
}


@pytest.mark.parametrize(("other", "said"), OTHERS.values(), ids=OTHERS)
def test_the_journal_of_another_run_is_refused(tmp_path, whole, other, said):
    path = tmp_path / "whole.jsonl"
    with pytest.raises(est.DarkfigureError, match=rf"another run.*{said}"):
        run(*other, workers=1, journal=path)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("now", "said"),
    [({"source": "x"}, "source of the package has changed"), ({"numpy_version": "0", "source": "x"}, "numpy version")],
)
def test_other_versions_are_refused(tmp_path, whole, monkeypatch, now, said):
    monkeypatch.setattr(journal, "made_with", lambda: now)
    with pytest.raises(est.DarkfigureError, match=said):
        again(tmp_path / "whole.jsonl")


@pytest.mark.parametrize("content", [b"area,period\nMEX,2021\n", b'{"journal": broken\n', b"{}" * 400])
def test_any_other_file_is_left_alone(tmp_path, content):
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(est.DarkfigureError, match=r"not a journal"):
        again(path)
    assert path.read_bytes() == content


def test_failures_are_kept(tmp_path):
    path = tmp_path / "failures.jsonl"
    first = run(toy_tasks.fail_sometimes, jobs({"every": 3}, 1, 7), workers=1, journal=path)
    assert run(toy_tasks.fail_sometimes, jobs({"every": 3}, 1, 7), workers=1, journal=path) == first


def test_one_writer_at_a_time(tmp_path):
    path = tmp_path / "busy.jsonl"
    book = journal.Journal(path, journal.header_of(toy_tasks.slow_draw, jobs(SPEC, 1, COUNT)))
    book.open()
    with pytest.raises(est.DarkfigureError, match=r"another process"):
        again(path)
    book.close()
    again(path)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_together_and_the_run_goes_on(tmp_path, how):
    path, count = tmp_path / "processes.jsonl", 400
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    command = [sys.executable, str(HERE / "interrupted.py"), str(path), str(count), "2"]
    started = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)  # noqa: S603
    wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") > 20)
    started.send_signal(how)
    assert started.wait(20) != 0
    started.stderr.close()
    wait_until(lambda: group_is_gone(started.pid))
    rows = path.read_bytes().count(b"\n")
    assert 20 < rows < count
    header = json.loads(path.read_bytes().partition(b"\n")[0])
    assert header["made_with"]["numpy_version"] == np.__version__


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def group_is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_names_of_values():
    claim = est.Claim("1 in 100")
    figures = est.datasets.mexico().figures("victims_identified")
    values = [
        1, 1.0, "1", b"1", None, True, [1, 2], [2, 1], [[1], 2], {"a": 1, "b": 2}, {"b": 2, "a": 1}, np.arange(3), np.arange(3.0),
        claim, est.Claim("1 in 101"), est.Multiplier(claim), figures, figures.assign(reported=figures["reported"] + 1),
        est.datasets.mexico(), np.random.SeedSequence(1), np.random.SeedSequence(1).spawn(1)[0], fingerprint, est.Claim,
    ]  # fmt: skip
    names = [fingerprint(value) for value in values]
    assert len(set(names)) == len(names)
    assert names == [fingerprint(value) for value in values]
    with pytest.raises(est.ModelError, match=r"builtins.object has no lasting name"):
        fingerprint({"inside": [object()]})
