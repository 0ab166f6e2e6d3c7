"""One reported figure as evidence, for an audit that starts from a number in a newspaper."""

import pandas as pd

from estimators.evidence import Evidence, read_evidence


def single_figure(
    reported: int | str,
    *,
    area: str = "unnamed area",
    period: str = "2000",
    indicator: str = "victims_identified",
    population: float | None = None,
    source: str = "given by the user",
) -> Evidence:
    """Evidence of one count.

    Parameters
    ----------
    reported : int or str
        The count, or an interval such as ``"<5"``.
    area, period : str
        What it is about; a period is a year, half-year, quarter or month such as ``"2022-H1"``.
    indicator : str
        What was counted.
    population : float, optional
        Mean population of the area over the period, persons.
    source : str
        Who published it.

    Raises
    ------
    DataError
        As `read_evidence`.

    Examples
    --------
    >>> single_figure(494, area="MEX", period="2022-H1").figures("victims_identified")["reported"].item()
    494.0
    """
    rows = [{"area": area, "period": period, "indicator": indicator, "value": reported, "source": source}]
    if population is not None:
        # a half-year lies in a year, and a population is given for that year
        rows.append(rows[0] | {"period": period[:4], "indicator": "population", "value": round(population)})
    return read_evidence(pd.DataFrame(rows))
