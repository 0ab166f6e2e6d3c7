"""Log-linear estimates against published and independently computed figures.

Sources: SparseMSE 2.0.1 (Chan, Silverman and Vincent 2021, doi:10.1080/01621459.2019.1708748), independence, stepwise and BCa; Rcapture
1.4-4 (Baillargeon and Rivest 2007, doi:10.18637/jss.v019.i05), profile limits and BIC; Silverman's MultipleSystemsEstimation 1.2.0, BIC.
"""

import itertools
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.errors import ExistenceError, IdentificationWarning, ModelError
from estimators.lists import outcome
from estimators.lists.averaged import AveragedLogLinear
from estimators.lists.best_bic import BestBIC
from estimators.lists.log_linear import LogLinear
from estimators.lists.stepwise import Stepwise
from estimators.numeric import bootstrap, criteria, forward, loglinear, patterns, profile, reselection

pytestmark = pytest.mark.filterwarnings("ignore::estimators.errors.IdentificationWarning")

# King et al. 2013, people who inject drugs in Scotland, four lists; patterns in the order of estimators.numeric.patterns.
SCOTLAND = [0, 654, 751, 19, 3092, 198, 121, 8, 684, 13, 43, 2, 69, 7, 9, 0]

INDEPENDENT = {
    "UKdat": (12213.9951246, 10988.80013353, 13621.2567203),
    "UKdat_5": (13444.13120901, 11985.17094706, 15133.42646402),
    "UKdat_4": (10694.25454978, 9506.72596373, 12081.00318614),
    "NewOrl_5": (1034.15106523, 658.25839206, 1708.60220902),
    "Kosovo": (7394.5866623, 7172.90881026, 7633.98636293),
    "Korea": (141.99264735, 134.88091248, 153.36135936),
    "HIV_Rome": (11124.57846918, 9519.53496126, 13067.54456492),
    "Scotland": (22096.69043032, 20521.15720405, 23839.36921387),
}
STEPWISE = {
    "UKdat": (11417.9910915, 9977.28263976, 13145.65650958, "PF+NCA LA+NG NG+GP LA+PF PF+GP GO+GP NG+GO"),
    "UKdat_5": (11312.99028944, 9884.40283062, 13027.39665454, "LA+NG NG+GP PFNCA+GP LA+PFNCA GO+GP NG+GO"),
    "UKdat_4": (11015.24445437, 9582.25965994, 12735.25341603, "LA+NG LA+PFNCA NG+GO"),
    "NewOrl_5": (1034.15106523, 658.25839206, 1708.60220902, ""),
    "Kosovo": (14341.66380043, 12541.28082824, 16540.18791464, "ABA+OSCE OSCE+HRW EXH+OSCE EXH+ABA EXH+HRW"),
    "Korea": (268.77777778, 202.53282218, 390.19987938, "b+c"),
    "HIV_Rome": (11124.57846918, 9519.53496126, 13067.54456492, ""),
    "Scotland": (34828.35452472, 29538.74128037, 41290.21258693, "S1+S3 S2+S4 S2+S3"),
}
PROFILE = {
    "UKdat": (10983.85052735, 13648.21268931),
    "UKdat_5": (11985.11559289, 15165.89886952),
    "UKdat_4": (9504.10735939, 12108.42590363),
    "NewOrl_5": (665.58250056, 1762.03077486),
    "Kosovo": (7147.74889204, 7656.19534809),
    "HIV_Rome": (9531.73551764, 13114.12264156),
    "Scotland": (20508.9638821, 23867.55198939),
}
# Limits and the spread of those limits over seeds: one run of the source is one draw.
BCA = {
    "UKdat": (9418.0, 15036.0),
    "UKdat_5": (8785.0, 14701.0),
    "UKdat_4": (9028.0, 13482.0),
    "NewOrl_5": (589.0, 1704.0),
    "Kosovo": (12596.0, 16527.0),
}
BEST_BIC = {
    "UKdat_4": [(11987.08761529, 142.4234632), (11015.24445437, 143.18843799), (10371.13081539, 145.4792616)],
    "Kosovo": [(10356.51895725, 203.02963275), (12740.96774194, 203.11337697), (18393.30611502, 203.95728198)],
    "HIV_Rome": [(11124.57846918, 117.79950386), (12318.46767676, 119.93462785), (10532.25952338, 123.48479619)],
    "UKdat_5": [(25311.29061253, 195.87910564), (28822.1256087, 196.32967693), (22991.33131416, 196.53975555)],
    "NewOrl_5": [(1034.15106523, 96.85152421), (924.54926698, 98.51987938), (1206.55866582, 98.70570401)],
    "Korea": [(157.16666667, 57.14080988), (268.77777778, 58.96859631), (123.46296296, 91.8971088)],
    "SpinaBifida_NY": [(724.1245283, 76.41288374), (752.89189189, 78.51801586), (703.47887324, 79.21110106)],
    "Scotland": [(34828.35452472, 157.18666786), (29174.96774194, 158.61609664), (26848.89891641, 163.31411791)],
}


