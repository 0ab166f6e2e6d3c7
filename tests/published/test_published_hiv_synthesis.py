"""HIV among pregnant women: twelve studies of functions of nine proportions, two pairs of which contradict the rest.

Ades, A. E. and Cliffe, S. 2002. Markov chain Monte Carlo estimation of a multiparameter decision model: consistency of evidence and the
accurate assessment of uncertainty. Medical Decision Making 22, 359-371. Re-analysed by Presanis, A. M. et al. 2013. Conflict diagnostics
in directed acyclic graphs, with applications in Bayesian evidence synthesis. Statistical Science 28, 376-397 (doi:10.1214/13-STS426),
whose figures are demanded here.

Basic parameters: a, b shares of women born in sub-Saharan Africa and injecting drugs, the rest 1 - a - b; c, d, e HIV prevalence in
the three groups; f, g, h shares of it already diagnosed; w share of subtype B among infections of the rest.
"""

# every part has the same methods, and need not use all they are given

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special

from estimators.priors import Prior
from estimators.sampling import Sampler, Sampling
from estimators.synthesis.distributions import BetaBinomial
from estimators.synthesis.geometry import find_geometry
from estimators.synthesis.graph import build
from estimators.synthesis.grid import Grid
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.panel import Panel
from estimators.synthesis.unknowns import Share

pytestmark = pytest.mark.filterwarnings("ignore::estimators.PriorWarning")  # it speaks of true counts

STUDIES = {"p1": (11044, 104577), "p2": (12, 882), "p3": (252, 15428), "p4": (10, 473), "p5": (74, 136139), "p6": (254, 102287),
           "p7": (43, 60), "p8": (4, 17), "p9": (87, 254), "p10": (12, 15), "p11": (14, 118), "p12": (5, 32)}  # fmt: skip
MEAN = {"p1": 0.105708, "p2": 0.0088623, "p3": 0.0171938, "p4": 0.0123158, "p5": 0.00059754, "p6": 0.00235186, "p7": 0.689224,
        "p8": 0.299786, "p9": 0.350872, "p10": 0.738534, "p11": 0.111321, "p12": 0.283858}  # fmt: skip
CONFLICT = {"p2": 0.008, "p4": 0.008, "p5": 0.035, "p12": 0.036}
DEVIANCE = 19.62
FLAT = {"a": (1.0, 2.0), "b_of_rest": (1.0, 1.0)}  # uniform on the simplex of a, b and the rest
FLAT |= dict.fromkeys("cdefghw", (1.0, 1.0))
GRID = Grid(("Inner London",), ("all",), "", np.array(["2000-01-01", "2001-01-01"], dtype="M8[D]"), np.ones((1, 1)))


@dataclass(frozen=True)
class Women:
    """Basic parameters, and the twelve proportions as functions of them."""

    name = "women"

    def unknowns(self, grid, present):
        return tuple(Share(name, Prior(name, "flat", "beta", ab, "published"), "flat") for name, ab in FLAT.items())

    def quantities(self, world):
        ops = world.operations
        a, b_of_rest, c, d, e, f, g, h, w = (ops.exp(ops.log_expit(world[name])) for name in FLAT)
        b = b_of_rest * (1.0 - a)
        rest = 1.0 - a - b
        african, injecting, others = c * a, d * b, e * rest
        infected, diagnosed = african + injecting + others, f * african + g * injecting + h * others
        found = {"p1": a, "p2": b, "p3": c, "p4": d, "p5": (injecting + others) / (1.0 - a), "p6": infected,
                 "p7": f * african / diagnosed, "p8": g * injecting / (g * injecting + h * others), "p9": diagnosed / infected,
                 "p10": g, "p11": w, "p12": (injecting + w * others) / (injecting + others)}  # fmt: skip
        return {name: ops.log(p) - ops.log1p(-p) for name, p in found.items()}


@dataclass(frozen=True)
class Studies:
    """Each row, a study, is binomial in its own proportion."""

    name = "study"
    indicators = ()

    def unknowns(self, grid, present):
        return ()

    def quantities(self, world):
        return {}

    def read(self, evidence, grid):
        raise NotImplementedError

    def distribution(self, term, world, observed, figures):
        return BetaBinomial(observed[term].trials, world.operations.concatenate([world[name] for name in STUDIES]))


def panel():
    y, n = np.array(list(STUDIES.values()), dtype=float).T
    rows = Observations(y, y, np.ones((len(y), 1)), np.arange(len(y)), tuple(STUDIES), n)
    return Panel(GRID, (Women(), Studies()), {("study", "infected"): rows})


def logits(posterior, design):
    """Logit of each proportion, shape (draws of all chains, 12)."""
    known = {share.name: posterior[share.name].values.reshape(-1, 1) for share in design.shares}
    world = design.world(known, NUMPY)
    return np.concatenate([world[name] for name in STUDIES], axis=1)


def split_p(name, without, rng):
    """Two-sided p that a study's own Jeffreys posterior and the posterior from all others are of one proportion, on the logit scale."""
    y, n = STUDIES[name]
    alone = special.logit(rng.beta(y + 0.5, n - y + 0.5, size=len(without)))
    above = float((alone > without).mean())
    return 2.0 * min(above, 1.0 - above)


@pytest.fixture(scope="module")
def sampler():
    design = panel()
    return Sampler(build(design, find_geometry(design)))


@pytest.fixture(scope="module")
def posterior(sampler):
    draws, statistics = sampler.sample(Sampling(draws=5000), seed=1)
    assert int(statistics["diverging"].sum()) == 0
    return draws


def test_posterior_means(posterior):
    assert special.expit(logits(posterior, panel())).mean(axis=0) == pytest.approx(list(MEAN.values()), rel=0.02)


def test_share_of_subtype_b_outside_the_first_group(posterior):
    p12 = special.expit(logits(posterior, panel())[:, list(STUDIES).index("p12")])
    assert p12.mean() == pytest.approx(0.284, abs=0.003)
    assert np.quantile(p12, [0.025, 0.975]) == pytest.approx([0.196, 0.387], abs=0.006)


def test_deviance_is_far_above_the_number_of_studies(posterior):
    design = panel()
    rows = design.figures["study", "infected"]
    fitted, saturated = (
        BetaBinomial(rows.trials, at).log_density(rows, NUMPY)
        for at in (logits(posterior, design), special.logit(rows.lower / rows.trials))
    )
    assert (-2.0 * (fitted - saturated)).sum(axis=1).mean() == pytest.approx(DEVIANCE, rel=0.02)


@pytest.mark.parametrize("name", CONFLICT)
def test_node_split_finds_the_conflict(sampler, name):
    place = list(STUDIES).index(name)
    left_out = {"weight study: infected": np.where(np.arange(len(STUDIES)) == place, 0.0, 1.0)}
    without, statistics = sampler.sample(Sampling(draws=10_000), seed=2, data=left_out)
    assert int(statistics["diverging"].sum()) == 0
    p = split_p(name, logits(without, panel())[:, place], np.random.default_rng(3))
    assert p == pytest.approx(CONFLICT[name], abs=0.005)
