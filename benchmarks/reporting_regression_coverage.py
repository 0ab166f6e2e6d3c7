"""How often intervals of true counts hold the truth when a covariate of reporting is poor and the prior of reporting is off.

The simulation design of Stoner, Economou and Drummond Marques da Silva 2019 (doi:10.1080/01621459.2019.1573732): 100 areas on a 10 × 10
grid, log incidence 4 + x + an intrinsic autoregression of precision 4, logit reporting 0 + 2 w, x and w uniform on (-1, 1). The model is
given a noisy covariate v in place of w, of correlation 1 … 0 with it, and a prior of the level of reporting of several means and standard
deviations. They looked at one simulated set of counts; here each cell of the design has several.

Run ``OMP_NUM_THREADS=1 python benchmarks/reporting_regression_coverage.py``: writes docs/reporting_coverage.csv and .svg.
"""

import argparse
import itertools
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot
from numpy.typing import NDArray

import estimators as est
from estimators.numeric import adjacency

type Array = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
TABLE, FIGURE = ROOT / "docs" / "reporting_coverage.csv", ROOT / "docs" / "reporting_coverage.svg"
SEED = 20190401
SIDE = 10
CORRELATIONS = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
MEANS = (-1.2, 0.0, 1.2)
SDS = (0.2, 0.6, 1.2)
NAMES = [f"area {place}" for place in range(SIDE * SIDE)]
BORDERS = tuple(
    (NAMES[row * SIDE + column], NAMES[other])
    for row in range(SIDE)
    for column in range(SIDE)
    for other in ([row * SIDE + column + 1] if column + 1 < SIDE else [])
    + ([(row + 1) * SIDE + column] if row + 1 < SIDE else [])
)
WIDE = est.Prior("slope", "anything", "normal", (0.0, 10.0), "as in the paper")
LEVEL = est.Prior("incidence level", "anything", "log-normal", (0.0, 10.0), "as in the paper")
SD = est.Prior("area effects", "as in the paper", "half-normal", (0.0, 1.0), "as in the paper")


def simulated(rng: np.random.Generator) -> dict[str, Array]:
    """Covariates, noise of the covariate of reporting, true and reported counts."""
    places = [(NAMES.index(one), NAMES.index(other)) for one, other in BORDERS]
    vectors, variance = adjacency.spatial_modes(SIDE * SIDE, places)
    raw = np.zeros((SIDE * SIDE, SIDE * SIDE))
    for one, other in places:
        raw[[one, other], [other, one]] = -1.0
    np.fill_diagonal(raw, -raw.sum(axis=1))
    largest = np.linalg.eigvalsh(raw).max()
    least = variance[variance > 0].min()  # 1/largest eigenvalue of the map, after scaling
    phi = vectors @ (np.sqrt(variance / least / largest / 4.0) * rng.standard_normal(len(variance)))
    x, w = rng.uniform(-1.0, 1.0, (2, SIDE * SIDE))
    noise = rng.standard_normal(SIDE * SIDE)
    true = rng.poisson(np.exp(4.0 + x + phi)).astype(float)
    reported = rng.binomial(true.astype(int), 1.0 / (1.0 + np.exp(-2.0 * w))).astype(float)
    return {"x": x, "w": w, "noise": noise - noise.mean(), "true": true, "reported": reported}


def evidence_of(reported: Array) -> est.Evidence:
    """Counts of 100 areas of 100,000 people."""
    rows = [
        {"area": area, "period": "2019", "indicator": indicator, "value": value, "source": "simulated"}
        for area, count in zip(NAMES, reported, strict=True)
        for indicator, value in (("victims_identified", count), ("population", 100_000))
    ]
    return est.read_evidence(pd.DataFrame(rows))


