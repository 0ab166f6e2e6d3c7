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
        problems += _of_groups(tree, here, cell)
        if scale_invariant and not missing and sum(here[name] for name in tree.paths) == 0:
            expected = "some count above 0, or a prior of the population"
            problems.append(Problem("evidence", None, "value", f"{cell}: nobody counted", expected))
    if problems:
        raise DataError(problems)


def _of_groups(tree: Tree, here: dict[str, float], cell: str) -> list[Problem]:
    """Counted parts that are together more than their counted group, or other than it where they are all of it."""
    problems = []
    for group in here:
        lower = [name for name in here if tree.above(name) == group]
        total = sum(here[name] for name in lower)
        whole = tree.is_whole(group, lower)
        if len(lower) < 2 or not (total > here[group] or (whole and total != here[group])):
            continue
        expected = f"{'exactly' if whole else 'together at most'} the {here[group]:g} in {group}"
        written = f"{cell}: {' + '.join(f'{here[name]:g} in {name}' for name in lower)} = {total:g}"
        problems.append(Problem("evidence", None, "value", written, expected))
    return problems


def surprises(tree: Tree, figures: xr.Dataset) -> list[tuple[float, str]]:
    """Of each count below a counted group, how far out it lies in what the surveys between them forecast of it: p, and what was counted."""
    found, counts = [], figures["counts"]
    for group in (branch.name for branch in tree.counted):
        below = tuple(branch for branch in tree.branches if group in tree.way(branch.name)[:-1])
        if not any(branch.indicator for branch in below):
            continue
        part = Tree(below)
        log_share, log_weight = part.log_paths(trees.scores(trees.POINTS, part.size))
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        for place, name in enumerate(part.paths):
            pairs = zip(counts.sel(node=name).values.ravel(), counts.sel(node=group).values.ravel(), strict=True)
            for y, n in ((y, n) for y, n in pairs if n > 0):
                tail = trees.split_tail(float(y), float(n), np.exp(log_share[:, place]), weight)
                found.append((2.0 * min(tail, 1.0 - tail), f"{y:g} in {name} of the {n:g} in {group}"))
    return found


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
