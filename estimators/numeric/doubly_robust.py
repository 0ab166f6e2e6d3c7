"""Two lists that are independent given covariates: how many are on neither, by the efficient influence function.

Notation: among those on any list, q_1(x), q_2(x), q_12(x) are the probabilities of being on the first list, the second, and both, given
covariates x. Independence given x makes the probability of being on any list γ(x) = q_12 / (q_1 q_2), so that the true count is
N = n E[1/γ]. With y_1, y_2 the memberships, φ = (1/γ) (y_1/q_1 + y_2/q_2 - y_1 y_2/q_12) is unbiased for 1/γ if either q_12, or q_1 and
q_2, are nearly right; its errors are products of theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]
type Predict = Callable[[Array], Array]
type Learner = Callable[[Array, Array], Predict]

SMALLEST = 0.005  # of q_12: keeps single rows from deciding


@dataclass(frozen=True)
class Estimate:
    """An estimate by cross-fitting.

    Parameters
    ----------
    count, error : float
        N and its standard error: √(n Var φ + n (1 - ψ)/ψ²) with ψ = n/N, chance in who is listed included.
    plug_in : float
        Σ 1/γ, without the correction.
    phi, inverse : Array
        φ and 1/γ of each row, (n,).
    bounded : float
        Share of people whose q_12 was raised to the smallest allowed.
    """

    count: float
    error: float
    plug_in: float
    phi: Array
    inverse: Array
    bounded: float


def estimate(on: Array, weight: Array, predicted: Array) -> Estimate:
    """The estimate from memberships (n, 2), people of each row (n,), and predicted probabilities of the classes.

    Classes are: first list only, second only, both, neither of them, (n, 4).
    """
    q_12 = np.maximum(predicted[:, 2], SMALLEST)
    q_1, q_2 = (np.clip(predicted[:, place] + predicted[:, 2], q_12, 1.0) for place in (0, 1))
    q_2 = np.maximum(q_2, q_12 / q_1)  # γ is a probability
    inverse = q_1 * q_2 / q_12
    phi = inverse * (on[:, 0] / q_1 + on[:, 1] / q_2 - on[:, 0] * on[:, 1] / q_12)
    n = weight.sum()
    mean = float(weight @ phi / n)
    variance = float(weight @ (phi - mean) ** 2 / n)
    error = float(np.sqrt(n * variance + n * max(mean - 1.0, 0.0) * mean))
    bounded = float(weight @ (predicted[:, 2] < SMALLEST) / n)
    return Estimate(n * mean, error, float(weight @ inverse), phi, inverse, bounded)


def folds(people: int, number: int, rng: np.random.Generator) -> Places:
    """A fold for each person, of sizes that differ by at most one, (people,)."""
    return rng.permutation(np.arange(people) % number)


def cross_fitted(x: Array, counts: Array, fold: Places, learner: Learner) -> Array:
    """Probabilities of the classes for each row, learned without the rows of its fold, (n, C), from people of each row and class."""
    out = np.zeros(counts.shape)
    for part in np.unique(fold):
        held = fold == part
        seen = counts[~held].sum(axis=0) > 0
        out[np.ix_(held, seen)] = learner(x[~held], counts[~held][:, seen])(x[held])
    return out


def limits(count: float, error: float, listed: float, probability: float) -> tuple[float, float]:
    """Interval that is log-normal for those on no list: listed + u exp(∓ z √log(1 + (error/u)²)), u = count - listed."""
    unlisted = count - listed
    spread = np.sqrt(np.log1p((error / unlisted) ** 2)) * special.ndtri(0.5 + 0.5 * probability)
    return listed + unlisted * float(np.exp(-spread)), listed + unlisted * float(np.exp(spread))
