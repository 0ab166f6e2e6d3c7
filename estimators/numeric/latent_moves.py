"""Long steps through the posterior of latent classes, with people's classes and the number on no list summed out.

Notation: as in `estimators.numeric.latent_class`. With u and all classes summed out the table has probability
∏_x p_x^{n_x} / P(seen)^n, p_x = Σ_k π_k P(x | k), which costs K X exponentials. Steps are differences of two states of an archive of
earlier states (ter Braak & Vrugt 2008, doi:10.1007/s11222-008-9104-9): they point along the ridges, which is where the Gibbs sampler is
slow. The M largest classes of a state are matched with those of the archive by rank; a step that changes ranks is refused, so that steps
and their reverses match. Shares are held as l = log π + s with a scale s ~ N(0, σ²) of its own, drawn anew; the density of l is that of
π times ∏ π_k times that of s = log Σ e^l.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.numeric.latent_class import LEAST, Chains, Model, of_patterns

type Array = NDArray[np.float64]

SCALE = 0.3  # σ
WIDEST = 40.0  # of a log odds
BEST = 2.38  # of a normal distribution in many dimensions
JUMP = 0.1  # share of steps that are as long as the difference itself, from mode to mode


@dataclass
class _State:
    """Log shares, parameters of the M classes, their part of each p_x, p_x, log density; and of a proposal the same."""

    log_share: Array
    top: Array
    part: Array
    total: Array
    value: Array


def snapshot(chains: Chains, largest: int) -> Array:
    """Log share and log odds of the largest classes, by size, (C, M, 1 + L)."""
    order = np.argsort(-chains.log_share, axis=1)[:, :largest]
    return _gathered(chains.log_share, chains.log_odds, order)


def steps(model: Model, chains: Chains, archive: Array, count: int, rng: np.random.Generator) -> float:
    """Take steps in place; the share that was accepted.

    Parameters
    ----------
    archive : Array, shape (groups, states, M, 1 + L)
        Earlier states of each group of neighbouring chains, that stay as they are while draws are kept.
    """
    number, largest = len(chains.alpha), archive.shape[2]
    log_share = chains.log_share + SCALE * rng.normal(size=(number, 1))
    order = np.argsort(-log_share, axis=1)
    row, place = np.arange(number)[:, None], order[:, :largest]
    edge = log_share[row, order[:, largest : largest + 1]] if largest < model.classes else np.full((number, 1), -np.inf)
    joint, _ = of_patterns(model, log_share, chains.log_odds)
    now = _State(
        log_share,
        _gathered(log_share, chains.log_odds, place),
        np.take_along_axis(joint, place[..., None], axis=1),
        joint.sum(axis=1),
        np.empty(number),
    )
    fixed = chains.log_odds
    now.value = _value(model, now, chains.alpha, -np.log1p(np.exp(now.top[..., 1:])).sum(axis=(1, 2)))
    difference = _differences(archive, count, number, rng)
    chance = -rng.standard_exponential((count, number))
    accepted = 0
    for step, limit in zip(difference, chance, strict=True):
        top = now.top + step
        odds = np.exp(np.clip(top[..., 1:], -WIDEST, WIDEST))
        none = -np.log(np.prod(1.0 + odds, axis=-1))
        part = np.exp(top[..., 1:] @ model.on.T + (none + top[..., 0])[..., None])
        shares = now.log_share.copy()
        shares[row, place] = top[..., 0]
        new = _State(shares, top, part, np.maximum(now.total + (part - now.part).sum(axis=1), 1e-300), now.value)
        new.value = _value(model, new, chains.alpha, none.sum(axis=1))
        able = (np.abs(top[..., 1:]).max(axis=(1, 2)) < WIDEST) & (top[:, -1:, 0] > edge)[:, 0]
        able &= (top[:, :-1, 0] > top[:, 1:, 0]).all(axis=1)
        go = able & (new.value - now.value > limit)
        accepted += int(go.sum())
        for name in ("log_share", "top", "part", "total", "value"):
            held: Array = getattr(now, name)
            np.copyto(held, getattr(new, name), where=go.reshape(-1, *(1,) * (held.ndim - 1)))
    total = np.log(np.exp(now.log_share).sum(axis=1, keepdims=True))
    chains.log_share = np.maximum(now.log_share - total, LEAST)
    fixed[row, place] = now.top[..., 1:]
    return accepted / (count * number)


def _gathered(log_share: Array, log_odds: Array, place: NDArray[np.intp]) -> Array:
    share = np.take_along_axis(log_share, place, axis=1)[..., None]
    return np.concatenate([share, np.take_along_axis(log_odds, place[..., None], axis=1)], axis=-1)


def _differences(archive: Array, count: int, number: int, rng: np.random.Generator) -> Array:
    """Scaled differences of two states of the archive, some of them for some classes only, (count, C, M, 1 + L)."""
    groups, states, largest, size = archive.shape
    pair = rng.integers(states, size=(2, count, number)) + np.arange(number) * groups // number * states
    known = archive.reshape(-1, largest, size)
    step = known[pair[0]] - known[pair[1]]
    moved = np.arange(largest) <= rng.integers(largest, size=(count, number, 1))
    scale = BEST / np.sqrt(2.0 * size * moved.sum(axis=2)) * np.exp(rng.uniform(-1.6, 0.2, size=(count, number)))
    jump = rng.random((count, number)) < JUMP
    scale, moved = np.where(jump, 1.0, scale), moved | jump[..., None]
    return np.asarray(step * (scale[..., None] * moved)[..., None])


def _value(model: Model, state: _State, alpha: Array, none: Array) -> Array:
    """Log density of the shares' logarithms, the largest classes' log odds and the scale, up to a constant; `none` is -Σ log(1 + e^φ)."""
    share = np.exp(state.log_share)
    left = np.cumsum(share[:, ::-1], axis=1)[:, ::-1]
    total, classes = left[:, 0], share.shape[1]
    log_total = np.log(total)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = (np.log(state.total[:, 1:]) * model.counts[:, 1:]).sum(axis=1)
        likelihood -= model.observed * np.log(total - state.total[:, 0])
    out = likelihood + 2.0 * none + state.top[..., 1:].sum(axis=(1, 2)) + state.log_share.sum(axis=1)
    out -= 0.5 * (log_total / SCALE) ** 2 + classes * log_total
    if classes > 1:
        out += (alpha - 1.0) * (state.log_share[:, -1] - log_total)
        out -= np.log(np.maximum(left[:, 1:-1], 1e-290)).sum(axis=1) - (classes - 2) * log_total
    return np.where(np.isnan(out), -np.inf, out)
