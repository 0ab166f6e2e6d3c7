"""The command ``darkfigure``. Subcommands live one a file; nothing heavy loads before a subcommand needs it.

Exit status: 0 done, 2 bad input (one line on standard error says what and where), 130 interrupted. Warnings follow the answer on
standard error, a line each, or stand in the JSON.
"""

import argparse
import io
import os
import shlex
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from estimators.cli import audit, data, fit, lists, project, report
from estimators.cli.answers import said
from estimators.cli.options import in_one_line
from estimators.errors import DarkfigureError

SUBCOMMANDS = (data, audit, fit, report, lists, project)


class Parser(argparse.ArgumentParser):
    """A parser whose refusals are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, without the usage before it."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = Parser(
        prog="darkfigure",
        description="Estimate hidden counts from reported ones, with intervals, and say what the figures cannot tell.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for module in SUBCOMMANDS:
        module.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign gets a question mark, not a traceback
    parser = build_parser()
    typed = sys.argv[1:] if arguments is None else list(arguments)
    options = parser.parse_args(typed)
    options.typed = shlex.join(["darkfigure", *typed])
    if options.version:
        from estimators.provenance import package_version

        print(f"darkfigure {package_version()}")
        return 0
    if options.command is None:
        parser.print_help()
        return 2
    try:
        return _run(options)
    except DarkfigureError as error:
        return _refuse(in_one_line(error, options))
    except BrokenPipeError:  # the reader has seen enough, as in: darkfigure data list | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _refuse(f"{error.filename or 'output'}: {error.strerror or error}")
    except MemoryError:
        return _refuse("not enough memory: ask for fewer draws or fewer figures")
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    """Run the subcommand and print what it warned of once it has succeeded; as JSON the subcommand does that itself."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        options.caught = caught
        status = int(options.run(options))
    sys.stdout.flush()
    if status == 0 and not options.json:
        for text in said(options):
            print(f"darkfigure: warning: {text}", file=sys.stderr)
    return status


def _refuse(line: str) -> int:
    print(f"darkfigure: {line}", file=sys.stderr)
    return 2
