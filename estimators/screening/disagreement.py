"""Cells that two sources count differently, beyond chance."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from estimators.diagnostics import Finding
from estimators.evidence import INDICATORS, Evidence, period_label

CELL = ["area", "indicator", "form", "sex", "age", "period_start", "period_end"]
COLUMNS = [
    "area",
    "indicator",
    "form",
    "period",
    "source",
    "value",
    "other_source",
    "other_value",
    "factor",
    "z",
    "adjusted_p",
]
CERTAIN = 0.05


def disagreements(evidence: Evidence, *, within: float = 1.1) -> Finding:
    """Cells in which two sources count differently beyond chance.

    Parameters
    ----------
    evidence : Evidence
        Rows of one area, period, indicator and category from different sources are compared, each pair once; of a source with several
        vintages the last. A difference between vintages of one source is a revision, which is delay.
    within : float
        Factor by which two sources may differ without being in disagreement, for dates and double entries.

    Returns
    -------
    Finding
        ``table`` has one row a pair beyond chance: ``factor``, the first over the other; ``z`` of the difference; ``adjusted_p``,
        corrected for the number of pairs (Holm).

    Notes
    -----
    If the sources were two independent counts with means in the ratio r, the first would be Binomial(n, r / (1 + r)) of their sum n; p is
    the mid-p value at the r within [1/`within`, `within`] that fits best. Two sources that count the same persons differ less than
    that, so the test errs towards silence. Of an interval the limit nearest the other source counts.

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.read_evidence(pd.DataFrame({
    ...     "area": "ARG", "period": "2012", "indicator": "convictions", "value": [17, 39], "source": ["TIP report", "UNODC"],
    ... }))
    >>> found = disagreements(evidence)
    >>> found.status, found.table["factor"].round(2).tolist()
    ('1 of 1 pairs', [0.44])
    """
    pairs = _pairs(evidence, within)
    if pairs.empty:
        text = "No cell has figures of two sources: nothing to compare."
        return Finding("disagreements", "no pairs", text, pairs.reindex(columns=COLUMNS))
    value, other, z = (pairs[name].to_numpy(dtype=float) for name in ("value", "other_value", "z"))
    pairs["factor"] = (value + 0.5) / (other + 0.5)
    pairs["adjusted_p"] = _holm(2.0 * stats.norm.sf(np.abs(z)))
    table = pairs[pairs["adjusted_p"] < CERTAIN].sort_values("adjusted_p", ignore_index=True)
    named = "; ".join(
        f"{row.area} {row.period} {row.indicator}: {row.source} {row.value:g}, {row.other_source} {row.other_value:g} "
        f"(factor {row.factor:.2g})"
        for row in table.itertuples()
    )
    said = f"Beyond chance and a factor {within:g} differ: {named}. " if named else "None differs beyond chance. "
    advice = "Estimators that would read both as one refuse them: choose with .where(source=…), or give each source an effect of its own."
    return Finding("disagreements", f"{len(table)} of {len(pairs)} pairs", said + advice, table[COLUMNS])


def _pairs(evidence: Evidence, within: float) -> pd.DataFrame:
    """Every pair of sources of one cell, the figures that are nearest to each other, and z of their difference."""
    counts = [name for name, indicator in INDICATORS.items() if indicator.kind == "count"]
    table = evidence.table
    table = table[table["indicator"].isin(counts) & table["lower"].notna()].sort_values("vintage", kind="stable")
    table = table.drop_duplicates([*CELL, "source"], keep="last")
    rows = []
    for _, cell in table[table.duplicated(CELL, keep=False)].sort_index().groupby(CELL, sort=False):
        for (_, one), (_, two) in combinations(cell.iterrows(), 2):
            first = float(np.clip(two["lower"], one["lower"], one["upper"]))
            second = float(np.clip(first, two["lower"], two["upper"]))
            rows.append(
                {
                    **{name: one[name] for name in ("area", "indicator", "form")},
                    "period": period_label(one["period_start"], one["period_end"]),
                    "source": one["source"], "value": first, "other_source": two["source"], "other_value": second,
                    "z": _z(first, second, within),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _z(first: float, second: float, within: float) -> float:
    """Normal score of the mid-p value of a binomial split, 0 where a ratio within the allowed factor explains it."""
    total = first + second
    ratio = first / second if second else np.inf
    if total == 0 or 1.0 / within <= ratio <= within:
        return 0.0
    allowed = within if ratio > within else 1.0 / within
    share = allowed / (1.0 + allowed)
    extreme, sign = (first, 1.0) if ratio > within else (second, -1.0)
    chance = share if sign > 0 else 1.0 - share
    tail = stats.binom.sf(extreme, total, chance) + 0.5 * stats.binom.pmf(extreme, total, chance)
    return sign * float(stats.norm.isf(min(max(float(tail), 1e-300), 0.5)))


def _holm(p: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    found = np.empty(len(p))
    found[order] = np.minimum(steps, 1.0)
    return found
