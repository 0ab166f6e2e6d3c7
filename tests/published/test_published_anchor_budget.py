"""An anchor budget worked by hand: 1,150 victims and '1 in 100', a survey stock over its duration, a regional rate.

Node-splitting of normal anchors as in Presanis et al. 2013 (doi:10.1214/13-STS426).
"""

import numpy as np
import pytest

from estimators.numeric import anchors

CLAIM_SD = np.sqrt((np.log(3) / 1.645) ** 2 + 1 / 1150)
MEAN = np.log([1150 * 100, 850_000 / 2, 40 * 1300])
SD = np.array([CLAIM_SD, np.hypot(0.6, 0.5), 1.5])
EXPECTED = {
    "share": [0.5178048891072319, 0.37934930052752736, 0.10284581036524075],
    "others": [271512.1114299431, 100827.67354908021, 199865.6700352899],
    "others_low": [86872.52828840919, 36927.86036411794, 86678.19126807846],
    "others_high": [848586.1768452944, 275299.452854252, 460857.4022398486],
    "z": [-0.8923614524797816, 1.4511817228787944, -0.8501918949606634],
    "p": [0.37219922553159357, 0.14672926488412902, 0.39521840714894974],
}


@pytest.fixture(scope="module")
def pooled():
    return anchors.pool(MEAN, SD)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("share", lambda pool: pool.share),
        ("others", lambda pool: np.exp(pool.others_mean)),
        ("others_low", lambda pool: np.exp(pool.others_mean - 1.645 * pool.others_sd)),
        ("others_high", lambda pool: np.exp(pool.others_mean + 1.645 * pool.others_sd)),
        ("z", lambda pool: pool.z),
        ("p", lambda pool: pool.p),
    ],
)
def test_budget(pooled, name, value):
    np.testing.assert_allclose(value(pooled), EXPECTED[name], rtol=1e-9)


def test_what_each_anchor_says_by_itself():
    np.testing.assert_allclose(
        np.exp(MEAN - 1.645 * SD), [38292.323106955744, 117601.65367616038, 4409.4224562525105], rtol=1e-9
    )
    np.testing.assert_allclose(
        np.exp(MEAN + 1.645 * SD), [345369.4873267618, 1535905.273044771, 613232.2377425543], rtol=1e-9
    )
