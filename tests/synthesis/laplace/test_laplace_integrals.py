"""Integrals over the effects of an area agree with quadrature, on either side of where log probabilities bend."""

import numpy as np
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.laplace.candidates import candidates
from estimators.synthesis.laplace.engine import systematic
from estimators.synthesis.laplace.gaussian import best_gaussian, mode
from estimators.synthesis.laplace.proposal import DEGREES, WIDER, Proposal, mixture_log_density, refitted
from estimators.synthesis.laplace.ridge import draw_ridge, make_ridge
from estimators.synthesis.laplace.scores import Scores
from estimators.synthesis.laplace.setup import make_plan
from estimators.synthesis.normal import LOG_TWO_PI

VICTIMS = "victims_identified"
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)


@pytest.fixture(scope="module")
def two_effects(evidence_of):
    """Areas with one figure each and two effects: quadrature is exact."""
    figures = [
        ("A", "2020", VICTIMS, 40),
        ("B", "2020", VICTIMS, 0),
        ("C", "2020", VICTIMS, 900),
        ("D", "2020", VICTIMS, "<5"),
    ]
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    panel = model.figures(evidence_of(figures, areas="ABCD", periods=("2020",)))
    return make_plan(panel), Scores(panel)


def known_at(scores, draws, **values):
    known = scores.known(np.zeros((scores.size, draws)))
    return known | {name: np.full((1, draws), value) for name, value in values.items()}


CASES = {
    "small probabilities": {"logit_reporting_level": -4.0, "log_incidence_level": 4.0},
    "large probabilities": {"logit_reporting_level": 0.5, "log_incidence_level": 1.0, "reporting_area_sd": 1.5},
    "in between": {"logit_reporting_level": -2.0, "reporting_area_sd": 1.0, "incidence_area_sd": 0.2},
}


@pytest.mark.parametrize("bent", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_antithetic_pairs_are_unbiased(two_effects, case, bent):
    plan, scores = two_effects
    (block,) = plan.blocks
    one = known_at(scores, NODES.size**2, **CASES[case])
    first, second = (x.ravel() for x in np.meshgrid(NODES, NODES))
    border = np.broadcast_to(np.stack([first, second])[:, None], (2, 4, first.size))
    chain = np.zeros((0, 0, 4, first.size))
    log_weight = np.add.outer(np.log(WEIGHTS), np.log(WEIGHTS)).ravel() - LOG_TWO_PI
    beside_prior = block.log_joint(one, chain, border) + 0.5 * (border**2).sum(axis=0) + LOG_TWO_PI
    expected = special.logsumexp(beside_prior + log_weight, axis=1)
    rng, known = np.random.default_rng(1), known_at(scores, 20_000, **CASES[case])
    best, _ = best_gaussian(block, known)
    p = rng.random((1, 4, 20_000))
    drawn = candidates(block, known, best, make_ridge(block, known, best), p, rng, bent=bent)
    logs = np.stack([block.log_joint(known, c, b) - log_density for c, b, log_density in drawn])
    ratio = np.exp(logs - expected[:, None]).mean(axis=0)
    error = ratio.std(axis=1) / np.sqrt(ratio.shape[1])
    assert (np.abs(ratio.mean(axis=1) - 1.0) < 4.5 * error + 1e-3).all()
    assert (ratio.std(axis=1) < 0.8).all()


def test_the_density_of_the_ridge_is_the_one_it_draws_from(two_effects):
    plan, scores = two_effects
    (block,) = plan.blocks
    known = known_at(scores, 4000, **CASES["large probabilities"])
    best, _ = best_gaussian(block, known)
    ridge = make_ridge(block, known, best)
    p = np.broadcast_to((np.arange(4000) + 0.5) / 4000, (1, 4, 4000))
    values, _, log_density = draw_ridge(plan.layout, ridge, best, np.ascontiguousarray(p))
    steps = np.diff(values[0], axis=1)
    assert (steps > 0).all()
    middle = 0.5 * (np.exp(log_density[:, 1:]) + np.exp(log_density[:, :-1]))
    np.testing.assert_allclose((steps * middle)[:, 100:-100], 1 / 4000, rtol=0.02)


def test_the_mode_is_a_mode(ready, points):
    panel, plan, scores = ready
    known, _, _ = points(panel, plan, scores, draws=2)
    for block in plan.blocks:
        fit, value = mode(block, known, 1e-8)
        rng = np.random.default_rng(1)
        for _ in range(5):
            c, b = (x + 0.02 * rng.standard_normal(x.shape) for x in (fit.chain, fit.border))
            assert (block.log_joint(known, c, b) <= value + 5e-3).all()


def test_a_proposal_has_the_density_it_draws_from():
    rng = np.random.default_rng(1)
    proposal = Proposal(np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]]))
    at = proposal.draw(200_000, rng)
    beside = at - proposal.mean[:, None]
    distance = (beside * np.linalg.solve(proposal.covariance, beside)).sum(axis=0)
    for chance in (0.5, 0.95, 0.999):  # of t in two dimensions, half the squared distance is F(2, degrees)
        below = (distance / 2 < stats.f.ppf(chance, 2, DEGREES)).mean()
        assert below == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 200_000))
    other = Proposal(np.array([1.2, -1.8]), proposal.covariance * 1.1)
    ratio = np.exp(other.log_density(at) - proposal.log_density(at))
    assert ratio.mean() == pytest.approx(1.0, abs=0.005)
    both = mixture_log_density([(proposal, 100), (other, 300)], at)
    expected = np.log(0.25 * np.exp(proposal.log_density(at)) + 0.75 * np.exp(other.log_density(at)))
    np.testing.assert_allclose(both, expected, rtol=1e-10)


def test_a_refitted_proposal_moves_to_where_the_weight_is():
    rng = np.random.default_rng(2)
    at = 2.0 * rng.standard_normal((3, 20_000))
    log_weight = -0.5 * ((at - 1.0) ** 2).sum(axis=0) + 0.125 * (at**2).sum(axis=0)
    found = refitted(at, log_weight)
    np.testing.assert_allclose(found.mean, 1.0, atol=0.1)
    np.testing.assert_allclose(found.covariance, WIDER * np.eye(3), atol=0.15)


def test_systematic_choice_is_as_often_as_expected():
    rng = np.random.default_rng(3)
    weight = rng.dirichlet(np.full(50, 0.3))
    count = np.bincount(systematic(weight, 1000, rng), minlength=50)
    assert (np.abs(count - 1000 * weight) < 1.0 + 1e-9).all()
