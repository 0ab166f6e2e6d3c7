"""Answers to items of checklists that a result of lists gives in its own way."""

import numpy as np

from estimators.plots.wording import plural
from estimators.reports.checklist import Answer, from_author
from estimators.reports.facts import Facts
from estimators.reports.list_tables import NO_CHECKS, agreement
from estimators.reports.list_words import met_again, words_of
from estimators.reports.needs import LIST_CHECKS
from estimators.reports.page_end import draws_in_all
from estimators.reports.page_lists import kind, where_and_when
from estimators.reports.page_model import written
from estimators.reports.whole import listed

NO_PRIORS = "The method has no priors: it is no Bayesian analysis."
NO_REFITS = "Not run: estimators.hide_lists, drop_lists, merge_lists, add_lists and sweep_assumption fit again."


def estimand(facts: Facts) -> Answer:
    """The people; where and when only the author can say."""
    where = where_and_when(facts)
    if not where:
        return from_author(
            "Section “Question and estimand” says whom; where and when is for the author: report(…, names={“all”: …}, period=…)."
        )
    return Answer(f"Section “Question and estimand”: {words_of(facts).counted}; {where}.")


def figures_read(facts: Facts) -> Answer:
    """How many people on how many lists."""
    people = float(facts.post["lists"]["count"].sum())
    text = "Section “The lists”: {people} people, {lists}, {patterns}; counts."
    sizes = facts.post["lists"].sizes
    patterns = plural(sizes.get("pattern", sizes.get("captures", 0)), "pattern")
    return Answer(text.format(people=f"{people:,.0f}", lists=plural(sizes.get("list", 1), "list"), patterns=patterns))


def other_inputs(facts: Facts) -> Answer:
    """Nothing but the lists, and the priors where there are any."""
    if facts.has("priors"):
        return priors(facts)
    return Answer(
        "The lists are all that was read. Sections “The model” and “What fixes the level”: what else the estimate rests on."
    )


def inputs_on_file(facts: Facts) -> Answer:
    """The patterns are in the result."""
    sizes = facts.post["lists"].sizes
    patterns = plural(sizes.get("pattern", sizes.get("captures", 0)), "pattern")
    return Answer(f"The result on file (estimators.save) holds the people in each of {patterns}.")


def candidates(facts: Facts) -> Answer:
    """All methods, where they stand in the report; else the models averaged."""
    shown = {exhibit.name for exhibit in facts.account.exhibits}
    if met_again(facts):
        return from_author("The result is of one method: the author must say which others were considered.")
    if "methods_compared" in shown:
        return Answer(
            "Sections “All methods side by side” and “What each method rests on”; why this one is reported the author says in the question."
        )
    if facts.has("models"):
        return Answer(
            "Section “Models and weights”: the models that the method compares. Other methods: estimators.compare_lists."
        )
    return from_author(
        "The result is of one method: the author must say which others were considered; estimators.compare_lists fits them all."
    )


def performance(facts: Facts) -> Answer:
    """The checks that were shown, or the fit to the patterns."""
    shown = {exhibit.name for exhibit in facts.account.exhibits}
    there = [heading for name, (heading, _) in LIST_CHECKS.items() if name.replace(" ", "_") in shown]
    if there:
        return Answer(f"Checks by refitting, each in its section: {'; '.join(there)}.")
    found = agreement(facts)
    if met_again(facts):
        return Answer(found) if found else Answer(NO_CHECKS, "not run")
    return Answer(f"{found} {NO_REFITS}") if found else Answer(NO_REFITS, "not run")


def uncertainty(facts: Facts) -> Answer:
    """Which kind of interval, and what it leaves out."""
    return Answer(
        f"Accounted for: chance of the counts, by {kind(facts)}. Not: what “Limits” lists, the assumption that fixes the level first."
    )


def intervals(facts: Facts) -> Answer:
    """How many rows, and of which kind."""
    text = "Section “Results”: {rows}, {kind}, limits rounded outward, significant digits: {digits}."
    return Answer(text.format(rows=plural(len(facts.table), "row"), kind=kind(facts), digits=facts.digits))


def middle(facts: Facts) -> Answer:
    """The estimate, or the median."""
    return intervals(facts)


def priors(facts: Facts) -> Answer:
    """In the model, or none."""
    if facts.has("priors"):
        table = facts.post["priors"].to_dataset()
        reasons = int(np.sum([bool(str(text).strip()) for text in table["reason"].values]))
        text = "Section “Priors”: {priors}, {reasons} of them with a reason."
        return Answer(text.format(priors=plural(table.sizes["prior_row"], "prior"), reasons=reasons))
    if facts.has("estimate"):
        return Answer(NO_PRIORS, "not applicable")
    found = written(facts)
    return Answer("Section “The model”: the priors stand among its formulas.", "filled" if found else "not available")


def justified(facts: Facts) -> Answer:
    """Reasons in the table of priors; those of a fixed prior the author must give."""
    if facts.has("priors") or facts.has("estimate"):
        return priors(facts)
    return from_author("Section “The model” states the priors; why these, the author must say.")


def predicted_before(facts: Facts) -> Answer:
    """Nothing is drawn of the priors."""
    if facts.has("estimate"):
        return Answer(NO_PRIORS, "not applicable")
    return Answer("Not run: nothing predicts lists from the priors alone.", "not run")


def doubled(facts: Facts) -> Answer:
    """More draws, where limits are simulated."""
    if facts.has("estimate or quantiles"):
        return Answer("Limits are computed and not simulated: more draws would not move them.", "not applicable")
    draws = 2 * facts.post["posterior"].sizes.get("draw", 0)
    text = "Not run: fit again with twice the draws, estimators.Sampling(draws={draws}), and compare the two tables."
    return Answer(text.format(draws=draws), "not run")


def convergence(facts: Facts) -> Answer:
    """No chain, unless there is one."""
    if facts.has("sample_stats"):
        return Answer(f"Section “Convergence”: {facts.checked.status}. {facts.checked.text}")
    return Answer("No chain: limits are computed or drawn independently.", "not applicable")


def without_chains(facts: Facts) -> Answer:
    """By what it was computed."""
    return Answer(
        f"Section “Sources and reproducibility”: engine {facts.read.attrs['engine']}, {draws_in_all(facts)} draws."
    )


def predictions(facts: Facts) -> Answer:
    """People beside what the fitted model expects."""
    found = agreement(facts)
    if not found:
        return Answer("Not available: the method expects no number of people of each pattern.", "not available")
    return Answer(f"Section “The lists”: {found}")


def other_priors(facts: Facts) -> Answer:
    """The sweep over prior weights."""
    if facts.has("estimate"):
        return Answer(NO_PRIORS, "not applicable")
    if facts.has("sweep"):
        return Answer("Section “Models and weights”: the estimate under other prior weights of a cell.")
    return Answer("Not run: fit again with another prior and compare the two tables of estimates.", "not run")


def variances(facts: Facts) -> Answer:
    """Only one method of lists has variances with priors."""
    if facts.estimator == "BayesianLogLinear":
        return other_priors(facts)
    return Answer("The model has no variance that is estimated.", "not applicable")


def assumptions(facts: Facts) -> Answer:
    """Number of assumptions, and the verdict."""
    assumed = plural(len(listed(facts.post, "assumptions")), "assumption")
    return Answer(f"Section “Limits”: {assumed}; verdict on identification: {facts.told.verdict}.")


def bayesian(facts: Facts) -> Answer:
    """No reason is needed where the analysis is none."""
    return Answer(NO_PRIORS, "not applicable") if facts.has("estimate") else from_author()
