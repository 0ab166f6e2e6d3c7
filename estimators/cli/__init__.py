"""The command ``darkfigure``. Subcommands live one a file; nothing heavy loads before a subcommand needs it.

Exit status: 0 done, 2 bad input (one line on standard error says what and where), 130 interrupted.
"""

import argparse
import sys
import warnings
from collections.abc import Sequence

from estimators.cli import audit, data, fit
from estimators.errors import DarkfigureError

SUBCOMMANDS = (data, audit, fit)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
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
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.version:
        from estimators.provenance import package_version

        print(f"darkfigure {package_version()}")
        return 0
    if options.command is None:
        parser.print_help()
        return 2
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _one_line_warning
            return int(options.run(options))
    except DarkfigureError as error:
        lines = str(error).splitlines() or [type(error).__name__]
        more = (
            f" (and {len(lines) - 1} more problems; list them with: darkfigure data check FILE)"
            if len(lines) > 1
            else ""
        )
        print(f"darkfigure: {lines[0]}{more}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"darkfigure: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _one_line_warning(message, category, filename, lineno, file=None, line=None) -> None:  # type: ignore[no-untyped-def]  # noqa: ARG001
    print(f"darkfigure: warning: {message}", file=sys.stderr)
