"""Several series on grids of their log levels: what each count says about the level, for every kind of noise.

Notation: y (A, T) counts, s (S,) seasonal effects on the log, m (T,) season of each period; x = log level at the nodes (A, K), whole
multiples of one step; μ = exp(x + s_m). Counts repeat, so probabilities are tabulated once for each pair of count and season.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import burst_counts

type Array = NDArray[np.float64]
type Whole = NDArray[np.intp]

# From a mean count a period on: step of the grid, and how far it reaches below the lowest and above the highest level seen.
SCALES = (
    (0.0, 0.15, 0.2, 0.8),
    (10.0, 0.06, 0.8, 0.8),
    (200.0, 0.03, 0.5, 0.5),
    (1000.0, 0.012, 0.3, 0.3),
    (10_000.0, 0.005, 0.2, 0.2),
)
SPARSE_REACH = (3.6, 2.8)  # at least, from the mean, on the first scale
WINDOW = 6
LARGEST_SERIES = 48  # a panel, so that its arrays stay in cache
LEAST_SPREAD = 1.2


@dataclass(frozen=True)
class Panel:
    """Series that share one grid step.

    Parameters
    ----------
    place : Whole
        Which of all series these are, (A,).
    counts : Array
        y, (A, T).
    season : Whole
        m, (T,).
    start : Whole
        First node of each series in steps, (A,).
    nodes : int
        K.
    step : float
        Distance of the nodes.
    base : Array
        Size of the smallest mass event, (A,).
    initial : Array
        p(x) of the first period, (A, K).
    """

    place: Whole
    counts: Array
    season: Whole
    start: Whole
    nodes: int
    step: float
    base: Array
    initial: Array

    @property
    def levels(self) -> Array:
        """x, (A, K)."""
        return np.asarray((self.start[:, None] + np.arange(self.nodes)) * self.step)

    def likelihoods(self, effects: Array, kappa: Array, phi: Array, pi: Array) -> "Likelihoods":
        """Tables of p(y | x) for every pair (κ, φ) of shape (P,), each with every π of shape (E,)."""
        seasons = len(effects)
        pairs, row = np.unique(self.counts * seasons + self.season, return_inverse=True)
        y, m = np.divmod(pairs, seasons)
        first = int(self.start.min())
        column = (self.start - first)[:, None] + np.arange(self.nodes)
        x = (first + np.arange(int(column.max()) + 1)) * self.step
        mu = np.exp(x + effects[m.astype(int)][:, None])
        noise = (kappa[:, None, None], phi[:, None, None])
        ordinary = np.exp(burst_counts.log_mass(y[:, None], mu, burst_counts.size(mu, *noise)))
        event = burst_counts.event_mass(self.counts, np.broadcast_to(self.base[:, None], self.counts.shape))
        return Likelihoods(ordinary, row.reshape(self.counts.shape), column, event, pi)


@dataclass(frozen=True)
class Likelihoods:
    """p(y | x) of each period, gathered from a table; its first dimension is that of (κ, φ) and, inside it, of π."""

    ordinary: Array
    row: Whole
    column: Whole
    event: Array
    pi: Array

    def __call__(self, t: int) -> Array:
        """g_t, (P · E, A, K)."""
        plain = self.ordinary[:, self.row[:, t][:, None], self.column][:, None]
        pi = self.pi[None, :, None, None]
        mixed = (1.0 - pi) * plain + pi * self.event[:, t][:, None]
        return np.asarray(mixed.reshape(-1, *mixed.shape[2:]))


def panels(counts: Array, season: Whole) -> list[Panel]:
    """Sort series of counts (A, T) onto grids that are fine enough for each."""
    mean = (counts.sum(axis=1) + 0.5) / (counts.shape[1] + 1.0)
    centre = np.log(mean)
    spread = max(LEAST_SPREAD, float(centre.std())) if len(mean) > 1 else 1.5
    low, high = _reach(counts, centre)
    found = []
    for scale, (least, step, below, above) in enumerate(SCALES):
        most = SCALES[scale + 1][0] if scale + 1 < len(SCALES) else np.inf
        which = np.flatnonzero((mean >= least) & (mean < most))
        for place in (which[i : i + LARGEST_SERIES] for i in range(0, len(which), LARGEST_SERIES)):
            down, up = low[place] - below, high[place] + above
            if scale == 0:
                down, up = np.minimum(down, -SPARSE_REACH[0]), np.maximum(up, SPARSE_REACH[1])
            start = np.floor((centre[place] + down) / step).astype(np.intp)
            nodes = int(np.ceil((up - down).max() / step)) + 2
            x = (start[:, None] + np.arange(nodes)) * step
            initial = np.exp(-0.5 * ((x - centre.mean()) / spread) ** 2)
            initial /= initial.sum(axis=1, keepdims=True)
            base = burst_counts.event_base(counts[place])
            found.append(Panel(place, counts[place], season, start, nodes, step, base, initial))
    return found


def _reach(counts: Array, centre: Array) -> tuple[Array, Array]:
    """Lowest and highest log mean over windows of six periods, from the centre, each (A,)."""
    width = min(WINDOW, counts.shape[1])
    sums = np.cumsum(np.pad(counts, ((0, 0), (1, 0))), axis=1)
    windows = np.log((sums[:, width:] - sums[:, :-width] + 0.5) / width) - centre[:, None]
    return windows.min(axis=1), windows.max(axis=1)
