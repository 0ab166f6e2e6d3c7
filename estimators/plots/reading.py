"""What figures read of trees and findings, and the one error each of them gives where it is not there."""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.diagnostics.finding import Finding
from estimators.errors import ModelError
from estimators.plots.wording import WORDS

NO_DRAWS = "{estimator} has no draws of the {quantity}: expected a result with them"
NO_CELL = "{place}: expected an area and a period of the result"
NO_AREA = "area {area!r}: expected one of {areas}"
NO_FINDING = "findings {found}: expected {wanted}, as estimators.check returns"


def estimator_of(post: xr.DataTree) -> str:
    """The estimator behind a result, for messages."""
    return str(post.attrs.get("estimator", "the tree"))


def draws_of(post: xr.DataTree, name: str) -> xr.DataArray:
    """Posterior draws of a quantity.

    Raises
    ------
    ModelError
        There are none.
    """
    if "posterior" not in post.children or name not in post["posterior"].data_vars:
        raise ModelError(NO_DRAWS.format(estimator=estimator_of(post), quantity=WORDS.get(name, name)))
    return post["posterior"].to_dataset()[name]


def cell_of(draws: xr.DataArray, area: str | None, period: str | None) -> dict[str, str]:
    """An area and a period: those asked for, else the first area and the last period.

    Raises
    ------
    ModelError
        The result has no such cell.
    """
    cell = {"area": area or str(draws["area"].values[0]), "period": period or str(draws["period"].values[-1])}
    if any(place not in draws[dim].values for dim, place in cell.items()):
        raise ModelError(NO_CELL.format(place=", ".join(cell.values())))
    return cell


def digits_of(table: pd.DataFrame, cell: Mapping[str, str]) -> int:
    """Significant digits that the simulation supports in a cell of a summary."""
    row = table[(table["area"] == cell["area"]) & (table["period"] == cell["period"])]
    return numbers.supported_digits(float(row["simulation_error"].max()))


def chosen_areas(post: xr.DataTree, areas: Sequence[str]) -> list[str]:
    """The areas asked for, else all.

    Raises
    ------
    ModelError
        The result has not all of them.
    """
    if "observed_data" not in post.children:
        raise ModelError(NO_DRAWS.format(estimator=estimator_of(post), quantity=WORDS["true_count"]))
    there = [str(area) for area in post["observed_data"].to_dataset()["area"].values]
    missing = [area for area in areas if area not in there]
    if missing:
        raise ModelError(NO_AREA.format(area=missing[0], areas=", ".join(there)))
    return list(areas) or there


def finding_of(findings: Finding | Sequence[Finding], wanted: str) -> Finding:
    """The finding of a name: itself, or among all that `estimators.check` returned.

    Raises
    ------
    ModelError
        It is not there.
    """
    every = [findings] if isinstance(findings, Finding) else list(findings)
    found = [each for each in every if each.name == wanted]
    if not found or found[0].table.empty:
        names = ", ".join(repr(each.name) for each in every) or "none"
        raise ModelError(NO_FINDING.format(found=names, wanted=repr(wanted)))
    return found[0]
