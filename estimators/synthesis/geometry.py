"""The shape of a posterior near its mode, from computed Fisher information: where a sampler starts and how it is rotated."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse, special
from scipy.sparse.linalg import SuperLU, splu

from estimators.synthesis.operations import NUMPY, SMALL_SHARE, Operations
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]
type Sparse = "sparse.csr_array[np.float64]"

STEP = 1e-5
MOST_STEPS, LONGEST, ENOUGH = 40, 5.0, 1e-3  # of Fisher scoring: steps, entries of a step, rise of the log density
MEDIAN = 0.6745  # of a standard half-normal
BLOCK = 400  # flat vectors evaluated at once


@dataclass(frozen=True, eq=False)
class Geometry:
    """A point of the flat vector, and the information of the figures there.

    Parameters
    ----------
    point : Array
        Flat vector.
    centre, prior_precision : Array
        Prior means and precisions of the flat vector, shape (size,).
    derivative : Array
        Of every row's location in the flat vector, shape (rows, size).
    slope, weight : Array
        Slope and information of every row's log density in its location, shape (rows,).
    source : tuple of str
        Stream and term of every row.
    """

    point: Array
    centre: Array
    prior_precision: Array
    derivative: Array
    slope: Array
    weight: Array
    source: tuple[tuple[str, str], ...]

    @cached_property
    def information(self) -> Array:
        """Fisher information of all figures about the flat vector, shape (size, size); scales are given, and have none."""
        return np.asarray(self.curvature(self.weight).toarray())

    @cached_property
    def slopes(self) -> Sparse:
        """The derivative without its zeros: a row depends on levels and on the effects of its own areas and periods."""
        return sparse.csr_array(self.derivative)

    def curvature(self, weight: Array) -> Sparse:
        """Fisher information of rows with these weights, without its zeros."""
        return sparse.csr_array(self.slopes.T @ sparse.diags_array(weight) @ self.slopes)

    def marginal_information(self, places: NDArray[np.intp]) -> Array:
        """Information about some entries when all others, which have their priors, are integrated out."""
        rest = np.setdiff1d(np.arange(len(self.point)), places)
        information = self.curvature(self.weight)
        inner = factorised(information[rest][:, rest] + sparse.diags_array(self.prior_precision[rest]))
        cross = information[rest][:, places].toarray()
        return np.asarray(information[places][:, places].toarray() - cross.T @ inner.solve(cross))


def factorised(matrix: Sparse) -> SuperLU:
    """A positive definite matrix made ready to solve: areas meet in their levels alone, so that nearly all of it stays 0."""
    return splu(
        sparse.csc_array(matrix), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )


def free_entries(panel: Panel) -> Array:
    """Entries of the flat vector that are sought at a mode: neither scales nor what multiplies effects."""
    kept = [panel.layout[each.name].start for each in panel.locations if each.multiplies]
    kept += [panel.layout[each.name].start for each in panel.scales]
    return np.setdiff1d(np.arange(panel.size), kept)


def jacobian(panel: Panel, vector: Array, operations: Operations = NUMPY) -> tuple[Array, Array, Array]:
    """Derivatives of every row's location in the flat vector, and slope and information of each row's log density.

    Shapes (rows, size), (rows,), (rows,). Derivatives are central differences of the model's own formulas.
    """
    blocks = [np.arange(first, min(first + BLOCK, panel.size)) for first in range(0, panel.size, BLOCK)]
    derivative = np.concatenate([_differences(panel, vector, block, operations) for block in blocks]).T
    world = panel.world(panel.unpack(vector[None]), NUMPY)
    curved = [each.curvature(panel.figures[key]) for key, each in panel.distributions(world).items()]
    slope, information = (
        np.concatenate([np.broadcast_to(pair[which], (1, pair[0].shape[-1]))[0] for pair in curved]) for which in (0, 1)
    )
    return derivative, slope, information


def _differences(panel: Panel, vector: Array, entries: NDArray[np.intp], operations: Operations) -> Array:
    """Derivatives of every row's location in some entries, (entries, rows)."""
    moves = np.zeros((len(entries), panel.size))
    moves[np.arange(len(entries)), entries] = STEP
    both = np.concatenate([vector + moves, vector - moves])
    world = panel.world(panel.unpack(both), operations)
    parts = [each.location() for each in panel.distributions(world).values()]
    located = np.concatenate([np.broadcast_to(part, (len(both), part.shape[-1])) for part in parts], axis=1)
    return np.asarray((located[: len(entries)] - located[len(entries) :]) / (2.0 * STEP))


