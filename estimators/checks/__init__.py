"""What becomes of a synthesis when a source, a prior or an area is changed, or every choice that could have been another."""

from estimators.checks.every import check
from estimators.checks.specification import multiverse

__all__ = ["check", "multiverse"]
