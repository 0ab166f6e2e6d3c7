"""Sample coverage against published figures, by hand, in simulation and where it must refuse."""

import warnings

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import ExistenceError, IdentificationWarning, ModelError
from estimators.lists.outcome import cautions_of
from estimators.lists.sample_coverage import SampleCoverage
from estimators.numeric import patterns, sample_coverage

# People of each pattern, list 1 counting for 1, list 2 for 2 …: Chao et al. 1997 (hepatitis A, Taiwan); Bruno et al. 1994 (diabetes, Italy)
HEPATITIS = (0, 69, 55, 21, 63, 17, 18, 28)
DIABETES = (0, 709, 74, 104, 182, 650, 20, 157, 10, 12, 7, 18, 8, 46, 14, 58)


def lists_of(counts):
    counts = np.asarray(counts)
    lists = len(counts).bit_length() - 1
    table = pd.DataFrame(patterns.on_lists(lists).astype(int), columns=[f"L{at + 1}" for at in range(lists)])
    return est.read_lists(table.assign(count=counts)[counts > 0])


def fit(estimator, counts, seed=1):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return est.fit(estimator, lists_of(counts), seed=seed)


@pytest.mark.parametrize(
    ("counts", "form", "expected"),
    [
        (HEPATITIS, "high", 970.8048),  # CARE1 1.1.0 (Chao et al. 2001), estN(HAV, "HSC")
        (DIABETES, "high", 2609.03),  # the same, estN(Diabetes, "HSC"); bootstrap standard error 76.5 from 200 samples
    ],
)
def test_the_forms_are_those_of_the_peer(counts, form, expected):
    assert float(getattr(sample_coverage.covered(np.array(counts, float)), form)) == pytest.approx(expected, rel=1e-6)


def test_bootstrap_error_is_the_peers_within_its_noise():
    post = fit(SampleCoverage(replicates=4000), DIABETES)
    assert float(post["estimate"]["standard_error"].item()) == pytest.approx(76.5, rel=0.12)
    assert float(post["estimate"]["lower"].item()) == pytest.approx(2478.6, rel=0.01)
    assert float(post["estimate"]["upper"].item()) == pytest.approx(2780.9, rel=0.01)
    assert cautions_of(post) == []


def test_three_lists_written_out():
    _, a, b, ab, c, ac, bc, abc = map(float, HEPATITIS)
    n1, n2, n3 = a + ab + ac + abc, b + ab + bc + abc, c + ac + bc + abc
    share = 1 - (a / n1 + b / n2 + c / n3) / 3
    some = sum(HEPATITIS) - (a + b + c) / 3
    total = some / share
    for _ in range(2):
        r12, r13, r23 = (
            total * both / (x * y) - 1 for both, x, y in ((ab + abc, n1, n2), (ac + abc, n1, n3), (bc + abc, n2, n3))
        )
        total = some / share + ((a + b + 2 * ab) * r12 + (a + c + 2 * ac) * r13 + (b + c + 2 * bc) * r23) / (3 * share)
    found = sample_coverage.covered(np.array(HEPATITIS, float))
    assert float(found.share) == pytest.approx(share)
    assert float(found.low) == pytest.approx(total)
    for _ in range(2000):
        r12, r13, r23 = (
            total * both / (x * y) - 1 for both, x, y in ((ab + abc, n1, n2), (ac + abc, n1, n3), (bc + abc, n2, n3))
        )
        total = some / share + ((a + b + 2 * ab) * r12 + (a + c + 2 * ac) * r13 + (b + c + 2 * bc) * r23) / (3 * share)
    assert float(found.high) == pytest.approx(total)


def test_low_coverage_is_said_and_decides_the_form():
    with pytest.warns(IdentificationWarning, match="the lists hold only 51 % of each other's people"):
        post = est.fit(SampleCoverage(), lists_of(HEPATITIS), seed=1)
    assert float(post["estimate"]["point"].item()) == pytest.approx(507.77, abs=0.01)


def test_the_same_seed_gives_the_same_limits():
    one, other = (fit(SampleCoverage(), HEPATITIS) for _ in range(2))
    assert one["estimate"].identical(other["estimate"])
    assert not one["estimate"].identical(fit(SampleCoverage(), HEPATITIS, seed=2)["estimate"])


@pytest.mark.parametrize(
    ("counts", "form", "words"),
    [
        ((0, 4, 5, 0, 6, 0, 0, 0), "automatic", "no two lists share a person"),
        ((0, 40, 30, 6, 20, 0, 0, 0), "high", "no finite estimate; form='low' has one"),
        ((0, 1, 1, 30, 1, 30, 30, 0), "high", "below the 93 people listed"),
    ],
)
def test_no_estimate_is_refused(counts, form, words):
    with pytest.raises(ExistenceError, match=words):
        est.fit(SampleCoverage(form), lists_of(counts), seed=1)


def test_arguments():
    with pytest.raises(ModelError, match="form 'middle'"):
        SampleCoverage("middle")
    with pytest.raises(ModelError, match="replicates 10"):
        SampleCoverage(replicates=10)
    with pytest.raises(ModelError, match="needs 3 to 12 lists"):
        est.fit(SampleCoverage(), lists_of((0, 40, 30, 20)), seed=1)
    assert "one-step form for low coverage" in repr(SampleCoverage())
    assert len(SampleCoverage().assumptions()) == 3


@pytest.mark.parametrize("runs", [100, pytest.param(1500, marks=pytest.mark.slow)])
def test_the_interval_covers_independent_lists(runs):
    rng = np.random.default_rng(8)
    size, covered = 1000, 0
    for _ in range(runs):
        on = rng.random((size, 4)) < np.array([0.4, 0.5, 0.45, 0.6])
        counts = patterns.tabulated(on, np.ones(size))
        counts[0] = 0.0
        estimate = fit(SampleCoverage("high", replicates=200), counts)["estimate"]
        covered += float(estimate["lower"].item()) <= size <= float(estimate["upper"].item())
    assert covered / runs > 0.95 - 4 * np.sqrt(0.05 * 0.95 / runs) - 0.01


def test_people_who_differ_bias_it_less_than_independence():
    rng = np.random.default_rng(9)
    size = 100_000
    on = rng.random((size, 4)) < rng.beta(3.0, 3.0, size)[:, None]
    counts = patterns.tabulated(on, np.ones(size))
    found = sample_coverage.covered(np.r_[0.0, counts[1:]])
    assert abs(float(found.high) - size) < 0.05 * size < abs(float(found.independent) - size)
