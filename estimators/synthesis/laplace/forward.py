"""Numbers that carry their derivatives forward: a model's own formulas give slopes, for many draws at once.

A `Forward` holds one number an entry and draw, entries first: the memory of one entry is one run over the draws. To formulas it looks
like an array of shape (draws, entries). Derivatives are kept by direction, each broadcast where entries or draws have it in common;
a direction that is absent is 0. Without directions it is a plain array in that layout.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.errors import EngineError
from estimators.synthesis.operations import Operations

type Array = NDArray[np.float64]
type Slopes = Mapping[Any, Array]


class Forward:
    """Values (entries, draws) and their slopes by direction; entries or draws may be 1, which stands for all."""

    __slots__ = ("slopes", "value")
    __array_ufunc__ = None  # numpy leaves operations with an array to this class

    def __init__(self, value: Array, slopes: Slopes | None = None) -> None:
        self.value = value
        self.slopes: Slopes = slopes or {}

    @property
    def shape(self) -> tuple[int, ...]:
        """Draws and entries, as formulas see them."""
        return self.value.shape[-1], *self.value.shape[:-1]

    @property
    def ndim(self) -> int:
        """Number of axes, as formulas see them."""
        return self.value.ndim

    def __add__(self, other: Any) -> "Forward":
        if isinstance(other, Forward):
            return Forward(self.value + other.value, _sum(self.slopes, other.slopes))
        return Forward(self.value + _entries(other), self.slopes)

    __radd__ = __add__

    def __neg__(self) -> "Forward":
        return Forward(-self.value, _scaled(self.slopes, -1.0))

    def __sub__(self, other: Any) -> "Forward":
        if isinstance(other, Forward):
            return Forward(self.value - other.value, _sum(self.slopes, _scaled(other.slopes, -1.0)))
        return Forward(self.value - _entries(other), self.slopes)

    def __rsub__(self, other: Any) -> "Forward":
        return Forward(_entries(other) - self.value, _scaled(self.slopes, -1.0))

    def __mul__(self, other: Any) -> "Forward":
        if isinstance(other, Forward):
            slopes = _sum(_scaled(self.slopes, other.value), _scaled(other.slopes, self.value))
            return Forward(self.value * other.value, slopes)
        factor = _entries(other)
        return Forward(self.value * factor, _scaled(self.slopes, factor))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Forward":
        if isinstance(other, Forward):
            return self * Forward(1.0 / other.value, _scaled(other.slopes, -1.0 / other.value**2))
        return self * (1.0 / np.asarray(other))

    def __rtruediv__(self, other: Any) -> "Forward":
        return Forward(1.0 / self.value, _scaled(self.slopes, -1.0 / self.value**2)).__mul__(other)

    def __pow__(self, power: float) -> "Forward":
        return Forward(self.value**power, _scaled(self.slopes, power * self.value ** (power - 1.0)))

    def __getitem__(self, where: Any) -> "Forward":
        first, index = where
        if first is not Ellipsis:
            raise EngineError(f"formula with [{where}]: expected [..., cells]")
        if index is None:
            return Forward(self.value[..., None, :], {key: slope[..., None, :] for key, slope in self.slopes.items()})
        return Forward(_taken(self.value, index), {key: _taken(slope, index) for key, slope in self.slopes.items()})


def _entries(values: Any) -> Array:
    """Numbers of formulas, one an entry or one for all, in the layout of a Forward."""
    found = np.asarray(values, dtype=float)
    return found[..., None] if found.ndim else found


def _taken(values: Array, index: Any) -> Array:
    return values if len(values) == 1 and not np.isscalar(index) else values[index]


def _sum(one: Slopes, other: Slopes) -> Slopes:
    if not other:
        return one
    if not one:
        return other
    found = dict(one)
    for key, slope in other.items():
        found[key] = found[key] + slope if key in found else slope
    return found


def _scaled(slopes: Slopes, factor: Any) -> Slopes:
    return {key: slope * factor for key, slope in slopes.items()} if slopes else slopes


def _lifted(function: Callable[[Array], Array], slope: Callable[[Array, Array], Array]) -> Callable[[Any], Forward]:
    """A function of one number; its slope from the argument and the value."""

    def lifted(x: Any) -> Forward:
        if not isinstance(x, Forward):
            return Forward(function(_entries(np.atleast_1d(x))))
        value = function(x.value)
        return Forward(value, _scaled(x.slopes, slope(x.value, value)) if x.slopes else None)

    return lifted


def log_expit(x: Array) -> Array:
    """Logarithm of the inverse logit."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))


