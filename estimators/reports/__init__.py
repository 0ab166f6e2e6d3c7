"""Reports: a document is a value, renderers are thin. They read trees and never import models."""

from estimators.reports.audit_inputs import AuditResults, Context
from estimators.reports.audit_report import audit_document
from estimators.reports.exhibit import Exhibit
from estimators.reports.list_exhibits import list_exhibits
from estimators.reports.publication import checklists, publication
from estimators.reports.strata_exhibit import strata_exhibits
from estimators.reports.synthesis_exhibits import (
    coverage_exhibit,
    event_exhibit,
    mass_events,
    ratio_exhibit,
    tile_exhibits,
)
from estimators.reports.synthesis_tables import totals
from estimators.reports.writing import report

__all__ = [
    "AuditResults",
    "Context",
    "Exhibit",
    "audit_document",
    "checklists",
    "coverage_exhibit",
    "event_exhibit",
    "list_exhibits",
    "mass_events",
    "publication",
    "ratio_exhibit",
    "report",
    "strata_exhibits",
    "tile_exhibits",
    "totals",
]
