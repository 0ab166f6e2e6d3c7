"""Every method on the same lists, and what becomes of an estimate when lists are hidden, left out, merged or added."""

from estimators.comparison.assumption import sweep_assumption
from estimators.comparison.changed import add_lists, drop_lists, hide_lists, merge_lists
from estimators.comparison.methods import CAPTURE_METHODS, METHODS, compare_lists

__all__ = [
    "CAPTURE_METHODS",
    "METHODS",
    "add_lists",
    "compare_lists",
    "drop_lists",
    "hide_lists",
    "merge_lists",
    "sweep_assumption",
]
