"""Finished jobs on disk, one JSON line each as soon as it is done, so that a run that was ended goes on where it was.

The first line says which run this is: task, number of jobs, the fingerprint of what they are told, versions and source of the
package. A run of anything else is refused. When all jobs are done the lines are put in order of index; the file is then the same
bytes however often the run was interrupted.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from estimators import provenance
from estimators.errors import DarkfigureError
from estimators.execution.names import code_fingerprint, fingerprint
from estimators.execution.work import Row, Seed, Task

FORMAT = 1
BEGINNING = b'{"journal": '
type Job = tuple[Any, Seed]


def header_of(task: Task, jobs: list[Job]) -> dict[str, Any]:
    """What the first line says."""
    names: dict[int, str] = {}
    for spec, _ in jobs:
        if id(spec) not in names:  # thousands of jobs are told one thing
            names[id(spec)] = fingerprint(spec)
    told = fingerprint([(names[id(spec)], seed) for spec, seed in jobs])
    name = f"{task.__module__}.{task.__qualname__}"
    return {"journal": FORMAT, "task": name, "jobs": len(jobs), "told": told, "made_with": made_with()}


def made_with() -> dict[str, str]:
    """Versions and source; not the revision, which changes with every commit of a page."""
    versions = {name: text for name, text in provenance.versions().items() if name != "git_revision"}
    return versions | {"source": code_fingerprint()}


@dataclass
class Journal:
    """Rows by index, on disk where there is a path.

    Parameters
    ----------
    path : Path or None
        The file; None keeps the rows in memory only.
    header : dict
        Which run this is.
    """

    path: Path | None
    header: dict[str, Any]
    rows: dict[int, Row] = field(default_factory=dict)
    _file: IO[bytes] | None = field(default=None, repr=False)

    def open(self) -> None:
        """Read what is there, cut a torn last line, and make ready to append.

        Raises
        ------
        DarkfigureError
            If the file is no journal, is one of another run, is damaged, or is being written by another process.
        """
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a+b")
        _lock(self._file, self.path)
        self._file.seek(0)
        content, first = self._file.read(), _line(self.header)
        if len(content) < len(first) and first.startswith(content):
            self._file.truncate(0)
            self._append(self.header)
            _sync_folder(self.path)
            return
        self._check_header(content)
        kept = self._read(content)
        self._file.truncate(kept)

    def add(self, index: int, row: Row) -> None:
        """Keep a row; it is on disk when this returns."""
        self.rows[index] = row
        if self._file is not None:
            self._append({"index": index, **row})

    def finish(self) -> None:
        """Put the lines in order of index: written beside the journal and renamed, so that it is never half done."""
        if self.path is None or self._file is None:
            return
        beside = self.path.with_name(self.path.name + ".part")
        with beside.open("wb") as file:
            file.write(_line(self.header))
            file.writelines(_line({"index": index, **self.rows[index]}) for index in sorted(self.rows))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        _sync_folder(self.path)

    def close(self) -> None:
        """Close the file; what was added stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, line: dict[str, Any]) -> None:
        assert self._file is not None  # noqa: S101
        self._file.write(_line(line))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _check_header(self, content: bytes) -> None:
        first, _, _ = content.partition(b"\n")
        try:
            found = json.loads(first) if first.startswith(BEGINNING) else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise DarkfigureError(f"{self.path}: not a journal: expected a new file, or one of an earlier run")
        if found == self.header:
            return
        raise DarkfigureError(
            f"{self.path}: journal of another run ({_difference(found, self.header)}): expected a new file, or the run it was made by"
        )

    def _read(self, content: bytes) -> int:
        """Take the rows in; the length up to the last whole line."""
        lines = content.split(b"\n")
        kept = len(lines[0]) + 1
        for place, line in enumerate(lines[1:-1], start=2):
            try:
                row = json.loads(line)
                self.rows[int(row.pop("index"))] = row
            except (ValueError, KeyError, AttributeError, TypeError) as error:
                if place == len(lines) - 1:
                    break
                raise DarkfigureError(f"{self.path}, line {place}: damaged: expected a row of the journal") from error
            kept += len(line) + 1
        return kept


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    for name, meaning in (("task", "task"), ("jobs", "number of jobs"), ("journal", "format")):
        if found.get(name) != wanted[name]:
            return f"its {meaning} is {found.get(name)}, not {wanted[name]}"
    if found.get("told") != wanted["told"]:
        return "its assumptions, figures or seed are others"
    before, now = found.get("made_with", {}), wanted["made_with"]
    name = next((name for name in now if before.get(name) != now[name]), "source")
    if name == "source":
        return "the source of the package has changed since"
    return f"it was made with {name.replace('_', ' ')} {before.get(name)}, this is {now[name]}"


def _lock(file: IO[bytes], path: Path) -> None:
    """One writer at a time; the lock ends with the process, however that ends."""
    if os.name != "posix":
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise DarkfigureError(f"{path}: being written by another process: expected one run at a time") from error


def _sync_folder(path: Path) -> None:
    """Make the name of a file last, too."""
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
