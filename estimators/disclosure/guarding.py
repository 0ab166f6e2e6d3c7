"""`guard`: a table of counts in, a table that may be published and its proof out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimators.diagnostics.finding import Finding
from estimators.disclosure.attack import Limits, Mask, System, feasible_intervals
from estimators.disclosure.cells import HIDDEN, Cells, Label, labels_of, read_cells
from estimators.disclosure.profiles import Profile, profile
from estimators.disclosure.releases import Release, alone, label_rows, needs_alone, read_release, together
from estimators.disclosure.suppression import Needs, Suppression, publish_again, suppress
from estimators.errors import DarkfigureError


@dataclass(frozen=True, eq=False)
class Guarded:
    """A guarded table; only `table` is for publication.

    Parameters
    ----------
    profile : Profile
        The rule.
    table : pandas.DataFrame
        **To be published.** Categories and counts, margins under ``"total"``: whole numbers, ``"c"`` where hidden, whether too small or
        hidden for the sake of another, which a reader must not tell apart; NaN where no count was known.
    proof : pandas.DataFrame
        **For the producer alone.** One row a hidden cell: `count`, `kind` (*primary*, too small; *secondary*, hidden so that it does
        not betray a primary one), `lower` and `upper`, the least and greatest count a reader can hold possible, and
        `protection_lower`, `protection_upper`, which lie within.
    differencing : Finding
        What an earlier release and this one would have told together. It names cells, not counts; for the producer too.
    cells, hidden : Cells, numpy.ndarray
        The true counts, and which are hidden.
    """

    profile: Profile
    table: pd.DataFrame
    proof: pd.DataFrame
    differencing: Finding
    cells: Cells = field(repr=False)
    hidden: Mask = field(repr=False)

    def __repr__(self) -> str:
        return f"Guarded({self.profile.name}: {int(self.hidden.sum())} of {len(self.hidden)} cells hidden)"


def guard(
    table: pd.DataFrame,
    rule: str | Profile,
    *,
    value: str = "reported",
    by: Sequence[str] = ("area", "period"),
    margins: Sequence[str] | None = None,
    previous: "Guarded | pd.DataFrame | None" = None,
) -> Guarded:
    """Hide the counts that are too small, and as many others as it takes that no hidden count can be worked out.

    A reader is taken to know everything published, that margins are sums, that counts are whole, the profile, and that no zero is hidden
    unless the profile hides zeros. For each hidden count x the least and the greatest count that agree with all this,

        min and max of y(x)  subject to  margins of y = sums of y,  y = the count where one is shown,  y ≥ 1 where hidden,

    enclose the protection interval of the profile. Rounding comes on top: the proof holds even for a reader who could
    undo it. What to hide besides is chosen by linear programming, count after count the cheapest.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a count.
    rule : str or Profile
        ``"ctdc"``, ``"ons"``, ``"k=5"`` or a `Profile`.
    value : str
        Column of the counts; where it is empty no count is known, which is not 0: such a cell is in no sum.
    by : sequence of str
        Columns of categories.
    margins : sequence of str, optional
        Columns summed over: every subset of them is a margin that is published. All of `by` unless given; ``()`` for none, which is
        right only where no sum is published anywhere.
    previous : Guarded or pandas.DataFrame, optional
        The release before this one, or the table as it was published (under the same profile). Whatever the two tell together is
        protected too, as far as what is out already can be.

    Returns
    -------
    Guarded

    Raises
    ------
    DataError
        If columns are missing, counts are not whole, a combination comes twice, or the profile is not known.

    References
    ----------
    Fischetti, M. and Salazar-González, J. J. 2001. Solving the cell suppression problem on tabular data with linear constraints.
    Management Science 47. doi:10.1287/mnsc.47.7.1008.9805

    Examples
    --------
    >>> counts = pd.DataFrame({"area": list("AABBCC"), "period": ["2023", "2024"] * 3, "reported": [4, 60, 35, 51, 28, 70]})
    >>> guarded = guard(counts, "ctdc")
    >>> guarded.table.pivot(index="area", columns="period", values="reported").to_numpy().tolist()
    [['c', 'c', 64], ['c', 'c', 86], [28, 70, 98], [67, 181, 248]]
    >>> guarded.proof[["area", "period", "count", "kind", "lower", "upper"]].iloc[0].astype(str).tolist()
    ['A', '2023', '4', 'primary', '1.0', '38.0']
    """
    chosen = profile(rule)
    cells = read_cells(table, value, by, tuple(by) if margins is None else tuple(margins))
    small = chosen.too_small(cells.counts)
    system, needs, labels = alone(cells, chosen), needs_alone(cells, chosen, small), cells.labels
    found = publish_again(system, suppress(system, small, needs), needs, ~small)
    finding = Finding("differencing", "no earlier release", "The table was compared with no release before it.")
    if previous is not None:
        earlier = _as_release(previous, chosen, value, by)
        system, needs, hidden, labels = together(system, cells, needs, found.hidden, earlier)
        exposed = _short(needs, feasible_intervals(system, hidden))
        found = suppress(system, hidden, needs)
        finding = _differencing(labels, by, exposed, found.hidden & ~hidden, _lost(system, needs, found))
    limits = feasible_intervals(system, found.hidden)
    _prove(_short(needs, limits) & ~_lost(system, needs, found), labels)
    size = len(cells.labels)
    uncertain = (limits[0] < limits[1])[:size]
    hidden = found.hidden[:size] & (small | uncertain)  # what an earlier release tells anyway needs no hiding
    told = np.where(hidden, HIDDEN, chosen.shown(cells.counts).astype(object))
    return Guarded(
        chosen,
        _published(table, cells, told, value, by),
        _proof(cells, needs, hidden, small, limits, by),
        finding,
        cells,
        hidden,
    )


def _as_release(previous: Guarded | pd.DataFrame, rule: Profile, value: str, by: Sequence[str]) -> Release:
    if isinstance(previous, pd.DataFrame):
        return read_release(previous, rule, value, by)
    counts = previous.cells.counts
    known = alone(previous.cells, previous.profile).known(previous.hidden)
    needs = needs_alone(previous.cells, previous.profile, previous.profile.too_small(counts))
    return Release(previous.cells, counts.astype(np.float64), known, previous.hidden, needs)


def _short(needs: Needs, limits: tuple[Limits, Limits]) -> Mask:
    """Cells whose feasible interval does not enclose what it must."""
    narrow = (limits[0] > needs.low) | (limits[1] < needs.high)
    return np.asarray(narrow | (needs.either & (limits[0] == limits[1])))


def _lost(system: System, needs: Needs, found: Suppression) -> Mask:
    """Cells that even a release with everything hidden would not protect; of one release alone there are none."""
    everything = np.ones(len(found.hidden), dtype=bool)
    return _short(needs, feasible_intervals(system, everything)) if found.unmet else ~everything


def _prove(short: Mask, labels: Sequence[Label]) -> None:
    """Compare what the search claims with what an attack by linear programming finds."""
    if short.any():
        named = "; ".join(", ".join(labels[cell]) for cell in np.flatnonzero(short).tolist())
        raise DarkfigureError(
            f"the table cannot be proved safe at {named}: nothing was published; this is a defect of the guard"
        )


def _differencing(labels: Sequence[Label], by: Sequence[str], exposed: Mask, added: Mask, lost: Mask) -> Finding:
    """What the two releases would have told together, and what was done about it."""
    what = np.select(
        [lost, exposed, added],
        ["told already by the earlier release", "was exposed, is protected", "hidden besides"],
        "",
    )
    rows = label_rows(labels, by).assign(what=what)[what != ""].reset_index(drop=True)
    status = f"{int(added.sum())} more hidden" if added.any() else "no cell exposed"
    status = "exposed by the earlier release" if lost.any() else status
    text = (
        f"Counts that would have been known too well together with the earlier release: {int(exposed.sum())}; cells hidden for it "
        f"besides: {int(added.sum())}; counts it had told already, which no later release can take back: {int(lost.sum())}."
    )
    return Finding("differencing", status, text, rows)


def _published(
    table: pd.DataFrame, cells: Cells, told: NDArray[np.object_], value: str, by: Sequence[str]
) -> pd.DataFrame:
    """The table as it may be seen: rows as they came, then the margins."""
    labels = [*labels_of(table, by), *cells.labels[cells.inner :]]
    known = dict(zip(cells.labels, told.tolist(), strict=True))
    shown = np.array([known.get(label, np.nan) for label in labels], dtype=object)
    return label_rows(labels, by).assign(**{value: shown})


def _proof(
    cells: Cells, needs: Needs, hidden: Mask, small: Mask, limits: tuple[Limits, Limits], by: Sequence[str]
) -> pd.DataFrame:
    size = len(hidden)
    columns = {
        "count": cells.counts,
        "kind": np.where(small, "primary", "secondary"),
        "lower": limits[0][:size],
        "upper": limits[1][:size],
        "protection_lower": needs.low[:size],
        "protection_upper": needs.high[:size],
    }
    return label_rows(cells.labels, by).assign(**columns)[hidden].reset_index(drop=True)
