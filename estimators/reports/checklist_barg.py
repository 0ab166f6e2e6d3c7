"""BARG: what a report of a Bayesian analysis should hold; its steps in our own words."""

from estimators.plots.wording import plural
from estimators.reports import answers, list_answers
from estimators.reports.checklist import Answer, Checklist, Item, answered, from_author, unavailable
from estimators.reports.facts import Facts
from estimators.reports.page_end import draws_in_all

SOURCE = "Kruschke 2021, doi:10.1038/s41562-021-01177-7"
NO_DECISION = "No Bayes factor is computed and no hypothesis is decided on: p values, if any, are warnings."
NO_PRIORS = "Bounds have no priors: a range is not a distribution."


def _goals(facts: Facts) -> Answer:
    if not facts.account.question:
        return from_author("No question was given: publication(…, about=…) takes it.")
    return Answer(f"Section “Question and estimand”: {facts.account.question[0]}")


def _without_chains(facts: Facts) -> Answer:
    name = str(facts.read.attrs["engine"])
    return (
        Answer(f"Draws come from chains (engine {name}).", "not applicable")
        if name == "nuts"
        else answers.engine(facts)
    )


def _decisions(facts: Facts) -> Answer:
    """The report decides nothing; a finding that does would be listed."""
    return (
        Answer(NO_DECISION, "not applicable")
        if "bayes factor" not in facts.findings
        else Answer(facts.findings["bayes factor"].text)
    )


def _broad(facts: Facts) -> Answer:
    scaled = answers.finding("power scaling")(facts)
    if scaled.status == "filled" or facts.has("priors"):
        return scaled
    return Answer(NO_PRIORS, "not applicable") if facts.has("estimate") else unavailable("priors")


def _saved(facts: Facts) -> Answer:
    if not facts.has("posterior or quantiles or estimate"):
        return unavailable("posterior or quantiles or estimate")
    text = "The result goes to one file (estimators.save) with {draws} draws in {groups}."
    return Answer(text.format(draws=draws_in_all(facts), groups=plural(len(facts.post.children), "group")))


ITEMS = (
    Item("0a", "Why a Bayesian analysis", None, list_answers.bayesian),
    Item("0b", "What the analysis is for", _goals),
    Item("1a", "What the data are and on which scale", answers.figures_read, list_answers.figures_read),
    Item("1b", "The likelihood and its parameters, in words", answers.words),
    Item("1c", "The priors and their reasons", answers.priors, list_answers.justified),
    Item("1d", "The model in formulas", answers.formulas),
    Item(
        "1e",
        "What the priors predict before any data",
        answers.finding("prior predictive"),
        list_answers.predicted_before,
    ),
    Item("2a", "Which software, in which version", answers.software),
    Item("2b", "Whether chains converged", answers.convergence, list_answers.convergence),
    Item("2c", "How many effective draws there are", answers.resolution, list_answers.convergence),
    Item("2d", "How it was computed if not by chains", _without_chains, list_answers.without_chains),
    Item("3a", "Whether the posterior predicts the data", answers.predictions, list_answers.predictions),
    Item(
        "3b", "The posterior of the quantities of interest, with intervals", answers.intervals, list_answers.intervals
    ),
    Item("3c", "Bayes factors and probabilities of models, if any", _decisions),
    Item("4a", "Which decisions are made and by which rule, if any", _decisions),
    Item("4b", "Limits of practical equivalence or thresholds, if any", _decisions),
    Item("5a", "What broad priors in place of these would do", _broad, list_answers.other_priors),
    Item("5b", "What other informed priors would do", answers.anchors_left_out, list_answers.other_priors),
    Item("5c", "What becomes of decisions under other priors, if any", _decisions),
    Item("6a", "How to install what the analysis needs", answers.software),
    Item("6b", "Where script and data are", answers.command),
    Item("6c", "Whether a reader can run it again to the same numbers", answers.seed_and_hash),
    Item("6d", "The posterior on file", _saved),
)


def barg(facts: Facts) -> Checklist:
    """Fill the checklist."""
    return answered("BARG", SOURCE, ITEMS, facts)
