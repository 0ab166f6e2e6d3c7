"""From a figure, its limits and its bound, as given, to one canonical statement: value, lower, upper, bound.

Limits are inclusive: fewer than 5 victims is 0 to 4. Rates, shares and estimates need not be whole, so there the limit
itself is kept: a share below 0.5 is 0 to 0.5.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from estimators.evidence.problems import Mask, Problems, Texts
from estimators.evidence.values import Column

BELOW = ("less_than", "at_most")
ABOVE = ("more_than", "at_least")
VAGUE = ("approximately", "nearly")

type Refusal = tuple[Mask, str, str | Texts]


def settle(problems: Problems, figures: pd.DataFrame, stated: Column, kinds: Column) -> pd.DataFrame:
    """Settle value, lower, upper and bound of every row, and report where they contradict one another.

    Parameters
    ----------
    problems : Problems
        Where contradictions are reported; rows that have a problem already are left alone.
    figures : pandas.DataFrame
        What `values.read_limits` read.
    stated : pandas.Series
        The column bound as given, "" where empty.
    kinds : pandas.Series
        Kind of the indicator of each row.

    Returns
    -------
    pandas.DataFrame
        ``value``, ``lower``, ``upper`` (float) and ``bound`` (one of `vocabulary.BOUNDS`). The value is NaN for
        one-sided bounds, for intervals without a point, and where the figure is missing.
    """
    given = figures.assign(kind=kinds, bound=_bound(figures, stated), written=figures["first"].notna())
    implied = _implied(given)
    _report(problems, _contradictions(given, implied))
    settled = given.assign(
        value=given["first"].mask(given["second"].notna() | given["bound"].isin(BELOW + ABOVE)),
        lower=given["lower"].fillna(implied["lower"]),
        upper=given["upper"].fillna(implied["upper"]),
    )
    _report(problems, _gaps(settled))
    ceiling = pd.Series(np.where(kinds == "share", 1.0, np.inf), index=kinds.index)
    settled["lower"] = settled["lower"].mask(settled["bound"].isin(BELOW) & settled["lower"].isna(), 0.0)
    settled["upper"] = settled["upper"].mask(settled["bound"].isin(ABOVE) & settled["upper"].isna(), ceiling)
    _report(problems, _disorder(settled))
    return settled[["value", "lower", "upper", "bound"]]


def _report(problems: Problems, refusals: Iterator[Refusal]) -> None:
    sound = ~problems.rows()
    for offending, column, expected in refusals:
        problems.refuse(offending & sound, column, expected)


def _bound(figures: pd.DataFrame, stated: Column) -> Column:
    """Take the bound as stated, else as the value says it, else as value and limits together make it."""
    limited = figures["lower"].notna() | figures["upper"].notna()
    degenerate = (figures["lower"] == figures["first"]) & (figures["upper"] == figures["first"])
    mark = _mark(figures)
    chosen = np.select(
        [stated != "", mark != "", figures["first"].isna() & ~limited, figures["first"].notna() & ~limited, degenerate],
        [stated, mark, "missing", "exact", "exact"],
        default="interval",
    )
    return pd.Series(chosen, index=figures.index).astype(str)


def _mark(figures: pd.DataFrame) -> Column:
    return figures["mark"].mask(figures["second"].notna(), "interval")


def _implied(given: pd.DataFrame) -> pd.DataFrame:
    """Limits that follow from value and bound alone, NaN where none does."""
    first, bound, several = given["first"], given["bound"], given["second"].notna()
    step = pd.Series(np.where(given["kind"] == "count", 1.0, 0.0), index=given.index)
    lower = first.where(several | bound.isin(("exact", "at_least")))
    upper = given["second"].where(several, first.where(bound.isin(("exact", "at_most"))))
    return pd.DataFrame(
        {
            "lower": lower.mask(~several & (bound == "more_than"), first + step),
            "upper": upper.mask(~several & (bound == "less_than"), first - step),
        }
    )


def _contradictions(given: pd.DataFrame, implied: pd.DataFrame) -> Iterator[Refusal]:
    bound, mark = given["bound"], _mark(given)
    other = (mark != "") & (bound != mark) & ~((mark == "interval") & bound.isin(VAGUE)) & (bound != "missing")
    said = "'" + mark.astype(object) + "', as the value says, or an empty cell"
    yield other.to_numpy(), "bound", said.to_numpy()
    missing = bound == "missing"
    unknown = "an empty cell: a number stands here where the bound says that the figure is missing"
    yield (missing & given["written"]).to_numpy(), "value", unknown
    for column in ("lower", "upper"):
        yield (missing & given[column].notna()).to_numpy(), column, unknown
        differs = given[column].notna() & implied[column].notna() & (given[column] != implied[column])
        yield differs.to_numpy(), column, _limit_texts(implied[column], differs.to_numpy())
    nothing = (bound == "less_than") & given["written"] & (given["first"] <= 0)
    yield nothing.to_numpy(), "value", "a number above 0, because nothing is less than 0"


def _gaps(settled: pd.DataFrame) -> Iterator[Refusal]:
    bound, written = settled["bound"], settled["written"]
    yield ((bound == "exact") & ~written).to_numpy(), "value", "a number, because the bound is 'exact'"
    for column, sided in (("lower", ABOVE), ("upper", BELOW)):
        for name in sided:
            absent = (bound == name) & settled[column].isna()
            yield absent.to_numpy(), "value", f"a number, because the bound is '{name}'"
    loose = bound.isin(VAGUE)
    limited = settled["lower"].notna() | settled["upper"].notna()
    # A published estimate that is "nearly 5 million" may stand alone; a count enters a likelihood and needs limits.
    needed = (bound == "interval") | (loose & ((settled["kind"] == "count") | ~written | limited))
    for article, column in (("a", "lower"), ("an", "upper")):
        unlimited = needed & settled[column].isna()
        yield unlimited.to_numpy(), column, _because(bound, f"{article} {column} limit, because the bound is ")


def _disorder(settled: pd.DataFrame) -> Iterator[Refusal]:
    value, lower, upper = settled["value"], settled["lower"], settled["upper"]
    yield (lower > value).to_numpy(), "lower", "a number not above the value"
    yield (upper < value).to_numpy(), "upper", "a number not below the value"
    yield (lower > upper).to_numpy(), "upper", "a number not below the lower limit"
    endless = (upper == np.inf) & ~settled["bound"].isin(ABOVE)
    yield endless.to_numpy(), "upper", "a finite number, or bound 'at_least'"


def _because(bound: Column, beginning: str) -> Texts:
    return np.asarray(beginning + "'" + bound.astype(object) + "'")


def _limit_texts(limit: Column, offending: Mask) -> Texts:
    texts = np.full(len(limit), "", dtype=object)
    shown = [f"{number:.15g}" for number in limit[offending]]
    texts[offending] = [f"{number}, as value and bound say, or an empty cell" for number in shown]
    return texts
