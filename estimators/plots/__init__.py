"""Figures of results. Each reads a tree or a table, returns a matplotlib figure, and carries the verdict."""

from estimators.plots.anchors import plot_anchor_budget, plot_reporting_probability
from estimators.plots.forest import plot_forest

__all__ = ["plot_anchor_budget", "plot_forest", "plot_reporting_probability"]
