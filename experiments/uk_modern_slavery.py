"""How many victims of modern slavery were there in the United Kingdom in 2013?

The Home Office published 10,000 to 13,000, from one log-linear model of pairs of lists. Do the same lists say that without this choice?

Data: 2,744 people on five lists (UKdat_5): local authorities LA, non-governmental organisations NG, police and National Crime Agency PFNCA,
government organisations GO, the public GP.

Why AveragedLogLinear: nobody knows which links there are, and models that fit equally well differ twofold. An average carries that into the
interval; one best model does not. All other methods stand beside it.

    uv run experiments/uk_modern_slavery.py [OUTPUT_FOLDER [html,pdf,tex,docx [en,es,pt]]]  # half a minute
"""

import sys
from pathlib import Path

import pandas as pd

import estimators as est
from estimators import reports

MODEL, WHERE, WHEN = est.AveragedLogLinear(), {"all": "United Kingdom"}, "2013"
CHECKS = (est.hide_lists, est.drop_lists, est.merge_lists, est.add_lists, est.sweep_assumption)
OTHERS = pd.DataFrame([{"by": "Silverman 2014", "counts": "the same lists", "lower": 10_000, "upper": 13_000}])
OUT, FROM = "results/uk_modern_slavery", "Home Office; Bales, Hesketh and Silverman 2015"
ORIGIN = pd.DataFrame({"rows": 18, "first": "2013-01-01", "last": "2013-12-31", "indicators": "people on lists"}, [FROM])  # fmt: skip


def main(seed: int = 20220805, out: str | Path = OUT, formats: str = "html", language: str = "en") -> tuple[Path, ...]:
    """Load, compare all methods, fit, question, report."""
    lists = est.datasets.lists("UKdat_5")
    compared, post = est.compare_lists(lists, seed=seed), est.fit(MODEL, lists, seed=seed)
    shown = reports.list_exhibits(compared=compared, checks=[check(MODEL, lists, seed=seed) for check in CHECKS])
    return est.report(post, out, about=__doc__, period=WHEN, names=WHERE, beside=OTHERS, exhibits=shown,
                      sources=ORIGIN, everything=True, formats=formats, language=language)  # fmt: skip


if __name__ == "__main__":
    print(*main(20220805, *sys.argv[1:]), sep="\n")
