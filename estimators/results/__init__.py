"""Results on disk and as tables. They read trees; what made them does not matter."""

from estimators.results.files import load, save
from estimators.results.tables import QUANTITIES, intervals, limits, summary

__all__ = ["QUANTITIES", "intervals", "limits", "load", "save", "summary"]
