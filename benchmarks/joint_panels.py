"""Panels for `joint.py`: victims identified, persons prosecuted and convicted, and one claim, simulated from the joint model itself."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import estimators as est
from estimators.synthesis.geometry import start
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.panel import Panel

type Array = NDArray[np.float64]

SEED, FIRST_YEAR = 2024, 2005
INDICATORS = ("victims_identified", "persons_prosecuted", "persons_convicted")
POPULATION, SPREAD = 8e6, 1.2  # median of areas, and standard deviation of the logarithm
AT = {"logit_reporting_level": -3.0, "log_ratio_persons_prosecuted": -0.7, "log_ratio_persons_convicted": -0.9}


def joint_model() -> est.Synthesis:
    """The model of experiments/latin_america.py, its claim about the first area."""
    claim = est.Claim("1 in 100", by="a ministry", area="A0000", within=3, derived_from="hotline")
    funnel = est.JusticeFunnel(stages=INDICATORS[1:])
    return est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), funnel), anchors=(claim,))


def simulated(areas: int, years: int, seed: int = SEED) -> est.Evidence:
    """Complete figures at prior means of locations (`AT` for some), prior medians of scales, and effects drawn with the seed."""
    rng, model = np.random.default_rng(seed), joint_model()
    names, periods = [f"A{place:04d}" for place in range(areas)], [str(FIRST_YEAR + year) for year in range(years)]
    persons = np.exp(np.log(POPULATION) + SPREAD * rng.standard_normal(areas)).round()
    table = pd.DataFrame(
        {
            "area": np.tile(np.repeat(names, years), 1 + len(INDICATORS)),
            "period": np.tile(periods, areas * (1 + len(INDICATORS))),
            "indicator": np.repeat(("population", *INDICATORS), areas * years),
            "value": np.concatenate([np.repeat(persons, years), np.ones(len(INDICATORS) * areas * years)]),
            "source": "simulated",
        }
    )
    panel = model.figures(evidence_of(table))
    vector = start(panel)[0]
    for effect in panel.effects:
        vector[panel.layout[effect.name]] = rng.standard_normal(panel.grid.sizes[effect.over])
    for unknown, value in AT.items():
        vector[panel.layout[unknown]] = value
    values = table["value"].to_numpy().copy()
    for (stream, term), drawn in panel.simulate(vector[None], rng).items():
        if stream != "statements":
            values[panel.figures[stream, term].rows - 1] = drawn[0]
    return evidence_of(table.assign(value=values))


def evidence_of(table: pd.DataFrame) -> est.Evidence:
    """Whole numbers as they would stand in a file."""
    return est.read_evidence(table.assign(value=[f"{value:.0f}" for value in table["value"]]))


def described(panel: Panel) -> str:
    """How large the figures are."""
    named = {term.replace("_", " "): rows for (stream, term), rows in panel.figures.items() if stream != "statements"}
    parts = [f"{name} {np.median(rows.lower):.0f} (1 to {rows.lower.max():,.0f})" for name, rows in named.items()]
    return "Median figures: " + ", ".join(part.replace("(1 to", "(up to") for part in parts)


def quantities(panel: Panel, known: dict[str, Array]) -> dict[str, Array]:
    """What is asked of every engine, (draws, entries) each: the level, the reporting level, and effects of areas."""
    found = {
        "level": np.log(np.exp(panel.world(known, NUMPY)["log_flow"]).sum(axis=1, keepdims=True)),
        "reporting level": known["logit_reporting_level"],
        "reporting areas": known["reporting_area"],
    }
    other = [known[each.name] for each in panel.effects if each.over == "area" and each.name != "reporting_area"]
    return found | {"other area effects": np.concatenate(other, axis=1)}
