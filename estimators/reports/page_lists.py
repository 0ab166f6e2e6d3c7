"""The pages of a report that differ where the result is one of lists: people on lists and on none, not events of areas and periods."""

import json
from collections.abc import Iterator

import numpy as np
import xarray as xr

from estimators import numbers
from estimators.plots import alternative
from estimators.rendering.document import Banner, Block, Paragraph, Picture, Points, Table
from estimators.reports.facts import MASSES, Facts
from estimators.reports.list_rows import EVERYONE, crossed, everybody, first_cells, labels, list_names, rows
from estimators.reports.list_words import words_of
from estimators.reports.verdicts import NOT_PUBLISHABLE, sentence, verdict_sentence

TOLD = "{estimate} people in all, {kind}."
MEDIAN, LIMITS = "median and {probability:g} % interval", "estimate and limits ({interval})"
FIRST = "Before the number is used:"
NO_CAUTION = "The method gives no warning of its own. That is no proof that its assumptions hold."
WHEN = "Where and when: {where}."
DEFINED = (
    "Definition: that of the lists ({names}). Whoever could be on none of them, whatever happened, is in no estimate."
)
STRATA = "Strata: {names}. Their sum stands beside them."
CAPTION = "{kind}, limits rounded outward. {state}"
MEDIANS, OF_METHOD = "Medians and {probability:g} % intervals", "Estimates and limits ({interval})"
RESULTS = "Medians and intervals of {masses}, limits rounded outward. {state}"
MOMENTS = "Mean of the true count {mean}, standard deviation {sd}: where one is ∞ it does not exist, and medians alone can be read."
MORE = "What else the method computes. {state}"
BESIDE = "What others publish of the same population, beside the estimate. Where their lists are the same, agreement is no confirmation."
HEADS_BESIDE = ("By", "What is counted", "Published", "Here")
# Numbers of people: none stands without its interval.
PEOPLE = ("point", "lower", "upper", "unlisted", "mean", "plug_in", "at_independence")


def first_page(facts: Facts) -> tuple[Block, ...]:
    """Banners, cautions, the answer, what it rests on, and the table."""
    blocks: list[Block] = [] if facts.publishable else [Banner(NOT_PUBLISHABLE, facts.checked.text)]
    blocks.append(Banner(facts.told.verdict, verdict_sentence(facts.told)))
    blocks += [*map(Paragraph, (*answer(facts), *others(facts))), *warned(facts)]
    if "forest" in facts.drawn:
        figure = facts.drawn["forest"]
        blocks.append(Picture(figure, f"Each stratum and their sum. {facts.state}", alternative(figure)))
    return (*blocks, estimates(facts))


def answer(facts: Facts) -> list[str]:
    """The estimate, how many of them are listed, and what tells of the others."""
    found, words = everybody(facts), words_of(facts)
    (point, lower, upper), listed = found.quantities[0]
    told = TOLD.format(estimate=found.whole(facts.digits)[0], kind=kind(facts))
    ways = ((point, "nearest"), (lower, "down"), (upper, "up"))
    shares = [f"1 in {numbers.number(each / listed, facts.digits, way)}" for each, way in ways] if listed else [""] * 3
    known = np.isfinite([point, lower, upper]).all() and listed > 0
    seen = words.seen.format(listed=numbers.count(listed), share=shares[0], low=shares[1], high=shares[2])
    where = where_and_when(facts)
    return [
        f"{where}: {told}" if where else told,
        seen if known else words.alone.format(listed=numbers.count(listed)),
        rested(facts),
    ]


def others(facts: Facts) -> list[str]:
    """What all methods say together, where they stand in the report."""
    return [exhibit.text[0] for exhibit in facts.account.exhibits if exhibit.name == "methods_compared"]


def where_and_when(facts: Facts) -> str:
    """Place and period in the author's words; empty where neither was told."""
    return ", ".join(filter(None, (facts.account.names.get(EVERYONE, ""), facts.account.when)))


def rested(facts: Facts) -> str:
    """That and what the level rests on."""
    return words_of(facts).rests.format(rests_on=rests_on(facts))


def rests_on(facts: Facts) -> str:
    """The assumption that fixes the level."""
    return crossed(str(facts.post["lists"].attrs["rests_on"]), list_names(facts))


def cautions(facts: Facts) -> tuple[str, ...]:
    """What a reader must know before the figure is used."""
    told = json.loads(str(facts.post["lists"].attrs["cautions"]))
    return tuple(sentence(crossed(str(text), list_names(facts))) for text in told)


def warned(facts: Facts) -> tuple[Block, ...]:
    """The cautions of the method and of checks that were run, or that there is none."""
    checked = tuple(exhibit.before_use for exhibit in facts.account.exhibits if exhibit.before_use)
    found = (*cautions(facts), *checked)
    return (Paragraph(FIRST), Points(found)) if found else (Paragraph(NO_CAUTION),)


