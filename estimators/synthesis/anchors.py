"""What fixes the level: each absolute anchor alone, in closed form from the computed Fisher information."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU

from estimators.priors import Claim, ExternalEstimate
from estimators.synthesis.geometry import BLOCK, STEP, Geometry, Sparse, factorised
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.panel import Panel
from estimators.synthesis.statements import Statements

type Array = NDArray[np.float64]

NOTHING = 1e-6  # precision of a prior that is taken away


@dataclass(frozen=True)
class Anchor:
    """One absolute statement of a model: the prior of a level, or the figures of a source that measures one."""

    name: str
    kind: str
    level: str = ""
    source: tuple[str, str] = ("", "")
    derived_from: str = ""
    stated_of: str = ""  # the one area it speaks of; empty for all
    reason: str = ""


def absolute_anchors(panel: Panel) -> tuple[Anchor, ...]:
    """Every prior on a level, every statement, and every source that measures a level."""
    found = []
    for location in panel.locations:
        if location.anchor:
            said = "claim" if location.group == "claim" else f"prior on {location.anchor}"
            name = f"{said}: {location.prior.description}"
            found.append(Anchor(name, location.anchor, level=location.name, reason=location.prior.reason))
    parts = {part.name: part for part in panel.parts}
    for (stream, term), rows in panel.figures.items():
        part = parts[stream]
        if isinstance(part, Statements):
            found.append(_stated(part.anchors[int(term.split()[1]) - 1], rows.labels[0], (stream, term)))
        elif len(rows) and (kind := getattr(part, "anchor", "")):
            name = f"{stream}: {term.replace('_', ' ')}"
            found.append(Anchor(name, kind, source=(stream, term), reason="figures of the evidence"))
    return tuple(found)


def _stated(anchor: Claim | ExternalEstimate, name: str, source: tuple[str, str]) -> Anchor:
    kind, reason = ("reporting", anchor.prior.reason) if isinstance(anchor, Claim) else ("external", anchor.reason)
    return Anchor(name, kind, source=source, derived_from=anchor.derived_from, stated_of=anchor.area, reason=reason)


def anchor_dataset(panel: Panel, geometry: Geometry) -> xr.Dataset:
    """What each anchor alone implies for the log flow, its share of the level, and whether the others contradict it.

    Variables ``log_true_count``, ``log_sd`` and ``share`` over (anchor, area, period); over anchor ``split_z``, the anchor against all else
    on its own scale, ``split_sd``, the standard deviation of what it says, and ``split_others_sd``, of what the others say.

    Notes
    -----
    The log likelihood is taken as quadratic about a point v, with slope g and information I of the figures that are left, the prior has
    means m and precisions P, those of the other anchors 0: the mean is v + (I + P)⁻¹ [g - P (v - m)]. The share of an anchor is how far
    the level follows it. Nothing is sampled.
    """
    anchors = absolute_anchors(panel)
    log_flow, derivative = _target(panel, geometry.point)
    shape = (len(anchors), panel.grid.shape[0], panel.grid.shape[2])
    alone = [_alone(panel, geometry, anchors, anchor, derivative) for anchor in anchors]
    followed = np.abs([_followed(panel, geometry, anchor, derivative) for anchor in anchors])
    splits = np.array([_split(panel, geometry, anchor) for anchor in anchors]).T
    by_cell = {
        "log_true_count": np.stack([log_flow + shift for shift, _ in alone]),
        "log_sd": np.stack([sd for _, sd in alone]),
        "share": followed / followed.sum(axis=0),
    }
    data = {name: (("anchor", "area", "period"), values.reshape(shape)) for name, values in by_cell.items()}
    named = dict(zip(("split_z", "split_sd", "split_others_sd"), splits, strict=True))
    text = {
        name: np.array([getattr(anchor, name) for anchor in anchors], dtype=object)
        for name in ("kind", "derived_from", "stated_of", "reason")
    }
    return xr.Dataset(
        data | {name: ("anchor", values) for name, values in (named | text).items()},
        coords={
            "anchor": [anchor.name for anchor in anchors],
            "area": list(panel.grid.areas),
            "period": list(panel.grid.periods),
        },
    )


def _says(panel: Panel, geometry: Geometry, anchor: Anchor) -> tuple[Array, float, float]:
    """Direction of the flat vector that an anchor speaks of, what it says there beside the point, and its precision.

    Rows of one source are averaged with their information.
    """
    if anchor.level:
        place = panel.layout[anchor.level].start
        direction = np.zeros(panel.size)
        direction[place] = 1.0
        return direction, float(geometry.centre[place] - geometry.point[place]), float(geometry.prior_precision[place])
    rows = np.array([source == anchor.source for source in geometry.source])
    weight = geometry.weight * rows
    total = float(weight.sum())
    return geometry.slopes.T @ weight / total, float(geometry.slope[rows].sum()) / total, total


def _system(panel: Panel, geometry: Geometry, dropped: tuple[Anchor, ...]) -> tuple[SuperLU, Array]:
    """Precision matrix, factorised, and right-hand side of the normal equations without some anchors; scales are given."""
    precision = geometry.prior_precision.copy()
    for anchor in dropped:
        if anchor.level:
            precision[panel.layout[anchor.level]] = NOTHING
    sources = {anchor.source for anchor in dropped if not anchor.level}
    kept = np.array([source not in sources for source in geometry.source])
    matrix = geometry.curvature(geometry.weight * kept) + sparse.diags_array(precision + NOTHING)
    right = geometry.slopes.T @ (geometry.slope * kept) - precision * (geometry.point - geometry.centre)
    right[len(panel.locations) : len(panel.locations) + len(panel.scales)] = 0.0
    return factorised(matrix), right


def _alone(
    panel: Panel, geometry: Geometry, anchors: tuple[Anchor, ...], kept: Anchor, derivative: Sparse
) -> tuple[Array, Array]:
    """Shift and standard deviation of the log flow of each area and period when only one anchor is kept."""
    system, right = _system(panel, geometry, tuple(anchor for anchor in anchors if anchor is not kept))
    parts = [derivative[first : first + BLOCK].toarray() for first in range(0, derivative.shape[0], BLOCK)]
    variance = np.concatenate([np.einsum("ij,ji->i", part, system.solve(part.T)) for part in parts])
    return derivative @ system.solve(right), np.sqrt(variance)


def _followed(panel: Panel, geometry: Geometry, anchor: Anchor, derivative: Sparse) -> Array:
    """How far the log flow of each area and period moves when what an anchor says moves by one."""
    system, _ = _system(panel, geometry, ())
    direction, _, precision = _says(panel, geometry, anchor)
    return np.asarray(derivative @ system.solve(direction * precision))


def _split(panel: Panel, geometry: Geometry, anchor: Anchor) -> tuple[float, float, float]:
    """Z of an anchor against what everything else predicts of it, its standard deviation, and theirs."""
    system, right = _system(panel, geometry, (anchor,))
    direction, said, precision = _says(panel, geometry, anchor)
    solved = system.solve(np.stack([right, direction], axis=1))
    predicted, variance = float(direction @ solved[:, 0]), float(direction @ solved[:, 1])
    return (said - predicted) / np.sqrt(1.0 / precision + variance), precision**-0.5, variance**0.5


def _target(panel: Panel, mode: Array) -> tuple[Array, Sparse]:
    """Log flow of each area and period, strata together, and its derivatives, shapes (areas × periods,) and (areas × periods, size)."""
    parts, scales = [], slice(len(panel.locations), len(panel.locations) + len(panel.scales))
    for first in range(0, panel.size, BLOCK):
        moves = STEP * np.eye(min(BLOCK, panel.size - first), panel.size, first)
        moves[:, scales] = 0.0  # scales are given
        up, down = (_log_flow(panel, mode + each) for each in (moves, -moves))
        parts.append(sparse.csr_array((up - down) / (2.0 * STEP)))
    return _log_flow(panel, mode[None])[0], sparse.csr_array(sparse.vstack(parts).T)


def _log_flow(panel: Panel, vectors: Array) -> Array:
    flow = np.exp(panel.world(panel.unpack(vectors), NUMPY)["log_flow"]).reshape(len(vectors), *panel.grid.shape)
    return np.asarray(np.log(flow.sum(axis=2)).reshape(len(vectors), -1))


def level_information(panel: Panel, geometry: Geometry) -> xr.Dataset:
    """Fisher information of the figures about levels and slopes, effects integrated out, and the prior sd of each.

    Statements are no figures: what they say is in the anchors, and here apart, as ``stated``.
    """
    kept = [place for place, location in enumerate(panel.locations) if location.group != "dispersion"]
    names = [panel.locations[place].name for place in kept]
    counted = replace(geometry, weight=geometry.weight * [source[0] != "statements" for source in geometry.source])
    everything, information = (
        each.marginal_information(np.arange(len(panel.locations)))[np.ix_(kept, kept)] for each in (geometry, counted)
    )
    return xr.Dataset(
        {
            "information": (("parameter", "other"), information),
            "stated": (("parameter", "other"), everything - information),
            "prior_sd": ("parameter", panel.location_prior[1][kept]),
        },
        coords={"parameter": names, "other": names},
    )
