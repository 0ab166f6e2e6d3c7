"""Counts with covariates on incidence and on reporting: the density, and Newton's method for all that is normal given the rest.

Notation: cell i has count y, exposure E, η = log incidence, ζ = logit reporting, s = log E + η + log expit(ζ), mean μ = e^s.
Inner unknowns z are standard normal: η = offset + K1 (c z), ζ = offset + K2 (c z), with scales c that the outer unknowns fix
(standard deviations of effects; slopes have their prior's). Outer unknowns: logits of units, slopes on reporting, scales, log size φ.
Shapes: points S first; cells n, inner unknowns D last. φ is infinite for a Poisson count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

STEPS = 30
TIGHT = 3e-5  # largest move of a unknown, in its prior's standard deviations, at which Newton's method is done
LARGEST_MOVE = 3.0


@dataclass(frozen=True)
class Cells:
    """Counts and what their means are made of.

    Parameters
    ----------
    y, log_exposure : Array, (n,)
        Of the cells with a count.
    incidence, reporting : Array, (n, D)
        K1 and K2; a column of `reporting` is 0 where nothing on that side is inner.
    """

    y: Array
    log_exposure: Array
    incidence: Array
    reporting: Array

    @property
    def both(self) -> bool:
        """Whether some inner unknown bears on reporting."""
        return bool(self.reporting.any())


@dataclass(frozen=True)
class Outer:
    """What outer unknowns fix: offsets of η and ζ (S, n), scales c (S, D), size φ (S,), log density of the outer unknowns (S,)."""

    eta: Array
    zeta: Array
    scale: Array
    size: Array
    log_prior: Array

    def at(self, rows: NDArray[np.intp]) -> "Outer":
        """Some of the points, or points repeated."""
        return Outer(self.eta[rows], self.zeta[rows], self.scale[rows], self.size[rows], self.log_prior[rows])


def log_count(y: Array, s: Array, size: Array) -> Array:
    """Log probability of a count with log mean s: Poisson, or negative binomial of a size, (S, n)."""
    poisson = special.xlogy(y, 1.0) + y * s - np.exp(np.minimum(s, 700.0)) - special.gammaln(y + 1.0)
    if not np.isfinite(size).any():
        return np.asarray(poisson)
    phi = np.where(np.isfinite(size), size, 1.0)[:, None]
    constant = special.gammaln(phi + y) - special.gammaln(phi) - special.gammaln(y + 1.0)
    negative = constant + y * s - y * np.log(phi) - (phi + y) * np.logaddexp(0.0, s - np.log(phi))
    return np.asarray(np.where(np.isfinite(size)[:, None], negative, poisson))


def _slopes(y: Array, s: Array, size: Array) -> tuple[Array, Array]:
    """Slope of the log probability in s, and its negative curvature."""
    mean = np.exp(np.minimum(s, 700.0))
    if not np.isfinite(size).any():
        return y - mean, mean
    phi = size[:, None]
    with np.errstate(invalid="ignore"):
        share = np.where(np.isfinite(phi), phi / (phi + mean), 1.0)
        more = np.where(np.isfinite(phi), (phi + y) / (phi + mean), 1.0)
    return (y - mean) * share, mean * share * more


def log_means(cells: Cells, outer: Outer, z: Array) -> tuple[Array, Array]:
    """Log mean s and ζ, (S, n)."""
    scaled = outer.scale * z
    zeta = outer.zeta + scaled @ cells.reporting.T if cells.both else outer.zeta
    return cells.log_exposure + outer.eta + scaled @ cells.incidence.T + special.log_expit(zeta), zeta


def log_joint(cells: Cells, outer: Outer, z: Array) -> Array:
    """Log density of counts and z given the outer unknowns, (S,)."""
    s, _ = log_means(cells, outer, z)
    constant = 0.5 * z.shape[1] * np.log(2.0 * np.pi)
    return np.asarray(log_count(cells.y, s, outer.size).sum(axis=1) - 0.5 * (z**2).sum(axis=1) - constant)


def newton(cells: Cells, outer: Outer, start: Array, tight: float = TIGHT) -> tuple[Array, Array]:
    """Mode of z at each point, (S, D), and the lower root of the negative Hessian there, (S, D, D)."""
    z = start.copy()
    value = log_joint(cells, outer, z)
    for _ in range(STEPS):
        slope, precision = _derivatives(cells, outer, z)
        move = _moved(precision, slope)
        largest = np.abs(move).max(axis=1)
        length = np.minimum(1.0, LARGEST_MOVE * np.sqrt(z.shape[1]) / np.maximum(largest, 1e-300))
        for _ in range(12):
            trial = z + length[:, None] * move
            found = log_joint(cells, outer, trial)
            worse = ~(found >= value - 1e-9)
            if not worse.any():
                break
            length = np.where(worse, 0.5 * length, length)
        z, value = np.where((found >= value - 1e-9)[:, None], trial, z), np.maximum(found, value)
        if largest.max() < tight:
            break
    return z, _root(_derivatives(cells, outer, z)[1])


def _derivatives(cells: Cells, outer: Outer, z: Array) -> tuple[Array, Array]:
    """Slope (S, D) and negative Hessian (S, D, D) of the log joint density in z."""
    s, zeta = log_means(cells, outer, z)
    slope_s, curvature = _slopes(cells.y, s, outer.size)
    eye = np.eye(z.shape[1])
    if not cells.both:
        slope = (slope_s @ cells.incidence) * outer.scale - z
        inner = np.matmul(cells.incidence.T * curvature[:, None, :], cells.incidence)
        return slope, inner * outer.scale[:, :, None] * outer.scale[:, None, :] + eye
    hidden = special.expit(-zeta)
    jacobian = cells.incidence + hidden[:, :, None] * cells.reporting
    slope = np.einsum("sn,snd->sd", slope_s, jacobian) * outer.scale - z
    inner = np.matmul(jacobian.transpose(0, 2, 1) * curvature[:, None, :], jacobian)
    bend = np.maximum(slope_s, 0.0) * hidden * (1.0 - hidden)  # of the other sign the Hessian need not be definite
    inner = inner + np.matmul(cells.reporting.T * bend[:, None, :], cells.reporting)
    return slope, inner * outer.scale[:, :, None] * outer.scale[:, None, :] + eye


def _moved(precision: Array, slope: Array) -> Array:
    try:
        return np.asarray(np.linalg.solve(precision, slope[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.solve(_ridged(precision), slope[..., None])[..., 0])


def _ridged(precision: Array) -> Array:
    """Far out among the proposals a Hessian may have no digits left; a wrong one there costs weight, not truth."""
    size = np.abs(np.diagonal(precision, axis1=1, axis2=2)).max(axis=1)
    return np.asarray(precision + 1e-8 * size[:, None, None] * np.eye(precision.shape[1]))


def _root(precision: Array) -> Array:
    try:
        return np.asarray(np.linalg.cholesky(precision))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.cholesky(_ridged(precision)))


def log_laplace(cells: Cells, outer: Outer, z: Array, root: Array) -> Array:
    """Laplace's log ∫ p(y, z) dz at each point, with the log density of the outer unknowns, (S,)."""
    log_determinant = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    constant = 0.5 * z.shape[1] * np.log(2.0 * np.pi)
    return np.asarray(log_joint(cells, outer, z) + constant - log_determinant + outer.log_prior)


