"""What ranks say, as a finding."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimators.calibration.ranks import Ranks, coverage_columns, uniformity_p
from estimators.diagnostics.finding import Finding
from estimators.execution import Failed
from estimators.numeric.anchors import holm

LEVEL = 0.01
MOST_FAILED = 0.01  # of the replicates


def calibration_finding(ranks: Mapping[str, Ranks], draws: int, failed: Sequence[Failed] = ()) -> Finding:
    """One row a quantity, and a verdict over all of them.

    Column ``rank_counts`` says how often each rank 0 … draws came.

    Notes
    -----
    Within a quantity p is simultaneous over ranks; over quantities it is corrected by Holm, so that one in a hundred right
    estimators is called wrong however many quantities it has. A fit that fails does so because of its figures: leaving it out selects
    replicates, so more than one in a hundred of them is a verdict of its own.
    """
    replicates = len(next(iter(ranks.values())))
    rows = []
    for name, each in ranks.items():
        p = uniformity_p(each, draws + 1)
        counts = {"replicates": replicates, "failed": len(failed)}
        found = tuple(np.bincount(each, minlength=draws + 1).tolist())
        rows.append({"quantity": name, "p": p, **coverage_columns(each, draws), **counts, "rank_counts": found})
    table = pd.DataFrame(rows)
    table.insert(2, "p_holm", holm(table["p"].to_numpy(dtype=float)))
    worst = table.sort_values("p").iloc[0]
    many = len(failed) > MOST_FAILED * (replicates + len(failed))
    status = "calibrated" if worst["p_holm"] >= LEVEL and not many else "not calibrated"
    text = (
        f"{replicates:,} replicates of {draws} draws; least uniform: {worst['quantity']}, p = {worst['p']:.2g} "
        f"(called not calibrated below {LEVEL:g} after correction for {len(table)} quantities).{_failures(failed, replicates)}"
    )
    return Finding("calibration", status, text, table)


def _failures(failed: Sequence[Failed], replicates: int) -> str:
    if not failed:
        return ""
    (first, times) = Counter(failed).most_common(1)[0]
    share = len(failed) / (replicates + len(failed))
    return (
        f" {len(failed):,} fits more failed, {100 * share:.1f} % (called not calibrated above {100 * MOST_FAILED:.0f} %); most often, "
        f"{times} times: {first.error}: {first.message}"
    )


def stacked(rows: Sequence[Mapping[str, int]]) -> dict[str, Ranks]:
    """Ranks by quantity, from one mapping a replicate."""
    return {name: np.array([row[name] for row in rows], dtype=np.intp) for name in rows[0]}
