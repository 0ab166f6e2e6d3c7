"""What `project` would have said of Mexico's years 2016-2024, beside what came; writes docs/projection_backtest.csv and its page.

Run ``python benchmarks/projection_backtest.py``. Each year is projected after 3, 6 and 9 months from the months before alone: all 32 states
together, and the national series by itself; victims and investigations. Every projection is beside two rules of thumb: scaling by 12/m
(after six months: doubling) and last year's ratio (so far × last year's total / last year's same months; scaling where those hold none).

The odd years served to choose between variants of the model (extra variation of two kinds rather than one, no return to a mean, how often
a level jumps); the even years did not, and have lines of their own. That seasons are smooth around the year came after all years had been
seen once. Figures are those of the newest data cut, not of the day; docs/projection.md says how little revisions add.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import estimators as est
from estimators.projection import CountSeries

ROOT = Path(__file__).resolve().parent.parent
TABLE, PAGE = ROOT / "docs" / "projection_backtest.csv", ROOT / "docs" / "projection.md"
BEGIN, END = "<!-- backtest: begin, written by benchmarks/projection_backtest.py -->", "<!-- backtest: end -->"
YEARS, KNOWN = range(2016, 2025), (3, 6, 9)
DRAWS, SEED = 4000, 20220801
LAST_OF_STATES = "2024-11"  # of investigations by state under one method of recording

type Array = NDArray[np.float64]


def every_series() -> dict[tuple[str, str], CountSeries]:
    """What is projected, by what is counted and by level."""
    victims = est.read_series(est.datasets.load("mexico_victims_state_month"), sum_over=["sex", "age"])
    files = est.datasets.load("mexico_investigations_state_month").query("method == '2015'")
    national = est.datasets.load("mexico_investigations_national_month")
    return {
        ("victims", "national"): victims.together("MEX"),
        ("victims", "states"): victims,
        ("investigations", "national"): est.read_series(national, value="investigations"),
        ("investigations", "states"): est.read_series(files, value="investigations", known_through=LAST_OF_STATES),
    }


def projections(counted: str, level: str, series: CountSeries, draws: int) -> Iterator[dict[str, object]]:
    """One row an area, year and number of months known."""
    for year in YEARS:
        months = [place for place, label in enumerate(series.periods) if label.startswith(str(year))]
        horizon = series.periods[months[-1]]
        for known in KNOWN:
            said = est.project(
                series, known_through=series.periods[months[known - 1]], horizon=horizon, seed=SEED, draws=draws
            )
            rest = said["posterior_predictive"].to_dataset()["rest_of_year"].values[0]
            so_far, total = series.counts[:, months[:known]].sum(axis=1), series.counts[:, months].sum(axis=1)
            before = np.array(months) - 12
            part, whole = series.counts[:, before[:known]].sum(axis=1), series.counts[:, before].sum(axis=1)
            scaled = so_far * len(months) / known
            ratio = np.where(part > 0, so_far * whole / np.maximum(part, 1.0), scaled)
            for place, area in enumerate(series.areas):
                about = {"counted": counted, "level": level, "area": area, "year": year, "known": known}
                yield about | scored(rest[:, place], so_far[place], total[place], scaled[place], ratio[place])


def scored(rest: Array, so_far: float, total: float, scaled: float, ratio: float) -> dict[str, float]:
    """One projection against what came."""
    outcome = total - so_far
    low, lower, middle, upper, high = np.quantile(rest, [0.025, 0.25, 0.5, 0.75, 0.975], method="inverted_cdf")
    below, reached = float((rest < outcome).mean()), float((rest <= outcome).mean())
    return {
        "so_far": so_far, "total": total, "lower": so_far + low, "median": so_far + middle, "upper": so_far + high,
        "inside_95": low <= outcome <= high, "inside_50": lower <= outcome <= upper,
        "cover_95": share_inside(below, reached, 0.025, 0.975), "cover_50": share_inside(below, reached, 0.25, 0.75),
        "crps": crps(rest, outcome), "error": abs(middle - outcome),
        "scaled": abs(scaled - total), "ratio": abs(ratio - total), "scaled_total": scaled, "ratio_total": ratio,
    }  # fmt: skip


def share_inside(below: float, reached: float, low: float, high: float) -> float:
    """How much of the outcome's own probability lies between two probabilities: the cover that randomised limits would have.

    Limits that are whole numbers cover too often where counts are small: 0 to 1 may hold 90 % and cannot hold 50 %. Taken so, a calibrated
    projection covers exactly what it should (Czado, Gneiting & Held 2009, doi:10.1111/j.1541-0420.2009.01191.x).
    """
    if reached <= below:  # no draw is the outcome
        return float(low < reached <= high)
    return max(0.0, min(reached, high) - max(below, low)) / (reached - below)


def crps(draws: Array, outcome: float) -> float:
    """Continuous ranked probability score of draws; of a single figure it is the absolute error."""
    ordered, size = np.sort(draws), len(draws)
    spread = ordered @ (2.0 * np.arange(1, size + 1) - size - 1.0) / size**2
    return float(np.abs(draws - outcome).mean() - spread)


def summarised(rows: pd.DataFrame) -> pd.DataFrame:
    """Cover with its errors, and how much better than the rules of thumb, by group."""
    groups: list[tuple[str, str, str, str, pd.DataFrame]] = [
        ("all", "all", "all", "2016-2024", rows),
        ("all", "all", "all", "even", rows[rows["year"] % 2 == 0]),
        ("all", "all", "all", "odd", rows[rows["year"] % 2 == 1]),
    ]
    for level, part in rows.groupby("level"):
        groups.append(("all", str(level), "all", "2016-2024", part))
        groups += [("all", str(level), str(known), "2016-2024", some) for known, some in part.groupby("known")]
    for counted, level in rows[["counted", "level"]].drop_duplicates().itertuples(index=False):
        part = rows[(rows["counted"] == counted) & (rows["level"] == level)]
        groups.append((str(counted), str(level), "all", "2016-2024", part))
        groups += [(str(counted), str(level), str(known), "2016-2024", some) for known, some in part.groupby("known")]
    named = ["counted", "level", "months_known", "years"]
    return pd.DataFrame([dict(zip(named, group[:4], strict=True)) | of_group(group[4]) for group in groups])


def of_group(rows: pd.DataFrame) -> dict[str, float]:
    """One line of the table."""
    found: dict[str, float] = {"projections": len(rows)}
    for level in (95, 50):
        cover = rows[f"cover_{level}"]
        chance = level / 100
        found |= {
            f"cover_{level}": cover.mean(),
            f"error_{level}": np.sqrt(chance * (1 - chance) / len(rows)),
            f"error_{level}_by_year": jackknife(rows.groupby("year")[f"cover_{level}"].agg(["sum", "size"])),
            f"whole_limits_{level}": rows[f"inside_{level}"].mean(),
        }
    found["crps"] = rows["crps"].mean()
    for rule in ("scaled", "ratio"):
        found[f"crps_better_than_{rule}"] = 1.0 - rows["crps"].sum() / rows[rule].sum()
        found[f"error_better_than_{rule}"] = 1.0 - rows["error"].sum() / rows[rule].sum()
    return found


def jackknife(years: pd.DataFrame) -> float:
    """Standard error of a mean over projections, leaving out whole years: what happens in a year happens to many areas."""
    total, size = years["sum"].to_numpy(float), years["size"].to_numpy(float)
    left = (total.sum() - total) / (size.sum() - size)
    return float(np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum()))


def written(table: pd.DataFrame, rows: pd.DataFrame) -> str:
    """The lines of the page."""
    lines = [
        "| counted | level | months known | projections | 95 % covers | 50 % covers | CRPS: better than scaling | than last year's ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        known = row["months_known"] if row["years"] == "2016-2024" else f"{row['months_known']}, {row['years']} years"
        covers = [f"{100 * row[f'cover_{p}']:.1f} ± {100 * row[f'error_{p}']:.1f}" for p in (95, 50)]
        gains = [f"{100 * row[f'crps_better_than_{rule}']:.0f} %" for rule in ("scaled", "ratio")]
        start = [row["counted"], row["level"], known, f"{row['projections']:,}"]
        lines.append("| " + " | ".join([*start, *covers, *gains]) + " |")
    lines += [
        "",
        "| Mexico 2022, victims, known | so far | year: median (95 %) | scaled | last year's ratio | came |",
        "|---|---|---|---|---|---|",
    ]
    shown = rows[(rows["counted"] == "victims") & (rows["level"] == "national") & (rows["year"] == 2022)]
    for row in shown.to_dict("records"):
        simple = [f"{row[f'{rule}_total']:,.0f}" for rule in ("scaled", "ratio")]
        interval = f"{row['median']:,.0f} ({row['lower']:,.0f} – {row['upper']:,.0f})"
        lines.append(
            f"| {row['known']} months | {row['so_far']:,.0f} | {interval} | {' | '.join(simple)} | {row['total']:,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Project everything, score it, write table and page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--rows", type=Path, help="also write every projection to this CSV file")
    options = parser.parse_args()
    rows = pd.DataFrame(
        [
            row
            for (counted, level), series in every_series().items()
            for row in projections(counted, level, series, options.draws)
        ]
    )
    if options.rows is not None:
        rows.to_csv(options.rows, index=False)
    table = summarised(rows)
    table.to_csv(TABLE, index=False, float_format="%.4f", lineterminator="\n")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{written(table, rows)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(table.to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
