"""The joint density of a panel in which every source speaks, written out a second time with SciPy, cell by cell."""

import numpy as np
import pytest
from scipy import special, stats

import estimators as est
from estimators.synthesis.operations import NUMPY

PERIODS, AREAS = ("2019", "2020", "2021"), "ABC"
POPULATION = {"A": 1_500_000, "B": 3_000_000, "C": 4_500_000}
H1 = 181 / 365  # of 2021; the first half of 2020 has 182 of 366 days
LEAP_H1 = 182 / 366


class Values:
    """Entries of one flat vector by name; effects in units of their scale, scales as they are."""

    def __init__(self, panel, vector):
        self.panel, self.vector = panel, vector

    def __call__(self, name, place=0):
        return self.vector[self.panel.layout[name]][place]

    def scale(self, name):
        return np.exp(self(name))


def cells_of(x):
    """Flow, logit of reporting, capacity, hotline use and logit of the valid share of each (area, period)."""
    found = {}
    border = {"A": (0.0, 1.0, 0.0), "B": (-1.0,) * 3, "C": (0.5,) * 3}
    police = {"A": -0.5, "B": 0.25, "C": 1.0}
    campaign = {"A": (0.0, 0.0, 1.0), "B": (0.0,) * 3, "C": (1.0,) * 3}
    for i, area in enumerate(AREAS):
        walk = {"incidence": 0.0, "reporting": 0.0, "hotline": 0.0}
        for t, period in enumerate(PERIODS):
            if t:
                for name, step, scale in (
                    ("incidence", "incidence_walk", "incidence_walk_sd"),
                    ("reporting", "reporting_walk", "reporting_walk_sd"),
                    ("hotline", "hotline_drift", "hotline_drift_sd"),
                ):
                    walk[name] += x(step, 2 * i + t - 1) * x.scale(scale)
            kappa = x("capacity_area", i) + x.scale("capacity_shock_sd") * x("capacity_shock", 3 * i + t)
            log_flow = (
                np.log(POPULATION[area] / 100_000) + x("log_incidence_level") + walk["incidence"]
                + x.scale("incidence_area_sd") * x("incidence_area", i)
                + x("capacity_on_incidence") * kappa + x("incidence_slope_border") * border[area][t]
            )  # fmt: skip
            logit = (
                x("logit_reporting_level") + walk["reporting"] + x.scale("reporting_area_sd") * x("reporting_area", i)
                + x("capacity_on_reporting") * kappa + x("reporting_slope_police") * police[area]
            )  # fmt: skip
            log_use = (
                x("log_hotline_level") + x.scale("hotline_area_sd") * x("hotline_area", i) + walk["hotline"]
                + x("channel_substitution") * walk["reporting"] + x("hotline_slope_campaign") * campaign[area][t]
            )  # fmt: skip
            valid = special.expit(x("logit_valid_share") + x.scale("valid_area_sd") * x("valid_area", i))
            found[area, period] = {
                "flow": np.exp(log_flow), "rho": special.expit(logit), "kappa": kappa, "use": np.exp(log_use), "valid": valid,
                "cases": np.exp(x.scale("cases_area_sd") * x("cases_area", i)),
            }  # fmt: skip
    return found


def counted(figure, mean, dispersion):
    """Log probability of a figure, (low, high) being an interval, under a negative binomial."""
    low, high = figure if isinstance(figure, tuple) else (figure, figure)
    return special.logsumexp(
        stats.nbinom.logpmf(np.arange(low, high + 1), dispersion, dispersion / (dispersion + mean))
    )


def stated(value, mean, sd):
    """Log density of a statement: three times looser than it says with probability .2."""
    return np.log(0.8 * stats.norm.pdf(value, mean, sd) + 0.2 * stats.norm.pdf(value, mean, 3 * sd))


