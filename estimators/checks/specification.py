"""`multiverse`: one model under every combination of the choices that could have been made otherwise."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.checks.fits import Start, fast_fit, level, limits, start_at
from estimators.checks.universes import Choices, Universe, universes_of
from estimators.diagnostics import Finding
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.execution import Failed, Result, Seed, fingerprint, run
from estimators.numbers import number, percent
from estimators.sampling import Sampler, Sampling
from estimators.synthesis import Synthesis
from estimators.synthesis.laplace.reference import Reference
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.outcome import known_values
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]

FEWEST = 100
FEWEST_SAMPLED = 40  # effective draws of a sampler below which a median is no estimate


@dataclass(frozen=True, eq=False)
class Job:
    """What one fit is told."""

    model: Synthesis
    evidence: Evidence
    draws: int
    period: str = ""
    start: Start | None = None


def multiverse(
    model: Synthesis,
    evidence: Evidence,
    universes: Choices,
    *,
    seed: int,
    draws: int = 1000,
    period: str = "",
    workers: int | None = None,
    scheduler: str | None = None,
    journal: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Finding:
    """Fit a model under every combination of choices: how far the answer moves, and which choice moves it most.

    Parameters
    ----------
    model, evidence : Synthesis, Evidence
        What the choices change.
    universes : mapping of str to mapping of str to option
        For each choice its options by label. A choice is called by the path of what it changes: a field of the model
        (``"anchors"``, ``"process"``, ``"doubt"``), of a part (``"process.level"``, ``"streams.identified_victims.walk_sd"``),
        ``"evidence"``, or ``"without"``, whose options are names to leave out, one or several, ``()`` for none. Or it has any name,
        and each option is a mapping of such paths to values: ``{}`` leaves the model as it is.
    seed : int
        The same in every universe: the finding is a function of model, evidence, universes, seed, draws and period.
    draws : int
        In each universe, at least 100.
    period : str
        Of which the total flow is told; by default the average of all.
    workers, scheduler, journal, progress
        How the fits are run: see `estimators.execution.run`.

    Returns
    -------
    Finding
        One row a universe: the label of each choice, median and 95 % interval of the total flow per year, how many areas it is the
        total of and over which periods, engine, Pareto k̂ of the importance weights, effective draws, and the problem where there is no
        estimate: options that do not go together, and fits that failed, stay in the table. The text says how far the medians
        range and how much of the variance of their logarithms each choice explains alone.

    Raises
    ------
    ModelError
        If an option is no change of the model, alone makes no model, or two choices change one thing.
    DarkfigureError
        If every universe fails, or execution does.

    Notes
    -----
    Share of choice c: Σ_o n_o (m̄_o - m̄)² / Σ (m - m̄)², m the log medians and m̄_o the mean of those with option o; in a full table
    shares add up to 1 but for interactions. Universes are not equally credible: the curve is no distribution, and no quantile of it is an
    interval. Draws are made by importance from where the posterior of the model as given lies, or from the mode where an option leads
    far from it; a universe whose weights cannot be trusted, with four times as many draws either, is sampled by NUTS.

    References
    ----------
    Steegen, S. et al. 2016. Increasing transparency through a multiverse analysis. doi:10.1177/1745691616658637
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. 2020. Specification curve analysis. doi:10.1038/s41562-020-0912-z

    Examples
    --------
    >>> import estimators as est
    >>> model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    >>> evidence = est.datasets.latin_america().where(area=("MEX", "COL"), start="2016-01-01", end="2017-12-31")
    >>> evidence = evidence.where(indicator=("victims_identified", "population"))
    >>> one_in_ten = est.Prior("reporting level", "near 1 in 10", "logit-normal", (-2.2, 0.3), "an audit elsewhere")
    >>> choices = {"streams.identified_victims.reporting": {"vague": model.streams[0].reporting, "1 in 10": one_in_ten}}
    >>> found = multiverse(model, evidence, choices, seed=1, draws=200, workers=1)
    >>> found.table["streams.identified_victims.reporting"].tolist()
    ['vague', '1 in 10']
    """
    _check(model, evidence, draws)
    all_of_them = universes_of(model, evidence, universes)
    panel = model.figures(evidence)
    if period and period not in panel.grid.periods:
        raise ModelError(f"period {period!r}: expected one of {', '.join(panel.grid.periods)}")
    start = _start(model, evidence, panel, draws, seed)
    jobs: dict[str, Job] = {}  # universes that come to the same are fitted once
    fitted_as: list[str] = []
    for each in all_of_them:
        fitted_as.append("" if each.model is None else fingerprint((each.model, each.evidence)))
        if each.model is not None:
            jobs.setdefault(fitted_as[-1], Job(each.model, each.evidence, draws, period, start))
    if not jobs:
        raise ModelError(f"no universe is a model; the first: {all_of_them[0].problem}")
    told = [(job, np.random.SeedSequence(seed)) for job in jobs.values()]
    done = run(total_flow, told, workers=workers, scheduler=scheduler, journal=journal, progress=progress)
    found = dict(zip(jobs, done, strict=True))
    rows = [_row(each, found.get(name)) for each, name in zip(all_of_them, fitted_as, strict=True)]
    return _finding(pd.DataFrame(rows), list(universes))


def _check(model: Any, evidence: Any, draws: int) -> None:
    if not isinstance(model, Synthesis) or not isinstance(evidence, Evidence):
        raise ModelError(f"{type(model).__name__} and {type(evidence).__name__}: expected a Synthesis and its Evidence")
    if draws < FEWEST:
        raise ModelError(f"{draws} draws: expected at least {FEWEST} in each universe")


def _start(model: Synthesis, evidence: Evidence, panel: Panel, draws: int, seed: int) -> Start | None:
    """From the model as given, fitted on one thread as all others are."""
    (found,) = run(posterior_place, [(Job(model, evidence, draws), np.random.SeedSequence(seed))], workers=1)
    if isinstance(found, Failed) or not found:
        return None
    reference = Reference(np.array(found["mean"]), np.array(found["covariance"]))
    return start_at(reference, panel, fingerprint((model, evidence, draws, seed)))


def posterior_place(job: Job, seed: Seed) -> Result:
    """Mean and covariance of the scores; empty where draws by importance cannot be trusted."""
    found, _ = fast_fit(job.model.figures(job.evidence), job.draws, seed)
    return {} if found is None else {"mean": found.reference.scores, "covariance": found.reference.covariance}


def total_flow(job: Job, seed: Seed) -> Result:
    """One universe fitted: the task that a multiverse runs."""
    panel = job.model.figures(job.evidence)
    if job.period and job.period not in panel.grid.periods:
        raise ModelError(f"period {job.period!r}: there are {', '.join(panel.grid.periods)}")
    found, why = fast_fit(panel, job.draws, seed, job.start)
    about = {"areas": len(panel.grid.areas), "periods": job.period or _from_to(panel.grid.periods)}
    if found is not None:
        flow = np.exp(level(panel.world(found.known, NUMPY), job.period))
        behind = min(found.effective, float(len(flow)))
        return {**limits(flow), **about, "engine": "laplace", "pareto_k": found.pareto_k, "effective_draws": behind}
    return {**_sampled(job, panel, seed, why), **about}


def _from_to(periods: tuple[str, ...]) -> str:
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


def _sampled(job: Job, panel: Panel, seed: Seed, why: str) -> Result:
    """The same by NUTS; refused where the chains are too short for it."""
    import arviz as az

    sampling = Sampling(draws=-(-job.draws // 2), tune=1000, chains=2)
    posterior, _ = Sampler(job.model.graph(panel)).sample(sampling, int(seed.generate_state(1)[0] >> 1))
    log_flow = level(panel.world(known_values(posterior, panel), NUMPY), job.period)
    effective = float(az.ess(log_flow.reshape(sampling.chains, sampling.draws)))
    if not effective >= FEWEST_SAMPLED:
        raise ModelError(f"{why}; NUTS: {effective:.0f} effective draws, expected at least {FEWEST_SAMPLED}")
    return {**limits(np.exp(log_flow)), "engine": "nuts", "pareto_k": np.nan, "effective_draws": effective}


def _row(universe: Universe, found: Result | Failed | None) -> dict[str, Any]:
    nothing: Result = dict.fromkeys(("median", "lower", "upper"), np.nan) | {"areas": 0, "periods": "", "engine": ""}
    nothing |= {"pareto_k": np.nan, "effective_draws": np.nan}
    if found is None or isinstance(found, Failed):
        problem = universe.problem if found is None else f"{found.error}: {found.message}"
        return {**universe.options, **nothing, "problem": problem}
    return {**universe.options, **{name: found[name] for name in nothing}, "problem": ""}


def explained(table: pd.DataFrame, choices: Iterable[str]) -> dict[str, float]:
    """Share of the variance of the log medians that each choice explains alone, largest first."""
    known = table[table["median"].notna()]
    log_median = np.log(known["median"])
    beside = log_median - log_median.mean()
    total = float((beside**2).sum())
    within = {choice: beside.groupby(known[choice]).transform("mean") for choice in choices}
    shares = {choice: float((mean**2).sum()) / total if total > 0 else 0.0 for choice, mean in within.items()}
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


def _finding(table: pd.DataFrame, choices: list[str]) -> Finding:
    known = table[table["median"].notna()]
    low, high = float(known["median"].min()), float(known["median"].max())
    shares = explained(table, choices)
    most, share = next(iter(shares.items()))
    status = f"medians within a factor {high / low:.2g}" + (f", most by {most}" if share > 0 else "")
    spread = float((known["upper"] / known["lower"]).median())
    text = (
        f"{len(table):,} universes: medians of the total flow per year from {number(low)} to {number(high)}; the 95 % interval within a "
        f"universe spans a factor {spread:.2g}. Of the variance of log medians each choice explains alone: "
        f"{', '.join(f'{choice} {percent(each)}' for choice, each in shares.items())}."
    )
    return Finding("multiverse", status, " ".join(chain([text], _reservations(table, known))), table)


def _reservations(table: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    said = ["Universes are not equally credible: the curve is no distribution."]
    if len(known) < len(table):
        said.append(f"Without an estimate: {len(table) - len(known)}; the column problem says why.")
    sampled = int((known["engine"] == "nuts").sum())
    if sampled:
        said.append(f"Sampled by NUTS, because draws by importance could not be had or trusted: {sampled}.")
    if len(known[["areas", "periods"]].drop_duplicates()) > 1:
        said.append("Totals are not of one thing: areas or periods differ between universes.")
    return said
