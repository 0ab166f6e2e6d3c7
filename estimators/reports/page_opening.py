"""The opening of a report: verdict, answer, question and estimand."""

import numpy as np
import pandas as pd

from estimators import numbers
from estimators.plots import alternative
from estimators.plots.wording import plural
from estimators.rendering.document import Banner, Block, Paragraph, Picture, Points
from estimators.reports import page_checks, page_lists
from estimators.reports.facts import SYNTHESIS, Facts
from estimators.reports.list_words import words_of
from estimators.reports.page_data import HIDDEN, published_ranges, published_totals
from estimators.reports.page_results import estimates
from estimators.reports.stream_formulas import STATEMENTS
from estimators.reports.verdicts import NOT_PUBLISHABLE, sentence, verdict_sentence

ANSWER = "{period}, {where}: {estimate} {counted}, median and {probability:g} % interval; {reported} were reported, in {reporting}."
LIMITED = (
    "{period}, {where}: from {low} to {high} {counted}, within limits of {probability:g} %; {reported} were reported. Within the limits no "
    "value is more likely than another."
)
NO_ANSWER = "{period}, {where}: the result gives no estimate of all of them together."
SHARE = (
    "Share reported: {share}, {low} to {high}. The counts fix the product of true count and share reported; how it divides between the two "
    "is decided by the assumptions listed under “What fixes the level”."
)
STATED = (
    "{share} of that precision comes from what is stated of {area} alone; the level of every other area follows it through what all have "
    "in common."
)
SEVERAL_STATED = (
    "Of that precision comes from what is stated of single areas: {parts}. The level of every other area follows them through what all "
    "have in common."
)
OF_AREA = "{share} from {area}"
WARNS = (
    "in conflict",
    "moved by",
    "figures unlike",
    "leans on",
    "level unchanged by noise",
)  # how the status of a check begins that found something
LEANS_ON_NONE = "leans on no single group"
FOUND = "Checks that found something: {found}."
PULLED = "Prior and figures disagree on {status}: see “What fixes the level”."
DISCLOSED = (
    "Rule of publication {rule}. Hidden figures are no zeros: estimates of their areas and periods are missing, and a total over a hidden "
    "figure is hidden."
)
FLOW = "Estimand: {counted}, by area and period, as a flow: events of a period, not persons in a condition at one time."
STOCK = "Estimand: {counted}, by area, as a stock: a number at one time, not events of a period."
CELLS = "Extent: {areas} and {periods}, from {first} to {last}."
QUANTITY = "Quantities: {names}."
UNIT = "Unit: {unit}; incidence is per 100,000 persons and year, reporting probabilities are shares of the true count."
DEFINED = (
    "Definition: that of the figures that were read ({indicators}); what they leave out by definition is left out here."
)
NONE = "none"
UNITS = {
    "victims_identified": "persons",
    "victims_rescued": "persons",
    "persons_suspected": "persons",
    "persons_prosecuted": "persons",
    "persons_convicted": "persons",
    "complaints": "cases",
    "investigations_opened": "cases",
    "hotline_cases": "cases",
    "hotline_reports": "reports",
    "offences_recorded": "offences",
}
STOCKS = ("population", "prevalence_stock")
EXPLOITED, BEHIND = "persons newly exploited in the period", "true events behind {indicator}"
NAMES = {"true_count": "true count", "incidence": "incidence", "reporting_probability": "reporting probability"}


def first_page(facts: Facts) -> tuple[Block, ...]:
    """Banners, the answer in a sentence, the table and the forest of one period."""
    if facts.of_lists:
        return page_lists.first_page(facts)
    blocks: list[Block] = []
    if not facts.publishable:
        blocks.append(Banner(NOT_PUBLISHABLE, facts.checked.text))
    blocks.append(Banner(facts.told.verdict, verdict_sentence(facts.told)))
    if "disclosure" in facts.read.attrs:
        blocks.append(Paragraph(DISCLOSED.format(rule=facts.read.attrs["disclosure"])))
    blocks += [Paragraph(line) for line in (*answer(facts), *fixed(facts))]
    blocks += estimates(facts)
    if "forest" in facts.drawn:
        caption = f"All areas, {facts.account.period}. {facts.state}"
        blocks.append(Picture(facts.drawn["forest"], caption, alternative(facts.drawn["forest"])))
    return tuple(blocks)


def answer(facts: Facts) -> list[str]:
    """The answer for the period of the first page, in one sentence or two."""
    focus, period = facts.focus.reset_index(drop=True), facts.account.period
    single = len(focus) == 1
    where = facts.account.names.get(focus["area"][0], focus["area"][0]) if single else _together(len(focus))
    row = focus.iloc[0] if single else _total(facts)
    shown = {
        "period": period,
        "where": where,
        "counted": counted(facts),
        "probability": 100 * float(focus["probability"][0]),
    }
    if row is None or pd.isna(row.get("true_count_upper", np.nan)):
        return [NO_ANSWER.format(period=period, where=where)]
    digits = numbers.supported_digits(float(row["simulation_error"]))
    least = float(row["reported"]) if pd.notna(row["reported"]) else 0.0
    low, high = float(row["true_count_lower"]), float(row["true_count_upper"])
    shown["reported"], reporting = _reporting(facts, row)
    if pd.isna(row.get("true_count_median", np.nan)):
        return [
            LIMITED.format(low=numbers.number(low, digits, "down"), high=numbers.number(high, digits, "up"), **shown)
        ]
    estimate = numbers.estimate(float(row["true_count_median"]), low, high, digits, least)
    return [ANSWER.format(estimate=estimate, reporting=reporting, **shown), *_share(row, digits)]


