"""Closed-population models against published and independent figures."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from estimators.numeric import closed_population, patterns, removal

# People of each pattern of lists, in the order of `patterns`; sources of the tables: docs/data.md.
TABLES = {
    "UKdat": [
        0,
        54,
        463,
        15,
        907,
        19,
        56,
        1,
        695,
        3,
        19,
        1,
        69,
        0,
        4,
        1,
        316,
        0,
        1,
        0,
        10,
        0,
        0,
        0,
        8,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        57,
        0,
        3,
        0,
        31,
        0,
        3,
        0,
        6,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ],
    "UKdat_5": [
        0,
        54,
        463,
        15,
        995,
        19,
        62,
        1,
        695,
        3,
        19,
        1,
        76,
        0,
        4,
        1,
        316,
        0,
        1,
        0,
        11,
        0,
        0,
        0,
        8,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ],
    "UKdat_4": [0, 54, 464, 15, 1006, 19, 62, 1, 703, 3, 19, 1, 76, 0, 4, 1],
    "NewOrl_5": [0, 25, 24, 1, 70, 1, 2, 1, 33, 2, 2, 1, 1, 0, 0, 0, 21, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "Kosovo": [0, 1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27],
    "Korea": [0, 5, 5, 54, 41, 6, 0, 12],
    "HIV_Rome": [0, 403, 545, 33, 621, 20, 35, 3, 205, 6, 10, 1, 11, 0, 3, 0],
    "HAV_Taiwan": [0, 69, 55, 21, 63, 17, 18, 28],
    "Diabetes_Italy": [0, 709, 74, 104, 182, 650, 20, 157, 10, 12, 7, 18, 8, 46, 14, 58],
    "SpinaBifida_NY": [0, 244, 48, 142, 60, 111, 4, 12],
    "ScotPWID": [0, 654, 751, 19, 3092, 198, 121, 8, 684, 13, 43, 2, 69, 7, 9, 0],
    "Artificial_3": [0, 40, 30, 6, 20, 0, 0, 0],
}
# Estimate and standard error, Rcapture 1.4-4 (Baillargeon & Rivest 2007), closedp.t; rows whose fit broke down left out.
PUBLISHED = {
    "UKdat": {
        "M0": (13597.51700398, 766.62905049),
        "Mt": (12213.9951246, 676.45014473),
        "Mh Chao": (13677.06370067, 777.90150711),
        "Mh Poisson2": (13750.55767642, 1840.96320723),
        "Mh Darroch": (13356.45175197, 3385.21213153),
        "Mh Gamma3.5": (12979.07602672, 4831.08617167),
        "Mth Chao": (12298.50813018, 686.55021413),
        "Mth Poisson2": (13168.78771513, 1710.63404223),
        "Mth Darroch": (13696.77385943, 3503.25452547),
        "Mth Gamma3.5": (14206.01292236, 5434.12223282),
    },
    "UKdat_5": {
        "M0": (14832.21601953, 903.08403529),
        "Mt": (13444.13120901, 806.92967686),
        "Mh Chao": (14962.75413713, 919.03485428),
        "Mh Poisson2": (15131.39322383, 2389.03443348),
        "Mh Darroch": (14299.94881116, 4345.45746868),
        "Mh Gamma3.5": (13540.08706252, 6054.5222462),
        "Mth Chao": (13570.02680094, 821.2917626),
        "Mth Poisson2": (14572.44804572, 2263.07651855),
        "Mth Darroch": (14649.66018505, 4489.02660688),
        "Mth Gamma3.5": (14715.37746462, 6737.2486549),
    },
    "UKdat_4": {
        "M0": (12027.17356243, 757.32581648),
        "Mt": (10694.25454978, 660.37890262),
        "Mh Chao": (12156.94341295, 772.76421684),
        "Mh Poisson2": (13361.88309812, 2152.40455313),
        "Mh Darroch": (13728.86374338, 4322.10575519),
        "Mh Gamma3.5": (14099.10236639, 6645.05285114),
        "Mth Chao": (10813.43637923, 673.76563356),
        "Mth Poisson2": (13155.41350453, 2133.92171765),
        "Mth Darroch": (14921.96896846, 4845.10072904),
        "Mth Gamma3.5": (16937.92424785, 8363.7382818),
    },
    "NewOrl_5": {
        "M0": (1090.92593858, 270.67488691),
        "Mt": (1034.15106523, 254.94587247),
        "Mh Chao": (1364.23453015, 410.7566158),
        "Mh Poisson2": (1585.42924591, 567.11451525),
        "Mh Darroch": (3774.13431202, 2860.05315582),
        "Mh Gamma3.5": (8990.0574661, 10868.08584249),
        "Mth Chao": (1294.10349352, 387.30786469),
        "Mth Poisson2": (1514.81521391, 537.7023258),
        "Mth Darroch": (3706.40394042, 2803.01216382),
        "Mth Gamma3.5": (9086.5362357, 10999.2947637),
    },
    "Kosovo": {
        "M0": (7608.36764387, 136.61750799),
        "Mt": (7394.5866623, 129.62539096),
        "Mh Chao": (8787.24283046, 222.62049564),
        "Mh Poisson2": (9402.95249441, 310.85326576),
        "Mh Darroch": (12448.3854112, 777.96674616),
        "Mh Gamma3.5": (17102.63865742, 1707.27074035),
        "Mth Chao": (8591.18363762, 213.54902301),
        "Mth Poisson2": (9327.76133244, 306.26612763),
        "Mth Darroch": (12797.34344168, 814.83421918),
        "Mth Gamma3.5": (18387.14575454, 1892.8764851),
    },
    "Korea": {
        "M0": (142.61312264, 6.42066635),
        "Mt": (141.99264735, 6.29745107),
        "Mh Chao": (142.61312264, 6.42066635),
        "Mh Poisson2": (133.31936408, 5.71728359),
        "Mh Darroch": (130.3695, 5.44295491),
        "Mh Gamma3.5": (128.23985938, 4.94180478),
        "Mth Chao": (141.99264735, 6.29745107),
        "Mth Poisson2": (133.23720581, 5.67956472),
        "Mth Darroch": (130.39242353, 5.45809396),
        "Mth Gamma3.5": (128.31559055, 5.00640675),
    },
    "HIV_Rome": {
        "M0": (11576.70014641, 946.06811932),
        "Mt": (11124.57846918, 904.7519776),
        "Mh Chao": (12145.14783813, 1076.2483508),
        "Mh Poisson2": (15070.96622743, 2972.14557246),
        "Mh Darroch": (20984.6302138, 8266.48846153),
        "Mh Gamma3.5": (29202.31285749, 17511.61306302),
        "Mth Chao": (11700.98829586, 1030.91555184),
        "Mth Poisson2": (14849.76290111, 2915.11203509),
        "Mth Darroch": (21327.46046667, 8428.43302374),
        "Mth Gamma3.5": (30623.15337041, 18463.14568999),
    },
    "HAV_Taiwan": {
        "M0": (388.78833538, 21.59106205),
        "Mt": (388.48349484, 21.5529448),
        "Mh Chao": (479.14880953, 43.68717368),
        "Mh Poisson2": (736.85026906, 158.61180739),
        "Mh Darroch": (1313.60251915, 516.60328414),
        "Mh Gamma3.5": (2629.01169848, 1554.86901891),
        "Mth Chao": (478.67393699, 43.60280454),
        "Mth Poisson2": (736.29006744, 158.42741137),
        "Mth Darroch": (1313.4748045, 516.54235219),
        "Mth Gamma3.5": (2631.3055602, 1556.39215885),
    },
    "Diabetes_Italy": {
        "M0": (2526.20766446, 32.4934775),
        "Mt": (2250.60076328, 18.59461288),
        "Mh Chao": (2560.05498241, 35.58076925),
        "Mh Poisson2": (2592.8994739, 49.12521686),
        "Mh Darroch": (2602.15673952, 69.16479489),
        "Mh Gamma3.5": (2608.60592111, 90.91227267),
        "Mth Chao": (2318.35138707, 25.52920426),
        "Mth Poisson2": (2421.05986311, 36.7456795),
        "Mth Darroch": (2669.01300834, 81.44419445),
        "Mth Gamma3.5": (3037.58181622, 172.03194547),
    },
    "SpinaBifida_NY": {
        "M0": (851.5378717, 28.39285251),
        "Mt": (756.75748213, 20.40428774),
        "Mh Chao": (851.5378717, 28.39285251),
        "Mh Poisson2": (691.39153045, 18.40431695),
        "Mh Darroch": (651.83257996, 12.94800088),
        "Mh Gamma3.5": (634.36078898, 8.03393533),
        "Mth Chao": (756.75748213, 20.40428774),
        "Mth Poisson2": (668.75559361, 13.34806154),
        "Mth Darroch": (643.63746297, 9.88282392),
        "Mth Gamma3.5": (631.62700171, 6.5754605),
    },
    "ScotPWID": {
        "M0": (26799.02074304, 1069.5344788),
        "Mt": (22096.69043032, 854.72949521),
        "Mh Chao": (27387.19892154, 1184.21389963),
        "Mh Poisson2": (29764.23309565, 2977.01826768),
        "Mh Darroch": (33884.2337364, 6449.48029568),
        "Mh Gamma3.5": (38564.22814464, 11028.37598627),
        "Mth Chao": (22691.1383963, 947.06478906),
        "Mth Poisson2": (25442.30711487, 2425.03499689),
        "Mth Darroch": (30210.59674694, 5600.3179226),
        "Mth Gamma3.5": (35940.46261029, 10144.33236781),
    },
    "Artificial_3": {
        "M0": (566.43527774, 212.9259413),
        "Mt": (539.09392943, 201.44536318),
        "Mh Chao": (566.43527774, 212.9259413),
        "Mth Chao": (539.09392943, 201.44536318),
    },
}
# The same, models Mb and Mbh, rows above the number listed.
REMOVAL = {
    "UKdat": {"Mb": (7604.58079219, 915.46761685), "Mbh": (3362.61737716, 72.34417662)},
    "UKdat_5": {"Mbh": (5603.59027342, 430.67474423)},
    "UKdat_4": {},
    "NewOrl_5": {"Mb": (950.76475296, 1026.14176199), "Mbh": (353.57772125, 105.41513209)},
    "Kosovo": {"Mb": (5189.66517094, 62.86916003), "Mbh": (5075.44867077, 86.05260026)},
    "Korea": {"Mb": (165.36398959, 21.23031679)},
    "HIV_Rome": {"Mb": (4045.90333264, 386.92584571), "Mbh": (2465.12842075, 88.18227883)},
    "HAV_Taiwan": {"Mb": (383.12896061, 38.95922841), "Mbh": (667.8999998, 537.82519563)},
    "Diabetes_Italy": {"Mb": (2072.8092808, 2.03645894), "Mbh": (2152.02984632, 27.00125683)},
    "SpinaBifida_NY": {"Mb": (630.00660195, 3.64670799)},
    "ScotPWID": {"Mbh": (24414.16283939, 4938.10163658)},
    "Artificial_3": {"Mb": (134.33724026, 22.23918003), "Mbh": (136, 42.58798618)},
}
# Most likely number and 95 % limits of the multinomial profile likelihood, closedpCI.t; None where it gives none.
LIMITS = {
    "UKdat": {
        "Mt": (12208.56726571, 10983.85052735, 13648.21268931),
        "Mth Chao": (12293.0042261, 11050.46791173, 13811.76273067),
        "Mh Chao": (13671.51173612, 12263.42311111, 15330.99875238),
        "Mth Darroch": (13583.78379835, 8231.73476822, 22266.79554293),
        "Mth Poisson2": (13139.43266099, 10053.66097244, 16327.28137222),
        "Mth Gamma3.5": (13954.21272157, 6781.80593972, 29706.09639522),
    },
    "UKdat_5": {
        "Mt": (13437.92032307, 11985.11559289, 15165.89886952),
        "Mth Chao": (13563.72722153, 12085.75972446, 15323.37475891),
        "Mh Chao": (14956.4154591, 13302.25944766, 16925.48839053),
        "Mth Darroch": (14489.72925766, 7921.11675183, 26080.01964892),
        "Mth Poisson2": (14531.52303373, 10546.62543838, 19200.49435006),
        "Mth Gamma3.5": (14355.87534469, 6077.46292555, 35289.00351762),
    },
    "UKdat_4": {
        "Mt": (10688.26536133, 9504.10735939, 12108.42590363),
        "Mth Chao": (10807.3588602, 9599.92997033, 12330.43739963),
        "Mh Chao": (12150.81375591, 10765.70215267, 13817.66331435),
        "Mth Darroch": (14767.89777357, 7784.38848697, 27602.184333),
        "Mth Poisson2": (13116.11024909, 9427.32189912, 17790.79408579),
        "Mth Gamma3.5": (16587.56209622, 6433.02111949, 43363.05174716),
    },
    "NewOrl_5": {
        "Mt": (1027.30261715, 665.58250056, 1762.03077486),
        "Mth Chao": (1284.43064334, 760.98761248, 2485.57558616),
        "Mh Chao": (1354.52795552, 799.02743642, 2628.53272484),
        "Mth Darroch": (3649.97824051, 633.37495583, None),
        "Mth Poisson2": (1501.4565949, 668.03984229, 3109.00833513),
        "Mth Gamma3.5": (8946.63204221, 564.30228584, None),
    },
    "Kosovo": {
        "Mt": (7392.91726676, 7147.74889204, 7656.19534809),
        "Mth Chao": (8588.39704253, 8188.71868842, 9026.9177731),
        "Mh Chao": (8784.41434784, 8367.85557996, 9241.55330422),
        "Mth Darroch": (12783.74529727, 11323.18573697, 14531.16343321),
        "Mth Poisson2": (9323.27086971, 8755.2714627, 9957.74471023),
        "Mth Gamma3.5": (18356.47496563, 15086.90860641, 22576.77190087),
    },
    "Korea": {
        "Mt": (141.0758631, 130.9985201, 155.77242099),
        "Mth Chao": (141.0758631, 130.9985201, 155.77241577),
        "Mh Chao": (141.6946599, 131.39849079, 156.66328337),
        "Mth Darroch": (128.51509819, 123, 145.31273633),
        "Mth Poisson2": (131.77188301, 124.5805737, 147.31115556),
        "Mth Gamma3.5": (126.13656565, 123, 143.07642892),
    },
    "HIV_Rome": {
        "Mt": (11117.01892394, 9531.73551764, 13114.12264156),
        "Mth Chao": (11692.20589627, 9898.06588257, 13985.14906425),
        "Mh Chao": (12136.32596215, 10263.20045165, 14530.12354767),
        "Mth Darroch": (21163.93527139, 9342.60418471, 44006.37081824),
        "Mth Poisson2": (14807.7366641, 9769.75744532, 21265.65647873),
        "Mth Gamma3.5": (30252.62930857, 8772.16971466, None),
    },
    "HAV_Taiwan": {
        "Mt": (387.10157383, 350.31105707, 435.41128107),
        "Mth Chao": (476.08021021, 405.2189963, 579.26846457),
        "Mh Chao": (476.55352714, 405.55264173, 579.94133874),
        "Mth Darroch": (1286.90404322, 656.2325322, 3022.9070404),
        "Mth Poisson2": (726.34434697, 504.44241937, 1169.76930887),
        "Mth Gamma3.5": (2578.02188803, 904.82770396, None),
    },
    "Diabetes_Italy": {
        "Mt": (2249.72440445, 2215.23730883, 2288.11764616),
        "Mth Chao": (2317.18416492, 2270.27588521, 2370.38482674),
        "Mh Chao": (2559.01265492, 2492.39043322, 2631.92431636),
        "Mth Darroch": (2664.73095598, 2523.11491977, 2843.66052247),
        "Mth Poisson2": (2419.42050083, 2352.60744085, 2496.79076808),
        "Mth Gamma3.5": (3027.187473, 2742.48495308, 3423.59098499),
    },
    "SpinaBifida_NY": {
        "Mt": (755.49696581, 719.32835445, 799.45695852),
        "Mth Chao": (755.49696581, 719.32835445, 799.45695941),
        "Mh Chao": (850.26149054, 799.33220347, 910.92866842),
        "Mth Darroch": (641.56375104, 627.9965428, 666.94684667),
        "Mth Poisson2": (667.02223198, 645.79026685, 698.33726351),
        "Mth Gamma3.5": (629.64245867, 622.08167399, 648.02915778),
    },
    "ScotPWID": {
        "Mt": (22090.98431588, 20508.9638821, 23867.55198939),
        "Mth Chao": (22684.55506285, 20937.78129966, 24660.27055547),
        "Mh Chao": (27380.51315029, 25195.75585735, 29850.61487672),
        "Mth Darroch": (30090.29362182, 20910.23632181, 43163.48340703),
        "Mth Poisson2": (25409.11662725, 20991.8893633, 30499.99849615),
        "Mth Gamma3.5": (35670.96181975, 20641.78995835, 62038.2190922),
    },
    "Artificial_3": {
        "Mt": (530.93576267, 285.54111974, 1267.52259708),
        "Mth Chao": (530.93576267, 285.54111974, 1267.52259708),
        "Mh Chao": (558.2652871, 298.6000051, 1337.39402091),
    },
}

FITS = [(name, model) for name, row in PUBLISHED.items() for model in row]
PROFILES = [(name, model) for name, row in LIMITS.items() for model in row]


def design_of(name, model):
    lists = len(TABLES[name]).bit_length() - 1
    kind, _, form = model.partition(" ")
    return closed_population.closed_design(lists, each=kind in ("Mt", "Mth"), heterogeneity=form)


def fit_of(name, model):
    counts = np.array(TABLES[name], float)
    design, floored = design_of(name, model)
    fit, kept = closed_population.estimate(design, floored, counts)
    return fit, kept, design, floored, counts


@pytest.mark.parametrize(("name", "model"), FITS)
def test_estimates_are_those_of_the_peer(name, model):
    fit, _, _, _, counts = fit_of(name, model)
    point, error = PUBLISHED[name][model]
    assert counts.sum() + fit.unlisted == pytest.approx(point, rel=2e-7)
    # the peer's standard errors are those of its last but one step: up to 2.4e-4 away from its own limit
    assert fit.error == pytest.approx(error, rel=3e-4)


@pytest.mark.parametrize(("name", "model"), PROFILES)
def test_profile_limits_are_those_of_the_peer(name, model):
    fit, kept, design, floored, counts = fit_of(name, model)
    n = counts.sum()
    found = [n + u for u in closed_population.profiled(design, floored, counts, kept, fit)]
    # the peer replaces log Γ by Stirling's formula, which is felt where few people are on no list
    few = {"Korea": 1.5e-3, "Artificial_3": 2e-5, "NewOrl_5": 1e-4, "HAV_Taiwan": 2e-5, "SpinaBifida_NY": 2e-4}
    close = few.get(name, 3e-6)
    for ours, theirs in zip(found, LIMITS[name][model], strict=True):
        if theirs is None:
            assert ours > 3 * (n + fit.unlisted)  # where the peer stops
        else:
            assert ours == pytest.approx(theirs, rel=close)


@pytest.mark.parametrize("name", ["Kosovo", "HIV_Rome", "NewOrl_5"])
@pytest.mark.parametrize("model", ["M0", "Mt", "Mth Darroch", "Mh Gamma3.5"])
def test_fit_and_limits_against_plain_optimisation(name, model):
    fit, kept, design, floored, counts = fit_of(name, model)
    scaled = design / np.abs(design).max(axis=0)

    def minus_poisson(b):
        return np.sum(np.exp(scaled[1:] @ b)) - counts[1:] @ scaled[1:] @ b

    def slope(b):
        return scaled[1:].T @ (np.exp(scaled[1:] @ b) - counts[1:])

    start = np.linalg.lstsq(scaled[1:], np.log(counts[1:] + 0.5), rcond=None)[0]
    best = optimize.minimize(minus_poisson, start, jac=slope, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    assert np.exp(best.x[0]) == pytest.approx(fit.unlisted, rel=1e-5)
    hessian = (scaled[1:] * np.exp(scaled[1:] @ best.x)[:, None]).T @ scaled[1:]
    assert np.linalg.inv(hessian)[0, 0] == pytest.approx(fit.variance, rel=1e-4)

    def profile(u):
        table = np.r_[u, counts[1:]]
        held = optimize.minimize(
            lambda b: np.sum(np.exp(scaled @ b)) - table @ scaled @ b,
            best.x,
            jac=lambda b: scaled.T @ (np.exp(scaled @ b) - table),
            method="BFGS",
            options={"gtol": 1e-9, "maxiter": 5000},
        ).x
        p = np.exp(scaled @ held) / np.exp(scaled @ held).sum()
        return stats.multinomial.logpmf(np.r_[0, counts[1:]], counts.sum(), np.r_[0, p[1:] / p[1:].sum()]) + (
            special.gammaln(u + counts.sum() + 1)
            - special.gammaln(u + 1)
            - special.gammaln(counts.sum() + 1)
            + counts.sum() * np.log1p(-p[0])
            + u * np.log(p[0])
        )

    mode, lower, upper = closed_population.profiled(design, floored, counts, kept, fit)
    top = profile(mode)
    assert top - profile(lower) == pytest.approx(stats.chi2.ppf(0.95, 1) / 2, abs=1e-5)
    if np.isfinite(upper):
        assert top - profile(upper) == pytest.approx(stats.chi2.ppf(0.95, 1) / 2, abs=1e-5)
    assert top > profile(mode * 1.02)
    assert top > profile(mode * 0.98)


def test_two_lists_are_lincoln_and_petersen():
    counts = np.array([0.0, 31.0, 47.0, 12.0])
    fit, _ = closed_population.estimate(*closed_population.closed_design(2, each=True), counts)
    assert fit.unlisted == pytest.approx(31.0 * 47.0 / 12.0, rel=1e-10)
    # variance of the Poisson model: u + u² (1/31 + 1/47 + 1/12)
    u = fit.unlisted
    assert fit.error == pytest.approx(np.sqrt(u + u**2 * (1 / 31 + 1 / 47 + 1 / 12)), rel=1e-9)


@pytest.mark.parametrize("name", ["Kosovo", "HIV_Rome", "ScotPWID"])
def test_chao_is_the_closed_form(name):
    fit, _, _, _, counts = fit_of(name, "Mh Chao")
    k = patterns.orders(len(counts).bit_length() - 1)
    once, twice, lists = counts[k == 1].sum(), counts[k == 2].sum(), k.max()
    lower = (lists - 1) / lists * once**2 / (2 * twice)
    design = design_of(name, "Mh Chao")[0]
    if fit.parameters == design.shape[1]:  # no coefficient is held at 0
        assert fit.unlisted == pytest.approx(lower, rel=1e-8)
    else:
        assert fit.unlisted != pytest.approx(lower, rel=1e-8)


def test_floored_coefficients_are_the_constrained_maximum():
    counts = np.array(TABLES["UKdat"], float)
    design, floored = design_of("UKdat", "Mth Chao")
    fit, _ = closed_population.estimate(design, floored, counts)
    bounds = [(0.0 if low else None, None) for low in floored]
    held = optimize.minimize(
        lambda b: np.sum(np.exp(design[1:] @ b)) - counts[1:] @ design[1:] @ b,
        np.r_[9.0, np.full(6, -2.0), np.full(4, 0.1)],
        jac=lambda b: design[1:].T @ (np.exp(design[1:] @ b) - counts[1:]),
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": 20000, "maxfun": 50000, "ftol": 1e-15, "gtol": 1e-9},
    )
    assert fit.unlisted == pytest.approx(np.exp(held.x[0]), rel=1e-3)
    loss = np.sum(np.exp(design[1:] @ held.x)) - counts[1:] @ design[1:] @ held.x
    ours = fit.means[1:].sum() - counts[1:] @ np.log(fit.means[1:])
    assert ours <= loss + 1e-9


@pytest.mark.parametrize(
    ("counts", "model", "expected"),
    [
        ([0, 5, 7, 0], "Mt", "no upper limit"),
        ([0, 5, 7, 0], "M0", "no upper limit"),
        ([0, 10, 0, 5], "Mt", "nobody unlisted"),
        ([0, 40, 30, 6, 20, 0, 0, 0], "Mth Darroch", "nobody unlisted"),
        ([0, 40, 30, 6, 20, 0, 0, 0], "Mh Gamma3.5", "nobody unlisted"),
        ([0, 4, 5, 0, 6, 0, 0, 0], "Mth Chao", "no upper limit"),
        ([0, 4, 5, 0, 6, 0, 0, 0], "Mth Darroch", "not determined"),
        ([0, 4, 5, 0, 6, 0, 0, 1], "Mh Chao", "no upper limit"),
    ],
)
def test_no_estimate_says_where_the_likelihood_goes(counts, model, expected):
    lists = len(counts).bit_length() - 1
    kind, _, form = model.partition(" ")
    design, floored = closed_population.closed_design(lists, each=kind in ("Mt", "Mth"), heterogeneity=form)
    assert closed_population.estimate(design, floored, np.array(counts, float)) == expected


def test_a_level_that_goes_to_zero_leaves_a_finite_estimate():
    counts = np.zeros(16)
    counts[[0b0001, 0b0010, 0b0011, 0b0100]] = [40, 30, 20, 10]
    design, floored = closed_population.closed_design(4, each=True)
    fit, kept = closed_population.estimate(design, floored, counts)
    assert not kept.all()  # patterns with the fourth list, on which nobody is
    without, _ = closed_population.estimate(*closed_population.closed_design(3, each=True), counts[:8])
    assert fit.unlisted == pytest.approx(without.unlisted, rel=1e-9)
    assert fit.error == pytest.approx(without.error, rel=1e-9)


@pytest.mark.parametrize("name", [name for name, row in REMOVAL.items() if "Mb" in row])
def test_falling_first_meetings_are_those_of_the_peer(name):
    counts = np.array(TABLES[name], float)
    fit = removal.removal_fit(counts, apart=False)
    assert counts.sum() + fit.unlisted == pytest.approx(REMOVAL[name]["Mb"][0], rel=1e-9)
    if name != "Diabetes_Italy":  # a standard error of the peer that has not converged
        assert fit.error == pytest.approx(REMOVAL[name]["Mb"][1], rel=1e-5)
    assert fit.means[1:].sum() == pytest.approx(counts.sum())


@pytest.mark.parametrize("name", [name for name, row in REMOVAL.items() if "Mbh" in row])
def test_a_first_list_apart_gives_the_peers_number_and_a_standard_error_of_its_own(name):
    counts = np.array(TABLES[name], float)
    fit = removal.removal_fit(counts, apart=True)
    assert counts.sum() + fit.unlisted == pytest.approx(REMOVAL[name]["Mbh"][0], rel=1e-9)
    # the peer's slope of N in its last coefficient lacks a factor; ours is checked by differences
    v = removal.first_meetings(counts)[1:]

    def number(w):
        other = counts.copy()
        first = patterns.on_lists(len(v) + 1)[1:].argmax(axis=1)
        for at in range(len(v)):
            cells = np.flatnonzero(first == at + 1) + 1
            other[cells] *= w[at] / v[at]
        again = removal.removal_fit(other, apart=True)
        return other.sum() + again.unlisted

    law = np.array(
        [fit.means[1:][patterns.on_lists(len(v) + 1)[1:].argmax(axis=1) == at + 1].sum() for at in range(len(v))]
    )
    step = 1e-4
    base = law.copy()
    slopes = [
        (number(base + step * np.eye(len(v))[i] * base[i]) - number(base - step * np.eye(len(v))[i] * base[i]))
        / (2 * step * base[i])
        for i in range(len(v))
    ]
    spread = np.sum(np.array(slopes) ** 2 * base) - np.sum(base) - fit.unlisted
    assert fit.error == pytest.approx(np.sqrt(spread), rel=1e-5)


def test_limits_of_first_meetings_by_the_likelihood_itself():
    counts = np.array(TABLES["HIV_Rome"], float)
    fit = removal.removal_fit(counts, apart=False)
    first = removal.first_meetings(counts)

    def profile(u):
        missed = np.arange(4) @ first + 4 * u
        q = missed / (missed + first.sum())
        p = (1 - q) * q ** np.arange(4)
        return special.gammaln(first.sum() + u + 1) - special.gammaln(u + 1) + first @ np.log(p) + u * np.log(q**4)

    mode, lower, upper = removal.removal_limits(counts, fit, apart=False)
    for end in (lower, upper):
        assert profile(mode) - profile(end) == pytest.approx(stats.chi2.ppf(0.95, 1) / 2, abs=1e-7)
    assert first[0] > first[-1]


@pytest.mark.parametrize("first", [(5, 7), (5, 5, 6), (4, 0)])
def test_first_meetings_that_do_not_fall_off_have_no_estimate(first):
    counts = np.zeros(2 ** len(first))
    counts[[2**at for at in range(len(first))]] = first
    assert removal.removal_fit(counts, apart=False) is None
