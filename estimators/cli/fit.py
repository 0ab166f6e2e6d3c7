"""``darkfigure fit EVIDENCE``: fit one estimator and keep its posterior."""

import argparse
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimators.cli.answers import assumptions, print_json, said, several_figures
from estimators.cli.options import add_claim_options, add_common_options, check_file, claim_from
from estimators.errors import DarkfigureError

if TYPE_CHECKING:
    from estimators.inference import Estimator

ESTIMATORS = ("multiplier", "thinned-poisson", "thinned-negative-binomial", "hierarchical", "bounds")


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("fit", help="fit an estimator to a table of evidence", description=__doc__)
    parser.add_argument("evidence", metavar="EVIDENCE", help="CSV, Parquet or Excel")
    parser.add_argument("--estimator", choices=ESTIMATORS, default="multiplier")
    add_claim_options(parser)
    parser.add_argument(
        "--incidence", type=float, nargs=2, metavar=("LOW", "HIGH"), help="90 %% range per 100,000 and year"
    )
    parser.add_argument("--dispersion", type=float, metavar="SIZE", help="negative binomial size of the true count")
    parser.add_argument(
        "--range", type=float, nargs=2, metavar=("LOW", "HIGH"), help="range of the share reported, for bounds"
    )
    parser.add_argument("--indicator", default="victims_identified", metavar="NAME", help="what was counted")
    parser.add_argument("--engine", choices=("auto", "exact", "laplace", "nuts"), default="auto")
    parser.add_argument("--draws", type=int, default=1000, help="draws (of each chain, for nuts)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the posterior to this netCDF file")
    add_common_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from estimators.audit.readings import figure_line
    from estimators.diagnostics import convergence, identification
    from estimators.evidence import read_evidence
    from estimators.inference import Sampling, fit
    from estimators.results import save, summary

    if options.out is not None:
        check_file(options.out)
    sampling = Sampling(draws=options.draws, progress=sys.stderr.isatty() and not options.json)
    estimator = _estimator(options)
    evidence = read_evidence(options.evidence)
    with redirect_stdout(sys.stderr):  # where PyMC's progress bar belongs
        post = fit(estimator, evidence, seed=options.seed, engine=options.engine, sampling=sampling)
    table, told, sound = summary(post), identification(post), convergence(post)
    if options.out is not None:
        save(post, options.out)
    if options.json:
        answer = several_figures(table, told) | {"convergence": sound.status}
        print_json(answer | {"warnings": [*said(options), *assumptions(post)]})
        return 0
    print(f"Verdict: {told.verdict} – {told.meaning}.")
    for row in table.to_dict("records"):
        print(figure_line(row))
    print(told.finding("anchor budget").text)
    print(f"Convergence: {sound.status}. {sound.text}")
    for text in assumptions(post):
        print(f"Note: {text}")
    if options.out is not None:
        print(options.out)
    return 0


def _estimator(options: argparse.Namespace) -> "Estimator":
    from estimators import counts

    if options.estimator == "bounds":
        low, high = _required(options, "range", "the lowest and highest share reported")
        return counts.Bounds(lowest=low, highest=high, indicator=options.indicator)
    _required(options, "claim", "a claim such as '1 in 100'")
    claim = claim_from(options)
    if options.estimator == "multiplier":
        return counts.Multiplier(claim, indicator=options.indicator)
    if options.estimator == "hierarchical":
        return counts.HierarchicalThinnedPoisson(claim, indicator=options.indicator)
    from estimators.priors import gamma_prior

    low, high = _required(options, "incidence", "a 90 % range per 100,000 and year")
    incidence = gamma_prior(low, high, reason="range given on the command line")
    if options.estimator == "thinned-poisson":
        return counts.ThinnedPoisson(claim, incidence, indicator=options.indicator)
    size = _required(options, "dispersion", "a negative binomial size")
    return counts.ThinnedNegativeBinomial(claim, incidence, size, indicator=options.indicator)


def _required(options: argparse.Namespace, name: str, expected: str) -> Any:
    value = getattr(options, name)
    if value is None:
        raise DarkfigureError(f"--{name} is missing: expected {expected}, for --estimator {options.estimator}")
    return value
