"""The results of a report: intervals of 50, 80 and 95 %, totals, what others publish, change over time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimators import numbers
from estimators.plots import alternative
from estimators.plots.wording import WORDS
from estimators.rendering.document import Block, Paragraph, Picture, Table
from estimators.reports import page_checks, page_lists
from estimators.reports.facts import MASSES, Facts
from estimators.reports.page_data import HIDDEN, published_ranges, published_totals
from estimators.reports.synthesis_tables import ENDS, PARTS, printed
from estimators.reports.verdicts import sentence

CONTEXT = ("area", "period", "reported")
SEVERAL = "Medians and intervals of {masses} of the {quantity}, {origin}, limits rounded outward, significant digits: {digits}. {state}"
LIMITS_ONLY = (
    "Limits of the {quantity}: the method has no distribution, so there is no median and no further interval. {state}"
)
MOMENTS = "Means and standard deviations, computed and not simulated; a mean need not exist. {state}"
CLOSED = "The estimate of Rogan and Gladen beside the posterior, as it is and truncated to shares from 0 to 1. {state}"
CLOSED_HEADS = ("Area", "Period", "Labelled share", "As it is", "Truncated", "Standard error", "True count")
CLOSED_PARTS = ("apparent_share", "untruncated", "prevalence", "se", "true_count")
COMPUTED, DRAWN = "computed", "from draws"
ONE = "{interval}; what was reported as a range stands as one. {state}"
MEDIANS = "Medians and {probability:g} % intervals, limits rounded outward"
BARE = "Limits of {probability:g} %, rounded outward"
OVER_TIME = (
    "A rise of what is counted is a rise of the true count or of the share reported; the figures do not say which, and a model divides it "
    "by its priors. Where no figure was published the interval is that of the periods around it, wider, or there is none."
)
BESIDE = (
    "What is published counts {counts}. What is estimated here is the number of events of a period, under the definition of the figures "
    "that were read. A stock is the flow times the mean duration, of everything it includes: the two differ even where both are right, and "
    "neither checks the other."
)


def estimates(facts: Facts) -> tuple[Block, ...]:
    """The period of the first page, all quantities in one table."""
    rows = facts.focus
    parts = [f"{part}_{end}" for part in PARTS for end in ENDS if f"{part}_{end}" in rows]
    if not parts:
        return ()
    columns = [*(name for name in CONTEXT if name in rows), *parts, "simulation_error"]
    probability = 100 * float(rows["probability"].iloc[0])
    heading = (MEDIANS if any(part.endswith("median") for part in parts) else BARE).format(probability=probability)
    caption = ONE.format(interval=heading, state=facts.state)
    return (printed(with_hidden(facts, rows[columns]), caption, names=facts.account.names),)


def with_hidden(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """The same with a word where a reported figure, or a figure of a total, is hidden, and with ranges that were published."""
    of_cell, dark = "area" in rows, bool(facts.hidden.any())
    ranges = published_ranges(facts) if of_cell else {}
    if "reported" not in rows or not (dark or ranges):
        return rows
    found = []
    for row in rows.to_dict("records"):
        value = row["reported"]
        if pd.isna(value) and dark and _hidden(facts, row, of_cell=of_cell):
            value = HIDDEN
        elif pd.isna(value) and of_cell:
            value = ranges.get((str(row["area"]), str(row["period"])), value)
        found.append(value)
    return rows.assign(reported=pd.Series(found, index=rows.index, dtype=object))


def with_ranges(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Totals of exact figures and of ranges together, and how many areas have either, where nothing is hidden."""
    found = {} if bool(facts.hidden.any()) else published_totals(facts)
    if not found or not {"reported", "areas_reporting"} <= set(rows):
        return rows
    both = [found.get(str(row["period"]), (row["reported"], row["areas_reporting"])) for row in rows.to_dict("records")]
    return rows.assign(
        reported=pd.Series([text for text, _ in both], index=rows.index, dtype=object),
        areas_reporting=[number for _, number in both],
    )


