"""The posterior of a hidden number under many graphs at once, on whole numbers below 256 and on panels of log(hidden) beyond.

Notation: u the hidden number, t = log u beyond the whole numbers. A sum over whole numbers is an integral from half to half up to 1/24 of
the slope at the first (Euler and Maclaurin), here below 1e-6 of the mass that is there; the integral is Gauss and Legendre's, on panels not
wider than six times 1/√n, the least spread of log u that n people can give.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.numeric import decomposable as dec
from estimators.numeric.graphs import Signs

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]

FIRST = 256  # whole numbers one by one
START = float(np.log(FIRST - 0.5))
FARTHEST = 650.0
DEPTH = 34.0  # what lies e^-34 below the best is left out
NIL = 28.0  # and so is a graph whose weight is e^-28 of the best's
SCAN = 160
CHUNK = 8192
PANELS = 4000
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
_COEFFICIENTS = np.linalg.inv(np.vander(NODES, increasing=True))  # of the polynomial through values on the nodes
_ORDER = np.arange(1.0, 9.0)


@dataclass(frozen=True)
class Posterior:
    """Posterior over graphs and hidden numbers.

    Parameters
    ----------
    rows : Places, shape (kept,)
        Graphs whose weight is not nil, best first.
    weight : Array, shape (kept,)
        Their posterior weights.
    hidden, mass : Array, shape (nodes,), (kept, nodes)
        Where the posterior is evaluated, and what of each graph's own posterior lies at each place.
    edges : Array
        The ends of the panels, on the scale of log(hidden).
    beyond : float
        Share of the posterior not known to lie below e^650.
    log_evidence : float
        Logarithm of the sum over all kept graphs of their probabilities of the table.
    """

    rows: Places
    weight: Array
    hidden: Array
    mass: Array
    edges: Array
    beyond: float
    log_evidence: float

    def quantiles(self, probability: Array, row: int | None = None) -> Array:
        """The hidden number at each probability: of the average over graphs, or of one kept graph."""
        mass = self.weight @ self.mass if row is None else self.mass[row]
        return _quantiles(mass, self.edges, np.asarray(probability, dtype=np.float64))


def posterior(margin: dec.Margins, signs: Signs, power: float) -> Posterior:
    """Sum over hidden numbers and graphs, each first where it matters.

    Parameters
    ----------
    margin : Margins
        The table.
    signs : Signs, shape (graphs, 2^L)
        The graphs, equally likely before.
    power : float
        κ of the prior of the count, π(N) ∝ N^κ.
    """
    slowest = max(-1.0 - float(dec.tails(margin, signs, power).max()), 1e-9)
    end = min(max(np.log(margin.observed), START) + 2.0 + 38.0 / slowest, FARTHEST)
    rows, low, high = np.arange(len(signs)), START, float(end)
    for _ in range(30):
        rows, first, last = _scan(margin, signs, rows, power, low, high)
        done = (last - first) * np.sqrt(margin.observed) / 6.0 <= PANELS / 8 or last - first > 0.7 * (high - low)
        low, high = first, last
        if done:
            break
    panels = int(np.clip(np.ceil((high - low) * np.sqrt(margin.observed) / 6.0), 12, PANELS))
    edges = np.linspace(low, high, panels + 1)
    half = 0.5 * np.diff(edges)
    place = (edges[:-1] + half)[:, None] + half[:, None] * NODES
    few = np.arange(float(FIRST)) if low <= START else np.empty(0)
    hidden = np.concatenate([few, np.exp(place.ravel())])
    log_width = np.concatenate([np.zeros(len(few)), (np.log(half)[:, None] + np.log(WEIGHTS) + place).ravel()])
    sets, everyone = dec.of_sets(margin, hidden), dec.of_all(margin, hidden, power) + log_width
    places, logs, each, most = [], [], [], -np.inf
    for at in range(0, len(rows), CHUNK):
        log, mass = _weighed(signs[rows[at : at + CHUNK]], sets, everyone)
        most = max(most, float(log.max()))
        matter = np.flatnonzero(log > most - NIL)
        places.append(at + matter)
        logs.append(log[matter])
        each.append(mass[matter])
    evidence, rows = np.concatenate(logs), rows[np.concatenate(places)]
    order = np.argsort(-evidence, kind="stable")
    chosen = order[evidence[order] > most - NIL]
    mass = np.concatenate(each)[chosen]
    each.clear()
    weight = np.exp(evidence[chosen] - most)
    total = float(weight.sum())
    left = _beyond(margin, signs[rows[chosen]], power, high, end)
    return Posterior(
        rows[chosen],
        weight / total,
        hidden,
        mass,
        edges,
        float(weight @ left / total),
        most + float(np.log(total)),
    )


def _weighed(signs: Signs, sets: Array, everyone: Array) -> tuple[Array, Array]:
    """Log evidence of each graph, and its posterior at every node."""
    value = dec.of_graphs(signs, sets, everyone)
    top = value.max(axis=1, keepdims=True)
    value -= top
    np.exp(value, out=value)
    total = value.sum(axis=1, keepdims=True)
    value /= total
    return np.asarray((top + np.log(total))[:, 0]), value


def _scan(
    margin: dec.Margins, signs: Signs, rows: Places, power: float, low: float, high: float
) -> tuple[Places, float, float]:
    """Graphs and the stretch of log(hidden) that could hold more than nothing, by tangents: each density is nearly log-concave."""
    place = np.linspace(low, high, SCAN)
    few = np.unique(np.round(np.expm1(np.linspace(0.0, np.log(FIRST), 24)))) if low <= START else np.empty(0)
    hidden = np.concatenate([few, np.exp(place)])
    sets = dec.of_sets(margin, hidden)
    everyone = dec.of_all(margin, hidden, power) + np.concatenate([np.log(few + 1.0), place])
    reach, best, bound = np.full(SCAN - 1, -np.inf), -np.inf, []
    for at in range(0, len(rows), CHUNK):
        value = dec.of_graphs(signs[rows[at : at + CHUNK]], sets, everyone)
        within, beside = value[:, len(few) :], value[:, : len(few)]
        step = np.diff(within, axis=1)
        rise = np.maximum(np.column_stack([step[:, :1], step[:, :-1]]), 0.0)
        fall = np.maximum(np.column_stack([-step[:, 1:], -step[:, -1:]]), 0.0)
        over = np.maximum(
            np.minimum(within[:, :-1] + rise, within[:, 1:] + fall), np.maximum(within[:, :-1], within[:, 1:])
        )
        reach = np.maximum(reach, over.max(axis=0))
        best = max(best, float(value.max()))
        bound.append(np.maximum(over.max(axis=1), beside.max(axis=1, initial=-np.inf)))
    inside = np.flatnonzero(reach > best - DEPTH)
    first, last = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 1)
    return rows[np.concatenate(bound) > best - DEPTH], float(place[first]), float(place[last])


def _beyond(margin: dec.Margins, signs: Signs, power: float, high: float, end: float) -> Array:
    """Share of each graph's posterior that may lie beyond the farthest number there is room for."""
    if high < end or end < FARTHEST:
        return np.zeros(len(signs))
    slope = -1.0 - dec.tails(margin, signs, power)
    since = FARTHEST - max(float(np.log(margin.observed)), START)
    return np.asarray(np.exp(-np.maximum(slope, 0.0) * since))


