"""Answers that several checklists share, each computed from the result."""

from collections.abc import Callable

from estimators import numbers
from estimators.plots.wording import plural
from estimators.reports.checklist import Answer, from_author, unavailable
from estimators.reports.facts import SYNTHESIS, Facts
from estimators.reports.needs import CHECK, FROM_CHECKS, NOT_RUN, RESULTS
from estimators.reports.page_checks import RARE, extremes
from estimators.reports.page_end import draws_in_all
from estimators.reports.page_model import written
from estimators.reports.page_opening import counted
from estimators.reports.whole import UNRECORDED, listed

SCALED = "{heading}: {status}. Each group is made a little weaker and stronger by reweighting; no prior is replaced."
WEIGHTED = "No chain: draws are independent, chosen by their weights. Section “Convergence”: {status}."
REFIT = "Not run: fit again with another prior and compare the two tables of estimates."
EXACT, WITHHELD = ("exact",), "withheld"


def estimand(facts: Facts) -> Answer:
    """Quantity, areas, first and last day."""
    if not facts.has("constant_data"):
        return unavailable("constant_data")
    constant, cells = facts.post["constant_data"].to_dataset(), facts.read["observed_data"].to_dataset()
    if not {"period_start", "period_end"} <= set(constant):
        return unavailable("constant_data")
    first, last = min(constant["period_start"].values.astype(str)), max(constant["period_end"].values.astype(str))
    areas, periods = plural(cells.sizes["area"], "area"), plural(cells.sizes["period"], "period")
    text = "Section “Question and estimand”: {counted}; {areas}, {periods}, {first} to {last}."
    return Answer(text.format(counted=counted(facts), areas=areas, periods=periods, first=first, last=last))


def figures_read(facts: Facts) -> Answer:
    """How many figures of which kinds."""
    if not facts.has("observed_data"):
        return unavailable("observed_data")
    observed = facts.post["observed_data"].to_dataset()
    known = int((observed["reported"].notnull() | observed["lower"].notnull()).sum())  # of xarray
    kinds = ", ".join(kind.replace("_", " ") for kind in facts.streams) or str(
        facts.post.attrs.get("indicator", "")
    ).replace("_", " ")
    text = "Section “Figures and missing cells”: {known} of {cells} cells with a figure; kinds of figure: {kinds}."
    return Answer(text.format(known=known, cells=observed["lower"].size, kinds=kinds))


def priors(facts: Facts) -> Answer:
    """Number of priors and of reasons; of a method without any, that there are none."""
    if not facts.has("priors"):
        if facts.estimator == "Bounds":
            return Answer("Bounds have no priors: a range is not a distribution.", "not applicable")
        return unavailable("priors")
    table = facts.post["priors"].to_dataset()
    reasons = sum(bool(str(reason).strip()) for reason in table["reason"].values) if "reason" in table else 0
    text = "Section “Priors”: {priors}, {reasons} of them with a reason."
    return Answer(text.format(priors=plural(table.sizes["prior_row"], "prior"), reasons=reasons))


def formulas(facts: Facts) -> Answer:
    """Number of formulas, or that none is known."""
    found = written(facts)
    if facts.estimator == SYNTHESIS and not facts.streams:
        return unavailable("figures")
    if found is None:
        return Answer(f"No formula of {facts.estimator} is known to the report.", "not available")
    text = "Section “The model”: {formulas} of {estimator}, each with its words, and the notation."
    return Answer(text.format(formulas=plural(len(found.formulas), "formula"), estimator=facts.estimator))


def words(facts: Facts) -> Answer:
    """How figures come about, in words."""
    said, found = formulas(facts), written(facts)
    if said.status != "filled" or found is None:
        return said
    text = "Section “The model”: {words} on how figures come about, {symbols} explained."
    return Answer(
        text.format(words=plural(len(found.words), "sentence"), symbols=plural(len(set(found.symbols)), "symbol"))
    )


def convergence(facts: Facts) -> Answer:
    """What the sampler's diagnostics say."""
    engine = facts.read.attrs["engine"]
    if not facts.has("sample_stats"):
        if engine in EXACT:
            return Answer(
                "No chain: the posterior is computed, or drawn independently, by engine “exact”.", "not applicable"
            )
        return unavailable("sample_stats")
    if engine == "laplace":
        return Answer(WEIGHTED.format(status=facts.checked.status), "not applicable")
    return Answer(f"Section “Convergence”: {facts.checked.status}. {facts.checked.text}")


def resolution(facts: Facts) -> Answer:
    """Effective draws, and what they do to the digits."""
    if not facts.has("posterior"):
        return unavailable("posterior")
    if not facts.has("sample_stats"):
        return convergence(facts)
    table, error = facts.checked.table, facts.error
    column = "effective_draws" if "effective_draws" in table else "ess_tail"
    least = float(table[column].min())
    text = (
        "Section “Convergence”: at least {least} effective draws; simulation error of limits at most {error}, significant digits: "
        "{digits}."
    )
    return Answer(text.format(least=numbers.count(least), error=numbers.percent(error), digits=facts.all_digits))


