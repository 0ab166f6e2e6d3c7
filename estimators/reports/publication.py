"""The report of any result, from its tree alone: nothing is fitted again, and what the tree lacks is named."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import xarray as xr

from estimators.diagnostics import Finding
from estimators.errors import DataError, Problem
from estimators.plots.wording import plural
from estimators.rendering.document import Block, Report, Section
from estimators.reports import (
    list_tables,
    page_checks,
    page_data,
    page_end,
    page_level,
    page_model,
    page_opening,
    page_results,
)
from estimators.reports.account import Account, recalled, said
from estimators.reports.checklist import Checklist, checklist_blocks
from estimators.reports.checklist_appendix import robust, wambs
from estimators.reports.checklist_barg import barg
from estimators.reports.checklist_gather import gather
from estimators.reports.drawings import draw
from estimators.reports.exhibit import Exhibit
from estimators.reports.facts import Facts, gather_facts
from estimators.reports.verdicts import NOT_PUBLISHABLE
from estimators.reports.whole import whole

SUBTITLE, OF_LISTS = "{estimator} of {areas} and {periods}", "{estimator} of {lists}"
BEFORE: Mapping[str, Callable[[Facts], tuple[Block, ...]]] = {
    "": page_opening.first_page,
    "Question and estimand": page_opening.estimand,
}
AFTER: Mapping[str, Callable[[Facts], tuple[Block, ...]]] = {
    "Figures and missing cells": page_data.data,
    "The lists": list_tables.data,
    "The model": page_model.model,
    "Priors": page_model.priors,
    "Results": page_results.results,
    "Models and weights": list_tables.models,
    "Beside what others publish": page_results.beside,
    "Over time": page_results.over_time,
    "What fixes the level": page_level.level,
    "Sources and areas left out": page_checks.left_out,
    "Sensitivity": page_checks.sensitivity,
    "What the model does not expect": page_checks.unexpected,
    "Convergence": page_checks.convergence,
    "Limits": page_end.limitations,
    "Every area and period": page_results.every_cell,
    "Sources and reproducibility": page_end.sources,
    "Checklist GATHER": lambda facts: checklist_blocks(gather(facts)),
    "Checklist BARG": lambda facts: checklist_blocks(barg(facts)),
    "Appendix: checklist WAMBS": lambda facts: checklist_blocks(wambs(facts)),
    "Appendix: checklist ROBUST": lambda facts: checklist_blocks(robust(facts)),
    "What this report could not show": page_end.not_shown,
}


def publication(
    post: xr.DataTree,
    *,
    about: str = "",
    period: str = "",
    names: Mapping[str, str] | None = None,
    beside: pd.DataFrame | None = None,
    exhibits: Sequence[Exhibit] = (),
    sources: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
    findings: Sequence[Finding] = (),
) -> Report:
    """Compose the report of a result: question, data, model, results, what fixes the level, checks, limits, checklists.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`, of any estimator.
    about : str
        The first line is the title, the paragraphs after it say what is asked and of which figures; an indented one is the command. The
        docstring of an experiment is all that.
    period : str
        Which period the first page shows; by default the last in which most areas report. Of lists when they were made, in your words.
    names : mapping of str to str, optional
        Areas in words.
    beside : pandas.DataFrame, optional
        What others publish: columns area, period, value, by and counts, what is counted there.
    exhibits : sequence of Exhibit
        Further tables and figures.
    sources : pandas.DataFrame, optional
        ``evidence.source_table()``; by default what the result itself says, where it was saved by a report.
    table : pandas.DataFrame, optional
        ``estimators.summary(post)``, where it is known already.
    findings : sequence of Finding
        What `estimators.check` returned; a check that is not there is named with the call that runs it.

    Returns
    -------
    Report
        A value that renderers turn into files. A section whose group the result lacks is left out, and the last section says so. Where
        the result may not be published its `mark` says so, for every table and figure.

    Raises
    ------
    DataError
        No such period.
    ModelError
        The tree has no cells: it is no result.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494, area="MEX", period="2022"), seed=1)
    >>> report = publication(post, about="How many?")
    >>> [section.heading for section in report.sections][1:5]
    ['Question and estimand', 'Figures and missing cells', 'The model', 'Priors']
    >>> print(report.sections[0].blocks[1].text.partition(",  median")[0][:77])
    2022, MEX: 49,000 (13,000 – 190,000) true events behind victims identified, m
    """
    account = account_of(post, about, period, names, beside, exhibits, sources)
    return compose(gather_facts(post, account, table, findings))


def account_of(
    post: xr.DataTree,
    about: str,
    period: str,
    names: Mapping[str, str] | None,
    beside: pd.DataFrame | None,
    exhibits: Sequence[Exhibit],
    sources: pd.DataFrame | None,
) -> Account:
    """What the report is told, with the period that its first page shows."""
    title, question, command = said(about)
    listed = "lists" in post.children
    chosen = _chosen_period(post, "" if listed else period)
    sources = recalled(post) if sources is None else sources
    when = period or str(post.attrs.get("period_of_lists", "")) if listed else ""
    return Account(title, question, command, chosen, dict(names or {}), beside, tuple(exhibits), sources, when)


def compose(facts: Facts) -> Report:
    """Draw the figures and put the sections together; those without blocks are left out."""
    facts.drawn.update(draw(facts))
    exhibits = tuple(Section(heading, blocks) for heading, blocks in page_results.exhibits(facts))
    first, last = (tuple(Section(heading, make(facts)) for heading, make in part.items()) for part in (BEFORE, AFTER))
    sections = tuple(section for section in (*first, *exhibits, *last) if section.blocks)
    title = facts.account.title or page_opening.title_of(facts)
    return Report(title, _subtitle(facts), sections, "" if facts.publishable else NOT_PUBLISHABLE)


def _subtitle(facts: Facts) -> str:
    cells = facts.read["observed_data"].sizes
    if facts.of_lists:
        lists = facts.post["lists"].sizes.get("list", 1)
        return OF_LISTS.format(estimator=facts.estimator, lists=plural(lists, "list"))
    return SUBTITLE.format(
        estimator=facts.estimator, areas=plural(cells["area"], "area"), periods=plural(cells["period"], "period")
    )


def checklists(post: xr.DataTree, *, about: str = "", sources: pd.DataFrame | None = None,
               beside: pd.DataFrame | None = None, findings: Sequence[Finding] = ()) -> tuple[Checklist, ...]:  # fmt: skip
    """GATHER, BARG, WAMBS and ROBUST, filled from a result; arguments as of `publication`.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> [(each.name, len(each.rows)) for each in checklists(post)]
    [('GATHER', 18), ('BARG', 23), ('WAMBS', 10), ('ROBUST', 7)]
    """
    facts = gather_facts(post, account_of(post, about, "", None, beside, (), sources), None, findings)
    return tuple(fill(facts) for fill in (gather, barg, wambs, robust))


def _chosen_period(post: xr.DataTree, period: str) -> str:
    """The period asked for, or the last of those in which most areas report."""
    reporting = whole(post)["observed_data"].to_dataset()["reported"].notnull().sum("area")  # noqa: PD004  # of xarray
    periods = [str(name) for name in reporting["period"].values]
    if period and period not in periods:
        raise DataError([Problem("publication", None, "period", period, f"one of {', '.join(periods)}")])
    return period or periods[len(periods) - 1 - int(reporting.values[::-1].argmax())]
