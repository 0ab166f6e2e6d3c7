"""The rest of a year given its beginning, from a level that drifts, seasons that areas share, and mass events."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from estimators.errors import DataError, Problem
from estimators.numeric import year_ahead
from estimators.priors import Prior
from estimators.projection import periods
from estimators.projection.series import CountSeries
from estimators.sampling import Sampling

NOT_UNDER_REPORTING = (
    "what is projected is the figure that will have been registered: it lacks the months that are still to come, which is delay and "
    "season; victims who are never registered are not in it, and no projection adds them"
)


@dataclass(frozen=True, repr=False)
class SeasonalProjection:
    """What a year will have registered, given its first months: never twice the half, but what earlier years say of the rest.

    Parameters
    ----------
    horizon : str
        Last period of the total, such as ``"2022-12"``; by default the end of the year that is under way. The total begins with the
        year of the horizon.
    area : tuple of str
        The areas to project, by default all. The others are still learnt from.

    Notes
    -----
    A count y of area a and month t has mean exp(x + s) with x the area's log level and s the effect of the month of the year, which all
    areas share: s ~ N(0, τ²), τ estimated around 0.15. x drifts by N(0, σ²) a month, one month in 33 by five times as much. y is negative
    binomial of variance μ(1 + κ) + μ²/φ; with probability π the month holds a mass event instead, whose size falls off like a power.
    (σ, κ, φ, π) lie on a grid of 144 points; each area has weights of its own over it, pulled towards those of all areas (empirical Bayes).
    x is followed by an exact filter on a grid, so nothing is approximated but the seasons, whose posterior is taken as normal. Draws go
    ahead month by month. A method of our own, of known parts; docs/projection.md has its backtest.

    References
    ----------
    Kitagawa, G. 1987. Non-Gaussian state-space modeling of nonstationary time series. JASA 82. doi:10.1080/01621459.1987.10478534
    Czado, C., Gneiting, T. and Held, L. 2009. Predictive model assessment for count data. Biometrics 65.
    doi:10.1111/j.1541-0420.2009.01191.x

    Examples
    --------
    >>> import estimators as est
    >>> table = est.datasets.load("mexico_investigations_national_month")
    >>> series = est.read_series(table, value="investigations", known_through="2022-06")
    >>> post = est.fit(est.SeasonalProjection(), series, seed=1)
    >>> total = post["posterior_predictive"]["year_total"]
    >>> bool((total >= 417).all()), 650 < float(total.median()) < 1000
    (True, True)
    """

    horizon: str = ""
    area: tuple[str, ...] = ()

    method: ClassVar[str] = "exact filter on a grid, simulated ahead"

    def __repr__(self) -> str:
        return (
            f"SeasonalProjection. Up to {self.horizon or 'the end of the year'}: counts are negative binomial around a level that drifts "
            "on the log scale, times a seasonal effect that all areas share, and now and then a mass event; drift and extra variation are "
            "estimated for each area and pulled towards those of all areas. The rest of the year is simulated from what the earlier "
            "years and this year's first months tell."
        )

    def priors(self) -> tuple[Prior, ...]:
        """None that fixes a level: the priors are those of drift, variation and seasons in the notes."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every projection."""
        return (
            NOT_UNDER_REPORTING,
            "what is registered so far is taken as it stands; later revisions of these months are a matter of Nowcast",
            "the months ahead vary about the level as the months behind did: a change of law, of method or of staff is not foreseen",
            "the months of a year share it in all areas alike",
        )

    def figures(self, evidence: CountSeries) -> CountSeries:
        """The series, once it is known that they reach back far enough and the horizon lies ahead."""
        horizon = self._horizon(evidence)
        start = horizon - horizon % evidence.per_year
        before = (min(start, evidence.last + 1) - evidence.first) // evidence.per_year
        if before < 1:
            text = f"at least one whole year before {periods.label(start, evidence.per_year)}: of one year, nobody can tell its seasons"
            raise DataError([Problem(evidence.label, None, None, f"figures from {evidence.periods[0]}", text)])
        evidence.places(self.area)
        return evidence

    def answer(self, figures: CountSeries, sampling: Sampling, rng: np.random.Generator) -> dict[str, xr.Dataset]:
        """Draws of what the year will have registered, and of level, drift and seasons."""
        horizon, places = self._horizon(figures), figures.places(self.area)
        start = horizon - horizon % figures.per_year
        with threadpool_limits(limits=1, user_api="blas"):  # many small products: threads only wait for each other
            learnt = year_ahead.learn(figures.counts, figures.seasons, figures.per_year)
        coming = np.arange(figures.last + 1, horizon + 1)
        ahead = year_ahead.simulate(rng, learnt, coming % figures.per_year, sampling.draws)
        known = figures.counts[:, max(start - figures.first, 0) :].sum(axis=1)[places]
        counted = ahead.counts[places]  # (area, period, draw)
        rest = counted[:, coming >= start].sum(axis=1)
        areas = [figures.areas[place] for place in places]
        draws = {"chain": [0], "draw": np.arange(sampling.draws)}
        year, cells = ("chain", "draw", "area"), ("chain", "draw", "area", "coming")
        predicted = xr.Dataset(
            {
                "rest_of_year": (year, rest.T[None]),
                "year_total": (year, (rest + known[:, None]).T[None]),
                "registered": (cells, counted.transpose(2, 0, 1)[None]),
            },
            coords=draws | {"area": areas, "coming": [periods.label(int(t), figures.per_year) for t in coming]},
        )
        posterior = xr.Dataset(
            {
                "level": (year, ahead.level[places].T[None]),
                "drift": (year, ahead.sigma[places].T[None]),
                "seasonal_factor": (("chain", "draw", "season"), np.exp(ahead.effects)[None]),
            },
            coords=draws | {"area": areas, "season": np.arange(1, figures.per_year + 1)},
        )
        so_far = xr.Dataset({"registered_so_far": ("area", known)}, coords={"area": areas})
        so_far.attrs = {
            "counted": figures.noun,
            "known_through": figures.periods[-1],
            "from": periods.label(start, figures.per_year),
            "horizon": periods.label(horizon, figures.per_year),
        }
        return {"posterior": posterior, "posterior_predictive": predicted, "projection": so_far}

    def years_before(self, figures: CountSeries) -> int:
        """Whole years before the one that is projected."""
        start = self._horizon(figures) // figures.per_year * figures.per_year
        return (min(start, figures.last + 1) - figures.first) // figures.per_year

    def _horizon(self, figures: CountSeries) -> int:
        """Number of the last period of the total."""
        last, per_year = figures.last, figures.per_year
        end = last - last % per_year + per_year - 1
        if not self.horizon:
            if end == last:
                expected = f"figures of a year that is not over; to project the next: horizon={periods.label(end + per_year, per_year)!r}"
                raise DataError([Problem(figures.label, None, "known_through", figures.periods[-1], expected)])
            return end
        read = periods.number(self.horizon)
        if read is None or read[1] != per_year or not last < read[0] <= last + per_year:
            ends = f"{periods.label(last + 1, per_year)} to {periods.label(last + per_year, per_year)}"
            expected = f"a {periods.NAMES[per_year]} from {ends}, after what is known and no more than a year ahead"
            raise DataError([Problem(figures.label, None, "horizon", self.horizon, expected)])
        return read[0]
