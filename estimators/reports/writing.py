"""`report`: a result as documents in the formats and languages asked for, and all there is to show of it as files."""

import gc
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import xarray as xr

from estimators.diagnostics import Finding
from estimators.disclosure import guard_result
from estimators.errors import ModelError
from estimators.plots.style import to_svg
from estimators.rendering import FORMATS, write
from estimators.rendering.spoken import chosen, render_all
from estimators.rendering.translate import LANGUAGES
from estimators.reports.account import remembered
from estimators.reports.exhibit import Exhibit
from estimators.reports.facts import Facts, gather_facts
from estimators.reports.publication import account_of, compose
from estimators.reports.synthesis_tables import totals_with_ends
from estimators.results import save

SELDOM = 20_000  # new objects between two looks for garbage


def report(
    post: xr.DataTree,
    folder: str | os.PathLike[str],
    *,
    formats: str | Iterable[str] = ("html",),
    language: str | Iterable[str] = "en",
    about: str = "",
    period: str = "",
    names: Mapping[str, str] | None = None,
    beside: pd.DataFrame | None = None,
    exhibits: Sequence[Exhibit] = (),
    sources: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
    findings: Sequence[Finding] = (),
    disclosure: str = "",
    everything: bool = False,
) -> tuple[Path, ...]:
    """Write the report of a result into a folder; nothing is fitted again.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`, of any estimator.
    folder : path
        Made if it does not exist. Several languages have a folder each in it.
    formats : str or iterable of str
        Of "html", "pdf", "tex", "docx"; or in one string with commas.
    language : str or iterable of str
        Of "en", "es", "pt"; or in one string with commas. What you wrote yourself (about, names, reasons) stays as you wrote it.
    about : str
        The first line is the title, the paragraphs after it say what is asked and of which figures; an indented one is the command. The
        docstring of an experiment is all that. By default what the result itself says, where it was saved by a report.
    period : str
        Which period the first page shows; by default the last in which most areas report. Of lists, which have none of their own, when
        they were made, in your words.
    names : mapping of str to str, optional
        Areas in words; by default as ``about``.
    beside : pandas.DataFrame, optional
        What others publish: columns area, period, value, by and counts, what is counted there.
    exhibits : sequence of Exhibit
        Further tables and figures.
    sources : pandas.DataFrame, optional
        ``evidence.source_table()``; by default as ``about``.
    table : pandas.DataFrame, optional
        ``estimators.summary(post)``, where it is known already.
    findings : sequence of Finding
        What `estimators.check` returned.
    disclosure : str
        Hide small counts first: "ctdc", "ons", "k=5" …; see `estimators.guard_result`.
    everything : bool
        Also ``posterior.nc``, the tables as CSV and the figures as SVG.

    Returns
    -------
    tuple of pathlib.Path
        What was written: ``report.html`` and so on, each file whole or not at all, and none where anything fails.

    Raises
    ------
    DataError
        No such period.
    ModelError
        No such format or language; or exhibits, others' figures or lists beside a disclosure rule, which was not applied to them.

    Examples
    --------
    >>> import estimators as est, tempfile
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494, area="MEX", period="2022"), seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = est.report(post, folder, formats="html,tex", language="es", about="How many in 2022?")
    >>> [path.name for path in paths][:2]
    ['report.html', 'report.tex']
    """
    chosen(formats, FORMATS, "format"), chosen(language, LANGUAGES, "language")
    if disclosure:
        if exhibits or findings:
            raise ModelError("disclosure: exhibits and findings were made before counts were hidden: leave them out")
        if "lists" in post.children:
            raise ModelError(
                "disclosure: every estimate of lists follows from counts of patterns, which may be 1: guard the patterns, and fit what is "
                "left, hidden ones as upper limits (docs/disclosure.md)"
            )
        post, table = guard_result(post, disclosure), None
    about = about or str(post.attrs.get("about", ""))
    names = names or json.loads(str(post.attrs.get("area_names", "{}")))
    account = account_of(post, about, period, names, beside, exhibits, sources)
    facts = gather_facts(post, account, table, findings)
    where = Path(folder)
    with _libraries_left_alone():
        files: dict[str, str | bytes] = {**render_all(compose(facts), formats, language)}
    if everything:
        files |= _beside(facts)
    written = [write(content, where / name) for name, content in files.items()]
    if everything:
        told = post.copy()
        words = {"about": about, "area_names": json.dumps(names, ensure_ascii=False), "period_of_lists": account.when}
        told.attrs = {**post.attrs, **words, **remembered(account.sources)}
        written.append(save(told, where / "posterior.nc"))
    return tuple(written)


@contextmanager
def _libraries_left_alone() -> Iterator[None]:
    """Look for garbage seldom and among new objects only: figures make so many that all in memory would be searched again and again."""
    if gc.get_freeze_count():  # somebody else has done so, and will undo it
        yield
        return
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


def _beside(facts: Facts) -> dict[str, str | bytes]:
    """Tables, each with the verdict and the state of the sampler, and figures."""
    state = {"verdict": facts.told.verdict, "convergence": facts.checked.status}
    tables = {
        "summary": facts.table,
        "totals": totals_with_ends(facts.read, facts.totals),
        "anchors": facts.told.anchors.assign(**state),
        "unknowns": pd.DataFrame() if facts.unknowns is None else facts.unknowns.table.assign(**state),
        "predictions": facts.predictions,
        "convergence": facts.checked.table.assign(**state),
        **{exhibit.name: exhibit.table.assign(**state) for exhibit in facts.account.exhibits},
    }
    files: dict[str, str | bytes] = {
        f"{name}.csv": rows.to_csv(index=False, lineterminator="\n") for name, rows in tables.items() if len(rows)
    }
    return files | {f"{name}.svg": to_svg(figure) for name, figure in facts.drawn.items()}