def of_table(table, names="ABCDEFGH"):
    lists = len(table).bit_length() - 1
    on = pd.DataFrame(patterns.on_lists(lists)[1:].astype(int), columns=list(names)[:lists])
    return est.read_lists(on.assign(count=np.asarray(table[1:], dtype=int)), lists=list(on.columns), count="count")


def lists_of(name):
    return of_table(SCOTLAND, ("S1", "S2", "S3", "S4")) if name == "Scotland" else est.datasets.lists(name)


def three(post):
    return [post["estimate"][end].item() for end in ("lower", "point", "upper")]


@pytest.mark.parametrize("name", INDEPENDENT)
def test_independent_lists(name):
    lists = lists_of(name)
    point, low, high = INDEPENDENT[name]
    found = LogLinear().fitted(lists)
    assert lists.observed + found.unlisted[0] == pytest.approx(point, rel=1e-6)
    limits = profile.wald_limits(found.unlisted[0], loglinear.intercept_variance(found)[0])
    assert [lists.observed + end for end in limits] == pytest.approx([low, high], rel=1e-6)


@pytest.mark.parametrize("name", STEPWISE)
def test_stepwise(name):
    lists = lists_of(name)
    point, low, high, chosen = STEPWISE[name]
    first = forward.select(lists.table[None], 0.02)
    pairs = [sum(1 << lists.names.index(side) for side in pair.split("+")) for pair in chosen.split()]
    assert first.chosen[0][first.chosen[0] >= 0].tolist() == pairs
    model = LogLinear(tuple(tuple(pair.split("+")) for pair in chosen.split())).fitted(lists)
    assert lists.observed + first.unlisted[0] == pytest.approx(point, rel=1e-6)
    limits = profile.wald_limits(model.unlisted[0], loglinear.intercept_variance(model)[0])
    assert [lists.observed + end for end in limits] == pytest.approx([low, high], rel=1e-6)


@pytest.mark.parametrize("name", PROFILE)
def test_profile_limits(name):
    post = est.fit(LogLinear(), lists_of(name), seed=1)
    assert three(post)[::2] == pytest.approx(PROFILE[name], rel=1e-5)


@pytest.mark.parametrize("name", BCA)
def test_bca_limits_within_simulation_error(name):
    """Limits of the source within 3.3 standard deviations of ours over resampled sets of its number of replicates."""
    lists = lists_of(name)
    rng = np.random.default_rng(3)
    count = 200 if name == "UKdat" else 1000
    start = LogLinear().fitted(lists).coefficients[0]
    point = lists.observed + forward.select(lists.table[None], 0.02).unlisted[0]
    tables = rng.multinomial(lists.observed, lists.table / lists.observed, size=1500).astype(float)
    pool = lists.observed + forward.select(tables, 0.02, start).unlisted
    left_out, weights = bootstrap.one_left_out(lists.table)
    jackknife = lists.observed - 1 + forward.select(left_out, 0.02, start).unlisted
    runs = [bootstrap.limits(point, rng.choice(pool, count), jackknife, weights) for _ in range(60)]
    ends = np.array([(run.lower, run.upper) for run in runs])
    assert (np.abs(ends.mean(axis=0) - BCA[name]) < 3.3 * ends.std(axis=0)).all()


