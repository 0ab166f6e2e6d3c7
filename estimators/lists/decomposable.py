"""Bayesian model averaging over decomposable graphs: which lists depend on which is averaged over, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
import xarray as xr

from estimators.errors import ExistenceError, ModelError
from estimators.lists import graph_answers
from estimators.lists.outcome import Groups, drawn, taken
from estimators.lists.refusals import few_overlaps
from estimators.lists.table import EVERYONE, Lists
from estimators.numbers import number, percent
from estimators.numeric import decomposable as numeric
from estimators.numeric import graph_walk, hidden_grid
from estimators.numeric.graphs import MOST, Graphs, decomposable
from estimators.priors import Prior

POWERS = {"1/N": -1.0, "uniform": 0.0}
SWEEP = (0.25, 0.5, 1.0, 2.0, 4.0)
SHIFT = 1.5  # a median that moves by this factor over the sweep is the prior's
MUCH = 0.25
SOME = 0.01
RESTS_ON = (
    "no dependence among all lists at once, beyond what a decomposable graph of dependences between them can hold"
)


@dataclass(frozen=True, repr=False)
class DecomposableGraphs:
    """True count averaged over every decomposable graph of dependences between the lists.

    Parameters
    ----------
    delta : float, optional
        Prior weight of each cell of the table, in people; by default 2^-lists, one person in all.
    count_prior : {"1/N", "uniform"}
        Prior of the true count N.
    graphs : "all" or int
        All graphs, for 3 to 7 lists; or, for up to 10, those that a random walk of so many steps visits. Their weights beside each
        other are exact all the same.
    sweep : bool
        Fit again with a quarter, a half, twice and four times ``delta`` and say whether it decides.

    Notes
    -----
    A decomposable graph joins lists that may depend on each other; given it, cell probabilities have a hyper-Dirichlet law. Its
    probability of the table for each N has a closed form: a product over cliques divided by one over separators. Graphs are equally
    likely before. The sum over N runs over whole numbers below 256 and by quadrature beyond, to where less than 1e-9 is left; quantiles
    and weights are exact, draws are independent.

    The graph that joins all lists fits any table and says nothing of N: where the lists depend on each other much, or ``delta`` is large,
    it takes the weight and the answer is the prior's. That graph has no mean of N with ``delta`` up to 1 / (2^lists - 1), and so nor has
    the average; read medians and quantiles.

    References
    ----------
    Madigan, D. and York, J. C. 1997. Bayesian methods for estimation of the size of a closed population. Biometrika 84.
    doi:10.1093/biomet/84.1.19

    Johndrow, J. E., Lum, K. and Manrique-Vallier, D. 2019. Low-risk population size estimates in the presence of capture heterogeneity.
    Biometrika 106. doi:10.1093/biomet/asy065

    Examples
    --------
    >>> import estimators as est
    >>> on = {"births": [1, 0, 0, 1, 1, 0, 1], "deaths": [0, 1, 0, 1, 0, 1, 1], "clinics": [0, 0, 1, 0, 1, 1, 1]}
    >>> lists = est.read_lists(pd.DataFrame(on).assign(count=[244, 48, 60, 142, 111, 4, 12]))  # Madigan & York 1997
    >>> post = est.fit(DecomposableGraphs(sweep=False), lists, seed=1)
    >>> post["quantiles"]["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel().tolist()
    [686.0, 725.0, 784.0]
    """

    delta: float | None = None
    count_prior: Literal["1/N", "uniform"] = "1/N"
    graphs: Literal["all"] | int = "all"
    sweep: bool = True

    method: ClassVar[str] = "exact sum over graphs"

    def __post_init__(self) -> None:
        if self.delta is not None and not (np.isfinite(self.delta) and 1e-6 <= self.delta <= 1e6):
            raise ModelError(
                f"delta {self.delta!r}: expected a prior weight between 1e-6 and 1e6 people a cell, or none"
            )
        if self.count_prior not in POWERS:
            raise ModelError(f"count_prior {self.count_prior!r}: expected '1/N' or 'uniform'")
        number = isinstance(self.graphs, int) and not isinstance(self.graphs, bool)
        if self.graphs != "all" and not (number and int(self.graphs) >= 100):
            raise ModelError(f"graphs {self.graphs!r}: expected 'all', or the steps of a random walk, at least 100")

    def __repr__(self) -> str:
        weight = "2^-lists" if self.delta is None else f"{self.delta:g}"
        which = (
            "all decomposable graphs"
            if self.graphs == "all"
            else f"the graphs met in {self.graphs:,} steps of a random walk"
        )
        return (
            f"DecomposableGraphs. The true count is averaged over {which} of dependences between the lists (Madigan & York 1997), "
            f"equally likely before, with a hyper-Dirichlet prior of weight {weight} a cell and π(N) "
            f"{'∝ 1/N' if self.count_prior == '1/N' else 'uniform'}. Sums over graphs and counts are exact."
        )

    def priors(self) -> tuple[Prior, ...]:
        """None in the table: weights of cells and of graphs are said in `assumptions`."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "everybody of a cell is alike: who is on which list depends on the other lists alone, as one decomposable graph says",
            f"rests on {RESTS_ON}",
            "graphs are equally likely before the figures are seen, and each cell has the prior weight delta",
            "the population is closed, and who is on two lists is recognised",
        )

    def figures(self, lists: Lists) -> Lists:
        """The lists, if this estimator can take them."""
        most = MOST if self.graphs == "all" else graph_walk.MOST
        return taken(lists, "DecomposableGraphs", fewest=3, most=most)

    def answer(self, figures: Lists, sampling: graph_answers.HowMany, rng: np.random.Generator) -> Groups:
        """Quantiles, moments, draws, the graphs that matter, and what another ``delta`` would give."""
        found, chosen, margin = self._posterior(figures, rng)
        quantile = figures.observed + found.quantiles(np.array(graph_answers.PROBABILITIES))
        draws = figures.observed + found.quantiles(rng.random(sampling.draws))
        table = delta_sweep(figures, self._deltas(figures), model=self) if self.sweep and self.graphs == "all" else None
        cautions = self._cautions(found, chosen, margin, table)
        if not (figures.on.sum(axis=1) > 1).any():
            cautions.append("nobody is on two lists: how many are on none is the prior's answer")
        else:
            cautions += few_overlaps(figures)
        groups = drawn(
            figures,
            draws[None, :],
            rests_on=RESTS_ON,
            cautions=cautions,
            fitted=graph_answers.fitted(figures, found, chosen, margin.weight),
        )
        groups |= {
            "quantiles": graph_answers.quantiles(figures, quantile),
            "moments": self._moments(figures, found, chosen, margin),
        }
        groups["models"] = graph_answers.models(figures, found, chosen)
        if table is not None:
            groups["sweep"] = xr.Dataset.from_dataframe(table.set_index("delta"))
        return groups

    def _weight(self, lists: Lists) -> float:
        return 2.0 ** -len(lists.names) if self.delta is None else float(self.delta)

    def _deltas(self, lists: Lists) -> list[float]:
        return [factor * self._weight(lists) for factor in SWEEP]

    def _posterior(
        self, lists: Lists, rng: np.random.Generator | None = None
    ) -> tuple[hidden_grid.Posterior, Graphs, numeric.Margins]:
        margin, power = numeric.margins(lists.table, self._weight(lists)), POWERS[self.count_prior]
        if self.graphs == "all":
            chosen = decomposable(len(lists.names))
        else:
            walker = np.random.default_rng(0) if rng is None else rng
            chosen = graph_walk.visited(margin, len(lists.names), power, int(self.graphs), walker)
        if numeric.tails(margin, chosen.signs, power).max() >= -1.0 - 1e-9:
            text = (
                "the posterior cannot be normalised: the graph that joins all lists gives every true count, however large, the same "
                "probability. Expected count_prior='1/N', or a larger delta"
            )
            raise ExistenceError(text)
        return hidden_grid.posterior(margin, chosen.signs, power), chosen, margin

    def _moments(
        self, lists: Lists, found: hidden_grid.Posterior, chosen: Graphs, margin: numeric.Margins
    ) -> xr.Dataset:
        """Mean and standard deviation, infinite where they do not exist."""
        tail = float(numeric.tails(margin, chosen.signs, POWERS[self.count_prior]).max())
        mass = found.weight @ found.mass
        count = lists.observed + found.hidden
        mean = float(mass @ count) if tail < -2.0 else np.inf
        spread = float(np.sqrt(mass @ (count - mean) ** 2)) if tail < -3.0 else np.inf
        values = {"true_count": (("moment", "area", "period"), np.array([mean, spread])[:, None, None])}
        return xr.Dataset(values, coords={"moment": ["mean", "sd"], "area": [EVERYONE], "period": ["once"]})

    def _cautions(
        self, found: hidden_grid.Posterior, chosen: Graphs, margin: numeric.Margins, table: pd.DataFrame | None
    ) -> list[str]:
        joined, out = graph_answers.joined(found, chosen), []
        if joined > MUCH:
            text = f"the graph that joins all lists says nothing of how many are on none, and has {percent(joined)} of the weight"
            out.append(f"{text}: the answer is the prior's (delta = {margin.weight:g})")
        tail = numeric.tails(margin, chosen.signs[found.rows], POWERS[self.count_prior])
        endless = float(found.weight[tail >= -2.0].sum())
        if endless > SOME:
            out.append(
                f"graphs with {percent(endless)} of the weight have no mean of the true count: read medians and quantiles"
            )
        if found.beyond > 1e-6:
            out.append(
                f"up to {100 * found.beyond:.2g} % of the posterior is beyond any number of people: delta = {margin.weight:g} is too small"
            )
        if self.graphs != "all":
            out.append(f"{len(chosen.signs):,} graphs were met by a random walk: what the others weigh is not known")
        if table is not None:
            median = table["true_count_median"].to_numpy()
            if median.max() > SHIFT * median.min():
                text = f"delta decides: with a quarter of it the median is {number(median[0])}, with four times {number(median[-1])}"
                out.append(f"{text}; group 'sweep' and delta_sweep have more")
        return out


