"""Figures that a register revises, up and down: how often, by how much, and what becomes of a figure of a given age.

Notation: a figure y of age d (months since its month ended, 0 in the cut of the month itself). Between two cuts, a month of age in band b,
a figure goes up with rate α_b e and down with rate β_b y, where e is the usual monthly count of its area: figures of 0 are revised too.
Revisions have size 1 + Geometric(p). α_b ~ Gamma(c, c/ᾱ) with ᾱ the rate over all bands, so that α_b | n_b, E_b ~ Gamma(c + n_b, c/ᾱ + E_b)
(n_b revisions in E_b cell-months), and the number of revisions ahead is negative binomial, in closed form. β_b alike; ᾱ and β̄ are centred
in the same way on the rate over both directions, so that a direction not seen yet is not ruled out. p ~ Beta(3, 1). Registers are tidied up
at times and left alone at others: the rates ahead are multiplied by a factor g ~ Gamma(v, v), one for each direction, common to all
figures. Only the net change between two cuts is seen: one up and one down of the same figure cancel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]

EDGES = np.array([0.0, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0])  # the last band ends where figures count as settled
WORTH = 1.0  # c, revisions
SIZE_PRIOR = (3.0, 1.0)
WAVERING = 2.0  # v


def edges(settled: int) -> Array:
    """Limits of the bands of age, the last one `settled`."""
    return np.append(EDGES[settled > EDGES], float(settled))


def months_in_bands(start: Array, end: Array, limits: Array) -> Array:
    """Months of age from `start` to `end` that fall in each band, (..., bands)."""
    low, high = np.maximum(start[..., None], limits[:-1]), np.minimum(end[..., None], limits[1:])
    return np.asarray(np.maximum(high - low, 0.0))


@dataclass(frozen=True)
class Direction:
    """Revisions one way: shape and rate of the gamma of each band, (B,), and of the beta of the size."""

    shape: Array
    rate: Array
    size: tuple[float, float]

    @property
    def mean(self) -> Array:
        """Posterior mean of the revisions a cell-month, (B,)."""
        return self.shape / self.rate

    @property
    def variance(self) -> Array:
        """Posterior variance of it, (B,)."""
        return self.shape / self.rate**2

    @property
    def mean_size(self) -> float:
        """E[S] = E[1/p]."""
        a, b = self.size
        return (a + b - 1.0) / (a - 1.0)

    @property
    def inverse_square(self) -> float:
        """E[1/p²]."""
        a, b = self.size
        return (a + b - 1.0) * (a + b - 2.0) / ((a - 1.0) * (a - 2.0))

    @property
    def mean_square(self) -> float:
        """E[S²] = E[(2 - p)/p²]."""
        return 2.0 * self.inverse_square - self.mean_size

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        """Rates (draws, B) and p (draws,)."""
        rates = rng.standard_gamma(self.shape, (draws, len(self.shape))) / self.rate
        rates *= rng.standard_gamma(WAVERING, (draws, 1)) / WAVERING
        return rates, np.maximum(rng.beta(*self.size, draws), 1e-6)


def learn(change: Array, usual: Array, before: Array, months: Array, limits: Array) -> "Revisions":
    """Learn both directions.

    Parameters
    ----------
    change : Array
        By how much each figure moved between two cuts, (pairs,).
    usual, before : Array
        e and y of each pair, (pairs,).
    months : Array
        Months of age in each band between the two cuts, (pairs, B); a revision is shared among bands in proportion to them.
    limits : Array
        Of the bands, (B + 1,).
    """
    inside = months.sum(axis=1) > 0.0
    change, months = change[inside], months[inside]
    both = [(np.maximum(change, 0.0), usual[inside]), (np.maximum(-change, 0.0), before[inside])]
    cells = sum(float((exposure @ months).sum()) for _, exposure in both)
    common = (float((change != 0.0).sum()) + 0.5) / max(cells, 1e-9)
    up, down = (_direction(changes, exposure, months, common) for changes, exposure in both)
    return Revisions(up, down, limits)


def _direction(changes: Array, exposure: Array, months: Array, common: float) -> Direction:
    """Learn one direction, centred on its own rate over all bands, and that on the `common` rate, each worth c."""
    seen = changes > 0.0
    shares = months[seen] / months[seen].sum(axis=1, keepdims=True)
    revisions, cells = shares.sum(axis=0), exposure @ months
    centre = (WORTH + revisions.sum()) / (WORTH / common + cells.sum())
    a, b = SIZE_PRIOR
    size = (a + float(seen.sum()), b + float((changes[seen] - 1.0).sum()))
    return Direction(WORTH + revisions, WORTH / centre + cells, size)


@dataclass(frozen=True)
class Revisions:
    """Both directions, and the limits of the bands of age (B + 1,)."""

    up: Direction
    down: Direction
    limits: Array

    def ahead(self, age: Array, reached: Array | float = np.inf) -> Array:
        """Months of each band that a figure of this age still goes through until it has `reached` another, (..., B)."""
        return months_in_bands(age, np.minimum(np.broadcast_to(reached, age.shape), self.limits[-1]), self.limits)

    def factor(self, age: Array, count: Array) -> tuple[Array, Array, Array]:
        """Mean of settled / present, its log-sd that all figures of an age share, and the log-sd of a figure of this count alone.

        For figures about as large as is usual in their area, e = y = `count`; to first order in the revisions.
        """
        months = self.ahead(age)
        up, down = self.up, self.down
        mean = 1.0 + months @ (up.mean * up.mean_size - down.mean * down.mean_size)
        mean = np.maximum(mean, 1e-6)
        shared = np.zeros(len(months))
        for way in (up, down):
            rate = (months @ way.mean) ** 2
            square = (months**2 @ way.variance + rate) * (1.0 + 1.0 / WAVERING)
            shared += square * way.inverse_square - rate * way.mean_size**2
        own = months @ (up.mean * up.mean_square + down.mean * down.mean_square) / count
        return mean, np.sqrt(np.log1p(shared / mean**2)), np.sqrt(np.log1p(own / mean**2))

    def settle(
        self,
        rng: np.random.Generator,
        present: Array,
        usual: Array,
        age: Array,
        draws: int,
        reached: Array | float = np.inf,
    ) -> tuple[Array, Array, Array]:
        """Draws of the settled figures (draws, areas, months), and of the two rates (draws, B).

        `present` (areas, months) are the figures of today, `usual` (areas,) is e, `age` (months,); with `reached` the figures of that age.
        """
        months = self.ahead(age, reached)
        up, size_up = self.up.draw(rng, draws)
        down, size_down = self.down.draw(rng, draws)
        added = _moved(rng, (up @ months.T)[:, None, :] * usual[:, None], size_up)
        taken = _moved(rng, (down @ months.T)[:, None, :] * present, size_down)
        return np.maximum(present + added - taken, 0.0), up, down


def _moved(rng: np.random.Generator, rate: Array, p: Array) -> Array:
    """Sum of a Poisson number of sizes."""
    number = rng.poisson(rate)
    total = number.astype(np.float64)
    some = np.nonzero(number)
    total[some] += rng.negative_binomial(number[some], p[some[0]])
    return total
