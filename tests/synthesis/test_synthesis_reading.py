"""From evidence to rows: which cells a figure speaks of, what is left out, and what is paired."""

import numpy as np
import pytest

import estimators as est
from estimators.synthesis.operations import NUMPY

VICTIMS = "victims_identified"
H1 = 181 / 365
SEEN = (est.IdentifiedVictims(),)


def read(evidence, streams=SEEN, process=None, anchors=()):
    return est.Synthesis(process or est.Incidence(), streams, anchors).figures(evidence)


def victims(panel):
    return panel.figures["identified_victims", VICTIMS]


def weights(panel, rows, row):
    """Weights of one row over (area, stratum, period)."""
    return rows.matrix[[row]].toarray().reshape(panel.grid.shape)


# --- cells -------------------------------------------------------------------------------------------------------------


def test_cells_are_areas_by_calendar_years_without_gaps(evidence_of):
    figures = [("B", "2018-H2", VICTIMS, 1), ("A", "2020", VICTIMS, 2), ("C", "2019", VICTIMS, "")]
    panel = read(evidence_of(figures, areas="ABC", periods=("2018", "2019", "2020")))
    assert panel.grid.areas == ("B", "A"), "in order of appearance; an area of missing figures is none of the model"
    assert panel.grid.periods == ("2018", "2019", "2020")
    assert victims(panel).labels == ("B 2018-H2", "A 2020")
    np.testing.assert_allclose(panel.grid.log_exposure, np.log(np.repeat([40, 20], 3)), rtol=1e-12)


def test_cells_stand_in_the_order_area_stratum_period(evidence_of):
    figures = [
        ("A", period, VICTIMS, 1, {"form": form})
        for period in ("2020", "2021")
        for form in ("sexual", "labour", "begging")
    ]
    figures += [("B", "2020", VICTIMS, 3)]
    panel = read(evidence_of(figures), process=est.Incidence(by="form", strata=("labour", "sexual", "begging")))
    assert panel.grid.shape == (2, 3, 2)
    cells = [(a, s, p) for a in range(2) for s in range(3) for p in range(2)]
    expected = {
        "area": [a for a, _, _ in cells],
        "stratum": [s for _, s, _ in cells],
        "period": [p for _, _, p in cells],
        "area_stratum": [3 * a + s for a, s, _ in cells],
        "area_period": [2 * a + p for a, _, p in cells],
    }
    assert {name: panel.grid.index[name].tolist() for name in expected} == expected
    labour = victims(panel).labels.index("A 2021 labour")
    assert np.argwhere(weights(panel, victims(panel), labour)).tolist() == [[0, 0, 1]]


def test_named_periods_replace_calendar_years(evidence_of):
    figures = evidence_of(
        [("A", "2021", VICTIMS, 9), ("A", "2022-Q1", VICTIMS, 2)], areas="A", periods=("2021", "2022")
    )
    panel = read(figures, process=est.Incidence(periods=("2021-H1", "2021-H2", "2022-Q1")))
    assert panel.grid.periods == ("2021-H1", "2021-H2", "2022-Q1")
    np.testing.assert_allclose(panel.grid.years, [H1, 1 - H1, 90 / 365], rtol=1e-12)
    np.testing.assert_allclose(victims(panel).matrix.toarray(), [[1, 1, 0], [0, 0, 1]], atol=1e-12)


# --- weighted sums of cells --------------------------------------------------------------------------------------------


def test_a_half_year_is_its_share_of_the_days(evidence_of):
    figures = [("A", "2020-H1", VICTIMS, 5), ("A", "2021-H2", VICTIMS, 6)]
    panel = read(evidence_of(figures, areas="A"))
    np.testing.assert_allclose(victims(panel).matrix.toarray(), [[182 / 366, 0], [0, 1 - H1]], rtol=1e-12)
    assert victims(panel).single.all()
    assert (victims(panel).row_of_cell == -1).all(), "no row is the figure of a whole cell"


