"""Every method on the same lists, and what becomes of an estimate when lists are hidden, left out or merged."""

from estimators.comparison.methods import METHODS, compare_lists

__all__ = ["METHODS", "compare_lists"]
