"""All hierarchical log-linear models at once, each with the weight that its fit earns."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from estimators.errors import ModelError
from estimators.lists import cautions, log_linear, outcome, terms
from estimators.lists.best_bic import MOST_LISTS, check_order, every_model, largest_in_words, spread, table_of
from estimators.lists.table import Array, Lists
from estimators.numbers import number, percent
from estimators.numeric import loglinear, mixtures
from estimators.numeric.criteria import Ranked
from estimators.priors import Prior

WINDOW = 40.0  # weights below e^-20 of the largest are left out
LEVELS = np.array([0.025, 0.5, 0.975])
WIDE = 2.0
MAIN = 0.05
CHUNK = 4096
ASSUMED = (
    *log_linear.SAME,
    "one of the hierarchical models considered is right; those that fit worse for their size weigh less",
    "how all lists together interact, which no figure shows, is taken to be not at all",
)


@dataclass(frozen=True, repr=False)
class AveragedLogLinear:
    """People on no list, averaged over all hierarchical log-linear models.

    Parameters
    ----------
    criterion : {"bic", "aic"}
        What weighs models: exp(-BIC/2), or exp(-AIC/2), which lets larger ones in.
    order : int, optional
        Most lists in a term; by default all but one of up to five lists, and two of six.

    Notes
    -----
    Each model with one finite estimate gives a log-normal distribution of the number unlisted, with median exp(û_∅) and variance
    Var(û_∅) + exp(-û_∅) on the log scale; point and limits are the median and the 2.5 and 97.5 % points of the mixture. The weights of BIC
    are those of models that were equally likely beforehand, approximately. Averaging spreads an estimate over models that the figures
    cannot tell apart; it does not see what all models leave out.

    References
    ----------
    Buckland, S. T., Burnham, K. P. and Augustin, N. H. 1997. Model selection: an integral part of inference. Biometrics 53.
    doi:10.2307/2533961
    Raftery, A. E. 1995. Bayesian model selection in social research. Sociological Methodology 25. doi:10.2307/271063

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(AveragedLogLinear(), est.datasets.lists("Kosovo"), seed=1)
    >>> [round(post["estimate"][end].item(), -2) for end in ("lower", "point", "upper")]
    [9200.0, 12000.0, 20900.0]
    """

    method: ClassVar[str] = "maximum likelihood"
    criterion: Literal["bic", "aic"] = "bic"
    order: int | None = None

    def __post_init__(self) -> None:
        if self.criterion not in ("bic", "aic"):
            raise ModelError(f"criterion {self.criterion!r}: expected 'bic' or 'aic'")
        check_order(self.order)

    def __repr__(self) -> str:
        return (
            f"AveragedLogLinear. All hierarchical Poisson log-linear models of the capture patterns{largest_in_words(self.order)}, fitted "
            f"by maximum likelihood and weighted by {self.criterion.upper()}; point and 95 % limits are quantiles of the mixture of "
            "log-normal numbers unlisted. No interaction of all lists together."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return ASSUMED

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(lists, "AveragedLogLinear", most=MOST_LISTS)

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:  # noqa: ARG002
        """Groups ``estimate``, ``lists`` and ``models``, the best 20."""
        price = float(np.log(figures.observed)) if self.criterion == "bic" else 2.0
        ranked = every_model(figures, self.order, price, WINDOW, "AveragedLogLinear")
        weights = np.exp(-0.5 * (ranked.criterion - ranked.criterion[0]))
        weights /= weights.sum()
        best = loglinear.fit(figures.table[None], ranked.terms[:1], ranked.coefficients[:1])
        means, spreads = _moments(figures, ranked)
        medians = np.maximum(ranked.unlisted, 1e-6)
        low, point, high = figures.observed + mixtures.quantiles(weights, medians, spreads, LEVELS)
        groups = outcome.estimated(
            figures,
            float(point),
            (float(low), float(high)),
            interval=f"95 % of the mixture of models weighted by {self.criterion.upper()}",
            rests_on="no interaction of all lists together, and one of the hierarchical models averaged over",
            cautions=[
                *cautions.of_estimate(figures, float(point), (float(low), float(high))),
                *_apart(figures, ranked, weights),
                *cautions.of_fit(best, figures),
            ],
            fitted=weights @ means,
            more={
                "unlisted": float(point) - figures.observed,
                "mean": figures.observed + float(weights @ ranked.unlisted),
                "models_averaged": float(len(weights)),
                "weight_of_best": float(weights[0]),
            },
        )
        groups["estimate"].attrs["terms"] = terms.spoken_terms(ranked.terms[0][ranked.terms[0] > 0], figures.names)
        return groups | {"models": table_of(ranked, figures, weights)}


def _moments(lists: Lists, ranked: Ranked) -> tuple[Array, Array]:
    """Means of the patterns under each model, and standard deviations of the logarithm of the number unlisted."""
    means, spreads = [], []
    for first in range(0, len(ranked.models), CHUNK):
        part = slice(first, first + CHUNK)
        fit = loglinear.fit(lists.table[None], ranked.terms[part], ranked.coefficients[part])
        means.append(fit.means)
        spreads.append(spread(fit))
    return np.concatenate(means), np.concatenate(spreads)


def _apart(lists: Lists, ranked: Ranked, weights: Array) -> list[str]:
    """Models of weight that say very different things."""
    heavy = lists.observed + ranked.unlisted[weights >= MAIN]
    if len(heavy) < 2 or heavy.max() < WIDE * heavy.min():
        return []
    ends = f"from {number(heavy.min())} to {number(heavy.max())}"
    return [
        f"models with at least {percent(MAIN)} of the weight each estimate {ends}: the figures cannot tell them apart"
    ]