def predictions(facts: Facts) -> Answer:
    """How many figures the model does not expect."""
    for group in ("figures", "posterior_predictive", "log_likelihood"):
        if not facts.has(group):
            return unavailable(group)
    text = "Section “What the model does not expect”: {extremes} figures have a probability below {rare:g} given all the others."
    return Answer(text.format(extremes=extremes(facts), rare=RARE))


def intervals(facts: Facts) -> Answer:
    """For how many cells there are intervals, and how they are made."""
    if not facts.has(RESULTS) or not facts.quantities:
        return unavailable(RESULTS)
    estimated = int(facts.table["true_count_upper"].notna().sum()) if "true_count_upper" in facts.table else 0
    if not facts.has("posterior or quantiles"):
        return Answer(
            f"Section “Results”: limits of {plural(estimated, 'cell')}; there is no distribution, so no median."
        )
    return Answer(
        f"Section “Results”: medians and intervals of 50, 80 and 95 % for {plural(estimated, 'cell')}, limits rounded outward, "
        f"significant digits: {facts.all_digits}."
    )


def middle(facts: Facts) -> Answer:
    """Whether there is a median."""
    if facts.has("estimate") and not facts.has("posterior or quantiles"):
        return Answer("The method has no distribution, so there is no middle value.", "not applicable")
    return intervals(facts)


def finding(name: str) -> Callable[[Facts], Answer]:
    """The answer that a finding gives: its status, or that it was not run."""

    def answer(facts: Facts) -> Answer:
        heading, call = FROM_CHECKS.get(name, (name, CHECK))
        if name in facts.findings:
            said = SCALED if name == "power scaling" else "{heading}: {status}."
            return Answer(said.format(heading=heading, status=facts.findings[name].status))
        if facts.estimator != SYNTHESIS:
            return Answer(REFIT, "not run")
        return Answer(NOT_RUN.format(what=heading, call=call), "not run")

    return answer


def anchors_left_out(facts: Facts) -> Answer:
    """What becomes of the level without each anchor, in closed form."""
    if not facts.has("anchors"):
        return (
            unavailable("anchors or estimate")
            if not facts.has("estimate")
            else Answer("Bounds have no anchor.", "not applicable")
        )
    anchors = facts.post["anchors"].sizes["anchor"]
    if anchors < 2:
        return Answer("There is one anchor: without it there is no estimate at all, so nothing can be left out.")
    return Answer(
        f"Section “What fixes the level”: what the others say without each of {anchors} anchors, in closed form."
    )


def assumptions(facts: Facts) -> Answer:
    """Number of assumptions, and the verdict."""
    assumed = len(listed(facts.post, "assumptions"))
    if not assumed:
        return Answer("Not available: the result records no assumptions.", "not available")
    if not facts.has("anchors or estimate"):
        return unavailable("anchors or estimate")
    return Answer(
        f"Section “Limits”: {plural(assumed, 'assumption')}; verdict on identification: {facts.told.verdict}."
    )


def software(facts: Facts) -> Answer:
    """Versions and revision."""
    known = [name for name in facts.post.attrs if str(name).endswith("_version")]
    if not known:
        return Answer("Not available: the result records no versions.", "not available")
    revision = facts.post.attrs.get("git_revision", UNRECORDED)
    return Answer(
        f"Section “Sources and reproducibility”: versions of {plural(len(known), 'program')}, revision {revision}."
    )


def seed_and_hash(facts: Facts) -> Answer:
    """What identifies figures and draws."""
    seed, known = facts.post.attrs.get("seed"), facts.post.attrs.get("evidence_hash")
    if seed is None or not known:
        return Answer("Not available: the result records no seed or no hash of the figures.", "not available")
    if WITHHELD in (seed, known):
        return Answer("Seed and hash of the figures are withheld by the rule of publication.", "not available")
    text = "Section “Sources and reproducibility”: seed {seed}, SHA-256 of the figures {known}."
    return Answer(text.format(seed=seed, known=str(known)[:12]))


def command(facts: Facts) -> Answer:
    """How the result was made."""
    if not facts.account.command:
        return from_author("No command was given: the author must say how to run the analysis.")
    return Answer(f"Section “Sources and reproducibility”: {facts.account.command}")


def engine(facts: Facts) -> Answer:
    """By what the posterior was computed."""
    reason = facts.post.attrs.get("engine_reason")
    if "engine" not in facts.post.attrs:
        return Answer("Not available: the result does not record its engine.", "not available")
    return Answer(
        f"Section “Sources and reproducibility”: engine {facts.post.attrs['engine']}, {draws_in_all(facts)} draws; {reason}."
    )


def narrower(facts: Facts) -> Answer:
    """How much of the contraction of the levels figures explain."""
    for group in ("likelihood", "posterior"):
        if not facts.has(group):
            return unavailable(group)
    if facts.contraction is None:
        return Answer("Not available: the result has no draws of its levels by themselves.", "not available")
    return Answer(f"Section “What fixes the level”: {facts.contraction.status}.")