def test_regions_sums_and_several_years_are_sums_of_cells(evidence_of):
    figures = [
        ("A", "2020", VICTIMS, 4), ("NORTH", "2021", VICTIMS, 30), ("B+C", "2020", VICTIMS, 12),
        ("B", "2021-H1", "investigations_opened", 2), ("C", "2020-01-01/2021-12-31", "investigations_opened", 9),
    ]  # fmt: skip
    figures += [("B", "2020", "hotline_cases", 2), ("C", "2021", "hotline_cases", 2)]
    panel = read(
        evidence_of(figures, areas="ABC", regions={"NORTH": ("C", "A")}),
        (*SEEN, est.JusticeFunnel(stages=("investigations_opened",)), est.Hotline()),
    )
    assert panel.grid.areas == ("A", "B", "C")
    rows = victims(panel)
    by_label = {label: weights(panel, rows, row)[:, 0] for row, label in enumerate(rows.labels)}
    np.testing.assert_allclose(by_label["NORTH 2021"], [[0, 1], [0, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(by_label["B+C 2020"], [[0, 0], [1, 0], [1, 0]], atol=1e-12)
    np.testing.assert_allclose(by_label["A 2020"], [[1, 0], [0, 0], [0, 0]], atol=1e-12)
    opened = panel.figures["justice_funnel", "investigations_opened"]
    np.testing.assert_allclose(weights(panel, opened, 0)[1, 0], [0, H1], rtol=1e-12)
    np.testing.assert_allclose(weights(panel, opened, 1)[2, 0], [1, 1], rtol=1e-12)
    assert opened.single.tolist() == [True, False]


def test_the_mean_of_a_row_is_the_weighted_sum(everything):
    _, panel = everything
    rows, rng = victims(panel), np.random.default_rng(1)
    log_cells = rng.standard_normal((4, panel.grid.size))
    expected = np.log(np.exp(log_cells) @ rows.matrix.toarray().T)
    np.testing.assert_allclose(rows.log_mean(log_cells, NUMPY), expected, rtol=1e-12)
    np.testing.assert_allclose(rows.log_mean(log_cells[0], NUMPY), expected[0], rtol=1e-12)


def test_missing_figures_contribute_no_row(evidence_of):
    panel = read(evidence_of([("A", "2020", VICTIMS, 5), ("A", "2021", VICTIMS, ""), ("B", "2020", VICTIMS, 0)]))
    assert victims(panel).labels == ("A 2020", "B 2020")
    assert victims(panel).lower.tolist() == [5, 0], "nothing is missing where the figure is 0"
    cells = panel.cells
    np.testing.assert_array_equal(cells["reported"].values, [[5], [0]])


def test_reported_cells_are_whole_and_exact(everything):
    _, panel = everything
    reported = panel.cells["reported"].values
    np.testing.assert_array_equal(reported, [[12, np.nan, np.nan], [np.nan, 33, 45], [4, np.nan, np.nan]])
    np.testing.assert_array_equal(panel.cells["lower"].values[0], [12, 0, 9])  # half a year: at least
    np.testing.assert_array_equal(panel.cells["upper"].values[0], [12, 4, np.inf])
    assert panel.cells["population"].values[:, 0].tolist() == [1_500_000, 3_000_000, 4_500_000]


def test_limits_of_what_was_identified_in_each_cell(everything):
    _, panel = everything
    lower, upper = (each.reshape(3, 3) for each in panel.reported_limits)
    # a half-year is a least number of its year; a region says nothing about one of its areas
    np.testing.assert_array_equal(lower, [[12, 0, 9], [20, 33, 45], [4, 0, 0]])
    np.testing.assert_array_equal(upper, [[12, 4, np.inf], [60, 33, 45], [4, np.inf, np.inf]])


# --- strata ------------------------------------------------------------------------------------------------------------

FORMS = est.Incidence(by="form", strata=("sexual", "labour"))


def test_a_total_beside_its_strata_is_left_out(evidence_of):
    figures = [
        ("A", "2020", VICTIMS, 30), ("A", "2020", VICTIMS, 20, {"form": "sexual"}), ("A", "2020", VICTIMS, 9, {"form": "labour"}),
        ("A", "2021", VICTIMS, 40), ("B", "2020", VICTIMS, 7, {"form": "sexual"}),
    ]  # fmt: skip
    panel = read(evidence_of(figures), process=FORMS)
    rows = victims(panel)
    figured = enumerate(zip(rows.labels, rows.lower, strict=True))
    found = {pair: weights(panel, rows, row).tolist() for row, pair in figured}
    assert ("A 2020", 30) not in found
    assert found["A 2021", 40] == [[[0, 1], [0, 1]], [[0, 0], [0, 0]]], "a total speaks of both strata"
    assert found["A 2020 sexual", 20] == [[[1, 0], [0, 0]], [[0, 0], [0, 0]]]
    assert found["A 2020 labour", 9] == [[[0, 0], [1, 0]], [[0, 0], [0, 0]]]
    assert found["B 2020 sexual", 7] == [[[0, 0], [0, 0]], [[1, 0], [0, 0]]]


def test_a_region_beside_strata_of_one_of_its_areas_is_left_out(evidence_of):
    figures = [("A+B", "2020", VICTIMS, 30), ("A", "2020", VICTIMS, 20, {"form": "sexual"}), ("A+B", "2021", VICTIMS, 8),
               ("B", "2020", VICTIMS, 2, {"form": "labour"})]  # fmt: skip
    assert victims(read(evidence_of(figures), process=FORMS)).labels == (
        "A 2020 sexual", "A+B 2021", "B 2020 labour",
    )  # fmt: skip


def test_rows_by_other_categories_are_not_read(evidence_of):
    figures = [
        ("A", "2020", VICTIMS, 30), ("A", "2020", VICTIMS, 20, {"form": "sexual"}), ("A", "2020", VICTIMS, 12, {"sex": "female"}),
        ("A", "2020", VICTIMS, 5, {"age": "0-17"}),
    ]  # fmt: skip
    assert victims(read(evidence_of(figures))).lower.tolist() == [30]
    assert victims(read(evidence_of(figures), process=FORMS)).lower.tolist() == [20]
    by_sex = est.Incidence(by="sex", strata=("female", "male"))
    assert victims(read(evidence_of(figures), process=by_sex)).lower.tolist() == [12]


# --- what a stream pairs -----------------------------------------------------------------------------------------------


def test_classified_reports_are_paired_with_unclassified_ones(everything):
    _, panel = everything
    assert panel.figures["hotline", "hotline_reports"].labels == ("A 2019", "A 2020", "B 2019")
    assert panel.figures["hotline", "classification"].labels == ("A 2019", "A 2020")
    assert panel.figures["hotline", "hotline_cases"].labels == ("C 2021", "B 2021")


def test_an_area_without_a_hotline_is_missing_and_not_zero(evidence_of):
    figures = [(area, "2020", VICTIMS, 9) for area in "AB"] + [("A", "2020", "hotline_cases", 0)]
    panel = read(evidence_of(figures), (*SEEN, est.Hotline()))
    assert panel.figures["hotline", "hotline_cases"].labels == ("A 2020",)
    assert panel.figures["hotline", "hotline_cases"].lower.tolist() == [0]
    assert all(len(panel.figures["hotline", term]) == 0 for term in ("hotline_reports", "classification"))


def test_a_stage_without_figures_is_passed_over(evidence_of):
    figures = [
        ("A", "2020", VICTIMS, 9),
        ("A", "2020", "investigations_opened", 5),
        ("A", "2020", "persons_convicted", 2),
    ]
    panel = read(evidence_of(figures, areas="A"), (*SEEN, est.JusticeFunnel()))
    vector = np.zeros((1, panel.size))
    assert len(panel.figures["justice_funnel", "persons_prosecuted"]) == 0
    # ratios 1, lag and loading of no effect: prosecutions have the mean 5 + ½, convictions half a case more
    distribution = panel.distributions(panel.world(panel.unpack(vector), NUMPY))
    np.testing.assert_allclose(
        distribution["justice_funnel", "persons_convicted"].location(), np.log([[6.0]]), rtol=1e-12
    )


def test_audited_cases_are_the_trials_of_those_reported(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2021", "audited_cases", 30), ("A", "2020", "audited_cases", 12),
               ("A", "2020", "audited_cases_reported", 0), ("A", "2021", "audited_cases_reported", 30)]  # fmt: skip
    rows = read(evidence_of(figures, areas="A"), (*SEEN, est.Validation())).figures[
        "validation", "audited_cases_reported"
    ]
    assert dict(zip(rows.labels, rows.trials, strict=True)) == {"A 2020": 12, "A 2021": 30}


def test_several_estimates_of_one_cell_are_read(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2020", "prevalence_stock", 5000),
               ("A", "2020", "prevalence_stock", 7000, {"vintage": "later"})]  # fmt: skip
    rows = read(evidence_of(figures, areas="A"), (*SEEN, est.Survey())).figures["survey", "prevalence_stock"]
    np.testing.assert_allclose(np.exp(rows.lower), [5000, 7000])


def test_statements_speak_of_their_areas_and_periods(everything):
    _, panel = everything
    rows = {term: each for (stream, term), each in panel.figures.items() if stream == "statements"}
    shaped = {term: weights(panel, each, 0)[:, 0] for term, each in rows.items()}
    np.testing.assert_allclose(shaped["statement 1"], [[1 / 3] * 3, [0] * 3, [0] * 3], rtol=1e-12)
    np.testing.assert_allclose(shaped["statement 2"], [[0] * 3, [0, 1, 0], [0] * 3], rtol=1e-12)
    np.testing.assert_allclose(shaped["statement 3"], [[0, 0.5, 0], [0, 0.5, 0], [0] * 3], rtol=1e-12)
    np.testing.assert_allclose(shaped["statement 4"], 1 / 9, rtol=1e-12)


def test_covariates_are_spread_over_cells(evidence_of):
    panel = read(evidence_of([("A", "2020", VICTIMS, 9), ("B", "2021", VICTIMS, 9)]))
    x = est.Covariate.of("x", {("A", "2021"): 3.0, ("A", ""): 1.0, ("B", ""): 2.0})
    assert x.cells(panel.grid).tolist() == [1.0, 3.0, 2.0, 2.0]
    assert est.Covariate.of("x", {"A": 1, "B": 2}).cells(panel.grid).tolist() == [1.0, 1.0, 2.0, 2.0]


def test_indicators_that_no_stream_reads_are_named(evidence_of):
    figures = evidence_of(
        [("A", "2020", VICTIMS, 9), ("A", "2020", "complaints", 5), ("A", "2020", "hotline_calls", 50)]
    )
    with pytest.warns(
        est.IdentificationWarning, match=r"no stream reads complaints, hotline_calls: .*\.where\(indicator=…\)"
    ):
        read(figures)
    assert read(figures.where(indicator=[VICTIMS, "population"])).grid.size == 1


def test_an_estimate_with_limits_is_their_geometric_middle(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2020", "prevalence_stock", 20_000, {"lower": 10_000, "upper": 40_000})]
    panel = read(evidence_of(figures, areas="A"), (*SEEN, est.Survey()))
    vector = np.zeros((1, panel.size))
    mean = np.log(20) + np.log(2)  # flow 20 a year, one year of duration, half of the condition
    sd = np.log(4) / 3.92
    expected = -0.5 * ((np.log(20_000) - mean) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi)
    assert panel.log_likelihood(vector)["survey", "prevalence_stock"][0, 0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("process", [est.Incidence(), FORMS], ids=["areas", "strata"])
def test_an_estimate_of_a_region_is_of_the_sum_of_its_flows(evidence_of, process):
    figures = [("A", "2020", VICTIMS, 9), ("B", "2020", VICTIMS, 9), ("A+B", "2020", "prevalence_flow", 9000)]
    panel = read(evidence_of(figures), (*SEEN, est.Survey()), process)
    vector = np.zeros((1, panel.size))
    world = panel.world(panel.unpack(vector), NUMPY)
    mean = panel.distributions(world)["survey", "prevalence_flow"].location()
    np.testing.assert_allclose(mean, np.log(np.exp(world["log_flow"]).sum() * 2), rtol=1e-9)


def test_cases_beside_an_interval_of_reports_are_possible(evidence_of):
    figures = [
        ("A", "2020", VICTIMS, 9),
        ("A", "2020", "hotline_reports", "20-3000"),
        ("A", "2020", "hotline_cases", 25),
    ]
    panel = read(evidence_of(figures, areas="A"), (*SEEN, est.Hotline()))
    assert np.isfinite(panel.log_density(np.zeros(panel.size)))


@pytest.mark.parametrize(
    ("streams", "figures", "key"),
    [
        ((est.Hotline(), est.Overlap()), [("A", "2020", "hotline_cases", 9), ("A", "2020", "matched_records", "<50")],
         ("overlap", "matched_records")),
        ((est.Validation(),), [("A", "2020", "audited_cases", 100), ("A", "2020", "audited_cases_reported", "<50")],
         ("validation", "audited_cases_reported")),
    ],
    ids=["overlap", "validation"],
)  # fmt: skip
def test_an_interval_is_not_its_lower_limit(evidence_of, streams, figures, key):
    evidence = evidence_of([("A", "2020", VICTIMS, 9), *figures], areas="A")
    try:
        panel = read(evidence, (*SEEN, *streams))
    except est.DataError:
        return  # to refuse an interval is as good
    zero = panel.with_counts({name: np.where(name == key, 0.0, rows.lower) for name, rows in panel.figures.items()})
    vector = np.zeros((1, panel.size))
    assert panel.log_likelihood(vector)[key][0, 0] > zero.log_likelihood(vector)[key][0, 0]


def test_an_interval_of_cases_beside_reports_is_read(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2020", "hotline_reports", 100), ("A", "2020", "hotline_cases", "<5")]
    panel = read(evidence_of(figures, areas="A"), (*SEEN, est.Hotline()))
    assert sum(len(panel.figures["hotline", term]) for term in ("classification", "hotline_cases")) == 1


@pytest.mark.parametrize(
    ("stream", "whole", "part"),
    [
        (est.Hotline(), "hotline_reports", "hotline_cases"),
        (est.Validation(), "audited_cases", "audited_cases_reported"),
    ],
    ids=["hotline", "validation"],
)
def test_rows_are_paired_within_their_stratum(evidence_of, stream, whole, part):
    figures = [("A", "2020", VICTIMS, 9, {"form": form}) for form in ("sexual", "labour")]
    figures += [("A", "2020", whole, 100, {"form": "sexual"}), ("A", "2020", whole, 10, {"form": "labour"})]
    figures += [("A", "2020", part, 50, {"form": "sexual"}), ("A", "2020", part, 6, {"form": "labour"})]
    panel = read(evidence_of(figures, areas="A"), (*SEEN, stream), FORMS)
    assert np.isfinite(panel.log_density(np.zeros(panel.size)))


def test_an_estimate_that_is_nearly_a_figure_is_read(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2020", "prevalence_stock", 5000, {"bound": "nearly"})]
    assert len(read(evidence_of(figures, areas="A"), (*SEEN, est.Survey())).figures["survey", "prevalence_stock"]) == 1


def test_an_estimate_of_at_least_a_figure_is_possible_or_refused(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A", "2020", "prevalence_stock", 5000, {"bound": "at_least"})]
    try:
        panel = read(evidence_of(figures, areas="A"), (*SEEN, est.Survey()))
    except est.DataError:
        return
    assert np.isfinite(panel.log_density(np.zeros(panel.size)))
