"""Trees of branches: against enumeration, against the closed form of one path, in conflict, refused, calibrated."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import estimators as est
from estimators.counts.tree_answer import answer
from estimators.counts.tree_paths import Tree
from estimators.numeric import trees

SEEN, CALLED, HELPED = "victims_identified", "victims_reported_to_hotline", "victims_rescued"
WIDE = est.Prior("true_count", "60 to 4,000", "log-normal", (float(np.log(500.0)), 0.8), "invented")


def figures(**counts):
    rows = [
        {"area": "X", "period": "2020", "indicator": name, "value": value, "source": "s"}
        for name, value in counts.items()
    ]
    return est.read_evidence(pd.DataFrame(rows))


def chain(survey=(1, 10), root_prior="scale-invariant"):
    return est.MultiplierTree(
        (
            est.Branch("known", "all", survey=(34, 70), indicator=SEEN),
            est.Branch("unknown", "all"),
            est.Branch("called", "unknown", survey=survey, indicator=CALLED),
        ),
        root_prior,
    )


def crossed(root_prior="scale-invariant"):
    """Two counts, each a part of an unobserved part: no chain."""
    return est.MultiplierTree(
        (
            est.Branch("women", "all", survey=(6, 10)),
            est.Branch("men", "all"),
            est.Branch("known women", "women", survey=(3, 8), indicator=SEEN),
            est.Branch("known men", "men", survey=(2, 9), indicator=CALLED),
        ),
        root_prior,
    )


def enumerated(log_prior, first, second, most):
    """P(Z | both counts) by the sum over Z and over the women, with scipy's own beta-binomial."""
    z = np.arange(1, most + 1)
    women = np.arange(0, most + 1)
    of_women = stats.betabinom.pmf(first, women, 4, 6)
    of_men = stats.betabinom.pmf(second, women, 3, 8)
    value = np.array([stats.betabinom.pmf(women[: n + 1], n, 7, 5) @ (of_women[: n + 1] * of_men[n::-1]) for n in z])
    weight = value * np.exp(log_prior(z))
    return z, weight / weight.sum()


def test_one_path_is_a_multiplier():
    tree = est.MultiplierTree((est.Branch("known", "all", survey=(9, 30), indicator=SEEN),))
    one = est.Multiplier(est.Prior("share", "survey", "beta", (10.0, 22.0), "survey"))
    evidence = figures(**{SEEN: 120})
    ours, known = (est.fit(model, evidence, seed=1) for model in (tree, one))
    np.testing.assert_allclose(
        ours["quantiles"]["true_count"].values, known["quantiles"]["true_count"].values, atol=1.0
    )
    np.testing.assert_allclose(ours["moments"]["true_count"].values, known["moments"]["true_count"].values, rtol=1e-6)


def test_a_chain_is_the_sum_over_the_root():
    post = est.fit(
        chain(root_prior=WIDE), figures(**{SEEN: 80, CALLED: 7}), seed=1, sampling=est.Sampling(draws=40_000)
    )
    z = np.arange(87, 20_000)
    log_weight = (
        stats.betabinom.logpmf(80, z, 35, 37)
        + stats.betabinom.logpmf(7, z - 80, 2, 10)
        + stats.lognorm.logpdf(z, 0.8, scale=500)
    )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = weight @ z
    np.testing.assert_allclose(
        post["moments"]["true_count"].values.ravel(), [mean, np.sqrt(weight @ (z - mean) ** 2)], rtol=1e-9
    )
    told = post["quantiles"]["true_count"].values.ravel()
    np.testing.assert_array_equal(told, z[np.searchsorted(np.cumsum(weight), post["quantiles"]["probability"].values)])
    drawn = post["posterior"].to_dataset()
    assert float(drawn["true_count"].mean()) == pytest.approx(mean, rel=0.01)
    # a share p of the tree: E[p | y] by the same sum
    first, second = (35 + 80) / (72 + z), (2 + 7) / (12 + z - 80)
    expected = weight @ (first + (1 - first) * second)
    assert float(drawn["reporting_probability"].mean()) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("prior", ["scale-invariant", WIDE], ids=["scale-invariant", "log-normal"])
