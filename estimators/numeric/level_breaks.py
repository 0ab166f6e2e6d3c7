"""Lasting breaks in the level of series of counts, against a smooth drift with overdispersion and single events that only add.

Notation: y_t a count over w_t years, x_t = log of the expected count a year, on nodes x_k = x_0 + k·h; drift x_t = x_t-1 + σ √gap ε;
y_t ~ NB(w_t e^(x_t), φ), or with probability q NB(w_t e^(x_t + u), φ), u ~ Exp(1); a break at t adds N(0, s²) to the drift from t-1 to t.
a_t(k) = p(y_1 … y_t, x_t = k), b_t(k) = p(y_t+1 … | x_t = k). One sweep forwards and one backwards give the likelihood of a break at every
t: Σ a_t-1(i) K(i, j) p(y_t | j) b_t(j), K the kernel of drift and break. σ and φ are averaged over a small grid by their likelihood.
Shapes: S series, T periods, K nodes. Filter of a hidden Markov chain on a grid: Kitagawa 1987, doi:10.1080/01621459.1987.10478534.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]

NODE = 0.1  # h
REACH = 4.0  # longest u
DRIFTS = ((0.05, 0.4), (0.1, 0.4), (0.2, 0.2))  # σ a year, prior weight
DISPERSIONS = ((5.0, 0.2), (15.0, 0.4), (50.0, 0.4))  # φ, prior weight
EVENTS = 0.1  # q
STEP = 2.0  # s
SMALLEST = 1e-300


@dataclass(frozen=True, eq=False)
class Breaks:
    """What the counts say of a break at each place.

    Parameters
    ----------
    log_factor : Array
        Logarithm of the Bayes factor of a break between each period and the one before against none, (S, T - 1); -inf where there is no
        such pair of periods.
    size : Array
        Expected change of the log level there, given a break, (S, T - 1).
    """

    log_factor: Array
    size: Array


def level_breaks(lower: Array, upper: Array, years: Array, gap: Array, broken: Mask) -> Breaks:
    """Bayes factors of a break at each place, given breaks known already.

    Parameters
    ----------
    lower, upper : Array
        Inclusive limits of each count, (S, T); NaN after the end of a series.
    years : Array
        Length of each period, (S, T).
    gap : Array
        Years from the middle of each period to that of the next, (S, T - 1).
    broken : Mask
        Where breaks are known, (S, T - 1).
    """
    there = np.isfinite(lower)
    with np.errstate(invalid="ignore"):
        log_rate = np.log((np.where(np.isfinite(upper), 0.5 * (lower + upper), lower) + 0.5) / years)
    start, end = np.nanmin(log_rate, axis=1) - 1.5, np.nanmax(log_rate, axis=1) + 1.0
    nodes = int(np.ceil(np.max(end - start) / NODE)) + 1
    evidence, factors, sizes = [], [], []
    for phi, heavy in DISPERSIONS:
        seen = _likelihood(lower, upper, years, there, start, nodes, phi)
        for sigma, light in DRIFTS:
            log_total, log_factor, size = _sweep(seen, there, gap, broken, sigma)
            evidence.append(log_total + np.log(heavy * light))
            factors.append(log_factor)
            sizes.append(size)
    joint = special.log_softmax(np.stack(evidence), axis=0)[..., None] + np.stack(factors)
    log_factor = special.logsumexp(joint, axis=0)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isfinite(log_factor), np.exp(joint - log_factor), 0.0)
    return Breaks(log_factor, np.asarray((share * np.stack(sizes)).sum(axis=0)))


def _likelihood(lower: Array, upper: Array, years: Array, there: Mask, start: Array, nodes: int, phi: float) -> Array:
    """Probability of each figure at each node, up to a constant a figure, (S, T, K); 1 after the end of a series."""
    further = round(REACH / NODE)
    x = start[:, None, None] + NODE * np.arange(nodes + further) + np.log(np.where(there, years, 1.0))[..., None]
    low, high = (np.where(there, limit, 0.0)[..., None] for limit in (lower, upper))
    log_share = special.log_expit(np.log(phi) - x)  # log φ / (φ + m)
    log_mass = low * special.log_expit(x - np.log(phi)) + phi * log_share
    found = np.exp(log_mass - log_mass.max(axis=-1, keepdims=True))
    wide = (low != high)[..., 0]
    if wide.any():
        share, below = np.exp(log_share[wide]), low[wide] - 1.0
        above = np.where(np.isfinite(high[wide]), high[wide], 0.0)
        most = np.where(np.isfinite(high[wide]), special.betainc(phi, above + 1.0, share), 1.0)
        least = np.where(below >= 0, special.betainc(phi, np.maximum(below, 0.0) + 1.0, share), 0.0)
        mass = np.maximum(most - least, SMALLEST)
        found[wide] = mass / mass.max(axis=-1, keepdims=True)
    shift = np.exp(-NODE * np.arange(1, further + 1))
    added = sum(
        part * found[..., place + 1 : place + 1 + nodes] for place, part in enumerate(shift / shift.sum())
    )  # of u, node by node
    return np.where(there[..., None], (1.0 - EVENTS) * found[..., :nodes] + EVENTS * added, 1.0)


def _kernel(nodes: int, sd: float) -> Array:
    """Probability of moving between nodes, rows adding to 1; a step narrower than the grid goes to the neighbours, with its variance."""
    if sd < 0.6 * NODE:
        beside = 0.5 * (sd / NODE) ** 2
        moves = (1.0 - 2.0 * beside) * np.eye(nodes) + beside * (np.eye(nodes, k=1) + np.eye(nodes, k=-1))
    else:
        apart = NODE * (np.arange(nodes)[:, None] - np.arange(nodes)) / sd
        moves = np.exp(-0.5 * apart**2)
    return np.asarray(moves / moves.sum(axis=1, keepdims=True))


class _Moves:
    """Kernels of drift, and of drift and break, for the gaps that occur."""

    def __init__(self, nodes: int, sigma: float, gap: Array) -> None:
        self.gaps, self.which = np.unique(np.round(np.nan_to_num(gap, nan=1.0), 3), return_inverse=True)
        self.which = self.which.reshape(gap.shape)
        self.drift = [_kernel(nodes, sigma * root) for root in np.sqrt(self.gaps)]
        self.step = [_kernel(nodes, float(np.hypot(sigma * root, STEP))) for root in np.sqrt(self.gaps)]

    def along(self, values: Array, place: int, broken: Mask, *, back: bool = False) -> Array:
        """Values moved from each node over one gap, or expected there from what follows; breaks where `broken`, (S, K)."""
        found = np.empty_like(values)
        for number in np.unique(self.which[:, place]):
            for kernel, kind in ((self.drift[number], ~broken), (self.step[number], broken)):
                rows = (self.which[:, place] == number) & kind
                if rows.any():
                    found[rows] = values[rows] @ (kernel.T if back else kernel)
        return found


def _sweep(seen: Array, there: Mask, gap: Array, broken: Mask, sigma: float) -> tuple[Array, Array, Array]:
    """Log likelihood of each series, log Bayes factors of a further break at each place, and its expected size."""
    series, periods, nodes = seen.shape
    moves = _Moves(nodes, sigma, gap)
    ahead, log_total = np.empty_like(seen), np.zeros(series)
    current = np.full((series, nodes), 1.0 / nodes)
    for t in range(periods):
        if t:
            moved = moves.along(current, t - 1, broken[:, t - 1])
            current = np.where(there[:, t, None], moved, current)
        current = current * seen[:, t]
        scale = np.maximum(current.sum(axis=1), SMALLEST)
        log_total += np.log(scale)
        current = current / scale[:, None]
        ahead[:, t] = current
    back = np.ones((series, nodes))
    log_factor, size = np.full((series, periods - 1), -np.inf), np.zeros((series, periods - 1))
    x = NODE * np.arange(nodes)
    anywhere = np.ones(series, dtype=bool)
    for t in range(periods - 1, 0, -1):
        later = seen[:, t] * back
        drifted = moves.along(later, t - 1, broken[:, t - 1], back=True)
        stepped = moves.along(later, t - 1, anywhere, back=True)
        before = ahead[:, t - 1]
        without, with_break = (before * drifted).sum(axis=1), (before * stepped).sum(axis=1)
        known = there[:, t]
        open_ = known & ~broken[:, t - 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            log_factor[open_, t - 1] = (np.log(with_break) - np.log(without))[open_]
            after = moves.along(later * x, t - 1, anywhere, back=True)
            size[:, t - 1] = ((before * after).sum(axis=1) - (before * x * stepped).sum(axis=1)) / with_break
        drifted = drifted / np.maximum(drifted.max(axis=1, keepdims=True), SMALLEST)
        back = np.where(known[:, None], drifted, back)
    return log_total, log_factor, size
