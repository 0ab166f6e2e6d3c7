"""Sources left out one by one, areas left out one by one, and a source replaced by noise."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.checks.fits import level, limits
from estimators.checks.refits import Refits
from estimators.diagnostics import Finding
from estimators.diagnostics.budget import LEVEL, format_p
from estimators.numbers import number
from estimators.numeric.anchors import holm
from estimators.synthesis.normal import Normal
from estimators.synthesis.world import World

type Array = NDArray[np.float64]
type Progress = Callable[[Iterable[Any], str], Iterable[Any]]

ALL = "none left out"


def sources_finding(refits: Refits, full: World, progress: Progress) -> tuple[Finding, Finding]:
    """Forest of the total flow without each source, and whether each source agrees with what the others predict of it.

    Notes
    -----
    A source is a stream, or one statement about an area. Its conflict p is the two-sided probability, under the posterior of the
    model without it, of a total at least as extreme as the one observed (a mixed predictive node split), Holm-corrected over sources.

    References
    ----------
    Marshall, E. C. and Spiegelhalter, D. J. 2007. Identifying outliers in Bayesian hierarchical models. doi:10.1214/07-BA218
    Presanis, A. M. et al. 2013. Conflict diagnostics in directed acyclic graphs. doi:10.1214/13-STS426
    """
    rng = np.random.default_rng(refits.seed)
    forest = [{"left_out": ALL, **_flow(full)}]
    rows = []
    for name, keys in progress(list(_sources(refits).items()), "sources"):
        dropped = {key: np.ones(len(refits.panel.figures[key]), dtype=bool) for key in keys}
        world = refits.world(refits.without_rows(dropped, name))
        forest.append({"left_out": name, **_flow(world)})
        p = _predicted(refits, world, keys, rng)
        rows.append({"source": name, "rows": sum(len(refits.panel.figures[key]) for key in keys), "p": p})
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p"].to_numpy(dtype=float))
    worst = table.sort_values("p").iloc[0]
    clash = worst["p_holm"] < LEVEL
    status = f"in conflict ({format_p(float(worst['p_holm']))})" if clash else "no conflict found"
    text = (
        f"Each source against what all others predict of its total. Worst: {worst['source']}, {format_p(float(worst['p']))}, "
        f"{format_p(float(worst['p_holm']))} after Holm's correction over {len(table)} sources. A stream with a level of its own can "
        "hardly be contradicted: absence of conflict is not agreement."
    )
    split = Finding("node split", status, text, table)
    return _forest_finding("leave one source out", forest, refits.note()), split


def areas_finding(refits: Refits, full: World, progress: Progress) -> Finding:
    """Forest of the total flow when the figures of one area are left out; the area itself is then predicted from the others."""
    forest = [{"left_out": ALL, **_flow(full)}]
    areas = refits.panel.grid.areas
    for place in progress(list(range(len(areas))), "areas"):
        forest.append({"left_out": areas[place], **_flow(refits.world(refits.without_area(place)))})
    return _forest_finding("leave one area out", forest, refits.note())


def placebo_finding(refits: Refits, full: World, progress: Progress) -> Finding:
    """Each source's figures dealt out at random among its rows: a conclusion that stays the same did not rest on them.

    References
    ----------
    Cingranelli, D. and Filippov, M. 2018. Are human rights practices improving? doi:10.1017/S0003055418000254
    """
    rng = np.random.default_rng(refits.seed)
    rows = [{"replaced": "nothing", **_flow(full), "rank_agreement": 1.0}]
    areas = _area_flow(full)
    for name in progress(sorted({stream for stream, _ in refits.panel.figures}), "placebo"):
        change = refits.shuffled(name, rng)
        if change is not None:
            world = refits.world(change)
            agreement = np.corrcoef(_ranks(areas), _ranks(_area_flow(world)))[0, 1] if len(areas) > 2 else np.nan
            rows.append({"replaced": name, **_flow(world), "rank_agreement": float(agreement)})
    table = pd.DataFrame(rows)
    inside = (table["median"] > table["lower"].iloc[0]) & (table["median"] < table["upper"].iloc[0])
    same = table.loc[inside, "replaced"].tolist()[1:]
    status = (
        f"level unchanged by noise in {', '.join(same)}"
        if same
        else "level moves with every source"
        if len(rows) > 1
        else "nothing to replace"
    )
    text = (
        "Total flow per year when the figures of a source are shuffled among its rows. Where the median stays in the first interval, "
        "the level does not rest on that source; rank_agreement says whether the order of the areas does."
    )
    return Finding("placebo source", status, text + refits.note(), table)


def _sources(refits: Refits) -> dict[str, list[tuple[str, str]]]:
    """Streams, and statements one by one, with their kinds of row."""
    found: dict[str, list[tuple[str, str]]] = {}
    for stream, term in refits.panel.figures:
        rows = refits.panel.figures[stream, term]
        if len(rows):
            found.setdefault(rows.labels[0] if stream == "statements" else stream, []).append((stream, term))
    return found


def _predicted(refits: Refits, world: World, keys: list[tuple[str, str]], rng: np.random.Generator) -> float:
    """Two-sided predictive p of the totals of some kinds of row; the smallest, doubled for their number where there are several."""
    distributions = refits.panel.distributions(world)
    found = []
    for key in keys:
        rows, each = refits.panel.figures[key], distributions[key]
        add = np.mean if isinstance(each, Normal) else np.sum
        drawn, seen = add(each.simulate(rng), axis=-1), float(add(rows.middle))
        below = (np.sum(drawn < seen) + 0.5 * np.sum(drawn == seen) + 0.5) / (len(drawn) + 1.0)
        found.append(2.0 * min(below, 1.0 - below))
    return float(min(1.0, min(found) * len(found)))


def _flow(world: World) -> dict[str, float]:
    return limits(np.exp(level(world)))


def _area_flow(world: World) -> Array:
    flow = np.exp(world["log_flow"]).reshape(-1, *world.grid.shape).sum(axis=(2, 3))
    return np.asarray(np.median(flow, axis=0) / world.grid.population.mean(axis=1))


def _ranks(values: Array) -> Array:
    return np.asarray(np.argsort(np.argsort(values)), dtype=float)


def _forest_finding(name: str, forest: list[dict[str, Any]], note: str) -> Finding:
    table = pd.DataFrame(forest)
    ratio = table["median"] / table["median"].iloc[0]
    worst = int(np.abs(np.log(ratio)).argmax())
    outside = table[(table["median"] < table["lower"].iloc[0]) | (table["median"] > table["upper"].iloc[0])]
    status = f"moved by {', '.join(outside['left_out'])}" if len(outside) else "stays inside its interval"
    median, lower, upper = (number(float(table[name].iloc[0])) for name in ("median", "lower", "upper"))
    text = (
        f"Total flow per year, median {median} ({lower} to {upper}); "
        f"without {table['left_out'].iloc[worst]} it is {number(float(table['median'].iloc[worst]))}, a factor {ratio.iloc[worst]:.2g}."
    )
    return Finding(name, status, text + note, table)
