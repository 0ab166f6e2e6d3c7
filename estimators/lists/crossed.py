"""Lists crossed with covariates: one cell for each capture pattern and each combination of levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.errors import ModelError
from estimators.lists.table import Array, Lists
from estimators.numeric import incomplete_tables
from estimators.numeric.incomplete_tables import MOST_TERMS, Models, Table

type Places = NDArray[np.intp]

MOST_LEVELS = 12
MOST_CELLS = 4096
MOST_COLUMNS = 150


@dataclass(frozen=True)
class Crossed:
    """Lists and covariates as one table of counts.

    Parameters
    ----------
    lists : Lists
        What was read.
    covariates : tuple of str
        Crossed with the lists; each has at least two levels.
    levels : tuple of tuple of str
        Of each covariate.
    table : Table
        Counts, and the design of the largest model.
    """

    lists: Lists
    covariates: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    table: Table

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of lists and covariates."""
        return (*self.lists.names, *self.covariates)

    @cached_property
    def at(self) -> Places:
        """Level of every factor in every cell, (cells, factors)."""
        return incomplete_tables.cells(_counts_of_levels(len(self.lists.names), self.levels))

    @cached_property
    def pattern(self) -> Places:
        """Capture pattern of every cell, (cells,), as in `estimators.numeric.patterns`."""
        number = len(self.lists.names)
        return np.asarray(self.at[:, :number] @ (1 << np.arange(number)))

    def terms(self) -> list[str]:
        """Names of the interactions."""
        return [":".join(self.factors[factor] for factor in term) for term in self.table.terms]

    def models(self, models: Models) -> list[str]:
        """Interactions of each model, in words."""
        names = np.array(self.terms(), dtype=object)
        bits = (models[:, None] >> np.arange(len(names), dtype=np.uint64) & np.uint64(1)).astype(bool)
        return [" + ".join(names[row].tolist()) or "no interactions" for row in bits]

    def by_level(self, counts: Array) -> tuple[list[str], Array]:
        """Levels of every covariate, and the counts (…, cells) summed over the cells of each, (…, levels)."""
        first = len(self.lists.names)
        names = [
            (f"{name} = {level}", self.at[:, first + place] == at)
            for place, name in enumerate(self.covariates)
            for at, level in enumerate(self.levels[place])
        ]
        return [name for name, _ in names], np.stack([counts[..., cells].sum(axis=-1) for _, cells in names], axis=-1)


def categorical(lists: Lists, covariates: Sequence[str] | None, estimator: str) -> tuple[str, ...]:
    """Covariates to cross with the lists: those named, or all that differ between people.

    Raises
    ------
    ModelError
        If one is none of the lists', or has too many values to be categories.
    """
    known = [str(name) for name in lists.covariates.columns]
    unknown = [name for name in covariates or () if name not in known]
    if unknown:
        expected = ", ".join(known) or "none: these lists have no covariates"
        raise ModelError(f"{estimator}: {', '.join(unknown)}: expected covariates among: {expected}")
    counted = {name: lists.covariates[name].nunique() for name in (known if covariates is None else covariates)}
    many = [f"{name} has {number} values" for name, number in counted.items() if number > MOST_LEVELS]
    if many:
        raise ModelError(
            f"{estimator} takes categories: {', '.join(many)}; expected at most {MOST_LEVELS}: cut it into classes, or name the "
            "covariates to use in covariates=(…)"
        )
    return tuple(name for name, number in counted.items() if number > 1)


def crossed(lists: Lists, covariates: tuple[str, ...], order: int, estimator: str) -> Crossed:
    """The table of lists and covariates, for interactions of up to `order` factors.

    Raises
    ------
    ModelError
        If it has too many cells, interactions or coefficients.
    """
    labels = [lists.covariates[name].astype(str) for name in covariates]
    levels = tuple(tuple(sorted(set(column))) for column in labels)
    counts = _counts_of_levels(len(lists.names), levels)
    cells = int(np.prod(counts))
    if cells > MOST_CELLS:
        raise ModelError(f"{estimator}: {cells:,} cells of lists and covariates: expected at most {MOST_CELLS:,}")
    terms = len(incomplete_tables.interactions(len(counts), len(lists.names), order))
    if terms > MOST_TERMS:
        raise ModelError(
            f"{estimator}: {terms} interactions of up to {order} lists and covariates: expected at most {MOST_TERMS}; take a smaller "
            "order or fewer covariates"
        )
    codes = [pd.Categorical(column, categories=list(names)).codes for column, names in zip(labels, levels, strict=True)]
    at = np.column_stack([lists.on.astype(np.intp), *codes]).astype(np.intp)
    low, high = incomplete_tables.limits(counts, len(lists.names), at, lists.counts, lists.censored)
    table = incomplete_tables.table(counts, len(lists.names), order, low, high)
    if table.design.shape[1] > MOST_COLUMNS:
        raise ModelError(
            f"{estimator}: {table.design.shape[1]} coefficients in the largest model: expected at most {MOST_COLUMNS}; take a smaller "
            "order, fewer covariates or fewer levels"
        )
    return Crossed(lists, covariates, levels, table)


def _counts_of_levels(lists: int, levels: tuple[tuple[str, ...], ...]) -> list[int]:
    return [2] * lists + [len(names) for names in levels]
