"""What an experiment adds to the report of a synthesis: a table or a figure with what it shows."""

from dataclasses import dataclass, field

import pandas as pd

from estimators.plots.style import Drawing


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A section of a report, and the files that go with it.

    Parameters
    ----------
    name : str
        Of the files, without ending.
    heading : str
        Of the section.
    text : tuple of str
        Paragraphs on what is shown and what it cannot show.
    table : pandas.DataFrame
        Plain values; columns ``x_median``, ``x_lower``, ``x_upper`` are printed as one. Empty for none.
    figure : matplotlib.figure.Figure, optional
        One of the figures of `estimators`, which carry the verdict themselves.
    caption : str
        Of the figure and the table.
    origin : str
        Whose figures it shows that are none of the evidence, for the section on sources; empty for nobody's.
    before_use : str
        What a reader must know of it before the number is used, for the first page; empty for nothing.
    """

    name: str
    heading: str
    text: tuple[str, ...] = ()
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    figure: Drawing | None = None
    caption: str = ""
    origin: str = ""
    before_use: str = ""
