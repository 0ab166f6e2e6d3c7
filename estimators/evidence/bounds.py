"""From a figure, its limits and its bound, as given, to one canonical statement: value, lower, upper, bound.

Limits are inclusive: fewer than 5 victims is 0 to 4. Rates, shares and estimates need not be whole, so there the limit
itself is kept: a share below 0.5 is 0 to 0.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimators.evidence.problems import Mask, Problems, Texts
from estimators.evidence.values import Amounts, Figures

BELOW = ("less_than", "at_most")
ABOVE = ("more_than", "at_least")
VAGUE = ("approximately", "nearly")

type Refusal = tuple[Mask, str, str | Texts]


@dataclass(frozen=True, eq=False)
class _Statement:
    """Value, limits and bound of every row; `written` where the cell value holds a number."""

    value: Amounts
    lower: Amounts
    upper: Amounts
    bound: Texts
    kind: Texts
    written: Mask


def settle(problems: Problems, figures: Figures, stated: Texts, kind: Texts) -> pd.DataFrame:
    """Settle value, lower, upper and bound of every row, and report where they contradict one another.

    Parameters
    ----------
    problems : Problems
        Where contradictions are reported; rows that have a problem already are left alone.
    figures : Figures
        What `values.read_limits` read.
    stated : numpy.ndarray of str
        The column bound as given, "" where empty.
    kind : numpy.ndarray of str
        Kind of the indicator of each row.

    Returns
    -------
    pandas.DataFrame
        ``value``, ``lower``, ``upper`` (float) and ``bound`` (one of `vocabulary.BOUNDS`). The value is NaN for
        one-sided bounds, for intervals without a point, and where the figure is missing.
    """
    bound = _bound(figures, stated)
    lower, upper = _implied(figures, bound, kind)
    _report(problems, _contradictions(figures, bound, lower, upper))
    point = np.isnan(figures.second) & ~np.isin(bound, BELOW + ABOVE)
    settled = _Statement(
        value=np.where(point, figures.first, np.nan),
        lower=np.where(np.isnan(figures.lower), lower, figures.lower),
        upper=np.where(np.isnan(figures.upper), upper, figures.upper),
        bound=bound,
        kind=kind,
        written=~np.isnan(figures.first),
    )
    _report(problems, _gaps(settled))
    _report(problems, _disorder(settled))
    floor, ceiling = np.isin(bound, BELOW) & np.isnan(settled.lower), np.isin(bound, ABOVE) & np.isnan(settled.upper)
    return pd.DataFrame(
        {
            "value": settled.value,
            "lower": np.where(floor, 0.0, settled.lower),
            "upper": np.where(ceiling, np.where(kind == "share", 1.0, np.inf), settled.upper),
            "bound": bound,
        }
    )


def _report(problems: Problems, refusals: Iterator[Refusal]) -> None:
    sound = ~problems.rows()
    for offending, column, expected in refusals:
        problems.refuse(offending & sound, column, expected)


def _mark(figures: Figures) -> Texts:
    """Bound that the cell value itself states, "" where it is a plain number or empty."""
    return np.where(np.isnan(figures.second), figures.mark, "interval")


def _bound(figures: Figures, stated: Texts) -> Texts:
    """Take the bound as stated, else as the value says it, else as value and limits together make it."""
    mark, written = _mark(figures), ~np.isnan(figures.first)
    limited = ~(np.isnan(figures.lower) & np.isnan(figures.upper))
    degenerate = (figures.lower == figures.first) & (figures.upper == figures.first)
    cases = [stated != "", mark != "", ~written & ~limited, (written & ~limited) | degenerate]
    return np.select(cases, [stated, mark, np.asarray("missing"), np.asarray("exact")], default="interval")


def _implied(figures: Figures, bound: Texts, kind: Texts) -> tuple[Amounts, Amounts]:
    """Limits that follow from value and bound alone, NaN where none does."""
    first, several = figures.first, ~np.isnan(figures.second)
    step = np.where(kind == "count", 1.0, 0.0)
    lower = np.where(several | np.isin(bound, ("exact", "at_least")), first, np.nan)
    upper = np.where(np.isin(bound, ("exact", "at_most")), first, np.nan)
    lower = np.where(~several & (bound == "more_than"), first + step, lower)
    upper = np.where(bound == "less_than", first - step, upper)
    return lower, np.where(several, figures.second, upper)


def _contradictions(figures: Figures, bound: Texts, lower: Amounts, upper: Amounts) -> Iterator[Refusal]:
    mark, missing = _mark(figures), bound == "missing"
    other = (mark != "") & (bound != mark) & ~((mark == "interval") & np.isin(bound, VAGUE)) & ~missing
    yield other, "bound", _quoting("", mark, ", as the value says, or an empty cell")
    unknown = "an empty cell: a number stands here where the bound says that the figure is missing"
    yield missing & ~np.isnan(figures.first), "value", unknown
    for column, given, implied in (("lower", figures.lower, lower), ("upper", figures.upper, upper)):
        yield missing & ~np.isnan(given), column, unknown
        differs = ~np.isnan(given) & ~np.isnan(implied) & (given != implied)
        yield differs, column, _limit_texts(implied, differs)
    yield (bound == "less_than") & (figures.first <= 0), "value", "a number above 0, because nothing is less than 0"


def _gaps(settled: _Statement) -> Iterator[Refusal]:
    bound, written = settled.bound, settled.written
    open_lower, open_upper = np.isnan(settled.lower), np.isnan(settled.upper)
    without = (
        ((bound == "exact") & ~written) | (np.isin(bound, ABOVE) & open_lower) | (np.isin(bound, BELOW) & open_upper)
    )
    yield without, "value", _quoting("a number, because the bound is ", bound)
    # A published estimate that is "nearly 5 million" may stand alone; a count enters a likelihood and needs limits.
    alone = (settled.kind != "count") & written & open_lower & open_upper
    needed = (bound == "interval") | (np.isin(bound, VAGUE) & ~alone)
    yield needed & open_lower, "lower", _quoting("a lower limit, because the bound is ", bound)
    yield needed & open_upper, "upper", _quoting("an upper limit, because the bound is ", bound)


def _disorder(settled: _Statement) -> Iterator[Refusal]:
    yield settled.lower > settled.value, "lower", "a number not above the value"
    yield settled.upper < settled.value, "upper", "a number not below the value"
    yield settled.lower > settled.upper, "upper", "a number not below the lower limit"
    endless = np.isposinf(settled.upper) & ~np.isin(settled.bound, ABOVE)
    yield endless, "upper", "a finite number, or bound 'at_least'"


def _quoting(before: str, words: Texts, after: str = "") -> Texts:
    return np.strings.add(np.strings.add(f"{before}'", words), f"'{after}")


def _limit_texts(limit: Amounts, offending: Mask) -> Texts:
    texts = np.full(len(limit), "", dtype=object)
    texts[offending] = [f"{number:.15g}, as value and bound say, or an empty cell" for number in limit[offending]]
    return texts
