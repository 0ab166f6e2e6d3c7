"""``darkfigure report POSTERIOR``: the report of a saved result, in the formats and languages asked for; nothing is fitted again."""

import argparse
from pathlib import Path
from typing import Any

from estimators.cli.answers import print_json, said
from estimators.cli.options import add_report_options, check_folder


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("report", help="write the report of a saved posterior", description=__doc__)
    parser.add_argument("posterior", metavar="POSTERIOR", nargs="+", help="netCDF, written by estimators.save or --out")
    add_report_options(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to write (default: the folder of each posterior)"
    )
    parser.add_argument("--title", default="", metavar="TEXT", help="title of the report")
    parser.add_argument("--period", default="", metavar="PERIOD", help="which period the first page shows")
    parser.add_argument(
        "--disclosure", default="", metavar="RULE", help="hide small counts first: ctdc, ons, k=5 and so on"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from estimators.reports import report
    from estimators.results import load

    files = [Path(name) for name in options.posterior]
    folders = _folders(files, options.out)
    for folder in folders:
        check_folder(folder)
    posts = [load(file) for file in files]
    written = [
        path
        for post, folder in zip(posts, folders, strict=True)
        for path in report(
            post,
            folder,
            formats=options.format,
            language=options.language,
            about=options.title,
            period=options.period,
            disclosure=options.disclosure,
        )
    ]
    if options.json:
        print_json({"files": [str(path) for path in written], "warnings": said(options)})
        return 0
    for path in written:
        print(path)
    return 0


def _folders(files: list[Path], out: Path | None) -> list[Path]:
    """Where the report of each file goes: beside it, or into the folder given, one of its own for each where there are several."""
    if out is None:
        return [file.parent for file in files]
    if len(files) == 1:
        return [out]
    names = [file.parent.name if file.stem == "posterior" else file.stem for file in files]
    return [out / (name if names.count(name) == 1 else f"{name}-{place}") for place, name in enumerate(names, start=1)]
