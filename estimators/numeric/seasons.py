"""What of the year falls in each of its months: effects that all series share, learnt beside their levels, with their uncertainty.

Notation: s (S,) effects on the log, s ~ N(0, τ²C), C of unit diagonal and smooth around the year: its waves have variances ∝ 1/k², k a
year, and the wave of k = 0 is the level's. Score and information of s_m are sums over its periods of E[(y - μ)/(1 + μ/r)] and
E[μ/(1 + μ/r)], over p(x_t | all y) and weighted by the probability that the period holds no mass event (Fisher's identity). A few steps
with that information are followed by Newton's with the curvature of the marginal likelihood, from differences of the exact score, which
counts what is not known of the levels; its inverse is the covariance. τ² is re-estimated on the way, under a scaled inverse χ² of 6
degrees of freedom at 0.15².
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import burst_counts, drifting_level
from estimators.numeric.level_panel import Panel

type Array = NDArray[np.float64]

USUAL_SD, DEGREES = 0.15, 6.0
FIRST_ROUNDS, NEWTON_ROUNDS, DIFFERENCE = 3, 4, 0.01
ENOUGH = 0.002
SUM_VARIANCE = 1e-4  # of the wave of k = 0, in place of 0


@dataclass(frozen=True)
class Seasons:
    """Effects s (S,), their covariance (S, S) and τ."""

    effects: Array
    covariance: Array
    sd: float

    def draw(self, rng: np.random.Generator, draws: int) -> Array:
        """Draws of s, (draws, S)."""
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        return np.asarray(self.effects + rng.standard_normal((draws, len(self.effects))) @ root.T)


@dataclass(frozen=True)
class Noise:
    """Drift σ of all series of a panel, and κ, φ, π of each, (A,)."""

    sigma: float
    kappa: Array
    phi: Array
    pi: Array


def learn(panels: list[Panel], noises: list[Noise], seasons: int) -> Seasons:
    """Effects at given drifts and noises."""
    s, variance, smooth = np.zeros(seasons), USUAL_SD**2, np.linalg.inv(waves(seasons))
    for _ in range(FIRST_ROUNDS):
        score, information = _sums(panels, noises, s[None])
        s = s + np.linalg.solve(np.diag(information[0]) + smooth / variance, score[0] - smooth @ s / variance)
    score, _ = _sums(panels, noises, np.concatenate([s[None], s + DIFFERENCE * np.eye(seasons)]))
    curvature = -(score[1:] - score[0]) / DIFFERENCE
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    known = (vectors * np.maximum(values, 0.0)) @ vectors.T
    slope = score[0]
    for _ in range(NEWTON_ROUNDS):
        covariance = np.linalg.inv(known + smooth / variance)
        step = covariance @ (slope - smooth @ s / variance)
        s = s + step
        spread = s @ smooth @ s + np.trace(smooth @ covariance)
        variance = (DEGREES * USUAL_SD**2 + spread) / (DEGREES + seasons)
        if np.abs(step).max() < ENOUGH:
            break
        slope = _sums(panels, noises, s[None])[0][0]
    return Seasons(s, np.linalg.inv(known + smooth / variance), float(np.sqrt(variance)))


def waves(seasons: int) -> Array:
    """C, (S, S): waves of 1, 2 … periods a year, of variance ∝ 1/k², on a unit diagonal."""
    k = np.arange(1, seasons // 2 + 1)
    lag = np.arange(seasons)
    around = np.cos(2.0 * np.pi * k[:, None] * lag / seasons) / k[:, None] ** 2
    row = around.sum(axis=0) / (1.0 / k**2).sum()
    return np.asarray(row[np.abs(lag[:, None] - lag)] + SUM_VARIANCE)


def _sums(panels: list[Panel], noises: list[Noise], effects: Array) -> tuple[Array, Array]:
    """Score and information of each row of `effects` (B, S), both (B, S)."""
    parts = [_panel_sums(panel, noise, effects) for panel, noise in zip(panels, noises, strict=True)]
    return np.sum([score for score, _ in parts], axis=0), np.sum([information for _, information in parts], axis=0)


def _panel_sums(panel: Panel, noise: Noise, effects: Array) -> tuple[Array, Array]:
    """The same of one panel; the rows of `effects` are smoothed side by side, as if each were a panel of its own.

    Rows that differ in few seasons agree in most periods, so each period is computed once for each of its distinct effects.
    """
    distinct = [np.unique(column, return_inverse=True) for column in effects.T]
    most = max(len(values) for values, _ in distinct)
    values = np.array([np.pad(values, (0, most - len(values)), mode="edge") for values, _ in distinct])
    mu = np.exp(panel.levels + values[panel.season][:, :, None, None])
    kappa, phi, pi = (of_series[:, None] for of_series in (noise.kappa, noise.phi, noise.pi))
    r, y = burst_counts.size(mu, kappa, phi), panel.counts.T[:, None, :, None]
    plain = (1.0 - pi) * np.exp(burst_counts.log_mass(y, mu, r))
    event = burst_counts.event_mass(panel.counts, np.broadcast_to(panel.base[:, None], panel.counts.shape))
    both = np.maximum(plain + pi * event.T[:, None, :, None], drifting_level.SMALLEST)
    weight = plain / both / (1.0 + mu / r)
    chosen = np.array([which for _, which in distinct])[panel.season]
    place = np.arange(len(chosen))[:, None], chosen
    moves = drifting_level.kernel(panel.nodes, panel.step, noise.sigma)
    rows, (series, periods) = len(effects), panel.counts.shape
    flat = both[place].reshape(periods, rows * series, panel.nodes)
    where = drifting_level.smooth(np.tile(panel.initial, (rows, 1)), moves, flat).reshape(periods, rows, series, -1)
    score = np.einsum("tbak,tbak->tb", where, (weight * (y - mu))[place])
    information = np.einsum("tbak,tbak->tb", where, (weight * mu)[place])
    member = (panel.season[:, None] == np.arange(effects.shape[1])).astype(float)
    return score.T @ member, information.T @ member
