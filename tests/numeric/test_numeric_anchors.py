"""Pooling and conflict of anchors against the normal model written out in matrices."""

import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric import anchors

MEANS, SDS = np.log([115_000.0, 425_000.0, 52_000.0]), np.array([0.67, 0.78, 1.5])


def test_pool_is_generalised_least_squares():
    design, precision = np.ones((3, 1)), np.diag(1 / SDS**2)
    variance = np.linalg.inv(design.T @ precision @ design).item()
    got = anchors.pool(MEANS, SDS)
    assert got.mean == pytest.approx(variance * (design.T @ precision @ MEANS).item(), rel=1e-13)
    assert got.sd == pytest.approx(np.sqrt(variance), rel=1e-13)
    np.testing.assert_allclose(got.share, variance / SDS**2, rtol=1e-13)
    assert got.share.sum() == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_leave_one_out_is_the_pool_of_the_others(left_out):
    keep = np.arange(3) != left_out
    got, others = anchors.pool(MEANS, SDS), anchors.pool(MEANS[keep], SDS[keep])
    assert got.others_mean[left_out] == pytest.approx(float(others.mean), rel=1e-13)
    assert got.others_sd[left_out] == pytest.approx(float(others.sd), rel=1e-13)
    z = (MEANS[left_out] - others.mean) / np.hypot(SDS[left_out], others.sd)
    assert got.z[left_out] == pytest.approx(float(z), rel=1e-12)
    assert got.p[left_out] == pytest.approx(2 * stats.norm.sf(abs(float(z))), rel=1e-10)


def test_two_anchors_contradict_each_other_equally():
    got = anchors.pool(MEANS[:2], SDS[:2])
    assert got.z[0] == pytest.approx(-got.z[1], rel=1e-13)


def test_a_single_anchor_cannot_be_contradicted():
    got = anchors.pool(MEANS[:1], SDS[:1])
    assert got.share.tolist() == [1.0]
    assert np.isnan([got.z[0], got.p[0], got.others_mean[0], got.others_sd[0]]).all()


def test_pool_works_along_further_axes():
    mean, sd = np.stack([MEANS, MEANS[::-1]], axis=1), np.stack([SDS, SDS[::-1]], axis=1)
    both = anchors.pool(mean, sd)
    np.testing.assert_allclose(both.z[:, 0], anchors.pool(MEANS, SDS).z, rtol=1e-13)
    np.testing.assert_allclose(both.z[:, 1], both.z[::-1, 0], rtol=1e-13)


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [  # the first is worked by hand from Holm 1979
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.2], [0.2]),
        ([0.01, 0.01, 0.01], [0.03, 0.03, 0.03]),
    ],
)
def test_holm(p, adjusted):
    assert anchors.holm(np.array(p)).tolist() == pytest.approx(adjusted)


def test_holm_adjusts_columns_separately():
    p = np.array([[0.01, 0.9], [0.04, 0.01], [0.03, 0.5]])
    for column in (0, 1):
        np.testing.assert_allclose(anchors.holm(p)[:, column], anchors.holm(p[:, column]))


@pytest.mark.parametrize(("claim_sd", "other_sd", "wrong_by"), [(0.67, 0.6, 5.0), (1.4, 0.3, 10.0), (0.25, 1.0, 2.0)])
def test_conflict_power_by_integration_over_the_other_anchor(claim_sd, other_sd, wrong_by):
    # the other anchor is N(0, s_o²) about the truth 0, the claim stands at log f; trapezoidal rule over the other anchor
    z = np.linspace(-9, 9, 200_001)
    density, other = stats.norm.pdf(z) * (z[1] - z[0]), other_sd * z
    claim, critical = np.log(wrong_by), special.ndtri(0.975)
    conflict = np.abs(claim - other) > critical * np.hypot(claim_sd, other_sd)
    pooled = (claim / claim_sd**2 + other / other_sd**2) / (claim_sd**-2 + other_sd**-2)
    covered = np.abs(pooled) < critical / np.sqrt(claim_sd**-2 + other_sd**-2)
    power, coverage, bias = anchors.conflict_power(np.array(claim_sd), np.array(other_sd), np.array(wrong_by))
    assert power == pytest.approx(float(density[conflict].sum()), abs=1e-4)
    assert coverage == pytest.approx(float(density[covered].sum()), abs=1e-4)
    assert bias == pytest.approx(float(np.exp(density @ pooled)), rel=1e-9)
