"""Options that several subcommands share, and how machine-readable output is printed."""

import argparse
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimators.priors import Claim

DEFAULT_SEED = 20220801


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


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--json`` and ``--seed``."""
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="seed of the draws")


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """Print strict JSON: missing and infinite numbers become null."""
    print(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2.0**53 else value
    return (
        value
        if isinstance(value, str | int | bool | None)
        else _plain(value.item())
        if hasattr(value, "item")
        else str(value)
    )
