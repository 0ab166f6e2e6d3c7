"""The page of a synthesis: what comes first, and what stands beside every estimate."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.diagnostics import Finding, Identification
from estimators.plots.standing import standing
from estimators.plots.style import Drawing
from estimators.rendering.document import Banner, Block, Paragraph, Picture, Points, Report, Section
from estimators.reports import audit_tables
from estimators.reports.exhibit import Exhibit
from estimators.reports.synthesis_tables import PARTS, printed

RARE = 0.01
CONTEXT = ("area", "period", "reported")


@dataclass(frozen=True, eq=False)
class Account:
    """What the page says that no result knows; see `synthesis_report`."""

    title: str
    question: tuple[str, ...]
    command: str
    period: str
    names: Mapping[str, str]
    beside: pd.DataFrame | None
    exhibits: tuple[Exhibit, ...]
    sources: pd.DataFrame | None


def compose(
    post: xr.DataTree,
    tables: Mapping[str, pd.DataFrame],
    drawn: Mapping[str, Drawing],
    account: Account,
    told: Identification,
    checked: Finding,
) -> Report:
    """Put the page together."""
    state = standing(tables["totals"])
    failed = (Banner("not publishable", checked.text),) if checked.status == "not publishable" else ()
    sections = [
        Section("", (*failed, Banner(told.verdict, _sentence(told.meaning)), *_first(tables, drawn, account, state))),
        Section("What is asked", tuple(Paragraph(text) for text in account.question)),
        *(Section(exhibit.heading, _exhibit(exhibit, drawn, account, state)) for exhibit in account.exhibits),
        Section("Beside what others publish", _beside(tables["summary"], account, state)),
        Section("Over time", _over_time(tables, drawn, state)),
        Section("What fixes the level", _anchoring(post, told, tables, drawn, state)),
        Section("What the model does not expect", _unexpected(tables["predictions"], drawn, account, state)),
        Section("How it was computed", _method(post, tables, checked, state)),
        Section("What this report takes for granted", (Points(tuple(map(_sentence, _assumptions(post)))),)),
        Section("Every area and period", (_estimates(tables["summary"], account.names, state),)),
        Section("Sources and reproducibility", _sources(post, account)),
    ]
    subtitle = f"A joint synthesis of {post['observed_data'].sizes['area']} areas and {post['observed_data'].sizes['period']} periods"
    return Report(account.title, subtitle, tuple(section for section in sections if section.blocks))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def _first(
    tables: Mapping[str, pd.DataFrame], drawn: Mapping[str, Drawing], account: Account, state: str
) -> tuple[Block, ...]:
    whole = tables["totals"].set_index("period").loc[account.period].to_dict()
    digits = numbers.supported_digits(whole["simulation_error"])
    counts = numbers.estimate(whole["true_count_median"], whole["true_count_lower"], whole["true_count_upper"], digits)
    lines = [
        f"{account.period}, all {whole['areas']} areas together: {counts} persons newly exploited in the year, median and "
        f"{100 * whole['probability']:g} % interval; {numbers.count(whole['reported'])} were identified in the "
        f"{whole['areas_reporting']} areas that give an exact figure."
    ]
    if "reporting_probability_median" in whole:
        low, high = whole["reporting_probability_lower"], whole["reporting_probability_upper"]
        lines.append(
            f"Share identified: {numbers.one_in(whole['reporting_probability_median'], digits)}, 1 in "
            f"{numbers.number(1 / high, digits, 'down')} to 1 in {numbers.number(1 / low, digits, 'up')}. The counts fix the product of "
            "flow and share reported; how it divides between the two is decided by the assumptions listed under “What fixes the level”."
        )
    focus = tables["summary"][tables["summary"]["period"] == account.period]
    caption = f"All areas, {account.period}. {state}"
    picture = Picture(
        drawn["forest"], caption, f"Forest plot of {len(focus)} areas; its figures stand in the table that follows."
    )
    return (*(Paragraph(line) for line in lines), picture, _estimates(focus, account.names, state))


def _estimates(rows: pd.DataFrame, names: Mapping[str, str], state: str) -> Block:
    parts = [f"{part}_{end}" for part in PARTS for end in ("median", "lower", "upper") if f"{part}_{end}" in rows]
    columns = [*CONTEXT, *parts, "simulation_error"]
    interval = f"Medians and {100 * float(rows['probability'].iloc[0]):g} % intervals, limits rounded outward"
    caption = f"{interval}; reported is missing where no exact figure was published. {state}"
    return printed(rows[columns], caption, names=names)


def _exhibit(exhibit: Exhibit, drawn: Mapping[str, Drawing], account: Account, state: str) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(text) for text in exhibit.text]
    caption = f"{exhibit.caption} {state}".strip()
    if exhibit.figure is not None:
        blocks.append(Picture(drawn[exhibit.name], caption, f"{exhibit.heading}. {exhibit.caption}"))
    if len(exhibit.table):
        blocks.append(printed(exhibit.table, caption, names=account.names))
    return tuple(blocks)


def _beside(table: pd.DataFrame, account: Account, state: str) -> tuple[Block, ...]:
    if account.beside is None:
        return ()
    ours = table[["area", "period", "simulation_error", *(f"true_count_{end}" for end in ("median", "lower", "upper"))]]
    both = account.beside.rename(columns={"value": "published"}).merge(ours, on=["area", "period"])
    both["published_over_median"] = both["published"] / both["true_count_median"]
    columns = [
        "area",
        "period",
        "by",
        "published",
        "true_count_median",
        "true_count_lower",
        "true_count_upper",
        "published_over_median",
    ]
    counts = "; ".join(dict.fromkeys(account.beside["counts"]))
    text = (
        f"What is published counts {counts}. What is estimated here is the flow of persons newly exploited in a year, under the definition "
        "of the figures that were read. A stock is the flow times the mean duration, of everything it includes: the two differ even "
        "where both are right, and neither checks the other."
    )
    return Paragraph(text), printed(
        both[columns], f"Two different quantities side by side. {state}", names=account.names
    )


def _over_time(tables: Mapping[str, pd.DataFrame], drawn: Mapping[str, Drawing], state: str) -> tuple[Block, ...]:
    named = [name for name in PARTS if f"periods_{name}" in drawn]
    pictures = (
        Picture(
            drawn[f"periods_{name}"], f"{_sentence(PARTS[name])} {state}", f"Small panels by period: {PARTS[name]}."
        )
        for name in named
    )
    text = (
        "A rise of what is counted is a rise of the flow or of the share reported; the figures do not say which, and the model divides it "
        "by its priors, here about evenly. Where no figure was published the interval is that of the periods around it, wider."
    )
    return Paragraph(text), *pictures, printed(tables["totals"], f"All areas together. {state}")


def _anchoring(
    post: xr.DataTree,
    told: Identification,
    tables: Mapping[str, pd.DataFrame],
    drawn: Mapping[str, Drawing],
    state: str,
) -> tuple[Block, ...]:
    budget, conflict, power = (told.finding(name) for name in ("anchor budget", "conflict", "power"))
    blocks: list[Block] = [Paragraph(budget.text)]
    if "anchor_budget" in drawn:
        blocks.append(Picture(drawn["anchor_budget"], f"Anchor budget. {state}", budget.text))
    blocks += [Paragraph(conflict.text), Paragraph(power.text)]
    if not power.table.empty:
        blocks.append(audit_tables.power_table(post))
    text = "Levels, slopes and scales before and after the figures, medians and 90 % intervals; width 1 is that of the prior. A narrower "
    blocks.append(
        printed(tables["unknowns"], f"{text}interval may come from another prior as well as from figures. {state}")
    )
    return tuple(blocks)


def _unexpected(table: pd.DataFrame, drawn: Mapping[str, Drawing], account: Account, state: str) -> tuple[Block, ...]:
    rare = table[table["tail"] < RARE]
    text = (
        f"Each figure beside its prediction from all the others: {len(rare)} of {len(table)} lie so far out that the model gives them a "
        f"probability below {RARE:g}; about {RARE * len(table):.0f} would by chance alone."
    )
    picture = Picture(drawn["predictions"], f"Figures against predictions. {state}", text)
    if rare.empty:
        return Paragraph(text), picture
    columns = [
        "about",
        "indicator",
        "lower",
        "upper",
        "predicted_median",
        "predicted_lower",
        "predicted_upper",
        "tail",
        "effective_draws",
    ]
    listed = rare[columns].rename(columns={"lower": "figure_at_least", "upper": "figure_at_most"})
    return (
        Paragraph(text),
        picture,
        printed(listed, f"Figures that the model does not expect. {state}", names=account.names),
    )


def _method(post: xr.DataTree, tables: Mapping[str, pd.DataFrame], checked: Finding, state: str) -> tuple[Block, ...]:
    said = str(post.attrs["description"]).partition(" Priors: ")[0]
    convergence = tables["convergence"]
    weighted = "pareto_k" in convergence  # independent draws: nothing by quantity
    worst = convergence if weighted else convergence.sort_values("ess_bulk")
    heading = "Importance weights behind the draws" if weighted else "Worst value of each quantity over its cells"
    return (
        Paragraph(said),
        audit_tables.priors_table({"": post}),
        Paragraph(checked.text),
        printed(worst, f"{heading}. {state}"),
    )


def _assumptions(post: xr.DataTree) -> tuple[str, ...]:
    return tuple(json.loads(post.attrs["assumptions"]))


def _sources(post: xr.DataTree, account: Account) -> tuple[Block, ...]:
    manifest = Points(audit_tables.reproducibility(post, {"all": str(post.attrs["evidence_hash"])}, account.command))
    return (manifest,) if account.sources is None else (audit_tables.sources_table(account.sources), manifest)