@pytest.mark.parametrize("name", BEST_BIC)
def test_best_bic(name):
    lists = lists_of(name)
    found = criteria.ranked(
        lists.table, len(lists.names) - 1, np.log(lists.observed), 10.0 if name != "Korea" else 40.0
    )
    for place, (point, value) in enumerate(BEST_BIC[name]):
        assert lists.observed + found.unlisted[place] == pytest.approx(point, rel=1e-6)
        assert found.criterion[place] == pytest.approx(value, abs=1e-6)


def test_the_window_leaves_out_no_model_that_is_within():
    table = lists_of("UKdat_5").table
    every = criteria.ranked(table, 4, np.log(table.sum()))
    near = criteria.ranked(table, 4, np.log(table.sum()), 12.0)
    inside = every.criterion <= every.criterion[0] + 12.0
    assert near.models.tolist() == every.models[inside].tolist()
    assert near.considered == every.considered == 6893
    assert len(every.models) + len(every.without) == 6893


def test_replicates_choose_as_a_search_of_every_model_would():
    table = lists_of("UKdat_4").table
    price = np.log(table.sum())
    every = criteria.ranked(table, 3, price)
    means = loglinear.fit(table[None], every.terms, every.coefficients).means
    replicates = bootstrap.resampled(table, 12_000.0, 60, np.random.default_rng(1))
    exact = []
    for one in replicates:
        found = criteria.ranked(one, 3, price, 0.0)
        exact.append(found.unlisted[0])
    near = every.first(int((every.criterion <= every.criterion[0] + 30.0).sum()))
    _, unlisted = reselection.best(replicates, near, means[: len(near.models)], price)
    assert np.isclose(unlisted, exact, rtol=1e-6).mean() >= 0.95


def test_refusals_name_the_lists():
    lists = of_table([0, 40, 30, 6, 20, 0, 0, 0])
    with pytest.raises(ExistenceError, match=r"no one is on both lists of A \+ C, B \+ C.*Without the term A with B"):
        est.fit(LogLinear((("A", "B"),)), lists, seed=1)
    with pytest.raises(ExistenceError, match="many numbers of people on no list fit these figures equally well"):
        est.fit(LogLinear((("A", "B"), ("A", "C"), ("B", "C"))), lists, seed=1)
    with pytest.raises(ExistenceError, match="LogLinear has no estimate"):
        est.fit(LogLinear((("b", "c"), ("b", "d"), ("c", "d"))), lists_of("Korea"), seed=1)
    apart = of_table([0, 40, 30, 0, 20, 0, 0, 0])
    for estimator in (LogLinear(), Stepwise(), BestBIC(), AveragedLogLinear()):
        with pytest.raises(ExistenceError, match=r"no one is on both lists of A \+ B"):
            est.fit(estimator, apart, seed=1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LogLinear(interval="exact"), "expected 'profile' or 'wald'"),
        (lambda: LogLinear(("police", "shelter")), "tuple of tuples"),
        (lambda: Stepwise(threshold=2.0), "a p-value between 0 and 1"),
        (lambda: Stepwise(bootstrap=10), "from 100 to"),
        (lambda: Stepwise(interval="t"), "expected 'envelope'"),
        (lambda: BestBIC(order=0), "1 or more"),
        (lambda: AveragedLogLinear("dic"), "expected 'bic' or 'aic'"),
        (lambda: est.fit(LogLinear((("A", "X"),)), lists_of("Korea"), seed=1), "no list 'A'"),
        (lambda: est.fit(LogLinear((("b", "b"),)), lists_of("Korea"), seed=1), "two lists or more"),
        (lambda: est.fit(LogLinear((("b", "c", "d"),)), lists_of("Korea"), seed=1), "holds every list"),
    ],
)
def test_bad_input(make, words):
    with pytest.raises(ModelError, match=words):
        make()