def _hidden(facts: Facts, row: Mapping[Any, Any], *, of_cell: bool) -> bool:
    here = facts.hidden.sel(period=row["period"])
    return bool(here.sel(area=row["area"]) if of_cell else here.any())


def results(facts: Facts) -> tuple[Block, ...]:
    """Intervals of the period of the first page; of a single area, of all its periods."""
    if facts.of_lists:
        return page_lists.results(facts)
    chosen = facts.table if len(facts.focus) == 1 else facts.focus
    blocks: list[Block] = [interval_table(facts, quantity, chosen) for quantity in facts.quantities]
    blocks += moments(facts, chosen)
    blocks += closed_form(facts, chosen)
    if not facts.totals.empty and len(facts.focus) > 1:
        blocks.append(
            printed(with_ranges(facts, with_hidden(facts, facts.totals)), f"All areas together. {facts.state}")
        )
    if facts.shares is not None:
        blocks += page_checks.finding_blocks(facts, facts.shares)
    return tuple(blocks)


def moments(facts: Facts, rows: pd.DataFrame) -> tuple[Block, ...]:
    """Means and standard deviations that were computed; where one does not exist it is infinite or missing."""
    if not facts.has("moments"):
        return ()
    known = facts.post["moments"].to_dataset()
    named = [name for name in PARTS if name in known and {"area", "period", "moment"} == set(known[name].dims)]
    kinds = [str(each) for each in known["moment"].values]
    heads = ("Area", "Period", *(f"{WORDS[name]}: {kind}" for name in named for kind in kinds))
    arrays = [known[name].transpose("moment", "area", "period").values for name in named]
    place = {name: {str(label): at for at, label in enumerate(known[name].values)} for name in ("area", "period")}
    cells = []
    for area, period in zip(rows["area"].astype(str), rows["period"].astype(str), strict=True):
        at = place["area"][area], place["period"][period]
        cells.append(
            (_named(facts, area), period, *(numbers.number(float(each[at])) for array in arrays for each in array))
        )
    return (Table(heads, tuple(cells), MOMENTS.format(state=facts.state)),) if named else ()


def closed_form(facts: Facts, rows: pd.DataFrame) -> tuple[Block, ...]:
    """Shares of labelled files in closed form, where there are such; none where a rule of publication hides figures."""
    if not facts.has("rogan_gladen") or "disclosure" in facts.read.attrs:
        return ()
    known = facts.post["rogan_gladen"].to_dataset()
    cells = []
    for area, period in zip(rows["area"].astype(str), rows["period"].astype(str), strict=True):
        here = known.sel(area=area, period=period)
        *shares, count = (float(here[name]) for name in CLOSED_PARTS)
        cells.append((_named(facts, area), period, *(f"{share:.2g}" for share in shares), numbers.number(count)))
    return (Table(CLOSED_HEADS, tuple(cells), CLOSED.format(state=facts.state)),)


def every_cell(facts: Facts) -> tuple[Block, ...]:
    """Intervals of every area and period, where the results do not show them already."""
    if len(facts.focus) == 1 or facts.of_lists:
        return ()
    return tuple(interval_table(facts, quantity, facts.table) for quantity in facts.quantities)


