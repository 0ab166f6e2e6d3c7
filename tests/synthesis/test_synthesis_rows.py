"""Rows that cover several cells are summed alike by arrays, symbols and numbers with slopes, and take memory for what they cover alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import estimators as est
from estimators.synthesis.laplace.forward import FORWARD, Forward
from estimators.synthesis.laplace.setup import make_plan
from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import NUMPY, pytensor_operations

VICTIMS = "victims_identified"
COVERED = [{2: 1.0}, {0: 0.5, 3: 1.0, 4: 0.25}, {5: 0.3}, {1: 1.0, 2: 1.0}, {4: 1.0}, dict.fromkeys(range(6), 0.1)]
AREA = np.array([0, 0, 1, 1, 1, 2])


def dense():
    found = np.zeros((len(COVERED), 6))
    for row, cells in enumerate(COVERED):
        for cell, weight in cells.items():
            found[row, cell] = weight
    return found


@pytest.fixture
def rows():
    figures = np.arange(len(COVERED), dtype=float)
    return Observations(figures, figures, dense(), np.arange(len(COVERED)), tuple("abcdef"))


@pytest.fixture
def log_cells():
    return np.random.default_rng(1).standard_normal((3, 6))


def by_hand(values):
    """Each row's sum, cell by cell."""
    return np.stack([sum(weight * values[..., cell] for cell, weight in cells.items()) for cells in COVERED], axis=-1)


def test_arrays_sum_the_cells_of_each_row(rows, log_cells):
    np.testing.assert_allclose(rows.log_mean(log_cells, NUMPY), np.log(by_hand(np.exp(log_cells))), rtol=1e-13)
    np.testing.assert_allclose(rows.log_mean(log_cells[0], NUMPY), np.log(by_hand(np.exp(log_cells[0]))), rtol=1e-13)
    np.testing.assert_allclose(rows.sums(log_cells, NUMPY), by_hand(log_cells), rtol=1e-13)
    np.testing.assert_allclose(rows.sums(log_cells[:, None], NUMPY), by_hand(log_cells[:, None]), rtol=1e-13)
    few = rows.take(np.array([False, True, True, False, False, True]))
    assert few.labels == ("b", "c", "f")
    np.testing.assert_allclose(few.log_mean(log_cells, NUMPY), np.log(by_hand(np.exp(log_cells)))[:, [1, 2, 5]])


def test_symbols_sum_the_cells_of_each_row_and_so_do_their_slopes(rows, log_cells):
    import pytensor
    import pytensor.tensor as pt

    x, weight = pt.dvector("x"), np.arange(1.0, 7.0)
    located = rows.log_mean(x, pytensor_operations())
    slope = pytensor.grad((located * weight).sum(), x)
    found, gradient = pytensor.function([x], [located, slope], mode="FAST_COMPILE")(log_cells[0])
    cells = np.exp(log_cells[0])
    np.testing.assert_allclose(found, np.log(by_hand(cells)), rtol=1e-13)
    np.testing.assert_allclose(gradient, (weight / by_hand(cells)) @ dense() * cells, rtol=1e-12)
    summed = rows.sums(pt.as_tensor_variable(cells), pytensor_operations()).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(summed, by_hand(cells), rtol=1e-13)


def test_numbers_with_slopes_sum_the_cells_of_each_row(rows, log_cells):
    slope = np.random.default_rng(2).standard_normal((6, 1))
    found = rows.log_mean(Forward(log_cells.T, {"one": slope, "all": np.ones((1, 1))}), FORWARD)
    cells = np.exp(log_cells)
    np.testing.assert_allclose(found.value.T, np.log(by_hand(cells)), rtol=1e-13)
    np.testing.assert_allclose(found.slopes["one"].T, by_hand(cells * slope.T) / by_hand(cells), rtol=1e-12)
    np.testing.assert_allclose(
        np.broadcast_to(found.slopes["all"], found.value.shape), np.ones_like(found.value), rtol=1e-12
    )
    alike = rows.sums(Forward(np.array([[2.0, 3.0]])), FORWARD)
    np.testing.assert_allclose(alike.value, dense().sum(axis=1)[:, None] * [2.0, 3.0], rtol=1e-13)


def test_what_a_row_lies_within_and_touches(rows):
    assert rows.single.tolist() == [True, False, True, False, True, False]
    assert rows.whole.tolist() == [True, False, False, False, True, False]
    assert rows.cell.tolist() == [2, 0, 5, 1, 4, 0]
    assert rows.row_of_cell.tolist() == [-1, -1, 0, -1, 4, -1]
    assert rows.within(AREA).tolist() == [1, -1, 2, -1, 1, -1]
    assert rows.within(np.array([0, 1, 1, 0, 0, 0])).tolist() == [1, 0, 0, 1, 0, -1]
    assert rows.touching(AREA == 0).tolist() == [False, True, False, True, False, True]


