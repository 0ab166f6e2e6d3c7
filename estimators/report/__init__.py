"""Reports: a document is a value, renderers are thin. They read trees and never import models."""

from estimators.report.audit_inputs import AuditResults, Context
from estimators.report.audit_report import audit_document
from estimators.report.exhibit import Exhibit
from estimators.report.html import render_html, write_text
from estimators.report.synthesis_report import synthesis_report

__all__ = ["AuditResults", "Context", "Exhibit", "audit_document", "render_html", "synthesis_report", "write_text"]
