"""Draw the picture of the README: the readings of one figure. Run from the repository: ``uv run docs/make_figure.py``."""

from pathlib import Path

from estimators import audit, plots
from estimators.plots.style import to_svg

TARGET = Path(__file__).parent / "readings.svg"


def main() -> None:
    """Fit the Mexican audit and save the forest of its readings of 2022."""
    table = audit.mexico_audit(seed=20220801).summary()
    rows = table[(table["figures"] == "years") & (table["period"] == "2022")]
    TARGET.write_text(to_svg(plots.plot_forest(rows, label="reading")), encoding="utf-8")


if __name__ == "__main__":
    main()