def kind(facts: Facts) -> str:
    """Median and interval, or estimate and limits with their kind."""
    if _drawn(facts):
        return MEDIAN.format(probability=100 * MASSES[-1])
    return LIMITS.format(interval=str(facts.post["estimate"].attrs["interval"]))


def estimates(facts: Facts) -> Table:
    """Everybody and each stratum: listed, true count, on no list, share on a list."""
    found = zip(first_cells(facts), rows(facts), strict=True)
    cells = tuple((*name, numbers.count(each.listed), *each.whole(facts.digits)) for name, each in found)
    interval = "" if _drawn(facts) else str(facts.post["estimate"].attrs["interval"])
    said = (MEDIANS if _drawn(facts) else OF_METHOD).format(probability=100 * MASSES[-1], interval=interval)
    return Table(
        (*_head(facts), words_of(facts).column, *words_of(facts).rows),
        cells,
        CAPTION.format(kind=said, state=facts.state),
    )


def estimand_lines(facts: Facts) -> tuple[str, ...]:
    """A stock of people, where and when, unit and definition."""
    where, names = where_and_when(facts), [name for name in labels(facts) if name != EVERYONE]
    strata = [STRATA.format(names=", ".join(facts.account.names.get(name, name) for name in names))] if names else []
    defined = [DEFINED.format(names=", ".join(list_names(facts)))] if list_names(facts) else []
    words = words_of(facts)
    placed = WHEN.format(where=where) if where else words.nowhere
    return (words.estimand, placed, *strata, words.quantities, words.unit, *defined)


def results(facts: Facts) -> tuple[Block, ...]:
    """Three intervals of a posterior; of a method without one what else it computes."""
    if _drawn(facts):
        return (_intervals(facts), *_moments(facts))
    more = [(str(name).replace("_", " "), float(values.values.ravel()[0])) for name, values in _further(facts)]
    cells = tuple((name, numbers.number(value, 3)) for name, value in more)
    return (estimates(facts), *((Table(("Figure", "Value"), cells, MORE.format(state=facts.state)),) if cells else ()))


def beside(facts: Facts) -> tuple[Block, ...]:
    """What others publish: columns by, counts, and value, lower, upper, as far as they are known."""
    others = facts.account.beside
    if others is None or not len(others):
        return ()
    here, cells = everybody(facts).whole(facts.digits)[0], []
    for row in others.reindex(columns=["by", "counts", "value", "lower", "upper"]).to_dict("records"):
        value, low, high = (float(row[name]) for name in ("value", "lower", "upper"))
        span = "" if np.isnan(low) or np.isnan(high) else f"{numbers.count(low)} – {numbers.count(high)}"
        alone = span if np.isnan(value) else numbers.count(value)
        both = f"{numbers.count(value)} ({span})" if span and not np.isnan(value) else alone
        cells.append((str(row["by"]), str(row["counts"]), both, here))
    return Paragraph(BESIDE), Table(HEADS_BESIDE, tuple(cells), f"Published and here. {facts.state}", words=True)


def _intervals(facts: Facts) -> Table:
    found, middle = [rows(facts, mass) for mass in MASSES], [each.middle(facts.digits) for each in rows(facts)]
    cells: list[tuple[str, ...]] = []
    for at, name in enumerate(first_cells(facts)):
        spans = [each[at].span(facts.digits) for each in found]
        cells += [(*name, *each) for each in zip(words_of(facts).rows, middle[at], *spans, strict=True)]
    shown = [f"{100 * mass:g} %" for mass in MASSES]
    heads = (*_head(facts), "Quantity", "Median", *shown)
    return Table(heads, tuple(cells), RESULTS.format(masses=", ".join(shown), state=facts.state))


def _head(facts: Facts) -> tuple[str, ...]:
    return ("Stratum",) if len(labels(facts)) > 1 else ()


def _moments(facts: Facts) -> tuple[Block, ...]:
    if not facts.has("moments") or len(labels(facts)) > 1:
        return ()
    found = facts.post["moments"].to_dataset()["true_count"].squeeze()
    mean, sd = (numbers.number(float(found.sel(moment=name)), 3) for name in ("mean", "sd"))
    return (Paragraph(MOMENTS.format(mean=mean, sd=sd)),)


def _further(facts: Facts) -> Iterator[tuple[str, xr.DataArray]]:
    group = facts.post["estimate"].to_dataset()
    return ((str(name), group[name]) for name in group if name not in PEOPLE and group[name].size == 1)


def _drawn(facts: Facts) -> bool:
    return not facts.has("estimate")
