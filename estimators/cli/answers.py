"""What the subcommands print: strict JSON for machines, lines for people."""

import argparse
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from estimators.diagnostics import Identification


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """Print strict JSON: missing and infinite numbers become null."""
    print(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False))


def said(options: argparse.Namespace) -> list[str]:
    """The warnings given so far, each once and in one line."""
    return list(dict.fromkeys(" ".join(str(warning.message).split()) for warning in options.caught))


def assumptions(post: "xr.DataTree") -> list[str]:
    """What an estimate takes for granted."""
    listed = json.loads(post.attrs["assumptions"])
    return [str(text) for text in listed]


def anchor_shares(told: "Identification") -> list[dict[str, Any]]:
    """Every absolute anchor with its share of the precision; none for bounds."""
    shares = told.finding("anchor budget").table
    return [{"name": str(row["anchor"]), "share": float(row["share"])} for row in shares.to_dict("records")]


def one_figure(post: "xr.DataTree", told: "Identification") -> dict[str, Any]:
    """The answer for a single figure."""
    from estimators.results import summary

    row = summary(post).iloc[-1]
    return {name: _quantity(row, name) for name in ("true_count", "reporting_probability")} | {
        "verdict": told.verdict,
        "anchors": anchor_shares(told),
    }


def several_figures(rows: "pd.DataFrame", told: "Identification") -> dict[str, Any]:
    """The answer for a table of figures, a row each; the verdict and the anchors beside them are those of the first reading."""
    return {"figures": rows.to_dict("records"), "verdict": told.verdict, "anchors": anchor_shares(told)}


def _quantity(row: "pd.Series[Any]", name: str) -> dict[str, float]:
    ends = {end: float(row[f"{name}_{end}"]) for end in ("median", "lower", "upper")}
    return ends | {"probability": float(row["probability"])}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2.0**53 else value
    if isinstance(value, str | int | bool | None):
        return value
    return _plain(value.item()) if hasattr(value, "item") else str(value)
