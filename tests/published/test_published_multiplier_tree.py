"""Flynn and Gustafson 2025: a hidden population behind two counted parts, by a Bayesian tree (doi:10.48550/arXiv.2506.21023).

Root Z with children A and B, A with children C and D; 34 of 70 surveyed belonged to B, which counts 500; of A 1 of 10 belonged to D, which
counts 50; a prior of Z about 1,000, here log-normal with sd .5, which gives the published figures. A sampler gave Z mean 1011.4, sd 120.1,
2.5, 50 and 97.5 % 815, 998.5, 1281; pB mean .4997, pD .1047. The sum over Z gives the exact figures.
"""

import numpy as np
import pandas as pd
import pytest

import estimators as est

ABOUT = est.Prior(
    "true_count", "380 to 2,700 with 95 %", "log-normal", (float(np.log(1000.0)), 0.5), "as in the example"
)


@pytest.fixture(scope="module")
def post():
    tree = est.MultiplierTree(
        (
            est.Branch("A", "Z"),
            est.Branch("B", "Z", survey=(34, 70), indicator="victims_identified"),
            est.Branch("C", "A", survey=(9, 10)),
            est.Branch("D", "A", survey=(1, 10), indicator="victims_reported_to_hotline"),
        ),
        root_prior=ABOUT,
    )
    rows = [
        {
            "area": "example",
            "period": "2025",
            "indicator": indicator,
            "value": value,
            "source": "Flynn and Gustafson 2025",
        }
        for indicator, value in (("victims_identified", 500), ("victims_reported_to_hotline", 50))
    ]
    return est.fit(tree, est.read_evidence(pd.DataFrame(rows)), seed=1, sampling=est.Sampling(draws=40_000))


def test_the_root(post):
    assert post["moments"]["true_count"].values.ravel() == pytest.approx([1011.36, 119.68], abs=0.01)
    told = post["quantiles"]["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel()
    assert told == pytest.approx([815.0, 998.0, 1282.0], abs=0.5)


def test_the_sampled_figures_within_their_error(post):
    drawn = post["posterior"]["true_count"].values
    assert drawn.mean() == pytest.approx(1011.4, abs=3.0)
    # pB + (1 - pB) pD of the published sampler
    assert float(post["posterior"]["reporting_probability"].mean()) == pytest.approx(
        0.4997 + 0.5003 * 0.1047, abs=0.003
    )


def test_the_two_paths_agree(post):
    assert float(post["paths"]["conflict_p"].min()) > 0.5