def interval_table(facts: Facts, quantity: str, rows: pd.DataFrame) -> Table:
    """Median and three intervals of a quantity, one row a cell; limits alone where there is no distribution."""
    found = {mass: facts.limits(quantity, mass) for mass in MASSES}
    arrays = {mass: {end: each.values for end, each in found[mass].items()} for mass in MASSES}
    masses = MASSES if "median" in arrays[MASSES[-1]] else MASSES[-1:]
    words = WORDS[quantity]
    heads = (
        "Area",
        "Period",
        "Reported",
        *(("Median",) if len(masses) > 1 else ()),
        *(_percent(mass) for mass in masses),
    )
    axes = facts.read["observed_data"].to_dataset()
    place = {name: {str(label): at for at, label in enumerate(axes[name].values)} for name in ("area", "period")}
    cells = []
    for row in with_hidden(facts, rows).to_dict("records"):
        at = place["area"][str(row["area"])], place["period"][str(row["period"])]
        digits = numbers.supported_digits(float(row["simulation_error"]))
        least = _least(row["reported"]) if quantity == "true_count" else 0.0
        middle = [numbers.number(float(arrays[masses[-1]]["median"][at]), digits)] if len(masses) > 1 else []
        ends = ((float(arrays[mass]["lower"][at]), float(arrays[mass]["upper"][at])) for mass in masses)
        listed = [numbers.interval(low, high, digits, least) for low, high in ends]
        cells.append((_named(facts, row["area"]), str(row["period"]), _reported(row["reported"]), *middle, *listed))
    caption = SEVERAL if len(masses) > 1 else LIMITS_ONLY
    exact = "quantiles" in facts.post.children and quantity in facts.post["quantiles"]
    said = caption.format(
        masses=", ".join(map(_percent, masses)),
        quantity=words,
        origin=COMPUTED if exact else DRAWN,
        digits=facts.all_digits,
        state=facts.state,
    )
    return Table(heads, tuple(cells), said)


def _percent(mass: float) -> str:
    return f"{100 * mass:g} %"


def _least(reported: object) -> float:
    """What the true count cannot be below, as far as the table tells."""
    return float(reported) if isinstance(reported, int | float | np.floating) and not np.isnan(reported) else 0.0


def _reported(value: object) -> str:
    return numbers.count(float(value)) if isinstance(value, int | float | np.floating) else str(value)


def _named(facts: Facts, area: object) -> str:
    return facts.account.names.get(str(area), str(area))


def over_time(facts: Facts) -> tuple[Block, ...]:
    """Each quantity by period."""
    named = [name for name in PARTS if f"periods_{name}" in facts.drawn]
    if not named:
        return ()
    figures = ((name, facts.drawn[f"periods_{name}"]) for name in named)
    pictures = (Picture(each, f"{sentence(WORDS[name])} {facts.state}", alternative(each)) for name, each in figures)
    return (Paragraph(OVER_TIME), *pictures)


def beside(facts: Facts) -> tuple[Block, ...]:
    """What others publish, each figure next to the estimate of its area and period."""
    if facts.of_lists:
        return page_lists.beside(facts)
    others, table = facts.account.beside, facts.table
    if others is None or "true_count_median" not in table:
        return ()
    ours = table[["area", "period", "simulation_error", *(f"true_count_{end}" for end in ENDS)]]
    both = others.rename(columns={"value": "published"}).merge(ours, on=["area", "period"])
    for end, against in zip(ENDS, ("median", "upper", "lower"), strict=True):
        both[f"published_over_estimate_{end}"] = both["published"] / both[f"true_count_{against}"]
    columns = [
        "area",
        "period",
        "by",
        "published",
        *(f"true_count_{end}" for end in ENDS),
        *(f"published_over_estimate_{end}" for end in ENDS),
        "simulation_error",
    ]
    text = BESIDE.format(counts="; ".join(dict.fromkeys(others["counts"])))
    caption = f"Two different quantities side by side. {facts.state}"
    return Paragraph(text), printed(both[columns], caption, names=facts.account.names)


def exhibits(facts: Facts) -> tuple[tuple[str, tuple[Block, ...]], ...]:
    """Further tables and figures, each under its heading."""
    found = []
    for each in facts.account.exhibits:
        blocks: list[Block] = [Paragraph(text) for text in each.text]
        caption = f"{each.caption} {facts.state}".strip()
        if each.figure is not None:
            blocks.append(Picture(each.figure, caption, alternative(each.figure) or f"{each.heading}. {each.caption}"))
        if len(each.table):
            blocks.append(printed(each.table, caption, names=facts.account.names))
        found.append((each.heading, tuple(blocks)))
    return tuple(found)