def _logaddexp(one: Any, other: Any) -> Forward:
    """log(e^a + e^b), with the exponentials at hand where one of them is a number for all entries."""
    a, b = (x if isinstance(x, Forward) else Forward(_entries(np.atleast_1d(x))) for x in (one, other))
    top = np.maximum(a.value, b.value)
    value = top + np.log1p(np.exp(-np.abs(a.value - b.value)))
    share = np.exp(a.value - value) if a.slopes or b.slopes else None
    return Forward(value, _sum(_scaled(a.slopes, share), _scaled(b.slopes, None if share is None else 1.0 - share)))


def _where(condition: Any, one: Any, other: Any) -> Forward:
    mask = np.asarray(condition)[..., None]
    a, b = (x if isinstance(x, Forward) else Forward(_entries(x)) for x in (one, other))
    return Forward(np.where(mask, a.value, b.value), _sum(_scaled(a.slopes, mask * 1.0), _scaled(b.slopes, 1.0 - mask)))


def _concatenate(parts: list[Any]) -> Forward:
    lifted = [part if isinstance(part, Forward) else Forward(_entries(np.atleast_1d(part))) for part in parts]
    draws = max(part.value.shape[1] for part in lifted)
    keys = dict.fromkeys(key for part in lifted for key in part.slopes)

    def full(values: Array, entries: int) -> Array:
        return np.broadcast_to(values, (entries, draws))

    value = np.concatenate([full(part.value, len(part.value)) for part in lifted])
    zero = np.zeros((1, 1))
    return Forward(
        value,
        {key: np.concatenate([full(part.slopes.get(key, zero), len(part.value)) for part in lifted]) for key in keys},
    )


def _weighted_sums(cells: Forward, weights: Any) -> Forward:
    """With the weights of a sparse matrix (rows, cells)."""

    def across(values: Array) -> Array:
        return np.asarray(weights @ values if len(values) > 1 else weights.sum(axis=1)[:, None] * values)

    return Forward(across(cells.value), {key: across(slope) for key, slope in cells.slopes.items()})


def _log_sum(x: Forward) -> Forward:
    """Over the last axis that formulas see: the counts within an interval."""
    top = x.value.max(axis=-2, keepdims=True)
    return Forward((top + np.log(np.exp(x.value - top).sum(axis=-2, keepdims=True)))[..., 0, :])


def _value(function: Callable[[Array], Array]) -> Callable[[Any], Forward]:
    """A function that is needed of numbers without slopes alone."""

    def lifted(x: Any) -> Forward:
        if isinstance(x, Forward) and x.slopes:
            raise EngineError(
                f"{function.__name__} of a quantity that depends on effects: expected of parameters alone"
            )
        return Forward(function(x.value if isinstance(x, Forward) else _entries(np.atleast_1d(x))))

    return lifted


def _steps_are_sums(steps: Forward, areas: int) -> Forward:  # noqa: ARG001
    """Walks come as their sums: an engine of one period after the other keeps them so."""
    return steps


FORWARD: Operations = SimpleNamespace(
    exp=_lifted(np.exp, lambda _, value: value),
    log=_lifted(np.log, lambda x, _: 1.0 / x),
    log1p=_lifted(np.log1p, lambda x, _: 1.0 / (1.0 + x)),
    log_expit=_lifted(log_expit, lambda _, value: -np.expm1(value)),
    log_reporting=_lifted(log_expit, lambda _, value: -np.expm1(value)),
    logaddexp=_logaddexp,
    lgamma=_value(special.gammaln),
    where=_where,
    concatenate=_concatenate,
    log_sum=_log_sum,
    total=lambda x: Forward(x.value.sum(axis=-2)),
    digamma=_value(special.digamma),
    trigamma=_value(lambda x: special.polygamma(1, x)),
    walk=_steps_are_sums,
    weighted_sums=_weighted_sums,
)
