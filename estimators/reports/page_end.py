"""The end of a report: limits, sources, what is needed to make it again, and what it could not show."""

import json
from typing import Any

from estimators.rendering.document import Block, Paragraph, Points
from estimators.reports import audit_tables, page_lists
from estimators.reports.facts import Facts
from estimators.reports.needs import missing
from estimators.reports.verdicts import sentence, verdict_sentence
from estimators.reports.whole import UNRECORDED, listed

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
    manifest = Points(manifest_lines(facts))
    given = facts.account.sources
    return (manifest,) if given is None else (audit_tables.sources_table(given), manifest)


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
