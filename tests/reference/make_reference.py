"""Makes `nuts.csv`: long-run posteriors by NUTS of the twenty panels and the three experiments. Run time: half an hour on two cores.

    uv run tests/reference/make_reference.py [--only NAME ...] [--again]

One row a quantity: mean, standard deviation and 95 % limits with their Monte Carlo standard errors, and effective sample sizes. What was
done for it stands in `nuts_runs.csv`. Models that are in the table are passed over. Draws of the quantities are kept in
results/reference/ (not in the repository).

| quantity | what it is |
|---|---|
| name of a location, scale or share | on its working scale: the logarithm of a scale, the logit of a share |
| ``level`` | log of the flow per year of all areas together, on the average of the periods |
| ``log_flow A 2018`` | of an area and period, strata added up; persons in the period |
| ``logit_reporting A 2018`` | of an area and period: share of the flow that is identified, strata added up |
| ``reporting_area A``, ``incidence_stratum A labour`` | effect of an area, times its scale, as formulas see it |

A model is sampled until every unknown of the first kind and the level have a bulk ESS of 4,000: again with the same settings, chains
added, or from the start with shorter steps where transitions diverged. Sampling stops after TIME seconds at what there is.
"""

import argparse
import importlib.util
import time
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from panels import MODELS, panel_of
from scipy import special

import estimators as est
from estimators.checks.fits import level
from estimators.sampling import Sampler, Sampling
from estimators.synthesis.geometry import find_geometry
from estimators.synthesis.graph import build
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.outcome import known_values
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
TABLE, RUNS, KEPT = HERE / "nuts.csv", HERE / "nuts_runs.csv", ROOT / "results" / "reference"
EXPERIMENTS = {
    "latin_america": est.datasets.latin_america,
    "exploitation_forms": est.datasets.latin_america_by_form,
    "mexican_states": lambda: est.datasets.mexico_states(hotline=True),
}
ENOUGH = 4000  # bulk ESS
TIME, SEED = 720.0, 20260101
PLAN = Sampling(draws=5000, tune=2000, chains=4, target_accept=0.95)
SHORTER = {0.95: 0.98, 0.98: 0.995}  # target_accept when transitions diverged
PLANS = {
    "latin_america": Sampling(draws=5000, tune=2000, chains=4, target_accept=0.97),
    "mexican_states": Sampling(draws=4000, tune=2000, chains=4, target_accept=0.95),
}
BLOCK = 1000  # draws whose world is computed at once


