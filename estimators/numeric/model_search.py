"""Which hierarchical models matter: all of them where they are few, else all within a window of the best.

Notation: a model m is a whole number whose bit j says whether it has term j. A model is hierarchical when with a term it has every term
within it; its neighbours have one term more or one less. s(m) is the log evidence of m, all models being equally likely beforehand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]
type Models = NDArray[np.uint64]
type Score = Callable[[Models], Array]

WINDOW = float(np.log(1e4))  # models less likely than the best by more than this have no neighbours that matter


@dataclass(frozen=True)
class Space:
    """Hierarchical models of some terms.

    Parameters
    ----------
    within, holding : Models
        For each term, the set of terms within it, and of terms that hold it, (terms,).
    """

    within: Models
    holding: Models

    @property
    def terms(self) -> Models:
        """The bit of each term."""
        return np.uint64(1) << np.arange(len(self.within), dtype=np.uint64)

    def neighbours(self, models: Models) -> Models:
        """Models with one term more or less than one of these."""
        bits, have = self.terms, models[:, None]
        has = (have & bits) > 0
        may_add, may_drop = ~has & ((have & self.within) == self.within), has & ((have & self.holding) == 0)
        return np.unique((have ^ bits)[may_add | may_drop])


@dataclass(frozen=True)
class Found:
    """Models with their log evidence, best first.

    Parameters
    ----------
    models, scores : Models, Array
        Those whose evidence was computed.
    complete : bool
        Whether these are all there are.
    edge : float
        Probability of the models outside the window among all that were computed; 0 where all were.
    """

    models: Models
    scores: Array
    complete: bool
    edge: float

    @property
    def probability(self) -> Array:
        """Of each model, given that it is one of these."""
        weight = np.exp(self.scores - self.scores[0])
        return np.asarray(weight / weight.sum())


def space(terms: Sequence[Sequence[int]]) -> Space:
    """Hierarchical models of these terms, each a set of factors.

    Examples
    --------
    >>> space([(0, 1), (0, 2), (1, 2), (0, 1, 2)]).neighbours(np.array([0b0011], dtype=np.uint64)).tolist()
    [1, 2, 7]
    """
    sets = [frozenset(term) for term in terms]
    within = [sum(1 << at for at, other in enumerate(sets) if other < term) for term in sets]
    holding = [sum(1 << at for at, other in enumerate(sets) if other > term) for term in sets]
    return Space(np.array(within, dtype=np.uint64), np.array(holding, dtype=np.uint64))


def every(models: Space, most: int) -> Models | None:
    """All hierarchical models, or none if they are more than `most`."""
    found = last = np.zeros(1, dtype=np.uint64)
    while len(last):
        bits = models.terms
        may = ((last[:, None] & bits) == 0) & ((last[:, None] & models.within) == models.within)
        last = np.unique((last[:, None] | bits)[may])
        found = np.concatenate([found, last])
        if len(found) > most:
            return None
    return found


def explore(models: Space, score: Score, most: int, window: float = WINDOW) -> Found:
    """All models where they are at most `most`; else climb to a best one and take in neighbours until none within the window is new.

    The climb starts from no term and from all terms. Neighbours of the likeliest models are taken in first, until `most` are scored.
    """
    all_of_them = every(models, most)
    if all_of_them is not None:
        return _ordered(all_of_them, score(all_of_them), complete=True, edge=0.0)
    found, scores, expanded = _climbed(models, score)
    while len(found) < most:
        fresh = (scores > scores.max() - window) & ~np.isin(found, expanded)
        if not fresh.any():
            break
        chosen = found[fresh][np.argsort(-scores[fresh])[: max(8, most // 50)]]
        expanded = np.concatenate([expanded, chosen])
        new = np.setdiff1d(models.neighbours(chosen), found)
        found, scores = np.concatenate([found, new]), np.concatenate([scores, score(new)])
    weight = np.exp(scores - scores.max())
    edge = float(weight[~np.isin(found, expanded)].sum() / weight.sum())
    return _ordered(found, scores, complete=False, edge=edge)


def _climbed(models: Space, score: Score) -> tuple[Models, Array, Models]:
    """Models seen on the way from the smallest and from the largest to a best one, and those whose neighbours were seen."""
    found = np.array([0, sum(int(bit) for bit in models.terms)], dtype=np.uint64)
    scores = score(found)
    expanded = np.zeros(0, dtype=np.uint64)
    for start in found.tolist():
        here = np.uint64(start)
        while True:
            around = models.neighbours(np.array([here]))
            expanded = np.union1d(expanded, [here])
            new = np.setdiff1d(around, found)
            found, scores = np.concatenate([found, new]), np.concatenate([scores, score(new)])
            near = np.isin(found, around)
            if scores[near].max() <= scores[found == here][0]:
                break
            here = found[near][scores[near].argmax()]
    return found, scores, expanded


def _ordered(models: Models, scores: Array, *, complete: bool, edge: float) -> Found:
    order = np.argsort(-scores, kind="stable")
    return Found(models[order], scores[order], complete, edge)
