"""What an average over graphs says: which graphs, how many people of each pattern, which quantiles."""

from typing import Protocol

import numpy as np
import xarray as xr

from estimators.lists.table import EVERYONE, Array, Lists
from estimators.numeric import decomposable as numeric
from estimators.numeric import graphs, hidden_grid

PROBABILITIES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
NAMED = 20  # graphs listed by name
FITTED = 200  # graphs that expected people are averaged over


class HowMany(Protocol):
    """What is asked of a sampler."""

    @property
    def draws(self) -> int:
        """Draws kept."""
        ...


def joined(found: hidden_grid.Posterior, chosen: graphs.Graphs) -> float:
    """Posterior weight of the graph that joins all lists."""
    return float(found.weight[chosen.signs[found.rows, -1] > 0].sum())


def name(lists: Lists, signs: graphs.Signs) -> str:
    """Cliques of a graph in the names of the lists, such as ``A+B, B+C``."""
    held = [[name for place, name in enumerate(lists.names) if clique >> place & 1] for clique in graphs.cliques(signs)]
    return ", ".join("+".join(names) for names in held)


def models(lists: Lists, found: hidden_grid.Posterior, chosen: graphs.Graphs) -> xr.Dataset:
    """Return the best graphs with their weights, and median and 95 % limits of the true count under each."""
    count = min(NAMED, len(found.rows))
    names = np.array([name(lists, chosen.signs[row]) for row in found.rows[:count]], dtype=object)
    ends = lists.observed + np.array([found.quantiles(np.array([0.5, 0.025, 0.975]), row) for row in range(count)])
    values = {"weight": ("model", found.weight[:count])} | {
        f"true_count_{end}": ("model", ends[:, place]) for place, end in enumerate(("median", "lower", "upper"))
    }
    return xr.Dataset(values, coords={"model": names}).assign_attrs(graphs=len(chosen.signs))


def fitted(lists: Lists, found: hidden_grid.Posterior, chosen: graphs.Graphs, weight: float) -> Array:
    """Expected people of each pattern, averaged over the best graphs, each with its own median of those on no list."""
    count = min(FITTED, len(found.rows))
    place = (np.cumsum(found.mass[:count], axis=1) < 0.5).sum(axis=1)
    hidden = found.hidden[np.minimum(place, len(found.hidden) - 1)]
    shares = numeric.cell_shares(lists.table, hidden, chosen.signs[found.rows[:count]], weight)
    part = found.weight[:count] / found.weight[:count].sum()
    return np.asarray((part * (lists.observed + hidden)) @ shares)


def quantiles(lists: Lists, count: Array) -> xr.Dataset:
    """Group ``quantiles``, from those of the true count at `PROBABILITIES`."""
    dims = ("probability", "area", "period")
    values = {
        "true_count": (dims, count[:, None, None]),
        "reporting_probability": (dims, (lists.observed / count[::-1])[:, None, None]),
    }
    return xr.Dataset(values, coords={"probability": list(PROBABILITIES), "area": [EVERYONE], "period": ["once"]})
