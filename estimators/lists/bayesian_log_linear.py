"""Bayesian averaging over log-linear models of lists and covariates, with counts that are upper limits."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
import xarray as xr

from estimators.errors import ModelError
from estimators.lists.crossed import Crossed, categorical, crossed
from estimators.lists.outcome import Groups, drawn, taken
from estimators.lists.table import Array, Lists
from estimators.numbers import number, percent
from estimators.numeric import bayesian_loglinear, limited_counts, predictive
from estimators.numeric.bayesian_loglinear import Average, Shrinkage
from estimators.priors import Prior

type PriorName = Literal["hyper-g", "unit-information", "cauchy"]

SHRINKAGE: dict[str, Shrinkage] = {
    "hyper-g": Shrinkage(0.001, 0.001),
    "unit-information": Shrinkage(np.inf, np.inf),
    "cauchy": Shrinkage(1.0, 1.0),
}
SHOWN = 50  # models in the result
CHECKED = 1000  # draws under the other prior
APART = 0.1  # share of the estimate by which two priors may differ without a word
FEW = 20  # people on two lists or more
LIKELY = 0.3  # probability of the largest model from which it may be too small
EDGE = 0.05  # probability of models whose neighbours were not looked at
LARGEST_K = 0.7
POOR = 1e-3  # share of tables drawn from the posterior that are as far from it


class HowMany(Protocol):
    """How much to draw; `estimators.Sampling` is one."""

    @property
    def draws(self) -> int:
        """Of each chain."""
        ...

    @property
    def chains(self) -> int:
        """Chains."""
        ...


@dataclass(frozen=True, repr=False)
class BayesianLogLinear:
    """People on no list, averaged over hierarchical log-linear models of lists and covariates.

    Parameters
    ----------
    prior : {"hyper-g", "unit-information", "cauchy"}
        Of all coefficients but the intercept, see Notes.
    order : int
        Most lists and covariates in one interaction.
    covariates : tuple of str, optional
        Categories crossed with the lists; all that the lists have, unless named here; none with ``()``.
    most_models : int
        Models whose evidence is computed: all where there are no more, else the likeliest and their neighbours.

    Notes
    -----
    Cells (capture pattern and levels of the covariates) have Poisson counts, log mean x_i β, all main effects in, every hierarchical set
    of interactions up to `order` equally likely, but for interactions of all lists, of which no count can tell. A count that is an upper
    limit u contributes P(y ≤ u): the true count of the cell is at most u. The intercept is flat, which for the true count N is about
    p(N) ∝ 1/N. In contrasts that are orthogonal, with X'X equal to the number of cells, the other coefficients are Normal(0, σ² I):
    σ² = 1 is the unit information prior (Ntzoufras et al. 2003); σ² ~ InverseGamma(0.0005, 0.0005) is the hyper-g type prior of Sabanés
    Bové and Held (2011) as used by Overstall and King (2014), the default; σ² ~ InverseGamma(½, ½) makes it Cauchy (Zellner and Siow).
    Nothing is augmented and there is no chain: models are weighted by Laplace's approximation, coefficients proposed by a split-t
    distribution about each mode, and importance weights make both exact; draws are independent and carry the weights' Pareto k̂.

    References
    ----------
    Overstall, A. M. and King, R. 2014. conting: Bayesian analysis of complete and incomplete contingency tables. Journal of Statistical
    Software 58(7). doi:10.18637/jss.v058.i07
    Overstall, A. M. et al. 2014. Incomplete contingency tables with censored cells. Statistics in Medicine 33. doi:10.1002/sim.6047
    Sabanés Bové, D. and Held, L. 2011. Hyper-g priors for generalized linear models. Bayesian Analysis 6. doi:10.1214/11-BA615

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> figures = {"a": [1, 0, 0, 1, 1, 0, 1], "b": [0, 1, 0, 1, 0, 1, 1], "c": [0, 0, 1, 0, 1, 1, 1], "n": [60, 45, 30, 20, 13, 10, 4]}
    >>> tree = est.fit(BayesianLogLinear("unit-information"), est.read_lists(pd.DataFrame(figures)), seed=1)
    >>> float(tree["posterior"]["true_count"].median().round(-1))
    320.0
    """

    method: ClassVar[str] = "importance sampling over models"
    prior: PriorName = "hyper-g"
    order: int = 2
    covariates: tuple[str, ...] | None = None
    most_models: int = 5000

    def __post_init__(self) -> None:
        if self.prior not in SHRINKAGE:
            raise ModelError(f"prior {self.prior!r}: expected one of {', '.join(SHRINKAGE)}")
        if self.order < 1:
            raise ModelError(f"order {self.order}: expected 1 (no interactions) or more")
        if self.most_models < 1:
            raise ModelError(f"most_models {self.most_models}: expected at least 1")

    def __repr__(self) -> str:
        crossing = (
            ""
            if self.covariates == ()
            else ", crossed with covariates"
            + (f" ({', '.join(self.covariates)})" if self.covariates else " where the lists have them")
        )
        return (
            f"BayesianLogLinear. Poisson counts of capture patterns{crossing}; hierarchical log-linear models with interactions of up to "
            f"{self.order} lists or covariates, all equally likely beforehand, are averaged by their evidence under a {self.prior} "
            "prior of the coefficients. Upper limits of counts are taken as such. Independent draws by importance sampling about the "
            "mode of every model."
        )

    def priors(self) -> tuple[Prior, ...]:
        """Prior of the coefficients."""
        if self.prior == "unit-information":
            text = "a log-linear coefficient in orthogonal contrasts; a log odds ratio of two lists is four of them"
            return (Prior("coefficient", text, "normal", (0.0, 1.0), "as much as one unit of information"),)
        half = 0.5 * SHRINKAGE[self.prior].a
        why = "vague, as in Overstall and King (2014)" if self.prior == "hyper-g" else "makes the coefficients Cauchy"
        text = "1 / variance of the log-linear coefficients, one for all of them"
        return (Prior("coefficient precision", text, "gamma", (half, half), why),)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "nobody enters or leaves the population while the lists are made, and everybody is recognised on every list",
            f"no more than {self.order} lists or covariates interact, and never all lists",
            "every hierarchical set of interactions is equally likely before the figures are seen",
            "combinations of levels that nobody listed has are possible all the same",
        )

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        found = taken(lists, "BayesianLogLinear", fewest=3, most=10, censored=True)
        crossed(found, categorical(found, self.covariates, "BayesianLogLinear"), self.order, "BayesianLogLinear")
        return found

    def answer(self, figures: Lists, sampling: HowMany, rng: np.random.Generator) -> Groups:
        """Groups ``posterior``, ``sample_stats``, ``models``, ``lists`` and, with covariates, ``levels``."""
        names = categorical(figures, self.covariates, "BayesianLogLinear")
        cross = crossed(figures, names, self.order, "BayesianLogLinear")
        shape = (sampling.chains, sampling.draws)
        found = bayesian_loglinear.average(
            cross.table, SHRINKAGE[self.prior], shape[0] * shape[1], self.most_models, rng
        )
        counts, mean = _completed(cross, found, rng)
        total = counts.sum(axis=1)
        other: PriorName = "unit-information" if self.prior != "unit-information" else "hyper-g"
        second = bayesian_loglinear.average(cross.table, SHRINKAGE[other], CHECKED, self.most_models, rng)
        medians = float(np.median(total)), float(np.median(_completed(cross, second, rng)[0].sum(axis=1)))
        groups = drawn(
            figures,
            total.reshape(shape),
            rests_on=f"no interaction of more than {self.order} lists, nor of all of them; the prior shares the rest out between models",
            cautions=[*_cautions(cross, found, (self.prior, other), medians), *_misfit(cross, found, rng)],
            fitted=np.bincount(cross.pattern, weights=mean, minlength=2 ** len(figures.names)),
            statistics=_statistics(found),
        )
        listed = counts[:, ~cross.table.missing].sum(axis=1).reshape(shape)
        probability = groups["posterior"]["reporting_probability"]
        groups["posterior"]["reporting_probability"] = (
            probability.dims,
            (listed / total.reshape(shape))[:, :, None, None],
        )
        groups["models"] = _models(cross, found).assign_attrs(
            {"other_prior": other, "median_under_other_prior": medians[1]}
        )
        if names:
            level, by_level = cross.by_level(counts)
            values = {"true_count": (("chain", "draw", "level"), by_level.reshape(*shape, -1))}
            groups["levels"] = xr.Dataset(values, coords={"level": np.array(level, dtype=object)})
        return groups


def _completed(cross: Crossed, found: Average, rng: np.random.Generator) -> tuple[Array, Array]:
    """Counts of every cell in every draw, (draws, cells), and means of the Poisson means, (cells,)."""
    means = np.exp(found.beta @ cross.table.design.T)
    counts = np.broadcast_to(cross.table.low, means.shape).copy()
    open_ = ~cross.table.exact
    counts[:, open_] = limited_counts.draw(cross.table.low[open_], cross.table.high[open_], means[:, open_], rng)
    return counts, means.mean(axis=0)


def _statistics(found: Average) -> xr.Dataset:
    values = {"pareto_k": found.pareto_k, "effective_draws": found.effective, "proposed_draws": float(found.proposed)}
    return xr.Dataset({name: ((), value) for name, value in values.items()})


def _misfit(cross: Crossed, found: Average, rng: np.random.Generator) -> list[str]:
    """Counts that are hardly ever as far from the posterior as tables drawn from it."""
    exact = cross.table.exact
    means = np.exp(found.beta[:CHECKED] @ cross.table.design[exact].T)
    text = "the model does not fit: tables drawn from it are hardly ever as far from it as these figures are; its interval leaves that out"
    return [text] if predictive.share_as_far(cross.table.low[exact], means, rng) < POOR else []


def _models(cross: Crossed, found: Average) -> xr.Dataset:
    """Probability of the likeliest models and of every interaction."""
    best = np.argsort(-found.probability, kind="stable")[:SHOWN]
    values = {"probability": ("model", found.probability[best])}
    terms = cross.terms()
    if terms:
        bits = (found.models[:, None] >> np.arange(len(terms), dtype=np.uint64) & np.uint64(1)).astype(float)
        values["term_probability"] = ("term", found.probability @ bits)
    coordinates = {
        "model": np.array(cross.models(found.models[best]), dtype=object),
        "term": np.array(terms, dtype=object),
    }
    searched = {"models_compared": len(found.found.models), "every_model": int(found.found.complete)}
    return xr.Dataset(values, coords=coordinates).assign_attrs(searched)


def _cautions(cross: Crossed, found: Average, priors: tuple[str, str], medians: tuple[float, float]) -> list[str]:
    told = []
    if not found.pareto_k < LARGEST_K:
        told.append(
            f"the draws cannot be trusted (Pareto k̂ {found.pareto_k:.2f}), so little do these figures say of the coefficients; expected "
            "prior='unit-information', a smaller order, or fewer covariates"
        )
    if abs(medians[0] / medians[1] - 1.0) > APART:
        told.append(
            f"the prior decides: the median is {number(medians[0])} under the {priors[0]} prior and {number(medians[1])} under the "
            f"{priors[1]} prior"
        )
    lists = cross.lists
    several = int(lists.counts[(lists.on.sum(axis=1) > 1) & ~lists.censored].sum())
    if several < FEW:
        who = f"only {several} people are" if several > 1 else "nobody is" if several == 0 else "only one person is"
        told.append(f"{who} known to be on two lists or more: the overlaps say little")
    active = cross.table.active(found.models)
    largest = float(found.probability[active.all(axis=1)].sum()) if cross.table.terms else 0.0
    sure = percent(largest)
    if active.shape[1] >= (~cross.table.missing).sum() and largest > LIKELY:
        told.append(f"a model that fits any counts has probability {sure}: the fit says nothing of whether it is right")
    elif largest > LIKELY:
        told.append(f"the largest model has probability {sure}: more lists may interact than order allows")
    if found.found.edge > EDGE:
        told.append(
            f"{percent(found.found.edge)} of the probability is of models whose neighbours were not looked at: take a larger most_models"
        )
    return told
