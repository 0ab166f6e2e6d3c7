"""Every method on the same lists, in one call."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from estimators import lists as rooms
from estimators.comparison.answers import answer
from estimators.comparison.telling import spread
from estimators.diagnostics import Finding
from estimators.errors import DataError, Problem
from estimators.inference import Estimator
from estimators.lists import Lists, read_lists

MOST_SUMMED = 6  # lists whose graphs and models are all summed
SAMPLED_GRAPHS, SAMPLED_MODELS, EVERY_MODEL = 2000, 1000, 5000
FEWEST = 100  # replicates below which the tails of a 95 % interval are guesses


@dataclass(frozen=True)
class Choices:
    """What a user may choose of all methods at once.

    Parameters
    ----------
    delta : float or None
        Of `DecomposableGraphs`.
    bootstrap : int
        Replicates of the methods that have a bootstrap, 0 for none.
    many : bool
        Whether there are so many lists that graphs and models are sampled, not all summed.
    """

    delta: float | None
    bootstrap: int
    many: bool = False


METHODS: Mapping[str, Callable[[Choices], Estimator]] = {
    "independence": lambda _: rooms.Independence(),
    "m0": lambda _: rooms.ClosedPopulation("M0"),
    "chao_lower_bound": lambda _: rooms.ChaoLowerBound(),
    "mth_poisson2": lambda _: rooms.ClosedPopulation("Mth Poisson2"),
    "mth_darroch": lambda _: rooms.ClosedPopulation("Mth Darroch"),
    "mth_gamma": lambda _: rooms.ClosedPopulation("Mth Gamma3.5"),
    "sample_coverage": lambda _: rooms.SampleCoverage(),
    "stepwise": lambda choices: rooms.Stepwise(bootstrap=choices.bootstrap),
    "best_bic": lambda choices: rooms.BestBIC(bootstrap=choices.bootstrap),
    "averaged_log_linear": lambda _: rooms.AveragedLogLinear(),
    "decomposable": lambda choices: rooms.DecomposableGraphs(
        delta=choices.delta, graphs=SAMPLED_GRAPHS if choices.many else "all"
    ),
    "latent_class": lambda _: rooms.LatentClass(),
    "bayesian_log_linear": lambda choices: rooms.BayesianLogLinear(
        most_models=SAMPLED_MODELS if choices.many else EVERY_MODEL
    ),
    "doubly_robust": lambda _: rooms.DoublyRobust(),
}


def compare_lists(
    source: "Lists | str | os.PathLike[str] | pd.DataFrame",
    *,
    seed: int,
    methods: Sequence[str] = (),
    delta: float | None = None,
    bootstrap: int = 1000,
) -> Finding:
    """Fit every method that lists allow.

    Parameters
    ----------
    source : Lists, or what `read_lists` takes
        The lists.
    seed : int
        Of bootstraps and draws; each method's answer is the same whichever others are asked.
    methods : sequence of str, optional
        Which ones, of `METHODS`; by default all, *doubly_robust* only where something more is known of people.
    delta : float, optional
        Prior count in each cell of `DecomposableGraphs`; 2^-lists by default.
    bootstrap : int
        Replicates of the bootstrap, 0 for none.

    Returns
    -------
    Finding
        Its table has a row a method: method, estimate, lower and upper limit of the 95 % interval, interval (which kind), status (*ok*;
        *warning*: read the reasons before the figure is used; *refused*: there is no estimate), reasons, rests_on.

    Raises
    ------
    DataError
        If the table cannot be read as lists, or a method is not known.

    Examples
    --------
    >>> import estimators as est
    >>> told = compare_lists(est.datasets.lists("HIV_Rome"), seed=1, methods=["independence"])
    >>> told.table[["method", "status"]].values.tolist()
    [['independence', 'ok']]
    """
    lists = source if isinstance(source, Lists) else read_lists(source)
    _check(methods, delta, bootstrap)
    choices = Choices(delta, bootstrap, len(lists.names) > MOST_SUMMED)
    rows = [{"method": name} | answer(METHODS[name](choices), lists, seed) for name in methods or _applicable(lists)]
    table = pd.DataFrame(rows)
    table.attrs = {"lists": lists.names, "observed": lists.observed, "label": lists.label}
    status, text = spread(table, lists)
    return Finding("methods compared", status, text, table)


def _applicable(lists: Lists) -> list[str]:
    """Those that ask for nothing these lists lack."""
    return [name for name in METHODS if name != "doubly_robust" or len(lists.covariates.columns)]


def _check(methods: Sequence[str], delta: float | None, bootstrap: int) -> None:
    problems = []
    for name in methods:
        if name not in METHODS:
            close = get_close_matches(name, METHODS, n=1, cutoff=0.4)
            perhaps = f", perhaps {close[0]!r}" if close else ""
            problems.append(
                Problem("compare_lists", None, "methods", name, f"a method{perhaps}; known: {', '.join(METHODS)}")
            )
    if delta is not None and not 0.0 < delta < np.inf:
        problems.append(Problem("compare_lists", None, "delta", str(delta), "a positive number of people"))
    if bootstrap != 0 and bootstrap < FEWEST:
        problems.append(
            Problem("compare_lists", None, "bootstrap", str(bootstrap), f"0, or at least {FEWEST} replicates")
        )
    if problems:
        raise DataError(problems)
