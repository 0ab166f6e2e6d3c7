"""Proposals for importance sampling that follow skewed densities: split-t distributions around many modes at once.

Notation: about mode b and with axes A, a draw is b + A (s ∘ |z|), s_j = s_j⁺ with probability s_j⁺/(s_j⁺ + s_j⁻), else -s_j⁻, so that the
density f(z) / Π (s_j⁺ + s_j⁻)/2 is continuous. Both scales are read off how fast the target falls along either half of axis j. The z of
axes along which it is skewed are multivariate t with few degrees of freedom, those of the others with more: skewed ridges have tails.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]
type Density = Callable[[Array, Places], Array]

DEGREES = (3.0, 15.0)  # of freedom, of axes along which the density is skewed and of the others
SKEWED = 1.1  # scale above which an axis is
STEPS = (1.0, 2.0, 4.0)  # along each half axis, in units of the Gaussian fit
SCALES = (0.6, 6.0)
JITTER = 1e-13


@dataclass(frozen=True)
class SplitT:
    """One split-t distribution for each of several modes.

    Parameters
    ----------
    mode : Array
        b, (modes, P).
    axes : Array
        A, (modes, P, P), a column an axis; columns outside the dimensions of a mode are 0.
    free : Mask
        Axes within the dimensions of each mode, (modes, P).
    scale : Array
        s of the halves with z < 0 and with z > 0, (2, modes, P).
    log_volume : Array
        log |det A| + Σ log of the mean scale, (modes,).

    References
    ----------
    Geweke, J. 1989. Bayesian inference in econometric models using Monte Carlo integration. Econometrica 57. doi:10.2307/1913710
    """

    mode: Array
    axes: Array
    free: Mask
    scale: Array
    log_volume: Array

    def draw(self, place: Places, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draws (S, P) from the distributions at these places (S,), and their log densities (S,)."""
        free, below, above = self.free[place], self.scale[0][place], self.scale[1][place]
        z, density = np.zeros(free.shape), -self.log_volume[place]
        skewed = np.maximum(below, above) > SKEWED
        for degrees, those in zip(DEGREES, (free & skewed, free & ~skewed), strict=True):
            stretch = np.sqrt(rng.chisquare(degrees, len(place)) / degrees)[:, None]
            part = rng.standard_normal(free.shape) * those / stretch
            count, square = those.sum(axis=1), (part**2).sum(axis=1)
            density += special.gammaln((degrees + count) / 2.0) - special.gammaln(degrees / 2.0)
            density -= 0.5 * count * np.log(degrees * np.pi) + 0.5 * (degrees + count) * np.log1p(square / degrees)
            z += part
        stretched = np.abs(z) * np.where(rng.random(z.shape) * (below + above) < above, above, -below)
        return self.mode[place] + np.matmul(self.axes[place], stretched[..., None])[..., 0], density


def split_t(mode: Array, precision: Array, free: Mask, height: Array, density: Density) -> SplitT:
    """Proposals fitted to a density at each of its modes.

    Parameters
    ----------
    mode : Array
        (modes, P), 0 outside the dimensions of a mode.
    precision : Array
        Negative second derivatives at the mode, (modes, P, P).
    free : Mask
        Dimensions of each mode, (modes, P).
    height : Array
        Log density at each mode, (modes,).
    density : Density
        Log density of points (points, P), given which mode each belongs to.
    """
    modes, P = mode.shape
    both = free[:, :, None] & free[:, None, :]
    covariance = _inverse(np.where(both, precision, np.eye(P)))
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))

    def stretched(axes: Array, steps: tuple[float, ...]) -> Array:
        """Scale of the halves of every axis, (2, modes, P)."""
        place, scale = np.repeat(np.arange(modes), P), np.zeros((2, modes, P))
        for side, sign in enumerate((-1.0, 1.0)):
            for step in steps:
                points = mode[:, None, :] + sign * step * axes.swapaxes(1, 2)
                fall = height[:, None] - density(points.reshape(-1, P), place).reshape(modes, P)
                scale[side] = np.maximum(scale[side], step / np.sqrt(2.0 * np.maximum(fall, 1e-3)))
        return np.clip(scale, *SCALES)

    skewed = np.where(free, stretched(covariance / spread[:, None, :] * both, STEPS[1:2]).max(axis=0), 0.0)
    axes, within, log_root = _profiles(covariance, free, np.argsort(-skewed, axis=1, kind="stable"))
    scale = np.where(within, stretched(axes, STEPS), 1.0)
    return SplitT(mode, axes, within, scale, log_root + np.log(scale.mean(axis=0)).sum(axis=1))


def _inverse(precision: Array) -> Array:
    """Inverses of matrices whose diagonals may span many orders of magnitude."""
    root = np.sqrt(np.diagonal(precision, axis1=1, axis2=2))
    both = root[:, :, None] * root[:, None, :]
    inverse = np.linalg.inv(precision / both + JITTER * np.eye(root.shape[1])) / both
    return np.asarray(0.5 * (inverse + inverse.swapaxes(1, 2)))


def _profiles(covariance: Array, free: Mask, order: Places) -> tuple[Array, Mask, Array]:
    """A with A A' = covariance, which of its axes are within the model, and log |det A|.

    Axis k moves dimension order_k; later ones follow as the Gaussian fit has it, earlier ones are at rest.
    """
    modes, P = free.shape
    row = np.arange(modes)[:, None]
    axes = np.zeros((modes, P, P))
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    correlation = covariance / (spread[:, :, None] * spread[:, None, :]) + JITTER * np.eye(P)
    root = np.linalg.cholesky(correlation[row[:, :, None], order[:, :, None], order[:, None, :]])
    axes[row, order] = root * spread[row, order][:, :, None]
    within = free[row, order]
    log_volume = (np.log(np.diagonal(root, axis1=1, axis2=2)) + np.log(spread[row, order])).sum(axis=1, where=within)
    return axes * within[:, None, :], within, log_volume
