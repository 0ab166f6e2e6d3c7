"""Log-linear models of lists whose links are given."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from estimators.errors import ModelError
from estimators.lists import cautions, outcome, terms
from estimators.lists.table import Array, Lists
from estimators.lists.terms import Places, Terms
from estimators.numeric import loglinear, profile
from estimators.priors import Prior

type Interval = Literal["profile", "wald"]
type Given = tuple[tuple[tuple[str, ...], float], ...]

INTERVALS = {
    "profile": "95 % profile likelihood, model fixed",
    "wald": "95 % Wald on the logarithm of the number unlisted, model fixed",
}
FEWEST = 0.5  # unlisted people below which chance in who they are no longer grows
SAME = (
    "nobody enters or leaves the population, and everybody listed is recognised on other lists",
    "within a list everybody has the same chance to be on it, given the other lists the model links it with",
)


@dataclass(frozen=True, repr=False)
class LogLinear:
    """People on no list, if the links between lists are those given and no others.

    Parameters
    ----------
    terms : tuple of tuple of str
        Lists that go together, such as ``(("police", "shelter"),)``; of a term of three lists its pairs are in the model too. Empty for
        lists independent of each other.
    interval : {"profile", "wald"}
        Of the profile likelihood, or symmetric in the logarithm of the number unlisted, which it always is where links are given.
    given : tuple of (tuple of str, float)
        Links that are taken as known and not estimated: the lists, and their odds ratio given all other lists, such as
        ``((("police", "shelter"), 2.0),)``. See `sweep_assumption`.

    Notes
    -----
    Counts n_s of the capture patterns s are Poisson with log μ_s = Σ_{t ⊂ s} u_t over the terms t of the model; the estimate of those on no
    list is exp(u_∅). A term that nobody has gets u_t = -∞: its patterns leave the fit. Before the fit a linear programme makes sure that
    one finite estimate exists. The profile limits are those of the multinomial distribution of everybody; Wald's have variance
    Var(û_∅) + exp(-û_∅) on the log scale, of which the second part is chance in who is on no list. Neither knows how the terms
    were chosen: terms picked because these figures ask for them need `Stepwise` or `BestBIC`.

    References
    ----------
    Fienberg, S. E. 1972. The multiple recapture census for closed populations and incomplete 2^k contingency tables. Biometrika 59.
    doi:10.1093/biomet/59.3.591
    Cormack, R. M. 1992. Interval estimation for mark-recapture studies of closed populations. Biometrics 48. doi:10.2307/2532310
    Chan, L., Silverman, B. W. and Vincent, K. 2021. Multiple systems estimation for sparse capture data. JASA 116.
    doi:10.1080/01621459.2019.1708748

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> table = pd.DataFrame({"A": [1, 0, 0, 1], "B": [0, 1, 0, 1], "C": [0, 0, 1, 0], "count": [40, 30, 20, 6]})
    >>> LogLinear(terms=(("A", "C"),)).fitted(est.read_lists(table)).unlisted.round(3).tolist()
    [300.0]
    """

    method: ClassVar[str] = "maximum likelihood"
    terms: Terms = ()
    interval: Interval = "profile"
    given: Given = ()

    def __post_init__(self) -> None:
        for lists, ratio in self.given:
            if isinstance(lists, str) or len(lists) < 2 or not 0.0 < ratio < float("inf"):
                raise ModelError(
                    f"given {(lists, ratio)!r}: expected two lists or more and a positive odds ratio, (('A', 'B'), 2.0)"
                )
        if self.interval not in INTERVALS:
            raise ModelError(f"interval {self.interval!r}: expected 'profile' or 'wald'")
        if any(isinstance(term, str) for term in self.terms):
            raise ModelError(f"terms {self.terms!r}: expected a tuple of tuples, such as (('police', 'shelter'),)")

    def __repr__(self) -> str:
        held = "; ".join(" with ".join(term) for term in self.terms) or "none, lists independent of each other"
        taken = f" Taken as known: {self._given_in_words()}." if self.given else ""
        whole = "" if self.given else " No interaction of all lists together."
        return (
            f"LogLinear. Poisson log-linear model of the capture patterns, fitted by maximum likelihood; links between lists: {held}."
            f"{taken} The interval is {INTERVALS[self._kind]}.{whole}"
        )

    def _given_in_words(self) -> str:
        return "; ".join(f"odds ratio {ratio:g} of {' with '.join(lists)}" for lists, ratio in self.given)

    @property
    def _kind(self) -> Interval:
        return "wald" if self.given else self.interval

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        held = "; ".join(" with ".join(term) for term in self.terms)
        links = (
            f"lists are linked as given ({held}) and in no other way" if held else "no list leads to or from another"
        )
        return (*SAME, links, "how all lists together interact, which no figure shows, is taken to be not at all")

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(lists, "LogLinear")

    def fitted(self, figures: Lists) -> loglinear.Fit:
        """The model fitted to these lists, one row; `ExistenceError` where it has no estimate."""
        model = terms.model_of(self.terms, figures, "LogLinear")
        terms.require_estimate(figures, model, "LogLinear")
        return loglinear.fit(figures.table[None], model[None], factors=self._factors(figures, model))

    def _factors(self, lists: Lists, model: Places) -> Array | None:
        """What the links that are given multiply the mean of each pattern by, (1, 2^lists)."""
        if not self.given:
            return None
        found = np.ones((1, 2 ** len(lists.names)))
        for names, ratio in self.given:
            term = terms.set_of(names, lists, "LogLinear")
            if term in model:
                raise ModelError(
                    f"given {' with '.join(names)}: expected a link that is not among the terms, which are estimated"
                )
            found[:, (np.arange(found.shape[1]) & term) == term] *= ratio
        return found

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:  # noqa: ARG002
        """Groups ``estimate`` and ``lists``."""
        fit = self.fitted(figures)
        limits = conditional_limits(figures, fit, self._kind)
        model = fit.terms[0]
        point = figures.observed + float(fit.unlisted[0])
        groups = outcome.estimated(
            figures,
            point,
            limits,
            interval=INTERVALS[self._kind],
            rests_on=self._given_in_words() or terms.rests_on(model, figures.names),
            cautions=[
                *cautions.of_estimate(figures, point, limits),
                *cautions.of_terms(figures, model),
                *cautions.of_fit(fit, figures),
            ],
            fitted=fit.means[0],
            more=measures(figures, fit),
        )
        groups["estimate"].attrs["terms"] = terms.spoken_terms(model, figures.names)
        return groups


def conditional_limits(lists: Lists, fit: loglinear.Fit, interval: Interval) -> tuple[float, float]:
    """Limits of the true count in one model."""
    unlisted = float(fit.unlisted[0])
    if interval == "profile":
        low, high = profile.profile_limits(lists.table, fit.terms[0], unlisted)
    else:
        variance = float(loglinear.intercept_variance(fit)[0]) + 1.0 / max(unlisted, FEWEST)
        low, high = profile.wald_limits(unlisted, variance)
    return lists.observed + low, lists.observed + high


def measures(lists: Lists, fit: loglinear.Fit) -> dict[str, float]:
    """Further figures of a fitted model."""
    deviance, parameters = -2.0 * float(fit.log_likelihood[0]), float(fit.parameters[0])
    return {
        "unlisted": float(fit.unlisted[0]),
        "standard_error_of_log_unlisted": float(np.sqrt(loglinear.intercept_variance(fit)[0])),
        "parameters": parameters,
        "aic": deviance + 2.0 * parameters,
        "bic": deviance + float(np.log(lists.observed)) * parameters,
    }
