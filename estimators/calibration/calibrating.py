"""`calibrate`: which form an estimator is calibrated in, and the finding."""

import os
from typing import Any

import numpy as np
import xarray as xr

from estimators.calibration.findings import calibration_finding, stacked
from estimators.calibration.panels import SHORT, PanelReplicas
from estimators.calibration.replicas import Plan, Replicable, ReplicableGiven, one_replicate, truths
from estimators.calibration.vectorised import Simulator, ranks_at_once
from estimators.diagnostics.finding import Finding
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.execution import Failed, jobs, run
from estimators.inference import ExactEstimator, GraphEstimator, fit
from estimators.sampling import Sampling

AT_ONCE, ONE_BY_ONE = 10_000, 1000
SPARE = 2  # draws of each of four chains for one truth


def calibrate(
    estimator: Simulator | Replicable | GraphEstimator,
    design: Evidence | None = None,
    *,
    replicates: int | None = None,
    draws: int = 99,
    given: Evidence | xr.DataTree | None = None,
    population: float = 1_000_000.0,
    sampling: Sampling | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    journal: str | os.PathLike[str] | None = None,
    seed: int,
    progress: bool = False,
) -> Finding:
    """Simulation-based calibration: ranks of the truth among posterior draws must be uniform.

    Parameters
    ----------
    estimator : estimator
        With a method ``simulate``, or with ``replicate`` (see `estimators.calibration.Replicable`).
    design : Evidence, optional
        Which areas, periods and figures there are, and their population; the figures themselves are replaced. One fit for each
        replicate. Without one, replicates are areas of one fit, for which the estimator must be exact.
    replicates : int, optional
        Number of simulated sets of figures, by default 10,000 without a design and 1,000 with one.
    draws : int
        Posterior draws for each; ranks run from 0 to `draws`.
    given : Evidence or xarray.DataTree, optional
        The posterior form: truth is drawn from the posterior given this evidence, new figures of the same design are simulated
        from it, and both sets are fitted together. A result of `fit` needs the evidence it was fitted to as `design`, and at least
        as many draws as replicates, for each truth is used once.
    population : float
        Without a design: of each simulated area, persons; every period is a year.
    sampling : Sampling, optional
        With a design, of an estimator that is sampled: how much for each replicate.
    workers, scheduler, journal, progress
        With a design, how replicates are run: see `estimators.execution.run`.
    seed : int
        The finding is a function of estimator, design and seed, on any number of workers.

    Returns
    -------
    Finding
        Status *calibrated* or *not calibrated*; one row a quantity with the simultaneous p value of its rank distribution, the
        same after Holm's correction over quantities, the coverage of central intervals each with its standard error, and the numbers of
        replicates and of fits that failed. Besides the parameters, the log likelihood of the figures is ranked: a quantity that
        depends on the data notices a posterior that merely repeats the prior.

    Raises
    ------
    ModelError
        If the estimator cannot be calibrated in the form asked for, or there are too few replicates or draws.

    Notes
    -----
    The band is simultaneous over all rank bins: the smallest pointwise binomial tail probability of the rank distribution function,
    referred to its own distribution under uniformity, which is simulated. Calibration over the prior can hide errors that cancel,
    and spends its replicates on figures nobody has seen; the posterior form asks about figures like those at hand.

    References
    ----------
    Talts, S. et al. 2018. Validating Bayesian inference algorithms with simulation-based calibration. doi:10.48550/arXiv.1804.06788
    Säilynoja, T., Bürkner, P.-C. and Vehtari, A. 2022. Graphical test for discrete uniformity. doi:10.1007/s11222-022-10090-6
    Modrák, M. et al. 2023. Simulation-based calibration checking with data-dependent test quantities. doi:10.1214/23-BA1404
    Säilynoja, T., Schmitt, M., Bürkner, P.-C. and Vehtari, A. 2025. Posterior SBC: simulation-based calibration checking conditional
    on data. doi:10.48550/arXiv.2502.03279

    Examples
    --------
    >>> import estimators as est
    >>> model = est.Multiplier(est.Claim("1 in 10"), dependence="independent")
    >>> calibrate(model, replicates=500, seed=1).status
    'calibrated'
    """
    if replicates is None:
        replicates = AT_ONCE if design is None and given is None else ONE_BY_ONE
    if replicates < 100 or draws < 9:
        raise ModelError(f"{replicates} replicates with {draws} draws: expected at least 100 and 9")
    if design is None and given is None:
        _check_at_once(estimator, scheduler, journal)
        rng = np.random.default_rng(seed)
        return calibration_finding(ranks_at_once(estimator, replicates, draws, population, rng), draws)  # type: ignore[arg-type]
    plan = _plan(estimator, design, given, (replicates, draws), sampling, seed)
    rows = run(
        one_replicate,
        jobs(plan, seed, replicates),
        workers=workers,
        scheduler=scheduler,
        journal=journal,
        progress=progress,
    )
    failed = [row for row in rows if isinstance(row, Failed)]
    ranks = stacked([row["ranks"] for row in rows if not isinstance(row, Failed)])
    return calibration_finding(ranks, draws, failed)


def _check_at_once(estimator: Any, scheduler: str | None, journal: str | os.PathLike[str] | None) -> None:
    name = type(estimator).__name__
    if not (isinstance(estimator, ExactEstimator) and hasattr(estimator, "simulate")):
        raise ModelError(f"{name} is not exact with a method simulate: expected a design, one fit for each replicate")
    if scheduler is not None or journal is not None:
        raise ModelError(
            "without a design all replicates are one fit: expected no scheduler and no journal, or a design"
        )


def _plan(
    estimator: Any,
    design: Evidence | None,
    given: Evidence | xr.DataTree | None,
    sizes: tuple[int, int],
    sampling: Sampling | None,
    seed: int,
) -> Plan:
    replicates, draws = sizes
    evidence = given if design is None else design
    if not isinstance(evidence, Evidence):
        raise ModelError("a result is given without its evidence: expected the evidence it was fitted to as design")
    replicable = _replicable(estimator, sampling)
    figures = replicable.figures(evidence)
    if given is None:
        return Plan(replicable, figures, draws)
    if not isinstance(replicable, ReplicableGiven):
        raise ModelError(f"{type(estimator).__name__} has no method replicate_given: expected none given")
    if isinstance(given, xr.DataTree):
        found, result = given.attrs.get("evidence_hash"), given
    else:
        found, result = given.hash, fit(estimator, given, seed=seed, sampling=_many(estimator, replicates))
    if found != evidence.hash:
        raise ModelError("the figures given are not those of the design: expected one and the same evidence")
    return Plan(replicable, figures, draws, truths(result["posterior"].to_dataset(), replicates))


def _many(estimator: Any, replicates: int) -> Sampling:
    """A truth for each replicate: as many independent draws, or eight times as many of a sampler."""
    exact = isinstance(estimator, ExactEstimator)
    return Sampling(draws=replicates if exact else SPARE * replicates)


def _replicable(estimator: Any, sampling: Sampling | None) -> Replicable:
    if isinstance(estimator, Replicable):
        return estimator
    if hasattr(estimator, "simulate") and isinstance(estimator, ExactEstimator | GraphEstimator):
        return PanelReplicas(estimator, SHORT if sampling is None else sampling)
    name = type(estimator).__name__
    raise ModelError(f"{name} cannot be replicated: expected a method replicate, or simulate with exact or graph")
