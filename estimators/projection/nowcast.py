"""What becomes of fresh figures: revisions up and down, learnt from successive data cuts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators.errors import DataError, ModelError, Problem
from estimators.numeric import revisions
from estimators.priors import Prior
from estimators.projection.triangle import RevisionTriangle
from estimators.sampling import Sampling

type Array = NDArray[np.float64]

SETTLED_AFTER = 24
USUAL_MONTHS = 24
DELAY = (
    "delay, not under-reporting: the eventual figure is what the register itself will say of a month once it has stopped revising it; "
    "victims who are never registered are not in it, and a share reported is a parameter of other models, never of this one"
)


@dataclass(frozen=True, repr=False)
class Nowcast:
    """What the register will say of its fresh months once it has stopped revising them.

    Parameters
    ----------
    settled_after : int
        Months of age at which a figure counts as settled: the eventual figure is the one of that age.

    Notes
    -----
    Plain chain ladder multiplies by factors above 1; here figures also go down. Between two data cuts a figure y of an area whose usual
    monthly count is e is revised upwards at rate α_b e and downwards at rate β_b y a month, b the band of its age (under 1, 2, 3, 6, 12 and
    `settled_after` months), by 1 + Geometric(p) at a time. The rates are gamma, centred on the mean over all bands and worth one revision:
    revisions ahead are negative binomial in closed form, but for a factor that all figures share, as registers are tidied up
    at times. Areas share the rates. A method of our own.

    The parameters are rates of revision. None of them is a share reported, and no share reported follows from them.

    Examples
    --------
    >>> import estimators as est
    >>> triangle = est.read_triangle(est.datasets.load("mexico_victims_vintages"))
    >>> post = est.fit(est.Nowcast(), triangle, seed=1)
    >>> eventual = post["posterior_predictive"]["eventual_count"].sel(period="2025-06").sum("area")
    >>> float(eventual.median()) >= 83.0, float(eventual.quantile(0.975)) < 92.0
    (True, True)
    """

    settled_after: int = SETTLED_AFTER

    method: ClassVar[str] = "conjugate rates of revision, simulated ahead"

    def __post_init__(self) -> None:
        if self.settled_after < 1:
            raise ModelError(f"settled_after {self.settled_after!r}: expected a number of months, 1 or more")

    def __repr__(self) -> str:
        return (
            f"Nowcast. Figures are revised up and down at rates that depend on their age, learnt from pairs of data cuts and shared by all "
            f"areas; the eventual figure of a month is that at an age of {self.settled_after} months. Delay is not under-reporting."
        )

    def priors(self) -> tuple[Prior, ...]:
        """None that fixes a level: the rates are centred on their own mean."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every result."""
        return (
            DELAY,
            f"a figure counts as settled after {self.settled_after} months; what is revised later is left out",
            "areas are revised at the same rates, and as often in the months to come as between the data cuts at hand",
        )

    def figures(self, evidence: RevisionTriangle) -> RevisionTriangle:
        """The triangle."""
        return evidence

    def answer(self, figures: RevisionTriangle, sampling: Sampling, rng: np.random.Generator) -> dict[str, xr.Dataset]:
        """Draws of the eventual figure of every month that is not settled, and of the rates."""
        learnt = learn(figures, self.settled_after)
        fresh = min(self.settled_after, len(figures.months))
        present, age = figures.newest[:, -fresh:], np.arange(fresh, dtype=float)[::-1]
        eventual, up, down = learnt.settle(rng, present, usual_counts(figures.newest), age, sampling.draws)
        draws = {"chain": [0], "draw": np.arange(sampling.draws)}
        cells = {"area": list(figures.areas), "period": list(figures.months[-fresh:])}
        rates = ("chain", "draw", "age_from")
        table = revision_factors(figures, settled_after=self.settled_after).set_index("age").rename_axis("age")
        return {
            "posterior_predictive": xr.Dataset(
                {"eventual_count": (("chain", "draw", "area", "period"), eventual[None])}, coords=draws | cells
            ),
            "posterior": xr.Dataset(
                {"upward_rate": (rates, up[None]), "downward_rate": (rates, down[None])},
                coords=draws | {"age_from": learnt.limits[:-1]},
            ),
            "revisions": xr.Dataset.from_dataframe(table),
        }


