"""Where in Mexico are victims missed, and what do mass events and the hotline do to the answer?

Data: victims 2015-2024 and investigations 2015-2023 of 32 states (SESNSP), population (CONAPO), hotline reports by
state in parts of 2019 and 2021. No claim: the one there is comes from the same calls.

    uv run experiments/mexican_states.py [OUTPUT_FOLDER [html,pdf,tex,docx [en,es,pt [refits]]]]  # three minutes, two fits
"""

import sys
from pathlib import Path

import estimators as est
from estimators import reports

ONE_LAW = est.Prior("area effects on cases per victim", "up to 35 %", "half-normal", (0.0, 0.15), "one law, one form")
ONE_LINE = est.Prior("area effects on hotline use", "up to 80 %", "half-normal", (0.0, 0.3), "one national line")
FUNNEL = est.JusticeFunnel(stages=("investigations_opened",), area_sd=ONE_LAW)
MODEL = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), FUNNEL, est.Hotline(area_sd=ONE_LINE)))
OUT = "results/mexican_states"


def main(seed: int = 20220802, out: str | Path = OUT, formats: str = "html", language: str = "en",
         refits: str = "") -> tuple[Path, ...]:  # fmt: skip
    """Load, fit, diagnose, fit again without mass events, report."""
    evidence, tiles = est.datasets.mexico_states(hotline=True), est.datasets.mexico_tiles()
    names, origin = dict(zip(tiles["area"], tiles["name"], strict=True)), evidence.source_table()
    post = est.fit(MODEL, evidence, seed=seed)
    table, events = est.summary(post), reports.mass_events(post, "victims_identified")
    calm = est.fit(MODEL, est.datasets.without(evidence, "victims_identified", events["about"]), seed=seed)
    shown = [*reports.tile_exhibits(table, tiles, period="2022"), reports.ratio_exhibit(post, table, names=names),
             reports.event_exhibit(post, calm, events, table, names=names),
             reports.coverage_exhibit(table, evidence.table, indicator="hotline_reports", period="2021")]  # fmt: skip
    checked = est.check(MODEL, evidence, post, seed=seed, refits=bool(refits))
    return est.report(post, out, about=__doc__, period="2022", names=names, exhibits=shown, sources=origin, table=table,
                      findings=checked, everything=True, formats=formats, language=language)  # fmt: skip


if __name__ == "__main__":
    print(*main(20220802, *sys.argv[1:]), sep="\n")
