"""``darkfigure audit``: what a claim about the share reported makes of reported counts, and whether anything could contradict it.

Without figures it audits "1 in 100" on Mexico's identified victims and writes a report.
"""

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimators.cli.answers import assumptions, one_figure, print_json, said, several_figures
from estimators.cli.options import add_claim_options, add_common_options, add_report_options, check_folder, claim_from
from estimators.errors import DarkfigureError

if TYPE_CHECKING:
    from estimators.audit import Audit
    from estimators.evidence import Evidence

DEFAULT_FOLDER = Path("results/mexico_claim_audit")
UNNAMED_AREA, UNNAMED_PERIOD = "unnamed area", "2000"


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("audit", help="audit a claim about the share reported", description=__doc__)
    add_claim_options(parser)
    group = parser.add_argument_group("the figures (none: Mexico, bundled)")
    group.add_argument("--reported", metavar="N", help="one reported count")
    group.add_argument("--evidence", metavar="FILE", help="a table of evidence: CSV, Parquet or Excel")
    group.add_argument("--indicator", default="victims_identified", metavar="NAME", help="what was counted")
    group.add_argument("--area", help="area of --reported")
    group.add_argument("--period", help="period of --reported, such as 2022-H1")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help=f"where to write the report (default for Mexico: {DEFAULT_FOLDER})"
    )
    add_report_options(parser)
    add_common_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    _check_options(options)
    if options.claim is None:
        return _mexico(options)
    return _one_claim(options)


def _check_options(options: argparse.Namespace) -> None:
    """Refuse combinations that mean nothing, and a folder that cannot be written, before anything is computed."""
    figures = [name for name in ("reported", "evidence") if getattr(options, name) is not None]
    if len(figures) == 2:
        raise DarkfigureError("--reported and --evidence: expected one of them, not both")
    if figures and options.claim is None:
        raise DarkfigureError(
            f"--claim is missing: expected the claim to audit with --{figures[0]}, such as '1 in 100'"
        )
    if not figures and options.claim is not None:
        raise DarkfigureError("--claim without figures: expected --reported N or --evidence FILE with it")
    if options.reported is None:
        for name in ("area", "period"):
            if getattr(options, name) is not None:
                raise DarkfigureError(f"--{name} without --reported: expected only with it")
    if options.out is not None or not figures:
        check_folder(options.out or DEFAULT_FOLDER)


def _mexico(options: argparse.Namespace) -> int:
    from estimators import audit

    result = audit.mexico_audit(seed=options.seed, progress=sys.stderr.isatty() and not options.json)
    files = audit.write(
        result, audit.MEXICO, options.out or DEFAULT_FOLDER, formats=options.format, language=options.language
    )
    return _answer(result, options, files, period=audit.MEXICO.period)


def _one_claim(options: argparse.Namespace) -> int:
    from estimators import audit

    readings = audit.claim_readings(claim_from(options), options.indicator)
    progress = sys.stderr.isatty() and not options.json
    result = audit.run(readings, {"figures": _evidence(options)}, seed=options.seed, progress=progress)
    files: Sequence[Path] = ()
    if options.out is not None:
        files = audit.write(
            result,
            audit.context_of(result, options.typed),
            options.out,
            formats=options.format,
            language=options.language,
        )
        _warn_unnamed(options)
    return _answer(result, options, files)


def _evidence(options: argparse.Namespace) -> "Evidence":
    if options.evidence is not None:
        from estimators.evidence import read_evidence

        return read_evidence(options.evidence)
    from estimators.evidence.single import single_figure

    return single_figure(
        _count(options.reported),
        area=UNNAMED_AREA if options.area is None else options.area,
        period=UNNAMED_PERIOD if options.period is None else options.period,
        indicator=options.indicator,
    )


def _count(text: str) -> int:
    """A count as it is typed: digits and nothing else, so that 1,234 is never read as something else."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise DarkfigureError(
            f"--reported: {text!r}: expected an exact count, a whole number such as 1234 (limits such as <5: fit --estimator bounds)"
        )
    return int(digits)


def _warn_unnamed(options: argparse.Namespace) -> None:
    for name, stand_in in (("area", UNNAMED_AREA), ("period", UNNAMED_PERIOD)):
        if options.reported is not None and getattr(options, name) is None:
            warnings.warn(f"no --{name} was given: the files say {stand_in!r}", UserWarning, stacklevel=2)


def _answer(result: "Audit", options: argparse.Namespace, files: Sequence[Path], period: str | None = None) -> int:
    from estimators import audit
    from estimators.diagnostics.identification import identification

    post = result.main
    if options.json:
        told = identification(post)
        alone = len(result.results) == 1 and post["observed_data"].to_dataset()["reported"].size == 1
        answer = one_figure(post, told) if alone else several_figures(result.summary(), told)
        answer["warnings"] = [*said(options), *assumptions(post)]
        print_json(answer | ({"files": [str(path) for path in files]} if files else {}))
        return 0
    placed = options.reported is None or options.period is not None
    for line in audit.plain_text(result, assumptions(post), period=period, placed=placed):
        print(line)
    for path in files:
        print(path)
    return 0
