"""All checks of a synthesis in one call."""

from collections.abc import Iterable
from typing import Any

import xarray as xr
from tqdm import tqdm

from estimators.checks.predictive import predictive_findings
from estimators.checks.refits import QUICK, Refits
from estimators.checks.sensitivity import power_scaling_finding, reported_rate_finding
from estimators.checks.sources import areas_finding, placebo_finding, sources_finding
from estimators.checks.tipping import tipping_finding
from estimators.diagnostics import (
    Finding,
    contraction,
    convergence,
    identification,
    prior_data_conflict,
    share_sensitivity,
)
from estimators.evidence import Evidence
from estimators.sampling import Sampling
from estimators.synthesis import Synthesis


def check(
    model: Synthesis,
    evidence: Evidence,
    post: xr.DataTree,
    *,
    seed: int,
    sampling: Sampling = QUICK,
    refits: bool = True,
    areas: bool = True,
    progress: bool = False,
) -> tuple[Finding, ...]:
    """Every check of a fitted synthesis: convergence, identification, sensitivity, predictions, sources and areas left out.

    Parameters
    ----------
    model : Synthesis
        What was fitted.
    evidence : Evidence
        To what.
    post : xarray.DataTree
        The result of `estimators.fit`.
    seed : int
        Of the refits.
    sampling : Sampling
        How much in each refit: draws × chains in all. Refits are drawn by importance (see `estimators.synthesis.laplace`), from
        where the posterior of the full model lies; one whose weights cannot be trusted is sampled by NUTS from a graph that is
        compiled once for all of them, and its finding says so.
    refits : bool
        Whether to run the checks that fit again. Without them the others take seconds.
    areas : bool
        Whether to refit without each area, one refit an area.
    progress : bool
        Show a progress bar.

    Returns
    -------
    tuple of Finding
        Convergence; anchor budget, null directions, conflict, power and tipping points; contraction; prior-data conflict; power
        scaling; prior and posterior predictive checks; reported rates; leave one source out; node split; placebo source;
        tipping table; leave one area out.
    """

    def bar(items: Iterable[Any], what: str) -> Iterable[Any]:
        return tqdm(items, desc=what, disable=not progress)

    panel = model.figures(evidence)
    read = (
        convergence(post), *identification(post).findings, contraction(post), prior_data_conflict(post),
        power_scaling_finding(post), *predictive_findings(panel, post, seed), reported_rate_finding(post),
    )  # fmt: skip
    shares = (share_sensitivity(post),) if panel.shares else ()
    if not refits:
        return (*read, *shares)
    again = Refits(panel, sampling, seed)
    full = again.full
    refitted = (*sources_finding(again, full, bar), placebo_finding(again, full, bar), tipping_finding(again, bar))
    left_out = (areas_finding(again, full, bar),) if areas and len(panel.grid.areas) > 1 else ()
    return (*read, *shares, *refitted, *left_out)
