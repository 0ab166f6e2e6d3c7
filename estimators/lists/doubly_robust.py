"""Two lists that are independent given covariates, with corrections for what the regressions get wrong."""

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal, get_args

import numpy as np

from estimators.errors import ExistenceError, ModelError
from estimators.lists import pairs
from estimators.lists.outcome import PROBABILITY, Groups, estimated, taken
from estimators.lists.table import Lists
from estimators.numbers import percent
from estimators.numeric import doubly_robust
from estimators.priors import Prior

type Learner = Literal["splines", "linear", "interactions"]

LEARNERS: tuple[str, ...] = get_args(Learner.__value__)
FEWEST = 50  # people listed: regressions on fewer tell nothing


@dataclass(frozen=True, repr=False)
class DoublyRobust:
    """People on neither of two lists, which are independent of each other among people of the same covariates.

    Parameters
    ----------
    pair : tuple of two str, optional
        The lists; by default, of more than two, the two largest. All pairs are then in the group ``pairs``.
    learner : {"splines", "linear", "interactions"}
        Columns of the regressions: natural splines of numbers and indicators of categories; numbers as they are; or splines and
        indicators with the products of every two covariates.
    covariates : tuple of str, optional
        All that the lists have, unless named here.
    folds : int
        Parts into which people are divided at random: each is predicted by regressions on the others.

    Notes
    -----
    Among those listed, with covariates x, q_1, q_2 and q_12 are the probabilities of being on the first list, the second, and both, by
    ridge-penalised multinomial logistic regression, its ridge chosen by Akaike's criterion. If the lists are independent given x, the
    probability of being listed at all is q_12 / (q_1 q_2), and N = Σ over listed people of its inverse. The estimate adds the efficient
    influence function, Σ (q_1 q_2 / q_12)(y_1/q_1 + y_2/q_2 - y_1 y_2/q_12): errors of the regressions then enter as products only. Its
    variance is n Var φ + n (1 - ψ)/ψ², ψ = n/N; the interval is log-normal for the people on no list, so it never falls below the listed.

    References
    ----------
    Das, M., Kennedy, E. H. and Jewell, N. P. 2021. Doubly robust capture-recapture methods for estimating population size.
    doi:10.48550/arXiv.2104.14091

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import estimators as est
    >>> rng = np.random.default_rng(1)
    >>> age = rng.normal(size=3000)
    >>> on = rng.random((3000, 2)) < 1 / (1 + np.exp(-np.column_stack([age, 0.5 - age])))
    >>> people = pd.DataFrame(on.astype(int), columns=["police", "shelter"]).assign(age=age)[on.any(axis=1)]
    >>> tree = est.fit(DoublyRobust(), est.read_lists(people), seed=1)
    >>> bool(tree["estimate"]["lower"] < 3000 < tree["estimate"]["upper"])
    True
    """

    method: ClassVar[str] = "efficient influence function"
    pair: tuple[str, str] | None = None
    learner: Learner = "splines"
    covariates: tuple[str, ...] | None = None
    folds: int = 5

    def __post_init__(self) -> None:
        if self.learner not in LEARNERS:
            raise ModelError(f"learner {self.learner!r}: expected one of {', '.join(LEARNERS)}")
        if self.folds < 2:
            raise ModelError(f"folds {self.folds}: expected at least 2")
        if self.pair is not None and (len(self.pair) != 2 or self.pair[0] == self.pair[1]):
            raise ModelError(f"pair {self.pair!r}: expected the names of two lists")

    def __repr__(self) -> str:
        which = " and ".join(self.pair) if self.pair else "Two lists, of more the two largest,"
        return (
            f"DoublyRobust. {which} are taken as independent of each other among people of the same covariates. Who is on which is "
            f"predicted by multinomial logistic regressions ({self.learner}) on {self.folds} parts of the people, each without the part "
            "predicted, and the efficient influence function corrects for what they get wrong; the interval is log-normal for the "
            "people on no list."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: a moment equation."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "nobody enters or leaves the population while the lists are made, and everybody is recognised on every list",
            "being on one list says nothing of being on the other, among people of the same covariates",
            "people of every kind can be on both lists",
        )

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        found = taken(lists, "DoublyRobust")
        known = [str(name) for name in found.covariates.columns]
        wanted = known if self.covariates is None else list(self.covariates)
        missing = [name for name in wanted if name not in known]
        if missing or not wanted:
            expected = (
                f"covariates among: {', '.join(known)}"
                if known
                else "lists with covariates; without, Independence says as much"
            )
            raise ModelError(f"DoublyRobust: {', '.join(missing) or 'no covariates'}: expected {expected}")
        unknown = [name for name in self.pair or () if name not in found.names]
        if unknown:
            raise ModelError(f"DoublyRobust: {', '.join(unknown)}: expected lists among: {', '.join(found.names)}")
        if found.observed < FEWEST:
            raise ModelError(f"DoublyRobust: {found.observed} people on the lists: expected at least {FEWEST}")
        return found

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> Groups:  # noqa: ARG002
        """Groups ``estimate``, ``lists``, ``pairs`` and, where a covariate has categories, ``levels``."""
        names = self.covariates or tuple(str(name) for name in figures.covariates.columns)
        row, fold, weight = pairs.parts(
            figures.counts, doubly_robust.folds(figures.observed, self.folds, rng), self.folds
        )
        x = pairs.columns(figures, names, self.learner)[row]
        both = {
            pair: float(figures.counts @ figures.on[:, list(pair)].all(axis=1))
            for pair in combinations(range(len(figures.names)), 2)
        }
        chosen = self._chosen(figures, both)
        found = {
            pair: pairs.estimate(figures.on[row][:, list(pair)], weight, x, fold)
            for pair, overlap in both.items()
            if overlap > 0 and (pair == chosen or self.pair is None)
        }
        ours = found[chosen]
        pair = figures.names[chosen[0]], figures.names[chosen[1]]
        if not ours.count > figures.observed:
            text = f"more people are on both {pair[0]} and {pair[1]} than independence allows: nobody is left for those on no list"
            raise ExistenceError(f"DoublyRobust: {text}; the lists depend on each other, given the covariates")
        groups = estimated(
            figures,
            ours.count,
            doubly_robust.limits(ours.count, ours.error, figures.observed, PROBABILITY),
            interval=f"{percent(PROBABILITY)} log-normal for the people on no list",
            rests_on=f"{pair[0]} and {pair[1]} are independent among people of the same {', '.join(names)}",
            cautions=[
                *pairs.positivity(figures, names, chosen),
                *pairs.weak(ours),
                *pairs.disagreement(figures, found),
            ],
            more={"standard_error": ours.error, "plug_in": ours.plug_in},
        )
        groups["pairs"] = pairs.table(figures, both, found)
        levels = pairs.levels(figures, names, row, weight, ours)
        return groups | ({"levels": levels} if levels.sizes["level"] else {})

    def _chosen(self, lists: Lists, both: dict[tuple[int, int], float]) -> tuple[int, int]:
        if self.pair is None:
            chosen = max(both, key=lambda pair: float(lists.sizes[list(pair)].prod()))
        else:
            first, second = sorted(lists.names.index(name) for name in self.pair)
            chosen = first, second
        if not both[chosen]:
            pair = " and ".join(lists.names[place] for place in chosen)
            raise ExistenceError(f"DoublyRobust: nobody is on both {pair}: expected at least one person on both")
        return chosen
