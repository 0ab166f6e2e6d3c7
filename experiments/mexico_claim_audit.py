"""Is "only 1 in 100 cases of human trafficking is reported" compatible with what Mexico publishes?

Data: victims identified by state prosecutors (SESNSP) 2015–2024 by year, 2021 and 2022 by half-year; population (CONAPO); published
estimates to compare with (Walk Free 2018 and 2023, CNDH). All are bundled. Run time: a few seconds.

    uv run experiments/mexico_claim_audit.py [OUTPUT_FOLDER]

Writes posterior.nc, report.html and summary.csv.
"""

import sys
from pathlib import Path

from estimators import audit


def main(seed: int = 20220801, out: Path = Path("results/mexico_claim_audit")) -> tuple[Path, ...]:
    """Load, fit, diagnose, report."""
    result = audit.mexico_audit(seed=seed, progress=sys.stderr.isatty())
    return audit.write(result, audit.MEXICO, out)


if __name__ == "__main__":
    for path in main(out=Path(sys.argv[1]) if len(sys.argv) > 1 else Path("results/mexico_claim_audit")):
        print(path)