def test_cautions():
    with pytest.warns(IdentificationWarning, match="chose these terms"):
        post = est.fit(Stepwise(), lists_of("UKdat_5"), seed=1)
    assert (
        post["lists"].attrs["rests_on"].startswith("no interaction of all lists together, and none of the terms left")
    )
    far = est.fit(LogLinear(), of_table([0, 4000, 3000, 1]), seed=1)
    assert any("implausibly high" in text for text in outcome.cautions_of(far))
    held = est.fit(LogLinear((("A", "C"),)), of_table([0, 40, 30, 6, 20, 0, 0, 0]), seed=1)
    assert any("no one is on A and C" in text for text in outcome.cautions_of(held))
    conditional = est.fit(Stepwise(bootstrap=0), lists_of("UKdat_5"), seed=1)
    assert any("chose them" in text for text in outcome.cautions_of(conditional))


def test_envelope_holds_both_of_its_intervals():
    lists = lists_of("UKdat_4")
    ends = {kind: three(est.fit(Stepwise(interval=kind), lists, seed=5)) for kind in ("envelope", "bca", "percentile")}
    assert ends["envelope"][0] == min(ends["bca"][0], ends["percentile"][0])
    assert ends["envelope"][2] == max(ends["bca"][2], ends["percentile"][2])


def test_models_shown_have_their_own_wald_intervals():
    lists = lists_of("UKdat_5")
    models = est.fit(BestBIC(), lists, seed=1)["models"].to_dataset()
    for place in range(3):
        terms = [tuple(link.split(" with ")) for link in str(models["terms"].values[place]).split("; ")]
        alone = three(est.fit(LogLinear(terms=terms, interval="wald"), lists, seed=1))
        shown = [float(models[end].values[place]) for end in ("lower", "point", "upper")]
        assert shown == pytest.approx(alone, rel=1e-6)


def test_average_is_between_its_models():
    lists = lists_of("Kosovo")
    post = est.fit(AveragedLogLinear(), lists, seed=1)
    low, point, high = three(post)
    weight, points = post["models"]["weight"].values, post["models"]["point"].values
    assert weight.sum() == pytest.approx(1.0, abs=1e-3)
    assert points[weight > 0.01].min() < point < points[weight > 0.01].max()
    assert low < points[0] < high


def test_sparse_tables_never_crash_and_never_pass_in_silence():
    rng = np.random.default_rng(11)
    answered = refused = 0
    for _ in range(30):
        lists = int(rng.integers(2, 5))
        table = rng.poisson(20.0 * rng.random(2**lists) ** 4) * (rng.random(2**lists) > rng.random())
        table[0] = 0
        pairs = [pair for pair in itertools.combinations("ABCD"[:lists], 2) if lists > 2 and rng.random() < 0.4]
        try:
            held = of_table(table)
        except est.errors.DataError:
            continue
        for estimator in (
            LogLinear(tuple(pairs)),
            Stepwise(bootstrap=100),
            BestBIC(bootstrap=100),
            AveragedLogLinear(),
        ):
            try:
                low, point, high = three(est.fit(estimator, held, seed=1))
            except ExistenceError:
                refused += 1
                continue
            answered += 1
            assert held.observed <= point < np.inf
            assert not np.isnan(low)
            assert low <= high
    assert answered > 10
    assert refused > 5


def test_the_same_seed_gives_the_same_limits_on_any_core_count():
    code = (
        "import warnings; warnings.simplefilter('ignore'); import estimators as est;"
        "from estimators.lists.stepwise import Stepwise;"
        "print(est.fit(Stepwise(), est.datasets.lists('UKdat_5'), seed=7)['estimate'].to_dataset().to_array().values.tolist())"
    )
    runs = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code], env=os.environ | {"OMP_NUM_THREADS": cores}, capture_output=True, check=True
        ).stdout
        for cores in ("1", "2")
    }
    assert len(runs) == 1
    here = est.fit(Stepwise(), lists_of("UKdat_5"), seed=7)["estimate"].to_dataset().to_array().values.tolist()
    assert str(here).encode() in runs.pop()
    assert est.fit(Stepwise(), lists_of("UKdat_5"), seed=8)["estimate"].to_dataset().to_array().values.tolist() != here