def experiment(name: str) -> Panel:
    """The panel of an experiment."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "experiments" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MODEL.figures(EXPERIMENTS[name]())


def shown(size: int, *more: int) -> list[int]:
    """First, middle and last place of a dimension, and others."""
    return sorted({0, size // 2, size - 1, *more})


def quantities(panel: Panel, known: dict[str, Array]) -> dict[str, Array]:
    """Everything that the table has, (draws,) each, hyperparameters first."""
    world, grid = panel.world(known, NUMPY), panel.grid
    logs = {scale.name for scale in panel.scales}
    hyper = [*panel.locations, *panel.scales, *panel.shares]
    found = {
        each.name: np.log(known[each.name][:, 0]) if each.name in logs else known[each.name][:, 0] for each in hyper
    }
    found["level"] = level(world)
    shape = (-1, *grid.shape)
    flow, seen = (np.exp(world[name]).reshape(shape).sum(axis=2) for name in ("log_flow", "log_identified"))
    areas = shown(grid.shape[0], 1 % grid.shape[0], int(grid.population[:, -1].argmax()))
    for area in areas:
        for period in shown(grid.shape[2]):
            label = f"{grid.areas[area]} {grid.periods[period]}"
            found[f"log_flow {label}"] = np.log(flow[:, area, period])
            found[f"logit_reporting {label}"] = special.logit(seen[:, area, period] / flow[:, area, period])
        for effect in panel.effects:
            if effect.over == "area":
                found[f"{effect.name} {grid.areas[area]}"] = known[effect.name][:, area]
            if effect.over == "area_stratum":
                for place, word in enumerate(grid.strata):
                    at = area * len(grid.strata) + place
                    found[f"{effect.name} {grid.areas[area]} {word}"] = known[effect.name][:, at]
    return found


def reduced(panel: Panel, posterior: xr.Dataset) -> tuple[list[str], Array]:
    """Names of the quantities, and their draws (chain, draw, quantity)."""
    known = known_values(posterior, panel)
    total = len(next(iter(known.values())))
    blocks = [
        quantities(panel, {name: values[first : first + BLOCK] for name, values in known.items()})
        for first in range(0, total, BLOCK)
    ]
    names = list(blocks[0])
    flat = np.stack([np.concatenate([block[name] for block in blocks]) for name in names], axis=-1)
    return names, flat.reshape(posterior.sizes["chain"], posterior.sizes["draw"], len(names))


def summarised(names: list[str], draws: Array) -> pd.DataFrame:
    """One row a quantity."""
    import arviz as az

    data = xr.Dataset({"x": (("chain", "draw", "quantity"), draws)})
    low, high = np.quantile(draws, [0.025, 0.975], axis=(0, 1))
    columns = {
        "quantity": names,
        "mean": draws.mean(axis=(0, 1)),
        "sd": draws.std(axis=(0, 1), ddof=1),
        "q025": low,
        "q975": high,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = {
            "mcse_mean": az.mcse(data, method="mean"),
            "mcse_sd": az.mcse(data, method="sd"),
            "mcse_q025": az.mcse(data, method="quantile", prob=0.025),
            "mcse_q975": az.mcse(data, method="quantile", prob=0.975),
            "ess_bulk": az.ess(data, method="bulk"),
            "ess_tail": az.ess(data, method="tail"),
            "rhat": az.rhat(data),
        }
    return pd.DataFrame(columns | {name: each["x"].values for name, each in found.items()})


def batches(panel: Panel, graph: object, plan: Sampling, seed: int) -> Iterator[tuple[list[str], Array, int]]:
    """Names, draws and divergences of runs with one compiled model and new seeds."""
    sampler = Sampler(graph)
    while True:
        posterior, statistics = sampler.sample(plan, seed)
        yield *reduced(panel, posterior), int(statistics["diverging"].sum())
        seed += 1


def reference(name: str, panel: Panel, graph: object, plan: Sampling) -> tuple[pd.DataFrame, dict[str, object]]:
    """Rows of the table and of the runs."""
    began, least = time.monotonic(), 0.0
    runs, kept, divergences = batches(panel, graph, plan, SEED), [], 0
    while least < ENOUGH:
        names, draws, diverged = next(runs)
        kept, divergences = [*kept, draws], divergences + diverged
        table = summarised(names, np.concatenate(kept))
        important = table[: names.index("level") + 1]
        least, spent = float(important["ess_bulk"].min()), time.monotonic() - began
        worst = important.loc[important["ess_bulk"].idxmin(), "quantity"]
        print(f"{name}: accept {plan.target_accept:g}, {len(kept)} × {plan.draws}, least ESS {least:.0f} ({worst}), R-hat "
              f"{table['rhat'].max():.4f}, {divergences} divergent, {spent:.0f} s", flush=True)  # fmt: skip
        if divergences and plan.target_accept in SHORTER and spent < 0.5 * TIME:
            shorter = Sampling(plan.draws, plan.tune, plan.chains, SHORTER[plan.target_accept])
            return reference(name, panel, graph, shorter)
        if spent * (len(kept) + 1) / len(kept) > TIME:
            break
    KEPT.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(KEPT / f"{name.replace(' ', '_')}.npz", names=names, draws=np.concatenate(kept).astype("f4"))
    run = {
        "model": name, "chains": plan.chains * len(kept), "draws": plan.draws, "tune": plan.tune, "target_accept": plan.target_accept,
        "divergences": divergences, "worst_rhat": f"{table['rhat'].max():.5f}", "least_ess_bulk": f"{table['ess_bulk'].min():.0f}",
        "least_ess_tail": f"{table['ess_tail'].min():.0f}", "seconds": f"{spent:.0f}", "pymc": version("pymc"), "nutpie": version("nutpie"),
    }  # fmt: skip
    return table.drop(columns="rhat").assign(model=name), run


def put(path: Path, name: str, rows: pd.DataFrame) -> None:
    """Rows of one model in place of those that are there, models in their order."""
    order = {model: place for place, model in enumerate([*MODELS, *EXPERIMENTS])}
    before = pd.read_csv(path, dtype=str) if path.exists() else rows[:0]
    table = pd.concat([before[before["model"] != name], rows])
    table.sort_values("model", key=lambda names: names.map(order), kind="stable").to_csv(path, index=False)


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Six significant digits; effective sample sizes whole; the model first."""
    written = {
        name: [f"{value:.0f}" if name.startswith("ess") else f"{value:.6g}" for value in table[name]]
        for name in table.columns.drop(["model", "quantity"])
    }
    return pd.DataFrame({"model": table["model"], "quantity": table["quantity"], **written})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", default=["latin_america", *MODELS, "exploitation_forms", "mexican_states"])
    parser.add_argument("--again", action="store_true", help="also what is in the table")
    options = parser.parse_args()
    for name in options.only:
        if not options.again and RUNS.exists() and name in set(pd.read_csv(RUNS)["model"]):
            continue
        panel = experiment(name) if name in EXPERIMENTS else panel_of(name)

        table, run = reference(name, panel, build(panel, find_geometry(panel)), PLANS.get(name, PLAN))
        put(TABLE, name, rounded(table))
        put(RUNS, name, pd.DataFrame([run]).astype(str))


if __name__ == "__main__":
    main()
