"""Does an estimator know what it says it knows? Simulate truth and figures, fit, and ask where the truth falls.

Replicates of an exact estimator are areas of one fit, ten thousand at a time; those of all others are jobs, one fit each.
"""

from estimators.calibration.calibrating import calibrate
from estimators.calibration.panels import PanelReplicas
from estimators.calibration.ranks import BAND_SIMULATIONS, rank_band, thinned, uniformity_p
from estimators.calibration.replicas import Plan, Quantities, Replicable, ReplicableGiven, one_replicate
from estimators.calibration.vectorised import Simulator

__all__ = [
    "BAND_SIMULATIONS",
    "PanelReplicas",
    "Plan",
    "Quantities",
    "Replicable",
    "ReplicableGiven",
    "Simulator",
    "calibrate",
    "one_replicate",
    "rank_band",
    "thinned",
    "uniformity_p",
]
