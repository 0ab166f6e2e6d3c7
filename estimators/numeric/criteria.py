"""Every hierarchical model of one table by an information criterion, without fitting those that cannot matter.

Notation: as in `loglinear` and `hierarchy`. The criterion of a model with p terms is −2 log L + c p, with c = log n for BIC and 2 for AIC;
terms whose coefficient is −∞ count as well. Models are fitted in order of size, each from the coefficients of the model without its last
face. No model has a larger likelihood than the table itself as means, L₊, so that once −2 log L₊ + c p exceeds the best criterion by
more than a window, neither this size nor any larger one can come within the window: what is left out is left out exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import existence, hierarchy, loglinear
from estimators.numeric.hierarchy import Models
from estimators.numeric.loglinear import Fit

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]

SEVERAL = 40
ORDERS = 6
CHUNK = 2048  # models of one stacked fit: their matrices stay in the cache


@dataclass(frozen=True)
class Ranked:
    """Models from best to worst.

    Parameters
    ----------
    models : Models
        As in `hierarchy`, (B,).
    terms : Places
        (B, p).
    coefficients : Array
        (B, p).
    unlisted, criterion : Array
        μ_0 and −2 log L + c p, (B,).
    without : Models
        Those asked about that have no estimate, or more than one.
    terms_without : Places
        Their terms.
    considered : int
        How many there are, with those that the bound left out.
    """

    models: Models
    terms: Places
    coefficients: Array
    unlisted: Array
    criterion: Array
    without: Models
    terms_without: Places
    considered: int

    def first(self, count: int) -> "Ranked":
        """The best of them."""
        short = (self.models[:count], self.terms[:count], self.coefficients[:count], self.unlisted[:count])
        return Ranked(*short, self.criterion[:count], self.without, self.terms_without, self.considered)


def ranked(table: Array, order: int, price: float, window: float = np.inf) -> Ranked:
    """Every model within the window of the best.

    Parameters
    ----------
    table : Array
        n, (2^L,).
    order : int
        Most lists in a face.
    price : float
        c.
    window : float
        How far above the best criterion a model may be and still be told.
    """
    lists = len(table).bit_length() - 1
    least = -2.0 * saturated(table)
    everything = hierarchy.models(lists, order)
    size = np.bitwise_count(everything).astype(np.intp)
    store = _Store(table, lists, order, price)
    best = np.inf
    for level in range(int(size.max(initial=0)) + 1):
        if least + price * (1 + lists + level) > best + window:
            break
        models = everything[size == level]
        for first in range(0, len(models), CHUNK):
            best = min(best, store.add(models[first : first + CHUNK]))
    return store.ranked(best + window, len(everything))


def saturated(table: Array) -> float:
    """Logarithm of L₊: Σ n log n − n − log n! of the listed patterns."""
    listed = np.asarray(table, dtype=np.float64)[1:]
    return float((special.xlogy(listed, listed) - listed - special.gammaln(listed + 1.0)).sum())


class _Store:
    """Fitted models, where those of the next size look up their beginnings."""

    def __init__(self, table: Array, lists: int, order: int, price: float) -> None:
        self.table, self.lists, self.order, self.price = table[None], lists, order, price
        self.faces = np.array(hierarchy.faces(lists, order), dtype=np.intp)
        self.models = np.empty(0, dtype=np.int64)
        self.full = np.empty((0, 1 + lists + len(self.faces)))  # coefficients by term, face after face
        self.parts: list[tuple[Models, Array, Array]] = []
        self.without: list[Models] = []
        self.largest: list[np.int64] = []
        self.mains = loglinear.fit(self.table, hierarchy.terms(np.zeros(1, dtype=np.int64), lists, order))

    def add(self, models: Models) -> float:
        """Fit models of one size; the best criterion among them."""
        terms = hierarchy.terms(models, self.lists, self.order)
        fine = self._have_one(models, terms)
        self.without.append(models[~fine])
        models, terms = models[fine], terms[fine]
        if not len(models):
            return np.inf
        found = loglinear.fit(self.table, terms, self._begin(models, terms))
        criterion = -2.0 * found.log_likelihood + self.price * found.parameters
        criterion = np.where(found.converged, criterion, np.inf)
        self.parts.append((models, found.unlisted, criterion))
        self._remember(models, found)
        return float(criterion.min())

    def _have_one(self, models: Models, terms: Places) -> "NDArray[np.bool_]":
        """Which of these models have one finite estimate."""
        fine = ~self._inherits(models)
        doubtful = np.flatnonzero(fine)[~existence.full_rank(self.table > 0.5, terms[fine])]
        if len(doubtful) > SEVERAL and not self.largest:
            self.largest = self._greedy()
        for large in self.largest:
            doubtful = doubtful[(models[doubtful] & ~large) != 0]
        fine[doubtful] = existence.codes(self.table > 0.5, terms[doubtful]) == existence.FINE
        return fine

    def _greedy(self) -> list[np.int64]:
        """Large models with an estimate, since every model within one of them has one too."""
        found = []
        sizes = np.bitwise_count(self.faces)
        for turn in range(ORDERS):
            model = np.int64(0)
            for face in np.lexsort((np.roll(np.arange(len(sizes)), turn * len(sizes) // ORDERS), sizes)):
                larger = model | np.int64(1 << int(face))
                terms = hierarchy.terms(np.array([larger]), self.lists, self.order)
                closed = self._closed(int(face), model)
                if closed and existence.codes(self.table > 0.5, terms)[0] == existence.FINE:
                    model = larger
            found.append(model)
        return found

    def _closed(self, face: int, model: np.int64) -> bool:
        """Whether a model holds every smaller face of a face."""
        within = np.flatnonzero((self.faces & self.faces[face] == self.faces) & (self.faces != self.faces[face]))
        return all(model >> int(place) & 1 for place in within)

    def _inherits(self, models: Models) -> "NDArray[np.bool_]":
        """Models that hold one without an estimate, and so have none either."""
        bad = np.zeros(len(models), dtype=bool)
        known = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *self.without]))
        if not len(known):
            return bad
        for face in range(len(self.faces)):
            smaller = models & ~np.int64(1 << face)
            at = np.minimum(np.searchsorted(known, smaller), len(known) - 1)
            bad |= known[at] == smaller
        return bad

    def _remember(self, models: Models, found: Fit) -> None:
        full = np.zeros((len(models), self.full.shape[1]))
        np.put_along_axis(full, self._columns(models, found.terms.shape[1]), found.coefficients, axis=1)
        order = np.argsort(together := np.concatenate([self.models, models]))
        self.models, self.full = together[order], np.concatenate([self.full, full])[order]

    def _columns(self, models: Models, width: int) -> Places:
        held = (models[:, None] >> np.arange(len(self.faces)) & 1).astype(bool)
        first = np.argsort(~held, axis=1, kind="stable")[:, : width - 1 - self.lists]
        always = np.tile(np.arange(1 + self.lists), (len(models), 1))
        return np.concatenate([always, first + 1 + self.lists], axis=1)

    def _begin(self, models: Models, terms: Places) -> Array:
        """Coefficients of the model without its last face, corrected by what the face before it does to them."""
        start = np.zeros((len(models), self.full.shape[1]))
        mains = self.mains.coefficients[0]
        start[:, : 1 + self.lists] = np.where(np.isfinite(mains), mains, 0.0)
        last = _last(models)
        parent, known = self._of(models ^ last)
        start[known] = parent[known]
        other = _last(models ^ last)
        side, also = self._of(models ^ other)
        root, too = self._of(models ^ last ^ other)
        known &= also & too & (other > 0)
        start[known] += side[known] - root[known]
        return np.take_along_axis(start, self._columns(models, terms.shape[1]), axis=1)

    def _of(self, models: Models) -> "tuple[Array, NDArray[np.bool_]]":
        if not len(self.models):
            return np.zeros((len(models), self.full.shape[1])), np.zeros(len(models), dtype=bool)
        at = np.minimum(np.searchsorted(self.models, models), len(self.models) - 1)
        full = self.full[at]
        return np.where(np.isfinite(full), full, 0.0), np.asarray(self.models[at] == models)

    def ranked(self, most: float, considered: int) -> Ranked:
        """What was found, within a bound."""
        without = np.concatenate(self.without)
        none = hierarchy.terms(without, self.lists, self.order)
        if not self.parts:
            empty = np.empty(0)
            return Ranked(without[:0], none[:0], np.empty((0, 0)), empty, empty, without, none, considered)
        models, unlisted, criterion = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        kept = np.flatnonzero((criterion <= most) & np.isfinite(criterion))
        kept = kept[np.lexsort((models[kept], criterion[kept]))]
        models = models[kept]
        terms = hierarchy.terms(models, self.lists, self.order)
        full = self.full[np.searchsorted(self.models, models)]
        coefficients = np.take_along_axis(full, self._columns(models, terms.shape[1]), axis=1)
        coefficients = np.where(terms == loglinear.NO_TERM, 0.0, coefficients)
        return Ranked(models, terms, coefficients, unlisted[kept], criterion[kept], without, none, considered)


def _last(models: Models) -> Models:
    """The highest face of each model as a model of its own; 0 where it has none."""
    _, exponent = np.frexp(models.astype(np.float64))
    return np.where(models > 0, np.left_shift(np.int64(1), np.maximum(exponent - 1, 0).astype(np.int64)), 0)
