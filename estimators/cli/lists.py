"""``darkfigure lists FILE``: how many people are on none of several lists, or were never met by one, by every method at once."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimators.cli.answers import print_json, said
from estimators.cli.options import add_common_options, check_file
from estimators.errors import DarkfigureError

if TYPE_CHECKING:
    from estimators.diagnostics import Finding
    from estimators.lists import Captures, Lists

PICTURES = (".png", ".svg", ".pdf")


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("lists", help="estimate who is on none of several lists", description=__doc__)
    parser.add_argument(
        "evidence",
        metavar="FILE",
        help="CSV, Parquet or Excel: one 0/1 column a list, and counts; or how often each person was met",
    )
    parser.add_argument("--methods", default="", metavar="LIST", help="such as independence,stepwise (default all)")
    parser.add_argument("--delta", type=float, metavar="NUMBER", help="prior count in a cell, of decomposable graphs")
    parser.add_argument(
        "--bootstrap", type=int, default=1000, metavar="N", help="replicates, 0 for none (default 1000)"
    )
    parser.add_argument("--lists", default="", metavar="LIST", help="the 0/1 columns (default all that are)")
    parser.add_argument("--count", default="", metavar="COLUMN", help="the column of counts (default count)")
    parser.add_argument("--covariates", metavar="LIST", help="columns that say more of a row (default all others)")
    parser.add_argument(
        "--captures", default="", metavar="COLUMN", help="of one list: how often it met a person (default captures)"
    )
    parser.add_argument("--person", default="", metavar="COLUMN", help="of records, a row each: who")
    parser.add_argument("--on-list", default="", metavar="COLUMN", help="of records, a row each: on which list")
    parser.add_argument("--sheet", metavar="NAME", help="of an Excel file")
    parser.add_argument("--out", type=Path, metavar="FILE", help="draw the estimates into this .png, .svg or .pdf")
    add_common_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # many small products: threads only wait for each other
    from estimators.comparison import compare_lists

    if options.out is not None:
        if options.out.suffix not in PICTURES:
            raise DarkfigureError(f"--out: {options.out.name!r}: expected a name ending in {', '.join(PICTURES)}")
        check_file(options.out)
    told = compare_lists(
        _read(options),
        seed=options.seed,
        methods=_named(options.methods),
        delta=options.delta,
        bootstrap=options.bootstrap,
    )
    if options.out is not None:
        from estimators.plots import plot_lists

        plot_lists(told.table).savefig(options.out)
    if options.json:
        rows = [
            {name: value for name, value in row.items() if name != "interval"} for row in told.table.to_dict("records")
        ]
        print_json(
            {
                "lists": told.table.attrs["lists"],
                "observed": told.table.attrs["observed"],
                "methods": rows,
                "text": told.text,
                "warnings": said(options),
            }
        )
        return 0
    _print(told)
    if options.out is not None:
        print(options.out)
    return 0


def _read(options: argparse.Namespace) -> "Lists | Captures":
    from estimators.lists import has_captures, read_captures, read_lists

    count, covariates, sheet = options.count, options.covariates, options.sheet
    known = None if covariates is None else _named(covariates)
    lists = _named(options.lists)
    by_list = bool(lists or options.person)
    if options.captures or (not by_list and has_captures(options.evidence, sheet=sheet)):
        return read_captures(options.evidence, captures=options.captures, count=count, covariates=known, sheet=sheet)
    return read_lists(
        options.evidence,
        lists=lists,
        count=count,
        covariates=known,
        person=options.person,
        on_list=options.on_list,
        sheet=sheet,
    )


def _named(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _print(told: "Finding") -> None:
    """A line a method, its reasons under it."""
    from estimators.numbers import number, rounded

    print(told.text)
    rows = told.table.to_dict("records")
    width = max(len(str(row["method"])) for row in rows)
    for row in rows:
        name = str(row["method"]).ljust(width)
        if row["status"] == "refused":
            print(f"{name}  refused")
        else:
            lowest = max(rounded(row["lower"], towards="down"), float(row["observed"]))
            ends = f"{lowest:,.0f} – {number(row['upper'], towards='up')}"
            print(f"{name}  {number(row['estimate'])} ({ends}){'' if row['status'] == 'ok' else '  warning'}")
        for reason in row["reasons"]:
            print(f"{' ' * width}    {reason}")
