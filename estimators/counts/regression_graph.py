"""A regression with incomplete reporting as a PyMC graph."""

from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.counts.regression_panel import Panel
from estimators.counts.reporting import as_prior

if TYPE_CHECKING:
    import pymc as pm


def graph_of(panel: Panel) -> "pm.Model":
    """The model: logits of units, slopes, effects in the basis of the map, and the counts."""
    import pymc as pm

    model, seen = panel.model, ~panel.cells.missing
    names = {"unit": panel.units, "on_reporting": [each.name for each in model.reporting], "cell": np.arange(len(seen))}
    names["on_incidence"] = ["level", *(each.name for each in model.incidence)]
    with pm.Model(coords=names) as graph:
        logits = pm.Deterministic(
            "unit_logit", pm.math.stack([_logit(panel, place) for place in range(len(panel.units))]), dims="unit"
        )
        fixed = pm.Normal("slope_incidence", panel.fixed[0], panel.fixed[1], dims="on_incidence")
        eta = pm.math.dot(panel.bases[0][:, : panel.fixed.shape[1]], fixed)
        zeta = logits[panel.unit]
        if model.reporting:
            slopes = pm.Normal("slope_reporting", panel.slopes[0], panel.slopes[1], dims="on_reporting")
            zeta = zeta + pm.math.dot(panel.reporting, slopes)
        for side, effects, basis, variance in panel.effects:
            sd = pm.HalfNormal(f"{side}_sd", effects.sd.parameters[1])
            spread: Any = sd
            if effects.neighbours:
                share: Any = 1.0
                if effects.spatial_share is not None:
                    mean, width = effects.spatial_share.parameters
                    share = pm.Deterministic(
                        f"{side}_share", pm.math.sigmoid(pm.Normal(f"{side}_share_logit", mean, width))
                    )
                spread = sd * pm.math.sqrt(1.0 - share + share * variance)
            effect = pm.math.dot(basis, spread * pm.Normal(f"{side}_effect", 0.0, 1.0, shape=len(variance)))
            eta, zeta = (eta + effect, zeta) if side == "incidence" else (eta, zeta + effect)
        pm.Deterministic("log_incidence", eta, dims="cell")
        pm.Deterministic("logit_reporting", zeta, dims="cell")
        mean = pm.math.exp((np.log(panel.cells.exposure) + eta - pm.math.log1pexp(-zeta))[np.flatnonzero(seen)])
        if model.dispersion is None:
            pm.Poisson("reported", mean, observed=panel.cells.reported[seen])
        else:
            size = pm.LogNormal("size", *model.dispersion.parameters)
            pm.NegativeBinomial("reported", mu=mean, alpha=size, observed=panel.cells.reported[seen])
        audited, found = (panel.figures[name].values for name in ("audited", "audited_reported"))
        some = np.flatnonzero(audited > 0)
        if len(some):
            pm.Binomial("validation", audited[some], logit_p=logits[some], observed=found[some])
    return graph


def _logit(panel: Panel, place: int) -> Any:
    import pymc as pm

    prior = as_prior(panel.model.prior_of(panel.units[place]))
    if prior.family == "beta":
        share = pm.Beta(f"unit_share_{place}", *prior.parameters)
        return pm.math.log(share) - pm.math.log1p(-share)
    return pm.Normal(f"unit_logit_{place}", *prior.parameters)