def delta_sweep(lists: Lists, deltas: Sequence[float], *, model: DecomposableGraphs | None = None) -> pd.DataFrame:
    """What each prior weight of a cell would answer.

    Parameters
    ----------
    lists : Lists
        3 to 7 lists.
    deltas : sequence of float
        Prior weights of a cell, in people.
    model : DecomposableGraphs, optional
        Everything but its ``delta`` is used.

    Returns
    -------
    pandas.DataFrame
        One row a weight: median and 95 % limits of the true count, weight of the graph that joins all lists, best graph and its weight.
    """
    base, rows = DecomposableGraphs() if model is None else model, []
    figures = base.figures(lists)
    for delta in deltas:
        found, chosen, _ = replace(base, delta=float(delta))._posterior(figures)
        low, middle, high = (figures.observed + found.quantiles(np.array([0.025, 0.5, 0.975]))).tolist()
        best = graph_answers.name(figures, chosen.signs[found.rows[0]])
        rows.append(
            (float(delta), middle, low, high, graph_answers.joined(found, chosen), best, float(found.weight[0]))
        )
    limits = ["true_count_median", "true_count_lower", "true_count_upper"]
    return pd.DataFrame(rows, columns=["delta", *limits, "weight_of_joined", "best_graph", "weight_of_best"])