def victims(x, cell):
    seen = {key: each["flow"] * each["rho"] for key, each in cell.items()}
    figures = [
        (12, seen["A", "2019"]), ((0, 4), seen["A", "2020"]), (9, H1 * seen["A", "2021"]), ((20, 60), seen["B", "2019"]),
        (33, seen["B", "2020"]), (45, seen["B", "2021"]), (4, seen["C", "2019"]),
        (21, (1 - H1) * (seen["A", "2021"] + seen["C", "2021"])),
    ]  # fmt: skip
    phi = np.exp(x("log_dispersion_identified_victims"))
    return sum(counted(figure, mean, phi) for figure, mean in figures)


def funnel(x, cell):
    opened = {
        key: each["flow"] * each["rho"] * np.exp(x("log_ratio_investigations_opened")) * each["cases"]
        for key, each in cell.items()
    }
    figures = [
        (8, opened["A", "2019"]), (11, opened["A", "2021"]), (14, opened["B", "2019"]), ((10, 15), opened["B", "2020"]),
        (19, opened["B", "2021"]), (3, LEAP_H1 * opened["C", "2020"]),
    ]  # fmt: skip
    total = sum(counted(figure, mean, np.exp(x("log_dispersion_investigations_opened"))) for figure, mean in figures)
    parents = opened | {
        ("A", "2019"): 8,
        ("A", "2021"): 11,
        ("B", "2019"): 14,
        ("B", "2021"): 19,
    }  # known for a whole cell
    for stage, known in (
        ("persons_prosecuted", {("A", "2019"): 5, ("A", "2020"): 6, ("A", "2021"): 3, ("B", "2020"): 9, ("B", "2021"): (0, 4),
                                ("C", "2020"): 2, ("C", "2021"): 0}),
        ("persons_convicted", {("A", "2020"): 2, ("A", "2021"): 4, ("B", "2021"): 5, ("C", "2019"): 1}),
    ):  # fmt: skip
        now = special.expit(x("logit_same_period"))
        means = {}
        for area in AREAS:
            for t, period in enumerate(PERIODS):
                before = parents[area, PERIODS[max(t - 1, 0)]]
                progress = x(f"log_ratio_{stage}") + x.scale(f"capacity_on_{stage}") * cell[area, period]["kappa"]
                means[area, period] = (now * parents[area, period] + (1 - now) * before + 0.5) * np.exp(progress)
        total += sum(counted(figure, means[key], np.exp(x(f"log_dispersion_{stage}"))) for key, figure in known.items())
        parents = means | {key: figure for key, figure in known.items() if not isinstance(figure, tuple)}
    return total


def hotline(x, cell):
    heard = {key: each["flow"] * each["use"] * np.exp(x("log_calls_per_victim")) for key, each in cell.items()}
    reports, cases = (np.exp(x(f"log_dispersion_hotline_{kind}")) for kind in ("reports", "cases"))
    total = sum(
        counted(figure, heard[key] / cell[key]["valid"], reports)
        for key, figure in {("A", "2019"): 150, ("A", "2020"): 180, ("B", "2019"): (90, 120)}.items()
    )
    total += sum(
        counted(figure, heard[key], cases) for key, figure in {("C", "2021"): 12, ("B", "2021"): (0, 8)}.items()
    )
    concentration = np.exp(x("log_concentration_classification"))
    for key, trials, share in ((("A", "2019"), 150, 40), (("A", "2020"), 180, 70)):
        valid = cell[key]["valid"]
        total += stats.betabinom.logpmf(share, trials, concentration * valid, concentration * (1 - valid))
    return total


def survey(x, cell):
    definition, bias = special.expit(x("logit_definition_share")), x("survey_bias")
    stock = np.log(cell["A", "2020"]["flow"]) + x("log_duration") - np.log(definition) + bias
    flow = np.log(cell["B", "2019"]["flow"]) - np.log(definition) + bias
    return stats.norm.logpdf(np.log(20_000), stock, 0.6) + stats.norm.logpdf(np.log(9_000), flow, 0.6)


def overlap(x, cell):
    matched = {
        key: each["flow"] * each["rho"] * each["use"] * np.exp(x("log_overlap_dependence"))
        for key, each in cell.items()
    }
    return stats.poisson.logpmf(3, matched["A", "2020"]) + stats.poisson.logpmf(0, matched["B", "2019"])