def test_points_agree_with_the_double_sum(prior):
    tree, rng = crossed(prior), np.random.default_rng(3)
    assert tree.tree.chain is None
    log_prior = (
        (lambda z: -np.log(z)) if prior == "scale-invariant" else (lambda z: stats.lognorm.logpdf(z, 0.8, scale=500))
    )
    z, weight = enumerated(log_prior, 12, 5, 1500)
    found = answer(tree.tree, np.array([12.0, 5.0]), prior, 60_000, rng)
    assert found.statistics[0] < 0.5
    for p in (0.05, 0.25, 0.5, 0.75):
        exact = z[np.searchsorted(np.cumsum(weight), p)]
        assert np.mean(found.true_count <= exact) == pytest.approx(weight[z <= exact].sum(), abs=0.012)


def test_shares_known_separately_are_weighted_by_what_they_leave():
    # three parts, two surveys of different people: shares uniform on the simplex times the surveys
    tree = Tree(
        (
            est.Branch("a", "all", survey=(6, 20), indicator=SEEN),
            est.Branch("b", "all", survey=(10, 22)),
            est.Branch("c", "all"),
        )
    )
    assert tree.weighted
    found = answer(tree, np.array([40.0]), "scale-invariant", 60_000, np.random.default_rng(1))
    p = np.linspace(0.0005, 0.9995, 1000)
    density = p**6 * (1 - p) ** 14 * special.betainc(11, 13, 1 - p)
    expected = (density * p).sum() / density.sum()
    assert np.exp(found.log_paths[:, 0]).mean() == pytest.approx(expected, abs=0.003)


