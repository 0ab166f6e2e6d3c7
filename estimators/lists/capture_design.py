"""Covariates of captures as numbers, and what they cannot tell apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimators.errors import ExistenceError, ModelError
from estimators.lists.captures import Captures
from estimators.lists.table import Array
from estimators.numeric.truncated_fit import Counts

MOST_VALUES = 50  # of a covariate that is no number


def grouped(captures: Captures, covariates: Sequence[str]) -> tuple[Counts, list[str]]:
    """Rows with the same captures and covariates as one, and the names of the coefficients.

    A covariate of numbers is taken from its mean; any other has one indicator for each value but the first in the alphabet.

    Raises
    ------
    ModelError
        A covariate that is not there, that says nothing new, or that has too many values to be categories.
    """
    known = [str(name) for name in captures.covariates.columns]
    unknown = [name for name in covariates if name not in known]
    if unknown:
        there = ", ".join(known) or "none: these captures have no covariates"
        raise ModelError(f"covariate {', '.join(unknown)}: expected among {there}")
    columns: list[Array] = [np.ones(len(captures.captures))]
    names = ["constant"]
    for name in covariates:
        column = captures.covariates[name]
        if pd.api.types.is_numeric_dtype(column):
            values = column.to_numpy(dtype=np.float64)
            columns.append(values - float(np.average(values, weights=captures.people)))
            names.append(name)
            continue
        levels = sorted({str(value) for value in column})
        if len(levels) > MOST_VALUES:
            text = f"has {len(levels):,} values that are no numbers: expected at most {MOST_VALUES}; join some, or leave it out"
            raise ModelError(f"covariate {name} {text}")
        columns += [np.asarray(column.astype(str) == level, dtype=np.float64) for level in levels[1:]]
        names += [f"{name} {level}" for level in levels[1:]]
    design = np.column_stack(columns)
    _refuse_dependent(design, names)
    rows, place = np.unique(np.column_stack([captures.captures, design]), axis=0, return_inverse=True)
    people = np.bincount(place.ravel(), weights=captures.people)
    return Counts(rows[:, 0], rows[:, 1:], people), names


def refuse_once(captures: Captures, covariates: Sequence[str], estimator: str, *, low: bool) -> None:
    """Refuse people, or a value of a covariate, of whom nobody was caught again: as many as one likes may never have been.

    `low` asks for somebody caught exactly twice, which Zelterman's and Chao's methods need.
    """
    again = captures.captures == 2.0 if low else captures.captures > 1.0
    how = "exactly twice" if low else "more than once"
    if not again.any():
        text = f"nobody was caught {how}, so that as many people as one likes may never have been caught"
        raise ExistenceError(f"{estimator}: {text}")
    if low and not (captures.captures == 1.0).any():
        raise ExistenceError(
            f"{estimator}: nobody was caught exactly once, so that nothing says how many were never caught"
        )
    for name in covariates:
        column = captures.covariates[name]
        if pd.api.types.is_numeric_dtype(column):
            continue
        seen = set(column[again].astype(str))
        alone = sorted({str(value) for value in column} - seen)
        if alone:
            text = f"nobody with {name} {', '.join(alone)} was caught {how}: join it with another value, or leave the covariate out"
            raise ExistenceError(f"{estimator}: {text}")


def _refuse_dependent(design: Array, names: Sequence[str]) -> None:
    size = np.linalg.norm(design, axis=0)
    empty = [names[at] for at in np.flatnonzero(size == 0.0).tolist()]
    if empty:
        raise ModelError(f"covariate {', '.join(empty)}: expected values that differ between people")
    factor = np.linalg.qr(design / size, mode="r")
    lost = [names[at] for at in np.flatnonzero(np.abs(np.diag(factor)) < 1e-9).tolist()]
    if lost or len(design) < len(names):
        raise ModelError(f"covariate {', '.join(lost) or names[-1]}: expected one that the others do not already tell")
