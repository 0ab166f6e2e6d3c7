"""The lists behind a report: their sizes, the patterns in which people are on them, the models compared, and prior weights swept."""

import numpy as np
import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.plots.wording import plural
from estimators.rendering.document import Block, Paragraph, Points, Table
from estimators.reports.facts import Facts
from estimators.reports.list_words import met_again, words_of
from estimators.reports.needs import LIST_CHECKS

MOST, BEST = 40, 12  # patterns and models that have a row each
LEAST = 0.01  # share on a list that the table of tipping points ends with
FAR = 3.0  # standard deviations of a Poisson count
PEOPLE = (
    "{listed} people are on at least one of {lists}; {several} of them on more than one. {patterns} of {possible} possible patterns have "
    "somebody."
)
AGREE = (
    "Expected is what the fitted model has in a pattern. {far} of {all} patterns are further from it than three standard deviations of "
    "chance. A good fit says nothing of those on no list."
)
SIZES, PATTERNS = "The lists. {state}", "People by the lists they are on, the largest pattern first. {state}"
OTHERS = "{others} other patterns together"
CAUGHT = "{listed} people were met once or more. {state}"
MODELS = (
    "The best {shown} of {all} models, by weight or criterion; each with the true count that it alone would give and its 95 % interval. "
    "{state}"
)
BEST_MODELS = "The best {shown} of {all} models, by weight or criterion. {state}"
SWEEP = "The prior weight of a cell, δ, moved: medians and 95 % intervals. {state}"
SWEEP_HEADS = ("δ", "True count", "Weight of the graph that joins all lists", "Best graph", "Its weight")
TIPPING = (
    "Each true count and the share on a list that it needs. It is arithmetic on the number of people listed, and makes no true count "
    "likely. {state}"
)
NO_CHECKS = "No check by refitting is known for people met again."
NO_CHECK = "“{what}” was not run: call estimators.{call} and show it by estimators.reports.list_exhibits."
RAN = "“{what}” stands in a section of its own."
COLUMNS = {"true_count_median": "True count", "point": "True count", "criterion": "Criterion", "weight": "Weight",
           "probability": "Probability"}  # fmt: skip


def data(facts: Facts) -> tuple[Block, ...]:
    """Sizes of the lists and people in each pattern; of one list how often people were met."""
    if not facts.of_lists:
        return ()
    group = facts.post["lists"].to_dataset()
    if "captures" in group.dims:
        return (_caught(facts, group),)
    on, count = group["on"].values, group["count"].values
    several = on.sum(axis=1) > 1
    told = PEOPLE.format(
        listed=numbers.count(count.sum()),
        lists=plural(on.shape[1], "list"),
        several=numbers.count(count[several].sum()),
        patterns=int((count > 0).sum()),
        possible=f"{2 ** on.shape[1] - 1:,}",
    )
    agree = (Paragraph(agreement(facts)),) if "fitted" in group else ()
    return (Paragraph(told), _sizes(facts, group), *agree, _patterns(facts, group))


def agreement(facts: Facts) -> str:
    """How many patterns are far from what the fitted model has in them; empty where it says nothing of patterns."""
    group = facts.post["lists"].to_dataset()
    if "fitted" not in group:
        return ""
    count, fitted = group["count"].values, group["fitted"].values
    far = np.abs(count - fitted) > FAR * np.sqrt(np.maximum(fitted, 1e-9))
    return AGREE.format(far=int((far & (np.abs(count - fitted) > 1.0)).sum()), all=len(count))


def _sizes(facts: Facts, group: xr.Dataset) -> Table:
    on, count = group["on"].values, group["count"].values
    alone = on & (on.sum(axis=1) == 1)[:, None]
    share = [numbers.percent(float(count[row].sum() / count.sum())) for row in on.T]
    rows = tuple(
        (str(name), *(numbers.count(count[held[:, at]].sum()) for held in (on, alone)), share[at])
        for at, name in enumerate(group["list"].values)
    )
    return Table(("List", "People", "On no other list", "Share of all listed"), rows, SIZES.format(state=facts.state))


def _patterns(facts: Facts, group: xr.Dataset) -> Table:
    fitted = [group["fitted"].values] if "fitted" in group else []
    order = np.argsort(-group["count"].values, kind="stable")
    most = MOST if len(order) > MOST + 1 else len(order)
    named = [(str(group["pattern"].values[at]), at) for at in order[:most]]
    rows = [(name, *_people(group, fitted, [at])) for name, at in named]
    if len(order) > most:
        rows.append((OTHERS.format(others=len(order) - most), *_people(group, fitted, list(order[most:]))))
    heads = ("On these lists and no other", "People", *(("Expected",) if fitted else ()))
    return Table(heads, tuple(rows), PATTERNS.format(state=facts.state))