def revision_factors(
    triangle: RevisionTriangle,
    *,
    ages: Sequence[int] | None = None,
    count: float = 1.0,
    settled_after: int = SETTLED_AFTER,
) -> pd.DataFrame:
    """What is still to come to a figure of each age, as a factor: for models that read fresh figures beside old ones.

    Parameters
    ----------
    triangle : RevisionTriangle
        Data cuts to learn from.
    ages : sequence of int, optional
        Months since the month ended, 0 in the cut of the month itself; by default all up to `settled_after`.
    count : float
        Size of the figure: the larger, the less its own revisions matter.
    settled_after : int
        As in `Nowcast`.

    Returns
    -------
    pandas.DataFrame
        A row an age: ``age``; ``mean_factor``, mean of eventual / present; ``log_sd`` of that factor, which is of ``shared_log_sd``
        (the rates are not known well: common to all figures of an age) and ``own_log_sd`` (this figure's own revisions, falling like
        1/√count). It is a factor of delay, never of under-reporting.

    Examples
    --------
    >>> import estimators as est
    >>> triangle = est.read_triangle(est.datasets.load("mexico_victims_vintages"))
    >>> factors = est.revision_factors(triangle, ages=[0, 12], count=70.0).set_index("age")
    >>> bool(1.0 < factors.loc[12, "mean_factor"] < factors.loc[0, "mean_factor"] < 1.05)
    True
    """
    if not count > 0.0:
        raise DataError([Problem("revision_factors", None, "count", str(count), "a count above 0")])
    age = np.arange(settled_after) if ages is None else np.asarray(ages)
    if age.ndim != 1 or not len(age) or (age < 0).any():
        raise DataError([Problem("revision_factors", None, "ages", str(ages), "whole numbers of months, 0 or more")])
    learnt = learn(triangle, settled_after)
    mean, shared, own = learnt.factor(age.astype(float), np.full(len(age), float(count)))
    columns = {"mean_factor": mean, "log_sd": np.hypot(shared, own), "shared_log_sd": shared, "own_log_sd": own}
    return pd.DataFrame({"age": age} | columns)


def usual_counts(counts: Array) -> Array:
    """Usual monthly count of each area, (areas,), from the newest two years; never 0."""
    recent = counts[:, -USUAL_MONTHS:]
    return np.asarray((recent.sum(axis=1) + 0.5) / recent.shape[1])


def learn(triangle: RevisionTriangle, settled_after: int) -> revisions.Revisions:
    """Rates of revision from every pair of successive cuts.

    Raises
    ------
    DataError
        If nothing was counted in any month: the rates are per case.
    """
    if not np.nansum(triangle.counts) > 0.0:
        expected = "a count above 0 in some month: rates of revision are per case, and 0 of none says nothing"
        raise DataError([Problem(triangle.label, None, triangle.counted, "0 throughout", expected)])
    limits = revisions.edges(settled_after)
    changes, usual, before, months = [], [], [], []
    for place, (old, new) in enumerate(zip(triangle.cuts[:-1], triangle.cuts[1:], strict=True)):
        covered = old - triangle.first + 1
        first, second = triangle.counts[place, :, :covered], triangle.counts[place + 1, :, :covered]
        age = np.arange(covered, dtype=float)[::-1]
        bands = revisions.months_in_bands(age, age + (new - old), limits)
        changes.append((second - first).ravel())
        usual.append(np.repeat(usual_counts(first), covered))
        before.append(first.ravel())
        months.append(np.tile(bands, (len(triangle.areas), 1)))
    return revisions.learn(
        np.concatenate(changes), np.concatenate(usual), np.concatenate(before), np.concatenate(months), limits
    )
