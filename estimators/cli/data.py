"""``darkfigure data list | show NAME | check FILE``."""

import argparse
import sys
from typing import Any

from estimators.cli.answers import print_json
from estimators.errors import DataError

SHOWN_ROWS = 20


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("data", help="list, show and check tables")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the bundled tables, with publisher and period")
    show = actions.add_parser("show", help="one bundled table with its provenance")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--rows", type=_rows, default=SHOWN_ROWS, help=f"rows to print (default {SHOWN_ROWS})")
    check = actions.add_parser("check", help="check a table of evidence and list every problem")
    check.add_argument("file", metavar="FILE", help="CSV, Parquet or Excel")
    for action, run in ((listing, _list), (show, _show), (check, _check)):
        action.add_argument("--json", action="store_true", help="print JSON for machines")
        action.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    from estimators import datasets

    table = datasets.catalogue()
    if options.json:
        print_json(table.to_dict("records"))
        return 0
    for row in table.to_dict("records"):
        print(f"{row['name']}\n    {row['title']}\n    {row['publisher']}, {row['period']}, {row['rows']:,} rows")
    return 0


def _show(options: argparse.Namespace) -> int:
    from estimators import datasets

    described, table = datasets.describe(options.name), datasets.load(options.name).head(options.rows)
    if options.json:
        rows = table.astype(object).where(table.notna(), None).to_dict("records")
        print_json({"description": described, "rows": rows})
        return 0
    for key in ("title", "description", "publisher", "period", "unit", "terms", "retrieved"):
        if described.get(key):
            print(f"{key}: {described[key]}")
    for caveat in described["caveats"]:
        print(f"caveat: {caveat}")
    print(f"rows: {len(table):,} of {described['rows']:,}")
    if len(table):
        print(table.to_string(index=False, na_rep=""))
    return 0


def _check(options: argparse.Namespace) -> int:
    from estimators.evidence import read_evidence

    try:
        evidence = read_evidence(options.file)
    except DataError as error:
        if options.json:
            print_json({"file": options.file, "problems": [vars(problem) for problem in error.problems]})
        else:
            print("\n".join(str(problem) for problem in error.problems))
        many = len(error.problems)
        print(f"darkfigure: {options.file}: {many} problem{'s' if many > 1 else ''}", file=sys.stderr)
        return 2
    if options.json:
        print_json({"file": options.file, "problems": [], "rows": len(evidence.table), "hash": evidence.hash})
    else:
        print(evidence)
    return 0


def _rows(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, 0 or more")
    return int(text)
