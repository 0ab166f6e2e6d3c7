"""Many independent jobs on processes of this machine or of a Dask cluster, with a journal from which a run that was ended goes on.

Calibration, multiverses and bootstraps run through `run`. What comes back depends on the jobs alone: not on the number of workers,
not on the order in which they finish, not on how often the run was interrupted.
"""

from estimators.execution.names import fingerprint
from estimators.execution.runs import jobs, run
from estimators.execution.work import Failed, Result, Seed, Task

__all__ = ["Failed", "Result", "Seed", "Task", "fingerprint", "jobs", "run"]
