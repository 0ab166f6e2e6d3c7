"""Area effects, of which a part may follow the map (BYM2)."""

import numpy as np
from scipy import linalg

from estimators.errors import ModelError
from estimators.priors import Prior
from estimators.synthesis.operations import Values
from estimators.synthesis.world import World

MIXING = Prior("spatial share of area effects", "2 to 98 % with 90 %", "logit-normal", (0.0, 2.4), "weak")


def area_effects(world: World, of: str, neighbours: tuple[tuple[str, str], ...]) -> Values:
    """Area effects on incidence or on reporting, one entry a cell: τ (√(1 - φ) z + √φ u), and τ z without neighbours."""
    free = world.effect(f"{of}_area", "area")
    if not neighbours or f"{of}_spatial" not in world:
        return free
    share = world.operations.exp(world.operations.log_expit(world[f"{of}_spatial_share"]))
    spatial = (world[f"{of}_spatial"] @ spatial_basis(world.grid.areas, neighbours))[..., world.grid.index["area"]]
    return (1.0 - share) ** 0.5 * free + share**0.5 * world[f"{of}_area_sd"] * spatial


def spatial_basis(
    areas: tuple[str, ...], neighbours: tuple[tuple[str, str], ...]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Matrix B with B'B the covariance of an intrinsic autoregression, scaled to geometric mean variance 1.

    Raises
    ------
    ModelError
        If a border names an area outside the model, or leaves an area without neighbours or the map in pieces.
    """
    place = {name: number for number, name in enumerate(areas)}
    foreign = sorted({name for pair in neighbours for name in pair} - set(place))
    if foreign:
        raise ModelError(f"neighbours {', '.join(foreign)}: expected areas of the model: {', '.join(areas)}")
    laplacian = np.zeros((len(areas), len(areas)))
    for one, other in neighbours:
        i, j = place[one], place[other]
        laplacian[[i, j], [j, i]] = -1.0
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    values, vectors = linalg.eigh(laplacian)
    if (values < 1e-9).sum() > 1:
        raise ModelError("neighbours: expected every area to be reached from every other by crossing borders")
    root = np.where(values > 1e-9, 1.0 / np.sqrt(np.maximum(values, 1e-9)), 0.0)
    basis = (vectors * root).T
    variance = (basis**2).sum(axis=0)
    return np.asarray(basis / np.exp(0.5 * np.mean(np.log(variance))))