def fixed(facts: Facts) -> list[str]:
    """What fixes the level where it is more than one anchor, what of it is stated of one area, and whether priors were contradicted."""
    budget = next((each for each in facts.told.findings if each.name == "anchor budget"), None)
    lines = [budget.text] if budget is not None and len(budget.table) > 1 else []
    lines += stated(facts) if lines else []
    if facts.unknowns is not None and bool(facts.unknowns.table["outside"].any()):
        lines.append(PULLED.format(status=facts.unknowns.status))
    warned = [
        f"{page_checks.heading(each)}, {each.status}"
        for each in facts.findings.values()
        if each.status.startswith(WARNS) and each.status != LEANS_ON_NONE
    ]
    return [*lines, *([FOUND.format(found="; ".join(warned))] if warned else [])]


def stated(facts: Facts) -> list[str]:
    """How much of the precision comes from statements about single areas: their shares summed in each cell, the median of the cells."""
    anchors = facts.told.anchors
    if "stated_of" not in anchors or len(facts.areas) < 2:
        return []
    single = anchors[anchors["stated_of"] != ""]
    summed = (
        single.groupby(["stated_of", "area", "period"], sort=False)["share"]
        .sum()
        .groupby("stated_of", sort=False)
        .median()
    )
    parts = [
        {
            "share": numbers.percent(float(share)),
            "area": " + ".join(facts.account.names.get(each, each) for each in str(of).split("+")),
        }
        for of, share in summed.items()
    ]
    if len(parts) < 2:
        return [STATED.format(**part) for part in parts]
    return [SEVERAL_STATED.format(parts="; ".join(OF_AREA.format(**part) for part in parts))]


def _reporting(facts: Facts, row: pd.Series) -> tuple[str, str]:
    """What was reported, a number or a range, and in how many areas."""
    period, area = facts.account.period, str(facts.focus["area"].iloc[0])
    exact = plural(int(row.get("areas_reporting", facts.focus["reported"].notna().sum())), "area")
    found, number = "", 1
    if not bool(facts.hidden.sel(period=period).any()):
        if len(facts.focus) == 1:
            found = published_ranges(facts).get((area, period), "")
        else:
            found, number = published_totals(facts).get(period, ("", 0))
    if found:
        return found, f"{plural(number, 'area')} with a figure"
    return reported_words(facts, row["reported"]), f"{exact} with an exact figure"


def _share(row: pd.Series, digits: int) -> list[str]:
    ends = [float(row.get(f"reporting_probability_{end}", np.nan)) for end in ("median", "lower", "upper")]
    if not all(np.isfinite(ends)) or min(ends) <= 0:
        return []
    low, high = (f"1 in {numbers.number(1 / ends[place], digits, way)}" for place, way in ((2, "down"), (1, "up")))
    return [SHARE.format(share=numbers.one_in(ends[0], digits), low=low, high=high)]


def _total(facts: Facts) -> pd.Series | None:
    rows = facts.totals
    return None if rows.empty else rows[rows["period"] == facts.account.period].iloc[0]


def _together(areas: int) -> str:
    return f"all {areas} areas together"


def reported_words(facts: Facts, value: float) -> str:
    """A reported figure or total, or that it is hidden."""
    hidden = bool(facts.hidden.sel(period=facts.account.period).any())
    return HIDDEN if pd.isna(value) and hidden else NONE if pd.isna(value) else numbers.count(float(value))


def counted(facts: Facts) -> str:
    """What is estimated, in words."""
    indicator = str(facts.read.attrs.get("indicator", ""))
    if facts.of_lists:
        return words_of(facts).counted
    return (
        EXPLOITED
        if facts.estimator == SYNTHESIS
        else BEHIND.format(indicator=indicator.replace("_", " ") or "the figures")
    )


def estimand(facts: Facts) -> tuple[Block, ...]:
    """What is asked, and what exactly is estimated."""
    asked = tuple(Paragraph(text) for text in facts.account.question)
    return (*asked, Points(estimand_lines(facts)))


def estimand_lines(facts: Facts) -> tuple[str, ...]:
    """Flow or stock, extent, unit and definition."""
    if facts.of_lists:
        return page_lists.estimand_lines(facts)
    indicator = str(facts.read.attrs.get("indicator", ""))
    kind = STOCK if indicator in STOCKS else FLOW
    observed = facts.read["observed_data"].to_dataset()
    lines = [kind.format(counted=counted(facts))]
    if facts.has("constant_data"):
        constant = facts.post["constant_data"].to_dataset()
        if {"period_start", "period_end"} <= set(constant):
            first, last = (
                min(constant["period_start"].values.astype(str)),
                max(constant["period_end"].values.astype(str)),
            )
            areas, periods = plural(observed.sizes["area"], "area"), plural(observed.sizes["period"], "period")
            lines.append(CELLS.format(areas=areas, periods=periods, first=first, last=last))
    if facts.quantities:
        lines.append(QUANTITY.format(names=", ".join(NAMES[name] for name in facts.quantities)))
    unit = "persons" if facts.estimator == SYNTHESIS else UNITS.get(indicator, "events")
    read = [kind.replace("_", " ") for kind in facts.streams if not kind.startswith(STATEMENTS)] or [
        indicator.replace("_", " ")
    ]
    return (*lines, UNIT.format(unit=unit), DEFINED.format(indicators="; ".join(read)))


def title_of(facts: Facts) -> str:
    """A title where none was given."""
    return sentence(f"{facts.estimator}: {counted(facts)}").rstrip(".")
