"""The end of a report: limits, sources, what is needed to make it again, and what it could not show."""

import json
from typing import Any

from estimators.rendering.document import Block, Paragraph, Points, Table
from estimators.reports import audit_tables, page_lists
from estimators.reports.facts import Facts
from estimators.reports.needs import missing
from estimators.reports.page_level import in_words
from estimators.reports.verdicts import sentence, verdict_sentence
from estimators.reports.whole import UNRECORDED, listed

HEADS = ("What", "Whose, and made of what", "What it does here")
OTHERS = "Statements and figures that are not among the figures read."
LEVEL, BESIDE, SHOWN = "fixes the level", "stands beside the estimates", "stands in its section"
PRIOR, NO_REASON = "prior on ", "not recorded"
GRANTED = "What this report takes for granted:"
LIMIT = "Verdict: {verdict}. {meaning}"
MISSED = "{missing} of {cells} cells have no figure and no estimate."
PREDICTED = (
    "{missing} of {cells} cells have no figure; the estimates that stand there are predictions from the other cells."
)
COMMAND = "Command: {command}"
RUN = "Seed {seed}, engine {engine}, {draws} draws; {limits}."
HASH = "SHA-256 of the figures: {hash}."
VERSIONS = "Versions: {versions}."
REVISION = "Revision: {revision}."
COMPUTED, SIMULATED = "limits are computed, not simulated", "limits are quantiles of the draws"


def limitations(facts: Facts) -> tuple[Block, ...]:
    """Verdict, missing figures and assumptions."""
    lines = [LIMIT.format(verdict=facts.told.verdict, meaning=verdict_sentence(facts.told))]
    observed = facts.post["observed_data"].to_dataset() if facts.has("observed_data") else None
    if observed is not None:
        without = int((observed["lower"].isnull() & observed["reported"].isnull()).sum())  # of xarray
        lines += [_about_missing(facts).format(missing=without, cells=observed["lower"].size)] if without else []
    if facts.of_lists:
        lines += [page_lists.rested(facts), *page_lists.cautions(facts)]
    assumed = tuple(sentence(text) for text in listed(facts.post, "assumptions"))
    return (*map(Paragraph, lines), *((Paragraph(GRANTED), Points(assumed)) if assumed else ()))


def sources(facts: Facts) -> tuple[Block, ...]:
    """Where the figures come from, and the manifest."""
    given = facts.account.sources
    tables = () if given is None else (audit_tables.sources_table(given),)
    return (*tables, *said_by_others(facts), Points(manifest_lines(facts)))


def said_by_others(facts: Facts) -> tuple[Block, ...]:
    """Statements that are anchors, and figures that stand beside the estimates: none of them is a row of the evidence."""
    anchors = facts.post["anchors"].to_dataset() if facts.has("anchors") else None
    names = [] if anchors is None else anchors["anchor"].values.astype(str).tolist()
    reasons = (
        [NO_REASON] * len(names) if anchors is None or "reason" not in anchors else anchors["reason"].values.astype(str)
    )
    rows = [
        (name, in_words(facts, str(why)), LEVEL)
        for name, why in zip(names, reasons, strict=True)
        if not name.startswith(PRIOR)
    ]
    others = facts.account.beside
    if others is not None and {"by", "counts"} <= set(others):
        pairs = others[["counts", "by"]].drop_duplicates().to_dict("records")
        rows += [(str(row["counts"]), str(row["by"]), BESIDE) for row in pairs]
    rows += [(each.heading, each.origin, SHOWN) for each in facts.account.exhibits if each.origin]
    return (Table(HEADS, tuple(rows), OTHERS, words=True),) if rows else ()


def manifest_lines(facts: Facts) -> tuple[str, ...]:
    """Command, seed, engine, hash of the figures, versions and revision, as far as the result records them."""
    attributes, command = facts.post.attrs, facts.account.command
    versions = ", ".join(
        f"{str(name).removesuffix('_version')} {value}"
        for name, value in attributes.items()
        if str(name).endswith("_version")
    )
    run = RUN.format(
        seed=attributes.get("seed", UNRECORDED),
        engine=attributes.get("engine", UNRECORDED),
        draws=draws_in_all(facts),
        limits=COMPUTED if facts.has("quantiles or estimate") else SIMULATED,
    )
    return (
        *([COMMAND.format(command=command)] if command else []),
        run,
        HASH.format(hash=attributes.get("evidence_hash", UNRECORDED)),
        VERSIONS.format(versions=versions or UNRECORDED),
        REVISION.format(revision=attributes.get("git_revision", UNRECORDED)),
    )


def draws_in_all(facts: Facts) -> str:
    """Number of posterior draws, of all chains; as asked for where the draws are not there."""
    if facts.has("posterior"):
        sizes = facts.post["posterior"].sizes
        return f"{sizes.get('chain', 1) * sizes.get('draw', 1):,}"
    if facts.has("estimate"):
        return "no"
    try:
        sampling: Any = json.loads(str(facts.post.attrs.get("sampling", "{}")))
        return f"{int(sampling['draws']):,}"
    except (KeyError, TypeError, ValueError):
        return UNRECORDED


def not_shown(facts: Facts) -> tuple[Block, ...]:
    """One line for each thing that is missing."""
    return (Points(missing(facts)),)


def _about_missing(facts: Facts) -> str:
    """Whether cells without a figure have an estimate."""
    ends = [name for name in facts.table if str(name).endswith("_upper")]
    without = facts.table["reported"].isna()
    return PREDICTED if ends and facts.table.loc[without, ends].notna().any(axis=None) else MISSED