def one_cell(
    data: dict[str, Array], evidence: est.Evidence, correlation: float, mean: float, sd: float, seed: int
) -> dict[str, float]:
    """Fit one cell of the design: coverage and error of the true counts and of their total."""
    v = correlation * data["w"] + np.sqrt((1.0 - correlation**2) / 3.0) * data["noise"]
    covariates = [
        est.Covariate.of(name, dict(zip(NAMES, values.tolist(), strict=True)), slope=WIDE)
        for name, values in (("x", data["x"]), ("v", v))
    ]
    model = est.ValidatedRegression(
        incidence=(covariates[0],),
        reporting=(covariates[1],),
        typical=est.Prior("reporting_probability", "of the design", "logit-normal", (mean, sd), "of the design"),
        level=LEVEL,
        incidence_effects=est.AreaEffects(SD, BORDERS, spatial_share=None),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        post = est.fit(model, evidence, seed=seed, engine="laplace", sampling=est.Sampling(draws=250, chains=1))
    draws = post["posterior"].to_dataset()["true_count"].values.reshape(250, -1)
    lower, upper = np.quantile(draws, [0.025, 0.975], axis=0)
    low, high = np.quantile(draws.sum(axis=1), [0.025, 0.975])
    total = data["true"].sum()
    return {
        "coverage": float(np.mean((lower <= data["true"]) & (data["true"] <= upper))),
        "coverage_of_total": float(low <= total <= high),
        "log_error_of_total": float(np.log(np.median(draws.sum(axis=1)) / total)),
        "log_width_of_total": float(np.log(high / low)),
        "pareto_k": float(post["sample_stats"]["pareto_k"]),
    }


def main() -> None:
    """Simulate, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=25.0, help="begin no further set of counts after so long")
    parser.add_argument("--sets", type=int, default=1000, help="of simulated counts at most")
    parser.add_argument("--table", type=Path, default=TABLE)
    options = parser.parse_args()
    begin, rows = time.monotonic(), []
    for number in range(options.sets):
        if time.monotonic() - begin > 60.0 * options.minutes:
            break
        data = simulated(np.random.default_rng([SEED, number]))
        evidence = evidence_of(data["reported"])
        for correlation, mean, sd in itertools.product(CORRELATIONS, MEANS, SDS):
            try:
                found = one_cell(data, evidence, correlation, mean, sd, seed=number)
            except (est.DarkfigureError, np.linalg.LinAlgError):
                found = {"coverage": np.nan, "pareto_k": np.inf}
            rows.append({"correlation": correlation, "prior_mean": mean, "prior_sd": sd, "set": number, **found})
        write(pd.DataFrame(rows), options.table)
        print(f"{number + 1} sets, {time.monotonic() - begin:.0f} s", flush=True)


def write(rows: pd.DataFrame, path: Path) -> None:
    """Averages over the sets, each with the standard error of its mean, and their figure."""
    rows = rows.assign(failed=rows["coverage"].isna() | ~(rows["pareto_k"] < 0.7))
    good = rows[~rows["failed"]]
    keys = ["correlation", "prior_mean", "prior_sd"]
    told = good.groupby(keys)
    columns = ["coverage", "coverage_of_total", "log_error_of_total", "log_width_of_total"]
    table = told[columns].mean().join(told["coverage"].sem().rename("coverage_error")).join(told.size().rename("sets"))
    table = table.join(rows.groupby(keys)["failed"].sum())
    table = table.reset_index().sort_values(keys, ascending=[False, True, True])
    table.to_csv(path, index=False, float_format="%.4g")
    draw(table, path.with_suffix(".svg"))


def draw(table: pd.DataFrame, path: Path) -> None:
    """Coverage of the true counts: a panel a correlation, prior mean across, prior standard deviation up."""
    pyplot.rcParams["svg.hashsalt"] = "darkfigure"
    figure, axes = pyplot.subplots(1, len(CORRELATIONS), figsize=(9.5, 2.6), sharey=True, layout="constrained")
    for place, correlation in enumerate(CORRELATIONS):
        part = table[table["correlation"] == correlation].pivot_table(
            index="prior_sd", columns="prior_mean", values="coverage"
        )
        axes[place].imshow(part, origin="lower", vmin=0.0, vmax=1.0, cmap="cividis", aspect="auto")
        for (row, column), value in np.ndenumerate(part.to_numpy()):
            axes[place].text(
                column,
                row,
                f"{value:.2f}",
                ha="center",
                va="center",
                fontsize=6.5,
                color="white" if value < 0.6 else "black",
            )
        axes[place].set_title(f"correlation {correlation:g}", fontsize=8)
        axes[place].set_xticks(range(part.shape[1]), [f"{each:g}" for each in part.columns], fontsize=7)
        axes[place].set_yticks(range(part.shape[0]), [f"{each:g}" for each in part.index], fontsize=7)
    axes[0].set_ylabel("sd of the prior", fontsize=8)
    figure.supxlabel("mean of the prior of logit reporting; the truth is 0", fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


if __name__ == "__main__":
    main()
