"""An audit on paper: the document, and the three files."""

import os
from pathlib import Path

import pandas as pd

from estimators.audit.readings import Audit
from estimators.evidence import INDICATORS
from estimators.rendering import Report
from estimators.rendering import write as write_file
from estimators.rendering.spoken import Asked, render_all
from estimators.reports import AuditResults, Context, audit_document
from estimators.results import save


def document(audit: Audit, context: Context) -> Report:
    """The report of an audit, as a value."""
    notes = {reading.name: reading.note for reading in audit.readings}
    results = AuditResults(audit.results, notes, audit.summary(), _sources(audit), audit.refused)
    return audit_document(results, context)


def _sources(audit: Audit) -> pd.DataFrame:
    """Sources of all sets of figures, each once."""
    grouped = pd.concat([evidence.source_table() for evidence in audit.evidence.values()]).groupby(level=0, sort=False)
    return pd.DataFrame(
        {
            "rows": grouped["rows"].sum(),
            "first": grouped["first"].min(),
            "last": grouped["last"].max(),
            "indicators": grouped["indicators"].agg(_each_once),
        }
    )


def _each_once(listed: "pd.Series[str]") -> str:
    return ", ".join(dict.fromkeys(", ".join(listed).split(", ")))


def write(
    audit: Audit,
    context: Context,
    folder: str | os.PathLike[str],
    *,
    formats: Asked = ("html",),
    language: Asked = "en",
) -> tuple[Path, ...]:
    """Write ``posterior.nc``, the report and ``summary.csv`` into a folder, each whole or not at all.

    Parameters
    ----------
    audit : Audit
        What was fitted.
    context : Context
        What no result knows.
    folder : path
        Made if it does not exist.
    formats, language : str or iterable of str
        Of the report, as for `estimators.report`.

    Returns
    -------
    tuple of pathlib.Path
        The files.
    """
    where = Path(folder)
    pages = render_all(document(audit, context), formats, language)
    table = audit.summary().to_csv(index=False, lineterminator="\n")
    return (
        save(audit.tree(), where / "posterior.nc"),
        *(write_file(content, where / name) for name, content in pages.items()),
        write_file(table, where / "summary.csv"),
    )


def context_of(audit: Audit, command: str = "") -> Context:
    """What can be said in a report of an audit that nobody wrote a context for."""
    observed = audit.main["observed_data"].to_dataset()
    area, period = str(observed["area"].values[0]), str(observed["period"].values[-1])
    return Context(
        title=f"What does “{audit.readings[0].name}” make of the reported figures?",
        subtitle=f"A claim audit, {area}, {period}",
        area_name=area,
        period=period,
        command=command,
        counted=INDICATORS[str(observed.attrs["indicator"])].description.removesuffix(" in the period"),
    )
