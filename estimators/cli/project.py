"""``darkfigure project FILE``: what a year will have registered, from its first months and the years before; nothing is doubled.

The projection is of the registered figure: months to come are delay and season, not under-reporting.
"""

import argparse
from pathlib import Path
from typing import Any

from estimators.cli.answers import assumptions, print_json, said
from estimators.cli.options import add_common_options, check_file


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("project", help="project a year from its first months", description=__doc__)
    parser.add_argument(
        "file", metavar="FILE", help="a row an area and month, or a column a month: CSV, Parquet or Excel"
    )
    parser.add_argument("--area", default="", metavar="LIST", help="areas to project, with commas (default all)")
    parser.add_argument("--together", default="", metavar="NAME", help="add all areas up, under this name")
    parser.add_argument("--through", metavar="MONTH", help="last month taken as known (default the last of the file)")
    parser.add_argument("--horizon", default="", metavar="MONTH", help="last month of the total (default December)")
    parser.add_argument("--value", default="", metavar="COLUMN", help="the column of counts")
    parser.add_argument("--sum-over", default="", metavar="LIST", help="columns whose rows are parts, such as sex,age")
    parser.add_argument("--indicator", default="", metavar="NAME", help="of a file of evidence: what was counted")
    parser.add_argument("--probability", type=float, default=0.95, metavar="P", help="of the intervals (default .95)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the draws to this netCDF file")
    add_common_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from estimators.projection import project, projection_table

    if options.out is not None:
        check_file(options.out)
    post = project(
        options.file,
        area=_listed(options.area),
        together=options.together,
        known_through=options.through,
        horizon=options.horizon,
        value=options.value,
        sum_over=_listed(options.sum_over),
        indicator=options.indicator,
        seed=options.seed,
    )
    table = projection_table(post, probability=options.probability)
    if options.out is not None:
        from estimators.results import save

        save(post, options.out)
    if options.json:
        files = {"files": [str(options.out)]} if options.out is not None else {}
        rows = {"projections": table.to_dict("records"), "what": "registered figure, not the true count"}
        print_json(rows | {"warnings": [*said(options), *assumptions(post)]} | files)
        return 0
    for row in table.to_dict("records"):
        print(row["sentence"] if len(table) == 1 else f"{row['area']}: {row['sentence']}")
    for text in assumptions(post):
        print(f"Note: {text}")
    if options.out is not None:
        print(options.out)
    return 0


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
