"""What becomes of a synthesis when a source, a prior or an area is changed: all checks in one call."""

from estimators.checks.every import check

__all__ = ["check"]
