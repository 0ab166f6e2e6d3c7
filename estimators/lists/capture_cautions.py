"""What a reader must know of a regression of repeated captures."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from estimators.lists.captures import Captures
from estimators.lists.table import Array
from estimators.numbers import number
from estimators.numeric.truncated_fit import (
    Counts,
    Estimate,
    Shape,
    inside,
    maximised,
    more_ones,
    parameters,
    population,
)

FEW = 10  # people caught more than once
THIN = 5  # of one value of a covariate
BETTER = 3.32  # log-likelihood of one more parameter, probability .01
WIDE = 10.0  # limits so many times apart tell hardly anything
LEAST_EXPECTED = 5.0
FAR = 3.29  # standard deviations, probability .001
POOR = 1e-3  # probability of so large a deviance below which a model does not fit


def thin(captures: Captures, covariates: Sequence[str]) -> list[str]:
    """What rests on a few people caught more than once: everything, or the part of one value of a covariate."""
    twice = captures.captures > 1.0
    again = int(captures.people[twice].sum())
    if again < FEW:
        who = "one person" if again == 1 else f"{again} people"
        was = "was" if again == 1 else "were"
        return [
            f"only {who} of {captures.observed:,} {was} caught more than once: one more or fewer changes the estimate greatly"
        ]
    thin = []
    for name in covariates:
        column = captures.covariates[name]
        if not pd.api.types.is_numeric_dtype(column):
            seen = pd.Series(captures.people[twice]).groupby(column[twice].astype(str).to_numpy()).sum()
            thin += [f"{name} {level} ({people:,.0f})" for level, people in seen.items() if people < THIN]
    if not thin:
        return []
    return [
        f"hardly anybody caught more than once has {', '.join(thin)}: the part of the estimate with these rests on them alone"
    ]


def without(again: Array) -> list[str]:
    """Populations drawn again that have no finite estimate."""
    without = float(np.mean(~np.isfinite(again)))
    if without == 0.0:
        return []
    return [
        f"{100 * without:.1f} % of the populations drawn again have no finite estimate: some people are hardly ever caught again"
    ]


def apart(limits: tuple[float, float]) -> list[str]:
    """Limits that tell hardly anything."""
    if limits[1] < WIDE * limits[0]:
        return []
    return ["the limits are more than a factor 10 apart: the captures hardly tell how many were never caught"]


def at_edge(asked: Shape, shape: Shape) -> list[str]:
    """What was asked for and is not there."""
    texts = []
    if asked.alpha is None and shape.alpha is not None:
        texts.append(
            "the captures vary no more than Poisson ones: the dispersion is at 0, its edge, and the fit is the Poisson one"
        )
    if asked.inflation != shape.inflation:
        texts.append(
            "no more people were caught once than without extra ones: their share is at 0, its edge, and the fit has none"
        )
    return texts


def better(counts: Counts, shape: Shape, found: Estimate) -> list[str]:
    """Other distributions that fit clearly better and say something else."""
    texts = []
    enough = len(set(counts.y[counts.y > 1.0].tolist())) > (2 if shape.alpha is None else 1)
    if shape.inflation == "none" and enough and more_ones(counts, shape, found) > BETTER / 2.0:
        other = Shape(shape.alpha, "after truncation")
        start = np.concatenate([parameters(found, shape), [-1.0]])
        inflated = maximised(counts, other, start)
        gain = inflated.log_likelihood - found.log_likelihood
        if gain > BETTER and np.isfinite(inflated.covariance).all():
            total = population(counts, other, inflated)[0]
            texts.append(
                "more people were caught exactly once than this distribution has; if they left or hid when caught there are only "
                f"{number(total)} (one_inflation='after truncation'), if people differ more there are more"
            )
    if shape.alpha is not None:
        texts += _other_dispersion(counts, shape, found)
    return texts


def _other_dispersion(counts: Counts, shape: Shape, found: Estimate) -> list[str]:
    """Of Poisson, geometric and negative binomial captures those that fit clearly better, and each better than the one before."""
    texts, best = list[str](), found.log_likelihood
    other = Shape(1.0 if shape.alpha == 0.0 else 0.0, shape.inflation)
    rival = maximised(counts, other)
    if rival.log_likelihood - best > BETTER and rival.settled:
        kind, best = "geometric" if shape.alpha == 0.0 else "Poisson", rival.log_likelihood
        texts = [f"{kind} captures fit clearly better, and say {number(population(counts, other, rival)[0])}"]
    if shape.inflation == "none" or len(set(counts.y[counts.y > 1.0].tolist())) > 2:
        wide, kept, edge = inside(counts, Shape(None, shape.inflation))
        says = (
            "set no upper limit"
            if edge == "unbounded dispersion"
            else f"say {number(population(counts, kept, wide)[0])}"
        )
        if wide.log_likelihood - best > BETTER and edge in ("inside", "unbounded dispersion"):
            texts.append(f"negative binomial captures fit clearly better, and {says}")
    return texts


def beyond_two(counts: Counts, beta: Array, inverse: Array) -> list[str]:
    """People caught three times or more who are not as many as Poisson captures with the odds of two to one, λ/2 = exp(x'β), imply."""
    low, mean = counts.y <= 2.0, 2.0 * np.exp(counts.design @ beta)
    ratio = special.gammainc(3.0, mean) * np.exp(mean) / (mean + 0.5 * mean**2)
    slope = mean * (0.5 * mean**2 - ratio * (1.0 + mean)) / (mean + 0.5 * mean**2) + ratio * mean
    people, seen = counts.people * low, float(counts.people[~low].sum())
    implied, gradient = float(people @ ratio), counts.design.T @ (people * slope)
    if abs(seen - implied) < FAR * np.sqrt(implied + gradient @ inverse @ gradient):
        return []
    imply = (
        f"{seen:,.0f} people were caught three times or more, where those caught once or twice imply {number(implied)}"
    )
    return [f"{imply}: they differ, or many were gone after one, and the estimate is too low or too high"]


def misfit(captures: Captures, fitted: Array, shape: Shape) -> list[str]:
    """A distribution that the numbers caught once, twice, … contradict; the tail counts as one, so that 5 or more are expected in it.

    Covariates are told by the same people, so that the degrees of freedom, those of no covariates, are rather too few.
    """
    above = float(captures.observed) - np.cumsum(fitted)
    cells = int((np.minimum(fitted, above) >= LEAST_EXPECTED).cumprod().sum())
    means = np.append(fitted[:cells], captures.observed - fitted[:cells].sum())
    counts = np.append(captures.often[:cells], captures.often[cells:].sum())
    deviance = 2.0 * float(special.xlogy(counts, counts / means).sum())
    left = cells - 1 - (shape.alpha is None) - (shape.inflation != "none")
    if left < 1 or special.chdtrc(left, deviance) >= POOR:
        return []
    text = "its assumptions are wrong, and its interval leaves that out"
    return [f"the model does not fit: deviance {number(deviance)} on {left} degrees of freedom; {text}"]