def validation(x, cell):
    rho, worth = cell["A", "2020"]["rho"], np.exp(x("log_audit_concentration"))
    return stats.betabinom.logpmf(7, 40, worth * rho, worth * (1 - rho))


def statements(x, cell):
    flow = {key: each["flow"] for key, each in cell.items()}
    seen = {key: each["flow"] * each["rho"] for key, each in cell.items()}
    share = sum(seen["A", period] for period in PERIODS) / sum(flow["A", period] for period in PERIODS)
    mapping, body = x("log_reported_per_identified"), x("body_0")
    two_areas = np.log(flow["A", "2020"] + flow["B", "2020"])
    everywhere = np.log(sum(flow.values()) / len(PERIODS))
    return (
        stated(special.logit(0.01), special.logit(share) + mapping + body, np.log(3) / stats.norm.ppf(0.95))
        + stated(
            special.logit(0.04),
            special.logit(cell["B", "2020"]["rho"]) + mapping + body,
            np.log(2) / stats.norm.ppf(0.95),
        )
        + stated(np.log(15_000), two_areas, np.hypot(0.5, 0.3))
        + stated(np.log(300 * sum(POPULATION.values()) / 100_000), everywhere, 0.7)
    )


def prior(model, x):
    """Log density of the flat vector, from the priors that the parts of the model state."""
    process, (seen, cases, calls, survey_, overlap_, audit) = model.process, model.streams
    locations = {
        "log_incidence_level": process.level, "capacity_on_incidence": process.capacity,
        "incidence_slope_border": process.covariates[0].slope,
        "logit_reporting_level": seen.reporting, "log_reported_per_identified": seen.mapping,
        "capacity_on_reporting": seen.capacity, "reporting_slope_police": seen.covariates[0].slope,
        "log_dispersion_identified_victims": seen.dispersion,
        "log_ratio_investigations_opened": cases.first, "log_dispersion_investigations_opened": cases.dispersion,
        "log_ratio_persons_prosecuted": cases.ratio, "log_dispersion_persons_prosecuted": cases.dispersion,
        "log_ratio_persons_convicted": cases.ratio, "log_dispersion_persons_convicted": cases.dispersion,
        "logit_same_period": cases.lag,
        "log_hotline_level": calls.level, "log_calls_per_victim": calls.duplicates, "logit_valid_share": calls.valid,
        "log_concentration_classification": calls.concentration, "log_dispersion_hotline_reports": calls.dispersion,
        "log_dispersion_hotline_cases": calls.dispersion, "channel_substitution": calls.substitution,
        "hotline_slope_campaign": calls.campaigns[0].slope,
        "log_duration": survey_.duration, "logit_definition_share": survey_.definition, "survey_bias": survey_.bias,
        "log_overlap_dependence": overlap_.dependence, "log_audit_concentration": audit.concentration,
    }  # fmt: skip
    scales = {
        "incidence_area_sd": process.area_sd, "incidence_walk_sd": process.walk_sd, "reporting_area_sd": seen.area_sd,
        "reporting_walk_sd": seen.walk_sd, "capacity_shock_sd": cases.capacity.shock_sd,
        "capacity_on_persons_prosecuted": cases.loading, "capacity_on_persons_convicted": cases.loading,
        "cases_area_sd": cases.area_sd, "hotline_area_sd": calls.area_sd, "valid_area_sd": calls.valid_area_sd,
        "hotline_drift_sd": calls.drift_sd,
    }  # fmt: skip
    effects = {
        "capacity_area": 3, "capacity_shock": 9, "incidence_area": 3, "incidence_walk": 6, "reporting_area": 3, "reporting_walk": 6,
        "cases_area": 3, "hotline_area": 3, "valid_area": 3, "hotline_drift": 6,
    }  # fmt: skip
    assert set(x.panel.layout) == {*locations, "body_0", *scales, *effects}
    total = stats.norm.logpdf(x("body_0"), 0.0, 0.5)
    total += sum(stats.norm.logpdf(x(name), *each.parameters) for name, each in locations.items())
    for name, each in scales.items():  # the density of the logarithm of a scale
        total += stats.halfnorm.logpdf(x.scale(name), scale=each.parameters[1]) + x(name)
    return total + sum(stats.norm.logpdf(x(name, place)) for name, size in effects.items() for place in range(size))


