"""What fixes the level: each absolute anchor alone, in closed form from the computed Fisher information."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import linalg

from estimators.priors import Claim, ExternalEstimate
from estimators.synthesis.geometry import STEP, Geometry
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
            found.append(_stated(part.anchors[int(term.split()[1]) - 1], (stream, term)))
        elif len(rows) and (kind := getattr(part, "anchor", "")):
            name = f"{stream}: {term.replace('_', ' ')}"
            found.append(Anchor(name, kind, source=(stream, term), reason="figures of the evidence"))
    return tuple(found)


def _stated(anchor: Claim | ExternalEstimate, source: tuple[str, str]) -> Anchor:
    kind, reason = ("reporting", anchor.prior.reason) if isinstance(anchor, Claim) else ("external", anchor.reason)
    return Anchor(anchor.name, kind, source=source, derived_from=anchor.derived_from, reason=reason)


def anchor_dataset(panel: Panel, geometry: Geometry) -> xr.Dataset:
    """What each anchor alone implies for the log flow of each area and period, dims (anchor, area, period).

    Notes
    -----
    The log likelihood is taken as quadratic about a point v, with slope g and information I of the figures that are left, the prior has
    means m and precisions P, those of the other anchors 0: the mean is v + (I + P)⁻¹ [g - P (v - m)]. Nothing is sampled.
    """
    anchors = absolute_anchors(panel)
    log_flow, derivative = _target(panel, geometry.point)
    values = [_alone(panel, geometry, anchors, anchor, derivative) for anchor in anchors]
    _, _, periods = panel.grid.shape
    shape = (len(anchors), panel.grid.shape[0], periods)
    text = {
        name: ("anchor", np.array([getattr(anchor, name) for anchor in anchors], dtype=object))
        for name in ("kind", "derived_from", "reason")
    }
    return xr.Dataset(
        {
            "log_true_count": (
                ("anchor", "area", "period"),
                np.stack([log_flow + shift for shift, _ in values]).reshape(shape),
            ),
            "log_sd": (("anchor", "area", "period"), np.stack([sd for _, sd in values]).reshape(shape)),
            **text,
        },
        coords={
            "anchor": [anchor.name for anchor in anchors],
            "area": list(panel.grid.areas),
            "period": list(panel.grid.periods),
        },
    )


def _alone(
    panel: Panel, geometry: Geometry, anchors: tuple[Anchor, ...], kept: Anchor, derivative: Array
) -> tuple[Array, Array]:
    """Shift and standard deviation of the log flow of each area and period when only one anchor is kept."""
    precision = geometry.prior_precision.copy()
    for anchor in anchors:
        if anchor.level and anchor is not kept:
            precision[panel.layout[anchor.level]] = NOTHING
    others = {anchor.source for anchor in anchors if anchor.source[0] and anchor is not kept}
    kept_rows = np.array([source not in others for source in geometry.source])
    rows = geometry.derivative[kept_rows]
    information = (rows.T * geometry.weight[kept_rows]) @ rows
    right = rows.T @ geometry.slope[kept_rows] - precision * (geometry.point - geometry.centre)
    right[len(panel.locations) : len(panel.locations) + len(panel.scales)] = 0.0
    factor = linalg.cho_factor(information + np.diag(precision) + NOTHING * np.eye(len(precision)))
    moved = derivative @ linalg.cho_solve(factor, right)
    variance = np.einsum("ij,ji->i", derivative, linalg.cho_solve(factor, derivative.T))
    return moved, np.sqrt(variance)


def _target(panel: Panel, mode: Array) -> tuple[Array, Array]:
    """Log flow of each area and period, strata together, and its derivatives, shapes (areas × periods,) and (areas × periods, size)."""
    moved = np.concatenate([mode[None], mode + STEP * np.eye(panel.size), mode - STEP * np.eye(panel.size)])
    flow = np.exp(panel.world(panel.unpack(moved), NUMPY)["log_flow"]).reshape(len(moved), *panel.grid.shape)
    totals = np.log(flow.sum(axis=2)).reshape(len(moved), -1)
    return totals[0], (totals[1 : panel.size + 1] - totals[panel.size + 1 :]).T / (2.0 * STEP)


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
