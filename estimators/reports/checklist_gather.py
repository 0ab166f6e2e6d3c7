"""GATHER: what a report of estimates of health should hold; its 18 items in our own words."""

from estimators import numbers
from estimators.plots.wording import plural
from estimators.reports import answers, list_answers
from estimators.reports.checklist import Answer, Checklist, Item, answered, from_author, unavailable
from estimators.reports.facts import Facts
from estimators.reports.needs import CHECK, RESULTS

SOURCE = "Stevens et al. 2016, doi:10.1016/S0140-6736(16)30388-9"
REFITS = ("leave one source out", "power scaling", "tipping table", "multiverse")


def _sources(facts: Facts) -> Answer:
    if facts.account.sources is None:
        return from_author("No table of sources was given: publication(…, sources=evidence.source_table()).")
    text = "Section “Sources and reproducibility”: {sources} with indicators, first and last day and number of rows."
    return Answer(text.format(sources=plural(len(facts.account.sources), "source")))


def _other_inputs(facts: Facts) -> Answer:
    for group in ("constant_data", "anchors or estimate"):
        if not facts.has(group):
            return unavailable(group)
    known = "population" in facts.post["constant_data"]
    anchors = facts.post["anchors"].sizes["anchor"] if facts.has("anchors") else 0
    text = "Sections “What fixes the level” and “Priors”: {anchors}; population {known}."
    return Answer(text.format(anchors=plural(anchors, "absolute anchor"), known="read" if known else "not read"))


def _inputs_on_file(facts: Facts) -> Answer:
    if not facts.has("observed_data"):
        return unavailable("observed_data")
    cells = facts.post["observed_data"].to_dataset()["reported"].size
    rows = sum(len(facts.post["figures"][f"{kind} lower"]) for kind in facts.streams)
    text = "The result on file (estimators.save) holds {cells} of areas and periods and {rows} of single figures."
    return Answer(text.format(cells=plural(cells, "cell"), rows=plural(rows, "row")))


def _concept(facts: Facts) -> Answer:
    description = str(facts.post.attrs.get("description", ""))
    if not description:
        return Answer("Not available: the result records no description of its estimator.", "not available")
    return Answer(f"Section “The model”: an overview of {facts.estimator} in words and in its own description.")


def _candidates(facts: Facts) -> Answer:
    if "multiverse" in facts.findings:
        return Answer(f"Section “Sensitivity”: a multiverse, {facts.findings['multiverse'].status}.")
    return from_author(
        "The result is of one model: the author must say which others were considered and why this one was kept."
    )


def _performance(facts: Facts) -> Answer:
    predicted, given = answers.predictions(facts), [name for name in REFITS if name in facts.findings]
    if given:
        listed = "; ".join(f"{name}: {facts.findings[name].status}" for name in given)
        return Answer(f"Sections “Sensitivity” and “What the model does not expect”: {listed}.")
    if predicted.status != "filled":
        return predicted
    alone = answers.anchors_left_out(facts)
    if alone.status == "not available":
        return alone
    return Answer(f"{predicted.text} {alone.text} Refits were not run: {CHECK} runs them.")


def _uncertainty(facts: Facts) -> Answer:
    if not facts.has(RESULTS):
        return unavailable(RESULTS)
    stated = answers.priors(facts)
    if stated.status == "not available":
        return stated
    text = "Accounted for: chance of the counts; priors ({priors}); simulation, error at most {error}. Not: what “Limits” lists."
    return Answer(text.format(priors=stated.text, error=numbers.percent(facts.error)))


def _estimates_on_file(facts: Facts) -> Answer:
    if not facts.quantities:
        return unavailable(RESULTS)
    text = "estimators.summary gives the {rows} of the table of estimates, estimators.save the whole result."
    return Answer(text.format(rows=plural(len(facts.table), "row")))


def _existing(facts: Facts) -> Answer:
    others = facts.account.beside
    if others is None or not len(others):
        return from_author(
            "No published figures were given to compare with: the author must set the results beside what is known."
        )
    return Answer(
        f"Section “Beside what others publish”: {plural(len(others), 'published figure')}; the author adds what they mean."
    )


ITEMS = (
    Item("1", "What is estimated, of whom, where and for when", answers.estimand, list_answers.estimand),
    Item("2", "Who paid for the work"),
    Item("3", "How the data were found and obtained"),
    Item("4", "Which data were let in and which were left out, and why"),
    Item("5", "Every source of data with its main features", _sources),
    Item("6", "Which kinds of data may be biased, and how", answers.words),
    Item("7", "All other inputs, with their sources", _other_inputs, list_answers.other_inputs),
    Item("8", "The data in a form that a program can read, or why not", _inputs_on_file, list_answers.inputs_on_file),
    Item("9", "The method at a glance", _concept),
    Item("10", "Each step of the analysis, with formulas", answers.formulas),
    Item("11", "Which other models were tried, and how one was chosen", _candidates, list_answers.candidates),
    Item("12", "How well the model does, and how sensitive it is", _performance, list_answers.performance),
    Item("13", "How uncertainty was computed, what it covers and what not", _uncertainty, list_answers.uncertainty),
    Item("14", "Where to get the code", answers.software),
    Item("15", "The estimates in a form that a program can read", _estimates_on_file),
    Item("16", "The uncertainty of the estimates in numbers", answers.intervals, list_answers.intervals),
    Item("17", "The results beside other evidence, and why they changed since the last time", _existing),
    Item(
        "18",
        "What the estimates cannot tell, by their assumptions and data",
        answers.assumptions,
        list_answers.assumptions,
    ),
)


def gather(facts: Facts) -> Checklist:
    """Fill the checklist."""
    return answered("GATHER", SOURCE, ITEMS, facts)
