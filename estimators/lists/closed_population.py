"""Closed populations: how many are on no list, under each of the classical assumptions about who is listed how easily."""

from dataclasses import dataclass
from typing import ClassVar, Literal, cast, get_args

import numpy as np
from scipy import special

from estimators.errors import ExistenceError, ModelError
from estimators.lists import cautions, outcome, refusals
from estimators.lists.table import Lists
from estimators.numbers import number
from estimators.numeric import closed_population, removal
from estimators.numeric.closed_population import Fit, Heterogeneity
from estimators.priors import Prior

type Model = Literal[
    "M0",
    "Mt",
    "Mh Chao",
    "Mh Poisson2",
    "Mh Darroch",
    "Mh Gamma3.5",
    "Mth Chao",
    "Mth Poisson2",
    "Mth Darroch",
    "Mth Gamma3.5",
    "Mb",
    "Mbh",
]

MODELS: tuple[str, ...] = get_args(Model.__value__)
FORMS: tuple[Heterogeneity, ...] = ("Poisson2", "Darroch", "Gamma3.5")
APART = 1.25  # times that two forms of differences between people may differ without a word
POOR = 1e-3  # probability of a deviance as large, if the model were right
INTERVAL = "95 % profile likelihood"

ASSUMED = {
    "M0": "every list reaches everybody with one and the same probability, and no list leads to another",
    "Mt": "each list reaches everybody with the same probability, its own, and no list leads to another",
    "Mh": "people differ in how easily lists reach them, all lists alike, and no list leads to another",
    "Mth": "people differ in how easily lists reach them, lists differ too, and no list leads to another",
    "Mb": "the lists are in order of time; everybody not met yet is met with one and the same probability on each",
    "Mbh": "the lists are in order of time; everybody not met on the first is met with one and the same probability on each later one",
}
KNOWN_AS = {"Mt": "Independence", "Mth Chao": "ChaoLowerBound"}
DIFFER = {
    "Chao": "how people differ is left open, so that the estimate is a lower bound",
    "Poisson2": "the log odds of being listed differ between people as two to the number of lists implies",
    "Darroch": "the log odds of being listed are normal among those on no list",
    "Gamma3.5": "the log odds of being listed follow minus a gamma distribution of shape 3.5 among those on no list",
}


@dataclass(frozen=True, repr=False)
class ClosedPopulation:
    """People on no list, from one of the twelve classical models of a population that nobody enters or leaves.

    Parameters
    ----------
    model : str
        ``M0``: one probability for everybody and every list. ``Mt``: each list has its own. ``Mh …`` and ``Mth …``: people differ too,
        in the form ``Chao`` (a lower bound), ``Poisson2``, ``Darroch`` or ``Gamma3.5``. ``Mb``, ``Mbh``: lists in order of time, of
        which only first meetings count; Mbh sets the first list apart.

    Notes
    -----
    Poisson log-linear model of the patterns that somebody has; the expected number of the pattern without lists is its constant. M0 adds
    β k, where k is the number of lists of a pattern, Mt β_i for each list i; heterogeneity adds τ (2^k - 1), τ k²/2, -τ log(1 + k/3.5),
    or for Chao Σ η_j max(k - j + 1, 0), j ≥ 3, with η_j ≥ 0. Mb and Mbh: first meetings fall off geometrically. The interval is that of the
    profile likelihood of the multinomial distribution, which is not symmetric, never below the people listed, and has no upper end
    where the figures set none. Differences between people that leave the same pattern of counts have different numbers on no list: no
    figure can tell the forms apart (Link 2003), and where they differ the result says by how much.

    References
    ----------
    Baillargeon, S. and Rivest, L.-P. 2007. Rcapture. Journal of Statistical Software 19(5). doi:10.18637/jss.v019.i05
    Cormack, R. M. 1992. Interval estimation for mark-recapture studies of closed populations. Biometrics 48. doi:10.2307/2532310
    Link, W. A. 2003. Nonidentifiability of population size from capture-recapture data with heterogeneous detection probabilities.
    Biometrics 59. doi:10.1111/j.0006-341X.2003.00129.x

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> figures = {"a": [1, 0, 0, 1, 1, 0, 1], "b": [0, 1, 0, 1, 0, 1, 1], "c": [0, 0, 1, 0, 1, 1, 1], "n": [60, 45, 30, 20, 13, 10, 4]}
    >>> tree = est.fit(ClosedPopulation("Mt"), est.read_lists(pd.DataFrame(figures)), seed=1)
    >>> [round(float(tree["estimate"][end].item())) for end in ("lower", "point", "upper")]
    [268, 320, 391]
    """

    method: ClassVar[str] = "maximum likelihood"
    model: Model = "Mth Chao"

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ModelError(f"model {self.model!r}: expected one of {', '.join(MODELS)}")

    def __repr__(self) -> str:
        form = DIFFER.get(self._form)
        return (
            f"ClosedPopulation, model {self.model}. Nobody enters or leaves the population, everybody listed is recognised on other lists, "
            f"and {ASSUMED[self._kind]}{f'; {form}' if form else ''}. Maximum likelihood, with the 95 % interval of the profile likelihood."
        )

    @property
    def _kind(self) -> str:
        return self.model.partition(" ")[0]

    @property
    def _form(self) -> Heterogeneity:
        return cast(Heterogeneity, self.model.partition(" ")[2])

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        form = DIFFER.get(self._form)
        return (
            "nobody enters or leaves the population while the lists are made",
            "everybody is recognised on every list: no two records of one person are taken for two people, or of two for one",
            ASSUMED[self._kind],
            *([form] if form else []),
        )

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(
            lists, f"ClosedPopulation {self.model}", fewest=2 if self.model in ("M0", "Mt", "Mb") else 3
        )

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:  # noqa: ARG002
        """Groups ``estimate`` and ``lists``."""
        solved = _removed(figures, self) if self._kind in ("Mb", "Mbh") else _fitted(figures, self)
        fit, (mode, lower, upper), freedom = solved
        more = {
            "standard_error": fit.error,
            "most_likely": figures.observed + mode,
            "deviance": fit.deviance,
            "degrees_of_freedom": freedom,
            "parameters": fit.parameters,
        }
        return outcome.estimated(
            figures,
            figures.observed + fit.unlisted,
            (figures.observed + lower, figures.observed + upper),
            interval=INTERVAL + (" of a lower bound" if self._form == "Chao" else ""),
            rests_on="; ".join([ASSUMED[self._kind], *([DIFFER[self._form]] if self._form else [])]),
            cautions=_cautions(figures, self, solved),
            fitted=fit.means,
            more=more,
        )


