"""Build the bundled tables and their datapackage.json.

``python data/build.py RAW_FOLDER`` turns working copies of the published figures into the tables of this folder and
describes them; ``python data/build.py --describe`` only rewrites datapackage.json, from the tables as they stand and
the metadata in sources.toml.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import build_lists
import build_mexico
import build_package
import build_press
import build_region
import build_validation
import pandas as pd

FOLDER = Path(__file__).resolve().parent
TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    **build_mexico.TABLES,
    **build_region.TABLES,
    **build_press.TABLES,
    **build_lists.TABLES,
    **build_validation.TABLES,
}


def write_table(name: str, raw: Path, source: build_package.Source) -> None:
    """Write one table with the columns its metadata declare, in the order of its key.

    Raises
    ------
    SystemExit
        When the columns made are not the columns declared.
    """
    table = TABLES[name](raw)
    declared = [field[0] for field in source["fields"]]
    if set(table.columns) != set(declared):
        raise SystemExit(f"{name}: columns {sorted(table.columns)} but sources.toml declares {sorted(declared)}")
    table = table[declared]
    if "key" in source and not source.get("keep_order"):
        table = table.sort_values(source["key"], kind="stable")
    table.to_csv(FOLDER / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Build the bundled tables and describe them.")
    parser.add_argument("raw", nargs="?", type=Path, help="folder with the working copies of the published figures")
    parser.add_argument("--describe", action="store_true", help="only rewrite datapackage.json")
    arguments = parser.parse_args()
    if arguments.raw is None and not arguments.describe:
        parser.error("name the folder with the raw copies, or --describe")
    sources = build_package.read_sources(FOLDER)
    if sources.keys() != TABLES.keys():
        raise SystemExit(f"sources.toml and the builders differ: {sorted(sources.keys() ^ TABLES.keys())}")
    if arguments.raw is not None:
        for name, source in sources.items():
            write_table(name, arguments.raw, source)
    (FOLDER / "datapackage.json").write_text(build_package.describe(FOLDER), encoding="utf-8")


if __name__ == "__main__":
    main()
