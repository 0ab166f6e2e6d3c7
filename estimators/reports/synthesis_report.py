"""The report of a synthesis: document, tables and figures, whatever its streams, with the verdict on every one of them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from estimators.plots.style import to_svg
from estimators.rendering import render_html, write
from estimators.reports.exhibit import Exhibit
from estimators.reports.facts import Facts, gather_facts
from estimators.reports.publication import account_of, compose
from estimators.results import save, summary


def synthesis_report(
    post: xr.DataTree,
    folder: str | os.PathLike[str],
    *,
    about: str,
    period: str = "",
    names: Mapping[str, str] | None = None,
    beside: pd.DataFrame | None = None,
    exhibits: Sequence[Exhibit] = (),
    sources: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
) -> tuple[Path, ...]:
    """Write everything there is to show of a synthesis into a folder, each file whole or not at all.

    Parameters
    ----------
    post : xarray.DataTree
        Result of fitting a `Synthesis`.
    folder : path
        Made if it does not exist.
    about : str
        The first line is the title, the paragraphs after it say what is asked and of which figures; an indented one is the command. The
        docstring of an experiment is all that.
    period : str
        Which period the first page shows; by default the last in which most areas report.
    names : mapping of str to str, optional
        Areas in words.
    beside : pandas.DataFrame, optional
        What others publish: columns area, period, value, by and counts, what is counted there.
    exhibits : sequence of Exhibit
        Further tables and figures.
    sources : pandas.DataFrame, optional
        ``evidence.source_table()``.
    table : pandas.DataFrame, optional
        ``estimators.summary(post)``, where it is known already.

    Returns
    -------
    tuple of pathlib.Path
        ``report.html``, ``posterior.nc``, the tables as CSV and the figures as SVG. The verdict and the state of the sampler stand on every
        one; where the result is not publishable the report begins with the quantity that failed.

    Raises
    ------
    DataError
        No such period.
    """
    where, table = Path(folder), summary(post) if table is None else table
    facts = gather_facts(post, account_of(post, about, period, names, beside, exhibits, sources), table)
    page = compose(facts)
    written = [write(render_html(page), where / "report.html"), save(post, where / "posterior.nc")]
    written += [
        write(rows.to_csv(index=False, lineterminator="\n"), where / f"{name}.csv")
        for name, rows in _tables(facts, table).items()
    ]
    written += [write(to_svg(figure), where / f"{name}.svg") for name, figure in facts.drawn.items()]
    return tuple(written)


def _tables(facts: Facts, table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What goes to files, each with the verdict and the state of the sampler."""
    state = {"verdict": facts.told.verdict, "convergence": facts.checked.status}
    return {
        "summary": table,
        "totals": facts.totals,
        "anchors": facts.told.anchors.assign(**state),
        "unknowns": facts.unknowns.assign(**state),
        "predictions": facts.predictions,
        "convergence": facts.checked.table.assign(**state),
        **{exhibit.name: exhibit.table.assign(**state) for exhibit in facts.account.exhibits if len(exhibit.table)},
    }
