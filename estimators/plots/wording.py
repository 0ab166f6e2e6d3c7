"""Words and numbers that several figures share: names of quantities, estimates as they are printed, what a table says in a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimators import numbers

WORDS = {
    "true_count": "true count",
    "incidence": "incidence per 100,000 and year",
    "reporting_probability": "reporting probability",
}
METHODS = {
    "m0": "M0",
    "chao_lower_bound": "Chao lower bound",
    "mth_poisson2": "Mth Poisson2",
    "mth_darroch": "Mth Darroch",
    "mth_gamma": "Mth gamma",
    "best_bic": "best BIC",
    "averaged_log_linear": "averaged log-linear",
    "bayesian_log_linear": "Bayesian log-linear",
    "truncated_poisson": "truncated Poisson",
    "one_inflated_poisson": "one-inflated Poisson",
}
FEW = 3  # rows that are all told; of more, the highest and the lowest


def plural(count: int, word: str) -> str:
    """A number of things.

    Examples
    --------
    >>> plural(1, "area"), plural(1200, "area")
    ('1 area', '1,200 areas')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def method(name: str) -> str:
    """A method of lists in words.

    Examples
    --------
    >>> method("best_bic"), method("sample_coverage")
    ('best BIC', 'sample coverage')
    """
    return METHODS.get(name, name.replace("_", " "))


def printed(row: Mapping[Any, Any], quantity: str) -> str:
    """Median and interval of a row of a summary, with no more digits than the simulation supports; limits alone of bounds.

    Examples
    --------
    >>> printed({"true_count_median": 49351.0, "true_count_lower": 13648.0, "true_count_upper": 181936.0}, "true_count")
    '49,000 (13,000 – 190,000)'
    """
    median, lower, upper = (float(row.get(f"{quantity}_{end}", np.nan)) for end in ("median", "lower", "upper"))
    digits = numbers.supported_digits(float(row.get("simulation_error", 0.0)))
    reported = float(row.get("reported", 0.0)) if quantity == "true_count" else 0.0
    least = reported if np.isfinite(reported) else 0.0
    if np.isnan(median):
        return numbers.interval(lower, upper, digits, least)
    return numbers.estimate(median, lower, upper, digits, least)


def told(rows: pd.DataFrame, quantity: str, named: Iterable[str]) -> str:
    """The estimates of a table in words: each, or of many the highest and the lowest.

    Parameters
    ----------
    rows : pandas.DataFrame
        With columns quantity_median, quantity_lower, quantity_upper.
    quantity : str
        Which estimate.
    named : iterable of str
        Where each row is about, such as "in 2022".
    """
    middle = rows[f"{quantity}_median"].fillna(rows[f"{quantity}_lower"]).to_numpy(dtype=float)
    names, kept = np.array(list(named), dtype=object), np.flatnonzero(np.isfinite(middle))
    order = kept[np.argsort(-middle[kept], kind="stable")]
    if not len(order):
        return "no estimate"
    records = rows.to_dict("records")
    each = [f"{printed(records[place], quantity)} {names[place]}" for place in order]
    return ", ".join(each) if len(each) <= FEW else f"highest {each[0]}, lowest {each[-1]}"


def about(rows: pd.DataFrame, names: Mapping[str, str] | None = None) -> list[str]:
    """Where and when each row is about, leaving out what is the same for all of them."""
    areas = rows["area"].map(lambda area: (names or {}).get(area, area))
    if len(set(rows["area"])) == 1:
        return [f"in {period}" for period in rows["period"]]
    if len(set(rows["period"])) == 1:
        return [f"in {area}" for area in areas]
    return [f"in {area} {period}" for area, period in zip(areas, rows["period"], strict=True)]


def clipped(text: str, most: int) -> str:
    """The end of a text that is too long, which says more of a path than its beginning.

    Examples
    --------
    >>> clipped("streams.identified_victims.reporting: vague", 20)
    '…reporting: vague'
    """
    if len(text) <= most:
        return text
    end = text[-(most - 1) :]
    _, _, rest = end.partition(".")
    return f"…{rest or end}"


def sentence(text: str) -> str:
    """The same, with a capital at the beginning."""
    return text[:1].upper() + text[1:]
