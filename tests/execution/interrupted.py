"""A run with a journal, for tests to interrupt: python interrupted.py JOURNAL COUNT WORKERS."""

import signal
import sys

import toy_tasks

from estimators.execution import jobs, run

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background hands on as ignored
    journal, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    run(toy_tasks.slow_draw, jobs({"mean": 3.0}, 1, count), workers=workers, journal=journal)
