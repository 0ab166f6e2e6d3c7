"""How many Kosovo Albanians were killed between March and June 1999?

Ball et al. published 10,356 (9,002 – 12,122), from one log-linear model taken as known. How sure are the same lists if no model is?

Data: 4,400 people killed, on four lists: exhumations EXH, interviews by the American Bar Association ABA, the OSCE and Human Rights Watch
HRW.

Why DecomposableGraphs: it averages over all graphs of dependences between four lists exactly, has one number to choose, the prior weight of
a cell, and shows what other weights say. All other methods stand beside it.

    uv run experiments/kosovo_killings.py [OUTPUT_FOLDER [html,pdf,tex,docx [en,es,pt]]]  # half a minute
"""

import sys
from pathlib import Path

import pandas as pd

import estimators as est
from estimators import reports

MODEL, WHERE, WHEN = est.DecomposableGraphs(), {"all": "Kosovo"}, "March to June 1999"
CHECKS = (est.hide_lists, est.drop_lists, est.merge_lists, est.add_lists, est.sweep_assumption)
OTHERS = pd.DataFrame([{"by": "Ball et al. 2002", "counts": "the same lists", "value": 10356, "lower": 9002, "upper": 12122}])  # fmt: skip
OUT, FROM = "results/kosovo_killings", "American Association for the Advancement of Science; Ball et al. 2002"
ORIGIN = pd.DataFrame({"rows": 15, "first": "1999-03", "last": "1999-06", "indicators": "people on lists"}, [FROM])  # fmt: skip


def main(seed: int = 20220806, out: str | Path = OUT, formats: str = "html", language: str = "en") -> tuple[Path, ...]:
    """Load, compare all methods, fit, question, report."""
    lists = est.datasets.lists("Kosovo")
    compared, post = est.compare_lists(lists, seed=seed), est.fit(MODEL, lists, seed=seed)
    shown = reports.list_exhibits(compared=compared, checks=[check(MODEL, lists, seed=seed) for check in CHECKS])
    return est.report(post, out, about=__doc__, period=WHEN, names=WHERE, beside=OTHERS, exhibits=shown,
                      sources=ORIGIN, everything=True, formats=formats, language=language)  # fmt: skip


if __name__ == "__main__":
    print(*main(20220806, *sys.argv[1:]), sep="\n")
