"""How often a wrong claim is noticed: the two-anchor conflict test of Presanis et al. 2013 (doi:10.1214/13-STS426) in closed form.

z = (claim - other)/sqrt(s_c² + s_o²) with the claim at log f and the other anchor unbiased. Ninety per cent is 1.645 sd here.
"""

import numpy as np
import pytest
from scipy import special

from estimators.numeric import anchors

TABLE = [  # stated within, other log-sd, wrong by, power, coverage, bias factor
    (1.5, 0.3, 1, 0.01119024502240145, 0.997981329211505, 1.0),
    (1.5, 0.3, 5, 0.9976586821763098, 5.8739937407987e-07, 2.6138721359280734),
    (1.5, 0.6, 2, 0.16812896043832967, 0.045760606116958535, 1.8095196266003073),
    (1.5, 1.0, 50, 0.9708451211660626, 0.0, 39.96340948822955),
    (3.0, 0.3, 1, 1.7245137827151385e-06, 0.9683392154749424, 1.0),
    (3.0, 0.3, 5, 0.7195501813390403, 0.8562037100443087, 1.3102656783225506),
    (3.0, 0.6, 1, 0.0033594908308863807, 0.9915818456020973, 1.0),
    (3.0, 0.6, 2, 0.0377624567735286, 0.9554779512957803, 1.3628600923322933),
    (3.0, 0.6, 5, 0.40114799751987806, 0.6807392651270725, 2.052041746878461),
    (3.0, 0.6, 10, 0.8172324740125888, 0.32180117949733894, 2.7966458046205003),
    (3.0, 0.6, 50, 0.9998329176852246, 0.004297959196858009, 5.73883394231377),
    (3.0, 1.0, 5, 0.22742475076293375, 0.46839256025133913, 3.0435056341455136),
    (3.0, 1.0, 50, 0.9400400018252324, 7.951158852403447e-08, 14.959811390715153),
    (10.0, 0.3, 10, 0.046730694212379735, 0.9415175718464532, 1.1064137574146442),
    (10.0, 0.6, 5, 0.010938847338088186, 0.9451290777436169, 1.2837896974021608),
    (10.0, 0.6, 50, 0.9388458794951455, 0.8245399760130178, 1.8353273884715862),
    (10.0, 1.0, 1, 0.0007470326856103164, 0.9839948335185178, 1.0),
    (10.0, 1.0, 50, 0.705509665945572, 0.659879336002513, 3.7507085445704353),
]


@pytest.mark.parametrize(("within", "other_sd", "wrong_by", "power", "coverage", "bias"), TABLE)
def test_power_coverage_and_bias(within, other_sd, wrong_by, power, coverage, bias):
    level = 2.0 * special.ndtr(-1.96)
    got = anchors.conflict_power(np.array(np.log(within) / 1.645), np.array(other_sd), np.array(float(wrong_by)), level)
    assert [float(value) for value in got] == pytest.approx([power, coverage, bias], abs=1e-6)


def test_a_modest_claim_hides_behind_its_modesty():
    # wrong by five: stated within three it is caught in 40 % of cases, stated within ten in 1 %
    within = np.array([3.0, 10.0])
    power, coverage, _ = anchors.conflict_power(np.log(within) / 1.645, np.array(0.6), np.array(5.0))
    assert power.round(2).tolist() == [0.40, 0.01]
    assert coverage.round(2).tolist() == [0.68, 0.95]
