"""Figures of results. Each reads a tree, a table or a finding, returns a matplotlib figure, and carries the verdict.

Visible words stand as constants at the top of each file. Widths are in millimetres, as printed; every figure ends in `style.finish`.
"""

from estimators.plots.anchors import plot_anchor_budget
from estimators.plots.areas import plot_areas
from estimators.plots.calibration import plot_calibration
from estimators.plots.cascade import plot_cascade
from estimators.plots.conflict import conflict_table, plot_conflict
from estimators.plots.forest import plot_forest
from estimators.plots.layouts import tile_layout
from estimators.plots.leave_one_out import plot_leave_one_out
from estimators.plots.lists import plot_lists
from estimators.plots.multiverse import plot_multiverse
from estimators.plots.periods import plot_periods
from estimators.plots.predictions import plot_predictions, prediction_table
from estimators.plots.reporting import plot_reporting_probability
from estimators.plots.ribbons import plot_ribbons
from estimators.plots.ridgeline import plot_ridgeline
from estimators.plots.stages import cascade_table
from estimators.plots.style import alternative
from estimators.plots.tiles import plot_tiles
from estimators.plots.tipping import plot_tipping_points

__all__ = [
    "alternative",
    "cascade_table",
    "conflict_table",
    "plot_anchor_budget",
    "plot_areas",
    "plot_calibration",
    "plot_cascade",
    "plot_conflict",
    "plot_forest",
    "plot_leave_one_out",
    "plot_lists",
    "plot_multiverse",
    "plot_periods",
    "plot_predictions",
    "plot_reporting_probability",
    "plot_ribbons",
    "plot_ridgeline",
    "plot_tiles",
    "plot_tipping_points",
    "prediction_table",
    "tile_layout",
]
