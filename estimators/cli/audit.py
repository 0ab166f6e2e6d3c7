"""``darkfigure audit``: what a claim about the share reported makes of reported counts, and whether anything could contradict it.

Without figures it audits "1 in 100" on Mexico's identified victims and writes a report.
"""

import argparse
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimators.cli.options import add_claim_options, add_common_options, claim_from, print_json
from estimators.errors import DataError, Problem

if TYPE_CHECKING:
    import xarray as xr

    from estimators.audit import Audit
    from estimators.evidence import Evidence
    from estimators.priors import Claim

DEFAULT_FOLDER = Path("results/mexico_claim_audit")


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("audit", help="audit a claim about the share reported", description=__doc__)
    add_claim_options(parser)
    group = parser.add_argument_group("the figures (none: Mexico, bundled)")
    group.add_argument("--reported", metavar="N", help="one reported count")
    group.add_argument("--evidence", metavar="FILE", help="a table of evidence: CSV, Parquet or Excel")
    group.add_argument("--indicator", default="victims_identified", metavar="NAME", help="what was counted")
    group.add_argument("--area", default="unnamed area", help="area of --reported")
    group.add_argument("--period", default="2000", help="period of --reported, such as 2022-H1")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help=f"where to write the report (default for Mexico: {DEFAULT_FOLDER})"
    )
    add_common_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.reported is not None and options.evidence is not None:
        raise DataError(
            [Problem("command line", None, "--evidence", options.evidence, "either --reported or --evidence, not both")]
        )
    if options.reported is None and options.evidence is None:
        if options.claim is not None:
            raise DataError(
                [Problem("command line", None, "--claim", options.claim, "--reported N or --evidence FILE with it")]
            )
        return _mexico(options)
    if options.claim is None:
        raise DataError(
            [Problem("command line", None, "--claim", "none", "the claim to audit, such as --claim '1 in 100'")]
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        claim = claim_from(options)
        evidence = _evidence(options)
        audit = _audit(claim, evidence, options)
    said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
    return _answer(audit, options, said)


def _mexico(options: argparse.Namespace) -> int:
    from estimators import audit

    result = audit.mexico_audit(seed=options.seed, progress=sys.stderr.isatty())
    files = audit.write(result, audit.MEXICO, options.out or DEFAULT_FOLDER)
    if options.json:
        print_json(_json(result.main, []) | {"files": [str(path) for path in files]})
        return 0
    print(f"Verdict: {audit.document(result, audit.MEXICO).sections[0].blocks[0].verdict}")  # type: ignore[union-attr]
    for path in files:
        print(path)
    return 0


def _evidence(options: argparse.Namespace) -> "Evidence":
    if options.evidence is not None:
        from estimators.evidence import read_evidence

        return read_evidence(options.evidence)
    from estimators.evidence.single import single_figure

    return single_figure(options.reported, area=options.area, period=options.period, indicator=options.indicator)


def _audit(claim: "Claim", evidence: "Evidence", options: argparse.Namespace) -> "Audit":
    from estimators import audit

    readings = audit.claim_readings(claim, options.indicator)
    return audit.run(
        readings, {"figures": evidence}, seed=options.seed, progress=sys.stderr.isatty() and not options.json
    )


def _answer(result: "Audit", options: argparse.Namespace, said: list[str]) -> int:
    from estimators import audit

    files = audit.write(result, audit.context_of(result), options.out) if options.out is not None else ()
    post = result.main
    if options.json:
        if post["observed_data"].sizes["area"] * post["observed_data"].sizes["period"] == 1:
            answer = _json(post, said)
        else:
            answer = {"figures": result.summary().to_dict("records"), "warnings": _warnings(post, said)}
        print_json(answer | ({"files": [str(path) for path in files]} if files else {}))
        return 0
    for line in audit.plain_text(result, _warnings(post, said)):
        print(line)
    for path in files:
        print(path)
    return 0


def _json(post: "xr.DataTree", said: list[str]) -> dict[str, Any]:
    """The answer for one figure; of several, the last period of the first area."""
    from estimators.diagnostics.identification import identification
    from estimators.results import summary

    row, told = summary(post).iloc[-1], identification(post)

    def quantity(name: str) -> dict[str, float]:
        ends = {end: float(row[f"{name}_{end}"]) for end in ("median", "lower", "upper")}
        return ends | {"probability": float(row["probability"])}

    shares = told.finding("anchor budget").table
    return {
        "true_count": quantity("true_count"),
        "reporting_probability": quantity("reporting_probability"),
        "verdict": told.verdict,
        "anchors": [{"name": str(part.anchor), "share": float(part.share)} for part in shares.itertuples()],
        "warnings": _warnings(post, said),
    }


def _warnings(post: "xr.DataTree", said: list[str]) -> list[str]:
    import json

    return [*said, *json.loads(post.attrs["assumptions"])]
