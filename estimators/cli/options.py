"""Options that several subcommands share, and how what is wrong with them is said."""

import argparse
import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from estimators.errors import DarkfigureError, DataError, Problem

if TYPE_CHECKING:
    from estimators.priors import Claim

DEFAULT_SEED = 20220801
MOST_PROBLEMS = 3  # told in one line
TYPED = (
    "claim",
    "fit",
    "compare_lists",
    "DataFrame",
)  # places of problems with what stood on the command line, not in a file
OPTION_OF = {"": "claim", "value": "reported", "period_start": "period", "period_end": "period"}


def add_claim_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that make a claim."""
    group = parser.add_argument_group("the claim")
    group.add_argument(
        "--claim", metavar="TEXT", help="share reported: '1 in 100', '4 %%', '96 %% hidden', '1 in 50 to 1 in 200'"
    )
    group.add_argument("--by", default="", metavar="BODY", help="who says so")
    group.add_argument("--within", type=float, metavar="FACTOR", help="a point is true within this factor (default 3)")
    group.add_argument("--confidence", type=float, default=0.9, metavar="P", help="with this probability (default .9)")
    group.add_argument("--mass", type=float, metavar="P", help="probability of a range (default .95)")
    group.add_argument(
        "--family", default="logit-normal", choices=("logit-normal", "beta"), help="family of the distribution"
    )
    group.add_argument(
        "--meaning", default="median", metavar="FEATURE", help="median, mean, mode, 'mean of 1/rho', 'mode of 1/rho'"
    )
    group.add_argument("--derived-from", default="", metavar="FIGURES", help="the figures the claim was made from")


def claim_from(options: argparse.Namespace) -> "Claim":
    """Make the claim that the options describe."""
    from estimators.priors import Claim

    return Claim(
        options.claim,
        by=options.by,
        within=options.within,
        confidence=options.confidence,
        mass=options.mass,
        family=options.family,
        meaning=options.meaning,
        derived_from=options.derived_from,
    )


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--format`` and ``--language`` of a report."""
    parser.add_argument("--format", default="html", metavar="LIST", help="html,pdf,tex,docx (default html)")
    parser.add_argument("--language", default="en", metavar="LIST", help="en,es,pt (default en)")


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--json`` and ``--seed``."""
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="seed of the draws")


def in_one_line(error: DarkfigureError, options: argparse.Namespace) -> str:
    """What is wrong and where: the option for what was typed, file, row and column for what was read."""
    if not isinstance(error, DataError):
        return "; ".join(str(error).splitlines()) or type(error).__name__
    file = getattr(options, "evidence", None)
    lines = [_place(problem, file) for problem in error.problems]
    if file is None and len(lines) > MOST_PROBLEMS:
        return f"{lines[0]} (and {len(lines) - 1:,} more problems)"
    if file is None or len(lines) == 1:
        return "; ".join(lines)
    return f"{lines[0]} (and {len(lines) - 1} more problems; list them with: darkfigure data check {file})"


def _place(problem: Problem, file: str | None) -> str:
    if problem.place in TYPED:
        option = OPTION_OF.get(problem.column or "", problem.column)
        return f"--{option}: {problem.value!r}: expected {problem.expected}"
    if problem.place == "evidence" and file is not None:
        return str(replace(problem, place=Path(file).name))
    return str(problem)


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, before anything is computed."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "expected a folder, not a file", str(folder))
    parent = next(part for part in (folder.absolute(), *folder.absolute().parents) if part.exists())
    if not parent.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "expected a folder, not a file", str(parent))
    if not os.access(parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(parent))


def check_file(file: Path) -> None:
    """Refuse a file that cannot be written, before anything is computed."""
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "expected a file, not a folder", str(file))
    check_folder(file.parent)
