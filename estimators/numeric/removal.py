"""People first met on a list leave the unmet: how fast first meetings fall off says how many are never met.

Notation: lists in order of time, i = 1 … t; v_i people whose first list is i; q the probability that somebody unmet is not met by the next
list either (by the first list too, unless that is `apart`, with a probability of its own); c the probability that somebody met is met
again. Given Σ v the v_i are a geometric distribution cut off at t, so that N = Σ v/(1 - q^t), and v_1 + Σ_{i>1} v_i/(1 - q^(t-1)) where the
first list is apart. u = N - Σ v; with S = Σ (i - 1) v_i over those lists the multinomial log-likelihood of u, highest over q, has
q = (S + t u)/(S + t u + Σ v).
"""

import numpy as np
from scipy import optimize, special

from estimators.numeric import patterns
from estimators.numeric.closed_population import Fit, likelihood_limits
from estimators.numeric.patterns import Array


def first_meetings(counts: Array) -> Array:
    """People whose first list is each of the lists, (L,), from people of each pattern (2^L,)."""
    on = patterns.on_lists(len(counts).bit_length() - 1)[1:]
    return np.bincount(on.argmax(axis=1), weights=counts[1:], minlength=on.shape[1])


def removal_fit(counts: Array, *, apart: bool) -> Fit | None:
    """Fit to people of each pattern (2^L,); none where first meetings do not fall off, so that no finite number fits best."""
    first = first_meetings(counts)
    v = first[1:] if apart else first
    t, total = len(v), float(v.sum())
    place = np.arange(t)
    mean = float(place @ v) / total if total else np.inf
    if t < 2 or not 0.0 < mean < (t - 1) / 2.0 - 1e-9:
        return None

    def law(log_q: float) -> Array:
        weight = np.exp(log_q * place)
        return np.asarray(weight / weight.sum())

    log_q = float(optimize.brentq(lambda x: float(law(x) @ place) - mean, -700.0, -1e-12, xtol=1e-14, rtol=1e-14))
    q, share = np.exp(log_q), -np.expm1(t * log_q)
    spread = float(law(log_q) @ place**2 - mean**2)
    unlisted = total / share - total
    slope = total * t * q**t / share**2  # of N in log q
    variance = slope**2 / (total * spread) + total / share**2 - total / share  # given N
    factor = (variance - unlisted) / unlisted**2  # of which `Fit.error` makes the variance again
    means = _means(counts, first, unlisted, float(q), apart)
    y = counts[1:]
    deviance = 2.0 * float(
        np.sum(special.xlogy(y, y) - special.xlogy(y, np.where(y > 0, means[1:], 1.0)) - y + means[1:])
    )
    return Fit(unlisted, factor, means, deviance, 4 if apart else 3)


def removal_limits(counts: Array, best: Fit, *, apart: bool) -> tuple[float, float, float]:
    """Most likely number on no list and the limits of its 95 % profile-likelihood interval."""
    first = first_meetings(counts)
    v = first[1:] if apart else first
    alone, t, n = float(first[0]) if apart else 0.0, len(v), float(counts.sum())
    total, waited = float(v.sum()), float(np.arange(t) @ v)

    def at(u: float) -> tuple[float, float]:
        missed = waited + t * u
        log_q, log_m = np.log(missed / (missed + total)), np.log(total / (missed + total))
        value = special.gammaln(n + u + 1.0) - special.gammaln(u + 1.0) + total * log_m + missed * log_q
        apart_too = special.xlogy(alone, alone / (n + u)) + (n + u - alone) * np.log1p(-alone / (n + u))
        slope = special.digamma(n + u + 1.0) - special.digamma(u + 1.0) + t * log_q + np.log1p(-alone / (n + u))
        return float(value + apart_too), float(slope)

    return likelihood_limits(at, best.unlisted, n)


def _means(counts: Array, first: Array, unlisted: float, q: float, apart: bool) -> Array:
    """Expected people of each pattern, (2^L,)."""
    lists = len(first)
    on = patterns.on_lists(lists)[1:]
    at = on.argmax(axis=1)
    again, chances = on.sum(axis=1) - 1, lists - 1 - at
    c = float(counts[1:] @ again) / max(float(counts[1:] @ chances), 1.0)
    met = np.empty(lists)
    start = int(apart)
    met[:start] = first[:start]
    law = q ** np.arange(lists - start)
    met[start:] = first[start:].sum() * law / law.sum()
    return np.concatenate([[unlisted], met[at] * c**again * (1.0 - c) ** (chances - again)])
