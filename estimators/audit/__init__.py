"""The main job: claims about the share reported, in several readings, against the figures that are published."""

from estimators.audit.claim_audit import Audit, Reading, claim_readings, context_of, document, plain_text, run, write
from estimators.audit.mexico import MEXICO, mexico

__all__ = [
    "MEXICO",
    "Audit",
    "Reading",
    "claim_readings",
    "context_of",
    "document",
    "mexico",
    "plain_text",
    "run",
    "write",
]
