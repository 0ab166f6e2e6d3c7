"""The figures of a report, each drawn once."""

from collections.abc import Callable

import xarray as xr

from estimators.errors import ModelError
from estimators.plots import (
    plot_anchor_budget,
    plot_areas,
    plot_cascade,
    plot_conflict,
    plot_forest,
    plot_leave_one_out,
    plot_predictions,
    plot_reporting_probability,
    plot_ribbons,
    plot_ridgeline,
    plot_tipping_points,
)
from estimators.plots.lists import AXIS as OF_METHOD
from estimators.plots.ribbons import RIBBONS
from estimators.plots.standing import standing
from estimators.plots.style import Drawing
from estimators.reports.facts import Facts
from estimators.reports.list_rows import ALL
from estimators.reports.page_checks import in_words
from estimators.reports.synthesis_tables import with_ends
from estimators.reports.whole import light

STAGES = ("identified_victims: ", "justice_funnel: ")
ORDER = ("incidence", "reporting_probability", "true_count")
NO_DIGITS = "a limit is 0, so its relative simulation error is infinite"
SEVERAL_AREAS = "{period}, by {quantity}"


def draw(facts: Facts) -> dict[str, Drawing]:
    """Every figure that the result allows; why another is not drawn stands in `Facts.refused` afterwards."""
    found: dict[str, Drawing] = {}
    for name, make in (_of_tables(facts) | _of_trees(facts)).items():
        try:
            found[name] = make()
        except ModelError as error:  # the one error that figures give where a result has not what they draw
            facts.refused[name.replace("_", " ")] = str(error)
        except OverflowError:  # of digits: a limit at 0 has an infinite relative simulation error
            facts.refused[name.replace("_", " ")] = NO_DIGITS
    return found | {each.name: each.figure for each in facts.account.exhibits if each.figure is not None}


def _of_tables(facts: Facts) -> dict[str, Callable[[], Drawing]]:
    if facts.of_lists:
        return _of_lists(facts)
    account, focus = facts.account, facts.focus
    order = [name for name in ORDER if f"{name}_median" in facts.table and focus[f"{name}_median"].notna().any()]
    found: dict[str, Callable[[], Drawing]] = {}
    if len(focus) > 1 and order:
        title = SEVERAL_AREAS.format(period=account.period, quantity=order[0].replace("_", " "))
        found["forest"] = lambda: plot_areas(
            with_ends(facts.read, focus), quantities=order, names=account.names, beside=account.beside, title=title
        )
    elif facts.quantities:
        rows = facts.table if len(focus) == 1 else focus
        found["forest"] = lambda: plot_forest(rows, label="period" if len(focus) == 1 else "area")
    if not facts.predictions.empty:
        found["predictions"] = lambda: plot_predictions(in_words(facts, facts.predictions))
    return found


def _of_lists(facts: Facts) -> dict[str, Callable[[], Drawing]]:
    """Strata beside their sum; of one population there is nothing to set side by side."""
    if len(facts.focus) < 2:
        return {}
    rows = facts.table.rename(columns={"true_count_point": "true_count_median"})
    names = {"all": ALL} | {area: word for area, word in facts.account.names.items() if area != "all"}
    shown = rows.assign(area=rows["area"].map(lambda area: names.get(area, area)))

    def make() -> Drawing:
        figure = plot_forest(shown, label="area")
        if "true_count_point" in facts.table:
            figure.axes[0].set_xlabel(OF_METHOD, loc="right")
        return figure

    return {"forest": make}


def _of_trees(facts: Facts) -> dict[str, Callable[[], Drawing]]:
    """Figures that read the verdict from the result; none where it is not known, for they would make one up."""
    if facts.of_lists or not facts.has("anchors or estimate"):
        return {}
    tree, period, names = light(facts.read, facts.account.period), facts.account.period, facts.account.names
    found: dict[str, Callable[[], Drawing]] = {}
    if facts.has("anchors"):
        found["anchor_budget"] = lambda: plot_anchor_budget(tree, note=standing(facts.focus).partition(". ")[2])
        if len(facts.told.anchors["anchor"].unique()) > 1:
            found["conflict"] = lambda: plot_conflict(tree)
    if facts.has("posterior"):
        found["ridgeline"] = lambda: plot_ridgeline(
            _ridges(facts), period=_one_period(facts), names=names, table=facts.table
        )
        if facts.has("prior"):
            found["reporting_probability"] = lambda: plot_reporting_probability(tree)
    if facts.has("constant_data") and len(facts.read["observed_data"]["period"]) > 1:
        known = [name for name in ORDER if f"{name}_median" in facts.table]
        drawn = [name for name in known if name != "incidence" or "true_count" not in known]  # of one shape over time
        found |= {f"periods_{name}": _ribbons(facts, name) for name in drawn}
    if (
        any(kind.startswith("justice_funnel") for kind in facts.streams)
        and facts.has("posterior_predictive")
        and facts.has("posterior")
    ):
        found["cascade"] = lambda: plot_cascade(facts.read, area=_best_followed(facts), names=names, table=facts.table)
    given = tuple(facts.findings.values())
    if "leave one source out" in facts.findings:
        found["leave_one_source_out"] = lambda: plot_leave_one_out(tree, given, what="source", names=names)
    if "leave one area out" in facts.findings:
        found["leave_one_area_out"] = lambda: plot_leave_one_out(tree, given, what="area", names=names)
    if "tipping table" in facts.findings:
        found["tipping_points"] = lambda: plot_tipping_points(tree, given)
    elif (cell := facts.largest) and facts.has("posterior"):
        found["tipping_points"] = lambda: plot_tipping_points(
            tree, area=cell, period=period, names=names, table=facts.table
        )
    return found


def _best_followed(facts: Facts) -> str | None:
    """Of the areas with figures of most stages in one period the one with the largest figure on the first page."""
    figures = facts.post["figures"].to_dataset()
    seen: dict[str, set[str]] = {}
    for kind in facts.streams:
        if kind.startswith(STAGES):
            for about in figures[f"{kind} about"].values.astype(str):
                seen.setdefault(about, set()).add(kind)
    rows = facts.focus.sort_values("reported", ascending=False, na_position="last")
    periods = facts.table["period"].unique()
    stages = {
        area: max(len(seen.get(f"{area} {period}", ())) for period in periods) for area in rows["area"].astype(str)
    }
    return max(stages, key=lambda area: stages[area], default=None)


def _ribbons(facts: Facts, quantity: str) -> Callable[[], Drawing]:
    names = facts.account.names
    tree = facts.read if quantity == "true_count" else light(facts.read, facts.account.period)

    def make() -> Drawing:
        ends = {mass: facts.limits(quantity, mass) for mass, _ in RIBBONS}
        return plot_ribbons(tree, quantity=quantity, names=names, table=facts.table, ends=ends)

    return make


def _one_period(facts: Facts) -> str | None:
    """Of several areas one period is drawn, of one area all its periods."""
    return facts.account.period if len(facts.focus) > 1 else None


def _ridges(facts: Facts) -> xr.DataTree:
    return light(facts.read, facts.account.period) if len(facts.focus) > 1 else facts.read
