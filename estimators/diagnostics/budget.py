"""Anchor budget, conflict and power: how much each absolute statement fixes, and whether they could contradict each other.

Everything here reads the group ``anchors`` of a result: what each anchor says of the log true count of each cell.
"""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from estimators.diagnostics.finding import Finding
from estimators.numbers import chance, estimate, percent
from estimators.numeric import anchors as pooling

WRONG_BY = (2.0, 5.0, 10.0)
ENOUGH_POWER = 0.8
LEVEL = 0.05
Z95 = 1.959963984540054
SAID = ("implied", "implied_lower", "implied_upper", "others", "others_lower", "others_upper")

type Array = NDArray[np.float64]


def anchor_table(anchors: xr.Dataset) -> pd.DataFrame:
    """One row an anchor and cell: what it implies alone, its share of the precision, what the others say, and the conflict.

    Columns: anchor, kind, area, period, implied, implied_lower, implied_upper, share, others, others_lower, others_upper, z, p,
    p_holm, log_sd, others_log_sd. Intervals are of 95 %; p is two-sided and Holm's adjustment is over the anchors of a cell; of two
    anchors there is one comparison, which needs none.
    """
    data = anchors.transpose("anchor", "area", "period")
    mean, sd = data["log_true_count"].values, data["log_sd"].values
    pooled = pooling.pool(mean, sd)
    adjusted = pooled.p if len(mean) == 2 else pooling.holm(np.nan_to_num(pooled.p, nan=1.0))
    columns = {
        "implied": np.exp(mean),
        "implied_lower": np.exp(mean - Z95 * sd),
        "implied_upper": np.exp(mean + Z95 * sd),
        "share": pooled.share,
        "others": np.exp(pooled.others_mean),
        "others_lower": np.exp(pooled.others_mean - Z95 * pooled.others_sd),
        "others_upper": np.exp(pooled.others_mean + Z95 * pooled.others_sd),
        "z": pooled.z,
        "p": pooled.p,
        "p_holm": np.where(np.isnan(pooled.p), np.nan, adjusted),
        "log_sd": sd,
        "others_log_sd": pooled.others_sd,
    }
    dims = ("anchor", "area", "period")
    known = {name: data[name] for name in ("share", "split_z", "split_sd", "split_others_sd") if name in data}
    frame = (
        xr.Dataset({name: (dims, values) for name, values in columns.items()} | known, coords=data.coords)
        .to_dataframe()
        .reset_index()
    )
    if "split_z" in data:
        frame = _with_splits(frame)
    for place, name in enumerate(["kind", "stated_of"] if "stated_of" in data else ["kind"], start=1):
        said = dict(zip(data["anchor"].values.tolist(), data[name].values.tolist(), strict=True))
        frame.insert(place, name, frame["anchor"].map(said))
    return frame.dropna(subset=["implied"]).reset_index(drop=True)


