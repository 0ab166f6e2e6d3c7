"""What a reader must know before a log-linear estimate is used."""

import numpy as np
from scipy import special

from estimators.lists import outcome
from estimators.lists.refusals import few_overlaps
from estimators.lists.table import Lists
from estimators.lists.terms import Places, spoken
from estimators.numbers import number, percent
from estimators.numeric import loglinear, margins, patterns
from estimators.numeric.bootstrap import Limits

HIGH = 10.0  # times the lower bound
FAR = 100.0  # times the people listed
STABLE = 0.5
RARE = 0.01


def of_estimate(lists: Lists, point: float, limits: tuple[float, float], *, apart: bool = False) -> list[str]:
    """Estimates and limits that cannot be taken at their word.

    Parameters
    ----------
    lists : Lists
        What was read.
    point, limits : float, tuple of float
        Of the true count.
    apart : bool
        Whether the interval is conditional on a model that these figures chose.
    """
    found, bound = few_overlaps(lists), lowest(lists)
    if point > HIGH * bound or point > FAR * lists.observed:
        times = f"{number(point / bound)} times the lower bound of {number(bound)}"
        found.append(
            f"the estimate of {number(point)} is implausibly high, {number(point / lists.observed)} times the people listed and {times}"
        )
    if not np.isfinite(limits[1]):
        found.append("the figures set no upper limit: every larger number of people is consistent with them")
    elif limits[1] - limits[0] < outcome.NARROW:
        found.append(outcome.NO_WIDTH)
    elif limits[1] < bound:
        text = "that lists without links between them imply, however people differ"
        found.append(f"even the upper limit is below the lower bound of {number(bound)} {text}")
    if apart:
        found.append("the interval takes the terms as given; these same figures chose them, so that it is too narrow")
    return found


def of_terms(lists: Lists, terms: Places) -> list[str]:
    """Terms of lists that share nobody."""
    held = margins.over_supersets(lists.table[None])[0]
    empty = [int(term) for term in terms if term > 0 and held[term] == 0]
    smallest = [term for term in empty if not any(term != other and term & other == other for other in empty)]
    return [
        f"no one is on {spoken(term, lists.names, ' and ')}: the model takes it that nobody ever is"
        for term in smallest
    ]


def of_replicates(limits: Limits, same: float, chosen: str) -> list[str]:
    """Resampled tables that had no estimate, or chose other terms."""
    found = []
    if limits.missing > 0.0:
        found.append(
            f"{100 * limits.missing:.1f} % of the resampled tables had no estimate and are left out of the interval"
        )
    if limits.infinite > RARE:
        found.append(f"{100 * limits.infinite:.1f} % of the resampled tables set no upper limit at all")
    if same < STABLE:
        found.append(
            f"only {percent(same)} of the resampled tables chose these terms ({chosen}): the choice is not stable"
        )
    return found


def of_fit(fit: loglinear.Fit, lists: Lists) -> list[str]:
    """A model that the table contradicts."""
    listed, means = lists.table[1:], fit.means[0, 1:]
    deviance = 2.0 * float((special.xlogy(listed, listed) - special.xlogy(listed, means) - listed + means).sum())
    used = np.isfinite(fit.coefficients[0]) & (fit.terms[0] != loglinear.NO_TERM)
    left = int((means > 0).sum()) - int(used.sum())
    if left > 0 and special.chdtrc(left, deviance) < 1e-3:
        return [
            f"the model does not fit: deviance {number(deviance)} on {left} degrees of freedom; its interval is too narrow"
        ]
    return []


def lowest(lists: Lists) -> float:
    """Lower bound of the true count, however people differ: n + Σ_{i<j} a_i a_j / f_2, a_i people on list i alone, f_2 on two lists.

    If a list multiplies everybody's odds by its own factor o_i, people on one and on two lists are Σ o_i m_1 and Σ_{i<j} o_i o_j m_2 with
    m_1² ≤ m_0 m_2 (Cauchy and Schwarz), and a_i/a_j tells o_i/o_j. For lists alike it is Chao's (L - 1)/(2 L) f_1²/f_2, which for lists
    that differ in size is no bound.
    """
    orders = patterns.orders(len(lists.names))
    alone, twice = lists.table[orders == 1], float(lists.table[orders == 2].sum())
    return lists.observed + 0.5 * float(alone.sum() ** 2 - (alone**2).sum()) / max(twice, 1.0)


def share_same(chosen: Places, first: Places) -> float:
    """Share of rows that hold what the first one holds, in any order."""
    return float((np.sort(chosen, axis=1) == np.sort(first)).all(axis=1).mean())
