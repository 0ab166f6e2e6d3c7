"""Answers of log-linear models whose terms the figures chose: limits that know of the choice, and what must be read with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from estimators.errors import ModelError
from estimators.lists import cautions, log_linear, outcome, terms
from estimators.lists.table import Lists
from estimators.lists.terms import Places
from estimators.numeric import loglinear
from estimators.numeric.bootstrap import Kind, Limits

KINDS = {
    "envelope": "95 % bootstrap with selection, envelope of BCa and percentile limits",
    "bca": "95 % BCa bootstrap with selection",
    "percentile": "95 % percentile bootstrap with selection",
}


@dataclass(frozen=True)
class Chosen:
    """The model that the figures chose.

    Parameters
    ----------
    lists : Lists
        The figures.
    model : Places
        Its terms.
    fit : loglinear.Fit
        It fitted to the figures.
    """

    lists: Lists
    model: Places
    fit: loglinear.Fit

    @property
    def point(self) -> float:
        """Estimate of the true count."""
        return self.lists.observed + float(self.fit.unlisted[0])


type Bootstrap = Callable[[float], tuple[Limits, float]]


def answered(
    chosen: Chosen, replicates: int, interval: Kind, bootstrap: Bootstrap, found: Sequence[str] = ()
) -> outcome.Groups:
    """Groups ``estimate`` and ``lists``.

    Parameters
    ----------
    replicates : int
        0 for profile limits of the chosen model, which ignore the choice.
    bootstrap : callable
        Of the point: limits, and the share of replicates that chose the same terms.
    found : sequence of str
        Cautions of the choice itself.
    """
    lists, model, fit = chosen.lists, chosen.model, chosen.fit
    more, told = log_linear.measures(lists, fit), list(found)
    if replicates:
        limits, same = bootstrap(chosen.point)
        more |= _figures(limits, replicates, same)
        told += cautions.of_replicates(limits, same, terms.spoken_terms(model, lists.names, "no links"))
        kind, ends = KINDS[interval], (limits.lower, limits.upper)
    else:
        kind, ends = log_linear.INTERVALS["profile"], log_linear.conditional_limits(lists, fit, "profile")
    groups = outcome.estimated(
        lists,
        chosen.point,
        ends,
        interval=kind,
        rests_on=terms.rests_on(model, lists.names),
        cautions=[
            *cautions.of_estimate(lists, chosen.point, ends, apart=not replicates),
            *cautions.of_terms(lists, model),
            *cautions.of_fit(fit, lists),
            *told,
        ],
        fitted=fit.means[0],
        more=more,
    )
    groups["estimate"].attrs["terms"] = terms.spoken_terms(model, lists.names)
    return groups


def check_bootstrap(count: int, interval: str) -> None:
    """Refuse too few replicates, and unknown intervals."""
    if isinstance(count, bool) or not isinstance(count, int) or not (count == 0 or 100 <= count <= 1_000_000):
        raise ModelError(f"bootstrap {count!r}: expected 0, or a whole number of replicates from 100 to 1,000,000")
    if interval not in KINDS:
        raise ModelError(f"interval {interval!r}: expected 'envelope', 'bca' or 'percentile'")


def in_words(count: int, interval: Kind) -> str:
    """The sentence on the interval in the paragraph on methods."""
    if not count:
        return f"The interval is {log_linear.INTERVALS['profile']}: it ignores the choice."
    return f"The interval is {KINDS[interval]}: each of {count:,} resampled tables chose its own terms."


def _figures(limits: Limits, count: int, same: float) -> dict[str, float]:
    """What a bootstrap adds to the figures of an estimate."""
    return {
        "replicates": float(count),
        "share_of_replicates_without_estimate": limits.missing,
        "share_of_replicates_without_limit": limits.infinite,
        "share_of_replicates_with_same_terms": same,
        "bias_correction": limits.bias,
        "acceleration": limits.acceleration,
    }
