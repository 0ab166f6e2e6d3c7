"""Joint synthesis: a hidden process, the streams that show parts of it, and the anchors of its level."""

from estimators.synthesis.capacity import Capacity
from estimators.synthesis.capacity_index import CapacityIndex
from estimators.synthesis.covariates import Covariate
from estimators.synthesis.exits import Exits
from estimators.synthesis.hotline import Hotline
from estimators.synthesis.identified_victims import IdentifiedVictims
from estimators.synthesis.incidence import Incidence
from estimators.synthesis.justice_funnel import JusticeFunnel
from estimators.synthesis.mislabelling import Mislabelling
from estimators.synthesis.model import Synthesis
from estimators.synthesis.overlap import Overlap
from estimators.synthesis.publication import Publication
from estimators.synthesis.recording import Recorded
from estimators.synthesis.rules import Revision, SourceEffects, Steps
from estimators.synthesis.survey import Survey
from estimators.synthesis.validation import Validation

__all__ = [
    "Capacity",
    "CapacityIndex",
    "Covariate",
    "Exits",
    "Hotline",
    "IdentifiedVictims",
    "Incidence",
    "JusticeFunnel",
    "Mislabelling",
    "Overlap",
    "Publication",
    "Recorded",
    "Revision",
    "SourceEffects",
    "Steps",
    "Survey",
    "Synthesis",
    "Validation",
]
