"""What each source tells of the level: contraction of the posterior, from information that is computed and not written down.

Contraction is 1 - (posterior sd / prior sd)². Twelve countries and four years each of identified victims, investigations with the
persons convicted out of them, a hotline in six countries and a published estimate in three, all expressed in parts of this package;
derivatives and weights are those of their own formulas at the prior means, where the table was made. The notion of contraction
as a measure of what is learnt follows Schad, Betancourt & Vasishth 2021 (doi:10.1037/met0000275).
"""

# every part has the same methods, and need not use all they are given

from dataclasses import dataclass

import numpy as np
import pytest

from estimators.priors import Prior
from estimators.synthesis.distributions import NegativeBinomial
from estimators.synthesis.geometry import STEP, geometry_at, start
from estimators.synthesis.grid import Grid
from estimators.synthesis.normal import Normal
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Effect, Location

COUNTRIES, YEARS = 12, 4
CAPACITY = np.random.default_rng(0).standard_normal(COUNTRIES)  # where the table was made
LOG_PHI = np.log(np.array([8.0]))  # of every count
LOADING = 0.7
WITH_HOTLINE, WITH_ESTIMATE = tuple(range(6)), (0, 3, 7)

# mu, alpha, mu + alpha, beta, delta, beta + delta, log flow of countries 1, 3 and 12, and its contrasts 3 - 12 and 1 - 3
PRIOR_SD = (1.5, 0.667849, 1.641957, 0.5, 0.3, 0.583095, 1.615990, 1.626934, 1.615597, 0.867354, 0.862463)
CONTRACTION = {
    "y": (0.818224, 0.162199, 0.980423, 0.557427, 0.200674, 0.758101,
        0.794510, 0.786364, 0.794802, 0.542133, 0.546227),
    "y funnel": (0.818319, 0.162217, 0.980537, 0.574214, 0.206717, 0.780931,
        0.804305, 0.795650, 0.804602, 0.614572, 0.619949),
    "y hotline": (0.862893, 0.370683, 0.980477, 0.594597, 0.253084, 0.760361,
        0.851373, 0.848284, 0.831744, 0.610198, 0.681057),
    "y funnel hotline": (0.863014, 0.371105, 0.980589, 0.615302, 0.259664, 0.784004,
        0.856657, 0.852887, 0.842020, 0.667449, 0.719827),
    "y external": (0.925426, 0.662196, 0.980555, 0.593005, 0.250452, 0.760306,
        0.927828, 0.882606, 0.883814, 0.545357, 0.616335),
    "y funnel hotline external": (0.934057, 0.702815, 0.980675, 0.647998, 0.301500, 0.786486,
        0.939182, 0.915780, 0.901773, 0.668645, 0.752085),
}  # fmt: skip


def level(name, mean, sd):
    return Location(name, Prior(name, "published design", "normal", (float(mean), float(sd)), "test"), "test")


class Part:
    """What the parts below have in common; effects are standard normal and multiplied by their sd in the formulas."""

    indicators = ()

    def quantities(self, world):
        return {}

    def read(self, evidence, grid):
        raise NotImplementedError


@dataclass(frozen=True)
class Flow(Part):
    """log Λ = μ + δ κ + .6 z, κ known up to an error of 1 sd."""

    name = "flow"

    def unknowns(self, grid, present):
        return level("mu", np.log(6000.0), 1.5), level("delta", 0.0, 0.3), Effect("z", "area"), Effect("error", "area")

    def quantities(self, world):
        capacity = CAPACITY[world.grid.index["area"]] + world.effect("error", "area")
        flow = world["mu"] + world["delta"] * capacity + 0.6 * world.effect("z", "area")
        return {"capacity": capacity, "log_flow": flow}


@dataclass(frozen=True)
class Identified(Part):
    """y: flow × reporting probability, its logarithm α + β κ + .4 u; α is a claim of 1 in 100 within 3."""

    name = "y"

    def unknowns(self, grid, present):
        return level("alpha", np.log(0.01), np.log(3.0) / 1.645), level("beta", 0.3, 0.5), Effect("u", "area")

    def quantities(self, world):
        reporting = world["alpha"] + world["beta"] * world["capacity"] + 0.4 * world.effect("u", "area")
        return {"log_identified": world["log_flow"] + reporting}

    def distribution(self, term, world, observed, figures):
        return NegativeBinomial(observed[term].log_mean(world["log_identified"], NUMPY), LOG_PHI)


@dataclass(frozen=True)
class Funnel(Part):
    """Half as many investigations, and given them a fifth as many convictions, more where capacity is above what was measured."""

    name = "funnel"

    def unknowns(self, grid, present):
        ratios = {"opened": 0.5, "prosecuted": 0.4, "convicted": 0.5}
        found = (level(name, np.log(ratio), 0.7) for name, ratio in ratios.items())
        return (*found, Effect("cases", "area"), Effect("progress", "area"))

    def distribution(self, term, world, observed, figures):
        rows, area = observed[term], world.grid.index["area"]
        if term == "investigations":
            cells = world["log_identified"] + world["opened"] + 0.3 * world.effect("cases", "area")
        else:
            above = world["capacity"] - CAPACITY[area]
            progress = world["prosecuted"] + world["convicted"] + 0.25 * world.effect("progress", "area")
            cells = np.log(figures["investigations"]) + progress + LOADING * above
        return NegativeBinomial(rows.log_mean(cells, NUMPY), LOG_PHI)


