"""The rest of a year given its beginning: level, drift, noise and seasons learnt from the series, and simulation ahead.

Notation as in `drifting_level`, `burst_counts`, `pooled_grid` and `seasons`: σ drift a month, κ and φ extra variation, π probability of a
mass event a month. Periods longer than a month drift and hold events as so many months together do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import burst_counts, drifting_level, level_panel, pooled_grid, seasons

type Array = NDArray[np.float64]
type Whole = NDArray[np.intp]

SIGMAS = np.array([0.015, 0.04, 0.08, 0.14, 0.22, 0.32])
SIGMA_MEDIAN, SIGMA_LOG_SD = 0.12, 0.7
KAPPAS = np.array([0.1, 0.6, 1.5, 4.0])
KAPPA_MEDIAN, KAPPA_LOG_SD = 1.0, 1.0
PHIS = np.array([4.0, 16.0, 1e6])
PIS = np.array([0.002, 0.02])
COARSE = (0, 2, 4)  # of the drifts, to find the noise at which the seasons are learnt


@dataclass(frozen=True)
class Grid:
    """Every drift σ (H,) with every noise: (κ, φ) of shape (P,) and π (E,), noises flat with π innermost; prior (H, P · E)."""

    sigma: Array
    kappa: Array
    phi: Array
    pi: Array
    prior: Array

    @property
    def noises(self) -> tuple[Array, Array, Array]:
        """κ, φ and π of each noise, (P · E,)."""
        repeated = np.repeat(np.stack([self.kappa, self.phi]), len(self.pi), axis=1)
        return repeated[0], repeated[1], np.tile(self.pi, len(self.kappa))

    def some(self, drifts: Whole) -> "Grid":
        """Fewer drifts."""
        prior = self.prior[drifts]
        return Grid(self.sigma[drifts], self.kappa, self.phi, self.pi, prior / prior.sum())


@dataclass(frozen=True)
class Learnt:
    """What the series tell: per panel the level now, (H, D, A, K), and the weights of the grid, (H · D, A)."""

    panels: list[level_panel.Panel]
    levels: list[Array]
    weights: list[Array]
    common: Array
    grid: Grid
    seasons: seasons.Seasons


def grid(months: int = 1) -> Grid:
    """The grid and its prior for periods of so many months."""
    sigma, pi = SIGMAS * np.sqrt(months), 1.0 - (1.0 - PIS) ** months
    kappa, phi = (values.ravel() for values in np.meshgrid(KAPPAS, PHIS, indexing="ij"))
    of_kappa = pooled_grid.log_normal_weights(KAPPAS, KAPPA_MEDIAN, KAPPA_LOG_SD)
    noise = np.repeat(of_kappa, len(PHIS) * len(PIS)) / (len(PHIS) * len(PIS))
    drift = pooled_grid.log_normal_weights(SIGMAS, SIGMA_MEDIAN, SIGMA_LOG_SD)
    return Grid(sigma, kappa, phi, pi, drift[:, None] * noise)


def learn(counts: Array, season: Whole, seasons_a_year: int) -> Learnt:
    """Learn from series of counts (A, T) whose periods have seasons (T,)."""
    full, panels = grid(12 // seasons_a_year), level_panel.panels(counts, season)
    coarse = full.some(np.array(COARSE))
    flat = np.zeros(seasons_a_year)
    _, weights, _ = _followed(panels, coarse, flat, counts.shape[0])
    found = seasons.learn(panels, _likeliest(coarse, weights), seasons_a_year)
    levels, weights, common = _followed(panels, full, found.effects, counts.shape[0])
    return Learnt(panels, levels, weights, common, full, found)


def _followed(
    panels: list[level_panel.Panel], of: Grid, effects: Array, series: int
) -> tuple[list[Array], list[Array], Array]:
    """Filter every panel, and pool their weights."""
    levels, points = [], of.prior.size
    likelihood = np.empty((points, series))
    for panel in panels:
        kernels = np.stack([drifting_level.kernel(panel.nodes, panel.step, sigma) for sigma in of.sigma])
        tables = panel.likelihoods(effects, of.kappa, of.phi, of.pi)
        now, logs = drifting_level.forward(panel.initial, kernels, tables, len(panel.season))
        levels.append(now)
        likelihood[:, panel.place] = logs.reshape(points, -1)
    weights, common = pooled_grid.pooled(of.prior.ravel(), likelihood)
    return levels, [weights[:, panel.place] for panel in panels], common.reshape(of.prior.shape)


def _likeliest(of: Grid, weights: list[Array]) -> list[seasons.Noise]:
    """The drift that is likeliest over all series, and the likeliest noise of each."""
    kappa, phi, pi = of.noises
    by_series = [w.reshape(*of.prior.shape, -1) for w in weights]
    sigma = float(of.sigma[np.sum([w.sum(axis=(1, 2)) for w in by_series], axis=0).argmax()])
    best = [w.sum(axis=0).argmax(axis=0) for w in by_series]
    return [seasons.Noise(sigma, kappa[noise], phi[noise], pi[noise]) for noise in best]


@dataclass(frozen=True)
class Ahead:
    """Draws: counts of the periods ahead (A, T', draws), level now (A, draws), seasonal effects (draws, S), σ (A, draws)."""

    counts: Array
    level: Array
    effects: Array
    sigma: Array


def simulate(rng: np.random.Generator, learnt: Learnt, season: Whole, draws: int) -> Ahead:
    """Draw the periods ahead, whose seasons are `season` (T',), of every series."""
    series = sum(len(panel.place) for panel in learnt.panels)
    effects = learnt.seasons.draw(rng, draws)
    ahead = Ahead(np.empty((series, len(season), draws)), np.empty((series, draws)), effects, np.empty((series, draws)))
    noises = learnt.grid.noises
    for panel, levels, weights in zip(learnt.panels, learnt.levels, learnt.weights, strict=True):
        for a, place in enumerate(panel.place):
            point = rng.choice(len(weights), draws, p=weights[:, a] / weights[:, a].sum())
            drift, noise = np.divmod(point, len(noises[0]))
            reached = np.cumsum(levels[drift, noise, a], axis=1)
            node = (reached < rng.random((draws, 1)) * reached[:, -1:]).sum(axis=1)
            x = panel.levels[a, np.minimum(node, panel.nodes - 1)] + panel.step * (rng.random(draws) - 0.5)
            sigma, (kappa, phi, pi) = learnt.grid.sigma[drift], (values[noise] for values in noises)
            ahead.level[place], ahead.sigma[place] = np.exp(x), sigma
            for t, m in enumerate(season):
                x = drifting_level.walk(rng, x, sigma)
                mu = np.exp(x + effects[:, m])
                ahead.counts[place, t] = burst_counts.draw(rng, mu, kappa, phi, pi, float(panel.base[a]))
    return ahead
