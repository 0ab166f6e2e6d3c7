"""Reports: a document is a value, renderers are thin. They read trees and never import models."""

from estimators.report.audit_inputs import AuditResults, Context
from estimators.report.audit_report import audit_document
from estimators.report.exhibit import Exhibit
from estimators.report.html import render_html, write_text
from estimators.report.strata_exhibit import strata_exhibits
from estimators.report.synthesis_exhibits import (
    coverage_exhibit,
    event_exhibit,
    mass_events,
    ratio_exhibit,
    tile_exhibits,
)
from estimators.report.synthesis_report import synthesis_report
from estimators.report.synthesis_tables import totals, unknowns

__all__ = [
    "AuditResults",
    "Context",
    "Exhibit",
    "audit_document",
    "coverage_exhibit",
    "event_exhibit",
    "mass_events",
    "ratio_exhibit",
    "render_html",
    "strata_exhibits",
    "synthesis_report",
    "tile_exhibits",
    "totals",
    "unknowns",
    "write_text",
]
