"""The figures behind a report: what was read, what is missing, hidden or a range."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from estimators import numbers
from estimators.plots.wording import plural
from estimators.rendering.document import Block, Paragraph, Table
from estimators.reports.facts import Facts

ALL_FIGURES = (
    "{cells} of areas and periods: {exact} with an exact figure, {ranges} with a range, {hidden} hidden, {missing} without "
    "any figure."
)
HIDDEN = "hidden"
MISSING = "No figure: {cells}."
MOST = 60  # areas whose missing periods are named
MORE = "and in {areas}"


def data(facts: Facts) -> tuple[Block, ...]:
    """How many figures there are of each area, which cells have none, and the kinds of figure of each stream."""
    if facts.of_lists:
        return ()
    if not facts.has("observed_data"):
        return _kinds(facts)
    observed = facts.post["observed_data"].to_dataset()
    exact, known = observed["reported"].notnull(), observed["lower"].notnull()  # of xarray
    hidden = facts.hidden
    text = ALL_FIGURES.format(
        cells=plural(exact.size, "cell"),
        exact=int(exact.sum()),
        ranges=int((known & ~exact & ~hidden).sum()),
        hidden=int(hidden.sum()),
        missing=int((~known & ~exact).sum()),
    )
    heads = ("Area", *(str(period) for period in observed["period"].values))
    areas = [str(area) for area in observed["area"].values]
    values = {name: observed[name].transpose("area", "period").values for name in ("reported", "lower", "upper")}
    concealed = hidden.transpose("area", "period").values
    rows, gaps = [], []
    for row, area in enumerate(areas):
        here = zip(*(values[name][row] for name in ("reported", "lower", "upper")), concealed[row], strict=True)
        cells = [figure(float(v), float(low), float(high), hidden=bool(dark)) for v, low, high, dark in here]
        name = facts.account.names.get(area, area)
        missing = runs(heads[1:], [cell == numbers.MISSING for cell in cells])
        gaps += [f"{name} ({', '.join(missing)})"] if missing else []
        rows.append((name, *cells))
    more = [MORE.format(areas=plural(len(gaps) - MOST, "more area"))] if len(gaps) > MOST else []
    listed = "; ".join([*gaps[:MOST], *more])
    table = Table(heads, tuple(rows), f"Figures that were read, by area and period. {facts.state}")
    return (Paragraph(text), *((Paragraph(MISSING.format(cells=listed)),) if gaps else ()), table, *_kinds(facts))


def runs(names: Sequence[str], chosen: Sequence[bool]) -> list[str]:
    """Those chosen, three or more in a row as the first and the last of them.

    Examples
    --------
    >>> runs(["2018", "2019", "2020", "2021", "2022"], [True, True, True, False, True])
    ['2018 – 2020', '2022']
    """
    found: list[str] = []
    for picked, group in groupby(zip(names, chosen, strict=True), key=lambda pair: pair[1]):
        several = [name for name, _ in group] if picked else []
        found += [f"{several[0]} – {several[-1]}"] if len(several) > 2 else several
    return found


def _kinds(facts: Facts) -> tuple[Block, ...]:
    """One row a kind of figure: how many, of which places, how many of them exact."""
    if not facts.streams:
        return ()
    group, rows = facts.post["figures"].to_dataset(), []
    for kind in facts.streams:
        low, high, about = (group[f"{kind} {part}"].values for part in ("lower", "upper", "about"))
        stream, _, indicator = kind.partition(": ")
        words = (stream.replace("_", " "), indicator.replace("_", " "))
        ends = dict.fromkeys(facts.place(str(each)) for each in (about[0], about[-1])) if len(about) else ["–"]
        rows.append((*words, str(len(low)), str(int((low == high).sum())), " – ".join(ends)))
    heads = ("Stream", "Figure", "Rows", "Exact figures", "First and last")
    return (Table(heads, tuple(rows), f"Kinds of figure, by stream. {facts.state}", words=True),)


def figure(value: float, low: float, high: float, *, hidden: bool) -> str:
    """An exact figure, a range, or the word for neither."""
    if np.isfinite(value):
        return numbers.count(value)
    if hidden:
        return HIDDEN
    if np.isnan(low):
        return numbers.MISSING
    return f"{numbers.count(low)} – {'∞' if np.isinf(high) else numbers.count(high)}"


def published_ranges(facts: Facts) -> dict[tuple[str, str], str]:
    """Figures that were published as a range, by area and period."""
    if not facts.has("observed_data") or "lower" not in facts.post["observed_data"]:
        return {}
    names = ["reported", "lower", "upper"]
    table = facts.post["observed_data"].to_dataset()[names].to_dataframe().reset_index()
    table = table[table["reported"].isna() & table["lower"].notna()]
    return {
        (str(row["area"]), str(row["period"])): figure(np.nan, row["lower"], row["upper"], hidden=False)
        for row in table.to_dict("records")
    }


def published_totals(facts: Facts) -> dict[str, tuple[str, int]]:
    """Sums over areas by period, where some figures are ranges: from all lower to all upper ends, and how many areas have a figure."""
    if not facts.has("observed_data") or "lower" not in facts.post["observed_data"]:
        return {}
    observed = facts.post["observed_data"].to_dataset()
    exact, low, high = (observed[name].transpose("period", "area").values for name in ("reported", "lower", "upper"))
    ranged = np.isnan(exact) & ~np.isnan(low)
    found = {}
    for place in np.flatnonzero(ranged.any(axis=1)):
        sums = [np.nansum(np.where(ranged[place], ends[place], exact[place])) for ends in (low, high)]
        number = int((ranged[place] | ~np.isnan(exact[place])).sum())
        found[str(observed["period"].values[place])] = figure(np.nan, *map(float, sums), hidden=False), number
    return found
