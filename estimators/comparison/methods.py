"""Every method on the same lists, in one call."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import numpy as np
import pandas as pd

from estimators import lists as rooms
from estimators.comparison.answers import answer
from estimators.comparison.known import Known, known
from estimators.comparison.telling import spread
from estimators.diagnostics import Finding
from estimators.errors import DataError, Problem
from estimators.inference import Estimator
from estimators.lists import Captures, Lists, has_captures, read_captures, read_lists

MOST_SUMMED = 6  # lists whose graphs and models are all summed
SAMPLED_GRAPHS, SAMPLED_MODELS, EVERY_MODEL = 2000, 1000, 5000
ONCE: Literal["after truncation"] = "after truncation"
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
    covariates : tuple of str
        What is known of people and differs between them: all of it is in every regression.
    """

    delta: float | None
    bootstrap: int
    many: bool = False
    covariates: tuple[str, ...] = ()


type Method = Callable[[Choices], Estimator]

METHODS: Mapping[str, Method] = {
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
        most_models=SAMPLED_MODELS if choices.many else EVERY_MODEL, covariates=choices.covariates
    ),
    "doubly_robust": lambda choices: rooms.DoublyRobust(covariates=choices.covariates),
}
CAPTURE_METHODS: Mapping[str, Method] = {
    "truncated_poisson": lambda choices: rooms.RepeatedCaptures("poisson", choices.covariates),
    "truncated_geometric": lambda choices: rooms.RepeatedCaptures("geometric", choices.covariates),
    "truncated_negative_binomial": lambda choices: rooms.RepeatedCaptures("negative binomial", choices.covariates),
    "one_inflated_poisson": lambda choices: rooms.RepeatedCaptures("poisson", choices.covariates, ONCE),
    "one_inflated_geometric": lambda choices: rooms.RepeatedCaptures("geometric", choices.covariates, ONCE),
    "one_inflated_negative_binomial": lambda choices: rooms.RepeatedCaptures(
        "negative binomial", choices.covariates, ONCE
    ),
    "zelterman": lambda choices: rooms.RepeatedCaptures("zelterman", choices.covariates),
    "chao_lower_bound": lambda choices: rooms.RepeatedCaptures("chao", choices.covariates),
}


def compare_lists(
    source: "Lists | Captures | str | os.PathLike[str] | pd.DataFrame",
    *,
    seed: int,
    methods: Sequence[str] = (),
    delta: float | None = None,
    bootstrap: int = 1000,
) -> Finding:
    """Fit every method that lists allow, or, of one list that meets people again and again, every regression of how often.

    Parameters
    ----------
    source : Lists, Captures, or what `read_lists` and `read_captures` take
        The lists, or how often people were caught.
    seed : int
        Of bootstraps and draws; each method's answer is the same whichever others are asked.
    methods : sequence of str, optional
        Which ones, of `METHODS` or, of captures, of `CAPTURE_METHODS`; by default all, *doubly_robust* only where something more is
        known of people.
    delta : float, optional
        Prior count in each cell of `DecomposableGraphs`; 2^-lists by default. Not of captures.
    bootstrap : int
        Replicates of the bootstrap of lists, 0 for none; limits of captures are log-normal.

    Returns
    -------
    Finding
        Its table has a row a method: method, estimate, lower and upper limit of the 95 % interval, interval (which kind), status (*ok*;
        *warning*: read the reasons before the figure is used; *refused*: there is no estimate), reasons, rests_on.

    Raises
    ------
    DataError
        If the table cannot be read as lists, or a method is not known.

    Notes
    -----
    Every covariate is used that differs between people; text of which nearly everybody has a value alone is taken for a name and left out.
    The text of the finding says what was left out.

    Examples
    --------
    >>> import estimators as est
    >>> told = compare_lists(est.datasets.lists("HIV_Rome"), seed=1, methods=["independence"])
    >>> told.table[["method", "status"]].values.tolist()
    [['independence', 'ok']]
    """
    seen = source if isinstance(source, Lists | Captures) else _read(source)
    there = METHODS if isinstance(seen, Lists) else CAPTURE_METHODS
    _check(methods, there, delta, bootstrap)
    besides = known(seen)
    choices, asked = _choices(seen, besides, delta, bootstrap), methods or _applicable(there, besides)
    table = pd.DataFrame([{"method": name} | answer(there[name](choices), seen, seed) for name in asked])
    names = seen.names if isinstance(seen, Lists) else (seen.label,)
    table.attrs = {"lists": names, "observed": seen.observed, "label": seen.label}
    status, text = spread(table, seen)
    return Finding("methods compared", status, text + besides.left_out, table)


def _read(source: str | os.PathLike[str] | pd.DataFrame) -> Lists | Captures:
    return read_captures(source) if has_captures(source) else read_lists(source)


def _choices(seen: Lists | Captures, besides: Known, delta: float | None, bootstrap: int) -> Choices:
    many = isinstance(seen, Lists) and len(seen.names) > MOST_SUMMED
    return Choices(delta, bootstrap, many, besides.used)


def _applicable(there: Mapping[str, Method], besides: Known) -> list[str]:
    """Those that ask for nothing these people lack."""
    return [name for name in there if name != "doubly_robust" or besides.used]


def _check(methods: Sequence[str], known: Mapping[str, Method], delta: float | None, bootstrap: int) -> None:
    problems = []
    for name in methods:
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.4)
            perhaps = f", perhaps {close[0]!r}" if close else ""
            problems.append(
                Problem("compare_lists", None, "methods", name, f"a method{perhaps}; known: {', '.join(known)}")
            )
    if delta is not None and known is CAPTURE_METHODS:
        problems.append(Problem("compare_lists", None, "delta", str(delta), "none: it is of lists, here are captures"))
    if delta is not None and not 0.0 < delta < np.inf:
        problems.append(Problem("compare_lists", None, "delta", str(delta), "a positive number of people"))
    if bootstrap != 0 and bootstrap < FEWEST:
        problems.append(
            Problem("compare_lists", None, "bootstrap", str(bootstrap), f"0, or at least {FEWEST} replicates")
        )
    if problems:
        raise DataError(problems)
