"""Terms of log-linear models by the names of their lists, and why some models have no estimate, in words."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from estimators.errors import ExistenceError, ModelError
from estimators.lists.table import Lists
from estimators.numeric import existence, hierarchy, margins, patterns

type Places = NDArray[np.intp]
type Terms = tuple[tuple[str, ...], ...]

NAMED = 6


def model_of(terms: Terms, lists: Lists, estimator: str) -> Places:
    """The sets of lists of a hierarchical model: none, every single list, the terms and all that is within them.

    Raises
    ------
    ModelError
        If a term names no two lists, a list that is not there, or all lists.
    """
    found = []
    for term in terms:
        number = set_of(term, lists, estimator)
        if len(set(term)) == len(lists.names):
            text = (
                "how all lists go together cannot be estimated, since nobody on no list is seen: expected fewer of them"
            )
            raise ModelError(f"{estimator}: term {'+'.join(term)} holds every list: {text}")
        found.append(number)
    singles = [1 << place for place in range(len(lists.names))]
    return np.array([0, *patterns.hierarchical([*singles, *found])], dtype=np.intp)


def set_of(term: Sequence[str], lists: Lists, estimator: str) -> int:
    """Two lists or more as a whole number."""
    unknown = [name for name in term if name not in lists.names]
    if unknown:
        raise ModelError(f"{estimator}: no list {unknown[0]!r}: expected lists among {', '.join(lists.names)}")
    if len(set(term)) < 2:
        raise ModelError(f"{estimator}: term {term!r}: expected the names of two lists or more")
    return sum(1 << lists.names.index(name) for name in set(term))


def spoken(term: int, names: Sequence[str], join: str = " with ") -> str:
    """A set of lists in words."""
    return join.join(name for place, name in enumerate(names) if term >> place & 1)


def spoken_terms(terms: Iterable[int], names: Sequence[str], none: str = "none") -> str:
    """The largest terms of two lists and more, in words."""
    largest = [term for term in hierarchy.generators([int(term) for term in terms]) if term.bit_count() > 1]
    return "; ".join(spoken(term, names) for term in sorted(largest, key=lambda s: (s.bit_count(), s))) or none


def rests_on(terms: Iterable[int], names: Sequence[str]) -> str:
    """What fixes the level: the interactions that are taken to be none."""
    held = {int(term) for term in terms}
    pairs = [1 << one | 1 << two for two in range(len(names)) for one in range(two)]
    left = [spoken(pair, names) for pair in pairs if pair not in held]
    whole = "no interaction of all lists together" if len(names) > 2 else "no link between the two lists"
    if not left or len(names) == 2:
        return whole
    more = f" and {len(left) - NAMED} more pairs" if len(left) > NAMED else ""
    return f"{whole}, and none of the terms left out: {', '.join(left[:NAMED])}{more}"


def require_estimate(lists: Lists, terms: Places, estimator: str) -> None:
    """Refuse a model without an estimate, or with many.

    Raises
    ------
    ExistenceError
        Saying which overlaps nobody is in, and which simpler model has an estimate.
    """
    occupied = (lists.table > 0)[None]
    code = int(existence.codes(occupied, terms[None])[0])
    if code == existence.FINE:
        return
    way = int(existence.directions(occupied, terms[None])[0])
    what = {existence.UP: "more", existence.DOWN: "fewer"}.get(way, "")
    reasons = []
    if code in (existence.NONE, existence.NONE + existence.MANY):
        better = f", and the {what} are assumed on no list the better it fits" if what else ""
        reasons.append(f"no finite number fits best{better}")
    if code >= existence.MANY:
        reasons.append("many numbers of people on no list fit these figures equally well")
    model = spoken_terms(terms, lists.names, "lists independent of each other")
    text = f"{_missing(lists, terms)}, so that nothing says how the lists of this model ({model}) go together: {'; and '.join(reasons)}"
    raise ExistenceError(f"{estimator} has no estimate: {text}. {_advice(occupied, terms, lists.names)}")


def _missing(lists: Lists, terms: Places) -> str:
    """Which two lists share nobody, in words, those the model does not set aside first."""
    count = len(lists.names)
    held = margins.over_supersets(lists.table[None])[0]
    pairs = [1 << one | 1 << two for one in range(count) for two in range(one + 1, count)]
    empty = sorted((pair for pair in pairs if held[pair] == 0), key=lambda pair: pair in terms)
    if empty:
        shown = [spoken(pair, lists.names, " + ") for pair in empty[:NAMED]]
        more = f" and of {len(empty) - NAMED} more pairs" if len(empty) > NAMED else ""
        return f"no one is on both lists of {', '.join(shown)}{more}"
    nobody = int((lists.table[1:] == 0).sum())
    return (
        f"no one is in {nobody} of the {2**count - 1} combinations of lists" if nobody else "there are too few overlaps"
    )


def _advice(occupied: "NDArray[np.bool_]", terms: Places, names: Sequence[str]) -> str:
    """Which term to leave out."""
    largest = [term for term in hierarchy.generators(terms) if term.bit_count() > 1]
    helps = [term for term in largest if not existence.codes(occupied, terms[terms != term][None])[0]]
    if helps:
        return (
            f"Without the term {' or without '.join(spoken(term, names) for term in helps[:3])} there is an estimate."
        )
    if largest:
        return "A model with fewer terms may have one."
    return "No model of these lists says more: they need people who are on more than one of them."
