"""Counts of a tree, checked; and what its weights are worth."""

import numpy as np
import xarray as xr

from estimators.counts.tree_answer import Answer
from estimators.counts.tree_paths import Tree
from estimators.errors import DataError, Problem
from estimators.numeric import trees


def check_counts(tree: Tree, figures: xr.Dataset, scale_invariant: bool) -> None:
    """Refuse counts above that of a group they belong to, cells with some counts missing, and nobody counted at all.

    Raises
    ------
    DataError
        Naming every such cell.
    """
    problems = []
    counts = figures["counts"]
    for area, period in np.ndindex(figures.sizes["area"], figures.sizes["period"]):
        cell = f"area {figures['area'].values[area]}, period {figures['period'].values[period]}"
        here = {str(name): float(counts[place, area, period]) for place, name in enumerate(counts["node"].values)}
        missing = [name for name, value in here.items() if np.isnan(value)]
        if missing and len(missing) < len(here):
            expected = "a count of every counted part, or of none"
            problems.append(Problem("evidence", None, "value", f"{cell}: no count of {', '.join(missing)}", expected))
            continue
        for name in here:
            above = tree.above(name)
            if above is not None and here[name] > here[above]:
                problems.append(
                    Problem(
                        "evidence",
                        None,
                        "value",
                        f"{cell}: {here[name]:g} in {name}",
                        f"at most the {here[above]:g} in {above}",
                    )
                )
        if scale_invariant and not missing and sum(here[name] for name in tree.paths) == 0:
            expected = "some count above 0, or a prior of the population"
            problems.append(Problem("evidence", None, "value", f"{cell}: nobody counted", expected))
    if problems:
        raise DataError(problems)


def statistics(found: list[Answer], draws: int) -> xr.Dataset:
    """The worst of all cells."""
    known = [each.statistics for each in found if each.statistics is not None]
    return xr.Dataset(
        {
            "pareto_k": max(k for k, _ in known),
            "effective_draws": min(float(draws), min(size for _, size in known)),
            "proposed_draws": float(trees.POINTS),
        }
    )
