"""Describe the tables of this folder as a Frictionless Data Package: metadata by hand, sizes and hashes by machine."""

import csv
import hashlib
import json
import tomllib
from pathlib import Path
from typing import NotRequired, TypedDict


class Source(TypedDict):
    """What sources.toml says about one table."""

    title: str
    description: str
    publisher: str
    path: NotRequired[str]
    terms: str
    licence: NotRequired[str]
    period: str
    unit: str
    retrieved: str
    caveats: list[str]
    key: NotRequired[list[str]]
    keep_order: NotRequired[bool]
    fields: list[list[str]]


LICENCES = {
    "CC-BY-4.0": {
        "name": "CC-BY-4.0",
        "title": "Creative Commons Attribution 4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
    },
    "public-domain": {"name": "other-pd", "title": "Work of the United States government, public domain"},
}


def read_sources(folder: Path) -> dict[str, Source]:
    """Read the hand-written metadata, one section a table."""
    sources: dict[str, Source] = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))
    return sources


def count_rows(path: Path) -> int:
    """Count the rows of a table below its header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def describe_table(folder: Path, name: str, source: Source) -> dict[str, object]:
    """Describe one table as a tabular data resource."""
    path = folder / f"{name}.csv"
    content = path.read_bytes()
    schema: dict[str, object] = {
        "fields": [{"name": field, "type": kind, "description": text} for field, kind, text in source["fields"]],
        "missingValues": [""],
    }
    if "key" in source:
        schema["primaryKey"] = source["key"]
    origin = {"title": source["publisher"]} | ({"path": source["path"]} if "path" in source else {})
    licences = {"licenses": [LICENCES[source["licence"]]]} if "licence" in source else {}
    return {
        "name": name.replace("_", "-"),
        "table": name,
        "path": path.name,
        "profile": "tabular-data-resource",
        "title": source["title"],
        "description": source["description"],
        "publisher": source["publisher"],
        "sources": [origin],
        **licences,
        "terms": source["terms"],
        "period": source["period"],
        "unit": source["unit"],
        "retrieved": source["retrieved"],
        "caveats": source["caveats"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": count_rows(path),
        "schema": schema,
    }


def describe(folder: Path) -> str:
    """Describe every table that sources.toml names.

    Parameters
    ----------
    folder : Path
        Folder with sources.toml and the tables.

    Returns
    -------
    str
        The text of datapackage.json.
    """
    resources = [describe_table(folder, name, source) for name, source in read_sources(folder).items()]
    package = {
        "profile": "tabular-data-package",
        "name": "darkfigure-data",
        "title": "Recorded human trafficking in Latin America: public figures in tidy tables",
        "description": "Figures published by statistical offices, prosecutors, hotlines and international bodies, "
        "rearranged into our own columns with our own notes; the publisher of each table is named with it.",
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"