def _quantiles(mass: Array, edges: Array, probability: Array) -> Array:
    """Smallest whole number at which the distribution function reaches each probability."""
    panels = len(edges) - 1
    few = mass[: len(mass) - 8 * panels]
    below = np.cumsum(few)
    share = mass[len(few) :].reshape(panels, 8)
    start = np.cumsum(share.sum(axis=1)) + (below[-1] if len(few) else 0.0)
    k = np.minimum(np.searchsorted(start, probability), panels - 1)
    wanted = probability - np.where(k > 0, start[k - 1], below[-1] if len(few) else 0.0)
    integral = (
        (share[k] / WEIGHTS) @ _COEFFICIENTS.T / _ORDER
    )  # coefficients of the distribution function within the panel
    left, right = np.full(len(k), -1.0), np.ones(len(k))
    for _ in range(40):
        middle = 0.5 * (left + right)
        reached = (integral * (middle[:, None] ** _ORDER - (-1.0) ** _ORDER)).sum(axis=1) >= wanted
        left, right = np.where(reached, left, middle), np.where(reached, middle, right)
    far = np.ceil(np.exp(edges[k] + 0.5 * (right + 1.0) * (edges[k + 1] - edges[k])) - 0.5)
    if not len(few):
        return np.asarray(far)
    near = np.searchsorted(below, probability - 1e-15)
    return np.where(probability <= below[-1], near, np.maximum(far, float(FIRST)))
