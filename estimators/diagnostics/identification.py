"""What the data can and cannot tell: the verdict that travels with every estimate.

A reported count identifies the product of true count and reporting probability and nothing else. One level is always free until
something absolute fixes it; with k absolute anchors there are k - 1 ways in which sources can contradict each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.diagnostics import budget
from estimators.diagnostics.finding import Finding
from estimators.errors import DataError, Problem

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]

FLAT = 0.01  # information, in units of that of the prior, below which a direction is one that figures say nothing of
SMALL = 0.02  # loadings below it are not spoken of
VAGUE = 10.0  # stands for an infinite prior standard deviation
LADDER = (1, 2, 5, 10, 25, 50, 100, 200, 500, 1000)
VERDICTS = {
    "unauditable": "one absolute anchor: the level of the estimate is that assumption, and no figure used here could contradict it",
    "compatible": "several absolute anchors that could have contradicted each other, and do not",
    "in conflict": "several absolute anchors that contradict each other: the pooled estimate is not to be used before the reason is known",
    "conditional": "who was seen, and how often, fixes the level only together with the assumption named, which no figure here can test",
    "untestable at this credibility": "several absolute anchors, stated so loosely that a claim wrong by a factor 5 would probably pass",
}


@dataclass(frozen=True)
class Identification:
    """The verdict and the findings behind it.

    Parameters
    ----------
    verdict : str
        *unauditable*, *compatible*, *in conflict (p = …)*, *untestable at this credibility*, or, of lists, *conditional*.
    meaning : str
        The verdict in one sentence.
    findings : tuple of Finding
        Anchor budget, null directions, conflict, power, tipping points.
    anchors : pandas.DataFrame
        One row an anchor and cell, see `estimators.diagnostics.budget.anchor_table`.
    """

    verdict: str
    meaning: str
    findings: tuple[Finding, ...]
    anchors: pd.DataFrame

    def finding(self, name: str) -> Finding:
        """One finding by its name."""
        return next(finding for finding in self.findings if finding.name == name)

    def __str__(self) -> str:
        return "\n\n".join([f"Verdict: {self.verdict}\n{self.meaning}.", *(str(finding) for finding in self.findings)])


def identification(post: xr.DataTree, *, believed: Sequence[float] = ()) -> Identification:
    """Say what fixes the level of an estimate and whether anything could contradict it.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`.
    believed : sequence of float, optional
        True counts somebody believes in; the tipping-point table then says which reporting probability each of them needs.

    Returns
    -------
    Identification

    Raises
    ------
    DataError
        Of a projection or a nowcast, which fix no level.

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.single_figure(494, area="MEX", period="2022-H1")
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), evidence, seed=1)
    >>> est.identification(post).verdict
    'unauditable'
    """
    if {"projection", "revisions"} & set(post.children):
        text = "a result with true counts: this one says what a register will show, which is no statement about how many there are"
        raise DataError([Problem("identification", None, None, str(post.attrs.get("estimator", "")), text)])
    tipping = _tipping_points(post, believed)
    if "lists" in post.children:
        return _of_lists(post, tipping)
    if "anchors" not in post.children:
        bounds = Finding(
            "anchor budget", "no anchor", "Bounds rest on a range; within it no value is more likely than another."
        )
        return Identification(
            "unauditable", "bounds only: nothing absolute is known inside the range", (bounds, tipping), pd.DataFrame()
        )
    table = budget.anchor_table(post["anchors"].to_dataset())
    conflict, power = budget.conflict_finding(table), budget.power_finding(table)
    findings = (budget.budget_finding(table), _null_directions(post), conflict, power, tipping)
    verdict = _verdict(table, power)
    return Identification(verdict, VERDICTS[verdict.split(" (")[0]], findings, table)


def _of_lists(post: xr.DataTree, tipping: Finding) -> Identification:
    """Overlaps and repeated captures are figures that see the level, under one assumption."""
    rests_on = str(post["lists"].attrs["rests_on"])
    text = f"The level rests on who was seen, how often and by whom, and on this: {rests_on}. No figure used here can test it."
    anchor = pd.DataFrame([{"anchor": rests_on, "share": 1.0}])
    return Identification(
        "conditional",
        VERDICTS["conditional"],
        (Finding("anchor budget", "one assumption", text, anchor), tipping),
        anchor,
    )


def _verdict(table: pd.DataFrame, power: Finding) -> str:
    if len(set(table["anchor"])) == 1:
        return "unauditable"
    p = budget.smallest_p(table)
    if p < budget.LEVEL:
        return f"in conflict ({budget.format_p(p)})"
    return "untestable at this credibility" if power.status == "too little" else "compatible"


def _null_directions(post: xr.DataTree) -> Finding:
    """Directions in the parameters along which the likelihood of the counts is flat, from the Fisher information."""
    group = post["likelihood"].to_dataset()
    names = [str(name) for name in group["parameter"].values]
    sd = np.where(np.isfinite(group["prior_sd"].values), group["prior_sd"].values, VAGUE)
    values, vectors = np.linalg.eigh(sd[:, None] * group["information"].values * sd)
    flat = (sd[:, None] * vectors[:, values <= FLAT]).T
    flat = _plain(flat)
    rows = [{name: round(float(loading), 3) for name, loading in zip(names, vector, strict=True)} for vector in flat]
    if not len(flat):
        text = "The figures say something, however little, about every direction of the levels."
        return Finding("null directions", "0 flat", text, pd.DataFrame(columns=names))
    words = "; ".join(_direction(vector, names) for vector in flat)
    text = f"The counts say nothing along: {words}. Raising the one by any factor and lowering the other by the same factor fits as well."
    return Finding("null directions", f"{len(flat)} flat", text, pd.DataFrame(rows))


def _plain(flat: Array) -> Array:
    """Another basis of the same directions, each of as few parameters as elimination finds, of length 1."""
    rows = flat.copy()
    for place in range(len(rows)):
        pivot = int(np.abs(rows[place]).argmax())
        rows[place] /= rows[place, pivot]
        others = np.arange(len(rows)) != place
        rows[others] -= rows[others, pivot, None] * rows[place]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _direction(vector: np.ndarray[tuple[int], np.dtype[np.float64]], names: list[str]) -> str:
    order = np.argsort(-np.abs(vector))
    largest = vector[order[0]]
    terms = [(vector[i] / largest, names[i]) for i in order if abs(vector[i] / largest) > SMALL]
    words = [
        f"{'' if i == 0 else ' + ' if weight > 0 else ' − '}{_times(abs(weight))}{name}"
        for i, (weight, name) in enumerate(terms)
    ]
    return "".join(words)


def _times(weight: float) -> str:
    return "" if abs(weight - 1.0) < 0.02 else f"{weight:.2g} × "


def _tipping_points(post: xr.DataTree, believed: Sequence[float]) -> Finding:
    """The reporting probability that each true count needs, and how much of the posterior lies at or above that count."""
    observed = post["observed_data"].to_dataset()["reported"].transpose("area", "period")
    areas, periods = np.nonzero(observed.values > 0)
    count = np.repeat(observed.values[areas, periods], len(believed or LADDER))
    target = np.tile(believed, len(areas)) if believed else count * np.tile(LADDER, len(areas))
    cells = np.repeat(areas, len(believed or LADDER)), np.repeat(periods, len(believed or LADDER))
    table = pd.DataFrame(
        {
            "area": observed["area"].values.astype(str)[cells[0]],
            "period": observed["period"].values.astype(str)[cells[1]],
            "reported": count,
            "true_count": target,
            "reporting_probability": count / target,
            "one_in": target / count,
            "posterior_at_or_above": _probabilities_at_least(post, cells, target),
        }
    )
    text = "If the true count were as in a row, the reporting probability would have to be as stated: that is all a count can say."
    return Finding("tipping points", "arithmetic", text, table)


def _probabilities_at_least(post: xr.DataTree, cells: tuple[Places, Places], target: Array) -> Array:
    """Share of the draws of each cell at or above a target."""
    if "posterior" not in post.children:
        return np.full(len(target), np.nan)
    draws = post["posterior"].to_dataset()["true_count"].transpose("chain", "draw", "area", "period").values
    chosen, place = np.unique(np.ravel_multi_index(cells, draws.shape[2:]), return_inverse=True)
    flat = draws.reshape(-1, draws.shape[2] * draws.shape[3])
    ordered = np.sort(np.ascontiguousarray(flat[:, chosen].T))
    number = np.isfinite(ordered).sum(axis=1)
    below = [np.searchsorted(ordered[cell, : number[cell]], x) for cell, x in zip(place, target, strict=True)]
    return np.asarray(1.0 - np.array(below) / len(flat) - (1.0 - number[place] / len(flat)))
