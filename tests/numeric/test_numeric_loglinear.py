"""Stacked log-linear fits against a general optimiser and brute force; existence against the textbook linear programme."""

import itertools

import numpy as np
import pytest
from scipy import optimize, special

from estimators.numeric import existence, hierarchy, loglinear, margins, patterns, profile


def random_table(rng, lists, empty=0.0):
    table = rng.poisson(30.0 * rng.random(2**lists) ** 2) + 1.0
    table[rng.random(2**lists) < empty] = 0.0
    table[0] = 0.0
    return table


def by_optimiser(table, terms):
    """Coefficients by a quasi-Newton method on the design, the way nobody should."""
    design = patterns.design(terms, len(table).bit_length() - 1)[1:]
    counts = table[1:]

    def loss(u):
        eta = design @ u
        return np.exp(eta).sum() - counts @ eta, design.T @ (np.exp(eta) - counts)

    start = np.linalg.lstsq(design, np.log(counts + 0.5))[0]
    found = optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    return found.x, -found.fun - special.gammaln(counts + 1.0).sum()


@pytest.mark.parametrize("lists", [2, 3, 4, 5])
def test_fits_agree_with_a_general_optimiser(lists):
    rng = np.random.default_rng(lists)
    every = hierarchy.models(lists, lists)
    for _ in range(4):
        table = random_table(rng, lists)
        terms = hierarchy.terms(every[rng.integers(len(every), size=1)], lists, lists)
        found = loglinear.fit(table[None], terms)
        u, value = by_optimiser(table, terms[0])
        assert found.converged.all()
        assert np.allclose(found.coefficients[0], u, atol=2e-5)
        assert found.log_likelihood[0] == pytest.approx(value, abs=1e-8)


def test_a_stack_is_what_its_members_are():
    rng = np.random.default_rng(1)
    tables = np.stack([random_table(rng, 4, empty=0.1) for _ in range(30)])
    every = hierarchy.models(4, 2)
    terms = hierarchy.terms(every[rng.integers(len(every), size=30)], 4, 2)
    fine = existence.codes(tables > 0, terms) == existence.FINE
    assert fine.sum() > 20
    stack = loglinear.fit(tables[fine], terms[fine])
    for row, (table, model) in enumerate(zip(tables[fine], terms[fine], strict=True)):
        alone = loglinear.fit(table[None], model[model >= 0][None])
        assert stack.unlisted[row] == pytest.approx(alone.unlisted[0], rel=1e-9)
        assert stack.log_likelihood[row] == pytest.approx(alone.log_likelihood[0], abs=1e-9)
        fitted = margins.over_supersets(np.where(np.arange(16) > 0, stack.means[row], 0.0)[None])[0]
        seen = patterns.over_supersets(table)
        assert np.allclose(fitted[model[model >= 0]], seen[model[model >= 0]], rtol=1e-9, atol=1e-7)


def test_two_independent_lists_are_lincoln_and_petersen():
    found = loglinear.fit(np.array([[0.0, 40.0, 30.0, 20.0]]), np.array([[0, 1, 2]]))
    assert found.unlisted[0] == pytest.approx(40.0 * 30.0 / 20.0, rel=1e-12)
    assert loglinear.intercept_variance(found)[0] == pytest.approx(1 / 40 + 1 / 30 + 1 / 20, rel=1e-10)


def test_terms_that_nobody_has_leave_the_fit():
    table = np.array([0.0, 40.0, 30.0, 6.0, 20.0, 0.0, 0.0, 0.0])
    found = loglinear.fit(table[None], np.array([[0, 1, 2, 4, 5]]))
    assert np.isneginf(found.coefficients[0, 4])
    assert found.means[0, [5, 7]].tolist() == [0.0, 0.0]
    with_it = loglinear.fit(table[None], np.array([[0, 1, 2, 4]]))
    assert found.log_likelihood[0] > with_it.log_likelihood[0]
    assert found.parameters[0] == 5


def test_margins_are_those_of_patterns():
    rng = np.random.default_rng(0)
    for lists in (1, 3, 6, 8):
        values = rng.random((4, 2**lists))
        assert np.allclose(margins.over_supersets(values), patterns.over_supersets(values), rtol=1e-13)
        assert np.allclose(margins.over_subsets(values), patterns.over_subsets(values), rtol=1e-13)


def brute_force(lists):
    """Sets of faces closed under subsets, by looking at every set of faces."""
    faces = hierarchy.faces(lists, lists)
    count = 0
    for chosen in itertools.chain.from_iterable(itertools.combinations(faces, size) for size in range(len(faces) + 1)):
        held = set(chosen)
        count += all(sub in held for face in chosen for sub in faces if sub & face == sub)
    return count


