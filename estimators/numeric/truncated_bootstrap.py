"""Populations drawn again from a fitted regression of captures, and limits from them.

Notation: as in `truncated_fit`. Limits are BCa (Efron 1987, doi:10.1080/01621459.1987.10478410): the bias correction is the normal quantile
of the share of samples below the estimate, the acceleration Σ I³/(6 (Σ I²)^1.5) with I the influence of each person on N,
1/π_i + g'V s_i less its mean, s_i the slope of the log-likelihood of person i in θ.
"""

import numpy as np
from scipy import special

from estimators.numeric.truncated_counts import Array, caught, contributions, draw
from estimators.numeric.truncated_fit import (
    Counts,
    Estimate,
    Shape,
    edge,
    maximised,
    parameters,
    population,
    varying_of,
)


def resampled(counts: Counts, shape: Shape, found: Estimate, samples: int, rng: np.random.Generator) -> Array:
    """N of each of `samples` populations drawn from the fit, (samples,); infinity where the sample has none."""
    total, _, chance = population(counts, shape, found)
    shares = counts.people / chance / total
    eta, start = counts.design @ found.beta, parameters(found, shape)
    w = found.w if np.isfinite(found.w) else 0.0
    again = np.full(samples, np.inf)
    for sample in range(samples):
        rows = np.repeat(np.arange(len(eta)), rng.multinomial(round(total), shares / shares.sum()))
        y = draw(eta[rows], found.alpha, w, shape.inflation, rng)
        rows, y = rows[y > 0.0], y[y > 0.0]
        if not (y > 1.0).any():
            continue
        most = int(y.max()) + 1
        cell, people = np.unique(rows * most + y.astype(np.intp), return_counts=True)
        table = Counts((cell % most).astype(np.float64), counts.design[cell // most], people.astype(np.float64))
        fit = maximised(table, shape, start)
        if edge(table, shape, fit) == "inside":
            again[sample] = population(table, shape, fit)[0]
    return again


def bca_limits(counts: Counts, shape: Shape, found: Estimate, again: Array) -> tuple[float, float]:
    """95 % limits from populations drawn again."""
    total, _, _ = population(counts, shape, found)
    influence = _influence(counts, shape, found)
    acceleration = (counts.people @ influence**3) / (6.0 * (counts.people @ influence**2) ** 1.5)
    below = np.clip(np.mean(again < total), 0.5 / len(again), 1.0 - 0.5 / len(again))
    bias = special.ndtri(below)
    z = bias + special.ndtri(np.array([0.025, 0.975]))
    level = special.ndtr(bias + z / (1.0 - acceleration * z))
    low, high = np.quantile(again, level, method="closest_observation")
    return float(low), float(high)


def _influence(counts: Counts, shape: Shape, found: Estimate) -> Array:
    """Influence of one person of each row on N, (m,)."""
    eta = counts.design @ found.beta
    w = found.w if np.isfinite(found.w) else 0.0
    extra = [1 + at for at in varying_of(shape)]
    chance, slope = caught(eta, found.alpha, w, shape.inflation)
    weighed = slope * counts.people[:, None]
    gradient = np.concatenate([counts.design.T @ weighed[:, 0], weighed[:, extra].sum(axis=0)])
    score = contributions(counts.y, eta, found.alpha, w, shape.inflation).slope
    scores = np.column_stack([counts.design * score[:, :1], score[:, extra]])
    influence = 1.0 / chance + scores @ (found.covariance @ gradient)
    return np.asarray(influence - counts.people @ influence / counts.people.sum())
