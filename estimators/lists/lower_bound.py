"""A lower bound that holds however people differ."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from estimators.lists import outcome
from estimators.lists.closed_population import ClosedPopulation
from estimators.lists.table import Lists
from estimators.priors import Prior


@dataclass(frozen=True, repr=False)
class ChaoLowerBound:
    """Fewest people on no list that are consistent with people who differ in how easily lists reach them.

    Parameters
    ----------
    lists_differ : bool
        Whether each list has a level of its own, `ClosedPopulation("Mth Chao")`, or all lists have the same one.

    Notes
    -----
    With lists alike and as many people on k lists as the bound allows, the number on no list is at least (L - 1)/(2 L) f_1²/f_2, where
    f_k people are on k of L lists. That is an inequality of Cauchy and Schwarz, true however people differ, and no estimate: where
    they differ much the population is much larger. It does not hold if one list leads away from another.

    References
    ----------
    Chao, A. 1987. Estimating the population size for capture-recapture data with unequal catchability. Biometrics 43. doi:10.2307/2531532
    Rivest, L.-P. and Baillargeon, S. 2007. Applications and extensions of Chao's moment estimator for the size of a closed population.
    Biometrics 63, 999-1006.

    Examples
    --------
    >>> ChaoLowerBound().assumptions()[-1]
    'how people differ is left open, so that the estimate is a lower bound'
    """

    method: ClassVar[str] = "maximum likelihood"
    lists_differ: bool = True

    def __repr__(self) -> str:
        return repr(self._model()).replace("ClosedPopulation, model", "ChaoLowerBound, model")

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return self._model().assumptions()

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(lists, "ChaoLowerBound", fewest=3)

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:
        """Groups ``estimate`` and ``lists``."""
        return self._model().answer(figures, sampling, rng)

    def _model(self) -> ClosedPopulation:
        return ClosedPopulation("Mth Chao" if self.lists_differ else "Mh Chao")
