"""Answers of list methods as groups of a result: one shape for all of them."""

import json
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from estimators.errors import IdentificationWarning, ModelError
from estimators.lists.table import EVERYONE, Array, Lists
from estimators.numeric import patterns

type Groups = dict[str, xr.Dataset]

PROBABILITY = 0.95
NARROW = 0.5  # people
NO_WIDTH = "the interval has no width: the overlaps leave nothing to chance, which no real lists do"


def taken(lists: object, estimator: str, *, fewest: int = 2, most: int = 16, censored: bool = False) -> Lists:
    """The lists, if this estimator can take them.

    Raises
    ------
    ModelError
        Naming the estimator and what it needs.
    """
    if not isinstance(lists, Lists):
        raise ModelError(f"{estimator} reads lists: expected what read_lists returns, not {type(lists).__name__}")
    if not fewest <= len(lists.names) <= most:
        raise ModelError(f"{estimator} needs {fewest} to {most} lists: here are {len(lists.names)}")
    if lists.censored.any() and not censored:
        raise ModelError(f"{estimator} cannot use counts that are upper limits: BayesianLogLinear can")
    if not lists.observed:
        raise ModelError(f"{estimator}: every count is an upper limit: expected at least one that is known")
    return lists


def estimated(
    lists: Lists,
    point: float,
    limits: tuple[float, float],
    *,
    interval: str,
    rests_on: str,
    cautions: Sequence[str] = (),
    fitted: Array | None = None,
    more: Mapping[str, float] | None = None,
) -> Groups:
    """Groups of a method that gives an estimate and limits, not a distribution.

    Parameters
    ----------
    lists : Lists
        What was read.
    point, limits : float, tuple of float
        Of the true count, with those never listed; nobody who is listed can be away, so that the number listed is the least.
    interval : str
        Which kind of interval, in words.
    rests_on : str
        The assumption that fixes the level and that no overlap can test.
    cautions : sequence of str
        What a reader must know before the figure is used; each is also a warning.
    fitted : Array, optional
        Expected people of each pattern, (2^lists,).
    more : mapping of str to float, optional
        Further figures, such as a standard error.
    """
    shape = ("area", "period")
    figures = {"point": point, "lower": max(limits[0], lists.observed), "upper": limits[1], **(more or {})}
    cells = {name: (shape, np.array([[float(value)]])) for name, value in figures.items()}
    estimate = xr.Dataset(cells, coords={"area": [EVERYONE], "period": ["once"]})
    estimate.attrs = {"interval": interval, "probability": PROBABILITY}
    return {"estimate": estimate, "lists": _listed(lists, rests_on, cautions, fitted)}


def drawn(
    lists: Lists,
    true_count: Array,
    *,
    rests_on: str,
    cautions: Sequence[str] = (),
    fitted: Array | None = None,
    statistics: xr.Dataset | None = None,
) -> Groups:
    """Groups of a method that gives a posterior, from draws of the true count (chains, draws); other arguments as in `estimated`."""
    draws = np.asarray(true_count, dtype=np.float64)[:, :, None, None]
    low, high = np.quantile(draws, [0.5 - 0.5 * PROBABILITY, 0.5 + 0.5 * PROBABILITY])
    cautions = [*cautions, *([NO_WIDTH] if high - low < NARROW else [])]
    dims = ("chain", "draw", "area", "period")
    values = {"true_count": (dims, draws), "reporting_probability": (dims, lists.observed / draws)}
    places = {"chain": np.arange(draws.shape[0]), "draw": np.arange(draws.shape[1])}
    posterior = xr.Dataset(values, coords=places | {"area": [EVERYONE], "period": ["once"]})
    groups = {"posterior": posterior, "lists": _listed(lists, rests_on, cautions, fitted)}
    return groups if statistics is None else groups | {"sample_stats": statistics}


def cautions_of(post: xr.DataTree) -> list[str]:
    """What a reader must know before the figure is used."""
    return [str(text) for text in json.loads(post["lists"].attrs["cautions"])]


def _listed(lists: Lists, rests_on: str, cautions: Sequence[str], fitted: Array | None) -> xr.Dataset:
    """Patterns with at least one person, or that the fit gives people to."""
    for text in cautions:
        warnings.warn(text, IdentificationWarning, stacklevel=4)
    on, count = patterns.on_lists(len(lists.names)), lists.table
    wanted = (count > 0) | ((fitted > 0) if fitted is not None and len(count) <= 1024 else False)
    wanted[0] = False
    values = {"on": (("pattern", "list"), on[wanted]), "count": ("pattern", count[wanted])}
    if fitted is not None:
        values["fitted"] = ("pattern", np.asarray(fitted)[wanted])
    names = np.array(["+".join(np.array(lists.names)[row].tolist()) for row in on[wanted]], dtype=object)
    found = xr.Dataset(values, coords={"pattern": names, "list": np.array(lists.names, dtype=object)})
    found.attrs = {"rests_on": rests_on, "cautions": json.dumps(list(cautions), ensure_ascii=False)}
    return found
