"""Exhibits of a synthesis: the first stage of justice, single figures and their weight, areas by what is known of them, a map."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from estimators.diagnostics.convergence import convergence
from estimators.diagnostics.simulation import simulation_error
from estimators.errors import ModelError
from estimators.plots import plot_forest, plot_tiles, prediction_table
from estimators.plots.forest import WORDS
from estimators.plots.wording import sentence
from estimators.reports.exhibit import Exhibit
from estimators.results import limits

ENDS = {"median": 0.5, "lower": 0.025, "upper": 0.975}
RARE = 0.01
FIRST = "log_ratio_"
DISPERSION = "log_dispersion_identified_victims"


def tile_exhibits(
    table: pd.DataFrame,
    tiles: pd.DataFrame,
    *,
    period: str,
    quantities: Sequence[str] = ("incidence", "reporting_probability"),
) -> tuple[Exhibit, ...]:
    """Tile maps of one period.

    Parameters
    ----------
    table : pandas.DataFrame
        ``estimators.summary(post)``.
    tiles : pandas.DataFrame
        Columns area, row, column.
    period : str
        Which one.
    quantities : sequence of str
        A map each.
    """
    text = "Colours compare medians; the interval on each tile says how little a comparison of two neighbours is worth."
    found = []
    for quantity in quantities:
        words = WORDS.get(quantity, quantity)
        heading = f"{words[0].upper()}{words[1:]}, {period}"
        figure = plot_tiles(table[table["period"] == period], tiles, quantity=quantity, title=heading)
        found.append(
            Exhibit(f"tiles_{quantity}", heading, (text,), figure=figure, caption=f"{heading}, on equal tiles.")
        )
    return tuple(found)


def ratio_exhibit(post: xr.DataTree, table: pd.DataFrame, *, names: Mapping[str, str] | None = None) -> Exhibit:
    """Number at the first stage of justice for each identified victim, by area: what the two counts say together.

    Raises
    ------
    ModelError
        If the result has no justice funnel.
    """
    draws = post["posterior"].to_dataset()
    found = [str(name) for name in draws if str(name).startswith(FIRST)]
    if not found or "cases_area" not in draws:
        raise ModelError(f"{post.attrs['estimator']} has no justice funnel: expected one among its streams")
    stage = found[0].removeprefix(FIRST)
    ratio = xr.ufuncs.exp(draws[found[0]] + draws["cases_area"])
    rows = pd.DataFrame({"area": ratio["area"].values.astype(str)})
    victims, cases = (
        _sums(post, name) for name in ("identified_victims: victims_identified", f"justice_funnel: {stage}")
    )
    both = (
        victims.merge(cases, on=["area", "period"], suffixes=("_victims", "_cases"))
        .groupby("area")[["sum_victims", "sum_cases"]]
        .sum()
    )
    rows["victims"], rows[stage] = (
        both[column].reindex(rows["area"]).to_numpy() for column in ("sum_victims", "sum_cases")
    )
    rows["counted_ratio"] = rows[stage] / rows["victims"]
    for end, chance in ENDS.items():
        rows[f"modelled_ratio_{end}"] = ratio.quantile(chance, dim=("chain", "draw")).values
    rows["modelled_ratio_simulation_error"] = simulation_error(post, ratio, 0.95).values
    rows = rows.assign(**_state(table)).sort_values("modelled_ratio_median", ignore_index=True)
    words = stage.replace("_", " ")
    shown = rows.assign(name=rows["area"].map(dict(names or {})).fillna(rows["area"]))
    text = (
        f"{sentence(words)} for each identified victim, from the periods with exact figures of both. A ratio far below the "
        "others is a place where one case holds many victims, or where victims are counted and cases are not; far above 1, the reverse. It "
        "says nothing of how many victims nobody identified: both numbers begin with those who were. The modelled ratio is drawn towards "
        "those of the other areas, as its prior asks: where the counted one lies outside its interval, a few large cases or the prior "
        "decide."
    )
    figure = plot_forest(
        shown,
        label="name",
        quantity="modelled_ratio",
        beside="counted_ratio",
        title=f"{sentence(words)} for each identified victim",
    )
    return Exhibit(
        "funnel_ratio",
        "From victims to cases",
        (text,),
        rows,
        figure,
        f"{sentence(words)} for each identified victim.",
    )


def mass_events(post: xr.DataTree, indicator: str) -> pd.DataFrame:
    """Figures of an indicator far above what all the others let expect: rows of `estimators.prediction_table`."""
    table = prediction_table(post)
    return table[
        (table["indicator"] == indicator) & (table["tail"] < RARE) & (table["lower"] > table["predicted_upper"])
    ]


def event_exhibit(
    post: xr.DataTree,
    without: xr.DataTree,
    events: pd.DataFrame,
    table: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
) -> Exhibit:
    """What single figures do to the estimates: the same model with and without them.

    Parameters
    ----------
    post, without : xarray.DataTree
        Results of the two fits.
    events : pandas.DataFrame
        Rows of `estimators.prediction_table` that were left out.
    table : pandas.DataFrame
        ``estimators.summary(post)``.
    names : mapping of str to str, optional
        Areas in words.
    """
    keys = ["area", "period"]
    ends = [f"true_count_{end}" for end in ENDS]
    other = xr.Dataset({f"true_count_{end}": values for end, values in limits(without, "true_count", 0.95).items()})
    again = other.to_dataframe().reset_index()
    both = table[[*keys, "reported", "simulation_error", *ends]].merge(
        again[[*keys, *ends]], on=keys, suffixes=("", "_without")
    )
    moved = both["true_count_median"] / both["true_count_median_without"]
    named: list[str] = events["about"].astype(str).tolist()
    rows = both.assign(moved_by=moved)[(both["area"] + " " + both["period"]).isin(named)]
    rows = rows.rename(columns={f"{end}_without": f"without_it_{end.removeprefix('true_count_')}" for end in ends})
    others = moved[~(both["area"] + " " + both["period"]).isin(named)]
    spread = [float(np.exp(np.median(each["posterior"].to_dataset()[DISPERSION].values))) for each in (post, without)]
    said = [
        " ".join((dict(names or {}).get(area, area), period)) for area, period in (each.split(" ", 1) for each in named)
    ]
    listed, before, after = "; ".join(said), *(f"{value:.2g}" for value in spread)
    own, span = (f"{float(part.min()):.2g} to {float(part.max()):.2g}" for part in (rows["moved_by"], others))
    sound = convergence(without).status
    text = (
        f"{len(named)} figures lie above what the others let expect, mass events each: {listed}. The negative binomial ought to take them "
        "as chance variation of what is identified; as far as its dispersion does not hold them, the walks follow, and the true count of "
        f"that year rises with the event. With them the true counts of their own years are {own} times those of a fit without them, "
        f"where the dispersion φ goes from {before} to {after} (variance m + m²/φ); elsewhere the medians change by factors from {span}. "
        "A raid that finds many speaks of that year's policing as well as of its victims, and the counts do not say of which: both fits "
        f"are shown. The sampler's result without them: {sound}."
    )
    return Exhibit(
        "mass_events",
        "Mass events",
        (text,),
        rows.reset_index(drop=True),
        caption="The true count with and without each figure.",
    )


def coverage_exhibit(table: pd.DataFrame, rows: pd.DataFrame, *, indicator: str, period: str) -> Exhibit:
    """Areas by what a source says of them: how wide their estimates are where it gives a figure, a limit or nothing.

    Parameters
    ----------
    table : pandas.DataFrame
        ``estimators.summary(post)``.
    rows : pandas.DataFrame
        ``evidence.table``.
    indicator : str
        What the source counts.
    period : str
        Whose estimates are compared.
    """
    said = rows[rows["indicator"] == indicator]
    said = said.assign(exact=said["lower"] == said["upper"]).dropna(subset=["lower"])
    words = {
        area: "a figure" if exact else "only a limit" for area, exact in said.groupby("area")["exact"].any().items()
    }
    focus = table[table["period"] == period]
    focus = focus.assign(
        source=focus["area"].map(words).fillna("nothing"), width=focus["true_count_upper"] / focus["true_count_lower"]
    )
    groups = focus.groupby("source", sort=False)
    found = pd.DataFrame({"areas": groups.size(), "median_of_upper_over_lower": groups["width"].median()}).reset_index()
    found["which"] = [", ".join(group["area"].str.split("-").str[-1]) for _, group in groups]
    name = indicator.replace("_", " ")
    text = (
        f"Where no {name} are known an area is not taken for zero: it has no row, and borrows from the others only how areas differ. Where "
        "a source prints the largest alone, the others have the limit that follows. The table shows what the source is worth in width."
    )
    caption = f"Upper over lower limit of the true count of {period}, by what the {name} say of an area."
    return Exhibit("coverage", f"Areas with and without {name}", (text,), found, caption=caption)


def _sums(post: xr.DataTree, name: str) -> pd.DataFrame:
    """Exact figures of one kind by area and period."""
    figures = post["figures"].to_dataset()
    lower, upper, about = (figures[f"{name} {part}"].values for part in ("lower", "upper", "about"))
    split = pd.Series(about.astype(str)).str.partition(" ")
    frame = pd.DataFrame({"area": split[0], "period": split[2], "sum": lower.astype(float)})
    exact: pd.DataFrame = frame.loc[lower == upper]
    return exact


def _state(table: pd.DataFrame) -> dict[str, Any]:
    return {name: table[name].iloc[0] for name in ("probability", "verdict", "convergence")}
