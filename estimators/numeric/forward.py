"""Forward selection of two-list terms, for many tables at once.

Notation: as in `loglinear`. From independent lists, the pair t whose margin m_t(n) is least likely under the model so far, a Poisson
count with mean m_t(μ), enters as long as its one-sided p-value is below a threshold and the larger model has one finite estimate
(Chan, Silverman and Vincent 2021, doi:10.1080/01621459.2019.1708748). Every table takes the step of its own model in the same stacked fit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import existence, loglinear
from estimators.numeric.loglinear import NO_TERM, Fit
from estimators.numeric.margins import over_supersets

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]


@dataclass(frozen=True)
class Selection:
    """What was chosen for each of B tables.

    Parameters
    ----------
    chosen : Places
        Pairs in the order in which they entered, (B, pairs), padded with `NO_TERM`.
    p_values : Array
        With which they entered, (B, pairs).
    unlisted : Array
        People on no list, (B,): infinite or 0 where the likelihood rises for ever towards that, missing where nothing can be said.
    refused : tuple of int
        Pairs that would have entered the first table, had the larger model an estimate.
    """

    chosen: Places
    p_values: Array
    unlisted: Array
    refused: tuple[int, ...]


def pairs(lists: int) -> Places:
    """Every set of two lists, in the order AB, AC, …, BC, …."""
    return np.array([1 << a | 1 << b for a in range(lists) for b in range(a + 1, lists)], dtype=np.intp)


def select(tables: Array, threshold: float, start: Array | None = None) -> Selection:
    """Select and fit a model for each table.

    Parameters
    ----------
    tables : Array
        n, (B, 2^L).
    threshold : float
        p-value below which a pair enters.
    start : Array, optional
        Coefficients of independent lists to begin with, (1 + L,).
    """
    count, lists = len(tables), tables.shape[1].bit_length() - 1
    candidates = pairs(lists)
    margins = over_supersets(tables)[:, candidates]
    occupied = tables > 0.5
    terms = np.tile(np.array([0, *(1 << i for i in range(lists))], dtype=np.intp), (count, 1))
    begin = None if start is None else np.tile(start, (count, 1))
    known, unlisted = limits(occupied, terms)
    chosen = np.full((count, len(candidates)), NO_TERM, dtype=np.intp)
    p_values = np.full(chosen.shape, np.nan)
    rows, refused = np.flatnonzero(~known), set[int]()
    terms, begin = terms[rows], None if begin is None else begin[rows]
    for step in range(len(candidates) + 1):
        if not len(rows):
            break
        found = loglinear.fit(tables[rows], terms, begin)
        unlisted[rows] = np.where(found.converged, found.unlisted, np.nan)
        if step == len(candidates):
            break
        place, p, turned = _entering(found, occupied[rows], margins[rows], candidates, threshold)
        if rows[0] == 0:
            refused |= turned
        rows, going = rows[p < threshold], np.flatnonzero(p < threshold)
        chosen[rows, step], p_values[rows, step] = candidates[place[going]], p[going]
        terms = np.concatenate([found.terms[going], candidates[place[going], None]], axis=1)
        begin = _extended(found, going, candidates[place[going]], margins[rows, place[going]])
    return Selection(chosen, p_values, unlisted, tuple(sorted(refused - {*chosen[0].tolist()})))


def limits(occupied: Mask, terms: Places) -> tuple[Mask, Array]:
    """Models without a finite estimate, and the number unlisted that the likelihood then tends to: infinite, 0, or missing."""
    bad = existence.codes(occupied, terms) > 0
    end = np.full(len(terms), np.nan)
    if bad.any():
        cells = occupied[bad] if len(occupied) > 1 else occupied
        way = existence.directions(cells, terms[bad])
        end[bad] = np.select([way == existence.UP, way == existence.DOWN], [np.inf, 0.0], np.nan)
    return bad, end


def _entering(
    found: Fit, occupied: Mask, margins: Array, candidates: Places, threshold: float
) -> tuple[Places, Array, set[int]]:
    """Which pair enters each model, with which p-value, and which pairs the first table could not take."""
    p = _p_values(found, margins, candidates)
    everyone, refused = np.arange(len(p)), set[int]()
    place = p.argmin(axis=1)
    unsure = np.flatnonzero(p[everyone, place] < threshold)
    while len(unsure):
        larger = np.concatenate([found.terms[unsure], candidates[place[unsure], None]], axis=1)
        failed = unsure[existence.codes(occupied[unsure], larger) > 0]
        if 0 in failed:
            refused.add(int(candidates[place[0]]))
        p[failed, place[failed]] = 1.0
        place[failed] = p[failed].argmin(axis=1)
        unsure = failed[p[failed, place[failed]] < threshold]
    return place, p[everyone, place], refused


def _p_values(found: Fit, margins: Array, candidates: Places) -> Array:
    """One-sided Poisson p-value of the margin of each pair; 1 for pairs that are in the model."""
    listed = found.means.copy()
    listed[:, 0] = 0.0
    expected = np.maximum(over_supersets(listed)[:, candidates], 1e-300)
    below = special.pdtr(margins, expected)
    above = np.where(margins > 0.5, special.pdtrc(np.maximum(margins - 1.0, 0.0), expected), 1.0)
    p = np.minimum(below, above)
    for column in range(found.terms.shape[1]):
        p[found.terms[:, column, None] == candidates] = 1.0
    return np.asarray(p)


def _extended(found: Fit, rows: Places, entered: Places, margin: Array) -> Array:
    """Coefficients to begin with: that of the new pair fits its own margin."""
    listed = found.means[rows]
    listed[:, 0] = 0.0
    expected = over_supersets(listed)[np.arange(len(rows)), entered]
    first = np.log(np.maximum(margin, 0.5) / np.maximum(expected, 1e-12))
    return np.concatenate([found.coefficients[rows], np.clip(first, -20.0, 20.0)[:, None]], axis=1)