SOURCES = {
    "identified_victims": victims, "justice_funnel": funnel, "hotline": hotline, "survey": survey, "overlap": overlap,
    "validation": validation, "statements": statements,
}  # fmt: skip


@pytest.fixture(scope="module")
def points(everything):
    """Flat vectors: some from the prior, some near its centre."""
    _, panel = everything
    rng = np.random.default_rng(1)
    drawn = panel.draw_prior(12, rng)
    return np.concatenate([drawn, 0.3 * drawn + 0.7 * drawn.mean(axis=0)])


@pytest.mark.parametrize("source", SOURCES)
def test_density_of_each_source(everything, points, source):
    _, panel = everything
    found = sum(rows.sum(axis=-1) for (stream, _), rows in panel.log_likelihood(points).items() if stream == source)
    values = [Values(panel, point) for point in points]
    expected = [SOURCES[source](x, cells_of(x)) for x in values]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_density_of_the_unknowns(everything, points):
    model, panel = everything
    expected = [prior(model, Values(panel, point)) for point in points]
    np.testing.assert_allclose(panel.log_prior(points), expected, rtol=1e-11)


def test_joint_density_is_that_of_unknowns_and_figures(everything, points):
    _, panel = everything
    expected = panel.log_prior(points) + sum(rows.sum(axis=-1) for rows in panel.log_likelihood(points).values())
    np.testing.assert_allclose(panel.log_density(points), expected, rtol=1e-13)
    assert {stream for stream, _ in panel.figures} == set(SOURCES)
    by_one = [panel.log_density(point) for point in points]
    np.testing.assert_allclose(panel.log_density(points), by_one, rtol=1e-12)
    grid = points.reshape(4, 6, -1)
    np.testing.assert_allclose(panel.log_density(grid).ravel(), by_one, rtol=1e-12)


# --- parts that this panel does not have -------------------------------------------------------------------------------

COUNTS = [(area, period, "victims_identified", 10) for area in "ABCD" for period in ("2020", "2021")]
TWO = ("2020", "2021")


def flow_of(panel, vector):
    from estimators.synthesis.operations import NUMPY

    world = panel.world(panel.unpack(vector), NUMPY)
    return world["log_flow"].reshape(*vector.shape[:-1], *panel.grid.shape), world


def test_strata_have_levels_and_area_effects_of_their_own(evidence_of):
    figures = [
        (a, p, "victims_identified", 5, {"form": form}) for a in "AB" for p in TWO for form in ("sexual", "labour")
    ]
    model = est.Synthesis(est.Incidence(by="form", strata=("sexual", "labour")), (est.IdentifiedVictims(),))
    panel = model.figures(evidence_of(figures))
    vector = panel.draw_prior(1, np.random.default_rng(1))[0]
    x = Values(panel, vector)
    log_flow, world = flow_of(panel, vector)
    logit = world["logit_reporting"].reshape(panel.grid.shape)
    for i in range(2):
        for s, word in enumerate(("sexual", "labour")):
            for t in range(2):
                expected = (
                    np.log(20 * (i + 1)) + x("log_incidence_level") + x(f"log_incidence_{word}")
                    + x.scale("incidence_area_sd") * x("incidence_area", i)
                    + x.scale("incidence_stratum_sd") * x("incidence_stratum", 2 * i + s)
                    + t * x.scale("incidence_walk_sd") * x("incidence_walk", i)
                )  # fmt: skip
                assert log_flow[i, s, t] == pytest.approx(expected, rel=1e-12)
                expected = (
                    x("logit_reporting_level") + x(f"logit_reporting_{word}") + x.scale("reporting_area_sd") * x("reporting_area", i)
                    + x.scale("reporting_stratum_sd") * x("reporting_stratum", 2 * i + s)
                    + t * x.scale("reporting_walk_sd") * x("reporting_walk", i)
                )  # fmt: skip
                assert logit[i, s, t] == pytest.approx(expected, rel=1e-12)


