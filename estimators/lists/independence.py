"""Independent lists: the estimate that every other one starts from."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from estimators.lists import outcome
from estimators.lists.closed_population import ClosedPopulation
from estimators.lists.table import Lists
from estimators.priors import Prior


@dataclass(frozen=True, repr=False)
class Independence:
    """People on no list, if no list leads to another and each reaches everybody with the same probability, its own.

    Notes
    -----
    The log-linear model with main effects only, which is `ClosedPopulation("Mt")`; with two lists the estimate is that of Lincoln and
    Petersen, (people on the first) × (people on the second)/(people on both). Referrals from list to list and people who are easy to
    list make the estimate too small; lists that hold each other's people back make it too large. With two lists nothing tests this.

    References
    ----------
    Fienberg, S. E. 1972. The multiple recapture census for closed populations and incomplete 2^k contingency tables. Biometrika 59.
    doi:10.1093/biomet/59.3.591

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> lists = est.read_lists(pd.DataFrame({"police": [1, 0, 1], "shelter": [0, 1, 1], "count": [40, 30, 20]}))
    >>> estimate = est.fit(Independence(), lists, seed=1)["estimate"]
    >>> [round(float(estimate[end].item())) for end in ("lower", "point", "upper")]
    [117, 150, 205]
    """

    method: ClassVar[str] = "maximum likelihood"

    def __repr__(self) -> str:
        return (
            "Independence. Nobody enters or leaves the population, everybody listed is recognised on other lists, and "
            f"{self.assumptions()[-1]}. Maximum likelihood, with the 95 % interval of the profile likelihood."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return ClosedPopulation("Mt").assumptions()

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(lists, "Independence")

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:
        """Groups ``estimate`` and ``lists``."""
        return ClosedPopulation("Mt").answer(figures, sampling, rng)