@dataclass(frozen=True)
class Line(Part):
    """Calls about one victim in three hundred, known up to a factor e."""

    name = "hotline"

    def unknowns(self, grid, present):
        return level("heard", np.log(1.0 / 300.0), 1.0), Effect("use", "area")

    def distribution(self, term, world, observed, figures):
        cells = world["log_flow"] + world["heard"] + 0.6 * world.effect("use", "area")
        return NegativeBinomial(observed[term].log_mean(cells, NUMPY), LOG_PHI)


@dataclass(frozen=True)
class Estimates(Part):
    """Published estimates of the flow, log-sd .5 each and .3 together."""

    name = "external"

    def unknowns(self, grid, present):
        return (level("bias", 0.0, 0.3),)

    def distribution(self, term, world, observed, figures):
        return Normal(observed[term].log_mean(world["log_flow"] + world["bias"], NUMPY), np.array(0.5))


EDGES = np.array([f"{year}-01-01" for year in range(2018, 2019 + YEARS)], dtype="M8[D]")
GRID = Grid(tuple(str(c + 1) for c in range(COUNTRIES)), ("all",), "", EDGES, np.full((COUNTRIES, YEARS), 1e5))
PARTS = (Flow(), Identified(), Funnel(), Line(), Estimates())


def rows(countries, years, value):
    """One row a country and year, each about its own cell; the figure is what is expected of it."""
    cells = np.array([country * YEARS + year for country in countries for year in range(years)])
    figure = np.array(value)[cells // YEARS] if np.ndim(value) else np.full(len(cells), value)
    return Observations(figure, figure, np.eye(GRID.size)[cells], cells, tuple(str(cell) for cell in cells))


def design(sources):
    """The panel of some sources, figures at their expectations."""
    everywhere, able = range(COUNTRIES), np.exp(0.3 * CAPACITY)
    figures = {
        ("y", "identified"): rows(everywhere, YEARS, 60.0 * able),
        ("funnel", "investigations"): rows(everywhere, YEARS, 30.0 * able),
        ("funnel", "convictions"): rows(everywhere, YEARS, 6.0 * able),
        ("hotline", "calls"): rows(WITH_HOTLINE, YEARS, 20.0),
        ("external", "estimates"): rows(WITH_ESTIMATE, 1, np.log(6000.0)),
    }
    parts = tuple(part for part in PARTS if part.name in ("flow", *sources))
    return Panel(GRID, parts, {key: value for key, value in figures.items() if key[0] in sources})


def at_prior_means(panel):
    """Geometry where the table was made: every unknown at its prior mean."""
    vector, _, _ = start(panel)
    return geometry_at(panel, vector)


def targets(panel, vector):
    """Derivatives of every target in the flat vector, by central differences of the formulas."""
    moved = vector + STEP * np.concatenate([np.eye(panel.size), -np.eye(panel.size)])
    world = panel.world(panel.unpack(moved), NUMPY)
    flow = np.broadcast_to(world["log_flow"], (len(moved), GRID.size))[:, ::YEARS]
    mu, alpha, beta, delta = (world[name][:, 0] for name in ("mu", "alpha", "beta", "delta"))
    first, third, twelfth = flow[:, 0], flow[:, 2], flow[:, 11]
    values = np.array([mu, alpha, mu + alpha, beta, delta, beta + delta,
                       first, third, twelfth, third - twelfth, first - third])  # fmt: skip
    return (values[:, : panel.size] - values[:, panel.size :]) / (2.0 * STEP)


def spread(derivative, covariance):
    return np.sqrt(np.einsum("ij,jk,ik->i", derivative, covariance, derivative))


@pytest.mark.parametrize("sources", CONTRACTION, ids=lambda sources: sources.replace(" ", "+"))
def test_contraction_of_every_target(sources):
    panel = design(sources.split())
    geometry = at_prior_means(panel)
    wanted = targets(panel, geometry.point)
    prior_sd = spread(wanted, np.diag(1.0 / geometry.prior_precision))
    posterior_sd = spread(wanted, np.linalg.inv(geometry.information + np.diag(geometry.prior_precision)))
    assert prior_sd == pytest.approx(PRIOR_SD, abs=2e-6)
    # .01 would do; what is left is the rounding of the table
    assert 1.0 - (posterior_sd / prior_sd) ** 2 == pytest.approx(CONTRACTION[sources], abs=2e-6)


def test_integrating_the_rest_out_is_the_same_as_inverting_everything():
    panel = design(["y", "funnel", "hotline", "external"])
    geometry = at_prior_means(panel)
    kept = np.arange(len(panel.locations))
    precise = geometry.marginal_information(kept) + np.diag(geometry.prior_precision[kept])
    whole = np.linalg.inv(geometry.information + np.diag(geometry.prior_precision))[np.ix_(kept, kept)]
    assert np.linalg.inv(precise) == pytest.approx(whole, rel=1e-7, abs=1e-9)


def test_figures_are_where_the_table_was_made():
    panel = design(["y", "funnel", "hotline", "external"])
    geometry = at_prior_means(panel)
    assert np.abs(geometry.slope).max() < 1e-9
    assert geometry.weight.min() > 0
