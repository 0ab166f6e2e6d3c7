"""Every method on the same lists, side by side."""

import pandas as pd
from matplotlib.figure import Figure

from estimators.plots.forest import plot_forest
from estimators.plots.style import PAGE
from estimators.plots.wording import method

REFUSED = "refused"
AXIS = "true count (estimate, 95 % interval)"
WARNS = {"ok": "without a warning", "warning": "with a warning"}


def plot_lists(table: pd.DataFrame, *, title: str = "", width: float = PAGE) -> Figure:
    """Forest of the estimates of all methods; those that refuse are named above it.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `estimators.compare_lists`.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import estimators as est
    >>> told = est.compare_lists(est.datasets.lists("HIV_Rome"), seed=1, methods=["independence"])
    >>> len(plot_lists(told.table).axes)
    1
    """
    rows = table.rename(
        columns={"estimate": "true_count_median", "lower": "true_count_lower", "upper": "true_count_upper"}
    )
    rows = rows.assign(method=rows["method"].map(method), status=rows["status"].map(WARNS))
    rows = rows.assign(probability=0.95, verdict="conditional")
    without = rows[table["status"] == REFUSED]["method"]
    above = " – ".join([title] * bool(title) + [f"refused: {', '.join(without)}"] * (len(without) > 0))
    there = rows[table["status"] != REFUSED]
    figure = plot_forest(there, label="method", group="status", title=above, width=width)
    figure.axes[0].set_xlabel(AXIS, loc="right")
    return figure