NEIGHBOURS = (("A", "B"), ("B", "C"), ("C", "D"), ("D", "B"))


@pytest.mark.parametrize("of", ["incidence", "reporting"])
def test_spatial_effects_follow_the_map(evidence_of, of):
    process = est.Incidence(neighbours=NEIGHBOURS if of == "incidence" else ())
    seen = est.IdentifiedVictims(neighbours=NEIGHBOURS if of == "reporting" else ())
    panel = est.Synthesis(process, (seen,)).figures(evidence_of(COUNTS, areas="ABCD"))
    laplacian = np.array([[1, -1, 0, 0], [-1, 3, -1, -1], [0, -1, 2, -1], [0, -1, -1, 2]], dtype=float)
    covariance = np.linalg.pinv(laplacian)
    covariance /= np.exp(np.log(np.diag(covariance)).mean())
    # with the share given, effects of areas are normal; their covariance is linear in what is sampled
    vector = np.zeros(panel.size)
    share, tau = 0.3, 0.8
    vector[panel.layout[f"{of}_spatial_share"]] = special.logit(share)
    vector[panel.layout[f"{of}_area_sd"]] = np.log(tau)
    moved = np.repeat(vector[None], 8, axis=0)
    for place, name in enumerate((f"{of}_area", f"{of}_spatial")):
        entries = panel.layout[name]
        moved[np.arange(4) + 4 * place, np.arange(entries.start, entries.stop)] = 1.0
    name = "log_flow" if of == "incidence" else "logit_reporting"
    root = flow_of(panel, moved)[1][name][:, ::2] - flow_of(panel, vector)[1][name][::2]
    np.testing.assert_allclose(root.T @ root, tau**2 * ((1 - share) * np.eye(4) + share * covariance), atol=1e-12)


def test_student_effects_have_four_degrees_of_freedom(evidence_of):
    panel = est.Synthesis(est.Incidence(area_effects="student"), (est.IdentifiedVictims(),)).figures(
        evidence_of(COUNTS, areas="ABCD")
    )
    still, moved = np.zeros((2, panel.size))
    moved[panel.layout["incidence_area"]] = (3.0, -1.0, 0.5, 0.0)
    difference = panel.log_prior(moved) - panel.log_prior(still)
    assert difference == pytest.approx((stats.t.logpdf([3, -1, 0.5, 0], 4) - stats.t.logpdf(0, 4)).sum(), rel=1e-12)
    moved[panel.layout["reporting_area"]] = (2.0, 0.0, 0.0, 0.0)
    assert panel.log_prior(moved) - panel.log_prior(still) == pytest.approx(difference - 2.0, rel=1e-12)


def test_a_claim_speaks_of_cases_reported_and_a_prior_of_victims_identified(evidence_of):
    figures = evidence_of(COUNTS, areas="ABCD")
    claim = est.Claim("1 in 100", within=3)
    said = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(reporting=claim),)).figures(figures)
    plain = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(reporting=claim.prior),)).figures(figures)
    assert "log_reported_per_identified" not in plain.layout
    vector = np.zeros(said.size)
    vector[said.layout["logit_reporting_level"]] = -4.0
    vector[said.layout["log_reported_per_identified"]] = 0.7
    np.testing.assert_allclose(flow_of(said, vector)[1]["logit_reporting"], -4.7, rtol=1e-12)
    vector = np.zeros(plain.size)
    vector[plain.layout["logit_reporting_level"]] = -4.0
    np.testing.assert_allclose(flow_of(plain, vector)[1]["logit_reporting"], -4.0, rtol=1e-12)


def test_incidence_is_a_year_whatever_the_period(evidence_of):
    figures = evidence_of([("A", "2021-H1", "victims_identified", 3), ("A", "2021-H2", "victims_identified", 4)], areas="A",
                          periods=("2021",))  # fmt: skip
    panel = est.Synthesis(est.Incidence(periods=("2021-H1", "2021-H2")), (est.IdentifiedVictims(),)).figures(figures)
    vector = np.zeros(panel.size)
    log_flow, _ = flow_of(panel, vector)
    np.testing.assert_allclose(np.exp(log_flow).ravel(), 20 * np.array([181, 184]) / 365, rtol=1e-12)


