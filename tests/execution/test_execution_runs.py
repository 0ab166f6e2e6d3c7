"""Jobs come back the same from anywhere, and those that fail come back too."""

import os

import numpy as np
import pytest
import toy_tasks

import estimators as est
from estimators.execution import Failed, jobs, run

SPEC = {"mean": 3.0}


def test_seeds_are_those_of_the_index():
    made = jobs(SPEC, 7, 5)
    for (spec, seed), other in zip(made, np.random.SeedSequence(7).spawn(5), strict=True):
        assert spec is SPEC
        assert seed.generate_state(4).tolist() == other.generate_state(4).tolist()


@pytest.mark.parametrize("task", [toy_tasks.draw, toy_tasks.product], ids=lambda task: task.__name__)
def test_results_do_not_depend_on_the_number_of_workers(task):
    alone = run(task, jobs(SPEC, 1, 12), workers=1)
    assert run(task, jobs(SPEC, 1, 12), workers=2) == alone
    assert len({str(row) for row in alone}) == 12
    assert run(task, jobs(SPEC, 2, 12), workers=1) != alone


def test_workers_have_one_thread_each_and_leave_the_environment_as_it_was():
    before = dict(os.environ)
    rows = run(toy_tasks.threads, jobs(SPEC, 1, 8), workers=2)
    assert dict(os.environ) == before
    assert os.getpid() not in {row["process"] for row in rows}
    assert {row["variable"] for row in rows} == {"1"}
    assert {count for row in rows for count in row["threads"]} == {1}
    (here,) = run(toy_tasks.threads, jobs(SPEC, 1, 1), workers=1)
    assert here["process"] == os.getpid()
    assert set(here["threads"]) == {1}


def test_results_are_plain():
    (row,) = run(toy_tasks.draw, jobs(SPEC, 1, 1))
    assert type(row["list"]) is list
    assert {type(item) for item in row["list"]} == {int}


@pytest.mark.parametrize("workers", [1, 2])
def test_failed_jobs_are_rows(workers):
    rows = run(toy_tasks.fail_sometimes, jobs({"every": 3}, 1, 7), workers=workers)
    failed = [place for place, row in enumerate(rows) if isinstance(row, Failed)]
    assert failed == [0, 3, 6]
    assert rows[3] == Failed("ValueError", "bad luck with 3")


def test_when_all_fail_the_first_is_told():
    with pytest.raises(
        est.DarkfigureError, match=r"every job failed, 4 of them; the first: ValueError: bad luck with 0"
    ):
        run(toy_tasks.fail_sometimes, jobs({"every": 1}, 1, 4), workers=1)


@pytest.mark.parametrize(("spec", "word"), [("object", "returned a object"), ("number", "returned a int")])
def test_what_a_journal_could_not_hold_is_refused(spec, word):
    with pytest.raises(est.DarkfigureError, match=word):
        run(toy_tasks.no_mapping, jobs(spec, 1, 1))


def test_no_jobs_no_rows(tmp_path):
    assert run(toy_tasks.draw, [], journal=tmp_path / "empty.jsonl") == []


def test_a_dead_worker_is_said():
    with pytest.raises(est.DarkfigureError, match=r"a worker process died.*__main__"):
        run(toy_tasks.die, jobs(SPEC, 1, 4), workers=2)


@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": 2, "scheduler": "tcp://127.0.0.1:1"}])
def test_workers_that_mean_nothing_are_refused(options):
    with pytest.raises(est.DarkfigureError, match=r"at least 1, and none beside a scheduler"):
        run(toy_tasks.draw, jobs(SPEC, 1, 4), **options)


def test_a_bar_is_shown_only_when_asked_for(capsys, monkeypatch):
    with monkeypatch.context() as changed:
        # not even a hidden one: a forked process that is killed may keep its lock
        changed.setattr("estimators.execution.runs.tqdm", None)
        run(toy_tasks.draw, jobs(SPEC, 1, 3), workers=1)
    assert capsys.readouterr().err == ""
    run(toy_tasks.draw, jobs(SPEC, 1, 3), workers=1, progress=True)
    assert "3/3" in capsys.readouterr().err
