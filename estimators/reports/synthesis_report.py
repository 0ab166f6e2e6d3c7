"""The report of a synthesis: document, tables and figures, whatever its streams, with the verdict on every one of them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from estimators.diagnostics.convergence import convergence
from estimators.diagnostics.identification import identification
from estimators.errors import DataError, Problem
from estimators.plots import plot_anchor_budget, plot_areas, plot_periods, plot_predictions, prediction_table
from estimators.plots.standing import standing
from estimators.plots.style import Drawing, to_svg
from estimators.rendering import render_html, write
from estimators.rendering.document import Report
from estimators.reports.exhibit import Exhibit
from estimators.reports.synthesis_page import Account, compose
from estimators.reports.synthesis_tables import PARTS, totals, unknowns
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
    table = summary(post) if table is None else table
    checked = convergence(post)
    told = identification(post)
    state = {"verdict": told.verdict, "convergence": checked.status}
    chosen = _chosen_period(post, period)
    tables = {
        "summary": table,
        "totals": totals(post).assign(**state),
        "anchors": told.anchors.assign(**state),
        "unknowns": unknowns(post).assign(**state),
        "predictions": prediction_table(post).assign(**state),
        "convergence": checked.table.assign(**state),
        **{exhibit.name: exhibit.table.assign(**state) for exhibit in exhibits if len(exhibit.table)},
    }
    figures = _figures(post, tables, chosen, names, beside)
    drawn = figures | {exhibit.name: exhibit.figure for exhibit in exhibits if exhibit.figure is not None}
    account = Account(*_said(about), chosen, names or {}, beside, tuple(exhibits), sources)
    page: Report = compose(post, tables, drawn, account, told, checked)
    where = Path(folder)
    written = [write(render_html(page), where / "report.html"), save(post, where / "posterior.nc")]
    written += [
        write(rows.to_csv(index=False, lineterminator="\n"), where / f"{name}.csv") for name, rows in tables.items()
    ]
    written += [write(to_svg(figure), where / f"{name}.svg") for name, figure in drawn.items()]
    return tuple(written)


def _said(about: str) -> tuple[str, tuple[str, ...], str]:
    """Title, paragraphs and command."""
    blocks = [block for block in about.strip().split("\n\n") if block.strip()]
    commands = [block.strip() for block in blocks if block.startswith("    ")]
    title, *paragraphs = [" ".join(block.split()) for block in blocks if not block.startswith("    ")] or [""]
    return title, tuple(paragraphs), "; ".join(commands)


def _chosen_period(post: xr.DataTree, period: str) -> str:
    """The period asked for, or the last of those in which most areas report."""
    reporting = post["observed_data"].to_dataset()["reported"].notnull().sum("area")  # noqa: PD004  # of xarray
    periods = [str(name) for name in reporting["period"].values]
    if period and period not in periods:
        raise DataError([Problem("synthesis_report", None, "period", period, f"one of {', '.join(periods)}")])
    return period or periods[len(periods) - 1 - int(reporting.values[::-1].argmax())]


def _figures(
    post: xr.DataTree,
    tables: Mapping[str, pd.DataFrame],
    period: str,
    names: Mapping[str, str] | None,
    beside: pd.DataFrame | None,
) -> dict[str, Drawing]:
    table = tables["summary"]
    quantities = [name for name in PARTS if f"{name}_median" in table]
    order = [name for name in ("incidence", "reporting_probability", "true_count") if name in quantities]
    focus = table[table["period"] == period]
    found = {
        "forest": plot_areas(focus, quantities=order, names=names, beside=beside, title=f"{period}, by incidence"),
        **{f"periods_{name}": plot_periods(table, quantity=name, names=names) for name in quantities},
        "predictions": plot_predictions(tables["predictions"]),
    }
    if "anchors" in post.children:
        found["anchor_budget"] = plot_anchor_budget(post, note=standing(focus).partition(". ")[2])
    return found