def test_same_cohort_is_beta_binomial_of_the_stage_before(evidence_of):
    figures = evidence_of(
        [("A", "2020", "victims_identified", 9), ("A", "2020", "investigations_opened", 30),
         ("A", "2020", "persons_prosecuted", 11), ("A", "2021", "persons_prosecuted", 4)], areas="A",
    )  # fmt: skip
    stages = ("investigations_opened", "persons_prosecuted")
    streams = (est.IdentifiedVictims(), est.JusticeFunnel(stages=stages, same_cohort=True))
    panel = est.Synthesis(est.Incidence(), streams).figures(figures)
    assert panel.figures["justice_funnel", "persons_prosecuted"].labels == ("A 2020",), (
        "2021 has no figure of the stage before"
    )
    assert "logit_same_period" not in panel.layout
    assert "capacity_shock" not in panel.layout, "one ratio cannot tell a shock from its dispersion"
    points = panel.draw_prior(5, np.random.default_rng(1))
    found = panel.log_likelihood(points)["justice_funnel", "persons_prosecuted"][:, 0]
    expected = []
    for x in (Values(panel, point) for point in points):
        p = special.expit(
            x("log_ratio_persons_prosecuted") + x.scale("capacity_on_persons_prosecuted") * x("capacity_area")
        )
        worth = np.exp(x("log_dispersion_persons_prosecuted"))
        expected.append(stats.betabinom.logpmf(11, 30, worth * p, worth * (1 - p)))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_two_bodies_that_speak_once_share_no_error(evidence_of):
    claims = (est.Claim("1 in 100", by="one", area="A"), est.Claim("1 in 50", by="other", area="B"))
    panel = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),), claims).figures(
        evidence_of(COUNTS, areas="ABCD")
    )
    assert not [name for name in panel.layout if name.startswith("body")]
    points = panel.draw_prior(3, np.random.default_rng(1))
    found = panel.log_likelihood(points)["statements", "statement 2"][:, 0]
    logit = flow_of(panel, points)[1]["logit_reporting"].reshape(3, 4, 2)[:, 1]
    log_flow = flow_of(panel, points)[0][:, 1, 0]
    share = (np.exp(log_flow) * special.expit(logit)).sum(axis=1) / np.exp(log_flow).sum(axis=1)
    mapping = points[:, panel.layout["log_reported_per_identified"]][:, 0]
    expected = stated(special.logit(0.02), special.logit(share) + mapping, np.log(3) / stats.norm.ppf(0.95))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_shocks_of_reporting_are_shared_by_victims_and_cases(evidence_of):
    """One unit of the shock of B in 2021 moves its logit by the scale, in every stream of identified victims and nowhere else."""
    shock = est.Prior("shocks", "raids", "half-normal", (0.0, 0.5), "test")
    funnel = est.JusticeFunnel(stages=("investigations_opened",))
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(shock_sd=shock), funnel))
    figures = [(area, period, indicator, 9) for area in "AB" for period in ("2020", "2021")
               for indicator in ("victims_identified", "investigations_opened")]  # fmt: skip
    panel = model.figures(evidence_of(figures))
    calm = np.zeros(panel.size)
    calm[panel.layout["reporting_shock_sd"]] = np.log(0.7)
    struck = calm.copy()
    struck[panel.layout["reporting_shock"].start + 3] = 1.0
    moved = []
    for vector in (calm, struck):
        world = panel.world(panel.unpack(vector), NUMPY)
        moved.append([each.location() for each in panel.distributions(world).values()])
    rise = np.log(special.expit(0.7)) - np.log(special.expit(0.0))
    rows = [rows.labels for rows in panel.figures.values()]
    for before, after, labels in zip(*moved, rows, strict=True):
        expected = [rise if label == "B 2021" else 0.0 for label in labels]
        np.testing.assert_allclose(after - before, expected, atol=1e-12)
