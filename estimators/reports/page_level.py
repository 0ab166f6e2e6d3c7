"""What fixes the level of an estimate: verdict, anchor budget, null directions, conflict, power, tipping points."""

import re
from collections.abc import Iterable

import pandas as pd

from estimators import numbers
from estimators.diagnostics import Finding
from estimators.plots import alternative
from estimators.rendering.document import Block, Paragraph, Picture, Table
from estimators.reports import audit_tables, list_tables
from estimators.reports.facts import Facts
from estimators.reports.list_rows import crossed, list_names
from estimators.reports.synthesis_tables import printed
from estimators.reports.verdicts import sentence, verdict_sentence

VERDICT = "Verdict on identification: {verdict}. {meaning}"
SHARES = "Shares of the precision of the log true count, medians over areas and periods, least and most in brackets: {parts}."
OF_ANCHOR = "{share} ({least} – {most}) from {anchor}"
ALONE = (
    "Each anchor alone, its share of the precision, and what all the others say without it: to leave an anchor out costs "
    "no refit. {place}. "
    "p after Holm's correction. {state}"
)
EACH_ANCHOR = ("Absolute anchor", "True count by it alone", "Share", "True count by the others", "Conflict p")
TIPPING = (
    "Tipping points for {area}, {period}: the share reported that each true count would need is arithmetic, and all that the count itself "
    "can say; how probable such a count is, is the posterior's word. {state}"
)
TIPPING_HEADS = ("True count", "Needs a share reported of", "Probability of at least that")
NARROWER = (
    "Levels, slopes and scales before and after the figures, medians and 90 % intervals; width 1 is that of the prior. A "
    "narrower interval may "
    "come from another prior as well as from figures. {state}"
)
CONTRACTED = "Contraction of each level, and what of it figures explain without any other prior. {state}"
BEFORE_AFTER = "The reporting probability before and after the figures. {state}"
STAGES = (
    "How many of those before reach each stage, in one area and the period in which most stages have a figure. A stage that is low says "
    "that cases end there or that they are not published: the figures do not tell which."
)
CASCADE = "From the true count to what justice sees of it. {state}"


def level(facts: Facts) -> tuple[Block, ...]:
    """All that is known of what fixes the level."""
    blocks: list[Block] = [Paragraph(VERDICT.format(verdict=facts.told.verdict, meaning=verdict_sentence(facts.told)))]
    found = {finding.name: finding for finding in facts.told.findings}
    if "anchor budget" in found:
        names = list_names(facts) if facts.of_lists else ()
        blocks.append(Paragraph(crossed(shares_of(found["anchor budget"]), names)))
    if facts.of_lists:
        return (*blocks, *tipping(facts))
    blocks += _picture(facts, "anchor_budget", f"Anchor budget. {facts.state}")
    blocks += each_anchor(facts)
    names = ("null directions", "conflict", "power") if facts.has("likelihood") else ("conflict", "power")
    blocks += [Paragraph(in_words(facts, found[name].text)) for name in names if name in found]
    blocks += _picture(facts, "conflict", f"Conflict of anchors. {facts.state}")
    if "power" in found and not found["power"].table.empty:
        blocks.append(audit_tables.power_table(found["power"].table))
    blocks += _picture(facts, "reporting_probability", BEFORE_AFTER.format(state=facts.state))
    blocks += tipping(facts)
    if "cascade" in facts.drawn:
        blocks.append(Paragraph(STAGES))
    blocks += _picture(facts, "cascade", CASCADE.format(state=facts.state))
    return (*blocks, *narrower(facts))


def in_words(facts: Facts, text: str) -> str:
    """A finding's text with areas by their names and unknowns as words."""
    names = facts.account.names
    text = re.sub(_any(facts.levels), lambda found: _words(found[0]), text)
    return re.sub(rf"\b(in|about) ({_any(names)})\b", lambda found: f"{found[1]} {names[found[2]]}", text)


def _any(names: Iterable[str]) -> str:
    """Any of some names, the longest first; of none, nothing."""
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"


def _words(name: str) -> str:
    """An unknown as words; one that holds names of sources or areas as it is."""
    return name if " " in name or not name.islower() else name.replace("_", " ")