def _with_splits(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the comparison of each anchor with all else, where a model has made it as a whole, in the place of comparisons cell by cell.

    Cell by cell two anchors share what neither knows of the area; as a whole they are compared on their own scale.
    """
    frame = frame.drop(columns=["z", "p", "p_holm", "log_sd", "others_log_sd"])
    frame = frame.rename(columns={"split_z": "z", "split_sd": "log_sd", "split_others_sd": "others_log_sd"})
    once = frame.drop_duplicates("anchor")
    z = once["z"].to_numpy(dtype=np.float64)
    p = np.asarray(2.0 * special.ndtr(-np.abs(z)) if len(z) > 1 else np.full(1, np.nan), dtype=np.float64)
    tested = once[["anchor"]].assign(p=p, p_holm=pooling.holm(p) if len(p) > 2 else p, compared="as a whole")
    return frame.merge(tested, on="anchor", how="left")


def budget_finding(table: pd.DataFrame) -> Finding:
    """Which anchor supplies which share of the precision of the log level."""
    shares = table.groupby("anchor", sort=False)["share"]
    summary = pd.DataFrame({"share": shares.median(), "least": shares.min(), "most": shares.max()})
    if "stated_of" in table:
        summary["stated_of"] = table.groupby("anchor", sort=False)["stated_of"].first()
    summary = summary.reset_index()
    parts = [f"{percent(float(row['share']))} from {row['anchor']}" for row in summary.to_dict("records")]
    return Finding("anchor budget", f"{len(summary)} absolute anchor{'s' if len(summary) != 1 else ''}",
                   f"Precision of the log true count: {'; '.join(parts)}. The reported counts supply none of it.", summary)  # fmt: skip


def conflict_finding(table: pd.DataFrame) -> Finding:
    """Whether any anchor contradicts the others, corrected for the number of comparisons."""
    if table["p"].isna().all():
        text = "There is one absolute anchor, so nothing can contradict it: a wrong claim would not be noticed."
        return Finding("conflict", "cannot be tested", text)
    compared = comparisons(table)
    smallest = smallest_p(table)
    status = f"in conflict ({format_p(smallest)})" if smallest < LEVEL else "no conflict found"
    worst = compared.sort_values("p").iloc[0]
    several = len(set(table["period"])) > 1 and "compared" not in table
    over = " on the average of the periods" if several else ""
    single = f" In a single period p is never below {table['p'].min():.2g}, uncorrected." if several else ""
    implied, others = (_interval(worst, each) for each in ("implied", "others"))
    text = (
        f"Most extreme: {worst['anchor']} implies {implied} in {worst['area']}{over}, the other anchors {others}; "
        f"z = {worst['z']:.2f}, {format_p(float(worst['p']))}, and {format_p(smallest)} after correction for all comparisons.{single} "
        "Absence of conflict is not agreement: see the power."
    )
    return Finding(
        "conflict", status, text, table[["anchor", "area", "period", "implied", "others", "z", "p", "p_holm"]]
    )


def _interval(row: "pd.Series[Any]", name: str) -> str:
    return estimate(float(row[name]), float(row[f"{name}_lower"]), float(row[f"{name}_upper"]))


def comparisons(table: pd.DataFrame) -> pd.DataFrame:
    """One row an anchor and area: geometric means over the periods, and the mean z with its p.

    An anchor is wrong by about the same factor in every period, so periods are not independent comparisons: their mean z has about
    the variance of one, and counting each of them would hide a conflict behind its own repetition.
    """
    if "compared" in table:
        table = table.assign(area="a typical area")
    logs = table[["anchor", "area", "z"]].assign(**{name: np.log(table[name]) for name in SAID})
    means = logs.groupby(["anchor", "area"], sort=False)[["z", *SAID]].mean().reset_index()
    return means.assign(**{name: np.exp(means[name]) for name in SAID}, p=2.0 * special.ndtr(-means["z"].abs()))


def power_finding(table: pd.DataFrame) -> Finding:
    """How likely a claim that is wrong by a factor would be noticed, and how often the pooled interval would still cover."""
    if table.empty:
        return Finding("power", "none", "No cell has an anchor that is shown.")
    claims = table[table["kind"] == "reporting"]
    if claims.empty:  # then the anchor that carries most is the one to doubt
        claims = table[table["anchor"] == table.groupby("anchor", sort=False)["share"].median().idxmax()]
    if claims["p"].isna().all():
        return Finding(
            "power", "none", "With one absolute anchor no error of the claim, however large, can be noticed."
        )
    row = claims.sort_values("others_log_sd").iloc[len(claims) // 2]
    power, coverage, bias = pooling.conflict_power(
        np.asarray(row["log_sd"]), np.asarray(row["others_log_sd"]), np.array(WRONG_BY)
    )
    frame = pd.DataFrame({"claim_wrong_by": WRONG_BY, "power": power, "coverage": coverage, "bias_factor": bias})
    at_five = float(power[WRONG_BY.index(5.0)])
    text = (
        f"If “{row['anchor']}” were wrong by a factor 5, the conflict would be noticed with probability {chance(at_five)}, and the 95 % "
        f"interval would still cover the truth with probability {chance(float(coverage[WRONG_BY.index(5.0)]))}, if the others are right."
    )
    return Finding("power", "enough" if at_five >= ENOUGH_POWER else "too little", text, frame)


def smallest_p(table: pd.DataFrame) -> float:
    """Smallest conflict p after Holm's correction over anchors and areas; two anchors make one comparison, not two."""
    compared = comparisons(table).dropna(subset=["p"])
    names = list(dict.fromkeys(compared["anchor"]))
    if len(names) == 2:
        compared = compared[compared["anchor"] == names[0]]
    return float(pooling.holm(compared["p"].to_numpy(dtype=float)).min()) if len(compared) else float("nan")


def format_p(p: float) -> str:
    """A p value as it is printed: two digits, and never an exact zero.

    Examples
    --------
    >>> format_p(0.0312), format_p(3e-9)
    ('p = 0.031', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"
