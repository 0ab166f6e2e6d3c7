"""Makes `figures.csv`: figures of the twenty panels, simulated from their models. Run time: seconds.

    uv run tests/reference/make_figures.py

Each model is laid out with placeholders, its unknowns are set (locations at their prior means but for those given, scales at prior
medians, effects drawn), figures are drawn from it, and some of them are hidden behind intervals. `nuts.csv` belongs to the figures that
are committed: after a change of them the reference must be sampled again.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from panels import FIGURES, MODELS, REGIONS

import estimators as est
from estimators.synthesis.geometry import start

V, I, P, C = "victims_identified", "investigations_opened", "persons_prosecuted", "persons_convicted"  # noqa: E741
REPORTS, CASES, MATCHED = "hotline_reports", "hotline_cases", "matched_records"
STOCK, FLOW, AUDITED, FOUND = "prevalence_stock", "prevalence_flow", "audited_cases", "audited_cases_reported"
LIMITS = 1.8  # of a survey that states some
AUDIT = 60  # persons in an audit


@dataclass(frozen=True)
class Design:
    """Which figures there are, and what they are drawn from.

    Parameters
    ----------
    seed : int
        Of the figures.
    areas : str
        One letter an area.
    years : int
        From 2018 on.
    reads : dict
        For each indicator the areas that have it, and the share of their years.
    population : dict
        Of areas that differ from the default.
    at : dict
        Locations and (as logarithms) scales at other values than their prior's.
    forms : tuple of str
        Forms of exploitation that are told apart.
    totals, halves, regions : tuple of (area, year)
        Cells in which only the total of all forms is known, only the first half-year, or only the region that the area is in.
    coarse : tuple of indicator
        Counts below 5 become "<5" and every fourth one an interval of ten.
    """

    seed: int
    areas: str
    years: int
    reads: dict[str, tuple[str, float]]
    population: dict[str, float] = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)
    forms: tuple[str, ...] = ("all",)
    totals: tuple[tuple[str, str], ...] = ()
    halves: tuple[tuple[str, str], ...] = ()
    regions: tuple[tuple[str, str], ...] = ()
    coarse: tuple[str, ...] = ()


SEEN, LARGE = {"logit_reporting_level": -2.5}, {"logit_reporting_level": -2.0}
DESIGNS = {
    "victims alone": Design(1, "ABCD", 4, {V: ("ABCD", 1.0)}),
    "two stages": Design(2, "ABCDE", 4, {V: ("ABCDE", 0.9), P: ("ABCDE", 0.7), C: ("ABCD", 0.9)}),
    "three stages": Design(3, "ABCDEF", 4, {V: ("ABCDEF", 0.8), I: ("ABCDEF", 0.9), P: ("ABCDEF", 0.7), C: ("ABCEF", 0.8)}),
    "same cohort": Design(4, "ABCDE", 4, {V: ("ABCDE", 1.0), I: ("ABCDE", 0.9), P: ("ABCDE", 0.9), C: ("ABCDE", 0.9)}, at=SEEN),
    "hotline": Design(5, "ABCDE", 3, {V: ("ABCDE", 1.0), REPORTS: ("ABC", 0.9), CASES: ("ABDE", 0.8)}),
    "covariates": Design(6, "ABCDE", 4, {V: ("ABCDE", 1.0), REPORTS: ("ABCD", 1.0)},
                         at={"incidence_slope_poverty": 0.5, "reporting_slope_reform": 0.6, "hotline_slope_campaign": 0.8}),
    "single area": Design(7, "A", 6, {V: ("A", 1.0), CASES: ("A", 0.8)}),
    "single year": Design(8, "ABCDEFGH", 1, {V: ("ABCDEFGH", 1.0), I: ("ABCDEG", 1.0)}),
    "survey": Design(9, "ABCDE", 4, {V: ("ABCDE", 0.9), STOCK: ("ABC", 0.5), FLOW: ("BD", 0.4)}, coarse=(V,)),
    "overlap": Design(10, "ABCD", 3, {V: ("ABCD", 1.0), REPORTS: ("ABC", 1.0), CASES: ("ABC", 0.8), MATCHED: ("ABC", 0.7)},
                      at={"logit_reporting_level": -2.0, "log_hotline_level": -2.8}),
    "validation": Design(11, "ABCD", 3, {V: ("ABCD", 1.0), AUDITED: ("AC", 1.0), FOUND: ("AC", 1.0)}, at={"logit_reporting_level": -2.0},
                         halves=(("A", "2019"), ("B", "2020"), ("D", "2018"))),
    "claims": Design(12, "ABCDE", 4, {V: ("ABCDE", 1.0)}),
    "published figures": Design(13, "ABCDE", 4, {V: ("ABCDE", 0.9)}),
    "every source": Design(14, "ABCD", 4, {V: ("ABCD", 0.9), I: ("ABCD", 0.8), P: ("ABCD", 0.8), C: ("ABC", 0.8), REPORTS: ("AB", 0.8),
                                           CASES: ("ABC", 0.8), STOCK: ("A", 0.4), FLOW: ("B", 0.4), MATCHED: ("AB", 0.6),
                                           AUDITED: ("A", 0.5), FOUND: ("A", 0.5)},
                           at=SEEN, halves=(("C", "2019"), ("D", "2020")), regions=(("A", "2021"),), coarse=(V, P)),
    "strata": Design(15, "ABCD", 4, {V: ("ABCD", 1.0)}, forms=("sexual", "labour"),
                     at={"logit_reporting_labour": -1.0, "log_incidence_labour": 0.5}),
    "strata and totals": Design(16, "ABCDE", 3, {V: ("ABCDE", 1.0), I: ("ABCDE", 0.9)}, forms=("sexual", "labour"),
                                at={"logit_reporting_labour": -1.0}, totals=(("A", "2018"), ("C", "2019"), ("D", "2020"), ("D", "2019")),
                                halves=(("B", "2018"), ("E", "2020"))),
    "student effects": Design(17, "ABCDEFGH", 4, {V: ("ABCDEFGH", 1.0)}, at=LARGE, population={"C": 5e7, "F": 3e7}),
    "shared shocks": Design(18, "ABCDEF", 5, {V: ("ABCDEF", 1.0), I: ("ABCDEF", 1.0)},
                            at={"log_dispersion_identified_victims": 3.0, "log_dispersion_investigations_opened": 3.0,
                                "reporting_shock_sd": -0.9}),
    "tiny counts": Design(19, "ABCDEF", 4, {V: ("ABCDEF", 1.0), P: ("ABCDE", 0.9), C: ("ABCD", 0.8)},
                          population={"A": 9e4, "B": 1.5e5, "C": 6e4, "D": 1e5, "E": 2e3, "F": 3e3}),
    "dominating area": Design(20, "ABCDEF", 5, {V: ("ABCDEF", 1.0), I: ("ABCDEF", 0.9)}, at=SEEN,
                              population={"A": 2e8, "B": 2e6, "C": 1.5e6, "D": 2.5e6, "E": 1e6, "F": 3e6}),
}  # fmt: skip
DEFAULT = dict(zip("ABCDEFGH", (2e6, 4e6, 1e6, 3e6, 1.5e6, 6e6, 8e5, 2.5e6), strict=True))
PLACEHOLDERS = {REPORTS: 500, STOCK: 2000, FLOW: 1000, AUDITED: AUDIT}


def laid_out(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """Populations, and placeholders for figures."""
    persons, years = DEFAULT | design.population, [str(2018 + k) for k in range(design.years)]
    rows = [(area, year, "population", "all", f"{persons[area]:.0f}") for area in design.areas for year in years]
    for indicator, (areas, share) in design.reads.items():
        for area in areas:
            there = years if indicator == V else [year for year in years if rng.random() < share] or years[-1:]
            there = years[:: 2 if share < 1.0 else 1] if indicator in (AUDITED, FOUND) else there
            for year in there:
                at, forms = (area, year), design.forms if indicator == V else ("all",)
                period = f"{year}-H1" if indicator == V and at in design.halves else year
                where = "NORTH" if indicator == V and at in design.regions else area
                held = "" if indicator == V and rng.random() > share else str(PLACEHOLDERS.get(indicator, 1))
                if indicator == V and ("A", year) in design.regions and area == "B":
                    continue  # the region has both
                rows += [
                    (where, period, indicator, form, held) for form in (("all",) if at in design.totals else forms)
                ]
    return pd.DataFrame(rows, columns=["area", "period", "indicator", "form", "value"]).assign(source="simulated")


def simulated(name: str, design: Design) -> pd.DataFrame:
    """The figures of one panel."""
    rng = np.random.default_rng(design.seed)
    table, model = laid_out(design, rng), MODELS[name]
    panel = model.figures(est.read_evidence(table, regions=REGIONS.get(name)))
    vector = start(panel)[0]
    for effect in panel.effects:
        vector[panel.layout[effect.name]] = rng.standard_normal(panel.grid.sizes[effect.over])
    for unknown, value in design.at.items():
        vector[panel.layout[unknown]] = value
    if name == "student effects":
        vector[panel.layout["incidence_area"].start + 1] = 5.0
    values = table["value"].to_list()
    for (stream, term), drawn in panel.simulate(vector[None], rng).items():
        for row, figure in zip(panel.figures[stream, term].rows - 1, drawn[0], strict=True):
            if stream != "statements":
                values[row] = written(table["indicator"][row], float(figure), row, design)
    return table.assign(value=values)


def written(indicator: str, figure: float, row: int, design: Design) -> str:
    """A figure as it is published."""
    if indicator in (STOCK, FLOW):
        middle = np.exp(figure)
        return f"{middle:.0f}" if row % 2 else f"{middle / LIMITS:.0f}-{middle * LIMITS:.0f}"
    if indicator in design.coarse and figure < 5:
        return "<5"
    if indicator in design.coarse and row % 4 == 0:
        return f"{figure // 10 * 10:.0f}-{figure // 10 * 10 + 10:.0f}"
    return f"{figure:.0f}"


if __name__ == "__main__":
    found = [simulated(name, design).assign(panel=name) for name, design in DESIGNS.items()]
    columns = ["panel", "area", "period", "indicator", "form", "value", "source"]
    pd.concat(found)[columns].to_csv(FIGURES, index=False)