type Solved = tuple[Fit, tuple[float, float, float], int]


def _fitted(lists: Lists, estimator: ClosedPopulation) -> Solved:
    """Fit, most likely number and limits of the number on no list, degrees of freedom left."""
    each, form = estimator._kind in ("Mt", "Mth"), estimator._form
    design, floored = closed_population.closed_design(len(lists.names), each=each, heterogeneity=form)
    found = closed_population.estimate(design, floored, lists.table)
    if isinstance(found, str):
        simpler = {"Chao": ("Independence",), "": ()}.get(estimator._form, ("Independence", "ChaoLowerBound"))
        name = KNOWN_AS.get(estimator.model, f"ClosedPopulation {estimator.model}")
        raise ExistenceError(refusals.no_estimate(lists, name, found, simpler))
    fit, kept = found
    limits = closed_population.profiled(design, floored, lists.table, kept, fit)
    return fit, limits, int(kept.sum()) - 1 - fit.parameters


def _removed(lists: Lists, estimator: ClosedPopulation) -> Solved:
    apart = estimator._kind == "Mbh"
    fit = removal.removal_fit(lists.table, apart=apart)
    if fit is None:
        first = removal.first_meetings(lists.table)
        told = ", ".join(f"{name} {people:,.0f}" for name, people in zip(lists.names, first, strict=True))
        text = (
            f"first meetings do not fall off from list to list ({told}), so nothing says how many are left; lists that are not in order "
            "of time have no such model"
        )
        raise ExistenceError(f"ClosedPopulation {estimator.model}: {text}")
    limits = removal.removal_limits(lists.table, fit, apart=apart)
    return fit, limits, len(lists.table) - 1 - fit.parameters


def _cautions(lists: Lists, estimator: ClosedPopulation, solved: Solved) -> list[str]:
    fit, (_, low, high), freedom = solved
    point, limits = lists.observed + fit.unlisted, (lists.observed + low, lists.observed + high)
    found = cautions.of_estimate(lists, point, limits)
    if estimator._form == "Chao":
        found.append("this is a lower bound: people who differ more than the model can see make the true number larger")
    if estimator._form in FORMS:
        found += _other_forms(lists, estimator)
    if estimator._kind in ("Mb", "Mbh"):
        found.append(
            f"the lists are taken in the order {', '.join(lists.names)}: in another order the estimate is another"
        )
    if freedom > 0 and special.chdtrc(freedom, fit.deviance) < POOR:
        text = "its assumptions are wrong, and its interval leaves that out"
        found.append(f"the model does not fit: deviance {number(fit.deviance)} on {freedom} degrees of freedom; {text}")
    return found


def _other_forms(lists: Lists, estimator: ClosedPopulation) -> list[str]:
    """What the other forms of differences between people say, where that is something else."""
    found: dict[str, float] = {}
    each = estimator._kind == "Mth"
    for form in FORMS:
        design, floored = closed_population.closed_design(len(lists.names), each=each, heterogeneity=form)
        fit = closed_population.estimate(design, floored, lists.table)
        if not isinstance(fit, str):
            found[form] = lists.observed + fit[0].unlisted
    if len(found) < 2 or max(found.values()) < APART * min(found.values()):
        return []
    told = ", ".join(f"{form} {number(value)}" for form, value in found.items())
    return [f"how people differ decides, and the figures cannot tell: {told}"]
