"""The numbers of a result of lists, a row for each stratum and for everybody."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimators import numbers
from estimators.reports.facts import MASSES, Facts

EVERYONE = "all"
ALL = "all strata together"


@dataclass(frozen=True)
class Ends:
    """Middle and limits of the true count, beside the people listed.

    Parameters
    ----------
    point, lower, upper : float
        Of the true count.
    listed : float
        People on a list.
    """

    point: float
    lower: float
    upper: float
    listed: float

    @property
    def quantities(self) -> tuple[tuple[tuple[float, float, float], float], ...]:
        """True count, people on no list and share on a list, each with the least it can be."""
        counts = (self.point, self.lower, self.upper)
        hidden = (self.point - self.listed, self.lower - self.listed, self.upper - self.listed)
        shares = [self.listed / each if each > 0 else np.nan for each in (self.point, self.upper, self.lower)]
        return (counts, self.listed), (hidden, 0.0), ((shares[0], shares[1], shares[2]), 0.0)

    def whole(self, digits: int) -> tuple[str, ...]:
        """Middle and limits of each quantity."""
        return tuple(numbers.estimate(*ends, digits, least) for ends, least in self.quantities)

    def middle(self, digits: int) -> tuple[str, ...]:
        """The middle of each quantity."""
        return tuple(numbers.number(ends[0], digits) for ends, _ in self.quantities)

    def span(self, digits: int) -> tuple[str, ...]:
        """The limits of each quantity."""
        return tuple(numbers.interval(ends[1], ends[2], digits, least) for ends, least in self.quantities)


def rows(facts: Facts, mass: float = MASSES[-1]) -> list[Ends]:
    """One for each stratum and for everybody, in the order of the result."""
    found = facts.limits("true_count", mass)
    middle = found["median" if "median" in found else "point"].values[:, 0]
    lower, upper = (found[end].values[:, 0] for end in ("lower", "upper"))
    reported = facts.read["observed_data"].to_dataset()["reported"].transpose("area", "period").values[:, 0]
    together = zip(middle, lower, upper, reported, strict=True)
    return [Ends(float(a), float(b), float(c), float(listed)) for a, b, c, listed in together]


def everybody(facts: Facts) -> Ends:
    """The only row, or the sum of the strata."""
    areas = labels(facts)
    return rows(facts)[areas.index(EVERYONE) if EVERYONE in areas else 0]


def labels(facts: Facts) -> list[str]:
    """Strata as the result names them."""
    return [str(area) for area in facts.read["observed_data"].to_dataset()["area"].values]


def first_cells(facts: Facts) -> list[tuple[str, ...]]:
    """What begins each row of a table: nothing of one population, else the stratum."""
    names = {EVERYONE: ALL} | {key: word for key, word in facts.account.names.items() if key != EVERYONE}
    areas = labels(facts)
    return [(names.get(area, area),) if len(areas) > 1 else () for area in areas]


def list_names(facts: Facts) -> tuple[str, ...]:
    """Names of the lists; none where people of one list were met again."""
    group = facts.post["lists"].to_dataset()
    return tuple(group["list"].values.astype(str).tolist()) if "list" in group else ()


def crossed(text: str, names: Sequence[str]) -> str:
    """Links between lists with a sign that every language reads.

    Examples
    --------
    >>> crossed("none of the terms left out: a with b with c, with care", ("a", "b", "c"))
    'none of the terms left out: a × b × c, with care'
    """
    if not names:
        return text
    any_of = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)({any_of}) with (?=(?:{any_of})(?!\w))", r"\1 × ", text)
