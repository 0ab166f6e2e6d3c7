"""Labels of files wrong in both directions: the closed form, the posterior against brute force, out of range, refused, calibrated."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import estimators as est
from estimators.numeric import misclassified

CASES = "investigations_opened"
AUDITED = est.Misclassification((40, 50), (195, 200), examined=1000, indicator=CASES)


def fitted(model, labelled, draws=1000, seed=1):
    return est.fit(model, est.single_figure(labelled, indicator=CASES), seed=seed, sampling=est.Sampling(draws=draws))


def gauss(x, n, sensitivity, specificity, share=(1.0, 1.0)):
    """Posterior mean and sd of the prevalence by Gauss-Jacobi in sensitivity and specificity, Gauss-Legendre in the prevalence."""
    (e, e_weight), (s, s_weight) = (special.roots_sh_jacobi(60, a + b - 1, a) for a, b in (sensitivity, specificity))
    t, p_weight = special.roots_legendre(1200)
    e, s, p = e[:, None, None], s[None, :, None], 0.5 * (t + 1.0)[None, None, :]
    a = p * e + (1 - p) * (1 - s)
    log_weight = x * np.log(a) + (n - x) * np.log1p(-a) + stats.beta.logpdf(p, *share)
    weight = np.where(e + s > 1, np.exp(log_weight - log_weight.max()), 0.0)
    weight = weight * e_weight[:, None, None] * s_weight[None, :, None] * p_weight
    mean = (weight * p).sum() / weight.sum()
    return mean, np.sqrt((weight * (p - mean) ** 2).sum() / weight.sum())


def test_the_closed_form_and_its_variance():
    p, variance = misclassified.rogan_gladen(180, 1000, 0.8, 0.97, 0.8 * 0.2 / 50, 0.97 * 0.03 / 200)
    assert p == pytest.approx((0.18 + 0.97 - 1) / 0.77, rel=1e-14)
    # by the delta method, from differences
    a, j = 0.18, 0.77
    pieces = (a * (1 - a) / 1000 / j**2, (p / j) ** 2 * 0.8 * 0.2 / 50, ((1 - p) / j) ** 2 * 0.97 * 0.03 / 200)
    assert variance == pytest.approx(sum(pieces), rel=1e-13)


def test_the_closed_form_takes_what_the_audit_found():
    told = fitted(est.Misclassification((40, 50), (194, 200), 1000, indicator=CASES), 180)["rogan_gladen"].to_dataset()
    p, variance = misclassified.rogan_gladen(180, 1000, 0.8, 0.97, 0.8 * 0.2 / 50, 0.97 * 0.03 / 200)
    assert float(told["prevalence"].item()) == pytest.approx(p, rel=1e-12)
    assert float(told["se"].item()) == pytest.approx(variance**0.5, rel=1e-12)
    faultless = fitted(est.Misclassification((50, 50), (200, 200), 1000, indicator=CASES), 180)[
        "rogan_gladen"
    ].to_dataset()
    assert float(faultless["prevalence"].item()) == pytest.approx(0.18)
    assert float(faultless["se"].item()) > (0.18 * 0.82 / 1000) ** 0.5


@pytest.mark.parametrize("share", [(50.0, 950.0), (1.5, 100.0), (900.0, 100.0)])
def test_draws_where_the_prior_of_the_share_is_narrower_than_the_likelihood(share):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", est.PriorWarning)
        prior = est.Prior("p", "narrow", "beta", share, "test")
    post = fitted(est.Misclassification((42, 60), (496, 500), 20, prior, indicator=CASES), 3, draws=8000)
    drawn = post["posterior"]["prevalence"].values.ravel()
    mean, sd = gauss(3, 20, (43, 19), (497, 5), share)
    assert drawn.mean() == pytest.approx(mean, abs=4 * sd / 8000**0.5)
    assert drawn.std() == pytest.approx(sd, rel=0.06)
    assert post["moments"]["prevalence"].values.ravel() == pytest.approx([mean, sd], rel=2e-3)


@pytest.mark.parametrize("share", [(1.0, 1.0), (2.5, 18.0)], ids=["uniform", "beta"])
@pytest.mark.parametrize("labelled", [12, 60, 180])
def test_posterior_against_another_quadrature(labelled, share):
    laws = ("beta", 41.0, 11.0), ("beta", 196.0, 6.0)
    found = misclassified.share_moments(labelled, 1000, *laws, share)
    assert found == pytest.approx(gauss(labelled, 1000, (41, 11), (196, 6), share), rel=1e-7)


def test_known_labels_are_a_truncated_beta():
    # sensitivity and specificity all but certain: p is a linear function of a beta between 1 - s and e
    law = ("logit-normal", float(np.log(0.8 / 0.2)), 1e-7), ("logit-normal", float(np.log(0.95 / 0.05)), 1e-7)
    mean, sd = misclassified.share_moments(70, 1000, *law, (1.0, 1.0))
    a = np.linspace(0.05, 0.8, 2_000_001)
    weight = np.exp(stats.beta.logpdf(a, 71, 931) - stats.beta.logpdf(a, 71, 931).max())
    p = (a - 0.05) / 0.75
    expected = (weight * p).sum() / weight.sum()
    assert mean == pytest.approx(expected, rel=1e-6)
    assert sd == pytest.approx(np.sqrt((weight * (p - expected) ** 2).sum() / weight.sum()), rel=1e-6)


def test_draws_are_of_that_posterior():
    post = fitted(AUDITED, 180, draws=40_000)
    drawn = post["posterior"].to_dataset()
    mean, sd = post["moments"]["prevalence"].values.ravel()
    assert float(drawn["prevalence"].mean()) == pytest.approx(mean, abs=4 * sd / 200)
    assert float(drawn["prevalence"].std()) == pytest.approx(sd, rel=0.02)
    assert float(drawn["true_count"].mean()) == pytest.approx(1000 * mean, rel=0.02)
    informed = dataclasses.replace(AUDITED, prevalence=est.Prior("p", "x", "beta", (2.5, 18.0), "x"))
    post = fitted(informed, 60, draws=4000)
    mean, sd = post["moments"]["prevalence"].values.ravel()
    assert float(post["posterior"]["prevalence"].mean()) == pytest.approx(mean, abs=4 * sd / 63)
    assert est.identification(post).verdict == "unauditable"
    assert est.convergence(post).status == "publishable"


def test_perfect_labels_return_the_count():
    sure = est.Prior("x", "all but certain", "beta", (1e7, 1.0), "test")
    post = fitted(est.Misclassification(sure, sure, 1000, indicator=CASES), 180)
    assert abs(post["posterior"]["true_count"].values - 180).max() <= 1


def test_an_apparent_share_below_what_false_labels_make_is_said():
    with pytest.warns(est.IdentificationWarning, match="below 1 − specificity"):
        post = fitted(AUDITED, 5)
    told = post["rogan_gladen"].to_dataset().isel(area=0, period=0)
    assert float(told["untruncated"]) < 0 == float(told["prevalence"])
    assert float(told["outside"]) == -1
    drawn = post["posterior"]["prevalence"].values
    assert (drawn >= 0).all()
    assert 0 < np.median(drawn) < 0.02
    with pytest.warns(est.IdentificationWarning, match="above the sensitivity"):
        post = fitted(AUDITED, 950)
    assert float(post["rogan_gladen"]["prevalence"].item()) == 1.0
    assert (post["posterior"]["prevalence"].values <= 1).all()


@pytest.mark.filterwarnings("ignore::estimators.errors.IdentificationWarning")
def test_extremes_are_finite():
    for labelled, files in ((0, 10), (10, 10), (0, 10**8), (10**6, 10**8)):
        model = est.Misclassification((40, 50), (195, 200), files, indicator=CASES)
        post = fitted(model, labelled, draws=200)
        assert np.isfinite(post["moments"]["prevalence"].values).all()
        assert np.isfinite(post["posterior"]["true_count"].values).all()


def test_refusals():
    for arguments, words in (
        (((51, 50), (195, 200), 1000), "0 ≤ right ≤ audited"),
        (((2, 50), (20, 200), 1000), "add up to 1 or less"),
        (((40, 50), (195, 200), 0), "at least 1"),
        ((est.Prior("x", "x", "gamma", (1.0, 1.0), "x"), (195, 200), 1000), "beta, logit-normal"),
    ):
        with pytest.raises(est.ModelError, match=words):
            est.Misclassification(*arguments)
    with pytest.raises(est.ModelError, match="expected a beta"):
        est.Misclassification((40, 50), (195, 200), 1000, est.Prior("p", "x", "normal", (0.0, 1.0), "x"))
    with pytest.raises(est.DataError, match="at most the files examined, given as 1000"):
        fitted(AUDITED, 1001)


def test_files_may_be_counted_by_an_indicator():
    rows = [
        {"area": "X", "period": period, "indicator": indicator, "value": value, "source": "s"}
        for period, pair in (("2020", (90, 800)), ("2021", ("", 900)), ("2022", (80, 700)))
        for indicator, value in zip((CASES, "complaints"), pair, strict=True)
    ]
    model = est.Misclassification((40, 50), (195, 200), "complaints", indicator=CASES)
    post = est.fit(model, est.read_evidence(pd.DataFrame(rows)), seed=1)
    assert post["rogan_gladen"]["apparent_share"].values.ravel()[[0, 2]] == pytest.approx([90 / 800, 80 / 700])
    assert np.isnan(post["posterior"]["true_count"].sel(period="2021").values).all()


CALIBRATED = est.Misclassification((40, 50), (195, 200), 400, est.Prior("p", "low", "beta", (2.5, 12.0), "x"), CASES)


def test_quick_calibration():
    found = est.calibrate(CALIBRATED, est.single_figure(50, indicator=CASES), replicates=100, workers=1, seed=1)
    assert found.status == "calibrated"


@pytest.mark.slow
@pytest.mark.parametrize("model", [CALIBRATED, AUDITED], ids=["beta", "uniform"])
def test_calibration(model):
    found = est.calibrate(model, est.single_figure(50, indicator=CASES), replicates=2000, workers=1, seed=2)
    assert found.status == "calibrated"
