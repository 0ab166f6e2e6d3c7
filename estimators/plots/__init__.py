"""Figures of results. Each reads a tree or a table, returns a matplotlib figure, and carries the verdict."""

from estimators.plots.anchors import plot_anchor_budget, plot_reporting_probability
from estimators.plots.areas import plot_areas
from estimators.plots.forest import plot_forest
from estimators.plots.multiverse import plot_multiverse
from estimators.plots.periods import plot_periods
from estimators.plots.predictions import plot_predictions, prediction_table
from estimators.plots.tiles import plot_tiles

__all__ = [
    "plot_anchor_budget",
    "plot_areas",
    "plot_forest",
    "plot_multiverse",
    "plot_periods",
    "plot_predictions",
    "plot_reporting_probability",
    "plot_tiles",
    "prediction_table",
]
