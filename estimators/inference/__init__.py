"""`fit`: the one verb, and what it asks of estimators."""

from estimators.inference.fitting import Engine, fit
from estimators.inference.protocols import (
    Estimator,
    ExactEstimator,
    GraphEstimator,
    LaplaceEstimator,
    OwnEstimator,
    Summarised,
)
from estimators.sampling import Sampling

__all__ = [
    "Engine",
    "Estimator",
    "ExactEstimator",
    "GraphEstimator",
    "LaplaceEstimator",
    "OwnEstimator",
    "Sampling",
    "Summarised",
    "fit",
]
