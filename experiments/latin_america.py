"""How many are newly exploited in each country of Latin America and year, and how many of them does anybody identify?

Counts differ tenfold and more between countries of like size: by how much exploitation there is, or by who looks for it?

Data: victims identified, persons prosecuted and convicted in 19 countries 2008-2024 (UNODC, SDG 16.2.2), population (World Bank), the claim
"1 in 100" for Mexico; beside it Walk Free's stock of 2016 and 2021, which counts something else.

    uv run experiments/latin_america.py [OUTPUT_FOLDER [html,pdf,tex,docx [en,es,pt [refits]]]]  # one minute
"""

import sys
from pathlib import Path

import estimators as est
from estimators import reports

CLAIM = est.Claim("1 in 100", by="Consejo Ciudadano", area="MEX", within=3, derived_from="hotline")
FUNNEL = est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted"))
MODEL = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), FUNNEL), anchors=(CLAIM,))
OUT = "results/latin_america"


def main(seed: int = 20220801, out: str | Path = OUT, formats: str = "html", language: str = "en",
         refits: str = "") -> tuple[Path, ...]:  # fmt: skip
    """Load, fit, diagnose, report."""
    evidence, names = est.datasets.latin_america(), est.datasets.country_names()
    post = est.fit(MODEL, evidence, seed=seed)
    table, others, origin = est.summary(post), est.datasets.walk_free(), evidence.source_table()
    shown = [reports.ratio_exhibit(post, table, names=names)]
    checked = est.check(MODEL, evidence, post, seed=seed, refits=bool(refits))
    return est.report(post, out, about=__doc__, period="2019", names=names, beside=others, exhibits=shown, sources=origin,
                      table=table, findings=checked, everything=True, formats=formats, language=language)  # fmt: skip


if __name__ == "__main__":
    print(*main(20220801, *sys.argv[1:]), sep="\n")
