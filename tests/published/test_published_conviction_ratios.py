"""What a justice funnel and a hotline tell of the level, computed from the parts that users take.

The bookkeeping is that of transparent reparametrisation: the law of the figures depends on a sum, and how it splits is the prior's word.
Gustafson, P. 2009. What are the limits of posterior distributions arising from nonidentified models, and why should we care? Journal of
the American Statistical Association 104, 1682-1695 (doi:10.1198/jasa.2009.tm08603).
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.synthesis.geometry import STEP, geometry_at, jacobian, start
from estimators.synthesis.operations import NUMPY

AREAS, YEARS = [f"area {k + 1}" for k in range(12)], [str(year) for year in range(2015, 2021)]
STAGES = ("investigations_opened", "persons_prosecuted", "persons_convicted")
FUNNEL = [("justice_funnel", stage) for stage in STAGES]
CLAIM = est.Claim("1 in 100", within=3).prior
COUNTED = ("identified_victims", "victims_identified")


def model(heard_sd):
    hotline = est.Hotline(level=replace(est.Hotline().level, parameters=(float(np.log(0.02)), heard_sd)))
    streams = (est.IdentifiedVictims(reporting=CLAIM), est.JusticeFunnel(), hotline, est.Survey())
    return est.Synthesis(est.Incidence(), streams)


@pytest.fixture(scope="module")
def evidence():
    """The design: a figure of each source everywhere, a hotline in six areas, a survey in three. Figures are drawn later."""
    rows = [
        (area, year, name, 1)
        for area in AREAS
        for year in YEARS
        for name in ("victims_identified", *STAGES, *(("hotline_reports",) if area in AREAS[:6] else ()))
    ]
    rows += [(area, year, "population", 10_000_000) for area in AREAS for year in YEARS]
    rows += [(area, "2018", "prevalence_stock", 5000) for area in (AREAS[0], AREAS[3], AREAS[7])]
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value"])
    return est.read_evidence(table.assign(source="invented"))


def geometry(evidence, sources, heard_sd=1.0):
    """Panel and geometry at a drawn truth. Unknowns of every source are in the model; figures of these sources only."""
    panel = model(heard_sd).figures(evidence)
    vector, _, _ = start(panel)
    rng = np.random.default_rng(4)
    for effect in panel.effects:
        place = panel.layout[effect.name]
        vector[place] = rng.standard_normal(place.stop - place.start) if effect.over == "area" else 0.0
    drawn = panel.with_counts(panel.simulate(vector, rng))
    panel = replace(drawn, figures={key: rows for key, rows in drawn.figures.items() if key in sources})
    return panel, geometry_at(panel, vector)


def entry(panel, **weights):
    found = np.zeros(panel.size)
    for name, weight in weights.items():
        found[panel.layout[name]] = weight
    return found


def contrast(panel, point, one, other):
    """Derivative of the difference of two areas' log flow, summed over the years."""
    moved = point + STEP * np.concatenate([np.eye(panel.size), -np.eye(panel.size)])
    cells = np.exp(panel.world(panel.unpack(moved), NUMPY)["log_flow"]).reshape(len(moved), *panel.grid.shape)
    flow = np.log(cells.sum(axis=(2, 3)))
    values = flow[:, one] - flow[:, other]
    return (values[: panel.size] - values[panel.size :]) / (2.0 * STEP)


def contraction(found, target):
    prior = target @ (target / found.prior_precision)
    posterior = target @ np.linalg.solve(found.information + np.diag(found.prior_precision), target)
    return 1.0 - posterior / prior


def test_the_funnel_leaves_the_level_as_it_is(evidence):
    for name in ("log_incidence_level", "logit_reporting_level"):
        told = [
            contraction(found, entry(panel, **{name: 1.0}))
            for panel, found in (geometry(evidence, sources) for sources in ([COUNTED], [COUNTED, *FUNNEL]))
        ]
        assert told[0] > 0.05
        assert told[1] == pytest.approx(told[0], abs=1e-3)


def test_the_funnel_narrows_contrasts_of_areas(evidence):
    told = [
        contraction(found, contrast(panel, found.point, 2, 11))
        for panel, found in (geometry(evidence, sources) for sources in ([COUNTED], [COUNTED, *FUNNEL]))
    ]
    assert told[1] > told[0] + 0.02


def test_only_the_sum_of_both_slopes_on_capacity_is_informed(evidence):
    panel, found = geometry(evidence, [COUNTED, *FUNNEL])
    slopes = np.array([panel.layout[f"capacity_on_{what}"].start for what in ("incidence", "reporting")])
    marginal = found.marginal_information(slopes)
    split, together = np.array([1.0, -1.0]), np.array([1.0, 1.0])
    assert split @ marginal @ split == pytest.approx(0.0, abs=1e-6 * (together @ marginal @ together))
    assert together @ marginal @ together > 1.0


def test_later_stages_depend_on_flow_and_reporting_through_capacity_alone(evidence):
    panel, found = geometry(evidence, [COUNTED, *FUNNEL])
    later = np.array([term in STAGES[1:] for _, term in found.source])
    flow_and_reporting = ("log_incidence_level", "incidence_area", "incidence_walk", "capacity_on_incidence",
                          "logit_reporting_level", "reporting_area", "reporting_walk", "capacity_on_reporting")  # fmt: skip
    places = np.concatenate([np.arange(panel.size)[panel.layout[name]] for name in flow_and_reporting])
    assert later.sum() == 2 * 72
    assert np.abs(found.derivative[later][:, places]).max() == 0.0
    assert np.abs(found.derivative[later][:, panel.layout["capacity_area"]]).max() > 0.1


def test_the_level_has_no_information_without_an_absolute_anchor(evidence):
    panel, found = geometry(evidence, [COUNTED, *FUNNEL, ("hotline", "hotline_reports")])
    up = entry(panel, log_incidence_level=1.0)
    level = entry(panel, log_incidence_level=1.0, logit_reporting_level=-1.0, log_hotline_level=-1.0)
    assert level @ found.information @ level == pytest.approx(0.0, abs=1e-9)
    # with the logit as it is, what is left is of the order of the squared reporting probability
    derivative, _, weight = jacobian(panel, found.point)
    assert weight @ (derivative @ level) ** 2 < 0.01 * (weight @ (derivative @ up) ** 2)
    surveyed, sharper = geometry(evidence, [COUNTED, *FUNNEL, ("survey", "prevalence_stock")])
    level = entry(surveyed, log_incidence_level=1.0, logit_reporting_level=-1.0)
    assert level @ sharper.information @ level > 1.0


def test_a_hotline_speaks_of_the_level_as_far_as_its_prior_does(evidence):
    called = ("hotline", "hotline_reports")
    without, beside, vague = (
        contraction(found, entry(panel, logit_reporting_level=1.0))
        for panel, found in (
            geometry(evidence, [COUNTED]),
            geometry(evidence, [COUNTED, called]),
            geometry(evidence, [COUNTED, called], heard_sd=100.0),
        )
    )
    assert beside > without + 0.1
    assert vague == pytest.approx(without, abs=0.005)
