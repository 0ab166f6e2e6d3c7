"""What `Nowcast` says of fresh figures, from the data cuts up to one, beside what the newest cut says; writes docs/nowcast_backtest.csv.

Run ``python benchmarks/nowcast_backtest.py``. Every cut but the first and the newest is taken as the newest in turn: the rates of revision
are learnt from the cuts before it and itself, and each figure younger than two years is projected to its age in the newest cut, which was
held out. Beside it: the figure as it stands, and a chain ladder that only grows.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from projection_backtest import crps, share_inside

import estimators as est
from estimators.numeric import revisions
from estimators.projection import nowcast, periods

type Array = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
TABLE, PAGE = ROOT / "docs" / "nowcast_backtest.csv", ROOT / "docs" / "projection.md"
BEGIN, END = "<!-- revisions: begin, written by benchmarks/nowcast_backtest.py -->", "<!-- revisions: end -->"
TABLES = {"victims": "mexico_victims_vintages", "investigations": "mexico_investigations_vintages"}
DRAWS, SEED, SETTLED = 4000, 20220801, 24


def projections(counted: str) -> Iterator[dict[str, object]]:
    """One row a figure, by state, national by month, and all fresh months together."""
    full = est.read_triangle(est.datasets.load(TABLES[counted]))
    for cut in full.cuts[1:-1]:
        label = periods.label(cut, 12)
        known = full.until(label)
        age = np.arange(SETTLED, dtype=float)[::-1]
        reached = age + (full.cuts[-1] - cut)
        kept = reached <= SETTLED
        present = known.newest[:, -SETTLED:][:, kept]
        came = full.newest[:, : len(known.months)][:, -SETTLED:][:, kept]
        learnt = nowcast.learn(known, SETTLED)
        usual = nowcast.usual_counts(known.newest)
        rng = np.random.default_rng(SEED)
        grown = present * chain_ladder(known, age[kept], reached[kept])
        drawn, _, _ = learnt.settle(rng, present, usual, age[kept], DRAWS, reached[kept])
        levels = {
            "states": [drawn.reshape(DRAWS, -1), *(each.ravel() for each in (present, came, grown))],
            "national": [drawn.sum(axis=1), *(each.sum(axis=0) for each in (present, came, grown))],
            "all fresh months": [
                drawn.sum(axis=(1, 2))[:, None],
                *(each.sum(keepdims=True)[0] for each in (present, came, grown)),
            ],
        }
        for level, (draws, stands, settled, ladder) in levels.items():
            for place in range(len(stands)):
                about: dict[str, object] = {"counted": counted, "cut": label, "level": level}
                yield about | scored(draws[:, place], float(stands[place]), float(settled[place]), float(ladder[place]))


def chain_ladder(known: est.RevisionTriangle, age: Array, reached: Array) -> Array:
    """Plain development factors, which only grow: new over old, by band of age, where that is above 1."""
    limits = revisions.edges(SETTLED)
    gained, exposed = np.zeros(len(limits) - 1), np.zeros(len(limits) - 1)
    for place, (old, new) in enumerate(zip(known.cuts[:-1], known.cuts[1:], strict=True)):
        covered = old - known.first + 1
        first, second = (known.counts[cut, :, :covered].sum(axis=0) for cut in (place, place + 1))
        start = np.arange(covered, dtype=float)[::-1]
        months = revisions.months_in_bands(start, start + (new - old), limits)
        share = months / np.maximum(months.sum(axis=1, keepdims=True), 1.0)
        gained += (second - first) @ share
        exposed += first @ months
    rate = np.maximum(gained / np.maximum(exposed, 1.0), 0.0)
    return np.asarray(np.exp(revisions.months_in_bands(age, reached, limits) @ rate))


def scored(draws: Array, stands: float, settled: float, ladder: float) -> dict[str, float]:
    """One figure against what became of it."""
    low, high = np.quantile(draws, [0.025, 0.975], method="inverted_cdf")
    below, reached = float((draws < settled).mean()), float((draws <= settled).mean())
    return {
        "present": stands, "came": settled, "mean": float(draws.mean()), "inside_95": low <= settled <= high,
        "cover_95": share_inside(below, reached, 0.025, 0.975), "cover_50": share_inside(below, reached, 0.25, 0.75),
        "crps": crps(draws, settled), "as_it_stands": abs(stands - settled),
        "chain_ladder": abs(ladder - settled),
    }  # fmt: skip


def main() -> None:
    """Project, score, write table and page."""
    rows = pd.DataFrame([row for counted in TABLES for row in projections(counted)])
    means = {
        name: (name, "mean") for name in ("cover_95", "inside_95", "cover_50", "crps", "as_it_stands", "chain_ladder")
    }
    sums = {name: (name, "sum") for name in ("present", "mean", "came")}
    table = rows.groupby(["counted", "level"]).agg(figures=("came", "size"), **sums, **means).reset_index()
    table.to_csv(TABLE, index=False, float_format="%.4f", lineterminator="\n")
    lines = [
        "| counted | level | figures | present | projected | came | 95 % covers | 50 % covers | CRPS | as it stands | chain ladder |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        sums_of = " | ".join(f"{row[name]:,.0f}" for name in ("present", "mean", "came"))
        covers = " | ".join(f"{100 * row[name]:.1f}" for name in ("cover_95", "cover_50"))
        scores = f"{row['crps']:.4f} | {row['as_it_stands']:.4f} | {row['chain_ladder']:.4f}"
        lines.append(f"| {row['counted']} | {row['level']} | {row['figures']:,} | {sums_of} | {covers} | {scores} |")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(table.to_string(index=False, float_format="%.4f"))


if __name__ == "__main__":
    main()