def inner_draws(
    cells: Cells, outer: Outer, z: Array, root: Array, standard: Array, stretch: Array
) -> tuple[Array, Array]:
    """Draws of z around each mode, (S, M, D), and their log weights log p(y, z) - log q(z), (S, M).

    They are t distributed, for a count's density falls more slowly than its Laplace approximation on the side of small means. The degrees
    of freedom are `freedom(D)`: with many unknowns a t of few would hardly ever be near the mode.

    Parameters
    ----------
    standard : Array, (S, M, D)
        Standard normals.
    stretch : Array, (S, M)
        Chi-squared draws of that many degrees of freedom.
    """
    size, repeats, dims = standard.shape
    nu = freedom(dims)
    t = standard * np.sqrt(nu / stretch)[..., None]
    drawn = z[:, None, :] + np.linalg.solve(root.transpose(0, 2, 1), t.transpose(0, 2, 1)).transpose(0, 2, 1)
    rows = np.repeat(np.arange(size), repeats)
    value = log_joint(cells, outer.at(rows), drawn.reshape(-1, dims)).reshape(size, repeats)
    log_determinant = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    constant = special.gammaln(0.5 * (nu + dims)) - special.gammaln(0.5 * nu) - 0.5 * dims * np.log(nu * np.pi)
    log_proposal = constant + log_determinant[:, None] - 0.5 * (nu + dims) * np.log1p((t**2).sum(axis=2) / nu)
    return drawn, value - log_proposal


def freedom(dims: int) -> float:
    """Degrees of freedom of the proposal of so many inner unknowns."""
    return 6.0 + 2.0 * dims
