"""`guard_result`: the same rule over a result, so that every table, figure and file made of it is guarded alike."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from estimators.disclosure.groups import LEFT_OUT, UNTOUCHED, concealed_rows, tells_too_much, touched_cells, treated
from estimators.disclosure.guarding import Guarded, guard
from estimators.disclosure.profiles import Profile, profile
from estimators.errors import DataError, ModelError, Problem

GUESSABLE = 2**40
WITHHELD = "withheld"


def guard_result(
    post: xr.DataTree,
    rule: str | Profile,
    *,
    margins: Sequence[str] | None = None,
    previous: Guarded | pd.DataFrame | None = None,
) -> xr.DataTree:
    """Take out of a result whatever would tell a hidden count, so that its table, figures, JSON and netCDF may be published.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`, made with a seed that nobody can guess, such as ``secrets.randbits(62)``.
    rule : str or Profile
        As for `guard`.
    margins : sequence of str, optional
        Whose sums are published, of ``"area"`` and ``"period"``; both unless given.
    previous : Guarded or pandas.DataFrame, optional
        The release before, as for `guard`.

    Returns
    -------
    xarray.DataTree
        A new tree; its attribute ``disclosure`` says profile and number hidden. Where nothing is hidden or rounded only that is added.

    Raises
    ------
    DataError
        If something is hidden and the seed is below 2⁴⁰: whoever guesses it fits again with each possible count until the draws agree.
    ModelError
        If it is a result of lists: guard the table of patterns and fit what is left, hidden ones as upper limits.

    Notes
    -----
    | group | what is left |
    |---|---|
    | observed_data | `reported` is missing where hidden; `lower` and `upper` are the feasible interval, which any reader could compute |
    | posterior, quantiles, moments, estimate, anchors | missing at hidden cells, as effects of their areas; nothing by step or stratum |
    | figures, posterior_predictive, log_likelihood | each stream of counts is guarded as a table of its own, hidden rows are left out |
    | likelihood | the information is the sum of all counts: scaled to a power of ten |
    | log_prior, `lp` and the like of a sampler | left out: with the draws they could be solved for a hidden count |
    | attributes | `seed` and `evidence_hash` are withheld: both allow trying out counts |

    A true count is never below the count reported, and times the share reported it is about that count: this is why hidden cells lose
    their estimates. A stream that cannot be placed by area and period is left out whole if any of its counts is too small.

    What remains possible: levels common to all areas are fitted to hidden counts too, so with few counts shown they hint at the hidden
    ones, by less than their own interval. Shown counts that are rounded can be found exactly from their posterior; the proof does not lean
    on rounding. No formal (differential) privacy is claimed. Safest is to fit figures that are guarded already, hidden ones as
    limits: then there is nothing to take out.

    Examples
    --------
    >>> import estimators as est
    >>> rows = [("N", "2023", 4), ("N", "2024", 60), ("S", "2023", 35), ("S", "2024", 51), ("W", "2023", 28), ("W", "2024", 70)]
    >>> table = pd.DataFrame(rows, columns=["area", "period", "value"]).assign(indicator="victims_identified")
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.read_evidence(table), seed=2**61 + 12345)
    >>> guarded = guard_result(post, "ctdc")
    >>> guarded.attrs["disclosure"]
    'ctdc: 4 of 6 counts hidden'
    >>> guarded["observed_data"]["reported"].values.tolist()
    [[nan, nan], [nan, nan], [28.0, 70.0]]
    """
    chosen = profile(rule)
    if "lists" in post.children:
        raise ModelError(
            "a result of lists holds counts of patterns, and every estimate follows from them: guard the patterns, and fit what is left, "
            "hidden ones as upper limits (docs/disclosure.md)"
        )
    reported = post["observed_data"].to_dataset()["reported"].transpose("area", "period")
    table = reported.to_dataframe().reset_index()[["area", "period", "reported"]]
    guarded = guard(table, chosen, margins=margins, previous=previous)
    secret = _hidden(guarded, reported)
    original = post["observed_data"].to_dataset().transpose("area", "period", ...)
    observed = _observed(original, guarded, secret, chosen)
    hidden = secret | tells_too_much(original["lower"].values, original["upper"].values, chosen)
    rows = concealed_rows(post, hidden, chosen, margins)
    said = f"{chosen.name}: {int(secret.sum())} of {int(reported.notnull().sum())} counts hidden"  # noqa: PD004  # of xarray
    nothing = observed.identical(original) and not any(mask is None or mask.any() for mask in rows.values())
    if nothing:
        tree = post.copy(deep=True)
        tree.attrs = {**post.attrs, "disclosure": said}
        return tree
    _refuse_guessable(post)
    touched = touched_cells(post, hidden, rows)
    groups = {name: node.to_dataset() for name, node in post.children.items() if name not in LEFT_OUT}
    groups |= {
        name: treated(name, data, hidden, touched, rows, chosen)
        for name, data in groups.items()
        if name not in UNTOUCHED | {"observed_data"}
    }
    groups["observed_data"] = observed
    tree = xr.DataTree.from_dict({name: data for name, data in groups.items() if data.data_vars})
    tree.attrs = {**post.attrs, "seed": WITHHELD, "evidence_hash": WITHHELD, "disclosure": said}
    return tree


def _refuse_guessable(post: xr.DataTree) -> None:
    seed = post.attrs.get("seed", 0)
    if not isinstance(seed, int | np.integer) or seed < GUESSABLE:
        expected = (
            "a fit with a seed that nobody can guess, such as secrets.randbits(62): with this one anybody can fit again with each "
            "possible count until the draws agree"
        )
        raise DataError([Problem("guard_result", None, "seed", str(seed), expected)])


def _hidden(guarded: Guarded, like: xr.DataArray) -> xr.DataArray:
    """Mask of the hidden counts."""
    inner = zip(guarded.cells.labels, guarded.hidden, strict=True)
    known = {label for label, concealed in inner if concealed}
    cells = [[(str(area), str(period)) in known for period in like["period"].values] for area in like["area"].values]
    return like.copy(data=np.array(cells, dtype=bool).reshape(like.shape))


def _observed(observed: xr.Dataset, guarded: Guarded, hidden: xr.DataArray, rule: Profile) -> xr.Dataset:
    """Figures as they may be seen; a figure given by limits tells no more of a small count than a hidden one does."""
    result = observed.copy(deep=True)
    reported, lower, upper = (observed[name].values for name in ("reported", "lower", "upper"))
    lower, upper = lower.copy(), upper.copy()
    exact = ~np.isnan(reported)
    counts = np.nan_to_num(reported).astype(np.int64)
    told = rule.told(counts)
    narrow = tells_too_much(lower, upper, rule)
    lower = np.where(exact, told[0], np.where(narrow, np.minimum(lower, 1.0), lower))
    upper = np.where(exact, told[1], np.where(narrow, np.maximum(upper, rule.smallest - 1.0), upper))
    limits = guarded.proof.set_index(["area", "period"])[["lower", "upper"]].T.to_dict("list")
    for row, column in zip(*np.nonzero(hidden.values), strict=True):
        label = (str(observed["area"].values[row]), str(observed["period"].values[column]))
        lower[row, column], upper[row, column] = limits[label]
    shown = np.where(exact & ~hidden.values, rule.shown(counts), np.nan)
    for name, values in (("reported", shown), ("lower", lower), ("upper", upper)):
        result[name] = (("area", "period"), values, observed[name].attrs)
    return result
