"""Pairs of lists that are independent given covariates: regressions, and what must be said of an estimate from them."""

from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import ModelError
from estimators.lists.outcome import PROBABILITY
from estimators.lists.table import Array, Lists, Mask
from estimators.numbers import number, percent
from estimators.numeric import doubly_robust, multinomial, splines
from estimators.numeric.doubly_robust import Estimate

type Places = NDArray[np.intp]
type Pair = tuple[int, int]

KNOTS = 5
MOST_COLUMNS = 120
APART = 1.5  # times that the estimates of two pairs may differ without a word
RARE = 20.0  # people behind one listed person
BOUNDED = 0.01  # share of people whose probability of being on both was raised


def parts(counts: Array, fold: Places, number_of: int) -> tuple[Places, Places, Array]:
    """Rows divided by fold: row, fold and people of each part that holds anybody."""
    row = np.repeat(np.arange(len(counts)), counts.astype(np.intp))
    people = np.bincount(row * number_of + fold, minlength=len(counts) * number_of)
    held = np.flatnonzero(people)
    return held // number_of, held % number_of, people[held].astype(np.float64)


def _is_number(lists: Lists, name: str) -> bool:
    return lists.covariates[name].dtype.kind in "fi" and lists.covariates[name].nunique() > 2


def columns(lists: Lists, names: tuple[str, ...], learner: str) -> Array:
    """Columns of the regressions, the intercept first, the others with mean 0 and standard deviation 1 over people."""
    plain, blocks = [], []
    for name in names:
        values = lists.covariates[name]
        if _is_number(lists, name):
            x = values.to_numpy(dtype=np.float64)
            plain.append((x - x.mean())[:, None] / x.std())
            knots = splines.knots(x, lists.counts, KNOTS)
            blocks.append(plain[-1] if learner == "linear" else splines.natural_spline(x, knots))
        else:
            labels = values.astype(str).to_numpy()
            plain.append((labels[:, None] == np.array(sorted(set(labels))[1:], dtype=labels.dtype)).astype(np.float64))
            blocks.append(plain[-1])
    if learner == "interactions":
        crossings = combinations(plain, 2)
        blocks += [(one[:, :, None] * other[:, None, :]).reshape(len(one), -1) for one, other in crossings]
    joined = np.concatenate(blocks, axis=1)
    if joined.shape[1] > MOST_COLUMNS:
        raise ModelError(
            f"DoublyRobust: {joined.shape[1]} columns of covariates: expected at most {MOST_COLUMNS}; group their categories"
        )
    share = lists.counts / lists.counts.sum()
    centred = joined - share @ joined
    spread = np.sqrt(share @ centred**2)
    return np.concatenate([np.ones((len(joined), 1)), centred[:, spread > 0] / spread[spread > 0]], axis=1)


def estimate(on: Mask, weight: Array, x: Array, fold: Places) -> Estimate:
    """The estimate from two lists (rows, 2), people of each row, columns of covariates and the fold of each row."""
    first, second = on.T
    classes = np.column_stack([first & ~second, second & ~first, first & second, ~first & ~second]).astype(np.float64)
    predicted = doubly_robust.cross_fitted(x, classes * weight[:, None], fold, _learn)
    return doubly_robust.estimate(on.astype(np.float64), weight, predicted)


def _learn(x: Array, counts: Array) -> doubly_robust.Predict:
    theta = multinomial.best(x, counts)
    return lambda new: multinomial.probabilities(new, theta)


def positivity(lists: Lists, names: tuple[str, ...], pair: Pair) -> list[str]:
    """Categories, and quarters of numbers, of which nobody is on both lists: there, the estimate is an extrapolation."""
    both, told = lists.on[:, list(pair)].all(axis=1), []
    for name in names:
        values = lists.covariates[name]
        labels = values.astype(str).to_numpy()
        if _is_number(lists, name):
            x = values.to_numpy(dtype=np.float64)
            edges = np.unique(np.quantile(x, [0.0, 0.25, 0.5, 0.75, 1.0]))
            place = np.searchsorted(edges, x, side="right").clip(1, len(edges) - 1)
            labels = np.array([f"{edges[at - 1]:g} to {edges[at]:g}" for at in place])
        lacking = [label for label in sorted(set(labels)) if not lists.counts @ (both & (labels == label))]
        if lacking:
            first, second = (lists.names[place] for place in pair)
            told.append(
                f"nobody of {name} {', '.join(lacking)} is on both {first} and {second}: their number is an extrapolation"
            )
    return told


def weak(found: Estimate) -> list[str]:
    """Whether some people stand for very many, or were kept from it."""
    told = []
    if found.inverse.max() > RARE:
        told.append(
            f"some listed people stand for as many as {number(float(found.inverse.max()))}: such people are hardly ever listed"
        )
    if found.bounded > BOUNDED:
        least = doubly_robust.SMALLEST
        told.append(
            f"{percent(found.bounded)} of the people have a probability below {least:g} of being on both lists: it was raised to that"
        )
    return told


def disagreement(lists: Lists, found: dict[Pair, Estimate]) -> list[str]:
    """Whether pairs tell of different numbers: then some are not independent given the covariates."""
    known = {pair: max(value.count, float(lists.observed)) for pair, value in found.items()}
    if len(known) < 2:
        return []
    low, high = min(known, key=lambda pair: known[pair]), max(known, key=lambda pair: known[pair])
    if known[low] > lists.observed and known[high] < APART * known[low]:
        return []
    told = [f"{number(known[pair])} by {' and '.join(lists.names[place] for place in pair)}" for pair in (low, high)]
    return [f"pairs of lists disagree: {', '.join(told)}; not all can be independent given the covariates"]


def table(lists: Lists, both: dict[Pair, float], found: dict[Pair, Estimate]) -> xr.Dataset:
    """Every pair that was computed, with limits; none where a pair has more on both than independence allows."""
    names = [" and ".join(lists.names[place] for place in pair) for pair in found]
    limits = [
        doubly_robust.limits(value.count, value.error, lists.observed, PROBABILITY)
        if value.count > lists.observed
        else (np.nan, np.nan)
        for value in found.values()
    ]
    values = {
        "point": [value.count for value in found.values()],
        "lower": [lower for lower, _ in limits],
        "upper": [upper for _, upper in limits],
        "standard_error": [value.error for value in found.values()],
        "on_both": [both[pair] for pair in found],
    }
    return xr.Dataset(
        {name: ("pair", np.array(column)) for name, column in values.items()},
        coords={"pair": np.array(names, dtype=object)},
    )


def levels(lists: Lists, names: tuple[str, ...], row: Places, weight: Array, found: Estimate) -> xr.Dataset:
    """The estimate of every category, from the same influence function: those of one covariate add up to the whole."""
    known: dict[str, float] = {}
    for name in names:
        if not _is_number(lists, name):
            labels = lists.covariates[name].astype(str).to_numpy()[row]
            known |= {
                f"{name} = {level}": float(weight @ (found.phi * (labels == level))) for level in sorted(set(labels))
            }
    return xr.Dataset(
        {"point": ("level", np.array(list(known.values())))}, coords={"level": np.array(list(known), dtype=object)}
    )
