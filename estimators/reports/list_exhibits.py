"""All methods for lists side by side, and the checks on changed lists, as sections of a report."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from estimators.diagnostics import Finding
from estimators.errors import ModelError
from estimators.plots import plot_lists
from estimators.reports.exhibit import Exhibit
from estimators.reports.list_rows import crossed
from estimators.reports.needs import LIST_CHECKS

COMPARED, RESTS = "methods compared", "assumption_of_each_method"
MOVED, FAILED = "assumption moved", ("missed", "unstable", "intervals meet", "no estimate")
NEEDED = {"estimate", "lower", "upper", "status", "reasons"}
FIRST = ("method", "list", "change", "odds_ratio")  # what names a row
SHOWN = ("known", "observed", "estimate", "lower", "upper", "covered", "interval", "status", "reasons")
METHODS = (
    "Every method reads the same lists; each takes something else for granted. “Warning” is a method's own word on its estimate, “refused” "
    "that it has none.",
)
ASSUMED = (
    "What decides how many are on none is what no overlap can test; where a method does not fit even those who were seen, its reasons say "
    "so.",
)
EACH = "In every row: {reasons}"
TEXTS = {
    "lists hidden": "The people on one list are a population whose size is known. The other lists see some of them: what does the method "
    "say from those?",
    "lists left out": "The estimate if one list had not been kept.",
    "lists merged": "Two lists as one: how the two depend on each other no longer counts.",
    "lists added": "The estimate as lists are added one by one, the largest first.",
    MOVED: "The assumption that no overlap can test, moved: an odds ratio of 1 is what the method takes for granted.",
}
CAPTIONS = {
    COMPARED: "All methods on the same lists, each with its 95 % interval.",
    "lists hidden": "Each list hidden, and its size predicted by the others.",
    "lists left out": "The estimate without each list.",
    "lists merged": "The estimate with two lists as one.",
    "lists added": "The estimate with fewer lists.",
    MOVED: "The estimate under other odds ratios.",
}


def list_exhibits(*, compared: Finding | None = None, checks: Sequence[Finding] = ()) -> tuple[Exhibit, ...]:
    """Sections of a report: all methods side by side, and what checks on changed lists found.

    Parameters
    ----------
    compared : Finding, optional
        Of `estimators.compare_lists`.
    checks : sequence of Finding
        Of `estimators.hide_lists`, `drop_lists`, `merge_lists`, `add_lists`, `sweep_assumption`.

    Returns
    -------
    tuple of Exhibit
        For ``report(…, exhibits=…)``.

    Raises
    ------
    ModelError
        What was given is no finding of one of these.

    Examples
    --------
    >>> import estimators as est
    >>> lists = est.datasets.lists("HIV_Rome")
    >>> found = est.drop_lists(est.Independence(), lists, seed=1)
    >>> [exhibit.heading for exhibit in list_exhibits(checks=[found])]
    ['Without each list']
    """
    given = () if compared is None else (compared,)
    if any(not isinstance(each, Finding) or each.name != COMPARED for each in given):
        raise ModelError("compared: expected what compare_lists returns")
    for each in checks:
        known = isinstance(each, Finding) and each.name in TEXTS and set(each.table) >= NEEDED
        if not known:
            named = repr(each.name) if isinstance(each, Finding) else type(each).__name__
            raise ModelError(
                f"checks: {named}: expected findings of hide_lists, drop_lists, merge_lists, add_lists or sweep_assumption"
            )
    return tuple(exhibit for each in given for exhibit in _methods(each)) + tuple(map(_check, checks))


def _methods(found: Finding) -> tuple[Exhibit, ...]:
    """The estimates with a figure, and what each of them rests on."""
    heading = LIST_CHECKS[COMPARED][0]
    figure = plot_lists(found.table) if (found.table["status"] != "refused").any() else None
    estimates = _plain(found.table).drop(columns="reasons")
    rests = _plain(found.table).assign(rests_on=found.table["rests_on"])[["method", "rests_on", "reasons"]]
    names = [str(name) for name in found.table.attrs.get("lists", ())]
    for column in ("rests_on", "reasons"):
        rests[column] = [crossed(str(text), names) for text in rests[column]]
    return (
        Exhibit("methods_compared", heading, (found.text, *METHODS), estimates, figure, CAPTIONS[COMPARED]),
        Exhibit(RESTS, "What each method rests on", ASSUMED, rests, caption="The assumption of each method, and its own cautions."),
    )  # fmt: skip


def _check(found: Finding) -> Exhibit:
    heading, name = LIST_CHECKS[found.name][0], found.name
    rows = _plain(found.table).drop(columns="interval", errors="ignore")
    same = _same(rows["reasons"])
    text = (TEXTS[name], f"{heading}: {found.status}. {found.text}", *((EACH.format(reasons=same),) if same else ()))
    shown = rows.drop(columns="reasons") if same or not rows["reasons"].any() else rows
    warns = name == MOVED or found.status.startswith(FAILED)
    return Exhibit(
        name.replace(" ", "_"), heading, text, shown, caption=CAPTIONS[name], before_use=text[1] if warns else ""
    )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that a reader needs, reasons as one text."""
    shown = [name for name in (*FIRST, *SHOWN) if name in table]
    reasons = [" ".join(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in each) for each in table["reasons"]]
    rows = table[shown].assign(reasons=reasons)
    if "observed" in rows and _same(rows["observed"]):
        rows = rows.drop(columns="observed")
    if "covered" in rows:
        words = [
            ("yes" if hit else "no") if status != "refused" else ""
            for hit, status in zip(rows["covered"], rows["status"], strict=True)
        ]
        rows["covered"] = words
    return rows


def _same(column: "pd.Series[Any]") -> Any:
    """What stands in all of several rows; empty where rows differ."""
    first = column.iloc[0]
    return first if len(column) > 1 and bool((column == first).all()) else ""
