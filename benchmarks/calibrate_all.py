"""Calibrate everything of `calibrated.CATALOGUE` and write docs/calibration.csv and the worst lines of docs/calibration.md.

Run ``python benchmarks/calibrate_all.py``; with ``--only NAME`` the other lines of the table stay as they are, with ``--journals FOLDER`` a
run that was ended goes on, with ``--scheduler tcp://host:port`` a Dask cluster does the fits.
"""

import argparse
import sys
import time
from pathlib import Path

import pandas as pd
from calibrated import CATALOGUE, DRAWS, SEED, Line

import estimators as est
from estimators import provenance
from estimators.calibration.findings import LEVEL

ROOT = Path(__file__).resolve().parent.parent
TABLE, PAGE = ROOT / "docs" / "calibration.csv", ROOT / "docs" / "calibration.md"
BEGIN, END = "<!-- worst lines: begin, written by benchmarks/calibrate_all.py -->", "<!-- worst lines: end -->"
WORST = 8
NAMED = ("darkfigure", "python", "numpy", "scipy", "pymc", "nutpie")


def calibrate(line: Line, options: argparse.Namespace) -> pd.DataFrame:
    """Rows of the table for one line of the catalogue."""
    replicates = options.replicates or line.replicates
    if line.design is None:
        found = est.calibrate(line.estimator, replicates=replicates, draws=DRAWS, population=line.population, seed=SEED)
    else:
        found = est.calibrate(
            line.estimator,
            line.design,
            given=line.design if line.form == "posterior" else None,
            replicates=replicates,
            draws=DRAWS,
            seed=SEED,
            workers=options.workers,
            scheduler=options.scheduler,
            journal=None if options.journals is None else options.journals / f"{line.hash}.jsonl",
            progress=sys.stderr.isatty(),
        )
    table = found.table.drop(columns="rank_counts")
    table.insert(0, "estimator", line.name)
    table.insert(1, "form", line.form)
    return table.assign(status=found.status, seed=SEED, design=line.hash, versions=versions())


def versions() -> str:
    """What the table was made with."""
    known = provenance.versions()
    return "; ".join(f"{name} {known[f'{name}_version']}" for name in NAMED)


def written(tables: list[pd.DataFrame], path: Path) -> pd.DataFrame:
    """The table with new rows in place of those of the same name, in the order of the catalogue, on disk."""
    new = pd.concat(tables)
    old = pd.read_csv(path) if path.exists() else new.iloc[:0]
    names = [line.name for line in CATALOGUE]
    kept = old[~old["estimator"].isin(new["estimator"]) & old["estimator"].isin(names)]
    table = pd.concat([kept, new]) if len(kept) else new
    table = table.sort_values("estimator", key=lambda column: column.map(names.index), kind="stable")
    table.to_csv(path, index=False, float_format="%.6g")
    return table


def worst_lines(table: pd.DataFrame) -> str:
    """The least uniform quantities, as a table for the page."""
    failed = table.groupby("estimator")["failed"].max().sum()
    wrong = sorted(set(table.loc[table["status"] != "calibrated", "estimator"]))
    verdict = f"Not calibrated: {', '.join(wrong)}." if wrong else "Every line is calibrated."
    rows = [
        f"| {row['estimator']} | {row['form']} | {row['quantity']} | {row['replicates']:,} | {row['p']:.2g} | {row['p_holm']:.2g} "
        f"| {row['coverage_50']:.3f} | {row['coverage_80']:.3f} | {row['coverage_95']:.3f} |"
        for row in table.sort_values("p").head(WORST).to_dict("records")
    ]
    head = "| estimator | form | quantity | replicates | p | p, Holm | 50 % | 80 % | 95 % |\n|---|---|---|---|---|---|---|---|---|"
    counted = f"{table['estimator'].nunique()} calibrations, {len(table)} quantities, {failed} failed fits."
    return "\n".join([f"{verdict} {counted} The {WORST} least uniform:", "", head, *rows])


def main() -> None:
    """Calibrate, write, say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="lines whose name begins so")
    parser.add_argument("--replicates", type=int, help="fewer, to try it out")
    parser.add_argument("--workers", type=int, help="processes of this machine (default: one for each core)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler whose workers do the fits")
    parser.add_argument("--journals", type=Path, metavar="FOLDER", help="where finished fits are kept")
    parser.add_argument(
        "--out", type=Path, default=TABLE, help="the table (the page is written beside the default one only)"
    )
    options = parser.parse_args()
    chosen = [line for line in CATALOGUE if line.name.startswith(tuple(options.only or [""]))]
    if not chosen:
        parser.error(
            f"--only {', '.join(options.only)}: expected the beginning of one of {', '.join(line.name for line in CATALOGUE)}"
        )
    tables = []
    for line in chosen:
        start = time.perf_counter()
        tables.append(calibrate(line, options))
        worst = tables[-1].sort_values("p").iloc[0]
        print(
            f"{line.name}: {worst['status']}, least uniform {worst['quantity']}, p = {worst['p']:.2g} "
            f"(Holm {worst['p_holm']:.2g}; {LEVEL:g} and above is calibrated), {time.perf_counter() - start:.0f} s",
            flush=True,
        )
    table = written(tables, options.out)
    if options.out == TABLE:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{worst_lines(table)}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
