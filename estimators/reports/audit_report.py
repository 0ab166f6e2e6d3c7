"""The report of a claim audit: what was asked, what was counted, what each reading makes of it, and what fixes the answer."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.diagnostics.convergence import convergence
from estimators.diagnostics.identification import Identification, identification
from estimators.plots import plot_anchor_budget, plot_forest, plot_reporting_probability
from estimators.rendering.document import Banner, Block, Paragraph, Picture, Points, Report, Section
from estimators.reports import audit_tables as tables
from estimators.reports.audit_inputs import AuditResults, Context


def audit_document(results: AuditResults, context: Context) -> Report:
    """Compose the report."""
    results = _in_words(results, context.area_name)
    (main_name, main_set), main = next(iter(results.trees.items()))
    readings = {name: post for (name, figures), post in results.trees.items() if figures == main_set}
    area = str(main["observed_data"].to_dataset()["area"].values[0])
    told = identification(main)
    focus = _focus(results.table, main_set, area, context.period)
    pooled = {name: post for name, post in readings.items() if post["anchors"].sizes["anchor"] > 1}
    sections = [
        Section("", (*_first_page(focus, told, context), *_beside_others(pooled))),
        Section("What is asked", tuple(Paragraph(text) for text in context.question)),
        Section("What was counted", _figures(results, context)),
        Section("What each reading makes of it", _readings(results, focus, main_name, main_set, readings)),
        Section("What fixes the answer", _anchoring(main, pooled, area, context.period, main_name)),
        Section("Refused", _refused(results.refused)),
        Section("How it was computed", _method(readings, results)),
        Section("What this report takes for granted", (Points(_assumptions(results.trees)),)),
        Section(
            "Sources and reproducibility",
            (tables.sources_table(results.sources), Points(_manifest(results, context))),
        ),
    ]
    kept = tuple(section for section in sections if section.blocks)
    return Report(context.title, context.subtitle, kept)


def _in_words(results: AuditResults, name: str) -> AuditResults:
    """The same with the area of the main reading by its name."""
    code = next(iter(results.trees.values()))["observed_data"].to_dataset()["area"].values[0]

    def named(part: xr.Dataset) -> xr.Dataset:
        if "area" not in part.dims:
            return part
        return part.assign_coords(area=[name if area == code else str(area) for area in part["area"].values])

    trees = {key: post.map_over_datasets(named) for key, post in results.trees.items()}
    return replace(results, trees=trees, table=results.table.assign(area=results.table["area"].replace(code, name)))


def _focus(table: pd.DataFrame, figures: str, area: str, period: str) -> pd.DataFrame:
    return table[(table["figures"] == figures) & (table["area"] == area) & (table["period"] == period)]


def _first_page(focus: pd.DataFrame, told: Identification, context: Context) -> tuple[Block, ...]:
    main = focus.iloc[0]
    count = numbers.count(main["reported"])
    contrast = [row for _, row in focus.iterrows() if row["reading"].split(",")[0] != main["reading"].split(",")[0]][:1]
    lines = [
        f"{context.area_name}, {context.period}: {count} {context.counted}. Read with “{main['reading']}”, that makes "
        f"{tables.estimate(main, 'true_count')}: median and {100 * main['probability']:g} % interval."
        + "".join(f" Read with “{row['reading']}”, it makes {tables.estimate(row, 'true_count')}." for row in contrast),
    ]
    if told.verdict == "unauditable":
        lines.append(
            "The answer is the claim's. Up to chance, a count fixes only the product of the true count and the share reported, so the "
            "same figure fits every share equally well: the share that is put in comes out again, and the width of the interval is "
            "almost wholly the width given to the claim. The count neither supports the claim nor could contradict it."
        )
    caption = f"The same figure, {count} in {context.period}, under each reading. What differs is what is assumed or set beside it."
    forest = Picture(plot_forest(focus, label="reading"), caption, f"Forest plot of {len(focus)} readings. " + lines[0])
    return (
        Banner(told.verdict, f"{told.meaning[0].upper()}{told.meaning[1:]}."),
        *(Paragraph(line) for line in lines),
        forest,
    )


def _beside_others(pooled: Mapping[str, xr.DataTree]) -> tuple[Block, ...]:
    """What other absolute statements make of the claim, for readers of the first page only."""
    if not pooled:
        return ()
    parts = "; ".join(f"“{name}”: {identification(post).verdict}" for name, post in pooled.items())
    return (Paragraph(f"Only another absolute statement could tell. Verdicts with one beside the claim: {parts}."),)


def _refused(refused: tuple[str, ...]) -> tuple[Block, ...]:
    if not refused:
        return ()
    return (
        Paragraph("Asked for and refused, with the reason:"),
        Points(tuple(f"{text[0].upper()}{text[1:]}." for text in refused)),
    )


def _figures(results: AuditResults, context: Context) -> tuple[Block, ...]:
    first = results.table["reading"].iloc[0]
    rows = results.table[results.table["reading"] == first]
    parts = []
    for name, group in rows.groupby("figures", sort=False):
        listed = ", ".join(f"{row['period']}: {numbers.count(row['reported'])}" for _, row in group.iterrows())
        parts.append(f"{str(name)[0].upper()}{str(name)[1:]} – {listed}.")
    return (Points(tuple(parts)), *(Paragraph(text) for text in context.about_figures))


def _readings(
    results: AuditResults, focus: pd.DataFrame, main_name: str, main_set: str, readings: Mapping[str, xr.DataTree]
) -> tuple[Block, ...]:
    probability = f"{100 * float(focus['probability'].iloc[0]):g} %"
    verdict = str(focus["verdict"].iloc[0])
    single = [name for name, post in readings.items() if post["anchors"].sizes["anchor"] == 1]
    contrast = [main_name, *[name for name in single if name.split(",")[0] != main_name.split(",")[0]][:1]]
    blocks: list[Block] = [tables.readings_table(focus, probability)]
    blocks += [Points(tuple(f"{name}: {results.notes[name]}." for name in readings))]
    yearly = results.table[(results.table["figures"] == main_set) & (results.table["reading"] == main_name)]
    if len(yearly) > 1:
        caption = f"Reading “{main_name}”: the shape over time is the count's, the level is the claim's. Verdict for every row: {verdict}."
        blocks.append(
            Picture(
                plot_forest(yearly, label="period"),
                caption,
                f"Forest plot by period under {main_name}; its figures stand in the table that follows.",
            )
        )
    for name, group in results.table.groupby("figures", sort=False):
        if len(group) > len(readings):
            caption = f"{str(name)[0].upper()}{str(name)[1:]}, median and {probability} interval. Verdict: {verdict}."
            blocks.append(tables.period_table(group, contrast, caption))
    if len(yearly) > 1:
        blocks.append(
            Paragraph(
                "Ratios between periods do not depend on the level of the claim, but they hold for the true counts only if the share "
                "reported stayed the same, which the counts cannot show either: more victims and more detection look alike."
            )
        )
    return tuple(blocks)


def _anchoring(
    main: xr.DataTree, pooled: dict[str, xr.DataTree], area: str, period: str, name: str
) -> tuple[Block, ...]:
    told = identification(main)
    budget, null = told.finding("anchor budget"), told.finding("null directions")
    blocks: list[Block] = [
        Paragraph(budget.text),
        Picture(plot_anchor_budget(main), f"Anchor budget of “{name}”.", budget.text),
        Paragraph(null.text),
        Picture(
            plot_reporting_probability(main, area=area, period=period),
            "The reporting probability before and after the figure. Where the two agree, the figure has said nothing about it.",
            "Histogram of the reporting probability after the figure, with the claimed distribution as a line; medians and intervals "
            "stand in the table of readings.",
        ),
        tables.tipping_table(main, area, period, name),
    ]
    if pooled:
        first_name, first = next(iter(pooled.items()))
        second = identification(first)
        blocks += [
            Paragraph(
                "Could anything contradict the claim? Only another absolute statement. Published estimates count something else, so each "
                "is brought to a yearly flow by the steps listed below, and every step costs certainty."
            ),
            *(tables.anchors_table(name, post, area, period) for name, post in pooled.items()),
            Picture(
                plot_anchor_budget(first),
                f"Anchor budget of “{first_name}”.",
                second.finding("anchor budget").text,
            ),
            Paragraph(
                f"Verdict with these anchors: {second.verdict} – {second.meaning}. {second.finding('conflict').text}"
            ),
            Paragraph(second.finding("power").text),
            tables.power_table(second.finding("power").table),
        ]
    return tuple(blocks)


def _method(readings: dict[str, xr.DataTree], results: AuditResults) -> tuple[Block, ...]:
    by_estimator: dict[str, list[str]] = {}
    for name, post in readings.items():
        by_estimator.setdefault(str(post.attrs["estimator"]), []).append(name)
    descriptions = tuple(
        f"{names[0]}. {readings[names[0]].attrs['description']}"
        + (f" With other priors, as in the table: {'; '.join(names[1:])}." if names[1:] else "")
        for names in by_estimator.values()
    )
    checks = {convergence(post).text for post in results.trees.values()}
    return (Points(descriptions), tables.priors_table(readings), *(Paragraph(text) for text in sorted(checks)))


def _assumptions(trees: Mapping[tuple[str, str], xr.DataTree]) -> tuple[str, ...]:
    listed = (text for post in trees.values() for text in json.loads(post.attrs["assumptions"]))
    return tuple(f"{text[0].upper()}{text[1:]}." for text in dict.fromkeys(listed))


def _manifest(results: AuditResults, context: Context) -> tuple[str, ...]:
    main = next(iter(results.trees.values()))
    hashes = {figures: str(post.attrs["evidence_hash"]) for (_, figures), post in results.trees.items()}
    return tables.reproducibility(main, hashes, context.command)