def test_two_surveys_of_one_split_multiply():
    parts = est.Branch("a", "all", survey=(6, 20), indicator=SEEN), est.Branch("b", "all", survey=(30, 50))
    found = answer(Tree(parts), np.array([40.0]), "scale-invariant", 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(np.exp(found.log_paths[:, 0]).mean(), (1 + 6 + 20) / (2 + 20 + 50), atol=0.002)


def test_one_survey_of_three_parts_is_dirichlet():
    parts = tuple(
        est.Branch(name, "all", survey=(k, 20), indicator=of)
        for name, k, of in (("a", 5, SEEN), ("b", 3, CALLED), ("c", 12, ""))
    )
    tree = Tree(parts)
    assert tree.chain == (("a", 6.0, 17.0), ("b", 4.0, 13.0))
    x = trees.scores(4096, 2)
    np.testing.assert_allclose(np.exp(tree.log_paths(x)[0]).mean(axis=0), [6 / 23, 4 / 23], rtol=1e-3)
    alike = Tree(
        tuple(
            est.Branch(part.name, "all", concentration=1.0 + part.survey[0], indicator=part.indicator) for part in parts
        )
    )
    assert alike.chain == tree.chain


def test_a_count_below_another_says_nothing_of_the_root():
    below = est.Branch("helped", "known", survey=(1, 9), indicator=HELPED)
    with_it = est.MultiplierTree((*chain().branches, below))
    plain = est.fit(chain(), figures(**{SEEN: 80, CALLED: 7}), seed=1)
    more = est.fit(with_it, figures(**{SEEN: 80, CALLED: 7, HELPED: 3}), seed=1)
    assert more["quantiles"]["true_count"].equals(plain["quantiles"]["true_count"])
    with pytest.raises(est.DataError, match=r"81 in helped.*at most the 80 in known"):
        est.fit(with_it, figures(**{SEEN: 80, CALLED: 7, HELPED: 81}), seed=1)


def nested(known, called, helped, rest=None):
    """A counted group, two counted parts of it, and perhaps an uncounted one."""
    parts = (est.Branch("called", "known", survey=(10, 40), indicator=CALLED),)
    parts += (est.Branch("helped", "known", survey=(30 - (rest or 0), 40), indicator=HELPED),)
    parts += () if rest is None else (est.Branch("rest", "known", survey=(rest, 40)),)
    tree = est.MultiplierTree((est.Branch("known", "all", survey=(20, 50), indicator=SEEN), *parts))
    return est.fit(tree, figures(**{SEEN: known, CALLED: called, HELPED: helped}), seed=1)


def test_parts_are_no_more_than_their_group_and_all_parts_are_the_group():
    with pytest.raises(
        est.DataError, match=r"60 in called \+ 60 in helped = 120': expected together at most the 100 in known"
    ):
        nested(100, 60, 60, rest=5)
    with pytest.raises(est.DataError, match=r"25 in called \+ 70 in helped = 95': expected exactly the 100 in known"):
        nested(100, 25, 70)
    assert np.isfinite(nested(100, 25, 75)["quantiles"]["true_count"].values).all()


def test_a_count_below_another_that_its_survey_denies_is_said(recwarn):
    nested(100, 25, 60, rest=5)
    assert not recwarn.list
    with pytest.warns(est.IdentificationWarning, match="2 in called of the 100 in known contradict") as said:
        nested(100, 2, 70, rest=5)
    survey = stats.betabinom(100, 11, 32)
    tail = survey.cdf(2) - 0.5 * survey.pmf(2)
    assert f"p = {2 * tail:.2g}" in str(said[0].message)


def test_paths_that_contradict_each_other_are_not_averaged_away():
    with pytest.warns(est.IdentificationWarning, match="contradict"):
        post = est.fit(chain(survey=(60, 80)), figures(**{SEEN: 500, CALLED: 20}), seed=1)
    told = est.identification(post)
    assert told.verdict.startswith("in conflict")
    paths = post["paths"].to_dataset().isel(area=0, period=0)
    assert paths["lower"].sel(path="known") > paths["upper"].sel(path="called") * 10
    assert float(paths["conflict_p"].max()) < 1e-4
    calm = est.fit(chain(), figures(**{SEEN: 500, CALLED: 50}), seed=1)
    assert not est.identification(calm).verdict.startswith("in conflict")
    one = est.fit(est.MultiplierTree(chain().branches[:2]), figures(**{SEEN: 500}), seed=1)
    assert est.identification(one).verdict == "unauditable"


def test_conflict_p_is_the_forecast_of_the_split():
    post = est.fit(crossed(), figures(**{SEEN: 30, CALLED: 2}), seed=1)
    rng = np.random.default_rng(1)
    women, first, second = rng.beta(7, 5, 400_000), rng.beta(4, 6, 400_000), rng.beta(3, 8, 400_000)
    share = women * first / (women * first + (1 - women) * second)
    count = rng.binomial(32, share)
    upper = np.mean(count > 30) + 0.5 * np.mean(count == 30)
    np.testing.assert_allclose(post["paths"]["conflict_p"].values.ravel(), 2 * upper, atol=0.004)


def test_a_mean_that_does_not_exist_is_said_to_be_infinite():
    tree = est.MultiplierTree(
        (est.Branch("known", "all", concentration=0.8, indicator=SEEN), est.Branch("rest", "all", concentration=3.0))
    )
    with pytest.warns(est.PriorWarning, match="mean of all is infinite"):
        post = est.fit(tree, figures(**{SEEN: 20}), seed=1)
    assert np.isinf(post["moments"]["true_count"].values).all()
    assert np.isinf(post["paths"]["mean"].values).all()
    assert np.isfinite(post["quantiles"]["true_count"].values).all()
    product = est.MultiplierTree(
        (est.Branch("a", "all", survey=(4, 9)), est.Branch("b", "a", survey=(7, 9), indicator=SEEN))
    )
    post = est.fit(product, figures(**{SEEN: 20}), seed=1)
    # y Π (a + b - 1)/(a - 1)
    assert post["paths"]["mean"].item() == pytest.approx(20 * (10 / 4) * (10 / 7), rel=1e-10)
    assert post["moments"]["true_count"].sel(moment="mean").item() == pytest.approx(20 * (10 / 4) * (10 / 7), rel=1e-10)


def test_power_of_the_tail():
    assert Tree(chain().branches).tail == 35.0 + 2.0
    assert Tree(crossed().branches).tail == 4.0 + 3.0  # below min(7 + 3, 5 + 4) of one sex being rare


def test_extremes_are_finite():
    for counts in ({SEEN: 0, CALLED: 1}, {SEEN: 10**9, CALLED: 10**8}):
        post = est.fit(chain(), figures(**counts), seed=1)
        assert np.isfinite(post["posterior"]["true_count"].values).all()
        assert (post["posterior"]["true_count"].values >= sum(counts.values())).all()


def test_log_rising_keeps_its_digits():
    import mpmath

    for x, d in ((1e3, 5.0), (5e4, 2.5), (1e12, 500.0), (1e15, 3.0)):
        exact = mpmath.loggamma(mpmath.mpf(x) + d) - mpmath.loggamma(mpmath.mpf(x))
        with mpmath.workdps(50):
            exact = mpmath.loggamma(mpmath.mpf(x) + d) - mpmath.loggamma(mpmath.mpf(x))
        assert float(trees.log_rising(np.array(x), d)) == pytest.approx(float(exact), rel=1e-12)


B = est.Branch
BAD = {
    "no branches": ((), "expected at least one Branch"),
    "twice": ((B("a", "all", survey=(1, 2), indicator=SEEN), B("a", "b")), "part of two groups"),
    "cycle": ((B("a", "b", survey=(1, 2), indicator=SEEN), B("b", "a")), "a cycle"),
    "two roots": ((B("a", "all", survey=(1, 2), indicator=SEEN), B("b", "al", survey=(1, 2))), "2 groups are part of no other, all, al"),
    "more than 1": ((B("a", "all", survey=(8, 10), indicator=SEEN), B("b", "all", survey=(5, 10))), "add up to 13 of the 10"),
    "less than 1": ((B("a", "all", survey=(2, 10), indicator=SEEN), B("b", "all", survey=(5, 10))), "add up to 7 of the 10"),
    "two unknown": ((B("a", "all", indicator=SEEN), B("b", "all")), "nothing is said of 2 parts"),
    "unknown alone": ((B("a", "all", indicator=SEEN),), "only part of all"),
    "no counts": ((B("a", "all", survey=(1, 2)),), "no branch has an indicator"),
    "all counted": ((B("a", "all", survey=(1, 2), indicator=SEEN), B("b", "all", indicator=CALLED)), "nothing is left to estimate"),
    "concentration": ((B("a", "all", concentration=1.0, indicator=SEEN), B("b", "all")), "a concentration for every part"),
    "shares": (
        (B("a", "all", survey=(8, 10), indicator=SEEN), B("b", "all", survey=(20, 30)), B("c", "all")),
        "add up to 1.47: expected at most 1",
    ),
    "priors": (
        (B("a", "all", prior=est.Claim("20 %"), indicator=SEEN), B("b", "all", prior=est.Claim("30 %"))),
        "priors for all parts of all",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_trees_give_one_error(name):
    branches, words = BAD[name]
    with pytest.raises(est.ModelError, match=words):
        est.MultiplierTree(branches)


def test_bad_branches_and_figures():
    for more, words in (
        ({"survey": (3, 2)}, "0 ≤ found ≤ asked"),
        ({"concentration": -1.0}, "positive"),
        ({"survey": (1, 2), "concentration": 1.0}, "one of"),
    ):
        with pytest.raises(est.ModelError, match=words):
            est.Branch("a", "all", **more)
    with pytest.raises(est.ModelError, match="log-normal or a gamma"):
        chain(root_prior=est.Prior("true_count", "x", "normal", (1.0, 1.0), "x"))
    with pytest.raises(est.ModelError, match="scale-invariant"):
        chain(root_prior="flat")
    with pytest.raises(est.DataError, match="nobody counted"):
        est.fit(chain(), figures(**{SEEN: 0, CALLED: 0}), seed=1)
    rows = [
        {"area": area, "period": "2020", "indicator": name, "value": value, "source": "s"}
        for area, name, value in (("X", SEEN, 10), ("X", CALLED, 2), ("Y", SEEN, 10), ("Y", CALLED, ""))
    ]
    with pytest.raises(est.DataError, match=r"area Y.*no count of called"):
        est.fit(chain(), est.read_evidence(pd.DataFrame(rows)), seed=1)
    with pytest.raises(est.DarkfigureError, match="cannot be simulated"):
        est.calibrate(chain(), figures(**{SEEN: 10, CALLED: 2}), replicates=100, workers=1, seed=1)


def test_result_goes_to_netcdf_and_back(tmp_path):
    post = est.fit(crossed(), figures(**{SEEN: 12, CALLED: 5}), seed=1)
    assert est.convergence(post).status == "publishable"
    est.save(post, tmp_path / "post.nc")
    again = est.load(tmp_path / "post.nc")
    assert again["paths"].to_dataset().equals(post["paths"].to_dataset())
    assert est.summary(again)["verdict"].tolist() == est.summary(post)["verdict"].tolist()


@pytest.mark.parametrize("model", [chain(root_prior=WIDE), crossed(WIDE)], ids=["chain", "points"])
def test_quick_calibration(model):
    found = est.calibrate(model, figures(**{SEEN: 10, CALLED: 2}), replicates=100, workers=1, seed=1)
    assert found.status == "calibrated"


@pytest.mark.slow
@pytest.mark.parametrize("model", [chain(root_prior=WIDE), crossed(WIDE)], ids=["chain", "points"])
def test_calibration(model):
    found = est.calibrate(model, figures(**{SEEN: 10, CALLED: 2}), replicates=2000, workers=1, seed=2)
    assert found.status == "calibrated"