def _people(group: xr.Dataset, fitted: list[np.ndarray], places: list[int]) -> tuple[str, ...]:
    expected = tuple(numbers.number(float(each[places].sum()), 3) for each in fitted)
    return (numbers.count(group["count"].values[places].sum()), *expected)


def _caught(facts: Facts, group: xr.Dataset) -> Table:
    fitted = [group["fitted"].values] if "fitted" in group else []
    times = group["captures"].values
    rows = tuple((str(int(each)), *_people(group, fitted, [at])) for at, each in enumerate(times))
    heads = ("Times met", "People", *(("Expected",) if fitted else ()))
    caption = CAUGHT.format(listed=numbers.count(group["count"].values.sum()), state=facts.state)
    return Table(heads, rows, caption)


def models(facts: Facts) -> tuple[Block, ...]:
    """The models that were compared, and the sweep over prior weights, where the result has them."""
    if not facts.of_lists:
        return ()
    return (*(_models(facts) if facts.has("models") else ()), *(_sweep(facts) if facts.has("sweep") else ()))


def _models(facts: Facts) -> tuple[Block, ...]:
    group = facts.post["models"].to_dataset()
    known = [str(name) for name in COLUMNS if name in group and group[name].dims == ("model",)]
    names = group["terms" if "terms" in group else "model"].values
    rows = []
    for at in range(min(BEST, group.sizes["model"])):
        cells = [_model_cell(group, name, at) for name in known]
        rows.append((str(names[at]).replace(" with ", " × "), *cells))
    counted = [int(group.attrs[name]) for name in ("graphs", "considered", "models_compared") if name in group.attrs]
    words = MODELS if {"true_count_median", "point"} & set(known) else BEST_MODELS
    caption = words.format(shown=len(rows), all=f"{(counted or [len(names)])[0]:,}", state=facts.state)
    return (Table(("Links between lists", *(COLUMNS[name] for name in known)), tuple(rows), caption),)


def _model_cell(group: xr.Dataset, name: str, at: int) -> str:
    value, stem = float(group[name].values[at]), name.removesuffix("point").removesuffix("median")
    if f"{stem}lower" in group:
        low, high = (float(group[f"{stem}{end}"].values[at]) for end in ("lower", "upper"))
        return numbers.estimate(value, low, high)
    if name in ("weight", "probability"):
        return numbers.percent(value)
    return f"{value:,.1f}" if name == "criterion" else numbers.number(value)


def _sweep(facts: Facts) -> tuple[Block, ...]:
    rows = []
    for row in facts.post["sweep"].to_dataset().to_dataframe().reset_index().to_dict("records"):
        middle, low, high = (float(row[f"true_count_{end}"]) for end in ("median", "lower", "upper"))
        joined, best = (numbers.percent(float(row[name])) for name in ("weight_of_joined", "weight_of_best"))
        rows.append(
            (f"{float(row['delta']):.3g}", numbers.estimate(middle, low, high), joined, str(row["best_graph"]), best)
        )
    return (Table(SWEEP_HEADS, tuple(rows), SWEEP.format(state=facts.state)),)


def tipping(facts: Facts, table: pd.DataFrame) -> tuple[Block, ...]:
    """The share on a list that each true count needs."""
    known = table[table["area"] == table["area"].iloc[-1]] if len(table) else table
    rows = tuple(
        (numbers.count(row["true_count"]), numbers.one_in(row["reporting_probability"], 3))
        for row in known[known["reporting_probability"] >= LEAST].to_dict("records")
    )
    heads = ("True count", words_of(facts).needs)
    return (Table(heads, rows, TIPPING.format(state=facts.state)),) if rows else ()


def checks(facts: Facts) -> tuple[Block, ...]:
    """Which of the checks by refitting stand in the report, and which were not run."""
    return (Points(check_lines(facts)),)


def check_lines(facts: Facts) -> tuple[str, ...]:
    """One line for each check of lists: that it is there, or the call that runs it."""
    if met_again(facts):
        return (NO_CHECKS,)
    shown = {exhibit.name for exhibit in facts.account.exhibits}
    return tuple(
        RAN.format(what=heading) if name.replace(" ", "_") in shown else NO_CHECK.format(what=heading, call=call)
        for name, (heading, call) in LIST_CHECKS.items()
    )
