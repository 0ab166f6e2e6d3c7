"""A stream of one's own, with a share that has a beta prior: shares in the flat vector, at modes, in draws and in the graph."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.distributions import BetaBinomial
from estimators.synthesis.geometry import find_geometry, free_entries
from estimators.synthesis.graph import build
from estimators.synthesis.observations import read_rows
from estimators.synthesis.unknowns import Share

PRIOR = est.Prior("share of complaints", "about a fifth", "beta", (4.0, 16.0), "test")


@dataclass(frozen=True)
class Sample:
    """Complaints among a hundred persons asked: binomial with one share."""

    share: est.Prior = PRIOR

    name = "sample"
    indicators = ("complaints",)

    def unknowns(self, grid, present):
        return (Share("complaining", self.share, "sample"),)

    def quantities(self, world):
        return {}

    def read(self, evidence, grid):
        return {"complaints": read_rows(evidence, grid, self.indicators)}

    def distribution(self, term, world, observed, figures):
        rows = observed[term]
        return BetaBinomial(np.full(len(rows), 100.0), world["complaining"] + np.zeros(len(rows)))


@pytest.fixture(scope="module")
def model():
    return est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), Sample()))


@pytest.fixture(scope="module")
def panel(model, evidence_of):
    figures = [(area, "2020", "victims_identified", 12) for area in "AB"]
    return model.figures(evidence_of([*figures, ("A", "2020", "complaints", 31), ("B", "2020", "complaints", 27)]))


def test_density_of_a_share(panel):
    place = panel.layout["complaining"].start
    points = panel.draw_prior(6, np.random.default_rng(1))
    others = points.copy()
    others[:, place] = special.logit(0.2)
    p = special.expit(points[:, place])
    # of the logit: the density of the share times p (1 - p)
    expected = stats.beta.logpdf(p, 4, 16) + np.log(p * (1 - p)) - stats.beta.logpdf(0.2, 4, 16) - np.log(0.16)
    np.testing.assert_allclose(panel.log_prior(points) - panel.log_prior(others), expected, rtol=1e-9, atol=1e-9)
    found = panel.log_likelihood(points)["sample", "complaints"]
    np.testing.assert_allclose(found, stats.binom.logpmf([31, 27], 100, p[:, None]), rtol=1e-9)


def test_shares_stand_between_scales_and_effects(panel):
    names = list(panel.layout)
    assert names[names.index("complaining") - 1] == panel.scales[-1].name
    assert names[names.index("complaining") + 1] == panel.effects[0].name
    assert panel.layout["complaining"].start in free_entries(panel)


def test_drawn_shares_are_beta(panel):
    drawn = special.expit(panel.draw_prior(5000, np.random.default_rng(1))[:, panel.layout["complaining"]].ravel())
    assert stats.kstest(drawn, stats.beta(4, 16).cdf).pvalue > 0.001


def test_the_mode_of_a_share_is_near_the_conjugate_posterior(panel):
    # Beta(4 + 58, 16 + 142); the prior is taken as normal on the logit scale
    found = special.expit(find_geometry(panel).point[panel.layout["complaining"]][0])
    assert found == pytest.approx(62 / 220, abs=0.005)


def test_the_graph_samples_the_share(panel):
    from pytensor.compile.mode import get_mode

    graph = build(panel, find_geometry(panel))
    terms = graph.compile_logp(sum=False, mode=get_mode("FAST_COMPILE").excluding("fusion"))

    def density(logit):
        point = graph.initial_point() | {"complaining_share_logodds__": np.asarray(logit)}
        return sum(float(np.sum(term)) for term in terms(point))

    vector = np.zeros((2, panel.size))
    vector[:, panel.layout["complaining"]] = [[-1.5], [0.5]]
    expected = panel.log_density(vector)
    assert density(0.5) - density(-1.5) == pytest.approx(expected[1] - expected[0], rel=1e-9)


def test_the_model_tells_of_the_share(model):
    assert "complaining ~ beta(a = 4, b = 16) (about a fifth; test)" in repr(model)
    assert "complaining" in [prior.name for prior in model.priors()]
    assert [stream.name for stream in model.without("sample").streams] == ["identified_victims"]
    with pytest.raises(est.ModelError, match=r"complaining.*expected a beta"):
        est.Synthesis(est.Incidence(), (Sample(est.Prior("p", "d", "logit-normal", (0.0, 1.0), "r")),)).priors()
