"""Effects that follow a map: the scaled intrinsic autoregression (BYM2), in the basis in which it is diagonal."""

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

type Array = NDArray[np.float64]


def spatial_modes(size: int, borders: list[tuple[int, int]]) -> tuple[Array, Array]:
    """Orthogonal U and variances d with U diag(d) U' the covariance of an intrinsic autoregression of geometric mean variance 1.

    One variance is 0: an intrinsic autoregression says nothing of the level. With a share m of spatial variance, effects of standard
    deviation t have covariance t² U diag(1 - m + m d) U'.

    Raises
    ------
    ValueError
        If the map is in pieces.

    References
    ----------
    Riebler, A. et al. 2016. An intuitive Bayesian spatial model for disease mapping. doi:10.1177/0962280216660421
    """
    laplacian = np.zeros((size, size))
    for i, j in borders:
        laplacian[[i, j], [j, i]] = -1.0
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    values, vectors = linalg.eigh(laplacian)
    if size > 1 and (values < 1e-9).sum() > 1:
        raise ValueError("the map is in pieces")
    variance = np.where(values > 1e-9, 1.0 / np.maximum(values, 1e-9), 0.0)
    typical = np.exp(np.mean(np.log((vectors**2) @ variance)))
    return vectors, variance / typical
