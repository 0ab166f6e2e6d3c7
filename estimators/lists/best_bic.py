"""The best of all hierarchical log-linear models, and an interval that knows it was chosen."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr

from estimators.errors import ExistenceError, ModelError
from estimators.lists import chosen, log_linear, outcome, terms
from estimators.lists.table import Array, Lists
from estimators.lists.terms import Places
from estimators.numbers import number
from estimators.numeric import bootstrap, criteria, forward, loglinear, reselection
from estimators.numeric.bootstrap import Kind, Limits
from estimators.numeric.criteria import Ranked
from estimators.numeric.lognormal_limits import Z
from estimators.priors import Prior

WINDOW = 30.0  # of BIC: models that replicates choose from
MOST = 2000
SHOWN = 20
CLOSE = 2.0
MOST_LISTS = 6
CHOSEN = (
    *log_linear.SAME,
    "one of the hierarchical models considered is right, and it is the one with the best criterion",
    "how all lists together interact, which no figure shows, is taken to be not at all",
)


@dataclass(frozen=True, repr=False)
class BestBIC:
    """People on no list, from the hierarchical log-linear model with the best Bayesian information criterion of all there are.

    Parameters
    ----------
    order : int, optional
        Most lists in a term; by default all but one of up to five lists, and two of six.
    bootstrap : int
        Resampled tables, each of which chooses a model of its own; 0 for profile limits of the chosen model, which ignore the choice.
    interval : {"envelope", "bca", "percentile"}
        As of `Stepwise`.

    Notes
    -----
    BIC = -2 log L + p log n, p terms and n people listed; terms that nobody has count too. Models are fitted in order of size until no
    larger one can be as good, whatever it fits, so that the best of all (113 for four lists, 6,893 for five, 32,768 with pairs of six) is
    found exactly. Models without one finite estimate are passed over and named in the group ``models``.

    Replicates choose among the models within 30 of the best on the lists themselves (2,000 at most); a quadratic approximation of the
    likelihood shortlists them, and those within 6 of its best are fitted exactly. Against a search of all models for every replicate this
    chose the same model in 99 % or more on the tables tried. Of tables with links that are hard to tell apart the interval is wide, and
    rightly so.

    References
    ----------
    Cormack, R. M. 1989. Log-linear models for capture-recapture. Biometrics 45. doi:10.2307/2531485
    Baillargeon, S. and Rivest, L.-P. 2007. Rcapture. Journal of Statistical Software 19(5). doi:10.18637/jss.v019.i05
    Silverman, B. W., Chan, L. and Vincent, K. 2024. Bootstrapping multiple systems estimates to account for model selection.
    Statistics and Computing 34. doi:10.1007/s11222-023-10346-9

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(BestBIC(), est.datasets.lists("HIV_Rome"), seed=1)
    >>> post["estimate"].attrs["terms"], round(post["estimate"]["point"].item())
    ('none', 11125)
    """

    method: ClassVar[str] = "maximum likelihood"
    order: int | None = None
    bootstrap: int = 1000
    interval: Kind = "envelope"

    def __post_init__(self) -> None:
        check_order(self.order)
        chosen.check_bootstrap(self.bootstrap, self.interval)

    def __repr__(self) -> str:
        return (
            f"BestBIC. The Poisson log-linear model with the best BIC of all hierarchical ones{largest_in_words(self.order)}, fitted by "
            f"maximum likelihood. {chosen.in_words(self.bootstrap, self.interval)} No interaction of all lists together."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return CHOSEN

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(lists, "BestBIC", most=MOST_LISTS)

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:  # noqa: ARG002
        """Groups ``estimate``, ``lists`` and ``models``, the best 20."""
        price = float(np.log(figures.observed))
        ranked = every_model(figures, self.order, price, WINDOW, "BestBIC")
        model = ranked.terms[0][ranked.terms[0] != loglinear.NO_TERM]
        fit = loglinear.fit(figures.table[None], model[None], ranked.coefficients[:1, : len(model)])

        def limits(point: float) -> tuple[Limits, float]:
            return self._limits(figures, ranked, point, price, rng)

        found = chosen.Chosen(figures, model, fit)
        groups = chosen.answered(found, self.bootstrap, self.interval, limits, _as_good(ranked, figures))
        return groups | {"models": table_of(ranked, figures)}

    def _limits(
        self, lists: Lists, ranked: Ranked, point: float, price: float, rng: np.random.Generator
    ) -> tuple[Limits, float]:
        """Limits, and the share of replicates that choose the same model."""
        shortlist, single = ranked.first(MOST), terms.model_of((), lists, "BestBIC")
        means = loglinear.fit(lists.table[None], shortlist.terms, shortlist.coefficients).means

        def best_of(tables: Array) -> tuple[Array, Array]:
            place, unlisted = reselection.best(tables, shortlist, means, price)
            lost = np.flatnonzero(
                place < 0
            )  # where no model has an estimate, the number goes where that of independent lists goes
            if len(lost):
                unlisted[lost] = forward.limits(tables[lost] > 0.5, np.tile(single, (len(lost), 1)))[1]
            return place.astype(np.float64), tables.sum(axis=1) + unlisted

        place, everyone = best_of(bootstrap.resampled(lists.table, point, self.bootstrap, rng))
        left_out, weights = bootstrap.one_left_out(lists.table)
        limits = bootstrap.limits(point, everyone, best_of(left_out)[1], weights, self.interval)
        return limits, float((place == 0).mean())


def check_order(order: int | None) -> None:
    """Refuse terms of fewer than two lists."""
    if order is not None and (isinstance(order, bool) or not isinstance(order, int) or order < 1):
        raise ModelError(f"order {order!r}: expected the most lists in a term, 1 or more, or none")


def largest_in_words(order: int | None) -> str:
    """Which models there are, in words."""
    return "" if order is None else f" with terms of at most {order} lists"


def every_model(lists: Lists, order: int | None, price: float, window: float, estimator: str) -> Ranked:
    """All models within a window of the best.

    Raises
    ------
    ExistenceError
        If none has an estimate.
    """
    count = len(lists.names)
    largest = min(order, count - 1) if order is not None else count - 1 if count <= 5 else 2
    ranked = criteria.ranked(lists.table, largest, price, window)
    if not len(ranked.models):
        terms.require_estimate(lists, terms.model_of((), lists, estimator), estimator)
        raise ExistenceError(f"{estimator} has no estimate: none of the {ranked.considered:,} models has one")
    return ranked


def _as_good(ranked: Ranked, lists: Lists) -> list[str]:
    """Models that fit about as well and say something else."""
    near = lists.observed + ranked.unlisted[ranked.criterion <= ranked.criterion[0] + CLOSE]
    if len(near) < 2 or near.max() < 1.25 * near.min():
        return []
    ends = f"from {number(near.min())} to {number(near.max())}"
    return [f"{len(near)} models are within {CLOSE:g} of the best BIC; their estimates go {ends}"]


def table_of(ranked: Ranked, lists: Lists, weights: Array | None = None) -> xr.Dataset:
    """The best models: terms, estimate with its 95 % limits, criterion, and weight where there are weights."""
    best = ranked.first(SHOWN)
    apart = np.exp(Z * spread(loglinear.fit(lists.table[None], best.terms, best.coefficients)))
    values = {
        "terms": (
            "model",
            np.array([terms.spoken_terms(row[row > 0], lists.names) for row in best.terms], dtype=object),
        ),
        "point": ("model", lists.observed + best.unlisted),
        "lower": ("model", lists.observed + best.unlisted / apart),
        "upper": ("model", lists.observed + best.unlisted * apart),
        "criterion": ("model", best.criterion),
    }
    if weights is not None:
        values["weight"] = ("model", weights[:SHOWN])
    found = xr.Dataset(values, coords={"model": np.arange(1, len(best.models) + 1)})
    found.attrs = {
        "considered": ranked.considered,
        "passed_over": len(ranked.without),
        "without_estimate": _named(ranked.terms_without, lists),
    }
    return found


def spread(fit: loglinear.Fit) -> Array:
    """Standard deviation of the logarithm of the number unlisted under each model: of its mean, and of the number around it."""
    chance = 1.0 / np.maximum(fit.unlisted, log_linear.FEWEST)
    return np.asarray(np.sqrt(loglinear.intercept_variance(fit) + chance))


def _named(models: Places, lists: Lists) -> str:
    """The first models that had no estimate, in words."""
    shown = [f"({terms.spoken_terms(row[row > 0], lists.names, 'no links')})" for row in models[:SHOWN]]
    more = [f"{len(models) - SHOWN:,} more"] if len(models) > SHOWN else []
    return ", ".join([*shown, *more])
