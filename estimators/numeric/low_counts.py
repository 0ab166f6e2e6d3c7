"""Populations from those caught once or twice only, which Zelterman and Chao trust to be the more like those never caught.

Notation: y captures, r people of each row, X a design, λ = 2 exp(Xβ) the Poisson mean; given y = 1 or 2 the odds of 2 are λ/2 (a logistic
regression). Zelterman: N = Σ r/(1 - e^-λ) over everybody. Chao: N = n + Σ r/(λ + λ²/2) over those with y ≤ 2; without covariates that is
n + f_1²/(2 f_2), and it is a lower bound whatever the distribution of λ.
"""

import numpy as np
from scipy import special

from estimators.numeric.truncated_counts import Array
from estimators.numeric.truncated_fit import Counts


def logistic(counts: Counts) -> tuple[Array, Array, float]:
    """β (p,), inverse information and log-likelihood of the regression of 2 against 1; NaN in the inverse where it does not exist."""
    few = counts.y <= 2.0
    design, people, twice = counts.design[few], counts.people[few], counts.y[few] == 2.0
    beta = np.linalg.lstsq(
        design, np.full(len(design), special.logit(np.clip(people @ twice / people.sum(), 1e-6, 0.5)))
    )[0]
    information = np.full((len(beta), len(beta)), np.nan)
    for _ in range(100):
        chance = special.expit(design @ beta)
        information = (design * (people * chance * (1.0 - chance))[:, None]).T @ design
        slope = design.T @ (people * (twice - chance))
        step = np.linalg.lstsq(information, slope)[0]
        beta = beta + step / max(1.0, np.abs(design @ step).max() / 2.0)
        if slope @ step < 1e-16 * people.sum() or np.abs(design @ beta).max() > 30.0:
            break
    eta = design @ beta
    total = float(people @ (twice * eta - np.logaddexp(0.0, eta)))
    size = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / size[:, None] / size)
    there = values[0] > 1e-10 and np.abs(eta).max() < 14.0
    inverse = (vectors / values) @ vectors.T / size[:, None] / size if there else np.full_like(information, np.nan)
    return beta, np.asarray(inverse), total


def zelterman(counts: Counts, beta: Array, inverse: Array) -> tuple[float, float]:
    """N and its standard error."""
    mean = 2.0 * np.exp(counts.design @ beta)
    chance = -np.expm1(-mean)
    gradient = counts.design.T @ (-counts.people * mean * np.exp(-mean) / chance**2)
    variance = counts.people @ ((1.0 - chance) / chance**2) + gradient @ inverse @ gradient
    return float(counts.people @ (1.0 / chance)), float(np.sqrt(variance))


def chao(counts: Counts, beta: Array, inverse: Array) -> tuple[float, float]:
    """N and its standard error (Böhning and others 2013)."""
    few = counts.y <= 2.0
    people, design = counts.people[few], counts.design[few]
    mean = 2.0 * np.exp(design @ beta)
    odds = mean + mean**2 / 2.0
    chance = np.exp(-mean) * odds
    gradient = design.T @ (-people * (mean + mean**2) / odds**2)
    variance = people @ ((1.0 - chance) * (1.0 + np.exp(-mean) / chance) ** 2) + gradient @ inverse @ gradient
    return float(counts.people.sum() + people @ (1.0 / odds)), float(np.sqrt(variance))
