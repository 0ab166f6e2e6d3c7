"""Checks of results. They read trees and never import models; each returns a `Finding`."""

from estimators.diagnostics.contraction import contraction
from estimators.diagnostics.convergence import convergence
from estimators.diagnostics.finding import Finding
from estimators.diagnostics.identification import Identification, identification
from estimators.diagnostics.shares import share_sensitivity
from estimators.diagnostics.unknowns import prior_data_conflict

__all__ = [
    "Finding",
    "Identification",
    "contraction",
    "convergence",
    "identification",
    "prior_data_conflict",
    "share_sensitivity",
]