def test_weights_are_kept_sparse_however_they_are_given(rows):
    row, cell = np.nonzero(dense() >= 0.0)  # with zeros said
    twice = sparse.coo_array(
        (np.tile(dense().ravel() / 2.0, 2), (np.tile(row, 2), np.tile(cell, 2))), shape=dense().shape
    )
    other = Observations(rows.lower, rows.upper, sparse.csr_array(twice), rows.rows, rows.labels)
    for each in (rows, other):
        assert each.matrix.nnz == sum(map(len, COVERED))
        np.testing.assert_array_equal(each.matrix.toarray(), dense())
    assert other.single.tolist() == rows.single.tolist()


def test_an_estimate_of_several_years_is_their_mean(evidence_of):
    figures = [("A", "2020", VICTIMS, 9), ("A+B", "2020-01-01/2021-12-31", "prevalence_stock", 5000),
               ("B", "2021-H1", "prevalence_stock", 70), ("B", "2021", VICTIMS, 4)]  # fmt: skip
    by_form = est.Incidence(by="form", strata=("sexual", "labour"))
    for process, strata in ((est.Incidence(), 1), (by_form, 2)):
        panel = est.Synthesis(process, (est.IdentifiedVictims(), est.Survey())).figures(evidence_of(figures))
        weights = panel.figures["survey", "prevalence_stock"].matrix.toarray().reshape(2, 2, strata, 2)
        np.testing.assert_allclose(weights[0], 0.5, rtol=1e-12)
        np.testing.assert_allclose(weights[1, 1], np.tile([0.0, 1.0], (strata, 1)), rtol=1e-12)
        assert not weights[1, 0].any()


def test_an_index_is_about_the_mean_of_its_cells(evidence_of):
    index = est.Covariate.of("rule", {("B", "2021"): 1.0, ("A", ""): 0.5, ("Z", ""): 3.0, ("A", "1999"): 2.0})
    streams = (est.IdentifiedVictims(), est.JusticeFunnel(), est.CapacityIndex(index), est.Publication())
    figures = [("A", "2020", VICTIMS, 9), ("B", "2021", VICTIMS, 9)]
    by_form = est.Incidence(by="form", strata=("sexual", "labour"))
    for process, strata in ((est.Incidence(), 1), (by_form, 2)):
        panel = est.Synthesis(process, streams).figures(evidence_of(figures))
        rows = panel.figures["capacity_index_rule", "index"]
        assert dict(zip(rows.labels, rows.lower, strict=True)) == {"B 2021": 1.0, "A": 0.5}
        weights = rows.matrix.toarray().reshape(2, 2, strata, 2)
        one = rows.labels.index("B 2021")
        np.testing.assert_allclose(weights[one, 1], np.tile([0.0, 1.0 / strata], (strata, 1)), rtol=1e-12)
        np.testing.assert_allclose(weights[1 - one, 0], 0.5 / strata, rtol=1e-12)
        np.testing.assert_allclose(weights.sum(axis=(1, 2, 3)), 1.0, rtol=1e-12)
        published = panel.figures["publication", "published"]
        assert published.lower.tolist() == [1, 0, 0, 1]
        np.testing.assert_array_equal(
            published.matrix.toarray().reshape(4, 2, strata, 2)[:, :, 0].reshape(4, 4), np.eye(4)
        )


def test_memory_grows_with_figures_and_not_with_their_square():
    areas, years = [f"A{place:04d}" for place in range(1500)], [str(2010 + year) for year in range(10)]
    indicators = ("population", VICTIMS, "persons_prosecuted", "persons_convicted")
    table = pd.DataFrame(
        {
            "area": np.tile(np.repeat(areas, 10), 4),
            "period": np.tile(years, 1500 * 4),
            "indicator": np.repeat(indicators, 15_000),
            "value": np.repeat(["1000000", "20", "9", "4"], 15_000),
            "source": "s",
        }
    )
    all_areas = {"area": "ALL", "period": "2015", "indicator": "hotline_cases", "value": "9", "source": "s"}
    evidence = est.read_evidence(pd.concat([table, pd.DataFrame([all_areas])]), regions={"ALL": tuple(areas)})
    funnel = est.JusticeFunnel(stages=indicators[2:])
    streams = (est.IdentifiedVictims(), funnel, est.Hotline())
    for process in (est.Incidence(), est.Incidence(by="form", strata=("sexual", "labour"))):
        panel = est.Synthesis(process, streams).figures(evidence)
        plan = make_plan(panel)
        panels = (panel, plan.spanning, *(block.panel for block in plan.blocks))
        matrices = [rows.matrix for each in panels for rows in each.figures.values()]
        kept = sum(part.nbytes for each in matrices for part in (each.data, each.indices, each.indptr))
        assert kept < 10 * 2**20
        spread = panel.figures["hotline", "hotline_cases"]
        assert spread.matrix.nnz == 1500 * panel.grid.shape[1]
        assert sum(map(len, plan.spanning.figures.values())) == 1
        assert sum(len(rows) for block in plan.blocks for rows in block.panel.figures.values()) == 45_000
        cells = np.random.default_rng(1).standard_normal(panel.grid.size)
        for rows in panel.figures.values():
            assert rows.log_mean(cells, NUMPY).shape == (len(rows),)
        expected = np.log(np.exp(cells).reshape(panel.grid.shape)[:, :, 5].sum())
        assert spread.log_mean(cells, NUMPY)[0] == pytest.approx(expected, rel=1e-12)