def start(panel: Panel) -> tuple[Array, Array, Array]:
    """A flat vector at prior means and medians of scales, prior means, and prior precisions; shares as normal on the logit scale."""
    mean, sd = panel.location_prior
    centre, precision = np.zeros(panel.size), np.ones(panel.size)
    centre[: len(mean)], precision[: len(mean)] = mean, 1.0 / sd**2
    for share in panel.shares:
        a, b = share.prior.parameters
        centre[panel.layout[share.name]] = special.digamma(a) - special.digamma(b)
        precision[panel.layout[share.name]] = 1.0 / (special.polygamma(1, a) + special.polygamma(1, b))
    vector = centre.copy()
    vector[len(mean) : len(mean) + len(panel.scales)] = np.log(MEDIAN * panel.scale_prior)
    return vector, centre, precision


def geometry_at(panel: Panel, vector: Array) -> Geometry:
    """Slopes and information of the figures at a flat vector; scales are given there, and nothing is said about them.

    Reporting probabilities are taken as small, log ρ = logit ρ: what a level could owe to the curvature of the logit is left out.
    """
    _, centre, precision = start(panel)
    derivative, slope, weight = jacobian(panel, vector, SMALL_SHARE)
    first = len(panel.locations)
    derivative[:, first : first + len(panel.scales)] = 0.0
    source = tuple(key for key, rows in panel.figures.items() for _ in range(len(rows)))
    return Geometry(vector, centre, precision, derivative, slope, weight, source)


def find_geometry(panel: Panel) -> Geometry:
    """Fisher scoring for locations and effects, scales kept at their prior medians; steps are halved until the density rises."""
    vector, centre, precision = start(panel)
    free = free_entries(panel)
    value = float(panel.log_density(vector[None])[0])
    for _ in range(MOST_STEPS):
        derivative, slope, weight = jacobian(panel, vector)
        gradient = derivative.T @ slope - precision * (vector - centre)
        hessian = (derivative.T * weight) @ derivative
        step = np.zeros(panel.size)
        block = hessian[np.ix_(free, free)] + np.diag(precision[free])
        step[free] = linalg.solve(block, gradient[free], assume_a="pos")
        step *= min(1.0, LONGEST / max(np.abs(step).max(), 1e-12))
        length, rise = 1.0, float(gradient @ step)
        while length > 1e-3 and not (new := float(panel.log_density((vector + length * step)[None])[0])) > value:
            length *= 0.5
        if length <= 1e-3 or rise < ENOUGH:
            break
        vector, value = vector + length * step, new
    return geometry_at(panel, vector)


def rotation(panel: Panel, geometry: Geometry, sd: Array | None = None) -> Array:
    """Matrix R with locations = prior means + R z: R R' is the prior covariance, and the figures inform the entries of z one by one.

    R = S Q, S the prior standard deviations (or those given) and Q the eigenvectors of S I S, I the information about the locations
    when effects are integrated out. Directions of eigenvalue 0 are those of which the figures say nothing.
    """
    spread = panel.location_prior[1] if sd is None else sd
    information = geometry.marginal_information(np.arange(len(spread)))
    _, vectors = np.linalg.eigh(spread[:, None] * information * spread)
    return np.asarray(spread[:, None] * vectors)
