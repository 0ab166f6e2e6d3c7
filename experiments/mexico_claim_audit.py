"""Is "only 1 in 100 cases of human trafficking is reported" compatible with what Mexico publishes?

Data: victims identified by state prosecutors (SESNSP) 2015–2024 by year, 2021 and 2022 by half-year; population (CONAPO); published
estimates to compare with (Walk Free 2018 and 2023, CNDH).

    uv run experiments/mexico_claim_audit.py [OUTPUT_FOLDER [html,pdf,tex,docx [en,es,pt]]]  # a few seconds

Writes posterior.nc, the report and summary.csv.
"""

import sys
from pathlib import Path

from estimators import audit

OUT = "results/mexico_claim_audit"


def main(seed: int = 20220801, out: str | Path = OUT, formats: str = "html", language: str = "en") -> tuple[Path, ...]:
    """Load, fit, diagnose, report."""
    result = audit.mexico_audit(seed=seed, progress=sys.stderr.isatty())
    return audit.write(result, audit.MEXICO, out, formats=formats, language=language)


if __name__ == "__main__":
    print(*main(20220801, *sys.argv[1:]), sep="\n")
