"""Declared breaks: from a day on, a series is counted by another rule or reporter, and its two sides are not one series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from estimators.errors import DataError, Problem
from estimators.evidence.periods import parse_period, period_label
from estimators.evidence.vocabulary import INDICATORS

type Regions = Mapping[str, tuple[str, ...]]

EVERY = "all"


@dataclass(frozen=True)
class Break:
    """A change of how figures came about.

    Parameters
    ----------
    area : str
        As in the column ``area``; ``"all"`` is every area.
    indicator : str
        Which figures.
    since : str
        First period or day of the new rule or reporter: ``"2026"``, ``"2026-01"``, ``"2026-01-15"``.
    reason : str
        What changed; printed wherever the break matters.
    source : str
        Only figures of this source; empty for all.

    Raises
    ------
    DataError
        Naming what cannot be read.

    Examples
    --------
    >>> rule = Break("MEX", "investigations_opened", "2026-01", "new counting rule RNID")
    >>> rule.day.isoformat(), rule.before("2026-01"), rule.before("2025")
    ('2026-01-01', True, False)
    """

    area: str
    indicator: str
    since: str
    reason: str
    source: str = ""
    day: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        period = parse_period(self.since)
        problems = []
        if self.indicator not in INDICATORS or self.indicator == "population":
            problems.append(Problem("break", None, "indicator", self.indicator, "an indicator of reported figures"))
        if period is None:
            problems.append(
                Problem("break", None, "since", self.since, "a period or day such as 2026, 2026-01 or 2026-01-15")
            )
        if not self.area or not self.reason:
            problems.append(Problem("break", None, "reason", self.reason, "an area, and what changed"))
        if problems:
            raise DataError(problems)
        assert period is not None  # noqa: S101
        object.__setattr__(self, "day", period[0])

    def concerns(self, area: str, indicator: str, source: str) -> bool:
        """Whether figures of this area, indicator and source are broken."""
        return indicator == self.indicator and self.area in (area, EVERY) and self.source in (source, "")

    def before(self, period: str) -> bool:
        """Whether the break comes before a period."""
        span = parse_period(period)
        return span is not None and self.day <= span[0]

    def rows(self, table: pd.DataFrame) -> "pd.Series[bool]":
        """Which rows are broken, on either side."""
        wanted = table["indicator"] == self.indicator
        if self.area != EVERY:
            wanted &= table["area"] == self.area
        if self.source:
            wanted &= table["source"] == self.source
        return wanted

    def after(self, table: pd.DataFrame) -> "pd.Series[bool]":
        """Which of them are on the new side."""
        return self.rows(table) & (table["period_start"] >= pd.Timestamp(self.day))

    @property
    def key(self) -> str:
        """A name for the unknown step: indicator, area, day and source."""
        return "_".join(word for word in (self.indicator, self.area, self.since, self.source) if word)

    def __str__(self) -> str:
        return f"{self.area} {self.indicator} from {self.since} ({self.reason})"


def check_breaks(breaks: Sequence[Break], areas: Sequence[str], label: str) -> tuple[Break, ...]:
    """The breaks, refused where one is given twice or is of an area without a row."""
    problems = [
        Problem(label, None, "breaks", str(each), f"an area of these data or 'all': {', '.join(areas[:20])}")
        for each in breaks
        if each.area not in (*areas, EVERY)
    ]
    problems += [
        Problem(label, None, "breaks", str(each), "each break once")
        for place, each in enumerate(breaks)
        if each.key in [other.key for other in breaks[:place]]
    ]
    if problems:
        raise DataError(problems)
    return tuple(breaks)


def refuse_straddling(table: pd.DataFrame, breaks: Sequence[Break], label: str) -> None:
    """Refuse a figure whose period holds days of both sides of a break.

    Raises
    ------
    DataError
        Naming series and period.
    """
    problems = []
    for each in breaks:
        day = pd.Timestamp(each.day)
        both = each.rows(table) & (table["period_start"] < day) & (table["period_end"] >= day) & table["lower"].notna()
        problems += [
            Problem(
                label, int(row), "period_start", period_label(start, end), f"periods on one side of the break {each}"
            )
            for row, start, end in table.loc[both, ["period_start", "period_end"]].itertuples()
        ]
    if problems:
        raise DataError(problems)


def refuse_spliced(
    table: pd.DataFrame, breaks: Sequence[Break], regions: Regions, label: str, advice: str = ""
) -> None:
    """Refuse rows that stand on both sides of a declared break: they are not one series.

    Raises
    ------
    DataError
        Naming series and period, also of a figure that holds days of both sides, and of totals that hold a broken area.
    """
    refuse_straddling(table, breaks, label)
    refuse_broken_totals(table, breaks, regions, label)
    problems = []
    for each in breaks:
        rows = table[each.rows(table) & table["lower"].notna()]
        after = each.after(rows)
        areas = [str(area) for area in rows["area"].unique() if len(after[rows["area"] == area].unique()) > 1]
        if areas:
            first = rows[after & rows["area"].isin(areas)].iloc[0]
            expected = (
                f"one side of the declared break {each}, and given are figures of both: choose with .where(end='{_day_before(each)}') or "
                f".where(start='{each.day}'){advice}"
            )
            period = period_label(first["period_start"], first["period_end"])
            problems.append(
                Problem(label, int(str(first.name)), "period_start", f"{areas[0]} {each.indicator} {period}", expected)
            )
    if problems:
        raise DataError(problems)


def refuse_broken_totals(table: pd.DataFrame, breaks: Sequence[Break], regions: Regions, label: str) -> None:
    """Refuse totals of several areas in periods in which one of them is counted by another rule than before.

    Raises
    ------
    DataError
        Naming total and period.
    """
    problems = []
    for each in breaks:
        known = table[table["lower"].notna() & (table["indicator"] == each.indicator)]
        for area in known["area"].unique():
            parts = [part for word in str(area).split("+") for part in regions.get(word.strip(), (word.strip(),))]
            if each.area == str(area) or each.area not in parts:
                continue
            rows = known[(known["area"] == area) & (known["period_end"] >= pd.Timestamp(each.day))]
            expected = f"no total with {each.area} after the declared break {each}: leave it out, or declare the break for {area} too"
            problems += [
                Problem(label, int(row), "area", f"{area} {period_label(start, end)}", expected)
                for row, start, end in rows[["period_start", "period_end"]].itertuples()
            ]
    if problems:
        raise DataError(problems)


def _day_before(each: Break) -> str:
    return str((pd.Timestamp(each.day) - pd.Timedelta(days=1)).date())
