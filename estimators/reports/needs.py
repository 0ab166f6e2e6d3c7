"""What a report needs of a result, and how it says that something was not there."""

from estimators.reports.facts import SYNTHESIS, Facts
from estimators.reports.verdicts import sentence

LEFT_OUT = "“{what}” is left out: the result has no group “{groups}”."
NOT_RUN = "“{what}” was not run: call {call} and give what it returns to publication(…, findings=…)."
SEVERAL_NOT_RUN = "Not run: {what}. Call {call} and give what it returns to publication(…, findings=…)."
NOT_DRAWN = "The figure “{what}” is not drawn: {reason}"
NO_FORMULA = (
    "“The model in formulas” does not cover {name}: its formula is not known to the report, and its own description stands "
    "instead."
)
NOTHING_MISSING = "Nothing is missing."
CHECK = "estimators.check(model, evidence, post, seed=…)"
SCALING = "estimators.checks.sensitivity.power_scaling_finding(post)"

RESULTS = "posterior or quantiles or estimate"
NEEDS = {  # what is shown: the group behind it
    "Figures and missing cells": "observed_data",
    "First and last day of the periods, and the population": "constant_data",
    "Kinds of figure, by stream": "figures",
    "Priors, each with its reason": "priors",
    "Results with intervals of 50, 80 and 95 %": RESULTS,
    "Posterior draws: totals, densities and probabilities of each value": "posterior",
    "Quantiles that are computed and not simulated": "quantiles",
    "Means and standard deviations that are computed and not simulated": "moments",
    "The reporting probability before and after the figures": "prior",
    "Verdict, anchor budget, conflict and power": "anchors or estimate",
    "Each anchor beside all the others": "anchors",
    "Null directions and contraction": "likelihood",
    "State of the sampler": "sample_stats",
    "Figures beside their predictions": "posterior_predictive",
    "Predictions of each figure from all the others": "log_likelihood",
    "Density of the priors by named group, which power scaling reads": "log_prior",
}

NEEDS_OF_LISTS = {
    "Results with intervals of 50, 80 and 95 %": RESULTS,
    "Models compared, each with its weight": "models",
}
LIST_CHECKS = {  # finding: its heading, and the call that makes it
    "methods compared": ("All methods side by side", "compare_lists(lists, seed=…)"),
    "lists hidden": ("Each list hidden and predicted", "hide_lists(estimator, lists, seed=…)"),
    "lists left out": ("Without each list", "drop_lists(estimator, lists, seed=…)"),
    "lists merged": ("Two lists as one", "merge_lists(estimator, lists, seed=…)"),
    "lists added": ("Lists added one by one", "add_lists(estimator, lists, seed=…)"),
    "assumption moved": ("The assumption moved", "sweep_assumption(estimator, lists, seed=…)"),
}

FROM_CHECKS = {  # finding: its heading, and the call that makes it where that is not the whole of the checks
    "leave one source out": ("Each source left out", CHECK),
    "leave one area out": ("Each area left out", CHECK),
    "node split": ("Each source against what the others predict", CHECK),
    "power scaling": ("Power scaling of the priors", SCALING),
    "placebo source": ("A source replaced by noise", CHECK),
    "tipping table": ("Assumptions held at values", CHECK),
    "prior predictive": ("Prior predictive check", CHECK),
    "posterior predictive": ("Posterior predictive check", CHECK),
    "reported rates": ("Accuracy of predicted reported rates", CHECK),
}


def missing(facts: Facts) -> tuple[str, ...]:
    """One line for each thing that the report could not show."""
    lines = [
        LEFT_OUT.format(what=what, groups=groups)
        for what, groups in (NEEDS_OF_LISTS if facts.of_lists else NEEDS).items()
        if not facts.has(groups) and not _independent(facts, groups)
    ]
    lines += [NO_FORMULA.format(name=name) for name in facts.refused.get("formulas", "").split("\n") if name]
    lines += [
        NOT_DRAWN.format(what=what, reason=sentence(why)) for what, why in facts.refused.items() if what != "formulas"
    ]
    lines += not_run(facts)
    return tuple(lines) or (NOTHING_MISSING,)


def not_run(facts: Facts) -> list[str]:
    """The checks that refit a synthesis and were not given, one line a call that makes them."""
    if facts.estimator != SYNTHESIS:
        return []
    calls: dict[str, list[str]] = {}
    for name, (heading, call) in FROM_CHECKS.items():
        if name not in facts.findings:
            calls.setdefault(call, []).append(heading)
    return [SEVERAL_NOT_RUN.format(what="; ".join(headings), call=call) for call, headings in calls.items()]


def _independent(facts: Facts, groups: str) -> bool:
    """Draws of an exact engine have no sampler whose state could be missing."""
    return groups == "sample_stats" and facts.read.attrs["engine"] == "exact"