def shares_of(budget: Finding) -> str:
    """The share of each anchor over all cells; of a single one the finding says all."""
    if len(budget.table) < 2:
        return budget.text
    rows = [{name: numbers.percent(row[name]) for name in ("share", "least", "most")} | {"anchor": row["anchor"]}
            for row in budget.table.to_dict("records")]  # fmt: skip
    return SHARES.format(parts="; ".join(OF_ANCHOR.format(**row) for row in rows))


def each_anchor(facts: Facts) -> tuple[Block, ...]:
    """What each anchor says alone and what the others say, in the cell of the first page."""
    table = facts.told.anchors
    if table.empty:
        return ()
    known = table[table["period"] == facts.account.period]
    if known.empty:
        return ()
    area = facts.largest if facts.largest in set(known["area"]) else str(known["area"].iloc[0])
    rows = tuple(
        (
            str(row["anchor"]),
            numbers.estimate(row["implied"], row["implied_lower"], row["implied_upper"]),
            numbers.percent(row["share"]),
            numbers.estimate(row["others"], row["others_lower"], row["others_upper"]),
            "–" if pd.isna(row["p_holm"]) else f"{row['p_holm']:.2g}",
        )
        for row in known[known["area"] == area].to_dict("records")
    )
    place = f"{facts.account.names.get(area, area)}, {facts.account.period}"
    return (Table(EACH_ANCHOR, rows, ALONE.format(place=place, state=facts.state)),)


def tipping(facts: Facts) -> tuple[Block, ...]:
    """The reporting probability that each true count needs, of the largest figure of the period."""
    table = next(finding for finding in facts.told.findings if finding.name == "tipping points").table
    known = table[table["period"] == facts.account.period] if len(table) else table
    if facts.of_lists:
        return list_tables.tipping(facts, known)
    if known.empty:
        return ()
    area = str(known.sort_values("reported")["area"].iloc[-1])
    rows = tuple(
        (numbers.count(row["true_count"]), numbers.one_in(row["reporting_probability"], 3), numbers.chance(row["posterior_at_or_above"]))
        for row in known[known["area"] == area].to_dict("records")
    )  # fmt: skip
    shown = facts.account.names.get(area, area)
    caption = TIPPING.format(area=shown, period=facts.account.period, state=facts.state)
    return (*_picture(facts, "tipping_points", caption), Table(TIPPING_HEADS, rows, caption))


def narrower(facts: Facts) -> tuple[Block, ...]:
    """Unknowns before and after, and what their contraction is due to."""
    blocks: list[Block] = []
    if facts.unknowns is not None:
        blocks.append(Paragraph(sentence(facts.unknowns.text)))
        shown = facts.unknowns.table.drop(columns=["quantity", "outside"]).rename(columns={"label": "quantity"})
        blocks.append(printed(shown, NARROWER.format(state=facts.state)))
    if facts.contraction is not None:
        blocks.append(Paragraph(in_words(facts, sentence(facts.contraction.text))))
        rows = tuple(
            (
                _words(str(row["parameter"])),
                _share(row["contraction"], row["contraction_error"]),
                *(_share(row[name], 0.0) for name in ("closed_form", "figures_alone")),
            )
            for row in facts.contraction.table.to_dict("records")
        )
        heads = ("Parameter", "Contraction", "In closed form", "Of figures alone")
        blocks.append(Table(heads, rows, CONTRACTED.format(state=facts.state)))
    return tuple(blocks)


def _share(value: float, error: float) -> str:
    """A share with as many of two decimals as twice its simulation error leaves standing.

    Examples
    --------
    >>> _share(0.948, 0.002), _share(0.22, 0.02), _share(-0.16, 0.07), _share(float("nan"), float("nan"))
    ('0.95', '0.2', '0', '–')
    """
    if pd.isna(value):  # an unknown without draws
        return "–"
    decimals = 2 if 2.0 * error < 0.01 else int(2.0 * error < 0.1)
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _picture(facts: Facts, name: str, caption: str) -> list[Block]:
    figure = facts.drawn.get(name)
    return [] if figure is None else [Picture(figure, caption, alternative(figure))]
