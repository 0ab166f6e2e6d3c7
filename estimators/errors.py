"""Every error and warning of the package, so that a caller can catch one family.

Bad input raises one error that lists every problem; a statistical caveat that the user must read is a warning.
"""

from dataclasses import dataclass


class DarkfigureError(ValueError):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one place of an input table.

    Parameters
    ----------
    place : str
        File name, or ``"DataFrame"``.
    row : int or None
        Row as a person counts them: 1 is the first row of data; ``None`` where the problem is not in a row.
    column : str or None
        Name of the column, or ``None`` where the problem is not in a column.
    value : str
        The offending value as it was written.
    expected : str
        What would have been accepted.
    """

    place: str
    row: int | None
    column: str | None
    value: str
    expected: str

    def __str__(self) -> str:
        where = [self.place]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column is not None:
            where.append(f"column {self.column}")
        return f"{', '.join(where)}: {self.value!r}: expected {self.expected}"


class DataError(DarkfigureError):
    """The data cannot be used; `problems` holds every place that is wrong, the message one line for each."""

    def __init__(self, problems: "tuple[Problem, ...] | list[Problem]") -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ModelError(DarkfigureError):
    """The assumptions do not make a model, or not one that this engine can fit."""


class EngineError(ModelError):
    """The assumptions make a model, but one of its terms is beyond this engine."""


class ExistenceError(ModelError):
    """The estimate asked for does not exist for these figures: no finite number, or more than one, fits best."""


class CircularityError(ModelError):
    """Two anchors of one model rest on the same figures, so they cannot count as two."""


class PriorWarning(UserWarning):
    """A prior with a property that users rarely intend (no mean of 1/ρ, informative where it looks flat …)."""


class IdentificationWarning(UserWarning):
    """An estimate rests on an assumption that the data cannot check."""


class ConvergenceWarning(UserWarning):
    """A sampler's result does not meet the standard for publication."""
