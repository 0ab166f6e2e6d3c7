"""The tables of a claim audit, formatted."""

import json
from collections.abc import Iterable

import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.diagnostics.identification import identification
from estimators.rendering.document import Table


def readings_table(rows: pd.DataFrame, probability: str) -> Table:
    """Every reading of one figure: what it assumes about reporting and what it makes of the count."""
    cells = tuple(
        (
            str(row["reading"]),
            f"{numbers.one_in(row['reporting_probability_median'])} ({share_interval(row)})",
            estimate(row, "true_count"),
            str(row["verdict"]),
        )
        for _, row in rows.iterrows()
    )
    columns = ("Reading", "Share reported", "True count", "Verdict")
    return Table(
        columns,
        cells,
        f"What each reading makes of the same figure. Median and {probability} interval, limits rounded outward.",
    )


def period_table(rows: pd.DataFrame, readings: Iterable[str], caption: str) -> Table:
    """Reported and true count of every period, a column for each of the chosen readings."""
    chosen, alone, cells = list(readings), len(set(rows["area"])) == 1, []
    for (area, period), group in rows[rows["reading"].isin(chosen)].groupby(["area", "period"], sort=False):
        by_reading = {row["reading"]: row for _, row in group.iterrows()}
        first = by_reading[chosen[0]]
        counts = (estimate(by_reading[name], "true_count") for name in chosen)
        place = str(period) if alone else f"{area} {period}"
        cells.append((place, numbers.count(first["reported"]), *counts, estimate(first, "incidence")))
    heads = (
        "Period" if alone else "Figure",
        "Reported",
        *(f"True count under “{name}”" for name in chosen),
        f"Per 100,000 and year under “{chosen[0]}”",
    )
    return Table(heads, tuple(cells), caption)


def anchors_table(name: str, post: xr.DataTree, area: str, period: str) -> Table:
    """What each absolute anchor says alone, its share, what the others say, and whether they conflict."""
    told = identification(post)
    table = told.anchors
    cells = tuple(
        (
            str(row["anchor"]),
            numbers.estimate(row["implied"], row["implied_lower"], row["implied_upper"]),
            numbers.percent(row["share"]),
            numbers.estimate(row["others"], row["others_lower"], row["others_upper"]),
            f"{row['p_holm']:.2g}",
        )
        for _, row in table[(table["area"] == area) & (table["period"] == period)].iterrows()
    )
    heads = ("Absolute anchor", "True count by it alone", "Share", "True count by the others", "Conflict p")
    caption = (
        f"“{name}”, {area}, {period}. Shares are of the precision of the log true count, of which the reported count supplies none; "
        f"p after Holm's correction. Verdict: {told.verdict}."
    )
    return Table(heads, cells, caption)


def tipping_table(post: xr.DataTree, area: str, period: str, reading: str) -> Table:
    """Which reporting probability each true count would need."""
    table = identification(post).finding("tipping points").table
    chosen = table[(table["area"] == area) & (table["period"] == period)]
    cells = tuple(
        (
            numbers.count(row["true_count"]),
            numbers.one_in(row["reporting_probability"], 3),
            numbers.chance(row["posterior_at_or_above"]),
        )
        for _, row in chosen.iterrows()
    )
    heads = ("True count", "needs a share reported of", f"Probability of at least that, under “{reading}”")
    return Table(
        heads,
        cells,
        f"Tipping points for {area}, {period}: arithmetic, and all that the count itself can say. Verdict: {identification(post).verdict}.",
    )


def power_table(table: pd.DataFrame) -> Table:
    """How often an error of the claim would be noticed, and what it would do: of the table of the finding *power*."""
    cells = tuple(
        (
            f"× {row['claim_wrong_by']:g}",
            numbers.chance(row["power"]),
            numbers.chance(row["coverage"]),
            f"× {row['bias_factor']:.2g}",
        )
        for _, row in table.iterrows()
    )
    heads = ("Claim wrong by", "Conflict noticed", "95 % interval covers", "Median off by")
    return Table(
        heads,
        cells,
        "Power of one comparison at 5 %, if the other anchors are right within their own uncertainty; correcting for several lowers it.",
    )


def priors_table(readings: dict[str, xr.DataTree]) -> Table:
    """Every prior of every reading, once, with its reason."""
    seen: dict[tuple[str, str], tuple[str, ...]] = {}
    for post in readings.values():
        group = post["priors"].to_dataset()
        for place in range(group.sizes["prior_row"]):
            row = group.isel(prior_row=place)
            quantity, formula = str(row["quantity"].item()).replace("_", " "), str(row["formula"].item())
            words, reason = str(row["description"].item()), str(row["reason"].item())
            seen[quantity, formula + words] = (quantity, words, formula, reason)
    return Table(
        ("Quantity", "In words", "Prior", "Reason"), tuple(seen.values()), "Priors, each with its reason.", words=True
    )


def sources_table(sources: pd.DataFrame) -> Table:
    """Where the figures come from."""
    cells = tuple(
        (
            str(name),
            str(row["indicators"]).replace("_", " "),
            str(row["first"])[:10],
            str(row["last"])[:10],
            str(row["rows"]),
        )
        for name, row in sources.iterrows()
    )
    return Table(
        ("Source", "Indicators", "First day", "Last day", "Rows"), cells, "Sources of the figures.", words=True
    )


def reproducibility(post: xr.DataTree, hashes: dict[str, str], command: str) -> tuple[str, ...]:
    """What is needed to make the report again."""
    attributes = post.attrs
    draws = json.loads(attributes["sampling"])["draws"]
    limits = (
        "limits are computed, not simulated" if "quantiles" in post.children else "limits are quantiles of the draws"
    )
    versions = ", ".join(
        f"{name.removesuffix('_version')} {value}"
        for name, value in ((str(key), value) for key, value in attributes.items())
        if name.endswith("_version")
    )
    return (
        *([f"Command: {command}"] if command else []),
        f"Seed {attributes['seed']}, engine {attributes['engine']}, {draws:,} draws; {limits}",
        *(f"SHA-256 of the figures ({name}): {value}" for name, value in hashes.items()),
        f"Versions: {versions}",
        f"Revision: {attributes['git_revision']}",
    )


def estimate(row: pd.Series, quantity: str) -> str:
    """Median and interval of a quantity in a row of `estimators.summary`, at the digits its simulation error supports."""
    if f"{quantity}_median" not in row or pd.isna(row[f"{quantity}_median"]):
        return "–"
    digits = numbers.supported_digits(float(row["simulation_error"]))
    median, lower, upper = (float(row[f"{quantity}_{end}"]) for end in ("median", "lower", "upper"))
    least = float(row["reported"]) if quantity == "true_count" and not pd.isna(row["reported"]) else 0.0
    return numbers.estimate(median, lower, upper, digits, least)


def share_interval(row: pd.Series) -> str:
    """Interval of the reporting probability as two ratios, from many hidden to few."""
    low, high = (1.0 / float(row[f"reporting_probability_{end}"]) for end in ("upper", "lower"))
    return f"1 in {numbers.number(low, towards='down')} to {numbers.number(high, towards='up')}"