@pytest.mark.parametrize("lists", [2, 3, 4])
def test_every_hierarchical_model_is_there_once(lists):
    found = hierarchy.models(lists, lists)
    assert len(set(found.tolist())) == len(found) == brute_force(lists)


def test_counts_of_hierarchical_models():
    """9, 114 and 6,894 simplicial complexes on 3, 4 and 5 labelled points, less the one with every set."""
    assert [len(hierarchy.models(lists, lists)) for lists in (3, 4, 5)] == [8, 113, 6893]
    assert len(hierarchy.models(6, 2)) == 2**15
    assert len(hierarchy.models(5, 5, 3)) == (np.bitwise_count(hierarchy.models(5, 5)) <= 3).sum()


def textbook_code(table, terms):
    """Fienberg and Rinaldo's programme: is there x > 0 with the margins of the table; and the rank."""
    design, _ = existence.reduced(table > 0, tuple(terms))
    held = margins.over_supersets(table[None])[0]
    left = [term for term in terms if held[term] > 0]
    cells = len(design)
    answer = optimize.linprog(
        np.r_[np.zeros(cells), -1.0],
        A_ub=np.hstack([-np.eye(cells), np.ones((cells, 1))]),
        b_ub=np.zeros(cells),
        A_eq=np.hstack([design.T, np.zeros((len(left), 1))]),
        b_eq=held[left],
        bounds=(None, None),
        method="highs",
    )
    return int(-answer.fun < 1e-9) + 2 * int(np.linalg.matrix_rank(design) < design.shape[1])


@pytest.mark.parametrize("lists", [2, 3, 4, 5])
def test_existence_agrees_with_the_textbook_programme(lists):
    rng = np.random.default_rng(lists)
    every = hierarchy.models(lists, lists)
    seen = set()
    for _ in range(80):
        table = (rng.random(2**lists) > rng.random()) * 1.0
        table[0] = 0.0
        if not table.any():
            continue
        terms = hierarchy.terms(every[rng.integers(len(every), size=1)], lists, lists)
        code = int(existence.codes(table[None] > 0, terms)[0])
        assert code == textbook_code(table, terms[0][terms[0] >= 0].tolist())
        seen.add(code)
    assert {0, 1} <= seen


def test_existence_of_the_artificial_table():
    """Chan, Silverman and Vincent 2021, table 2: lists A, B, C; patterns A 40, B 30, C 20, AB 6, nobody else."""
    occupied = np.array([[False, True, True, True, True, False, False, False]])
    models = {(3,): 1, (5,): 0, (5, 6): 0, (3, 5): 1, (3, 5, 6): 2, (): 0}
    for pairs, code in models.items():
        assert existence.codes(occupied, np.array([[0, 1, 2, 4, *pairs]]))[0] == code
    assert existence.directions(occupied, np.array([[0, 1, 2, 4, 3]]))[0] == existence.UP


def test_a_model_that_holds_one_without_estimate_has_none():
    rng = np.random.default_rng(5)
    for _ in range(10):
        table = (rng.random(16) > 0.6)[None]
        table[0, 0] = False
        every = hierarchy.models(4, 4)
        fine = existence.codes(table, hierarchy.terms(every, 4, 4)) == existence.FINE
        for bad in every[~fine]:
            assert not fine[(every & bad) == bad].any()


def test_profile_is_the_likelihood_maximised_by_hand():
    table = np.array([0.0, 40.0, 30.0, 20.0])

    def likelihood(hidden):
        everyone = 90.0 + hidden
        one, two = 60.0 / everyone, 50.0 / everyone
        shares = np.array([(1 - one) * (1 - two), one * (1 - two), (1 - one) * two, one * two])
        counts = np.array([hidden, 40.0, 30.0, 20.0])
        return special.gammaln(everyone + 1) - special.gammaln(counts + 1).sum() + counts @ np.log(shares)

    at = np.array([20.0, 60.0, 200.0])
    ours = profile.profile(table, np.array([0, 1, 2]), np.log(at))
    assert np.diff(ours) == pytest.approx(np.diff([likelihood(hidden) for hidden in at]), abs=1e-9)
    low, high = profile.profile_limits(table, np.array([0, 1, 2]), 60.0)
    top = -optimize.minimize_scalar(lambda x: -likelihood(x), bounds=(1, 500), method="bounded").fun
    for end in (low, high):
        assert 2 * (top - likelihood(end)) == pytest.approx(special.chdtri(1, 0.05), abs=1e-5)


def test_profile_without_an_upper_limit():
    seen = np.array([0.0, 40.0, 30.0, 1.0])
    low, high = profile.profile_limits(seen, np.array([0, 1, 2]), 1200.0)
    assert 0 < low < 1200 < high < np.inf
    seen[3] = 0.01  # a hundredth of a person on both
    low, high = profile.profile_limits(seen, np.array([0, 1, 2]), 120_000.0)
    assert low > 0
    assert high == np.inf
